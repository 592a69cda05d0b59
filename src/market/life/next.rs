//! What a stage asks for next, and what may follow what.

use serde::{Deserialize, Serialize};

use crate::domain::fate::{Cause, Fate};
use crate::domain::ids::{JobSlot, PartyId, TaskSlot, WorkSlot};

/// What comes next in the life of a job. A stage returns it and calls no other stage. Where several things follow, a stage puts
/// the later ones on the agenda, the last one first.
#[must_use = "a stage says what comes next, and only the market goes on with it"]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Next {
    /// Nothing before the next event.
    Done,
    /// Nodes are asked for offers.
    Offer { job: JobSlot },
    /// The placement is sent to the chain.
    Send { job: JobSlot },
    /// The request leaves for its node, or for several.
    Depart { job: JobSlot },
    /// The request, or a task, is at the node.
    Reach { work: WorkSlot },
    /// The attempt, or the task, has failed; that is known at once, or only when no answer comes in time.
    Fail { work: WorkSlot, is_silent: bool },
    /// A job of a batch comes back from its node; no copy and no check is served in batches.
    Return { work: WorkSlot },
    /// The answer is with the requester.
    Answer { job: JobSlot },
    /// The answer of one copy is there.
    CopyAnswer { copy: TaskSlot },
    /// A copy has come to nothing.
    CopyLost { copy: TaskSlot },
    /// A checker has reported.
    Report { check: TaskSlot },
    /// A checker will never report.
    CheckLost { check: TaskSlot },
    /// The answer to a canary is there, or will never be.
    Canary { canary: TaskSlot, is_lost: bool },
    /// The checks of one timing begin, from this one on.
    Check { job: JobSlot, from: u8, deferred: bool },
    /// The votes of one check are counted.
    Count { job: JobSlot, check: u8 },
    /// An alarm is handed to the check that decides about it.
    Escalate { job: JobSlot, check: u8 },
    /// No check may be open any more.
    Settle { job: JobSlot },
    /// The answer is accepted.
    Accept { job: JobSlot },
    /// The accepted result stands.
    Stand { job: JobSlot },
    /// The result may be final.
    Finalise { job: JobSlot },
    /// The result comes to nothing.
    Reject { job: JobSlot, fate: Fate },
    /// No offer was taken.
    Decline { job: JobSlot, cause: Cause },
    /// The job leaves the market.
    Close { job: JobSlot, fate: Fate },
    /// The payments of a batch that are left.
    Pay { left: u32 },
    /// A batch has paid the nodes of a job.
    Paid { job: JobSlot },
    /// A job or a task was at a node that failed.
    Drop { work: WorkSlot },
    /// A node that failed has lost its jobs.
    Gone { node: PartyId },
    /// Another answer of the node was found wrong: its result is looked at again.
    Reopen { job: JobSlot },
    /// An input of an accepted result came to nothing.
    Recall { job: JobSlot },
}

// What fits into one register is returned in one; anything larger goes through memory, at every step of every job.
const _: () = assert!(size_of::<Next>() <= 8);

/// A step on the agenda.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Planned {
    /// What is to come.
    pub next: Next,
    /// The job or task, and its version, without which it is left out: what came before on the agenda may have ended it.
    pub only: Option<(WorkSlot, u32)>,
}

impl From<Next> for Planned {
    fn from(next: Next) -> Planned {
        Planned { next, only: None }
    }
}
