//! Canaries: tasks of known answer that the network plants among the jobs of a node (quizzes, spotter works: L. Sarmenta, 2001).
//!
//! A canary comes after an accepted answer to the same node, as a job of the same work at the same price. Of several nodes that agree it is the
//! one whose copy was the last that was needed. Its node cannot tell it from
//! a job, but for a share that it recognises. What it says of the canary protects no result.

use crate::domain::answer::Evidence;
use crate::domain::checking::Checker;
use crate::domain::ids::{JobSlot, TaskSlot};
use crate::domain::purpose::{DrawIndex, Purpose, draw};
use crate::domain::task::TaskKind;
use crate::engine::random::RandomSource;
use crate::engine::time::SimDuration;
use crate::market::context::Context;
use crate::market::state::State;
use crate::record::fact::Fact;
use crate::scenario::Scenario;
use crate::scenario::verification::Check;

use super::{checking, evidence, settlement, voting};

/// Sends the canaries that were drawn for a job to the node of its answer.
pub fn plant(market: &mut State, at: &mut Context<'_>, slot: JobSlot) {
    let record = *market.jobs.record(slot);
    let method = &at.scenario.verification.methods[record.method];
    for (index, check) in method.checks.iter().enumerate() {
        let is_drawn = check.by == Checker::Canary && market.cases[market.jobs[slot].case].drawn >> index & 1 == 1;
        let by_epoch = check.every > SimDuration::ZERO;
        if is_drawn && (!by_epoch || market.planting.plant(market.seed, record.node, check.every, at.now)) {
            checking::plant(market, at, slot, (index as u8, record.node, market.jobs[slot].expected));
        }
    }
}

/// Whether the answer to a canary of a job is still to come.
pub fn is_under_way(market: &State, slot: JobSlot) -> bool {
    let mut children = market.cases[market.jobs[slot].case].children.iter();
    children.any(|child| market.jobs[child.slot].kind == TaskKind::Canary)
}

/// Whether a task is a canary that its node can tell from a job.
pub fn is_recognised(market: &State, scenario: &Scenario, task: TaskSlot) -> bool {
    market.jobs[task].kind == TaskKind::Canary && {
        let share = check_of(market, scenario, task).recognised;
        let number = DrawIndex::check(market.jobs[task].check, 0);
        let key = market.jobs.task_record(task).key;
        share > 0.0 && draw(market.seed, Purpose::Canary, key, number).chance(share)
    }
}

/// The answer to a canary is there: one that is taken for right is paid as that of the job was, and one that is not counts against its node.
pub fn judge(market: &mut State, at: &mut Context<'_>, canary: TaskSlot) {
    let (task, record) = (market.jobs[canary], *market.jobs.task_record(canary));
    let (slot, node, answer) = (task.parent, task.node, record.answer);
    let chance = voting::alarm_chance(market, at.now, record.key, check_of(market, at.scenario, canary), answer);
    let number = DrawIndex::checker(task.check, 0, 0).apart_from_executions();
    let is_wrong = draw(market.seed, Purpose::Vote, record.key, number).chance(chance);
    at.facts.note(Fact::Canary { job: record.key, node, alarm: is_wrong });
    let parent = market.jobs.record(slot);
    let copy = market.cases[market.jobs[slot].case].answers.iter().find(|copy| copy.node == node);
    let paid = copy.map_or(parent.compute_price + parent.overhead_price, |copy| copy.price);
    let fee = parent.compute_price;
    if !is_wrong {
        settlement::pay_copy(market, at, slot, node, paid);
    }
    let expects = evidence::expected(market, at, slot, task.check);
    let seen = match is_wrong {
        true => (Evidence::Failed, expects.failure),
        false => (Evidence::Passed, expects.pass),
    };
    let is_recognised = is_recognised(market, at.scenario, canary);
    evidence::see_canary(market, at, slot, (node, answer, fee), seen, is_recognised);
    if is_wrong {
        settlement::slash_planted(market, at, slot, node);
    }
}

fn check_of<'s>(market: &State, scenario: &'s Scenario, task: TaskSlot) -> &'s Check {
    let task = &market.jobs[task];
    &scenario.verification.methods[market.jobs.record(task.parent).method].checks[usize::from(task.check)]
}
