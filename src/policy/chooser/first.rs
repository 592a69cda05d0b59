//! The first offer, without looking at the others.

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
    const NAME: &'static str = "first";
    const SUMMARY: &'static str = "the first offer of the pool";
    const SOURCE: &'static str = "the reference without comparison; with the pool all, a fixed order of preference";
    const EXAMPLE: &'static str = "{}";

    fn default_spec() -> Option<Self> {
        Some(Spec {})
    }
}

impl super::Rule for Spec {
    #[inline]
    fn choose(&self, _: &[Offer], _: &mut KeyedRng) -> usize {
        0
    }
}
