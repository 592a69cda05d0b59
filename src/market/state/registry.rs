//! Whom routing can see: live lists per model, kept in O(1) per change, and what is waiting for the next look.

use serde::{Deserialize, Serialize};

use crate::domain::ids::{Id, ListId, PartyId, RequesterId};
use crate::domain::party::{PartyKind, Roster};
use crate::engine::weights::WeightTree;
use crate::policy::candidates::{Candidates, Weights};

use super::capped::Capped;

/// The registry of nodes.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Registry {
    /// One per view and list, view by view.
    lists: Vec<Listing>,
    /// Whose picture it is: one for all, or one per group of requesters where what each thinks decides whom it sees.
    views: usize,
    /// Whether a party is listed at all, whoever may not want to see it.
    here: Vec<bool>,
    /// Nodes whose listing changed since the last look, with what it changed to.
    changed: Vec<(PartyId, bool)>,
    /// Nodes whose load changed since the last look.
    dirty: Vec<PartyId>,
    /// Where each client's last job ran, per source; kept only for pools that ask for it.
    previous: Vec<Vec<PartyId>>,
    listed: u32,
    /// How many of the lists are of models; the rest are of validators and provers.
    lists_of_nodes: usize,
    /// Which parties are nodes.
    roster: Roster,
    /// A tree without weights, where nobody keeps any.
    no_weights: WeightTree,
}

/// What the registry keeps beside the lists.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Keeps {
    /// How many pictures there are: of all, or of each group of requesters.
    pub views: usize,
    /// Stakes of nodes; those of validators always are kept.
    pub stakes: bool,
    /// What is thought of nodes, and of validators.
    pub opinions: [bool; 2],
    /// The largest share of one party where checkers are drawn by weight, if it is below 1.
    pub cap: Option<f64>,
    /// Whether nodes are drawn as checkers, too.
    pub peers: bool,
}

/// What is thought of a party in a view, as a weight to draw by; `None` of one that is not asked.
pub type Weight = Option<u64>;

/// The nodes listed for one model, or the parties of another kind.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Listing {
    nodes: Vec<PartyId>,
    /// Where a node stands in `nodes`; `u32::MAX` if it does not.
    place: Vec<u32>,
    /// Stakes, where a rule draws by them. One that is taken off the list keeps what it weighed, so that no draw of another moves; but
    /// not where weights have a cap, which goes by those that are listed.
    stakes: Option<WeightTree>,
    /// Opinions of the parties, where a rule draws by opinion. A party that is taken off the list keeps its weight here too.
    opinions: Option<WeightTree>,
    /// The stakes and the opinions of parties that are not listed, summed.
    absent: [u64; 2],
    /// Whichever of the two checkers are drawn by, where that has a cap.
    capped: Option<Capped>,
    /// Whether these are opinions.
    caps_opinions: bool,
}

impl Registry {
    /// An empty registry for so many models and parties; beside each model's list there is one of validators and one of
    /// provers, in each view.
    pub fn new(models: usize, roster: Roster, sources: usize, keeps: Keeps) -> Registry {
        let parties = roster.len();
        let listing = |stakes: bool, opinions: bool, capped: bool| Listing {
            nodes: Vec::new(),
            place: vec![u32::MAX; parties],
            stakes: stakes.then(|| WeightTree::new(parties)),
            opinions: opinions.then(|| WeightTree::new(parties)),
            absent: [0; 2],
            capped: keeps.cap.filter(|_| capped).map(|cap| Capped::new(cap, parties)),
            caps_opinions: keeps.opinions[1],
        };
        let mut lists = Vec::new();
        for _ in 0..keeps.views {
            lists.extend((0..models).map(|_| listing(keeps.stakes, keeps.opinions[0], keeps.peers)));
            lists.extend([listing(true, keeps.opinions[1], true), listing(false, false, false)]);
        }
        Registry {
            lists,
            views: keeps.views,
            here: vec![false; parties],
            previous: vec![Vec::new(); sources],
            lists_of_nodes: models,
            roster,
            no_weights: WeightTree::new(0),
            ..Registry::default()
        }
    }

