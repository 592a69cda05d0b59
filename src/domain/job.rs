//! The hot part of an open job: what events touch, in one cache line.

use serde::{Deserialize, Serialize};

use crate::domain::fate::Stage;
use crate::domain::ids::{ClassId, JobSlot, NodeId, RequesterId};
use crate::domain::money::Money;
use crate::domain::purpose::DrawIndex;
use crate::engine::time::{SimDuration, Time};

/// An open job. Its slot in the arena is reused; the slot's `version` is not, so an event of an earlier tenant, or of an
/// earlier state of this one, is recognised as stale.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[repr(C, align(64))]
pub struct Job {
    /// Rises at every change of state and is never reset; belongs to the slot.
    pub version: u32,
    /// Where the job stands.
    pub stage: Stage,
    /// Which part of the service is under way.
    pub phase: Phase,
    /// Whether a job lives in the slot at all.
    pub open: bool,
    /// What lives in it: the job itself, or work that is done on its behalf.
    pub role: Role,
    /// The attempt under way, from 0.
    pub attempt: u16,
    /// Of a copy: its number. Of a check: which check of the method.
    pub copy: u8,
    /// The node of this attempt.
    pub node: NodeId,
    /// The neighbour ahead in the waiting room; in a bag, the position.
    pub ahead: JobSlot,
    /// The neighbour behind in the waiting room.
    pub behind: JobSlot,
    /// The job's class.
    pub class: ClassId,
    /// The requester's group.
    pub requester: RequesterId,
    /// Of a job: its case, if its answer is checked. Of work on its behalf: the job.
    pub link: JobSlot,
    /// What is left of this attempt's work on the reference GPU, noise included.
    pub left: SimDuration,
    /// Of what is left, the part before the first token.
    pub prefill: SimDuration,
    /// What a node adds to its backlog for this job: the expected work.
    pub expected: SimDuration,
    /// What lies in escrow for this job.
    pub escrow: Money,
}

/// Which part of its service a job is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[repr(u8)]
pub enum Phase {
    /// Not begun.
    Idle,
    /// Reading the input; the first token is still to come.
    Prefill,
    /// Writing the output.
    Decode,
}

/// What an entry of the arena is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[repr(u8)]
pub enum Role {
    /// A job.
    Job,
    /// One of several executions of a job.
    Replica,
    /// A check of a job's answer by somebody else.
    Check,
    /// The making of a proof for a job's answer.
    Proof,
}

const _: () = assert!(size_of::<Job>() == 64);

impl Job {
    /// Whether it executes the job, and is not a check of it.
    #[inline]
    pub fn executes(&self) -> bool {
        matches!(self.role, Role::Job | Role::Replica)
    }

    /// The index of what is drawn for this execution or check alone.
    #[inline]
    pub fn draw_index(&self) -> DrawIndex {
        match self.executes() {
            true => DrawIndex::copy(self.attempt, self.copy),
            false => DrawIndex::checker(self.copy, self.attempt, 0).apart_from_executions(),
        }
    }

    /// A job that has just been asked for, in a slot whose version stands at `version`.
    pub fn begin(version: u32, class: ClassId, requester: RequesterId) -> Job {
        Job {
            version,
            stage: Stage::Asked,
            phase: Phase::Idle,
            open: true,
            role: Role::Job,
            attempt: 0,
            copy: 0,
            node: NodeId::NONE,
            ahead: JobSlot::NONE,
            behind: JobSlot::NONE,
            class,
            requester,
            link: JobSlot::NONE,
            left: SimDuration::ZERO,
            prefill: SimDuration::ZERO,
            expected: SimDuration::ZERO,
            escrow: Money::ZERO,
        }
    }
}

/// What a source hands over when a job arrives; what it leaves open is drawn from the job's class.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Arrival {
    /// When the job is asked for.
    pub at: Time,
    /// Input tokens, if the source knows them.
    pub input_tokens: Option<u32>,
    /// Output tokens, if the source knows them.
    pub output_tokens: Option<u32>,
    /// The class, if the source knows it.
    pub class: Option<ClassId>,
    /// The client within the source, if it has several.
    pub client: u32,
}
