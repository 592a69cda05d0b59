//! What is thought of nodes, validators and provers (model §12).

use serde::{Deserialize, Serialize};

use crate::domain::answer::Evidence;
use crate::domain::ids::{Id, NodeId, RequesterId};
use crate::engine::time::Time;
use crate::policy::opinion::OpinionMemory;
use crate::scenario::schema::Holders;
use crate::scenario::verification::Verification;

use super::registry::Weight;

/// What a weight of one is to those who draw by weights; whatever weighs anything can be drawn.
const PARTS: f64 = (1u64 << 24) as f64;

/// The opinions of all holders: one, or one per group of requesters.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Opinions {
    parties: usize,
    /// By holder, then by party; empty without a rule.
    held: Vec<OpinionMemory>,
    /// The probability that each party's next answer is right, in the same order: it is asked for at every offer, and changes
    /// with evidence only.
    trusts: Vec<f64>,
    /// By holder: what is thought of all checkers together.
    checkers: Vec<f64>,
    /// How many check.
    count: usize,
    /// Whether anything is drawn by weights, or anybody left out for want of weight.
    weighs: bool,
}

impl Opinions {
    /// What is thought before anything is seen. `checks` says of each party whether it checks.
    pub fn open(verification: &Verification, requesters: usize, checks: &[bool], weighs: bool) -> Opinions {
        let Some(rule) = &verification.opinion else { return Opinions::default() };
        let holders = if verification.holders == Holders::Group { requesters } else { 1 };
        let held = vec![rule.memory(); holders * checks.len()];
        let count = checks.iter().filter(|checks| **checks).count();
        let at_first = rule.trust(&mut rule.memory());
        let trusts = vec![at_first; held.len()];
        Opinions {
            parties: checks.len(),
            held,
            trusts,
            checkers: vec![at_first * count as f64; holders],
            count,
            weighs,
        }
    }

    /// The probability that a party's next answer is right, as a group of requesters sees it.
    #[inline]
    pub fn trust(&self, verification: &Verification, holder: RequesterId, party: NodeId) -> f64 {
        match &verification.opinion {
            None => verification.prior,
            Some(_) => self.trusts[self.place(verification, holder, party)],
        }
    }

    /// The mean probability that a checker looks carefully, as a group of requesters sees it.
    #[inline]
    pub fn diligence(&self, verification: &Verification, holder: RequesterId) -> f64 {
        match (&verification.opinion, self.count) {
            (None, _) => verification.prior,
            (Some(_), 0) => 1.0,
            (Some(_), count) => self.checkers[self.holder(verification, holder)] / count as f64,
        }
    }

    /// What a party weighs where parties are drawn by weights, to the next 2⁻²⁴ above; `None` if it is not asked at all.
    /// The weights of all parties together are below 2⁶³.
    pub fn weight(&self, verification: &Verification, holder: RequesterId, party: NodeId) -> Weight {
        let Some(rule) = verification.opinion.as_ref().filter(|_| self.weighs) else { return Some(0) };
        let weight = rule.weight(&mut self.held[self.place(verification, holder, party)].clone());
        let most = i64::MAX as u64 / self.parties as u64;
        (weight >= verification.exclude_below).then(|| ((weight * PARTS).ceil() as u64).min(most))
    }

    /// Takes evidence of a party in. Says whether its weight is looked at, by whoever draws or leaves out.
    pub fn see(
        &mut self,
        verification: &Verification,
        holder: RequesterId,
        (party, checks): (NodeId, bool),
        evidence: Evidence,
        now: Time,
    ) -> bool {
        let Some(rule) = &verification.opinion else { return false };
        let place = self.place(verification, holder, party);
        let memory = &mut self.held[place];
        rule.see(memory, evidence, verification.credit_unchecked, now);
        let trust = rule.trust(memory);
        let before = std::mem::replace(&mut self.trusts[place], trust);
        if checks {
            let change = trust - before;
            let holder = self.holder(verification, holder);
            self.checkers[holder] += change;
        }
        self.weighs
    }

    fn holder(&self, verification: &Verification, holder: RequesterId) -> usize {
        if verification.holders == Holders::Group { holder.index() } else { 0 }
    }

    fn place(&self, verification: &Verification, holder: RequesterId, party: NodeId) -> usize {
        self.holder(verification, holder) * self.parties + party.index()
    }
}
