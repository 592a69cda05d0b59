//! What is thought of a node whose answers are right with probability p each, and all looked at.

use super::{choose, power};

/// The mean, over the first `jobs` jobs, of (good + 1)/(all + 2) before each (P. S. Laplace's rule of succession; the beta reputation of
/// A. Jøsang and R. Ismail, 2002): after i of them (ip + 1)/(i + 2).
pub fn counted(p: f64, jobs: u32) -> f64 {
    (0..jobs).map(f64::from).map(|seen| (seen * p + 1.0) / (seen + 2.0)).sum::<f64>() / f64::from(jobs)
}

/// The same of (a + 1)/(a + b + 2), where each of the jobs before passed its check with probability p and added `pass` to a, or else
/// added `failure` to b: the mean over the binomial law of the passes.
pub fn weighted(p: f64, pass: f64, failure: f64, jobs: u32) -> f64 {
    let after = |seen: u32| -> f64 {
        let opinion = |passes: u32| {
            let (good, bad) = (f64::from(passes) * pass, f64::from(seen - passes) * failure);
            (good + 1.0) / (good + bad + 2.0)
        };
        (0..=seen)
            .map(|passes| choose(seen, passes) * power(p, passes) * power(1.0 - p, seen - passes) * opinion(passes))
            .sum()
    };
    (0..jobs).map(after).sum::<f64>() / f64::from(jobs)
}

/// The mean and the variance of (good + 1)/(all + 2) where the counts lose the share 1 − `keep` at each new one: all is
/// 1/(1−keep), and good has the variance p(1−p)/(1−keep²).
pub fn fading(p: f64, keep: f64) -> (f64, f64) {
    let all = 1.0 / (1.0 - keep);
    ((all * p + 1.0) / (all + 2.0), p * (1.0 - p) / (1.0 - keep * keep) / ((all + 2.0) * (all + 2.0)))
}

/// The mean and the variance of an exponential moving average: p and p(1−p)(1−keep)/(1+keep).
pub fn average(p: f64, keep: f64) -> (f64, f64) {
    (p, p * (1.0 - p) * (1.0 - keep) / (1.0 + keep))
}

/// The mean and the variance of 1 − 1/max(⌊s/3⌋, 3), where a score s rises by one with each right answer and a wrong one leaves two
/// thirds of it, rounded down (the credibility of iExec's Proof of Contribution, after L. Sarmenta, 2001): the stationary law of s, a
/// Markov chain.
pub fn score(p: f64) -> (f64, f64) {
    // A score of 200 is beyond every digit unless p is close to one.
    let top = 200;
    let mut shares = vec![0.0; top + 1];
    shares[0] = 1.0;
    for _ in 0..2_000 {
        let mut next = vec![0.0; top + 1];
        for (score, share) in shares.iter().enumerate() {
            next[(score + 1).min(top)] += share * p;
            next[score * 2 / 3] += share * (1.0 - p);
        }
        shares = next;
    }
    let trust = |score: usize| 1.0 - 1.0 / ((score / 3).max(3) as f64);
    let over = |of: &dyn Fn(f64) -> f64| -> f64 {
        shares.iter().enumerate().map(|(score, share)| share * of(trust(score))).sum()
    };
    let mean = over(&|trust| trust);
    (mean, over(&|trust| (trust - mean) * (trust - mean)))
}

/// How many trials it takes on the average until the first run of `run` of probability `p` each: (1 − pʳ)/((1 − p)pʳ) (W. Feller, *An
/// Introduction to Probability Theory and Its Applications*, volume 1, 1968, XIII.7).
pub fn trials_until_run(p: f64, run: u32) -> f64 {
    let all = (0..run).fold(1.0, |all, _| all * p);
    (1.0 - all) / ((1.0 - p) * all)
}

#[cfg(test)]
mod tests {
    use super::super::assert_known;
    use super::*;

    // worked example
    #[test]
    fn opinions() {
        // One half, and then (p + 1)/3.
        assert_known(counted(0.8, 2), (0.5 + 0.6) / 2.0);
        assert_known(fading(1.0, 0.9).0, 11.0 / 12.0);
        assert_known(fading(0.8, 0.9).0, 0.75);
        assert_known(average(0.8, 0.9).1, 0.16 / 19.0);
        // Two heads in a row: six tosses of a coin.
        assert_known(trials_until_run(0.5, 2), 6.0);
        // One who is never right has the least there is, and always the same.
        assert_known(score(0.0).0, 2.0 / 3.0);
        assert!(score(0.0).1.abs() < 1e-15 && score(0.9).0 > score(0.8).0);
    }
}
