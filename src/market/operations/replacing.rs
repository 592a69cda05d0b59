//! Another checker takes the seat of one that had its time.

use super::{calling_off, checking, hearing, seats};
use crate::domain::ids::{JobSlot, TaskSlot};
use crate::domain::purpose::DrawIndex;
use crate::market::context::Context;
use crate::market::state::State;
use crate::market::state::causes::LookFate;

/// A checker has had its time: its look ends unpaid, and another takes its seat. It is missing where no more are drawn, or nobody else
/// can be. A missing vote is no evidence: it says nothing of a look (model §7).
pub fn replace(market: &mut State, at: &mut Context<'_>, slot: JobSlot, child: TaskSlot) {
    let (task, record) = (market.jobs[child], *market.jobs.record(slot));
    let index = usize::from(task.check);
    let check = &at.scenario.verification.methods[record.method].checks[index];
    hearing::settle(market, at.scenario, child, LookFate::Replaced);
    let stake = calling_off::time_out(market, at, slot, child);
    let id = market.jobs[slot].case;
    let ordinal = u32::from(task.ordinal) + check.count;
    let mut chosen = std::mem::take(&mut market.scratch.checkers);
    if check.timeout.is_some_and(|timeout| ordinal < check.count * (timeout.redraws + 1)) {
        let mut busy = std::mem::take(&mut market.scratch.computing);
        checking::answerers(market, slot, check.of.is_some(), &mut busy);
        busy.push(task.node);
        let case = &market.cases[id];
        busy.extend(case.cast.iter().filter(|cast| cast.check == task.check).map(|cast| cast.by));
        let tasks = case.children.iter().map(|child| &market.jobs[child.slot]);
        busy.extend(tasks.filter(|other| !other.executes() && other.check == task.check).map(|other| other.node));
        let number = DrawIndex::checker(task.check, ordinal as u16, task.round).apart_from_executions();
        checking::select(market, at, &record, (check, 1), number, (&busy, &mut chosen));
        busy.clear();
        market.scratch.computing = busy;
    }
    let votes = &mut market.cases[id].votes[index];
    match chosen.pop() {
        None => {
            (votes.missing, votes.stake_missing) = (votes.missing + 1, votes.stake_missing + stake);
            hearing::settle_seat(market, at.scenario, slot, (task.check, task.round, task.ordinal), LookFate::Missing);
        }
        Some(by) => {
            votes.stake_asked -= stake;
            let added = seats::weight(market, by);
            market.cases[id].votes[index].stake_asked += added;
            checking::look(market, at, slot, check, (index, ordinal as u16, by));
        }
    }
    market.scratch.checkers = chosen;
}
