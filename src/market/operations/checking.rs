//! Parties are asked to check an answer, and are paid for it.

use crate::domain::answer::{Answer, Vote};
use crate::domain::checking::Checker;
use crate::domain::fate::Stage;
use crate::domain::ids::{JobSlot, PartyId, TaskSlot};
use crate::domain::item::WorkItem;
use crate::domain::money::Money;
use crate::domain::purpose::{DrawIndex, Purpose, draw};
use crate::domain::record::CheckRecord;
use crate::domain::task::{Task, TaskKind, TaskRecord};
use crate::engine::random::{RandomSource, mix};
use crate::engine::time::{SimDuration, Time};
use crate::market::context::Context;
use crate::market::event::Event;
use crate::market::quoting::terms;
use crate::market::state::State;
use crate::market::state::capped::Capped;
use crate::market::state::cases::Child;
use crate::policy::conduct::Submission;
use crate::policy::selection::SelectionView;
use crate::scenario::verification::Check;

use super::{sending, settlement};

/// What a vote weighs behind which there is no stake, where votes are weighed by stakes: the least there is, so that an
/// attestation or a proof decides by itself, and of those who have staked nothing each weighs the same.
pub const UNSTAKED: u64 = 1;

/// What the vote of a checker weighs.
fn weight(market: &State, by: PartyId) -> u64 {
    (market.ledger.bond(by).0 as u64).max(UNSTAKED)
}

/// One vote is asked for, behind which there is no stake.
pub fn alone(market: &mut State, slot: JobSlot, index: usize) {
    let votes = &mut market.cases[market.jobs[slot].case].votes[index];
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
            let mut drawn = draw(market.seed, Purpose::Prover, record.key, DrawIndex::check(index as u8, 0));
            provers[drawn.below(provers.len() as u64) as usize]
        }
    };
    let mut drawn = draw(market.seed, Purpose::ProofTime, record.key, DrawIndex::check(index as u8, 0));
    let work = check.draw_work(record.work, &mut drawn);
    alone(market, slot, index);
    let mut drawn = draw(market.seed, Purpose::Vote, record.key, DrawIndex::checker(index as u8, 0, 0));
    let alarm = drawn.chance(alarm_chance(check, record.answer));
    let order = Order { kind: TaskKind::Proof, by, check: index as u8, ordinal: 0, work };
    employ(market, at, slot, &order, Vote { alarm, looked: true });
}

/// A check or a proof that a party is to do for a job.
struct Order {
    kind: TaskKind,
    by: PartyId,
    check: u8,
    ordinal: u16,
    work: SimDuration,
}

/// Opens a check for validators to take: each seat waits until one does. Says whether any validator is listed.
fn open(market: &mut State, at: &mut Context<'_>, slot: JobSlot, index: usize, check: &Check) -> bool {
    let record = *market.jobs.record(slot);
    if market.registry.listed(market.registry.view_of(record.requester), at.scenario.validators()).is_empty() {
        return false;
    }
    let votes = &mut market.cases[market.jobs[slot].case].votes[index];
    (votes.asked, votes.stake_asked) = (check.count, u64::from(check.count) * UNSTAKED);
    for ordinal in 0..check.count as u16 {
        let number = DrawIndex::checker(index as u8, ordinal, 0);
        let work = check.draw_work(record.work, &mut draw(market.seed, Purpose::CheckTime, record.key, number));
        let order = Order { kind: TaskKind::Check, by: PartyId::NONE, check: index as u8, ordinal, work };
        let child = admit(market, at, slot, &order, (Vote { alarm: false, looked: false }, UNSTAKED));
        market.pulled.join(child, market.jobs[child].version, work);
    }
    true
}

/// A validator takes a check that nobody was drawn for.
pub fn take(market: &mut State, at: &mut Context<'_>, child: TaskSlot, by: PartyId) {
    let (slot, check, ordinal) = (market.jobs[child].parent, market.jobs[child].check, market.jobs[child].ordinal);
    let vote = opinion(market, at, slot, by, (usize::from(check), DrawIndex::checker(check, ordinal, 0)));
    let work = if vote.looked { market.jobs[child].expected } else { SimDuration::ZERO };
    let record = market.jobs.task_record_mut(child);
    (record.vote, record.work) = (vote, work);
    let item = &mut market.jobs[child].item;
    (item.node, item.expected) = (by, work);
    dispatch(market, at, child, by, work);
    if work > SimDuration::ZERO {
        market.pulled.send(by);
    }
}

