//! Choice in proportion to weights: `WeightTree` where weights change, `Alias` where they stay.

use serde::{Deserialize, Serialize};

use crate::engine::random::RandomSource;

mod above;

/// Children of a tree node: two cache lines of prefix sums.
const FAN: usize = 16;
/// What all weights of a tree may sum to, less one.
const TOTAL_MAX: u64 = (1 << 63) - 1;

/// Integer weights that change, with choice in proportion to them: a tree whose nodes hold the prefix sums of 16 children.
///
/// Integers make every sum exact and free of the order of changes. Reading a total is O(1), changing and choosing O(log₁₆ n).
/// The sum of all weights stays below 2⁶³. A save holds the weights alone.
#[derive(Default, Clone, Debug, Serialize, Deserialize)]
#[serde(try_from = "Vec<u64>", into = "Vec<u64>")]
pub struct WeightTree {
    count: usize,
    /// Where each level's nodes begin; the leaves are level 0, the root is the last.
    starts: Vec<usize>,
    /// Within each node: entry `j` is the sum of children 0 to `j`.
    sums: Vec<u64>,
}

impl WeightTree {
    /// `count` weights of zero.
    pub fn new(count: usize) -> WeightTree {
        WeightTree::build(&vec![0; count], count)
    }

    /// How many weights there are.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there is no weight at all, not even a zero.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The sum of all weights.
    #[inline]
    pub fn total(&self) -> u64 {
        self.sums[self.sums.len() - 1]
    }

    /// The weight at `index`. Panics where there is none.
    #[inline]
    pub fn get(&self, index: usize) -> u64 {
        assert!(index < self.count, "weight {index} of {}", self.count);
        let before = if index.is_multiple_of(FAN) { 0 } else { self.sums[index - 1] };
        self.sums[index] - before
    }

    /// Sets the weight at `index`. Panics where there is none, or where the total would reach 2⁶³.
    #[inline]
    pub fn set(&mut self, index: usize, weight: u64) {
        let change = weight.wrapping_sub(self.get(index));
        let total = self.total().wrapping_add(change);
        assert!(weight <= TOTAL_MAX && total <= TOTAL_MAX, "weights sum to 2⁶³ or more");
        let mut at = index;
        for &start in &self.starts {
            let within = at % FAN;
            at /= FAN;
            let node = node_mut(&mut self.sums, start + at * FAN);
            // The window of the mask leaves the sums before `within` as they are.
            let mask: &[u64; FAN] = MASK[FAN - within..][..FAN].try_into().expect("a node's worth");
            (0..FAN).for_each(|child| node[child] = node[child].wrapping_add(change & mask[child]));
        }
    }

    /// Adds a weight at the end and returns its index; amortised O(log n).
    pub fn push(&mut self, weight: u64) -> usize {
        if self.count == self.capacity() {
            *self = WeightTree::build(&Vec::from(self.clone()), self.count * 2);
        }
        self.count += 1;
        self.set(self.count - 1, weight);
        self.count - 1
    }

    /// The index at which the running sum of weights first exceeds `target`. Panics unless `target` is below the total.
    #[inline]
    pub fn find(&self, mut target: u64) -> usize {
        assert!(target < self.total(), "target {target} of a total of {}", self.total());
        let mut at = 0;
        for &start in self.starts.iter().rev() {
            let node: &[u64; FAN] = self.sums[start + at * FAN..][..FAN].try_into().expect("a node");
            // Sums and target are below 2⁶³, so the sign of the difference compares them, without a branch.
            let child: u64 = node.iter().map(|sum| sum.wrapping_sub(target + 1) >> 63).sum();
            let child = child as usize;
            let before = node[child.max(1) - 1];
            target -= if child == 0 { 0 } else { before };
            at = at * FAN + child;
        }
        at
    }

    /// An index with probability in proportion to its weight; none where all are zero.
    #[inline]
    pub fn sample(&self, chance: &mut impl RandomSource) -> Option<usize> {
        match self.total() {
            0 => None,
            total => Some(self.find(chance.below(total))),
        }
    }

