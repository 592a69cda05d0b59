//! Prices of computing and verification move (model §11).

use crate::market::context::Context;
use crate::market::event::Clock;
use crate::market::life::next::Next;
use crate::market::operations::pricing;
use crate::market::state::State;
use crate::scenario::channels::Channel;

/// An interval of computing and of verification closes.
pub fn tick(market: &mut State, at: &mut Context<'_>) -> Next {
    let interval = at.scenario.channels.interval;
    for channel in [Channel::Compute, Channel::Verification] {
        let seen = pricing::used(market, at, channel, interval);
        pricing::close_interval(market, at, channel, seen);
    }
    for place in 0..at.scenario.channels.models.rules.len() {
        pricing::close_model(market, at, place);
    }
    at.tick(Clock::Price, &market.turns);
    Next::Done
}
