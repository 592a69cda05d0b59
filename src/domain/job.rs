//! The hot part of an open job: what events touch, in one cache line.

use crate::domain::work::Work;
use std::ops::{Deref, DerefMut};

use serde::{Deserialize, Serialize};

use crate::domain::ids::{CaseId, ClassId, RequesterId};
use crate::domain::item::WorkItem;
use crate::domain::money::Money;
use crate::domain::purpose::DrawIndex;
use crate::engine::time::Time;

/// An open job.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[repr(C, align(64))]
pub struct Job {
    /// The attempt under way, as its node serves it; where nodes make copies, no node has it.
    pub item: WorkItem,
    /// What lies in escrow for the job.
    pub escrow: Money,
    /// What goes on about its answer.
    pub case: CaseId,
    /// The number of the attempt, from 0.
    pub attempt: u16,
}

const _: () = assert!(size_of::<Job>() == 64);

impl Job {
    /// A job that has just been asked for.
    #[inline]
    pub fn begin(class: ClassId, requester: RequesterId, expected: Work) -> Job {
        let item = WorkItem::begin(class, requester, expected);
        Job { item, escrow: Money::ZERO, case: CaseId::NONE, attempt: 0 }
    }

    /// The index of what is drawn for this attempt alone.
    #[inline]
    pub fn draw_index(&self) -> DrawIndex {
        DrawIndex::attempt(self.attempt)
    }
}

impl Deref for Job {
    type Target = WorkItem;
    #[inline]
    fn deref(&self) -> &WorkItem {
        &self.item
    }
}

impl DerefMut for Job {
    #[inline]
    fn deref_mut(&mut self) -> &mut WorkItem {
        &mut self.item
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
