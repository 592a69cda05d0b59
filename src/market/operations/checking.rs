//! Parties are asked to check an answer, and are paid for it.

use crate::domain::answer::{Answer, Vote};
use crate::domain::checking::{CalledOff, Checker, Stopping};
use crate::domain::fate::Stage;
use crate::domain::ids::{JobSlot, PartyId, TaskSlot};
use crate::domain::item::WorkItem;
use crate::domain::money::Money;
use crate::domain::purpose::{DrawIndex, Purpose, draw};
use crate::domain::record::{CheckRecord, JobRecord};
use crate::domain::task::{Task, TaskKind, TaskRecord};
use crate::engine::random::{RandomSource, mix};
use crate::engine::time::{SimDuration, Time};
use crate::market::context::Context;
use crate::market::event::Event;
use crate::market::state::State;
use crate::market::state::capped::Capped;
use crate::market::state::cases::Child;
use crate::policy::conduct::Submission;
use crate::policy::selection::SelectionView;
use crate::policy::verdict::Votes;
use crate::scenario::Scenario;
use crate::scenario::verification::Check;

use super::{at_stake, calling_off, learning, sending, settlement};

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

/// The round in which a check looks: after so many alarms, and after so many answers of copies that it has refused.
pub fn round(market: &State, slot: JobSlot, check: &Check) -> u8 {
    check.round + market.cases[market.jobs[slot].case].refused
}

/// The probability that a careful look raises an alarm at an answer.
pub fn alarm_chance(check: &Check, answer: Answer) -> f64 {
    answer.wrong.map_or(check.false_alarm, |kind| check.detects[kind as usize])
}

/// A proof is made: by provers if there are any, each of which has an equal part of it, otherwise by the node.
pub fn prove(market: &mut State, at: &mut Context<'_>, slot: JobSlot, index: usize, check: &Check) {
    let (scenario, record, round) = (at.scenario, *market.jobs.record(slot), round(market, slot, check));
    let view = market.registry.view_of(record.requester);
    let provers = market.registry.listed(view, scenario.provers());
    let mut chosen = std::mem::take(&mut market.scratch.checkers);
    // The first of each in a random order of its own (R. Floyd): as many draws as there are parts.
    let wanted = provers.len().min(check.ways as usize);
    let mut drawn = draw(market.seed, Purpose::Prover, record.key, DrawIndex::check(index as u8, round));
    for most in provers.len() - wanted..provers.len() {
        let by = provers[drawn.below(most as u64 + 1) as usize];
        chosen.push(if chosen.contains(&by) { provers[most] } else { by });
    }
    if chosen.is_empty() {
        chosen.push(record.node);
    }
    let mut drawn = draw(market.seed, Purpose::ProofTime, record.key, DrawIndex::check(index as u8, round));
    let work = check.draw_work(&scenario.size(&record), &mut drawn);
    alone(market, slot, index);
    let mut drawn = draw(market.seed, Purpose::Vote, record.key, DrawIndex::checker(index as u8, 0, round));
    let alarm = drawn.chance(alarm_chance(check, record.answer));
    // Where fewer provers are listed than a proof has parts, some make several of them.
    for ordinal in 0..check.ways {
        let by = chosen[ordinal as usize % chosen.len()];
        let work = SimDuration(part(work.0, ordinal, check.ways));
        let (check, ordinal) = (index as u8, ordinal as u16);
        let order = Order { kind: TaskKind::Proof, by, check, round, ordinal, work };
        employ(market, at, slot, &order, Vote { alarm, looked: true });
    }
    chosen.clear();
    market.scratch.checkers = chosen;
}

/// One of so many parts of a whole number, that together are the whole and differ by one at most.
fn part(whole: u64, number: u32, parts: u32) -> u64 {
    let up_to = |number: u32| (u128::from(whole) * u128::from(number) / u128::from(parts)) as u64;
    up_to(number + 1) - up_to(number)
}

/// Whether other parts of the proof that this task is a part of are still to be made.
pub fn is_partial(market: &State, child: TaskSlot) -> bool {
    let task = &market.jobs[child];
    let others = market.cases[market.jobs[task.parent].case].children.iter().filter(|other| other.slot != child);
    task.kind == TaskKind::Proof
        && others.map(|other| &market.jobs[other.slot]).any(|other| !other.executes() && other.check == task.check)
}

