//! Batch means: an interval for the mean of one long, dependent, stationary series.

use serde::{Deserialize, Serialize};

use super::interval::{Estimate, mean_interval};
use super::online::Online;
use crate::maths::normal_quantile;

/// What batches of a series say about its mean.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct BatchMeans {
    /// The mean of the batches with its t interval; `n` counts batches.
    pub estimate: Estimate,
    /// Observations in a batch.
    pub batch_size: u64,
    /// The lag-1 autocorrelation of the batch means.
    pub lag_one: f64,
    /// Von Neumann's statistic as a normal score: large where neighbouring batches still go together.
    pub lag_one_z: f64,
}

/// Collects batch means of a series of unknown length in constant memory: when it holds `most` batches, neighbours are
/// merged and batches are twice as long from then on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Batches {
    most: usize,
    size: u64,
    means: Vec<f64>,
    open: u64,
    open_mean: f64,
}

/// Cuts `series` into `batches` equal batches, leaving out the odd observations at its start (the nearest to a warm-up).
///
/// None with fewer than three batches, fewer observations than batches, or batches that do not vary.
/// Law 2015, *Simulation Modeling and Analysis*, §9.5.3. Panics unless `level` lies inside (0, 1) and all values are finite.
pub fn batch_means(series: &[f64], batches: usize, level: f64) -> Option<BatchMeans> {
    let size = series.len().checked_div(batches)?;
    if size == 0 {
        return None;
    }
    let kept = &series[series.len() - size * batches..];
    let means: Vec<f64> = kept.chunks_exact(size).map(|batch| batch.iter().sum::<f64>() / size as f64).collect();
    summarise(&means, size as u64, level)
}

impl BatchMeans {
    /// Whether the batches pass for independent: the one-sided test of von Neumann's statistic at error `alpha`. Where they do
    /// not, the interval is too narrow: take longer batches or a longer run.
    pub fn is_independent(&self, alpha: f64) -> bool {
        self.lag_one_z <= normal_quantile(1.0 - alpha)
    }
}

impl Batches {
    /// Nothing collected, batches of one observation, at most `most` batches. Panics unless `most` is even and at least 4.
    pub fn new(most: usize) -> Batches {
        assert!(most >= 4 && most.is_multiple_of(2), "batches are merged in pairs, so `most` is even and at least 4");
        Batches { most, size: 1, means: Vec::with_capacity(most), open: 0, open_mean: 0.0 }
    }

    /// Takes the next observation. Panics where it is not finite.
    pub fn push(&mut self, x: f64) {
        assert!(x.is_finite(), "an observation must be finite, not `{x}`");
        self.open += 1;
        self.open_mean += (x - self.open_mean) / self.open as f64;
        if self.open < self.size {
            return;
        }
        self.means.push(self.open_mean);
        (self.open, self.open_mean) = (0, 0.0);
        if self.means.len() == self.most {
            for i in 0..self.most / 2 {
                self.means[i] = 0.5 * (self.means[2 * i] + self.means[2 * i + 1]);
            }
            self.means.truncate(self.most / 2);
            self.size *= 2;
        }
    }

    /// The means of the complete batches, oldest first.
    pub fn means(&self) -> &[f64] {
        &self.means
    }

    /// What the complete batches say; none below three of them or where they do not vary.
    pub fn summary(&self, level: f64) -> Option<BatchMeans> {
        summarise(&self.means, self.size, level)
    }
}

