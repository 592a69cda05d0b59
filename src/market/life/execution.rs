//! The job is served, and comes back with an answer or without.

use crate::domain::fate::Stage;
use crate::domain::ids::{JobSlot, NodeId};
use crate::domain::job::{Phase, Role};
use crate::domain::purpose::{Purpose, draw};
use crate::engine::time::{SimDuration, Time};
use crate::market::context::Context;
use crate::market::event::Event;
use crate::market::operations::{load, serving};
use crate::market::state::State;
use crate::record::fact::Fact;

use super::next::Next;

/// A model has been loaded: the job that waited for it is served.
pub fn loaded(market: &mut State, at: &mut Context<'_>, slot: JobSlot) -> Next {
    let node = market.jobs[slot].node;
    let state = &mut market.nodes.states[node];
    state.service.advance(at.now);
    market.nodes.backrooms[node].loading.retain(|&other| other != slot);
    market.leave_slot(at, slot, node);
    serving::begin(market, at, slot, node);
    serving::enter(market, slot, node);
    serving::give_way(market, at, node);
    serving::schedule(market, at, node);
    Next::Done
}

/// The job nearest its end at a node ends its phase: the first token is made, or the execution is over.
pub fn step(market: &mut State, at: &mut Context<'_>, node: NodeId) -> Next {
    let state = &mut market.nodes.states[node];
    state.due = None;
    state.service.advance(at.now);
    let entry = state.service.take();
    if !entry.job.is_some() {
        return finish_batch(market, at, node);
    }
    let (job, record) = market.jobs.both(entry.job);
    if job.phase == Phase::Prefill {
        job.phase = Phase::Decode;
        job.left = job.left.less(job.prefill);
        job.prefill = SimDuration::ZERO;
        record.at.first_token = at.now;
        at.facts.note(Fact::FirstToken { job: record.key, node });
        serving::enter(market, entry.job, node);
        serving::schedule(market, at, node);
        return Next::Done;
    }
    state.service.vacate();
    serving::leave_node(market, at, entry.job, node);
    match market.nodes.states[node].queued {
        0 => serving::schedule(market, at, node),
        _ => serving::serve(market, at, node),
    }
    load::note_load(market, at.scenario, node);
    returned(market, at, entry.job)
}

/// All jobs of a batch end together, and come back in the order in which they joined it.
fn finish_batch(market: &mut State, at: &mut Context<'_>, node: NodeId) -> Next {
    let mut batch = std::mem::take(&mut market.scratch.jobs);
    std::mem::swap(&mut batch, &mut market.nodes.backrooms[node].batch);
    for &slot in &batch {
        market.nodes.states[node].service.vacate();
        serving::leave_node(market, at, slot, node);
    }
    serving::serve(market, at, node);
    load::note_load(market, at.scenario, node);
    market.agenda.extend(batch.iter().rev().map(|&job| Next::Return { job }));
    batch.clear();
    market.scratch.jobs = batch;
    Next::Done
}

/// The node sends the answer, if there is one; otherwise the attempt has failed.
pub fn returned(market: &mut State, at: &mut Context<'_>, slot: JobSlot) -> Next {
    let scenario = at.scenario;
    let (job, record) = market.jobs.both(slot);
    let node = job.node;
    let quote = &market.nodes.quotes[node];
    let number = job.draw_index();
    if record.at.first_token == Time::NEVER {
        market.nodes.backrooms[node].failed += 1;
        return Next::Fail { job: slot, is_silent: false };
    }
    market.nodes.states[node].served += 1;
    job.stage = Stage::Answered;
    job.version = job.version.wrapping_add(1);
    let mut trip = scenario.network.one_way(quote.region, scenario.requesters[job.requester].region);
    if let Some(jitter) = &scenario.network.jitter {
        trip += jitter.span(&mut draw(market.seed, Purpose::ResponseJitter, record.key, number));
    }
    if trip == SimDuration::ZERO {
        return respond(market, slot);
    }
    at.queue.push(at.now + trip, Event::Respond { job: slot, version: job.version });
    Next::Done
}

/// What comes back is there: an answer, one copy's answer, or a vote.
pub fn respond(market: &State, slot: JobSlot) -> Next {
    match market.jobs[slot].role {
        Role::Job => Next::Answer { job: slot },
        Role::Replica => Next::CopyAnswer { copy: slot },
        Role::Check | Role::Proof => Next::Report { check: slot },
    }
}
