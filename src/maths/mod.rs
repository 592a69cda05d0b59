//! Elementary and special functions with the same bits on every machine.
//!
//! The C library's `exp`, `ln` and friends differ between processors in the last bit, about once in 1 500 calls, which is
//! enough to send two runs of one seed apart. Everything here goes through the `libm` crate, whose code is plain additions,
//! multiplications and divisions. No other file calls the methods of `f64` that lead to the C library; `sqrt`, `abs`,
//! `floor`, `ceil` and `round` are exact and free to use.

#![allow(clippy::disallowed_methods, reason = "this is where the portable functions live")]

mod beta;
mod gamma;
mod normal;
mod quadrature;

pub(crate) use beta::{beta_share, ln_beta_front, ln_beta_share};
pub use gamma::gamma_cdf;
pub use normal::{
    normal_cdf, normal_density, normal_quantile, normal_score_variance, normal_score_variances, normal_scores,
    normal_tail,
};
pub(crate) use normal::{normal_quantile_centred, normal_quantile_of_ln_tail};
pub use quadrature::{Point, gauss_legendre};

/// ln √(2π).
pub(crate) const LN_ROOT_TWO_PI: f64 = 0.918_938_533_204_672_8;

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

/// The complementary error function, accurate in its upper tail.
#[inline]
pub fn erfc(x: f64) -> f64 {
    libm::erfc(x)
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

#[cfg(test)]
pub(crate) mod tests;
