//! How bursty a stream of arrivals is: dispersion of counts and variation of gaps.

use serde::{Deserialize, Serialize};

use super::goodness::chi_square_tail;
use super::online::Online;

/// The dispersion of counts in equal windows.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Dispersion {
    /// The width of a window, ns.
    pub window: u64,
    /// How many whole windows fit.
    pub windows: u64,
    /// The mean count of a window.
    pub mean: f64,
    /// The unbiased variance of the counts.
    pub variance: f64,
    /// The index of dispersion for counts, variance over mean: 1 for Poisson arrivals at every width, 0 for regular ones, growing
    /// with the width for bursts (Cox and Lewis 1966, *The Statistical Analysis of Series of Events*, §4.5).
    pub index: f64,
}

/// The index of dispersion of `arrivals` (sorted instants, ns) in windows of `window` ns that fill `[start, end)`; what does not
/// fill a window at the end is left out, and so are arrivals outside.
///
/// None with fewer than two windows or without arrivals in them. Panics where the arrivals are not sorted or `window` is 0.
pub fn dispersion(arrivals: &[u64], start: u64, end: u64, window: u64) -> Option<Dispersion> {
    assert!(window > 0, "a window of no width counts nothing");
    assert!(arrivals.is_sorted(), "arrivals must be sorted");
    let windows = end.saturating_sub(start) / window;
    if windows < 2 {
        return None;
    }
    let from = arrivals.partition_point(|&at| at < start);
    let to = arrivals.partition_point(|&at| at < start + windows * window);
    // In whole numbers, so that windows without arrivals need not be visited and nothing is rounded.
    let (mut total, mut squares) = (0_u128, 0_u128);
    for same in arrivals[from..to].chunk_by(|a, b| (a - start) / window == (b - start) / window) {
        total += same.len() as u128;
        squares += (same.len() as u128) * (same.len() as u128);
    }
    let of_windows = u128::from(windows);
    let mean = total as f64 / windows as f64;
    let variance = (of_windows * squares - total * total) as f64 / (of_windows * (of_windows - 1)) as f64;
    (mean > 0.0).then(|| Dispersion { window, windows, mean, variance, index: variance / mean })
}

/// [`dispersion`] at several widths: how its index grows shows over which times arrivals go together.
pub fn dispersions(arrivals: &[u64], start: u64, end: u64, windows: &[u64]) -> Vec<Option<Dispersion>> {
    windows.iter().map(|&window| dispersion(arrivals, start, end, window)).collect()
}

/// The gaps between `arrivals` (sorted instants, ns), from which [`Online::coefficient_of_variation`]: 1 for Poisson arrivals, 0
/// for regular ones. Panics where the arrivals are not sorted.
pub fn gaps(arrivals: &[u64]) -> Online {
    assert!(arrivals.is_sorted(), "arrivals must be sorted");
    arrivals.windows(2).map(|pair| (pair[1] - pair[0]) as f64).collect()
}

