//! A job is executed by several nodes, and the first answer that enough of them agree on is the answer.
//!
//! The job itself is at no node meanwhile: each copy is work on its behalf. A copy that fails is not tried again; where too few
//! remain to agree, no answer comes of it.

use crate::domain::answer::Answer;
use crate::domain::fate::{Fate, Stage};
use crate::domain::ids::{JobSlot, NodeId};
use crate::domain::job::Role;
use crate::domain::money::Money;
use crate::domain::story::Story;
use crate::engine::time::Time;
use crate::market::state::proceedings::{Child, Copy};
use crate::market::{Market, Moment};
use crate::policy::chooser::Offer;
use crate::record::fact::Fact;
use crate::scenario::verification::Check;

use super::quote::Quote;
use super::{coordination, execution, offer, placement, settlement, standing, terms, verdict, verification, waiting};

/// Takes a quote with copies: the chooser takes as many offers, one after the other.
pub fn place(market: &mut Market, at: &mut Moment<'_>, slot: JobSlot, quote: &Quote, copies: usize, offers: &[Offer]) {
    let scenario = at.scenario;
    let mut left = std::mem::take(&mut market.scratch.left);
    left.extend(offers.iter().filter(|offer| offer.node != quote.node));
    let mut chosen = std::mem::take(&mut market.scratch.chosen);
    chosen.extend(offers.iter().find(|offer| offer.node == quote.node));
    while chosen.len() < copies && !left.is_empty() {
        let next = offer::pick(market, scenario, slot, &left, chosen.len() as u32);
        chosen.push(left.remove(next));
    }
    let work = terms::overhead(&scenario.verification.methods[quote.method], market.jobs[slot].expected);
    let extra = |offer: &Offer| offer.rate.for_work(work, scenario.channels.rounding);
    let compute: Money = chosen.iter().map(|offer| offer.price).sum();
    let overhead: Money = chosen.iter().map(extra).sum();
    // As it was weighed, all copies had the price of the first; as it is agreed, each has its own.
    let weighed = quote.compute.times(copies as u64) + quote.overhead.times(copies as u64);
    let (rest, checkers) = (quote.most - weighed, quote.verification - (weighed - quote.compute));
    let real = Quote {
        overhead: Money::ZERO,
        verification: checkers + (compute - quote.compute) + overhead,
        most: compute + overhead + rest,
        ..*quote
    };
    placement::agree(market, at, slot, &real);
    let link = market.jobs[slot].link;
    for offer in &chosen {
        // Until its answer is there a copy is listed with a wrong one that agrees with nothing.
        let price = offer.price + extra(offer);
        market.proceedings.get(link).answers.push(Copy { node: offer.node, answer: NO_ANSWER, price, paid: false });
    }
    left.clear();
    chosen.clear();
    (market.scratch.left, market.scratch.chosen) = (left, chosen);
    if !coordination::send(market, at, slot, quote) {
        spread(market, at, slot);
    }
}

/// What stands for an answer that is not there.
pub const NO_ANSWER: Answer = Answer { key: u64::MAX, wrong: Some(crate::domain::answer::Wrong::Skip) };

/// Sends a request to each of the nodes.
pub fn spread(market: &mut Market, at: &mut Moment<'_>, slot: JobSlot) {
    let (job, story) = market.jobs.both(slot);
    job.stage = Stage::Executing;
    if story.at.placed == Time::NEVER {
        story.at.placed = at.now;
        story.first_price = story.price();
    }
    let (link, attempt, expected) = (job.link, job.attempt, job.expected);
    let parent = *story;
    let copies = market.proceedings.read(link).answers.len();
    for number in 0..copies {
        let copy = market.proceedings.read(link).answers[number];
        let child = Story { node: copy.node, compute_price: copy.price, ..parent };
        let child = market.jobs.admit_child(child, Role::Replica, slot);
        let job = &mut market.jobs[child];
        (job.attempt, job.copy, job.expected) = (attempt, number as u8, expected);
        market.proceedings.get(link).children.push(Child { slot: child, stake: 0 });
        placement::go(market, at, child, copy.node);
    }
}

