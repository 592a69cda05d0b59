//! The base fee of EIP-1559: a price that rises while more than the target is used and falls while less is.
//!
//! With the use g of an interval, its target T and the denominator D, the price b moves by b·|g − T|/T/D, divided in that
//! order in whole ticks as go-ethereum does in wei, and rises by at least `min-step`. Each division is rounded as the channel
//! rounds: `floor` gives the numbers of go-ethereum. Without the least step a price of less than D ticks could not rise.

use std::num::NonZeroU32;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Interval, bounded};
use crate::domain::money::Money;
use crate::domain::price::Price;
use crate::engine::mistake::Mistake;
use crate::engine::random::KeyedRng;
use crate::engine::time::Time;
use crate::policy::Described;

/// Parameters of the base fee.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Spec {
    /// The price per unit before the first interval closes, in credits.
    pub start: Price,
    /// The part of the price by which it moves when twice the target, or nothing, is used: one over this. Default 8 (EIP-1559).
    #[serde(default = "eight")]
    pub denominator: NonZeroU32,
    /// The least rise when more than the target is used, in credits. Default one tick (EIP-1559: one wei).
    #[serde(default)]
    pub min_step: Option<Price>,
    /// The lowest price, in credits. Default 0 (EIP-1559 has no other).
    #[serde(default)]
    pub floor: Price,
}

fn eight() -> NonZeroU32 {
    NonZeroU32::new(8).expect("eight is not zero")
}

impl Described for Spec {
    const NAME: &'static str = "base-fee";
    const SUMMARY: &'static str = "moves by (used - target)/target/denominator of itself, up by at least min-step";
    const SOURCE: &'static str =
        "V. Buterin and others, EIP-1559: Fee market change for ETH 1.0 chain, 2019; order of divisions of go-ethereum";
    const EXAMPLE: &'static str = r#"{ start = "0.0008", denominator = 8, min-step = "0.000001" }"#;

    fn default_spec() -> Option<Self> {
        None
    }

    fn amounts(&self) -> Vec<(&'static str, Money)> {
        vec![
            ("min-step", self.min_step.unwrap_or_default().into()),
            ("start", self.start.into()),
            ("floor", self.floor.into()),
        ]
    }

    fn check(&self) -> Result<(), Mistake> {
        super::check_floor(self.start, self.floor)
    }
}

impl super::Rule for Spec {
    type Memory = Price;

    fn memory(&self) -> Price {
        self.start
    }

    #[inline]
    fn price(&self, price: &Price, _: Time) -> Option<Price> {
        Some(*price)
    }

    /// A target of zero is no target: the price stays.
    fn close(&self, price: &mut Price, seen: &Interval, _: &mut KeyedRng) {
        if seen.used == seen.target || seen.target == 0 {
            return;
        }
        let tick = i128::from(seen.tick.0);
        let (old, target) = (i128::from(price.0) / tick, i128::from(seen.target));
        // A price below 2⁶³ and a difference below 2⁶⁴ have a product that fits.
        let share = seen.rounding.divide(old * i128::from(seen.used.abs_diff(seen.target)), target);
        let step = seen.rounding.divide(share, i128::from(self.denominator.get()));
        let new = if seen.used > seen.target {
            old + step.max(self.min_step.map_or(1, |least| i128::from(least.0) / tick))
        } else {
            old - step
        };
        *price = bounded(new, seen.tick).max(self.floor);
    }

    fn prices(&self) -> Vec<(&'static str, Price)> {
        vec![("start", self.start), ("floor", self.floor), ("min-step", self.min_step.unwrap_or_default())]
    }

