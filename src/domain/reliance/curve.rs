//! How likely a result is right that was computed from others, as its parties turn adversarial together (model §16.3).
//!
//! With F the curve of a plan along the diagonal, a result whose inputs are wrong with W_u is wrong with
//! W = 1 − (1 − F) Π (1 − p W_u), p the probability that a wrong input is passed on. Each party counts as another one in each of the
//! computations, so that W is exact where no party is in two of them. W(1) − W(0) is the trust in all of it: ∫ F′ Π (1 − p W_u) dt rests on
//! the parties of the result itself, ∫ (1 − F) (1 − Π (1 − p W_u))′ dt on those of its ancestors. The integrands are polynomials: 24 points of
//! Gauss and Legendre are exact up to 48 parties in all.

use serde::{Deserialize, Serialize};

use crate::maths::gauss_legendre;

/// The points within, beside both ends.
const POINTS: usize = 24;

/// Up to so many parties in all the parts are exact.
const EXACT: u32 = 2 * POINTS as u32;

/// How far the parts may be from the whole where they are exact.
const SLACK: f64 = 1e-12;

/// The probability that a result is right, along the diagonal.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Curve {
    /// The probability while no party is adversarial, and while all parties are.
    ends: [f64; 2],
    /// At the points.
    right: [f64; POINTS],
    /// Its derivative there.
    slope: [f64; POINTS],
    /// The parties, each as often as it takes part.
    parties: u32,
}

/// Where trust in a result with its ancestry sits.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChainAccount {
    /// 1 − W(1).
    pub proof: f64,
    /// W(0).
    pub open_risk: f64,
    /// What rests on the parties of the result itself.
    pub own_trust: f64,
    /// What rests on the parties of its ancestors.
    pub inherited_trust: f64,
}

impl ChainAccount {
    /// What the parts leave of the whole: nothing up to 48 parties.
    pub fn residual(&self) -> f64 {
        1.0 - self.proof - self.open_risk - self.own_trust - self.inherited_trust
    }
}

impl Curve {
    /// Without any computation: right for sure.
    pub const SURE: Curve = Curve { ends: [1.0; 2], right: [1.0; POINTS], slope: [0.0; POINTS], parties: 0 };

    /// The curve of a plan of so many parties; `risk` gives F and its derivative along the diagonal.
    pub fn of(parties: usize, mut risk: impl FnMut(f64) -> (f64, f64)) -> Curve {
        let mut curve = Curve { parties: parties as u32, ..Curve::SURE };
        curve.ends = [0.0, 1.0].map(|end| 1.0 - risk(end).0);
        for (place, point) in gauss_legendre(POINTS).iter().enumerate() {
            let (risk, slope) = risk(point.at);
            (curve.right[place], curve.slope[place]) = (1.0 - risk, -slope);
        }
        curve
    }

    /// Both are right, the other one unless what is wrong in it is not passed on.
    pub fn and(&mut self, other: &Curve, inherits: f64) {
        let passed = |right: f64| 1.0 - inherits * (1.0 - right);
        for (end, other) in self.ends.iter_mut().zip(other.ends) {
            *end *= passed(other);
        }
        for place in 0..POINTS {
            let (right, slope) = (passed(other.right[place]), inherits * other.slope[place]);
            self.slope[place] = self.slope[place] * right + self.right[place] * slope;
            self.right[place] *= right;
        }
        self.parties = self.parties.saturating_add(other.parties);
    }

