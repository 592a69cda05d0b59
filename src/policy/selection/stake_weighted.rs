//! In proportion to their stakes, none twice. Parties without stake are chosen, each with the same probability, when all that
//! have some are.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::SelectionView;
use crate::domain::ids::PartyId;
use crate::engine::random::KeyedRng;
use crate::policy::{Described, Needs};

/// The rule has no parameters.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Spec {}

impl Described for Spec {
    const NAME: &'static str = "stake-weighted";
    const SUMMARY: &'static str = "one after the other in proportion to stake, none twice";
    const SOURCE: &'static str = "stake-weighted committees without replacement; the pass: P. Efraimidis, P. Spirakis, Weighted random sampling, 2006";
    const EXAMPLE: &'static str = "{}";
    const NEEDS: Needs = Needs { stakes: true, ..Needs::NOTHING };

    fn default_spec() -> Option<Self> {
        Some(Spec {})
    }
}

impl super::Rule for Spec {
    fn select(&self, view: &SelectionView<'_>, draw: &mut KeyedRng, chosen: &mut Vec<PartyId>) {
        super::by_weight(view.stakes, view, draw, chosen);
    }
}
