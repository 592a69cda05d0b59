//! A price with a dead band: it rests while a middling share of the capacity is used, and moves a little outside.
//!
//! With the utilisation u = used / capacity of an interval: above `high` the price is multiplied by 1 + e·(u − high),
//! below `low` by 1 − e·(low − u), by at most `cap` either way, and rounded once as the channel rounds. At small prices the
//! rounding decides: with `floor` and steps of at most 2 % a price under 50 micro-credits never rises again, with `ceil` it
//! never falls.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Interval, scaled};
use crate::domain::money::Money;
use crate::domain::price::Price;
use crate::domain::share::{Factor, Share};
use crate::engine::mistake::Mistake;
use crate::engine::random::KeyedRng;
use crate::engine::time::Time;
use crate::policy::Described;

/// Parameters of the dead band.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Spec {
    /// The price per unit before the first interval closes, in credits.
    pub start: Price,
    /// The utilisation below which the price falls. Default 0.4 (Gonka, chain code of August 2025).
    #[serde(default = "low")]
    pub low: Share,
    /// The utilisation above which the price rises. Default 0.6 (Gonka, as above).
    #[serde(default = "high")]
    pub high: Share,
    /// By what share the price moves in an interval, per unit of utilisation outside the band. Default 0.05 (Gonka, as above).
    #[serde(default = "elasticity")]
    pub elasticity: Factor,
    /// The largest share by which it moves in an interval. Default 0.02 (Gonka, as above).
    #[serde(default = "cap")]
    pub cap: Share,
    /// The lowest price, in credits. Default one tick (Gonka: one of its smallest unit).
    #[serde(default)]
    pub floor: Option<Price>,
}

fn share(number: f64) -> Share {
    Share::try_from(number).expect("a share")
}

fn low() -> Share {
    share(0.4)
}

fn high() -> Share {
    share(0.6)
}

fn elasticity() -> Factor {
    Factor::try_from(0.05).expect("a factor")
}

fn cap() -> Share {
    share(0.02)
}

impl Described for Spec {
    const NAME: &'static str = "band";
    const SUMMARY: &'static str = "rests while utilisation is within a band, moves by a few per cent outside it";
    const SOURCE: &'static str =
        "the dynamic pricing of Gonka (inference-chain, keeper/dynamic_pricing.go, August 2025)";
    const EXAMPLE: &'static str = r#"{ start = "0.0008", low = 0.4, high = 0.6, elasticity = 0.05, cap = 0.02 }"#;

    fn default_spec() -> Option<Self> {
        None
    }

    fn amounts(&self) -> Vec<(&'static str, Money)> {
        vec![("start", self.start.into()), ("floor", self.floor.unwrap_or_default().into())]
    }

    fn check(&self) -> Result<(), Mistake> {
        match self.floor {
            Some(floor) => super::check_floor(self.start, floor)?,
            None if self.start <= Price::ZERO => {
                let message = format!("`start` is `{}`, and the `floor` is one tick where none is written", self.start);
                return Err(Mistake::new("start", message, "write a price above 0"));
            }
            None => {}
        }
        let (low, high) = (self.low.get(), self.high.get());
        if low > high {
            return Err(Mistake::new("low", format!("`low` must not be above `high`; {low} is above {high}"), ""));
        }
        Ok(())
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

    /// Where there is no capacity there is no utilisation: the price stays.
    fn close(&self, price: &mut Price, seen: &Interval, _: &mut KeyedRng) {
        let Some(used) = seen.utilisation() else { return };
        let step = |beyond: f64| (self.elasticity.get() * beyond).min(self.cap.get());
        let factor = match (used - self.high.get(), self.low.get() - used) {
            (above, _) if above > 0.0 => 1.0 + step(above),
            (_, below) if below > 0.0 => 1.0 - step(below),
            _ => return,
        };
        *price = scaled(*price, factor, seen).max(self.floor.unwrap_or(seen.tick));
    }

    fn prices(&self) -> Vec<(&'static str, Price)> {
        vec![("start", self.start), ("floor", self.floor.unwrap_or_default())]
    }

    fn take_over(&self, price: &mut Price, present: Option<Price>, _: Time) {
        *price = present.map_or(*price, |present| present.max(self.floor.unwrap_or_default()));
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{after, second};
    use super::super::{Pricing, Rule};
    use super::*;
    use crate::domain::money::Rounding;

    fn spec(start: i64) -> Spec {
        Spec { start: Price(start), low: low(), high: high(), elasticity: elasticity(), cap: cap(), floor: None }
    }

    fn moved(start: i64, percent: u64, rounding: Rounding) -> i64 {
        after(&spec(start), &mut Price(start), Interval { rounding, ..second(percent, 50, 100) })
    }

    /// 1 % up at 80 % load, 2 % at full load and beyond, 2 % down at none, nothing from 40 % to 60 %.
    #[test]
    fn the_published_steps() {
        let cases = [(80, 1_010), (100, 1_020), (300, 1_020), (0, 980), (20, 990), (40, 1_000), (60, 1_000)];
        for (percent, expected) in cases {
            for rounding in [Rounding::Floor, Rounding::Ceil, Rounding::NearestEven] {
                assert_eq!(moved(1_000, percent, rounding), expected, "{percent} % {rounding:?}");
            }
        }
    }

    #[test]
    fn thirty_six_full_intervals_double_it() {
        for rounding in [Rounding::Floor, Rounding::Ceil] {
            let rule = spec(1_000_000);
            let mut price = rule.memory();
            let full = Interval { rounding, ..second(100, 50, 100) };
            assert_eq!((1..).find(|_| after(&rule, &mut price, full) >= 2_000_000), Some(36));
        }
    }

    /// Below 50 a rise of 2 % is less than a unit: `floor` cuts it off for good, `ceil` does not; and the other way about
    /// for a fall.
    #[test]
    fn rounding_decides_whether_a_small_price_can_move() {
        for start in 1..50 {
            assert_eq!(moved(start, 100, Rounding::Floor), start);
            assert_eq!(moved(start, 100, Rounding::Ceil), start + 1);
            assert_eq!(moved(start, 0, Rounding::Ceil), start);
            assert_eq!(moved(start, 0, Rounding::Floor), (start - 1).max(1), "one micro-credit is the floor");
        }
        assert_eq!(moved(50, 100, Rounding::Floor), 51);
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        assert_eq!(after(&spec(7), &mut Price(7), second(5, 0, 0)), 7, "no capacity");
        assert_eq!(Pricing::Band(Spec { low: share(0.7), ..spec(7) }).check().unwrap_err().key, "low");
        assert!(Pricing::Band(spec(0)).check().unwrap_err().message.contains("`floor`"));
        assert_eq!(Pricing::Band(spec(-1)).check().unwrap_err().key, "start");
        assert_eq!(Pricing::Band(spec(1)).check(), Ok(()));
    }
}
