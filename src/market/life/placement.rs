//! The price goes into escrow and the request to the node, which takes it or does not.

use crate::domain::answer::Answer;
use crate::domain::fate::{Fate, Stage};
use crate::domain::ids::{JobSlot, MethodId, NodeId};
use crate::domain::job::{Phase, Role};
use crate::domain::money::Money;
use crate::domain::purpose::Purpose;
use crate::engine::random::{Chance, mix};
use crate::engine::time::{Span, Time};
use crate::market::{Event, Market, Moment};
use crate::policy::conduct::Assignment;
use crate::record::fact::Fact;
use crate::scenario::Scenario;
use crate::scenario::schema::PayoutAt;

use super::arrival::draw;
use super::quote::Quote;
use super::{coordination, execution, replication, settlement, standing, terms, verification};

/// Takes a quote: puts the price into escrow and sends the request.
pub fn place(market: &mut Market, at: &mut Moment<'_>, slot: JobSlot, quote: &Quote) {
    agree(market, at, slot, quote);
    if !coordination::send(market, at, slot, quote) {
        go(market, at, slot, quote.node);
    }
}

/// Puts the price into escrow, and begins a proceeding where the answer will be checked or its payment gathered.
pub fn agree(market: &mut Market, at: &mut Moment<'_>, slot: JobSlot, quote: &Quote) {
    let scenario = at.scenario;
    settlement::escrow(market, slot, quote.most);
    let (job, story) = market.jobs.both(slot);
    settlement::agree(story, quote);
    story.attempts = job.attempt + 1;
    story.node = quote.node;
    job.node = quote.node;
    job.stage = Stage::Placed;
    job.turn = job.turn.wrapping_add(1);
    at.facts.note(Fact::Placed { job: story.key, node: quote.node, attempt: job.attempt, price: story.price() });
    if job.link.is_some() {
        market.proceedings.end(std::mem::replace(&mut job.link, JobSlot::NONE));
    }
    let checked = !scenario.verification.methods[quote.method].checks.is_empty();
    if checked || scenario.payout.batch.is_some() || scenario.payout.at == PayoutAt::Window {
        proceed(market, scenario, slot, quote.method);
    }
}

/// Begins the proceeding of a job, and draws which checks will take place.
fn proceed(market: &mut Market, scenario: &Scenario, slot: JobSlot, id: MethodId) {
    let (key, attempt) = (market.jobs.story(slot).key, market.jobs[slot].attempt);
    let method = &scenario.verification.methods[id];
    let mut drawn = 0;
    for (index, check) in method.checks.iter().enumerate() {
        let number = u32::from(attempt) | (index as u32) << 16;
        let takes_place = check.sample >= 1.0
            || (check.sample > 0.0 && draw(market.seed, Purpose::Sampling, key, number).chance(check.sample));
        drawn |= u8::from(takes_place) << index;
    }
    market.jobs[slot].link = market.proceedings.begin(id, drawn, method.checks.len());
}

