//! Who comes to a queue, by what it is worth to them and what it costs them to wait.

use reliance::engine::maths;

/// M/M/1 where nobody joins who would be more than the K-th there (P. Naor, "The regulation of queue size by levying tolls",
/// Econometrica 37, 1969).
pub struct Joined {
    /// P(K jobs), which is the share that stays away.
    pub away: f64,
    /// The mean number of jobs.
    pub jobs: f64,
}

/// The queue of arrivals at the rate `lambda`, of which no more than `most` are there at a time, at a server of rate 1.
pub fn joined(lambda: f64, most: u32) -> Joined {
    let weights: Vec<f64> = (0..=most).map(|n| super::power(lambda, n)).collect();
    let total: f64 = weights.iter().sum();
    let jobs = weights.iter().enumerate().map(|(n, weight)| n as f64 * weight).sum::<f64>() / total;
    Joined { away: weights[most as usize] / total, jobs }
}

/// What a second is worth to all together, where an answer is worth `value` and a second of waiting costs 1.
pub fn welfare(lambda: f64, most: u32, value: f64) -> f64 {
    let Joined { away, jobs } = joined(lambda, most);
    lambda * (1.0 - away) * value - jobs
}

/// The rate at which those join who know only the mean time in the queue, 1/(1−λ), where `all` come by a second with values that
/// are exponential with the mean `value` (N. M. Edelson and D. K. Hildebrand, "Congestion tolls for Poisson queuing processes",
/// Econometrica 43, 1975, with values that differ): the root of λ = all · exp(−1/((1−λ) value)), found by halving.
pub fn unseen(all: f64, value: f64) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..200 {
        let lambda = (low + high) / 2.0;
        let share = maths::exp(-1.0 / ((1.0 - lambda) * value));
        if lambda < all * share { low = lambda } else { high = lambda }
    }
    low
}

#[cfg(test)]
mod tests {
    use super::super::assert_known;
    use super::*;

    // worked example
    #[test]
    fn queues_seen_and_unseen() {
        assert_known(welfare(0.8, 5, 5.0), 1.776_389_973_111_284_2);
        assert_known(welfare(0.8, 2, 5.0), 2.098_360_655_737_704_6);
        // Two is best for all, five what each chooses.
        assert!((1..10).all(|most| welfare(0.8, most, 5.0) <= welfare(0.8, 2, 5.0)));
        // A mean of 5/ln 2 puts half of the values above 5, which is the time in the queue at 0.8.
        assert_known(unseen(1.6, 5.0 / maths::ln(2.0)), 0.8);
    }
}
