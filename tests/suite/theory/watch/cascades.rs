//! How many results come to nothing with each that comes to nothing by itself.

use std::collections::{BTreeMap, BTreeSet};

use reliance::domain::ancestry::{Ending, ResultRecord};
use reliance::domain::record::JobKey;
use reliance::engine::time::{SimDuration, Time};

/// The sizes of cascades whose origin was asked for long enough before the end that all its descendants were, too.
#[derive(Clone, Debug, Default)]
pub struct Cascades {
    from: Time,
    to: Time,
    sizes: BTreeMap<JobKey, u64>,
    counted: BTreeSet<JobKey>,
}

impl Cascades {
    /// Those of origins asked for from `from` on, and so many seconds before `to`.
    pub fn new(from: Time, to: Time, margin: f64) -> Cascades {
        let to = Time(to.0.saturating_sub(SimDuration::from_seconds(margin).0));
        Cascades { from, to, ..Cascades::default() }
    }

    /// The standing of a result has ended.
    pub fn note(&mut self, record: &ResultRecord) {
        let Some(origin) = record.origin else { return };
        *self.sizes.entry(origin).or_insert(0) += 1;
        if record.ending == Ending::Own && self.from <= record.asked && record.asked < self.to {
            self.counted.insert(record.key);
        }
    }

    /// The size of each.
    pub fn sizes(&self) -> impl Iterator<Item = u64> + '_ {
        self.counted.iter().map(|origin| self.sizes[origin])
    }
}