    /// Keeps other weights, or other pictures, from now on. Parties stay on their lists in their order; those that a picture had left
    /// out and sees again come after them, by their numbers.
    pub(super) fn redraw(
        &mut self,
        keeps: Keeps,
        of: &dyn Fn(PartyId) -> (u64, u64),
        weight: &dyn Fn(usize, PartyId) -> Weight,
    ) {
        let before = std::mem::take(self);
        let each = before.lists_of_nodes + 2;
        *self = Registry::new(before.lists_of_nodes, before.roster, before.previous.len(), keeps);
        for index in 0..self.lists.len() {
            let (view, list) = (index / each, index % each);
            let seen = &before.lists[view.min(before.views - 1) * each + list];
            let unseen = before.roster.parties().filter(|party| !seen.has(*party) && before.is_here(*party));
            for party in seen.nodes.iter().copied().chain(unseen) {
                let (served, stake) = of(party);
                if let Some(weight) = weight(view, party).filter(|_| served >> list & 1 == 1) {
                    self.lists[index].put_on(party, stake, weight);
                }
            }
            // The others weigh what they would if they were listed.
            let (roster, list_of) = (self.roster, &mut self.lists[index]);
            for party in roster.parties().filter(|&party| keeps.cap.is_none() && of(party).0 >> list & 1 == 1) {
                if !list_of.has(party) {
                    list_of.weigh(party, of(party).1, weight(view, party).unwrap_or(0));
                    list_of.leave_weights(party);
                }
            }
        }
        let Registry { here, changed, dirty, previous, listed, .. } = before;
        *self = Registry { here, changed, dirty, previous, listed, ..std::mem::take(self) };
    }

    /// A party's stake has changed.
    pub(super) fn restake(&mut self, party: PartyId, served: u64, stake: u64) {
        let each = self.lists_of_nodes + 2;
        for (index, list) in self.lists.iter_mut().enumerate() {
            let is_listed = served >> (index % each) & 1 == 1 && list.has(party);
            if let Some(stakes) = list.stakes.as_mut().filter(|_| is_listed) {
                stakes.set(party.0 as usize, stake);
                list.cap(party);
            }
        }
    }

    /// What is thought of a party has changed in a view: its weight is another, or it is not asked any more, or again.
    pub(super) fn reweigh(&mut self, view: usize, party: PartyId, served: u64, stake: u64, weight: Weight) {
        if !self.is_here(party) {
            return;
        }
        let each = self.lists_of_nodes + 2;
        for (index, list) in self.lists[view * each..][..each].iter_mut().enumerate() {
            if served >> index & 1 == 0 {
                continue;
            }
            match (&mut list.opinions, weight, list.place[party.0 as usize] != u32::MAX) {
                (Some(opinions), Some(weight), true) => {
                    opinions.set(party.0 as usize, weight);
                    list.cap(party);
                }
                (_, None, true) => list.take_off(party),
                (_, Some(weight), false) => list.put_on(party, stake, weight),
                (None, Some(_), true) | (_, None, false) => {}
            }
        }
    }

    /// How many pictures there are.
    pub fn views(&self) -> usize {
        self.views
    }

    /// The picture that a group of requesters has.
    #[inline]
    pub fn view_of(&self, requester: RequesterId) -> usize {
        if self.views == 1 { 0 } else { requester.index() }
    }

    /// The parties on a list, in no meaningful order.
    #[inline]
    pub fn listed(&self, view: usize, list: ListId) -> &[PartyId] {
        &self.list(view, list).nodes
    }

    /// Those on a list beside all that serve what it is of.
    #[inline]
    pub fn candidates<'a>(&'a self, rosters: &'a [Vec<PartyId>], view: usize, list: ListId) -> Candidates<'a> {
        let listing = self.list(view, list);
        Candidates { roster: &rosters[list.index()], present: &listing.nodes, places: &listing.place }
    }

