//! A node's service on its virtual clock.
//!
//! The clock counts the work that each job in service has received, and runs at speed ÷ g(n) with n of them. A job that
//! enters at clock v with work w left leaves at v + w, whatever happens to n in between, so a change of n costs one new
//! due time and not one per job: O(log n) per event, one pending event per node.

use crate::domain::work::Work;
use std::cmp::Ordering;
use std::collections::BinaryHeap;

use serde::{Deserialize, Serialize};

use crate::domain::ids::WorkSlot;
use crate::engine::time::{SimDuration, Time};

/// The jobs in service at a node.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Service {
    /// Work received per job since the node was last empty, in nanoseconds on the reference GPU.
    clock: f64,
    /// When `clock` was last brought up to date.
    clock_at: Time,
    /// Clock nanoseconds per nanosecond.
    rate: f64,
    /// Jobs in service, those whose entry has been withdrawn not counted.
    serving: u32,
    entered: u32,
    /// Slot-nanoseconds of service given.
    busy: u64,
    /// Entries in `first` and `rest` together; those of jobs whose version has passed are skipped.
    entries: u32,
    /// Who leaves first, if there is an entry. Kept apart from the rest, so that a node with one slot touches no heap.
    first: Entry,
    /// Who leaves later.
    rest: BinaryHeap<Entry>,
}

/// A job in service.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Entry {
    /// The clock at which its phase ends.
    pub ends: f64,
    /// First entered, first out, where the ends are equal.
    number: u32,
    /// The job or task, or [`WorkSlot::NONE`] for a batch.
    pub work: WorkSlot,
    /// Its version when it entered.
    pub version: u32,
}

impl Entry {
    fn key(&self) -> (u64, u32) {
        // Clocks are never negative, and the bits of such numbers are in the order of the numbers.
        (self.ends.to_bits(), self.number)
    }
}

impl PartialEq for Entry {
    fn eq(&self, other: &Entry) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Entry {}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Entry) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Entry {
    /// The first to leave is the greatest, as `BinaryHeap` hands out the greatest first.
    fn cmp(&self, other: &Entry) -> Ordering {
        other.key().cmp(&self.key())
    }
}

impl Default for Service {
    fn default() -> Self {
        Service {
            clock: 0.0,
            clock_at: Time::ZERO,
            rate: 1.0,
            serving: 0,
            entered: 0,
            busy: 0,
            entries: 0,
            first: Entry { ends: 0.0, number: 0, work: WorkSlot::NONE, version: 0 },
            rest: BinaryHeap::new(),
        }
    }
}

/// So many entries of the heap are made room for at first; a node with more slots than these asks for more when it is that
/// busy.
const ROOM: u32 = 32;

impl Service {
    /// A service of so many slots, with room for those who leave later than the first.
    pub fn with_slots(slots: u32) -> Service {
        let room = if slots == u32::MAX { 0 } else { slots.saturating_sub(1).min(ROOM) };
        Service { rest: BinaryHeap::with_capacity(room as usize), ..Service::default() }
    }

    /// Jobs in service.
    #[inline]
    pub fn serving(&self) -> u32 {
        self.serving
    }

    /// Slot-nanoseconds of service given up to `now`.
    pub fn busy(&self, now: Time) -> u64 {
        self.busy.saturating_add(self.given(now.since(self.clock_at).0))
    }

    /// Brings the clock up to `now`.
    #[inline]
    pub fn advance(&mut self, now: Time) {
        let passed = now.since(self.clock_at).0;
        if passed > 0 {
            self.clock += SimDuration(passed).nanos() * self.rate;
            self.busy = self.busy.saturating_add(self.given(passed));
            self.clock_at = now;
        }
    }

    /// Slot-nanoseconds of service in so many nanoseconds: none while the clock stands, as it does while a node that keeps its
    /// jobs is down. At most 584 years of slots, which a thousand slots reach in a drain of months.
    #[inline]
    fn given(&self, passed: u64) -> u64 {
        if self.rate > 0.0 { (self.serving as u64).saturating_mul(passed) } else { 0 }
    }

    /// Lets the clock run at another rate from here on. Call [`advance`](Service::advance) first.
    #[inline]
    pub fn run_at(&mut self, rate: f64) {
        self.rate = rate;
    }

    /// Takes a slot without yet being served (the model is being loaded), or as part of a batch.
    #[inline]
    pub fn occupy(&mut self) {
        if self.serving == 0 {
            // An empty node starts its clock anew, so that it stays small and exact.
            self.restart();
        }
        self.serving += 1;
    }

