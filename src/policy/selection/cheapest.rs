//! The cheapest of a few: for each seat d checkers drawn at random say what they ask, and the one that asks least looks. None twice.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Manner, SelectionView, Sought, few};
use crate::domain::ids::PartyId;
use crate::engine::mistake::Mistake;
use crate::engine::random::KeyedRng;
use crate::policy::Described;

/// Parameters of the search for a cheap checker.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Spec {
    /// How many are asked for each seat, 1 to 64. Default 4 (assumed).
    #[serde(default = "four")]
    pub d: u8,
}

fn four() -> u8 {
    4
}

impl Described for Spec {
    const NAME: &'static str = "cheapest";
    const SUMMARY: &'static str = "for each seat the checker that asks least of d drawn at random, none twice";
    const SOURCE: &'static str = "search of a fixed sample: G. Stigler, The economics of information, 1961";
    const EXAMPLE: &'static str = "{ d = 4 }";

    fn default_spec() -> Option<Self> {
        Some(Spec { d: four() })
    }

    fn check(&self) -> Result<(), Mistake> {
        few::check(self.d)
    }
}

impl super::Rule for Spec {
    fn select(&self, view: &SelectionView<'_>, draw: &mut KeyedRng, chosen: &mut Vec<PartyId>) {
        few::fill(self.d, view, view.ask, draw, chosen);
    }

    fn manner(&self) -> Manner {
        Manner { choices: u32::from(self.d), sought: Sought::Price, ..Manner::default() }
    }
}
