//! Weights of which no party has more than its share: what a party has above it is cut off.
//!
//! With a cap c the level L is such that L = c Σ min(w, L), so that those above it have the share c each. It is found by going down from
//! c Σ w: those above a level are cut, and L = c S ÷ (1 − c k) for the k that are cut and the sum S of the others, until no further
//! party is above. At most 1/c parties are cut, and they are found in the tree of all weights, so a change costs O(log n) for each.

use serde::{Deserialize, Serialize};

use crate::domain::ids::PartyId;
use crate::engine::weights::WeightTree;

/// The weights of a list as a rule with a cap draws by them.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Capped {
    cap: f64,
    weights: WeightTree,
    /// Those that are cut, the smallest index first.
    cut: Vec<usize>,
    /// Room for the next ones.
    #[serde(skip)]
    spare: Vec<usize>,
    /// Those whose weight the last change has moved.
    #[serde(skip)]
    moved: Vec<PartyId>,
}

impl Capped {
    /// So many parties without weight, none of which will have more than the share `cap`, above 0.
    pub fn new(cap: f64, parties: usize) -> Capped {
        Capped { cap, weights: WeightTree::new(parties), cut: Vec::new(), spare: Vec::new(), moved: Vec::new() }
    }

    /// The weights, cut.
    pub fn weights(&self) -> &WeightTree {
        &self.weights
    }

    /// Those whose weight the last change has moved.
    pub fn moved(&self) -> &[PartyId] {
        &self.moved
    }

    /// The weight of a party has changed to what is in `all` now.
    pub fn follow(&mut self, all: &WeightTree, party: usize) {
        let mut cut = std::mem::take(&mut self.spare);
        let level = level(all, self.cap, &mut cut);
        self.moved.clear();
        // The party first: what it had before may be more than there is room for beside the others.
        self.put(party, all.get(party).min(level));
        for place in 0..self.cut.len() {
            let one = self.cut[place];
            self.put(one, all.get(one).min(level));
        }
        cut.iter().for_each(|&one| self.put(one, level));
        self.spare = std::mem::replace(&mut self.cut, cut);
    }

    fn put(&mut self, party: usize, weight: u64) {
        if self.weights.get(party) != weight {
            self.weights.set(party, weight);
            self.moved.push(PartyId(party as u32));
        }
    }
}

/// The level at which weights are cut, to the whole number below; those above it come into `cut`. Where the cap cannot be kept, because
/// too few have any weight, it is the least weight there is, so that all weigh alike.
fn level(all: &WeightTree, cap: f64, cut: &mut Vec<usize>) -> u64 {
    cut.clear();
    let mut level = (cap * all.total() as f64) as u64;
    loop {
        let before = cut.len();
        cut.clear();
        all.above(level, &mut |party| cut.push(party));
        if cut.len() == before {
            return level.max(1);
        }
        let held: u64 = cut.iter().map(|&party| all.get(party)).sum();
        let (rest, room) = (all.total() - held, 1.0 - cap * cut.len() as f64);
        if rest == 0 || room <= 0.0 {
            return cut.iter().map(|&party| all.get(party)).min().expect("some are cut");
        }
        level = level.min((cap * rest as f64 / room) as u64);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn capped(weights: &[u64], cap: f64) -> Vec<u64> {
        let (mut all, mut capped) = (WeightTree::new(weights.len()), Capped::new(cap, weights.len()));
        for (party, &weight) in weights.iter().enumerate() {
            all.set(party, weight);
            capped.follow(&all, party);
        }
        capped.weights().iter().collect()
    }

    // worked example
    #[test]
    fn what_is_above_the_cap_is_cut_off() {
        // One of 90 beside ten of 1: L = ¼ · 10 ÷ ¾.
        let mut weights = vec![90_000_000];
        weights.extend([1_000_000; 10]);
        assert_eq!(capped(&weights, 0.25)[0], 3_333_333);
        // Once the first is cut the second is above, too: L = 0.4 · 20 ÷ 0.2.
        assert_eq!(capped(&[900, 90, 20], 0.4), [40, 40, 20]);
        assert_eq!(capped(&[4, 3, 2, 1, 0], 0.4), [4, 3, 2, 1, 0], "nobody is above");
        assert_eq!(capped(&[7, 3, 0], 0.25), [3, 3, 0], "two cannot have a quarter each");
        assert_eq!(capped(&[9, 0, 0], 0.25), [9, 0, 0]);
        assert_eq!(capped(&[7, 3, 5, 9], 0.25), [3; 4], "four have a quarter each");
    }

    proptest! {
        /// Whatever changes came before, no share is above the cap by more than whole numbers make it, and none of those below is cut.
        #[test]
        fn a_cap_is_kept_through_changes(
            changes in prop::collection::vec((0usize..12, prop_oneof![Just(0), 1u64..10, 1u64 << 30..1 << 40]), 1..60),
            cap in 0.05..1.0f64,
        ) {
            let (mut all, mut one) = (WeightTree::new(12), Capped::new(cap, 12));
            for (party, weight) in changes {
                all.set(party, weight);
                let before: Vec<u64> = one.weights().iter().collect();
                one.follow(&all, party);
                let now: Vec<u64> = one.weights().iter().collect();
                let moved = (0..12).filter(|&at| before[at] != now[at]).all(|at| one.moved().contains(&PartyId(at as u32)));
                prop_assert!(moved, "{before:?} to {now:?}");
                let plain: Vec<u64> = all.iter().collect();
                let (total, most) = (now.iter().sum::<u64>(), now.iter().copied().max().unwrap());
                let some = plain.iter().filter(|&&weight| weight > 0).count() as f64;
                if some * cap >= 1.0 && most > 1_000_000 {
                    prop_assert!(most as f64 <= cap * total as f64 * (1.0 + 1e-5), "{most} of {total} at {cap}");
                }
                for at in 0..12 {
                    prop_assert!(now[at] == plain[at].min(most), "{plain:?} to {now:?} at {cap}");
                    prop_assert!((now[at] == 0) == (plain[at] == 0));
                }
            }
        }
    }
}
