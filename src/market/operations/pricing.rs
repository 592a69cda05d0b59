//! A channel closes its intervals with what was used, and its rule answers (model §11).

use crate::domain::price::Price;
use crate::domain::purpose::Purpose;
use crate::engine::random::{KeyedRng, key};
use crate::engine::time::SimDuration;
use crate::market::context::Context;
use crate::market::state::State;
use crate::market::state::levels::{TimeWeightedCount, WaitingWork};
use crate::policy::pricing::{Interval, Watch};
use crate::record::fact::Fact;
use crate::scenario::channels::Channel;

/// What computing or verification used since the last close, and what it could have; of computing the models without a price of their own.
pub fn used(market: &mut State, at: &Context<'_>, channel: Channel, length: SimDuration) -> Interval {
    if let (Channel::Compute, Some(share)) = (channel, market.prices.shares.first_mut()) {
        let areas = share.close(at.now);
        return of_areas(at, areas, length);
    }
    let levels = &market.levels;
    let (use_, capacity, waiting): (&TimeWeightedCount, &TimeWeightedCount, &WaitingWork) = match channel {
        Channel::Compute => (&levels.executing, levels.capacity(false), &levels.work_waiting[0]),
        _ => (&levels.checks_executing, levels.capacity(true), &levels.work_waiting[1]),
    };
    let now = [use_.area(at.now), capacity.area(at.now), waiting.area(at.now)];
    let before = std::mem::replace(&mut market.prices.seen[channel as usize], now);
    of_areas(at, [0, 1, 2].map(|area| now[area] - before[area]), length)
}

/// An interval in which so much slot-time was used, so much was there, and so much work × nanoseconds waited.
fn of_areas(at: &Context<'_>, [used, capacity, waited]: [u128; 3], length: SimDuration) -> Interval {
    let channels = &at.scenario.channels;
    // How many times its target the work was, on the average, that waited for each slot. Without a slot it waits for the first there will be.
    let filled = match channels.watch {
        Watch::Load => 0.0,
        _ => waited as f64 / capacity.max(1) as f64 / channels.backlog.nanos(),
    };
    // What does not fit 64 bits is counted in coarser units: rules see the ratio alone.
    let coarser = (u128::BITS - used.max(capacity).leading_zeros()).saturating_sub(u64::BITS);
    let (used, capacity) = ((used >> coarser) as u64, (capacity >> coarser) as u64);
    let target = (capacity as f64 * channels.target) as u64;
    interval(at, used, target.max(1), capacity.max(1), length).watching(channels.watch, filled)
}

/// What a channel saw.
pub fn interval(at: &Context<'_>, used: u64, target: u64, capacity: u64, length: SimDuration) -> Interval {
    Interval {
        at: at.now,
        length,
        used,
        target,
        capacity,
        // The market says so when the interval closes.
        cost: Price::ZERO,
        rounding: at.scenario.channels.price_rounding,
        tick: at.scenario.channels.tick,
    }
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
    seen.cost = market.prices.costs[index];
    let mut draw = KeyedRng::new(key(market.seed, Purpose::Price as u32, index as u64, number, 0));
    channels.pricing[index].close(&mut market.prices.memories[index], &seen, &mut draw);
    let price = market.prices.at(channels, channel, at.now);
    at.facts.note(Fact::Priced { channel: channel as u8, price: price.unwrap_or(Price::NONE) });
}

/// A model with a price of its own closes its interval.
pub fn close_model(market: &mut State, at: &mut Context<'_>, place: usize) {
    let channels = &at.scenario.channels;
    let areas = market.prices.shares[place + 1].close(at.now);
    let mut seen = of_areas(at, areas, channels.interval);
    seen.cost = market.prices.costs[Channel::Compute as usize];
    let (model, own) = (&channels.models.rules[place], &mut market.prices.models[place]);
    let number = own.closed;
    own.closed += 1;
    let index = Channel::ALL.len() as u64 + u64::from(model.rank);
    let mut draw = KeyedRng::new(key(market.seed, Purpose::Price as u32, index, number, 0));
    model.rule.close(&mut own.memory, &seen, &mut draw);
    note_model(market, at, place);
}

/// Notes the own price of a model: models are numbered behind the channels.
pub fn note_model(market: &State, at: &mut Context<'_>, place: usize) {
    let channels = &at.scenario.channels;
    let price = market.prices.own(channels, place, at.now).unwrap_or(Price::NONE);
    let fact = |number: u16| Fact::Priced { channel: (Channel::ALL.len() as u16 + number) as u8, price };
    at.facts.note_by_name(fact(place as u16), fact(channels.models.rules[place].rank));
}
