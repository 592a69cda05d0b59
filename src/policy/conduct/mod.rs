//! What a party does with the work it was given, as one who computes and as one who checks (model §7).

use crate::domain::answer::{Answer, Vote, Wrong};
use crate::domain::money::Money;
use crate::domain::share::Share;
use crate::engine::random::{KeyedRng, RandomSource, mix};
use crate::engine::time::Time;
use crate::maths;

pub mod best_reply;
pub mod error_prone;
pub mod honest;
pub mod lazy;
pub mod logit;
#[cfg(test)]
mod propensities;
pub mod replicator;
pub mod ring;
pub mod seen;
pub mod sleeper;

/// A job as the party that computes it sees it, before it begins.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Assignment {
    /// The party's number.
    pub party: u64,
    /// A number that is the same for all copies of one job, and for no other job.
    pub job: u64,
    /// What it may win and lose.
    pub stakes: Stakes,
    /// When it decides.
    pub now: Time,
    /// The probability at which the requester believes that its answer will be right.
    pub trust: f64,
}

/// What a party that computes may win and lose by an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Stakes {
    /// What it is paid for an answer that is accepted.
    pub fee: Money,
    /// What doing all of the work costs it.
    pub cost: Money,
    /// What it loses beside the fee when it is found out, in credits.
    pub slash: Money,
}

/// What a party does with a job.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Action {
    /// The answer it will give.
    pub answer: Answer,
    /// The share of the work it really does, from 0 to 1.
    pub effort: f64,
}

impl Action {
    /// All of the work, and the answer it leads to.
    pub const HONEST: Action = Action { answer: Answer::RIGHT, effort: 1.0 };
}

/// An answer as a checker sees it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Submission {
    /// The checker's number.
    pub party: u64,
    /// A number that is the same for all copies of one job.
    pub job: u64,
    /// The answer; its kind is not known to the checker, but decides whether a check finds it wrong.
    pub answer: Answer,
    /// The probability that an honest look raises an alarm at this answer: detection if it is wrong, false alarm if right.
    pub alarm: f64,
    /// What a careful look is expected to cost the checker.
    pub cost: Money,
    /// What it is paid for its vote, whatever the vote.
    pub fee: Money,
    /// What it is fined if it approves and the answer is found wrong after all, in credits.
    pub fine: Money,
    /// When it is asked.
    pub now: Time,
    /// The probability at which the requester believes that it looks carefully.
    pub trust: f64,
    /// The ring of the node that gave the answer; 0 of one that is of none.
    pub ring: u64,
}

/// What became of an action, as the party learns it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// An answer that it gave was accepted or refused.
    Answered {
        /// Whether the answer was a wrong one on purpose.
        cheated: bool,
        /// Whether it was checked.
        checked: bool,
        /// Whether it was found wrong, rightly or not.
        caught: bool,
        /// What it had to win and to lose.
        stakes: Stakes,
    },
    /// A check in which it voted on another's answer came to its verdict, or its own part in it was called off.
    Voted {
        /// Whether it looked before it voted.
        looked: bool,
        /// What the look was expected to cost it, of one that was called off the share that was done; nothing without a look.
        cost: Money,
    },
    /// An alarm that it raised at another's answer was upheld.
    Rewarded {
        /// What it got of the slashed stake, in credits.
        amount: Money,
    },
    /// An answer that it had approved was found wrong.
    Fined {
        /// Whether it had looked.
        looked: bool,
        /// What it lost of its stake, in credits.
        amount: Money,
    },
}

/// A conduct rule.
pub trait Rule {
    /// What it remembers.
    type Memory: Clone;

    /// What it remembers at first.
    fn memory(&self) -> Self::Memory;

    /// What it does with a job; decided before the work begins.
    fn act(&self, memory: &mut Self::Memory, job: &Assignment, draw: &mut KeyedRng) -> Action;

    /// What it says of another's answer. `looked` decides whether the check takes its time.
    fn vote(&self, memory: &mut Self::Memory, submission: &Submission, draw: &mut KeyedRng) -> Vote;

    /// It learns what became of an action.
    fn learn(&self, memory: &mut Self::Memory, outcome: &Outcome);

    /// The share of its answers that are wrong, by kind in the order of [`Wrong::ALL`], as far as its parameters say. A rule that
    /// decides by what it has seen gives the share of one half.
    fn wrongs(&self, memory: &Self::Memory) -> [f64; 5];

    /// Whether it always does all of the work, gives the answer it finds, and has nothing to learn: then it need not be
    /// asked what it does with a job.
    fn is_passive(&self) -> bool {
        false
    }

    /// Whether it looks at what it stands to win and to lose; another is shown nothing of it.
    fn weighs_stakes(&self) -> bool {
        false
    }

    /// Whether it learns of each method by itself, where it can tell by which an answer is verified.
    fn tells_methods_apart(&self) -> bool {
        false
    }

    /// The number of its ring; 0 if it is of none.
    fn ring(&self, _: &Self::Memory) -> u64 {
        0
    }

