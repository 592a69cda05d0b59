//! One alarm is enough to refuse.

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
    const NAME: &'static str = "any-alarm";
    const SUMMARY: &'static str =
        "refused at the first alarm, accepted when all who answer have approved and at least one has";
    const SOURCE: &'static str = "the rule of optimistic systems: one honest alarm is enough";
    const EXAMPLE: &'static str = "{}";

    fn default_spec() -> Option<Self> {
        Some(Spec {})
    }
}

impl super::Rule for Spec {
    fn decide(&self, votes: &Votes) -> Option<Verdict> {
        if votes.alarms > 0 {
            return Some(Verdict::Refused);
        }
        let outstanding = votes.asked - votes.approvals - votes.alarms - votes.missing;
        match (outstanding, votes.approvals) {
            (0, 0) => Some(Verdict::Unresolved),
            (0, _) => Some(Verdict::Accepted),
            _ => None,
        }
    }

    fn odds(&self, checkers: u32, approves: f64) -> f64 {
        maths::pow(approves, checkers as f64)
    }

    fn needed(&self, checkers: u32) -> u32 {
        checkers
    }
}
