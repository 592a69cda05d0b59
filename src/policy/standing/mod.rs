//! Whether a node is in good standing, by the verdicts on its answers (model §9): what an opinion weighs, this decides.

pub mod consecutive;
pub mod probation;
pub mod reputation;
pub mod sprt;
pub mod streak;
pub mod z_test;

/// A rule of standing.
pub trait Rule {
    /// What is remembered of one node.
    type Memory: Clone;

    /// What is known of a node nobody has seen.
    fn memory(&self) -> Self::Memory;

    /// A check of one of its answers came to its verdict.
    fn see(&self, memory: &mut Self::Memory, passed: bool);

    /// Whether the node is in good standing.
    fn is_good(&self, memory: &Self::Memory) -> bool;

    /// What part of the checks that go by standing takes place, from 0 to 1.
    fn sample(&self, _: &Self::Memory) -> f64 {
        1.0
    }

    /// Whether that depends on the node at all.
    fn samples(&self) -> bool {
        false
    }

    /// Whether passed checks bring a node back that has lost its standing.
    fn restores(&self) -> bool {
        false
    }
}

crate::policy::policies! {
    kind "standing": StandingTable, StandingRule, StandingName, StandingMemory;
    rules {
        consecutive: Consecutive,
        probation: Probation,
        reputation: Reputation,
        sprt: Sprt,
        streak: Streak,
        z_test: ZTest,
    }
    methods {
        /// A check of one of its answers came to its verdict.
        fn see(&mut memory, passed: bool) -> ();
        /// Whether the node is in good standing.
        fn is_good(&memory) -> bool;
        /// What part of the checks that go by standing takes place.
        fn sample(&memory) -> f64;
        /// Whether that depends on the node at all.
        fn samples() -> bool;
        /// Whether passed checks bring a node back that has lost its standing.
        fn restores() -> bool;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::random::RandomSource;

    /// What is thought of a node after these verdicts: whether it is in good standing, and its share of checks.
    pub(super) fn after<R: Rule>(rule: &R, seen: &[bool]) -> (bool, f64) {
        let mut memory = rule.memory();
        seen.iter().for_each(|&passed| rule.see(&mut memory, passed));
        (rule.is_good(&memory), rule.sample(&memory))
    }

    /// Whatever the parameters, they are refused, or a new node is in good standing, shares stay shares, and only a pass by a rule that
    /// says so restores.
    #[test]
    fn random_parameters_are_refused_or_run() {
        use crate::policy::trial::endure;
        endure(StandingTable::rules(), |name, table: StandingTable, draw| {
            let rule = table.chosen().unwrap();
            rule.check()?;
            let mut memory = rule.memory();
            assert!(rule.is_good(&memory), "{name} {rule:?}");
            for _ in 0..60 {
                let (passed, before) = (draw.chance(0.7), rule.is_good(&memory));
                rule.see(&mut memory, passed);
                let (after, sample) = (rule.is_good(&memory), rule.sample(&memory));
                assert!((0.0..=1.0).contains(&sample), "{sample} by {name} {rule:?} {memory:?}");
                assert!(sample == 1.0 || rule.samples(), "{name} {rule:?} {memory:?}");
                assert!(after <= before || (passed && rule.restores()), "{name} {rule:?} {memory:?}");
            }
            Ok(())
        });
    }
}
