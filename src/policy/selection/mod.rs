//! Who checks: a few parties out of all that could (model §6).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::ids::{OperatorId, PartyId};
use crate::domain::share::Share;
use crate::engine::mistake::Mistake;
use crate::engine::random::KeyedRng;
use crate::policy::candidates::{Candidates, Weights};

pub mod cheapest;
pub mod distinct_operators;
mod few;
pub mod opinion_weighted;
pub mod power_of_d;
pub mod pull;
pub mod random;
pub mod stake_weighted;
mod weighted;

/// The most checkers one check may have.
pub const MOST: usize = 1024;

/// What a selection rule sees.
pub struct SelectionView<'a> {
    /// The checkers. At least one is listed.
    pub parties: Candidates<'a>,
    /// Their stakes; empty unless a rule asks for it.
    pub stakes: Weights<'a>,
    /// Opinions of the parties; empty unless a rule asks for it.
    pub opinions: Weights<'a>,
    /// The operators of all nodes, by node id.
    pub operators: &'a dyn Fn(PartyId) -> OperatorId,
    /// How many jobs a node has for each of its slots.
    pub load: &'a dyn Fn(PartyId) -> f64,
    /// What a node asks, relative to the price of the channel.
    pub ask: &'a dyn Fn(PartyId) -> f64,
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

/// How a rule draws, for those that keep the weights and those that quote.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Manner {
    /// The largest share of the weight that one party has in a draw, above 0.
    pub cap: f64,
    /// How seats are given.
    pub draw: Draw,
    /// Of how many that are drawn the best takes a seat.
    pub choices: u32,
    /// Who is the best.
    pub sought: Sought,
    /// Whether nobody is drawn, and idle validators take checks out of one queue.
    pub pulls: bool,
}

impl Default for Manner {
    fn default() -> Manner {
        Manner { cap: 1.0, draw: Draw::WithoutReplacement, choices: 1, sought: Sought::Load, pulls: false }
    }
}

/// Who takes a seat of several that are drawn for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sought {
    /// The one with the fewest jobs per slot.
    Load,
    /// The one that asks least.
    Price,
}

/// How the seats of a check are given by weight.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Draw {
    /// One after the other, none twice.
    #[default]
    WithoutReplacement,
    /// Each seat by itself: a party may hold several, looks as many times, and has as many votes.
    WithReplacement,
    /// No seats: each party looks or not by itself, with a probability in proportion to its weight. `count` is the number
    /// expected. If nobody looks, the check does not take place.
    Bernoulli,
}

/// A selection rule.
pub trait Rule {
    /// Puts checkers into `chosen`, which comes empty: as many as are wanted, or all there are where they are fewer. They are
    /// different, unless the rule's manner says otherwise.
    fn select(&self, view: &SelectionView<'_>, draw: &mut KeyedRng, chosen: &mut Vec<PartyId>);

    /// How it draws.
    fn manner(&self) -> Manner {
        Manner::default()
    }
}

crate::policy::policies! {
    kind "selection": SelectionTable, Selection, SelectionName;
    rules {
        random: Random,
        stake_weighted: StakeWeighted,
        opinion_weighted: OpinionWeighted,
        distinct_operators: DistinctOperators,
        power_of_d: PowerOfD,
        pull: Pull,
        cheapest: Cheapest,
    }
    methods {
        /// Puts checkers into `chosen`, which comes empty.
        fn select(view: &SelectionView<'_>, draw: &mut KeyedRng, chosen: &mut Vec<PartyId>) -> ();
        /// How it draws.
        fn manner() -> Manner;
    }
}

/// After so many draws in vain per checker wanted, the rest are found by going once through the roster.
const VAIN: usize = 16;

/// A party without a cap has any share.
fn uncapped() -> Share {
    Share::ONE
}

/// What is wrong with a cap.
fn check_cap(cap: Share) -> Result<(), Mistake> {
    match cap > Share::ZERO {
        true => Ok(()),
        false => {
            Err(Mistake::new("cap", "a cap of `0` leaves nobody any weight", "write a share above 0; 1 is no cap"))
        }
    }
}

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
