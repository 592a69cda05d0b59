//! Who caused that a wrong answer was used: each such life is examined once, at the instant of its use (model §13).
//!
//! The times of the life stay as they were. What changes is what parties do at the draws that they had: one that executes gives the
//! right answer, one that checks looks carefully, a vendor is whole. Looks that were called off count with what they would have said,
//! and a check that an alarm would have begun is asked at its own draws. Nothing of it changes the market: what parties remember is
//! copied before it is asked.

mod clauses;
mod executors;
mod game;
mod unasked;

use crate::domain::ids::JobSlot;
use crate::engine::time::Time;
use crate::market::context::Context;
use crate::market::state::State;

/// An answer is used from now on: where it is wrong, its causes are examined while all that was asked about it is at hand.
pub fn examine(market: &mut State, at: &Context<'_>, slot: JobSlot) {
    if at.scenario.record.causes && !market.jobs.record(slot).is_right_for_inputs() && market.jobs[slot].case.is_some()
    {
        let examined = game::examined(market, at, slot);
        let case = market.jobs[slot].case;
        market.causes.file(case).examined = Some(Box::new(examined));
    }
}

/// A job leaves. Where its wrong answer was used, what caused that is told, with what it cost.
pub fn tell(market: &mut State, at: &mut Context<'_>, slot: JobSlot) {
    let record = market.jobs.record(slot);
    if record.is_right_for_inputs() || record.at.used == Time::NEVER {
        return;
    }
    let (harm, case) = (record.harm, market.jobs[slot].case);
    let examined = if case.is_some() { market.causes.file(case).examined.take() } else { None };
    let mut examined = examined.unwrap_or_else(|| Box::new(game::examined(market, at, slot)));
    examined.harm = harm;
    at.facts.cause(*examined);
}
