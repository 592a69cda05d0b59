//! A list price in an outside currency, turned into credits by a rate that an oracle reads.
//!
//! At each interval's close the rate moves by the interval's length and is read, unless the oracle is out. The price is
//! list price / rate, rounded as the channel rounds. While the oracle is out the last price stays in use until it is older
//! than `stale`; then the channel stops until the next reading.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Interval, bounded};
use crate::domain::money::Money;
use crate::domain::money::Rounding;
use crate::domain::price::Price;
use crate::engine::mistake::Mistake;
use crate::engine::process::{Process, ProcessSpec};
use crate::engine::random::KeyedRng;
use crate::engine::time::{SimDuration, Time};
use crate::policy::Described;

/// Parameters of the oracle.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Spec {
    /// The list price per unit, in the outside currency.
    pub price: Price,
    /// What one credit is worth in the outside currency; it starts at its `start`. A rate that is not above zero counts
    /// as no reading.
    pub rate: ProcessSpec,
    /// How long a price may be used after the last good reading. Default `"4h"` (OpenGradient's gateway, April 2026).
    #[serde(default = "four_hours")]
    pub stale: SimDuration,
    /// When nothing can be read, each from and up to so long after the start of the run. Default none.
    #[serde(default)]
    pub outages: Vec<[SimDuration; 2]>,
}

fn four_hours() -> SimDuration {
    SimDuration(14_400 * SimDuration::SECOND.0)
}

impl Described for Spec {
    const NAME: &'static str = "oracle";
    const SUMMARY: &'static str = "a list price in another currency over a rate that is read while the oracle answers";
    const SOURCE: &'static str =
        "OpenGradient's gateway, which stops when its price feed is stale (tee-gateway, April 2026)";
    const EXAMPLE: &'static str = r#"{ price = "0.0008", rate = { process = "gbm", start = 0.1, drift = 0, volatility = 0.05 }, stale = "4h", outages = [["10h", "15h"]] }"#;

    fn default_spec() -> Option<Self> {
        None
    }

    fn amounts(&self) -> Vec<(&'static str, Money)> {
        vec![("price", self.price.into())]
    }

    fn check(&self) -> Result<(), Mistake> {
        if let Some(problem) = self.rate.check().first() {
            return Err(Mistake::new("rate", format!("`rate` is no process: {}", problem.message), &*problem.help));
        }
        if self.rate.start <= 0.0 {
            let message = format!("`rate` starts at {}, and a credit must be worth something", self.rate.start);
            return Err(Mistake::new("rate", message, ""));
        }
        match self.outages.iter().find(|[from, to]| from >= to) {
            Some([from, to]) => {
                let message = format!("`outages` has one from `{from}` to `{to}`, which is no time at all");
                Err(Mistake::new("outages", message, ""))
            }
            None => Ok(()),
        }
    }
}

/// What was read last.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Memory {
    /// The rate as it is, read or not.
    rate: Process,
    /// The price at the last good reading; none before the first.
    price: Option<Price>,
    /// When that was.
    read: Time,
}

impl super::Rule for Spec {
    type Memory = Memory;

    fn memory(&self) -> Memory {
        let rate = Process::new(&self.rate);
        Memory { price: self.converted(rate.value, Rounding::NearestEven, Price::MICRO), rate, read: Time::ZERO }
    }

    #[inline]
    fn price(&self, memory: &Memory, now: Time) -> Option<Price> {
        memory.price.filter(|_| now.since(memory.read) <= self.stale)
    }

    fn close(&self, memory: &mut Memory, seen: &Interval, draw: &mut KeyedRng) {
        let rate = memory.rate.step(&self.rate, seen.length, draw);
        if self.is_out(seen.at) {
            return;
        }
        if let Some(price) = self.converted(rate, seen.rounding, seen.tick) {
            (memory.price, memory.read) = (Some(price), seen.at);
        }
    }

    fn open(&self, memory: &mut Memory, tick: Price) {
        memory.price = self.converted(memory.rate.value, Rounding::NearestEven, tick);
    }

    /// The rate is what it is: the price follows it, and was read just now.
    fn take_over(&self, memory: &mut Memory, _: Option<Price>, now: Time) {
        memory.read = now;
    }
}

/// Parts of one: what a rate is counted in.
const PARTS: f64 = 1e18;

impl Spec {
    /// The list price in credits, at most [`MOST`]; none where a credit is worth nothing.
    fn converted(&self, rate: f64, rounding: Rounding, tick: Price) -> Option<Price> {
        if rate.is_nan() || rate <= 0.0 {
            return None;
        }
        // A price is below 2⁶⁰ and there are fewer than 2⁶⁰ parts.
        match (rate * PARTS).round_ties_even() as i128 {
            0 => Some(bounded(i128::MAX, tick)),
            parts => {
                let parts = parts.saturating_mul(tick.0.into());
                Some(bounded(rounding.divide(i128::from(self.price.0) * PARTS as i128, parts), tick))
            }
        }
    }

