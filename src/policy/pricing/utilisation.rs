//! A price read off a curve with a kink: it climbs slowly with the utilisation up to the kink and steeply beyond.
//!
//! With the utilisation u = used / capacity of the last interval, at most one, and the kink k:
//! price = base · (1 + slope-below · min(u, k)/k + slope-above · max(0, u − k)/(1 − k)), rounded as the channel rounds. It has
//! no memory beyond that interval, so it overshoots where demand answers the price.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Interval, scaled};
use crate::domain::money::Money;
use crate::domain::price::Price;
use crate::domain::share::{Factor, Share};
use crate::engine::random::KeyedRng;
use crate::engine::time::Time;
use crate::policy::Described;

/// Parameters of the kinked curve.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Spec {
    /// The price per unit while nothing is used, in credits; also the price before the first interval closes.
    pub base: Price,
    /// The utilisation at the kink. Default 0.8 (a usual choice of lending markets for stable assets).
    #[serde(default = "kink")]
    pub kink: Share,
    /// What is added from no use to the kink, as a multiple of the base.
    pub slope_below: Factor,
    /// What is added on top from the kink to full use, as a multiple of the base.
    pub slope_above: Factor,
}

fn kink() -> Share {
    Share::try_from(0.8).expect("a share")
}

impl Described for Spec {
    const NAME: &'static str = "utilisation";
    const SUMMARY: &'static str = "a price read off a curve of utilisation that turns steep at a kink";
    const SOURCE: &'static str =
        "the interest curve of pooled lending markets: Aave, Protocol Whitepaper V1, 2020; Compound's jump rate model";
    const EXAMPLE: &'static str = r#"{ base = "0.0005", kink = 0.8, slope-below = 0.5, slope-above = 4 }"#;

    fn default_spec() -> Option<Self> {
        None
    }

    fn amounts(&self) -> Vec<(&'static str, Money)> {
        vec![("base", self.base.into())]
    }
}

impl super::Rule for Spec {
    type Memory = Price;

    fn memory(&self) -> Price {
        self.base
    }

    #[inline]
    fn price(&self, price: &Price, _: Time) -> Option<Price> {
        Some(*price)
    }

    /// Where there is no capacity there is no utilisation: the price stays.
    fn close(&self, price: &mut Price, seen: &Interval, _: &mut KeyedRng) {
        let Some(used) = seen.utilisation() else { return };
        let (used, kink) = (used.min(1.0), self.kink.get());
        // Neither quotient divides by zero: below the kink the kink is above zero, beyond it the kink is below one.
        let below = if used < kink { used / kink } else { 1.0 };
        let above = if used > kink { (used - kink) / (1.0 - kink) } else { 0.0 };
        let factor = 1.0 + self.slope_below.get() * below + self.slope_above.get() * above;
        *price = scaled(self.base, factor, seen);
    }

    fn prices(&self) -> Vec<(&'static str, Price)> {
        vec![("base", self.base)]
    }

    fn take_over(&self, price: &mut Price, present: Option<Price>, _: Time) {
        *price = present.map_or(*price, |present| present);
    }
}

#[cfg(test)]
mod tests {
    use super::super::Pricing;
    use super::super::tests::{after, second};
    use super::*;
    use crate::domain::money::Rounding;

    fn spec(kink: f64) -> Spec {
        let factor = |number| Factor::try_from(number).unwrap();
        let kink = Share::try_from(kink).unwrap();
        Spec { base: Price(1_000), kink, slope_below: factor(0.5), slope_above: factor(4.0) }
    }

    /// A half of the way to the kink adds a quarter, the kink a half, half of the way on two more, and the end all of it.
    #[test]
    fn the_curve_at_its_corners() {
        let cases = [(0, 1_000), (40, 1_250), (80, 1_500), (90, 3_500), (100, 5_500), (250, 5_500)];
        for (percent, expected) in cases {
            for rounding in [Rounding::Floor, Rounding::Ceil] {
                let seen = Interval { rounding, ..second(percent, 50, 100) };
                assert_eq!(after(&spec(0.8), &mut Price(1), seen), expected, "{percent} % {rounding:?}");
            }
        }
        assert_eq!(after(&spec(0.8), &mut Price(7), second(9, 9, 0)), 7, "no capacity");
    }

    #[test]
    fn a_kink_at_either_end_divides_by_nothing() {
        let at = |kink, percent| after(&spec(kink), &mut Price(1), second(percent, 50, 100));
        assert_eq!((at(0.0, 0), at(0.0, 50), at(0.0, 100)), (1_500, 3_500, 5_500));
        assert_eq!((at(1.0, 0), at(1.0, 50), at(1.0, 100)), (1_000, 1_250, 1_500));
        assert_eq!(Pricing::Utilisation(Spec { base: Price(-1), ..spec(0.8) }).check().unwrap_err().key, "base");
    }
}
