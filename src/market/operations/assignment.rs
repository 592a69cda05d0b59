//! What an attempt really takes, and what the node does with it.

use crate::domain::answer::Answer;
use crate::domain::ids::{JobSlot, NodeId};
use crate::domain::job::Phase;
use crate::domain::money::Money;
use crate::domain::purpose::{Purpose, draw};
use crate::engine::random::mix;
use crate::engine::time::SimDuration;
use crate::market::context::Context;
use crate::market::quoting::terms;
use crate::market::state::State;
use crate::policy::conduct::Assignment;
use crate::scenario::Scenario;

use super::settlement;

/// Fixes how much work this attempt will really take, and which part of it comes before the first token.
pub fn set_work(market: &mut State, at: &Context<'_>, slot: JobSlot) {
    let (seed, scenario) = (market.seed, at.scenario);
    let (job, record) = market.jobs.both(slot);
    job.phase = Phase::Idle;
    job.prefill = SimDuration::ZERO;
    if !job.executes() {
        job.left = record.work;
        return;
    }
    let class = &scenario.classes[job.class];
    let factor = match &class.noise {
        None => 1.0,
        Some(noise) => noise.sample(&mut draw(seed, Purpose::Noise, record.key, job.draw_number())),
    };
    job.left = if factor == 1.0 { record.work } else { record.work.scaled(factor) };
    let method = &scenario.verification.methods[record.method];
    let more = terms::overhead(method, record.work);
    if record.output_tokens > 0 {
        let model = &scenario.models[class.model];
        // What is not writing the output is reading the input.
        let prefill = record.work.less(model.decode(f64::from(record.output_tokens))) + model.decode(1.0);
        job.prefill = prefill.scaled(factor).at_most(job.left);
    }
    if more > SimDuration::ZERO {
        job.left += more;
    }
    decide(market, at.scenario, slot);
}

/// The node decides what it does with the work, before it begins.
fn decide(market: &mut State, scenario: &Scenario, slot: JobSlot) {
    let (job, record) = market.jobs.both(slot);
    let quote = &market.nodes.quotes[job.node];
    let group = &scenario.groups[quote.group];
    if group.conduct.is_passive() {
        // An attempt elsewhere may have led to a wrong answer that never came.
        if job.attempt > 0 {
            record.answer = Answer::RIGHT;
        }
        return;
    }
    let backroom = &mut market.nodes.backrooms[job.node];
    let slash = settlement::slash_of(scenario, market.ledger.bond(job.node), record.compute_price);
    let task = Assignment {
        party: job.node.0.into(),
        job: mix(mix(record.key.source.0.into()) ^ record.key.index),
        fee: record.compute_price,
        cost: quote.cost.of_work(record.work.scaled(quote.slowness), Default::default()),
        slash: Money::from_micro(slash.units() * scenario.channels.token.0 as f64),
    };
    let mut drawn = draw(market.seed, Purpose::Answer, record.key, job.draw_number());
    let action = group.conduct.act(&mut backroom.conduct, &task, &mut drawn);
    record.answer = action.answer;
    if action.effort < 1.0 {
        job.left = job.left.scaled(action.effort);
        job.prefill = job.prefill.scaled(action.effort);
    }
}

/// Whether a node does all of the work it is given, and has nothing to learn.
pub fn is_honest(market: &State, scenario: &Scenario, node: NodeId) -> bool {
    scenario.groups[market.nodes.quotes[node].group].conduct.is_passive()
}
