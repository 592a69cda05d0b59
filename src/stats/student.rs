//! Student's t law: distribution, quantiles, and the normal score with the same tail.

use crate::maths::{exp, ln};
use crate::maths::{ln_beta_front, ln_beta_share};
use crate::maths::{normal_quantile, normal_quantile_centred, normal_quantile_of_ln_tail};

/// Statistics beyond this are treated as equal to it, so that their squares stay finite.
const STATISTIC_MAX: f64 = 1e150;

/// P(T ≤ `t`) of Student's law with `degrees` of freedom (positive, need not be whole); either tail keeps its digits.
///
/// P(|T| > t) = I_{ν/(ν+t²)}(ν/2, ½) (Abramowitz and Stegun 26.7.1).
pub fn student_cdf(t: f64, degrees: f64) -> f64 {
    let tail = 0.5 * exp(ln_two_sided_tail(t.abs(), degrees));
    if t > 0.0 { 1.0 - tail } else { tail }
}

/// The `p`-quantile of Student's law with `degrees` of freedom; relative error about 1e-13.
///
/// Newton's method in ln t on the log of whichever of the tail and the centre is the smaller. Both are concave in ln t,
/// so the iteration ends from any start. Saturates at ±1e150. Panics unless 0 < `p` < 1 and `degrees` > 0.
pub fn student_quantile(p: f64, degrees: f64) -> f64 {
    assert!(p > 0.0 && p < 1.0, "a quantile needs a share inside (0, 1), not `{p}`");
    assert!(degrees > 0.0 && degrees.is_finite(), "a t law has positive degrees of freedom, not `{degrees}`");
    if p == 0.5 {
        return 0.0;
    }
    let two_sided_tail = 2.0 * p.min(1.0 - p);
    let central = two_sided_tail > 0.5;
    let target = if central { ln(2.0 * (p - 0.5).abs()) } else { ln(two_sided_tail) };
    let mut ln_t = ln(normal_quantile(p).abs());
    for _ in 0..200 {
        let (x, y) = halves(exp(ln_t), degrees);
        let (a, b) = (0.5 * degrees, 0.5);
        let ln_share = if central { ln_beta_share(b, a, y, x) } else { ln_beta_share(a, b, x, y) };
        let slope = 2.0 * exp(ln_beta_front(a, b, x, y) - ln_share);
        let step = (target - ln_share) / if central { slope } else { -slope };
        ln_t = (ln_t + step.clamp(-50.0, 50.0)).min(ln(STATISTIC_MAX));
        if step.abs() <= 4.0 * f64::EPSILON * ln_t.abs().max(1.0) {
            break;
        }
    }
    if p > 0.5 { exp(ln_t) } else { -exp(ln_t) }
}

/// The standard normal score whose two-sided tail equals that of the statistic `t` with `degrees` of freedom, with the
/// sign of `t`: lets one limit, such as |z| < 4.89, judge comparisons with few and with many replications alike.
///
/// Works on logs of tails, so that it stays right where both probabilities underflow. Infinite where `t` is.
/// Panics where `t` is no number or `degrees` is not positive and finite.
pub fn equivalent_z(t: f64, degrees: f64) -> f64 {
    assert!(!t.is_nan(), "a t statistic that is no number has no normal score");
    assert!(degrees > 0.0 && degrees.is_finite(), "a t law has positive degrees of freedom, not `{degrees}`");
    if t == 0.0 || t.is_infinite() {
        return t;
    }
    let size = t.abs().min(STATISTIC_MAX);
    let (x, y) = halves(size, degrees);
    let ln_centre = ln_beta_share(0.5, 0.5 * degrees, y, x);
    let z = if ln_centre < -std::f64::consts::LN_2 {
        normal_quantile_centred(0.5 * exp(ln_centre))
    } else {
        normal_quantile_of_ln_tail(ln_beta_share(0.5 * degrees, 0.5, x, y) - std::f64::consts::LN_2)
    };
    if t > 0.0 { z } else { -z }
}

/// ln P(|T| > `t`) for `t` ≥ 0.
fn ln_two_sided_tail(t: f64, degrees: f64) -> f64 {
    assert!(degrees > 0.0 && !t.is_nan(), "a t law has positive degrees of freedom and a numeric statistic");
    if t == f64::INFINITY {
        return f64::NEG_INFINITY;
    }
    let (x, y) = halves(t, degrees);
    ln_beta_share(0.5 * degrees, 0.5, x, y)
}

