//! A task ends: with its answer, or before it.

use crate::domain::fate::Stage;
use crate::domain::ids::{JobSlot, TaskSlot, WorkSlot};
use crate::domain::money::Money;
use crate::domain::task::TaskKind;
use crate::market::context::Context;
use crate::market::state::State;
use crate::record::fact::Fact;

use super::{checking, load, pulling, relying, room, serving, settlement};

/// A task is done with; gives the stake it was asked with.
pub fn forget(market: &mut State, slot: JobSlot, child: TaskSlot) -> u64 {
    let stake = market.cases[market.jobs[slot].case].leave(child);
    market.jobs.release_task(child);
    stake
}

/// Calls off all tasks of a job. Checks are paid the share that is done; copies are where `pays_copies` says that
/// an answer has come of them.
pub fn call_off(market: &mut State, at: &mut Context<'_>, slot: JobSlot, pays_copies: bool) {
    let id = market.jobs[slot].case;
    if !id.is_some() {
        return;
    }
    while let Some(child) = market.cases[id].children.pop() {
        end_early(market, at, slot, child.slot, pays_copies);
    }
}

/// Calls off one task of a job.
fn call_off_one(market: &mut State, at: &mut Context<'_>, slot: JobSlot, child: TaskSlot) {
    market.cases[market.jobs[slot].case].leave(child);
    end_early(market, at, slot, child, false);
}

/// Calls off what is under way of one check of a job.
pub fn call_off_check(market: &mut State, at: &mut Context<'_>, slot: JobSlot, index: u8) {
    let id = market.jobs[slot].case;
    let mut place = 0;
    while let Some(&child) = market.cases[id].children.get(place) {
        let task = &market.jobs[child.slot];
        match !task.executes() && task.check == index {
            true => call_off_one(market, at, slot, child.slot),
            false => place += 1,
        }
    }
}

/// A checker has had its time and is not paid; gives the stake it was asked with.
pub fn time_out(market: &mut State, at: &mut Context<'_>, slot: JobSlot, child: TaskSlot) -> u64 {
    remove(market, at, child.into());
    relying::leave(market, at, child);
    checking::note_end(market, at, child, false, Money::ZERO);
    forget(market, slot, child)
}

/// A task ends before it is done: its party is paid for the share of it that is.
fn end_early(market: &mut State, at: &mut Context<'_>, slot: JobSlot, child: TaskSlot, pays_copies: bool) {
    if pulling::withdraw(market, child) {
        market.jobs.release_task(child);
        return;
    }
    let done = remove(market, at, child.into());
    match market.jobs[child].kind {
        TaskKind::Copy if pays_copies => {
            let number = usize::from(market.jobs[child].ordinal);
            let copy = market.cases[market.jobs[slot].case].answers[number];
            settlement::pay_copy(market, at, slot, copy.node, copy.price.share(done));
        }
        TaskKind::Check | TaskKind::Proof => checking::end_early(market, at, slot, child, done),
        TaskKind::Copy | TaskKind::Canary => {}
    }
    market.jobs.release_task(child);
}

/// Takes a task off the node where it waits or is done; on its way, it is simply not expected any more. Returns the share of it that
/// is done.
fn remove(market: &mut State, at: &mut Context<'_>, child: WorkSlot) -> f64 {
    let (node, stage, key) = (market.jobs[child].node, market.jobs[child].stage, market.jobs.key(child));
    let done = match stage {
        Stage::Waiting => {
            room::leave_room(market, at, child, node);
            0.0
        }
        Stage::Executing => serving::interrupt(market, at, child, node),
        // What comes back was done.
        Stage::Answered => return 1.0,
        _ => return 0.0,
    };
    market.nodes.states[node].take_work(market.jobs[child].expected);
    at.facts.note(Fact::CalledOff { job: key, node });
    serving::serve(market, at, node);
    load::note_load(market, at.scenario, node);
    done
}
