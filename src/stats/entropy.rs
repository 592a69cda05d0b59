//! Entropy and concentration of weights that change one at a time, each change in constant time.

use serde::{Deserialize, Serialize};

use crate::maths::{exp, ln};

/// Keeps Σw, Σw ln w and Σw² of a set of weights it does not hold; from them −Σp ln p = ln W − Σw ln w / W and Σp².
///
/// The sums are compensated (Neumaier 1974), so that long runs of changes lose no digits, and are exactly empty again when
/// the last weight is gone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RunningEntropy {
    /// How many weights are positive.
    holders: u64,
    total: Sum,
    total_log: Sum,
    total_square: Sum,
}

/// A running sum and what its roundings have lost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Sum {
    sum: f64,
    lost: f64,
}

impl RunningEntropy {
    /// No weight yet.
    pub fn new() -> RunningEntropy {
        RunningEntropy::default()
    }

    /// One weight goes from `old` (0 for a new one) to `new` (0 for one that leaves). Two logarithms.
    ///
    /// Panics where either is negative or not finite, or where a weight leaves that never came.
    pub fn change(&mut self, old: f64, new: f64) {
        assert!(old >= 0.0 && new >= 0.0, "a weight is not negative: `{old}` to `{new}`");
        assert!(old.is_finite() && new.is_finite(), "a weight is finite: `{old}` to `{new}`");
        let holders = self.holders + u64::from(new > 0.0);
        self.holders = holders.checked_sub(u64::from(old > 0.0)).expect("a weight left that never came");
        if self.holders == 0 {
            *self = RunningEntropy::new();
            return;
        }
        for (weight, sign) in [(old, -1.0), (new, 1.0)] {
            self.total.add(sign * weight);
            self.total_log.add(sign * weight_log(weight));
            self.total_square.add(sign * weight * weight);
        }
    }

    /// Every weight is multiplied by `factor`, as when all are forgotten at the same rate. Entropy and concentration stay.
    ///
    /// Panics unless `factor` is positive and finite.
    pub fn scale(&mut self, factor: f64) {
        assert!(factor > 0.0 && factor.is_finite(), "weights are scaled by a positive factor, not `{factor}`");
        let shift = ln(factor) * self.total.value();
        self.total_log.add(shift);
        self.total_log.scale(factor);
        self.total.scale(factor);
        self.total_square.scale(factor * factor);
    }

    /// How many weights are positive.
    pub fn holders(&self) -> u64 {
        self.holders
    }

    /// Σw.
    pub fn total(&self) -> f64 {
        self.total.value()
    }

    /// The entropy −Σp ln p of the weights' shares in nats, within [0, ln holders]; none without weights.
    pub fn nats(&self) -> Option<f64> {
        let total = self.total();
        let most = ln(self.holders as f64);
        (total > 0.0).then(|| (ln(total) - self.total_log.value() / total).clamp(0.0, most))
    }

    /// The effective number of holders e^entropy; none without weights.
    pub fn effective_holders(&self) -> Option<f64> {
        self.nats().map(exp)
    }

    /// Σp², within [1/holders, 1]; none without weights.
    pub fn hhi(&self) -> Option<f64> {
        let total = self.total();
        let least = 1.0 / self.holders as f64;
        (total > 0.0).then(|| (self.total_square.value() / (total * total)).clamp(least, 1.0))
    }
}

impl Sum {
    fn add(&mut self, term: f64) {
        let sum = self.sum + term;
        self.lost += if self.sum.abs() >= term.abs() { (self.sum - sum) + term } else { (term - sum) + self.sum };
        self.sum = sum;
    }

    fn scale(&mut self, factor: f64) {
        self.sum *= factor;
        self.lost *= factor;
    }

    fn value(&self) -> f64 {
        self.sum + self.lost
    }
}

/// w ln w, and its limit 0 at 0.
fn weight_log(weight: f64) -> f64 {
    if weight > 0.0 { weight * ln(weight) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::concentration::Shares;
    use crate::stats::trial::{Trial, assert_close};
    use proptest::prelude::*;

    // worked example: shares 0.4, 0.3, 0.2, 0.1, reached by changes.
    #[test]
    fn four_shares_have_their_known_entropy() {
        let mut running = RunningEntropy::new();
        for (old, new) in [(0.0, 9.0), (0.0, 3.0), (0.0, 2.0), (9.0, 4.0), (0.0, 1.0)] {
            running.change(old, new);
        }
        assert_eq!((running.holders(), running.total()), (4, 10.0));
        assert_close(running.nats().unwrap(), 1.279_854_225_833_667_4, 1e-14);
        assert_close(running.effective_holders().unwrap(), 3.596_115_466_624_321_6, 1e-14);
        assert_close(running.hhi().unwrap(), 0.3, 1e-14);
        running.scale(1e-3);
        assert_close(running.nats().unwrap(), 1.279_854_225_833_667_4, 1e-13);
        assert_close(running.total(), 0.01, 1e-14);
    }

    #[test]
    fn nothing_held_is_nothing_said() {
        let mut running = RunningEntropy::new();
        assert_eq!((running.nats(), running.hhi()), (None, None));
        running.change(0.0, 0.1);
        assert_eq!((running.nats(), running.hhi()), (Some(0.0), Some(1.0)));
        running.change(0.1, 0.0);
        assert_eq!(running, RunningEntropy::new());
    }

    #[test]
    #[should_panic(expected = "a weight left that never came")]
    fn a_weight_cannot_leave_before_it_came() {
        RunningEntropy::new().change(1.0, 0.0);
    }

    #[test]
    fn a_million_changes_and_much_forgetting_lose_no_digits() {
        let mut trial = Trial::new();
        let mut weights = vec![0.0; 300];
        let mut running = RunningEntropy::new();
        for round in 0..1_000_000 {
            let at = trial.below(300) as usize;
            let new = if trial.below(8) == 0 { 0.0 } else { weights[at] + trial.exponential() };
            running.change(weights[at], new);
            weights[at] = new;
            if round % 1000 == 0 {
                running.scale(0.9);
                weights.iter_mut().for_each(|weight| *weight *= 0.9);
            }
        }
        let shares = Shares::new(&weights).unwrap();
        assert_eq!(running.holders(), shares.holders() as u64);
        assert_close(running.nats().unwrap(), shares.shannon_nats(), 1e-11);
        assert_close(running.hhi().unwrap(), shares.hhi(), 1e-11);
    }

    proptest! {
        #[test]
        fn running_sums_equal_the_shares_in_any_order(
            mut weights in prop::collection::vec(prop_oneof![Just(0.0), 1e-3_f64..1e3], 1..50),
        ) {
            let of = |weights: &[f64]| {
                let mut running = RunningEntropy::new();
                weights.iter().for_each(|&weight| running.change(0.0, weight));
                running
            };
            let (running, shares) = (of(&weights), Shares::new(&weights));
            prop_assert_eq!(running.nats().is_some(), shares.is_some());
            weights.reverse();
            if let Some(shares) = shares {
                prop_assert!((running.nats().unwrap() - shares.shannon_nats()).abs() < 1e-10);
                prop_assert!((running.hhi().unwrap() - shares.hhi()).abs() < 1e-10);
                prop_assert!((of(&weights).nats().unwrap() - running.nats().unwrap()).abs() < 1e-10);
            }
        }
    }
}
