//! The score of iExec's Proof of Contribution: one up for a success, a third off for a fault.
//!
//! The weight of a score is max(⌊score/3⌋, 3) − 1, the odds that the party's answer is right: a product of such weights
//! against a sum of them is Sarmenta's credibility of a group. So trust is weight / (1 + weight), and no less than 2/3.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::answer::Evidence;
use crate::domain::share::{Factor, Share};
use crate::engine::time::Time;
use crate::policy::Described;

/// Parameters of the score.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Spec {
    /// The score of a party nobody has seen. Default 0 (iExec).
    pub start: Factor,
    /// What good evidence adds; an unchecked acceptance adds its credit times this. Default 1 (iExec, which counts
    /// replicated results alone).
    pub success: Factor,
    /// What bad evidence leaves of the score, rounded down. Default 2/3 (iExec).
    pub factor: Share,
}

impl Default for Spec {
    fn default() -> Spec {
        let factor = Share::try_from(2.0 / 3.0).expect("a share");
        Spec { start: Factor::default(), success: Factor::ONE, factor }
    }
}

/// The highest score: far beyond what a run can reach by steps of one, and well within the whole numbers of `f64`.
const MOST: f64 = (1u64 << 50) as f64;

impl Described for Spec {
    const NAME: &'static str = "score";
    const SUMMARY: &'static str =
        "a score: one up for a success, a third off for a fault; its weight is the odds of being right";
    const SOURCE: &'static str =
        "iExec, Proof of Contribution (contract IexecPoco2Facet); L. Sarmenta, Sabotage-tolerance mechanisms, 2001";
    const EXAMPLE: &'static str = "{ start = 0, success = 1, factor = 0.6666666666666666 }";

    fn default_spec() -> Option<Self> {
        Some(Spec::default())
    }
}

impl super::Rule for Spec {
    type Memory = f64;

    fn memory(&self) -> f64 {
        self.start.get().min(MOST)
    }

    fn see(&self, score: &mut f64, evidence: Evidence, weight: f64, _: Time) {
        *score = if evidence.is_good() {
            (*score + self.success.get() * weight).min(MOST)
        } else {
            // 2/3 as a binary number is a little less, by so little that a third of a whole number still comes out whole.
            (*score * (1.0 - weight * (1.0 - self.factor.get()))).floor()
        };
    }

    /// The probability of which the weight is the odds.
    fn trust(&self, score: &f64) -> f64 {
        let odds = self.weight(score);
        odds / (1.0 + odds)
    }

    /// The weight, which is a whole number where the odds of the trust are rounded.
    fn odds(&self, score: &f64) -> f64 {
        self.weight(score)
    }

    fn weight(&self, score: &f64) -> f64 {
        (score / 3.0).floor().max(3.0) - 1.0
    }
}

#[cfg(test)]
mod tests {
    use super::super::Rule;
    use super::super::tests::{after, passes};
    use super::*;

    /// How many parties of this score must agree for the trust asked for: the least k with wᵏ/(1 + wᵏ) > 1 − 1/trust.
    fn needed(score: f64, trust: f64) -> usize {
        let weight = Spec::default().weight(&score);
        let group = |count: usize| (0..count).fold(1.0, |group, _| group * weight);
        (1..).find(|&count| group(count) * trust > (1.0 + group(count)) * (trust - 1.0)).unwrap()
    }

    /// Two unseen ones that agree are right with 4/5; and how many of one score are needed for a trust.
    #[test]
    fn weights_are_the_odds_of_the_contract() {
        let (trust, weight) = after(&Spec::default(), &[]);
        assert_eq!((trust, weight, weight * weight / (1.0 + weight * weight)), (2.0 / 3.0, 2.0, 0.8));
        let fresh = [2.0, 5.0, 10.0, 50.0, 100.0, 1000.0].map(|trust| needed(0.0, trust));
        assert_eq!(fresh, [1, 3, 4, 6, 7, 10]);
        assert_eq!([10.0, 100.0].map(|trust| needed(30.0, trust)), [2, 3]);
        assert_eq!([10.0, 100.0].map(|trust| needed(99.0, trust)), [1, 2]);
    }

    /// A hundred successes make the weight 33 − 1; a fault leaves 66 and 21, the next 44 and 13.
    #[test]
    fn a_fault_takes_a_third() {
        let mut seen = passes(100);
        assert_eq!(after(&Spec::default(), &seen), (32.0 / 33.0, 32.0));
        seen.push((Evidence::Failed, 1.0));
        assert_eq!(after(&Spec::default(), &seen), (21.0 / 22.0, 21.0));
        seen.push((Evidence::Revoked, 1.0));
        assert_eq!(after(&Spec::default(), &seen), (13.0 / 14.0, 13.0));
        seen.extend([(Evidence::Unchecked, 0.5), (Evidence::Unchecked, 0.5)]);
        assert_eq!(after(&Spec::default(), &seen), (14.0 / 15.0, 14.0), "45 by halves");
    }

    /// A fault leaves ⌊2·score/3⌋, as the contract's whole numbers do.
    #[test]
    fn faults_round_down_as_whole_numbers() {
        let spec = Spec::default();
        for whole in (0..100_000).chain((1 << 40)..(1 << 40) + 10_000) {
            let mut score = whole as f64;
            spec.see(&mut score, Evidence::Failed, 1.0, Time::ZERO);
            assert_eq!(score as u64, 2 * whole / 3, "{whole}");
        }
    }
}
