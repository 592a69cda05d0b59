//! The graph of inputs against a plain search, on random graphs and on a long chain.

use std::collections::BTreeSet;

use super::*;
use crate::engine::random::{KeyedRng, Seed, key};

/// A graph written down plainly beside the one that is tested: of each vertex its inputs, whether it is open, and its job.
struct Plain {
    graph: Ancestry,
    inputs: Vec<Vec<usize>>,
    open: Vec<bool>,
    ids: Vec<VertexId>,
    /// Slots that are free, so that they and the places of vertices are used again.
    slots: Vec<u32>,
    jobs: Vec<JobSlot>,
    chance: KeyedRng,
    keeps: u32,
}

impl Plain {
    fn new(number: u64) -> Plain {
        let mut chance = KeyedRng::new(key(Seed::from(7), 0, 0, number, 0));
        let keeps = 1 + chance.below(12) as u32;
        let (inputs, open, ids) = (Vec::new(), Vec::new(), Vec::new());
        Plain { graph: Ancestry::open(1, false), inputs, open, ids, slots: Vec::new(), jobs: Vec::new(), chance, keeps }
    }

    fn key(number: usize) -> JobKey {
        JobKey { index: number as u64, ..JobKey::default() }
    }

    /// The number of the vertex at an id that is in use.
    fn number(&self, id: VertexId) -> usize {
        self.graph.vertex(id).key.index as usize
    }

    /// A job is asked for, consumes some of what is on offer, and its result is on offer in turn.
    fn ask(&mut self) {
        let number = self.inputs.len();
        let slot = JobSlot(self.slots.pop().unwrap_or(number as u32));
        let id = self.graph.admit(slot, Plain::key(number));
        let count = self.chance.below(4) as u32;
        let bits = self.chance.bits();
        let mut chosen = Vec::new();
        let draw = |input: u32| KeyedRng::new(key(Seed::from(8), 0, 0, bits, input));
        self.graph.choose(0, (count, InputChoice::Uniform), draw, &mut chosen);
        let inputs: Vec<usize> = chosen.iter().map(|&input| self.number(input)).collect();
        for &input in &chosen {
            self.graph.consume(id, input, 1.0);
        }
        let depth = self.graph.vertex(id).depth;
        let deepest = chosen.iter().map(|&input| self.graph.vertex(input).depth + 1).max();
        assert_eq!(depth, deepest.unwrap_or(0));
        self.inputs.push(inputs);
        self.open.push(true);
        self.ids.push(id);
        self.jobs.push(slot);
        self.graph.begin_use(id, Risk::default(), false);
        self.graph.offer(id, 0, Time(number as u64), self.keeps);
    }

    /// What a search from a vertex finds: all open ones that were computed from it, by ways of open ones alone.
    fn found(&self, root: usize) -> BTreeSet<usize> {
        let mut found = BTreeSet::from([root]);
        loop {
            let is_next = |number: &usize| {
                self.open[*number]
                    && !found.contains(number)
                    && self.inputs[*number].iter().any(|input| found.contains(input))
            };
            let next: Vec<usize> = (0..self.inputs.len()).filter(is_next).collect();
            if next.is_empty() {
                return found;
            }
            found.extend(next);
        }
    }

    fn close(&mut self, number: usize, is_final: bool) -> Vec<usize> {
        self.graph.settle(self.ids[number], is_final);
        self.open[number] = false;
        self.slots.push(self.jobs[number].0);
        let touched = std::mem::take(&mut self.graph.touched);
        touched.iter().map(|&id| self.number(id)).collect()
    }

    /// A result comes to nothing, and with it all that was computed from it, by a list of what is left to do.
    fn withdraw(&mut self, root: usize) -> BTreeSet<usize> {
        let (mut left, mut gone) = (vec![root], BTreeSet::new());
        while let Some(number) = left.pop() {
            if self.open[number] {
                gone.insert(number);
                left.extend(self.close(number, false));
            }
        }
        gone
    }

    /// Which open vertices wait for none of their inputs.
    fn ready(&self) -> Vec<usize> {
        let is_ready = |number: &usize| self.open[*number] && self.graph.vertex(self.ids[*number]).waits == 0;
        (0..self.inputs.len()).filter(is_ready).collect()
    }

    fn audit(&self) {
        self.graph.audit(|slot, key| self.jobs[key.index as usize] == slot && self.open[key.index as usize]);
        for number in (0..self.inputs.len()).filter(|&number| self.open[number]) {
            let open = self.inputs[number].iter().filter(|&&input| self.open[input]).count();
            assert_eq!(self.graph.vertex(self.ids[number]).waits as usize, open, "of vertex {number}");
        }
    }
}

