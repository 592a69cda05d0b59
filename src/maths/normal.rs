//! The normal law: distribution, tails to any depth, quantiles.

use std::f64::consts::FRAC_1_SQRT_2;

use super::{LN_ROOT_TWO_PI, erfc, exp, ln, ln_1p};

/// The density of the standard normal distribution.
#[inline]
pub fn normal_density(x: f64) -> f64 {
    const INVERSE_ROOT_TWO_PI: f64 = 0.398_942_280_401_432_7;
    INVERSE_ROOT_TWO_PI * exp(-0.5 * x * x)
}

/// The probability that a standard normal variate is at most `x`, accurate in both tails.
#[inline]
pub fn normal_cdf(x: f64) -> f64 {
    0.5 * erfc(-x * FRAC_1_SQRT_2)
}

/// P(Z > `z`) of a standard normal, accurate in the upper tail.
pub fn normal_tail(z: f64) -> f64 {
    0.5 * erfc(z * FRAC_1_SQRT_2)
}

/// The standard normal quantile of `p`: relative accuracy about 1e-16; infinite at 0 and 1, not a number outside.
///
/// Algorithm AS 241 (PPND16): M. J. Wichura, "The percentage points of the normal distribution", Applied Statistics 37 (1988) 477–484.
#[inline]
pub fn normal_quantile(p: f64) -> f64 {
    let centred = p - 0.5;
    if centred.abs() <= 0.425 { normal_quantile_centred(centred) } else { quantile_beyond(p, centred) }
}

/// The quantile at ½ + `centred`, `centred` within ±0.425: keeps its relative accuracy as `centred` goes to 0.
#[inline]
pub(crate) fn normal_quantile_centred(centred: f64) -> f64 {
    let r = 0.180_625 - centred * centred;
    centred * polynomial(&CENTRE_ABOVE, r) / polynomial(&CENTRE_BELOW, r)
}

/// The 15 % of cases outside the centre, kept out of the caller's loop.
#[inline(never)]
fn quantile_beyond(p: f64, centred: f64) -> f64 {
    let tail = if centred < 0.0 { p } else { 1.0 - p };
    if tail == 0.0 {
        return f64::INFINITY.copysign(centred);
    }
    quantile_of_root((-ln(tail)).sqrt()).copysign(centred)
}

/// The size of the quantile whose tail is e^(−`root`²).
#[inline]
fn quantile_of_root(root: f64) -> f64 {
    if root <= 5.0 {
        polynomial(&MIDDLE_ABOVE, root - 1.6) / polynomial(&MIDDLE_BELOW, root - 1.6)
    } else {
        polynomial(&FAR_ABOVE, root - 5.0) / polynomial(&FAR_BELOW, root - 5.0)
    }
}

/// ln P(Z > `z`), accurate where the probability itself underflows. The tail beyond 5 is Laplace's continued fraction.
pub(crate) fn ln_normal_tail(z: f64) -> f64 {
    if z < 5.0 {
        return if z < -1.0 { ln_1p(-normal_cdf(z)) } else { ln(normal_tail(z)) };
    }
    -0.5 * z * z - LN_ROOT_TWO_PI + ln(mills(z))
}

