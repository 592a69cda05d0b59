//! What requesters believe of nodes, validators and provers (model §12).
//!
//! Opinions of executing and of checking are kept apart: a rule turns evidence into an opinion of a party, and beside it each party
//! that checks has a count of what its votes told about its care.

use serde::{Deserialize, Serialize};

use crate::domain::answer::Evidence;
use crate::domain::checking::Holders;
use crate::domain::ids::{Id, PartyId, RequesterId};
use crate::domain::party::{PartyKind, Roster};
use crate::engine::time::Time;
use crate::policy::opinion::OpinionMemory;
use crate::policy::opinion::counts::Counts;
use crate::scenario::verification::Verification;

use super::registry::Weight;

/// What a weight of one is to a draw by weights; whatever weighs anything can be drawn.
const PARTS: f64 = (1u64 << 24) as f64;

/// How many observed looks the prior belief in a checker's care is worth (assumed: as many as the uniform prior of a beta counter).
const PRIOR_LOOKS: f64 = 2.0;

/// The opinions of all holders: one, or one per group of requesters.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Opinions {
    /// Which parties do nothing but check.
    roster: Roster,
    /// By holder, then by party; empty without a rule.
    held: Vec<OpinionMemory>,
    /// By holder, then by party: the evidence of each party's care as a checker.
    looks: Vec<Counts>,
    /// By holder, then by party: of a node the probability that its next answer is right, of a checker that its next look is
    /// careful. Every offer asks for it, and only evidence changes it.
    trusts: Vec<f64>,
    /// By holder: the sum of the care of all validators and provers, and of all nodes as checkers of one another.
    care: Vec<[f64; 2]>,
    /// How many validators and provers there are, and how many nodes.
    counts: [usize; 2],
    /// Whether anything is drawn by weights, or a party left out for want of weight.
    weighs: bool,
}

/// Evidence about one party.
#[derive(Clone, Copy, Debug)]
pub struct Sighting {
    /// Who holds the opinion.
    pub holder: RequesterId,
    /// The party.
    pub party: PartyId,
    /// What was seen.
    pub evidence: Evidence,
    /// How much it counts, from 0 to 1.
    pub weight: f64,
}

impl Opinions {
    /// What is believed before anything is seen.
    pub fn open(verification: &Verification, requesters: usize, roster: Roster, weighs: bool) -> Opinions {
        let Some(rule) = &verification.opinion else { return Opinions::default() };
        let holders = if verification.holders == Holders::Group { requesters } else { 1 };
        let held = vec![rule.memory(); holders * roster.len()];
        let at_first = rule.trust(&rule.memory());
        let first = |party| if roster.kind(party).only_checks() { verification.prior } else { at_first };
        let trusts: Vec<f64> = (0..holders).flat_map(|_| roster.parties().map(first)).collect();
        let nodes = roster.range(PartyKind::Node).len();
        let counts = [roster.len() - nodes, nodes];
        let care = counts.map(|count| verification.prior * count as f64);
        Opinions {
            looks: vec![Counts::default(); held.len()],
            held,
            trusts,
            care: vec![care; holders],
            counts,
            roster,
            weighs,
        }
    }

    /// Opinions are held by the rules of `new` from now on; `old` are those before, and `changed` says whether they differ. The same
    /// rule keeps what it has seen, with the same holders; another begins with nothing seen.
    pub fn adopt(
        &mut self,
        (old, new): (&Verification, &Verification),
        changed: bool,
        requesters: usize,
        roster: Roster,
        weighs: bool,
    ) {
        let same = match (&new.opinion, self.held.first()) {
            (Some(rule), Some(memory)) => rule.remembers(memory) && old.holders == new.holders,
            (None, None) => true,
            _ => false,
        };
        if !same {
            *self = Opinions::open(new, requesters, roster, weighs);
            return;
        }
        self.weighs = weighs;
        let Some(rule) = new.opinion.as_ref().filter(|_| changed) else { return };
        self.care.fill([0.0; 2]);
        for place in 0..self.held.len() {
            let (holder, party) = (place / roster.len(), PartyId::from_index(place % roster.len()));
            let (only_checks, care) = (self.only_checks(party), care(new, &self.looks[place]));
            self.care[holder][usize::from(!only_checks)] += care;
            self.trusts[place] = if only_checks { care } else { rule.trust(&self.held[place]) };
        }
    }

    /// Of a node: the probability that its next answer is right, as a group of requesters sees it. Of a validator or prover: that
    /// its next look is careful.
    #[inline]
    pub fn trust(&self, verification: &Verification, holder: RequesterId, party: PartyId) -> f64 {
        match &verification.opinion {
            None => verification.prior,
            Some(_) => self.trusts[self.place(verification, holder, party)],
        }
    }

    /// Of a node: the odds that its next answer is right, as a group of requesters sees it.
    pub fn odds(&self, verification: &Verification, holder: RequesterId, party: PartyId) -> f64 {
        match &verification.opinion {
            None => verification.prior / (1.0 - verification.prior),
            Some(rule) => rule.odds(&self.held[self.place(verification, holder, party)]),
        }
    }

