//! The price goes into escrow and the request to the node, which takes it or does not.

use crate::domain::fate::{Fate, Stage};
use crate::domain::ids::{JobSlot, NodeId};
use crate::domain::job::Phase;
use crate::domain::purpose::Purpose;
use crate::engine::time::{Span, Time};
use crate::market::{Event, Market, Moment};
use crate::policy::chooser::Offer;
use crate::record::fact::Fact;

use super::arrival::draw;
use super::{execution, settlement, standing};

/// Takes an offer: puts the price into escrow and sends the request.
pub fn place(market: &mut Market, at: &mut Moment<'_>, slot: JobSlot, offer: Offer) {
    let scenario = at.scenario;
    settlement::escrow(market, slot, offer.price);
    let (job, story) = market.jobs.both(slot);
    job.node = offer.node;
    job.stage = Stage::Placed;
    job.turn = job.turn.wrapping_add(1);
    story.node = offer.node;
    story.compute_price = offer.price;
    story.attempts = job.attempt + 1;
    if story.at.placed == Time::NEVER {
        story.at.placed = at.now;
    } else {
        // The instants at a node are the last attempt's; those of an attempt that came to nothing would lie before this one.
        (story.at.reached, story.at.started) = (Time::NEVER, Time::NEVER);
        (story.at.first_token, story.at.finished) = (Time::NEVER, Time::NEVER);
    }
    let (key, attempt, turn) = (story.key, job.attempt, job.turn);
    at.facts.note(Fact::Placed { job: key, node: offer.node, attempt, price: offer.price });
    let from = scenario.requesters[job.requester].region;
    let client = story.client;
    if scenario.routing.pool.needs_previous() {
        market.registry.remember(key.source.0 as usize, client, offer.node);
    }
    let mut trip = scenario.network.one_way(from, market.nodes.quotes[offer.node].region);
    if let Some(jitter) = &scenario.network.jitter {
        trip += jitter.span(&mut draw(market.seed, Purpose::RequestJitter, key, attempt as u32));
    }
    match trip {
        Span::ZERO => reach(market, at, slot),
        _ => at.queue.push(at.now + trip, Event::Reach { job: slot, turn }),
    }
}

/// The request is at the node: it waits or is served at once, or finds the node gone or full.
pub fn reach(market: &mut Market, at: &mut Moment<'_>, slot: JobSlot) {
    let (node, key) = (market.jobs[slot].node, market.jobs.story(slot).key);
    let full = market.nodes.states[node].jobs() >= market.nodes.quotes[node].room;
    if full || !market.reachable(at.scenario, node) {
        at.facts.note(Fact::Bounced { job: key, node, full });
        let found_after = if full { Span::ZERO } else { at.scenario.retries.timeout };
        return retry(market, at, slot, found_after);
    }
    market.jobs.story_mut(slot).at.reached = at.now;
    at.facts.note(Fact::Reached { job: key, node });
    set_work(market, at, slot);
    execution::take_in(market, at, slot, node);
}

/// Fixes how much work this attempt will really take, and which part of it comes before the first token.
pub fn set_work(market: &mut Market, at: &Moment<'_>, slot: JobSlot) {
    let seed = market.seed;
    let (job, story) = market.jobs.both(slot);
    let class = &at.scenario.classes[job.class];
    let factor = match &class.noise {
        None => 1.0,
        Some(noise) => noise.sample(&mut draw(seed, Purpose::Noise, story.key, job.attempt as u32)),
    };
    job.phase = Phase::Idle;
    job.left = if factor == 1.0 { story.work } else { story.work.scaled(factor) };
    job.prefill = Span::ZERO;
    if story.output_tokens > 0 {
        let model = &at.scenario.models[class.model];
        let prefill = model.prefill(story.input_tokens) + model.decode(1.0);
        job.prefill = prefill.scaled(factor).at_most(job.left);
    }
}

/// The attempt came to nothing: tries again after a while, or gives up when the retries are spent.
pub fn retry(market: &mut Market, at: &mut Moment<'_>, slot: JobSlot, found_after: Span) {
    let refunded = settlement::refund(market, slot);
    let (job, story) = market.jobs.both(slot);
    at.facts.note(Fact::Settled { job: story.key, paid: crate::domain::money::Money::ZERO, refunded });
    if job.attempt >= at.scenario.retries.most {
        return standing::close(market, at, slot, Fate::Lost);
    }
    job.attempt += 1;
    job.stage = Stage::Retrying;
    job.phase = Phase::Idle;
    job.turn = job.turn.wrapping_add(1);
    let due = at.now + found_after + at.scenario.retries.pause;
    at.queue.push(due, Event::Retry { job: slot, turn: job.turn });
}

impl Market {
    /// Whether a request finds somebody at the node: a node that repeats or resumes its jobs after a failure still takes
    /// requests while it is down, one that loses them is gone.
    fn reachable(&self, scenario: &crate::scenario::Scenario, node: NodeId) -> bool {
        let group = &scenario.groups[self.nodes.quotes[node].group];
        self.nodes.states[node].up || group.keeps_jobs()
    }
}
