//! Idle validators take checks out of the one queue.

use crate::domain::fate::Stage;
use crate::domain::ids::{PartyId, TaskSlot};
use crate::domain::purpose::{DrawIndex, Purpose, draw};
use crate::domain::task::Task;
use crate::domain::work::Work;
use crate::engine::random::RandomSource;
use crate::market::context::Context;
use crate::market::state::State;

use super::checking;

/// An idle validator looks at so many of the oldest checks for one that it may do: none in which it has a seat already.
const LOOKS: usize = 64;

/// Gives checks that wait to validators that are idle, the oldest first, until no more can be given.
pub fn hand_out(market: &mut State, at: &mut Context<'_>) {
    let mut place = 0;
    while market.pulled.is_ready() && place < LOOKS {
        let Some(&(task, version)) = market.pulled.queue.get(place) else { return };
        if !market.jobs.is(task, version) {
            market.pulled.queue.remove(place);
            continue;
        }
        match taker(market, task) {
            None => place += 1,
            Some(by) => {
                market.pulled.queue.remove(place);
                market.pulled.leave(market.jobs[task].expected);
                checking::take(market, at, task, by);
            }
        }
    }
}

/// An idle validator that has no seat in the check yet, any with the same probability.
fn taker(market: &State, task: TaskSlot) -> Option<PartyId> {
    let (idle, of) = (market.pulled.idle(), &market.jobs[task]);
    let number = DrawIndex::checker(of.check, of.ordinal, of.round);
    let first =
        draw(market.seed, Purpose::Selection, market.jobs.task_record(task).key, number).below(idle.len() as u64);
    let order = idle.iter().cycle().skip(first as usize).take(idle.len());
    order.copied().find(|&by| !has_seat(market, of, by))
}

/// Whether a party looks or has looked in the check that a task is of, or voted in one whose alarm has led to it.
fn has_seat(market: &State, of: &Task, by: PartyId) -> bool {
    let case = &market.cases[market.jobs[of.parent].case];
    let looks = |child: TaskSlot| {
        let task = &market.jobs[child];
        !task.executes() && task.check == of.check && task.node == by
    };
    case.children.iter().any(|child| looks(child.slot))
        || case.cast.iter().any(|cast| cast.by == by && (of.round > 0 || cast.check == of.check))
}

/// A check is called off that nobody has taken, or that is on its way. Says whether nobody has.
pub fn withdraw(market: &mut State, task: TaskSlot) -> bool {
    if !market.pulled.is_used() {
        return false;
    }
    let (by, stage) = (market.jobs[task].node, market.jobs[task].stage);
    let is_untaken = by == PartyId::NONE;
    if is_untaken {
        market.pulled.leave(market.jobs[task].expected);
    } else if stage == Stage::Placed && !market.jobs.task_record(task).is_there() {
        arrive(market, task, by);
    }
    is_untaken
}

/// A check that was on its way to a validator is there, or will not come.
pub fn arrive(market: &mut State, task: TaskSlot, by: PartyId) {
    let is_check = !market.jobs[task].executes() && market.jobs.task_record(task).work > Work::ZERO;
    if is_check && market.pulled.is_used() && market.nodes.kind(by) == crate::domain::party::PartyKind::Validator {
        market.pulled.arrive(by);
    }
}
