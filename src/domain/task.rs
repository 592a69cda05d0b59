//! Tasks: copies, checks and proofs, which nodes, validators and provers do for an open job.

use crate::domain::work::Work;
use std::ops::{Deref, DerefMut};

use serde::{Deserialize, Serialize};

use crate::domain::answer::{Answer, Vote};
use crate::domain::ids::JobSlot;
use crate::domain::item::WorkItem;
use crate::domain::purpose::DrawIndex;
use crate::domain::record::JobKey;
use crate::engine::time::Time;

/// The hot part of a task, in one cache line: the 48 bytes that a node serves, as in a job, and what tells tasks apart.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[repr(C, align(64))]
pub struct Task {
    /// What its node serves.
    pub item: WorkItem,
    /// The job it is done for.
    pub parent: JobSlot,
    /// The attempt of the job that it belongs to, from 0.
    pub attempt: u16,
    /// Its number among the tasks of the check in the round: of the copy, or of the checker.
    pub ordinal: u16,
    /// Which check of the method it belongs to, from 0.
    pub check: u8,
    /// Which round of that check, from 0.
    pub round: u8,
    /// What is done.
    pub kind: TaskKind,
}

const _: () = assert!(size_of::<Task>() == 64);

/// What a task is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[repr(u8)]
pub enum TaskKind {
    /// One of several executions of the job.
    Copy,
    /// A check of the job's answer by a validator or a peer.
    Check,
    /// The making of a proof for the job's answer.
    Proof,
    /// A task of known answer, which its node cannot tell from a job.
    Canary,
}

/// The cold part of a task.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct TaskRecord {
    /// The job it is done for.
    pub key: JobKey,
    /// When its party was asked.
    pub asked: Time,
    /// When it reached its party; [`Time::NEVER`] before, as the instants below.
    pub reached: Time,
    /// When the party began.
    pub started: Time,
    /// When the first token was made.
    pub first_token: Time,
    /// When the party ended.
    pub finished: Time,
    /// The work on the reference GPU, before noise.
    pub work: Work,
    /// Of a copy or a canary: the answer it brings.
    pub answer: Answer,
    /// Of a check or a proof: the vote it brings.
    pub vote: Vote,
    /// Of a check: what its party asks, relative to the price that the job agreed on.
    pub ask: f64,
}

const _: () = assert!(size_of::<TaskRecord>() <= 96);

impl Task {
    /// Whether a node computes an answer, and checks none.
    #[inline]
    pub fn executes(&self) -> bool {
        matches!(self.kind, TaskKind::Copy | TaskKind::Canary)
    }

    /// Whether it is one of several executions of the job.
    #[inline]
    pub fn is_copy(&self) -> bool {
        self.kind == TaskKind::Copy
    }

    /// The index of what is drawn for this task alone.
    #[inline]
    pub fn draw_index(&self) -> DrawIndex {
        match self.is_copy() {
            true => DrawIndex::copy(self.attempt, self.ordinal as u8),
            false => DrawIndex::checker(self.check, self.ordinal, self.round).apart_from_executions(),
        }
    }
}

impl Deref for Task {
    type Target = WorkItem;
    #[inline]
    fn deref(&self) -> &WorkItem {
        &self.item
    }
}

impl DerefMut for Task {
    #[inline]
    fn deref_mut(&mut self) -> &mut WorkItem {
        &mut self.item
    }
}

impl TaskRecord {
    /// A task that is asked for.
    pub fn begin(key: JobKey, asked: Time, work: Work, answer: Answer, vote: Vote) -> TaskRecord {
        let (reached, started, first_token, finished) = (Time::NEVER, Time::NEVER, Time::NEVER, Time::NEVER);
        TaskRecord { key, asked, reached, started, first_token, finished, work, answer, vote, ask: 1.0 }
    }

    /// Whether it has reached its party.
    pub fn is_there(&self) -> bool {
        self.reached != Time::NEVER
    }
}