/// ν/(ν+t²) and t²/(ν+t²).
fn halves(t: f64, degrees: f64) -> (f64, f64) {
    let square = t.min(STATISTIC_MAX) * t.min(STATISTIC_MAX);
    (degrees / (degrees + square), square / (degrees + square))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::trial::assert_close;

    // worked example: 40-digit roots of the two-sided tails.
    #[test]
    fn quantiles_have_their_known_values() {
        let known = [
            (0.975, 9.0, 2.262_157_162_798_205),
            (0.95, 1.0, 6.313_751_514_675_037),
            (0.75, 3.0, 0.764_892_328_404_345_3),
            (0.6, 5.0, 0.267_180_865_704_145_07),
            (0.999_999, 4.0, 41.577_854_150_151_5),
            (0.9, 2.5, 1.730_250_928_807_176_8),
        ];
        for (p, degrees, t) in known {
            // The last digits of `p` itself limit the deep quantile.
            assert_close(student_quantile(p, degrees), t, if p > 0.999 { 1e-10 } else { 1e-13 });
            assert_close(student_quantile(1.0 - p, degrees), -t, if p > 0.999 { 1e-10 } else { 1e-13 });
        }
        // One degree is Cauchy's law, two have t = √(2/(4p(1−p)))·(2p−1).
        assert_close(student_quantile(1e-100, 1.0), -1e100 / std::f64::consts::PI, 1e-12);
        let p: f64 = 0.03;
        assert_close(student_quantile(p, 2.0), (2.0 * p - 1.0) / (2.0 * p * (1.0 - p)).sqrt(), 1e-13);
    }

    #[test]
    fn quantiles_invert_the_distribution() {
        for degrees in [0.3, 1.0, 2.0, 9.0, 40.0, 1e4, 1e7] {
            for p in [1e-30, 1e-4, 0.02, 0.26, 0.4999, 0.51, 0.9] {
                assert_close(student_cdf(student_quantile(p, degrees), degrees), p, 1e-11);
            }
        }
        assert_eq!(student_quantile(0.5, 7.0), 0.0);
        assert_eq!(student_cdf(f64::NEG_INFINITY, 7.0), 0.0);
        assert_eq!(student_cdf(f64::INFINITY, 7.0), 1.0);
    }

    // worked example: 40-digit roots; the last tails are far below the smallest double.
    #[test]
    fn equal_tails_have_their_known_scores() {
        let known = [
            (1e-6, 3.0, 9.213_177_319_234_87e-7),
            (0.5, 1.0, 0.378_804_878_070_812_9),
            (2.0, 9.0, 1.771_047_376_288_4),
            (4.89, 9.0, 3.332_910_298_805_992),
            (10.0, 9.0, 4.634_486_985_887_265),
            (100.0, 5.0, 6.006_475_045_145_363),
            (1e3, 100.0, 30.312_189_596_200_03),
            (30.0, 1000.0, 25.328_840_202_254_4),
            (1e5, 2.0, 6.466_951_087_263_192),
            (5.0, 1e4, 4.996_754_330_238_015),
            (5.0, 1e6, 4.999_967_500_433_743),
            (40.0, 1e6, 39.984_003_857_080_67),
            (3.0, 1e8, 2.999_999_925_000_003_5),
        ];
        for (t, degrees, z) in known {
            assert_close(equivalent_z(t, degrees), z, 2e-12);
            assert_close(equivalent_z(-t, degrees), -z, 2e-12);
        }
        assert_eq!(equivalent_z(f64::INFINITY, 4.0), f64::INFINITY);
        assert!(equivalent_z(1e200, 4.0).is_finite());
    }

    #[test]
    fn the_score_tends_to_the_statistic_as_degrees_grow() {
        for t in [0.01_f64, 1.0, 4.89, 30.0] {
            for degrees in [1e10_f64, 1e14] {
                let first_order = t - t * (t * t + 1.0) / (4.0 * degrees);
                assert_close(equivalent_z(t, degrees), first_order, 1e-13);
            }
        }
    }
}
