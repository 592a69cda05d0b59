//! Parties are asked to check an answer, and are paid for it.

use crate::domain::answer::{Answer, Vote};
use crate::domain::fate::Stage;
use crate::domain::ids::{JobSlot, NodeId};
use crate::domain::job::Role;
use crate::domain::money::Money;
use crate::domain::purpose::{Purpose, draw};
use crate::domain::record::JobRecord;
use crate::engine::random::{RandomSource, mix};
use crate::engine::time::SimDuration;
use crate::market::context::Context;
use crate::market::event::Event;
use crate::market::quoting::terms;
use crate::market::state::State;
use crate::market::state::cases::Child;
use crate::policy::conduct::Submission;
use crate::policy::selection::SelectionView;
use crate::scenario::schema::Checker;
use crate::scenario::verification::Check;

use super::{sending, settlement};

/// What a vote weighs behind which there is no stake, where votes are weighed by stakes: the least there is, so that an
/// attestation or a proof decides by itself, and of those who have staked nothing each weighs the same.
pub const UNSTAKED: u64 = 1;

/// What the vote of a checker weighs.
fn weight(market: &State, by: NodeId) -> u64 {
    (market.ledger.bond(by).0 as u64).max(UNSTAKED)
}

/// One vote is asked for, behind which there is no stake.
pub fn alone(market: &mut State, slot: JobSlot, index: usize) {
    let votes = &mut market.cases.get(market.jobs[slot].link).votes[index];
    (votes.asked, votes.stake_asked) = (1, UNSTAKED);
}

/// The probability that a careful look raises an alarm at an answer.
pub fn alarm_chance(check: &Check, answer: Answer) -> f64 {
    answer.wrong.map_or(check.false_alarm, |kind| check.detects[kind as usize])
}

/// A proof is made: by a prover if there are any, otherwise by the node.
pub fn prove(market: &mut State, at: &mut Context<'_>, slot: JobSlot, index: usize, check: &Check) {
    let record = *market.jobs.record(slot);
    let view = market.registry.view_of(record.requester);
    let provers = market.registry.listed(view, at.scenario.provers());
    let by = match provers {
        [] => record.node,
        _ => {
            let mut drawn = draw(market.seed, Purpose::Prover, record.key, index as u32);
            provers[drawn.below(provers.len() as u64) as usize]
        }
    };
    let mut drawn = draw(market.seed, Purpose::ProofTime, record.key, index as u32);
    let work = check.draw_work(record.work, &mut drawn);
    alone(market, slot, index);
    let alarm =
        draw(market.seed, Purpose::Vote, record.key, (index as u32) << 16).chance(alarm_chance(check, record.answer));
    let task = Task { role: Role::Proof, by, index, ordinal: 0, work, vote: Vote { alarm, looked: true } };
    employ(market, at, slot, &task);
}

/// A check or a proof that a party is to do for a job.
struct Task {
    role: Role,
    by: NodeId,
    index: usize,
    ordinal: u32,
    work: SimDuration,
    vote: Vote,
}

/// Asks checkers to look. Says whether there are any.
pub fn ask(market: &mut State, at: &mut Context<'_>, slot: JobSlot, index: usize, check: &Check) -> bool {
    let scenario = at.scenario;
    let record = *market.jobs.record(slot);
    let mut chosen = std::mem::take(&mut market.scratch.checkers);
    let mut computing = std::mem::take(&mut market.scratch.computing);
    answerers(market, slot, &mut computing);
    let list = match check.by {
        Checker::Validators => scenario.validators(),
        _ => scenario.classes[record.class].model.into(),
    };
    let mut drawn =
        draw(market.seed, Purpose::Selection, record.key, u32::from(record.attempts) | (index as u32) << 16);
    let seen = market.registry.view_of(record.requester);
    let listed = market.registry.listed(seen, list);
    if !listed.is_empty() {
        let backrooms = &market.nodes.backrooms;
        let operators = |node: NodeId| backrooms[node].operator;
        let view = SelectionView {
            listed,
            stakes: market.registry.stakes(seen, list),
            opinions: market.registry.opinions(seen, list),
            operators: &operators,
            checked: &computing,
            wanted: check.count as usize,
        };
        scenario.verification.selection.select(&view, &mut drawn, &mut chosen);
    }
    computing.clear();
    market.scratch.computing = computing;
    let link = market.jobs[slot].link;
    let mut asked = market.cases.read(link).votes[index];
    asked.asked = chosen.len() as u32;
    asked.stake_asked = chosen.iter().map(|&by| weight(market, by)).sum();
    market.cases.get(link).votes[index] = asked;
    for (ordinal, &by) in chosen.iter().enumerate() {
        let number = (index as u32) << 16 | ordinal as u32;
        let vote = opinion(market, at, slot, by, (index, number));
        let work = match vote.looked {
            true => check.draw_work(record.work, &mut draw(market.seed, Purpose::CheckTime, record.key, number)),
            false => SimDuration::ZERO,
        };
        employ(market, at, slot, &Task { role: Role::Check, by, index, ordinal: ordinal as u32, work, vote });
    }
    chosen.clear();
    market.scratch.checkers = chosen;
    asked.asked > 0
}

