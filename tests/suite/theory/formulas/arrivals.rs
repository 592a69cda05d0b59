//! Arrivals: how their counts are dispersed and how their gaps spread.

use std::f64::consts::TAU;

use reliance::maths;

/// A stationary process of arrivals whose density of pairs is exponential: what comes at a distance u after an arrival is
/// expected at the rate Λ + (K/Λ)e^(−γu).
#[derive(Clone, Copy)]
pub struct Process {
    /// Λ, the rate.
    pub rate: f64,
    /// K, the covariance of the density at no distance; negative where arrivals keep apart.
    pub covariance: f64,
    /// γ, how fast it falls off.
    pub decay: f64,
}

impl Process {
    /// Var N(t)/E N(t) = 1 + (2K/Λ)(1/γ − (1 − e^(−γt))/γ²t), the index of dispersion of counts (D. R. Cox and P. A. W. Lewis,
    /// "The Statistical Analysis of Series of Events", 1966).
    pub fn dispersion(self, t: f64) -> f64 {
        let Process { rate, covariance, decay } = self;
        let lag = (1.0 - maths::exp(-decay * t)) / (decay * decay * t);
        1.0 + 2.0 * covariance / rate * (1.0 / decay - lag)
    }

    /// The index of dispersion of counts over ever longer times.
    pub fn dispersion_limit(self) -> f64 {
        1.0 + 2.0 * self.covariance / (self.rate * self.decay)
    }

    /// A Markov-modulated Poisson process of two states with the rates λ₁, λ₂ and the mean sojourns 1/q₁, 1/q₂:
    /// K = π₁π₂(λ₁−λ₂)², γ = q₁+q₂ (H. Heffes and D. M. Lucantoni 1986).
    pub fn moods(rates: [f64; 2], sojourns: [f64; 2]) -> Process {
        let [q1, q2] = sojourns.map(|sojourn| 1.0 / sojourn);
        let (first, decay) = (q2 / (q1 + q2), q1 + q2);
        let apart = rates[0] - rates[1];
        Process {
            rate: first * rates[0] + (1.0 - first) * rates[1],
            covariance: first * (1.0 - first) * apart * apart,
            decay,
        }
    }

    /// A Hawkes process with the base rate ν, whose rate each arrival raises by α, falling off at the rate β > α:
    /// Λ = νβ/(β−α), K = Λα(2β−α)/2(β−α), γ = β−α (A. G. Hawkes, Biometrika 58, 1971).
    pub fn clusters(base: f64, jump: f64, decay: f64) -> Process {
        let net = decay - jump;
        let rate = base * decay / net;
        Process { rate, covariance: rate * jump * (2.0 * decay - jump) / (2.0 * net), decay: net }
    }

    /// A renewal process whose gaps are the sum of two exponentials, at the given rate: K = −Λ², γ = 4Λ.
    pub fn two_stages(rate: f64) -> Process {
        Process { rate, covariance: -rate * rate, decay: 4.0 * rate }
    }

    /// A renewal process whose gaps are one of two exponentials, with these shares and means: the renewal density is
    /// Λ + Ce^(−γu), γ = p/b + q/a for the means a and b, and K = ΛC (D. R. Cox, "Renewal Theory", 1962).
    pub fn two_branches([(p, a), (q, b)]: [(f64, f64); 2]) -> Process {
        let rate = 1.0 / (p * a + q * b);
        let start = p / a + q / b;
        Process { rate, covariance: rate * (start - rate), decay: p / b + q / a }
    }
}

/// The squared coefficient of variation of the gaps of `Process::moods`: 2Λ∫p₀(t)dt − 1, p₀(t) = P(no arrival within t), and
/// ∫p₀ = π(diag λ − Q)⁻¹1 (C. Palm; P₀ by M. F. Neuts, 1979).
pub fn mood_gap_spread(rates: [f64; 2], sojourns: [f64; 2]) -> f64 {
    let ([l1, l2], [q1, q2]) = (rates, sojourns.map(|sojourn| 1.0 / sojourn));
    let both = q1 + q2;
    let determinant = l1 * l2 + l1 * q2 + l2 * q1;
    let silence = (q2 * (l2 + both) + q1 * (l1 + both)) / (both * determinant);
    2.0 * Process::moods(rates, sojourns).rate * silence - 1.0
}

