//! What an attempt really takes, and what the node does with it.

use crate::domain::answer::Answer;
use crate::domain::ids::{JobSlot, Owner, PartyId, WorkSlot};
use crate::domain::item::Phase;
use crate::domain::money::Money;
use crate::domain::purpose::{DrawIndex, Purpose, draw};
use crate::domain::work::Work;
use crate::engine::random::{RandomSource, mix};
use crate::engine::time::Time;
use crate::market::context::Context;
use crate::market::quoting::terms;
use crate::market::state::State;
use crate::market::state::cases::Copy;
use crate::policy::conduct::{Action, Assignment};
use crate::scenario::Scenario;

use super::{at_stake, canaries};

/// Fixes how much work this attempt or task will really take, and which part of it comes before the first token.
pub fn set_work(market: &mut State, at: &Context<'_>, slot: WorkSlot) {
    let job = match slot.owner() {
        Owner::Job(job) => job,
        Owner::Task(task) if market.jobs[task].executes() => market.jobs[task].parent,
        Owner::Task(task) => {
            let work = market.jobs.task_record(task).work;
            let item = &mut market.jobs[task].item;
            (item.phase, item.left, item.prefill) = (Phase::Idle, work, Work::ZERO);
            return;
        }
    };
    let (scenario, record) = (at.scenario, market.jobs.record(job));
    let class = &scenario.classes[record.class];
    let factor = match &class.noise {
        None => 1.0,
        Some(noise) => noise.sample(&mut draw(market.seed, Purpose::Noise, record.key, market.jobs.draw_index(slot))),
    };
    let mut left = if factor == 1.0 { record.work } else { record.work.scaled(factor) };
    let mut prefill = Work::ZERO;
    if record.output_tokens > 0 {
        let model = &scenario.models[class.model];
        // What is not writing the output is reading the input.
        let reading = record.work.less(model.decode(f64::from(record.output_tokens))) + model.decode(1.0);
        prefill = reading.scaled(factor).min(left);
    }
    left += terms::overhead(&scenario.verification.methods[record.method], record.work);
    let item = &mut market.jobs[slot];
    (item.phase, item.left, item.prefill) = (Phase::Idle, left, prefill);
    let node = item.node;
    decide(market, at, (slot, job), node);
    set_apart(market, scenario, slot, job);
}

/// A right copy may differ from the others bit for bit: it is right and agrees with none of them.
fn set_apart(market: &mut State, scenario: &Scenario, slot: WorkSlot, job: JobSlot) {
    let record = market.jobs.record(job);
    let alike = scenario.verification.methods[record.method].alike;
    if alike == 1.0 || matches!(slot.owner(), Owner::Job(_)) {
        return;
    }
    let mut drawn = draw(market.seed, Purpose::Mismatch, record.key, market.jobs.draw_index(slot));
    let answer = answer_of(market, slot);
    if answer.is_right() && !drawn.chance(alike) {
        answer.key = drawn.bits().clamp(1, u64::MAX - 1);
    }
}

/// The node decides what it does with the work, before it begins: with the attempt of a job, or with a copy.
fn decide(market: &mut State, at: &Context<'_>, (slot, job): (WorkSlot, JobSlot), node: PartyId) {
    let (scenario, now) = (at.scenario, at.now);
    let quote = &market.nodes.quotes[node];
    let group = &scenario.groups[quote.group];
    if group.conduct.is_passive() {
        // A node that lost the job, to a failure or to another offer, may have decided on a wrong answer that never came.
        *answer_of(market, slot) = Answer::RIGHT;
        return;
    }
    let record = market.jobs.record(job);
    let fee = match slot.owner() {
        Owner::Job(_) => record.compute_price,
        Owner::Task(task) if canaries::is_recognised(market, scenario, task) => {
            *answer_of(market, slot) = Answer::RIGHT;
            return;
        }
        Owner::Task(task) if !market.jobs[task].is_copy() => record.compute_price,
        Owner::Task(task) => market.cases[market.jobs[job].case].answers[usize::from(market.jobs[task].ordinal)].price,
    };
    let (key, assignment) = (record.key, assignment(market, scenario, now, job, (node, fee)));
    let mut drawn = draw(market.seed, Purpose::Answer, key, market.jobs.draw_index(slot));
    let memory = market.conducts.of(&mut market.nodes, node, market.jobs.record(job).method);
    let mut action = group.conduct.act(memory, &assignment, &mut drawn);
    if scenario.record.causes && action.answer.is_deliberate() && market.causes.is_honest(key, node) {
        action = Action::HONEST;
    }
    *answer_of(market, slot) = action.answer;
    if action.effort < 1.0 {
        let item = &mut market.jobs[slot];
        item.left = item.left.scaled(action.effort);
        item.prefill = item.prefill.scaled(action.effort);
    }
}

/// A job as a node sees it that is to execute it for such a fee.
fn assignment(
    market: &State,
    scenario: &Scenario,
    now: Time,
    job: JobSlot,
    (node, fee): (PartyId, Money),
) -> Assignment {
    let record = market.jobs.record(job);
    Assignment {
        party: node.0.into(),
        job: mix(mix(record.key.source.0.into()) ^ record.key.index),
        stakes: at_stake::of_node(market, scenario, node, (fee, record.work)),
        now,
        trust: market.opinions.trust(&scenario.verification, market.jobs[job].requester, node),
    }
}

/// The answer that a copy would have brought which never came, at its draws. What its node remembers stays.
pub fn would_answer(market: &mut State, at: &Context<'_>, job: JobSlot, number: usize) -> Answer {
    let Copy { node, price, .. } = market.cases[market.jobs[job].case].answers[number];
    let group = &at.scenario.groups[market.nodes.quotes[node].group];
    if group.conduct.is_passive() {
        return Answer::RIGHT;
    }
    let assignment = assignment(market, at.scenario, at.now, job, (node, price));
    let index = DrawIndex::copy(market.jobs[job].attempt, number as u8);
    let mut drawn = draw(market.seed, Purpose::Answer, market.jobs.record(job).key, index);
    let memory = market.conducts.of(&mut market.nodes, node, market.jobs.record(job).method);
    group.conduct.act(&mut memory.clone(), &assignment, &mut drawn).answer
}

/// Where the answer of an attempt or of a copy is written down.
fn answer_of(market: &mut State, slot: WorkSlot) -> &mut Answer {
    match slot.owner() {
        Owner::Job(job) => &mut market.jobs.record_mut(job).answer,
        Owner::Task(task) => &mut market.jobs.task_record_mut(task).answer,
    }
}

/// Whether a node does all of the work it is given, and has nothing to learn.
pub fn is_honest(market: &State, scenario: &Scenario, node: PartyId) -> bool {
    scenario.groups[market.nodes.quotes[node].group].conduct.is_passive()
}
