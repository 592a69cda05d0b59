//! The parties that may be asked, as draws see them: a fixed roster, of which some are present (model §18).
//!
//! A draw names a place in the roster, never a place in the list of those present. Where the party there is absent, its seat alone is drawn
//! again until a party is found. So a party that goes or comes changes no draw but those that name it.

use crate::domain::ids::PartyId;
use crate::engine::random::{Key, KeyedRng, RandomSource, mix};
use crate::engine::weights::WeightTree;

/// So many draws in vain per party wanted, for each party of the roster that one of those present stands for; and so many of these at most.
const VAIN: usize = 16;

/// The parties that serve something.
#[derive(Clone, Copy, Debug)]
pub struct Candidates<'a> {
    /// All of them, present or not, in the order of their numbers: the same for the whole run.
    pub roster: &'a [PartyId],
    /// Those that are present, in no meaningful order. Never empty where a rule draws.
    pub present: &'a [PartyId],
    /// By number of a party, its place among those present; `u32::MAX` of one that is absent.
    pub places: &'a [u32],
}

/// What parties weigh in a draw.
#[derive(Clone, Copy, Debug)]
pub struct Weights<'a> {
    /// By number; of one that is absent, what it weighed last. Empty where no rule draws by them.
    pub all: &'a WeightTree,
    /// The sum over those that are absent.
    pub absent: u64,
}

impl Weights<'_> {
    /// The sum over those that are present.
    pub fn present(&self) -> u64 {
        self.all.total() - self.absent
    }
}

impl Candidates<'_> {
    /// Whether a party is present.
    #[inline]
    pub fn has(&self, party: PartyId) -> bool {
        self.places[party.0 as usize] != u32::MAX
    }

    /// Whether every party of the roster is present.
    #[inline]
    pub fn is_full(&self) -> bool {
        self.present.len() == self.roster.len()
    }

    /// Any party of the roster, each with the same probability.
    #[inline]
    pub fn any(&self, draw: &mut KeyedRng) -> PartyId {
        self.roster[draw.below(self.roster.len() as u64) as usize]
    }

    /// After so many draws in vain for one party those that are present are looked through. Where one of r is present, a draw finds it r times
    /// as seldom.
    pub fn patience(&self) -> usize {
        VAIN * self.roster.len().div_ceil(self.present.len().max(1)).min(VAIN)
    }

    /// Puts another in the place of each of the chosen that is absent, any of those that may join with the same probability; leaves out those
    /// for which there is none.
    #[inline]
    pub fn replace(&self, draw: &KeyedRng, may_join: &dyn Fn(&[PartyId], PartyId) -> bool, chosen: &mut Vec<PartyId>) {
        if !self.is_full() {
            self.replace_by(draw, &|draw| self.any(draw), &|_, draw| draw.unit(), may_join, chosen);
        }
    }

    /// The same by the weights of those that may join; those without any are chosen after all that have some.
    pub fn replace_weighted(
        &self,
        weights: &WeightTree,
        draw: &KeyedRng,
        may_join: &dyn Fn(&[PartyId], PartyId) -> bool,
        chosen: &mut Vec<PartyId>,
    ) {
        if !self.is_full() {
            let next = |draw: &mut KeyedRng| match weights.total() {
                0 => self.any(draw),
                total => PartyId(weights.find(draw.below(total)) as u32),
            };
            self.replace_by(draw, &next, &|party, draw| rank(weights, party, draw), may_join, chosen);
        }
    }

    /// Each vacant seat has draws of its own: what is found for one changes no other, unless both find the same party. Where they find
    /// nobody, of those present that may join the one with the smallest key of its own has the seat. Keys are of the same law as the draws.
    fn replace_by(
        &self,
        draw: &KeyedRng,
        next: &dyn Fn(&mut KeyedRng) -> PartyId,
        rank: &dyn Fn(PartyId, &mut KeyedRng) -> f64,
        may_join: &dyn Fn(&[PartyId], PartyId) -> bool,
        chosen: &mut Vec<PartyId>,
    ) {
        // A copy: what seats draw again moves no draw after it.
        let base = { *draw }.bits();
        let patience = self.patience();
        for seat in 0..chosen.len() {
            if self.has(chosen[seat]) {
                continue;
            }
            let number = mix(base ^ (seat as u64 + 1));
            let mut draw = KeyedRng::new(Key(number));
            let may_sit = |party: &PartyId| self.has(*party) && may_join(chosen, *party);
            let drawn = (0..patience).map(|_| next(&mut draw)).find(may_sit);
            let of = |party: PartyId| rank(party, &mut KeyedRng::new(Key(mix(number ^ u64::from(party.0)))));
            let first = || {
                let keys = self.present.iter().copied().filter(may_sit).map(|party| (of(party), party));
                keys.min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1))).map(|(_, party)| party)
            };
            match drawn.or_else(first) {
                Some(party) => chosen[seat] = party,
                // Nobody may join any more: those that are still absent have no substitute.
                None => break,
            }
        }
        chosen.retain(|party| self.has(*party));
    }
}

/// The key of a party in a pass over many, an exponential at the rate of its weight: the smallest come first. No exponential is above 37, so
/// whoever has any weight comes before all who have none.
pub fn rank(weights: &WeightTree, party: PartyId, draw: &mut KeyedRng) -> f64 {
    let exponential = -crate::maths::ln(draw.unit());
    match weights.get(party.0 as usize) {
        0 => 64.0 + exponential,
        weight => exponential / weight as f64,
    }
}

/// A roster of which everyone, or a part, is present: what tests draw from.
#[cfg(test)]
pub mod tests {
    use super::*;

    /// A roster with its places.
    pub struct Present {
        roster: Vec<PartyId>,
        present: Vec<PartyId>,
        places: Vec<u32>,
    }

    impl Present {
        /// Parties 0, 1, … of which those are present that `is_present` says.
        pub fn of(count: u32, is_present: impl Fn(u32) -> bool) -> Present {
            Present::among((0..count).map(PartyId).collect(), is_present)
        }

        /// Of a roster with gaps.
        pub fn among(roster: Vec<PartyId>, is_present: impl Fn(u32) -> bool) -> Present {
            let mut present: Vec<PartyId> = roster.iter().copied().filter(|party| is_present(party.0)).collect();
            present.reverse();
            let mut places = vec![u32::MAX; roster.last().map_or(0, |last| last.0 as usize + 1)];
            present.iter().enumerate().for_each(|(place, party)| places[party.0 as usize] = place as u32);
            Present { roster, present, places }
        }

        /// What a rule is shown of it.
        pub fn view(&self) -> Candidates<'_> {
            Candidates { roster: &self.roster, present: &self.present, places: &self.places }
        }
    }
}
