//! The least loaded of a few: for each seat d checkers are drawn at random, and the one with the fewest jobs per slot looks. None twice.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Manner, SelectionView, Shortlist, VAIN};
use crate::domain::ids::PartyId;
use crate::engine::mistake::Mistake;
use crate::engine::random::{KeyedRng, RandomSource};
use crate::policy::Described;

/// The most that are drawn for one seat.
const MOST: usize = 64;

/// Parameters of the choice among a few.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Spec {
    /// How many are drawn for each seat, 1 to 64. Default 2 (assumed).
    #[serde(default = "two")]
    pub d: u8,
}

fn two() -> u8 {
    2
}

impl Described for Spec {
    const NAME: &'static str = "power-of-d";
    const SUMMARY: &'static str =
        "for each seat the checker with the fewest jobs per slot of d drawn at random, none twice";
    const SOURCE: &'static str = "Mitzenmacher, The power of two choices in randomized load balancing, 2001";
    const EXAMPLE: &'static str = "{ d = 2 }";

    fn default_spec() -> Option<Self> {
        Some(Spec { d: two() })
    }

    fn check(&self) -> Result<(), Mistake> {
        match usize::from(self.d) {
            1..=MOST => Ok(()),
            0 => Err(Mistake::new("d", "`d` must be 1 or more", "")),
            _ => Err(Mistake::new("d", format!("`d` of {}", self.d), format!("draw at most {MOST}"))),
        }
    }
}

impl super::Rule for Spec {
    fn select(&self, view: &SelectionView<'_>, draw: &mut KeyedRng, chosen: &mut Vec<PartyId>) {
        while chosen.len() < view.wanted {
            let Some(least) = self.least_loaded(view, draw, chosen) else { return };
            chosen.push(least);
        }
    }

    fn manner(&self) -> Manner {
        Manner { choices: u32::from(self.d), ..Manner::default() }
    }
}

impl Spec {
    /// The least loaded of d that may be chosen still, all different, or of all where they are fewer; of several the first drawn.
    fn least_loaded(&self, view: &SelectionView<'_>, draw: &mut KeyedRng, chosen: &[PartyId]) -> Option<PartyId> {
        let may_join = |node: PartyId| !view.is_checked(node) && !chosen.contains(&node);
        let (d, mut drawn, mut count) = (usize::from(self.d), [PartyId(0); MOST], 0);
        let mut vain = VAIN * d;
        while count < d && vain > 0 {
            let node = view.listed[draw.below(view.listed.len() as u64) as usize];
            if may_join(node) && !drawn[..count].contains(&node) {
                (drawn[count], count) = (node, count + 1);
            } else {
                vain -= 1;
            }
        }
        if count == d {
            return least(view, drawn.iter().take(d));
        }
        let mut all = Shortlist::new(d);
        view.listed.iter().filter(|&&node| may_join(node)).for_each(|&node| all.offer(draw.unit(), node));
        least(view, all.kept().iter().map(|entry| &entry.1))
    }
}

fn least<'n>(view: &SelectionView<'_>, nodes: impl Iterator<Item = &'n PartyId>) -> Option<PartyId> {
    nodes.copied().min_by(|a, b| (view.load)(*a).total_cmp(&(view.load)(*b)))
}
