//! The closed forms: each with its source, and with worked examples as its tests. Times are in seconds, rates per second,
//! unless a formula is free of units.

pub mod admission;
pub mod agreement;
pub mod arrivals;
pub mod audits;
pub mod batches;
pub mod checking;
pub mod choices;
pub mod copies;
pub mod disputes;
pub mod fees;
pub mod games;
pub mod groups;
pub mod inputs;
pub mod markov;
pub mod networks;
pub mod opinions;
pub mod participation;
pub mod reliance;
pub mod series;
pub mod shocks;
pub mod single;
pub mod standing;
pub mod transient;
pub mod votes;
pub mod welfare;

/// Whether `found` is within a relative 10⁻⁹ of the figure of a worked example.
#[cfg(test)]
#[track_caller]
pub fn assert_known(found: f64, expected: f64) {
    assert!((found - expected).abs() <= 1e-9 * expected.abs(), "{found} is not the known {expected}");
}

/// `base` to a whole power.
pub fn power(base: f64, exponent: u32) -> f64 {
    (0..exponent).fold(1.0, |product, _| product * base)
}

/// The number of ways to choose k of n.
pub fn choose(n: u32, k: u32) -> f64 {
    (0..k).fold(1.0, |ways, i| ways * f64::from(n - i) / f64::from(i + 1))
}
