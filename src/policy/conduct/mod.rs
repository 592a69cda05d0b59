//! What a node does with the work it was given (model §7).

use crate::engine::random::Draw;

pub mod honest;

/// What an attempt gives back, before anyone looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The answer asked for.
    Right,
}

/// A conduct rule.
pub trait Rule {
    /// What it remembers.
    type Memory: Clone;

    /// What it remembers at first.
    fn memory(&self) -> Self::Memory;

    /// The answer of one attempt.
    fn answer(&self, memory: &mut Self::Memory, draw: &mut Draw) -> Answer;
}

crate::policy::policies! {
    kind "conduct": ConductTable, Conduct, ConductName, ConductMemory;
    rules {
        honest: Honest,
    }
    methods {
        /// The answer of one attempt.
        fn answer(draw: &mut Draw) -> Answer;
    }
}
