//! Cheats when that pays, by what it has itself seen of checks.
//!
//! With p the share of its answers that were checked, d the share of checked cheats that were found, and f the share of
//! checked honest answers that were found wrong all the same, a cheat gains what it saves and risks fee and slash: it
//! cheats when saving · cost > p · (d − f) · (fee + slash). Who is covered by colluding checkers sees it in d. Without
//! mistakes (f = 0) and with the share r of colluders (d = 1 − r) this is the condition of Proof of Sampling,
//! p > C / ((1 − r)(R + S)) for honesty, where C is what cheating saves, R the reward and S the slash.
//!
//! As a checker it is paid for every vote. It looks when that pays: while what its alarms have brought it, a part of slashed stakes,
//! is on the average at least the cost of this look. What votes without a look were fined counts for looking, what votes after one
//! were fined against it. Otherwise it approves unseen. That is the verifier's dilemma, with its way out in bounties (L. Luu and others, 2015).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::seen::{Priors, Seen};
use super::{Action, Assignment, Outcome, Submission, cheat, look};
use crate::domain::answer::{Vote, Wrong};
use crate::domain::money::Money;
use crate::domain::share::{Factor, Share};
use crate::engine::mistake::Mistake;
use crate::engine::random::{KeyedRng, RandomSource};
use crate::policy::Described;

/// Parameters of the best reply. The priors are evidence that is taken as seen before the first job; by default half of
/// all answers are checked, and a check is right about one wrong and one right answer.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Spec {
    /// The share of the cost of a job that cheating saves. Default 1 (assumed).
    pub saving: Share,
    /// The probability that it does the other thing, so as to learn of it. Default 0.01 (assumed).
    pub explore: Share,
    /// Answers given. Default 2 (assumed, with the next the uniform prior).
    pub prior_answers: Factor,
    /// Those of them that were checked. Default 1 (assumed).
    pub prior_checked: Factor,
    /// Cheats that were checked. Default 1 (assumed).
    pub prior_cheats: Factor,
    /// Those of them that were found. Default 1 (assumed).
    pub prior_caught: Factor,
    /// Honest answers that were checked. Default 1 (assumed).
    pub prior_honest: Factor,
    /// Those of them that were found wrong. Default 0 (assumed).
    pub prior_alarms: Factor,
}

impl Default for Spec {
    fn default() -> Spec {
        Spec {
            saving: Share::ONE,
            explore: Share::try_from(0.01).expect("a share"),
            prior_answers: Factor::try_from(2.0).expect("a factor"),
            prior_checked: Factor::ONE,
            prior_cheats: Factor::ONE,
            prior_caught: Factor::ONE,
            prior_honest: Factor::ONE,
            prior_alarms: Factor::default(),
        }
    }
}

impl Described for Spec {
    const NAME: &'static str = "best-reply";
    const SUMMARY: &'static str =
        "cheats when that saves more than checks would cost it, looks when alarms bring more than looks cost";
    const SOURCE: &'static str =
        "Y. Zhang, S. Wang and others, Proof of Sampling, 2024: p > C/((1-r)(R+S)); detector errors added";
    const EXAMPLE: &'static str = "{ saving = 0.6, explore = 0.01, prior-answers = 20, prior-checked = 1 }";

    fn default_spec() -> Option<Self> {
        Some(Spec::default())
    }

    fn check(&self) -> Result<(), Mistake> {
        for (part, of, [small, large]) in [
            (self.prior_checked, self.prior_answers, ["prior-checked", "prior-answers"]),
            (self.prior_caught, self.prior_cheats, ["prior-caught", "prior-cheats"]),
            (self.prior_alarms, self.prior_honest, ["prior-alarms", "prior-honest"]),
        ] {
            if part > of {
                let (part, of) = (part.get(), of.get());
                let message = format!("`{small}` must not be above `{large}`; {part} is above {of}");
                return Err(Mistake::new(small, message, ""));
            }
        }
        Ok(())
    }
}

impl super::Rule for Spec {
    type Memory = Seen;

    fn memory(&self) -> Seen {
        Seen::default()
    }

    fn act(&self, seen: &mut Seen, job: &Assignment, draw: &mut KeyedRng) -> Action {
        if self.pays(seen, job) == draw.chance(self.explore.get()) {
            return Action::HONEST;
        }
        cheat(job, self.saving)
    }

    fn vote(&self, seen: &mut Seen, submission: &Submission, draw: &mut KeyedRng) -> Vote {
        if seen.looking_pays(submission.cost) == draw.chance(self.explore.get()) {
            return Vote { alarm: false, looked: false };
        }
        look(submission, draw)
    }