/// The squared coefficient of variation of the gaps of `Process::clusters`: 2Λ∫p₀(t)dt − 1 with
/// p₀(t) = exp(−ν(t + ∫₀ˢ g(u) du)), s = (1−e^(−βt))/β, g(u) = (1−e^(−αu))/(βu − 1 + e^(−αu)).
///
/// The raised part Y of the rate falls off at the rate β and jumps by α at the rate ν+Y; that E e^(−sY) does not change gives
/// L′/L = −νg, and p₀(t) = e^(−νt) L(s), as s is what a unit of Y adds up to within t.
pub fn cluster_gap_spread(base: f64, jump: f64, decay: f64) -> f64 {
    let slope = |t: f64| {
        let fall = maths::exp(-decay * t);
        let u = (1.0 - fall) / decay;
        let down = maths::exp_m1(-jump * u);
        // Near zero both are differences of nearly equal numbers; their ratio tends to α/(β−α).
        fall * if u < 1e-6 { jump / (decay - jump) } else { -down / (decay * u + down) }
    };
    let (step, end) = (2e-3 / decay.max(base), 40.0 / base);
    let (mut inner, mut silence, mut t) = (0.0, 0.0, 0.0);
    let share = |t: f64, inner: f64| maths::exp(-base * (t + inner));
    while t < end {
        // Simpson's rule for both integrals.
        let half = inner + step / 12.0 * (slope(t) + 4.0 * slope(t + step / 4.0) + slope(t + step / 2.0));
        let whole = inner + step / 6.0 * (slope(t) + 4.0 * slope(t + step / 2.0) + slope(t + step));
        silence += step / 6.0 * (share(t, inner) + 4.0 * share(t + step / 2.0, half) + share(t + step, whole));
        (inner, t) = (whole, t + step);
    }
    2.0 * Process::clusters(base, jump, decay).rate * silence - 1.0
}

/// The squared coefficient of variation of the gaps of two sources together, one a renewal process whose gaps are the sum of
/// two exponentials and one Poisson: 2Λ∫p₀(t)dt − 1, p₀(t) = (1 + λ₁t)e^(−(2λ₁+λ₂)t).
pub fn pair_gap_spread(two_stages: f64, poisson: f64) -> f64 {
    let fall = 2.0 * two_stages + poisson;
    2.0 * (two_stages + poisson) * (1.0 / fall + two_stages / (fall * fall)) - 1.0
}

/// The squared coefficient of variation of the gaps of a Poisson process at the rate a + b sin(2πt/T), seen from its arrivals
/// over a whole number of periods: 2a∫p₀(t)dt − 1, p₀(t) the average over s of exp(−∫ₛˢ⁺ᵗ rate).
pub fn sine_gap_spread(mean: f64, swing: f64, period: f64) -> f64 {
    let gamma = TAU / period;
    let integral = |t: f64| mean * t - swing / gamma * maths::cos(gamma * t);
    let (phases, step, steps) = (500, 0.02 / mean, 20_000);
    let silence = |phase: u32| {
        let s = period * f64::from(phase) / f64::from(phases);
        let empty = |n: u32| maths::exp(integral(s) - integral(s + step * f64::from(n)));
        // Simpson's rule; after four hundred mean gaps, or two hundred at half the rate, nothing is left.
        let inner: f64 = (1..steps).map(|n| empty(n) * if n % 2 == 1 { 4.0 } else { 2.0 }).sum();
        step / 3.0 * (empty(0) + inner)
    };
    2.0 * mean * (0..phases).map(silence).sum::<f64>() / f64::from(phases) - 1.0
}

#[cfg(test)]
mod tests {
    use super::super::single::balanced;
    use super::super::{assert_known, single::Moments};
    use super::*;

    // worked example
    #[test]
    fn moods_and_clusters() {
        let moods = Process::moods([5.0, 0.5], [2.5, 5.0]);
        assert_known(moods.rate, 2.0);
        assert_known(moods.dispersion_limit(), 8.5);
        let clusters = Process::clusters(0.5, 0.6, 1.0);
        assert_known(clusters.rate, 1.25);
        assert_known(clusters.dispersion_limit(), 6.25);
        assert!((moods.dispersion(1e-9) - 1.0).abs() < 1e-6 && (clusters.dispersion(1e9) - 6.25).abs() < 1e-6);
    }

    // worked example: over a long time a renewal process is as dispersed as its gaps.
    #[test]
    fn renewals_are_dispersed_as_their_gaps() {
        assert_known(Process::two_stages(0.7).dispersion_limit(), 0.5);
        assert_known(Process::two_branches(balanced(2.0, 4.0)).rate, 0.5);
        assert_known(Process::two_branches(balanced(2.0, 4.0)).dispersion_limit(), 4.0);
        assert_known(Moments::hyperexponential(2.0, 4.0).second, 4.0 * 5.0);
    }

    // worked example: equal moods, and clusters that hardly ever follow, are Poisson; a mood that is silent makes gaps of two
    // exponential branches, those of an interrupted Poisson process.
    #[test]
    fn gaps_spread() {
        assert_known(mood_gap_spread([2.0, 2.0], [1.0, 3.0]), 1.0);
        assert!((cluster_gap_spread(0.5, 1e-9, 1.0) - 1.0).abs() < 1e-6);
        assert_known(pair_gap_spread(0.0, 3.0), 1.0);
        assert_known(pair_gap_spread(3.0, 0.0), 0.5);
        assert!((sine_gap_spread(2.0, 0.0, 100.0) - 1.0).abs() < 1e-7);
        // A. Kuczura 1973: c² = 1 + 2λγ/(γ+ω)², left at the rate γ when on and at the rate ω when off.
        let (rate, off, on) = (3.0, 0.5, 0.25);
        let both = off + on;
        assert_known(mood_gap_spread([rate, 0.0], [1.0 / off, 1.0 / on]), 1.0 + 2.0 * rate * off / (both * both));
    }
}
