//! How long what is remembered lasts, and how often fewer than a quorum are there.

use reliance::maths;

/// When an average with the time constant θ is down to one over `times` of what it was: θ ln(times).
pub fn fades_after(theta: f64, times: f64) -> f64 {
    theta * maths::ln(times)
}

/// The first settlement after which a memory of M that was `gain` is below `saving`, where each takes 1/M of what is left.
pub fn settlements_until(memory: f64, gain: f64, saving: f64) -> f64 {
    (maths::ln(saving / gain) / maths::ln(1.0 - 1.0 / memory)).ceil()
}

/// The probability that of so many, each there with probability p, fewer than a quorum are.
pub fn fewer_than(all: u32, quorum: u32, p: f64) -> f64 {
    let mut ways = 1.0;
    let mut sum = 0.0;
    for k in 0..quorum {
        sum += ways * maths::pow(p, k.into()) * maths::pow(1.0 - p, (all - k).into());
        ways *= f64::from(all - k) / f64::from(k + 1);
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    // worked examples
    #[test]
    fn what_is_remembered_fades() {
        assert!((fades_after(600.0, 2.0) - 415.888).abs() < 1e-3);
        // 0.5, 0.25, 0.125 < 0.2.
        assert_eq!(settlements_until(2.0, 1.0, 0.2), 3.0);
        assert_eq!(settlements_until(100.0, 1.0, 0.3), 120.0);
        // 1 + 10 + 40 of 3⁵.
        assert!((fewer_than(5, 3, 2.0 / 3.0) - 51.0 / 243.0).abs() < 1e-12);
    }
}
