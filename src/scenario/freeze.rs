//! The frozen twin of a market (model §15): the same jobs in a market whose prices and loads are held at their means.
//!
//! No price moves, no node fails, nobody waits for anybody else: every job waits as long as jobs did on the average at its kind
//! of node, and is slowed down as they were. What dies in the market and lives in its twin was killed by instability.

use super::Scenario;
use crate::domain::ids::{IdVec, NodeGroupId};
use crate::domain::price::Price;
use crate::engine::time::SimDuration;
use crate::policy::pricing::Pricing;
use crate::record::means::GroupMeans;

use super::schema::Discipline;

impl Scenario {
    /// The twin of this market that is held at these means.
    pub fn frozen(&self, prices: [Option<Price>; 3], groups: &IdVec<NodeGroupId, GroupMeans>) -> Scenario {
        let mut twin = Scenario { freeze: false, ..self.clone() };
        for (pricing, price) in twin.channels.pricing.iter_mut().zip(prices) {
            *pricing = Pricing::held(price.unwrap_or_default());
        }
        twin.channels.moves = false;
        twin.routing.quote_ttl = None;
        let inclusion = if twin.chain.runs && twin.chain.blocking {
            SimDuration(twin.chain.block.0 / 2)
        } else {
            SimDuration::ZERO
        };
        twin.chain.blocking = false;
        for (id, means) in groups.pairs() {
            let group = &mut twin.groups[id];
            group.slots = u32::MAX;
            group.places = u32::MAX;
            group.failure = None;
            group.memory_gb = None;
            group.preemptive = false;
            group.discipline = Discipline::Fifo;
            group.slowdown = super::model::Slowdown::None;
            group.pace = 1.0 / means.slowdown;
            group.hold = means.wait + inclusion;
        }
        twin
    }
}
