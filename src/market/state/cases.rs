//! What is going on about the answers of open jobs: checks drawn, votes cast, copies under way, what is still to come.

use std::ops::{Index, IndexMut};

use serde::{Deserialize, Serialize};

use crate::domain::answer::{Answer, Vote};
use crate::domain::ids::{CaseId, IdVec, MethodId, PartyId, ResultId, TaskSlot};
use crate::domain::money::Money;
use crate::policy::verdict::Votes;

/// The cases of the jobs whose answers are verified, paid in batches, or stand for a while. Slots are reused with
/// what they have allocated.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct VerificationCases {
    entries: IdVec<CaseId, VerificationCase>,
    free: Vec<CaseId>,
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
    /// Of which the sealed votes have been published, one bit each.
    pub published: u8,
    /// Votes of each check.
    pub votes: Vec<Votes>,
    /// Who voted: check, checker, whether it raised an alarm.
    pub cast: Vec<VoteRecord>,
    /// The job's tasks under way.
    pub children: Vec<Child>,
    /// Of replicas: the answers that are there.
    pub answers: Vec<Copy>,
    /// Whether the result still stands for its window.
    pub stands: bool,
    /// Whether the payment to the node is still to come.
    pub unpaid: bool,
    /// How often its deferred checks were drawn again.
    pub draws: u8,
    /// The accepted result, while it can be revoked.
    pub result: ResultId,
    /// The probability that some check takes place, copies apart, as it was when they were drawn.
    pub looks: f64,
    /// Which checks by watchers have raised a challenge, or will before the window ends, one bit each.
    pub challenged: u8,
    /// Checks at which the requester itself looked, and at which it found the answer wrong, one bit each.
    pub own: [u8; 2],
    /// Whether the copies did not agree, and another check decides between them.
    pub disputed: bool,
    /// Answers of copies that it has refused.
    pub refused: u8,
}

/// A task under way.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Child {
    /// Its slot.
    pub slot: TaskSlot,
    /// The stake of who checks, when it was asked: its vote weighs that, whatever has been slashed since.
    pub stake: u64,
}

/// A vote.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct VoteRecord {
    /// The check it belongs to.
    pub check: u8,
    /// Who voted.
    pub by: PartyId,
    /// Whether it raised an alarm.
    pub alarm: bool,
    /// Whether it looked before it voted.
    pub looked: bool,
}

/// The answer of one copy.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Copy {
    /// Who gave it.
    pub node: PartyId,
    /// What it says.
    pub answer: Answer,
    /// What the node is to be paid; once copies have shared, what it gets.
    pub price: Money,
    /// The odds that the node was right when its answer came, where copies share by them.
    pub odds: f64,
    /// Whether it has been.
    pub paid: bool,
    /// Whether the node was sent the request: the first of them are.
    pub sent: bool,
}

const _: () = assert!(size_of::<VerificationCase>() <= 120);

impl VerificationCases {
    /// A new case; `looks` is the probability that some check takes place, copies apart.
    pub fn begin(&mut self, method: MethodId, drawn: u8, checks: usize, looks: f64) -> CaseId {
        let id = self.free.pop().unwrap_or_else(|| self.entries.push(VerificationCase::default()));
        let entry = &mut self.entries[id];
        (entry.method, entry.drawn, entry.open) = (method, drawn, 0);
        (entry.stands, entry.unpaid, entry.challenged, entry.published) = (false, false, 0, 0);
        (entry.own, entry.disputed, entry.refused) = ([0; 2], false, 0);
        (entry.draws, entry.result, entry.looks) = (0, ResultId::NONE, looks);
        entry.votes.clear();
        entry.votes.resize(checks, Votes::default());
        entry.cast.clear();
        entry.children.clear();
        entry.answers.clear();
        id
    }

    /// The job is closed.
    pub fn end(&mut self, id: CaseId) {
        debug_assert!(self.entries[id].children.is_empty(), "what works for a job ends with it");
        self.free.push(id);
    }
}

impl Index<CaseId> for VerificationCases {
    type Output = VerificationCase;
    #[inline]
    fn index(&self, id: CaseId) -> &VerificationCase {
        &self.entries[id]
    }
}

impl IndexMut<CaseId> for VerificationCases {
    #[inline]
    fn index_mut(&mut self, id: CaseId) -> &mut VerificationCase {
        &mut self.entries[id]
    }
}

impl VerificationCase {
    /// The requester itself has decided on its vote in a check.
    pub fn decide(&mut self, check: u8, vote: Vote) {
        let [looked, alarm] = &mut self.own;
        *looked |= u8::from(vote.looked) << check;
        *alarm |= u8::from(vote.alarm) << check;
    }

    /// What the requester itself has decided.
    pub fn decided(&self, check: u8) -> Vote {
        let [looked, alarm] = self.own.map(|bits| bits >> check & 1 == 1);
        Vote { alarm, looked }
    }

    /// One of a dispute's answers is refused: the check that decides looks at the next one, in a round of its own.
    pub fn look_again(&mut self, check: u8) {
        self.refused += 1;
        self.votes[usize::from(check)] = Votes::default();
        self.cast.retain(|cast| cast.check != check);
    }

    /// Takes a child off the list of those under way; gives the stake it was asked with.
    pub fn leave(&mut self, child: TaskSlot) -> u64 {
        let place = self.children.iter().position(|other| other.slot == child);
        self.children.swap_remove(place.expect("a child is under way until it is forgotten")).stake
    }
}
