//! Tests of fit: the tails of the chi-square and of Kolmogorov's statistic.

use super::maths::{exp, lgamma, log};
use super::special::gamma_tail;

/// Samples up to this size get Kolmogorov's distribution exactly.
const EXACT_MAX: u64 = 500;
/// From this n·d² twice the one-sided tail is the two-sided one: both bounds are crossed with negligible chance.
const FAR: f64 = 2.2;
/// Samples up to this size get the sum of the one-sided tail.
const SUM_MAX: u64 = 100_000;

/// P(χ² > `statistic`) with `degrees` of freedom: Q(degrees/2, statistic/2). Panics unless `degrees` > 0, `statistic` ≥ 0.
pub fn chi_square_tail(statistic: f64, degrees: f64) -> f64 {
    gamma_tail(0.5 * degrees, 0.5 * statistic)
}

/// Pearson's Σ(observed − expected)²/expected. Panics where the lengths differ or an expected count is not positive.
pub fn chi_square_statistic(observed: &[u64], expected: &[f64]) -> f64 {
    assert_eq!(observed.len(), expected.len(), "every cell has an expected count");
    let cell = |(&seen, &mean): (&u64, &f64)| {
        assert!(mean > 0.0, "a cell expects a positive count, not `{mean}`");
        (seen as f64 - mean) * (seen as f64 - mean) / mean
    };
    observed.iter().zip(expected).map(cell).sum()
}

/// Kolmogorov's D: the greatest distance between the empirical distribution of `sorted` and the continuous `cdf`.
///
/// Panics where the sample is empty or not sorted.
pub fn kolmogorov_statistic(sorted: &[f64], cdf: impl Fn(f64) -> f64) -> f64 {
    assert!(!sorted.is_empty() && sorted.is_sorted(), "a sample must be sorted and not empty");
    let n = sorted.len() as f64;
    let gap = |(i, &x): (usize, &f64)| {
        let share = cdf(x);
        (share - i as f64 / n).max((i + 1) as f64 / n - share)
    };
    sorted.iter().enumerate().map(gap).fold(0.0, f64::max)
}

/// P(D ≥ `d`) for a sample of `n` from a fully known continuous law.
///
/// Exact to n = 500 (Marsaglia, Tsang and Wang 2003, *Evaluating Kolmogorov's distribution*), and from n·d² = 2.2 to n = 1e5
/// by Smirnov's one-sided sum (as in Simard and L'Ecuyer 2011); elsewhere Kolmogorov's limit at Vrbik's corrected argument
/// (2018), with error of order n^{−3/2}. Panics where `n` is 0 or `d` is negative or no number.
pub fn kolmogorov_tail(d: f64, n: u64) -> f64 {
    assert!(n > 0 && d >= 0.0, "Kolmogorov's statistic is not negative and its sample not empty");
    let size = n as f64;
    if d >= 1.0 {
        return 0.0;
    }
    if d <= 0.5 / size {
        return 1.0;
    }
    if size * d * d >= FAR && n <= SUM_MAX {
        return (2.0 * smirnov_tail(d, n)).min(1.0);
    }
    if n <= EXACT_MAX {
        return (1.0 - matrix_cdf(d, n)).clamp(0.0, 1.0);
    }
    let root = size.sqrt();
    limit_tail(d * root + 1.0 / (6.0 * root) + (d * root - 1.0) / (4.0 * size))
}

/// P(D⁺ ≥ `d`) = d·Σ_j C(n, j)(d + j/n)^{j−1}(1 − d − j/n)^{n−j} (Smirnov 1944): all terms positive.
fn smirnov_tail(d: f64, n: u64) -> f64 {
    let size = n as f64;
    let all = lgamma(size + 1.0);
    let last = (size * (1.0 - d)).floor() as u64;
    let term = |j: u64| {
        let j = j as f64;
        let rest = 1.0 - d - j / size;
        if rest <= 0.0 {
            // The last term is 0 unless its power is.
            return if j == size { d.max(f64::MIN_POSITIVE) } else { 0.0 };
        }
        let choices = all - lgamma(j + 1.0) - lgamma(size - j + 1.0);
        d * exp(choices + (j - 1.0) * log(d + j / size) + (size - j) * log(rest))
    };
    (0..=last).map(term).sum()
}

