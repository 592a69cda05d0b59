//! The prices of the three channels, and what each saw in its last interval (model §11).

use serde::{Deserialize, Serialize};

use super::State;
use super::levels::{TimeWeightedCount, WaitingWork};
use crate::domain::ids::{ModelId, WorkSlot};
use crate::domain::price::Price;
use crate::engine::time::Time;
use crate::policy::pricing::PricingMemory;
use crate::scenario::Scenario;
use crate::scenario::channels::{Channel, Channels};

/// What one share of computing uses, and could; with what both were at the last close.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct Share {
    /// Its executions.
    pub used: TimeWeightedCount,
    /// The slots of nodes that are up and serve one of its models.
    pub capacity: TimeWeightedCount,
    /// Its work that waits; kept only where prices go by it.
    pub waiting: WaitingWork,
    seen: [u128; 3],
}

impl Share {
    /// The areas of use, of capacity and of waiting work since the last close, which is now.
    pub fn close(&mut self, now: Time) -> [u128; 3] {
        let areas = [self.used.area(now), self.capacity.area(now), self.waiting.area(now)];
        let before = std::mem::replace(&mut self.seen, areas);
        [0, 1, 2].map(|area| areas[area] - before[area])
    }
}

/// A model's own price.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OwnPrice {
    /// What its rule remembers.
    pub memory: PricingMemory,
    /// How many intervals it has closed.
    pub closed: u64,
}

/// The prices of the three channels.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Prices {
    /// What each rule remembers.
    pub memories: [PricingMemory; 3],
    /// The excess demand of each channel in its last interval: (used − target)/target.
    pub excess: [f64; 3],
    /// How many intervals each has closed.
    pub closed: [u64; 3],
    /// The areas of use, of capacity and of the work that waits at the last close, of computing and of verification.
    pub seen: [[u128; 3]; 3],
    /// The models' own prices, in the order of the scenario.
    pub models: Vec<OwnPrice>,
    /// The use of each share of computing that has a price; empty where there is one.
    pub shares: Vec<Share>,
    /// What a second of work on the reference card costs its suppliers now, by channel, on the average.
    pub costs: [Price; 3],
}

impl Prices {
    /// The prices at the start.
    pub fn open(channels: &Channels, costs: [Price; 3]) -> Prices {
        let memories = [0, 1, 2].map(|channel: usize| channels.pricing[channel].opened(channels.tick));
        let own = channels
            .models
            .rules
            .iter()
            .map(|model| OwnPrice { memory: model.rule.opened(channels.tick), closed: 0 })
            .collect();
        let shares = vec![Share::default(); channels.models.served.len()];
        Prices { memories, excess: [0.0; 3], closed: [0; 3], seen: [[0; 3]; 3], models: own, shares, costs }
    }

    /// The price of a GPU-second of a model; `None` while it is stopped.
    #[inline]
    pub fn of_model(&self, channels: &Channels, model: ModelId, now: Time) -> Option<Price> {
        match channels.models.share(model) {
            0 => self.at(channels, Channel::Compute, now),
            share => self.own(channels, share - 1, now),
        }
    }

    /// The own price of the model at this place of the scenario's list.
    pub fn own(&self, channels: &Channels, place: usize, now: Time) -> Option<Price> {
        channels.models.rules[place].rule.price(&self.models[place].memory, now)
    }

    /// The price per unit of a channel; `None` while it is stopped.
    #[inline]
    pub fn at(&self, channels: &Channels, channel: Channel, now: Time) -> Option<Price> {
        channels.pricing[channel as usize].price(&self.memories[channel as usize], now)
    }
}

impl State {
    /// The share of computing that an execution belongs to, where there are several.
    pub fn share_of(&mut self, scenario: &Scenario, slot: WorkSlot) -> &mut Share {
        let model = scenario.classes[self.jobs[slot].class].model;
        &mut self.prices.shares[scenario.channels.models.share(model)]
    }
}
