//! Series outside the market: the logarithm of a value that reverts, drifts or jumps.

use reliance::maths::{exp, normal_cdf};

/// The variance in the long run of dX = −r X dt + s dW: s²/2r.
pub fn long_run(reversion: f64, volatility: f64) -> f64 {
    volatility * volatility / (2.0 * reversion)
}

/// How much of the distance to its level such an X keeps over a time: e^(−rt).
pub fn kept(reversion: f64, time: f64) -> f64 {
    exp(-reversion * time)
}

/// The mean of m·exp(X), X normal with mean 0 and this variance.
pub fn lognormal_mean(median: f64, variance: f64) -> f64 {
    median * exp(0.5 * variance)
}

/// The mean and the variance that the logarithm gains in a unit of time, with jumps of normal logarithms at the rate λ: μ − σ²/2 + λm and
/// σ² + λ(m² + s²).
pub fn gained((drift, volatility): (f64, f64), (rate, mean, spread): (f64, f64, f64)) -> (f64, f64) {
    let square = volatility * volatility;
    (drift - 0.5 * square + rate * mean, square + rate * (mean * mean + spread * spread))
}

/// What a token is worth where a cheat that saves C is just worth the fee R and the S tokens that it risks with probability p: (C/p − R)/S.
pub fn break_even(saves: f64, risk: f64, fee: f64, slash: f64) -> f64 {
    (saves / risk - fee) / slash
}

/// The mean of max(0, X) of a normal X with this mean and standard deviation: m Φ(m/s) + s φ(m/s).
pub fn mean_above_zero(mean: f64, sd: f64) -> f64 {
    let at = mean / sd;
    mean * normal_cdf(at) + sd * exp(-0.5 * at * at) / (2.0 * std::f64::consts::PI).sqrt()
}

#[cfg(test)]
mod tests {
    use super::super::assert_known;
    use super::*;

    // worked example
    #[test]
    fn moments_of_logarithms() {
        assert_known(long_run(0.5, 0.3), 0.09);
        // Half of the mean of |X|, √(2/π)/2.
        assert_known(mean_above_zero(0.0, 1.0), 0.398_942_280_401_432_7);
        assert_known(kept(0.5, 2.0), 0.367_879_441_171_442_3);
        assert_known(lognormal_mean(2.0, 0.0), 2.0);
        let (mean, variance) = gained((0.3, 0.2), (2.0, 0.1, 0.3));
        assert_known(mean, 0.48);
        assert_known(variance, 0.24);
        assert_known(break_even(1.0, 0.5, 1.0, 0.4), 2.5);
    }
}
