//! A requester asks: the job gets its class, work, value and patience.

use crate::domain::fate::Cause;
use crate::domain::ids::{ClassId, JobSlot, SourceId};
use crate::domain::job::Arrival;
use crate::domain::money::Money;
use crate::domain::purpose::{DrawIndex, Purpose, draw};
use crate::domain::record::{JobKey, JobRecord};
use crate::domain::work::Work;
use crate::engine::law::{Quantity, Sampler};
use crate::engine::random::{RandomSource, Seed};
use crate::engine::time::Time;
use crate::market::context::Context;
use crate::market::event::Event;
use crate::market::operations::inputs;
use crate::market::state::{ClassState, State};
use crate::record::fact::Fact;
use crate::scenario::Scenario;
use crate::scenario::model::{ClassOf, WorkLaw};
use crate::scenario::twin::Twin;

use super::next::Next;

/// How many answers what the market takes the output to be at first counts for, and what it takes it to be (assumed; washes out
/// as answers are seen).
const PRIOR_OUTPUT: (u64, u64) = (1, 256);

/// A source asks for its next job.
pub fn arrive(market: &mut State, at: &mut Context<'_>, source: SourceId) -> Next {
    let scenario = at.scenario;
    let state = &mut market.sources[source];
    let arrival = state.next.expect("an arrival is due only where there is one");
    let index = match &scenario.twin {
        Twin::Shuffled(jobs) => jobs.get(source, state.index).expect("a shuffled job has its number").0,
        _ => state.index,
    };
    let key = JobKey { source, index };
    state.index += 1;
    let kept = state.kept;
    schedule_next(market, at, source);
    if kept < 1.0 && !draw(market.seed, Purpose::LeftOut, key, DrawIndex::ONCE).chance(kept) {
        market.shocks.left_out += 1;
        return Next::Done;
    }
    ask(market, at, key, &arrival)
}

/// A source asks for a job more than it would without a shock.
pub fn arrive_extra(market: &mut State, at: &mut Context<'_>, place: u32) -> Next {
    let extra = &mut market.shocks.streams[place as usize];
    let arrival = extra.next.expect("an arrival is due only where there is one");
    let is_kept = extra.share >= 1.0 || extra.stream.chance(extra.share);
    let (source, shock) = (extra.source, usize::from(extra.shock));
    schedule_extra(market, at, place);
    if !is_kept {
        return Next::Done;
    }
    let key = market.shocks.number(shock, source);
    ask(market, at, key, &arrival)
}

/// Finds the next arrival of a stream of extra jobs and makes it due.
pub fn schedule_extra(market: &mut State, at: &mut Context<'_>, place: u32) {
    let extra = &mut market.shocks.streams[place as usize];
    extra.next = at.scenario.sources[extra.source].arrivals.next(&mut extra.memory, &mut extra.stream);
    if let Some(next) = extra.next.filter(|next| next.at < at.scenario.asking_ends) {
        at.queue.push(next.at, Event::Extra { stream: place, version: extra.version });
    }
}

/// A job is asked for.
#[inline(always)]
fn ask(market: &mut State, at: &mut Context<'_>, key: JobKey, arrival: &Arrival) -> Next {
    let (scenario, source) = (at.scenario, key.source);
    let written = &scenario.sources[source];
    let class = class_of(market.seed, &written.class, key, arrival);
    let slot = market.jobs.admit(JobRecord::begin(key, class, written.requesters, at.now));
    fill(market, at, slot, arrival);
    market.levels.open.up(at.now);
    let by_name = Fact::Asked { job: key, class: ClassId(scenario.classes[class].rank) };
    at.facts.note_by_name(Fact::Asked { job: key, class }, by_name);
    if market.jobs.slots() > scenario.limits.open_jobs {
        return Next::Decline { job: slot, cause: Cause::NoSupply };
    }
    if market.ancestry.is_some() {
        inputs::consume(market, at, slot);
    }
    Next::Offer { job: slot }
}

