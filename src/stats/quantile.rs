//! Quantiles of whole numbers in constant memory, and intervals for quantiles of a sample.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub use super::order::{
    QuantileInterval, RankInterval, order_statistic_ranks, quantile_interval, rank_of, sorted_quantile,
};

/// Cells to each doubling of the value, as a power of two.
const CELL_BITS: u32 = 7;
/// Cells in all: two blocks hold every value below 2⁸ exactly, one more block serves each later doubling.
const CELLS: usize = (64 - CELL_BITS as usize + 1) << CELL_BITS;

/// A histogram of whole numbers (durations in nanoseconds) on a logarithmic grid of constant size.
///
/// Values below 256 are kept exactly; above, a cell is at most 1/128 (0.78 %) as wide as its values, and a quantile is
/// given as the middle of its cell, so within 0.4 % of a value of the sample. Count, sum, mean, least and greatest value are
/// exact. The idea is that of Tene's HdrHistogram: cells of equal width within each doubling, found by shifts.
#[derive(Clone, Debug, PartialEq)]
pub struct LogGrid {
    cells: Box<[u64; CELLS]>,
    count: u64,
    sum: u128,
    min: u64,
    max: u64,
}

/// One cell in use of a [`LogGrid`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cell {
    /// The least value that falls in the cell.
    pub low: u64,
    /// The greatest value that falls in the cell.
    pub high: u64,
    /// How many values did.
    pub count: u64,
}

impl Default for LogGrid {
    fn default() -> LogGrid {
        LogGrid::new()
    }
}

impl LogGrid {
    /// An empty grid (58 kB, all of it now, so that recording never allocates).
    pub fn new() -> LogGrid {
        let cells = vec![0; CELLS].into_boxed_slice().try_into().expect("a grid of the right size");
        LogGrid { cells, count: 0, sum: 0, min: u64::MAX, max: 0 }
    }

    /// Counts one value, in a few nanoseconds.
    #[inline]
    pub fn record(&mut self, value: u64) {
        self.record_many(value, 1);
    }

    /// Counts `times` equal values.
    #[inline]
    pub fn record_many(&mut self, value: u64, times: u64) {
        if times == 0 {
            return;
        }
        self.cells[cell_of(value)] += times;
        self.count += times;
        self.sum += u128::from(value) * u128::from(times);
        self.min = self.min.min(value);
        self.max = self.max.max(value);
    }

    /// Takes in all values of `other`; exactly as if they had been recorded here.
    pub fn merge(&mut self, other: &LogGrid) {
        for (mine, theirs) in self.cells.iter_mut().zip(other.cells.iter()) {
            *mine += theirs;
        }
        self.count += other.count;
        self.sum += other.sum;
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
    }

    /// How many values there are.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Their exact sum.
    pub fn sum(&self) -> u128 {
        self.sum
    }

    /// Their mean, from the exact sum; none while the grid is empty.
    pub fn mean(&self) -> Option<f64> {
        (self.count > 0).then(|| self.sum as f64 / self.count as f64)
    }

    /// The least value, exact.
    pub fn min(&self) -> Option<u64> {
        (self.count > 0).then_some(self.min)
    }

    /// The greatest value, exact.
    pub fn max(&self) -> Option<u64> {
        (self.count > 0).then_some(self.max)
    }

    /// The `p`-quantile: the value at rank ⌈p·n⌉, to the resolution of the grid; the least value at `p` = 0, the greatest
    /// at 1. None while the grid is empty. Panics where `p` is outside [0, 1].
    pub fn quantile(&self, p: f64) -> Option<u64> {
        (self.count > 0).then(|| self.at_rank(rank_of(p, self.count)))
    }

    /// The `p`-quantile with an interval of at least `level` from order statistics of independent values, to the resolution
    /// of the grid. None where there are too few values.
    pub fn quantile_interval(&self, p: f64, level: f64) -> Option<QuantileInterval> {
        let ranks = order_statistic_ranks(self.count, p, level)?;
        Some(QuantileInterval {
            estimate: self.quantile(p)? as f64,
            lower: self.at_rank(ranks.lower) as f64,
            upper: self.at_rank(ranks.upper) as f64,
            coverage: ranks.coverage,
        })
    }

    /// The share of values at most `value`, counting a value's whole cell; none while the grid is empty.
    pub fn share_at_most(&self, value: u64) -> Option<f64> {
        let below: u64 = self.cells[..=cell_of(value)].iter().sum();
        (self.count > 0).then(|| if value >= self.max { 1.0 } else { below as f64 / self.count as f64 })
    }

    /// The cells in use, by rising value.
    pub fn cells(&self) -> impl Iterator<Item = Cell> + '_ {
        self.cells.iter().enumerate().filter(|(_, count)| **count > 0).map(|(index, &count)| {
            let (low, high) = bounds(index);
            Cell { low, high, count }
        })
    }

    /// The value at `rank`, from 1 to the count.
    fn at_rank(&self, rank: u64) -> u64 {
        if rank >= self.count {
            return self.max;
        }
        if rank <= 1 {
            return self.min;
        }
        let mut seen = 0;
        for (index, count) in self.cells.iter().enumerate() {
            seen += count;
            if seen >= rank {
                let (low, high) = bounds(index);
                return (low + (high - low) / 2).clamp(self.min, self.max);
            }
        }
        unreachable!("the cells of a grid sum to its count")
    }
}

