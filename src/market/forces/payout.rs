//! Payments are gathered and made together: a batch is closed by its count, by idleness or by its age, and a settler takes one
//! batch after the other (model §10).

use crate::domain::ids::JobSlot;
use crate::domain::job::Role;
use crate::market::life::standing;
use crate::market::{Event, Market, Moment};
use crate::scenario::schema::PayoutBatchTable;

/// A payment joins the open batch.
pub fn join(market: &mut Market, at: &mut Moment<'_>, slot: JobSlot) {
    let batch = rules(at);
    let (idle, age, count) = (batch.idle, batch.age, batch.count);
    market.proceedings.get(market.jobs[slot].link).unpaid = true;
    let key = market.jobs.story(slot).key;
    let payouts = &mut market.payouts;
    payouts.waiting.push_back((slot, key));
    payouts.gathered += 1;
    payouts.joined = at.now;
    if payouts.gathered == 1 {
        at.queue.push(at.now + age, Event::Aged { batch: payouts.batch });
    }
    if payouts.gathered >= count {
        return close(market, at);
    }
    if !payouts.timed {
        payouts.timed = true;
        at.queue.push(at.now + idle, Event::Idle);
    }
}

/// A revoked result is not paid for.
pub fn leave(market: &mut Market, slot: JobSlot) {
    let link = market.jobs[slot].link;
    if link.is_some() {
        market.proceedings.get(link).unpaid = false;
    }
}

/// A batch has come to its age, if it is still open.
pub fn aged(market: &mut Market, at: &mut Moment<'_>, batch: u32) {
    if market.payouts.batch == batch && market.payouts.gathered > 0 {
        close(market, at);
    }
}

/// Nobody may have joined for long enough: who joined since the timer was set has it set anew, once for all of them.
pub fn idle(market: &mut Market, at: &mut Moment<'_>) {
    let due = market.payouts.joined + rules(at).idle;
    market.payouts.timed = market.payouts.gathered > 0 && due > at.now;
    if market.payouts.timed {
        at.queue.push(due, Event::Idle);
    } else if market.payouts.gathered > 0 {
        close(market, at);
    }
}

fn close(market: &mut Market, at: &mut Moment<'_>) {
    let payouts = &mut market.payouts;
    payouts.closed.push_back(payouts.gathered);
    payouts.gathered = 0;
    payouts.batch = payouts.batch.wrapping_add(1);
    if !payouts.busy {
        begin(market, at);
    }
}

fn begin(market: &mut Market, at: &mut Moment<'_>) {
    market.payouts.busy = true;
    at.queue.push(at.now + rules(at).time, Event::Settle);
}

/// The settler is done with a batch.
pub fn settle(market: &mut Market, at: &mut Moment<'_>) {
    let count = market.payouts.closed.pop_front().expect("a settler has a batch");
    market.payouts.busy = false;
    for _ in 0..count {
        let (slot, key) = market.payouts.waiting.pop_front().expect("a batch has its payments");
        let job = &market.jobs[slot];
        let is_same = job.open && job.role == Role::Job && market.jobs.story(slot).key == key;
        if is_same && job.link.is_some() && market.proceedings.read(job.link).unpaid {
            standing::paid(market, at, slot);
        }
    }
    if !market.payouts.closed.is_empty() {
        begin(market, at);
    }
}

fn rules<'s>(at: &Moment<'s>) -> &'s PayoutBatchTable {
    at.scenario.payout.batch.as_ref().expect("payments are gathered only where the scenario says so")
}
