//! The closed forms: each with its source, and with worked examples as its tests. Times are in seconds, rates per second,
//! unless a formula is free of units.

pub mod arrivals;
pub mod batches;
pub mod choices;
pub mod markov;
pub mod networks;
pub mod single;
pub mod transient;

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