/// The cell of a value: its leading bits and how far they were shifted.
#[inline]
fn cell_of(value: u64) -> usize {
    let shift = (63 - CELL_BITS) - (value | (1 << CELL_BITS)).leading_zeros();
    ((shift as usize) << CELL_BITS) + (value >> shift) as usize
}

/// The least and the greatest value of a cell.
fn bounds(index: usize) -> (u64, u64) {
    let shift = (index >> CELL_BITS).saturating_sub(1) as u32;
    let low = ((index - ((shift as usize) << CELL_BITS)) as u64) << shift;
    (low, low + ((1u64 << shift) - 1))
}

/// What a grid looks like in a save: only its cells in use.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Saved {
    cells: Vec<(u32, u64)>,
    // In two halves: not every format holds 128 bits.
    sum: (u64, u64),
    min: u64,
    max: u64,
}

impl Serialize for LogGrid {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let cells = self.cells.iter().enumerate().filter(|(_, count)| **count > 0);
        let cells = cells.map(|(index, &count)| (index as u32, count)).collect();
        let sum = ((self.sum >> 64) as u64, self.sum as u64);
        Saved { cells, sum, min: self.min, max: self.max }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for LogGrid {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<LogGrid, D::Error> {
        let saved = Saved::deserialize(deserializer)?;
        let mut grid = LogGrid::new();
        for (index, count) in saved.cells {
            let cell = grid.cells.get_mut(index as usize);
            let cell = cell.ok_or_else(|| serde::de::Error::custom(format!("a grid has no cell `{index}`")))?;
            *cell = count;
            grid.count =
                grid.count.checked_add(count).ok_or_else(|| serde::de::Error::custom("a count beyond 64 bits"))?;
        }
        grid.sum = u128::from(saved.sum.0) << 64 | u128::from(saved.sum.1);
        (grid.min, grid.max) = (saved.min, saved.max);
        Ok(grid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::trial::Trial;
    use proptest::prelude::*;

    #[test]
    fn every_value_falls_in_the_cell_that_holds_it() {
        let mut next = 0_u64;
        for index in 0..CELLS {
            let (low, high) = bounds(index);
            assert_eq!(low, next, "cells follow one another without a gap");
            assert_eq!((cell_of(low), cell_of(high)), (index, index));
            assert!(low < 256 && low == high || high >= 256 && (high - low) as f64 <= low as f64 / 128.0);
            next = high.wrapping_add(1);
        }
        assert_eq!(next, 0, "the last cell ends with the last value");
    }

    #[test]
    fn small_values_are_exact() {
        let mut grid = LogGrid::new();
        (0..200).for_each(|value| grid.record(value));
        assert_eq!(grid.quantile(0.5), Some(99));
        assert_eq!(grid.quantile(0.95), Some(189));
        assert_eq!((grid.quantile(0.0), grid.quantile(1.0)), (Some(0), Some(199)));
        assert_eq!((grid.mean(), grid.sum()), (Some(99.5), 19_900));
        assert_eq!(grid.share_at_most(49), Some(0.25));
        assert_eq!(grid.cells().count(), 200);
        // Order statistics 184 and 197, as in `order`.
        let interval = grid.quantile_interval(0.95, 0.95).unwrap();
        assert_eq!((interval.lower, interval.upper), (183.0, 196.0));
    }

    #[test]
    fn an_empty_grid_says_nothing() {
        let grid = LogGrid::new();
        assert_eq!((grid.quantile(0.5), grid.mean(), grid.min(), grid.max()), (None, None, None, None));
        assert_eq!((grid.share_at_most(7), grid.quantile_interval(0.5, 0.9)), (None, None));
    }

    #[test]
    fn quantiles_of_a_long_tail_are_within_the_resolution() {
        let mut trial = Trial::new();
        let mut values: Vec<u64> = (0..50_000).map(|_| trial.bits() >> trial.below(64)).collect();
        let mut grid = LogGrid::new();
        values.iter().for_each(|&value| grid.record(value));
        values.sort_unstable();
        for p in [0.01, 0.1, 0.25, 0.5, 0.9, 0.99, 0.999] {
            let exact = sorted_quantile(&values.iter().map(|&value| value as f64).collect::<Vec<_>>(), p).unwrap();
            let seen = grid.quantile(p).unwrap() as f64;
            assert!((seen - exact).abs() <= exact / 256.0, "`{seen}` against `{exact}` at `{p}`");
        }
        assert_eq!(grid.sum(), values.iter().map(|&value| u128::from(value)).sum::<u128>());
    }

    #[test]
    fn a_save_with_a_cell_that_does_not_exist_is_refused() {
        let text = r#"{"cells":[[9000,1]],"sum":[0,1],"min":1,"max":1}"#;
        assert!(serde_json::from_str::<LogGrid>(text).unwrap_err().to_string().contains("no cell `9000`"));
    }

    proptest! {
        #[test]
        fn merging_equals_recording_and_a_save_loads(
            values in prop::collection::vec(any::<u64>(), 0..100), cut in any::<prop::sample::Index>(),
        ) {
            let of = |part: &[u64]| part.iter().fold(LogGrid::new(), |mut grid, &value| { grid.record(value); grid });
            let (left, right) = values.split_at(if values.is_empty() { 0 } else { cut.index(values.len()) });
            let whole = of(&values);
            let mut merged = of(right);
            merged.merge(&of(left));
            prop_assert_eq!(&merged, &whole);
            let text = serde_json::to_string(&whole).unwrap();
            prop_assert_eq!(serde_json::from_str::<LogGrid>(&text).unwrap(), whole);
        }
    }
}