/// Finds the source's next arrival and makes it due, if it is still within the time of asking.
pub fn schedule_next(market: &mut State, at: &mut Context<'_>, source: SourceId) {
    let state = &mut market.sources[source];
    let next = match &at.scenario.twin {
        Twin::Shuffled(jobs) => jobs.get(source, state.index).map(|(_, arrival)| arrival),
        _ => at.scenario.sources[source].arrivals.next(&mut state.memory, &mut state.stream),
    };
    if let Some(due) = next.as_ref().map(|next| next.at).filter(|&due| due < at.scenario.asking_ends) {
        at.queue.push(due, Event::Arrival { source });
    }
    // Put away last: it was just written in pieces, and the processor waits where they are read together at once.
    state.next = next;
}

fn class_of(seed: Seed, of: &ClassOf, key: JobKey, arrival: &Arrival) -> ClassId {
    match of {
        ClassOf::One(class) => *class,
        ClassOf::Named => arrival.class.expect("an arrival law that names classes names each job's"),
        ClassOf::Mix(shares) => {
            let at = draw(seed, Purpose::Class, key, DrawIndex::ONCE).unit();
            let found = shares.partition_point(|share| share.0 < at).min(shares.len() - 1);
            shares[found].1
        }
    }
}

/// The job gets its work, value and deadline where it lies.
fn fill(market: &mut State, at: &Context<'_>, slot: JobSlot, arrival: &Arrival) {
    let (job, record) = market.jobs.both(slot);
    let (seed, key, state) = (market.seed, record.key, &market.classes[record.class]);
    let sample = |sampler: &Sampler, purpose| match sampler.is_constant() {
        Some(value) => value,
        None => sampler.sample(&mut draw(seed, purpose, key, DrawIndex::ONCE)),
    };
    describe(at.scenario, state, record, arrival, sample);
    job.expected = record.expected_work;
}

/// What is asked for, given a way to sample the laws of its class, by purpose.
#[inline(always)]
pub fn describe(
    scenario: &Scenario,
    state: &ClassState,
    record: &mut JobRecord,
    arrival: &Arrival,
    sample: impl Fn(&Sampler, Purpose) -> f64,
) {
    let class = &scenario.classes[record.class];
    match &class.work {
        WorkLaw::Law(law) => {
            record.work = Work::from_number(sample(law, Purpose::Work));
            record.expected_work = Work::from_number(law.mean());
        }
        WorkLaw::Tokens { input, output } => {
            let count = |known: Option<u32>, law: &Option<Sampler>, purpose| {
                known.unwrap_or_else(|| law.as_ref().map_or(0, |law| sample(law, purpose) as u32))
            };
            record.input_tokens = count(arrival.input_tokens, input, Purpose::InputTokens);
            record.output_tokens = count(arrival.output_tokens, output, Purpose::OutputTokens);
            let model = &scenario.models[class.model];
            let prefill = model.prefill(record.input_tokens);
            record.work = prefill + model.decode(record.output_tokens as f64);
            let expected = expected_output(state, output);
            record.expected_work = prefill + model.decode(expected);
            record.expected_output = expected as f32;
        }
    }
    record.client = arrival.client;
    let value = sample(&class.value, Purpose::Value);
    let value = if scenario.value_factor == 1.0 { value } else { value * scenario.value_factor };
    let value = class.value_by.map_or(value, |by| value * by.factor(record.expected_work, by.at));
    record.value = Money::from_number(value);
    record.deadline = class.deadline.map_or(Time::NEVER, |deadline| record.at.asked + deadline);
}

/// How many tokens the output is expected to have: by the class's law, or else by the answers of the class that were seen so far.
fn expected_output(state: &ClassState, law: &Option<Sampler>) -> f64 {
    match law {
        Some(law) => law.mean(),
        None => {
            let (jobs, tokens) = PRIOR_OUTPUT;
            (state.output_tokens + tokens) as f64 / (state.outputs + jobs) as f64
        }
    }
}