/// Kolmogorov's limit P(√n·D ≥ t): the alternating series, or its theta transform where that converges faster.
fn limit_tail(t: f64) -> f64 {
    if t <= 0.0 {
        return 1.0;
    }
    if t < 1.0 {
        let base = -std::f64::consts::PI * std::f64::consts::PI / (8.0 * t * t);
        let sum: f64 = (0..10).map(|k| exp(base * f64::from((2 * k + 1) * (2 * k + 1)))).sum();
        return 1.0 - (2.0 * std::f64::consts::PI).sqrt() / t * sum;
    }
    let term = |k: i32| if k % 2 == 1 { 2.0 } else { -2.0 } * exp(-2.0 * f64::from(k * k) * t * t);
    (1..=10).map(term).sum()
}

/// A square matrix times a power of 10¹⁴⁰, so that high powers stay within range.
#[derive(Clone)]
struct Scaled {
    order: usize,
    values: Vec<f64>,
    exponent: i32,
}

/// Where entries are brought down.
const LARGE: f64 = 1e140;

impl Scaled {
    fn times(&self, other: &Scaled) -> Scaled {
        let m = self.order;
        let mut values = vec![0.0; m * m];
        for i in 0..m {
            for k in 0..m {
                let left = self.values[i * m + k];
                for j in 0..m {
                    values[i * m + j] += left * other.values[k * m + j];
                }
            }
        }
        let mut exponent = self.exponent + other.exponent;
        if values[(m / 2) * m + m / 2] > LARGE {
            values.iter_mut().for_each(|value| *value /= LARGE);
            exponent += 1;
        }
        Scaled { order: m, values, exponent }
    }

    fn power(&self, n: u64) -> Scaled {
        let half = if n == 1 { return self.clone() } else { self.power(n / 2) };
        let square = half.times(&half);
        if n % 2 == 1 { self.times(&square) } else { square }
    }
}

