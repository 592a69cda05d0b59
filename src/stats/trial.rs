//! What the tests of this folder share: a small generator of their own, and a comparison that says what it saw.

pub(super) use crate::maths::tests::assert_close;

use crate::maths::{ln, ln_1p};

/// SplitMix64 (Steele, Lea and Flood 2014): the tests' only source of chance, always from seed 1.
pub(super) struct Trial(u64);

impl Trial {
    /// The generator at seed 1.
    pub(super) fn new() -> Trial {
        Trial(1)
    }

    /// The next 64 bits.
    pub(super) fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Uniform on (0, 1).
    pub(super) fn uniform(&mut self) -> f64 {
        ((self.bits() >> 12) as f64 + 0.5) / (1u64 << 52) as f64
    }

    /// Exponential with mean 1.
    pub(super) fn exponential(&mut self) -> f64 {
        -ln_1p(-self.uniform())
    }

    /// Standard normal, by Marsaglia's polar method (one of the pair).
    pub(super) fn normal(&mut self) -> f64 {
        loop {
            let (u, v) = (2.0 * self.uniform() - 1.0, 2.0 * self.uniform() - 1.0);
            let s = u * u + v * v;
            if s > 0.0 && s < 1.0 {
                return u * (-2.0 * ln(s) / s).sqrt();
            }
        }
    }

    /// Uniform on `0..bound`.
    pub(super) fn below(&mut self, bound: u64) -> u64 {
        ((u128::from(self.bits()) * u128::from(bound)) >> 64) as u64
    }
}

#[test]
fn the_generator_gives_its_published_values() {
    // worked example: the reference outputs of SplitMix64 at seed 1234567.
    let mut trial = Trial(1_234_567);
    assert_eq!(trial.bits(), 6_457_827_717_110_365_317);
    assert_eq!(trial.bits(), 3_203_168_211_198_807_973);
}
