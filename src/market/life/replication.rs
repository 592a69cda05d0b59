//! A job is executed by several nodes, and the first answer that enough of them agree on is the answer.
//!
//! The job itself is at no node meanwhile: each copy is a task. A copy that fails is not tried again; where too few
//! remain to agree, no answer comes of it.

use crate::domain::checking::Shares;
use crate::domain::fate::Fate;
use crate::domain::ids::{JobSlot, TaskSlot};
use crate::domain::item::WorkItem;
use crate::domain::task::{Task, TaskRecord};
use crate::engine::time::Time;
use crate::market::context::Context;
use crate::market::operations::{calling_off, copies, evidence, settlement, sharing};
use crate::market::state::State;
use crate::market::state::cases::Copy;
use crate::scenario::verification::Check;

use super::next::Next;

/// A copy's answer is there: it counts with those that agree with it.
#[inline(never)]
pub fn answered(market: &mut State, at: &mut Context<'_>, child: TaskSlot) -> Next {
    let Task { parent: slot, ordinal, item: WorkItem { node, .. }, .. } = market.jobs[child];
    let (number, record) = (usize::from(ordinal), *market.jobs.task_record(child));
    let id = market.jobs[slot].case;
    market.cases[id].answers[number].answer = record.answer;
    if at.scenario.record.causes {
        market.causes.file(id).arrived.push(number as u8);
    }
    if check(at, market, slot).shares == Shares::LogOdds {
        sharing::note_odds(market, at.scenario, slot, number);
    }
    calling_off::forget(market, slot, child);
    if market.jobs.record(slot).at.answered != Time::NEVER {
        // The others have agreed already, and were not called off.
        settlement::pay_late_copy(market, at, slot, number);
        evidence::compare(market, at, slot, number);
        return Next::Done;
    }
    let check = check(at, market, slot);
    if check.appeal.is_some() {
        // Where the copies will not agree, these are the instants of the last that answered.
        note_instants(market, slot, &record);
    }
    let key = record.answer.key;
    let is_enough = match check.credibility {
        None => market.cases[id].answers.iter().filter(|copy| copy.answer.key == key).count() >= check.agree as usize,
        Some(credibility) => copies::is_group_credible(market, at.scenario, slot, key, credibility),
    };
    if !is_enough {
        return undecided(market, at, slot);
    }
    let parent = market.jobs.record_mut(slot);
    parent.answer = record.answer;
    parent.node = node;
    note_instants(market, slot, &record);
    let job = &mut market.jobs[slot];
    (job.node, job.version) = (node, job.version.wrapping_add(1));
    if check.cancel {
        calling_off::call_off(market, at, slot, true);
    }
    Next::Answer { job: slot }
}

/// The job has the instants of one of its copies.
fn note_instants(market: &mut State, slot: JobSlot, copy: &TaskRecord) {
    let at = &mut market.jobs.record_mut(slot).at;
    (at.reached, at.started) = (copy.reached, copy.started);
    (at.first_token, at.finished) = (copy.first_token, copy.finished);
}

/// A copy came to nothing.
#[inline(never)]
pub fn lost(market: &mut State, at: &mut Context<'_>, child: TaskSlot) -> Next {
    let Task { parent: slot, ordinal, .. } = market.jobs[child];
    if at.scenario.record.causes {
        market.causes.file(market.jobs[slot].case).lost.push(ordinal as u8);
    }
    calling_off::forget(market, slot, child);
    undecided(market, at, slot)
}

/// Without enough copies left to agree the job is lost if none has answered. Otherwise the check that is to decide between their answers
/// begins, if there is one, and no verdict was reached if there is none.
fn undecided(market: &mut State, at: &mut Context<'_>, slot: JobSlot) -> Next {
    if market.jobs.record(slot).at.answered != Time::NEVER {
        return Next::Done;
    }
    let check = check(at, market, slot);
    let case = &market.cases[market.jobs[slot].case];
    let there: &[Copy] = &case.answers;
    let most = there
        .iter()
        .filter(|copy| copy.answer.key != u64::MAX)
        .map(|copy| there.iter().filter(|other| other.answer.key == copy.answer.key).count())
        .max();
    if check.credibility.is_some() {
        let more = if case.children.is_empty() { copies::wanted(market, at, slot) } else { Some(0) };
        if let Some(more) = more {
            copies::send(market, at, slot, more);
            return Next::Done;
        }
    } else if most.unwrap_or(0) + case.children.len() >= check.agree as usize {
        return Next::Done;
    }
    let drawn = case.drawn;
    if most.is_some() && check.appeal.is_some_and(|appeal| drawn >> appeal & 1 == 1) {
        market.cases[market.jobs[slot].case].disputed = copies::propose(market, slot);
        let job = &mut market.jobs[slot];
        job.version = job.version.wrapping_add(1);
        return Next::Answer { job: slot };
    }
    let fate = if most.is_none() { Fate::Lost } else { Fate::Unresolved };
    calling_off::call_off(market, at, slot, false);
    settlement::return_rest(market, at, slot);
    Next::Close { job: slot, fate }
}

fn check<'s>(at: &Context<'s>, market: &State, slot: JobSlot) -> &'s Check {
    &at.scenario.verification.methods[market.jobs.record(slot).method].checks[0]
}
