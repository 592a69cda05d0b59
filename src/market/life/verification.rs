//! The answer is there: it is checked, as its method says.
//!
//! Blocking checks all begin when the answer is there, deferred ones when it is accepted. An attestation is seen by the requester; a
//! proof is made by a prover; validators and peers look, each in a queue of their own. Whatever they say is a vote.

use crate::domain::answer::Use;
use crate::domain::answer::Vote;
use crate::domain::checking::Checker;
use crate::domain::fate::{Fate, Stage};
use crate::domain::ids::{JobSlot, PartyId, TaskSlot};
use crate::domain::money::Money;
use crate::domain::purpose::{DrawIndex, Purpose, draw};
use crate::engine::random::RandomSource;
use crate::engine::time::SimDuration;
use crate::market::context::Context;
use crate::market::event::Event;
use crate::market::operations::{at_stake, calling_off, checking, evidence, settlement};
use crate::market::state::State;
use crate::market::state::cases::VoteRecord;
use crate::record::fact::Fact;
use crate::scenario::verification::Check;

use super::next::Next;

/// The answer reaches the requester. Without a check it goes on to its verdict at once; after its deadline it is late.
#[inline(never)]
pub fn answered(market: &mut State, at: &mut Context<'_>, slot: JobSlot) -> Next {
    let (job, record) = market.jobs.both(slot);
    record.at.answered = at.now;
    at.facts.note(Fact::Answered { job: record.key, node: job.node, right: record.is_right() });
    if at.now > record.deadline {
        // Nobody uses it any more: it is not checked, and the requester does not pay for it (assumed).
        return Next::Reject { job: slot, fate: Fate::Late };
    }
    if record.use_at == Use::Answered {
        record.at.used = at.now;
    }
    let (class, tokens, id) = (record.class, record.output_tokens, job.case);
    market.classes[class].learn_output(tokens);
    let job = &mut market.jobs[slot];
    if !id.is_some() {
        job.stage = Stage::Answered;
        return Next::Accept { job: slot };
    }
    job.stage = Stage::Checking;
    job.version = job.version.wrapping_add(1);
    evidence::expect_in_time(market, at, slot);
    begin(market, slot, false)
}

/// The checks of one timing begin: blocking ones with the answer, deferred ones with its acceptance.
pub fn begin(market: &State, slot: JobSlot, deferred: bool) -> Next {
    Next::Check { job: slot, version: market.jobs[slot].version, from: 0, deferred }
}

/// Begins the checks of one timing that were drawn, from one of them on. Where none is left open, the verdict follows at once; a
/// verdict on an earlier one may have closed the job.
#[inline(never)]
pub fn check(
    market: &mut State,
    at: &mut Context<'_>,
    (slot, version): (JobSlot, u32),
    from: u8,
    deferred: bool,
) -> Next {
    if !market.jobs.is(slot, version) {
        return Next::Done;
    }
    let method = &at.scenario.verification.methods[market.jobs.record(slot).method];
    let case = &mut market.cases[market.jobs[slot].case];
    let drawn = case.drawn;
    let takes_place = |index: usize, check: &Check| {
        check.deferred == deferred && check.by != Checker::Replicas && drawn >> index & 1 == 1
    };
    let mut begins = method.checks.iter().enumerate().filter(|(index, check)| takes_place(*index, check));
    if from == 0 {
        begins.clone().for_each(|(index, _)| case.open |= 1 << index);
    }
    let Some((index, check)) = begins.find(|(index, _)| *index >= usize::from(from)) else {
        return Next::Settle { job: slot };
    };
    market.agenda.push(Next::Check { job: slot, version, from: index as u8 + 1, deferred });
    match check.by {
        Checker::Attestation => attest(market, at, slot, index, check),
        Checker::Requester => inspect(market, at, slot, index, check),
        Checker::Proof => {
            checking::prove(market, at, slot, index, check);
            Next::Done
        }
        Checker::Validators | Checker::Peers if !checking::ask(market, at, slot, index, check) => {
            Next::Count { job: slot, check: index as u8 }
        }
        Checker::Validators | Checker::Peers | Checker::Replicas => Next::Done,
    }
}

/// The requester looks at what the node's hardware says, which takes a little.
fn attest(market: &mut State, at: &mut Context<'_>, slot: JobSlot, index: usize, check: &Check) -> Next {
    let number = DrawIndex::checker(index as u8, 0, 0);
    let key = market.jobs.record(slot).key;
    let takes = check.draw_work(SimDuration::ZERO, &mut draw(market.seed, Purpose::CheckTime, key, number));
    checking::alone(market, slot, index);
    wait(market, at, slot, index, takes)
}

