//! Counts of good and bad, each new one fading the old ones.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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

/// Evidence seen, the prior apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Counts {
    good: f64,
    bad: f64,
}

impl Described for Spec {
    const NAME: &'static str = "beta";
    const SUMMARY: &'static str =
        "counts of good and bad evidence, each new one fading the old: (good + a) / (all + a + b)";
    const SOURCE: &'static str = "A. Jøsang, R. Ismail, The Beta Reputation System, 2002";
    const EXAMPLE: &'static str = "{ good = 1, bad = 1, keep = 0.99 }";

    fn unwritten() -> Option<Self> {
        Some(Spec { good: one(), bad: one(), keep: all() })
    }
}

impl super::Rule for Spec {
    type Memory = Counts;

    fn memory(&self) -> Counts {
        Counts::default()
    }

    fn see(&self, counts: &mut Counts, evidence: Evidence, credit: f64, _: Time) {
        let weight = if evidence == Evidence::Unchecked { credit } else { 1.0 };
        if weight == 0.0 {
            return;
        }
        let keep = self.keep.get();
        let (good, bad) = if evidence.is_good() { (weight, 0.0) } else { (0.0, weight) };
        counts.good = counts.good * keep + good;
        counts.bad = counts.bad * keep + bad;
    }

    fn trust(&self, counts: &Counts) -> f64 {
        let (good, bad) = (counts.good + self.good.get(), counts.bad + self.bad.get());
        // Without any prior and any evidence one half is as good as any.
        if good + bad == 0.0 { 0.5 } else { good / (good + bad) }
    }

    fn weight(&self, counts: &Counts) -> f64 {
        self.trust(counts)
    }
}
