//! Waiting rooms: lines that work leaves in O(1) wherever it stands, because the links are in the work itself.

use serde::{Deserialize, Serialize};

use super::jobs::Jobs;
use crate::domain::ids::WorkSlot;

/// A line of jobs and tasks, linked through them.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct JobList {
    head: WorkSlot,
    tail: WorkSlot,
}

impl Default for JobList {
    fn default() -> Self {
        JobList { head: WorkSlot::NONE, tail: WorkSlot::NONE }
    }
}

impl JobList {
    /// Joins at the end.
    #[inline]
    pub fn join(&mut self, jobs: &mut Jobs, job: WorkSlot) {
        (jobs[job].ahead, jobs[job].behind) = (self.tail, WorkSlot::NONE);
        match self.tail.is_some() {
            true => jobs[self.tail].behind = job,
            false => self.head = job,
        }
        self.tail = job;
    }

    /// Joins at the front.
    pub fn cut_in(&mut self, jobs: &mut Jobs, job: WorkSlot) {
        (jobs[job].ahead, jobs[job].behind) = (WorkSlot::NONE, self.head);
        match self.head.is_some() {
            true => jobs[self.head].ahead = job,
            false => self.tail = job,
        }
        self.head = job;
    }

    /// Leaves from wherever it stands.
    #[inline]
    pub fn leave(&mut self, jobs: &mut Jobs, job: WorkSlot) {
        let (ahead, behind) = (jobs[job].ahead, jobs[job].behind);
        match ahead.is_some() {
            true => jobs[ahead].behind = behind,
            false => self.head = behind,
        }
        match behind.is_some() {
            true => jobs[behind].ahead = ahead,
            false => self.tail = ahead,
        }
    }

    /// The first in line.
    #[inline]
    pub fn first(&self) -> Option<WorkSlot> {
        self.head.is_some().then_some(self.head)
    }

    /// The last in line.
    #[inline]
    pub fn last(&self) -> Option<WorkSlot> {
        self.tail.is_some().then_some(self.tail)
    }
}

/// Who waits at a node.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Waiting {
    /// In one line.
    List(JobList),
    /// In a line per priority, the first served first.
    Lists(Vec<JobList>),
    /// In no order; the `ahead` of work is its place.
    RandomOrder(Vec<WorkSlot>),
}

impl Waiting {
    /// Joins behind the others of its priority.
    #[inline]
    pub fn join(&mut self, jobs: &mut Jobs, job: WorkSlot, priority: u8) {
        match self {
            Waiting::List(line) => line.join(jobs, job),
            Waiting::Lists(lines) => lines[priority as usize].join(jobs, job),
            Waiting::RandomOrder(bag) => {
                jobs[job].ahead = WorkSlot::at_place(bag.len());
                bag.push(job);
            }
        }
    }

    /// Comes back in front of the others of its priority.
    pub fn return_to_front(&mut self, jobs: &mut Jobs, job: WorkSlot, priority: u8) {
        match self {
            Waiting::List(line) => line.cut_in(jobs, job),
            Waiting::Lists(lines) => lines[priority as usize].cut_in(jobs, job),
            Waiting::RandomOrder(_) => self.join(jobs, job, priority),
        }
    }

    /// Leaves from wherever it stands.
    #[inline]
    pub fn leave(&mut self, jobs: &mut Jobs, job: WorkSlot, priority: u8) {
        match self {
            Waiting::List(line) => line.leave(jobs, job),
            Waiting::Lists(lines) => lines[priority as usize].leave(jobs, job),
            Waiting::RandomOrder(bag) => {
                let place = jobs[job].ahead;
                bag.swap_remove(place.place());
                if let Some(&moved) = bag.get(place.place()) {
                    jobs[moved].ahead = place;
                }
            }
        }
    }

    /// The first of all lines, or the one at `pick` where there is no order; `None` if no job waits.
    #[inline]
    pub fn first(&self, pick: impl FnOnce(usize) -> usize) -> Option<WorkSlot> {
        match self {
            Waiting::List(line) => line.first(),
            Waiting::Lists(lines) => lines.iter().find_map(JobList::first),
            Waiting::RandomOrder(bag) if bag.is_empty() => None,
            Waiting::RandomOrder(bag) => Some(bag[pick(bag.len())]),
        }
    }

    /// The last of a single line.
    pub fn last(&self) -> Option<WorkSlot> {
        match self {
            Waiting::List(line) => line.last(),
            Waiting::Lists(lines) => lines.iter().rev().find_map(JobList::last),
            Waiting::RandomOrder(bag) => bag.last().copied(),
        }
    }
}
