//! Any of the offers.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Offer;
use crate::engine::random::{KeyedRng, RandomSource};
use crate::policy::Described;

/// No parameters.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Spec {}

impl Described for Spec {
    const NAME: &'static str = "random";
    const SUMMARY: &'static str = "any of the offers, each with the same probability";
    const SOURCE: &'static str = "the reference without information";
    const EXAMPLE: &'static str = "{}";

    fn default_spec() -> Option<Self> {
        Some(Spec {})
    }
}

impl super::Rule for Spec {
    #[inline]
    fn choose(&self, offers: &[Offer], draw: &mut KeyedRng) -> usize {
        draw.below(offers.len() as u64) as usize
    }
}
