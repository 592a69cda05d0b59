//! A failed check puts a node on probation, until enough checks in a row were passed.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::engine::mistake::Mistake;
use crate::policy::Described;

/// Parameters of probation.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Spec {
    /// How many passed checks in a row end it; 1 or more. Default 3 (Verathos, 2026: three clean epochs; that a check stands for an
    /// epoch is assumed).
    #[serde(default = "passes")]
    pub passes: u32,
}

fn passes() -> u32 {
    3
}

/// Passed checks still to come; 0 in good standing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Memory {
    left: u32,
}

impl Described for Spec {
    const NAME: &'static str = "probation";
    const SUMMARY: &'static str = "lost by a failed check, and back after so many passed checks in a row";
    const SOURCE: &'static str = "the probation of Verathos (subnet 96 of Bittensor, 2026)";
    const EXAMPLE: &'static str = "{ passes = 3 }";

    fn default_spec() -> Option<Self> {
        Some(Spec { passes: passes() })
    }

    fn check(&self) -> Result<(), Mistake> {
        if self.passes > 0 {
            return Ok(());
        }
        Err(Mistake::new("passes", "a probation that ends before it begins", "write 1 or more"))
    }
}

impl super::Rule for Spec {
    type Memory = Memory;

    fn memory(&self) -> Memory {
        Memory::default()
    }

    fn see(&self, memory: &mut Memory, passed: bool) {
        memory.left = if passed { memory.left.saturating_sub(1) } else { self.passes };
    }

    fn is_good(&self, memory: &Memory) -> bool {
        memory.left == 0
    }

    fn restores(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::after;
    use super::*;

    #[test]
    fn every_failure_begins_it_anew() {
        let spec = Spec { passes: 2 };
        assert!(after(&spec, &[true]).0 && !after(&spec, &[true, false, true]).0);
        assert!(!after(&spec, &[false, true, false, true]).0);
        assert!(after(&spec, &[false, true, false, true, true]).0);
    }
}
