//! The longer a node's run of passed checks, the fewer of its answers are checked: with v of them in a row, every answer while v is
//! below `trusted-after`, and from then on one in v.
//!
//! A failure begins the run anew. An honest node thus has about √(2N) of its first N answers checked. One that errs at random with
//! probability e has about the share e of them checked, so that its errors are accepted nearly as often as without any check.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::policy::Described;

/// Parameters of the run.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Spec {
    /// From how many passed checks in a row on fewer answers are checked. Default 10 (BOINC, `sched/sched_send.cpp`).
    #[serde(default = "trusted_after")]
    pub trusted_after: u32,
}

fn trusted_after() -> u32 {
    10
}

/// Passed checks since the last failure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Memory {
    valid: u32,
}

impl Described for Spec {
    const NAME: &'static str = "consecutive";
    const SUMMARY: &'static str = "never lost; after v passed checks in a row one answer in v is checked";
    const SOURCE: &'static str =
        "adaptive replication of BOINC (D. Anderson, BOINC: A Platform for Volunteer Computing, 2020)";
    const EXAMPLE: &'static str = "{ trusted-after = 10 }";

    fn default_spec() -> Option<Self> {
        Some(Spec { trusted_after: trusted_after() })
    }
}

impl super::Rule for Spec {
    type Memory = Memory;

    fn memory(&self) -> Memory {
        Memory::default()
    }

    fn see(&self, memory: &mut Memory, passed: bool) {
        memory.valid = if passed { memory.valid.saturating_add(1) } else { 0 };
    }

    fn is_good(&self, _: &Memory) -> bool {
        true
    }

    fn sample(&self, memory: &Memory) -> f64 {
        if memory.valid < self.trusted_after { 1.0 } else { 1.0 / f64::from(memory.valid.max(1)) }
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
    fn one_in_as_many_as_were_passed() {
        let spec = Spec { trusted_after: 3 };
        assert_eq!([2, 3, 4].map(|passes| after(&spec, &vec![true; passes]).1), [1.0, 1.0 / 3.0, 0.25]);
        assert_eq!(after(&spec, &[true, true, true, true, false, true]), (true, 1.0));
        assert_eq!(after(&Spec { trusted_after: 0 }, &[]).1, 1.0);
    }
}
