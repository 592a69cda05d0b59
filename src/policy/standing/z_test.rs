//! A test of the share of failed checks after each one: with k failures in n checks, standing is lost for good once
//! (k − n p₀)/√(n p₀ (1 − p₀)) is above z.
//!
//! An honest node that fails with probability p₀ is tested again and again, so it loses its standing far more often than a single
//! test at z would have it (P. Armitage, C. K. McPherson and B. C. Rowe, Repeated Significance Tests on Accumulating Data, 1969).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::share::{Factor, Share};
use crate::engine::mistake::Mistake;
use crate::policy::Described;

/// Parameters of the test.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Spec {
    /// p₀: the probability with which an honest node fails, above 0 and below 1. Default 0.05 (Gonka, chain code of August 2025).
    #[serde(default = "p0")]
    pub p0: Share,
    /// z: how many standard deviations are too many. Default 1 (Gonka, as above).
    #[serde(default = "z")]
    pub z: Factor,
    /// Before so many checks nobody loses it. Default 10 (Gonka, as above).
    #[serde(default = "min_looks")]
    pub min_looks: u32,
}

fn p0() -> Share {
    Share::try_from(0.05).expect("a share")
}

fn z() -> Factor {
    Factor::ONE
}

fn min_looks() -> u32 {
    10
}

/// What was seen of a node while it was in good standing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Memory {
    looks: u32,
    failures: u32,
    lost: bool,
}

impl Described for Spec {
    const NAME: &'static str = "z-test";
    const SUMMARY: &'static str =
        "lost for good when failed checks are too many by a test that is repeated at each check";
    const SOURCE: &'static str = "the invalidation test of Gonka (inference-chain, August 2025)";
    const EXAMPLE: &'static str = "{ p0 = 0.05, z = 1, min-looks = 10 }";

    fn default_spec() -> Option<Self> {
        Some(Spec { p0: p0(), z: z(), min_looks: min_looks() })
    }

    fn check(&self) -> Result<(), Mistake> {
        let p0 = self.p0.get();
        if 0.0 < p0 && p0 < 1.0 {
            return Ok(());
        }
        Err(Mistake::new("p0", format!("with `{p0}` no number of failures is chance"), "write a share between 0 and 1"))
    }
}

impl super::Rule for Spec {
    type Memory = Memory;

    fn memory(&self) -> Memory {
        Memory::default()
    }

    fn see(&self, memory: &mut Memory, passed: bool) {
        if memory.lost {
            return;
        }
        memory.looks = memory.looks.saturating_add(1);
        memory.failures = memory.failures.saturating_add(u32::from(!passed));
        let (looks, failures, p0) = (f64::from(memory.looks), f64::from(memory.failures), self.p0.get());
        let score = (failures - looks * p0) / (looks * p0 * (1.0 - p0)).sqrt();
        memory.lost = memory.looks >= self.min_looks && score > self.z.get();
    }

    fn is_good(&self, memory: &Memory) -> bool {
        !memory.lost
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::after;
    use super::*;

    /// Of 100 checks at 0.05: 8 failures are 1.38 standard deviations too many, 7 are 0.92.
    #[test]
    fn too_many_for_chance() {
        let spec = Spec { min_looks: 100, ..Spec::default_spec().unwrap() };
        let seen = |failures: usize| [vec![true; 100 - failures], vec![false; failures]].concat();
        assert!(after(&spec, &seen(7)).0 && !after(&spec, &seen(8)).0);
        let lost = [seen(8), vec![true; 1000]].concat();
        assert!(!after(&spec, &lost).0, "for good");
        assert!(after(&Spec { min_looks: 101, ..spec }, &seen(100)).0);
    }
}
