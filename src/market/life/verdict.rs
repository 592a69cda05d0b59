//! Votes become verdicts, and verdicts decide: accepted, refused, unresolved, too late, revoked.

use crate::domain::answer::Evidence;
use crate::domain::answer::Use;
use crate::domain::fate::{Fate, Stage};
use crate::domain::ids::JobSlot;
use crate::domain::payment::PayoutAt;
use crate::engine::time::Time;
use crate::market::context::Context;
use crate::market::operations::{
    batches, calling_off, checking, copies, evidence, forced, inputs, learning, relying, settlement, voting,
};
use crate::market::state::State;
use crate::policy::verdict::Verdict;
use crate::record::fact::Fact;
use crate::scenario::verification::Check;

use super::next::Next;

/// A vote was cast or will never be: the check may have come to its verdict.
#[inline(never)]
pub fn count(market: &mut State, at: &mut Context<'_>, slot: JobSlot, index: u8) -> Next {
    let check = &at.scenario.verification.methods[market.jobs.record(slot).method].checks[index as usize];
    let id = market.jobs[slot].case;
    let case = &market.cases[id];
    if case.open >> index & 1 == 0 {
        return Next::Done;
    }
    let votes = case.votes[index as usize];
    let published = case.published >> index & 1 == 1;
    let Some(verdict) = checking::verdict(check, &votes, published) else { return Next::Done };
    market.cases[id].open &= !(1 << index);
    end(market, at, slot, index);
    if voting::is_forced(market.seed, market.jobs.record(slot).key, index.into(), check) {
        forced::conclude(market, at, slot, (index, check));
        return settle(market, slot);
    }
    // An alarm does not decide where another check is to decide about it.
    if verdict == Verdict::Refused
        && let Some(appeal) = check.appeal.filter(|appeal| market.cases[id].drawn >> appeal & 1 == 1)
    {
        return Next::Escalate { job: slot, check: appeal };
    }
    conclude(market, at, slot, (index, check), verdict);
    if let (Some(vote), Some(of), false) = (check.vote, check.of, verdict == Verdict::Refused) {
        settlement::forfeit_deposits(market, at, slot, (of, vote.deposit));
    }
    if verdict == Verdict::Refused && market.cases[id].disputed && check.of == Some(0) {
        return withdraw(market, at, slot, index);
    }
    match (verdict, check.deferred) {
        (Verdict::Accepted, _) | (Verdict::Unresolved, true) => settle(market, slot),
        // Too few have voted: the alarm is not upheld.
        (Verdict::Unresolved, false) if check.vote.is_some() => settle(market, slot),
        (Verdict::Refused, false) => refuse(market, at, slot, index),
        (Verdict::Refused, true) => revoke(market, at, slot, index),
        (Verdict::Unresolved, false) => unresolved(market, at, slot),
    }
}

/// Where no check of the present stage is open any more, the result goes on.
pub fn settle(market: &State, slot: JobSlot) -> Next {
    let id = market.jobs[slot].case;
    if market.cases[id].open != 0 {
        return Next::Done;
    }
    match market.jobs[slot].stage {
        Stage::Accepted => Next::Finalise { job: slot },
        // All that was blocking has begun: nothing is open, so it has let the answer pass.
        _ => Next::Accept { job: slot },
    }
}

/// An answer that nothing holds back is accepted; one that comes after its deadline, and is not in use, was refused before.
pub fn accept(market: &mut State, at: &mut Context<'_>, slot: JobSlot) -> Next {
    if inputs::is_void(market, slot) {
        return refuse_for_input(market, at, slot);
    }
    let record = market.jobs.record_mut(slot);
    record.at.accepted = at.now;
    if record.use_at == Use::Accepted {
        relying::begin(market, at, slot);
    }
    if market.jobs[slot].case.is_some() {
        let copies = market.cases[market.jobs[slot].case].answers.len();
        (0..copies).for_each(|number| evidence::compare(market, at, slot, number));
    }
    if at.scenario.payout.at == PayoutAt::Acceptance {
        batches::pay(market, at, slot);
    }
    Next::Stand { job: slot }
}

