//! Failures in a row: too many of them, and the party is not credible any more.
//!
//! If failures came by chance with probability `base`, k of them in a row would have probability baseᵏ; where that is below
//! `limit` the party weighs nothing. With 0.05 and 10⁻⁶ that is five in a row.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::counts::Counts;
use crate::domain::answer::Evidence;
use crate::domain::share::Share;
use crate::engine::time::Time;
use crate::maths;
use crate::policy::Described;

/// Parameters of the streak.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Spec {
    /// The probability with which an honest party fails. Default 0.05 (Gonka, chain code of August 2025).
    #[serde(default = "base")]
    pub base: Share,
    /// The probability below which a streak is not taken for chance. Default 1e-6 (Gonka, as above).
    #[serde(default = "limit")]
    pub limit: Share,
}

fn base() -> Share {
    Share::try_from(0.05).expect("a share")
}

fn limit() -> Share {
    Share::try_from(1e-6).expect("a share")
}

/// What is thought of a party.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Memory {
    /// Failures since the last passed check, each with its weight.
    failures: f64,
    /// The same evidence, counted.
    counts: Counts,
}

impl Described for Spec {
    const NAME: &'static str = "streak";
    const SUMMARY: &'static str = "weighs 1, and 0 while as many failures in a row are too improbable to be chance";
    const SOURCE: &'static str = "the consecutive-failures test of Gonka (inference-chain, August 2025); trust by a beta counter on the same evidence";
    const EXAMPLE: &'static str = "{ base = 0.05, limit = 1e-6 }";

    fn default_spec() -> Option<Self> {
        Some(Spec { base: base(), limit: limit() })
    }
}

impl super::Rule for Spec {
    type Memory = Memory;

    fn memory(&self) -> Memory {
        Memory::default()
    }

    /// A passed check ends the streak, as far as its weight reaches; an unchecked acceptance leaves it.
    fn see(&self, memory: &mut Memory, evidence: Evidence, weight: f64, _: Time) {
        memory.counts.count(evidence, weight);
        memory.failures = match evidence {
            Evidence::Unchecked => memory.failures,
            Evidence::Passed | Evidence::Upheld => memory.failures * (1.0 - weight),
            Evidence::Failed | Evidence::Overturned | Evidence::Revoked => memory.failures + weight,
        };
    }

    /// The mean of a beta counter with the uniform prior.
    fn trust(&self, memory: &Memory) -> f64 {
        memory.counts.trust()
    }

    fn weight(&self, memory: &Memory) -> f64 {
        let chance = maths::pow(self.base.get(), memory.failures);
        if chance < self.limit.get() { 0.0 } else { 1.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{after, passes};
    use super::*;

    /// 0.05⁴ = 6.25e-6 is above the limit, 0.05⁵ = 3.1e-7 below it.
    #[test]
    fn five_in_a_row_are_too_many() {
        let spec = Spec::default_spec().unwrap();
        let mut seen = passes(6);
        seen.extend([(Evidence::Failed, 1.0); 4]);
        assert_eq!(after(&spec, &seen), (7.0 / 12.0, 1.0));
        seen.push((Evidence::Unchecked, 0.0));
        seen.push((Evidence::Overturned, 1.0));
        assert_eq!(after(&spec, &seen), (7.0 / 13.0, 0.0));
        seen.extend(passes(1));
        assert_eq!(after(&spec, &seen), (8.0 / 14.0, 1.0));
        seen.extend([(Evidence::Failed, 1.0); 4]);
        assert_eq!(after(&spec, &seen), (8.0 / 18.0, 1.0), "a new streak");
    }

    #[test]
    fn the_ends_of_the_ranges() {
        let spec = |base, limit| Spec { base: Share::try_from(base).unwrap(), limit: Share::try_from(limit).unwrap() };
        let failures = [(Evidence::Failed, 1.0); 1000];
        assert_eq!(after(&spec(0.05, 0.0), &failures).1, 1.0, "nothing is below a limit of zero");
        assert_eq!(after(&spec(1.0, 0.5), &failures).1, 1.0, "failing always is no surprise");
        assert_eq!(after(&spec(0.0, 0.5), &failures[..1]).1, 0.0);
        assert_eq!(after(&spec(0.0, 0.5), &[]).1, 1.0);
    }
}
