//! The open jobs, and the tasks that are done on their behalf. What a node does with either goes by the work in it.

use std::ops::{Index, IndexMut};

use serde::{Deserialize, Serialize};

use super::arena::Arena;
use crate::domain::ids::{JobSlot, Owner, TaskSlot, WorkSlot};
use crate::domain::item::WorkItem;
use crate::domain::job::Job;
use crate::domain::money::Money;
use crate::domain::purpose::DrawIndex;
use crate::domain::record::{JobKey, JobRecord};
use crate::domain::task::{Task, TaskRecord};
use crate::engine::time::Time;

/// The open jobs and their tasks.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Jobs {
    jobs: Arena<JobSlot, Job, Numbered<JobRecord>>,
    tasks: Arena<TaskSlot, Task, Numbered<TaskRecord>>,
    numbers: Numbers,
}

/// A cold part, with a number that no other open job or task has.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Numbered<R> {
    record: R,
    number: u32,
}

/// Numbers that jobs and tasks have while they are open, each given again once it is back. Where many of them end in one
/// instant, at a node that fails or at the end of the run, they end in the order of their numbers.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Numbers {
    given: u32,
    free: Vec<u32>,
}

impl Numbers {
    #[inline]
    fn take(&mut self) -> u32 {
        self.free.pop().unwrap_or_else(|| {
            self.given += 1;
            self.given - 1
        })
    }
}

/// WorkItem at a node, and its instants there.
pub struct Visit<'a> {
    /// The work.
    pub item: &'a mut WorkItem,
    /// The job whose attempt it is, or for which it is done.
    pub key: JobKey,
    /// It reached the node.
    pub reached: &'a mut Time,
    /// Execution began.
    pub started: &'a mut Time,
    /// The first token was made; of work that came to nothing, [`Time::NEVER`].
    pub first_token: &'a mut Time,
    /// Execution ended.
    pub finished: &'a mut Time,
}

impl Jobs {
    /// Gives a new job a slot.
    #[inline]
    pub fn admit(&mut self, record: JobRecord) -> JobSlot {
        let job = Job::begin(record.class, record.requester, record.expected_work);
        let number = self.numbers.take();
        self.jobs.admit(job, Numbered { record, number })
    }

    /// Gives a task a slot.
    pub fn admit_task(&mut self, task: Task, record: TaskRecord) -> TaskSlot {
        let number = self.numbers.take();
        self.tasks.admit(task, Numbered { record, number })
    }

    /// Takes a job's slot back; events still meant for it become stale.
    #[inline]
    pub fn release(&mut self, slot: JobSlot) {
        assert!(self.jobs[slot].escrow == Money::ZERO, "no escrow outlives its job");
        self.numbers.free.push(self.jobs.cold(slot).number);
        self.jobs.release(slot);
    }

    /// Takes a task's slot back; events still meant for it become stale.
    pub fn release_task(&mut self, slot: TaskSlot) {
        self.numbers.free.push(self.tasks.cold(slot).number);
        self.tasks.release(slot);
    }

    /// Asks for the memory of work, which an event soon to come will touch.
    #[inline]
    pub fn prefetch(&self, slot: WorkSlot) {
        match slot.owner() {
            Owner::Job(job) => self.jobs.prefetch(job),
            Owner::Task(task) => self.tasks.prefetch(task),
        }
    }

    /// Asks for the hot part of a job alone.
    #[inline]
    pub fn prefetch_hot(&self, slot: JobSlot) {
        self.jobs.prefetch_hot(slot);
    }

    /// Whether the job or task in this slot is still in the state that `version` was given for.
    #[inline]
    pub fn is(&self, slot: impl Into<WorkSlot>, version: u32) -> bool {
        self[slot.into()].version == version
    }

    /// What is known about a job's life so far.
    #[inline]
    pub fn record(&self, slot: JobSlot) -> &JobRecord {
        &self.jobs.cold(slot).record
    }

    /// What is known about a job's life so far, to go on with.
    #[inline]
    pub fn record_mut(&mut self, slot: JobSlot) -> &mut JobRecord {
        self.both(slot).1
    }

    /// Both parts of a job.
    #[inline]
    pub fn both(&mut self, slot: JobSlot) -> (&mut Job, &mut JobRecord) {
        let (job, cold) = self.jobs.both(slot);
        (job, &mut cold.record)
    }

    /// The cold part of a task.
    #[inline]
    pub fn task_record(&self, slot: TaskSlot) -> &TaskRecord {
        &self.tasks.cold(slot).record
    }

