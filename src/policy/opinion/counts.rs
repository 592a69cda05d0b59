//! Good and bad evidence, counted: what several rules remember of a party.

use serde::{Deserialize, Serialize};

use crate::domain::answer::Evidence;

/// Evidence seen, the prior apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Counts {
    good: f64,
    bad: f64,
}

impl Counts {
    /// Takes in evidence of this weight; what came before counts `keep` as much as it did.
    pub fn see(&mut self, is_good: bool, weight: f64, keep: f64) {
        if weight == 0.0 {
            return;
        }
        let (good, bad) = if is_good { (weight, 0.0) } else { (0.0, weight) };
        self.good = self.good * keep + good;
        self.bad = self.bad * keep + bad;
    }

    /// The mean of the beta distribution, given the prior.
    pub fn mean(&self, prior_good: f64, prior_bad: f64) -> f64 {
        let (good, bad) = (self.good + prior_good, self.bad + prior_bad);
        // Without any prior and any evidence one half is as good as any.
        if good + bad == 0.0 { 0.5 } else { good / (good + bad) }
    }

    /// Takes in evidence, forgets nothing.
    pub fn count(&mut self, evidence: Evidence, weight: f64) {
        self.see(evidence.is_good(), weight, 1.0);
    }

    /// The mean under the uniform prior: the trust of rules that are not probabilities themselves.
    pub(super) fn trust(&self) -> f64 {
        self.mean(1.0, 1.0)
    }
}