/// Asks checkers to look. Says whether there are any.
pub fn ask(market: &mut State, at: &mut Context<'_>, slot: JobSlot, index: usize, check: &Check) -> bool {
    if market.pulled.is_used() {
        return open(market, at, slot, index, check);
    }
    let scenario = at.scenario;
    let record = *market.jobs.record(slot);
    let mut chosen = std::mem::take(&mut market.scratch.checkers);
    let mut computing = std::mem::take(&mut market.scratch.computing);
    answerers(market, slot, &mut computing);
    let list = match check.by {
        Checker::Validators => scenario.validators(),
        _ => scenario.classes[record.class].model.into(),
    };
    let number = DrawIndex::attempt_check(record.attempts, index as u8, 0);
    let mut drawn = draw(market.seed, Purpose::Selection, record.key, number);
    let seen = market.registry.view_of(record.requester);
    let listed = market.registry.listed(seen, list);
    if !listed.is_empty() {
        let backrooms = &market.nodes.backrooms;
        let operators = |node: PartyId| backrooms[node].operator;
        let (states, quotes) = (&market.nodes.states, &market.nodes.quotes);
        let load = |node: PartyId| f64::from(states[node].jobs()) / f64::from(quotes[node].slots);
        let capped = market.registry.capped(seen, list).map(Capped::weights);
        let view = SelectionView {
            listed,
            stakes: capped.unwrap_or_else(|| market.registry.stakes(seen, list)),
            opinions: capped.unwrap_or_else(|| market.registry.opinions(seen, list)),
            operators: &operators,
            load: &load,
            checked: &computing,
            wanted: check.count as usize,
        };
        scenario.verification.selection.select(&view, &mut drawn, &mut chosen);
    }
    computing.clear();
    market.scratch.computing = computing;
    let id = market.jobs[slot].case;
    let mut asked = market.cases[id].votes[index];
    asked.asked = chosen.len() as u32;
    asked.stake_asked = chosen.iter().map(|&by| weight(market, by)).sum();
    market.cases[id].votes[index] = asked;
    for (ordinal, &by) in chosen.iter().enumerate() {
        let number = DrawIndex::checker(index as u8, ordinal as u16, 0);
        let vote = opinion(market, at, slot, by, (index, number));
        let work = match vote.looked {
            true => check.draw_work(record.work, &mut draw(market.seed, Purpose::CheckTime, record.key, number)),
            false => SimDuration::ZERO,
        };
        let order = Order { kind: TaskKind::Check, by, check: index as u8, ordinal: ordinal as u16, work };
        employ(market, at, slot, &order, vote);
    }
    chosen.clear();
    market.scratch.checkers = chosen;
    asked.asked > 0
}

/// Puts the nodes that were asked for the answer into `computing`: none of them looks at it.
fn answerers(market: &State, slot: JobSlot, computing: &mut Vec<PartyId>) {
    for copy in &market.cases[market.jobs[slot].case].answers {
        if !computing.contains(&copy.node) {
            computing.push(copy.node);
        }
    }
    if computing.is_empty() {
        computing.push(market.jobs.record(slot).node);
    }
}

/// What a checker will say; decided when it is asked, told when it has looked.
fn opinion(
    market: &mut State,
    at: &Context<'_>,
    slot: JobSlot,
    by: PartyId,
    (index, number): (usize, DrawIndex),
) -> Vote {
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

/// Sends a check or a proof to its party.
fn employ(market: &mut State, at: &mut Context<'_>, slot: JobSlot, order: &Order, vote: Vote) {
    let stake = if order.kind == TaskKind::Proof { UNSTAKED } else { weight(market, order.by) };
    let child = admit(market, at, slot, order, (vote, stake));
    dispatch(market, at, child, order.by, order.work);
}

/// Writes down a check or a proof that a party is to do, or that waits for one.
fn admit(market: &mut State, at: &Context<'_>, slot: JobSlot, order: &Order, (vote, stake): (Vote, u64)) -> TaskSlot {
    let &Order { kind, by, check, ordinal, work } = order;
    let (job, key) = (&market.jobs[slot], market.jobs.record(slot).key);
    let (attempt, case) = (job.attempt, job.case);
    let item = WorkItem { node: by, ..WorkItem::begin(job.class, job.requester, work) };
    let task = Task { item, parent: slot, attempt, ordinal, check, round: 0, kind };
    let child = market.jobs.admit_task(task, TaskRecord::begin(key, at.now, work, Answer::NONE, vote));
    market.cases[case].children.push(Child { slot: child, stake });
    child
}

/// A check or a proof goes to its party. One that takes no time does not queue: its vote comes back after a round trip.
fn dispatch(market: &mut State, at: &mut Context<'_>, child: TaskSlot, by: PartyId, work: SimDuration) {
    if work > SimDuration::ZERO {
        sending::send(market, at, child.into(), by);
        return;
    }
    let from = at.scenario.requesters[market.jobs[child].requester].region;
    let trip = at.scenario.network.round_trip(from, market.nodes.quotes[by].region);
    market.jobs[child].stage = Stage::Answered;
    let version = market.jobs[child].version;
    at.queue.push(at.now + trip, Event::Respond { work: child.into(), version });
}

/// What the party that does a check is to be paid.
pub fn fee(market: &State, at: &Context<'_>, slot: JobSlot, index: u8) -> Money {
    let parent = market.jobs.record(slot);
    let check = &at.scenario.verification.methods[parent.method].checks[index as usize];
    terms::fee(at.scenario, parent.check_price, check.expected_work(parent.expected_work))
}

/// A check ends without its vote, because it is not needed any more or because its job is over: its party is paid the share that is
/// done.
pub fn end_early(market: &mut State, at: &mut Context<'_>, slot: JobSlot, child: TaskSlot, done: f64) {
    let paid = fee(market, at, slot, market.jobs[child].check).share(done);
    let by = market.jobs[child].node;
    settlement::pay_checker(market, at, slot, by, paid);
    note_end(market, at, child, false, paid);
}

/// Takes down a check that ended, and what its party is paid: with its vote, or without one.
pub fn note_end(market: &State, at: &mut Context<'_>, child: TaskSlot, voted: bool, paid: Money) {
    let (task, record) = (&market.jobs[child], market.jobs.task_record(child));
    at.facts.check(&CheckRecord {
        key: record.key,
        asked: record.asked,
        reached: record.reached,
        started: record.started,
        answered: if voted { at.now } else { Time::NEVER },
        closed: at.now,
        work: record.work,
        paid,
        checker: task.node,
        method: market.jobs.record(task.parent).method,
        check_index: task.check,
        round: task.round,
        looked: record.vote.looked,
        alarm: voted.then_some(record.vote.alarm),
    });
}