    /// The cold part of a task, to go on with.
    #[inline]
    pub fn task_record_mut(&mut self, slot: TaskSlot) -> &mut TaskRecord {
        &mut self.tasks.both(slot).1.record
    }

    /// WorkItem with its instants at its node.
    #[inline]
    pub fn visit(&mut self, slot: WorkSlot) -> Visit<'_> {
        match slot.owner() {
            Owner::Job(job) => {
                let (job, JobRecord { key, at, .. }) = self.both(job);
                let (reached, started) = (&mut at.reached, &mut at.started);
                let (first_token, finished) = (&mut at.first_token, &mut at.finished);
                Visit { item: &mut job.item, key: *key, reached, started, first_token, finished }
            }
            Owner::Task(task) => {
                let (task, cold) = self.tasks.both(task);
                let TaskRecord { key, reached, started, first_token, finished, .. } = &mut cold.record;
                Visit { item: &mut task.item, key: *key, reached, started, first_token, finished }
            }
        }
    }

    /// The job whose attempt it is, or for which it is done.
    #[inline]
    pub fn key(&self, slot: WorkSlot) -> JobKey {
        match slot.owner() {
            Owner::Job(job) => self.record(job).key,
            Owner::Task(task) => self.task_record(task).key,
        }
    }

    /// When its execution began.
    pub fn started(&self, slot: WorkSlot) -> Time {
        match slot.owner() {
            Owner::Job(job) => self.record(job).at.started,
            Owner::Task(task) => self.task_record(task).started,
        }
    }

    /// Whether it executes a job, and is not a check of an answer.
    #[inline]
    pub fn executes(&self, slot: WorkSlot) -> bool {
        match slot.owner() {
            Owner::Job(_) => true,
            Owner::Task(task) => self[task].executes(),
        }
    }

    /// The index of what is drawn for this attempt or task alone.
    #[inline]
    pub fn draw_index(&self, slot: WorkSlot) -> DrawIndex {
        match slot.owner() {
            Owner::Job(job) => self[job].draw_index(),
            Owner::Task(task) => self[task].draw_index(),
        }
    }

    /// The number that no other open job or task has.
    pub fn number(&self, slot: WorkSlot) -> u32 {
        match slot.owner() {
            Owner::Job(job) => self.jobs.cold(job).number,
            Owner::Task(task) => self.tasks.cold(task).number,
        }
    }

    /// How many jobs are open.
    #[inline]
    pub fn open(&self) -> u32 {
        self.jobs.open()
    }

    /// How many slots are in use, by open jobs and by their tasks.
    #[inline]
    pub fn slots(&self) -> u32 {
        self.jobs.open() + self.tasks.open()
    }

    /// The slots of the open jobs, in the order of their numbers.
    pub fn open_slots(&self) -> Vec<JobSlot> {
        let mut slots: Vec<JobSlot> = self.jobs.entries().map(|(slot, _)| slot).collect();
        slots.sort_unstable_by_key(|slot| self.jobs.cold(*slot).number);
        slots
    }

    /// What the open jobs have in escrow together, in micro-credits.
    pub fn escrow(&self) -> i128 {
        self.jobs.entries().map(|(_, job)| i128::from(job.escrow.0)).sum()
    }
}

macro_rules! index {
    ($slot:ty, $entry:ty, $arena:ident) => {
        impl Index<$slot> for Jobs {
            type Output = $entry;
            #[inline]
            fn index(&self, slot: $slot) -> &$entry {
                &self.$arena[slot]
            }
        }

        impl IndexMut<$slot> for Jobs {
            #[inline]
            fn index_mut(&mut self, slot: $slot) -> &mut $entry {
                &mut self.$arena[slot]
            }
        }
    };
}

index!(JobSlot, Job, jobs);
index!(TaskSlot, Task, tasks);

impl Index<WorkSlot> for Jobs {
    type Output = WorkItem;
    #[inline]
    fn index(&self, slot: WorkSlot) -> &WorkItem {
        match slot.owner() {
            Owner::Job(job) => &self[job].item,
            Owner::Task(task) => &self[task].item,
        }
    }
}

impl IndexMut<WorkSlot> for Jobs {
    #[inline]
    fn index_mut(&mut self, slot: WorkSlot) -> &mut WorkItem {
        match slot.owner() {
            Owner::Job(job) => &mut self[job].item,
            Owner::Task(task) => &mut self[task].item,
        }
    }
}
