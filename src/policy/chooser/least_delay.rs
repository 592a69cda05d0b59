//! The shortest expected time to the answer.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Offer;
use crate::engine::random::KeyedRng;
use crate::policy::Described;

/// No parameters.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Spec {}

impl Described for Spec {
    const NAME: &'static str = "least-delay";
    const SUMMARY: &'static str = "the offer with the shortest expected delay";
    const SOURCE: &'static str = "join the shortest expected delay, as least-latency gateways do";
    const EXAMPLE: &'static str = "{}";

    fn default_spec() -> Option<Self> {
        Some(Spec {})
    }
}

impl super::Rule for Spec {
    #[inline]
    fn choose(&self, offers: &[Offer], draw: &mut KeyedRng) -> usize {
        super::least(offers, draw, |offer| offer.delay)
    }

    fn looks_at_delay_alone(&self) -> bool {
        true
    }
}
