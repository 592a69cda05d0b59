//! Which nodes are in good standing (model §9). All requesters know it: it goes by verdicts, and these are public.

use serde::{Deserialize, Serialize};

use crate::domain::checking::Consequence;
use crate::domain::ids::{Id, PartyId};
use crate::policy::standing::StandingMemory;
use crate::scenario::verification::{EVERY_CHECK, Verification};

/// The standing of each party; empty without a rule.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Standings {
    parties: Vec<Standing>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Standing {
    memory: StandingMemory,
    is_good: bool,
}

impl Standings {
    /// All are in good standing.
    pub fn open(verification: &Verification, parties: usize) -> Standings {
        let new =
            verification.standing.as_ref().map(|standing| Standing { memory: standing.rule.memory(), is_good: true });
        Standings { parties: new.map(|new| vec![new; parties]).unwrap_or_default() }
    }

    /// A check of an answer came to its verdict. Says what the node's standing has become, if that is new.
    pub fn see(&mut self, verification: &Verification, node: PartyId, passed: bool) -> Option<bool> {
        let rule = &verification.standing.as_ref()?.rule;
        let standing = &mut self.parties[node.index()];
        rule.see(&mut standing.memory, passed);
        let is_good = rule.is_good(&standing.memory);
        (std::mem::replace(&mut standing.is_good, is_good) != is_good).then_some(is_good)
    }

    /// A node has another name: nobody has seen it.
    pub fn forget(&mut self, verification: &Verification, node: PartyId) {
        if let Some(standing) = &verification.standing {
            self.parties[node.index()] = Standing { memory: standing.rule.memory(), is_good: true };
        }
    }

    /// Whether one more answer that is found wrong would cost a node its standing.
    pub fn would_lose(&self, verification: &Verification, node: PartyId) -> bool {
        let Some(standing) = &verification.standing else { return false };
        let mut memory = self.parties[node.index()].memory.clone();
        standing.rule.see(&mut memory, false);
        !standing.rule.is_good(&memory)
    }

    /// Whether nobody asks a party, because it has lost its standing.
    #[inline]
    pub fn excludes(&self, verification: &Verification, party: PartyId) -> bool {
        let excludes = verification.standing.as_ref().is_some_and(|rule| rule.consequence == Consequence::Exclude);
        excludes && !self.parties[party.index()].is_good
    }

    /// How closely the answers of a node are checked: see [`Check::sample_at`](crate::scenario::verification::Check::sample_at).
    pub fn scrutiny(&self, verification: &Verification, node: PartyId) -> f64 {
        let Some(rule) = &verification.standing else { return 1.0 };
        let standing = &self.parties[node.index()];
        match rule.consequence == Consequence::CheckAll && !standing.is_good {
            true => EVERY_CHECK,
            false => rule.rule.sample(&standing.memory),
        }
    }
}
