//! Parties that fail by themselves and by a common cause.

use reliance::maths::exp;

use super::networks::availability;

/// The share of time that all of `parties` work. Each works by itself for the share a of the time, independently, and is spared by the
/// common cause for the share b of it: aᵏb, where independence would have (ab)ᵏ.
pub fn all_up(own: f64, spared: f64, parties: i32) -> f64 {
    power(own, parties) * spared
}

/// The share of time that a party works, if the cause takes the share s of all: a(1 − s(1 − b)).
pub fn one_up(own: f64, spared: f64, share: f64) -> f64 {
    own * (1.0 - share * (1.0 - spared))
}

/// The share of time that none of `parties` works while the cause takes `struck` of them: b(1−a)ᵏ + (1−b)(1−a)^(k−m).
pub fn none_up(own: f64, spared: f64, parties: i32, struck: i32) -> f64 {
    let down = 1.0 - own;
    spared * power(down, parties) + (1.0 - spared) * power(down, parties - struck)
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

/// The mean of something that is `usual` while the shock spares it and `factor` times that while it does not: u(b + f(1 − b)).
pub fn stepped(usual: f64, spared: f64, factor: f64) -> f64 {
    surged(usual, spared, factor)
}

/// The share of answers that are wrong and accepted, of which the share c is wrong and is found with probability d unless the vendor is
/// broken: c((1 − d)b + 1 − b).
pub fn passed(wrong: f64, detected: f64, spared: f64) -> f64 {
    wrong * ((1.0 - detected) * spared + 1.0 - spared)
}

/// The share of time that a node of `nodes` is listed, on the average, where they come back one by one so long after one another, unless
/// the next revocation comes before: g/(g + L) · (1/n)Σₖ e^(−kδ/g), by renewal–reward.
pub fn relisted(gap: f64, lasts: f64, apart: f64, nodes: u32) -> f64 {
    let kept: f64 = (0..nodes).map(|place| exp(-f64::from(place) * apart / gap)).sum();
    spared(gap, lasts) * kept / f64::from(nodes)
}

/// The share of jobs that are lost in work when a revocation comes, where each takes the time s and asks at any time alike:
/// g(1 − e^(−s/g))/(g + L), by renewal–reward.
pub fn refused(gap: f64, lasts: f64, work: f64) -> f64 {
    spared(gap, lasts) * (1.0 - exp(-work / gap))
}

fn power(base: f64, times: i32) -> f64 {
    (0..times).map(|_| base).product()
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
        assert_known(stepped(0.001, 0.75, 1.5), 0.001_125);
        assert_known(passed(0.5, 0.8, 0.75), 0.2);
        assert_known(relisted(300.0, 100.0, 0.0, 4), 0.75);
        assert_known(relisted(100.0, 100.0, 100.0, 2), 0.25 * (1.0 + 0.367_879_441_171_442_3));
        assert_known(refused(100.0, 100.0, 100.0), 0.5 * (1.0 - 0.367_879_441_171_442_3));
    }
}
