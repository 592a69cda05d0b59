//! The graph of inputs: which results in use open jobs were computed from, and which may be consumed (model §4.1).
//!
//! A vertex lives while its job is open or while its result is on offer. An edge lives while both of its ends are open: an input that is
//! final can no longer come to nothing, and what it was has been taken over when it was consumed. So memory is bounded by the open jobs, by
//! their inputs and by what is on offer.

use serde::{Deserialize, Serialize};

use super::offered::Offered;
use crate::domain::ancestry::{InputChoice, Risk};
use crate::domain::ids::{EdgeId, Id, IdVec, JobSlot, VertexId};
use crate::domain::record::JobKey;
use crate::domain::reliance::{ChainAccount, Curve};
use crate::engine::random::RandomSource;
use crate::engine::time::{SimDuration, Time};

/// The graph.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Ancestry {
    vertices: IdVec<VertexId, Vertex>,
    free: Vec<VertexId>,
    edges: IdVec<EdgeId, Edge>,
    free_edges: Vec<EdgeId>,
    /// Of each slot of a job its vertex.
    of_job: Vec<VertexId>,
    /// What is on offer to each class that consumes.
    offered: Vec<Offered>,
    /// Of each vertex how likely it is right along the diagonal of adversaries: all of its inputs, and from its use on itself too. Empty
    /// where reliance is not accounted for.
    curves: Vec<(Curve, Option<ChainAccount>)>,
    /// Whether reliance is accounted for.
    accounts: bool,
    /// Room for the vertices that one step touches.
    #[serde(skip)]
    pub touched: Vec<VertexId>,
}

/// A result in use, or a job that will have one.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Vertex {
    /// Which job.
    pub key: JobKey,
    /// Its slot, while it is open.
    pub job: JobSlot,
    /// The newest of its consumers that are open.
    consumers: EdgeId,
    /// The first of its inputs that are not settled.
    unsettled: EdgeId,
    /// How many of its inputs are not settled.
    pub waits: u32,
    /// To how many classes it is on offer.
    offers: u32,
    /// How many results it was computed from.
    pub inputs: u32,
    /// The longest way to a result without inputs, in steps.
    pub depth: u32,
    /// Jobs that have consumed it.
    pub consumed: u32,
    /// Computations in its ancestry, each as often as there are ways to it; itself from its use on.
    pub ancestors: f64,
    /// The risk in its ancestry; its own from its use on.
    pub risk: Risk,
    /// The result that made an input come to nothing, if one did.
    pub origin: JobKey,
    /// Whether its job is open.
    pub is_open: bool,
    /// Whether its result was wrong when it came into use.
    pub is_wrong: bool,
    /// Whether an input has come to nothing.
    pub is_hollow: bool,
    /// Whether it comes to nothing for that, as soon as it is accepted.
    pub is_void: bool,
    /// Whether it has.
    pub is_recalled: bool,
}

/// An input of an open job.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Edge {
    input: VertexId,
    consumer: VertexId,
    /// The neighbours among the consumers of the input.
    newer: EdgeId,
    older: EdgeId,
    /// The next input of the consumer.
    next: EdgeId,
}

impl Ancestry {
    /// Nothing is in use; so many classes consume. Where reliance is accounted for it is along chains too.
    pub fn open(classes: usize, accounts: bool) -> Ancestry {
        Ancestry { offered: (0..classes).map(|_| Offered::new()).collect(), accounts, ..Ancestry::default() }
    }

    /// The vertex of an open job; [`VertexId::NONE`] where it takes no part.
    #[inline]
    pub fn of(&self, job: JobSlot) -> VertexId {
        self.of_job.get(job.index()).copied().unwrap_or(VertexId::NONE)
    }

    /// A vertex.
    pub fn vertex(&self, id: VertexId) -> &Vertex {
        &self.vertices[id]
    }

    /// A vertex, to go on with.
    pub fn vertex_mut(&mut self, id: VertexId) -> &mut Vertex {
        &mut self.vertices[id]
    }

    /// Whether an open job waits for an input to be settled.
    #[inline]
    pub fn waits(&self, job: JobSlot) -> bool {
        let id = self.of(job);
        id.is_some() && self.vertices[id].waits > 0
    }

