//! The open jobs and their tasks, in two arenas. What a node does with either goes by the work item in it.

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
    jobs: Arena<JobSlot, Job, JobRecord>,
    tasks: Arena<TaskSlot, Task, TaskRecord>,
    numbers: Numbers,
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

/// A job or a task at a node, and its instants there.
pub struct Visit<'a> {
    /// What the node serves.
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
    /// Gives a new job a slot. Inlined down to the arena, so that the record is made where it stays.
    #[inline(always)]
    pub fn admit(&mut self, record: JobRecord) -> JobSlot {
        let job = Job::begin(record.class, record.requester, record.expected_work);
        let number = self.numbers.take();
        self.jobs.admit(job, record, number)
    }

    /// Gives a task a slot.
    #[inline]
    pub fn admit_task(&mut self, task: Task, record: TaskRecord) -> TaskSlot {
        let number = self.numbers.take();
        self.tasks.admit(task, record, number)
    }

    /// Takes a job's slot back; events still meant for it become stale.
    #[inline]
    pub fn release(&mut self, slot: JobSlot) {
        assert!(self.jobs[slot].escrow == Money::ZERO, "no escrow outlives its job");
        self.numbers.free.push(self.jobs.release(slot));
    }

    /// Takes a task's slot back; events still meant for it become stale.
    #[inline]
    pub fn release_task(&mut self, slot: TaskSlot) {
        self.numbers.free.push(self.tasks.release(slot));
    }

    /// Asks for the memory of a job or a task, which an event soon to come will touch.
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
        self.jobs.cold(slot)
    }

    /// What is known about a job's life so far, to go on with.
    #[inline]
    pub fn record_mut(&mut self, slot: JobSlot) -> &mut JobRecord {
        self.both(slot).1
    }

    /// Both parts of a job.
    #[inline]
    pub fn both(&mut self, slot: JobSlot) -> (&mut Job, &mut JobRecord) {
        self.jobs.both(slot)
    }

    /// The cold part of a task.
    #[inline]
    pub fn task_record(&self, slot: TaskSlot) -> &TaskRecord {
        self.tasks.cold(slot)
    }

    /// The cold part of a task, to go on with.
    #[inline]
    pub fn task_record_mut(&mut self, slot: TaskSlot) -> &mut TaskRecord {
        self.tasks.both(slot).1
    }

    /// What its node serves of a job or a task, with the instants there.
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
                let (task, record) = self.tasks.both(task);
                let TaskRecord { key, reached, started, first_token, finished, .. } = record;
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
            Owner::Job(job) => self.jobs.number(job),
            Owner::Task(task) => self.tasks.number(task),
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
        slots.sort_unstable_by_key(|slot| self.jobs.number(*slot));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::answer::{Answer, Vote};
    use crate::domain::ids::{ClassId, RequesterId};
    use crate::domain::task::TaskKind;
    use crate::domain::work::Work;

    fn job(jobs: &mut Jobs, index: u64) -> JobSlot {
        let key = JobKey { index, ..JobKey::default() };
        jobs.admit(JobRecord::begin(key, ClassId(1), RequesterId(2), Time(3)))
    }

    fn task(jobs: &mut Jobs, parent: JobSlot, kind: TaskKind) -> TaskSlot {
        let item = WorkItem::begin(ClassId(1), RequesterId(2), Work(5));
        let (key, vote) = (jobs.record(parent).key, Vote { alarm: true, looked: true });
        let task = Task { item, parent, attempt: 0, ordinal: 7, check: 1, round: 0, kind };
        jobs.admit_task(task, TaskRecord::begin(key, Time(4), Work(5), Answer::NONE, vote))
    }

    /// The first job and its first task have the same place in their arenas and share nothing else.
    #[test]
    fn a_job_and_its_task_are_two() {
        let mut jobs = Jobs::default();
        let first = job(&mut jobs, 9);
        let check = task(&mut jobs, first, TaskKind::Check);
        let (of_job, of_task) = (WorkSlot::from(first), WorkSlot::from(check));
        assert_eq!((of_job.owner(), of_task.owner()), (Owner::Job(first), Owner::Task(check)));
        assert_eq!((first.0, check.0), (0, 0));
        *jobs.visit(of_task).started = Time(8);
        jobs[of_task].left = Work(6);
        assert_eq!((jobs.started(of_job), jobs.started(of_task)), (Time::NEVER, Time(8)));
        assert_eq!((jobs[first].left, jobs[check].left), (Work::ZERO, Work(6)));
        assert_eq!((jobs.key(of_job), jobs.executes(of_job)), (jobs.key(of_task), true));
        assert_eq!((jobs.executes(of_task), jobs.open(), jobs.slots()), (false, 1, 2));
        assert_eq!(jobs.draw_index(of_task), DrawIndex::checker(1, 7, 0).apart_from_executions());
        jobs.release_task(check);
        assert_eq!((jobs.open(), jobs.slots()), (1, 1));
        assert!(jobs.is(first, 0) && !jobs.is(check, 0), "what was meant for the task is stale");
    }

    /// A slot keeps its version when it is used again, whatever lives in it.
    #[test]
    fn versions_belong_to_slots() {
        let mut jobs = Jobs::default();
        let first = job(&mut jobs, 0);
        let check = task(&mut jobs, first, TaskKind::Check);
        jobs.release_task(check);
        let again = task(&mut jobs, first, TaskKind::Copy);
        assert_eq!((again, jobs[again].version), (check, 2));
        assert!(jobs.executes(again.into()), "it is a copy now");
    }

    /// Numbers are shared by both arenas, and the one given back last is given first.
    #[test]
    fn numbers_order_jobs_and_tasks_together() {
        let mut jobs = Jobs::default();
        let first = job(&mut jobs, 0);
        let copy = task(&mut jobs, first, TaskKind::Copy);
        let second = job(&mut jobs, 1);
        assert_eq!([first.into(), copy.into(), second.into()].map(|work| jobs.number(work)), [0, 1, 2]);
        jobs.release_task(copy);
        jobs.release(first);
        let (third, fourth) = (job(&mut jobs, 2), job(&mut jobs, 3));
        assert_eq!([third, fourth].map(|slot| jobs.number(slot.into())), [0, 1]);
        assert_eq!(jobs.open_slots(), [third, fourth, second]);
    }

    #[test]
    #[should_panic(expected = "an entry is closed once")]
    fn nothing_is_closed_twice() {
        let mut jobs = Jobs::default();
        let first = job(&mut jobs, 0);
        jobs.release(first);
        jobs.release(first);
    }
}
