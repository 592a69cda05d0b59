//! Wald's sequential test of p₁ against p₀: the logarithm of the likelihood ratio of what was seen is summed, and standing is lost for
//! good where it reaches ln((1 − β)/α). Where it falls to ln(β/(1 − α)) the node is taken for honest, and a new test begins.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::share::Share;
use crate::engine::mistake::Mistake;
use crate::maths;
use crate::policy::Described;

/// Parameters of the test.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Spec {
    /// p₀: the probability with which an honest node fails, above 0.
    pub p0: Share,
    /// p₁: the probability with which a node fails that is to lose its standing, above p₀ and below 1.
    pub p1: Share,
    /// α: the probability with which one test takes the standing of an honest node, above 0 and with β below 1. Default 0.05
    /// (assumed).
    #[serde(default = "error")]
    pub alpha: Share,
    /// β: the probability with which one test takes the other for honest, above 0. Default 0.05 (assumed).
    #[serde(default = "error")]
    pub beta: Share,
}

fn error() -> Share {
    Share::try_from(0.05).expect("a share")
}

/// The sum since the present test began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Memory {
    sum: f64,
    lost: bool,
}

impl Described for Spec {
    const NAME: &'static str = "sprt";
    const SUMMARY: &'static str =
        "lost for good by a sequential test of two rates of failure, which begins anew when it is passed";
    const SOURCE: &'static str = "A. Wald, Sequential Tests of Statistical Hypotheses, 1945";
    const EXAMPLE: &'static str = "{ p0 = 0.01, p1 = 0.05, alpha = 0.05, beta = 0.05 }";

    fn default_spec() -> Option<Self> {
        None
    }

    fn check(&self) -> Result<(), Mistake> {
        let [p0, p1, alpha, beta] = [self.p0, self.p1, self.alpha, self.beta].map(Share::get);
        if !(0.0 < p0 && p0 < p1 && p1 < 1.0) {
            let message = format!("a test of `{p1}` against `{p0}` tells nothing");
            return Err(Mistake::new("p1", message, "write `p0` above 0, and `p1` above `p0` and below 1"));
        }
        if alpha > 0.0 && beta > 0.0 && alpha + beta < 1.0 {
            return Ok(());
        }
        Err(Mistake::new("alpha", "no test has these probabilities of error", "write both above 0, together below 1"))
    }
}

impl super::Rule for Spec {
    type Memory = Memory;

    fn memory(&self) -> Memory {
        Memory::default()
    }

    fn see(&self, memory: &mut Memory, passed: bool) {
        let [p0, p1, alpha, beta] = [self.p0, self.p1, self.alpha, self.beta].map(Share::get);
        memory.sum += match passed {
            true => maths::ln((1.0 - p1) / (1.0 - p0)),
            false => maths::ln(p1 / p0),
        };
        memory.lost |= memory.sum >= maths::ln((1.0 - beta) / alpha);
        if memory.sum <= maths::ln(beta / (1.0 - alpha)) {
            memory.sum = 0.0;
        }
    }

    fn is_good(&self, memory: &Memory) -> bool {
        !memory.lost
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::after;
    use super::*;

    /// ln 5 is 1.609 and the limits are ±2.944: two failures are enough. Of passes, ln(0.99/0.95) is 0.04124 each, and 72 end a test.
    #[test]
    fn two_failures_or_a_clean_test() {
        let [p0, p1, alpha, beta] = [0.01, 0.05, 0.05, 0.05].map(|share| Share::try_from(share).unwrap());
        let spec = Spec { p0, p1, alpha, beta };
        assert!(after(&spec, &[false]).0 && !after(&spec, &[false, false]).0);
        let passes = |count: usize| [vec![true; count], vec![false; 2]].concat();
        assert!(!after(&spec, &passes(6)).0 && after(&spec, &passes(7)).0, "3.219 − 7 · 0.04124 is below 2.944");
        assert!(after(&spec, &passes(71)).0 && !after(&spec, &passes(72)).0, "a new test");
    }
}
