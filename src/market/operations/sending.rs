//! Requests, and work on behalf of jobs, travel to nodes.

use crate::domain::fate::Stage;
use crate::domain::ids::{JobSlot, NodeId};
use crate::domain::job::Role;
use crate::domain::purpose::{Purpose, draw};
use crate::engine::time::{SimDuration, Time};
use crate::market::context::Context;
use crate::market::event::Event;
use crate::market::state::State;
use crate::scenario::Scenario;

/// Sends a request, or work on a job's behalf, to its node. Says whether it is there at once; otherwise its arrival is due. Work on
/// a job's behalf is never there at once: what a node that is full or gone brings about would be brought about half-way.
pub fn send(market: &mut State, at: &mut Context<'_>, slot: JobSlot, node: NodeId) -> bool {
    let scenario = at.scenario;
    let (job, record) = market.jobs.both(slot);
    job.node = node;
    job.stage = Stage::Placed;
    record.node = node;
    if record.at.placed == Time::NEVER {
        record.at.placed = at.now;
        record.first_price = record.price();
    } else {
        // The instants at a node are the last attempt's; those of an attempt that came to nothing would lie before this one.
        (record.at.reached, record.at.started) = (Time::NEVER, Time::NEVER);
        (record.at.first_token, record.at.finished) = (Time::NEVER, Time::NEVER);
    }
    let (key, number, version) = (record.key, job.draw_number(), job.version);
    let from = scenario.requesters[job.requester].region;
    let client = record.client;
    let (executes, whole) = (job.executes(), job.role == Role::Job);
    if executes && scenario.routing.pool.needs().previous {
        market.registry.remember(key.source.0 as usize, client, node);
    }
    let mut trip = scenario.network.one_way(from, market.nodes.quotes[node].region);
    if let Some(jitter) = &scenario.network.jitter {
        trip += jitter.span(&mut draw(market.seed, Purpose::RequestJitter, key, number ^ (u32::from(!executes) << 31)));
    }
    let is_there = trip == SimDuration::ZERO && whole;
    if !is_there {
        at.queue.push(at.now + trip, Event::Reach { job: slot, version });
    }
    is_there
}

/// Whether a node takes requests: a node that repeats or resumes its jobs after a failure still takes
/// requests while it is down, one that loses them is gone.
pub fn is_reachable(market: &State, scenario: &Scenario, node: NodeId) -> bool {
    let group = &scenario.groups[market.nodes.quotes[node].group];
    market.nodes.states[node].is_up() || group.keeps_jobs()
}
