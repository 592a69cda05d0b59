//! A few nodes drawn at random: with the chooser `jobs` this is the power of d choices.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::PoolView;
use crate::domain::ids::PartyId;
use crate::engine::mistake::Mistake;
use crate::engine::random::{KeyedRng, RandomSource};
use crate::policy::Described;
use crate::policy::candidates::Candidates;

/// Parameters of the random pool.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Spec {
    /// How many nodes are drawn, 1 to 64. Default 4 (assumed).
    #[serde(default = "four")]
    pub d: u8,
    /// Whether a node may be drawn twice. Default false (assumed); the mean-field results do not depend on it.
    #[serde(default)]
    pub replacement: bool,
}

fn four() -> u8 {
    4
}

impl Described for Spec {
    const NAME: &'static str = "random";
    const SUMMARY: &'static str = "d nodes drawn uniformly at random";
    const SOURCE: &'static str = "Mitzenmacher, The power of two choices in randomized load balancing, 2001";
    const EXAMPLE: &'static str = "{ d = 2 }";

    fn default_spec() -> Option<Self> {
        Some(Spec { d: four(), replacement: false })
    }

    fn check(&self) -> Result<(), Mistake> {
        super::check_size(self.d)
    }
}

impl super::Rule for Spec {
    type Memory = ();

    fn memory(&self) {}

    #[inline]
    fn draw(&self, _: &mut (), view: &PoolView<'_>, draw: &mut KeyedRng, pool: &mut Vec<PartyId>) {
        let nodes = &view.nodes;
        if self.replacement {
            pool.extend((0..self.d).map(|_| nodes.any(draw)));
            nodes.replace(draw, &|_, _| true, pool);
        } else if self.d as usize >= nodes.roster.len() {
            pool.extend(nodes.roster.iter().filter(|node| nodes.has(**node)));
        } else {
            distinct(nodes, self.d as usize, draw, pool);
        }
    }

    fn sampled(&self) -> Option<u8> {
        Some(self.d)
    }
}

/// `d` different nodes of those present, uniformly, or all where they are fewer. `d` of the roster are drawn (Floyd's method: no scratch
/// space, d²/2 comparisons with d ≤ 64), and the absent are replaced.
pub(super) fn distinct(nodes: &Candidates<'_>, d: usize, draw: &mut KeyedRng, pool: &mut Vec<PartyId>) {
    let n = nodes.roster.len();
    for last in n - d..n {
        let node = nodes.roster[draw.below(last as u64 + 1) as usize];
        let taken = pool.contains(&node);
        pool.push(if taken { nodes.roster[last] } else { node });
    }
    nodes.replace(draw, &|chosen, node| !chosen.contains(&node), pool);
}
