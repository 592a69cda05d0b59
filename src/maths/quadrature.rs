//! Gauss–Legendre quadrature on [0, 1].

use std::borrow::Cow;
use std::f64::consts::PI;
use std::sync::LazyLock;

/// Rules of so many points are kept.
const KEPT: usize = 64;

/// A point of a rule with its weight; the weights of a rule sum to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Where, in (0, 1).
    pub at: f64,
    /// How much it counts.
    pub weight: f64,
}

static RULES: LazyLock<Vec<Vec<Point>>> = LazyLock::new(|| (1..=KEPT).map(rule).collect());

/// The rule of so many points, at least one: exact for polynomials up to the degree 2n − 1.
pub fn gauss_legendre(points: usize) -> Cow<'static, [Point]> {
    if points > KEPT { Cow::Owned(rule(points)) } else { Cow::Borrowed(&RULES[points - 1]) }
}

/// The zeros of Legendre's polynomial by Newton's method, from x ≈ cos(π(i − ¼)/(n + ½)), with 2/((1 − x²)P′(x)²) as weights; then moved
/// from [−1, 1] to [0, 1].
fn rule(points: usize) -> Vec<Point> {
    let n = points as f64;
    let zero = |number: usize| {
        let mut x = libm::cos(PI * (number as f64 + 0.75) / (n + 0.5));
        // Newton's steps square the error: from a hundredth it is at the last bit after five.
        for _ in 0..8 {
            let (value, slope) = legendre(points, x);
            x -= value / slope;
        }
        let (_, slope) = legendre(points, x);
        Point { at: 0.5 * (1.0 - x), weight: 1.0 / ((1.0 - x * x) * slope * slope) }
    };
    (0..points).map(zero).collect()
}

/// Pₙ(x) and its derivative, by the recurrence (k + 1)Pₖ₊₁ = (2k + 1)xPₖ − kPₖ₋₁.
fn legendre(degree: usize, x: f64) -> (f64, f64) {
    let (mut before, mut value) = (1.0, x);
    for k in 1..degree {
        let k = k as f64;
        (before, value) = (value, ((2.0 * k + 1.0) * x * value - k * before) / (k + 1.0));
    }
    (value, degree as f64 * (x * value - before) / (x * x - 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::maths::pow;

    /// ∫₀¹ xᵈ dx = 1/(d + 1) up to the degree 2n − 1, and not beyond.
    #[test]
    fn a_rule_is_exact_up_to_its_degree() {
        for points in [1, 2, 3, 5, 8, 13, 24, 33, KEPT, 90] {
            let integral = |degree: usize| -> f64 {
                gauss_legendre(points).iter().map(|point| point.weight * pow(point.at, degree as f64)).sum()
            };
            for degree in 0..2 * points {
                let exact = 1.0 / (degree as f64 + 1.0);
                assert!((integral(degree) - exact).abs() < 2e-15, "{points} points, degree {degree}");
            }
            let next = 1.0 / (2.0 * points as f64 + 1.0);
            if points < 12 {
                assert!((integral(2 * points) - next).abs() > 1e-15, "{points} points");
            }
        }
    }

    // worked example
    #[test]
    fn two_points_are_known() {
        let [low, high] = [0, 1].map(|place| gauss_legendre(2)[place]);
        let apart = 0.5 / f64::sqrt(3.0);
        assert!((low.at - 0.5 + apart).abs() < 1e-16 && (high.at - 0.5 - apart).abs() < 2e-16);
        assert!((low.weight - 0.5).abs() < 1e-15 && (high.weight - 0.5).abs() < 1e-15);
    }
}
