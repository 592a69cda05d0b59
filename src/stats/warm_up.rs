//! How much of the start of a run to leave out: the marginal standard error rule.

use serde::{Deserialize, Serialize};

/// Observations in a batch of the usual rule, MSER-5.
pub const BATCH: usize = 5;

/// Where a series is cut so that its start no longer biases its mean.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct WarmUp {
    /// Batches to leave out at the start.
    pub batches_cut: usize,
    /// Observations to leave out at the start.
    pub cut: usize,
    /// Σ(Y − Y̅)²/(kept batches)² over the kept batches, in squared units of the series.
    pub statistic: f64,
    /// The mean of the kept batches.
    pub mean: f64,
    /// False where the best cut is the last one searched, half the run: the run is too short to tell, make it longer.
    pub settled: bool,
}

/// MSER-5: [`mser`] with batches of five.
pub fn mser_5(series: &[f64]) -> Option<WarmUp> {
    mser(series, BATCH)
}

/// The cut d* = argmin over the first half of Σ_{j≥d}(Y_j − Y̅_d)²/(n − d)², Y the means of n whole batches of `batch`
/// observations (White 1997; Hoad, Robinson and Davies 2010); the earliest of equal cuts.
///
/// One backward pass, so linear in the length. None with fewer than four whole batches.
/// Panics where `batch` is 0 or a value is not finite.
pub fn mser(series: &[f64], batch: usize) -> Option<WarmUp> {
    assert!(batch > 0, "a batch has observations");
    let batches: Vec<f64> = series.chunks_exact(batch).map(|part| part.iter().sum::<f64>() / batch as f64).collect();
    assert!(batches.iter().all(|mean| mean.is_finite()), "a series to be cut must be finite");
    let count = batches.len();
    if count < 4 {
        return None;
    }
    let (mut kept, mut mean, mut squares) = (0.0, 0.0, 0.0);
    let mut best: Option<WarmUp> = None;
    for (cut, y) in batches.iter().enumerate().rev() {
        // Welford's update, from the end of the run to its start.
        kept += 1.0;
        let apart = y - mean;
        mean += apart / kept;
        squares += apart * (y - mean);
        let statistic = squares / (kept * kept);
        if cut <= count / 2 && best.is_none_or(|best| statistic <= best.statistic) {
            let settled = cut < count / 2;
            best = Some(WarmUp { batches_cut: cut, cut: cut * batch, statistic, mean, settled });
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::maths::pow;
    use crate::stats::trial::{Trial, assert_close};
    use proptest::prelude::*;

    // worked example: after batches 9, 6 the rest alternate 3 and 5: cut 2 leaves 8 deviations of 1, so 8/64.
    #[test]
    fn an_obvious_start_is_cut() {
        let batches = [9.0, 6.0, 3.0, 5.0, 3.0, 5.0, 3.0, 5.0, 3.0, 5.0];
        let series: Vec<f64> = batches.iter().flat_map(|&y| [y - 1.0, y, y, y, y + 1.0]).collect();
        let warm_up = mser_5(&series).unwrap();
        assert_eq!((warm_up.batches_cut, warm_up.cut, warm_up.settled), (2, 10, true));
        assert_close(warm_up.statistic, 8.0 / 64.0, 1e-14);
        assert_close(warm_up.mean, 4.0, 1e-14);
        // Observations short of a batch are not looked at.
        let longer: Vec<f64> = series.iter().copied().chain([1e9; 4]).collect();
        assert_eq!(mser_5(&longer), Some(warm_up));
    }

    #[test]
    fn a_geometric_approach_is_cut_where_the_definition_says() {
        // 1 − 0.8^i with a ripple of ±0.01, free of chance.
        let series: Vec<f64> =
            (0..400).map(|i| 1.0 - pow(0.8, f64::from(i)) + if i / 5 % 2 == 0 { 0.01 } else { -0.01 }).collect();
        let warm_up = mser_5(&series).unwrap();
        let expected = brute(&series, 5);
        assert_eq!((warm_up.batches_cut, warm_up.settled), (expected.0, true));
        assert_close(warm_up.statistic, expected.1, 1e-9);
        assert!((3..8).contains(&warm_up.batches_cut), "cut `{}`", warm_up.batches_cut);
    }

    #[test]
    fn a_run_that_never_settles_says_so() {
        let series: Vec<f64> = (0..200).map(f64::from).collect();
        let warm_up = mser_5(&series).unwrap();
        assert!(!warm_up.settled && warm_up.batches_cut == 20);
        assert_eq!(mser_5(&series[..19]), None);
    }

    #[test]
    fn a_stationary_run_loses_little() {
        let mut trial = Trial::new();
        let series: Vec<f64> = (0..10_000).map(|_| trial.normal()).collect();
        let warm_up = mser_5(&series).unwrap();
        assert!(warm_up.settled && warm_up.mean.abs() < 4.89 / (10_000.0 - warm_up.cut as f64).sqrt());
    }

    /// The definition, in quadratic time.
    fn brute(series: &[f64], batch: usize) -> (usize, f64) {
        let batches: Vec<f64> =
            series.chunks_exact(batch).map(|part| part.iter().sum::<f64>() / batch as f64).collect();
        let statistic = |cut: usize| {
            let kept = &batches[cut..];
            let n = kept.len() as f64;
            let mean = kept.iter().sum::<f64>() / n;
            kept.iter().map(|y| (y - mean) * (y - mean)).sum::<f64>() / (n * n)
        };
        let cuts = 0..=batches.len() / 2;
        cuts.map(|cut| (cut, statistic(cut))).min_by(|a, b| a.1.total_cmp(&b.1)).expect("at least one cut")
    }

    proptest! {
        #[test]
        fn one_pass_equals_the_definition(
            series in prop::collection::vec(-10.0_f64..10.0, 20..300), batch in 1_usize..6, start in 0.0_f64..100.0,
        ) {
            let series: Vec<f64> =
                series.iter().enumerate().map(|(i, y)| y + start * pow(0.9, i as f64)).collect();
            if let Some(warm_up) = mser(&series, batch) {
                let (_, least) = brute(&series, batch);
                prop_assert!((warm_up.statistic - least).abs() <= 1e-9 * least.max(1e-9));
                prop_assert_eq!(warm_up.cut, warm_up.batches_cut * batch);
                prop_assert!(warm_up.batches_cut <= series.len() / batch / 2);
            }
        }
    }
}
