//! Requests and tasks travel to nodes.

use crate::domain::fate::Stage;
use crate::domain::ids::{Owner, PartyId, WorkSlot};
use crate::domain::purpose::{Purpose, draw};
use crate::engine::time::{SimDuration, Time};
use crate::market::context::Context;
use crate::market::event::Event;
use crate::market::state::State;
use crate::market::state::jobs::Visit;
use crate::scenario::Scenario;

/// Sends a request or a task to its node. Says whether it is there at once; otherwise its arrival is due. A task is never there at
/// once: what a node that is full or gone brings about would be brought about half-way.
pub fn send(market: &mut State, at: &mut Context<'_>, slot: WorkSlot, node: PartyId) -> bool {
    let scenario = at.scenario;
    let Visit { item, key, reached, started, first_token, finished } = market.jobs.visit(slot);
    (item.node, item.stage) = (node, Stage::Placed);
    // The instants at a node are the last attempt's; those of an attempt that came to nothing would lie before this one.
    (*reached, *started, *first_token, *finished) = (Time::NEVER, Time::NEVER, Time::NEVER, Time::NEVER);
    let (version, from) = (item.version, scenario.requesters[item.requester].region);
    if let Owner::Job(job) = slot.owner() {
        let record = market.jobs.record_mut(job);
        record.node = node;
        if record.at.placed == Time::NEVER {
            record.at.placed = at.now;
            record.first_price = record.price();
        }
    }
    if scenario.routing.pool.needs().previous && market.jobs.executes(slot) {
        let job = match slot.owner() {
            Owner::Job(job) => job,
            Owner::Task(task) => market.jobs[task].parent,
        };
        market.registry.remember(key.source.0 as usize, market.jobs.record(job).client, node);
    }
    let mut trip = scenario.network.one_way(from, market.nodes.quotes[node].region);
    if let Some(jitter) = &scenario.network.jitter {
        trip += jitter.span(&mut draw(market.seed, Purpose::RequestJitter, key, market.jobs.draw_index(slot)));
    }
    let is_there = trip == SimDuration::ZERO && matches!(slot.owner(), Owner::Job(_));
    if !is_there {
        at.queue.push(at.now + trip, Event::Reach { work: slot, version });
    }
    is_there
}

/// Whether a node takes requests: a node that repeats or resumes its jobs after a failure still takes
/// requests while it is down, one that loses them is gone.
pub fn is_reachable(market: &State, scenario: &Scenario, node: PartyId) -> bool {
    let group = &scenario.groups[market.nodes.quotes[node].group];
    market.nodes.states[node].is_up() || group.keeps_jobs()
}