    /// A result of this plan whose inputs have this curve, and where trust in it sits. Asserts that it is conserved.
    pub fn result(own: &Curve, inputs: &Curve) -> (Curve, ChainAccount) {
        let mut whole = *own;
        whole.and(inputs, 1.0);
        let (mut own_trust, mut inherited_trust) = (0.0, 0.0);
        for (place, point) in gauss_legendre(POINTS).iter().enumerate() {
            own_trust -= point.weight * own.slope[place] * inputs.right[place];
            inherited_trust -= point.weight * own.right[place] * inputs.slope[place];
        }
        let [right, most] = whole.ends;
        let account = ChainAccount { proof: most, open_risk: 1.0 - right, own_trust, inherited_trust };
        let is_exact = whole.parties <= EXACT;
        assert!(!is_exact || account.residual().abs() <= SLACK, "trust is conserved along a chain: {account:?}");
        (whole, account)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A computation: its executor is wrong with `wrong` unless adversarial, and each checker approves a wrong answer with `approves`, and
    /// always if adversarial.
    #[derive(Clone)]
    struct Plan {
        wrong: f64,
        approves: Vec<f64>,
    }

    impl Plan {
        fn parties(&self) -> usize {
            1 + self.approves.len()
        }

        /// F with the executor at x[0] and the checkers after it.
        fn risk(&self, x: &[f64]) -> f64 {
            let up = |chance: f64, x: f64| x + (1.0 - x) * chance;
            self.approves.iter().zip(&x[1..]).fold(up(self.wrong, x[0]), |risk, (&seen, &x)| risk * up(seen, x))
        }

        fn curve(&self) -> Curve {
            Curve::of(self.parties(), |t| {
                let at = |t: f64| self.risk(&vec![t; self.parties()]);
                // A polynomial of at most the third degree: central differences at two widths leave no error but rounding.
                let wide = |h: f64| (at(t + h) - at(t - h)) / (2.0 * h);
                (at(t), (4.0 * wide(0.25) - wide(0.5)) / 3.0)
            })
        }
    }

    /// Shapley's value of the game in which a set of parties is adversarial, set by set: what those of the last plan have, and the rest.
    fn by_sets(plans: &[Plan], inherits: f64) -> [f64; 2] {
        let count: usize = plans.iter().map(Plan::parties).sum();
        let value = |set: usize| {
            let mut place = 0;
            let mut right = 1.0;
            for (number, plan) in plans.iter().enumerate() {
                let x: Vec<f64> =
                    (place..place + plan.parties()).map(|party| f64::from((set >> party & 1) as u8)).collect();
                let passed = if number + 1 == plans.len() { 1.0 } else { inherits };
                right *= 1.0 - passed * plan.risk(&x);
                place += plan.parties();
            }
            1.0 - right
        };
        let factorial = |n: usize| (1..=n).map(|k| k as f64).product::<f64>();
        let of_party = |party: usize| {
            let sets = (0..1usize << count).filter(|set| set >> party & 1 == 0);
            sets.map(|set| {
                let before = set.count_ones() as usize;
                let weight = factorial(before) * factorial(count - before - 1) / factorial(count);
                weight * (value(set | 1 << party) - value(set))
            })
            .sum::<f64>()
        };
        let first_own = count - plans[plans.len() - 1].parties();
        [(first_own..count).map(of_party).sum(), (0..first_own).map(of_party).sum()]
    }

    fn near(found: f64, known: f64) {
        assert!((found - known).abs() < 1e-12, "{found} and not {known}");
    }

    /// Two inputs, one of them checked, into a result with two checkers: against the game, set by set.
    #[test]
    fn parts_are_those_of_the_game() {
        let plans = [
            Plan { wrong: 0.1, approves: vec![] },
            Plan { wrong: 0.2, approves: vec![0.3] },
            Plan { wrong: 0.05, approves: vec![0.4, 0.1] },
        ];
        for inherits in [1.0, 0.6, 0.0] {
            let mut inputs = Curve::SURE;
            plans[..2].iter().for_each(|plan| inputs.and(&Curve::result(&plan.curve(), &Curve::SURE).0, inherits));
            let (whole, account) = Curve::result(&plans[2].curve(), &inputs);
            let [own, rest] = by_sets(&plans, inherits);
            near(account.own_trust, own);
            near(account.inherited_trust, rest);
            near(account.residual(), 0.0);
            assert_eq!(whole.parties, 6);
        }
    }

    // worked example: d + 1 executors in a row, each believed right with τ, and no check: trust is τ^(d+1), and each holds as much of it.
    #[test]
    fn a_chain_without_checks_shares_evenly() {
        let own = Plan { wrong: 0.1, approves: vec![] }.curve();
        let mut inputs = Curve::SURE;
        for depth in 0..40 {
            let (whole, account) = Curve::result(&own, &inputs);
            let trust = crate::maths::pow(0.9, f64::from(depth + 1));
            near(account.own_trust, trust / f64::from(depth + 1));
            near(account.inherited_trust, trust - trust / f64::from(depth + 1));
            near(account.open_risk, 1.0 - trust);
            near(account.proof, 0.0);
            inputs = Curve::SURE;
            inputs.and(&whole, 1.0);
        }
    }
}
