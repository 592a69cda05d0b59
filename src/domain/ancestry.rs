//! Results that consume earlier results (model §4): how inputs are chosen, and what is told of a result in use.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::fate::{Fate, named};
use super::ids::{ClassId, MethodId};
use super::record::JobKey;
use super::reliance::ChainAccount;
use crate::engine::time::{SimDuration, Time};
use crate::maths::{exp, ln};

/// Which of the results on offer become inputs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum InputChoice {
    /// Each with the same probability.
    #[default]
    Uniform,
    /// Those that came into use last.
    Newest,
    /// Each in proportion to one more than the number of jobs that have consumed it: what is used is used more (H. Simon, 1955).
    Used,
}

/// What becomes of an accepted result when an input of it comes to nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AfterInput {
    /// It is revoked too, right or wrong.
    #[default]
    Revoke,
    /// Its deferred checks that were not drawn are drawn once more, and begin at once. They see its own computation alone.
    Check,
    /// Nothing: it stands, and is hollow.
    Keep,
}

named! {
    /// How the standing of a result in use ended.
    Ending {
        /// Nothing can revoke it any more.
        Final = "final",
        /// It came to nothing by its own checks, or because its node was found out.
        Own = "own",
        /// It came to nothing because of an input.
        Input = "input",
        /// It stood when the run was over.
        Censored = "censored",
    }
}

/// The risk in a result and all that it was computed from: −ln of the believed probability that nothing in it is wrong.
///
/// Every way from the result to an ancestor counts, so that it is exact where no ancestor is met twice (model §16.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Risk {
    /// Of all.
    pub whole: f64,
    /// Of those computations that no check looks at.
    pub silent: f64,
}

/// A trust of less counts as this much, so that a risk is finite.
const TRUST_LEAST: f64 = 1e-9;

impl Risk {
    /// The risk of one computation that is right with a probability of `trust`; `silent` where no check looks at it.
    pub fn of(trust: f64, silent: bool) -> Risk {
        let whole = -ln(trust.clamp(TRUST_LEAST, 1.0));
        Risk { whole, silent: if silent { whole } else { 0.0 } }
    }

    /// What is left of it where a wrong input makes a result wrong with a probability of `inherits`. The silent part keeps its share.
    pub fn through(self, inherits: f64) -> Risk {
        if self.whole <= 0.0 || inherits >= 1.0 {
            return self;
        }
        let whole = -ln((1.0 - inherits * (1.0 - exp(-self.whole))).max(TRUST_LEAST));
        Risk { whole, silent: self.silent * (whole / self.whole) }
    }

    /// Both together: neither is wrong.
    pub fn and(self, other: Risk) -> Risk {
        Risk { whole: self.whole + other.whole, silent: self.silent + other.silent }
    }
}

/// A result that was used, when its standing has ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ResultRecord {
    /// Which job.
    pub key: JobKey,
    /// Its class.
    pub class: ClassId,
    /// How it is verified.
    pub method: MethodId,
    /// When the job was asked for.
    pub asked: Time,
    /// From when it was used.
    pub used: Time,
    /// When its standing ended.
    pub ended: Time,
    /// What became of the job.
    pub fate: Fate,
    /// How its standing ended.
    pub ending: Ending,
    /// The result whose end began that of this one; its own key where that was itself.
    pub origin: Option<JobKey>,
    /// Results that it was computed from.
    pub inputs: u32,
    /// The longest way to a result without inputs, in steps.
    pub depth: u32,
    /// Computations in its ancestry, itself among them, each as often as there are ways to it.
    pub ancestors: f64,
    /// Whether its own computation was wrong.
    pub own_wrong: bool,
    /// Whether an input has made it wrong.
    pub inherited: bool,
    /// Whether an input of it came to nothing and it did not.
    pub hollow: bool,
    /// Jobs that have consumed it so far.
    pub consumers: u32,
    /// The risk in its ancestry, itself included.
    pub risk: Risk,
    /// Where trust in it with its ancestry sits, where that is accounted for.
    pub chain: Option<ChainAccount>,
    /// Whether a third party can check it by what is left of its verification.
    pub has_record: bool,
}

impl ResultRecord {
    /// Whether it is wrong, by itself or by an input.
    pub fn is_wrong(&self) -> bool {
        self.own_wrong || self.inherited
    }

    /// Whether it came to nothing after its use.
    pub fn is_withdrawn(&self) -> bool {
        matches!(self.ending, Ending::Own | Ending::Input)
    }

    /// The time in which it stood in use and a third party could check it.
    pub fn examinable(&self) -> SimDuration {
        match self.has_record {
            true => self.ended.since(self.used),
            false => SimDuration::ZERO,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(found: f64, known: f64) {
        assert!((found - known).abs() < 1e-12, "{found} and not {known}");
    }

    // worked example: two inputs of trust 0.9 and 0.8 of which the second is unchecked, into a result of trust 0.5.
    #[test]
    fn risks_of_independent_parts_add_up() {
        let (first, second) = (Risk::of(0.9, false), Risk::of(0.8, true));
        let all = Risk::of(0.5, false).and(first).and(second);
        near(1.0 - exp(-all.whole), 1.0 - 0.9 * 0.8 * 0.5);
        near(exp(-all.silent), 0.8);
    }

    // worked example: a wrong input of probability 0.2 that is passed on one time in four makes 0.05.
    #[test]
    fn a_risk_is_passed_on_in_part() {
        let passed = Risk::of(0.8, true).through(0.25);
        near(1.0 - exp(-passed.whole), 0.05);
        near(passed.silent, passed.whole);
        assert_eq!(Risk::of(0.8, false).through(0.0).whole, 0.0);
        assert_eq!(Risk::of(1.0, true).through(0.5), Risk::default());
        assert!(Risk::of(0.0, true).whole.is_finite());
    }
}