    /// Gives a slot back.
    #[inline]
    pub fn vacate(&mut self) {
        self.serving = self.serving.checked_sub(1).expect("a slot is given back once");
    }

    /// Serves a job that has taken a slot: its phase ends when it has received so much more.
    #[inline]
    pub fn serve(&mut self, work: WorkSlot, version: u32, phase: Work) {
        self.entered = self.entered.wrapping_add(1);
        let mut entry = Entry { ends: self.clock + phase.nanos(), number: self.entered, work, version };
        if self.entries == 0 {
            self.first = entry;
        } else {
            if entry > self.first {
                std::mem::swap(&mut self.first, &mut entry);
            }
            self.rest.push(entry);
        }
        self.entries += 1;
    }

    /// The entry that ends first among those for which `current` holds, and when it ends if nothing changes. Entries for
    /// which it does not hold are withdrawn.
    #[inline]
    pub fn next(&mut self, current: impl Fn(&Entry) -> bool) -> Option<(Entry, Time)> {
        while self.entries > 0 {
            if current(&self.first) {
                let left = (self.first.ends - self.clock).max(0.0) / self.rate;
                return Some((self.first, self.clock_at + SimDuration::at_least_nanos(left)));
            }
            self.pop();
        }
        None
    }

    /// Takes the first entry off, at its end.
    #[inline]
    pub fn take(&mut self) -> Entry {
        let first = self.pop();
        // Rounding a due time up may have carried the clock a hair past or, by the last bit, short of the end.
        self.clock = self.clock.max(first.ends);
        first
    }

    /// The work left until the end of an entry, to the nearest nanosecond.
    pub fn left(&self, entry: &Entry) -> Work {
        Work::from_nanos(entry.ends - self.clock)
    }

    /// Nanoseconds until a job in service would end at the present pace; `None` if it has no entry, as while its model is loaded, or
    /// if the node stands still. Looks through the entries, at most as many as there are slots.
    pub fn remaining(&self, work: WorkSlot, version: u32) -> Option<f64> {
        let mine = |entry: &&Entry| entry.work == work && entry.version == version;
        let entry = self.entries().find(mine).filter(|_| self.rate > 0.0)?;
        Some((entry.ends - self.clock).max(0.0) / self.rate)
    }

    /// All entries, in no order.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        std::iter::once(&self.first).filter(|_| self.entries > 0).chain(&self.rest)
    }

    /// Forgets everyone in service.
    pub fn empty(&mut self) {
        self.restart();
        self.serving = 0;
    }

    /// Forgets what everyone in service has received; they keep their slots and must be served anew.
    #[inline]
    pub fn restart(&mut self) {
        self.entries = 0;
        self.clock = 0.0;
        if !self.rest.is_empty() {
            self.rest.clear();
        }
    }

    #[inline]
    fn pop(&mut self) -> Entry {
        self.entries = self.entries.checked_sub(1).expect("someone ends");
        let first = self.first;
        if self.entries > 0 {
            self.first = self.rest.pop().expect("as many as were counted");
        }
        first
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::JobSlot;

    fn work(slot: u32) -> WorkSlot {
        JobSlot(slot).into()
    }

    #[test]
    fn two_jobs_sharing_end_when_they_should() {
        // Processor sharing: 100 ns of work at 0, 50 ns at 20; g(n) = n.
        let mut service = Service::default();
        let first = work(0);
        service.occupy();
        service.serve(first, 0, Work(100));
        service.advance(Time(20));
        service.occupy();
        service.serve(work(1), 0, Work(50));
        service.run_at(0.5);
        let (entry, end) = service.next(|_| true).unwrap();
        assert_eq!((entry.work, end), (work(1), Time(120)), "50 ns at half speed from 20 on");
        service.advance(end);
        service.take();
        service.vacate();
        service.run_at(1.0);
        let (entry, end) = service.next(|_| true).unwrap();
        assert_eq!((entry.work, end), (first, Time(150)), "30 ns were left at 120");
        assert_eq!(service.busy(Time(150)), 20 + 2 * 100 + 30);
    }

    #[test]
    fn slot_time_beyond_counting_stays_at_the_most() {
        let mut service = Service::default();
        for slot in 0..3 {
            service.occupy();
            service.serve(work(slot), 0, Work(u64::MAX / 2));
        }
        assert_eq!(service.busy(Time(u64::MAX / 2)), u64::MAX);
        service.advance(Time(u64::MAX / 2));
        assert_eq!(service.busy(Time(u64::MAX - 1)), u64::MAX);
    }
}
