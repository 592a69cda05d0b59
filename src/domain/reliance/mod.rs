//! Reliance: where trust in an answer sits beforehand (model §16.2).
//!
//! F(x) is the probability that the answer of a plan is wrong and accepted while each party e is adversarial with probability x_e, and as
//! believed otherwise. *Proof* is 1 − F(1): what holds even if all are adversarial. *Open risk* is F(0): what is left although nobody is.
//! *Trust* is the rest, and 1 = proof + trust + open risk. The *reliance* on a party is φ_e = ∫₀¹ ∂F/∂x_e (t, …, t) dt. That is the
//! Shapley value of the game in which a set of parties is adversarial, and Σφ = trust. The *lone power* ρ_e = F(e alone) − F(0).
//!
//! F is linear in each x, so ∂F/∂x_e along the diagonal is a polynomial of a degree below the number of parties. Gauss–Legendre quadrature with
//! half as many points is exact. An answer whose computation consumed other answers has a curve of its own beside F: [`Curve`].

mod alike;
mod curve;
mod relied;

use super::acceptance::{Assigned, Room};
use crate::maths::{exp, gauss_legendre, ln};

pub use alike::alike;
pub use curve::{ChainAccount, Curve};
pub use relied::{Held, Holder, Relied};

/// Up to so many points the quadrature is exact.
const EXACT: usize = 32;

/// How far Σφ may be from F(1) − F(0), where the quadrature is exact and where it is not.
const SLACK: [f64; 2] = [1e-12, 1e-5];

/// Where trust in one answer sits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Account {
    /// 1 − F(1).
    pub proof: f64,
    /// F(1) − F(0).
    pub trust: f64,
    /// ω = F(0).
    pub open_risk: f64,
    /// How many parties can refuse the answer alone.
    pub vetoes: u32,
}

/// Takes accounts of plans, with room to work in.
#[derive(Clone, Debug, Default)]
pub struct Accountant {
    /// By party: φ of the last plan.
    pub reliance: Vec<f64>,
    /// By party: ρ of the last plan.
    pub lone: Vec<f64>,
    room: Room,
    x: Vec<f64>,
}

impl Accountant {
    /// The kind of wrong answer that a plan sees least.
    pub fn least_seen(&mut self, plan: &Assigned) -> usize {
        plan.least_seen(&mut self.room)
    }

    /// Where trust in an answer sits that comes of this plan. Asserts that it is conserved.
    pub fn settle(&mut self, plan: &Assigned) -> Account {
        let parties = plan.parties();
        let open_risk = self.at(plan, 0.0);
        self.lone.clone_from(&self.room.slopes);
        let most = self.at(plan, 1.0);
        self.reliance.clear();
        self.reliance.resize(parties, 0.0);
        let points = points(plan.degree());
        for point in gauss_legendre(points).iter() {
            self.at(plan, point.at);
            for (sum, slope) in self.reliance.iter_mut().zip(&self.room.slopes) {
                *sum += point.weight * slope;
            }
        }
        let (trust, sum) = (most - open_risk, self.reliance.iter().sum::<f64>());
        let is_exact = plan.degree() <= 2 * EXACT;
        let slack = SLACK[usize::from(!is_exact)];
        assert!((sum - trust).abs() <= slack, "trust is conserved: the parts are {sum}, the whole is {trust}");
        if !is_exact && sum > 0.0 {
            self.reliance.iter_mut().for_each(|reliance| *reliance *= trust / sum);
        }
        let vetoes = plan.vetoes() as u32;
        Account { proof: 1.0 - most, trust, open_risk, vetoes }
    }

    /// The curve of a plan, from which that of a result with its ancestry is made.
    pub fn curve(&mut self, plan: &Assigned) -> Curve {
        Curve::of(plan.degree(), |x| {
            let risk = self.at(plan, x);
            (risk, self.room.slopes.iter().sum())
        })
    }

    fn at(&mut self, plan: &Assigned, x: f64) -> f64 {
        self.x.clear();
        self.x.resize(plan.parties(), x);
        plan.slopes(&self.x, &mut self.room)
    }
}

/// Trust of no more than this is a rounding: nobody holds it.
const LEAST: f64 = 1e-12;

/// How many points the quadrature has for this degree of F. Half as many are exact. Of many parties 3√n are enough: F rises within some
/// 1/√n of the middle or within 1/n of an end, and the points lie by 1/N and 1/N² there. The error is below 1e-8 at 128 checkers that are
/// certain to see, which is the steepest F.
fn points(degree: usize) -> usize {
    match degree.div_ceil(2).max(1) {
        exact if exact <= EXACT => exact,
        _ => (3.0 * (degree as f64).sqrt()).ceil() as usize,
    }
}

/// The effective number of holders exp(−Σ p ln p) of these parts, and the largest share; `None` where nobody holds anything. Roundings below
/// nothing count as nothing.
pub fn holders(parts: &[f64]) -> Option<(f64, f64)> {
    let parts = || parts.iter().copied().filter(|part| *part > 0.0);
    let all: f64 = parts().sum();
    let entropy: f64 = parts().map(|part| part / all * ln(all / part)).sum();
    (all > LEAST).then(|| (exp(entropy.max(0.0)), parts().fold(0.0, f64::max) / all))
}

/// ½ Σ |p − q| over the shares of two lists of parts; `None` where one of them is of nothing.
pub fn misplaced(believed: &[f64], actual: &[f64]) -> Option<f64> {
    let [all, true_all] = [believed, actual].map(|parts| parts.iter().sum::<f64>());
    let apart = || believed.iter().zip(actual).map(|(one, other)| (one / all - other / true_all).abs()).sum::<f64>();
    (all > LEAST && true_all > LEAST).then(|| 0.5 * apart())
}

#[cfg(test)]
mod tests;
