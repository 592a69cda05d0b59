//! How long checks and proofs take, and how many looks there are.

use reliance::maths::exp_m1;

use super::power;

/// The mean of a check that reads a job of so many tokens `factor` times, at `speed`, where reading takes so many seconds and so many
/// per token: by linearity it needs the mean number of tokens alone.
pub fn reads(factor: f64, speed: f64, (fixed, per_token): (f64, f64), tokens: f64) -> f64 {
    factor / speed * (fixed + per_token * tokens)
}

/// The mean time in a queue of a server of Poisson arrivals and exponential service (M/M/1). Where all of `ways` servers have an equal part of
/// every job, their queues are the same at all times, and each is such a server of `ways` times the rate.
pub fn divided(arrivals: f64, mean: f64, ways: f64) -> f64 {
    1.0 / (ways / mean - arrivals)
}

/// The mean of the greatest of n exponential times of mean 1: 1 + 1/2 + … + 1/n (A. Rényi 1953).
pub fn harmonic(n: u32) -> f64 {
    (1..=n).map(|i| 1.0 / f64::from(i)).sum()
}

/// The probability that an exponential look of mean 1 ends in `time`, and the mean of the shorter of the two: with redraws of a memoryless
/// look it does not matter how the time is divided among those drawn.
pub fn voted(time: f64) -> f64 {
    -exp_m1(-time)
}

/// How many of n exponential looks of mean 1 have ended a time after the first: the others begin anew then.
pub fn sealed(n: u32, after: f64) -> f64 {
    1.0 + f64::from(n - 1) * voted(after)
}

/// The probability that a customer finds a server of load ρ with room for `room` customers full (M/M/1/K, A. K. Erlang).
pub fn full(load: f64, room: u32) -> f64 {
    power(load, room) * (1.0 - load) / (1.0 - power(load, room + 1))
}

#[cfg(test)]
mod tests {
    use std::f64::consts::LN_2;

    use super::super::assert_known;
    use super::*;

    // worked example
    #[test]
    fn times() {
        assert_known(reads(3.0, 2.0, (0.01, 1e-4), 400.0), 0.075);
        assert_known(divided(1.0, 1.0, 2.0), 1.0);
        assert_known(divided(0.0, 8.0, 4.0), 2.0);
        assert_known(harmonic(4), 25.0 / 12.0);
        assert_known(voted(LN_2), 0.5);
        assert_known(sealed(5, LN_2), 3.0);
        assert_known(full(0.5, 2), 1.0 / 7.0);
    }
}
