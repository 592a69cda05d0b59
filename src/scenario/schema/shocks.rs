//! What befalls the market from outside.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::defaults;
use crate::domain::service::RevokedWork;
use crate::domain::share::{Factor, Rate, Share};
use crate::engine::time::SimDuration;

/// An event from outside the market, at an instant or by chance. No quote expects it.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ShockTable {
    /// What it is called; its draws go by the name. Default `shock-1`, `shock-2`, … by its place.
    #[serde(default)]
    pub name: Option<String>,
    /// When it begins, counted from the start of the run. Default when the scenario begins to hold: at the start, or where an amendment
    /// or a branch brings the shock.
    #[serde(default)]
    pub at: Option<SimDuration>,
    /// How often it begins while it is not under way, such as `"1/30d"`: the gaps from its end to its next beginning are exponential.
    /// Instead of `at`.
    #[serde(default)]
    pub hazard: Option<Rate>,
    /// How long it lasts. Default for good.
    #[serde(default, rename = "for")]
    pub lasts: Option<SimDuration>,
    /// Parties that go down together and come back together.
    #[serde(default)]
    pub outage: Option<OutageTable>,
    /// More jobs than otherwise, or fewer.
    #[serde(default)]
    pub surge: Option<SurgeTable>,
    /// Parties that lose a part of their stakes.
    #[serde(default)]
    pub stake: Option<StakeLossTable>,
    /// Parties whose costs are others while it lasts.
    #[serde(default)]
    pub cost: Option<CostStepTable>,
    /// The vendor that is broken while it lasts: all checks that it guards approve whatever they see.
    #[serde(default)]
    pub vendor: Option<String>,
    /// Nodes that are taken off the lists together, because what they run is trusted no more.
    #[serde(default)]
    pub image: Option<RevocationTable>,
    /// Parties that are away and come together, whether it pays or not. They leave by the rule of their group alone.
    #[serde(default)]
    pub entry: Option<EntryTable>,
}

/// Parties of groups that come and go, of those that are away when it begins. They come with their stakes.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct EntryTable {
    /// A group of nodes.
    #[serde(default)]
    pub nodes: Option<String>,
    /// A group of validators; also beside `nodes`.
    #[serde(default)]
    pub validators: Option<String>,
    /// A group of provers; also beside the others.
    #[serde(default)]
    pub provers: Option<String>,
    /// How many of all that are away, rounded to whole parties; they are drawn when it begins. Default 1.
    #[serde(default = "defaults::all")]
    pub share: Share,
}

/// Parties whose costs are others while it lasts.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct CostStepTable {
    /// A group of nodes.
    #[serde(default)]
    pub nodes: Option<String>,
    /// A group of validators; also beside `nodes`.
    #[serde(default)]
    pub validators: Option<String>,
    /// A group of provers; also beside the others.
    #[serde(default)]
    pub provers: Option<String>,
    /// How many times as much a busy second costs them.
    pub factor: Factor,
}

/// Nodes that run one image are taken off the lists together. They keep working.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RevocationTable {
    /// The image, as `nodes[].image` names it.
    pub name: String,
    /// How many of its nodes, rounded to whole nodes; they are drawn each time it begins. Default 1.
    #[serde(default = "defaults::all")]
    pub share: Share,
    /// What becomes of the work that they have. Default `finishes`.
    #[serde(default)]
    pub work: RevokedWork,
    /// When it ends, the nodes are listed again one by one in the order of their numbers, so long after one another. Default `"0"`: all
    /// at once.
    #[serde(default)]
    pub relist: SimDuration,
}

/// Parties that lose a part of their stakes when it begins. What is lost is burnt: its end brings nothing back.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct StakeLossTable {
    /// A group of nodes.
    #[serde(default)]
    pub nodes: Option<String>,
    /// A group of validators; also beside `nodes`.
    #[serde(default)]
    pub validators: Option<String>,
    /// A group of provers; also beside the others.
    #[serde(default)]
    pub provers: Option<String>,
    /// What is left of each stake.
    pub factor: Share,
}

/// More jobs than otherwise, or fewer. The jobs that a source asks for by itself stay the same jobs.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SurgeTable {
    /// The source. Default all of them.
    #[serde(default)]
    pub source: Option<String>,
    /// How many times as many jobs. Above 1 it needs arrivals without memory: `poisson` or `day`.
    pub factor: Factor,
}

/// Parties that go down together and come back together. Their work goes as with a failure of their own.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct OutageTable {
    /// A group of nodes.
    #[serde(default)]
    pub nodes: Option<String>,
    /// A group of validators; also beside `nodes`, as one cause for both.
    #[serde(default)]
    pub validators: Option<String>,
    /// A group of provers; also beside the others, as one cause for all.
    #[serde(default)]
    pub provers: Option<String>,
    /// All parties in a region, instead of groups.
    #[serde(default)]
    pub region: Option<String>,
    /// How many of all these, rounded to whole parties; they are drawn each time it begins. Default 1.
    #[serde(default = "defaults::all")]
    pub share: Share,
}
