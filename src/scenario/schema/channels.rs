//! What is charged in the three channels, and when it is paid out.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::defaults;
use crate::domain::money::{Money, Rounding};
use crate::domain::payment::{Asks, Costs, PayoutAt};
use crate::domain::price::Price;
use crate::domain::share::{Factor, Share};
use crate::engine::law::Law;
use crate::engine::time::SimDuration;
use crate::policy::pricing::{PricingTable, Watch};

/// The three price channels.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ChannelsTable {
    /// The price of a GPU-second of the reference card. Default a list price of 0.
    #[serde(default = "defaults::free")]
    pub compute: PricingTable,
    /// The price of a checker's GPU-second. Default a list price of 0.
    #[serde(default = "defaults::free")]
    pub verification: PricingTable,
    /// The price of a unit of gas. Default a list price of 0.
    #[serde(default = "defaults::free")]
    pub coordination: PricingTable,
    /// How price × work becomes micro-credits. Default `nearest-even`.
    #[serde(default)]
    pub rounding: Rounding,
    /// How a price that moves becomes a whole number of ticks. Default `nearest-even`.
    #[serde(default)]
    pub price_rounding: Rounding,
    /// How often the prices of computing and of verification may move; that of coordination moves with each block.
    /// Default `"1min"` (assumed).
    #[serde(default = "defaults::minute")]
    pub interval: SimDuration,
    /// The share of their capacity that computing and verification are meant to use. Default 0.5 (assumed).
    #[serde(default = "defaults::half")]
    pub target: Share,
    /// What each channel sees of the others' excess demand, in the order compute, coordination, verification; ones on the
    /// diagonal. Default each its own alone.
    #[serde(default)]
    pub coupling: Option<[[f64; 3]; 3]>,
    /// Credits per token. Default 1 (assumed).
    #[serde(default = "defaults::one_credit")]
    pub token: Money,
    /// What the rules of computing and of verification go by. Default `load`.
    #[serde(default)]
    pub watch: Watch,
    /// With `watch` of `queue` or `both`: how long each slot is meant to be busy with the work that waits, on the reference card. Above 0.
    #[serde(default)]
    pub backlog: Option<SimDuration>,
    /// By model: the rule of a GPU-second of this model, in the place of `compute`. It sees the use of the model alone. Default none.
    #[serde(default)]
    pub models: IndexMap<String, PricingTable>,
    /// The smallest step of a price, in credits: prices are whole ticks. Above 0. Default one micro-credit (assumed).
    #[serde(default = "defaults::micro")]
    pub tick: Price,
    /// What a validator asks for a look. Default `channel`.
    #[serde(default)]
    pub asks: Asks,
    /// With `asks = "own"`: at a backlog of so long a validator asks twice the price of the channel, in a straight line. Above 0.
    #[serde(default)]
    pub asks_twice_at: Option<SimDuration>,
    /// With `asks = "own"`: how many times the price of the channel a validator asks at most. From 1 to 1000. Default 4 (assumed).
    #[serde(default)]
    pub asks_most: Option<Factor>,
    /// The series that what a token is worth follows: `token` times its value. Default none: a token is always worth the same.
    #[serde(default)]
    pub token_follows: Option<String>,
}

/// The chain that coordinates the market: gas in blocks.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct CoordinationTable {
    /// Gas of each placement, beside that of its checks. Default 0.
    #[serde(default)]
    pub gas: u64,
    /// The time between two blocks. Default `"2s"` (assumed).
    #[serde(default = "defaults::two_seconds")]
    pub block: SimDuration,
    /// The gas a block is meant to use. Default 15 000 000 (as on Ethereum after its London upgrade).
    #[serde(default = "defaults::block_target")]
    pub target: u64,
    /// The most gas in a block, relative to the target. Default 2 (as on Ethereum after its London upgrade).
    #[serde(default = "defaults::two_factor")]
    pub limit: Factor,
    /// Whether a request goes out only when its placement is in a block. Default true.
    #[serde(default = "defaults::yes")]
    pub blocking: bool,
    /// What a requester adds per unit of gas, to be taken up before others. Default 0.
    #[serde(default)]
    pub tip: Option<Law<Price>>,
    /// Gas that others use, block by block: a file with one row per block, taken up before the market's own.
    #[serde(default)]
    pub background: Option<BackgroundTable>,
}

/// A recorded series of block usage.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct BackgroundTable {
    /// The file, one row per block in their order.
    pub file: String,
    /// The column with the gas used.
    pub used: String,
    /// The column with the gas limit of each block; its target is that divided by `coordination.limit`. Default: every block has
    /// the `coordination.target`.
    #[serde(default)]
    pub limit: Option<String>,
}

/// When nodes are paid.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PayoutTable {
    /// The instant from which a node may be paid. Default `acceptance`.
    #[serde(default)]
    pub at: PayoutAt,
    /// Whether payments are gathered. Default: each is paid alone.
    #[serde(default)]
    pub batch: Option<PayoutBatchTable>,
    /// What becomes of the costs of being busy, `nodes[].cost`. Default `noted`.
    #[serde(default)]
    pub costs: Costs,
}

/// Payments that are gathered and made together, one batch after the other.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PayoutBatchTable {
    /// A batch of so many payments is closed.
    pub count: u32,
    /// A batch is closed when no payment has joined it for so long.
    pub idle: SimDuration,
    /// A batch is closed when its first payment has waited so long.
    pub age: SimDuration,
    /// How long the settler takes for a batch; it settles one after the other. Default 0.
    #[serde(default)]
    pub time: SimDuration,
}

impl Default for ChannelsTable {
    fn default() -> Self {
        ChannelsTable {
            compute: defaults::free(),
            verification: defaults::free(),
            coordination: defaults::free(),
            rounding: Rounding::default(),
            price_rounding: Rounding::default(),
            interval: defaults::minute(),
            target: defaults::half(),
            coupling: None,
            token: defaults::one_credit(),
            watch: Watch::default(),
            backlog: None,
            models: IndexMap::new(),
            tick: defaults::micro(),
            asks: Asks::default(),
            asks_twice_at: None,
            asks_most: None,
            token_follows: None,
        }
    }
}

impl Default for CoordinationTable {
    fn default() -> Self {
        CoordinationTable {
            gas: 0,
            block: defaults::two_seconds(),
            target: defaults::block_target(),
            limit: defaults::two_factor(),
            blocking: true,
            tip: None,
            background: None,
        }
    }
}
