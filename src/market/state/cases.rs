//! What is going on about the answers of open jobs: checks drawn, votes cast, copies under way, what is still to come.

use serde::{Deserialize, Serialize};

use crate::domain::answer::Answer;
use crate::domain::ids::{JobSlot, MethodId, NodeId};
use crate::domain::money::Money;
use crate::policy::verdict::Votes;

/// The cases of the jobs whose answers are verified, paid in batches, or stand for a while. Slots are reused with
/// what they have allocated.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct VerificationCases {
    entries: Vec<VerificationCase>,
    free: Vec<u32>,
}

/// What is going on about one job's answer.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct VerificationCase {
    /// How it is verified.
    pub method: MethodId,
    /// Which checks take place, one bit each.
    pub drawn: u8,
    /// Which have begun and not come to a verdict, one bit each.
    pub open: u8,
    /// Votes of each check.
    pub votes: Vec<Votes>,
    /// Who voted: check, checker, whether it raised an alarm.
    pub cast: Vec<VoteRecord>,
    /// Work under way on the job's behalf.
    pub children: Vec<Child>,
    /// Of replicas: the answers that are there.
    pub answers: Vec<Copy>,
    /// Whether the result still stands for its window.
    pub stands: bool,
    /// Whether the payment to the node is still to come.
    pub unpaid: bool,
}

/// Work under way on a job's behalf.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Child {
    /// Its slot.
    pub slot: JobSlot,
    /// The stake of who checks, when it was asked: its vote weighs that, whatever has been slashed since.
    pub stake: u64,
}

/// A vote.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct VoteRecord {
    /// The check it belongs to.
    pub check: u8,
    /// Who voted.
    pub by: NodeId,
    /// Whether it raised an alarm.
    pub alarm: bool,
    /// Whether it looked before it voted.
    pub looked: bool,
}

/// The answer of one copy.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Copy {
    /// Who gave it.
    pub node: NodeId,
    /// What it says.
    pub answer: Answer,
    /// What the node is to be paid.
    pub price: Money,
    /// Whether it has been.
    pub paid: bool,
}

const _: () = assert!(size_of::<VerificationCase>() <= 104);

impl VerificationCases {
    /// A new case; its number stands in the job's `link`.
    pub fn begin(&mut self, method: MethodId, drawn: u8, checks: usize) -> JobSlot {
        let number = self.free.pop().unwrap_or_else(|| {
            self.entries.push(VerificationCase::default());
            (self.entries.len() - 1) as u32
        });
        let entry = &mut self.entries[number as usize];
        (entry.method, entry.drawn, entry.open) = (method, drawn, 0);
        (entry.stands, entry.unpaid) = (false, false);
        entry.votes.clear();
        entry.votes.resize(checks, Votes::default());
        entry.cast.clear();
        entry.children.clear();
        entry.answers.clear();
        JobSlot(number)
    }

    /// The case of this number.
    #[inline]
    pub fn get(&mut self, number: JobSlot) -> &mut VerificationCase {
        &mut self.entries[number.0 as usize]
    }

    /// The same, to read.
    #[inline]
    pub fn read(&self, number: JobSlot) -> &VerificationCase {
        &self.entries[number.0 as usize]
    }

    /// The job is closed.
    pub fn end(&mut self, number: JobSlot) {
        debug_assert!(self.entries[number.0 as usize].children.is_empty(), "what works for a job ends with it");
        self.free.push(number.0);
    }
}

impl VerificationCase {
    /// Takes a child off the list of those under way; gives the stake it was asked with.
    pub fn leave(&mut self, child: JobSlot) -> u64 {
        let place = self.children.iter().position(|other| other.slot == child);
        self.children.swap_remove(place.expect("a child is under way until it is forgotten")).stake
    }
}
