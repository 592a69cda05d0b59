//! Copies: how many are sent, whether a group of equal answers is credible, and where they do not agree which answer stands until a
//! check refuses it.

use crate::domain::acceptance::{Groups, is_credible};
use crate::domain::answer::{Answer, Vote};
use crate::domain::ids::JobSlot;
use crate::domain::item::WorkItem;
use crate::domain::job::Job;
use crate::domain::task::{Task, TaskKind, TaskRecord};
use crate::market::context::Context;
use crate::market::state::State;
use crate::market::state::cases::{Child, Copy};
use crate::scenario::Scenario;

use super::sending;

/// Sends so many copies more, each to the next node of those that were agreed with.
pub fn send(market: &mut State, at: &mut Context<'_>, slot: JobSlot, more: usize) {
    let (job, record) = market.jobs.both(slot);
    let &mut Job { item, case: id, attempt, .. } = job;
    let record =
        TaskRecord::begin(record.key, at.now, record.work, record.answer, Vote { alarm: false, looked: false });
    let sent = sent(&market.cases[id].answers);
    for number in sent..sent + more {
        let copy = &mut market.cases[id].answers[number];
        copy.sent = true;
        let (node, ordinal) = (copy.node, number as u16);
        let item = WorkItem::begin(item.class, item.requester, item.expected);
        let task = Task { item, parent: slot, attempt, ordinal, check: 0, round: 0, kind: TaskKind::Copy };
        let child = market.jobs.admit_task(task, record);
        market.cases[id].children.push(Child { slot: child, stake: 0 });
        sending::send_task(market, at, child, node);
    }
}

/// How many copies more make the leading group credible if all of them agree with it; `None` where the nodes that are left are too few,
/// or where no group must be credible.
pub fn wanted(market: &State, at: &Context<'_>, slot: JobSlot) -> Option<usize> {
    let credibility = credibility(market, at.scenario, slot)?;
    let case = &market.cases[market.jobs[slot].case];
    let left = case.answers[sent(&case.answers)..].iter().map(|copy| odds(market, at.scenario, slot, copy));
    groups(market, at.scenario, slot, None).wanted(credibility, left)
}

/// Whether the one answer that is there was credible by itself.
pub fn is_alone(market: &State, scenario: &Scenario, slot: JobSlot) -> bool {
    let answers = &market.cases[market.jobs[slot].case].answers;
    credibility(market, scenario, slot).is_some()
        && answers.iter().filter(|copy| copy.answer != Answer::NONE).count() == 1
}

/// How many of the nodes have been sent the request.
fn sent(answers: &[Copy]) -> usize {
    answers.partition_point(|copy| copy.sent)
}

/// Whether the nodes that gave this answer are a credible group.
pub fn is_group_credible(market: &State, scenario: &Scenario, slot: JobSlot, key: u64, credibility: f64) -> bool {
    let others = groups(market, scenario, slot, Some(key)).sum();
    is_credible(credibility, group(market, scenario, slot, key), others)
}

/// The credibility that a group of equal answers must have, if it must.
pub fn credibility(market: &State, scenario: &Scenario, slot: JobSlot) -> Option<f64> {
    scenario.verification.methods[market.jobs.record(slot).method].replicas().and_then(|check| check.credibility)
}

/// All groups of equal answers that are there, but for one.
fn groups(market: &State, scenario: &Scenario, slot: JobSlot, but: Option<u64>) -> Groups {
    let answers = &market.cases[market.jobs[slot].case].answers;
    let keys = answers.iter().map(|copy| copy.answer.key).enumerate();
    let first = keys.filter(|(place, key)| {
        *key != Answer::NONE.key && but != Some(*key) && answers[..*place].iter().all(|copy| copy.answer.key != *key)
    });
    Groups::of(first.map(|(_, key)| group(market, scenario, slot, key)))
}

/// The odds of the nodes that gave this answer.
fn group(market: &State, scenario: &Scenario, slot: JobSlot, key: u64) -> f64 {
    let answers = market.cases[market.jobs[slot].case].answers.iter().filter(|copy| copy.answer.key == key);
    answers.map(|copy| odds(market, scenario, slot, copy)).product()
}

/// The odds that the node of a copy is right, as its requester sees it.
pub fn odds(market: &State, scenario: &Scenario, slot: JobSlot, copy: &Copy) -> f64 {
    market.opinions.odds(&scenario.verification, market.jobs[slot].requester, copy.node)
}

/// Takes the first answer of a copy that is left for the answer of the job; says whether there was one.
pub fn propose(market: &mut State, slot: JobSlot) -> bool {
    let id = market.jobs[slot].case;
    let Some(copy) = market.cases[id].answers.iter().find(|copy| copy.answer != Answer::NONE).copied() else {
        return false;
    };
    let (job, record) = market.jobs.both(slot);
    (record.answer, record.node, job.node) = (copy.answer, copy.node, copy.node);
    true
}

/// The answer of the job is refused: no copy that gave it counts any more.
pub fn withdraw(market: &mut State, slot: JobSlot) {
    let (id, refused) = (market.jobs[slot].case, market.jobs.record(slot).answer.key);
    for copy in market.cases[id].answers.iter_mut().filter(|copy| copy.answer.key == refused) {
        copy.answer = Answer::NONE;
    }
}