/// A check or a proof that a party is to do for a job.
struct Order {
    kind: TaskKind,
    by: PartyId,
    check: u8,
    round: u8,
    ordinal: u16,
    work: SimDuration,
}

/// Asks checkers to look. Says whether there are any.
pub fn ask(market: &mut State, at: &mut Context<'_>, slot: JobSlot, index: usize, check: &Check) -> bool {
    let record = *market.jobs.record(slot);
    let mut chosen = std::mem::take(&mut market.scratch.checkers);
    let mut computing = std::mem::take(&mut market.scratch.computing);
    answerers(market, slot, check.of.is_some(), &mut computing);
    let number = DrawIndex::attempt_check(record.attempts, index as u8, round(market, slot, check));
    select(market, at, &record, (check, check.count as usize), number, (&computing, &mut chosen));
    computing.clear();
    market.scratch.computing = computing;
    let id = market.jobs[slot].case;
    let mut asked = market.cases[id].votes[index];
    asked.asked = chosen.len() as u32;
    asked.stake_asked = chosen.iter().map(|&by| weight(market, by)).sum();
    market.cases[id].votes[index] = asked;
    for (ordinal, &by) in chosen.iter().enumerate() {
        look(market, at, slot, check, (index, ordinal as u16, by));
    }
    chosen.clear();
    market.scratch.checkers = chosen;
    asked.asked > 0
}

/// Draws checkers for an answer, none of those in `checked`.
fn select(
    market: &State,
    at: &Context<'_>,
    record: &JobRecord,
    (check, wanted): (&Check, usize),
    number: DrawIndex,
    (checked, chosen): (&[PartyId], &mut Vec<PartyId>),
) {
    let scenario = at.scenario;
    let list = match check.by {
        Checker::Validators => scenario.validators(),
        _ => scenario.classes[record.class].model.into(),
    };
    let seen = market.registry.view_of(record.requester);
    let listed = market.registry.listed(seen, list);
    if listed.is_empty() {
        return;
    }
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
        checked,
        wanted,
    };
    let mut drawn = draw(market.seed, Purpose::Selection, record.key, number);
    scenario.verification.selection.select(&view, &mut drawn, chosen);
}

/// Asks one checker to look.
fn look(
    market: &mut State,
    at: &mut Context<'_>,
    slot: JobSlot,
    check: &Check,
    (index, ordinal, by): (usize, u16, PartyId),
) {
    let record = *market.jobs.record(slot);
    let round = round(market, slot, check);
    let number = DrawIndex::checker(index as u8, ordinal, round);
    let vote = opinion(market, at, slot, by, (index, number));
    let work = match vote.looked {
        true => {
            check.draw_work(&at.scenario.size(&record), &mut draw(market.seed, Purpose::CheckTime, record.key, number))
        }
        false => SimDuration::ZERO,
    };
    let order = Order { kind: TaskKind::Check, by, check: index as u8, round, ordinal, work };
    employ(market, at, slot, &order, vote);
    if let Some(timeout) = check.timeout {
        let version = market.jobs[slot].version;
        let overdue = Event::Overdue { job: slot, version, ordinal, check: index as u8 };
        at.queue.push(at.now + timeout.after, overdue);
    }
}

/// A checker has had its time: its look ends unpaid, and another takes its seat. It is missing where no more are drawn, or nobody else
/// can be. A missing vote is no evidence: it says nothing of a look (model §7).
pub fn replace(market: &mut State, at: &mut Context<'_>, slot: JobSlot, child: TaskSlot) {
    let (task, record) = (market.jobs[child], *market.jobs.record(slot));
    let index = usize::from(task.check);
    let check = &at.scenario.verification.methods[record.method].checks[index];
    let stake = calling_off::time_out(market, at, slot, child);
    let id = market.jobs[slot].case;
    let ordinal = u32::from(task.ordinal) + check.count;
    let mut chosen = std::mem::take(&mut market.scratch.checkers);
    if check.timeout.is_some_and(|timeout| ordinal < check.count * (timeout.redraws + 1)) {
        let mut busy = std::mem::take(&mut market.scratch.computing);
        answerers(market, slot, check.of.is_some(), &mut busy);
        busy.push(task.node);
        let case = &market.cases[id];
        busy.extend(case.cast.iter().filter(|cast| cast.check == task.check).map(|cast| cast.by));
        let tasks = case.children.iter().map(|child| &market.jobs[child.slot]);
        busy.extend(tasks.filter(|other| !other.executes() && other.check == task.check).map(|other| other.node));
        let number = DrawIndex::checker(task.check, ordinal as u16, task.round).apart_from_executions();
        select(market, at, &record, (check, 1), number, (&busy, &mut chosen));
        busy.clear();
        market.scratch.computing = busy;
    }
    let votes = &mut market.cases[id].votes[index];
    match chosen.pop() {
        None => (votes.missing, votes.stake_missing) = (votes.missing + 1, votes.stake_missing + stake),
        Some(by) => {
            votes.stake_asked -= stake;
            let added = weight(market, by);
            market.cases[id].votes[index].stake_asked += added;
            look(market, at, slot, check, (index, ordinal as u16, by));
        }
    }
    market.scratch.checkers = chosen;
}

