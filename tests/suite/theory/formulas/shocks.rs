//! Parties that fail by themselves and by a common cause.

use super::networks::availability;

/// The share of time that all of `parties` work. Each works by itself for the share a of the time, independently, and is spared by the
/// common cause for the share b of it: aᵏb, where independence would have (ab)ᵏ.
pub fn all_up(own: f64, spared: f64, parties: i32) -> f64 {
    own.powi(parties) * spared
}

/// The share of time that a party works, if the cause takes the share s of all: a(1 − s(1 − b)).
pub fn one_up(own: f64, spared: f64, share: f64) -> f64 {
    own * (1.0 - share * (1.0 - spared))
}

/// The share of time that none of `parties` works while the cause takes `struck` of them: b(1−a)ᵏ + (1−b)(1−a)^(k−m).
pub fn none_up(own: f64, spared: f64, parties: i32, struck: i32) -> f64 {
    let down = 1.0 - own;
    spared * down.powi(parties) + (1.0 - spared) * down.powi(parties - struck)
}

/// The share of time that the common cause spares: gaps of the mean `gap` between times of the length `lasts` (renewal–reward).
pub fn spared(gap: f64, lasts: f64) -> f64 {
    availability(gap, lasts)
}

/// Arrivals per second of a source of the rate `rate` that is multiplied by `factor` while a shock does not spare it:
/// λ(b + f(1 − b)).
pub fn surged(rate: f64, spared: f64, factor: f64) -> f64 {
    rate * (spared + factor * (1.0 - spared))
}

#[cfg(test)]
mod tests {
    use super::super::assert_known;
    use super::*;

    // worked example
    #[test]
    fn by_themselves_and_together() {
        let (own, b) = (availability(90.0, 10.0), spared(40.0, 10.0));
        assert_known(own * b, 0.72);
        assert_known(all_up(own, b, 4), 0.524_88);
        assert_known(one_up(own, b, 0.5), 0.81);
        assert_known(none_up(own, b, 4, 4), 0.200_08);
        assert_known(none_up(own, b, 4, 2), 0.002_08);
        assert_known(surged(1.0, spared(300.0, 100.0), 4.0), 1.75);
    }
}
