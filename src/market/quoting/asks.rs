//! What checkers ask that price by their own backlogs (model §11).

use crate::domain::money::Money;
use crate::domain::price::Price;
use crate::domain::work::Work;
use crate::scenario::verification::Check;

use super::terms::{Asked, fee};

impl Asked<'_> {
    /// What those are expected to ask that may be drawn for a check, relative to the price of the channel.
    pub(super) fn ask(&self, check: &Check) -> f64 {
        self.scenario.channels.asks_of(check).map_or(1.0, |_| self.checkers.mean_ask(self.view, check.way))
    }

    /// What a checker is paid at most for so much work, for which it is `paid` that at the price of the channel.
    pub(super) fn dearest(&self, check: &Check, (price, paid): (Price, Money), work: Work) -> Money {
        let channels = &self.scenario.channels;
        channels.asks_of(check).map_or(paid, |asks| fee(self.scenario, channels.times(price, asks.range[1]), work))
    }
}
