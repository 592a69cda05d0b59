//! Facts: what happened, in the past tense. The market writes them; recorders read them; the digest covers them all.

use serde::{Deserialize, Serialize};

use crate::domain::fate::{Cause, Fate};
use crate::domain::ids::{ClassId, ModelId, NodeId};
use crate::domain::money::{Asset, Money};
use crate::domain::story::{JobKey, Story};
use crate::engine::time::{Span, Time};

use super::digest::Digest;

#[allow(missing_docs, reason = "a fact says what its fields are: which job, which node, how much")]
/// Something that happened at the instant it is handed on.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Fact {
    /// A requester asked for a computation.
    Asked { job: JobKey, class: ClassId },
    /// No offer was taken.
    Declined { job: JobKey, cause: Cause },
    /// An offer was taken and its price put into escrow.
    Placed { job: JobKey, node: NodeId, attempt: u16, price: Money },
    /// The request reached the node and waits there or is served at once.
    Reached { job: JobKey, node: NodeId },
    /// The request found the node gone or full.
    Bounced { job: JobKey, node: NodeId, full: bool },
    /// A job has a slot and waits until its model is loaded.
    LoadAwaited { job: JobKey, node: NodeId, model: ModelId },
    /// Execution began, after a wait in the node's room.
    Started { job: JobKey, node: NodeId, waited: Span },
    /// Execution was put aside for a job of higher priority.
    Preempted { job: JobKey, node: NodeId },
    /// The first token was made.
    FirstToken { job: JobKey, node: NodeId },
    /// Execution ended; `whole` says whether with an answer.
    Finished { job: JobKey, node: NodeId, whole: bool },
    /// Execution stopped because the node failed; the job goes elsewhere or is lost.
    Dropped { job: JobKey, node: NodeId },
    /// The answer reached the requester.
    Answered { job: JobKey, node: NodeId, right: bool },
    /// A quote expired while its job waited, and another was taken.
    Negotiated { job: JobKey, node: NodeId, price: Money },
    /// Somebody who checks has answered; the story of the check is handed on with this fact.
    Checked { job: JobKey, by: NodeId, check: u8, alarm: bool },
    /// Work on a job's behalf was called off at its node.
    CalledOff { job: JobKey, node: NodeId },
    /// A check ended without a vote, called off or lost with its party; the story of the check is handed on with this fact.
    CheckEnded { job: JobKey, by: NodeId, check: u8, paid: Money },
    /// An accepted result was revoked.
    Revoked { job: JobKey, right: bool },
    /// A node lost a part of its stake.
    Slashed { job: JobKey, node: NodeId, amount: Money },
    /// A channel's price is settled anew, below zero if the channel is stopped.
    Priced { channel: u8, price: Money },
    /// A block of the chain.
    Block { number: u64, used: u64 },
    /// Money changed hands for a job.
    Settled { job: JobKey, paid: Money, refunded: Money },
    /// A node failed.
    NodeFailed { node: NodeId },
    /// A node came back.
    NodeRepaired { node: NodeId },
    /// Routing can see a node again.
    Listed { node: NodeId },
    /// Routing no longer sees a node.
    Delisted { node: NodeId },
    /// A party was endowed with an asset at the start.
    Endowed { account: u32, asset: Asset, amount: Money },
    /// A job left the market; its whole story is handed on with this fact.
    Closed { job: JobKey, fate: Fate },
}

const _: () = assert!(size_of::<Fact>() <= 48);

#[allow(missing_docs, reason = "named as the facts are, which say what they mean")]
/// The kinds of facts, by the numbers that the digest covers; a number is never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    Asked = 1,
    Declined = 2,
    Placed = 3,
    Reached = 4,
    Bounced = 5,
    LoadAwaited = 6,
    Started = 7,
    Preempted = 8,
    FirstToken = 9,
    Finished = 10,
    Dropped = 11,
    Answered = 12,
    Settled = 13,
    NodeFailed = 14,
    NodeRepaired = 15,
    Listed = 16,
    Delisted = 17,
    Endowed = 18,
    Closed = 19,
    Negotiated = 20,
    Checked = 21,
    CalledOff = 22,
    Revoked = 23,
    Slashed = 24,
    Priced = 25,
    Block = 26,
    CheckEnded = 27,
}

impl Fact {
    /// Its kind.
    #[inline(always)]
    pub const fn kind(&self) -> Kind {
        match self {
            Fact::Asked { .. } => Kind::Asked,
            Fact::Declined { .. } => Kind::Declined,
            Fact::Placed { .. } => Kind::Placed,
            Fact::Reached { .. } => Kind::Reached,
            Fact::Bounced { .. } => Kind::Bounced,
            Fact::LoadAwaited { .. } => Kind::LoadAwaited,
            Fact::Started { .. } => Kind::Started,
            Fact::Preempted { .. } => Kind::Preempted,
            Fact::FirstToken { .. } => Kind::FirstToken,
            Fact::Finished { .. } => Kind::Finished,
            Fact::Dropped { .. } => Kind::Dropped,
            Fact::Answered { .. } => Kind::Answered,
            Fact::Settled { .. } => Kind::Settled,
            Fact::NodeFailed { .. } => Kind::NodeFailed,
            Fact::NodeRepaired { .. } => Kind::NodeRepaired,
            Fact::Listed { .. } => Kind::Listed,
            Fact::Delisted { .. } => Kind::Delisted,
            Fact::Endowed { .. } => Kind::Endowed,
            Fact::Closed { .. } => Kind::Closed,
            Fact::Negotiated { .. } => Kind::Negotiated,
            Fact::Checked { .. } => Kind::Checked,
            Fact::CalledOff { .. } => Kind::CalledOff,
            Fact::CheckEnded { .. } => Kind::CheckEnded,
            Fact::Revoked { .. } => Kind::Revoked,
            Fact::Slashed { .. } => Kind::Slashed,
            Fact::Priced { .. } => Kind::Priced,
            Fact::Block { .. } => Kind::Block,
        }
    }