/// Whether votes may be a verdict yet: all of them are in, sealed ones are published, or it is enough that no vote still to come can
/// change it.
pub fn may_decide(check: &Check, votes: &Votes, published: bool) -> bool {
    match check.stopping {
        Stopping::Decided => true,
        Stopping::AllVotes => votes.are_all_in(),
        Stopping::Reveal => published || votes.cast() == 0 && votes.are_all_in(),
    }
}

/// The first vote of a check comes in: where votes are sealed, all are published so long after it.
pub fn seal(market: &State, at: &mut Context<'_>, slot: JobSlot, index: u8) {
    let check = &at.scenario.verification.methods[market.jobs.record(slot).method].checks[index as usize];
    if check.stopping == Stopping::Reveal {
        let version = market.jobs[slot].version;
        at.queue.push(at.now + check.reveal, Event::Reveal { job: slot, version, check: index });
    }
}

/// Puts the nodes that were asked for the answer into `computing`, and those that voted on it: none of them looks at it again.
fn answerers(market: &State, slot: JobSlot, is_appeal: bool, computing: &mut Vec<PartyId>) {
    for copy in &market.cases[market.jobs[slot].case].answers {
        if !computing.contains(&copy.node) {
            computing.push(copy.node);
        }
    }
    if computing.is_empty() {
        computing.push(market.jobs.record(slot).node);
    }
    if is_appeal {
        computing.extend(market.cases[market.jobs[slot].case].cast.iter().map(|cast| cast.by));
    }
}

/// Watchers look at an accepted answer, each or not; the first that takes it for wrong challenges it, at the latest in the last
/// instant of the window. Where none does, that is known when the window has passed.
pub fn watch(
    market: &mut State,
    at: &mut Context<'_>,
    slot: JobSlot,
    index: usize,
    (check, window): (&Check, SimDuration),
) {
    let record = market.jobs.record(slot);
    let (key, size, chance) = (record.key, at.scenario.size(record), alarm_chance(check, record.answer));
    let seed = market.seed;
    let challenges = (0..check.count).filter_map(|watcher| {
        let number = DrawIndex::checker(index as u8, watcher as u16, check.round);
        let finds = draw(seed, Purpose::Attention, key, number).chance(check.attention)
            && draw(seed, Purpose::Vote, key, number).chance(chance);
        finds.then(|| check.draw_work(&size, &mut draw(seed, Purpose::CheckTime, key, number)))
    });
    let first = challenges.min();
    alone(market, slot, index);
    let id = market.jobs[slot].case;
    market.cases[id].challenged |= u8::from(first.is_some()) << index;
    let ends = at.now + first.map_or(window, |first| first.min(window));
    at.queue.push(ends, Event::Attest { job: slot, version: market.jobs[slot].version, check: index as u8 });
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
    let method = record.method;
    let check = &at.scenario.verification.methods[method].checks[index];
    let group = &at.scenario.groups[market.nodes.quotes[by].group];
    let fee = at_stake::fee(market, at, slot, index as u8);
    let fine = at_stake::fine_of(at.scenario, check, market.ledger.bond(by), fee);
    let submission = Submission {
        party: by.0.into(),
        job: mix(mix(record.key.source.0.into()) ^ record.key.index),
        answer: record.answer,
        alarm: alarm_chance(check, record.answer),
        cost: at_stake::cost_of_look(market, check, by, &at.scenario.size(record)),
        fee,
        fine: at_stake::in_credits(at.scenario, fine),
        now: at.now,
        trust: market.opinions.trust(&at.scenario.verification, market.jobs[slot].requester, by),
        ring: ring_of(market, at.scenario, record.node),
    };
    let mut drawn = draw(market.seed, Purpose::Vote, record.key, number);
    let memory = market.conducts.of(&mut market.nodes, by, method);
    group.conduct.vote(memory, &submission, &mut drawn)
}

