//! Twins of a market (model §15): the same jobs in a market with one thing taken away.
//!
//! - `frozen`: prices and loads are held at their means. No price moves, no node fails, no job waits for another: each job waits as
//!   long as jobs did on the average at its kind of node, and is slowed down as they were.
//! - `rest`: the same without any load. Nobody waits, and prices are those of the start: what a formula without events says.
//! - `stationary`: the market itself, but each job comes at an instant of its own that is uniform over the time of asking. So the
//!   shape of the day and its bursts are gone, and chance is left.

use std::sync::Arc;

use super::Scenario;
use super::model::Slowdown;
use crate::domain::ids::{IdVec, SourceId};
use crate::domain::job::Arrival;
use crate::domain::price::Price;
use crate::domain::purpose::{DrawIndex, Purpose, draw};
use crate::domain::record::JobKey;
use crate::domain::service::Discipline;
use crate::engine::random::{RandomSource, Seed, Stream};
use crate::engine::time::{SimDuration, Time};
use crate::policy::pricing::Pricing;
use crate::record::means::{GroupMeans, Means};

/// Which market of a scenario is run.
#[derive(Clone, Debug)]
pub enum Twin {
    /// The market as it moves.
    None,
    /// Its frozen twin, which is still to be made: it needs the means of a run of the market.
    Frozen,
    /// Its twin at rest, which is still to be made.
    Rest,
    /// Its stationary twin, which is still to be made: it needs the seed.
    Stationary,
    /// Its frozen twin or that at rest, held at these means.
    Held(Arc<Means>),
    /// Its stationary twin, with these arrivals.
    Shuffled(Arc<Shuffled>),
}

impl Twin {
    /// Whether it is a twin that is still to be made.
    pub fn is_to_be_made(&self) -> bool {
        matches!(self, Twin::Frozen | Twin::Rest | Twin::Stationary)
    }
}

/// The jobs of each source in the order of their new instants, each with its number among the jobs as they came.
#[derive(Clone, Debug, PartialEq)]
pub struct Shuffled(IdVec<SourceId, Vec<(u64, Arrival)>>);

impl Shuffled {
    /// The job that comes after so many others of its source, with its number; `None` if there are no more.
    #[inline]
    pub fn get(&self, source: SourceId, place: u64) -> Option<(u64, Arrival)> {
        self.0[source].get(place as usize).copied()
    }
}

impl Scenario {
    /// The market as it moves; not that of a twin that has been made, which has forgotten how it moved.
    pub fn moving(&self) -> Scenario {
        let is_made = matches!(self.twin, Twin::Held(_) | Twin::Shuffled(_));
        assert!(!is_made, "a twin that has been made moves no more");
        Scenario { twin: Twin::None, ..self.clone() }
    }

    /// The twin of this market at rest: at the prices of the start, nobody waits and nothing is slowed down.
    pub fn at_rest(&self) -> Scenario {
        self.frozen(Arc::new(self.means_at_rest()))
    }

    /// What a market without any load would be like on the average.
    pub fn means_at_rest(&self) -> Means {
        let first = |rule: &Pricing| rule.price(&rule.opened(self.channels.tick), Time::ZERO);
        let prices = self.channels.pricing.each_ref().map(first);
        let models = self.channels.models.rules.iter().map(|model| first(&model.rule)).collect();
        let rest = GroupMeans { wait: SimDuration::ZERO, slowdown: 1.0 };
        Means { prices, models, groups: self.groups.iter().map(|_| rest).collect() }
    }

    /// The stationary twin of this market: each job that it asks for with this seed, at an instant of its own.
    pub fn stationary(&self, seed: Seed) -> Scenario {
        let ends = self.asking_ends;
        let shuffled = self.sources.pairs().map(|(source, written)| {
            let mut stream = Stream::new(seed, Purpose::Arrivals as u32, source.0 as u64);
            let mut memory = written.arrivals.memory();
            let come = std::iter::from_fn(|| written.arrivals.next(&mut memory, &mut stream));
            let mut jobs: Vec<(u64, Arrival)> = (0..).zip(come.take_while(|arrival| arrival.at < ends)).collect();
            for (index, arrival) in &mut jobs {
                let way = draw(seed, Purpose::Shuffle, JobKey { source, index: *index }, DrawIndex::ONCE).unit();
                arrival.at = Time(((ends.0 as f64 * way) as u64).min(ends.0 - 1));
            }
            jobs.sort_unstable_by_key(|(index, arrival)| (arrival.at, *index));
            jobs
        });
        Scenario { twin: Twin::Shuffled(Arc::new(Shuffled(shuffled.collect()))), ..self.moving() }
    }

    /// The frozen twin of this market, held at these means; they are of as many groups as the market has.
    pub fn frozen(&self, means: Arc<Means>) -> Scenario {
        let mut twin = self.moving();
        let held = |price: Option<Price>| Pricing::held(price.unwrap_or_default().down_to(self.channels.tick));
        for (pricing, price) in twin.channels.pricing.iter_mut().zip(means.prices) {
            *pricing = held(price);
        }
        for (model, price) in twin.channels.models.rules.iter_mut().zip(&means.models) {
            model.rule = held(*price);
        }
        twin.channels.moves = false;
        // What is asked for stays; nothing goes down.
        twin.shocks.iter_mut().for_each(|shock| (shock.outage, shock.image, shock.entry) = (None, None, None));
        twin.shocks.retain(|shock| {
            shock.surge.is_some() || shock.stake.is_some() || shock.cost.is_some() || shock.vendor.is_some()
        });
        twin.series = twin.series.iter().map(|series| series.held()).collect();
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
            group.participation = None;
            group.memory_gb = None;
            group.preemptive = false;
            group.discipline = Discipline::Fifo;
            group.slowdown = Slowdown::None;
            group.pace = 1.0 / means.slowdown;
            // A check is no transaction: it waits for no block.
            group.hold = means.wait + if group.kind.only_checks() { SimDuration::ZERO } else { inclusion };
        }
        twin.twin = Twin::Held(means);
        twin
    }
}
