//! All that were asked must approve.

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
    const NAME: &'static str = "unanimous";
    const SUMMARY: &'static str = "refused at the first alarm, accepted when all that were asked approve; one that never answers leaves it unresolved";
    const SOURCE: &'static str = "the strictest of quorums; one party can stop any answer, by an alarm or by silence";
    const EXAMPLE: &'static str = "{}";

    fn default_spec() -> Option<Self> {
        Some(Spec {})
    }
}

impl super::Rule for Spec {
    fn decide(&self, votes: &Votes) -> Option<Verdict> {
        votes.heads().decide(u64::from(votes.asked))
    }

    fn threshold(&self, _: u32) -> Threshold {
        Threshold::Every
    }
}
