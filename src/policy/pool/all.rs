//! Every listed node, in the order of their numbers: exact, and O(n) per job.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::PoolView;
use crate::domain::ids::PartyId;
use crate::engine::random::KeyedRng;
use crate::policy::Described;

/// Asking all has no parameters.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Spec {}

impl Described for Spec {
    const NAME: &'static str = "all";
    const SUMMARY: &'static str = "every listed node, in the order of their numbers; O(n) per job, at most 1024 nodes";
    const SOURCE: &'static str = "the centralised reference (join the shortest queue of all)";
    const EXAMPLE: &'static str = "{}";

    fn default_spec() -> Option<Self> {
        Some(Spec {})
    }
}

impl super::Rule for Spec {
    type Memory = ();

    fn memory(&self) {}

    fn draw(&self, _: &mut (), view: &PoolView<'_>, _: &mut KeyedRng, pool: &mut Vec<PartyId>) {
        pool.extend_from_slice(view.nodes.present);
        pool.sort_unstable();
    }

    fn sampled(&self) -> Option<u8> {
        None
    }
}