    /// A job is asked for that takes part.
    pub fn admit(&mut self, job: JobSlot, key: JobKey) -> VertexId {
        let vertex = Vertex {
            key,
            job,
            consumers: EdgeId::NONE,
            unsettled: EdgeId::NONE,
            waits: 0,
            offers: 0,
            inputs: 0,
            depth: 0,
            consumed: 0,
            ancestors: 0.0,
            risk: Risk::default(),
            origin: key,
            is_open: true,
            is_wrong: false,
            is_hollow: false,
            is_void: false,
            is_recalled: false,
        };
        let id = match self.free.pop() {
            Some(id) => {
                self.vertices[id] = vertex;
                id
            }
            None => self.vertices.push(vertex),
        };
        if self.accounts {
            self.make_room();
            self.curves[id.index()] = (Curve::SURE, None);
        }
        if self.of_job.len() <= job.index() {
            self.of_job.resize(job.index() + 1, VertexId::NONE);
        }
        self.of_job[job.index()] = id;
        id
    }

    /// Chooses inputs among what is on offer to a class, for [`consume`](Ancestry::consume).
    pub fn choose<R: RandomSource>(
        &mut self,
        place: u16,
        (count, choice): (u32, InputChoice),
        draw: impl Fn(u32) -> R,
        chosen: &mut Vec<VertexId>,
    ) {
        self.offered[usize::from(place)].choose(count, choice, draw, chosen);
    }

    /// A job consumes a result, which is passed on with this probability if it is wrong. Says whether it is.
    pub fn consume(&mut self, consumer: VertexId, input: VertexId, inherits: f64) -> bool {
        let source = &mut self.vertices[input];
        source.consumed += 1;
        let Vertex { depth, ancestors, risk, is_wrong, is_open, consumers, .. } = *source;
        let vertex = &mut self.vertices[consumer];
        vertex.inputs += 1;
        vertex.depth = vertex.depth.max(depth.saturating_add(1));
        vertex.ancestors += ancestors;
        vertex.risk = vertex.risk.and(risk.through(inherits));
        if self.accounts {
            let (of_input, _) = self.curves[input.index()];
            self.curves[consumer.index()].0.and(&of_input, inherits);
        }
        if is_open {
            let edge = Edge { input, consumer, newer: EdgeId::NONE, older: consumers, next: vertex.unsettled };
            vertex.waits += 1;
            let id = match self.free_edges.pop() {
                Some(id) => {
                    self.edges[id] = edge;
                    id
                }
                None => self.edges.push(edge),
            };
            self.vertices[consumer].unsettled = id;
            self.vertices[input].consumers = id;
            if consumers.is_some() {
                self.edges[consumers].newer = id;
            }
        }
        is_wrong
    }

    /// A result comes into use. Its own risk and whether it is wrong are known.
    pub fn begin_use(&mut self, id: VertexId, own: Risk, is_wrong: bool) {
        let vertex = &mut self.vertices[id];
        vertex.ancestors += 1.0;
        vertex.risk = vertex.risk.and(own);
        vertex.is_wrong = is_wrong;
    }

    /// An answer comes into use whose own plan has this curve: trust in it with its ancestry is accounted for.
    pub fn account(&mut self, id: VertexId, own: &Curve) {
        // A save of a run that did not account may be taken up by one that does.
        self.accounts = true;
        self.make_room();
        let (inputs, account) = &mut self.curves[id.index()];
        let (whole, found) = Curve::result(own, inputs);
        (*inputs, *account) = (whole, Some(found));
    }

    fn make_room(&mut self) {
        if self.curves.len() < self.vertices.len() {
            self.curves.resize(self.vertices.len(), (Curve::SURE, None));
        }
    }

    /// Where trust in a result with its ancestry sits, if it was accounted for.
    pub fn chain(&self, id: VertexId) -> Option<ChainAccount> {
        self.curves.get(id.index()).and_then(|(_, account)| *account)
    }

    /// A result in use is on offer to a class, which keeps so many.
    pub fn offer(&mut self, id: VertexId, place: u16, since: Time, keeps: u32) {
        let offered = &mut self.offered[usize::from(place)];
        offered.add(id, since);
        self.vertices[id].offers += 1;
        if offered.count() > keeps {
            let (oldest, _) = offered.oldest().expect("one was just added");
            self.take_off(oldest, place);
        }
    }

    /// What has been on offer to a class for longer than `age` is no more.
    pub fn pass(&mut self, place: u16, now: Time, age: Option<SimDuration>) {
        while let Some(stale) = self.offered[usize::from(place)].stale(now, age) {
            self.take_off(stale, place);
        }
    }

    /// Takes a result off the offers of all classes.
    pub fn withdraw(&mut self, id: VertexId) {
        for place in 0..self.offered.len() as u16 {
            if self.vertices[id].offers == 0 {
                return;
            }
            self.take_off(id, place);
        }
    }

