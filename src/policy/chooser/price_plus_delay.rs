//! The lowest sum of price and priced delay.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Offer;
use crate::domain::money::Money;
use crate::engine::random::KeyedRng;
use crate::policy::Described;

/// Parameters of pricing delay.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Spec {
    /// What a second of delay counts for, in credits.
    pub per_second: Money,
}

impl Described for Spec {
    const NAME: &'static str = "price-plus-delay";
    const SUMMARY: &'static str = "the offer with the lowest price plus a price per second of expected delay";
    const SOURCE: &'static str =
        "linear delay cost, as in Mendelson, Pricing computer services: queueing effects, 1985";
    const EXAMPLE: &'static str = r#"{ per-second = "0.001" }"#;

    fn default_spec() -> Option<Self> {
        None
    }

    fn amounts(&self) -> Vec<(&'static str, Money)> {
        vec![("per-second", self.per_second)]
    }
}

impl super::Rule for Spec {
    #[inline]
    fn choose(&self, offers: &[Offer], draw: &mut KeyedRng) -> usize {
        let rate = self.per_second.0 as i128;
        // Both sides in micro-credits × nanoseconds per second, so that no rounding decides a choice.
        super::least(offers, draw, |offer| offer.price.0 as i128 * 1_000_000_000 + rate * offer.delay.0 as i128)
    }
}