    /// The probability that it looks at an answer which it is asked to check, if a look costs so much.
    fn care(&self, _: &Self::Memory, _: Money) -> f64 {
        1.0
    }

    /// The share of the cost of a job that a cheat saves it, where its parameters say so.
    fn saving(&self) -> Option<Share> {
        None
    }

    /// The probability that its answer to a job is wrong, by kind, as it decides now.
    fn errs(&self, memory: &Self::Memory, _: &Assignment) -> [f64; 5] {
        self.wrongs(memory)
    }

    /// The probability that it raises an alarm at an answer, as it decides now.
    fn alarms(&self, memory: &Self::Memory, submission: &Submission) -> f64 {
        self.care(memory, submission.cost) * submission.alarm
    }
}

/// A careful look: an alarm with the submission's probability.
#[inline]
pub fn look(submission: &Submission, draw: &mut KeyedRng) -> Vote {
    let alarm = match submission.alarm {
        0.0 => false,
        1.0 => true,
        share => draw.chance(share),
    };
    Vote { alarm, looked: true }
}

/// A careful look with this probability, and an approval unseen otherwise.
#[inline]
fn look_with(care: f64, submission: &Submission, draw: &mut KeyedRng) -> Vote {
    match draw.chance(care) {
        true => look(submission, draw),
        false => Vote { alarm: false, looked: false },
    }
}

/// A cheaper model answers, which saves a share of the work.
fn cheat(job: &Assignment, saving: Share) -> Action {
    Action { answer: Answer::wrong(Wrong::Substitute, wrong_key(job.job, job.party)), effort: 1.0 - saving.get() }
}

/// 1/(1 + e⁻ˣ).
#[inline]
fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + maths::exp(-x))
}

fn all() -> Share {
    Share::ONE
}

/// Wrong answers of one kind alone, with this share.
fn only(kind: Wrong, share: f64) -> [f64; 5] {
    Wrong::ALL.map(|other| if other == kind { share } else { 0.0 })
}

/// The key of a wrong answer to `job` by `whose`: a party, or what several have in common. Two of one job are equal only if
/// they are of the same.
#[inline]
fn wrong_key(job: u64, whose: u64) -> u64 {
    mix(mix(job) ^ whose)
}

crate::policy::policies! {
    kind "conduct": ConductTable, Conduct, ConductName, ConductMemory;
    rules {
        honest: Honest,
        error_prone: ErrorProne,
        lazy: Lazy,
        ring: Ring,
        best_reply: BestReply,
        logit: Logit,
        replicator: Replicator,
        sleeper: Sleeper,
    }
    methods {
        /// What it does with a job; decided before the work begins.
        fn act(&mut memory, job: &Assignment, draw: &mut KeyedRng) -> Action;
        /// What it says of another's answer.
        fn vote(&mut memory, submission: &Submission, draw: &mut KeyedRng) -> Vote;
        /// It learns what became of an action.
        fn learn(&mut memory, outcome: &Outcome) -> ();
        /// The share of its answers that are wrong, by kind.
        fn wrongs(&memory) -> [f64; 5];
        /// Whether it always does all of the work, gives the answer it finds, and has nothing to learn.
        fn is_passive() -> bool;
        /// Whether it looks at what it stands to win and to lose.
        fn weighs_stakes() -> bool;
        /// Whether it learns of each method by itself.
        fn tells_methods_apart() -> bool;
        /// The number of its ring; 0 if it is of none.
        fn ring(&memory) -> u64;
        /// The probability that it looks at an answer which it is asked to check, if a look costs so much.
        fn care(&memory, cost: Money) -> f64;
        /// The share of the cost of a job that a cheat saves it, where its parameters say so.
        fn saving() -> Option<Share>;
        /// The probability that its answer to a job is wrong, by kind, as it decides now.
        fn errs(&memory, job: &Assignment) -> [f64; 5];
        /// The probability that it raises an alarm at an answer, as it decides now.
        fn alarms(&memory, submission: &Submission) -> f64;
    }
}

