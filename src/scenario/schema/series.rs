//! What moves outside the market by itself: what a token is worth, what energy and hardware cost.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::defaults;
use crate::domain::share::Factor;
use crate::engine::process::ProcessSpec;
use crate::engine::time::SimDuration;

/// A number outside the market that moves by itself, and multiplies what follows it: `pricing.token-follows`, `nodes[].cost-follows`.
/// It starts with the run, and steps at equal times by its exact transition.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SeriesTable {
    /// The process that it is. Its values stay above zero, but for those of `ou`; what follows a series is then at nothing while it is below.
    /// Instead of `recorded`.
    #[serde(default)]
    pub moves: Option<ProcessSpec>,
    /// The file that its values are read from. Instead of `moves`.
    #[serde(default)]
    pub recorded: Option<RecordedTable>,
    /// The time between two steps. Default `"1h"` (assumed).
    #[serde(default = "defaults::hour")]
    pub every: SimDuration,
}

/// Values from a file. The run begins with its earliest row. At each step the value is that of the last row so far, and after the last row it
/// stays.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RecordedTable {
    /// The file, one row per instant.
    pub file: String,
    /// The column with the instants: dates, or numbers that count `unit`.
    pub time: String,
    /// What a plain number in `time` counts: `"1s"`, `"1ms"`, `"1us"` or `"1ns"`. Default `"1s"`.
    #[serde(default = "defaults::second")]
    pub unit: SimDuration,
    /// The column with the values, above zero.
    pub value: String,
    /// What each value is multiplied by. Default 1.
    #[serde(default = "defaults::one")]
    pub scale: Factor,
}