/// The t interval of batch means, and von Neumann's ratio of successive differences to deviations: with b independent normal
/// batches, (1 − ratio/2)·√((b²−1)/(b−2)) is close to a standard normal (von Neumann 1941; Fishman 1978).
fn summarise(means: &[f64], batch_size: u64, level: f64) -> Option<BatchMeans> {
    let online: Online = means.iter().copied().collect();
    let estimate = mean_interval(&online, level)?;
    let apart = |x: f64| x - estimate.mean;
    let total: f64 = means.iter().map(|&x| apart(x) * apart(x)).sum();
    if means.len() < 3 || total == 0.0 {
        return None;
    }
    let lagged: f64 = means.windows(2).map(|pair| apart(pair[0]) * apart(pair[1])).sum();
    let successive: f64 = means.windows(2).map(|pair| (pair[1] - pair[0]) * (pair[1] - pair[0])).sum();
    let b = means.len() as f64;
    let lag_one_z = (1.0 - 0.5 * successive / total) * ((b * b - 1.0) / (b - 2.0)).sqrt();
    Some(BatchMeans { estimate, batch_size, lag_one: lagged / total, lag_one_z })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::trial::{Trial, assert_close};
    use proptest::prelude::*;

    /// A stationary autoregression of order 1 with φ = 0.8 and unit innovations.
    fn autoregression(length: usize) -> Vec<f64> {
        let mut trial = Trial::new();
        let mut x = trial.normal() / 0.6;
        (0..length)
            .map(|_| {
                x = 0.8 * x + trial.normal();
                x
            })
            .collect()
    }

    // worked example: batches 1, 2, 4, 3 have Σ(x − 2.5)² = 5, lagged products 0.75 − 0.75 + 0.75, successive squares 1 + 4 + 1.
    #[test]
    fn four_batches_have_their_known_lag() {
        let batches = batch_means(&[9.0, 0.5, 1.5, 2.0, 2.0, 5.0, 3.0, 3.0, 3.0], 4, 0.9).unwrap();
        assert_eq!((batches.batch_size, batches.estimate.n, batches.estimate.mean), (2, 4, 2.5));
        assert_close(batches.lag_one, (0.75 - 0.75 + 0.75) / 5.0, 1e-14);
        assert_close(batches.lag_one_z, 0.4 * 7.5_f64.sqrt(), 1e-14);
    }

    // worked example: batches of 50 of the autoregression correlate by 0.04878, means of 1 000 have variance 0.0248889.
    #[test]
    fn batches_of_an_autoregression_have_their_known_moments() {
        let series = autoregression(1_000_000);
        let short = batch_means(&series, 20_000, 0.95).unwrap();
        // The standard error of a small autocorrelation of b batches is 1/√b.
        assert!((short.lag_one - 0.048_779_027_456_330_06).abs() < 4.89 / 20_000_f64.sqrt());
        assert!(!short.is_independent(0.01));
        let long = batch_means(&series, 1000, 0.95).unwrap();
        let mean_of: Online = series.chunks(1000).map(|batch| batch.iter().sum::<f64>() / 1000.0).collect();
        // The relative standard error of a variance of b batches is √(2/(b−1)).
        assert_close(mean_of.variance().unwrap(), 0.024_888_888_888_888_92, 4.89 * (2.0 / 999.0_f64).sqrt());
        assert!(long.estimate.contains(0.0) || long.estimate.mean.abs() < 4.89 * (25.0_f64 / 1e6).sqrt());
    }

    #[test]
    fn an_independent_series_passes_about_as_often_as_it_should() {
        let mut trial = Trial::new();
        let passed = (0..400).filter(|_| {
            let series: Vec<f64> = (0..320).map(|_| trial.exponential()).collect();
            batch_means(&series, 32, 0.95).unwrap().is_independent(0.05)
        });
        let share = passed.count() as f64 / 400.0;
        assert!((0.920..=0.975).contains(&share), "passed `{share}`");
    }

    #[test]
    fn too_little_says_nothing() {
        assert_eq!(batch_means(&[1.0, 2.0], 3, 0.9), None);
        assert_eq!(batch_means(&[1.0, 2.0], 2, 0.9), None);
        assert_eq!(batch_means(&[1.0, 2.0], 0, 0.9), None);
        assert_eq!(batch_means(&[1.0; 9], 3, 0.9), None);
    }

    proptest! {
        #[test]
        fn the_collector_equals_the_batches_of_what_it_has_seen(
            series in prop::collection::vec(-1e3_f64..1e3, 1..600), half in 2_usize..20,
        ) {
            let mut collector = Batches::new(2 * half);
            series.iter().for_each(|&x| collector.push(x));
            let size = collector.size as usize;
            prop_assert!(collector.means.len() < 2 * half && size.is_power_of_two());
            prop_assert_eq!(collector.means.len(), series.len() / size);
            for (mean, batch) in collector.means().iter().zip(series.chunks(size)) {
                prop_assert!((mean - batch.iter().sum::<f64>() / size as f64).abs() < 1e-9);
            }
            let kept = &series[..collector.means.len() * size];
            let (seen, direct) = (collector.summary(0.9), batch_means(kept, collector.means.len(), 0.9));
            prop_assert_eq!(seen.is_some(), direct.is_some());
            if let (Some(seen), Some(direct)) = (seen, direct) {
                prop_assert_eq!(seen.batch_size, direct.batch_size);
                prop_assert!((seen.estimate.half_width - direct.estimate.half_width).abs() < 1e-6);
            }
        }
    }
}
