//! A quote expires while its job waits: the price is agreed anew, there or elsewhere, or the requester walks away (model §5).

use crate::domain::ids::JobSlot;
use crate::engine::time::Time;
use crate::market::{Event, Market, Moment};
use crate::record::fact::Fact;
use crate::scenario::schema::Checker;

use super::quote::Quote;
use super::{offer, placement, replication, settlement, standing, waiting};

/// The quote of a waiting job has expired. The node where it waits is asked again among others, unless it is left out by now; what it would still wait there
/// counts, not what it has waited.
pub fn expire(market: &mut Market, at: &mut Moment<'_>, slot: JobSlot) {
    let node = market.jobs[slot].node;
    let story = market.jobs.story_mut(slot);
    story.renegotiations = story.renegotiations.saturating_add(1);
    let mut pool = std::mem::take(&mut market.scratch.pool);
    let mut offers = std::mem::take(&mut market.scratch.offers);
    offer::ask(market, at.scenario, slot, &mut pool);
    if !pool.contains(&node) && market.asks(at.scenario, market.jobs[slot].requester, node) {
        pool.push(node);
    }
    offer::collect(market, at, slot, &pool, &mut offers);
    let taken = offer::take(market, at, slot, &mut offers);
    if let Ok(quote) = &taken {
        let key = market.jobs.story(slot).key;
        at.facts.note(Fact::Negotiated {
            job: key,
            node: quote.node,
            price: quote.compute + quote.coordination + quote.verification,
        });
        let method = &at.scenario.verification.methods[quote.method];
        let copies = method.checks.first().filter(|check| check.by == Checker::Replicas);
        match copies {
            None if quote.node == node => stay(market, at, slot, quote),
            None => {
                leave(market, at, slot);
                placement::place(market, at, slot, quote);
            }
            Some(check) => {
                leave(market, at, slot);
                replication::place(market, at, slot, quote, check.count as usize, &offers);
            }
        }
    }
    pool.clear();
    offers.clear();
    (market.scratch.pool, market.scratch.offers) = (pool, offers);
    if let Err((cause, alive_without)) = taken {
        leave(market, at, slot);
        market.jobs.story_mut(slot).alive_without = alive_without;
        standing::decline(market, at, slot, cause);
    }
}

/// The job keeps its place in the waiting room at the new price. What was paid to the chain is spent; the placement stands, so
/// there is no new transaction.
fn stay(market: &mut Market, at: &mut Moment<'_>, slot: JobSlot, quote: &Quote) {
    settlement::return_escrow(market, at, slot);
    let turn = market.jobs[slot].turn;
    let agreed = Quote { coordination: market.jobs.story(slot).coordination_price, ..*quote };
    placement::agree(market, at, slot, &agreed);
    let job = &mut market.jobs[slot];
    // It waits on as the same turn: its patience runs on.
    job.turn = turn;
    job.stage = crate::domain::fate::Stage::Waiting;
    let ttl = at.scenario.routing.quote_ttl.expect("a quote expires only where it has a time to live");
    at.queue.push(at.now + ttl, Event::Expire { job: slot, turn });
}

/// The job leaves the waiting room, and what was put aside for it goes back.
fn leave(market: &mut Market, at: &mut Moment<'_>, slot: JobSlot) {
    let node = market.jobs[slot].node;
    waiting::leave_room(market, at, slot, node);
    market.nodes.states[node].work -= u128::from(market.jobs[slot].expected.0);
    market.note_load(at.scenario, node);
    settlement::return_escrow(market, at, slot);
    let story = market.jobs.story_mut(slot);
    (story.at.reached, story.at.started) = (Time::NEVER, Time::NEVER);
    let job = &mut market.jobs[slot];
    job.turn = job.turn.wrapping_add(1);
}