/// The requester looks at the answer itself, which takes and costs it something, or lets it pass unseen.
fn inspect(market: &mut State, at: &mut Context<'_>, slot: JobSlot, index: usize, check: &Check) -> Next {
    let vote = checking::decide(market, at, slot, index, check);
    checking::alone(market, slot, index);
    if !vote.looked {
        return attested(market, at, slot, index as u8);
    }
    settlement::pay_look(market, at, slot, check.cost);
    let number = DrawIndex::checker(index as u8, 0, 0);
    let record = market.jobs.record(slot);
    let takes = check.draw_work(record.work, &mut draw(market.seed, Purpose::CheckTime, record.key, number));
    wait(market, at, slot, index, takes)
}

/// The requester takes so long to look.
fn wait(market: &mut State, at: &mut Context<'_>, slot: JobSlot, index: usize, takes: SimDuration) -> Next {
    match takes {
        SimDuration::ZERO => attested(market, at, slot, index as u8),
        _ => {
            let version = market.jobs[slot].version;
            at.queue.push(at.now + takes, Event::Attest { job: slot, version, check: index as u8 });
            Next::Done
        }
    }
}

/// The requester has looked.
pub fn attested(market: &mut State, at: &mut Context<'_>, slot: JobSlot, index: u8) -> Next {
    let record = market.jobs.record(slot);
    let check = &at.scenario.verification.methods[record.method].checks[index as usize];
    let Vote { alarm, looked } = match check.by {
        Checker::Requester => market.cases[market.jobs[slot].case].decided(index),
        _ => {
            let chance = checking::alarm_chance(check, record.answer);
            let number = DrawIndex::checker(index, 0, 0);
            Vote { alarm: draw(market.seed, Purpose::Vote, record.key, number).chance(chance), looked: true }
        }
    };
    vote(market, slot, VoteRecord { check: index, by: PartyId::NONE, alarm, looked }, checking::UNSTAKED)
}

/// A checker has answered: it is paid and its vote counts.
#[inline(never)]
pub fn reported(market: &mut State, at: &mut Context<'_>, child: TaskSlot) -> Next {
    let (slot, index) = (market.jobs[child].parent, market.jobs[child].check);
    let (by, Vote { alarm, looked }) = (market.jobs[child].node, market.jobs.task_record(child).vote);
    // A look cannot be told from none: every vote is paid.
    let fee = at_stake::fee(market, at, slot, index);
    checking::note_end(market, at, child, true, fee);
    let stake = calling_off::forget(market, slot, child);
    settlement::pay_checker(market, at, slot, by, fee);
    market.nodes.backrooms[by].checked += 1;
    market.nodes.backrooms[by].alarms += u64::from(alarm);
    vote(market, slot, VoteRecord { check: index, by, alarm, looked }, stake)
}

/// Counts a vote.
fn vote(market: &mut State, slot: JobSlot, cast: VoteRecord, stake: u64) -> Next {
    let record = market.jobs.record_mut(slot);
    record.checks += 1;
    record.alarms += u16::from(cast.alarm);
    let case = &mut market.cases[market.jobs[slot].case];
    let votes = &mut case.votes[cast.check as usize];
    match cast.alarm {
        true => (votes.alarms, votes.stake_alarming) = (votes.alarms + 1, votes.stake_alarming + stake),
        false => (votes.approvals, votes.stake_approving) = (votes.approvals + 1, votes.stake_approving + stake),
    }
    if cast.by.is_some() {
        case.cast.push(cast);
    }
    Next::Count { job: slot, check: cast.check }
}

/// A checker will never answer: it is gone, full, or failed.
#[inline(never)]
pub fn lost(market: &mut State, at: &mut Context<'_>, child: TaskSlot) -> Next {
    let (slot, index) = (market.jobs[child].parent, market.jobs[child].check);
    checking::note_end(market, at, child, false, Money::ZERO);
    let stake = calling_off::forget(market, slot, child);
    let votes = &mut market.cases[market.jobs[slot].case].votes[index as usize];
    (votes.missing, votes.stake_missing) = (votes.missing + 1, votes.stake_missing + stake);
    Next::Count { job: slot, check: index }
}
