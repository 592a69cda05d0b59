//! Whom routing can see: live lists per model, kept in O(1) per change, and what is waiting for the next look.

use serde::{Deserialize, Serialize};

use crate::domain::ids::{Id, ListId, PartyId, RequesterId};
use crate::domain::party::{PartyKind, Roster};
use crate::engine::weights::WeightTree;

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
    /// Stakes of the listed, where a rule draws by them.
    stakes: Option<WeightTree>,
    /// What is thought of the listed, where a rule draws by it.
    opinions: Option<WeightTree>,
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

    /// Their stakes; empty where no rule draws by them.
    #[inline]
    pub fn stakes(&self, view: usize, list: ListId) -> &WeightTree {
        self.list(view, list).stakes.as_ref().unwrap_or(&self.no_weights)
    }

    /// What is thought of them; empty where no rule draws by it.
    #[inline]
    pub fn opinions(&self, view: usize, list: ListId) -> &WeightTree {
        self.list(view, list).opinions.as_ref().unwrap_or(&self.no_weights)
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
        self.weigh(party, stake, weight);
    }

    fn take_off(&mut self, party: PartyId) {
        let place = std::mem::replace(&mut self.place[party.0 as usize], u32::MAX) as usize;
        self.nodes.swap_remove(place);
        if let Some(&moved) = self.nodes.get(place) {
            self.place[moved.0 as usize] = place as u32;
        }
        self.weigh(party, 0, 0);
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
mod tests {
    use super::*;

    const KEEPS: Keeps = Keeps { views: 1, stakes: true, opinions: [false; 2], cap: None, peers: false };

    fn four_nodes() -> Roster {
        Roster::of([(PartyKind::Node, 4)].into_iter())
    }

    /// A node in or out, for both models, weighing what it weighs in each view.
    fn set(registry: &mut Registry, node: u32, listed: bool, weights: &[Weight]) -> bool {
        registry.set(PartyId(node), listed, 0b11, 10 + u64::from(node), &|view| weights[view])
    }

    #[test]
    fn nodes_come_and_go() {
        let mut registry = Registry::new(2, four_nodes(), 0, KEEPS);
        for node in 0..4 {
            assert!(set(&mut registry, node, true, &[Some(0)]));
        }
        assert!(set(&mut registry, 1, false, &[Some(0)]));
        assert!(!set(&mut registry, 1, false, &[Some(0)]), "twice is once");
        assert_eq!(registry.listed(0, ListId(0)), [PartyId(0), PartyId(3), PartyId(2)]);
        assert_eq!(registry.stakes(0, ListId(1)).total(), 10 + 12 + 13);
        assert!(registry.opinions(0, ListId(1)).is_empty(), "nobody asked for them");
        assert_eq!(registry.count(), 3);
        assert!(registry.has(0, ListId(0), PartyId(3)) && !registry.has(0, ListId(0), PartyId(1)));
    }

    /// Two groups of requesters: what the second thinks of a node is no affair of the first, and who is not asked is off the
    /// list with all its weights until it is thought better of, or comes back.
    #[test]
    fn each_group_sees_whom_it_trusts() {
        let mut registry = Registry::new(2, four_nodes(), 0, Keeps { views: 2, opinions: [true, true], ..KEEPS });
        assert!((0..3).all(|node| set(&mut registry, node, true, &[Some(5), Some(7)])));
        let seen = |registry: &Registry, view| {
            let list = ListId(1);
            let totals = [registry.stakes(view, list).total(), registry.opinions(view, list).total()];
            (registry.listed(view, list).to_vec(), totals)
        };
        let all = vec![PartyId(0), PartyId(1), PartyId(2)];
        assert_eq!(seen(&registry, 1), (all.clone(), [33, 21]));
        registry.reweigh(1, PartyId(0), 0b11, 10, Some(1));
        registry.reweigh(1, PartyId(1), 0b11, 11, None);
        registry.reweigh(1, PartyId(1), 0b11, 11, None);
        registry.restake(PartyId(1), 0b11, 4);
        assert_eq!(seen(&registry, 1), (vec![PartyId(0), PartyId(2)], [22, 8]));
        assert_eq!(seen(&registry, 0), (all.clone(), [10 + 4 + 12, 15]));
        assert_eq!((registry.count(), registry.view_of(RequesterId(1))), (3, 1), "it is listed all the same");
        // It goes and comes back: off the one list it stays, by what is thought of it.
        assert!(set(&mut registry, 1, false, &[Some(5), None]) && set(&mut registry, 1, true, &[Some(5), None]));
        assert_eq!(seen(&registry, 1), (vec![PartyId(0), PartyId(2)], [22, 8]));
        registry.reweigh(1, PartyId(1), 0b11, 4, Some(2));
        assert_eq!(seen(&registry, 1), (vec![PartyId(0), PartyId(2), PartyId(1)], [26, 10]));
        // Of one that is gone nothing is kept, whatever is thought of it meanwhile.
        assert!(set(&mut registry, 2, false, &[Some(5), Some(7)]));
        registry.reweigh(1, PartyId(2), 0b11, 12, Some(9));
        assert_eq!(seen(&registry, 1), (vec![PartyId(0), PartyId(1)], [14, 3]));
    }

    /// Lists keep their order under other weights; who was left out and is seen again comes last, and who weighs nothing leaves.
    #[test]
    fn other_rules_keep_the_order() {
        let mut registry = Registry::new(1, four_nodes(), 0, KEEPS);
        for node in [2, 0, 3] {
            assert!(set(&mut registry, node, true, &[if node == 0 { None } else { Some(0) }]));
        }
        let of = |party: PartyId| (0b1, 10 + u64::from(party.0));
        let keeps = Keeps { views: 2, stakes: false, opinions: [true, false], ..Keeps::default() };
        registry.redraw(keeps, &of, &|view, party| (view == 0 || party.0 != 3).then_some(5));
        let listed = |view| registry.listed(view, ListId(0)).to_vec();
        assert_eq!(listed(0), [2, 3, 0].map(PartyId), "node 1 is not here");
        assert_eq!(listed(1), [2, 0].map(PartyId));
        let totals = [0, 1].map(|view| registry.opinions(view, ListId(0)).total());
        assert_eq!((totals, registry.count(), registry.stakes(0, ListId(0)).is_empty()), ([15, 10], 3, true));
    }
}
