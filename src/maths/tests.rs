//! Functions against known values, and their bits.

use super::*;
use crate::engine::random::{Key, KeyedRng, RandomSource};

/// Fails unless `seen` is within `relative` of `expected` (absolute where `expected` is 0).
#[track_caller]
pub(crate) fn assert_close(seen: f64, expected: f64, relative: f64) {
    let scale = if expected == 0.0 { 1.0 } else { expected.abs() };
    assert!(
        (seen - expected).abs() <= relative * scale,
        "saw `{seen:e}`, expected `{expected:e}` within `{relative:e}`"
    );
}

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
