//! Who comes to a queue, by what it is worth to them and what it costs them to wait.

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
/// are uniform from `low` to `high` (N. M. Edelson and D. K. Hildebrand, "Congestion tolls for Poisson queuing processes",
/// Econometrica 43, 1975, with values that differ): the lesser root of λ (high − low) = all · (high − 1/(1−λ)), where the time
/// is between the two.
pub fn unseen(all: f64, low: f64, high: f64) -> f64 {
    let width = high - low;
    let sum = width + all * high;
    let root = (sum - (sum * sum - 4.0 * width * all * (high - 1.0)).sqrt()) / (2.0 * width);
    let time = 1.0 / (1.0 - root);
    assert!(low <= time && time <= high, "some join and some do not");
    root
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
        // Half of the values are above 5, which is the time in the queue at 0.8, and half above 2, which is that at 0.5.
        assert_known(unseen(1.6, 4.5, 5.5), 0.8);
        assert_known(unseen(1.0, 1.0, 3.0), 0.5);
    }
}
