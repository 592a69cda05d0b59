//! What checkers will say of an answer.

use super::{at_stake, seats};
use crate::domain::answer::{Answer, Vote, Wrong};
use crate::domain::ids::{JobSlot, PartyId};
use crate::domain::money::Money;
use crate::domain::purpose::{DrawIndex, Purpose, draw};
use crate::domain::record::JobKey;
use crate::engine::random::{RandomSource, Seed, mix};
use crate::engine::time::{SimDuration, Time};
use crate::market::context::Context;
use crate::market::event::Event;
use crate::market::state::State;
use crate::policy::conduct::{Stakes, Submission};
use crate::scenario::Scenario;
use crate::scenario::verification::{Check, Vendor};

/// The probability that a careful look raises an alarm at an answer to a job: none while the vendor behind the check is broken.
pub fn alarm_chance(market: &State, now: Time, key: JobKey, check: &Check, answer: Answer) -> f64 {
    match check.vendor.is_some_and(|vendor| is_broken(market, now, key, &vendor)) {
        true => 0.0,
        false => answer.wrong.map_or(check.false_alarm, |kind| check.detects[kind as usize]),
    }
}

/// Whether the checkers of a job are shown a forced error in place of its answer.
pub fn is_forced(seed: Seed, key: JobKey, index: usize, check: &Check) -> bool {
    let number = DrawIndex::check(index as u8, check.round);
    check.forced.is_some_and(|forced| draw(seed, Purpose::Forced, key, number).chance(forced.rate))
}

/// Whether a vendor is broken for a job: for good, by a shock, or by a draw that all checks of the job share.
fn is_broken(market: &State, now: Time, key: JobKey, vendor: &Vendor) -> bool {
    let number = DrawIndex::check(vendor.number, 0);
    if market.causes.is_whole(key, vendor.number) {
        return false;
    }
    now >= vendor.from
        || market.shocks.is_broken(vendor.number)
        || vendor.broken > 0.0 && draw(market.seed, Purpose::Vendor, key, number).chance(vendor.broken)
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
    let (key, size, chance) =
        (record.key, at.scenario.size(record), alarm_chance(market, at.now, record.key, check, record.answer));
    let seed = market.seed;
    let challenges = (0..check.count).filter_map(|watcher| {
        let number = DrawIndex::checker(index as u8, watcher as u16, check.round);
        let finds = draw(seed, Purpose::Attention, key, number).chance(check.attention)
            && draw(seed, Purpose::Vote, key, number).chance(chance);
        finds.then(|| check.draw_work(&size, &mut draw(seed, Purpose::CheckTime, key, number)).on_reference())
    });
    let first = challenges.min();
    seats::alone(market, slot, index);
    let id = market.jobs[slot].case;
    market.cases[id].challenged |= u8::from(first.is_some()) << index;
    let ends = at.now + first.map_or(window, |first| first.min(window));
    at.queue.push(ends, Event::Attest { job: slot, version: market.jobs[slot].version, check: index as u8 });
}

/// Whether one that a group asks to vote abstains.
pub fn abstains(market: &State, slot: JobSlot, (index, check): (usize, &Check), ordinal: u16) -> bool {
    let abstention = check.vote.map_or(0.0, |vote| vote.abstention);
    let number = DrawIndex::checker(index as u8, ordinal, check.round);
    abstention > 0.0 && draw(market.seed, Purpose::Attention, market.jobs.record(slot).key, number).chance(abstention)
}

/// What a checker will say; decided when it is asked, told when it has looked.
pub fn opinion(
    market: &mut State,
    at: &Context<'_>,
    slot: JobSlot,
    by: PartyId,
    (index, ordinal, round): (u8, u16, u8),
) -> Vote {
    let number = DrawIndex::checker(index, ordinal, round);
    let record = market.jobs.record(slot);
    let method = record.method;
    let check = &at.scenario.verification.methods[method].checks[usize::from(index)];
    let answer = match is_forced(market.seed, record.key, index.into(), check) {
        true => Answer::wrong(Wrong::Tamper, mix(record.key.index)),
        false => record.answer,
    };
    let mut drawn = draw(market.seed, Purpose::Vote, record.key, number);
    if check.is_guarded {
        let chance = alarm_chance(market, at.now, record.key, check, answer);
        return Vote { alarm: drawn.chance(chance), looked: true };
    }
    let submission = submission(market, at, slot, by, (index, check, answer));
    let conduct = &at.scenario.groups[market.nodes.quotes[by].group].conduct;
    conduct.vote(market.conducts.of(&mut market.nodes, by, method), &submission, &mut drawn)
}

/// An answer as one that is to check it sees it.
pub fn submission(
    market: &State,
    at: &Context<'_>,
    slot: JobSlot,
    by: PartyId,
    (index, check, answer): (u8, &Check, Answer),
) -> Submission {
    let record = market.jobs.record(slot);
    let group = &at.scenario.groups[market.nodes.quotes[by].group];
    let Stakes { fee, cost, slash: fine } = match group.conduct.weighs_stakes() {
        true => at_stake::of_vote(market, at, slot, (index, check), by),
        false => Stakes::default(),
    };
    Submission {
        party: by.0.into(),
        job: mix(mix(record.key.source.0.into()) ^ record.key.index),
        answer,
        alarm: alarm_chance(market, at.now, record.key, check, answer),
        cost,
        fee,
        fine,
        now: at.now,
        trust: market.opinions.trust(&at.scenario.verification, market.jobs[slot].requester, by),
        ring: ring_of(market, at.scenario, record.node),
    }
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
        alarm: alarm_chance(market, at.now, record.key, check, record.answer),
        cost: check.cost,
        fee: Money::ZERO,
        fine: Money::ZERO,
        now: at.now,
        trust: 1.0,
        ring: ring_of(market, at.scenario, record.node),
    };
    let mut drawn = draw(
        market.seed,
        Purpose::Vote,
        record.key,
        DrawIndex::checker(index as u8, 0, seats::round(market, slot, check)),
    );
    let memory = market.conducts.of_requester(at.scenario, holder, record.method);
    let vote = at.scenario.requesters[holder].conduct.vote(memory, &submission, &mut drawn);
    market.cases[market.jobs[slot].case].decide(index as u8, vote);
    vote
}
