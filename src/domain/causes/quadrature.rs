//! Gauss–Legendre quadrature on the unit interval: N nodes are exact for polynomials of a degree below 2 N.

use std::sync::OnceLock;

use crate::maths::cos;

/// The most nodes: exact to degree 47, and to some 3 · 10⁻⁶ for a polynomial of 128 parties.
const MOST: usize = 24;

/// The nodes and weights that integrate a polynomial of this degree exactly, if it is below 48.
pub(super) fn nodes(degree: usize) -> &'static [(f64, f64)] {
    static RULES: OnceLock<Vec<Vec<(f64, f64)>>> = OnceLock::new();
    let rules = RULES.get_or_init(|| (1..=MOST).map(rule).collect());
    &rules[(degree / 2 + 1).min(MOST) - 1]
}

/// The roots of the Legendre polynomial of degree n by Newton's method, from the guess of F. Tricomi (1950).
fn rule(n: usize) -> Vec<(f64, f64)> {
    let one = |k: usize| {
        let mut x = cos(std::f64::consts::PI * (k as f64 + 0.75) / (n as f64 + 0.5));
        let mut slope = 1.0;
        for _ in 0..8 {
            let (mut before, mut value) = (1.0, x);
            for degree in 2..=n {
                let of = degree as f64;
                (before, value) = (value, ((2.0 * of - 1.0) * x * value - (of - 1.0) * before) / of);
            }
            slope = if n == 1 { 1.0 } else { n as f64 * (x * value - before) / (x * x - 1.0) };
            x -= value / slope;
        }
        let weight = if n == 1 { 2.0 } else { 2.0 / ((1.0 - x * x) * slope * slope) };
        ((1.0 - x) / 2.0, weight / 2.0)
    };
    (0..n).map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// ∫₀¹ tᵏ dt = 1/(k + 1), up to the degree that a rule is exact for, and not beyond it.
    #[test]
    fn monomials_are_integrated() {
        for degree in 0..2 * MOST {
            let found = |power: usize| {
                nodes(degree)
                    .iter()
                    .map(|(t, weight)| weight * (0..power).fold(1.0, |product, _| product * t))
                    .sum::<f64>()
            };
            for power in 0..=degree {
                let known = 1.0 / (power + 1) as f64;
                assert!((found(power) - known).abs() < 1e-13, "∫ t^{power} with {} nodes", nodes(degree).len());
            }
        }
        let found = nodes(3).iter().map(|(t, weight)| weight * t * t * t * t).sum::<f64>();
        assert!((found - 0.2).abs() > 1e-3, "two nodes are not exact for a polynomial of degree 4");
    }
}
