//! The same nodes for the same client, by hashing the session: Gonka's and many gateways' way to keep caches warm.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::PoolView;
use crate::domain::ids::PartyId;
use crate::engine::mistake::Mistake;
use crate::engine::random::{Key, KeyedRng, mix};
use crate::policy::Described;

/// Parameters of hashing sessions.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Spec {
    /// How many nodes a session hashes to, 1 to 64. Default 1.
    #[serde(default = "one")]
    pub d: u8,
}

fn one() -> u8 {
    1
}

impl Described for Spec {
    const NAME: &'static str = "session-hash";
    const SUMMARY: &'static str =
        "d nodes found by hashing the client, the same for all its jobs while they are listed";
    const SOURCE: &'static str = "consistent hashing as gateways use it, simplified to a modulus; assumed";
    const EXAMPLE: &'static str = "{ d = 2 }";

    fn default_spec() -> Option<Self> {
        Some(Spec { d: one() })
    }

    fn check(&self) -> Result<(), Mistake> {
        super::check_size(self.d)
    }
}

impl super::Rule for Spec {
    type Memory = ();

    fn memory(&self) {}

    fn draw(&self, _: &mut (), view: &PoolView<'_>, _: &mut KeyedRng, pool: &mut Vec<PartyId>) {
        let (nodes, hash) = (&view.nodes, mix(view.session));
        let n = nodes.roster.len();
        let start = (hash % n as u64) as usize;
        let d = (self.d as usize).min(n);
        pool.extend((0..d).map(|k| nodes.roster[(start + k) % n]));
        nodes.replace(&KeyedRng::new(Key(hash)), &|chosen, node| !chosen.contains(&node), pool);
    }

    fn sampled(&self) -> Option<u8> {
        Some(self.d)
    }
}
