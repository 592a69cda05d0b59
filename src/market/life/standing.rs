//! What is accepted stands until nothing can revoke it; then the job is closed. Every job is closed exactly once.

use crate::domain::answer::Evidence;
use crate::domain::answer::Use;
use crate::domain::fate::{Cause, Fate, Stage};
use crate::domain::ids::{CaseId, JobSlot, ResultId, TaskSlot};
use crate::domain::money::Money;
use crate::domain::payment::PayoutAt;
use crate::domain::record::JobRecord;
use crate::engine::time::{SimDuration, Time};
use crate::market::context::Context;
use crate::market::event::Event;
use crate::market::operations::{
    assignment, batches, calling_off, canaries, causes, evidence, inputs, margins, relying, settlement,
};
use crate::market::state::State;
use crate::record::fact::Fact;
use crate::scenario::model::Class;
use crate::scenario::verification::Check;

use super::next::Next;

/// An accepted result: deferred checks begin, and it stands for its window; with neither it is final at once.
pub fn stand(market: &mut State, at: &mut Context<'_>, slot: JobSlot) -> Next {
    let id = market.jobs[slot].case;
    if !id.is_some() {
        if at.scenario.verification.opinion.is_some()
            || market.agreement.is_measured()
            || !assignment::is_honest(market, at.scenario, market.jobs[slot].node)
        {
            evidence::see_nodes(market, at, slot, unchecked(at));
        }
        return end(market, at, slot);
    }
    let method = &at.scenario.verification.methods[market.jobs.record(slot).method];
    let job = &mut market.jobs[slot];
    job.stage = Stage::Accepted;
    job.version = job.version.wrapping_add(1);
    if market.jobs.record(slot).use_at == Use::Final {
        evidence::expect_in_time(market, at, slot);
    }
    if !method.compares() && market.cases[id].votes.iter().all(|votes| votes.asked == 0) {
        let drawn = market.cases[id].drawn;
        let drawn = drawn & method.roots;
        let looks = |(index, check): (usize, &Check)| check.deferred && drawn >> index & 1 == 1;
        if !method.checks.iter().enumerate().any(looks) {
            evidence::see_nodes(market, at, slot, unchecked(at));
        }
    }
    // What several nodes agree on does not fall with one of them.
    if method.stands() || (inputs::is_held(market, slot) && !method.compares()) {
        let until = at.now + method.window;
        market.cases[id].result = market.results.begin(market.jobs[slot].node, slot, until);
    }
    if method.window > SimDuration::ZERO {
        market.cases[id].stands = true;
        let version = market.jobs[slot].version;
        at.queue.push(at.now + method.window, Event::Window { job: slot, version });
    }
    if method.plants {
        canaries::plant(market, at, slot);
    }
    if !method.defers {
        return finalise(market, at, slot);
    }
    Next::Check { job: slot, from: 0, deferred: true }
}

/// The answer to a canary is there, or will never be. The job was only waiting for it if its result is final and its nodes are paid.
#[inline(never)]
pub fn probed(market: &mut State, at: &mut Context<'_>, canary: TaskSlot, is_lost: bool) -> Next {
    let slot = market.jobs[canary].parent;
    if !is_lost {
        canaries::judge(market, at, canary);
    }
    calling_off::forget(market, slot, canary);
    if market.jobs.record(slot).at.finalised != Time::NEVER && is_done_with(market, slot) {
        return end(market, at, slot);
    }
    Next::Done
}

/// Whether nothing of a final result is still to come: neither the payment to its nodes nor the answer to a canary.
fn is_done_with(market: &State, slot: JobSlot) -> bool {
    !market.cases[market.jobs[slot].case].unpaid && !canaries::is_under_way(market, slot)
}

/// An answer was accepted without a check: that counts as much as the scenario says.
fn unchecked(at: &Context<'_>) -> (Evidence, f64) {
    (Evidence::Unchecked, at.scenario.verification.credit_unchecked)
}

/// The window has passed.
pub fn window(market: &mut State, at: &mut Context<'_>, slot: JobSlot) -> Next {
    market.cases[market.jobs[slot].case].stands = false;
    finalise(market, at, slot)
}

/// The result is final as soon as no deferred check is open, its window has passed and its inputs are final; the job is closed when its nodes are
/// paid as well.
pub fn finalise(market: &mut State, at: &mut Context<'_>, slot: JobSlot) -> Next {
    let id = market.jobs[slot].case;
    let case = &market.cases[id];
    if case.open != 0 || case.stands || inputs::is_held(market, slot) {
        return Next::Done;
    }
    let record = market.jobs.record_mut(slot);
    if record.at.finalised == Time::NEVER {
        record.at.finalised = at.now;
        if record.use_at == Use::Final {
            relying::begin(market, at, slot);
        }
        evidence::learn(market, at, slot, false);
        stands_no_more(market, id);
        if at.scenario.payout.at == PayoutAt::Window {
            batches::pay(market, at, slot);
        }
    }
    if is_done_with(market, slot) {
        return end(market, at, slot);
    }
    Next::Done
}

