//! Order statistics: ranks that bracket a quantile of independent observations, whatever their law.

use serde::{Deserialize, Serialize};

use crate::maths::beta_share;

/// Ranks, counted from 1, of the two order statistics that bracket a quantile.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct RankInterval {
    /// Rank of the lower end.
    pub lower: u64,
    /// Rank of the upper end.
    pub upper: u64,
    /// P(X₍lower₎ ≤ quantile < X₍upper₎) for a continuous law; at least the level asked for.
    pub coverage: f64,
}

/// A quantile of a sample with a confidence interval free of any assumption on the law.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct QuantileInterval {
    /// The sample quantile.
    pub estimate: f64,
    /// The lower order statistic.
    pub lower: f64,
    /// The upper order statistic.
    pub upper: f64,
    /// The exact coverage of the interval for a continuous law.
    pub coverage: f64,
}

/// The equal-tailed order-statistic interval for the `p`-quantile from `count` independent observations: the largest `lower`
/// with P(B < lower) ≤ (1 − level)/2 and the smallest `upper` with P(B ≥ upper) ≤ (1 − level)/2, B binomial (Conover 1999,
/// *Practical Nonparametric Statistics*, §3.2).
///
/// None where no such ranks exist within the sample (too few observations for a quantile so far out). Panics unless `p` and
/// `level` lie inside (0, 1).
pub fn order_statistic_ranks(count: u64, p: f64, level: f64) -> Option<RankInterval> {
    assert!(p > 0.0 && p < 1.0, "a bracketed quantile lies inside (0, 1), not at `{p}`");
    assert!(level > 0.0 && level < 1.0, "a level lies inside (0, 1), not at `{level}`");
    let tail = 0.5 * (1.0 - level);
    // Least k with P(B ≤ k) ≥ tail: then P(B < k) < tail.
    let lower = least(count, |k| at_most(k, count, p) >= tail);
    // Least k with P(B > k) ≤ tail: the upper rank is k + 1.
    let upper = least(count, |k| more_than(k, count, p) <= tail) + 1;
    (lower >= 1 && upper <= count).then(|| {
        let coverage = 1.0 - at_most(lower - 1, count, p) - more_than(upper - 1, count, p);
        RankInterval { lower, upper, coverage }
    })
}

/// The `p`-quantile of a sample sorted ascending with its order-statistic interval; none where the sample is too small.
///
/// Panics where the sample is seen not to be sorted, or `p` or `level` lies outside (0, 1).
pub fn quantile_interval(sorted: &[f64], p: f64, level: f64) -> Option<QuantileInterval> {
    let ranks = order_statistic_ranks(sorted.len() as u64, p, level)?;
    Some(QuantileInterval {
        estimate: sorted_quantile(sorted, p)?,
        lower: sorted[ranks.lower as usize - 1],
        upper: sorted[ranks.upper as usize - 1],
        coverage: ranks.coverage,
    })
}

/// The `p`-quantile of a sample sorted ascending: the value at rank ⌈p·n⌉ (the inverse of the empirical distribution).
///
/// None for an empty sample. Panics where the sample is not sorted or `p` is outside [0, 1].
pub fn sorted_quantile(sorted: &[f64], p: f64) -> Option<f64> {
    assert!(sorted.is_sorted(), "a sample must be sorted before its quantiles are read");
    (!sorted.is_empty()).then(|| sorted[rank_of(p, sorted.len() as u64) as usize - 1])
}

/// The rank ⌈p·n⌉, from 1 to `count`, forgiving the last bits of the product (7 % of 100 is 7, not 8).
///
/// Panics where `p` is outside [0, 1] or `count` is 0.
pub fn rank_of(p: f64, count: u64) -> u64 {
    assert!((0.0..=1.0).contains(&p), "a quantile lies in [0, 1], not at `{p}`");
    assert!(count > 0, "an empty sample has no ranks");
    ((p * count as f64 * (1.0 - 4.0 * f64::EPSILON)).ceil() as u64).clamp(1, count)
}

/// P(B ≤ `k`), B binomial of `n` trials with chance `p`.
fn at_most(k: u64, n: u64, p: f64) -> f64 {
    if k >= n { 1.0 } else { beta_share((n - k) as f64, (k + 1) as f64, 1.0 - p, p) }
}

