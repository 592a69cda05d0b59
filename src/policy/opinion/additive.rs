//! A score that climbs by small steps and falls by large ones.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::counts::Counts;
use crate::domain::answer::Evidence;
use crate::domain::share::Factor;
use crate::engine::mistake::Mistake;
use crate::engine::time::Time;
use crate::policy::Described;

/// Parameters of the additive score.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Spec {
    /// What good evidence adds; an unchecked acceptance adds its credit times this. Default 0.01 (SwarmLLM, issue 21).
    pub up: Factor,
    /// What bad evidence takes away. Default 0.1 (SwarmLLM, issue 21).
    pub down: Factor,
    /// The score of a party nobody has seen, at most `full`. Default 0.5 (assumed).
    pub start: Factor,
    /// The highest score; good evidence adds nothing beyond it. Default 1 (assumed).
    pub full: Factor,
}

impl Default for Spec {
    fn default() -> Spec {
        let [up, down, start] = [0.01, 0.1, 0.5].map(|number| Factor::try_from(number).expect("a factor"));
        Spec { up, down, start, full: Factor::ONE }
    }
}

/// What is thought of a party.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Memory {
    /// At most `full`; below zero as far as it has fallen.
    score: f64,
    /// The same evidence, counted.
    counts: Counts,
}

impl Described for Spec {
    const NAME: &'static str = "additive";
    const SUMMARY: &'static str =
        "a score that good evidence raises and bad evidence lowers by fixed steps; its weight is the score, from 0";
    const SOURCE: &'static str = "the trust score of SwarmLLM (issue 21); trust by a beta counter on the same evidence";
    const EXAMPLE: &'static str = "{ up = 0.01, down = 0.1, start = 0.5, full = 1 }";

    fn default_spec() -> Option<Self> {
        Some(Spec::default())
    }

    fn check(&self) -> Result<(), Mistake> {
        if self.start <= self.full {
            return Ok(());
        }
        let (start, full) = (self.start.get(), self.full.get());
        Err(Mistake::new("start", format!("`start` must not be above `full`; {start} is above {full}"), ""))
    }
}

impl super::Rule for Spec {
    type Memory = Memory;

    fn memory(&self) -> Memory {
        Memory { score: self.start.get().min(self.full.get()), counts: Counts::default() }
    }

    fn see(&self, memory: &mut Memory, evidence: Evidence, weight: f64, _: Time) {
        memory.counts.count(evidence, weight);
        if evidence.is_good() {
            let raised = memory.score + self.up.get() * weight;
            memory.score = raised.min(self.full.get());
        } else {
            memory.score -= self.down.get() * weight;
        }
    }

    /// The mean of a beta counter with the uniform prior.
    fn trust(&self, memory: &Memory) -> f64 {
        memory.counts.trust()
    }

    fn weight(&self, memory: &Memory) -> f64 {
        memory.score.max(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{after, passes};
    use super::*;

    fn close(found: (f64, f64), expected: (f64, f64)) {
        let near = |a: f64, b: f64| (a - b).abs() < 1e-12;
        assert!(near(found.0, expected.0) && near(found.1, expected.1), "{found:?} is not {expected:?}");
    }

    /// From 0.5: ten steps up make 0.6, one failure 0.5; a failure undoes ten good answers.
    #[test]
    fn ten_steps_up_and_one_down() {
        let spec = Spec::default();
        let mut seen = passes(10);
        close(after(&spec, &seen), (11.0 / 12.0, 0.6));
        seen.push((Evidence::Failed, 1.0));
        close(after(&spec, &seen), (11.0 / 13.0, 0.5));
        seen.extend([(Evidence::Unchecked, 0.5), (Evidence::Unchecked, 0.0)]);
        close(after(&spec, &seen), (11.5 / 13.5, 0.505));
    }

    /// A hundred good ones end at 1 and not at 1.5; then eleven bad ones lead to −0.1, a weight of 0, from which ten good
    /// ones lead back to 0.
    #[test]
    fn it_ends_at_full_and_falls_below_zero() {
        let spec = Spec::default();
        let mut seen = passes(100);
        close(after(&spec, &seen), (101.0 / 102.0, 1.0));
        seen.extend([(Evidence::Overturned, 1.0); 11]);
        close(after(&spec, &seen), (101.0 / 113.0, 0.0));
        seen.extend(passes(12));
        close(after(&spec, &seen), (113.0 / 125.0, 0.02));
        let high = Spec { start: Factor::try_from(2.0).unwrap(), ..spec };
        assert_eq!(high.check().unwrap_err().key, "start");
        assert_eq!(after(&high, &[]).1, 1.0);
    }
}
