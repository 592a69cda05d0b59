//! A channel closes its intervals with what was used, and its rule answers (model §11).

use crate::domain::price::Price;
use crate::domain::purpose::Purpose;
use crate::engine::random::{KeyedRng, key};
use crate::engine::time::SimDuration;
use crate::market::context::Context;
use crate::market::state::State;
use crate::market::state::levels::TimeWeightedCount;
use crate::policy::pricing::{Interval, Watch};
use crate::record::fact::Fact;
use crate::scenario::channels::Channel;

/// What computing or verification used since the last close, and what it could have.
pub fn used(market: &mut State, at: &Context<'_>, channel: Channel, length: SimDuration) -> Interval {
    let levels = &market.levels;
    let (use_, capacity): (&TimeWeightedCount, &TimeWeightedCount) = match channel {
        Channel::Compute => (&levels.executing, levels.capacity(false)),
        _ => (&levels.checks_executing, levels.capacity(true)),
    };
    let now = (use_.area(at.now), capacity.area(at.now));
    let before = std::mem::replace(&mut market.prices.seen[channel as usize], now);
    let (used, capacity) = (now.0 - before.0, now.1 - before.1);
    let filled = filled(market, at, channel, capacity);
    // What does not fit 64 bits is counted in coarser units: rules see the ratio alone.
    let coarser = (u128::BITS - used.max(capacity).leading_zeros()).saturating_sub(u64::BITS);
    let (used, capacity) = ((used >> coarser) as u64, (capacity >> coarser) as u64);
    let target = (capacity as f64 * at.scenario.channels.target) as u64;
    interval(at, channel, used, target.max(1), capacity.max(1), length).watching(at.scenario.channels.watch, filled)
}

/// How many times its target the work was, on the average, that waited for each slot since the last close; 0 where no queue is watched.
fn filled(market: &mut State, at: &Context<'_>, channel: Channel, capacity: u128) -> f64 {
    let channels = &at.scenario.channels;
    if channels.watch == Watch::Load {
        return 0.0;
    }
    let now = market.levels.work_waiting[usize::from(channel != Channel::Compute)].area(at.now);
    let before = std::mem::replace(&mut market.prices.waited[channel as usize], now);
    // Without a slot the work waits for the one that will be there first.
    (now - before) as f64 / capacity.max(1) as f64 / channels.backlog.nanos()
}

/// What a channel saw.
pub fn interval(
    at: &Context<'_>,
    channel: Channel,
    used: u64,
    target: u64,
    capacity: u64,
    length: SimDuration,
) -> Interval {
    let cost = if channel == Channel::Coordination { Price::ZERO } else { at.derived.costs[channel as usize] };
    Interval { at: at.now, length, used, target, capacity, cost, rounding: at.scenario.channels.price_rounding }
}

/// Closes a channel's interval. With a coupling its rule is shown, in the place of its own excess demand z = (used − target)/target, the
/// sum Σ C z over all channels' last; without, nothing is computed and nothing differs by a bit.
pub fn close_interval(market: &mut State, at: &mut Context<'_>, channel: Channel, mut seen: Interval) {
    let channels = &at.scenario.channels;
    let index = channel as usize;
    market.prices.excess[index] = seen.used as f64 / seen.target as f64 - 1.0;
    if let Some(coupling) = &channels.coupling {
        let felt: f64 = coupling[index].iter().zip(&market.prices.excess).map(|(weight, excess)| weight * excess).sum();
        seen.used = ((1.0 + felt).max(0.0) * seen.target as f64).round_ties_even() as u64;
    }
    let number = market.prices.closed[index];
    market.prices.closed[index] += 1;
    let mut draw = KeyedRng::new(key(market.seed, Purpose::Price as u32, index as u64, number, 0));
    channels.pricing[index].close(&mut market.prices.memories[index], &seen, &mut draw);
    let price = market.prices.at(channels, channel, at.now);
    at.facts.note(Fact::Priced { channel: channel as u8, price: price.unwrap_or(Price::NONE) });
}
