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
    /// How many are planted at most.
    pub most: u32,
}

impl Canaries {
    /// A canary is paid if its answer is taken for right; a node that recognises it gives the right one.
    #[inline(always)]
    pub fn of(method: &Method, passing: &Passing, (scrutiny, share): (f64, f64)) -> Canaries {
        if !method.plants {
            return Canaries::default();
        }
        Canaries::planted(method, passing, (scrutiny, share))
    }

    #[inline(never)]
    fn planted(method: &Method, passing: &Passing, (scrutiny, share): (f64, f64)) -> Canaries {
        let mut canaries = Canaries::default();
        let planted = method.checks.iter().zip(&passing.checks).filter(|(check, _)| check.by == Checker::Canary);
        for (check, expects) in planted {
            // Of those that come by the epoch as many are expected as there were beside other answers.
            let sample = if check.every > SimDuration::ZERO { share } else { check.sample_at(scrutiny) };
            let (right, wrong) = (1.0 - expects.false_alarm, 1.0 - expects.detection);
            let unseen = check.recognised * right + (1.0 - check.recognised) * wrong;
            canaries.paid = [canaries.paid[0] + sample * right, canaries.paid[1] + sample * unseen];
            canaries.most += u32::from(sample > 0.0);
        }
        canaries
    }

    /// What is expected to be paid for them at a node with this trust, each at the price of an execution, if an answer is accepted with
    /// this probability. Whether the node is right about a canary does not depend on whether it was about the job.
    #[inline(never)]
    pub fn price(&self, execution: Money, trust: f64, accepted: f64) -> Money {
        Money::from_micro(execution.0 as f64 * accepted * (trust * self.paid[0] + (1.0 - trust) * self.paid[1]))
    }
}
