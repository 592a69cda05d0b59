//! A posted price that does not move.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::money::Money;
use crate::policy::Described;

/// Parameters of the list price.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Spec {
    /// The price per unit, in credits.
    pub price: Money,
}

impl Described for Spec {
    const NAME: &'static str = "list";
    const SUMMARY: &'static str = "a posted price that does not move";
    const SOURCE: &'static str = "assumed: the reference against which moving prices are read";
    const EXAMPLE: &'static str = r#"{ price = "0.0008" }"#;

    fn unwritten() -> Option<Self> {
        None
    }
}

impl super::Rule for Spec {
    type Memory = ();

    fn memory(&self) {}

    fn price(&self, _: &mut ()) -> Money {
        self.price
    }
}