impl Dispersion {
    /// The two-sided tail probability of the index were the arrivals Poisson: (windows − 1)·index is then close to a chi-square
    /// with windows − 1 degrees of freedom (Fisher 1950), for mean counts from about 5.
    pub fn poisson_tail(&self) -> f64 {
        let degrees = (self.windows - 1) as f64;
        let above = chi_square_tail(degrees * self.index, degrees);
        2.0 * above.min(1.0 - above)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::maths::exp;
    use crate::stats::trial::{Trial, assert_close};
    use proptest::prelude::*;

    const SECOND: f64 = 1e9;

    fn poisson(trial: &mut Trial, rate: f64, horizon: f64) -> Vec<u64> {
        let mut now = 0.0;
        let next = || {
            now += trial.exponential() / rate;
            (now < horizon).then_some((now * SECOND) as u64)
        };
        std::iter::from_fn(next).collect()
    }

    // worked example: counts 3, 0, 1, 0 have mean 1 and variance 2.
    #[test]
    fn four_windows_have_their_known_dispersion() {
        let arrivals = [99, 100, 104, 109, 125, 140, 147];
        let seen = dispersion(&arrivals, 100, 147, 10).unwrap();
        assert_eq!((seen.windows, seen.mean, seen.variance, seen.index), (4, 1.0, 2.0, 2.0));
        assert_eq!((dispersion(&arrivals, 100, 119, 10), dispersion(&arrivals, 200, 300, 10)), (None, None));
        let regular: Vec<u64> = (0..1000).map(|i| 7 * i).collect();
        assert_eq!(dispersion(&regular, 0, 7000, 70).unwrap().index, 0.0);
        assert_eq!(gaps(&regular).coefficient_of_variation(), Some(0.0));
        assert_eq!(gaps(&regular).count(), 999);
    }

    #[test]
    fn poisson_arrivals_have_index_and_variation_one() {
        let arrivals = poisson(&mut Trial::new(), 10.0, 20_000.0);
        for window in [1, 10, 100] {
            let seen = dispersion(&arrivals, 0, 20_000_000_000_000, window * 1_000_000_000).unwrap();
            assert!(seen.poisson_tail() > 1e-6, "index `{}` in windows of `{window}` s", seen.index);
        }
        let n = arrivals.len() as f64;
        // The relative variance of a squared coefficient of variation of exponential gaps is 4/n, of its root 1/n.
        assert_close(gaps(&arrivals).coefficient_of_variation().unwrap(), 1.0, 4.89 / n.sqrt());
    }

    // worked example: a Hawkes process with rate 0.5, kernel 0.6·e^{−t}: rate 1.25, index to 1/(1 − 0.6)² = 6.25, in windows of t
    // 6.25 − 5.25·(1 − e^{−0.4t})/(0.4t).
    #[test]
    fn self_exciting_arrivals_have_their_known_dispersion() {
        let mut trial = Trial::new();
        let horizon = 400_000.0;
        // By clusters: every arrival has a Poisson number of children with mean 0.6, each after an exponential time.
        let mut open: Vec<f64> = poisson(&mut trial, 0.5, horizon).into_iter().map(|at| at as f64 / SECOND).collect();
        let mut arrivals = Vec::new();
        while let Some(at) = open.pop() {
            arrivals.push((at * SECOND) as u64);
            let mut left = trial.exponential();
            while left < 0.6 {
                open.push(at + trial.exponential());
                left += trial.exponential();
            }
        }
        arrivals.sort_unstable();
        let end = (horizon * SECOND) as u64;
        let found = dispersions(&arrivals, 0, end, &[2_000_000_000, 20_000_000_000, 100_000_000_000]);
        for (seen, t) in found.into_iter().zip([2.0, 20.0, 100.0]) {
            let seen = seen.unwrap();
            let index = 6.25 - 5.25 * (1.0 - exp(-0.4 * t)) / (0.4 * t);
            // Neighbouring windows go together, which at most trebles the variance of a variance of independent normal counts.
            assert_close(seen.index, index, 4.89 * (3.0 * 2.0 / seen.windows as f64).sqrt());
            assert_close(seen.mean, 1.25 * t, 4.89 * (6.25_f64 / (1.25 * horizon)).sqrt());
            assert!(seen.poisson_tail() < 1e-9);
        }
    }

    proptest! {
        #[test]
        fn counting_by_runs_equals_counting_by_windows(
            mut arrivals in prop::collection::vec(0_u64..500, 1..200), start in 0_u64..200, window in 1_u64..60,
        ) {
            arrivals.sort_unstable();
            let end = 500;
            let windows = (end - start) / window;
            let counts: Online = (0..windows)
                .map(|i| start + i * window)
                .map(|from| arrivals.iter().filter(|&&at| at >= from && at < from + window).count() as f64)
                .collect();
            match dispersion(&arrivals, start, end, window) {
                Some(seen) => {
                    prop_assert_eq!(seen.windows, counts.count());
                    prop_assert!((seen.mean - counts.mean().unwrap()).abs() < 1e-12);
                    prop_assert!((seen.variance - counts.variance().unwrap()).abs() < 1e-10);
                }
                None => prop_assert!(windows < 2 || counts.sum() == 0.0),
            }
        }
    }
}
