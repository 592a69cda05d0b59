//! All that were asked must approve.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Verdict, Votes};
use crate::maths;
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

    fn odds(&self, checkers: u32, approves: f64) -> f64 {
        // A vote of nobody decides nothing.
        if checkers == 0 { 0.0 } else { maths::pow(approves, f64::from(checkers)) }
    }

    fn needed(&self, checkers: u32) -> u32 {
        checkers
    }
}