/// A copy's answer is there: it counts with those that agree with it.
pub fn answered(market: &mut Market, at: &mut Moment<'_>, child: JobSlot) {
    let slot = market.jobs[child].link;
    let number = market.jobs[child].copy as usize;
    let story = *market.jobs.story(child);
    let link = market.jobs[slot].link;
    market.proceedings.get(link).answers[number].answer = story.answer;
    forget(market, slot, child);
    if market.jobs.story(slot).at.answered != Time::NEVER {
        // The others have agreed already, and were not called off.
        settlement::pay_late_copy(market, at, slot, number);
        return verdict::compare(market, at, slot, number);
    }
    let check = check(at, market, slot);
    let agreeing =
        market.proceedings.read(link).answers.iter().filter(|copy| copy.answer.key == story.answer.key).count();
    if agreeing < check.agree as usize {
        return undecided(market, at, slot);
    }
    let parent = market.jobs.story_mut(slot);
    parent.answer = story.answer;
    parent.node = story.node;
    (parent.at.reached, parent.at.started) = (story.at.reached, story.at.started);
    (parent.at.first_token, parent.at.finished) = (story.at.first_token, story.at.finished);
    let job = &mut market.jobs[slot];
    (job.node, job.turn) = (story.node, job.turn.wrapping_add(1));
    if check.cancel {
        call_off(market, at, slot, true);
    }
    verification::answered(market, at, slot);
}

/// A copy came to nothing.
pub fn lost(market: &mut Market, at: &mut Moment<'_>, child: JobSlot) {
    let slot = market.jobs[child].link;
    forget(market, slot, child);
    undecided(market, at, slot);
}

/// Without enough copies left to agree the job is lost if none has answered, and otherwise no verdict was reached.
fn undecided(market: &mut Market, at: &mut Moment<'_>, slot: JobSlot) {
    if market.jobs.story(slot).at.answered != Time::NEVER {
        return;
    }
    let check = check(at, market, slot);
    let proceeding = market.proceedings.read(market.jobs[slot].link);
    let there: &[Copy] = &proceeding.answers;
    let most = there
        .iter()
        .filter(|copy| copy.answer.key != u64::MAX)
        .map(|copy| there.iter().filter(|other| other.answer.key == copy.answer.key).count())
        .max();
    if most.unwrap_or(0) + proceeding.children.len() >= check.agree as usize {
        return;
    }
    let fate = if most.is_none() { Fate::Lost } else { Fate::Unresolved };
    call_off(market, at, slot, false);
    settlement::return_rest(market, at, slot);
    standing::close(market, at, slot, fate);
}

fn check<'s>(at: &Moment<'s>, market: &Market, slot: JobSlot) -> &'s Check {
    &at.scenario.verification.methods[market.jobs.story(slot).method].checks[0]
}

/// A child is done with; gives the stake it was asked with.
pub fn forget(market: &mut Market, slot: JobSlot, child: JobSlot) -> u64 {
    let stake = market.proceedings.get(market.jobs[slot].link).leave(child);
    market.jobs.release(child);
    stake
}

/// Calls off all work under way on a job's behalf. Checks are paid the share that is done; copies are where `pays_copies` says that
/// an answer has come of them.
pub fn call_off(market: &mut Market, at: &mut Moment<'_>, slot: JobSlot, pays_copies: bool) {
    let link = market.jobs[slot].link;
    if !link.is_some() {
        return;
    }
    while let Some(child) = market.proceedings.get(link).children.pop() {
        end_early(market, at, slot, child.slot, pays_copies);
    }
}

/// Calls off one piece of work on a job's behalf.
pub fn call_off_one(market: &mut Market, at: &mut Moment<'_>, slot: JobSlot, child: JobSlot) {
    market.proceedings.get(market.jobs[slot].link).leave(child);
    end_early(market, at, slot, child, false);
}

/// Work on a job's behalf ends before it is done: its party is paid for the share of it that is.
fn end_early(market: &mut Market, at: &mut Moment<'_>, slot: JobSlot, child: JobSlot, pays_copies: bool) {
    let done = remove(market, at, child);
    match market.jobs[child].role {
        Role::Replica if pays_copies => {
            let number = market.jobs[child].copy as usize;
            let copy = market.proceedings.read(market.jobs[slot].link).answers[number];
            settlement::pay_copy(market, at, slot, copy.node, copy.price.share(done));
        }
        Role::Check | Role::Proof => verification::end_early(market, at, slot, child, done),
        Role::Replica | Role::Job => {}
    }
    market.jobs.release(child);
}

/// Takes work off the node where it waits or is done; on its way, it is simply not expected any more. Returns the share of it that
/// is done.
fn remove(market: &mut Market, at: &mut Moment<'_>, child: JobSlot) -> f64 {
    let (node, stage): (NodeId, Stage) = (market.jobs[child].node, market.jobs[child].stage);
    let key = market.jobs.story(child).key;
    let done = match stage {
        Stage::Waiting => {
            waiting::leave_room(market, at, child, node);
            0.0
        }
        Stage::Executing => execution::interrupt(market, at, child, node),
        // What comes back was done.
        Stage::Answered => return 1.0,
        _ => return 0.0,
    };
    market.nodes.states[node].work -= u128::from(market.jobs[child].expected.0);
    at.facts.note(Fact::CalledOff { job: key, node });
    execution::serve(market, at, node);
    market.note_load(at.scenario, node);
    done
}