/// The result is final, or comes to nothing.
fn stands_no_more(market: &mut State, id: CaseId) {
    let result = std::mem::replace(&mut market.cases[id].result, ResultId::NONE);
    if result.is_some() {
        market.results.end(result);
    }
}

/// A batch has paid the nodes.
#[inline(never)]
pub fn paid(market: &mut State, at: &mut Context<'_>, slot: JobSlot) -> Next {
    settlement::pay_nodes(market, at, slot);
    if market.jobs.record(slot).at.finalised != Time::NEVER && is_done_with(market, slot) {
        return end(market, at, slot);
    }
    Next::Done
}

/// Nothing can revoke the result any more.
fn end(market: &mut State, at: &mut Context<'_>, slot: JobSlot) -> Next {
    let record = market.jobs.record_mut(slot);
    if record.at.finalised == Time::NEVER {
        record.at.finalised = at.now;
        if record.use_at == Use::Final {
            relying::begin(market, at, slot);
        }
    }
    let fate = if market.jobs.record(slot).is_right() { Fate::FinalRight } else { Fate::FinalWrong };
    // Copies whose answers were not needed, and that were not called off before, end here.
    calling_off::call_off(market, at, slot, true);
    settlement::return_rest(market, at, slot);
    Next::Close { job: slot, fate }
}

/// The result comes to nothing: whoever still works on it is called off, and what was put aside goes back.
pub fn reject(market: &mut State, at: &mut Context<'_>, slot: JobSlot, fate: Fate) -> Next {
    calling_off::call_off(market, at, slot, false);
    batches::leave(market, slot);
    settlement::return_rest(market, at, slot);
    Next::Close { job: slot, fate }
}

/// No offer was taken.
pub fn decline(market: &mut State, at: &mut Context<'_>, slot: JobSlot, cause: Cause) -> Next {
    let record = market.jobs.record_mut(slot);
    record.cause = Some(cause);
    at.facts.note(Fact::Declined { job: record.key, cause });
    Next::Close { job: slot, fate: Fate::Declined }
}

/// The run is over and the job is still open: its price goes back, so that no escrow outlives its job.
pub fn censor(market: &mut State, at: &mut Context<'_>, slot: JobSlot) {
    let id = market.jobs[slot].case;
    if id.is_some() {
        // The queue is over too: whoever works on it is let be where it stands.
        while let Some(child) = market.cases[id].children.pop() {
            market.jobs.release_task(child.slot);
        }
    }
    settlement::return_escrow(market, at, slot);
    leave(market, at, slot, Fate::Censored);
}

/// The job leaves the market with its fate; nothing follows.
pub fn close(market: &mut State, at: &mut Context<'_>, slot: JobSlot, fate: Fate) -> Next {
    leave(market, at, slot, fate);
    Next::Done
}

/// The job's whole record is handed on, and its slot is free.
fn leave(market: &mut State, at: &mut Context<'_>, slot: JobSlot, fate: Fate) {
    let (job, record) = market.jobs.both(slot);
    record.fate = fate;
    record.stage = job.stage;
    record.at.closed = at.now;
    let class = &at.scenario.classes[record.class];
    if let Some(by) = class.value_by {
        // Now its length is known: so far its value went by what was expected of that.
        record.value = by.known(record.value, record.work, record.expected_work);
    }
    weigh(class, record);
    market.welfare.note(record);
    at.facts.close(record);
    let id = job.case;
    if market.agreement.is_measured() {
        margins::decided(market, at.scenario, slot, at.now);
    }
    if at.scenario.record.causes {
        causes::tell(market, at, slot);
    }
    if at.scenario.record.results {
        inputs::tell(market, at, slot);
    }
    if market.ancestry.is_some() {
        inputs::settle(market, at, slot);
    }
    if id.is_some() {
        stands_no_more(market, id);
        market.cases.end(id);
    }
    market.levels.open.down(at.now);
    market.jobs.release(slot);
}

/// What a used answer was worth or cost (model §16): v·D(use) if it was right and used by its deadline, H·(1 − rec·[found wrong])
/// if it was wrong.
fn weigh(class: &Class, record: &mut JobRecord) {
    let value = record.value.0 as f64;
    let Some(delay) = record.between(record.at.asked, record.at.used) else { return };
    if !record.is_right() {
        let found = matches!(record.fate, Fate::RejectedWrong | Fate::RevokedWrong);
        record.harm = Money::from_micro(class.harm * value * (1.0 - if found { class.recovers } else { 0.0 }));
    } else if record.at.used <= record.deadline {
        record.delivered = Money::from_micro(class.worth(value, delay.nanos()));
    }
}