/// On random graphs the list of what is left to do finds what a plain search finds: no more, no less, each once. All are closed at the end,
/// and nothing is left of them.
#[test]
fn a_cascade_is_a_search() {
    let (mut largest, mut cascades) = (0, 0);
    for number in 0..300 {
        let mut plain = Plain::new(number);
        for _ in 0..60 {
            match plain.chance.below(10) {
                0..=5 => plain.ask(),
                6 | 7 => {
                    let ready = plain.ready();
                    if !ready.is_empty() {
                        let place = plain.chance.below(ready.len() as u64) as usize;
                        plain.close(ready[place], true);
                    }
                }
                _ => {
                    let open: Vec<usize> = (0..plain.open.len()).filter(|&number| plain.open[number]).collect();
                    if !open.is_empty() {
                        let root = open[plain.chance.below(open.len() as u64) as usize];
                        let expected = plain.found(root);
                        assert_eq!(plain.withdraw(root), expected);
                        largest = largest.max(expected.len());
                        cascades += 1;
                    }
                }
            }
            plain.audit();
        }
        while let Some(&ready) = plain.ready().first() {
            plain.close(ready, true);
        }
        plain.audit();
        assert!(plain.open.iter().all(|open| !open), "what waits for nothing is closed, so all are");
        assert!(plain.graph.edges.len() == plain.graph.free_edges.len(), "no edge is left");
        let held = plain.graph.vertices.len() - plain.graph.free.len();
        assert_eq!(held, plain.graph.offered[0].count() as usize, "what is on offer is left alone");
    }
    assert!(largest > 10 && cascades > 1_000, "{largest} at most, in {cascades} cascades");
}

/// A chain of many results falls in as many steps, one after the other.
#[test]
fn a_long_chain_needs_no_deep_stack() {
    let mut graph = Ancestry::open(1, false);
    let mut last = graph.admit(JobSlot(0), Plain::key(0));
    for number in 1..100_000 {
        let next = graph.admit(JobSlot(number), Plain::key(number as usize));
        graph.begin_use(last, Risk::default(), false);
        graph.consume(next, last, 1.0);
        last = next;
    }
    assert_eq!(graph.vertex(last).depth, 99_999);
    assert_eq!(graph.vertex(last).ancestors, 99_999.0);
    let mut left = vec![graph.of(JobSlot(0))];
    let mut fallen = 0;
    while let Some(id) = left.pop() {
        graph.settle(id, false);
        left.append(&mut graph.touched);
        fallen += 1;
    }
    graph.audit(|_, _| true);
    assert_eq!((fallen, graph.free.len(), graph.free_edges.len()), (100_000, 100_000, 99_999));
}

/// What was on offer for too long is taken off, and its place is free once its job is closed.
#[test]
fn offers_pass() {
    let mut graph = Ancestry::open(2, false);
    let ids: Vec<VertexId> = (0..3).map(|number| graph.admit(JobSlot(number), Plain::key(number as usize))).collect();
    for (number, &id) in ids.iter().enumerate() {
        graph.begin_use(id, Risk::of(0.5, true), number == 1);
        graph.offer(id, 0, Time(number as u64), 2);
        graph.offer(id, 1, Time(number as u64), 9);
    }
    graph.audit(|_, _| true);
    assert_eq!(graph.vertices.iter().map(|vertex| vertex.offers).collect::<Vec<_>>(), [1, 2, 2]);
    graph.settle(ids[0], true);
    graph.settle(ids[2], false);
    graph.audit(|_, _| true);
    assert_eq!(graph.free, [ids[2]], "what came to nothing is on offer to nobody");
    let next = graph.admit(JobSlot(7), Plain::key(7));
    assert!(graph.consume(next, ids[1], 1.0), "it is wrong");
    assert!(!graph.consume(next, ids[0], 1.0));
    assert_eq!(graph.vertex(next).waits, 1, "a final input is not waited for");
    let expected = Risk::of(0.25, true);
    assert!((graph.vertex(next).risk.whole - expected.whole).abs() < 1e-12);
    graph.pass(1, Time(9), Some(SimDuration(8)));
    assert_eq!(graph.vertices[ids[1]].offers, 2, "eight nanoseconds are no longer than eight");
    graph.pass(1, Time(9), Some(SimDuration(7)));
    graph.audit(|_, _| true);
    assert_eq!(graph.free, [ids[0]]);
}
