//! The largest surplus.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Offer;
use crate::engine::random::KeyedRng;
use crate::policy::{Described, Needs};

/// No parameters.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Spec {}

impl Described for Spec {
    const NAME: &'static str = "best-surplus";
    const SUMMARY: &'static str =
        "the offer that leaves the requester the most: value less prices, delay, verification and distrust";
    const SOURCE: &'static str = "rational choice over offers and methods; goes with the choice `surplus`";
    const EXAMPLE: &'static str = "{}";
    const NEEDS: Needs = Needs { surplus: true, ..Needs::NOTHING };

    fn default_spec() -> Option<Self> {
        Some(Spec {})
    }
}

impl super::Rule for Spec {
    #[inline]
    fn choose(&self, offers: &[Offer], draw: &mut KeyedRng) -> usize {
        super::least(offers, draw, |offer| -offer.surplus)
    }

    fn takes_most_surplus(&self) -> bool {
        true
    }
}
