//! More than half of those asked must approve.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Verdict, Votes};
use crate::domain::acceptance::Threshold;
use crate::policy::Described;

/// The rule has no parameters.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Spec {}

impl Described for Spec {
    const NAME: &'static str = "majority";
    const SUMMARY: &'static str =
        "accepted when more than half of those asked approve, refused when alarms make that impossible; a tie refuses";
    const SOURCE: &'static str =
        "N. de Condorcet, Essai sur l'application de l'analyse à la probabilité des décisions, 1785";
    const EXAMPLE: &'static str = "{}";

    fn default_spec() -> Option<Self> {
        Some(Spec {})
    }
}

impl super::Rule for Spec {
    fn decide(&self, votes: &Votes) -> Option<Verdict> {
        votes.heads().decide(u64::from(votes.asked / 2 + 1))
    }

    fn threshold(&self, checkers: u32) -> Threshold {
        Threshold::AtLeast(checkers / 2 + 1)
    }
}
