//! The names of the tables of a run.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The tables of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TableName {
    /// One row: every measure.
    Summary,
    /// One row per class of job.
    Classes,
    /// One row per job.
    Jobs,
    /// One row per tick.
    Series,
    /// One row per node.
    Nodes,
    /// One row per validator or prover.
    Validators,
    /// One row per check.
    Checks,
    /// One row per group of parties and tick, where parties come and go.
    Parties,
}
