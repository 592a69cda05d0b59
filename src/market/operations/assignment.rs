//! What an attempt really takes, and what the node does with it.

use crate::domain::answer::Answer;
use crate::domain::ids::{JobSlot, NodeId};
use crate::domain::job::Phase;
use crate::domain::money::Money;
use crate::domain::purpose::{Purpose, draw};
use crate::engine::random::mix;
use crate::engine::time::Span;
use crate::market::moment::Moment;
use crate::market::quoting::terms;
use crate::market::state::State;
use crate::policy::conduct::Assignment;
use crate::scenario::Scenario;

use super::settlement;

/// Fixes how much work this attempt will really take, and which part of it comes before the first token.
pub fn set_work(market: &mut State, at: &Moment<'_>, slot: JobSlot) {
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
fn decide(market: &mut State, scenario: &Scenario, slot: JobSlot) {
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

/// Whether a node does all of the work it is given, and has nothing to learn.
pub fn is_honest(market: &State, scenario: &Scenario, node: NodeId) -> bool {
    scenario.groups[market.nodes.quotes[node].group].conduct.is_passive()
}