    /// The mean probability that a validator looks carefully, and that a node does at another's answer, as a group of requesters
    /// sees it.
    #[inline]
    pub fn diligence(&self, verification: &Verification, holder: RequesterId) -> [f64; 2] {
        if verification.opinion.is_none() {
            return [verification.prior; 2];
        }
        let care = self.care[self.holder(verification, holder)];
        let mean = |kind: usize| if self.counts[kind] == 0 { 1.0 } else { care[kind] / self.counts[kind] as f64 };
        [mean(0), mean(1)]
    }

    /// The probability that the next look of a party is careful, as a group of requesters sees it.
    pub fn care_of(&self, verification: &Verification, holder: RequesterId, party: PartyId) -> f64 {
        match &verification.opinion {
            None => verification.prior,
            Some(_) => care(verification, &self.looks[self.place(verification, holder, party)]),
        }
    }

    /// What a party weighs where parties are drawn by weights, to the next 2⁻²⁴ above; `None` if it is not asked at all.
    /// The weights of all parties together are below 2⁶³.
    pub fn weight(&self, verification: &Verification, holder: RequesterId, party: PartyId) -> Weight {
        let Some(rule) = verification.opinion.as_ref().filter(|_| self.weighs) else { return Some(0) };
        let weight = rule.weight(&self.held[self.place(verification, holder, party)]);
        let most = i64::MAX as u64 / self.roster.len() as u64;
        (weight >= verification.exclude_below).then(|| ((weight * PARTS).ceil() as u64).min(most))
    }

    /// A party has another name: nobody has seen it.
    pub fn forget(&mut self, verification: &Verification, party: PartyId) {
        let Some(rule) = &verification.opinion else { return };
        let (roster, only_checks) = (self.roster.len(), self.only_checks(party));
        for (holder, care_of) in self.care.iter_mut().enumerate() {
            let place = holder * roster + party.index();
            care_of[usize::from(!only_checks)] += verification.prior - care(verification, &self.looks[place]);
            (self.held[place], self.looks[place]) = (rule.memory(), Counts::default());
            self.trusts[place] = if only_checks { verification.prior } else { rule.trust(&self.held[place]) };
        }
    }

    /// Whether a holder would ask a party no more after one more find.
    pub fn would_exclude(&self, verification: &Verification, holder: RequesterId, party: PartyId, now: Time) -> bool {
        let Some(rule) = verification.opinion.as_ref().filter(|_| verification.exclude_below > 0.0) else {
            return false;
        };
        let mut memory = self.held[self.place(verification, holder, party)].clone();
        let find = if self.only_checks(party) { Evidence::Overturned } else { Evidence::Failed };
        rule.see(&mut memory, find, 1.0, now);
        rule.weight(&memory) < verification.exclude_below
    }

    /// Takes in evidence of an answer that a party gave. Returns whether a draw or an exclusion looks at the party's weight.
    pub fn see_answer(&mut self, verification: &Verification, seen: Sighting, now: Time) -> bool {
        let Some(rule) = verification.opinion.as_ref().filter(|_| seen.weight > 0.0) else { return false };
        let place = self.place(verification, seen.holder, seen.party);
        rule.see(&mut self.held[place], seen.evidence, seen.weight, now);
        if !self.only_checks(seen.party) {
            self.trusts[place] = rule.trust(&self.held[place]);
        }
        self.weighs
    }

    /// Takes in evidence of a look that a party took. The opinion of a node as one that executes does not move by it.
    pub fn see_look(&mut self, verification: &Verification, seen: Sighting, now: Time) -> bool {
        if verification.opinion.is_none() || seen.weight <= 0.0 {
            return false;
        }
        let place = self.place(verification, seen.holder, seen.party);
        let before = care(verification, &self.looks[place]);
        self.looks[place].count(seen.evidence, seen.weight);
        let after = care(verification, &self.looks[place]);
        let only_checks = self.only_checks(seen.party);
        let holder = self.holder(verification, seen.holder);
        self.care[holder][usize::from(!only_checks)] += after - before;
        if !only_checks {
            return false;
        }
        self.trusts[place] = after;
        self.see_answer(verification, seen, now)
    }

    fn only_checks(&self, party: PartyId) -> bool {
        self.roster.kind(party).only_checks()
    }

    fn holder(&self, verification: &Verification, holder: RequesterId) -> usize {
        if verification.holders == Holders::Group { holder.index() } else { 0 }
    }

    fn place(&self, verification: &Verification, holder: RequesterId, party: PartyId) -> usize {
        self.holder(verification, holder) * self.roster.len() + party.index()
    }
}

/// The probability that a party's next look is careful, after these.
fn care(verification: &Verification, looks: &Counts) -> f64 {
    looks.mean(PRIOR_LOOKS * verification.prior, PRIOR_LOOKS * (1.0 - verification.prior))
}
