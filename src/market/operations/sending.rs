//! Requests and tasks travel to nodes.

use crate::domain::fate::Stage;
use crate::domain::ids::{JobSlot, PartyId, RequesterId, TaskSlot};
use crate::domain::purpose::{DrawIndex, Purpose, draw};
use crate::domain::record::JobKey;
use crate::engine::time::{SimDuration, Time};
use crate::market::context::Context;
use crate::market::event::Event;
use crate::market::state::State;
use crate::scenario::Scenario;

/// Sends the request of a job to its node. Says whether it is there at once; otherwise its arrival is due.
pub fn send(market: &mut State, at: &mut Context<'_>, slot: JobSlot, node: PartyId) -> bool {
    let (job, record) = market.jobs.both(slot);
    (job.node, job.stage) = (node, Stage::Placed);
    record.node = node;
    if record.at.placed == Time::NEVER {
        record.at.placed = at.now;
        record.first_price = record.price();
    } else {
        // The instants at a node are the last attempt's; those of an attempt that came to nothing would lie before this one.
        (record.at.reached, record.at.started) = (Time::NEVER, Time::NEVER);
        (record.at.first_token, record.at.finished) = (Time::NEVER, Time::NEVER);
    }
    let (key, client, version, from) = (record.key, record.client, job.version, job.requester);
    let index = job.draw_index();
    if at.scenario.routing.pool.needs().previous {
        market.registry.remember(key.source.0 as usize, client, node);
    }
    let trip = trip(market, at.scenario, (key, index), from, node);
    if trip > SimDuration::ZERO {
        at.queue.push(at.now + trip, Event::Reach { work: slot.into(), version });
    }
    trip == SimDuration::ZERO
}

/// Sends a task to its node. It is never there at once: what a node that is full or gone brings about would be brought about half-way.
pub fn send_task(market: &mut State, at: &mut Context<'_>, slot: TaskSlot, node: PartyId) {
    let task = &mut market.jobs[slot];
    (task.node, task.stage) = (node, Stage::Placed);
    let (version, from, parent, index) = (task.version, task.requester, task.parent, task.draw_index());
    let is_copy = task.is_copy();
    let key = market.jobs.task_record(slot).key;
    if is_copy && at.scenario.routing.pool.needs().previous {
        market.registry.remember(key.source.0 as usize, market.jobs.record(parent).client, node);
    }
    let trip = trip(market, at.scenario, (key, index), from, node);
    at.queue.push(at.now + trip, Event::Reach { work: slot.into(), version });
}

/// How long a request takes to its node.
#[inline(always)]
fn trip(
    market: &State,
    scenario: &Scenario,
    (key, index): (JobKey, DrawIndex),
    from: RequesterId,
    node: PartyId,
) -> SimDuration {
    let network = &scenario.network;
    let trip = network.one_way(scenario.requesters[from].region, market.nodes.quotes[node].region);
    match &network.jitter {
        None => trip,
        Some(jitter) => trip + jitter.span(&mut draw(market.seed, Purpose::RequestJitter, key, index)),
    }
}
