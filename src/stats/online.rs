//! Moments in one pass and constant memory: of one variable, and of a pair of variables.

use serde::{Deserialize, Serialize};

/// Count, mean and spread of the observations pushed so far, in their own units.
///
/// Updates by Welford 1962 (*Note on a method for calculating corrected sums of squares and products*), merging by
/// Chan, Golub and LeVeque 1979: sums are of differences from the running mean, so a large common offset costs no digits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Online {
    count: u64,
    mean: f64,
    /// Σ(x − mean)².
    second: f64,
}

/// Joint first and second moments of pairs (x, y) pushed so far: covariance, correlation, the line of y on x, and y̅/x̅.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Pair {
    count: u64,
    mean_x: f64,
    mean_y: f64,
    /// Σ(x − mean)².
    second_x: f64,
    /// Σ(y − mean)².
    second_y: f64,
    /// Σ(x − mean)(y − mean).
    product: f64,
}

/// The straight line y = intercept + slope·x of least squares.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct RegressionLine {
    /// Units of y per unit of x.
    pub slope: f64,
    /// Units of y.
    pub intercept: f64,
}

/// A ratio of means with its sampling error.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ratio {
    /// y̅ / x̅.
    pub value: f64,
    /// The variance of `value` by the delta method.
    pub variance: f64,
}

impl Online {
    /// No observation yet.
    pub fn new() -> Online {
        Online::default()
    }

    /// Takes one observation, in a few nanoseconds. Panics where it is not finite.
    #[inline]
    pub fn push(&mut self, x: f64) {
        if !x.is_finite() {
            refuse(x);
        }
        // From signed numbers the way is one instruction.
        let before = self.count.cast_signed() as f64;
        self.count += 1;
        let apart = x - self.mean;
        let step = apart / (before + 1.0);
        self.mean += step;
        self.second += apart * step * before;
    }

    /// Takes in all observations of `other`; the order of merging changes only roundings.
    pub fn merge(&mut self, other: &Online) {
        if other.count == 0 {
            return;
        }
        if self.count == 0 {
            *self = *other;
            return;
        }
        let (a, b) = (self.count as f64, other.count as f64);
        let n = a + b;
        let apart = other.mean - self.mean;
        let step = apart / n;
        self.second += other.second + apart * step * a * b;
        self.mean += step * b;
        self.count += other.count;
    }

    /// How many observations there are.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The mean; none before the first observation.
    pub fn mean(&self) -> Option<f64> {
        (self.count > 0).then_some(self.mean)
    }

    /// The sum of the observations.
    pub fn sum(&self) -> f64 {
        self.mean * self.count as f64
    }

    /// The unbiased variance (divisor n − 1); none before the second observation.
    pub fn variance(&self) -> Option<f64> {
        (self.count > 1).then(|| self.second / (self.count - 1) as f64)
    }

    /// The root of [`Online::variance`].
    pub fn deviation(&self) -> Option<f64> {
        self.variance().map(f64::sqrt)
    }

    /// The standard error of the mean, were the observations independent; none before the second.
    pub fn standard_error(&self) -> Option<f64> {
        self.variance().map(|variance| (variance / self.count as f64).sqrt())
    }

    /// Deviation over mean; none before the second observation or where the mean is 0.
    pub fn coefficient_of_variation(&self) -> Option<f64> {
        self.deviation().filter(|_| self.mean != 0.0).map(|deviation| deviation / self.mean)
    }
}

/// Apart and cold, so that what it prints is not kept at hand.
#[cold]
fn refuse(x: f64) -> ! {
    panic!("an observation must be finite, not `{x}`")
}

impl FromIterator<f64> for Online {
    fn from_iter<I: IntoIterator<Item = f64>>(observations: I) -> Online {
        let mut online = Online::new();
        observations.into_iter().for_each(|x| online.push(x));
        online
    }
}

impl Pair {
    /// No pair yet.
    pub fn new() -> Pair {
        Pair::default()
    }

    /// Takes one pair. Panics where either is not finite.
    #[inline]
    pub fn push(&mut self, x: f64, y: f64) {
        assert!(x.is_finite() && y.is_finite(), "a pair must be finite, not (`{x}`, `{y}`)");
        let before = self.count as f64;
        self.count += 1;
        let count = before + 1.0;
        let (apart_x, apart_y) = (x - self.mean_x, y - self.mean_y);
        let weight = before / count;
        self.mean_x += apart_x / count;
        self.mean_y += apart_y / count;
        self.second_x += apart_x * apart_x * weight;
        self.second_y += apart_y * apart_y * weight;
        self.product += apart_x * apart_y * weight;
    }

