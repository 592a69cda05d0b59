//! The price channels, the chain and the payout as the market uses them.

use crate::domain::money::{Money, Rounding};
use crate::domain::payment::{Costs, PayoutAt};
use crate::engine::law::Sampler;
use crate::engine::time::SimDuration;
use crate::policy::pricing::{Pricing, Watch};

/// The channels, in the order of the coupling.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[repr(u8)]
pub enum Channel {
    /// A GPU-second.
    Compute,
    /// A unit of gas.
    Coordination,
    /// A checker's GPU-second.
    Verification,
}

impl Channel {
    /// All of them.
    pub const ALL: [Channel; 3] = [Channel::Compute, Channel::Coordination, Channel::Verification];

    /// The name, as scenarios write it.
    pub fn name(self) -> &'static str {
        ["compute", "coordination", "verification"][self as usize]
    }
}

/// What is charged.
#[derive(Clone, Debug)]
pub struct Channels {
    /// The rule of each channel.
    pub pricing: [Pricing; 3],
    /// How price × work becomes micro-credits.
    pub rounding: Rounding,
    /// How a moving price becomes micro-credits.
    pub price_rounding: Rounding,
    /// How often the prices of computing and verification may move.
    pub interval: SimDuration,
    /// The share of their capacity that they are meant to use.
    pub target: f64,
    /// What each channel sees of the others' excess demand; `None`: nothing.
    pub coupling: Option<[[f64; 3]; 3]>,
    /// Credits per token.
    pub token: Money,
    /// Whether the prices of computing and of verification can move at all.
    pub moves: bool,
    /// What their rules go by.
    pub watch: Watch,
    /// How long each slot is meant to be busy with the work that waits; 0 where no queue is watched.
    pub backlog: SimDuration,
}

/// The chain.
#[derive(Clone, Debug)]
pub struct Chain {
    /// Gas of each placement.
    pub gas: u64,
    /// The time between two blocks.
    pub block: SimDuration,
    /// The gas a block is meant to use.
    pub target: u64,
    /// The most gas in a block.
    pub limit: u64,
    /// Whether a request waits for its placement to be in a block.
    pub blocking: bool,
    /// What is added per unit of gas, in micro-credits.
    pub tip: Option<Sampler>,
    /// Gas that others use, block by block.
    pub background: Vec<u64>,
    /// The target and the limit of each of these blocks, where they are recorded; empty where they are not.
    pub recorded: Vec<(u64, u64)>,
    /// Whether there are blocks at all.
    pub runs: bool,
}

impl Chain {
    /// The target and the limit of a block, the first being number 0.
    pub fn bounds(&self, block: u64) -> (u64, u64) {
        let recorded = usize::try_from(block).ok().and_then(|block| self.recorded.get(block));
        recorded.copied().unwrap_or((self.target, self.limit))
    }
}

/// When nodes are paid.
#[derive(Clone, Debug)]
pub struct Payout {
    /// From when on.
    pub at: PayoutAt,
    /// Whether payments are gathered.
    pub batch: Option<PayoutBatch>,
    /// Whether the costs of being busy are paid.
    pub costs: Costs,
}

/// Payments that are gathered and made together, one batch after the other.
#[derive(Clone, Debug)]
pub struct PayoutBatch {
    /// A batch of so many payments is closed.
    pub count: u32,
    /// A batch is closed when no payment has joined it for so long.
    pub idle: SimDuration,
    /// A batch is closed when its first payment has waited so long.
    pub age: SimDuration,
    /// How long the settler takes for a batch.
    pub time: SimDuration,
}