    fn take_off(&mut self, id: VertexId, place: u16) {
        if self.offered[usize::from(place)].remove(id) {
            self.vertices[id].offers -= 1;
            self.let_go(id);
        }
    }

    /// The place of a vertex that nothing needs is free.
    fn let_go(&mut self, id: VertexId) {
        let vertex = &self.vertices[id];
        if !vertex.is_open && vertex.offers == 0 {
            self.free.push(id);
        }
    }

    /// The job is closed: its result is final, or comes to nothing. Its edges go, and [`touched`](Ancestry::touched) has those that waited
    /// for it, the newest first.
    pub fn settle(&mut self, id: VertexId, is_final: bool) {
        let vertex = &mut self.vertices[id];
        assert!(vertex.is_open, "a vertex is settled once");
        vertex.is_open = false;
        let job = vertex.job;
        let mut edge = std::mem::replace(&mut vertex.unsettled, EdgeId::NONE);
        vertex.waits = 0;
        while edge.is_some() {
            let next = self.edges[edge].next;
            self.leave_input(edge);
            self.free_edges.push(edge);
            edge = next;
        }
        self.touched.clear();
        let mut edge = std::mem::replace(&mut self.vertices[id].consumers, EdgeId::NONE);
        while edge.is_some() {
            let Edge { consumer, older, .. } = self.edges[edge];
            self.leave_consumer(edge);
            self.free_edges.push(edge);
            self.touched.push(consumer);
            edge = older;
        }
        self.of_job[job.index()] = VertexId::NONE;
        match is_final {
            true => self.let_go(id),
            // Taking off the last offer frees the place; without an offer it is freed here.
            false if self.vertices[id].offers == 0 => self.let_go(id),
            false => self.withdraw(id),
        }
    }

    /// An edge leaves the list of its input.
    fn leave_input(&mut self, id: EdgeId) {
        let Edge { input, newer, older, .. } = self.edges[id];
        match newer.is_some() {
            true => self.edges[newer].older = older,
            false => self.vertices[input].consumers = older,
        }
        if older.is_some() {
            self.edges[older].newer = newer;
        }
    }

    /// An edge leaves the list of its consumer, which is as short as the inputs of one job.
    fn leave_consumer(&mut self, id: EdgeId) {
        let Edge { consumer, next, .. } = self.edges[id];
        self.vertices[consumer].waits -= 1;
        let mut edge = self.vertices[consumer].unsettled;
        if edge == id {
            self.vertices[consumer].unsettled = next;
            return;
        }
        while self.edges[edge].next != id {
            edge = self.edges[edge].next;
        }
        self.edges[edge].next = next;
    }

    /// Asserts that the lists hold each edge twice, that open jobs alone have edges, and that what is on offer is counted.
    pub fn audit(&self, is_open: impl Fn(JobSlot, JobKey) -> bool) {
        let live: Vec<VertexId> = self.of_job.iter().copied().filter(|id| id.is_some()).collect();
        let walk = |first: EdgeId, next: fn(&Edge) -> EdgeId| {
            let some = |id: EdgeId| id.is_some().then_some(id);
            std::iter::successors(some(first), move |&id| some(next(&self.edges[id])))
        };
        let (mut up, mut down) = (0, 0);
        for &id in &live {
            let vertex = &self.vertices[id];
            assert!(vertex.is_open && is_open(vertex.job, vertex.key), "{vertex:?}");
            let inputs = walk(vertex.unsettled, |edge| edge.next).inspect(|&edge| {
                assert!(self.edges[edge].consumer == id && self.vertices[self.edges[edge].input].is_open);
            });
            let count = inputs.count();
            assert_eq!(count, vertex.waits as usize, "each input that is not settled is waited for");
            up += count;
            down += walk(vertex.consumers, |edge| edge.older)
                .inspect(|&edge| assert!(self.edges[edge].input == id))
                .count();
        }
        assert_eq!(up, down, "each edge has two ends");
        assert_eq!(up, self.edges.len() - self.free_edges.len(), "no edge is lost");
        self.offered.iter().for_each(Offered::audit);
        let offers: u32 = self.offered.iter().map(Offered::count).sum();
        let held = self.vertices.pairs().filter(|(id, _)| self.offered.iter().any(|offered| offered.holds(*id)));
        let (mut counted, mut closed) = (0, 0);
        for (_, vertex) in held {
            counted += vertex.offers;
            closed += usize::from(!vertex.is_open);
        }
        assert_eq!(counted, offers, "each offer is counted by its result");
        assert_eq!(self.vertices.len() - self.free.len(), live.len() + closed, "no vertex outlives its use");
    }
}

#[cfg(test)]
mod tests;
