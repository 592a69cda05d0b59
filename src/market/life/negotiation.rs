//! A quote expires while its job waits: the price is agreed anew, there or elsewhere, or the requester walks away (model §5).

use crate::domain::fate::Stage;
use crate::domain::ids::JobSlot;
use crate::engine::time::Time;
use crate::market::context::Context;
use crate::market::event::Event;
use crate::market::operations::{agreement, load, offers, room, settlement};
use crate::market::quoting::quote::Quote;
use crate::market::state::State;
use crate::record::fact::Fact;

use super::next::Next;

/// The quote of a waiting job has expired. The node where it waits is asked again among others, unless it is left out by now; what it would still wait there
/// counts, not what it has waited.
pub fn expire(market: &mut State, at: &mut Context<'_>, slot: JobSlot) -> Next {
    let node = market.jobs[slot].node;
    let record = market.jobs.record_mut(slot);
    record.renegotiations = record.renegotiations.saturating_add(1);
    let mut pool = std::mem::take(&mut market.scratch.pool);
    let mut offers = std::mem::take(&mut market.scratch.offers);
    offers::ask(market, at, slot, &mut pool);
    if !pool.contains(&node) && market.asks(at.scenario, market.jobs[slot].requester, node) {
        pool.push(node);
    }
    offers::collect(market, at, slot, &pool, &mut offers);
    let next = match offers::take(market, at, slot, &mut offers) {
        Ok(quote) => {
            let (job, price) = (market.jobs.record(slot).key, quote.compute + quote.coordination + quote.verification);
            at.facts.note(Fact::Negotiated { job, node: quote.node, price });
            let copies = at.scenario.verification.methods[quote.method].replicas();
            if copies.is_none() && quote.node == node {
                stay(market, at, slot, &quote);
                Next::Done
            } else {
                leave(market, at, slot);
                agreement::agree(market, at, slot, &quote, &offers);
                Next::Send { job: slot }
            }
        }
        Err(refusal) => {
            leave(market, at, slot);
            agreement::refuse(market.jobs.record_mut(slot), &refusal);
            Next::Decline { job: slot, cause: refusal.cause }
        }
    };
    pool.clear();
    offers.clear();
    (market.scratch.pool, market.scratch.offers) = (pool, offers);
    next
}

/// The job keeps its place in the waiting room at the new price. What was paid to the chain is spent; the placement stands, so
/// there is no new transaction.
fn stay(market: &mut State, at: &mut Context<'_>, slot: JobSlot, quote: &Quote) {
    settlement::return_escrow(market, at, slot);
    let version = market.jobs[slot].version;
    let agreed = Quote { coordination: market.jobs.record(slot).coordination_price, ..*quote };
    agreement::agree_alone(market, at, slot, &agreed);
    let job = &mut market.jobs[slot];
    // It waits on as the same version: its patience runs on.
    job.version = version;
    job.stage = Stage::Waiting;
    // An amendment may have taken the time to live away since the quote was agreed.
    if let Some(ttl) = at.scenario.routing.quote_ttl {
        at.queue.push(at.now + ttl, Event::Expire { job: slot, version });
    }
}

/// The job leaves the waiting room, and what was put aside for it goes back.
fn leave(market: &mut State, at: &mut Context<'_>, slot: JobSlot) {
    let node = market.jobs[slot].node;
    room::leave_room(market, at, slot.into(), node);
    market.nodes.states[node].take_work(market.jobs[slot].expected);
    load::note_load(market, at.scenario, node);
    settlement::return_escrow(market, at, slot);
    let record = market.jobs.record_mut(slot);
    (record.at.reached, record.at.started) = (Time::NEVER, Time::NEVER);
    let job = &mut market.jobs[slot];
    job.version = job.version.wrapping_add(1);
}