    /// Takes in all pairs of `other`.
    pub fn merge(&mut self, other: &Pair) {
        if other.count == 0 {
            return;
        }
        let (a, b) = (self.count as f64, other.count as f64);
        let n = a + b;
        let (apart_x, apart_y) = (other.mean_x - self.mean_x, other.mean_y - self.mean_y);
        let weight = a * b / n;
        self.mean_x += apart_x * b / n;
        self.mean_y += apart_y * b / n;
        self.second_x += other.second_x + apart_x * apart_x * weight;
        self.second_y += other.second_y + apart_y * apart_y * weight;
        self.product += other.product + apart_x * apart_y * weight;
        self.count += other.count;
    }

    /// How many pairs there are.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The means of x and of y; none before the first pair.
    pub fn means(&self) -> Option<(f64, f64)> {
        (self.count > 0).then_some((self.mean_x, self.mean_y))
    }

    /// The unbiased variances of x and of y; none before the second pair.
    pub fn variances(&self) -> Option<(f64, f64)> {
        let divisor = self.count.saturating_sub(1) as f64;
        (self.count > 1).then(|| (self.second_x / divisor, self.second_y / divisor))
    }

    /// The unbiased covariance; none before the second pair.
    pub fn covariance(&self) -> Option<f64> {
        (self.count > 1).then(|| self.product / (self.count - 1) as f64)
    }

    /// Pearson's correlation, in [−1, 1]; none where either variable is constant.
    pub fn correlation(&self) -> Option<f64> {
        let scale = self.second_x.sqrt() * self.second_y.sqrt();
        (scale > 0.0).then(|| (self.product / scale).clamp(-1.0, 1.0))
    }

    /// The line of y on x by ordinary least squares; none where x is constant.
    pub fn line(&self) -> Option<RegressionLine> {
        (self.second_x > 0.0).then(|| {
            let slope = self.product / self.second_x;
            RegressionLine { slope, intercept: self.mean_y - slope * self.mean_x }
        })
    }

