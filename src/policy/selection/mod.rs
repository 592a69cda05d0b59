//! Who checks: a few parties out of all that could (model §6).

use crate::domain::ids::{NodeId, OperatorId};
use crate::engine::random::Draw;
use crate::engine::weights::WeightTree;

pub mod distinct_operators;
pub mod random;
pub mod stake_weighted;

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
        stake_weighted: StakeWeighted,
        distinct_operators: DistinctOperators,
    }
    methods {
        /// Puts different checkers into `chosen`, which comes empty.
        fn select(view: &SelectionView<'_>, draw: &mut Draw, chosen: &mut Vec<NodeId>) -> ();
    }
}

/// After so many draws in vain per checker wanted, the rest are found by going once through all that are listed.
const VAIN: usize = 16;

/// The few with the smallest keys among many that pass by, in the order of their keys.
///
/// Keys that are exponential with rates in proportion to weights put the many in the order in which they would be drawn
/// without replacement in proportion to them (P. Efraimidis and P. Spirakis, "Weighted random sampling with a reservoir",
/// Information Processing Letters 97, 2006).
struct Shortlist {
    entries: [(f64, NodeId); MOST],
    count: usize,
    most: usize,
}

impl Shortlist {
    /// Room for `most`, of which there are at most [`MOST`].
    fn new(most: usize) -> Shortlist {
        assert!(most <= MOST, "{most} checkers of one answer");
        Shortlist { entries: [(0.0, NodeId(0)); MOST], count: 0, most }
    }

    /// Lets one pass by.
    fn offer(&mut self, key: f64, node: NodeId) {
        let place = self.entries[..self.count].partition_point(|entry| entry.0 <= key);
        if place == self.most {
            return;
        }
        self.count = (self.count + 1).min(self.most);
        self.entries[place..self.count].rotate_right(1);
        self.entries[place] = (key, node);
    }

    /// Takes one out.
    fn remove(&mut self, place: usize) {
        self.entries[place..self.count].rotate_left(1);
        self.count -= 1;
    }

    /// Those it holds, the smallest key first.
    fn kept(&self) -> &[(f64, NodeId)] {
        &self.entries[..self.count]
    }
}

#[cfg(test)]
mod tests;