    fn learn(&self, seen: &mut Seen, outcome: &Outcome) {
        seen.count(outcome);
    }

    fn wrongs(&self, _: &Seen) -> [f64; 5] {
        super::only(Wrong::Substitute, 0.5)
    }

    fn errs(&self, seen: &Seen, job: &Assignment) -> [f64; 5] {
        let explore = self.explore.get();
        super::only(Wrong::Substitute, if self.pays(seen, job) { 1.0 - explore } else { explore })
    }

    fn weighs_stakes(&self) -> bool {
        true
    }

    fn tells_methods_apart(&self) -> bool {
        true
    }

    fn care(&self, seen: &Seen, cost: Money) -> f64 {
        if seen.looking_pays(cost) { 1.0 - self.explore.get() } else { self.explore.get() }
    }

    fn saving(&self) -> Option<Share> {
        Some(self.saving)
    }
}

impl Spec {
    /// Whether a cheat is worth more than it risks.
    fn pays(&self, seen: &Seen, job: &Assignment) -> bool {
        let priors = Priors {
            checked: [self.prior_answers.get(), self.prior_checked.get()],
            caught: [self.prior_cheats.get(), self.prior_caught.get()],
            alarmed: [self.prior_honest.get(), self.prior_alarms.get()],
        };
        let at_stake = job.stakes.fee.0 as f64 + job.stakes.slash.0 as f64;
        self.saving.get() * job.stakes.cost.0 as f64 > seen.risk(&priors) * at_stake
    }
}

#[cfg(test)]
mod tests {
    use super::super::Rule;
    use super::super::Stakes;
    use super::super::tests::{assert_share, draw, job, stakes, submission};
    use super::*;
    use crate::domain::answer::Answer;

    fn spec(explore: f64) -> Spec {
        Spec { explore: Share::try_from(explore).unwrap(), ..Spec::default() }
    }

    fn cheats(spec: &Spec, seen: &Seen) -> bool {
        let action = spec.act(&mut seen.clone(), &job(1, 2), &mut draw(0));
        assert_eq!(action.effort, if action.answer.is_right() { 1.0 } else { 0.0 });
        !action.answer.is_right()
    }

    /// C = 1, R = 1.2, S = 100 and a tenth of colluders: honest above 0.010979358805445762 of answers checked; with S = 20
    /// above 0.052410901467505246.
    #[test]
    fn the_break_even_of_proof_of_sampling() {
        for (slash, share) in [(100, 0.010_979_358_805_445_762), (20, 0.052_410_901_467_505_246)] {
            let stakes = Stakes { cost: Money(1_000_000), fee: Money(1_200_000), slash: Money(slash * 1_000_000) };
            let job = Assignment { stakes, ..job(1, 2) };
            let (answers, cheats) = (1_000_000_000, 1_000_000);
            for (change, pays) in [(-2.0, true), (2.0, false)] {
                let checked = (share * answers as f64 + change) as u64;
                let seen =
                    Seen { answers, cheats, caught: cheats * 9 / 10, honest: checked - cheats, ..Seen::default() };
                let without = Spec {
                    prior_answers: Factor::default(),
                    prior_checked: Factor::default(),
                    prior_cheats: Factor::default(),
                    prior_caught: Factor::default(),
                    prior_honest: Factor::default(),
                    ..spec(0.0)
                };
                assert_eq!(without.pays(&seen, &job), pays, "{share} {change}");
            }
        }
    }

    /// At first p = 1/2 and d − f = 1, so 0.8 saved against 5.5 risked: honest. After 100 answers of which none was
    /// checked p = 1/102, 0.108 risked: it cheats. Caught once it learns p = 2/103 and d = 1: 0.214, still worth it.
    #[test]
    fn it_learns_from_what_becomes_of_its_deeds() {
        let (spec, mut seen) = (spec(0.0), Seen::default());
        assert!(!cheats(&spec, &seen));
        let outcome = |cheated, checked, caught| Outcome::Answered { cheated, checked, caught, stakes: stakes() };
        (0..100).for_each(|_| spec.learn(&mut seen, &outcome(false, false, false)));
        assert!(cheats(&spec, &seen));
        spec.learn(&mut seen, &outcome(true, true, true));
        assert_eq!(seen, Seen { answers: 101, cheats: 1, caught: 1, ..Seen::default() });
        assert!(cheats(&spec, &seen));
        // With p = 8/109 and d = 1 it risks 0.807, with d = 7/8 only 0.707.
        (0..6).for_each(|_| spec.learn(&mut seen, &outcome(true, true, true)));
        assert!(!cheats(&spec, &seen));
        let covered = Seen { caught: seen.caught - 1, ..seen };
        assert!(cheats(&spec, &covered));
        // Alarms at the honest take the deterrent away: f = 1/2 against d = 1.
        spec.learn(&mut seen, &outcome(false, false, true));
        assert_eq!((seen.cheats, seen.honest, seen.alarms), (7, 1, 1));
        assert!(cheats(&spec, &seen));
    }

