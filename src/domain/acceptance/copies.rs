//! Copies that are alike to the requester, and a check that decides between their answers where they do not agree (refereed
//! delegation, Verde, arXiv 2502.19405).

use serde::{Deserialize, Serialize};

use super::{Chances, binomial_tail};
use crate::maths;

/// How likely an answer passes, when it is right and when it is wrong: the blocking checks, and all.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Acceptance {
    /// If it is right.
    pub right: [f64; 2],
    /// If it is wrong.
    pub wrong: [f64; 2],
    /// Where copies do not agree: who decides between them.
    pub referee: Option<Referee>,
    /// Where copies are added until a group is credible: how likely a right answer comes of them, and a wrong one.
    pub grouped: Option<[f64; 2]>,
}

impl Acceptance {
    /// Without any check.
    pub const UNCHECKED: Acceptance = Acceptance { right: [1.0; 2], wrong: [1.0; 2], referee: None, grouped: None };

    /// What becomes of an answer that `copies` executors give alike, of which `agree` must agree and none is adversarial, each right
    /// with probability `trust`: [`accept`](super::accept) at x = 0, for a plan whose checks are known already. Beside it, how likely a
    /// wrong answer comes of the copies without a dispute.
    #[inline(always)]
    pub fn of_alike(&self, copies: u32, agree: u32, trust: f64, alike: f64) -> (Chances, f64) {
        // One answer is enough: it is as good as any.
        let ([right, wrong], undisputed) = match copies == 1 || agree == 1 {
            true => ([trust, 1.0 - trust], 1.0 - trust),
            false => self.agreed(copies, agree, trust, alike),
        };
        let chances = Chances {
            right,
            accepted_right: [right * self.right[0], right * self.right[1]],
            accepted_wrong: [wrong * self.wrong[0], wrong * self.wrong[1]],
        };
        (chances, undisputed)
    }

    /// The probability that a right answer comes of several copies, that a wrong one does, and that it does without a dispute. All wrong
    /// copies are thought to agree (the worst case).
    #[inline(never)]
    fn agreed(&self, copies: u32, agree: u32, trust: f64, alike: f64) -> ([f64; 2], f64) {
        if let Some([right, wrong]) = self.grouped {
            return ([right, wrong], wrong);
        }
        let [right, wrong] = [trust * alike, 1.0 - trust].map(|share| binomial_tail(copies, agree, share));
        let Some(referee) = self.referee else { return ([right, wrong], wrong) };
        let disputed = referee.decide(copies, agree, trust);
        ([right + disputed.right, wrong + disputed.wrong], wrong)
    }

    /// The probability that of so many other accepted answers, each right with probability `trust`, no check that is still to come
    /// refuses one.
    pub fn stays(&self, trust: f64, others: u32) -> f64 {
        let [accepted, last] = [0, 1].map(|stage| trust * self.right[stage] + (1.0 - trust) * self.wrong[stage]);
        if accepted > 0.0 { maths::pow(last / accepted, f64::from(others)) } else { 1.0 }
    }
}

/// The check that decides between the answers of copies that do not agree.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Referee {
    /// The probability that it takes place.
    pub takes_place: f64,
    /// The probability that it lets a right answer pass.
    pub right: f64,
    /// The probability that it lets a wrong answer pass.
    pub wrong: f64,
}

/// What becomes of copies that do not agree.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Disputed {
    /// The probability that a right answer is accepted after a dispute.
    pub right: f64,
    /// That a wrong one is.
    pub wrong: f64,
    /// Looks of the referee that are expected.
    pub looks: f64,
    /// Copies that are expected to agree with the answer that is accepted after a dispute.
    pub paid: f64,
}

impl Referee {
    /// Of n copies j are right with probability C(n, j) τʲ (1 − τ)ⁿ⁻ʲ, and the others wrong alike (the worst case). Where neither kind has
    /// the `agree` that are needed, the referee looks at the answer of a copy at random, which is right with probability j/n, and at the
    /// other kind if it refuses it.
    pub fn decide(&self, copies: u32, agree: u32, trust: f64) -> Disputed {
        let (n, mut sum) = (f64::from(copies), Disputed::default());
        let mut likely = (0..copies).fold(self.takes_place, |product, _| product * (1.0 - trust));
        for right in 0..=copies {
            if right > 0 {
                let ways = f64::from(copies - right + 1) / f64::from(right);
                likely *= if trust < 1.0 { ways * trust / (1.0 - trust) } else { 0.0 };
            }
            if right < agree && copies - right < agree {
                let first = f64::from(right) / n;
                let of_right = likely * self.right * (first + (1.0 - first) * (1.0 - self.wrong));
                let of_wrong = likely * self.wrong * ((1.0 - first) + first * (1.0 - self.right));
                sum.right += of_right;
                sum.wrong += of_wrong;
                sum.looks += likely * (1.0 + first * (1.0 - self.right) + (1.0 - first) * (1.0 - self.wrong));
                sum.paid += of_right * f64::from(right) + of_wrong * f64::from(copies - right);
            }
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // worked example
    #[test]
    fn two_copies_and_a_referee() {
        let referee = Referee { takes_place: 1.0, right: 0.9, wrong: 0.2 };
        let found = referee.decide(2, 2, 0.7);
        // One of two is wrong with probability 0.42. Right: 0.42 (0.5 · 0.9 + 0.5 · 0.8 · 0.9); wrong: 0.42 (0.5 · 0.2 + 0.5 · 0.1 · 0.2).
        assert!((found.right - 0.42 * 0.81).abs() < 1e-15 && (found.wrong - 0.42 * 0.11).abs() < 1e-15, "{found:?}");
        assert!((found.looks - 0.42 * (1.0 + 0.05 + 0.4)).abs() < 1e-15, "{found:?}");
        assert!((found.paid - 0.42 * 0.92).abs() < 1e-15, "{found:?}");
        assert_eq!(referee.decide(3, 2, 0.7), Disputed::default(), "two of three agree always");
        assert_eq!(referee.decide(2, 2, 1.0), Disputed::default());
    }
}
