//! Twins of a market, and the frozen one (model §15.1): the same jobs in a market whose prices and loads are held at their means.
//!
//! No price moves, no node fails, no job waits for another: each job waits as long as jobs did on the average at its kind
//! of node, and is slowed down as they were. A job that is used in the twin alone is lost to instability.

use std::sync::Arc;

use super::Scenario;
use super::model::Slowdown;
use crate::domain::service::Discipline;
use crate::engine::time::SimDuration;
use crate::policy::pricing::Pricing;
use crate::record::means::Means;

/// Which market of a scenario is run.
#[derive(Clone, Debug)]
pub enum Twin {
    /// The market as it moves.
    None,
    /// Its frozen twin, which is still to be made: it needs the means of a run of the market.
    Frozen,
    /// Its frozen twin, held at these means.
    Held(Arc<Means>),
}

impl Scenario {
    /// The market as it moves; not that of a twin that has been made, which has forgotten how it moved.
    pub fn moving(&self) -> Scenario {
        assert!(!matches!(self.twin, Twin::Held(_)), "a twin that has been made moves no more");
        Scenario { twin: Twin::None, ..self.clone() }
    }

    /// The frozen twin of this market, held at these means; they are of as many groups as the market has.
    pub fn frozen(&self, means: Arc<Means>) -> Scenario {
        let mut twin = self.moving();
        for (pricing, price) in twin.channels.pricing.iter_mut().zip(means.prices) {
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
        for (id, means) in means.groups.pairs() {
            let group = &mut twin.groups[id];
            group.slots = u32::MAX;
            group.places = u32::MAX;
            group.failure = None;
            group.memory_gb = None;
            group.preemptive = false;
            group.discipline = Discipline::Fifo;
            group.slowdown = Slowdown::None;
            group.pace = 1.0 / means.slowdown;
            group.hold = means.wait + inclusion;
        }
        twin.twin = Twin::Held(means);
        twin
    }
}
