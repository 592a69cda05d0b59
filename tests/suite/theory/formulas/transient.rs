//! Queues that change with time: M/M/1 from empty, and M_t/G/∞ with a sine of arrivals.

use std::f64::consts::TAU;

use reliance::maths;

/// E N(t) of M/M/1 from empty, by uniformisation: N is a chain on 0, 1, 2, … at the events of a Poisson process of the rate
/// λ+μ, of which there are K with the Poisson law (A. Jensen 1953; D. Gross and D. R. Miller, Operations Research 32, 1984).
pub fn jobs_from_empty(lambda: f64, mu: f64, t: f64) -> f64 {
    let (rate, up) = (lambda + mu, lambda / (lambda + mu));
    let steps = (rate * t + 12.0 * (rate * t).sqrt() + 40.0) as usize;
    let mut shares = vec![0.0; steps + 2];
    shares[0] = 1.0;
    let (mut total, mut log_weight) = (0.0, -rate * t);
    for step in 0..=steps {
        total += maths::exp(log_weight) * super::markov::mean(&shares);
        log_weight += maths::ln(rate * t) - maths::ln(step as f64 + 1.0);
        let mut next = vec![0.0; shares.len()];
        for (n, share) in shares.iter().enumerate().take(step + 1) {
            next[n + 1] += up * share;
            next[n.saturating_sub(1)] += (1.0 - up) * share;
        }
        shares = next;
    }
    total
}

/// M_t/G/∞ with arrivals at the rate a + b sin(2πt/T), long after the start: N(t) is Poisson (S. G. Eick, W. A. Massey and
/// W. Whitt, "M_t/G/∞ queues with sinusoidal arrival rates", Management Science 39, 1993).
#[derive(Clone, Copy)]
pub struct Sine {
    /// a, the mean rate.
    pub mean: f64,
    /// b, the swing.
    pub swing: f64,
    /// T, the period.
    pub period: f64,
}

impl Sine {
    /// m(t) = a/μ + b(μ sin γt − γ cos γt)/(μ²+γ²), γ = 2π/T, with exponential service at the rate μ.
    pub fn jobs_exponential(self, mu: f64, t: f64) -> f64 {
        let gamma = TAU / self.period;
        let wave = mu * maths::sin(gamma * t) - gamma * maths::cos(gamma * t);
        self.mean / mu + self.swing * wave / (mu * mu + gamma * gamma)
    }

    /// m(t) = ∫ λ(u) du over the last D = aD + b(cos γ(t−D) − cos γt)/γ, with service of the constant length D.
    pub fn jobs_constant(self, length: f64, t: f64) -> f64 {
        let gamma = TAU / self.period;
        let wave = maths::cos(gamma * (t - length)) - maths::cos(gamma * t);
        self.mean * length + self.swing * wave / gamma
    }
}

#[cfg(test)]
mod tests {
    use super::super::assert_known;
    use super::*;

    // worked example
    #[test]
    fn from_empty() {
        for (t, expected) in [
            (1.0, 0.551_551_858_273_487_3),
            (2.0, 0.877_583_833_305_599),
            (5.0, 1.469_460_827_785_543_4),
            (10.0, 2.030_281_563_578_976),
            (20.0, 2.647_634_923_957_670_4),
            (50.0, 3.405_038_977_998_315),
            (100.0, 3.791_872_692_584_285_6),
        ] {
            assert_known(jobs_from_empty(0.8, 1.0, t), expected);
        }
    }

    // worked example
    #[test]
    fn a_day_without_limits() {
        let day = Sine { mean: 10.0, swing: 4.0, period: 24.0 };
        assert_known(day.jobs_exponential(0.5, 0.0), 16.712_497_320_584_504);
        assert_known(day.jobs_exponential(0.5, 6.0), 26.278_667_622_281_922);
        assert_known(day.jobs_exponential(0.5, 12.0), 23.287_502_679_415_496);
        assert_known(day.jobs_constant(2.0, 6.0), 27.639_437_268_410_976);
    }
}
