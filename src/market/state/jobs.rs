//! The open jobs: hot and cold parts in parallel arenas whose slots are reused.

use std::ops::{Index, IndexMut};

use serde::{Deserialize, Serialize};

use crate::domain::ids::JobSlot;
use crate::domain::job::{Job, Role};
use crate::domain::money::Money;
use crate::domain::record::JobRecord;
use crate::engine::queue::prefetch;

/// The open jobs. Memory is bounded by the most ever open.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Jobs {
    hot: Vec<Job>,
    cold: Vec<JobRecord>,
    free: Vec<JobSlot>,
    /// How many of the slots in use hold work on behalf of jobs.
    children: u32,
}

impl Jobs {
    /// Gives a new job a slot.
    #[inline]
    pub fn admit(&mut self, record: JobRecord) -> JobSlot {
        if let Some(slot) = self.free.pop() {
            let version = self.hot[slot.0 as usize].version.wrapping_add(1);
            self.hot[slot.0 as usize] = Job::begin(version, record.class, record.requester);
            self.cold[slot.0 as usize] = record;
            return slot;
        }
        let slot = JobSlot(u32::try_from(self.hot.len()).expect("fewer than 2³² open jobs"));
        self.hot.push(Job::begin(0, record.class, record.requester));
        self.cold.push(record);
        slot
    }

    /// Gives work on behalf of a job a slot.
    pub fn admit_child(&mut self, record: JobRecord, role: Role, of: JobSlot) -> JobSlot {
        let slot = self.admit(record);
        let child = &mut self.hot[slot.0 as usize];
        (child.role, child.link) = (role, of);
        self.children += 1;
        slot
    }

    /// Takes a job's slot back; events still meant for it become stale.
    #[inline]
    pub fn release(&mut self, slot: JobSlot) {
        let job = &mut self.hot[slot.0 as usize];
        assert!(std::mem::replace(&mut job.open, false), "a job is closed once");
        job.version = job.version.wrapping_add(1);
        assert!(job.escrow == Money::ZERO, "no escrow outlives its job");
        self.children -= u32::from(job.role != Role::Job);
        self.free.push(slot);
    }

    /// Asks for a job's memory, which an event soon to come will touch.
    #[inline]
    pub fn prefetch(&self, slot: JobSlot) {
        self.prefetch_hot(slot);
        if let Some(record) = self.cold.get(slot.0 as usize) {
            prefetch(record);
        }
    }

    /// Asks for the hot part of a job alone.
    #[inline]
    pub fn prefetch_hot(&self, slot: JobSlot) {
        if let Some(job) = self.hot.get(slot.0 as usize) {
            prefetch(job);
        }
    }

    /// Whether the job in this slot is still in the state that `version` was given for.
    #[inline]
    pub fn is(&self, slot: JobSlot, version: u32) -> bool {
        self.hot[slot.0 as usize].version == version
    }

    /// What is known about a job's life so far.
    #[inline]
    pub fn record(&self, slot: JobSlot) -> &JobRecord {
        &self.cold[slot.0 as usize]
    }

    /// What is known about a job's life so far, to go on with.
    #[inline]
    pub fn record_mut(&mut self, slot: JobSlot) -> &mut JobRecord {
        &mut self.cold[slot.0 as usize]
    }

    /// Both parts of a job.
    #[inline]
    pub fn both(&mut self, slot: JobSlot) -> (&mut Job, &mut JobRecord) {
        (&mut self.hot[slot.0 as usize], &mut self.cold[slot.0 as usize])
    }

    /// How many are open, work on their behalf apart.
    #[inline]
    pub fn open(&self) -> u32 {
        (self.hot.len() - self.free.len()) as u32 - self.children
    }

    /// How many slots are in use, work on behalf of jobs included.
    #[inline]
    pub fn slots(&self) -> u32 {
        (self.hot.len() - self.free.len()) as u32
    }

    /// The slots of the open jobs, in the order of the slots.
    pub fn open_slots(&self) -> Vec<JobSlot> {
        let is_job = |slot: &JobSlot| self[*slot].open && self[*slot].role == Role::Job;
        (0..self.hot.len() as u32).map(JobSlot).filter(is_job).collect()
    }

    /// What the open jobs have in escrow together, in micro-credits.
    pub fn escrow(&self) -> i128 {
        self.hot.iter().filter(|job| job.open).map(|job| i128::from(job.escrow.0)).sum()
    }
}

impl Index<JobSlot> for Jobs {
    type Output = Job;
    #[inline]
    fn index(&self, slot: JobSlot) -> &Job {
        &self.hot[slot.0 as usize]
    }
}

impl IndexMut<JobSlot> for Jobs {
    #[inline]
    fn index_mut(&mut self, slot: JobSlot) -> &mut Job {
        &mut self.hot[slot.0 as usize]
    }
}