    fn is_out(&self, now: Time) -> bool {
        self.outages.iter().any(|[from, to]| (from.0..to.0).contains(&now.0))
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::second;
    use super::super::{MOST, Pricing, Rule};
    use super::*;
    use crate::engine::random::{Key, Seed, key};

    fn spec(text: &str) -> Spec {
        toml::from_str::<std::collections::BTreeMap<String, Spec>>(&format!("spec = {text}"))
            .unwrap()
            .remove("spec")
            .unwrap()
    }

    fn hours(hours: u64) -> SimDuration {
        SimDuration(hours * 3_600 * SimDuration::SECOND.0)
    }

    /// The prices at the end of each hour, with the draws of seed 1.
    fn hourly(spec: &Spec, count: u64) -> Vec<Option<i64>> {
        let mut memory = spec.memory();
        let hour = |hour: u64| {
            let at = Time::ZERO + hours(hour);
            let seen = Interval { at, length: hours(1), tick: Price::MICRO, ..second(1, 1, 1) };
            spec.close(&mut memory, &seen, &mut KeyedRng::new(key(Seed::from(1), 1, 0, hour, 0)));
            spec.price(&memory, at).map(|price| Money::from(price).0)
        };
        (1..=count).map(hour).collect()
    }

    #[test]
    fn a_credit_of_ten_cents_makes_ten_times_the_price() {
        let constant = spec(r#"{ price = "0.0008", rate = { process = "constant", start = 0.1 } }"#);
        assert_eq!(constant.check(), Ok(()));
        assert_eq!(constant.price(&constant.memory(), Time::ZERO), Some(Price::from(Money(8_000))));
        assert_eq!(hourly(&constant, 3), [Some(8_000); 3]);
        let third = |rounding| Money::from(constant.converted(0.3, rounding, Price::MICRO).unwrap()).0;
        assert_eq!([Rounding::Floor, Rounding::Ceil, Rounding::NearestEven].map(third), [2_666, 2_667, 2_667]);
        assert_eq!(
            (
                constant.converted(1e-30, Rounding::Floor, Price::MICRO),
                constant.converted(1e300, Rounding::Floor, Price::MICRO)
            ),
            (Some(MOST), Some(Price(0)))
        );
        assert_eq!(
            [0.0, -1.0, f64::NAN].map(|rate| constant.converted(rate, Rounding::Floor, Price::MICRO)),
            [None; 3]
        );
    }

    /// Out from the third hour up to the ninth, usable for four hours after the second: a price up to the sixth hour, none
    /// in the seventh and eighth, and at the ninth what it would be without any outage.
    #[test]
    fn an_outage_uses_old_prices_and_then_stops() {
        let rate = r#"{ process = "gbm", start = 0.1, drift = 0, volatility = 0.3 }"#;
        let always = hourly(&spec(&format!("{{ price = \"0.0008\", rate = {rate} }}")), 10);
        let out = spec(&format!("{{ price = \"0.0008\", rate = {rate}, outages = [[\"3h\", \"9h\"]] }}"));
        let found = hourly(&out, 10);
        assert_eq!(found[..2], always[..2]);
        assert_eq!(found[2..6], [always[1]; 4]);
        assert_eq!(found[6..8], [None; 2]);
        assert_eq!(found[8..], always[8..]);
        let distinct: std::collections::BTreeSet<_> = always.iter().collect();
        assert_eq!(distinct.len(), 10, "the rate moves: {always:?}");
    }

    #[test]
    fn a_rate_that_sinks_below_zero_is_not_read() {
        let sinking = spec(
            r#"{ price = "1", rate = { process = "ou", start = 1, level = -1, reversion = 1, volatility = 0, per = "1h" }, stale = "1h" }"#,
        );
        assert_eq!(sinking.check(), Ok(()));
        // 2/e − 1 is below zero from the first hour on, which is still within an hour of the start.
        assert_eq!(hourly(&sinking, 2), [Some(1_000_000), None]);
        let mut memory = sinking.memory();
        sinking.close(&mut memory, &second(1, 1, 1), &mut KeyedRng::new(Key(1)));
        assert!(memory.rate.value < 1.0);
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for (wrong, word) in [
            (r#"{ price = "-1", rate = { process = "constant", start = 1 } }"#, "price"),
            (r#"{ price = "1", rate = { process = "constant", start = 0 } }"#, "rate"),
            (r#"{ price = "1", rate = { process = "gbm", start = 1 } }"#, "drift"),
            (r#"{ price = "1", rate = { process = "constant", start = 1 }, outages = [["2h", "1h"]] }"#, "outages"),
        ] {
            let found = Pricing::Oracle(spec(wrong)).check().unwrap_err();
            assert!(found.key == word || found.message.contains(&format!("`{word}`")), "{wrong}: {found}");
        }
    }
}
