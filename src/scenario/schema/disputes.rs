//! How an alarm is disputed: narrowed down, or voted on by a group.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::money::Money;
use crate::domain::share::Share;
use crate::engine::time::SimDuration;

/// How a dispute is narrowed down: in each round the half of the steps in which the two sides part (Truebit, Arbitrum, Verde). The
/// check that follows looks at one step, so its `work` is that of the whole execution divided by `steps`.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct BisectionTable {
    /// Steps of the execution, from 1 to 2⁶³; there are ⌈log₂ steps⌉ rounds.
    pub steps: u64,
    /// What a round takes: both sides answer once.
    pub round: SimDuration,
    /// What each side pays for what it posts in a round, in credits that leave the market: the node whose answer is disputed, and each that disputes it,
    /// as far as it has them. Watchers bring them from outside; a requester posts nothing. Default 0 (assumed).
    #[serde(default)]
    pub gas: Money,
}

/// A vote of a group about an alarm: `verdict` is taken over the votes that are cast within the window. Without enough of them the alarm is not
/// upheld, and the records of all parties stay as they are (Gonka: more than half of the weight within 4 min).
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct VoteTable {
    /// How long the vote takes, from when the alarm is handed to the group; above 0.
    pub window: SimDuration,
    /// The share of those asked that must vote, by stake where `verdict` goes by stake; at least one always must. Default 0
    /// (assumed).
    #[serde(default)]
    pub quorum: Share,
    /// The probability that one that is asked abstains: it does not look, does not vote and is not paid. Default 0
    /// (assumed).
    #[serde(default)]
    pub abstention: Share,
    /// Tokens that each checker which raised the alarm loses if it is not upheld, as far as its stake reaches; they go where slashed
    /// stakes go, and with `to = "checkers"` to the node. Default 0 (assumed).
    #[serde(default)]
    pub deposit: Money,
}
