//! A node as it must be: its waiting room and its slots, rebuilt from the facts alone.

use reliance::domain::ids::{NodeGroupId, PartyId};
use reliance::domain::record::JobKey;
use reliance::domain::service::Discipline;
use reliance::engine::time::Time;
use reliance::scenario::model::NodeGroup;

/// A node's waiting room and slots.
#[derive(Clone, Debug)]
pub struct Room {
    /// The node.
    pub node: PartyId,
    /// Its group.
    pub group: NodeGroupId,
    /// Whether it works.
    pub up: bool,
    /// Those who wait, in the order they are to be served.
    waiting: Vec<Waiting>,
    /// Those who hold a slot.
    serving: Vec<Serving>,
    /// Slots held × nanoseconds until `since`.
    busy: u64,
    since: Time,
    /// When a job last ended here.
    finished: Option<Time>,
}

#[derive(Clone, Copy, Debug)]
struct Waiting {
    job: JobKey,
    priority: u8,
    /// Since when it was in service before it was put aside, if it was. That it is again is no fact of its own.
    put_aside: Option<Time>,
}

#[derive(Clone, Copy, Debug)]
struct Serving {
    job: JobKey,
    priority: u8,
    since: Time,
    /// Whether its model is being loaded. That of a job that was put aside is loaded unseen.
    loading: bool,
    /// When it was first served, if it was put aside since.
    put_aside: Option<Time>,
}

impl Serving {
    /// When its execution first began.
    fn began(&self) -> Time {
        self.put_aside.unwrap_or(self.since)
    }
}

impl Room {
    /// An empty room.
    pub fn new(node: PartyId, group: NodeGroupId) -> Room {
        let since = Time::ZERO;
        Room { node, group, up: true, waiting: Vec::new(), serving: Vec::new(), busy: 0, since, finished: None }
    }

    /// Jobs that wait.
    pub fn waiting(&self) -> u64 {
        self.waiting.len() as u64
    }

    /// Jobs that hold a slot.
    pub fn serving(&self) -> u64 {
        self.serving.len() as u64
    }

    /// Slot-nanoseconds held up to `now` while the node worked.
    pub fn busy(&self, now: Time) -> u64 {
        self.busy + if self.up { self.serving.len() as u64 * now.since(self.since).0 } else { 0 }
    }

    /// The node fails or comes back; says whether that is a change.
    pub fn change(&mut self, now: Time, up: bool) -> bool {
        self.count(now);
        std::mem::replace(&mut self.up, up) != up
    }

    /// Whether nobody more fits in.
    pub fn is_full(&self, group: &NodeGroup) -> bool {
        self.waiting() + self.serving() >= group.slots.saturating_add(group.places) as u64
    }

    /// A job comes in.
    pub fn join(&mut self, group: &NodeGroup, job: JobKey, priority: u8) {
        assert!(!self.is_full(group), "{:?}: {job:?} comes into a full node", self.node);
        let place = match group.discipline {
            Discipline::Priority => self.waiting.partition_point(|other| other.priority <= priority),
            _ => self.waiting.len(),
        };
        self.waiting.insert(place, Waiting { job, priority, put_aside: None });
    }

    /// A job gets a slot, to be served at once or when its model is loaded.
    pub fn start(&mut self, group: &NodeGroup, now: Time, job: JobKey, loading: bool) {
        if let Some(serving) = self.serving.iter_mut().find(|serving| serving.job == job) {
            assert!(serving.loading && !loading, "{:?}: {job:?} starts twice", self.node);
            (serving.loading, serving.since) = (false, now);
            return;
        }
        assert!(self.up, "{:?}: {job:?} gets a slot of a node that is down", self.node);
        while self.free(group)
            && self.waiting.first().is_some_and(|first| first.put_aside.is_some() && first.job != job)
        {
            self.serve(now, 0, false);
        }
        let place = self.waiting.iter().position(|waiting| waiting.job == job);
        let place = place.unwrap_or_else(|| panic!("{:?}: {job:?} starts without waiting", self.node));
        let next = match group.discipline {
            Discipline::Random => place,
            Discipline::Lifo => self.waiting.len() - 1,
            _ => 0,
        };
        assert_eq!(place, next, "{:?}: {job:?} is served out of turn: {:?}", self.node, self.waiting);
        assert!(self.free(group), "{:?}: {job:?} is served without a slot", self.node);
        self.serve(now, place, loading);
        if group.discipline == Discipline::Batch {
            let together = self.serving.iter().all(|serving| serving.since == now);
            assert!(together, "{:?}: {job:?} joins a batch that has begun", self.node);
        }
    }

