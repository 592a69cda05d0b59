//! What canaries are expected to cost.

use serde::{Deserialize, Serialize};

use super::passing::Passing;
use crate::domain::checking::Checker;
use crate::domain::money::Money;
use crate::engine::time::SimDuration;
use crate::scenario::verification::Method;

/// The canaries that a method plants beside an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Canaries {
    /// How many are expected to be paid at a node whose answers are right, and at one whose answers are wrong.
    paid: [f64; 2],
    /// The same of those that come by the epoch, if one were beside each answer.
    by_epoch: [f64; 2],
    /// How many are planted at most.
    pub most: u32,
}

impl Canaries {
    /// Where none are planted.
    pub const NONE: Canaries = Canaries { paid: [0.0; 2], by_epoch: [0.0; 2], most: 0 };

    /// A canary is paid if its answer is taken for right; a node that recognises it gives the right one.
    pub fn of(method: &Method, passing: &Passing, scrutiny: f64) -> Canaries {
        let mut canaries = Canaries::NONE;
        let planted = method.checks.iter().zip(&passing.checks).filter(|(check, _)| check.by == Checker::Canary);
        for (check, expects) in planted {
            let (sample, by_epoch) = (check.sample_at(scrutiny), check.every > SimDuration::ZERO);
            let (right, wrong) = (1.0 - expects.false_alarm, 1.0 - expects.detection);
            let unseen = check.recognised * right + (1.0 - check.recognised) * wrong;
            let paid = if by_epoch { &mut canaries.by_epoch } else { &mut canaries.paid };
            *paid = [paid[0] + sample * right, paid[1] + sample * unseen];
            canaries.most += u32::from(sample > 0.0);
        }
        canaries
    }

    /// The same now: of those that come by the epoch as large a share is expected as there was beside other answers.
    #[inline(always)]
    pub fn at(&self, share: f64) -> Canaries {
        if self.most == 0 {
            return *self;
        }
        Canaries { paid: [0, 1].map(|right| self.paid[right] + share * self.by_epoch[right]), ..*self }
    }

    /// What is expected to be paid for them at a node with this trust, each at the price of an execution, if an answer is accepted with
    /// this probability. Whether the node is right about a canary does not depend on whether it was about the job.
    #[inline(never)]
    pub fn price(&self, execution: Money, trust: f64, accepted: f64) -> Money {
        Money::from_micro(execution.0 as f64 * accepted * (trust * self.paid[0] + (1.0 - trust) * self.paid[1]))
    }
}