/// The number of the ring that a node is of.
fn ring_of(market: &State, scenario: &Scenario, node: PartyId) -> u64 {
    scenario.groups[market.nodes.quotes[node].group].conduct.ring(&market.nodes.backrooms[node].conduct)
}

/// What a requester that is to look itself will say: it looks, or lets the answer pass unseen.
pub fn decide(market: &mut State, at: &Context<'_>, slot: JobSlot, index: usize, check: &Check) -> Vote {
    let (record, holder) = (market.jobs.record(slot), market.jobs[slot].requester);
    let submission = Submission {
        // No party that serves has this number.
        party: u64::MAX - u64::from(holder.0),
        job: mix(mix(record.key.source.0.into()) ^ record.key.index),
        answer: record.answer,
        alarm: alarm_chance(check, record.answer),
        cost: check.cost,
        fee: Money::ZERO,
        fine: Money::ZERO,
        now: at.now,
        trust: 1.0,
        ring: ring_of(market, at.scenario, record.node),
    };
    let mut drawn =
        draw(market.seed, Purpose::Vote, record.key, DrawIndex::checker(index as u8, 0, round(market, slot, check)));
    let memory = market.conducts.of_requester(at.scenario, holder, record.method);
    let vote = at.scenario.requesters[holder].conduct.vote(memory, &submission, &mut drawn);
    market.cases[market.jobs[slot].case].decide(index as u8, vote);
    vote
}

/// Sends a check or a proof to its party. One that takes no time does not queue: its vote comes back after a round trip.
fn employ(market: &mut State, at: &mut Context<'_>, slot: JobSlot, order: &Order, vote: Vote) {
    let &Order { kind, by, check, round, ordinal, work } = order;
    let (job, key) = (&market.jobs[slot], market.jobs.record(slot).key);
    let (attempt, case) = (job.attempt, job.case);
    let item = WorkItem { node: by, ..WorkItem::begin(job.class, job.requester, work) };
    let task = Task { item, parent: slot, attempt, ordinal, check, round, kind };
    let child = market.jobs.admit_task(task, TaskRecord::begin(key, at.now, work, Answer::NONE, vote));
    let stake = if kind == TaskKind::Proof { UNSTAKED } else { weight(market, by) };
    market.cases[case].children.push(Child { slot: child, stake });
    if work > SimDuration::ZERO {
        sending::send_task(market, at, child, by);
        return;
    }
    let from = at.scenario.requesters[market.jobs[slot].requester].region;
    let trip = at.scenario.network.round_trip(from, market.nodes.quotes[by].region);
    market.jobs[child].stage = Stage::Answered;
    let version = market.jobs[child].version;
    at.queue.push(at.now + trip, Event::Respond { work: child.into(), version });
}

/// What the party that does a check, or a part of a proof, is to be paid.
pub fn fee(market: &State, at: &Context<'_>, child: TaskSlot) -> Money {
    let task = &market.jobs[child];
    let parent = market.jobs.record(task.parent);
    let whole = at_stake::fee(market, at, task.parent, task.check);
    match at.scenario.verification.methods[parent.method].checks[task.check as usize].ways {
        1 => whole,
        ways => Money(part(whole.0 as u64, u32::from(task.ordinal), ways) as i64),
    }
}

/// A check ends without its vote, because it is not needed any more or because its job is over: its party is paid as the check says,
/// usually the share that is done.
pub fn end_early(market: &mut State, at: &mut Context<'_>, slot: JobSlot, child: TaskSlot, done: f64) {
    let method = market.jobs.record(slot).method;
    let check = &at.scenario.verification.methods[method].checks[market.jobs[child].check as usize];
    let paid = match check.called_off {
        CalledOff::ShareDone => fee(market, at, child).share(done),
        CalledOff::All => fee(market, at, child),
        CalledOff::None => Money::ZERO,
    };
    let by = market.jobs[child].node;
    settlement::pay_checker(market, at, slot, by, paid);
    note_end(market, at, child, false, paid);
    if done > 0.0 && market.jobs[child].kind == TaskKind::Check {
        let (check, looked) = (market.jobs[child].check, market.jobs.task_record(child).vote.looked);
        learning::tell_voter(market, at.scenario, slot, (by, check, looked, done));
    }
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
