//! The few transcendental functions this folder needs, from one software library, so that every processor gives the same bits.

pub(super) use libm::{erfc, exp, expm1, lgamma, log, log1p, pow};

/// ln √(2π).
pub(super) const LN_ROOT_TWO_PI: f64 = 0.918_938_533_204_672_8;
/// √2.
pub(super) const ROOT_TWO: f64 = std::f64::consts::SQRT_2;
