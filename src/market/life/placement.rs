//! The request goes to its node, which takes it or does not.

use crate::domain::fate::{Fate, Stage};
use crate::domain::ids::{JobSlot, Owner, WorkSlot};
use crate::domain::item::Phase;
use crate::domain::money::Money;
use crate::engine::time::{SimDuration, Time};
use crate::market::context::Context;
use crate::market::event::Event;
use crate::market::operations::{assignment, copies, pulling, sending, serving, settlement};
use crate::market::state::State;
use crate::market::state::jobs::Visit;
use crate::record::fact::Fact;

use super::next::Next;

/// The request leaves for its node, or for each node of the copies.
pub fn depart(market: &mut State, at: &mut Context<'_>, slot: JobSlot) -> Next {
    let node = market.jobs[slot].node;
    if at.scenario.verification.methods[market.jobs.record(slot).method].replicas().is_some() {
        spread(market, at, slot);
    } else if sending::send(market, at, slot, node) {
        return Next::Reach { work: slot.into() };
    }
    Next::Done
}

/// Sends a request to each of the nodes, or to the first of them.
#[inline(never)]
fn spread(market: &mut State, at: &mut Context<'_>, slot: JobSlot) {
    let (job, record) = market.jobs.both(slot);
    job.stage = Stage::Executing;
    if record.at.placed == Time::NEVER {
        record.at.placed = at.now;
        record.first_price = record.price();
    }
    let first = copies::wanted(market, at, slot).unwrap_or(market.cases[market.jobs[slot].case].answers.len());
    copies::send(market, at, slot, first);
}

/// The request is at the node: it waits or is served at once, or finds the node gone or full.
pub fn reach(market: &mut State, at: &mut Context<'_>, slot: WorkSlot) -> Next {
    if let (true, Owner::Task(task)) = (market.pulled.is_used(), slot.owner()) {
        pulling::arrive(market, task, market.jobs[task].node);
    }
    let Visit { item, key, reached, .. } = market.jobs.visit(slot);
    let node = item.node;
    let (state, quote) = (&market.nodes.states[node], &market.nodes.quotes[node]);
    let full = state.jobs() >= quote.room;
    // A node that repeats or resumes its jobs after a failure takes requests while it is down, one that loses them is gone.
    let is_reachable = state.is_up() || at.scenario.groups[quote.group].keeps_jobs();
    if full || !is_reachable {
        at.facts.note(Fact::Bounced { job: key, node, full });
        return Next::Fail { work: slot, is_silent: !full };
    }
    *reached = at.now;
    at.facts.note(Fact::Reached { job: key, node });
    assignment::set_work(market, at, slot);
    serving::take_in(market, at, slot, node);
    Next::Done
}

/// The attempt came to nothing: tries again after a while, or gives up when the retries are spent. A task is not tried again.
#[inline(never)]
pub fn fail(market: &mut State, at: &mut Context<'_>, slot: WorkSlot, is_silent: bool) -> Next {
    let slot = match slot.owner() {
        Owner::Job(job) => job,
        Owner::Task(copy) if market.jobs[copy].is_copy() => return Next::CopyLost { copy },
        Owner::Task(canary) if market.jobs[canary].executes() => return Next::Canary { canary, is_lost: true },
        Owner::Task(check) => return Next::CheckLost { check },
    };
    let refunded = settlement::refund(market, slot);
    let (job, record) = market.jobs.both(slot);
    at.facts.note(Fact::Settled { job: record.key, paid: Money::ZERO, refunded });
    if job.attempt >= at.scenario.retries.most {
        return Next::Close { job: slot, fate: Fate::Lost };
    }
    job.attempt += 1;
    job.stage = Stage::Retrying;
    job.phase = Phase::Idle;
    job.version = job.version.wrapping_add(1);
    let found_after = if is_silent { at.scenario.retries.timeout } else { SimDuration::ZERO };
    let due = at.now + found_after + at.scenario.retries.pause;
    at.queue.push(due, Event::Retry { job: slot, version: job.version });
    Next::Done
}

/// A job or a task was at a node that failed.
#[inline(never)]
pub fn dropped(market: &mut State, at: &mut Context<'_>, slot: WorkSlot) -> Next {
    let Visit { item, key, first_token, .. } = market.jobs.visit(slot);
    *first_token = Time::NEVER;
    at.facts.note(Fact::Dropped { job: key, node: item.node });
    Next::Fail { work: slot, is_silent: true }
}
