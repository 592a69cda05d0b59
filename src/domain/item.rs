//! The part of a job or a task that its node serves, and lists link.

use crate::domain::work::Work;
use serde::{Deserialize, Serialize};

use crate::domain::fate::Stage;
use crate::domain::ids::{ClassId, PartyId, RequesterId, WorkSlot};

/// Work for a node: the attempt of a job, or a task on its behalf. The slot that it lives in is reused; the slot's `version` is
/// not, so an event of an earlier tenant, or of an earlier state of this one, is recognised as stale.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[repr(C)]
pub struct WorkItem {
    /// Rises at every change of state and is never reset; belongs to the slot.
    pub version: u32,
    /// Where the work stands.
    pub stage: Stage,
    /// Which part of the service is under way.
    pub phase: Phase,
    /// Whether anything lives in the slot at all.
    pub open: bool,
    /// The node that does it.
    pub node: PartyId,
    /// The neighbour ahead in the waiting room; in an unordered one, the place as [`WorkSlot::at_place`] writes it.
    pub ahead: WorkSlot,
    /// The neighbour behind in the waiting room.
    pub behind: WorkSlot,
    /// The job's class.
    pub class: ClassId,
    /// The requester's group.
    pub requester: RequesterId,
    /// What is left of the work on the reference GPU, noise included.
    pub left: Work,
    /// Of what is left, the part before the first token.
    pub prefill: Work,
    /// What a node adds to its backlog for it: the expected work.
    pub expected: Work,
}

const _: () = assert!(size_of::<WorkItem>() == 48);

/// Which part of its service work is in.
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

impl WorkItem {
    /// Work that is at no node yet, in a new slot.
    pub fn begin(class: ClassId, requester: RequesterId, expected: Work) -> WorkItem {
        WorkItem {
            version: 0,
            stage: Stage::Asked,
            phase: Phase::Idle,
            open: true,
            node: PartyId::NONE,
            ahead: WorkSlot::NONE,
            behind: WorkSlot::NONE,
            class,
            requester,
            left: Work::ZERO,
            prefill: Work::ZERO,
            expected,
        }
    }

    /// Which part of the service comes first.
    #[inline]
    pub fn first_phase(&self) -> Phase {
        match self.prefill > Work::ZERO && self.prefill < self.left {
            true => Phase::Prefill,
            false => Phase::Decode,
        }
    }
}
