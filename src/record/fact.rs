//! Facts: what happened, in the past tense. The market writes them; recorders read them; the digest covers them all.

use serde::{Deserialize, Serialize};

use crate::domain::fate::{Cause, Fate};
use crate::domain::ids::{ClassId, ModelId, NodeId};
use crate::domain::money::{Asset, Money};
use crate::domain::story::{JobKey, Story};
use crate::engine::time::Span;

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

impl Fact {
    /// A short word for timelines and the digest's documentation.
    pub fn name(&self) -> &'static str {
        match self {
            Fact::Asked { .. } => "asked",
            Fact::Declined { .. } => "declined",
            Fact::Placed { .. } => "placed",
            Fact::Reached { .. } => "reached",
            Fact::Bounced { .. } => "bounced",
            Fact::LoadAwaited { .. } => "load-awaited",
            Fact::Started { .. } => "started",
            Fact::Preempted { .. } => "preempted",
            Fact::FirstToken { .. } => "first-token",
            Fact::Finished { .. } => "finished",
            Fact::Dropped { .. } => "dropped",
            Fact::Answered { .. } => "answered",
            Fact::Negotiated { .. } => "negotiated",
            Fact::Checked { .. } => "checked",
            Fact::CalledOff { .. } => "called-off",
            Fact::Revoked { .. } => "revoked",
            Fact::Slashed { .. } => "slashed",
            Fact::Priced { .. } => "priced",
            Fact::Block { .. } => "block",
            Fact::Settled { .. } => "settled",
            Fact::NodeFailed { .. } => "node-failed",
            Fact::NodeRepaired { .. } => "node-repaired",
            Fact::Listed { .. } => "listed",
            Fact::Delisted { .. } => "delisted",
            Fact::Endowed { .. } => "endowed",
            Fact::Closed { .. } => "closed",
        }
    }
}

/// The facts of one event in the order they happened, and the stories of the jobs it closed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Facts {
    facts: Vec<Fact>,
    stories: Vec<Story>,
}

impl Facts {
    /// Notes what happened.
    #[inline]
    pub fn note(&mut self, fact: Fact) {
        debug_assert!(!matches!(fact, Fact::Closed { .. }), "a closing fact comes with its story");
        self.facts.push(fact);
    }

    /// Notes that a job left, with its whole story.
    #[inline]
    pub fn close(&mut self, story: &Story) {
        self.facts.push(Fact::Closed { job: story.key, fate: story.fate });
        self.stories.push(*story);
    }

    /// Notes that a check has been answered, with its own story.
    #[inline]
    pub fn check(&mut self, story: &Story, check: u8, alarm: bool) {
        self.facts.push(Fact::Checked { job: story.key, by: story.node, check, alarm });
        self.stories.push(*story);
    }

    /// The facts since the last [`clear`](Facts::clear), each closing one and each check with its story.
    #[inline]
    pub fn iter(&self) -> impl Iterator<Item = (&Fact, Option<&Story>)> {
        let mut stories = self.stories.iter();
        self.facts.iter().map(move |fact| match fact {
            Fact::Closed { .. } | Fact::Checked { .. } => (fact, stories.next()),
            _ => (fact, None),
        })
    }

    /// Forgets what has been handed on.
    #[inline]
    pub fn clear(&mut self) {
        self.facts.clear();
        self.stories.clear();
    }

    /// Whether nothing happened.
    pub fn is_empty(&self) -> bool {
        self.facts.is_empty()
    }
}
