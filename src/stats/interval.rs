//! Confidence intervals from replications and for differences, and when to stop replicating.

use serde::{Deserialize, Serialize};

pub use super::batch::{BatchMeans, Batches, batch_means};
pub use super::student::{equivalent_z, student_cdf, student_quantile};
pub use crate::maths::{normal_cdf, normal_quantile, normal_tail};

use super::online::{Online, Pair};

/// A mean with a symmetric confidence interval, in the units of what was measured.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// The point estimate.
    pub mean: f64,
    /// Half the width of the interval, never negative.
    pub half_width: f64,
    /// The nominal coverage, inside (0, 1).
    pub level: f64,
    /// How many independent replications (or batches) it rests on.
    pub n: u64,
}

/// Two arms compared run by run on common random numbers.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Paired {
    /// The mean of first − second with its paired-t interval.
    pub difference: Estimate,
    /// The correlation of the arms; none where an arm is constant.
    pub correlation: Option<f64>,
    /// (s₁² + s₂²)/s²₁₋₂: how many times more runs independent arms would need; none where the differences are constant.
    pub variance_reduction: Option<f64>,
}

/// A sequential stopping rule: enough runs, and an interval that is narrow beside its mean.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Precision {
    /// The greatest relative error wanted, γ, inside (0, 1).
    pub relative: f64,
    /// Never stop before this many runs; 10 is customary.
    pub runs_min: u64,
}

impl Estimate {
    /// The lower end of the interval.
    pub fn lower(&self) -> f64 {
        self.mean - self.half_width
    }

    /// The upper end of the interval.
    pub fn upper(&self) -> f64 {
        self.mean + self.half_width
    }

    /// Whether `value` lies in the interval.
    pub fn contains(&self, value: f64) -> bool {
        self.lower() <= value && value <= self.upper()
    }

    /// The half-width over the size of the mean; infinite where the mean is 0 and the half-width is not.
    pub fn relative_half_width(&self) -> f64 {
        if self.half_width == 0.0 { 0.0 } else { self.half_width / self.mean.abs() }
    }
}

/// The mean of independent replications with half-width t_{R−1, (1+level)/2}·s/√R. None below two replications.
///
/// Panics unless `level` lies inside (0, 1).
pub fn mean_interval(replications: &Online, level: f64) -> Option<Estimate> {
    assert_level(level);
    let n = replications.count();
    let (mean, error) = (replications.mean()?, replications.standard_error()?);
    let half_width = if error == 0.0 { 0.0 } else { error * student_quantile(0.5 * (1.0 + level), (n - 1) as f64) };
    Some(Estimate { mean, half_width, level, n })
}

/// [`mean_interval`] of a list.
pub fn replication_interval(replications: &[f64], level: f64) -> Option<Estimate> {
    mean_interval(&replications.iter().copied().collect(), level)
}

/// The paired-t comparison of two arms whose runs share their random numbers. None below two runs.
///
/// Panics where the arms differ in length, or unless `level` lies inside (0, 1).
pub fn paired(first: &[f64], second: &[f64], level: f64) -> Option<Paired> {
    assert_eq!(first.len(), second.len(), "paired arms have equally many runs");
    let mut arms = Pair::new();
    let mut differences = Online::new();
    for (&a, &b) in first.iter().zip(second) {
        arms.push(a, b);
        differences.push(a - b);
    }
    let difference = mean_interval(&differences, level)?;
    let (variance_first, variance_second) = arms.variances()?;
    let variance = differences.variance()?;
    let variance_reduction = (variance > 0.0).then(|| (variance_first + variance_second) / variance);
    Some(Paired { difference, correlation: arms.correlation(), variance_reduction })
}

impl Precision {
    /// The bound on half-width over |mean|, γ/(1 + γ): the *true* mean is the one the error is relative to (Law 2015,
    /// *Simulation Modeling and Analysis*, §9.4.1).
    pub fn bound(&self) -> f64 {
        self.relative / (1.0 + self.relative)
    }

    /// Whether `estimate` is precise enough to stop.
    pub fn is_met(&self, estimate: &Estimate) -> bool {
        estimate.n >= self.runs_min && estimate.half_width <= self.bound() * estimate.mean.abs()
    }
}

