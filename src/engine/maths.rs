//! Elementary and special functions with the same bits on every machine.
//!
//! The C library's `exp`, `ln` and friends differ between processors in the last bit, about once in 1 500 calls, which is
//! enough to send two runs of one seed apart. Everything here goes through the `libm` crate, whose code is plain additions,
//! multiplications and divisions. No other file calls the methods of `f64` that lead to the C library; `sqrt`, `abs`,
//! `floor`, `ceil` and `round` are exact and free to use.

#![allow(clippy::disallowed_methods, reason = "this is where the portable functions live")]

/// `eˣ`.
#[inline]
pub fn exp(x: f64) -> f64 {
    libm::exp(x)
}

/// `eˣ − 1`, accurate near zero.
#[inline]
pub fn exp_m1(x: f64) -> f64 {
    libm::expm1(x)
}

/// The natural logarithm; not a number below zero, minus infinity at zero.
#[inline]
pub fn ln(x: f64) -> f64 {
    libm::log(x)
}

/// `ln(1 + x)`, accurate near zero.
#[inline]
pub fn ln_1p(x: f64) -> f64 {
    libm::log1p(x)
}

/// The logarithm to base 10.
#[inline]
pub fn log10(x: f64) -> f64 {
    libm::log10(x)
}

/// The logarithm to base 2.
#[inline]
pub fn log2(x: f64) -> f64 {
    libm::log2(x)
}

/// `x` to the power `y`.
#[inline]
pub fn pow(x: f64, y: f64) -> f64 {
    libm::pow(x, y)
}

/// The sine of an angle in radians.
#[inline]
pub fn sin(x: f64) -> f64 {
    libm::sin(x)
}

/// The cosine of an angle in radians.
#[inline]
pub fn cos(x: f64) -> f64 {
    libm::cos(x)
}

/// The hyperbolic tangent.
#[inline]
pub fn tanh(x: f64) -> f64 {
    libm::tanh(x)
}

/// The gamma function; infinite above 171.6.
#[inline]
pub fn gamma(x: f64) -> f64 {
    libm::tgamma(x)
}

/// The logarithm of the absolute value of the gamma function.
#[inline]
pub fn ln_gamma(x: f64) -> f64 {
    libm::lgamma(x)
}

/// The density of the standard normal distribution.
#[inline]
pub fn normal_density(x: f64) -> f64 {
    const INVERSE_ROOT_TWO_PI: f64 = 0.398_942_280_401_432_7;
    INVERSE_ROOT_TWO_PI * exp(-0.5 * x * x)
}

/// The probability that a standard normal variate is at most `x`, accurate in both tails.
#[inline]
pub fn normal_cdf(x: f64) -> f64 {
    0.5 * libm::erfc(-x * std::f64::consts::FRAC_1_SQRT_2)
}

/// The standard normal quantile of `p`: relative accuracy about 1e-16; infinite at 0 and 1, not a number outside.
///
/// Algorithm AS 241 (PPND16): M. J. Wichura, "The percentage points of the normal distribution", Applied Statistics 37 (1988) 477–484.
#[inline]
pub fn normal_quantile(p: f64) -> f64 {
    let centred = p - 0.5;
    if centred.abs() <= 0.425 {
        let r = 0.180_625 - centred * centred;
        return centred * polynomial(&CENTRE_ABOVE, r) / polynomial(&CENTRE_BELOW, r);
    }
    normal_quantile_tail(p, centred)
}

