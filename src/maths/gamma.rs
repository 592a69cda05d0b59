//! The incomplete gamma function.

use super::{exp, ln, ln_gamma};

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
