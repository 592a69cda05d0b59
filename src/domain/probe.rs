//! Probes: requests that are quoted now and then and never placed (model §16).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::fate::{Cause, named};
use super::ids::{ClassId, MethodId, PartyId, RequesterId, SourceId};
use super::job::Arrival;
use super::money::Money;
use super::record::JobKey;
use super::work::Work;

named! {
    /// What may end a decision of a probe.
    Ending {
        /// Keeping it would cost more than 5 % of its full price against the best on offer.
        Near = "near",
        /// Keeping it would cost more than 20 % of its full price against the best on offer.
        Far = "far",
        /// Another node or method would be taken, or none.
        Choice = "choice",
    }
}

named! {
    /// What ended a decision of a probe.
    Change {
        /// Prices alone.
        Prices = "prices",
        /// Delays alone: queues, blocks and checks.
        Queues = "queues",
        /// What is believed of parties alone.
        Opinions = "opinions",
        /// Which nodes offer, and with which methods, alone.
        Supply = "supply",
        /// More than one of them alone.
        Several = "several",
        /// None of them alone.
        Joint = "joint",
    }
}

/// Where the numbers of probes begin, counted down: no job of a source has them.
const LAST: u64 = u64::MAX;

/// A request that stays the same whenever it is quoted. What the market has learnt of its class may change what it is expected to be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Probe {
    /// What its draws are keyed by, among them the nodes it asks.
    pub key: JobKey,
    /// Its class.
    pub class: ClassId,
    /// The group of requesters that asks.
    pub requester: RequesterId,
    /// What its source says of it.
    pub arrival: Arrival,
    /// Where it is in the laws of its class, from 0 to 1: of its value, of its work or input, and of its output.
    pub units: [f64; 3],
}

/// What a probe was quoted at one instant.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ProbeQuote {
    /// Its place among the probes.
    pub place: u32,
    /// Its class.
    pub class: ClassId,
    /// The group of requesters that asks.
    pub requester: RequesterId,
    /// What a right answer is worth.
    pub value: Money,
    /// The work that is expected of it, on the reference card.
    pub expected: Work,
    /// Why it would be declined; `None` if it would be placed.
    pub cause: Option<Cause>,
    /// What would be taken; of a probe that would be declined, what leaves the most. `None` without any offer.
    pub best: Option<FullPrice>,
}

/// One offer with one method, as a probe sees it: what it takes off the value, in micro-credits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ProbeOption {
    /// The node.
    pub node: PartyId,
    /// The method.
    pub method: MethodId,
    /// The prices of all channels, what delays take off, and what doubt of the answer takes off, in this order.
    pub parts: [f64; 3],
}

/// What an offer with a method costs by channel: computing, coordination and verification, in this order.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FullPrice {
    /// The node.
    pub node: PartyId,
    /// The method.
    pub method: MethodId,
    /// Prices, as expected.
    pub prices: [Money; 3],
    /// Nanoseconds that the channel takes until the answer would be used, as expected.
    pub delays: [f64; 3],
    /// What this delay by itself would take off the value, in micro-credits.
    pub lost: [f64; 3],
}

impl Probe {
    /// The key of the probe at this place, of a source.
    pub fn key_of(source: SourceId, place: usize) -> JobKey {
        JobKey { source, index: LAST - place as u64 }
    }

    /// The same request with other draws, so that other nodes are asked; `count` is the number of all probes.
    pub fn draw_anew(&mut self, count: usize) {
        self.key.index -= count as u64;
    }
}

impl ProbeOption {
    /// Which node and which method: options of one instant are in this order.
    pub fn key(&self) -> (PartyId, MethodId) {
        (self.node, self.method)
    }

    /// Prices and what delays take off.
    pub fn full(&self) -> f64 {
        self.parts[0] + self.parts[1]
    }

    /// What is taken off the value in all: infinite where the answer would come too late.
    pub fn total(&self) -> f64 {
        self.parts.iter().sum()
    }
}

impl FullPrice {
    /// Price and cost of the delay of each channel, in micro-credits.
    pub fn by_channel(&self) -> [f64; 3] {
        [0, 1, 2].map(|channel| self.prices[channel].0 as f64 + self.lost[channel])
    }
}
