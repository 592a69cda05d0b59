//! Parties that come and go: birth–death chains (W. Feller, An Introduction to Probability Theory and Its Applications I, 1968, ch. XVII).

use reliance::maths;

/// The mean number of `all` that are there, by the balance of coming and leaving: π(n) births(n) = π(n + 1) deaths(n + 1).
pub fn mean_present(all: usize, births: impl Fn(usize) -> f64, deaths: impl Fn(usize) -> f64) -> f64 {
    let (mut weight, mut sum, mut mean) = (1.0, 1.0, 0.0);
    for n in 1..=all {
        weight *= births(n - 1) / deaths(n);
        sum += weight;
        mean += weight * n as f64;
    }
    mean / sum
}

/// The mean time from `all` being there until fewer than `quorum` are: from n to n − 1 it takes h(n) = (1 + births(n) h(n + 1))/deaths(n).
pub fn until_fewer(all: usize, quorum: usize, births: impl Fn(usize) -> f64, deaths: impl Fn(usize) -> f64) -> f64 {
    let (mut step, mut sum) = (0.0, 0.0);
    for n in (quorum..=all).rev() {
        step = (1.0 + if n < all { births(n) * step } else { 0.0 }) / deaths(n);
        sum += step;
    }
    sum
}

/// η > 0 with η = λ(1 − e^(−η)): what is missing from a purse from which 1 a second goes, and into which 1 comes at the rate λ > 1 while there is
/// room, is exponential with this rate (S. Asmussen, Applied Probability and Queues, 2003, ch. IX: a spectrally negative process, reflected).
pub fn busiest(rate: f64) -> f64 {
    (0..200).fold(rate, |root, _| rate * (1.0 - maths::exp(-root)))
}

/// The share of its rate at which a step is taken for which so much speaks.
pub fn logistic(slope: f64, pull: f64) -> f64 {
    1.0 / (1.0 + maths::exp(-slope * pull))
}

#[cfg(test)]
mod tests {
    use super::*;

    // worked examples
    #[test]
    fn chains_keep_their_balance() {
        // Each by itself: two thirds of three are there.
        let mean = mean_present(3, |n| 2.0 * (3 - n) as f64, |n| n as f64);
        assert!((mean - 2.0).abs() < 1e-12, "{mean}");
        // 5 → 4 takes 1/5, 4 → 3 takes 1/4 + ½ · 1/5, 3 → 2 takes 1/3 + 4/3 · 0.35.
        let time = until_fewer(5, 3, |n| 2.0 * (5 - n) as f64, |n| n as f64);
        assert!((time - 1.35).abs() < 1e-12, "{time}");
        let root = busiest(2.0);
        assert!((root - 1.593_624_26).abs() < 1e-8 && (root - 2.0 * (1.0 - maths::exp(-root))).abs() < 1e-12, "{root}");
        assert_eq!((logistic(4.0, 0.0), logistic(2.0, 1e9)), (0.5, 1.0));
    }
}