/// Independent observations needed for a relative half-width `relative` at `level`, from the coefficient of variation, by the
/// normal law: ⌈(z·cv/relative)²⌉. Panics unless `relative` > 0 and `level` lies inside (0, 1).
pub fn sample_size(coefficient_of_variation: f64, relative: f64, level: f64) -> u64 {
    assert_level(level);
    assert!(relative > 0.0, "a relative precision is positive, not `{relative}`");
    let ratio = normal_quantile(0.5 * (1.0 + level)) * coefficient_of_variation / relative;
    (ratio * ratio).ceil() as u64
}

pub(super) fn assert_level(level: f64) {
    assert!(level > 0.0 && level < 1.0, "a level lies inside (0, 1), not at `{level}`");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::trial::{Trial, assert_close};

    // worked example: ten runs of mean 1.115 and Σ(x−x̅)² = 0.30525 at 95 %.
    #[test]
    fn ten_replications_have_their_known_interval() {
        let runs = [1.09, 0.97, 1.36, 1.47, 1.07, 1.09, 1.03, 1.14, 1.11, 0.82];
        let estimate = replication_interval(&runs, 0.95).unwrap();
        assert_close(estimate.mean, 1.115, 1e-14);
        assert_close(estimate.half_width, 0.131_743_548_130_578_4, 1e-12);
        assert_close(estimate.relative_half_width(), 0.118_155_648_547_603_95, 1e-12);
        assert_eq!(estimate.n, 10);
        assert!(estimate.contains(estimate.lower()) && !estimate.contains(estimate.upper() + 1e-9));
    }

    // worked example: Law's ten observations, 1.34 ± 0.24 at 90 %.
    #[test]
    fn the_textbook_sample_has_its_known_interval() {
        let sample = [1.20, 1.50, 1.68, 1.89, 0.95, 1.49, 1.58, 1.55, 0.50, 1.09];
        let estimate = replication_interval(&sample, 0.9).unwrap();
        assert!((estimate.mean - 1.34).abs() < 0.005 && (estimate.half_width - 0.24).abs() < 0.005);
        assert_eq!(replication_interval(&[1.0], 0.9), None);
        assert_eq!(replication_interval(&[2.0, 2.0], 0.9).unwrap().half_width, 0.0);
    }

    // worked example: γ = 0.05 asks for 1/21; 5 % precision at a coefficient of variation of 1 takes 1 537.
    #[test]
    fn the_stopping_rule_has_its_known_bound() {
        let rule = Precision { relative: 0.05, runs_min: 10 };
        assert_close(rule.bound(), 0.047_619_047_619_047_616, 1e-15);
        assert_eq!(sample_size(1.0, 0.05, 0.95), 1537);
        let estimate = Estimate { mean: -21.0, half_width: 1.0, level: 0.95, n: 12 };
        assert!(rule.is_met(&estimate) && !rule.is_met(&Estimate { n: 9, ..estimate }));
        assert!(!rule.is_met(&Estimate { half_width: 1.01, ..estimate }));
    }

    #[test]
    fn pairing_removes_what_the_arms_share() {
        let mut trial = Trial::new();
        let common: Vec<f64> = (0..200).map(|_| trial.normal()).collect();
        let first: Vec<f64> = common.iter().map(|x| x + 0.5).collect();
        let second: Vec<f64> = common.iter().map(|x| x + 0.1 * trial.normal()).collect();
        let paired = paired(&first, &second, 0.99).unwrap();
        assert!(paired.difference.contains(0.5) && paired.difference.half_width < 0.05);
        assert!(paired.correlation.unwrap() > 0.98);
        // 2/0.01 = 200 in the limit; an F(199, 199) ratio stays within a factor 2 at z = 4.89.
        assert!((100.0..400.0).contains(&paired.variance_reduction.unwrap()));
        assert_eq!(super::paired(&first, &first, 0.99).unwrap().variance_reduction, None);
    }

    #[test]
    fn intervals_cover_as_often_as_they_say() {
        let mut trial = Trial::new();
        let covered = (0..400).filter(|_| {
            let runs: Online = (0..10).map(|_| 3.0 + trial.normal()).collect();
            mean_interval(&runs, 0.95).unwrap().contains(3.0)
        });
        let share = covered.count() as f64 / 400.0;
        // The 99 % binomial band around 0.95.
        assert!((0.920..=0.975).contains(&share), "covered `{share}`");
    }
}