/// The `z` ≥ 0 with ln P(Z > `z`) = `ln_tail`, by Newton's method on the log of the tail. Panics unless `ln_tail` ≤ ln ½.
pub(crate) fn normal_quantile_of_ln_tail(ln_tail: f64) -> f64 {
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

/// P(Z > z) over the density at z, for z ≥ 5 (60 terms are more than a double holds there).
fn mills(z: f64) -> f64 {
    let mut fraction = z;
    for k in (1..=60).rev() {
        fraction = z + f64::from(k) / fraction;
    }
    1.0 / fraction
}

/// A polynomial of degree seven, its coefficients from the constant upwards, summed in independent halves, which a processor overlaps.
#[inline]
fn polynomial(c: &[f64; 8], x: f64) -> f64 {
    let x2 = x * x;
    let x4 = x2 * x2;
    let low = (c[0] + c[1] * x) + (c[2] + c[3] * x) * x2;
    let high = (c[4] + c[5] * x) + (c[6] + c[7] * x) * x2;
    low + high * x4
}

// The published coefficients, to the digits an `f64` holds.
const CENTRE_ABOVE: [f64; 8] = [
    3.387_132_872_796_366_5,
    1.331_416_678_917_843_8e2,
    1.971_590_950_306_551_3e3,
    1.373_169_376_550_946e4,
    4.592_195_393_154_987e4,
    6.726_577_092_700_87e4,
    3.343_057_558_358_813e4,
    2.509_080_928_730_122_7e3,
];
const CENTRE_BELOW: [f64; 8] = [
    1.0,
    4.231_333_070_160_091e1,
    6.871_870_074_920_579e2,
    5.394_196_021_424_751e3,
    2.121_379_430_158_659_7e4,
    3.930_789_580_009_271e4,
    2.872_908_573_572_194_3e4,
    5.226_495_278_852_854e3,
];
const MIDDLE_ABOVE: [f64; 8] = [
    1.423_437_110_749_683_5,
    4.630_337_846_156_546,
    5.769_497_221_460_691,
    3.647_848_324_763_204_5,
    1.270_458_252_452_368_4,
    2.417_807_251_774_506e-1,
    2.272_384_498_926_918_4e-2,
    7.745_450_142_783_414e-4,
];
const MIDDLE_BELOW: [f64; 8] = [
    1.0,
    2.053_191_626_637_759,
    1.676_384_830_183_803_8,
    6.897_673_349_851e-1,
    1.481_039_764_274_800_8e-1,
    1.519_866_656_361_645_7e-2,
    5.475_938_084_995_345e-4,
    1.050_750_071_644_416_9e-9,
];
const FAR_ABOVE: [f64; 8] = [
    6.657_904_643_501_103,
    5.463_784_911_164_114,
    1.784_826_539_917_291_3,
    2.965_605_718_285_048_7e-1,
    2.653_218_952_657_612_4e-2,
    1.242_660_947_388_078_4e-3,
    2.711_555_568_743_487_6e-5,
    2.010_334_399_292_288_1e-7,
];
const FAR_BELOW: [f64; 8] = [
    1.0,
    5.998_322_065_558_88e-1,
    1.369_298_809_227_358e-1,
    1.487_536_129_085_061_5e-2,
    7.868_691_311_456_133e-4,
    1.846_318_317_510_054_8e-5,
    1.421_511_758_316_446e-7,
    2.044_263_103_389_939_8e-15,
];

/// The expected order statistics of so many standard normal variates, the smallest first: Φ⁻¹((k − 3/8)/(n + 1/4)) for the k-th of n
/// (G. Blom, Statistical estimates and transformed beta-variables, 1958); off by at most 0.02.
pub fn normal_scores(count: u32) -> Vec<f64> {
    let of = |rank: u32| normal_quantile((f64::from(rank) - 0.375) / (f64::from(count) + 0.25));
    (1..=count).map(of).collect()
}

/// The variance of the order statistic of this rank, from 1, of `count` standard normal variates, whose mean is `score`: p(1 − p)/((n + 2) φ(z)²)
/// with p = (k − 3/8)/(n + 1/4) (H. A. David and H. N. Nagaraja, Order Statistics, 2003). A rank need not be a whole number.
pub fn normal_score_variance(score: f64, rank: f64, count: usize) -> f64 {
    let n = count as f64;
    let (share, density) = ((rank - 0.375) / (n + 0.25), normal_density(score));
    share * (1.0 - share) / ((n + 2.0) * density * density)
}

/// The variances of the order statistics that have these [scores](normal_scores).
pub fn normal_score_variances(scores: &[f64]) -> Vec<f64> {
    let ranked = scores.iter().enumerate();
    ranked.map(|(index, &score)| normal_score_variance(score, (index + 1) as f64, scores.len())).collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::assert_close;
    use super::*;

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
            assert_close(normal_quantile_of_ln_tail(ln_normal_tail(z)), z, 1e-14);
        }
        assert_close(ln_normal_tail(-3.0), ln(normal_cdf(3.0)), 1e-14);
        assert_close(mills(5.0), normal_tail(5.0) / exp(-12.5 - LN_ROOT_TWO_PI), 1e-13);
    }
}