impl Default for Conduct {
    /// Honesty, which has no parameters.
    fn default() -> Conduct {
        Conduct::Honest(honest::Spec {})
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::random::{Seed, key};

    /// A job that pays 1 credit, costs 0.8, and puts 10 at stake.
    pub(super) fn job(party: u64, job: u64) -> Assignment {
        Assignment { party, job, stakes: stakes(), now: Time::ZERO, trust: 0.5 }
    }

    /// The stakes of that job.
    pub(super) fn stakes() -> Stakes {
        Stakes { fee: Money(1_000_000), cost: Money(800_000), slash: Money(10_000_000) }
    }

    /// An answer to a job, as party 1 sees it.
    pub(super) fn submission(job: u64, answer: Answer, alarm: f64) -> Submission {
        let (cost, fee, fine) = (Money(300_000), Money(400_000), Money::ZERO);
        Submission { party: 1, job, answer, alarm, cost, fee, fine, now: Time::ZERO, trust: 0.5, ring: 0 }
    }

    /// The draw of seed 1 for the happening with this number.
    pub(super) fn draw(index: u64) -> KeyedRng {
        KeyedRng::new(key(Seed::from(1), 1, 0, index, 0))
    }

    /// How often it happens in a hundred thousand draws of seed 1 must be as probable as is said.
    #[track_caller]
    pub(super) fn assert_share(expected: f64, mut happens: impl FnMut(u64, &mut KeyedRng) -> bool) {
        const COUNT: u64 = 100_000;
        let seen = (0..COUNT).filter(|&index| happens(index, &mut draw(index))).count() as f64;
        let (mean, variance) = (COUNT as f64 * expected, COUNT as f64 * expected * (1.0 - expected));
        let z = if variance > 0.0 { (seen - mean) / variance.sqrt() } else { 1e9 * (seen - mean) };
        assert!(z.abs() < 4.89, "{seen} of {COUNT} and not {expected}: z {z}");
    }

    /// A rule from its example, with its memory.
    fn each(mut judge: impl FnMut(&Conduct, &mut ConductMemory)) {
        for rule in ConductTable::rules() {
            let text = format!("rule = \"{0}\"\n{0} = {1}\n", rule.name, rule.example);
            let chosen = toml::from_str::<ConductTable>(&text).unwrap().chosen().unwrap();
            chosen.check().unwrap();
            judge(&chosen, &mut chosen.memory());
        }
    }

    /// Whatever the parameters, they are refused, or efforts and shares of wrong answers are shares.
    #[test]
    fn random_parameters_are_refused_or_run() {
        crate::policy::trial::endure(ConductTable::rules(), |name, table: ConductTable, draw| {
            let rule = table.chosen().unwrap();
            rule.check()?;
            let mut memory = rule.memory();
            for _ in 0..20 {
                let [fee, cost, slash] = [(); 3].map(|()| Money((draw.bits() >> (1 + draw.below(63))) as i64));
                let stakes = Stakes { fee, cost, slash };
                let now = Time(draw.bits() >> 20);
                let job = Assignment { party: draw.below(9), job: draw.below(9), stakes, now, trust: draw.unit() };
                let action = rule.act(&mut memory, &job, draw);
                assert!((0.0..=1.0).contains(&action.effort), "{name} {rule:?} {action:?}");
                assert_eq!(action.answer.key == 0, action.answer.is_right(), "{name} {rule:?}");
                assert!(!rule.is_passive() || action == Action::HONEST, "{name} says that it is passive");
                let cheated = !action.answer.is_right();
                rule.learn(
                    &mut memory,
                    &Outcome::Answered { cheated, checked: draw.chance(0.5), caught: draw.chance(0.2), stakes },
                );
                rule.learn(&mut memory, &Outcome::Voted { looked: draw.chance(0.9), cost });
                rule.learn(&mut memory, &Outcome::Fined { looked: draw.chance(0.5), amount: slash });
                let care = rule.care(&memory, cost);
                assert!((0.0..=1.0).contains(&care), "{name} {rule:?} {care}");
                rule.learn(&mut memory, &Outcome::Rewarded { amount: fee });
                let alarm = [0.0, 1.0, draw.unit()][draw.below(3) as usize];
                rule.vote(&mut memory, &submission(draw.below(9), action.answer, alarm), draw);
                let wrongs = rule.wrongs(&memory);
                assert!(wrongs.iter().all(|share| (0.0..=1.0).contains(share)), "{name} {rule:?} {wrongs:?}");
                assert!(wrongs.iter().sum::<f64>() <= 1.0, "{name} {rule:?} {wrongs:?}");
            }
            Ok(())
        });
    }

    #[test]
    fn keys_are_apart() {
        assert_eq!(wrong_key(3, 4), wrong_key(3, 4));
        let keys: std::collections::BTreeSet<u64> =
            (0..300).flat_map(|job| (0..300).map(move |whose| wrong_key(job, whose))).collect();
        assert_eq!(keys.len(), 90_000);
        assert_eq!(Answer::wrong(Wrong::Skip, 0).key, 1, "no wrong answer has the key of the right one");
    }

    /// Whatever a rule does: an effort is a share, a wrong answer has a key of its own, and one that cheats knows it.
    #[test]
    fn deeds_make_sense() {
        each(|rule, memory| {
            for index in 0..20_000 {
                let action = rule.act(memory, &job(index % 7, index / 3), &mut draw(index));
                assert!((0.0..=1.0).contains(&action.effort), "{}", rule.name());
                assert_eq!(action.answer.key == 0, action.answer.is_right(), "{}", rule.name());
                let checked = index % 2 == 0;
                rule.learn(
                    memory,
                    &Outcome::Answered {
                        cheated: !action.answer.is_right(),
                        checked,
                        caught: checked && index % 5 == 0,
                        stakes: stakes(),
                    },
                );
                let vote = rule.vote(memory, &submission(index / 3, action.answer, 0.5), &mut draw(index));
                assert!(vote.looked || !vote.alarm, "{}", rule.name());
            }
        });
    }
}
