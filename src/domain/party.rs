//! Parties: what each does, and how they are numbered.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::ids::{Id, PartyId};

/// What a party does in the market.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum PartyKind {
    /// It computes, and may check what other nodes computed.
    Node,
    /// It checks answers.
    Validator,
    /// It makes proofs.
    Prover,
    /// A group of requesters: it asks for jobs and pays.
    Requester,
    /// It gets remainders and what the rules send there.
    Treasury,
    /// The world outside: what parties bring with them comes from here.
    Exchange,
    /// It looks at accepted answers from outside, and challenges those it takes for wrong.
    Watcher,
}

impl PartyKind {
    /// The kinds that serve, in the order of their numbers: they have slots, a queue and a bond.
    pub const SERVING: [PartyKind; 3] = [PartyKind::Node, PartyKind::Validator, PartyKind::Prover];

    /// The name, as tables show it.
    pub const fn name(self) -> &'static str {
        ["node", "validator", "prover", "requester", "treasury", "exchange", "watcher"][self as usize]
    }

    /// Whether it serves by checking alone.
    pub fn only_checks(self) -> bool {
        matches!(self, PartyKind::Validator | PartyKind::Prover)
    }

    /// Whether it may hold less than nothing: it brings its money from outside, or is the outside.
    #[inline]
    pub fn may_owe(self) -> bool {
        matches!(self, PartyKind::Requester | PartyKind::Exchange | PartyKind::Watcher)
    }
}

/// The numbers of the parties that serve: all nodes, then all validators, then all provers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Roster {
    /// The first number behind each kind, in the order of [`PartyKind::SERVING`].
    ends: [u32; 3],
}

impl Roster {
    /// So many parties of each kind, given group by group. Panics if a group comes after one of a later kind, or if
    /// there are more parties than 32 bits count.
    pub fn of(groups: impl Iterator<Item = (PartyKind, u32)>) -> Roster {
        let (mut ends, mut last, mut count) = ([0; 3], PartyKind::Node, 0_u32);
        for (kind, size) in groups {
            assert!(last <= kind, "groups come in the order of their kinds");
            count = count.checked_add(size).expect("parties that can be counted");
            last = kind;
            ends[kind as usize..].fill(count);
        }
        Roster { ends }
    }

    /// The number of parties that serve.
    pub fn len(self) -> usize {
        self.ends[2] as usize
    }

    /// Whether there are none.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// What a party does.
    #[inline]
    pub fn kind(self, party: PartyId) -> PartyKind {
        let [nodes, validators, provers] = self.ends;
        match party.0 {
            number if number < nodes => PartyKind::Node,
            number if number < validators => PartyKind::Validator,
            number => {
                debug_assert!(number < provers, "no party has the number {number}");
                PartyKind::Prover
            }
        }
    }

    /// The indices of the parties of a kind that serves.
    pub fn range(self, kind: PartyKind) -> Range<usize> {
        let place = kind as usize;
        let first = if place == 0 { 0 } else { self.ends[place - 1] };
        first as usize..self.ends[place] as usize
    }

    /// Every party that serves, in the order of the numbers.
    pub fn parties(self) -> impl Iterator<Item = PartyId> {
        (0..self.len()).map(PartyId::from_index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two nodes, no validator, three provers in two groups.
    #[test]
    fn numbers_say_the_kind() {
        let roster = Roster::of([(PartyKind::Node, 2), (PartyKind::Prover, 1), (PartyKind::Prover, 2)].into_iter());
        let kinds: Vec<PartyKind> = roster.parties().map(|party| roster.kind(party)).collect();
        assert_eq!(kinds[..2], [PartyKind::Node; 2]);
        assert_eq!(kinds[2..], [PartyKind::Prover; 3]);
        let ranges = PartyKind::SERVING.map(|kind| roster.range(kind));
        assert_eq!((ranges, roster.len()), ([0..2, 2..2, 2..5], 5));
        assert!(Roster::of(std::iter::empty()).is_empty());
    }

    #[test]
    #[should_panic(expected = "in the order of their kinds")]
    fn nodes_come_first() {
        Roster::of([(PartyKind::Validator, 1), (PartyKind::Node, 1)].into_iter());
    }
}
