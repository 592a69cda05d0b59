//! When a node is paid, and where a slashed stake goes (model §10).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// From when a node may be paid.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PayoutAt {
    /// When its answer is accepted; a revocation takes it back as far as it can be had.
    #[default]
    Acceptance,
    /// When its answer can no longer be revoked.
    Window,
}

/// What becomes of the costs of being busy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Costs {
    /// They are noted: a party keeps all its income, and a revocation finds it there.
    #[default]
    Noted,
    /// They are paid as they accrue, to the world outside and as far as the income of the party reaches: a revocation finds
    /// what is left.
    Paid,
}

/// What a validator asks for a look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Asks {
    /// The price of the channel.
    #[default]
    Channel,
    /// A price of its own: that of the channel, and more the longer its own backlog is.
    Own,
}

/// Where a slashed stake goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SlashTo {
    /// It is destroyed.
    #[default]
    Burn,
    /// To the treasury.
    Treasury,
    /// To the requester.
    Requester,
    /// In equal parts to the checkers that raised the alarm, or to the nodes that outvoted it; what does not divide goes to the
    /// treasury, and all of it where there is none.
    Checkers,
}
