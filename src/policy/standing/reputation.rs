//! The better a node's record, the fewer of its answers are checked: with reputation r, from 0 to 1, the share least + (1 − least)(1 − r).
//!
//! r is (passed − penalty · failed)/passes, where what is counted stays from 0 to `passes`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::share::Share;
use crate::engine::mistake::Mistake;
use crate::policy::Described;

/// Parameters of the reputation.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Spec {
    /// The share that is always checked. Default 0.01 (Gonka, chain code of August 2025, at 5 000 requests or more in an epoch).
    #[serde(default = "least")]
    pub least: Share,
    /// How many passed checks are a whole reputation; 1 or more. Default 30 (Gonka, as above: thirty epochs; that a check stands for an
    /// epoch is assumed).
    #[serde(default = "passes")]
    pub passes: u32,
    /// How many passed checks a failed one undoes. Default 10 (assumed).
    #[serde(default = "penalty")]
    pub penalty: u32,
}

fn least() -> Share {
    Share::try_from(0.01).expect("a share")
}

fn passes() -> u32 {
    30
}

fn penalty() -> u32 {
    10
}

/// Passed checks, less what failures have undone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Memory {
    passed: u32,
}

impl Described for Spec {
    const NAME: &'static str = "reputation";
    const SUMMARY: &'static str = "never lost; the better the record, the smaller the share of answers that is checked";
    const SOURCE: &'static str = "validation by reputation of Gonka (inference-chain, August 2025)";
    const EXAMPLE: &'static str = "{ least = 0.01, passes = 30, penalty = 10 }";

    fn default_spec() -> Option<Self> {
        Some(Spec { least: least(), passes: passes(), penalty: penalty() })
    }

    fn check(&self) -> Result<(), Mistake> {
        if self.passes > 0 {
            return Ok(());
        }
        Err(Mistake::new("passes", "a whole reputation without a passed check", "write 1 or more"))
    }
}

impl super::Rule for Spec {
    type Memory = Memory;

    fn memory(&self) -> Memory {
        Memory::default()
    }

    fn see(&self, memory: &mut Memory, passed: bool) {
        memory.passed = match passed {
            true => self.passes.min(memory.passed + 1),
            false => memory.passed.saturating_sub(self.penalty),
        };
    }

    fn is_good(&self, _: &Memory) -> bool {
        true
    }

    fn sample(&self, memory: &Memory) -> f64 {
        let least = self.least.get();
        let lacks = f64::from(self.passes - memory.passed) / f64::from(self.passes);
        least + (1.0 - least) * lacks
    }

    fn samples(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::after;
    use super::*;

    #[test]
    fn it_is_earned_slowly_and_lost_fast() {
        let spec = Spec { least: Share::try_from(0.2).unwrap(), passes: 4, penalty: 3 };
        let sample = |seen: &[bool]| after(&spec, seen).1;
        assert_eq!(sample(&[]), 1.0);
        assert_eq!(sample(&[true, true]), 0.2 + 0.8 * 0.5);
        assert_eq!(sample(&[true; 9]), 0.2);
        assert_eq!(sample(&[true, true, true, true, true, false]), 0.2 + 0.8 * 0.75);
        assert_eq!(sample(&[true, false]), 1.0);
    }
}
