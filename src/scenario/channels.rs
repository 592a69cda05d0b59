//! The price channels, the chain and the payout as the market uses them.

use super::verification::Check;
use crate::domain::checking::Checker;
use crate::domain::ids::{IdVec, ModelId};
use crate::domain::money::{Money, Rounding};
use crate::domain::payment::{Costs, PayoutAt};
use crate::domain::price::Price;
use crate::engine::law::Sampler;
use crate::engine::time::SimDuration;
use crate::maths;
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
    /// How a moving price becomes ticks.
    pub price_rounding: Rounding,
    /// The smallest step of a price, above zero.
    pub tick: Price,
    /// How often the prices of computing and verification may move.
    pub interval: SimDuration,
    /// The share of their capacity that they are meant to use.
    pub target: f64,
    /// What each channel sees of the others' excess demand; `None`: nothing.
    pub coupling: Option<[[f64; 3]; 3]>,
    /// Credits per token, where it follows no series.
    pub token: Money,
    /// The series that multiplies it; `None`: a token is always worth the same.
    pub token_follows: Option<u16>,
    /// Whether the prices of computing and of verification can move at all.
    pub moves: bool,
    /// What their rules go by.
    pub watch: Watch,
    /// How long each slot is meant to be busy with the work that waits; 0 where no queue is watched.
    pub backlog: SimDuration,
    /// The models with a price of computing of their own.
    pub models: ModelPrices,
    /// How the prices of validators rise with their backlogs, where each asks its own.
    pub asks: Option<OwnAsks>,
}

/// What validators ask, and how it rises with their backlogs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OwnAsks {
    /// Nanoseconds of backlog at which one asks twice what it asks without; infinite where that does not matter.
    pub twice_at: f64,
    /// How many times that it is at most.
    pub most: f64,
    /// The lowest and the highest that any may ask, relative to the price of the channel.
    pub range: [f64; 2],
}

impl OwnAsks {
    /// What a validator with so many nanoseconds of work ahead asks, relative to what it asks without.
    pub fn at(&self, backlog: f64) -> f64 {
        (1.0 + backlog / self.twice_at).min(self.most)
    }

    /// In which of so many parts of the range, equal in proportion, an ask is.
    ///
    /// A call of its own: inlined, its logarithms are taken ahead of the loop that asks for it, whether or not it does.
    #[inline(never)]
    pub fn level(&self, ask: f64, levels: u8) -> u8 {
        let [low, high] = self.range.map(maths::ln);
        let part = (maths::ln(ask) - low) / (high - low).max(f64::MIN_POSITIVE);
        ((part * f64::from(levels)).max(0.0) as u8).min(levels - 1)
    }
}

impl Channels {
    /// So many times a price, to the nearest tick. Once is the price itself.
    pub fn times(&self, price: Price, factor: f64) -> Price {
        if factor == 1.0 { price } else { Price::nearest(price.micro() * factor, self.tick).min(Price::MOST) }
    }

    /// How the price of those rises that do a check; `None` where they take the price of the channel.
    #[inline]
    pub fn asks_of(&self, check: &Check) -> Option<OwnAsks> {
        self.asks.filter(|_| check.by == Checker::Validators)
    }
}

/// The models with a price of computing of their own, and all others, which have that of the channel.
///
/// *Shares* are the parts of computing that have a price each: number 0 is that of the channel, those of the models follow.
#[derive(Clone, Debug, Default)]
pub struct ModelPrices {
    /// By model its share; empty where no model has a price of its own.
    pub shares: IdVec<ModelId, u8>,
    /// Which models each share has, one bit each; empty where there is one share.
    pub served: Vec<u64>,
    /// The rules of the models' shares, in their order.
    pub rules: Vec<ModelPrice>,
}

/// A model with a price of its own.
#[derive(Clone, Debug)]
pub struct ModelPrice {
    /// Its name.
    pub name: String,
    /// The place of its name among those of all models in alphabetical order.
    pub rank: u16,
    /// Its rule.
    pub rule: Pricing,
}

impl ModelPrices {
    /// The share of computing that a model belongs to.
    #[inline]
    pub fn share(&self, model: ModelId) -> usize {
        if self.rules.is_empty() { 0 } else { usize::from(self.shares[model]) }
    }

    /// The shares that have a model among those of these bits.
    pub fn among(&self, models: u64) -> impl Iterator<Item = usize> {
        self.served.iter().enumerate().filter(move |(_, served)| **served & models != 0).map(|(share, _)| share)
    }
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
