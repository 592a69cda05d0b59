//! What a channel charges per unit: a GPU-second of computing, a checker's GPU-second, a unit of gas (model §11).

use crate::domain::money::{Money, Rounding};
use crate::engine::random::Draw;
use crate::engine::time::{Span, Time};

pub mod list;

/// What a channel saw in the interval that closes; used, target and capacity are in the channel's own units (nanoseconds of
/// work, or gas).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// When it closes.
    pub at: Time,
    /// How long it was.
    pub length: Span,
    /// What was used.
    pub used: u64,
    /// What the channel is meant to carry.
    pub target: u64,
    /// What it can carry at most.
    pub capacity: u64,
    /// What a unit costs those who supply it, on the average, in micro-credits per unit of price (GPU-second, gas).
    pub cost: Money,
    /// How a price becomes a whole number of micro-credits.
    pub rounding: Rounding,
}

/// A pricing rule.
pub trait Rule {
    /// What it remembers.
    type Memory: Clone;

    /// What it remembers at first.
    fn memory(&self) -> Self::Memory;

    /// The price per unit at an instant; `None` while the channel is stopped, when nothing can be bought.
    fn price(&self, memory: &Self::Memory, now: Time) -> Option<Money>;

    /// An interval of the channel closes: the price may move. A rule that does not move lets it pass.
    fn close(&self, memory: &mut Self::Memory, seen: &Interval, draw: &mut Draw);
}

crate::policy::policies! {
    kind "pricing": PricingTable, Pricing, PricingName, PricingMemory;
    rules {
        list: List,
    }
    methods {
        /// The price per unit at an instant; `None` while the channel is stopped.
        fn price(now: Time) -> Option<Money>;
        /// An interval of the channel closes.
        fn close(seen: &Interval, draw: &mut Draw) -> ();
    }
}