/// The deadline has passed before the answer was used: its checks are called off, and it is late. The requester does not pay for
/// an answer that was not accepted in time (assumed); one that was has been or will be paid, as its nodes did what was asked.
pub fn late(market: &mut State, at: &mut Context<'_>, slot: JobSlot) -> Next {
    if market.jobs.record(slot).at.used != Time::NEVER {
        return Next::Done;
    }
    evidence::learn(market, at, slot, true);
    let record = market.jobs.record(slot);
    let is_owed = record.at.accepted != Time::NEVER && record.at.paid == Time::NEVER;
    if is_owed {
        settlement::pay_nodes(market, at, slot);
    }
    Next::Reject { job: slot, fate: Fate::Late }
}

/// A blocking check found it wrong.
fn refuse(market: &mut State, at: &mut Context<'_>, slot: JobSlot, index: u8) -> Next {
    evidence::learn(market, at, slot, false);
    settlement::slash_all(market, at, slot);
    settlement::fine_approvers(market, at, slot, index);
    let right = market.jobs.record(slot).is_right();
    Next::Reject { job: slot, fate: if right { Fate::RejectedRight } else { Fate::RejectedWrong } }
}

/// Refuses an answer because an input came to nothing before the answer was accepted. That is no evidence about any party. The node is not
/// paid, as after a revocation (assumed).
#[cold]
fn refuse_for_input(market: &mut State, at: &mut Context<'_>, slot: JobSlot) -> Next {
    evidence::learn(market, at, slot, false);
    inputs::note_recalled(market, at, slot);
    let right = market.jobs.record(slot).is_right();
    Next::Reject { job: slot, fate: if right { Fate::RejectedRight } else { Fate::RejectedWrong } }
}

/// The check that decides between copies has refused the answer of some: it looks at the next one, if there is one.
fn withdraw(market: &mut State, at: &mut Context<'_>, slot: JobSlot, index: u8) -> Next {
    settlement::slash_all(market, at, slot);
    copies::withdraw(market, slot);
    if copies::propose(market, slot) {
        market.cases[market.jobs[slot].case].look_again(index);
        return Next::Escalate { job: slot, check: index };
    }
    evidence::learn(market, at, slot, false);
    let right = market.jobs.record(slot).is_right();
    Next::Reject { job: slot, fate: if right { Fate::RejectedRight } else { Fate::RejectedWrong } }
}

/// The checkers could not decide: the price goes back.
fn unresolved(market: &mut State, at: &mut Context<'_>, slot: JobSlot) -> Next {
    evidence::learn(market, at, slot, false);
    Next::Reject { job: slot, fate: Fate::Unresolved }
}

/// A deferred check found it wrong after it was accepted.
fn revoke(market: &mut State, at: &mut Context<'_>, slot: JobSlot, index: u8) -> Next {
    evidence::learn(market, at, slot, false);
    settlement::take_back(market, at, slot);
    settlement::slash_all(market, at, slot);
    settlement::fine_approvers(market, at, slot, index);
    let right = market.jobs.record(slot).is_right();
    at.facts.note(Fact::Revoked { job: market.jobs.record(slot).key, right });
    Next::Reject { job: slot, fate: if right { Fate::RevokedRight } else { Fate::RevokedWrong } }
}

/// A check has come to its verdict: those still at it are called off, and those that voted learn that their votes counted.
fn end(market: &mut State, at: &mut Context<'_>, slot: JobSlot, index: u8) {
    let id = market.jobs[slot].case;
    let votes = market.cases[id].votes[index as usize];
    if votes.asked > votes.alarms + votes.approvals + votes.missing {
        calling_off::call_off_check(market, at, slot, index);
    }
    learning::tell_voters(market, at.scenario, slot, index);
    learning::tell_requester(market, at.scenario, slot, index);
}

/// The verdict that stands is evidence about the nodes that answered, about the checkers, and about those whose alarm led to it.
fn conclude(market: &mut State, at: &mut Context<'_>, slot: JobSlot, (index, check): (u8, &Check), verdict: Verdict) {
    if verdict == Verdict::Unresolved {
        return;
    }
    let wrong = verdict == Verdict::Refused;
    let expects = evidence::expected(market, at, slot, index);
    evidence::judge_checkers(market, at, slot, (index, wrong), &expects);
    if check.of.is_some() {
        evidence::judge_alarms(market, at, slot, (index, wrong));
    }
    let (evidence, weight) = match (wrong, market.jobs[slot].stage) {
        (false, _) => (Evidence::Passed, expects.pass),
        (true, Stage::Accepted) => (Evidence::Revoked, expects.failure),
        (true, _) => (Evidence::Failed, expects.failure),
    };
    evidence::see_nodes(market, at, slot, (evidence, weight));
}
