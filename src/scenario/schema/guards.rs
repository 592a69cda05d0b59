//! What keeps checks honest: vendors that guard them, and errors that are forced upon their checkers.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::money::Money;
use crate::domain::share::Share;
use crate::engine::time::SimDuration;

/// A vendor of hardware or software that checks rely on. While it is broken, all that it guards approve whatever they see.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct VendorTable {
    /// The probability that it is broken for a job: drawn once for each job, for all of its checks together. Quotes expect it. Default 0
    /// (assumed).
    #[serde(default)]
    pub broken: Share,
    /// From when on it is broken for good; no quote expects that. Default never.
    #[serde(default)]
    pub broken_from: Option<SimDuration>,
}

/// Wrong answers that the network shows to checkers on purpose, so that a look pays even where no node cheats (Truebit, arXiv
/// 1908.04756). A vote on one does not count for the answer of the job, which passes.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ForcedTable {
    /// The probability that a check that takes place is shown one.
    pub rate: Share,
    /// What finding one brings, in tokens from outside: of k that find it each gets this over 2ᵏ⁻¹.
    pub jackpot: Money,
}
