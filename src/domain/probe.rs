//! Probes: requests that are quoted now and then and never placed (model §16).

use super::fate::Cause;
use super::ids::{ClassId, MethodId, PartyId, RequesterId, SourceId};
use super::job::Arrival;
use super::money::Money;
use super::record::JobKey;
use super::work::Work;

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
}

impl FullPrice {
    /// Price and cost of the delay of each channel, in micro-credits.
    pub fn by_channel(&self) -> [f64; 3] {
        [0, 1, 2].map(|channel| self.prices[channel].0 as f64 + self.lost[channel])
    }
}