    #[test]
    fn it_explores_at_its_rate() {
        let seen = Seen::default();
        assert_share(0.05, |index, draw| !spec(0.05).act(&mut seen.clone(), &job(1, index), draw).answer.is_right());
        let sure = Seen { answers: 1_000_000, ..seen };
        assert_share(0.95, |index, draw| !spec(0.05).act(&mut sure.clone(), &job(1, index), draw).answer.is_right());
        let action = spec(0.0).act(&mut sure.clone(), &job(1, 2), &mut draw(0));
        assert_eq!(action.answer.wrong, Some(Wrong::Substitute));
    }

    /// A look costs 0.3. It takes the first on trust, finds nothing and stops; a look by the way brings 0.7, more than two
    /// looks cost, and it looks again until a third one has brought nothing.
    #[test]
    fn it_looks_while_looks_bring_what_they_cost() {
        let bad = Answer::wrong(Wrong::Skip, 9);
        let (spec, mut seen) = (spec(0.0), Seen::default());
        let vote = |seen: &Seen| spec.vote(&mut seen.clone(), &submission(2, bad, 1.0), &mut draw(0));
        assert_eq!(vote(&seen), Vote { alarm: true, looked: true });
        spec.learn(&mut seen, &Outcome::Voted { looked: true, cost: Money(300_000) });
        assert_eq!(vote(&seen), Vote { alarm: false, looked: false });
        spec.learn(&mut seen, &Outcome::Voted { looked: false, cost: Money(300_000) });
        spec.learn(&mut seen, &Outcome::Voted { looked: true, cost: Money(300_000) });
        spec.learn(&mut seen, &Outcome::Rewarded { amount: Money(700_000) });
        assert_eq!(vote(&seen), Vote { alarm: true, looked: true });
        spec.learn(&mut seen, &Outcome::Voted { looked: true, cost: Money(300_000) });
        assert_eq!(vote(&seen), Vote { alarm: false, looked: false });
        assert_eq!((seen.answers, seen.looks), (0, 3), "of its own answers a vote tells nothing");
        let explores = Spec { explore: Share::try_from(0.05).unwrap(), ..spec.clone() };
        assert_share(0.05, |index, draw| explores.vote(&mut seen.clone(), &submission(index, bad, 1.0), draw).looked);
        assert_share(0.95, |index, draw| {
            explores.vote(&mut Seen::default(), &submission(index, bad, 1.0), draw).looked
        });
    }

    /// A look costs 0.3 and brings nothing. Two votes of which each was fined 0.4 make it worth that; four do not, at 0.2 each.
    #[test]
    fn it_looks_to_be_spared_fines() {
        let (spec, mut seen) = (spec(0.0), Seen { looks: 5, ..Seen::default() });
        assert!(!seen.looking_pays(Money(300_000)));
        (0..2).for_each(|_| spec.learn(&mut seen, &Outcome::Voted { looked: false, cost: Money::ZERO }));
        (0..2).for_each(|_| spec.learn(&mut seen, &Outcome::Fined { looked: false, amount: Money(400_000) }));
        assert!(seen.looking_pays(Money(300_000)) && seen.looking_pays(Money(400_000)));
        assert!(!seen.looking_pays(Money(400_001)));
        (0..2).for_each(|_| spec.learn(&mut seen, &Outcome::Voted { looked: false, cost: Money::ZERO }));
        assert!(!seen.looking_pays(Money(300_000)) && seen.looking_pays(Money(200_000)));
        spec.learn(&mut seen, &Outcome::Fined { looked: true, amount: Money(500_000) });
        assert!(!seen.looking_pays(Money(200_000)) && seen.looking_pays(Money(100_000)));
    }

    #[test]
    fn priors_are_parts_of_a_whole() {
        let wrong = Spec { prior_checked: Factor::try_from(3.0).unwrap(), ..spec(0.0) };
        assert_eq!(wrong.check().unwrap_err().key, "prior-checked");
        assert_eq!(spec(0.0).check(), Ok(()));
    }
}
