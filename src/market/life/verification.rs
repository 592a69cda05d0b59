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
use crate::domain::task::TaskKind;
use crate::engine::random::RandomSource;
use crate::engine::time::SimDuration;
use crate::market::context::Context;
use crate::market::event::Event;
use crate::market::operations::{
    calling_off, checking, evidence, hearing, posting, proving, relying, replacing, seats, settlement, voting,
};
use crate::market::state::State;
use crate::market::state::cases::{VerificationCase, VoteRecord};
use crate::market::state::causes::LookFate;
use crate::policy::selection::Draw;
use crate::record::fact::Fact;
use crate::scenario::verification::{Check, JobSize};

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
    let (class, tokens, id) = (record.class, record.output_tokens, job.case);
    if record.use_at == Use::Answered {
        relying::begin(market, at, slot);
    }
    market.classes[class].learn_output(tokens);
    let job = &mut market.jobs[slot];
    if !id.is_some() {
        job.stage = Stage::Answered;
        return Next::Accept { job: slot };
    }
    job.stage = Stage::Checking;
    job.version = job.version.wrapping_add(1);
    evidence::expect_in_time(market, at, slot);
    Next::Check { job: slot, from: 0, deferred: false }
}

/// Begins the checks of one timing that were drawn, from one of them on. Where none is left open, the verdict follows at once; a
/// verdict on an earlier one may have closed the job.
#[inline(never)]
pub fn check(market: &mut State, at: &mut Context<'_>, slot: JobSlot, from: u8, deferred: bool) -> Next {
    let method = &at.scenario.verification.methods[market.jobs.record(slot).method];
    let case = &mut market.cases[market.jobs[slot].case];
    // One that has begun before is done with: others of its kind were drawn again.
    let begun =
        case.votes.iter().enumerate().fold(0u8, |begun, (index, votes)| begun | u8::from(votes.asked > 0) << index);
    // Where copies do not agree, the check that decides between them begins with the answers.
    let between_copies = match method.replicas() {
        Some(copies) if case.disputed => copies.appeal.map_or(0, |appeal| 1 << appeal),
        _ => 0,
    };
    let begins_now = case.drawn & (method.roots | between_copies) & !begun;
    let takes_place = |index: usize, check: &Check| check.deferred == deferred && begins_now >> index & 1 == 1;
    let mut begins = method.checks.iter().enumerate().filter(|(index, check)| takes_place(*index, check));
    if from == 0 {
        begins.clone().for_each(|(index, _)| case.open |= 1 << index);
    }
    let Some((index, check)) = begins.find(|(index, _)| *index >= usize::from(from)) else {
        return Next::Settle { job: slot };
    };
    market.plan_if_unchanged(slot, Next::Check { job: slot, from: index as u8 + 1, deferred });
    match check.of {
        Some(_) => Next::Escalate { job: slot, check: index as u8 },
        None => start(market, at, slot, index as u8),
    }
}

/// One check begins.
fn start(market: &mut State, at: &mut Context<'_>, slot: JobSlot, index: u8) -> Next {
    let scenario = at.scenario;
    let (place, method) = (usize::from(index), &scenario.verification.methods[market.jobs.record(slot).method]);
    let check = &method.checks[place];
    match check.by {
        Checker::Attestation => attest(market, at, slot, place, check),
        Checker::Requester => inspect(market, at, slot, place, check),
        Checker::Watchers => {
            voting::watch(market, at, slot, place, (check, method.window));
            Next::Done
        }
        Checker::Proof => {
            proving::prove(market, at, slot, place, check);
            Next::Done
        }
        Checker::Validators | Checker::Peers => match asked(market, at, slot, (place, check)) {
            true => Next::Done,
            // Nobody looks: where that is left to each checker, the check does not take place. An alarm stays undecided.
            false if check.of.is_none() && scenario.verification.selection.manner().draw == Draw::Bernoulli => {
                let case = &mut market.cases[market.jobs[slot].case];
                case.drawn &= !(1 << index);
                case.open &= !(1 << index);
                Next::Done
            }
            false => Next::Count { job: slot, check: index },
        },
        Checker::Replicas | Checker::Canary => Next::Done,
    }
}

/// Checkers are asked to look, or a group to vote. Says whether there are any.
fn asked(market: &mut State, at: &mut Context<'_>, slot: JobSlot, (index, check): (usize, &Check)) -> bool {
    checking::open_vote(market, at, slot, (index, check));
    checking::ask(market, at, slot, index, check)
}

/// The alarm of a check is handed to this one, which decides about it: at once, or when the dispute is narrowed down.
#[inline(never)]
pub fn escalate(market: &mut State, at: &mut Context<'_>, slot: JobSlot, index: u8) -> Next {
    let record = market.jobs.record(slot);
    let check = &at.scenario.verification.methods[record.method].checks[usize::from(index)];
    let rounds = check.bisection.map_or(0, |bisection| bisection.rounds);
    let of = check.of.expect("only an alarm begins it");
    at.facts.note(Fact::Escalated { job: record.key, check: of, to: index, rounds });
    posting::pay_rounds(market, at, slot, index);
    let (id, version) = (market.jobs[slot].case, market.jobs[slot].version);
    market.cases[id].open |= 1 << index;
    match check.bisection {
        Some(bisection) if bisection.takes > SimDuration::ZERO => {
            at.queue.push(at.now + bisection.takes, Event::Narrowed { job: slot, version, check: index });
            Next::Done
        }
        _ => start(market, at, slot, index),
    }
}

/// A dispute is narrowed down to one step, at which the check that decides looks.
pub fn referee(market: &mut State, at: &mut Context<'_>, slot: JobSlot, index: u8) -> Next {
    start(market, at, slot, index)
}

