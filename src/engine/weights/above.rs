//! Which weights are above a limit.

use super::{FAN, WeightTree};

impl WeightTree {
    /// Tells `found` the indices of all weights above `least`, the smallest first. Only children whose sum is above it are looked into,
    /// so of each level at most total ÷ `least`.
    pub fn above(&self, least: u64, found: &mut dyn FnMut(usize)) {
        self.look_above(self.starts.len() - 1, 0, least, found);
    }

    fn look_above(&self, level: usize, at: usize, least: u64, found: &mut dyn FnMut(usize)) {
        let mut before = 0;
        for child in 0..FAN {
            let sum = self.sums[self.starts[level] + at * FAN + child];
            match level {
                _ if sum - before <= least => {}
                0 => found(at * FAN + child),
                _ => self.look_above(level - 1, at * FAN + child, least, found),
            }
            before = sum;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn those_above_are_found(
            weights in prop::collection::vec(prop_oneof![Just(0), 1u64..10, 0u64..1 << 40], 0..600),
            part in 1u64..600,
        ) {
            let tree = WeightTree::try_from(weights.clone()).unwrap();
            for least in [0, 3, 1 << 30, tree.total() / part] {
                let mut found = Vec::new();
                tree.above(least, &mut |at| found.push(at));
                prop_assert_eq!(found, (0..weights.len()).filter(|&at| weights[at] > least).collect::<Vec<_>>());
            }
        }
    }
}