    /// A job in service gives way to one of higher priority.
    pub fn put_aside(&mut self, group: &NodeGroup, now: Time, job: JobKey) {
        assert!(group.preemptive && self.up, "{:?}: {job:?} is put aside", self.node);
        let serving = self.leave_slot(now, job);
        assert!(
            !serving.loading || serving.put_aside.is_some(),
            "{:?}: {job:?} is put aside while its model is loaded",
            self.node
        );
        // One whose model is being loaded keeps its slot until it is there.
        let others = self.serving.iter().filter(|other| !other.loading);
        let next = others.map(|other| (other.priority, other.began())).max();
        let in_turn = next.is_none_or(|next| next <= (serving.priority, serving.began()));
        assert!(in_turn, "{:?}: {job:?} is put aside before one of lower priority or who began later", self.node);
        let place = self.waiting.partition_point(|other| other.priority < serving.priority);
        self.waiting.insert(place, Waiting { job, priority: serving.priority, put_aside: Some(serving.began()) });
    }

    /// A job's execution ends.
    pub fn finish(&mut self, now: Time, job: JobKey) {
        assert!(self.up, "{:?}: {job:?} ends at a node that is down", self.node);
        self.leave_slot(now, job);
        self.finished = Some(now);
    }

    /// A job goes because its node is gone.
    pub fn lose(&mut self, now: Time, job: JobKey) {
        assert!(!self.up, "{:?}: {job:?} is dropped by a node that works", self.node);
        match self.serving.iter().any(|serving| serving.job == job) {
            true => drop(self.leave_slot(now, job)),
            false => self.lose_patience(job),
        }
    }

    /// A job leaves the waiting room.
    pub fn lose_patience(&mut self, job: JobKey) {
        let place = self.waiting.iter().position(|waiting| waiting.job == job);
        let left = self.waiting.remove(place.unwrap_or_else(|| panic!("{:?}: {job:?} does not wait", self.node)));
        assert!(
            left.put_aside.is_none() || !self.up,
            "{:?}: {job:?} has been served and still loses patience",
            self.node
        );
    }

    /// All that happens at `now` has happened: nobody waits for a free slot, and nobody is served before one of higher
    /// priority where the node could have put him aside.
    pub fn settle(&mut self, group: &NodeGroup, now: Time) {
        let ended = self.finished == Some(now) && group.discipline == Discipline::Batch;
        let together = !ended || self.serving.iter().all(|serving| serving.since == now);
        assert!(together, "{:?}: half a batch ends", self.node);
        if !self.up {
            return;
        }
        if group.discipline == Discipline::Batch {
            assert!(self.waiting.is_empty() || !self.serving.is_empty(), "{:?} is idle while some wait", self.node);
            return;
        }
        while self.free(group) && !self.waiting.is_empty() {
            assert!(
                self.waiting[0].put_aside.is_some(),
                "{:?} has a free slot while {:?} wait",
                self.node,
                self.waiting
            );
            self.serve(now, 0, false);
        }
        let first = self.waiting.iter().map(|waiting| waiting.priority).min().filter(|_| group.preemptive);
        let served = self.serving.iter().filter(|serving| !serving.loading).map(|serving| serving.priority).max();
        let in_order = first.zip(served).is_none_or(|(first, served)| first >= served);
        assert!(in_order, "{:?}: {:?} are served while {:?} wait", self.node, self.serving, self.waiting);
    }

    fn free(&self, group: &NodeGroup) -> bool {
        let most = if group.discipline == Discipline::Batch { group.batch_max } else { group.slots };
        self.serving() < most as u64
    }

    fn serve(&mut self, now: Time, place: usize, loading: bool) {
        self.count(now);
        let Waiting { job, priority, put_aside } = self.waiting.remove(place);
        self.serving.push(Serving { job, priority, since: now, loading, put_aside });
    }

    /// Takes a job off its slot. One that was put aside may have come back unseen.
    fn leave_slot(&mut self, now: Time, job: JobKey) -> Serving {
        if let Some(place) = self.waiting.iter().position(|waiting| waiting.job == job && waiting.put_aside.is_some()) {
            self.serve(now, place, false);
        }
        self.count(now);
        let place = self.serving.iter().position(|serving| serving.job == job);
        self.serving.swap_remove(place.unwrap_or_else(|| panic!("{:?}: {job:?} is not in service", self.node)))
    }

    fn count(&mut self, now: Time) {
        self.busy = self.busy(now);
        self.since = now;
    }
}
