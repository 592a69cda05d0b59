//! The normal law: distribution, tails to any depth, quantiles.

use super::maths::{LN_ROOT_TWO_PI, ROOT_TWO, erfc, exp, log, log1p};

/// P(Z ≤ `z`) of a standard normal, accurate in the lower tail down to the smallest doubles (about `z` = −38).
pub fn normal_cdf(z: f64) -> f64 {
    0.5 * erfc(-z / ROOT_TWO)
}

/// P(Z > `z`) of a standard normal, accurate in the upper tail.
pub fn normal_tail(z: f64) -> f64 {
    0.5 * erfc(z / ROOT_TWO)
}

/// The `p`-quantile of a standard normal; ±infinity at 0 and 1. Panics where `p` is outside [0, 1].
///
/// Wichura 1988, *Algorithm AS 241: the percentage points of the normal distribution*, relative error about 1e-16.
pub fn normal_quantile(p: f64) -> f64 {
    assert!((0.0..=1.0).contains(&p), "a quantile needs a share in [0, 1], not `{p}`");
    let centred = p - 0.5;
    if centred.abs() <= 0.425 {
        return quantile_centred(centred);
    }
    if p == 0.0 || p == 1.0 {
        return if p == 0.0 { f64::NEG_INFINITY } else { f64::INFINITY };
    }
    if centred < 0.0 { -quantile_of_root((-log(p)).sqrt()) } else { quantile_of_root((-log1p(-p)).sqrt()) }
}

/// The quantile at ½ + `centred`, `centred` within ±0.425: keeps its relative accuracy as `centred` goes to 0.
pub(super) fn quantile_centred(centred: f64) -> f64 {
    let r = 0.180625 - centred * centred;
    centred * polynomial(&CENTRE_ABOVE, r) / polynomial(&CENTRE_BELOW, r)
}

/// ln P(Z > `z`), accurate where the probability itself underflows. The tail beyond 5 is Laplace's continued fraction.
pub(super) fn ln_normal_tail(z: f64) -> f64 {
    if z < 5.0 {
        return if z < -1.0 { log1p(-normal_cdf(z)) } else { log(normal_tail(z)) };
    }
    -0.5 * z * z - LN_ROOT_TWO_PI + log(mills(z))
}

/// The `z` ≥ 0 with ln P(Z > `z`) = `ln_tail`, by Newton's method on the log of the tail. Panics unless `ln_tail` ≤ ln ½.
pub(super) fn quantile_of_ln_tail(ln_tail: f64) -> f64 {
    assert!(ln_tail <= -std::f64::consts::LN_2 + 1e-9, "only the upper half is looked up by the log of its tail");
    if ln_tail > -30.0 {
        return -normal_quantile(exp(ln_tail).min(0.5));
    }
    let mut z = quantile_of_root((-ln_tail).sqrt());
    for _ in 0..50 {
        // The hazard of a normal is the inverse of Mills's ratio.
        let step = (ln_normal_tail(z) - ln_tail) * mills(z);
        z += step;
        if step.abs() <= 2.0 * f64::EPSILON * z {
            break;
        }
    }
    z
}

/// The quantile where the smaller tail is e^(−`root`²).
fn quantile_of_root(root: f64) -> f64 {
    if root <= 5.0 {
        let r = root - 1.6;
        polynomial(&SHOULDER_ABOVE, r) / polynomial(&SHOULDER_BELOW, r)
    } else {
        let r = root - 5.0;
        polynomial(&TAIL_ABOVE, r) / polynomial(&TAIL_BELOW, r)
    }
}

/// P(Z > z) over the density at z, for z ≥ 5 (60 terms are more than a double holds there).
fn mills(z: f64) -> f64 {
    let mut fraction = z;
    for k in (1..=60).rev() {
        fraction = z + f64::from(k) / fraction;
    }
    1.0 / fraction
}

fn polynomial(coefficients: &[f64], x: f64) -> f64 {
    coefficients.iter().rev().fold(0.0, |sum, c| sum * x + c)
}

