//! Who checks: a few parties out of all that could (model §6).

use crate::domain::ids::{OperatorId, PartyId};
use crate::engine::random::{KeyedRng, RandomSource};
use crate::engine::weights::WeightTree;
use crate::maths;

pub mod distinct_operators;
pub mod opinion_weighted;
pub mod random;
pub mod stake_weighted;

/// The most checkers one check may have.
pub const MOST: usize = 1024;

/// What a selection rule sees.
pub struct SelectionView<'a> {
    /// The checkers that are listed, in no meaningful order. Never empty.
    pub listed: &'a [PartyId],
    /// Their stakes by node id, zero for one that is not listed; empty unless a rule asks for it.
    pub stakes: &'a WeightTree,
    /// What is thought of them, likewise.
    pub opinions: &'a WeightTree,
    /// The operators of all nodes, by node id.
    pub operators: &'a dyn Fn(PartyId) -> OperatorId,
    /// The nodes whose answer is checked, each once; they are never among the chosen.
    pub checked: &'a [PartyId],
    /// How many are wanted.
    pub wanted: usize,
}

impl SelectionView<'_> {
    /// Whether the answer that is checked is this node's.
    #[inline]
    fn is_checked(&self, node: PartyId) -> bool {
        self.checked.contains(&node)
    }
}

/// A selection rule.
pub trait Rule {
    /// Puts different checkers into `chosen`, which comes empty: as many as are wanted, or all there are where they are
    /// fewer.
    fn select(&self, view: &SelectionView<'_>, draw: &mut KeyedRng, chosen: &mut Vec<PartyId>);
}

crate::policy::policies! {
    kind "selection": SelectionTable, Selection, SelectionName;
    rules {
        random: Random,
        stake_weighted: StakeWeighted,
        opinion_weighted: OpinionWeighted,
        distinct_operators: DistinctOperators,
    }
    methods {
        /// Puts different checkers into `chosen`, which comes empty.
        fn select(view: &SelectionView<'_>, draw: &mut KeyedRng, chosen: &mut Vec<PartyId>) -> ();
    }
}

/// Chooses one after the other in proportion to these weights, none twice.
///
/// Drawn from the tree of weights, and drawn again where the party is chosen already or is the one that is checked. Where
/// that goes on in vain, because few have nearly all of the weight, the rest are found in one pass over the listed that has
/// the same law. Those without weight are chosen, each with the same probability, when all that have some are.
fn by_weight(weights: &WeightTree, view: &SelectionView<'_>, draw: &mut KeyedRng, chosen: &mut Vec<PartyId>) {
    let mut vain = if weights.total() > 0 { VAIN * view.wanted } else { 0 };
    while chosen.len() < view.wanted && vain > 0 {
        let node = PartyId(weights.find(draw.below(weights.total())) as u32);
        if view.is_checked(node) || chosen.contains(&node) {
            vain -= 1;
        } else {
            chosen.push(node);
        }
    }
    if chosen.len() == view.wanted {
        return;
    }
    let mut rest = Shortlist::new(view.wanted - chosen.len());
    for &node in view.listed.iter().filter(|&&node| !view.is_checked(node) && !chosen.contains(&node)) {
        let exponential = -maths::ln(draw.unit());
        // No exponential is above 37, so whoever has any weight comes before all who have none.
        let key = match weights.get(node.0 as usize) {
            0 => 64.0 + exponential,
            weight => exponential / weight as f64,
        };
        rest.offer(key, node);
    }
    chosen.extend(rest.kept().iter().map(|entry| entry.1));
}

/// After so many draws in vain per checker wanted, the rest are found by going once through all that are listed.
const VAIN: usize = 16;

/// The few with the smallest keys among many that pass by, in the order of their keys.
///
/// Keys that are exponential with rates in proportion to weights put the many in the order in which they would be drawn
/// without replacement in proportion to them (P. Efraimidis and P. Spirakis, "Weighted random sampling with a reservoir",
/// Information Processing Letters 97, 2006).
struct Shortlist {
    entries: [(f64, PartyId); MOST],
    count: usize,
    most: usize,
}

impl Shortlist {
    /// Room for `most`, of which there are at most [`MOST`].
    fn new(most: usize) -> Shortlist {
        assert!(most <= MOST, "{most} checkers of one answer");
        Shortlist { entries: [(0.0, PartyId(0)); MOST], count: 0, most }
    }

    /// Lets one pass by.
    fn offer(&mut self, key: f64, node: PartyId) {
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
    fn kept(&self) -> &[(f64, PartyId)] {
        &self.entries[..self.count]
    }
}

#[cfg(test)]
mod tests;
