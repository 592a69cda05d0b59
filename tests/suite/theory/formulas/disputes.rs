//! Alarms that do not decide alone, and challenges.

use super::votes::at_least;
use super::{choose, power};

/// The probability that an answer passes a ladder of checks, each of which decides about the alarm of the one before: it is refused if all
/// of them refuse it.
pub fn passes_ladder(refuse: &[f64]) -> f64 {
    1.0 - refuse.iter().product::<f64>()
}

/// The probability that the majority of `n` raises the alarm, each with probability p by itself.
pub fn majority_alarms(n: u32, p: f64) -> f64 {
    at_least(n, n / 2 + 1, p)
}

/// The probability that a group of `n` upholds an alarm: at least `quorum` of them vote, each with probability v, and no more than half of
/// those approve, while each raises the alarm with probability p.
pub fn upheld_by_group(n: u32, quorum: u32, votes: f64, alarms: f64) -> f64 {
    let cast = |count: u32| choose(n, count) * power(votes, count) * power(1.0 - votes, n - count);
    (quorum.max(1)..=n).map(|count| cast(count) * at_least(count, count.div_ceil(2), alarms)).sum()
}

/// What a ladder is expected to take, or to cost, where check i begins if all before it have refused the answer: Σ cᵢ ∏_{j<i} rⱼ.
pub fn expected_of_ladder(refuse: &[f64], each: &[f64]) -> f64 {
    each.iter().enumerate().map(|(index, each)| each * refuse[..index].iter().product::<f64>()).sum()
}

/// The probability that one of n watchers challenges an answer, each looking with probability a and taking it for wrong with probability d
/// if it looks: 1 − (1 − a d)ⁿ.
pub fn challenged(n: u32, a: f64, d: f64) -> f64 {
    1.0 - power(1.0 - a * d, n)
}

/// Two copies, each right with probability p and all wrong ones alike, and a referee that looks at the answer of one of them at random, and
/// at the other's if it refuses that; it accepts a right answer with probability q and a wrong one with u. The probabilities that a right and
/// that a wrong answer is accepted, and the mean number of its looks.
pub fn two_copies(p: f64, q: f64, u: f64) -> (f64, f64, f64) {
    let (both_right, both_wrong, differ) = (p * p, (1.0 - p) * (1.0 - p), 2.0 * p * (1.0 - p));
    let right = both_right + differ * 0.5 * (q + (1.0 - u) * q);
    let wrong = both_wrong + differ * 0.5 * (u + (1.0 - q) * u);
    (right, wrong, differ * (1.0 + 0.5 * (1.0 - q) + 0.5 * (1.0 - u)))
}

/// The rounds that narrow a dispute down to one of so many steps, by halving: ⌈log₂ steps⌉.
pub fn rounds(steps: u64) -> u32 {
    let (mut rounds, mut left) = (0, steps);
    while left > 1 {
        left = left.div_ceil(2);
        rounds += 1;
    }
    rounds
}

#[cfg(test)]
mod tests {
    use super::*;

    // worked example
    #[test]
    fn ladders() {
        assert!((passes_ladder(&[0.5, 0.2]) - 0.9).abs() < 1e-15);
        // The second check begins half of the time, the third one time in ten.
        assert!((expected_of_ladder(&[0.5, 0.2, 1.0], &[1.0, 2.0, 3.0]) - 2.3).abs() < 1e-15);
        assert!((majority_alarms(3, 0.6) - 0.648).abs() < 1e-15);
    }

    // worked example: two of three must vote. Two do with 3/8 and one alarm is enough, three with 1/8 and two are.
    #[test]
    fn groups() {
        assert!((upheld_by_group(3, 2, 0.5, 0.5) - (0.375 * 0.75 + 0.125 * 0.5)).abs() < 1e-15);
        assert!((upheld_by_group(5, 1, 1.0, 0.6) - majority_alarms(5, 0.6)).abs() < 1e-15);
    }

    // worked example
    #[test]
    fn copies() {
        // A referee that errs never: whoever is right is accepted, after one look or two.
        let (right, wrong, looks) = two_copies(0.5, 1.0, 0.0);
        assert_eq!([right, wrong, looks], [0.75, 0.25, 0.75]);
    }

    // worked example
    #[test]
    fn watchers() {
        assert!((challenged(2, 0.5, 0.5) - 0.4375).abs() < 1e-15);
        assert_eq!([1, 2, 3, 1000, 1024, 1025].map(rounds), [0, 1, 2, 10, 10, 11]);
    }
}
