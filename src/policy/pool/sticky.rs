//! The node of the client's last job while it is there, otherwise a random pool.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{PoolView, random};
use crate::domain::ids::PartyId;
use crate::engine::mistake::Mistake;
use crate::engine::random::KeyedRng;
use crate::policy::{Described, Needs};

/// Parameters of staying with a node.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Spec {
    /// How many nodes are drawn when the last one is gone or cannot take the job, 1 to 64. Default 4 (assumed).
    #[serde(default = "four")]
    pub d: u8,
}

fn four() -> u8 {
    4
}

impl Described for Spec {
    const NAME: &'static str = "sticky";
    const SUMMARY: &'static str = "the node of the client's last job while it is listed, otherwise d nodes at random";
    const SOURCE: &'static str = "session affinity, as gateways keep it for prefix caches; assumed";
    const EXAMPLE: &'static str = "{ d = 2 }";
    const NEEDS: Needs = Needs { previous: true, ..Needs::NOTHING };

    fn default_spec() -> Option<Self> {
        Some(Spec { d: four() })
    }

    fn check(&self) -> Result<(), Mistake> {
        super::check_size(self.d)
    }
}

impl super::Rule for Spec {
    type Memory = ();

    fn memory(&self) {}

    fn draw(&self, _: &mut (), view: &PoolView<'_>, draw: &mut KeyedRng, pool: &mut Vec<PartyId>) {
        if view.previous.is_some() {
            pool.push(view.previous);
        } else {
            random::distinct(&view.nodes, (self.d as usize).min(view.nodes.roster.len()), draw, pool);
        }
    }

    fn sampled(&self) -> Option<u8> {
        Some(self.d)
    }
}