    /// The weights in order.
    pub fn iter(&self) -> impl Iterator<Item = u64> + '_ {
        (0..self.count).map(|index| self.get(index))
    }

    fn capacity(&self) -> usize {
        self.starts.get(1).copied().unwrap_or(self.sums.len())
    }

    /// A tree of these weights with room for at least `room`. Panics where they sum to 2⁶³ or more.
    fn build(weights: &[u64], room: usize) -> WeightTree {
        let mut nodes = room.max(1).div_ceil(FAN);
        let mut level = weights.to_vec();
        let (mut starts, mut sums) = (Vec::new(), Vec::new());
        loop {
            level.resize(nodes * FAN, 0);
            starts.push(sums.len());
            for node in level.chunks(FAN) {
                sums.extend(node.iter().scan(0u64, |sum, &weight| {
                    *sum = sum.checked_add(weight).filter(|&sum| sum <= TOTAL_MAX).expect("weights sum to 2⁶³ or more");
                    Some(*sum)
                }));
            }
            if nodes == 1 {
                return WeightTree { count: weights.len(), starts, sums };
            }
            level = sums[sums.len() - nodes * FAN..].chunks(FAN).map(|node| node[FAN - 1]).collect();
            nodes = nodes.div_ceil(FAN);
        }
    }
}

/// Sixteen zeros, then sixteen times all ones.
static MASK: [u64; 2 * FAN] = {
    let mut mask = [0; 2 * FAN];
    let mut at = FAN;
    while at < 2 * FAN {
        mask[at] = u64::MAX;
        at += 1;
    }
    mask
};

#[inline]
fn node_mut(sums: &mut [u64], start: usize) -> &mut [u64; FAN] {
    (&mut sums[start..start + FAN]).try_into().expect("a node")
}

impl PartialEq for WeightTree {
    /// Whether the weights are the same; spare room does not count.
    fn eq(&self, other: &WeightTree) -> bool {
        self.count == other.count && self.iter().eq(other.iter())
    }
}

impl Eq for WeightTree {}

impl From<WeightTree> for Vec<u64> {
    fn from(tree: WeightTree) -> Vec<u64> {
        tree.iter().collect()
    }
}

impl TryFrom<Vec<u64>> for WeightTree {
    type Error = String;
    fn try_from(weights: Vec<u64>) -> Result<WeightTree, String> {
        let total: u128 = weights.iter().map(|&weight| u128::from(weight)).sum();
        if total > u128::from(TOTAL_MAX) {
            return Err(format!("weights sum to `{total}`, which is 2⁶³ or more"));
        }
        Ok(WeightTree::build(&weights, weights.len()))
    }
}

/// Fixed weights with choice in proportion to them in O(1) by one draw of 64 bits.
///
/// Alias method: A. J. Walker, "An efficient method for generating discrete random variables with general distributions",
/// ACM Transactions on Mathematical Software 3 (1977); built by M. D. Vose's algorithm (1991) in integers. Each of n
/// probabilities is right to 2⁻³², and that of a weight of zero is zero.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Alias {
    cells: Box<[Cell]>,
}

/// A column of the table: itself where the fraction is below `threshold`/2³², `alias` otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Cell {
    threshold: u32,
    alias: u32,
}

impl Alias {
    /// A table of these weights. Panics unless they are finite, not negative, not all zero, and at most 2²⁴ in number.
    pub fn new(weights: &[f64]) -> Alias {
        let sum: f64 = weights.iter().sum();
        assert!(weights.iter().all(|&weight| weight >= 0.0) && sum.is_finite() && sum > 0.0, "weights to choose by");
        assert!(weights.len() <= 1 << 24, "an alias table of {} weights", weights.len());
        let mut parts = Alias::parts(weights, sum);
        let mut cells: Vec<Cell> = (0..weights.len() as u32).map(|alias| Cell { threshold: u32::MAX, alias }).collect();
        let (mut small, mut large): (Vec<usize>, Vec<usize>) = (0..parts.len()).partition(|&at| parts[at] < FULL);
        // The parts sum to as many full columns as there are, so a small one always finds a large one beside it.
        while let (Some(needy), Some(&giver)) = (small.pop(), large.last()) {
            cells[needy] = Cell { threshold: parts[needy] as u32, alias: giver as u32 };
            parts[giver] -= FULL - parts[needy];
            if parts[giver] < FULL {
                large.pop();
                small.push(giver);
            }
        }
        assert!(small.is_empty(), "columns of an alias table sum to their number");
        Alias { cells: cells.into() }
    }

