//! What conducts remember, apart for each method that a party can tell from the others (model §7).
//!
//! A party that does not learn remembers one thing, beside its cold part. Of one that learns, what it remembers of the first method
//! is there too, and of each further method here.

use serde::{Deserialize, Serialize};

use crate::domain::ids::{Id, IdVec, MethodId, NodeGroupId, PartyId, RequesterId};
use crate::domain::money::Money;
use crate::policy::conduct::ConductMemory;
use crate::scenario::Scenario;

use super::State;
use super::nodes::Nodes;

/// What is remembered of methods beyond the first, and what groups of requesters remember.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Conducts {
    /// Methods that parties can tell from one another; 1 where they see none.
    methods: usize,
    /// By group of requesters, then by method.
    requesters: Vec<ConductMemory>,
    /// By party that learns, then by method but the first.
    further: Vec<ConductMemory>,
    /// By group.
    groups: IdVec<NodeGroupId, GroupMemory>,
}

/// Where the parties of a group remember.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct GroupMemory {
    /// Its first party.
    first: u32,
    /// The place of that party in `further`; `None` where methods are not told apart.
    place: Option<usize>,
    /// Whether all remember what the first does.
    as_one: bool,
}

impl Conducts {
    /// Before anything has happened.
    pub fn open(scenario: &Scenario) -> Conducts {
        let all = scenario.verification.methods.len();
        let methods = if scenario.verification.hidden { 1 } else { all };
        let requesters = scenario.requesters.iter().flat_map(|group| vec![group.conduct.memory(); all]).collect();
        let (mut conducts, mut first) = (Conducts { methods, requesters, ..Conducts::default() }, 0);
        for group in scenario.groups.iter() {
            let learns = methods > 1 && group.conduct.tells_methods_apart();
            let place = learns.then_some(conducts.further.len());
            conducts.groups.push(GroupMemory { first, place, as_one: group.learns_as_one });
            if learns {
                let count = group.count as usize * (methods - 1);
                conducts.further.resize(conducts.further.len() + count, group.conduct.memory());
            }
            first += group.count;
        }
        conducts
    }

    /// Goes on under an amended scenario, which has the groups of the old one and its methods before others: the same rule keeps what
    /// it remembers of each method, another begins anew.
    pub fn adopt(&mut self, new: &Scenario) {
        let mut next = Conducts::open(new);
        let (before, after) = (self.requesters.len() / new.requesters.len(), new.verification.methods.len());
        for (group, requesters) in new.requesters.iter().enumerate() {
            for method in 0..before.min(after) {
                let memory = &self.requesters[group * before + method];
                if requesters.conduct.remembers(memory) {
                    next.requesters[group * after + method] = memory.clone();
                }
            }
        }
        for (group, (was, is)) in new.groups.iter().zip(self.groups.iter().zip(next.groups.iter())) {
            let (Some(from), Some(to)) = (was.place, is.place) else { continue };
            for member in 0..group.count as usize {
                for method in 0..(self.methods - 1).min(next.methods - 1) {
                    let memory = &self.further[from + member * (self.methods - 1) + method];
                    if group.conduct.remembers(memory) {
                        next.further[to + member * (next.methods - 1) + method] = memory.clone();
                    }
                }
            }
        }
        *self = next;
    }

    /// What a party remembers of a method, to look at.
    pub fn seen_of<'m>(&'m self, nodes: &'m Nodes, party: PartyId, method: MethodId) -> &'m ConductMemory {
        let GroupMemory { first, place, as_one } = self.groups[nodes.quotes[party].group];
        let party = if as_one { PartyId(first) } else { party };
        match (method.index(), place) {
            (further @ 1.., Some(place)) => {
                let member = (party.0 - first) as usize;
                &self.further[place + member * (self.methods - 1) + further - 1]
            }
            _ => &nodes.backrooms[party].conduct,
        }
    }

    /// What a party remembers of a method, as far as it sees the method.
    #[inline]
    pub fn of<'m>(&'m mut self, nodes: &'m mut Nodes, party: PartyId, method: MethodId) -> &'m mut ConductMemory {
        let group = nodes.quotes[party].group;
        let GroupMemory { first, place, as_one } = self.groups[group];
        let party = if as_one { PartyId(first) } else { party };
        match (method.index(), place) {
            (further @ 1.., Some(place)) => {
                let member = (party.0 - first) as usize;
                &mut self.further[place + member * (self.methods - 1) + further - 1]
            }
            _ => &mut nodes.backrooms[party].conduct,
        }
    }

    /// What a group of requesters remembers of a method; it has chosen the method itself.
    #[inline]
    pub fn of_requester(&mut self, scenario: &Scenario, group: RequesterId, method: MethodId) -> &mut ConductMemory {
        &mut self.requesters[group.index() * scenario.verification.methods.len() + method.index()]
    }
}

impl State {
    /// The probability that a requester looks carefully itself at an answer that is verified so, where a look costs it so much.
    pub fn own_care(&self, scenario: &Scenario, requester: RequesterId, method: MethodId, cost: Money) -> f64 {
        let place = requester.index() * scenario.verification.methods.len() + method.index();
        scenario.requesters[requester].conduct.care(&self.conducts.requesters[place], cost)
    }
}
