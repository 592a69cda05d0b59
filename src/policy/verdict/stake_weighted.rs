//! Checkers that hold a share of the stake must approve.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Verdict, Votes};
use crate::domain::acceptance::Threshold;
use crate::domain::share::Share;
use crate::engine::mistake::Mistake;
use crate::policy::Described;

/// Parameters of the vote by stake.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Spec {
    /// The share of the stake of all asked that must at least approve, above 0. Default 2/3 (Gonka's session groups).
    /// Who has no stake, and an attestation or a proof, votes with a millionth of a token.
    #[serde(default = "two_thirds")]
    pub share: Share,
}

fn two_thirds() -> Share {
    Share::try_from(2.0 / 3.0).expect("a share")
}

impl Described for Spec {
    const NAME: &'static str = "stake-weighted";
    const SUMMARY: &'static str =
        "accepted when a share of the stake asked approves, refused when alarms make that impossible";
    const SOURCE: &'static str = "weighted voting of proof-of-stake committees, by default at two thirds";
    const EXAMPLE: &'static str = "{ share = 0.5 }";

    fn default_spec() -> Option<Self> {
        Some(Spec { share: two_thirds() })
    }

    fn check(&self) -> Result<(), Mistake> {
        if self.share > Share::ZERO { Ok(()) } else { Err(Mistake::new("share", "`share` must be above 0", "")) }
    }
}

impl super::Rule for Spec {
    fn decide(&self, votes: &Votes) -> Option<Verdict> {
        votes.stakes().decide(self.stake_needed(votes.stake_asked))
    }

    fn threshold(&self, checkers: u32) -> Threshold {
        Threshold::AtLeast(self.stake_needed(u64::from(checkers)) as u32)
    }

    fn needed(&self, asked: u64) -> u64 {
        self.stake_needed(asked)
    }

    fn weighs_stakes(&self) -> bool {
        true
    }
}

impl Spec {
    /// The least whole number of `asked` that is the share of it; at least one.
    fn stake_needed(&self, asked: u64) -> u64 {
        // The product is the nearest number to the share of whole stakes, so that 2/3 of 3 is 2 and not a little less; beyond
        // 2⁵³ it may come out above the whole, which all of it must then reach.
        let needed = (self.share.get() * asked as f64).ceil() as u64;
        needed.clamp(1, asked.max(1))
    }
}
