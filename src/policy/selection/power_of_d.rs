//! The least loaded of a few: for each seat d checkers are drawn at random, and the one with the fewest jobs per slot looks. None twice.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Manner, SelectionView, few};
use crate::domain::ids::PartyId;
use crate::engine::mistake::Mistake;
use crate::engine::random::KeyedRng;
use crate::policy::Described;

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
        few::check(self.d)
    }
}

impl super::Rule for Spec {
    fn select(&self, view: &SelectionView<'_>, draw: &mut KeyedRng, chosen: &mut Vec<PartyId>) {
        few::fill(self.d, view, view.load, draw, chosen);
    }

    fn manner(&self) -> Manner {
        Manner { choices: u32::from(self.d), ..Manner::default() }
    }
}
