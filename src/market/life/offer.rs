//! Nodes are asked for offers, and the best one is taken, or none.

use crate::domain::fate::{Cause, Fate};
use crate::domain::ids::JobSlot;
use crate::market::context::Context;
use crate::market::operations::{agreement, offers};
use crate::market::state::State;

use super::next::Next;

/// Asks a pool of nodes and takes the best offer; without any, the job is declined, or lost if it was placed before.
#[inline(never)]
pub fn offer(market: &mut State, at: &mut Context<'_>, slot: JobSlot) -> Next {
    let mut pool = std::mem::take(&mut market.scratch.pool);
    let mut offers = std::mem::take(&mut market.scratch.offers);
    offers::ask(market, at, slot, &mut pool);
    offers::collect(market, at, slot, &pool, &mut offers);
    let next = match offers::take(market, at, slot, &mut offers) {
        Ok(quote) => {
            agreement::agree(market, at, slot, &quote, &offers);
            Next::Send { job: slot }
        }
        Err(refusal) => match (market.jobs[slot].attempt, refusal.cause) {
            (1.., Cause::NoSupply) => Next::Close { job: slot, fate: Fate::Lost },
            (_, cause) => {
                agreement::refuse(market.jobs.record_mut(slot), &refusal);
                Next::Decline { job: slot, cause }
            }
        },
    };
    pool.clear();
    offers.clear();
    (market.scratch.pool, market.scratch.offers) = (pool, offers);
    next
}
