//! Nodes are paid at once, or their payments are gathered and made together (model §10).

use crate::domain::ids::JobSlot;
use crate::market::context::Context;
use crate::market::event::Event;
use crate::market::state::State;
use crate::scenario::channels::PayoutBatch;

use super::settlement;

/// The nodes may be paid: at once, or in a batch.
pub fn pay(market: &mut State, at: &mut Context<'_>, slot: JobSlot) {
    match at.scenario.payout.batch {
        None => settlement::pay_nodes(market, at, slot),
        Some(_) => join(market, at, slot),
    }
}

/// A payment joins the open batch.
fn join(market: &mut State, at: &mut Context<'_>, slot: JobSlot) {
    let batch = rules(at);
    let (idle, age, count) = (batch.idle, batch.age, batch.count);
    market.cases[market.jobs[slot].case].unpaid = true;
    let key = market.jobs.record(slot).key;
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
pub fn leave(market: &mut State, slot: JobSlot) {
    let id = market.jobs[slot].case;
    if id.is_some() {
        market.cases[id].unpaid = false;
    }
}

/// The open batch takes no more payments.
pub fn close(market: &mut State, at: &mut Context<'_>) {
    let payouts = &mut market.payouts;
    payouts.closed.push_back(payouts.gathered);
    payouts.gathered = 0;
    payouts.batch = payouts.batch.wrapping_add(1);
    if !payouts.busy {
        begin(market, at);
    }
}

/// The settler begins with the oldest closed batch.
pub fn begin(market: &mut State, at: &mut Context<'_>) {
    market.payouts.busy = true;
    at.queue.push(at.now + rules(at).time, Event::Settle);
}

/// The rules of batches.
pub fn rules<'s>(at: &Context<'s>) -> &'s PayoutBatch {
    at.scenario.payout.batch.as_ref().expect("payments are gathered only where the scenario says so")
}
