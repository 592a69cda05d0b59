//! In proportion to what the requester thinks of them, none twice, by the weights of the rule of opinions. Parties that weigh
//! nothing are chosen, each with the same probability, when all that weigh something are.

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
    const NAME: &'static str = "opinion-weighted";
    const SUMMARY: &'static str =
        "one after the other in proportion to the weight that the rule of opinions gives them, none twice";
    const SOURCE: &'static str = "selection of validators in proportion to reputation, after the probabilistic choice of EigenTrust (Kamvar and others, 2003); the pass: P. Efraimidis, P. Spirakis, Weighted random sampling, 2006";
    const EXAMPLE: &'static str = "{}";
    const NEEDS: Needs = Needs { opinions: true, ..Needs::NOTHING };

    fn default_spec() -> Option<Self> {
        Some(Spec {})
    }
}

impl super::Rule for Spec {
    fn select(&self, view: &SelectionView<'_>, draw: &mut KeyedRng, chosen: &mut Vec<PartyId>) {
        super::by_weight(view.opinions, view, draw, chosen);
    }
}