    /// Their stakes; empty where no rule draws by them.
    #[inline]
    pub fn stakes(&self, view: usize, list: ListId) -> Weights<'_> {
        let listing = self.list(view, list);
        Weights { all: listing.stakes.as_ref().unwrap_or(&self.no_weights), absent: listing.absent[0] }
    }

    /// Opinions of the parties; empty where no rule draws by opinion.
    #[inline]
    pub fn opinions(&self, view: usize, list: ListId) -> Weights<'_> {
        let listing = self.list(view, list);
        Weights { all: listing.opinions.as_ref().unwrap_or(&self.no_weights), absent: listing.absent[1] }
    }

    /// The weights by which checkers are drawn, where no party has more than its share of them.
    #[inline]
    pub fn capped(&self, view: usize, list: ListId) -> Option<&Capped> {
        self.list(view, list).capped.as_ref()
    }

    /// Whether a party is on a list.
    pub fn has(&self, view: usize, list: ListId, party: PartyId) -> bool {
        self.list(view, list).has(party)
    }

    /// Whether a party is listed at all, though not everyone may want to see it.
    #[inline]
    pub fn is_here(&self, party: PartyId) -> bool {
        self.here[party.0 as usize]
    }

    #[inline]
    fn list(&self, view: usize, list: ListId) -> &Listing {
        &self.lists[view * (self.lists_of_nodes + 2) + list.index()]
    }

    /// Lists a party for what it serves (one bit for each list), or takes it off. Says whether that changed anything.
    pub(super) fn set(
        &mut self,
        party: PartyId,
        listed: bool,
        served: u64,
        stake: u64,
        weight: &dyn Fn(usize) -> Weight,
    ) -> bool {
        if std::mem::replace(&mut self.here[party.0 as usize], listed) == listed {
            return false;
        }
        let each = self.lists_of_nodes + 2;
        for (index, list) in self.lists.iter_mut().enumerate().filter(|(index, _)| served >> (index % each) & 1 == 1) {
            match weight(index / each).filter(|_| listed) {
                Some(weight) => list.put_on(party, stake, weight),
                None if list.has(party) => list.take_off(party),
                None => {}
            }
        }
        if self.roster.kind(party) == PartyKind::Node {
            self.listed = if listed { self.listed + 1 } else { self.listed - 1 };
        }
        true
    }

    /// How many nodes are listed for at least one model.
    pub fn count(&self) -> u32 {
        self.listed
    }

    /// Notes a listing that takes effect at the next look.
    pub fn defer(&mut self, node: PartyId, listed: bool) {
        self.changed.push((node, listed));
    }

    /// Notes that a node's load takes effect at the next look.
    #[inline]
    pub fn defer_load(&mut self, node: PartyId) {
        self.dirty.push(node);
    }

    /// The listings that take effect now, and the nodes whose loads do; hand both back to [`keep`](Registry::keep) when
    /// they are read.
    pub fn take_deferred(&mut self) -> (Vec<(PartyId, bool)>, Vec<PartyId>) {
        (std::mem::take(&mut self.changed), std::mem::take(&mut self.dirty))
    }

    /// Keeps what was handed out, emptied, for the next time, so that looking allocates nothing.
    pub fn keep(&mut self, mut changed: Vec<(PartyId, bool)>, mut dirty: Vec<PartyId>) {
        changed.clear();
        dirty.clear();
        (self.changed, self.dirty) = (changed, dirty);
    }

    /// Where a client's last job ran.
    pub fn previous(&self, source: usize, client: u32) -> PartyId {
        self.previous[source].get(client as usize).copied().unwrap_or(PartyId::NONE)
    }

    /// Remembers where a client's job runs.
    pub fn remember(&mut self, source: usize, client: u32, node: PartyId) {
        let clients = &mut self.previous[source];
        if clients.len() <= client as usize {
            clients.resize(client as usize + 1, PartyId::NONE);
        }
        clients[client as usize] = node;
    }
}

impl Listing {
    #[inline]
    fn has(&self, party: PartyId) -> bool {
        self.place[party.0 as usize] != u32::MAX
    }

    fn put_on(&mut self, party: PartyId, stake: u64, weight: u64) {
        self.place[party.0 as usize] = self.nodes.len() as u32;
        self.nodes.push(party);
        for (tree, absent) in [&mut self.stakes, &mut self.opinions].into_iter().zip(&mut self.absent) {
            *absent -= tree.as_ref().map_or(0, |tree| tree.get(party.0 as usize));
        }
        self.weigh(party, stake, weight);
    }

    fn take_off(&mut self, party: PartyId) {
        let place = std::mem::replace(&mut self.place[party.0 as usize], u32::MAX) as usize;
        self.nodes.swap_remove(place);
        if let Some(&moved) = self.nodes.get(place) {
            self.place[moved.0 as usize] = place as u32;
        }
        if self.capped.is_some() {
            self.weigh(party, 0, 0);
        }
        self.leave_weights(party);
    }

    /// What a party weighs is of one that is not listed.
    fn leave_weights(&mut self, party: PartyId) {
        for (tree, absent) in [&mut self.stakes, &mut self.opinions].into_iter().zip(&mut self.absent) {
            *absent += tree.as_ref().map_or(0, |tree| tree.get(party.0 as usize));
        }
    }

    fn weigh(&mut self, party: PartyId, stake: u64, weight: u64) {
        if let Some(stakes) = &mut self.stakes {
            stakes.set(party.0 as usize, stake);
        }
        if let Some(opinions) = &mut self.opinions {
            opinions.set(party.0 as usize, weight);
        }
        self.cap(party);
    }

    /// What a party weighs has changed: with a cap the weights of others may have, too.
    fn cap(&mut self, party: PartyId) {
        let all = if self.caps_opinions { &self.opinions } else { &self.stakes };
        if let (Some(capped), Some(all)) = (&mut self.capped, all) {
            capped.follow(all, party.0 as usize);
        }
    }
}

#[cfg(test)]
mod tests;