    /// A short word for timelines and the digest's documentation.
    pub fn name(&self) -> &'static str {
        match self.kind() {
            Kind::Asked => "asked",
            Kind::Declined => "declined",
            Kind::Placed => "placed",
            Kind::Reached => "reached",
            Kind::Bounced => "bounced",
            Kind::LoadAwaited => "load-awaited",
            Kind::Started => "started",
            Kind::Preempted => "preempted",
            Kind::FirstToken => "first-token",
            Kind::Finished => "finished",
            Kind::Dropped => "dropped",
            Kind::Answered => "answered",
            Kind::Negotiated => "negotiated",
            Kind::Checked => "checked",
            Kind::CalledOff => "called-off",
            Kind::CheckEnded => "check-ended",
            Kind::Revoked => "revoked",
            Kind::Slashed => "slashed",
            Kind::Priced => "priced",
            Kind::Block => "block",
            Kind::Settled => "settled",
            Kind::NodeFailed => "node-failed",
            Kind::NodeRepaired => "node-repaired",
            Kind::Listed => "listed",
            Kind::Delisted => "delisted",
            Kind::Endowed => "endowed",
            Kind::Closed => "closed",
        }
    }
}

/// Which kinds of facts a recorder is told. What nobody is told need not be kept until it is handed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attention(u32);

impl Attention {
    /// To nothing.
    pub const NONE: Attention = Attention(0);
    /// To everything.
    pub const ALL: Attention = Attention(u32::MAX);

    /// To facts of these kinds.
    pub const fn to(kinds: &[Kind]) -> Attention {
        let (mut bits, mut index) = (0, 0);
        while index < kinds.len() {
            bits |= 1 << kinds[index] as u32;
            index += 1;
        }
        Attention(bits)
    }

    /// To whatever one of two pays attention to.
    pub const fn or(self, other: Attention) -> Attention {
        Attention(self.0 | other.0)
    }

    /// Whether it is paid to a kind.
    #[inline(always)]
    pub const fn is_to(self, kind: Kind) -> bool {
        self.0 >> kind as u32 & 1 == 1
    }
}

impl Default for Attention {
    fn default() -> Attention {
        Attention::ALL
    }
}

/// Takes facts down as they happen: the digest covers each at once; those that somebody is told are kept in their order
/// until they are handed on, with the stories of the jobs they close.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Facts {
    now: Time,
    digest: Digest,
    #[serde(skip)]
    attention: Attention,
    facts: Vec<Fact>,
    stories: Vec<Story>,
}

impl Facts {
    /// What follows happens at `now`.
    #[inline]
    pub fn begin(&mut self, now: Time) {
        self.now = now;
    }

    /// From now on keeps the facts of these kinds alone. The digest covers all of them whatever is kept.
    pub fn keep(&mut self, attention: Attention) {
        self.attention = attention;
    }

    /// Notes what happened. Inlined, as the kind is known where it happens and need not be found out.
    #[inline(always)]
    pub fn note(&mut self, fact: Fact) {
        debug_assert!(!matches!(fact, Fact::Closed { .. }), "a closing fact comes with its story");
        self.digest.note(self.now, &fact);
        if self.attention.is_to(fact.kind()) {
            self.facts.push(fact);
        }
    }

    /// Notes what happened to a class or a model: the digest covers `by_name`, the same fact with the place of the name in
    /// alphabetical order for the id, because the tables of a scenario have no order and ids go by the file.
    #[inline(always)]
    pub fn note_by_name(&mut self, fact: Fact, by_name: Fact) {
        self.digest.note(self.now, &by_name);
        if self.attention.is_to(fact.kind()) {
            self.facts.push(fact);
        }
    }

    /// Notes that a job left, with its whole story.
    #[inline]
    pub fn close(&mut self, story: &Story) {
        self.tell(Fact::Closed { job: story.key, fate: story.fate }, story);
    }

    /// Notes that a check has been answered, with its own story.
    pub fn check(&mut self, story: &Story, check: u8, alarm: bool) {
        self.tell(Fact::Checked { job: story.key, by: story.node, check, alarm }, story);
    }

    /// Notes that a check ended without a vote, with its own story and what it was paid.
    pub fn check_ended(&mut self, story: &Story, check: u8, paid: Money) {
        self.tell(Fact::CheckEnded { job: story.key, by: story.node, check, paid }, story);
    }

    #[inline(always)]
    fn tell(&mut self, fact: Fact, story: &Story) {
        self.digest.note(self.now, &fact);
        self.digest.story(story);
        if self.attention.is_to(fact.kind()) {
            self.facts.push(fact);
            // Straight from where it lies, without a stop on the stack.
            self.stories.extend_from_slice(std::slice::from_ref(story));
        }
    }

    /// The facts kept since the last [`clear`](Facts::clear), each closing one and each check with its story.
    #[inline]
    pub fn iter(&self) -> impl Iterator<Item = (&Fact, Option<&Story>)> {
        let mut stories = self.stories.iter();
        self.facts.iter().map(move |fact| match fact {
            Fact::Closed { .. } | Fact::Checked { .. } | Fact::CheckEnded { .. } => (fact, stories.next()),
            _ => (fact, None),
        })
    }

    /// Forgets what has been handed on.
    #[inline]
    pub fn clear(&mut self) {
        self.facts.clear();
        self.stories.clear();
    }

    /// Whether nothing waits to be handed on.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.facts.is_empty()
    }

    /// Over everything that happened.
    pub fn digest(&self) -> &Digest {
        &self.digest
    }
}
