//! Whom routing can see: live lists per model, kept in O(1) per change, and what is waiting for the next look.

use serde::{Deserialize, Serialize};

use crate::domain::ids::{ModelId, NodeId};
use crate::engine::weights::WeightTree;

/// The registry of nodes.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Registry {
    models: Vec<Listing>,
    /// Nodes whose listing changed since the last look, with what it changed to.
    changed: Vec<(NodeId, bool)>,
    /// Nodes whose load changed since the last look.
    dirty: Vec<NodeId>,
    /// Where each client's last job ran, per source; kept only for pools that ask for it.
    previous: Vec<Vec<NodeId>>,
    listed: u32,
    /// How many of the lists are of models; the rest are of validators and provers.
    lists_of_nodes: usize,
    /// A tree without weights, where nobody keeps stakes.
    pub no_stakes: WeightTree,
}

/// The nodes listed for one model.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Listing {
    nodes: Vec<NodeId>,
    /// Where a node stands in `nodes`; `u32::MAX` if it does not.
    place: Vec<u32>,
    /// Stakes of the listed, where a pool rule draws by them.
    stakes: Option<WeightTree>,
}

impl Registry {
    /// An empty registry for so many models and parties; beside each model's list there is one of validators and one of
    /// provers. `stakes` says whether those of nodes are kept; those of validators always are.
    pub fn new(models: usize, parties: usize, stakes: bool, sources: usize) -> Registry {
        let listing = |stakes: bool| Listing {
            nodes: Vec::new(),
            place: vec![u32::MAX; parties],
            stakes: stakes.then(|| WeightTree::new(parties)),
        };
        let mut lists = vec![listing(stakes); models];
        lists.push(listing(true));
        lists.push(listing(false));
        Registry {
            models: lists,
            previous: vec![Vec::new(); sources],
            lists_of_nodes: models,
            no_stakes: WeightTree::new(0),
            ..Registry::default()
        }
    }

    /// A party's stake has changed.
    pub fn restake(&mut self, party: NodeId, served: u64, stake: u64) {
        for (index, list) in self.models.iter_mut().enumerate() {
            let is_listed = served >> index & 1 == 1 && list.place[party.0 as usize] != u32::MAX;
            if let Some(stakes) = list.stakes.as_mut().filter(|_| is_listed) {
                stakes.set(party.0 as usize, stake);
            }
        }
    }

    /// The nodes listed for a model, in no meaningful order.
    #[inline]
    pub fn listed(&self, model: ModelId) -> &[NodeId] {
        &self.models[model.0 as usize].nodes
    }

    /// Their stakes, where a pool rule draws by them.
    #[inline]
    pub fn stakes(&self, model: ModelId) -> Option<&WeightTree> {
        self.models[model.0 as usize].stakes.as_ref()
    }

    /// Whether a node is listed for a model.
    pub fn has(&self, model: ModelId, node: NodeId) -> bool {
        self.models[model.0 as usize].place[node.0 as usize] != u32::MAX
    }

    /// Lists a node for the models of `served` (one bit each), or takes it off. Says whether that changed anything.
    pub fn set(&mut self, node: NodeId, listed: bool, served: u64, stake: u64) -> bool {
        let mut changed = false;
        for (index, model) in self.models.iter_mut().enumerate() {
            if served >> index & 1 == 1 && (model.place[node.0 as usize] != u32::MAX) != listed {
                model.set(node, listed, stake);
                changed = true;
            }
        }
        if changed && served >> self.lists_of_nodes == 0 {
            self.listed = if listed { self.listed + 1 } else { self.listed - 1 };
        }
        changed
    }

    /// How many nodes are listed for at least one model.
    pub fn count(&self) -> u32 {
        self.listed
    }

    /// Notes a listing that takes effect at the next look.
    pub fn defer(&mut self, node: NodeId, listed: bool) {
        self.changed.push((node, listed));
    }

    /// Notes that a node's load takes effect at the next look.
    #[inline]
    pub fn defer_load(&mut self, node: NodeId) {
        self.dirty.push(node);
    }

    /// The listings that take effect now, and the nodes whose loads do; hand both back to [`keep`](Registry::keep) when
    /// they are read.
    pub fn take_deferred(&mut self) -> (Vec<(NodeId, bool)>, Vec<NodeId>) {
        (std::mem::take(&mut self.changed), std::mem::take(&mut self.dirty))
    }

    /// Keeps what was handed out, emptied, for the next time, so that looking allocates nothing.
    pub fn keep(&mut self, mut changed: Vec<(NodeId, bool)>, mut dirty: Vec<NodeId>) {
        changed.clear();
        dirty.clear();
        (self.changed, self.dirty) = (changed, dirty);
    }

    /// Where a client's last job ran.
    pub fn previous(&self, source: usize, client: u32) -> NodeId {
        self.previous[source].get(client as usize).copied().unwrap_or(NodeId::NONE)
    }

    /// Remembers where a client's job runs.
    pub fn remember(&mut self, source: usize, client: u32, node: NodeId) {
        let clients = &mut self.previous[source];
        if clients.len() <= client as usize {
            clients.resize(client as usize + 1, NodeId::NONE);
        }
        clients[client as usize] = node;
    }
}

impl Listing {
    fn set(&mut self, node: NodeId, listed: bool, stake: u64) {
        if listed {
            self.place[node.0 as usize] = self.nodes.len() as u32;
            self.nodes.push(node);
        } else {
            let place = std::mem::replace(&mut self.place[node.0 as usize], u32::MAX) as usize;
            self.nodes.swap_remove(place);
            if let Some(&moved) = self.nodes.get(place) {
                self.place[moved.0 as usize] = place as u32;
            }
        }
        if let Some(stakes) = &mut self.stakes {
            stakes.set(node.0 as usize, if listed { stake } else { 0 });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_come_and_go() {
        let mut registry = Registry::new(2, 4, true, 0);
        for node in 0..4 {
            assert!(registry.set(NodeId(node), true, 0b11, 10 + node as u64));
        }
        assert!(registry.set(NodeId(1), false, 0b11, 0));
        assert!(!registry.set(NodeId(1), false, 0b11, 0), "twice is once");
        assert_eq!(registry.listed(ModelId(0)), [NodeId(0), NodeId(3), NodeId(2)]);
        assert_eq!(registry.stakes(ModelId(1)).unwrap().total(), 10 + 12 + 13);
        assert_eq!(registry.count(), 3);
        assert!(registry.has(ModelId(0), NodeId(3)) && !registry.has(ModelId(0), NodeId(1)));
    }
}