    /// The weights as whole numbers that sum to exactly `FULL` times their count.
    fn parts(weights: &[f64], sum: f64) -> Vec<u64> {
        let target = weights.len() as u64 * FULL;
        let mut parts: Vec<u64> = weights.iter().map(|weight| (weight / sum * target as f64) as u64).collect();
        let heaviest = (0..parts.len()).max_by_key(|&at| parts[at]).expect("at least one weight");
        // What cutting off left over, below one part in 2³² of a column each.
        let found: u64 = parts.iter().sum();
        parts[heaviest] = (parts[heaviest] + target).checked_sub(found).expect("rounding is small");
        parts
    }

    /// How many weights there are.
    pub fn len(&self) -> usize {
        self.cells.len()
    }

    /// Never: there is at least one weight.
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// The probability of each index.
    pub fn chances(&self) -> Vec<f64> {
        let mut parts = vec![0u64; self.cells.len()];
        for (column, cell) in self.cells.iter().enumerate() {
            let own = if cell.alias as usize == column { FULL } else { u64::from(cell.threshold) };
            parts[column] += own;
            parts[cell.alias as usize] += FULL - own;
        }
        let all = self.cells.len() as f64 * FULL as f64;
        parts.into_iter().map(|part| part as f64 / all).collect()
    }

    /// An index with probability in proportion to its weight.
    #[inline]
    pub fn sample(&self, chance: &mut impl RandomSource) -> usize {
        let product = u128::from(chance.bits()) * self.cells.len() as u128;
        let column = (product >> 64) as usize;
        let cell = self.cells[column];
        if ((product as u64 >> 32) as u32) < cell.threshold { column } else { cell.alias as usize }
    }
}

