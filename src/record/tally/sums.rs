//! What a summary says: sums over its classes, and means over its time.

use std::ops::AddAssign;

use super::Summary;
use crate::domain::fate::{Cause, Fate};
use crate::domain::money::Money;
use crate::record::recorder::MarketGauge;

impl Summary {
    /// What is counted of each class is counted once, and added up here.
    pub(super) fn add_up(&mut self) {
        let classes = std::mem::take(&mut self.classes);
        for class in classes.iter() {
            self.jobs += class.jobs;
            add(&mut self.fates, &class.fates);
            add(&mut self.causes, &class.causes);
            add(&mut self.placeable_without, &class.placeable_without);
            self.placeable_with_none += class.placeable_with_none;
            self.killed_by_cost += class.killed_by_cost;
            self.used += class.used;
            self.used_wrong += class.used_wrong;
            add(&mut self.checks, &class.checks);
            self.attempts += class.attempts;
            self.work += class.work;
            self.value_asked += class.value_asked;
            self.value_final += class.value_final;
            self.delivered += class.delivered;
            self.harm += class.harm;
            self.charged += class.charged();
            add(&mut self.charged_by_channel, &class.charged_by_channel);
            self.shortfall += class.shortfall;
        }
        self.classes = classes;
    }

    /// Jobs with this fate.
    pub fn fate(&self, fate: Fate) -> u64 {
        self.fates[fate as usize]
    }

    /// Declined jobs with this cause.
    pub fn cause(&self, cause: Cause) -> u64 {
        self.causes[cause as usize]
    }

    /// The seconds over which levels were counted.
    pub fn seconds(&self) -> f64 {
        self.ended.since(self.from).seconds()
    }

    /// The mean of a level over the time counted, from its areas at both ends.
    pub fn mean_level(&self, area: impl Fn(&MarketGauge) -> u128) -> f64 {
        (area(&self.end) - area(&self.begin)) as f64 * 1e-9 / self.seconds()
    }

    /// The share of the nodes' time that they worked.
    pub fn up_share(&self) -> f64 {
        self.mean_level(|gauge| gauge.up_area) / self.nodes.count as f64
    }

    /// The share of the slots of working nodes that were in use; none where some have no number of slots.
    pub fn utilisation(&self) -> Option<f64> {
        self.in_use(|gauge| [gauge.in_use_area, gauge.capacity_area])
    }

    /// The same of validators and provers.
    pub fn checks_utilisation(&self) -> Option<f64> {
        self.in_use(|gauge| [gauge.checks_in_use_area, gauge.checks_capacity_area])
    }

    fn in_use(&self, areas: impl Fn(&MarketGauge) -> [u128; 2]) -> Option<f64> {
        let (begin, end) = (areas(&self.begin), areas(&self.end));
        (end[1] > begin[1]).then(|| (end[0] - begin[0]) as f64 / (end[1] - begin[1]) as f64)
    }

    /// Right answers that became final, per second.
    pub fn final_right_rate(&self) -> f64 {
        self.fate(Fate::FinalRight) as f64 / self.seconds()
    }

    /// What one micro-credit sum is in credits.
    pub fn credits(micro: i128) -> f64 {
        micro as f64 / crate::domain::money::MICRO as f64
    }

    /// The mean price paid per GPU-second of the answered jobs' work, in credits; `None` if there was none.
    pub fn price_per_second(&self) -> Option<f64> {
        (self.work > 0).then(|| Money(1).units() * self.charged as f64 / (self.work as f64 * 1e-9))
    }
}

fn add<T: Copy + AddAssign>(sums: &mut [T], parts: &[T]) {
    sums.iter_mut().zip(parts).for_each(|(sum, part)| *sum += *part);
}
