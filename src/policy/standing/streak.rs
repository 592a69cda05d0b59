//! So many failed checks in a row, and a node has lost its standing for good.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::engine::mistake::Mistake;
use crate::policy::Described;

/// Parameters of the streak.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Spec {
    /// How many failures in a row; 1 or more. Default 5 (Gonka, chain code of August 2025: 0.05⁵ is below 10⁻⁶).
    #[serde(default = "failures")]
    pub failures: u32,
}

fn failures() -> u32 {
    5
}

/// Failures since the last passed check, at most as many as it takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Memory {
    failures: u32,
}

impl Described for Spec {
    const NAME: &'static str = "streak";
    const SUMMARY: &'static str = "lost for good by so many failed checks in a row";
    const SOURCE: &'static str = "the consecutive-failures test of Gonka (inference-chain, August 2025); with one failure the blacklist of L. Sarmenta, Sabotage-Tolerance Mechanisms for Volunteer Computing Systems, 2001";
    const EXAMPLE: &'static str = "{ failures = 5 }";

    fn default_spec() -> Option<Self> {
        Some(Spec { failures: failures() })
    }

    fn check(&self) -> Result<(), Mistake> {
        if self.failures > 0 {
            return Ok(());
        }
        Err(Mistake::new(
            "failures",
            "a streak of none: everybody would have lost it before the first check",
            "write 1 or more",
        ))
    }
}

impl super::Rule for Spec {
    type Memory = Memory;

    fn memory(&self) -> Memory {
        Memory::default()
    }

    fn see(&self, memory: &mut Memory, passed: bool) {
        if self.is_good(memory) {
            memory.failures = if passed { 0 } else { memory.failures + 1 };
        }
    }

    fn is_good(&self, memory: &Memory) -> bool {
        memory.failures < self.failures
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::after;
    use super::*;

    #[test]
    fn a_pass_begins_anew_until_it_is_too_late() {
        let spec = Spec { failures: 2 };
        assert!(after(&spec, &[false, true, false]).0);
        assert!(!after(&spec, &[false, true, false, false]).0);
        assert!(!after(&spec, &[false, false, true, true]).0, "for good");
    }
}
