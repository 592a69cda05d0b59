//! Who checks: a few parties out of all that could (model §6).

use crate::domain::ids::{NodeId, OperatorId};
use crate::engine::random::Draw;
use crate::engine::weights::WeightTree;

pub mod random;

/// The most checkers one check may have.
pub const MOST: usize = 1024;

/// What a selection rule sees.
pub struct SelectionView<'a> {
    /// The checkers that are listed, in no meaningful order. Never empty.
    pub listed: &'a [NodeId],
    /// Their stakes by node id, zero for one that is not listed.
    pub stakes: &'a WeightTree,
    /// The operators of all nodes, by node id.
    pub operators: &'a dyn Fn(NodeId) -> OperatorId,
    /// The node whose answer is checked; it is never among the chosen.
    pub checked: NodeId,
    /// How many are wanted.
    pub wanted: usize,
}

/// A selection rule.
pub trait Rule {
    /// What it remembers.
    type Memory: Clone;

    /// What it remembers at first.
    fn memory(&self) -> Self::Memory;

    /// Puts different checkers into `chosen`, which comes empty: as many as are wanted, or all there are where they are
    /// fewer.
    fn select(&self, memory: &mut Self::Memory, view: &SelectionView<'_>, draw: &mut Draw, chosen: &mut Vec<NodeId>);
}

crate::policy::policies! {
    kind "selection": SelectionTable, Selection, SelectionName, SelectionMemory;
    rules {
        random: Random,
    }
    methods {
        /// Puts different checkers into `chosen`, which comes empty.
        fn select(view: &SelectionView<'_>, draw: &mut Draw, chosen: &mut Vec<NodeId>) -> ();
    }
}
