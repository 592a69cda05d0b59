//! Does what seems to pay the more often, the more it seems to pay: a smoothed best reply.
//!
//! It cheats with probability 1/(1 + e^(−λΔ)), where Δ = saving · cost − p · (d − f) · (fee + slash) is what a cheat seems to bring
//! beyond an honest answer, in credits. It looks with the same probability of Δ = what a look has brought beyond a vote without one −
//! cost. All rates are means of what the party has itself seen so far. So two such parties move as in stochastic fictitious play,
//! and come to rest in the quantal response equilibrium (R. McKelvey and T. Palfrey, 1995; M. Benaïm and M. Hirsch, 1999).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::seen::{Priors, Seen};
use super::{Action, Assignment, Outcome, Submission, cheat, logistic, look_with};
use crate::domain::answer::{Vote, Wrong};
use crate::domain::money::Money;
use crate::domain::share::{Factor, Share};
use crate::engine::random::{KeyedRng, RandomSource};
use crate::policy::Described;

/// Parameters of the smoothed best reply.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Spec {
    /// λ: how sharply it tells what pays, per credit. At 0 it does either half of the time.
    pub lambda: Factor,
    /// The share of the cost of a job that cheating saves. Default 1 (assumed).
    #[serde(default = "super::all")]
    pub saving: Share,
}

impl Described for Spec {
    const NAME: &'static str = "logit";
    const SUMMARY: &'static str = "cheats, and looks, the more often the more that has seemed to pay";
    const SOURCE: &'static str = "R. McKelvey and T. Palfrey, Quantal response equilibria for normal form games, 1995; D. Fudenberg and D. Levine, 1998";
    const EXAMPLE: &'static str = "{ lambda = 5, saving = 0.6 }";

    fn default_spec() -> Option<Self> {
        None
    }
}

impl super::Rule for Spec {
    type Memory = Seen;

    fn memory(&self) -> Seen {
        Seen::default()
    }

    fn act(&self, seen: &mut Seen, job: &Assignment, draw: &mut KeyedRng) -> Action {
        match draw.chance(self.rate(seen, job)) {
            true => cheat(job, self.saving),
            false => Action::HONEST,
        }
    }

    fn vote(&self, seen: &mut Seen, submission: &Submission, draw: &mut KeyedRng) -> Vote {
        look_with(self.care(seen, submission.cost), submission, draw)
    }

    fn learn(&self, seen: &mut Seen, outcome: &Outcome) {
        seen.count(outcome);
    }

    fn wrongs(&self, _: &Seen) -> [f64; 5] {
        super::only(Wrong::Substitute, 0.5)
    }

    fn errs(&self, seen: &Seen, job: &Assignment) -> [f64; 5] {
        super::only(Wrong::Substitute, self.rate(seen, job))
    }

    fn weighs_stakes(&self) -> bool {
        true
    }

    fn tells_methods_apart(&self) -> bool {
        true
    }

    fn care(&self, seen: &Seen, cost: Money) -> f64 {
        logistic(self.lambda.get() * (seen.worth_of_a_look() - cost.units()))
    }

    fn saving(&self) -> Option<Share> {
        Some(self.saving)
    }
}

impl Spec {
    /// The probability that it cheats.
    fn rate(&self, seen: &Seen, job: &Assignment) -> f64 {
        let at_stake = job.stakes.fee.units() + job.stakes.slash.units();
        let gain = self.saving.get() * job.stakes.cost.units() - seen.risk(&Priors::FEW) * at_stake;
        logistic(self.lambda.get() * gain)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Rule;
    use super::super::tests::{assert_share, job, stakes, submission};
    use super::*;
    use crate::domain::answer::Answer;

    fn spec(lambda: f64) -> Spec {
        Spec { lambda: Factor::try_from(lambda).unwrap(), saving: Share::ONE }
    }

    /// Never checked in a million answers it saves 0.8 for certain: 1/(1 + e^(−2 · 0.8)). Always found, it loses 11: never.
    #[test]
    fn it_cheats_as_often_as_the_gain_says() {
        let unseen = Seen { answers: 100_000_000, ..Seen::default() };
        let rate = |seen: Seen, expected| {
            assert_share(expected, |index, draw| {
                !spec(2.0).act(&mut seen.clone(), &job(1, index), draw).answer.is_right()
            });
        };
        rate(unseen, 0.832_018_385_133_924_4);
        let found = Seen { cheats: 100_000_000, caught: 100_000_000, ..unseen };
        assert!(logistic(2.0 * (0.8 - 11.0 * found.risk(&Priors::FEW))) < 1e-8);
    }

    /// A look costs 0.3. Ten looks brought 4 and five votes without one were fined 1: worth 0.6, so 1/(1 + e^(−3 · 0.3)).
    #[test]
    fn it_looks_as_often_as_looks_are_worth() {
        let (spec, mut seen) = (spec(3.0), Seen::default());
        assert!((spec.care(&seen, Money(300_000)) - 0.289_050_497_374_996_1).abs() < 1e-12);
        for _ in 0..10 {
            spec.learn(&mut seen, &Outcome::Voted { looked: true, cost: Money(300_000) });
            spec.learn(&mut seen, &Outcome::Rewarded { amount: Money(400_000) });
        }
        for _ in 0..5 {
            spec.learn(&mut seen, &Outcome::Voted { looked: false, cost: Money::ZERO });
            spec.learn(&mut seen, &Outcome::Fined { looked: false, amount: Money(200_000) });
        }
        assert!((spec.care(&seen, Money(300_000)) - 0.710_949_502_625_003_9).abs() < 1e-12);
        assert_share(0.710_949_502_625_003_9, |index, draw| {
            spec.vote(&mut seen.clone(), &submission(index, Answer::RIGHT, 0.0), draw).looked
        });
        let outcome = Outcome::Answered { cheated: false, checked: true, caught: true, stakes: stakes() };
        spec.learn(&mut seen, &outcome);
        assert_eq!((seen.answers, seen.honest, seen.alarms), (1, 1, 1));
    }
}