/// P(B > `k`), with its own digits in the far tail.
fn more_than(k: u64, n: u64, p: f64) -> f64 {
    if k >= n { 0.0 } else { beta_share((k + 1) as f64, (n - k) as f64, p, 1.0 - p) }
}

/// The least number up to `most` that holds, for a condition that once true stays true; `most` where none does.
fn least(most: u64, holds: impl Fn(u64) -> bool) -> u64 {
    let (mut low, mut high) = (0, most);
    while low < high {
        let middle = low + (high - low) / 2;
        (low, high) = if holds(middle) { (low, middle) } else { (middle + 1, high) };
    }
    low
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::trial::assert_close;
    use proptest::prelude::*;

    // worked example: the median of 20 and the 95 % quantile of 200 at 95 %.
    #[test]
    fn ranks_have_their_known_values() {
        let median = order_statistic_ranks(20, 0.5, 0.95).unwrap();
        assert_eq!((median.lower, median.upper), (6, 15));
        assert_close(median.coverage, 0.958_610_534_667_968_8, 1e-13);
        let far = order_statistic_ranks(200, 0.95, 0.95).unwrap();
        assert_eq!((far.lower, far.upper), (184, 197));
        assert_close(far.coverage, 0.967_152_163_856_725_6, 1e-12);
        // Six is the least sample whose range covers the median at 95 %: 1 − 2·2⁻⁶.
        assert_eq!(order_statistic_ranks(5, 0.5, 0.95), None);
        let range = order_statistic_ranks(6, 0.5, 0.95).unwrap();
        assert_eq!((range.lower, range.upper, range.coverage), (1, 6, 0.96875));
    }

    #[test]
    fn ranks_forgive_rounding() {
        assert_eq!(rank_of(0.07, 100), 7);
        assert_eq!(rank_of(0.7, 10), 7);
        assert_eq!(rank_of(0.95, 200), 190);
        assert_eq!((rank_of(0.0, 9), rank_of(1.0, 9), rank_of(0.5, 9)), (1, 9, 5));
        let sample: Vec<f64> = (1..=20).map(f64::from).collect();
        let median = quantile_interval(&sample, 0.5, 0.95).unwrap();
        assert_eq!((median.estimate, median.lower, median.upper), (10.0, 6.0, 15.0));
        assert_eq!(sorted_quantile(&[], 0.5), None);
    }

    #[test]
    fn a_large_sample_is_bracketed_as_closely_as_the_normal_law_says() {
        let ranks = order_statistic_ranks(100_000_000, 0.99, 0.95).unwrap();
        let half = 1.959_963_984_540_054 * (1e8_f64 * 0.99 * 0.01).sqrt();
        assert!((ranks.lower as f64 - (99e6 - half)).abs() < 3.0 && (ranks.upper as f64 - (99e6 + half)).abs() < 3.0);
        assert_close(ranks.coverage, 0.95, 2e-4);
    }

    proptest! {
        #[test]
        fn ranks_cover_at_least_their_level_and_no_narrower_tail_would(
            count in 1_u64..400, p in 0.01_f64..0.99, level in 0.5_f64..0.999,
        ) {
            let mut mass = vec![0.0; count as usize + 1];
            // Binomial probabilities by adding one trial at a time.
            mass[0] = 1.0;
            for n in 1..=count as usize {
                for k in (0..=n).rev() {
                    mass[k] = mass[k] * (1.0 - p) + if k > 0 { mass[k - 1] * p } else { 0.0 };
                }
            }
            let tail = 0.5 * (1.0 - level);
            let below = |k: u64| mass[..k as usize].iter().sum::<f64>();
            let from = |k: u64| mass[k as usize..].iter().sum::<f64>();
            match order_statistic_ranks(count, p, level) {
                Some(ranks) => {
                    prop_assert!(below(ranks.lower) <= tail + 1e-12 && from(ranks.upper) <= tail + 1e-12);
                    prop_assert!(below(ranks.lower + 1) >= tail - 1e-12 && from(ranks.upper - 1) >= tail - 1e-12);
                    prop_assert!((ranks.coverage - (1.0 - below(ranks.lower) - from(ranks.upper))).abs() < 1e-11);
                }
                None => prop_assert!(below(1) > tail - 1e-12 || from(count) > tail - 1e-12),
            }
        }
    }
}
