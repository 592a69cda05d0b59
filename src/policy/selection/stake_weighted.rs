//! In proportion to their stakes: none twice, each seat by itself, or each party by itself. Parties without stake are chosen, each with the same probability, when all that
//! have some are.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Draw, Manner, SelectionView, weighted};
use crate::domain::ids::PartyId;
use crate::domain::share::Share;
use crate::engine::mistake::Mistake;
use crate::engine::random::KeyedRng;
use crate::policy::{Described, Needs};

/// Parameters of the weighted selection.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Spec {
    /// The largest share of the weight that one party has: what is above is cut off. Where the parties with weight are so few that
    /// it cannot be kept, all of them weigh alike. Default 1: no cap. Above 0.
    #[serde(default = "super::uncapped")]
    pub cap: Share,
    /// How seats are given. Default `without-replacement` (assumed).
    #[serde(default)]
    pub draw: Draw,
}

impl Described for Spec {
    const NAME: &'static str = "stake-weighted";
    const SUMMARY: &'static str =
        "in proportion to stake: one after the other and none twice, each seat by itself, or each party by itself";
    const SOURCE: &'static str = "committees of proof-of-stake networks; seats with replacement and a cap per participant: Gonka; the pass: P. Efraimidis, P. Spirakis, Weighted random sampling, 2006";
    const EXAMPLE: &'static str = r#"{ cap = 0.25, draw = "with-replacement" }"#;
    const NEEDS: Needs = Needs { stakes: true, ..Needs::NOTHING };

    fn default_spec() -> Option<Self> {
        Some(Spec { cap: super::uncapped(), draw: Draw::default() })
    }

    fn check(&self) -> Result<(), Mistake> {
        super::check_cap(self.cap)
    }
}

impl super::Rule for Spec {
    fn select(&self, view: &SelectionView<'_>, draw: &mut KeyedRng, chosen: &mut Vec<PartyId>) {
        weighted::select(view.stakes, self.draw, view, draw, chosen);
    }

    fn manner(&self) -> Manner {
        Manner { cap: self.cap.get(), draw: self.draw, ..Manner::default() }
    }
}
