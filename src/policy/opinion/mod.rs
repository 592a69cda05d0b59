//! How evidence becomes an opinion of a party (model §12): a probability that its next answer is right, and a weight for
//! routing and selection.

use crate::domain::answer::Evidence;
use crate::engine::time::Time;

pub mod additive;
pub mod beta;
pub mod counts;
pub mod ema;
pub mod score;
pub mod streak;

/// An opinion rule.
pub trait Rule {
    /// What is remembered of one party.
    type Memory: Clone;

    /// What is thought of a party nobody has seen.
    fn memory(&self) -> Self::Memory;

    /// Takes evidence in. It counts as much as its `weight` says, from 0 (nothing) to 1.
    fn see(&self, memory: &mut Self::Memory, evidence: Evidence, weight: f64, now: Time);

    /// The probability that the party's next answer is right, from 0 to 1. Rules that are not probabilities say how they
    /// come to one.
    fn trust(&self, memory: &Self::Memory) -> f64;

    /// The odds that the party's next answer is right, from 0 upwards; beyond all numbers where it cannot be wrong.
    fn odds(&self, memory: &Self::Memory) -> f64 {
        let trust = self.trust(memory);
        trust / (1.0 - trust)
    }

    /// The weight that routing and selection give the party, from 0 upwards.
    fn weight(&self, memory: &Self::Memory) -> f64;
}

crate::policy::policies! {
    kind "opinion": OpinionTable, Opinion, OpinionName, OpinionMemory;
    rules {
        beta: Beta,
        additive: Additive,
        ema: Ema,
        score: Score,
        streak: Streak,
    }
    methods {
        /// Takes evidence in.
        fn see(&mut memory, evidence: Evidence, weight: f64, now: Time) -> ();
        /// The probability that the party's next answer is right.
        fn trust(&memory) -> f64;
        /// The odds that the party's next answer is right.
        fn odds(&memory) -> f64;
        /// The weight that routing and selection give the party.
        fn weight(&memory) -> f64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::random::{Key, KeyedRng, RandomSource};

    /// So many passed checks.
    pub(super) fn passes(count: usize) -> Vec<(Evidence, f64)> {
        vec![(Evidence::Passed, 1.0); count]
    }

    /// Trust and weight after a script of evidence with its weights.
    pub(super) fn after<R: Rule>(rule: &R, seen: &[(Evidence, f64)]) -> (f64, f64) {
        let mut memory = rule.memory();
        for (evidence, weight) in seen {
            rule.see(&mut memory, *evidence, *weight, Time::ZERO);
        }
        (rule.trust(&memory), rule.weight(&memory))
    }

    /// Whatever the parameters, they are refused, or trust stays a probability and weight a number from 0.
    #[test]
    fn random_parameters_are_refused_or_run() {
        use crate::policy::trial::endure;
        endure(OpinionTable::rules(), |name, table: OpinionTable, draw| {
            let rule = table.chosen().unwrap();
            rule.check()?;
            let mut memory = rule.memory();
            for _ in 0..40 {
                let (trust, weight) = (rule.trust(&memory), rule.weight(&memory));
                assert!((0.0..=1.0).contains(&trust), "trust {trust} by {name} {rule:?} {memory:?}");
                assert!((0.0..=f64::MAX).contains(&weight), "weight {weight} by {name} {rule:?} {memory:?}");
                let evidence = if draw.chance(0.5) { Evidence::Passed } else { Evidence::Failed };
                rule.see(&mut memory, evidence, [0.0, 1.0, draw.unit()][draw.below(3) as usize], Time::ZERO);
            }
            Ok(())
        });
    }

    /// Whatever is seen, trust is a probability and weight a number from 0; good evidence lowers
    /// neither, bad evidence raises neither.
    #[test]
    fn opinions_stay_in_range() {
        let all = [
            Evidence::Unchecked,
            Evidence::Passed,
            Evidence::Failed,
            Evidence::Upheld,
            Evidence::Overturned,
            Evidence::Revoked,
        ];
        for rule in OpinionTable::rules() {
            let text = format!("rule = \"{0}\"\n{0} = {1}\n", rule.name, rule.example);
            let chosen = toml::from_str::<OpinionTable>(&text).unwrap().chosen().unwrap();
            chosen.check().unwrap();
            let (mut memory, mut draw) = (chosen.memory(), KeyedRng::new(Key(1)));
            for _ in 0..10_000 {
                let before = (chosen.trust(&memory), chosen.weight(&memory));
                let evidence = all[draw.below(6) as usize];
                chosen.see(&mut memory, evidence, draw.below(2) as f64, Time::ZERO);
                let now = (chosen.trust(&memory), chosen.weight(&memory));
                assert!((0.0..=1.0).contains(&now.0) && (0.0..f64::MAX).contains(&now.1), "{} {now:?}", rule.name);
                let (low, high) = if evidence.is_good() { (before, now) } else { (now, before) };
                assert!(low.0 <= high.0 && low.1 <= high.1, "{} {evidence:?} {before:?} {now:?}", rule.name);
            }
        }
    }
}