    fn take_over(&self, price: &mut Price, present: Option<Price>, _: Time) {
        *price = present.map_or(*price, |present| present.max(self.floor));
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{after, second};
    use super::super::{Pricing, Rule};
    use super::*;
    use crate::domain::money::Rounding;

    fn spec(start: i64, denominator: u32) -> Spec {
        let denominator = NonZeroU32::new(denominator).unwrap();
        Spec { start: Price(start), denominator, min_step: None, floor: Price::ZERO }
    }

    /// The vectors of go-ethereum's own tests, a full block, and the least step.
    #[test]
    fn the_numbers_of_go_ethereum() {
        let cases = [
            (1_000_000_000, 10_000_000, 1_000_000_000),
            (1_000_000_000, 9_000_000, 987_500_000),
            (1_000_000_000, 11_000_000, 1_012_500_000),
            (1_000_000_000, 20_000_000, 1_125_000_000),
            (1_000_000_000, 0, 875_000_000),
            (7, 20_000_000, 8),
            (7, 0, 7),
            (0, 10_000_001, 1),
        ];
        for (start, used, expected) in cases {
            assert_eq!(after(&spec(start, 8), &mut Price(start), second(used, 10_000_000, 20_000_000)), expected);
        }
    }

    #[test]
    fn twenty_full_intervals_make_it_ten_times_dearer() {
        let rule = spec(1_000_000_000, 8);
        let mut price = rule.memory();
        let full = second(20_000_000, 10_000_000, 20_000_000);
        let count = (1..).find(|_| after(&rule, &mut price, full) >= 10_000_000_000);
        assert_eq!(count, Some(20));
    }

    /// Uniform valuations in [0, w] with a demand of λ targets and a denominator of one: b/w follows the logistic map
    /// x ← λ x (1 − x), whose cycle of four at λ = 3.5 is known.
    #[test]
    fn a_coarse_step_makes_the_known_cycle_of_four() {
        let (rule, top, target) = (spec(300_000_000_000, 1), 1e12, 1_000_000_000);
        let mut price = rule.memory();
        let mut step = || {
            let used = 3.5 * target as f64 * (1.0 - price.0 as f64 / top);
            after(&rule, &mut price, second(used.round() as u64, target, u64::MAX)) as f64 / top
        };
        let settled = (0..10_000).map(|_| step()).fold(0.0, |_, last| last);
        let mut cycle = [settled, step(), step(), step()];
        cycle.sort_by(f64::total_cmp);
        for (found, expected) in
            cycle.into_iter().zip([0.382_819_683, 0.500_884_210_3, 0.826_940_706_6, 0.874_997_263_6])
        {
            assert!((found - expected).abs() < 1e-7, "{found} is not {expected}");
        }
    }

    /// In ticks of a thousand the same numbers come out a thousand times as large, and a price of fewer than D ticks stays where it is
    /// where nothing is the least step: the trap is one of the tick, and not of the unit that prices are counted in.
    #[test]
    fn a_price_moves_in_ticks() {
        let in_ticks = |start: i64, tick: i64, used| {
            let seen = Interval { tick: Price(tick), ..second(used, 10_000_000, 20_000_000) };
            after(&spec(start, 8), &mut Price(start), seen)
        };
        for used in [0, 9_000_000, 11_000_000, 20_000_000] {
            assert_eq!(in_ticks(1_000_000_000, 1_000, used), 1_000 * in_ticks(1_000_000, 1, used));
        }
        let free = Spec { min_step: Some(Price::ZERO), ..spec(7_000, 8) };
        let full = |tick| Interval { tick: Price(tick), ..second(20, 10, 20) };
        assert_eq!(after(&free, &mut Price(7_000), full(1_000)), 7_000);
        assert_eq!(after(&free, &mut Price(7_000), full(1)), 7_875);
    }

    #[test]
    fn rounding_floor_and_target_are_kept_to() {
        let up = |rounding| after(&spec(9, 8), &mut Price(9), Interval { rounding, ..second(20, 10, 20) });
        assert_eq!([Rounding::Floor, Rounding::Ceil].map(up), [10, 11]);
        let down = |rounding| after(&spec(9, 8), &mut Price(9), Interval { rounding, ..second(0, 10, 20) });
        assert_eq!([Rounding::Floor, Rounding::Ceil].map(down), [8, 7]);
        let floored = Spec { floor: Price(9), ..spec(9, 8) };
        assert_eq!(after(&floored, &mut Price(9), second(0, 10, 20)), 9);
        assert_eq!(after(&spec(9, 8), &mut Price(9), second(20, 0, 20)), 9, "no target");
        assert!(
            Pricing::BaseFee(Spec { floor: Price(10), ..spec(9, 8) }).check().unwrap_err().message.contains("`floor`")
        );
        assert_eq!(
            Pricing::BaseFee(Spec { min_step: Some(Price(-1)), ..spec(9, 8) }).check().unwrap_err().key,
            "min-step"
        );
    }
}
