//! Leans step by step towards what has paid: replicator dynamics by exponential weights.
//!
//! The party cheats with probability x, and looks with probability y. After each action it moves ln(x/(1 − x)) by η times what the
//! action brought, divided by the probability of the action: up if it cheated, down if not. Each such step is an unbiased estimate
//! of Δπ, the difference of what the two actions bring, so that d ln(x/(1 − x))/dt = η Δπ: the replicator equation. No more is known
//! to the party than what became of its own actions.
//!
//! While ln(x/(1 − x)) stays in bounds, its mean change goes to zero, and so does the mean of Δπ. Where Δπ is linear in how often the
//! other side acts, the time average of that is the mixed equilibrium, though both sides go round it for ever.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Action, Assignment, Outcome, Submission, cheat, logistic, look_with};
use crate::domain::answer::{Vote, Wrong};
use crate::domain::money::Money;
use crate::domain::share::{Factor, Share};
use crate::engine::mistake::Mistake;
use crate::engine::random::{KeyedRng, RandomSource};
use crate::maths;
use crate::policy::Described;

/// Parameters of the replicator.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Spec {
    /// η: how far it moves for a credit. The smaller, the longer it takes and the less chance matters.
    pub eta: Factor,
    /// No probability falls below it or rises above 1 less it; from 10⁻⁹ to below 0.5. Default 0.001 (assumed).
    #[serde(default = "thousandth")]
    pub floor: Share,
    /// The probability at which cheating, and looking, begin. Default 0.5 (assumed).
    #[serde(default = "half")]
    pub start: Share,
    /// The share of the cost of a job that cheating saves. Default 1 (assumed).
    #[serde(default = "super::all")]
    pub saving: Share,
}

/// The least floor: an action that is rarer is divided by next to nothing when it is taken.
const LEAST: f64 = 1e-9;

fn thousandth() -> Share {
    Share::try_from(0.001).expect("a share")
}

fn half() -> Share {
    Share::try_from(0.5).expect("a share")
}

/// Logarithms of odds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Leanings {
    /// ln(x/(1 − x)): to cheat.
    cheat: f64,
    /// ln(y/(1 − y)): to look.
    look: f64,
}

impl Described for Spec {
    const NAME: &'static str = "replicator";
    const SUMMARY: &'static str = "cheats, and looks, more often after that has paid and less often after it has not";
    const SOURCE: &'static str = "J. Hofbauer and K. Sigmund, Evolutionary games and population dynamics, 1998; steps as in P. Auer and others, \
         The nonstochastic multiarmed bandit problem (Exp3), 2002";
    const EXAMPLE: &'static str = "{ eta = 0.001, floor = 0.001, start = 0.3, saving = 0.6 }";

    fn default_spec() -> Option<Self> {
        None
    }

    fn check(&self) -> Result<(), Mistake> {
        if (LEAST..0.5).contains(&self.floor.get()) {
            return Ok(());
        }
        let floor = self.floor.get();
        let message = match floor < LEAST {
            true => format!("a floor of {floor}: what is never done is never learnt of"),
            false => format!("a floor of {floor} is above its ceiling of 1 less it"),
        };
        Err(Mistake::new("floor", message, "write a share from 1e-9 to below 0.5"))
    }
}

impl super::Rule for Spec {
    type Memory = Leanings;

    fn memory(&self) -> Leanings {
        let start = self.bounded(odds(self.start.get().clamp(self.floor.get(), 1.0 - self.floor.get())));
        Leanings { cheat: start, look: start }
    }

    fn act(&self, leanings: &mut Leanings, job: &Assignment, draw: &mut KeyedRng) -> Action {
        match draw.chance(logistic(leanings.cheat)) {
            true => cheat(job, self.saving),
            false => Action::HONEST,
        }
    }

    fn vote(&self, leanings: &mut Leanings, submission: &Submission, draw: &mut KeyedRng) -> Vote {
        look_with(logistic(leanings.look), submission, draw)
    }

    fn learn(&self, leanings: &mut Leanings, outcome: &Outcome) {
        match *outcome {
            Outcome::Answered { cheated, caught, stakes, .. } => {
                let lost = if caught { stakes.fee.units() + stakes.slash.units() } else { 0.0 };
                let brought = if cheated { self.saving.get() * stakes.cost.units() - lost } else { -lost };
                leanings.cheat = self.moved(leanings.cheat, cheated, brought);
            }
            Outcome::Voted { looked: true, cost } => leanings.look = self.moved(leanings.look, true, -cost.units()),
            Outcome::Voted { looked: false, .. } => {}
            Outcome::Rewarded { amount } => leanings.look = self.moved(leanings.look, true, amount.units()),
            Outcome::Fined { looked, amount } => {
                leanings.look = self.moved(leanings.look, looked, -amount.units());
            }
        }
    }

