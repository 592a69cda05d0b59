//! The fewest jobs: join the shortest queue of the pool.

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
    const NAME: &'static str = "jobs";
    const SUMMARY: &'static str = "the offer of the node with the fewest jobs";
    const SOURCE: &'static str = "join the shortest queue; with a random pool of d, the power of d choices";
    const EXAMPLE: &'static str = "{}";

    fn default_spec() -> Option<Self> {
        Some(Spec {})
    }
}

impl super::Rule for Spec {
    #[inline]
    fn choose(&self, offers: &[Offer], draw: &mut KeyedRng) -> usize {
        super::least(offers, draw, |offer| offer.jobs)
    }
}
