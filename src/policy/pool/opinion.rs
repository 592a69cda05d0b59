//! A few nodes drawn in proportion to what the requester thinks of them.
//!
//! Drawn by the weights of the rule of opinions: where it gives up on a party and weighs it nothing, the party is not drawn
//! while anybody else weighs something.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::PoolView;
use crate::domain::ids::PartyId;
use crate::engine::mistake::Mistake;
use crate::engine::random::KeyedRng;
use crate::policy::{Described, Needs};

/// Parameters of drawing by opinion.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Spec {
    /// How many draws are made, 1 to 64; a node may be drawn twice. Default 4 (assumed).
    #[serde(default = "four")]
    pub d: u8,
}

fn four() -> u8 {
    4
}

impl Described for Spec {
    const NAME: &'static str = "opinion";
    const SUMMARY: &'static str = "d nodes drawn in proportion to the weight that the rule of opinions gives them, with replacement; uniformly while nobody has any";
    const SOURCE: &'static str = "S. Kamvar, M. Schlosser, H. Garcia-Molina, The EigenTrust Algorithm for Reputation Management in P2P Networks, 2003 (probabilistic choice of the source)";
    const EXAMPLE: &'static str = "{ d = 4 }";
    const NEEDS: Needs = Needs { opinions: true, ..Needs::NOTHING };

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
        super::by_weight(view.opinions, self.d, &view.nodes, draw, pool);
    }

    fn sampled(&self) -> Option<u8> {
        Some(self.d)
    }
}
