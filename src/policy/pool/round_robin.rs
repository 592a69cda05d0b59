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
    /// Whose turn it is: the jobs routed, and the nodes passed over.
    type Memory = u64;

    fn memory(&self) -> u64 {
        0
    }

    /// Absent nodes are passed over, and it is the turn of the one behind them. Where a long row of them is absent, any other has the turn.
    fn draw(&self, turn: &mut u64, view: &PoolView<'_>, draw: &mut KeyedRng, pool: &mut Vec<PartyId>) {
        let nodes = &view.nodes;
        let at = |place: u64| nodes.roster[(place % nodes.roster.len() as u64) as usize];
        let (patience, mut place) = (nodes.patience() as u64, *turn);
        for k in 0..usize::from(self.d).min(nodes.present.len()) {
            let met = (place..place + patience).find(|&place| nodes.has(at(place)) && !pool.contains(&at(place)));
            place = met.unwrap_or(place + patience - 1);
            pool.push(at(place));
            place += 1;
            if k == 0 {
                *turn = place;
            }
        }
        nodes.replace(draw, &|chosen, node| !chosen.contains(&node), pool);
    }

    fn sampled(&self) -> Option<u8> {
        Some(self.d)
    }
}
