//! What can be read off the measure of agreement.

use crate::domain::agreement::{Cut, Decided};
use crate::engine::time::Time;

/// Agreement at an instant. Weights are those of `agreement.weight`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct AgreementGauge {
    /// The weight of all parties that have ever come.
    pub roster: u64,
    /// That of those that are there.
    pub present: u64,
    /// That of those in agreement: where each goes by its own settlements, and where it goes by what is posted.
    pub inside: [u64; 2],
    /// Which of both thresholds and cuts go by.
    pub by: usize,
    /// That of those with which somebody deals and whose margin of staying is above 0, and whose margin of honesty is.
    pub by_margin: [u64; 2],
    /// Weight in agreement × nanoseconds so far, and weight of the roster × nanoseconds.
    pub areas: [u128; 2],
    /// What was decided lately.
    pub decided: Decided,
    /// δ, by what is cut.
    pub distances: [Option<f64>; Cut::ALL.len()],
    /// When agreement was first lost, and lost for long.
    pub broken: [Option<Time>; 2],
    /// When everyone first saw it.
    pub seen: Option<Time>,
    /// Nanoseconds in which agreement was lost, and those of them in which nobody saw it.
    pub lost: [u128; 2],
}

impl AgreementGauge {
    /// A weight as a share of the roster; `None` of nobody.
    pub fn of_roster(&self, weight: u64) -> Option<f64> {
        share(weight, self.roster)
    }

    /// A(t).
    pub fn share(&self) -> Option<f64> {
        self.of_roster(self.inside[self.by])
    }

    /// The same over those that are there.
    pub fn of_present(&self) -> Option<f64> {
        share(self.inside[self.by], self.present)
    }
}

fn share(part: u64, of: u64) -> Option<f64> {
    (of > 0).then(|| part as f64 / of as f64)
}
