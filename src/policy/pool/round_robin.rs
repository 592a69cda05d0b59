//! One node after the other, whoever asks.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::PoolView;
use crate::domain::ids::PartyId;
use crate::engine::mistake::Mistake;
use crate::engine::random::KeyedRng;
use crate::policy::Described;

/// Parameters of taking turns.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Spec {
    /// How many nodes in a row are asked, 1 to 64. Default 1: plain round robin.
    #[serde(default = "one")]
    pub d: u8,
}

fn one() -> u8 {
    1
}

impl Described for Spec {
    const NAME: &'static str = "round-robin";
    const SUMMARY: &'static str = "the next node of the list, one after the other";
    const SOURCE: &'static str = "the default of common load balancers";
    const EXAMPLE: &'static str = "{ d = 1 }";

    fn default_spec() -> Option<Self> {
        Some(Spec { d: one() })
    }

    fn check(&self) -> Result<(), Mistake> {
        super::check_size(self.d)
    }
}

impl super::Rule for Spec {
    /// How many jobs have been routed.
    type Memory = u64;

    fn memory(&self) -> u64 {
        0
    }

    fn draw(&self, turn: &mut u64, view: &PoolView<'_>, _: &mut KeyedRng, pool: &mut Vec<PartyId>) {
        let n = view.listed.len() as u64;
        let d = (self.d as u64).min(n);
        pool.extend((0..d).map(|k| view.listed[((*turn + k) % n) as usize]));
        *turn += 1;
    }

    fn sampled(&self) -> Option<u8> {
        Some(self.d)
    }
}
