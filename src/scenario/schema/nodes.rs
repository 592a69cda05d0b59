//! Who computes: groups of nodes.

use std::fmt;

use schemars::JsonSchema;
use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{ParticipationTable, defaults};
use crate::domain::money::Money;
use crate::domain::price::Price;
use crate::domain::service::{Discipline, Interruption, Sampling};
use crate::domain::share::{Factor, Share};
use crate::engine::law::Law;
use crate::engine::time::SimDuration;
use crate::policy::conduct::ConductTable;

/// A group of nodes of one kind; what differs between them is drawn per node.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct NodeGroupTable {
    /// The name of the group.
    pub name: String,
    /// How many nodes.
    pub count: u32,
    /// Where they are. Default: each drawn from all regions.
    #[serde(default)]
    pub region: Option<String>,
    /// Who owns them: `each` node its own operator (default), or `group`, one operator for all.
    #[serde(default)]
    pub operator: OwnerName,
    /// k: each of them is one operator that appears as so many nodes, among which its stake and its slots are divided evenly. They are alike in
    /// all that is drawn. Default 1.
    #[serde(default = "defaults::one_u32")]
    pub split: u32,
    /// Who learns, where the conduct does: `each` party from what became of its own actions (default), or the `group` as one.
    #[serde(default)]
    pub learns: OwnerName,
    /// The models they serve. Default all.
    #[serde(default)]
    pub models: Option<Vec<String>>,
    /// Speed relative to the reference GPU, per node. Default 1.
    #[serde(default)]
    pub speed: Option<Law<f64>>,
    /// Jobs in service at once: a number or `"unbounded"`. Default 1.
    #[serde(default = "Limit::one")]
    pub slots: Limit,
    /// Jobs that may wait: a number or `"unbounded"`. Default unbounded.
    #[serde(default)]
    pub places: Limit,
    /// Who is served next, and how the node divides itself.
    #[serde(default)]
    pub discipline: DisciplineTable,
    /// Memory for models, in GB. Default: room for all it serves, loaded from the start.
    #[serde(default)]
    pub memory_gb: Option<Factor>,
    /// What a second of being busy on one slot costs the node, in credits, per node. A node never asks less for work than that.
    /// Default 0.
    #[serde(default)]
    pub cost: Option<Law<Price>>,
    /// What the node asks per GPU-second of the reference card, per node. Default the price of the compute channel.
    #[serde(default)]
    pub price: Option<Law<Price>>,
    /// With `pricing.asks = "own"`: how many times the price of the channel these validators ask without a backlog, from 0.001 to 1000. Default 1.
    #[serde(default)]
    pub ask: Option<Factor>,
    /// Tokens staked, per node. Default 0.
    #[serde(default)]
    pub stake: Option<Law<Money>>,
    /// How nodes fail and come back. Default: never.
    #[serde(default)]
    pub failure: Option<FailureTable>,
    /// The share of attempts that end without an answer. Default 0.
    #[serde(default)]
    pub flaky: Share,
    /// What the nodes do with the work they are given. Default `honest`.
    #[serde(default)]
    pub conduct: Option<ConductTable>,
    /// How the stakes of the group are drawn from their law. Default `iid` (assumed).
    #[serde(default)]
    pub sampled: Sampling,
    /// γ: `slots` is the mean, and each has slots in proportion to stake to the power of γ, rounded, at least one. From 0 to 1. Default 0:
    /// all have as many (assumed).
    #[serde(default)]
    pub capacity_by_stake: Share,
    /// The series that the costs of the group follow: `cost` times its value. Default none: costs stay.
    #[serde(default)]
    pub cost_follows: Option<String>,
    /// What the nodes of the group run, which a shock may revoke. Default the name of the group.
    #[serde(default)]
    pub image: Option<String>,
    /// How many more there are that are not there at the start, and may come. Default 0.
    #[serde(default)]
    pub dormant: u32,
    /// Whether they come and go by what they earn. Default: they stay.
    #[serde(default)]
    pub participation: Option<ParticipationTable>,
}

/// Who owns the nodes of a group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OwnerName {
    /// Each node has its own operator.
    #[default]
    Each,
    /// One operator owns them all.
    Group,
}

/// Who is served next, and how the node divides itself.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct DisciplineTable {
    /// The discipline. Default `fifo`.
    #[serde(default)]
    pub rule: Discipline,
    /// With `priority`: whether a job of higher priority puts one in service aside. Default false.
    #[serde(default)]
    pub preemptive: bool,
    /// With `batch`: the most jobs in a batch. Default unbounded.
    #[serde(default)]
    pub batch_max: Limit,
    /// With `batch`: what a batch takes beyond the work of its jobs. Default 0.
    #[serde(default)]
    pub batch_setup: SimDuration,
}

/// How nodes fail and come back.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct FailureTable {
    /// Time from a repair to the next failure, idle or not.
    pub up: Law<SimDuration>,
    /// Time from a failure to its repair.
    pub down: Law<SimDuration>,
    /// What becomes of the jobs at a node that fails. Default `lose`.
    #[serde(default)]
    pub jobs: Interruption,
}

/// A number, or no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Limit {
    /// At most so many.
    AtMost(u32),
    /// Any number.
    #[default]
    Unbounded,
}

impl Limit {
    /// What may be written, in words.
    pub const EXPECTED: &str = "a whole number, 0 or more, or `\"unbounded\"`";

    /// The number, with "no limit" as the largest there is.
    pub fn get(self) -> u32 {
        match self {
            Limit::AtMost(number) => number,
            Limit::Unbounded => u32::MAX,
        }
    }

    fn one() -> Limit {
        Limit::AtMost(1)
    }
}

impl Serialize for Limit {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Limit::AtMost(number) => serializer.serialize_u32(*number),
            Limit::Unbounded => serializer.serialize_str("unbounded"),
        }
    }
}

impl<'de> Deserialize<'de> for Limit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Limit, D::Error> {
        struct OneOfTwo;
        impl Visitor<'_> for OneOfTwo {
            type Value = Limit;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(Limit::EXPECTED)
            }
            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Limit, E> {
                let fits =
                    u32::try_from(number).map_err(|_| E::invalid_value(de::Unexpected::Signed(number), &self))?;
                Ok(Limit::AtMost(fits))
            }
            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Limit, E> {
                let fits =
                    u32::try_from(number).map_err(|_| E::invalid_value(de::Unexpected::Unsigned(number), &self))?;
                Ok(Limit::AtMost(fits))
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Limit, E> {
                match text {
                    "unbounded" => Ok(Limit::Unbounded),
                    _ => Err(E::invalid_value(de::Unexpected::Str(text), &self)),
                }
            }
        }
        deserializer.deserialize_any(OneOfTwo)
    }
}

impl JsonSchema for Limit {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Limit".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "oneOf": [{ "type": "integer", "minimum": 0, "maximum": 4294967295u32 }, { "const": "unbounded" }],
            "description": "a whole number, or \"unbounded\""
        })
    }
}