/// The 15 % of cases outside the centre, kept out of the caller's loop.
#[inline(never)]
fn normal_quantile_tail(p: f64, centred: f64) -> f64 {
    let tail = if centred < 0.0 { p } else { 1.0 - p };
    if tail == 0.0 {
        return f64::INFINITY.copysign(centred);
    }
    let r = (-ln(tail)).sqrt();
    let size = if r <= 5.0 {
        polynomial(&MIDDLE_ABOVE, r - 1.6) / polynomial(&MIDDLE_BELOW, r - 1.6)
    } else {
        polynomial(&FAR_ABOVE, r - 5.0) / polynomial(&FAR_BELOW, r - 5.0)
    };
    size.copysign(centred)
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

/// The regularised lower incomplete gamma function P(shape, x): the probability that a gamma variate of that shape and
/// scale 1 is at most `x`. So `gamma_cdf(k / 2, c / 2)` is the χ² distribution of `k` degrees. Relative accuracy about 1e-13.
///
/// The series of DLMF 8.7.1 below `shape + 1`, the continued fraction of DLMF 8.9.2 (by Lentz's method) above.
pub fn gamma_cdf(shape: f64, x: f64) -> f64 {
    assert!(shape > 0.0, "the shape of a gamma distribution is positive");
    if x <= 0.0 {
        return 0.0;
    }
    let front = exp(shape * ln(x) - x - ln_gamma(shape));
    if x < shape + 1.0 {
        let (mut term, mut sum, mut n) = (1.0 / shape, 1.0 / shape, shape);
        while term > sum * 1e-17 {
            n += 1.0;
            term *= x / n;
            sum += term;
        }
        return (front * sum).min(1.0);
    }
    const TINY: f64 = 1e-300;
    let mut b = x + 1.0 - shape;
    let mut c = 1.0 / TINY;
    let mut d = 1.0 / b;
    let mut fraction = d;
    for i in 1..100_000 {
        let i = f64::from(i);
        let a = -i * (i - shape);
        b += 2.0;
        d = a * d + b;
        d = 1.0 / if d.abs() < TINY { TINY } else { d };
        c = b + a / c;
        c = if c.abs() < TINY { TINY } else { c };
        fraction *= d * c;
        if (d * c - 1.0).abs() < 1e-16 {
            break;
        }
    }
    1.0 - front * fraction
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::random::{Key, KeyedRng, RandomSource};

    #[track_caller]
    fn near(found: f64, expected: f64, relative: f64) {
        assert!((found - expected).abs() <= relative * expected.abs(), "{found} is not {expected}");
    }

    #[test]
    fn elementary_functions_are_what_they_say() {
        near(exp(1.0), std::f64::consts::E, 2e-16);
        near(ln(10.0), std::f64::consts::LN_10, 2e-16);
        near(log10(2.0), std::f64::consts::LOG10_2, 2e-16);
        near(log2(10.0), std::f64::consts::LOG2_10, 2e-16);
        near(pow(2.0, 0.5), std::f64::consts::SQRT_2, 2e-16);
        near(ln_1p(1e-20), 1e-20, 0.0);
        near(exp_m1(1e-20), 1e-20, 0.0);
        near(sin(1.0), 0.841_470_984_807_896_5, 2e-16);
        near(cos(1.0), 0.540_302_305_868_139_8, 2e-16);
        near(tanh(0.5), 0.462_117_157_260_009_75, 4e-16);
    }

    /// Every bit of ten thousand values of each function, which another processor or another release of a dependency might change.
    #[test]
    fn bits_are_the_same_everywhere() {
        type Case = (&'static str, fn(f64) -> f64, u64);
        let functions: [Case; 13] = [
            ("exp", exp, 0xc196_b561_d71d_508e),
            ("exp_m1", exp_m1, 0x2750_7672_362c_d24e),
            ("ln", |x| ln(x.abs()), 0x9806_ea59_6895_c836),
            ("ln_1p", |x| ln_1p(x.abs()), 0x0a8a_e66e_4feb_2c40),
            ("log10", |x| log10(x.abs()), 0x8ed5_028d_f116_d674),
            ("log2", |x| log2(x.abs()), 0x1f63_6493_14fc_eab7),
            ("pow", |x| pow(x.abs(), 0.1 + x), 0x3b55_3a49_c66c_bcf6),
            ("sin", sin, 0x0b64_9b47_b3c7_9d79),
            ("cos", cos, 0xb7ee_1c0a_f79c_4321),
            ("tanh", tanh, 0x8efd_55a2_bcdd_e92f),
            ("ln_gamma", |x| ln_gamma(x.abs()), 0x1581_e6fc_4250_b266),
            ("normal_cdf", normal_cdf, 0xfa31_2f81_da20_89f2),
            ("normal_quantile", |x| normal_quantile(0.5 + x / 40.0), 0xa5e8_c9c1_f915_30f5),
        ];
        for (name, function, expected) in functions {
            let mut draw = KeyedRng::new(Key(1));
            let digest = (0..10_000).fold(0u64, |sum, _| {
                let bits = function(40.0 * draw.unit() - 20.0).to_bits();
                (sum.rotate_left(5) ^ bits).wrapping_mul(0x9e37_79b9_7f4a_7c15)
            });
            assert_eq!(digest, expected, "{name}: {digest:#x}");
        }
    }

    #[test]
    fn gamma_functions_agree_with_thirty_digits() {
        near(gamma(0.5), 1.772_453_850_905_516, 1e-15);
        near(gamma(1.25), 0.906_402_477_055_477, 1e-15);
        near(gamma(170.5), 5.562_092_414_56e305, 1e-14);
        near(ln_gamma(170.5), 704.004_427_734_204_7, 1e-15);
        near(gamma_cdf(0.5, 0.25), 0.520_499_877_813_046_5, 1e-13);
        near(gamma_cdf(2.0, 3.0), 0.800_851_726_528_544_2, 1e-13);
        near(gamma_cdf(10.0, 10.0), 0.542_070_285_528_147_8, 1e-13);
        near(gamma_cdf(63.5, 80.0), 0.974_728_766_824_287_2, 1e-13);
        near(gamma_cdf(127.5, 100.0), 0.004_574_555_458_048_105, 1e-12);
        assert_eq!(gamma_cdf(2.0, 0.0), 0.0);
    }

    #[test]
    fn the_normal_agrees_with_thirty_digits() {
        // Half a unit in the last place of the argument moves the tail by x² times as much.
        for (x, below) in [
            (-8.5, 9.479_534_822_203_318e-18),
            (-3.0, 0.001_349_898_031_630_094_5),
            (0.5, 0.691_462_461_274_013_1),
            (2.0, 0.977_249_868_051_820_8),
        ] {
            near(normal_cdf(x), below, (x * x + 2.0) * 2.3e-16);
        }
        near(normal_density(0.0), 0.398_942_280_401_432_7, 1e-16);
        for (p, quantile) in [
            (1e-300, -37.047_096_299_361_2),
            (1e-16, -8.222_082_216_130_436),
            (1e-9, -5.997_807_015_007_687),
            (0.001, -3.090_232_306_167_813_5),
            (0.05, -1.644_853_626_951_472_7),
            (0.3, -0.524_400_512_708_041),
            (0.9, 1.281_551_565_544_600_6),
            (0.999, 3.090_232_306_167_813),
        ] {
            near(normal_quantile(p), quantile, 5e-16);
        }
        assert_eq!(normal_quantile(0.5), 0.0);
        assert_eq!((normal_quantile(0.0), normal_quantile(1.0)), (f64::NEG_INFINITY, f64::INFINITY));
        assert!(normal_quantile(-0.1).is_nan() && normal_quantile(1.1).is_nan());
    }

    /// Over the whole range that draws reach, the quantile and the distribution undo each other.
    #[test]
    fn the_normal_quantile_inverts_its_distribution() {
        let mut p = 1e-300;
        while p < 0.5 {
            // An error e of the quantile x moves the probability by about x·e relatively.
            near(normal_cdf(normal_quantile(p)), p, 1e-12);
            near(normal_cdf(-normal_quantile(p)), 1.0 - p, 1e-15);
            p *= 1.37;
        }
    }
}