/// Sends the request to its node.
pub fn go(market: &mut Market, at: &mut Moment<'_>, slot: JobSlot, node: NodeId) {
    let scenario = at.scenario;
    let (job, story) = market.jobs.both(slot);
    job.node = node;
    job.stage = Stage::Placed;
    story.node = node;
    if story.at.placed == Time::NEVER {
        story.at.placed = at.now;
        story.first_price = story.price();
    } else {
        // The instants at a node are the last attempt's; those of an attempt that came to nothing would lie before this one.
        (story.at.reached, story.at.started) = (Time::NEVER, Time::NEVER);
        (story.at.first_token, story.at.finished) = (Time::NEVER, Time::NEVER);
    }
    let (key, number, turn) = (story.key, job.draw_number(), job.turn);
    let from = scenario.requesters[job.requester].region;
    let client = story.client;
    let (executes, whole) = (job.executes(), job.role == Role::Job);
    if executes && scenario.routing.pool.needs().previous {
        market.registry.remember(key.source.0 as usize, client, node);
    }
    let mut trip = scenario.network.one_way(from, market.nodes.quotes[node].region);
    if let Some(jitter) = &scenario.network.jitter {
        trip += jitter.span(&mut draw(market.seed, Purpose::RequestJitter, key, number ^ (u32::from(!executes) << 31)));
    }
    match trip {
        // Work on a job's behalf never arrives while its job is still being dealt with: what a node that is full or gone
        // brings about would be brought about half-way.
        Span::ZERO if whole => reach(market, at, slot),
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
    let (seed, scenario) = (market.seed, at.scenario);
    let (job, story) = market.jobs.both(slot);
    job.phase = Phase::Idle;
    job.prefill = Span::ZERO;
    if !job.executes() {
        job.left = story.work;
        return;
    }
    let class = &scenario.classes[job.class];
    let factor = match &class.noise {
        None => 1.0,
        Some(noise) => noise.sample(&mut draw(seed, Purpose::Noise, story.key, job.draw_number())),
    };
    job.left = if factor == 1.0 { story.work } else { story.work.scaled(factor) };
    let method = &scenario.verification.methods[story.method];
    let more = terms::overhead(method, story.work);
    if story.output_tokens > 0 {
        let model = &scenario.models[class.model];
        // What is not writing the output is reading the input.
        let prefill = story.work.less(model.decode(f64::from(story.output_tokens))) + model.decode(1.0);
        job.prefill = prefill.scaled(factor).at_most(job.left);
    }
    if more > Span::ZERO {
        job.left += more;
    }
    decide(market, at.scenario, slot);
}

/// The node decides what it does with the work, before it begins.
fn decide(market: &mut Market, scenario: &Scenario, slot: JobSlot) {
    let (job, story) = market.jobs.both(slot);
    let quote = &market.nodes.quotes[job.node];
    let group = &scenario.groups[quote.group];
    if group.conduct.is_passive() {
        // An attempt elsewhere may have led to a wrong answer that never came.
        if job.attempt > 0 {
            story.answer = Answer::RIGHT;
        }
        return;
    }
    let backroom = &mut market.nodes.backrooms[job.node];
    let slash = settlement::slash_of(scenario, backroom.stake, story.compute_price);
    let task = Assignment {
        party: job.node.0.into(),
        job: mix(mix(story.key.source.0.into()) ^ story.key.index),
        fee: story.compute_price,
        cost: quote.cost.for_work(story.work.scaled(quote.slowness), Default::default()),
        slash: Money::from_micro(slash.units() * scenario.channels.token.0 as f64),
    };
    let mut drawn = draw(market.seed, Purpose::Answer, story.key, job.draw_number());
    let deed = group.conduct.act(&mut backroom.conduct, &task, &mut drawn);
    story.answer = deed.answer;
    if deed.effort < 1.0 {
        job.left = job.left.scaled(deed.effort);
        job.prefill = job.prefill.scaled(deed.effort);
    }
}

/// The attempt came to nothing: tries again after a while, or gives up when the retries are spent.
pub fn retry(market: &mut Market, at: &mut Moment<'_>, slot: JobSlot, found_after: Span) {
    match market.jobs[slot].role {
        Role::Job => {}
        Role::Replica => return replication::lost(market, at, slot),
        Role::Check | Role::Proof => return verification::lost(market, at, slot),
    }
    let refunded = settlement::refund(market, slot);
    let (job, story) = market.jobs.both(slot);
    at.facts.note(Fact::Settled { job: story.key, paid: Money::ZERO, refunded });
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
    /// Whether a node does all of the work it is given, and has nothing to learn.
    pub(in crate::market) fn is_honest(&self, scenario: &Scenario, node: NodeId) -> bool {
        scenario.groups[self.nodes.quotes[node].group].conduct.is_passive()
    }

    /// Whether a request finds somebody at the node: a node that repeats or resumes its jobs after a failure still takes
    /// requests while it is down, one that loses them is gone.
    fn reachable(&self, scenario: &Scenario, node: NodeId) -> bool {
        let group = &scenario.groups[self.nodes.quotes[node].group];
        self.nodes.states[node].up || group.keeps_jobs()
    }
}
