//! The nodes: what routing reads of each in one cache line, what events touch in a few more, and the rest apart.

use crate::domain::work::Work;
use serde::{Deserialize, Serialize};

use super::job_list::Waiting;
use super::service::Service;
use crate::domain::ids::{Id, IdVec, ModelId, NodeGroupId, OperatorId, PartyId, RegionId, WorkSlot};
use crate::domain::party::{PartyKind, Roster};
use crate::domain::price::Price;
use crate::engine::random::Stream;
use crate::engine::time::Time;
use crate::policy::conduct::ConductMemory;

/// What routing reads of a node, as of its last look.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[repr(C, align(64))]
pub struct NodeQuote {
    /// What it asks per GPU-second of the reference card, if it asks a price of its own; otherwise [`Price::NONE`].
    pub asks: Price,
    /// What a busy second on one slot costs it; what it asks for work covers it.
    pub cost: Price,
    /// What a GPU-second of work on the reference card costs it at its speed; it never asks less.
    pub floor: Price,
    /// Expected work at the node, waiting and in service, in nanoseconds on the reference GPU.
    pub work: u64,
    /// Nanoseconds per nanosecond of work: 1 / speed.
    pub slowness: f64,
    /// Jobs at the node, waiting and in service.
    pub jobs: u32,
    /// Jobs it serves at once.
    pub slots: u32,
    /// Jobs it takes at all: slots and waiting room.
    pub room: u32,
    /// Its group.
    pub group: NodeGroupId,
    /// Where it is.
    pub region: RegionId,
    /// Whether its picture differs from the truth and is on the list of those to renew.
    pub dirty: bool,
}

const _: () = assert!(size_of::<NodeQuote>() == 64);
const _: () = assert!(size_of::<Node>() <= 192);
const _: () = assert!(size_of::<NodeCold>() <= 256);

/// What the events of its jobs touch of a node.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[repr(align(64))]
pub struct Node {
    /// Who is in service.
    pub service: Service,
    /// Who waits.
    pub waiting: Waiting,
    /// The step that is pending and the entry it is for.
    pub due: Option<Due>,
    /// Expected work of all jobs at the node, in nanoseconds.
    work: u64,
    /// Speed relative to the reference GPU.
    pub speed: f64,
    /// Attempts that ended here with an answer.
    pub served: u64,
    /// Rises whenever the pending step is replaced.
    pub version: u32,
    /// How many wait.
    queued: u32,
    /// How often the work has passed what 64 bits count: that of many jobs of years each does.
    overflows: u32,
    /// Whether it works: presence says so.
    pub(super) up: bool,
    /// What holds it down: a failure of its own, and each shock.
    pub(super) held_by: u16,
}

/// A pending step: when, and for which entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Due {
    /// When the step is due.
    pub at: Time,
    /// The job or task whose phase ends.
    pub work: WorkSlot,
    /// Its version.
    pub version: u32,
}

/// What few events touch of a node.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NodeCold {
    /// The jobs of the batch in service.
    pub batch: Vec<WorkSlot>,
    /// Jobs whose model is being loaded.
    pub loading: Vec<WorkSlot>,
    /// Models in memory and since when each is ready, the one used last at the end; empty where memory is not limited.
    pub loaded: Vec<(ModelId, Time)>,
    /// Failures and repairs.
    pub fate: Stream,
    /// Rises at every failure: what was due to the listing before is due no more.
    pub listing_turn: u32,
    /// The last heartbeat before the last failure.
    pub beat: Time,
    /// When it last came up.
    pub(super) came: Time,
    /// Nanoseconds that it worked, up to its last failure.
    pub(super) worked: u64,
    /// Its operator.
    pub operator: OperatorId,
    /// Attempts that ended here without an answer.
    pub failed: u64,
    /// Checks and proofs it has answered.
    pub checked: u64,
    /// Alarms it has raised.
    pub alarms: u64,
    /// Votes that it has not given in time.
    pub missed: u32,
    /// How often it went down.
    pub(super) failures: u32,
    /// Random picks made where the discipline is random.
    pub picks: u64,
    /// What its conduct remembers.
    pub conduct: ConductMemory,
}

/// The nodes, in three parallel arenas.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Nodes {
    /// Which of them are validators and provers.
    pub roster: Roster,
    /// What routing reads.
    pub quotes: IdVec<PartyId, NodeQuote>,
    /// What the events of jobs touch.
    pub states: IdVec<PartyId, Node>,
    /// The rest.
    pub backrooms: IdVec<PartyId, NodeCold>,
    /// By party: slot-nanoseconds of service before its cost last changed, and what they cost, in micro-credits; empty while no cost
    /// has.
    pub before: Vec<(u64, f64)>,
    /// By party, of those that check or prove: the work of all that waits, in nanoseconds modulo 2⁶⁴.
    waits: Vec<u64>,
}

impl Nodes {
    /// Room for the parties of a roster.
    pub fn of(roster: Roster) -> Nodes {
        Nodes { roster, waits: vec![0; roster.len()], ..Nodes::default() }
    }

    /// Whether the step of this version is the one pending.
    #[inline]
    pub fn is(&self, node: PartyId, version: u32) -> bool {
        self.states[node].version == version
    }

