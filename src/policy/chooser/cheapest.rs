//! The lowest price.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Offer;
use crate::engine::random::Draw;
use crate::policy::Described;

/// No parameters.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Spec {}

impl Described for Spec {
    const NAME: &'static str = "cheapest";
    const SUMMARY: &'static str = "the offer with the lowest price";
    const SOURCE: &'static str = "the default of lowest-price marketplaces (Akash providers' bids)";
    const EXAMPLE: &'static str = "{}";

    fn unwritten() -> Option<Self> {
        Some(Spec {})
    }
}

impl super::Rule for Spec {
    #[inline]
    fn choose(&self, offers: &[Offer], draw: &mut Draw) -> usize {
        super::least(offers, draw, |offer| offer.price)
    }
}
