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
use crate::domain::work::Work;
use crate::engine::time::Time;
use crate::market::context::Context;
use crate::market::event::Event;
use crate::market::state::State;
use crate::market::state::cases::Child;
use crate::policy::candidates::Weights;
use crate::policy::selection::SelectionView;
use crate::policy::verdict::{Verdict, Votes};
use crate::scenario::verification::Check;

use super::{at_stake, hearing, learning, relying, seats, sending, settlement, voting};

/// A check or a proof that a party is to do for a job.
pub(super) struct Order {
    pub kind: TaskKind,
    pub by: PartyId,
    pub check: u8,
    pub round: u8,
    pub ordinal: u16,
    pub work: Work,
}

/// Opens a check for validators to take: each seat waits until one does. Says whether any validator is listed.
fn open(market: &mut State, at: &mut Context<'_>, slot: JobSlot, index: usize, check: &Check) -> bool {
    let record = *market.jobs.record(slot);
    if market.registry.listed(market.registry.view_of(record.requester), at.scenario.validators()).is_empty() {
        return false;
    }
    let votes = &mut market.cases[market.jobs[slot].case].votes[index];
    (votes.asked, votes.stake_asked) = (check.count, u64::from(check.count) * seats::UNSTAKED);
    for ordinal in 0..check.count as u16 {
        let number = DrawIndex::checker(index as u8, ordinal, check.round);
        let work =
            check.draw_work(&at.scenario.size(&record), &mut draw(market.seed, Purpose::CheckTime, record.key, number));
        let (by, place, round) = (PartyId::NONE, index as u8, check.round);
        let order = Order { kind: TaskKind::Check, by, check: place, round, ordinal, work };
        let child = admit(market, at, slot, &order, (Vote { alarm: false, looked: false }, seats::UNSTAKED));
        market.pulled.join(child, market.jobs[child].version, work);
    }
    true
}

/// A validator takes a waiting check, for which no checker was drawn.
pub fn take(market: &mut State, at: &mut Context<'_>, child: TaskSlot, by: PartyId) {
    let &Task { parent, check, ordinal, round, .. } = &market.jobs[child];
    let vote = ask_of(market, at, parent, by, (check, ordinal, round));
    let work = if vote.looked { market.jobs[child].expected } else { Work::ZERO };
    relying::note_checker(market, at, parent, (check, round, ordinal), by);
    let record = market.jobs.task_record_mut(child);
    (record.vote, record.work) = (vote, work);
    let item = &mut market.jobs[child].item;
    (item.node, item.expected) = (by, work);
    dispatch(market, at, child, by, work);
    if work > Work::ZERO {
        market.pulled.send(by);
    }
}

/// Asks checkers to look. Says whether there are any.
pub fn ask(market: &mut State, at: &mut Context<'_>, slot: JobSlot, index: usize, check: &Check) -> bool {
    if market.pulled.is_used() {
        return open(market, at, slot, index, check);
    }
    let record = *market.jobs.record(slot);
    let mut chosen = std::mem::take(&mut market.scratch.checkers);
    let mut computing = std::mem::take(&mut market.scratch.computing);
    answerers(market, slot, check.of.is_some(), &mut computing);
    let number = DrawIndex::attempt_check(record.attempts, index as u8, seats::round(market, slot, check));
    select(market, at, &record, (check, check.count as usize), number, (&computing, &mut chosen));
    computing.clear();
    market.scratch.computing = computing;
    let id = market.jobs[slot].case;
    let mut asked = market.cases[id].votes[index];
    asked.asked = chosen.len() as u32;
    asked.stake_asked = chosen.iter().map(|&by| seats::weight(market, by)).sum();
    market.cases[id].votes[index] = asked;
    for (ordinal, &by) in chosen.iter().enumerate() {
        if !voting::abstains(market, slot, (index, check), ordinal as u16) {
            look(market, at, slot, check, (index, ordinal as u16, by));
        }
    }
    chosen.clear();
    market.scratch.checkers = chosen;
    asked.asked > 0
}

/// Draws checkers for an answer, none of those in `checked`.
pub(super) fn select(
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
    let parties = market.registry.candidates(&at.derived.rosters, seen, list);
    if parties.present.is_empty() {
        return;
    }
    let backrooms = &market.nodes.backrooms;
    let operators = |node: PartyId| backrooms[node].operator;
    let (states, quotes) = (&market.nodes.states, &market.nodes.quotes);
    let load = |node: PartyId| f64::from(states[node].jobs()) / f64::from(quotes[node].slots);
    let ask = |node: PartyId| at_stake::ask_of(market, scenario, check, node);
    let capped = market.registry.capped(seen, list).map(|capped| Weights { all: capped.weights(), absent: 0 });
    let view = SelectionView {
        parties,
        stakes: capped.unwrap_or_else(|| market.registry.stakes(seen, list)),
        opinions: capped.unwrap_or_else(|| market.registry.opinions(seen, list)),
        operators: &operators,
        load: &load,
        ask: &ask,
        checked,
        wanted,
    };
    let mut drawn = draw(market.seed, Purpose::Selection, record.key, number);
    scenario.verification.selection.select(&view, &mut drawn, chosen);
}

/// What a checker will say, which is kept where causes are recorded.
fn ask_of(market: &mut State, at: &Context<'_>, slot: JobSlot, by: PartyId, seat: (u8, u16, u8)) -> Vote {
    let vote = voting::opinion(market, at, slot, by, seat);
    match at.scenario.record.causes {
        true => hearing::heard(market, at, slot, by, (seat, vote)),
        false => vote,
    }
}