// The rational approximations of AS 241: |p − ½| ≤ 0.425, then roots of the log of the tail up to 5, then beyond.
const CENTRE_ABOVE: [f64; 8] = [
    3.387_132_872_796_366_5,
    133.141_667_891_784_38,
    1_971.590_950_306_551_3,
    13_731.693_765_509_46,
    45_921.953_931_549_87,
    67_265.770_927_008_7,
    33_430.575_583_588_13,
    2_509.080_928_730_122_7,
];
const CENTRE_BELOW: [f64; 8] = [
    1.0,
    42.313_330_701_600_91,
    687.187_007_492_057_9,
    5_394.196_021_424_751,
    21_213.794_301_586_597,
    39_307.895_800_092_71,
    28_729.085_735_721_943,
    5_226.495_278_852_854,
];
const SHOULDER_ABOVE: [f64; 8] = [
    1.423_437_110_749_683_5,
    4.630_337_846_156_546,
    5.769_497_221_460_691,
    3.647_848_324_763_204_5,
    1.270_458_252_452_368_4,
    0.241_780_725_177_450_6,
    0.022_723_844_989_269_184,
    0.000_774_545_014_278_341_4,
];
const SHOULDER_BELOW: [f64; 8] = [
    1.0,
    2.053_191_626_637_759,
    1.676_384_830_183_803_8,
    0.689_767_334_985_1,
    0.148_103_976_427_480_08,
    0.015_198_666_563_616_457,
    0.000_547_593_808_499_534_5,
    1.050_750_071_644_416_9e-9,
];
const TAIL_ABOVE: [f64; 8] = [
    6.657_904_643_501_103,
    5.463_784_911_164_114,
    1.784_826_539_917_291_3,
    0.296_560_571_828_504_87,
    0.026_532_189_526_576_124,
    0.001_242_660_947_388_078_4,
    2.711_555_568_743_487_6e-5,
    2.010_334_399_292_288_1e-7,
];
const TAIL_BELOW: [f64; 8] = [
    1.0,
    0.599_832_206_555_888,
    0.136_929_880_922_735_8,
    0.014_875_361_290_850_615,
    0.000_786_869_131_145_613_3,
    1.846_318_317_510_054_8e-5,
    1.421_511_758_316_446e-7,
    2.044_263_103_389_939_7e-15,
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::trial::assert_close;

    // worked example: Φ⁻¹(0.975), and tails at 6 and 50 from a 50-digit evaluation of erfc.
    #[test]
    fn quantiles_and_tails_have_their_known_values() {
        assert_close(normal_quantile(0.975), 1.959_963_984_540_054, 1e-15);
        assert_close(normal_quantile(0.995), 2.575_829_303_548_900_4, 1e-15);
        assert_close(ln_normal_tail(6.0), -20.736_768_949_974_706, 1e-14);
        assert_close(ln_normal_tail(50.0), -1_254.831_361_139_42, 1e-14);
        assert_eq!(normal_quantile(0.5), 0.0);
        assert_eq!(normal_quantile(0.0), f64::NEG_INFINITY);
        assert_eq!(normal_quantile(1.0), f64::INFINITY);
    }

    #[test]
    fn the_quantile_inverts_the_distribution() {
        for step in -370..=80 {
            let z = f64::from(step) / 10.0;
            // The distribution's own rounding near 1 is e^(z²/2) as large in z.
            let limit = 1e-13 + if z > 0.0 { 1e-15 * exp(z * z / 2.0) } else { 0.0 };
            assert!((normal_quantile(normal_cdf(z)) - z).abs() <= limit * z.abs().max(1.0), "at `{z}`");
        }
    }

    #[test]
    fn the_log_tail_is_inverted_far_out() {
        for step in 0..400 {
            let z = 0.25 * f64::from(step);
            assert_close(quantile_of_ln_tail(ln_normal_tail(z)), z, 1e-14);
        }
        assert_close(ln_normal_tail(-3.0), log(normal_cdf(3.0)), 1e-14);
        assert_close(mills(5.0), normal_tail(5.0) / exp(-12.5 - LN_ROOT_TWO_PI), 1e-13);
    }
}