/// P(D < `d`) exactly: n!/nⁿ times the middle entry of the n-th power of Durbin's matrix.
fn matrix_cdf(d: f64, n: u64) -> f64 {
    let size = n as f64;
    let k = (size * d) as usize + 1;
    let m = 2 * k - 1;
    let h = k as f64 - size * d;
    let mut values = vec![0.0; m * m];
    let powers: Vec<f64> = std::iter::successors(Some(h), |power| Some(power * h)).take(m).collect();
    for i in 0..m {
        for j in 0..m.min(i + 2) {
            let mut value = 1.0;
            if j == 0 {
                value -= powers[i];
            }
            if i == m - 1 {
                value -= powers[m - 1 - j];
            }
            if i == m - 1 && j == 0 && 2.0 * h > 1.0 {
                value += std::iter::repeat_n(2.0 * h - 1.0, m).product::<f64>();
            }
            values[i * m + j] = (1..=(i + 1 - j)).fold(value, |value, factor| value / factor as f64);
        }
    }
    let power = Scaled { order: m, values, exponent: 0 }.power(n);
    let mut share = power.values[(k - 1) * m + k - 1];
    let mut exponent = power.exponent;
    for i in 1..=n {
        share *= i as f64 / size;
        if share < 1.0 / LARGE {
            share *= LARGE;
            exponent -= 1;
        }
    }
    (0..exponent.abs()).fold(share, |share, _| if exponent > 0 { share * LARGE } else { share / LARGE })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::trial::{Trial, assert_close};

    // worked example: P(D < 0.274) at n = 10 as published with the matrix method; closed forms at n = 1 and 2.
    #[test]
    fn small_samples_have_their_known_distribution() {
        assert_close(1.0 - kolmogorov_tail(0.274, 10), 0.628_479_615_456_504_3, 1e-12);
        assert_close(kolmogorov_tail(0.7, 1), 0.6, 1e-13);
        assert_close(kolmogorov_tail(0.4, 2), 1.0 - 2.0 * 0.3 * 0.3, 1e-13);
        assert_close(kolmogorov_tail(0.8, 2), 2.0 * 0.2 * 0.2, 1e-13);
        assert_eq!((kolmogorov_tail(0.0, 5), kolmogorov_tail(1.0, 5), kolmogorov_tail(0.1, 5)), (1.0, 0.0, 1.0));
    }

    #[test]
    fn the_branches_meet() {
        for n in [20, 100, 500] {
            let size = n as f64;
            for square in [2.3, 3.0] {
                let d = f64::sqrt(square / size);
                assert_close(2.0 * smirnov_tail(d, n), 1.0 - matrix_cdf(d, n), 1e-4);
            }
        }
        // The corrected limit against the exact value at the sizes where they meet: of order 500^{−3/2} ≈ 9e-5.
        for t in [0.5, 0.8, 1.0, 1.2, 1.45] {
            let d = t / 500_f64.sqrt();
            let corrected = limit_tail(t + 1.0 / (6.0 * 500_f64.sqrt()) + (t - 1.0) / 2000.0);
            assert!((corrected - kolmogorov_tail(d, 500)).abs() < 9e-5, "at `{t}`");
        }
        // The two series of the limit.
        let (below, above) = (limit_tail(1.0 - 1e-9), limit_tail(1.0));
        assert_close(below, above, 1e-8);
        // worked example: the classical 5 % point of the limit.
        assert_close(limit_tail(1.358_098_8), 0.05, 1e-5);
    }

    // worked example: P(χ² > 3.841459; 1) = 0.05, P(χ² > x; 2) = e^{−x/2}.
    #[test]
    fn the_chi_square_has_its_known_tails() {
        assert_close(chi_square_tail(3.841_458_820_694_124, 1.0), 0.05, 1e-13);
        assert_close(chi_square_tail(100.0, 2.0), exp(-50.0), 1e-13);
        assert_close(chi_square_statistic(&[8, 12], &[10.0, 10.0]), 0.8, 1e-15);
    }

    #[test]
    fn uniform_draws_pass_both_tests() {
        let mut trial = Trial::new();
        let mut sample: Vec<f64> = (0..20_000).map(|_| trial.uniform()).collect();
        let mut cells = [0; 50];
        sample.iter().for_each(|u| cells[(u * 50.0) as usize] += 1);
        sample.sort_by(f64::total_cmp);
        let alpha = 1e-6;
        assert!(kolmogorov_tail(kolmogorov_statistic(&sample, |x| x), 20_000) > alpha);
        assert!(chi_square_tail(chi_square_statistic(&cells, &[400.0; 50]), 49.0) > alpha);
        // A law that is off by one part in ten is refused.
        assert!(kolmogorov_tail(kolmogorov_statistic(&sample, |x| x * x.sqrt().sqrt()), 20_000) < alpha);
    }

    #[test]
    fn tail_probabilities_of_true_laws_are_uniform() {
        let mut trial = Trial::new();
        let mut tails: Vec<f64> = (0..500)
            .map(|_| {
                let mut sample: Vec<f64> = (0..30).map(|_| trial.uniform()).collect();
                sample.sort_by(f64::total_cmp);
                kolmogorov_tail(kolmogorov_statistic(&sample, |x| x), 30)
            })
            .collect();
        tails.sort_by(f64::total_cmp);
        assert!(kolmogorov_tail(kolmogorov_statistic(&tails, |x| x), 500) > 1e-6);
    }
}