/// Puts the nodes that were asked for the answer into `computing`: none of them looks at it.
fn answerers(market: &State, slot: JobSlot, computing: &mut Vec<NodeId>) {
    for copy in &market.cases.read(market.jobs[slot].link).answers {
        if !computing.contains(&copy.node) {
            computing.push(copy.node);
        }
    }
    if computing.is_empty() {
        computing.push(market.jobs.record(slot).node);
    }
}

/// What a checker will say; decided when it is asked, told when it has looked.
fn opinion(market: &mut State, at: &Context<'_>, slot: JobSlot, by: NodeId, (index, number): (usize, u32)) -> Vote {
    let record = market.jobs.record(slot);
    let check = &at.scenario.verification.methods[record.method].checks[index];
    let quote = &market.nodes.quotes[by];
    let group = &at.scenario.groups[quote.group];
    let work = check.expected_work(record.work).scaled(quote.slowness);
    let submission = Submission {
        party: by.0.into(),
        job: mix(mix(record.key.source.0.into()) ^ record.key.index),
        answer: record.answer,
        alarm: alarm_chance(check, record.answer),
        cost: quote.cost.of_work(work, Default::default()),
    };
    let mut drawn = draw(market.seed, Purpose::Vote, record.key, number);
    group.conduct.vote(&mut market.nodes.backrooms[by].conduct, &submission, &mut drawn)
}

/// Sends a check or a proof to its party. One that takes no time does not queue: its vote comes back after a round trip.
fn employ(market: &mut State, at: &mut Context<'_>, slot: JobSlot, task: &Task) {
    let parent = market.jobs.record(slot);
    let mut record = JobRecord::begin(parent.key, parent.class, parent.requester, at.now);
    (record.node, record.work, record.method) = (task.by, task.work, parent.method);
    (record.checks, record.alarms) = (u16::from(task.vote.looked), u16::from(task.vote.alarm));
    let child = market.jobs.admit_child(record, task.role, slot);
    let job = &mut market.jobs[child];
    (job.copy, job.attempt, job.expected, job.node) = (task.index as u8, task.ordinal as u16, task.work, task.by);
    job.version = job.version.wrapping_add(1);
    let version = job.version;
    let link = market.jobs[slot].link;
    let stake = if task.role == Role::Proof { UNSTAKED } else { weight(market, task.by) };
    market.cases.get(link).children.push(Child { slot: child, stake });
    if task.work > SimDuration::ZERO {
        sending::send(market, at, child, task.by);
        return;
    }
    let from = at.scenario.requesters[market.jobs[slot].requester].region;
    let trip = at.scenario.network.round_trip(from, market.nodes.quotes[task.by].region);
    market.jobs[child].stage = Stage::Answered;
    at.queue.push(at.now + trip, Event::Respond { job: child, version });
}

/// What the party that does a check is to be paid.
pub fn fee(market: &State, at: &Context<'_>, slot: JobSlot, index: u8) -> Money {
    let parent = market.jobs.record(slot);
    let check = &at.scenario.verification.methods[parent.method].checks[index as usize];
    terms::fee(at.scenario, parent.check_price, check.expected_work(parent.expected_work))
}

/// A check ends without its vote, because it is not needed any more or because its job is over: its party is paid the share that is
/// done.
pub fn end_early(market: &mut State, at: &mut Context<'_>, slot: JobSlot, child: JobSlot, done: f64) {
    let index = market.jobs[child].copy;
    let paid = fee(market, at, slot, index).share(done);
    let by = market.jobs.record(child).node;
    settlement::pay_checker(market, at, slot, by, paid);
    note_end(market, at, child, index, paid);
}

/// Takes down a check that ended without its vote.
pub fn note_end(market: &mut State, at: &mut Context<'_>, child: JobSlot, index: u8, paid: Money) {
    let record = market.jobs.record_mut(child);
    record.at.closed = at.now;
    let record = *record;
    at.facts.check_ended(&record, index, paid);
}