    /// The ratio estimator r = y̅/x̅ with variance (s_y² − 2r·s_xy + r²s_x²)/(n·x̅²), the delta method (Cochran 1977, *Sampling
    /// Techniques*, §2.11): cost per job and the like. None before the second pair or where the mean of x is 0.
    pub fn ratio(&self) -> Option<Ratio> {
        if self.count < 2 || self.mean_x == 0.0 {
            return None;
        }
        let n = self.count as f64;
        let value = self.mean_y / self.mean_x;
        let residual = self.second_y - 2.0 * value * self.product + value * value * self.second_x;
        // Where y is exactly proportional to x, rounding may leave a hair below zero.
        let variance = residual.max(0.0) / ((n - 1.0) * n * self.mean_x * self.mean_x);
        Some(Ratio { value, variance })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::maths::exp;
    use crate::stats::trial::{Trial, assert_close};
    use proptest::prelude::*;

    // worked example: 2, 4, 4, 4, 5, 5, 7, 9 have Σ(x−5)² = 32.
    #[test]
    fn eight_observations_have_their_known_moments() {
        let online: Online = [2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0].into_iter().collect();
        assert_eq!((online.count(), online.mean()), (8, Some(5.0)));
        assert_close(online.variance().unwrap(), 32.0 / 7.0, 1e-15);
        assert_eq!(online.sum(), 40.0);
        assert_close(online.standard_error().unwrap(), (4.0_f64 / 7.0).sqrt(), 1e-15);
        assert_close(online.coefficient_of_variation().unwrap(), (32.0_f64 / 7.0).sqrt() / 5.0, 1e-15);
    }

    #[test]
    fn nothing_seen_is_nothing_said() {
        let mut online = Online::new();
        assert_eq!((online.mean(), online.variance()), (None, None));
        online.push(3.0);
        assert_eq!((online.mean(), online.variance()), (Some(3.0), None));
        let text = serde_json::to_string(&Online::new()).unwrap();
        assert_eq!(serde_json::from_str::<Online>(&text).unwrap(), Online::new());
    }

    #[test]
    fn a_large_offset_costs_no_digits() {
        let mut trial = Trial::new();
        let (mut near, mut far) = (Online::new(), Online::new());
        for _ in 0..100_000 {
            // Multiples of 2⁻²⁰, so that adding the offset is exact.
            let x = trial.below(1 << 20) as f64 / f64::from(1 << 20);
            near.push(x);
            far.push(x + 4e9);
        }
        // Condition κ = √(1 + mean²/variance); Welford loses κε√n at most in practice, the sum of squares would lose κ²ε ≈ 4e4.
        let condition = 4e9 / near.deviation().unwrap();
        let limit = condition * f64::EPSILON * 1e5_f64.sqrt();
        assert!(limit < 1.1e-3);
        assert_close(far.variance().unwrap(), near.variance().unwrap(), limit);
        assert_close(near.variance().unwrap(), 1.0 / 12.0, 0.02);
    }

    // worked example: y = 1, 3, 2, 5 on x = 1, 2, 3, 4 is y = 1.1x with correlation 5.5/√(5·8.75).
    #[test]
    fn four_pairs_have_their_known_line_and_ratio() {
        let mut pair = Pair::new();
        [(1.0, 1.0), (2.0, 3.0), (3.0, 2.0), (4.0, 5.0)].into_iter().for_each(|(x, y)| pair.push(x, y));
        let line = pair.line().unwrap();
        assert_close(line.slope, 1.1, 1e-14);
        assert_close(line.intercept, 0.0, 1e-14);
        assert_close(pair.correlation().unwrap(), 5.5 / 43.75_f64.sqrt(), 1e-14);
        assert_close(pair.covariance().unwrap(), 5.5 / 3.0, 1e-14);
        let ratio = pair.ratio().unwrap();
        assert_close(ratio.value, 1.1, 1e-15);
        // s_y² − 2·1.1·s_xy + 1.21·s_x² = (8.75 − 12.1 + 6.05)/3 = 0.9, over 4·2.5².
        assert_close(ratio.variance, 0.9 / 25.0, 1e-13);
    }

    // worked example: e^U against 1 − U's e^{1−U} (antithetic) and against U (control variate), by the midpoint rule.
    #[test]
    fn variance_reductions_of_the_exponential_have_their_known_sizes() {
        let (mut antithetic, mut control) = (Pair::new(), Pair::new());
        for i in 0..200_000 {
            let u = (f64::from(i) + 0.5) / 200_000.0;
            antithetic.push(exp(u), exp(1.0 - u));
            control.push(u, exp(u));
        }
        assert_close(1.0 + antithetic.correlation().unwrap(), 0.032_329_928_565_484_715, 1e-7);
        let rho = control.correlation().unwrap();
        assert_close(1.0 - rho * rho, 0.016_279_517_568_083_99, 1e-7);
    }

    fn all_of(values: &[f64]) -> Online {
        values.iter().copied().collect()
    }

    proptest! {
        #[test]
        fn merging_equals_pushing_in_any_order(
            values in prop::collection::vec(-1e6_f64..1e6, 2..200), cut in any::<prop::sample::Index>(),
        ) {
            let (left, right) = values.split_at(cut.index(values.len()));
            let whole = all_of(&values);
            let mut merged = all_of(right);
            merged.merge(&all_of(left));
            prop_assert_eq!(merged.count(), whole.count());
            prop_assert!((merged.mean - whole.mean).abs() < 1e-8);
            prop_assert!((merged.second - whole.second).abs() <= 1e-11 * whole.second.max(1.0));
            let reversed: Online = values.iter().rev().copied().collect();
            prop_assert!((reversed.second - whole.second).abs() <= 1e-11 * whole.second.max(1.0));
        }

        #[test]
        fn a_pair_merges_and_agrees_with_its_parts(
            values in prop::collection::vec((-1e3_f64..1e3, -1e3_f64..1e3), 2..200), cut in any::<prop::sample::Index>(),
        ) {
            let of = |part: &[(f64, f64)]| part.iter().fold(Pair::new(), |mut pair, &(x, y)| { pair.push(x, y); pair });
            let (left, right) = values.split_at(cut.index(values.len()));
            let whole = of(&values);
            let mut merged = of(left);
            merged.merge(&of(right));
            prop_assert_eq!(merged.count, whole.count);
            prop_assert!((merged.product - whole.product).abs() <= 1e-9 * (whole.second_x + whole.second_y).max(1.0));
            let x: Online = values.iter().map(|value| value.0).collect();
            prop_assert!((x.second - whole.second_x).abs() <= 1e-11 * x.second.max(1.0));
            prop_assert!((x.mean - whole.mean_x).abs() < 1e-9);
        }
    }
}
