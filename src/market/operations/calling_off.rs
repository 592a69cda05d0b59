//! Work on behalf of a job ends: with its answer, or before it.

use crate::domain::fate::Stage;
use crate::domain::ids::{JobSlot, NodeId};
use crate::domain::job::Role;
use crate::market::context::Context;
use crate::market::state::State;
use crate::record::fact::Fact;

use super::{checking, load, room, serving, settlement};

/// A child is done with; gives the stake it was asked with.
pub fn forget(market: &mut State, slot: JobSlot, child: JobSlot) -> u64 {
    let stake = market.cases.get(market.jobs[slot].link).leave(child);
    market.jobs.release(child);
    stake
}

/// Calls off all work under way on a job's behalf. Checks are paid the share that is done; copies are where `pays_copies` says that
/// an answer has come of them.
pub fn call_off(market: &mut State, at: &mut Context<'_>, slot: JobSlot, pays_copies: bool) {
    let link = market.jobs[slot].link;
    if !link.is_some() {
        return;
    }
    while let Some(child) = market.cases.get(link).children.pop() {
        end_early(market, at, slot, child.slot, pays_copies);
    }
}

/// Calls off one piece of work on a job's behalf.
pub fn call_off_one(market: &mut State, at: &mut Context<'_>, slot: JobSlot, child: JobSlot) {
    market.cases.get(market.jobs[slot].link).leave(child);
    end_early(market, at, slot, child, false);
}

/// Work on a job's behalf ends before it is done: its party is paid for the share of it that is.
fn end_early(market: &mut State, at: &mut Context<'_>, slot: JobSlot, child: JobSlot, pays_copies: bool) {
    let done = remove(market, at, child);
    match market.jobs[child].role {
        Role::Replica if pays_copies => {
            let number = market.jobs[child].copy as usize;
            let copy = market.cases.read(market.jobs[slot].link).answers[number];
            settlement::pay_copy(market, at, slot, copy.node, copy.price.share(done));
        }
        Role::Check | Role::Proof => checking::end_early(market, at, slot, child, done),
        Role::Replica | Role::Job => {}
    }
    market.jobs.release(child);
}

/// Takes work off the node where it waits or is done; on its way, it is simply not expected any more. Returns the share of it that
/// is done.
fn remove(market: &mut State, at: &mut Context<'_>, child: JobSlot) -> f64 {
    let (node, stage): (NodeId, Stage) = (market.jobs[child].node, market.jobs[child].stage);
    let key = market.jobs.record(child).key;
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
