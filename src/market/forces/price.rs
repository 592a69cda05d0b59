//! Prices move: each channel closes its intervals with what was used, and its rule answers (model §11).

use crate::domain::money::Money;
use crate::domain::purpose::Purpose;
use crate::engine::random::{Draw, key};
use crate::engine::time::{Span, Time};
use crate::market::state::levels::Level;
use crate::market::{Event, Market, Moment};
use crate::policy::pricing::Interval;
use crate::record::fact::Fact;
use crate::scenario::channels::Channel;
use crate::scenario::model::PartyKind;

/// An interval of computing and of verification closes.
pub fn tick(market: &mut Market, at: &mut Moment<'_>) {
    let interval = at.scenario.channels.interval;
    for channel in [Channel::Compute, Channel::Verification] {
        let seen = market.used(at, channel, interval);
        market.close_interval(at, channel, seen);
    }
    at.queue.push(at.now + interval, Event::Price);
}

impl Market {
    /// What computing or verification used since the last close, and what it could have.
    fn used(&mut self, at: &Moment<'_>, channel: Channel, length: Span) -> Interval {
        let levels = &self.levels;
        let (use_, capacity): (&Level, &Level) = match channel {
            Channel::Compute => (&levels.executing, &levels.capacity),
            _ => (&levels.checks_executing, &levels.checks_capacity),
        };
        let now = (use_.area(at.now), capacity.area(at.now));
        let before = std::mem::replace(&mut self.prices.seen[channel as usize], now);
        let (used, capacity) = (now.0 - before.0, now.1 - before.1);
        // What does not fit 64 bits is counted in coarser units: rules see the ratio alone.
        let coarser = (u128::BITS - used.max(capacity).leading_zeros()).saturating_sub(u64::BITS);
        let (used, capacity) = ((used >> coarser) as u64, (capacity >> coarser) as u64);
        let target = (capacity as f64 * at.scenario.channels.target) as u64;
        self.interval(at, channel, used, target.max(1), capacity.max(1), length)
    }

    /// What a channel saw.
    pub(in crate::market) fn interval(
        &self,
        at: &Moment<'_>,
        channel: Channel,
        used: u64,
        target: u64,
        capacity: u64,
        length: Span,
    ) -> Interval {
        let cost = if channel == Channel::Coordination { Money::ZERO } else { self.costs[channel as usize] };
        Interval { at: at.now, length, used, target, capacity, cost, rounding: at.scenario.channels.price_rounding }
    }

    /// Closes a channel's interval. With a coupling its rule is shown, in the place of its own excess demand z = (used − target)/target, the
    /// sum Σ C z over all channels' last; without, nothing is computed and nothing differs by a bit.
    pub(in crate::market) fn close_interval(&mut self, at: &mut Moment<'_>, channel: Channel, mut seen: Interval) {
        let channels = &at.scenario.channels;
        let index = channel as usize;
        self.prices.excess[index] = seen.used as f64 / seen.target as f64 - 1.0;
        if let Some(coupling) = &channels.coupling {
            let felt: f64 =
                coupling[index].iter().zip(&self.prices.excess).map(|(weight, excess)| weight * excess).sum();
            seen.used = ((1.0 + felt).max(0.0) * seen.target as f64).round_ties_even() as u64;
        }
        let number = self.prices.closed[index];
        self.prices.closed[index] += 1;
        let mut draw = Draw::new(key(self.seed, Purpose::Price as u32, index as u64, number, 0));
        channels.pricing[index].close(&mut self.prices.memories[index], &seen, &mut draw);
        let price = self.prices.at(channels, channel, at.now);
        at.facts.note(Fact::Priced { channel: channel as u8, price: price.unwrap_or(Money(-1)) });
    }

    /// A party with slots comes or goes.
    pub(in crate::market) fn note_capacity(&mut self, kind: PartyKind, slots: u32, now: Time, comes: bool) {
        let slots = if slots == u32::MAX { 1 } else { u64::from(slots) };
        let level = if kind == PartyKind::Node { &mut self.levels.capacity } else { &mut self.levels.checks_capacity };
        match comes {
            true => level.rise(now, slots),
            false => level.fall(now, slots),
        }
        if kind == PartyKind::Node {
            match comes {
                true => self.levels.up.up(now),
                false => self.levels.up.down(now),
            }
        }
    }
}
