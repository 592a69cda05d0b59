//! The job is served, and comes back with an answer or without.

use crate::domain::fate::Stage;
use crate::domain::ids::{Owner, PartyId, WorkSlot};
use crate::domain::item::Phase;
use crate::domain::purpose::{Purpose, draw};
use crate::domain::work::Work;
use crate::engine::time::{SimDuration, Time};
use crate::market::context::Context;
use crate::market::event::Event;
use crate::market::operations::{load, serving};
use crate::market::state::State;
use crate::market::state::jobs::Visit;
use crate::record::fact::Fact;

use super::next::{Next, Planned};

/// A model has been loaded: the work that waited for it is served.
pub fn loaded(market: &mut State, at: &mut Context<'_>, slot: WorkSlot) -> Next {
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
pub fn step(market: &mut State, at: &mut Context<'_>, node: PartyId) -> Next {
    let state = &mut market.nodes.states[node];
    state.due = None;
    state.service.advance(at.now);
    let entry = state.service.take();
    if !entry.work.is_some() {
        return finish_batch(market, at, node);
    }
    let Visit { item, key, first_token, .. } = market.jobs.visit(entry.work);
    if item.phase == Phase::Prefill {
        item.phase = Phase::Decode;
        item.left = item.left.less(item.prefill);
        item.prefill = Work::ZERO;
        *first_token = at.now;
        at.facts.note(Fact::FirstToken { job: key, node });
        serving::enter(market, entry.work, node);
        serving::schedule(market, at, node);
        return Next::Done;
    }
    state.service.vacate();
    serving::leave_node(market, at, entry.work, node);
    match market.nodes.states[node].queued() {
        0 => serving::schedule(market, at, node),
        _ => serving::serve(market, at, node),
    }
    load::note_load(market, at.scenario, node);
    returned(market, at, entry.work)
}

/// All jobs of a batch end together, and come back in the order in which they joined it.
fn finish_batch(market: &mut State, at: &mut Context<'_>, node: PartyId) -> Next {
    let mut batch = std::mem::take(&mut market.scratch.work);
    std::mem::swap(&mut batch, &mut market.nodes.backrooms[node].batch);
    for &slot in &batch {
        market.nodes.states[node].service.vacate();
        serving::leave_node(market, at, slot, node);
    }
    serving::serve(market, at, node);
    load::note_load(market, at.scenario, node);
    market.agenda.extend(batch.iter().rev().map(|&work| Planned::from(Next::Return { work })));
    batch.clear();
    market.scratch.work = batch;
    Next::Done
}

/// The node sends the answer, if there is one; otherwise the attempt has failed.
#[inline(never)]
pub fn returned(market: &mut State, at: &mut Context<'_>, slot: WorkSlot) -> Next {
    let scenario = at.scenario;
    let Visit { item, key, first_token, .. } = market.jobs.visit(slot);
    let node = item.node;
    if *first_token == Time::NEVER || market.shocks.refuses(node) {
        *first_token = Time::NEVER;
        market.nodes.backrooms[node].failed += 1;
        return Next::Fail { work: slot, is_silent: false };
    }
    market.nodes.states[node].served += 1;
    item.stage = Stage::Answered;
    item.version = item.version.wrapping_add(1);
    let (version, to) = (item.version, scenario.requesters[item.requester].region);
    let mut trip = scenario.network.one_way(market.nodes.quotes[node].region, to);
    if let Some(jitter) = &scenario.network.jitter {
        trip += jitter.span(&mut draw(market.seed, Purpose::ResponseJitter, key, market.jobs.draw_index(slot)));
    }
    if trip == SimDuration::ZERO {
        return respond(market, slot);
    }
    at.queue.push(at.now + trip, Event::Respond { work: slot, version });
    Next::Done
}

/// What comes back is there: an answer, one copy's answer, or a vote.
pub fn respond(market: &State, slot: WorkSlot) -> Next {
    match slot.owner() {
        Owner::Job(job) => Next::Answer { job },
        Owner::Task(copy) if market.jobs[copy].is_copy() => Next::CopyAnswer { copy },
        Owner::Task(canary) if market.jobs[canary].executes() => Next::Canary { canary, is_lost: false },
        Owner::Task(check) => Next::Report { check },
    }
}