/// Parts in a full column of an alias table.
const FULL: u64 = 1 << 32;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::random::{Seed, Stream};
    use crate::maths::gamma_cdf;
    use proptest::prelude::*;

    /// What a tree means, said plainly.
    fn scan(weights: &[u64], mut target: u64) -> usize {
        for (index, &weight) in weights.iter().enumerate() {
            if target < weight {
                return index;
            }
            target -= weight;
        }
        panic!("target beyond the total");
    }

    proptest! {
        #[test]
        fn a_tree_agrees_with_a_scan(
            start in prop::collection::vec(prop_oneof![Just(0), 1u64..10, 0u64..1 << 40], 0..600),
            changes in prop::collection::vec((any::<prop::sample::Index>(), 0u64..1 << 40, any::<bool>()), 1..200),
            targets in prop::collection::vec(any::<u64>(), 20),
        ) {
            let mut plain = start.clone();
            let mut tree = WeightTree::try_from(start).unwrap();
            for (at, weight, push) in changes {
                if push || plain.is_empty() {
                    prop_assert_eq!(tree.push(weight), plain.len());
                    plain.push(weight);
                } else {
                    let at = at.index(plain.len());
                    tree.set(at, weight);
                    plain[at] = weight;
                }
            }
            prop_assert!(tree.iter().eq(plain.iter().copied()));
            prop_assert_eq!(tree.total(), plain.iter().sum::<u64>());
            for target in targets.into_iter().filter(|_| tree.total() > 0).map(|target| target % tree.total()) {
                prop_assert_eq!(tree.find(target), scan(&plain, target));
            }
            let edges: Vec<u64> = plain.iter().scan(0, |sum, weight| { *sum += weight; Some(*sum) }).collect();
            for edge in edges.into_iter().filter(|&edge| edge > 0) {
                prop_assert_eq!(tree.find(edge - 1), scan(&plain, edge - 1));
            }
        }

        /// The chance of each index, summed over the cells it appears in, is its weight to 2⁻³² of a column.
        #[test]
        fn an_alias_table_holds_its_weights(weights in prop::collection::vec(prop_oneof![Just(0.0), 1e-9..1e3], 1..400)) {
            let sum: f64 = weights.iter().sum();
            prop_assume!(sum > 0.0);
            let table = Alias::new(&weights);
            for (index, (chance, &weight)) in table.chances().into_iter().zip(&weights).enumerate() {
                let (part, exact) = (chance * weights.len() as f64 * FULL as f64, weight / sum * weights.len() as f64 * FULL as f64);
                prop_assert!((part - exact).abs() <= weights.len() as f64 + 1.0, "{index}: {part} is not {exact}");
                prop_assert!(weight > 0.0 || chance == 0.0);
            }
        }
    }

    #[test]
    fn a_tree_grows_from_nothing() {
        let mut tree = WeightTree::new(0);
        assert!(tree.is_empty() && tree.total() == 0);
        assert_eq!(tree.sample(&mut Stream::new(Seed::from(1), 0, 0)), None);
        for index in 0..5000 {
            assert_eq!(tree.push(index), index as usize);
        }
        assert_eq!((tree.len(), tree.total()), (5000, 4999 * 5000 / 2));
        assert_eq!((0..5000).map(|index| tree.get(index)).sum::<u64>(), tree.total());
    }

    #[test]
    fn totals_reach_their_limit_and_no_further() {
        let mut tree = WeightTree::new(40);
        tree.set(3, TOTAL_MAX - 1);
        tree.set(39, 1);
        assert_eq!((tree.find(TOTAL_MAX - 2), tree.find(TOTAL_MAX - 1)), (3, 39));
        assert!(std::panic::catch_unwind(move || tree.set(20, 1)).is_err());
        assert!(WeightTree::try_from(vec![TOTAL_MAX, 1]).is_err());
    }

    #[test]
    fn a_tree_is_saved_as_its_weights() {
        let mut tree = WeightTree::try_from(vec![3, 0, 4]).unwrap();
        assert_eq!(serde_json::to_string(&tree).unwrap(), "[3,0,4]");
        (0..100).for_each(|weight| _ = tree.push(weight));
        assert_eq!(serde_json::from_str::<WeightTree>(&serde_json::to_string(&tree).unwrap()).unwrap(), tree);
    }

    #[test]
    fn frequencies_follow_the_weights() {
        let weights: Vec<u64> = (0..300).map(|index| index % 7 * (index % 11)).collect();
        let tree = WeightTree::try_from(weights.clone()).unwrap();
        let table = Alias::new(&weights.iter().map(|&weight| weight as f64).collect::<Vec<_>>());
        let mut chance = Stream::new(Seed::from(1), 0, 0);
        judge(&weights, |_| tree.sample(&mut chance).unwrap());
        judge(&weights, |_| table.sample(&mut chance));
    }

    /// χ² of a million choices; a limit passed by chance once in ten thousand.
    fn judge(weights: &[u64], choose: impl FnMut(u32) -> usize) {
        const COUNT: u32 = 1_000_000;
        let mut seen = vec![0u32; weights.len()];
        (0..COUNT).map(choose).for_each(|index| seen[index] += 1);
        let total: u64 = weights.iter().sum();
        let (mut sum, mut cells) = (0.0, 0.0);
        for (&weight, &seen) in weights.iter().zip(&seen) {
            if weight == 0 {
                assert_eq!(seen, 0);
                continue;
            }
            let expected = f64::from(COUNT) * weight as f64 / total as f64;
            sum += (f64::from(seen) - expected) * (f64::from(seen) - expected) / expected;
            cells += 1.0;
        }
        let p = gamma_cdf((cells - 1.0) / 2.0, sum / 2.0);
        assert!((5e-5..1.0 - 5e-5).contains(&p), "χ² of {sum} in {cells} cells, at {p} of its distribution");
    }
}
