//! How evidence becomes an opinion of a party (model §12): a probability that its next answer is right, and a weight for
//! routing and selection.

use crate::domain::answer::Evidence;
use crate::engine::time::Time;

pub mod beta;

/// An opinion rule.
pub trait Rule {
    /// What is remembered of one party.
    type Memory: Clone;

    /// What is thought of a party nobody has seen.
    fn memory(&self) -> Self::Memory;

    /// Takes evidence in. `credit` is what an unchecked acceptance counts, from 0 to 1.
    fn see(&self, memory: &mut Self::Memory, evidence: Evidence, credit: f64, now: Time);

    /// The probability that the party's next answer is right, from 0 to 1. Rules that are not probabilities say how they
    /// come to one.
    fn trust(&self, memory: &Self::Memory) -> f64;

    /// The weight that routing and selection give the party, from 0 upwards.
    fn weight(&self, memory: &Self::Memory) -> f64;
}

crate::policy::policies! {
    kind "opinion": OpinionTable, Opinion, OpinionName, OpinionMemory;
    rules {
        beta: Beta,
    }
    methods {
        /// Takes evidence in.
        fn see(evidence: Evidence, credit: f64, now: Time) -> ();
        /// The probability that the party's next answer is right.
        fn trust() -> f64;
        /// The weight that routing and selection give the party.
        fn weight() -> f64;
    }
}
