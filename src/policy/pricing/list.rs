//! A posted price that does not move.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Interval;
use crate::domain::money::Money;
use crate::domain::price::Price;
use crate::engine::random::KeyedRng;
use crate::engine::time::Time;
use crate::policy::Described;

/// Parameters of the list price.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Spec {
    /// The price per unit, in credits.
    pub price: Price,
}

impl Described for Spec {
    const NAME: &'static str = "list";
    const SUMMARY: &'static str = "a posted price that does not move";
    const SOURCE: &'static str = "assumed: the reference against which moving prices are read";
    const EXAMPLE: &'static str = r#"{ price = "0.0008" }"#;

    fn default_spec() -> Option<Self> {
        None
    }

    fn amounts(&self) -> Vec<(&'static str, Money)> {
        vec![("price", self.price.into())]
    }
}

impl super::Rule for Spec {
    type Memory = ();

    fn memory(&self) {}

    #[inline]
    fn price(&self, (): &(), _: Time) -> Option<Price> {
        Some(self.price)
    }

    fn close(&self, (): &mut (), _: &Interval, _: &mut KeyedRng) {}

    fn moves(&self) -> bool {
        false
    }

    fn prices(&self) -> Vec<(&'static str, Price)> {
        vec![("price", self.price)]
    }
}
