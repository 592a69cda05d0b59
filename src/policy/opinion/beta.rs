//! Counts of good and bad, each new one fading the old ones.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::counts::Counts;
use crate::domain::answer::Evidence;
use crate::domain::share::{Factor, Share};
use crate::engine::time::Time;
use crate::policy::Described;

/// Parameters of the beta opinion.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Spec {
    /// Good evidence before anything is seen. Default 1 (the uniform prior).
    #[serde(default = "one")]
    pub good: Factor,
    /// Bad evidence before anything is seen. Default 1 (the uniform prior).
    #[serde(default = "one")]
    pub bad: Factor,
    /// What remains of all earlier evidence at each new one. Default 1: nothing is forgotten.
    #[serde(default = "all")]
    pub keep: Share,
}

fn one() -> Factor {
    Factor::ONE
}

fn all() -> Share {
    Share::ONE
}

impl Described for Spec {
    const NAME: &'static str = "beta";
    const SUMMARY: &'static str =
        "counts of good and bad evidence, each new one fading the old: (good + a) / (all + a + b)";
    const SOURCE: &'static str = "A. Jøsang, R. Ismail, The Beta Reputation System, 2002";
    const EXAMPLE: &'static str = "{ good = 1, bad = 1, keep = 0.99 }";

    fn default_spec() -> Option<Self> {
        Some(Spec { good: one(), bad: one(), keep: all() })
    }
}

impl super::Rule for Spec {
    type Memory = Counts;

    fn memory(&self) -> Counts {
        Counts::default()
    }

    fn see(&self, counts: &mut Counts, evidence: Evidence, weight: f64, _: Time) {
        counts.see(evidence.is_good(), weight, self.keep.get());
    }

    fn trust(&self, counts: &Counts) -> f64 {
        counts.mean(self.good.get(), self.bad.get())
    }

    fn weight(&self, counts: &Counts) -> f64 {
        self.trust(counts)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Rule;
    use super::super::tests::{after, passes};
    use super::*;

    fn spec(keep: f64) -> Spec {
        Spec { keep: Share::try_from(keep).unwrap(), ..Spec::default_spec().unwrap() }
    }

    /// Eight good and two bad: (8 + 1)/(10 + 2).
    #[test]
    fn counts_make_a_mean() {
        let mut seen = passes(8);
        seen.extend([(Evidence::Failed, 1.0), (Evidence::Revoked, 1.0)]);
        assert_eq!(after(&spec(1.0), &seen), (0.75, 0.75));
        assert_eq!(after(&spec(1.0), &[]), (0.5, 0.5));
    }

    /// A thousand good at keep 0.9 weigh 1/(1 − 0.9) = 10, so the mean stays at 11/12; then one bad makes it 10/12.
    #[test]
    fn what_is_forgotten_leaves_a_bound() {
        let close = |found: f64, expected: f64| assert!((found - expected).abs() < 1e-12, "{found} is not {expected}");
        let mut seen = passes(1_000);
        close(after(&spec(0.9), &seen).0, 11.0 / 12.0);
        seen.push((Evidence::Overturned, 1.0));
        close(after(&spec(0.9), &seen).0, 10.0 / 12.0);
    }

    /// Two acceptances that count a quarter each.
    #[test]
    fn unchecked_acceptance_counts_as_it_is_credited() {
        assert_eq!(after(&spec(1.0), &[(Evidence::Unchecked, 0.25); 2]).0, 1.5 / 2.5);
        assert_eq!(after(&spec(0.5), &[(Evidence::Passed, 1.0), (Evidence::Unchecked, 0.0)]).0, 2.0 / 3.0);
    }

    #[test]
    fn no_prior_and_no_evidence_is_one_half() {
        let bare = Spec { good: Factor::default(), bad: Factor::default(), keep: Share::ONE };
        assert_eq!(bare.trust(&bare.memory()), 0.5);
    }
}
