//! What a unit costs those who supply it, and a markup.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Interval, scaled};
use crate::domain::money::Money;
use crate::domain::price::Price;
use crate::domain::share::Factor;
use crate::engine::mistake::Mistake;
use crate::engine::random::KeyedRng;
use crate::engine::time::Time;
use crate::policy::Described;

/// Parameters of cost plus markup.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Spec {
    /// The price per unit before the first interval closes, in credits.
    pub start: Price,
    /// What is added to the average cost of a unit, as a multiple of it.
    pub markup: Factor,
    /// The lowest price, in credits. Default 0 (assumed).
    #[serde(default)]
    pub floor: Price,
}

impl Described for Spec {
    const NAME: &'static str = "cost-plus";
    const SUMMARY: &'static str = "the average cost of a unit and a markup, renewed at each interval";
    const SOURCE: &'static str = "full-cost pricing: R. Hall and C. Hitch, Price Theory and Business Behaviour, 1939";
    const EXAMPLE: &'static str = r#"{ start = "0.0008", markup = 0.2 }"#;

    fn default_spec() -> Option<Self> {
        None
    }

    fn amounts(&self) -> Vec<(&'static str, Money)> {
        vec![("start", self.start.into()), ("floor", self.floor.into())]
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

    fn close(&self, price: &mut Price, seen: &Interval, _: &mut KeyedRng) {
        *price = scaled(seen.cost, 1.0 + self.markup.get(), seen).max(self.floor);
    }

    fn prices(&self) -> Vec<(&'static str, Price)> {
        vec![("start", self.start), ("floor", self.floor)]
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

    #[test]
    fn the_cost_and_a_fifth() {
        let spec = Spec { start: Price(800), markup: Factor::try_from(0.2).unwrap(), floor: Price(100) };
        let mut price = spec.memory();
        assert_eq!(spec.price(&price, Time::ZERO), Some(Price(800)));
        assert_eq!(after(&spec, &mut price, second(1, 1, 1)), 600, "a cost of 500");
        let odd = |rounding| Interval { cost: Price(501), rounding, ..second(1, 1, 1) };
        assert_eq!([Rounding::Floor, Rounding::Ceil].map(|r| after(&spec, &mut price, odd(r))), [601, 602]);
        assert_eq!(after(&spec, &mut price, Interval { cost: Price::ZERO, ..second(1, 1, 1) }), 100, "the floor");
        assert!(Pricing::CostPlus(Spec { floor: Price(900), ..spec }).check().unwrap_err().message.contains("`floor`"));
    }
}
