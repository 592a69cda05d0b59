//! So many must approve, whatever the number of those asked.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Verdict, Votes};
use crate::domain::acceptance::Threshold;
use crate::engine::mistake::Mistake;
use crate::policy::Described;

/// Parameters of the quorum.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Spec {
    /// How many must approve, 1 or more. Where fewer are asked no answer is ever accepted or refused.
    pub approvals: u32,
}

impl Described for Spec {
    const NAME: &'static str = "quorum";
    const SUMMARY: &'static str =
        "accepted when so many approve, refused when alarms make that impossible, unresolved when silence does";
    const SOURCE: &'static str = "D. Gifford, Weighted Voting for Replicated Data, 1979; BOINC's quorum of replicas";
    const EXAMPLE: &'static str = "{ approvals = 2 }";

    fn default_spec() -> Option<Self> {
        None
    }

    fn check(&self) -> Result<(), Mistake> {
        if self.approvals > 0 { Ok(()) } else { Err(Mistake::new("approvals", "`approvals` must be 1 or more", "")) }
    }
}

impl super::Rule for Spec {
    fn decide(&self, votes: &Votes) -> Option<Verdict> {
        votes.heads().decide(u64::from(self.approvals))
    }

    fn threshold(&self, _: u32) -> Threshold {
        Threshold::AtLeast(self.approvals)
    }
}
