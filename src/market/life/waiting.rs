//! The job waits at its node until patience runs out.

use crate::domain::fate::Fate;
use crate::domain::ids::JobSlot;
use crate::market::context::Context;
use crate::market::operations::{load, room, settlement};
use crate::market::state::State;

use super::next::Next;

/// Patience has run out: the job leaves the waiting room.
pub fn abandon(market: &mut State, at: &mut Context<'_>, slot: JobSlot) -> Next {
    let node = market.jobs[slot].node;
    room::leave_room(market, at, slot.into(), node);
    market.nodes.states[node].take_work(market.jobs[slot].expected);
    load::note_load(market, at.scenario, node);
    settlement::return_escrow(market, at, slot);
    Next::Close { job: slot, fate: Fate::Abandoned }
}
