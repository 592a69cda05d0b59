//! Where agreement is measured, all parties are looked at now and then: what they remember fades by itself (model §14.2).

use crate::market::context::Context;
use crate::market::event::Clock;
use crate::market::life::next::Next;
use crate::market::operations::margins;
use crate::market::state::State;

/// An epoch is over: all parties are looked at.
pub fn over(market: &mut State, at: &mut Context<'_>) -> Next {
    margins::post(market, at.scenario);
    market.agreement.touch_all();
    at.tick(Clock::Agreement, &market.turns);
    Next::Done
}