    fn wrongs(&self, _: &Leanings) -> [f64; 5] {
        super::only(Wrong::Substitute, 0.5)
    }

    fn errs(&self, leanings: &Leanings, _: &Assignment) -> [f64; 5] {
        super::only(Wrong::Substitute, logistic(leanings.cheat))
    }

    fn weighs_stakes(&self) -> bool {
        true
    }

    fn tells_methods_apart(&self) -> bool {
        true
    }

    fn care(&self, leanings: &Leanings, _: Money) -> f64 {
        logistic(leanings.look)
    }

    fn saving(&self) -> Option<Share> {
        Some(self.saving)
    }
}

impl Spec {
    /// The leaning after an action that was taken, or was not, has brought so many credits.
    fn moved(&self, leaning: f64, taken: bool, brought: f64) -> f64 {
        let step = match taken {
            true => brought / logistic(leaning),
            false => -brought / logistic(-leaning),
        };
        self.bounded(leaning + self.eta.get() * step)
    }

    fn bounded(&self, leaning: f64) -> f64 {
        let most = -odds(self.floor.get());
        leaning.clamp(-most, most)
    }
}

/// ln(x/(1 − x)).
fn odds(share: f64) -> f64 {
    maths::ln(share) - maths::ln(1.0 - share)
}

#[cfg(test)]
mod tests {
    use super::super::Rule;
    use super::super::tests::{assert_share, job, stakes, submission};
    use super::*;
    use crate::domain::answer::Answer;

    fn spec() -> Spec {
        let share = |share: f64| Share::try_from(share).unwrap();
        Spec { eta: Factor::try_from(0.01).unwrap(), floor: share(0.01), start: share(0.2), saving: Share::ONE }
    }

    fn answered(cheated: bool, caught: bool) -> Outcome {
        Outcome::Answered { cheated, checked: caught, caught, stakes: stakes() }
    }

    /// A job pays 1, costs 0.8 and puts 10 at stake. Of x = 0.2: a cheat that gets away moves by 0.01 · 0.8/0.2, one that is caught by
    /// 0.01 · (0.8 − 11)/0.2, a false alarm by 0.01 · 11/0.8, and an honest answer that passes not at all.
    #[test]
    fn steps_are_what_was_brought_by_how_seldom_it_is_done() {
        for (outcome, step) in [
            (answered(true, false), 0.04),
            (answered(true, true), -0.51),
            (answered(false, true), 0.1375),
            (answered(false, false), 0.0),
        ] {
            let mut leanings = spec().memory();
            let before = leanings;
            spec().learn(&mut leanings, &outcome);
            assert!((leanings.cheat - before.cheat - step).abs() < 1e-12, "{outcome:?}: {leanings:?}");
            assert_eq!(leanings.look, before.look);
        }
        for (outcome, step) in [
            (Outcome::Voted { looked: true, cost: Money(300_000) }, -0.015),
            (Outcome::Voted { looked: false, cost: Money::ZERO }, 0.0),
            (Outcome::Rewarded { amount: Money(2_000_000) }, 0.1),
            (Outcome::Fined { looked: true, amount: Money(1_000_000) }, -0.05),
            (Outcome::Fined { looked: false, amount: Money(1_000_000) }, 0.0125),
        ] {
            let mut leanings = spec().memory();
            spec().learn(&mut leanings, &outcome);
            assert!((leanings.look - spec().memory().look - step).abs() < 1e-12, "{outcome:?}: {leanings:?}");
        }
    }

    #[test]
    fn it_does_what_it_leans_to_and_never_below_its_floor() {
        let (spec, mut leanings) = (spec(), spec().memory());
        assert_share(0.2, |index, draw| !spec.act(&mut leanings.clone(), &job(1, index), draw).answer.is_right());
        (0..100).for_each(|_| spec.learn(&mut leanings, &answered(true, true)));
        assert_share(0.01, |index, draw| !spec.act(&mut leanings.clone(), &job(1, index), draw).answer.is_right());
        assert_share(0.2, |index, draw| {
            spec.vote(&mut leanings.clone(), &submission(index, Answer::RIGHT, 0.0), draw).looked
        });
        let wrong = Spec { floor: Share::ZERO, ..spec };
        assert_eq!(wrong.check().unwrap_err().key, "floor");
    }
}
