//! What a party counts of its own answers and looks, for rules that decide by what they have seen.

use serde::{Deserialize, Serialize};

use super::Outcome;
use crate::domain::money::Money;

/// What a party has seen, priors apart. Amounts are at the most what an amount can be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// Answers it gave.
    pub answers: u64,
    /// Cheats that were checked; with the honest answers that were, all that were checked.
    pub cheats: u64,
    /// Cheats that were found.
    pub caught: u64,
    /// Honest answers that were checked.
    pub honest: u64,
    /// Honest answers that were found wrong.
    pub alarms: u64,
    /// Its looks that a verdict has counted, or that were called off after they had begun.
    pub looks: u64,
    /// What its looks have brought it, in credits: parts of slashed stakes, less fines.
    pub rewards: Money,
    /// Its votes without a look.
    pub blind: u64,
    /// What it was fined for those, in credits.
    pub fines: Money,
}

const _: () = assert!(size_of::<Seen>() <= 72);

/// Evidence that is taken as seen before the first job, in the order of [`Seen`]: answers, those checked, cheats that were checked,
/// those found, honest answers that were checked, those found wrong.
#[derive(Clone, Copy, Debug)]
pub struct Priors {
    /// Answers, and those of them that were checked.
    pub checked: [f64; 2],
    /// Cheats that were checked, and those of them that were found.
    pub caught: [f64; 2],
    /// Honest answers that were checked, and those of them that were found wrong.
    pub alarmed: [f64; 2],
}

impl Priors {
    /// Half of all answers are checked, and a check is right about one wrong and one right answer (assumed).
    pub const FEW: Priors = Priors { checked: [2.0, 1.0], caught: [1.0, 1.0], alarmed: [1.0, 0.0] };
}

impl Seen {
    /// Counts an outcome.
    pub fn count(&mut self, outcome: &Outcome) {
        let add = |sum: &mut Money, amount: i64| *sum = Money(sum.0.saturating_add(amount));
        match *outcome {
            Outcome::Answered { cheated, checked, caught, .. } => {
                // Whoever is caught has been checked, by whomever.
                let (checked, caught) = (u64::from(checked || caught), u64::from(caught));
                self.answers += 1;
                if cheated {
                    self.cheats += checked;
                    self.caught += caught;
                } else {
                    self.honest += checked;
                    self.alarms += caught;
                }
            }
            Outcome::Voted { looked: true, .. } => self.looks += 1,
            Outcome::Voted { looked: false, .. } => self.blind += 1,
            Outcome::Rewarded { amount } => add(&mut self.rewards, amount.0),
            Outcome::Fined { looked: true, amount } => add(&mut self.rewards, -amount.0),
            Outcome::Fined { looked: false, amount } => add(&mut self.fines, amount.0),
        }
    }

    /// p · (d − f): by how much more probable a cheat is found wrong than an honest answer. What nobody has seen and no prior says
    /// does not happen.
    pub fn risk(&self, priors: &Priors) -> f64 {
        let share = |part: u64, of: u64, [prior_of, prior_part]: [f64; 2]| {
            let of = of as f64 + prior_of;
            if of > 0.0 { (part as f64 + prior_part) / of } else { 0.0 }
        };
        let checked = share(self.cheats + self.honest, self.answers, priors.checked);
        let caught = share(self.caught, self.cheats, priors.caught);
        let alarmed = share(self.alarms, self.honest, priors.alarmed);
        checked * (caught - alarmed)
    }

    /// Whether looks have brought on the average what this one would cost, beyond what votes without a look were fined; before the
    /// first look they have.
    pub fn looking_pays(&self, cost: Money) -> bool {
        let [rewards, looks, cost] = [self.rewards.0, self.looks as i64, cost.0].map(i128::from);
        if self.fines == Money::ZERO {
            return rewards >= looks * cost;
        }
        let [blind, fines] = [self.blind.max(1) as i64, self.fines.0].map(i128::from);
        rewards * blind + fines * looks >= looks * blind * cost
    }

    /// What a look brings on the average beyond a vote without one, its cost apart, in credits; nothing before the first of either.
    pub fn worth_of_a_look(&self) -> f64 {
        let mean = |sum: Money, count: u64| if count == 0 { 0.0 } else { sum.units() / count as f64 };
        mean(self.rewards, self.looks) + mean(self.fines, self.blind)
    }
}
