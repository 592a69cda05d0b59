//! What a party does with the work it was given, as one who computes and as one who checks (model §7).

use crate::domain::answer::{Answer, Vote};
use crate::domain::money::Money;
use crate::engine::random::Draw;

pub mod honest;

/// A job as the party that computes it sees it, before it begins.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Assignment {
    /// The party's number.
    pub party: u64,
    /// A number that is the same for all copies of one job, and for no other job.
    pub job: u64,
    /// What it is paid for an answer that is accepted.
    pub fee: Money,
    /// What doing all of the work costs it.
    pub cost: Money,
    /// What it loses beside the fee when it is found out, in credits.
    pub slash: Money,
}

/// What a party does with a job.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Deed {
    /// The answer it will give.
    pub answer: Answer,
    /// The share of the work it really does, from 0 to 1.
    pub effort: f64,
}

impl Deed {
    /// All of the work, and the answer it leads to.
    pub const HONEST: Deed = Deed { answer: Answer::RIGHT, effort: 1.0 };
}

/// An answer as a checker sees it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Exhibit {
    /// The checker's number.
    pub party: u64,
    /// A number that is the same for all copies of one job.
    pub job: u64,
    /// The answer; its kind is not known to the checker, but decides whether a check finds it wrong.
    pub answer: Answer,
    /// The probability that an honest look raises an alarm at this answer: detection if it is wrong, false alarm if right.
    pub alarm: f64,
}

/// What became of a deed, as the party learns it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Whether the answer was a wrong one on purpose.
    pub cheated: bool,
    /// Whether it was checked.
    pub checked: bool,
    /// Whether it was found wrong, rightly or not.
    pub caught: bool,
}

/// A conduct rule.
pub trait Rule {
    /// What it remembers.
    type Memory: Clone;

    /// What it remembers at first.
    fn memory(&self) -> Self::Memory;

    /// What it does with a job; decided before the work begins.
    fn act(&self, memory: &mut Self::Memory, job: &Assignment, draw: &mut Draw) -> Deed;

    /// What it says of another's answer. `looked` decides whether the check takes its time.
    fn vote(&self, memory: &mut Self::Memory, exhibit: &Exhibit, draw: &mut Draw) -> Vote;

    /// It learns what became of a deed.
    fn learn(&self, memory: &mut Self::Memory, outcome: &Outcome);
}

/// A careful look: an alarm with the exhibit's probability.
#[inline]
pub fn look(exhibit: &Exhibit, draw: &mut Draw) -> Vote {
    use crate::engine::random::Chance;
    let alarm = match exhibit.alarm {
        0.0 => false,
        1.0 => true,
        share => draw.chance(share),
    };
    Vote { alarm, looked: true }
}

crate::policy::policies! {
    kind "conduct": ConductTable, Conduct, ConductName, ConductMemory;
    rules {
        honest: Honest,
    }
    methods {
        /// What it does with a job; decided before the work begins.
        fn act(job: &Assignment, draw: &mut Draw) -> Deed;
        /// What it says of another's answer.
        fn vote(exhibit: &Exhibit, draw: &mut Draw) -> Vote;
        /// It learns what became of a deed.
        fn learn(outcome: &Outcome) -> ();
    }
}