/// The requester looks at what the node's hardware says, which takes a little.
fn attest(market: &mut State, at: &mut Context<'_>, slot: JobSlot, index: usize, check: &Check) -> Next {
    let number = DrawIndex::checker(index as u8, 0, seats::round(market, slot, check));
    let key = market.jobs.record(slot).key;
    let takes = check.draw_work(&JobSize::default(), &mut draw(market.seed, Purpose::CheckTime, key, number));
    seats::alone(market, slot, index);
    wait(market, at, slot, index, takes.on_reference())
}

/// The requester looks at the answer itself, which takes and costs it something, or lets it pass unseen.
fn inspect(market: &mut State, at: &mut Context<'_>, slot: JobSlot, index: usize, check: &Check) -> Next {
    let vote = voting::decide(market, at, slot, index, check);
    seats::alone(market, slot, index);
    if !vote.looked {
        return attested(market, at, slot, index as u8);
    }
    settlement::pay_look(market, at, slot, check.cost);
    let number = DrawIndex::checker(index as u8, 0, seats::round(market, slot, check));
    let record = market.jobs.record(slot);
    let mut drawn = draw(market.seed, Purpose::CheckTime, record.key, number);
    let takes = check.draw_work(&at.scenario.size(record), &mut drawn);
    wait(market, at, slot, index, takes.on_reference())
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

/// The requester has looked, or a watcher challenges; at the end of the window none has.
pub fn attested(market: &mut State, at: &mut Context<'_>, slot: JobSlot, index: u8) -> Next {
    let record = market.jobs.record(slot);
    let check = &at.scenario.verification.methods[record.method].checks[index as usize];
    let case = &market.cases[market.jobs[slot].case];
    let Vote { alarm, looked } = match check.by {
        Checker::Watchers => Vote { alarm: case.challenged >> index & 1 == 1, looked: true },
        Checker::Requester => case.decided(index),
        _ => {
            let chance = voting::alarm_chance(market, at.now, record.key, check, record.answer);
            let number = DrawIndex::checker(index, 0, seats::round(market, slot, check));
            Vote { alarm: draw(market.seed, Purpose::Vote, record.key, number).chance(chance), looked: true }
        }
    };
    vote(market, slot, VoteRecord { check: index, by: PartyId::NONE, alarm, looked }, seats::UNSTAKED)
}

/// A checker has answered: it is paid and its vote counts.
#[inline(never)]
pub fn reported(market: &mut State, at: &mut Context<'_>, child: TaskSlot) -> Next {
    let (slot, index) = (market.jobs[child].parent, market.jobs[child].check);
    let (by, Vote { alarm, looked }) = (market.jobs[child].node, market.jobs.task_record(child).vote);
    // A look cannot be told from none: every vote is paid.
    let fee = checking::fee(market, at, child);
    checking::note_end(market, at, child, true, fee);
    let partial = proving::is_partial(market, child);
    hearing::settle(market, at.scenario, child, LookFate::Cast);
    let stake = calling_off::forget(market, slot, child);
    settlement::pay_checker(market, at, slot, by, fee);
    market.nodes.backrooms[by].checked += 1;
    market.nodes.backrooms[by].alarms += u64::from(alarm);
    if case_of(market, slot).votes[index as usize].cast() == 0 {
        checking::seal(market, at, slot, index);
    }
    if partial {
        // A proof is there when all of its parts are.
        return Next::Count { job: slot, check: index };
    }
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

/// A checker has had its time and not voted: another takes its seat, or it is missing.
pub fn overdue(market: &mut State, at: &mut Context<'_>, slot: JobSlot, index: u8, ordinal: u16) -> Next {
    let late = case_of(market, slot).children.iter().map(|child| child.slot).find(|&child| {
        let task = &market.jobs[child];
        task.kind == TaskKind::Check && (task.check, task.ordinal) == (index, ordinal)
    });
    if let Some(child) = late {
        market.nodes.backrooms[market.jobs[child].node].missed += 1;
        replacing::replace(market, at, slot, child);
    }
    Next::Count { job: slot, check: index }
}

/// Publishes the votes of a check, or ends the vote of a group. A checker that has not voted by now counts as missing.
pub fn reveal(market: &mut State, at: &mut Context<'_>, slot: JobSlot, index: u8) -> Next {
    let id = market.jobs[slot].case;
    market.cases[id].published |= 1 << index;
    calling_off::call_off_check(market, at, slot, index);
    let votes = &mut market.cases[id].votes[index as usize];
    votes.missing = votes.asked - votes.cast();
    votes.stake_missing = votes.stake_asked - votes.stake_approving - votes.stake_alarming;
    Next::Count { job: slot, check: index }
}

fn case_of(market: &State, slot: JobSlot) -> &VerificationCase {
    &market.cases[market.jobs[slot].case]
}

/// A checker will never answer: it is gone, full, or failed.
#[inline(never)]
pub fn lost(market: &mut State, at: &mut Context<'_>, child: TaskSlot) -> Next {
    let (slot, index) = (market.jobs[child].parent, market.jobs[child].check);
    relying::leave(market, at, child);
    checking::note_end(market, at, child, false, Money::ZERO);
    hearing::settle(market, at.scenario, child, LookFate::Missing);
    let stake = calling_off::forget(market, slot, child);
    if at.scenario.verification.methods[market.jobs.record(slot).method].checks[index as usize].ways > 1 {
        // Without one of its parts there is no proof: the others are for nothing.
        calling_off::call_off_check(market, at, slot, index);
    }
    let votes = &mut market.cases[market.jobs[slot].case].votes[index as usize];
    (votes.missing, votes.stake_missing) = (votes.missing + 1, votes.stake_missing + stake);
    Next::Count { job: slot, check: index }
}