/// Asks one checker to look.
pub(super) fn look(
    market: &mut State,
    at: &mut Context<'_>,
    slot: JobSlot,
    check: &Check,
    (index, ordinal, by): (usize, u16, PartyId),
) {
    let record = *market.jobs.record(slot);
    let round = seats::round(market, slot, check);
    let number = DrawIndex::checker(index as u8, ordinal, round);
    let vote = ask_of(market, at, slot, by, (index as u8, ordinal, round));
    relying::note_checker(market, at, slot, (index as u8, round, ordinal), by);
    let work = match vote.looked {
        true => {
            check.draw_work(&at.scenario.size(&record), &mut draw(market.seed, Purpose::CheckTime, record.key, number))
        }
        false => Work::ZERO,
    };
    let order = Order { kind: TaskKind::Check, by, check: index as u8, round, ordinal, work };
    employ(market, at, slot, &order, vote);
    if let Some(timeout) = check.timeout {
        let version = market.jobs[slot].version;
        let overdue = Event::Overdue { job: slot, version, ordinal, check: index as u8 };
        at.queue.push(at.now + timeout.after, overdue);
    }
}

/// What the votes of a check come to, if they may be a verdict yet: all of them are in, sealed ones are published, the window of a
/// vote has passed, or it is enough that no vote still to come can change it.
pub fn verdict(check: &Check, votes: &Votes, published: bool) -> Option<Verdict> {
    let may_decide = match check.stopping {
        _ if check.vote.is_some() => published,
        Stopping::Decided => true,
        Stopping::AllVotes => votes.are_all_in(),
        Stopping::Reveal => published || votes.cast() == 0 && votes.are_all_in(),
    };
    match check.vote {
        _ if !may_decide => None,
        Some(vote) => Some(vote.verdict(&check.verdict, votes)),
        None => check.verdict.decide(votes),
    }
}

/// A group is asked to vote: its votes are counted when its window has passed.
pub fn open_vote(market: &State, at: &mut Context<'_>, slot: JobSlot, (index, check): (usize, &Check)) {
    if let Some(vote) = check.vote {
        let version = market.jobs[slot].version;
        at.queue.push(at.now + vote.window, Event::Reveal { job: slot, version, check: index as u8 });
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
pub(super) fn answerers(market: &State, slot: JobSlot, is_appeal: bool, computing: &mut Vec<PartyId>) {
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

/// Sends a check or a proof to its party.
pub(super) fn employ(market: &mut State, at: &mut Context<'_>, slot: JobSlot, order: &Order, vote: Vote) {
    let stake = if order.kind == TaskKind::Proof { seats::UNSTAKED } else { seats::weight(market, order.by) };
    let child = admit(market, at, slot, order, (vote, stake));
    dispatch(market, at, child, order.by, order.work);
}

/// Writes down a check or a proof that a party is to do, or that waits for one.
fn admit(market: &mut State, at: &Context<'_>, slot: JobSlot, order: &Order, (vote, stake): (Vote, u64)) -> TaskSlot {
    let &Order { kind, by, check, round, ordinal, work } = order;
    let (job, key) = (&market.jobs[slot], market.jobs.record(slot).key);
    let (attempt, case) = (job.attempt, job.case);
    let item = WorkItem { node: by, ..WorkItem::begin(job.class, job.requester, work) };
    let task = Task { item, parent: slot, attempt, ordinal, check, round, kind };
    let asking = &at.scenario.verification.methods[market.jobs.record(slot).method].checks[usize::from(check)];
    let ask = if by.is_some() { at_stake::ask_of(market, at.scenario, asking, by) } else { 1.0 };
    let record = TaskRecord { ask, ..TaskRecord::begin(key, at.now, work, Answer::NONE, vote) };
    let child = market.jobs.admit_task(task, record);
    market.cases[case].children.push(Child { slot: child, stake });
    child
}

/// A canary is sent to a node, which is expected to do so much work for it.
pub(super) fn plant(market: &mut State, at: &mut Context<'_>, slot: JobSlot, (check, by, work): (u8, PartyId, Work)) {
    let order = Order { kind: TaskKind::Canary, by, check, round: 0, ordinal: 0, work };
    let child = admit(market, at, slot, &order, (Vote { alarm: false, looked: false }, seats::UNSTAKED));
    sending::send_task(market, at, child, by);
}

/// A check or a proof goes to its party. One that takes no time does not queue: its vote comes back after a round trip.
fn dispatch(market: &mut State, at: &mut Context<'_>, child: TaskSlot, by: PartyId, work: Work) {
    if work > Work::ZERO {
        sending::send_task(market, at, child, by);
        return;
    }
    let from = at.scenario.requesters[market.jobs[child].requester].region;
    let trip = at.scenario.network.round_trip(from, market.nodes.quotes[by].region);
    market.jobs[child].stage = Stage::Answered;
    let version = market.jobs[child].version;
    at.queue.push(at.now + trip, Event::Respond { work: child.into(), version });
}

/// What the party that does a check, or a part of a proof, is to be paid.
pub fn fee(market: &State, at: &Context<'_>, child: TaskSlot) -> Money {
    let task = &market.jobs[child];
    let parent = market.jobs.record(task.parent);
    let whole = at_stake::fee_at(market, at, task.parent, task.check, market.jobs.task_record(child).ask);
    match at.scenario.verification.methods[parent.method].checks[task.check as usize].ways {
        1 => whole,
        ways => Money(at_stake::part(whole.0 as u64, u32::from(task.ordinal), ways) as i64),
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