    /// What a party does.
    #[inline]
    pub fn kind(&self, party: PartyId) -> PartyKind {
        self.roster.kind(party)
    }

    /// A job with this much expected work begins to wait.
    #[inline]
    pub fn join_queue(&mut self, party: PartyId, expected: Work) {
        self.states[party].queued += 1;
        if self.kind(party) != PartyKind::Node {
            let waits = &mut self.waits[party.index()];
            *waits = waits.wrapping_add(expected.0);
        }
    }

    /// A job with this much expected work waits no longer.
    #[inline]
    pub fn leave_queue(&mut self, party: PartyId, expected: Work) {
        self.states[party].queued -= 1;
        if self.kind(party) != PartyKind::Node {
            let waits = &mut self.waits[party.index()];
            *waits = waits.wrapping_sub(expected.0);
        }
    }

    /// Of the work of one that checks or proves, in nanoseconds, the part that waits and the part in service.
    pub fn loads(&self, party: PartyId) -> [u64; 2] {
        let work = self.states[party].work();
        let waits = if work == u64::MAX { work } else { self.waits[party.index()] };
        [waits, work - waits]
    }

    /// Nanoseconds that a party has worked up to `now`.
    pub fn worked(&self, party: PartyId, now: Time) -> u64 {
        let cold = &self.backrooms[party];
        cold.worked + if self.states[party].up { now.since(cold.came).0 } else { 0 }
    }
}

impl Nodes {
    /// What being busy has cost a party up to `now`, in micro-credits.
    pub fn spent(&self, party: PartyId, now: Time) -> f64 {
        let (busy, spent) = self.before.get(party.index()).copied().unwrap_or_default();
        spent + self.quotes[party].cost.micro() * (self.states[party].service.busy(now) - busy) as f64 * 1e-9
    }

    /// A party asks another price and has other costs from now on; what it has done has cost what it did.
    pub fn set_costs(&mut self, party: PartyId, (asks, cost, floor): (Price, Price, Price), now: Time) {
        if cost != self.quotes[party].cost {
            self.before.resize(self.states.len(), (0, 0.0));
            self.before[party.index()] = (self.states[party].service.busy(now), self.spent(party, now));
        }
        let quote = &mut self.quotes[party];
        (quote.asks, quote.cost, quote.floor) = (asks, cost, floor);
    }
}

impl NodeCold {
    /// A party that has not come yet.
    pub fn new(fate: Stream, operator: OperatorId, conduct: ConductMemory) -> NodeCold {
        NodeCold {
            batch: Vec::new(),
            loading: Vec::new(),
            loaded: Vec::new(),
            fate,
            listing_turn: 0,
            beat: Time::ZERO,
            came: Time::ZERO,
            worked: 0,
            operator,
            failed: 0,
            checked: 0,
            alarms: 0,
            missed: 0,
            failures: 0,
            picks: 0,
            conduct,
        }
    }

    /// When it last came up.
    pub fn came(&self) -> Time {
        self.came
    }

    /// How often it has failed.
    pub fn failures(&self) -> u32 {
        self.failures
    }
}

impl Node {
    /// Jobs that wait.
    #[inline]
    pub fn queued(&self) -> u32 {
        self.queued
    }

    /// Jobs here, waiting and in service.
    #[inline]
    pub fn jobs(&self) -> u32 {
        self.queued + self.service.serving()
    }

    /// The expected work of all jobs at the node as routing reads it, in nanoseconds: at most 584 years.
    #[inline]
    pub fn work(&self) -> u64 {
        if self.overflows == 0 { self.work } else { u64::MAX }
    }

    /// A job with this much expected work has come.
    #[inline]
    pub fn add_work(&mut self, expected: Work) {
        let (work, overflows) = self.work.overflowing_add(expected.0);
        (self.work, self.overflows) = (work, self.overflows + u32::from(overflows));
    }

    /// A job with this much expected work has left.
    #[inline]
    pub fn take_work(&mut self, expected: Work) {
        let (work, borrows) = self.work.overflowing_sub(expected.0);
        (self.work, self.overflows) = (work, self.overflows - u32::from(borrows));
    }

    /// All jobs have left.
    pub fn clear_work(&mut self) {
        (self.work, self.overflows) = (0, 0);
    }

    /// Whether it works.
    #[inline]
    pub fn is_up(&self) -> bool {
        self.up
    }

    /// A node of this speed, with nothing to do, that has not come yet.
    pub fn idle(speed: f64, service: Service, waiting: Waiting) -> Node {
        Node {
            version: 0,
            up: false,
            due: None,
            speed,
            service,
            waiting,
            queued: 0,
            overflows: 0,
            work: 0,
            served: 0,
            held_by: 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::market::state::job_list::JobList;

    /// More work than 64 bits count is shown as the most, and what is left of it as what it is.
    #[test]
    fn work_beyond_counting_comes_back() {
        let mut node = Node::idle(1.0, Service::with_slots(1), Waiting::List(JobList::default()));
        let jobs = [u64::MAX, 7, u64::MAX, 5].map(Work);
        jobs.iter().for_each(|job| node.add_work(*job));
        assert_eq!(node.work(), u64::MAX);
        jobs[..3].iter().for_each(|job| node.take_work(*job));
        assert_eq!(node.work(), 5);
        node.clear_work();
        assert_eq!(node.work(), 0);
    }
}
