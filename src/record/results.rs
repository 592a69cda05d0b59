//! Used results summed up when their standing has ended: what is wrong through inputs, and what of it comes to light (model §16.3).

use std::collections::BTreeMap;

use crate::domain::ancestry::{Ending, ResultRecord};
use crate::domain::record::JobKey;
use crate::engine::time::Time;

/// Depths from here on are counted together.
pub const DEPTHS: usize = 64;

/// Used results of one depth.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OfDepth {
    /// How many.
    pub results: u64,
    /// Of which by their own computation wrong.
    pub own_wrong: u64,
    /// Of which an input has made wrong.
    pub inherited: u64,
    /// Of which wrong, by the one or the other.
    pub wrong: u64,
    /// Of the wrong ones: how many came to nothing.
    pub noticed: u64,
    /// Of all: how many came to nothing because of an input.
    pub recalled: u64,
}

/// Used results, summed up.
#[derive(Clone, Debug)]
pub struct Results {
    /// By depth; the last one holds all that are deeper.
    pub depths: [OfDepth; DEPTHS],
    /// Σ of depths.
    pub depth: u64,
    /// Σ of risks in ancestries, and of the silent parts.
    pub risk: [f64; 2],
    /// Σ of trust in results with their ancestries: on their own parties, and on those of their ancestors.
    pub trust: [f64; 2],
    /// Nanoseconds in which results were in use and examinable.
    pub examinable: u128,
    /// Results that came to nothing by themselves.
    pub origins: u64,
    /// Results that stand though an input of theirs came to nothing.
    pub hollow: u64,
    /// The most results that came to nothing in one instant through one of them, itself included.
    pub most: u64,
    /// Those of the present instant, by origin.
    falling: BTreeMap<JobKey, u64>,
    since: Time,
}

impl Default for Results {
    fn default() -> Results {
        Results {
            depths: [OfDepth::default(); DEPTHS],
            depth: 0,
            risk: [0.0; 2],
            trust: [0.0; 2],
            examinable: 0,
            origins: 0,
            hollow: 0,
            most: 0,
            falling: BTreeMap::new(),
            since: Time::ZERO,
        }
    }
}

impl Results {
    /// The standing of a used result has ended.
    pub fn note(&mut self, record: &ResultRecord) {
        let place = (record.depth as usize).min(DEPTHS - 1);
        let of_depth = &mut self.depths[place];
        of_depth.results += 1;
        of_depth.own_wrong += u64::from(record.own_wrong);
        of_depth.inherited += u64::from(record.inherited);
        of_depth.wrong += u64::from(record.is_wrong());
        of_depth.noticed += u64::from(record.is_wrong() && record.is_withdrawn());
        of_depth.recalled += u64::from(record.ending == Ending::Input);
        self.depth += u64::from(record.depth);
        self.risk[0] += record.risk.whole;
        self.risk[1] += record.risk.silent;
        if let Some(chain) = &record.chain {
            self.trust[0] += chain.own_trust;
            self.trust[1] += chain.inherited_trust;
        }
        self.examinable += u128::from(record.examinable().0);
        self.hollow += u64::from(record.hollow);
        self.origins += u64::from(record.ending == Ending::Own);
        if let Some(origin) = record.origin {
            if self.since != record.ended {
                self.falling.clear();
                self.since = record.ended;
            }
            let fallen = self.falling.entry(origin).or_insert(0);
            *fallen += 1;
            self.most = self.most.max(*fallen);
        }
    }

    /// A sum over all depths.
    pub fn all(&self, of: impl Fn(&OfDepth) -> u64) -> u64 {
        self.depths.iter().map(of).sum()
    }

    /// The share of one sum in another, over all depths.
    pub fn share(&self, of: impl Fn(&OfDepth) -> u64, among: impl Fn(&OfDepth) -> u64) -> Option<f64> {
        quotient(self.all(of) as f64, self.all(among) as f64)
    }

    /// A mean over all used results.
    pub fn mean(&self, sum: f64) -> Option<f64> {
        quotient(sum, self.all(|depth| depth.results) as f64)
    }

    /// The part of the risk in ancestries that no check could notice.
    pub fn silent_share(&self) -> Option<f64> {
        quotient(self.risk[1], self.risk[0])
    }

    /// The part of trust in results with their ancestries that rests on the parties of ancestors.
    pub fn inherited_trust(&self) -> Option<f64> {
        quotient(self.trust[1], self.trust[0] + self.trust[1])
    }

    /// The mean number of results that come to nothing with one that comes to nothing by itself, itself included.
    pub fn cascade_mean(&self) -> Option<f64> {
        quotient((self.origins + self.all(|depth| depth.recalled)) as f64, self.origins as f64)
    }
}

fn quotient(part: f64, whole: f64) -> Option<f64> {
    (whole > 0.0).then(|| part / whole)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ancestry::Risk;
    use crate::domain::fate::Fate;
    use crate::domain::reliance::ChainAccount;
    use crate::engine::time::SimDuration;

    fn key(index: u64) -> JobKey {
        JobKey { index, ..JobKey::default() }
    }

    fn result(index: u64, depth: u32, ending: Ending, origin: Option<u64>) -> ResultRecord {
        ResultRecord {
            key: key(index),
            class: Default::default(),
            method: Default::default(),
            asked: Time::ZERO,
            used: Time(10),
            ended: Time(30),
            fate: Fate::FinalRight,
            ending,
            origin: origin.map(key),
            inputs: depth.min(1),
            depth,
            ancestors: f64::from(depth) + 1.0,
            own_wrong: false,
            inherited: false,
            hollow: false,
            consumers: 0,
            risk: Risk { whole: 2.0, silent: 0.5 },
            chain: (depth == 1).then_some(ChainAccount {
                proof: 0.0,
                open_risk: 0.2,
                own_trust: 0.5,
                inherited_trust: 0.3,
            }),
            has_record: index == 0,
        }
    }

    // worked example: a wrong result takes two that consumed it with it, one right because it did not inherit; a third stands.
    #[test]
    fn a_cascade_by_hand() {
        let mut found = Results::default();
        found.note(&ResultRecord { own_wrong: true, ..result(0, 0, Ending::Own, Some(0)) });
        found.note(&ResultRecord { inherited: true, ..result(1, 1, Ending::Input, Some(0)) });
        found.note(&result(2, 1, Ending::Input, Some(0)));
        found.note(&ResultRecord { hollow: true, inherited: true, ..result(3, 100, Ending::Final, None) });
        found.note(&ResultRecord { ended: Time(31), ..result(4, 0, Ending::Own, Some(0)) });
        assert_eq!((found.most, found.origins, found.hollow), (3, 2, 1));
        assert_eq!(found.cascade_mean(), Some(2.0));
        assert_eq!(found.share(|depth| depth.inherited, |depth| depth.results), Some(0.4));
        assert_eq!(found.share(|depth| depth.noticed, |depth| depth.wrong), Some(2.0 / 3.0));
        assert_eq!(found.silent_share(), Some(0.25));
        assert!((found.inherited_trust().unwrap() - 0.375).abs() < 1e-15);
        assert_eq!(found.depths[DEPTHS - 1].results, 1, "what is deeper is counted with the deepest");
        assert_eq!((found.examinable, found.mean(found.depth as f64)), (20, Some(20.4)));
        assert_eq!(result(0, 0, Ending::Final, None).examinable(), SimDuration(20));
        assert_eq!(Results::default().silent_share(), None);
    }
}
