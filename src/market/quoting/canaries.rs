//! What canaries are expected to cost.

use serde::{Deserialize, Serialize};

use super::passing::Passing;
use crate::domain::checking::Checker;
use crate::domain::money::Money;
use crate::scenario::verification::Method;

/// The canaries that a method plants beside an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Canaries {
    /// How many are expected to be paid at a node whose answers are right, and at one whose answers are wrong.
    paid: [f64; 2],
    /// How many are planted at most.
    pub most: u32,
}

impl Canaries {
    /// Where none are planted.
    pub const NONE: Canaries = Canaries { paid: [0.0; 2], most: 0 };

    /// A canary is paid if its answer is taken for right; a node that recognises it gives the right one.
    pub fn of(method: &Method, passing: &Passing, scrutiny: f64) -> Canaries {
        let mut canaries = Canaries::NONE;
        let planted = method.checks.iter().zip(&passing.checks).filter(|(check, _)| check.by == Checker::Canary);
        for (check, expects) in planted {
            let (sample, right, wrong) =
                (check.sample_at(scrutiny), 1.0 - expects.false_alarm, 1.0 - expects.detection);
            let unseen = check.recognised * right + (1.0 - check.recognised) * wrong;
            canaries.paid = [canaries.paid[0] + sample * right, canaries.paid[1] + sample * unseen];
            canaries.most += u32::from(sample > 0.0);
        }
        canaries
    }

    /// What is expected to be paid for them at a node with this trust, each at the price of an execution.
    #[inline(never)]
    pub fn price(&self, execution: Money, trust: f64) -> Money {
        Money::from_micro(execution.0 as f64 * (trust * self.paid[0] + (1.0 - trust) * self.paid[1]))
    }
}
