//! A job is executed by several nodes, and the first answer that enough of them agree on is the answer.
//!
//! The job itself is at no node meanwhile: each copy is a task. A copy that fails is not tried again; where too few
//! remain to agree, no answer comes of it.

use crate::domain::fate::Fate;
use crate::domain::ids::{JobSlot, TaskSlot};
use crate::domain::item::WorkItem;
use crate::domain::task::Task;
use crate::engine::time::Time;
use crate::market::context::Context;
use crate::market::operations::{calling_off, evidence, settlement};
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
    calling_off::forget(market, slot, child);
    if market.jobs.record(slot).at.answered != Time::NEVER {
        // The others have agreed already, and were not called off.
        settlement::pay_late_copy(market, at, slot, number);
        evidence::compare(market, at, slot, number);
        return Next::Done;
    }
    let check = check(at, market, slot);
    let agreeing = market.cases[id].answers.iter().filter(|copy| copy.answer.key == record.answer.key).count();
    if agreeing < check.agree as usize {
        return undecided(market, at, slot);
    }
    let parent = market.jobs.record_mut(slot);
    parent.answer = record.answer;
    parent.node = node;
    (parent.at.reached, parent.at.started) = (record.reached, record.started);
    (parent.at.first_token, parent.at.finished) = (record.first_token, record.finished);
    let job = &mut market.jobs[slot];
    (job.node, job.version) = (node, job.version.wrapping_add(1));
    if check.cancel {
        calling_off::call_off(market, at, slot, true);
    }
    Next::Answer { job: slot }
}

/// A copy came to nothing.
#[inline(never)]
pub fn lost(market: &mut State, at: &mut Context<'_>, child: TaskSlot) -> Next {
    let slot = market.jobs[child].parent;
    calling_off::forget(market, slot, child);
    undecided(market, at, slot)
}

/// Without enough copies left to agree the job is lost if none has answered, and otherwise no verdict was reached.
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
    if most.unwrap_or(0) + case.children.len() >= check.agree as usize {
        return Next::Done;
    }
    let fate = if most.is_none() { Fate::Lost } else { Fate::Unresolved };
    calling_off::call_off(market, at, slot, false);
    settlement::return_rest(market, at, slot);
    Next::Close { job: slot, fate }
}

fn check<'s>(at: &Context<'s>, market: &State, slot: JobSlot) -> &'s Check {
    &at.scenario.verification.methods[market.jobs.record(slot).method].checks[0]
}
