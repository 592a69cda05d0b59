//! What is due.

use serde::{Deserialize, Serialize};

use crate::domain::ids::{JobSlot, PartyId, SourceId, WorkSlot};

#[allow(missing_docs, reason = "an event names the job, work or node it is about, and the version it was meant for")]
/// What is due. An event about a job or a node carries the version it was meant for; if the version has moved on, the event is
/// stale and is dropped. So does an event of a clock: its turn passes when the clock is set anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
// The kind takes a word of its own: beside a kind of one byte the rest is copied shifted, and every pop waits for its own store.
#[repr(u32)]
pub enum Event {
    /// A source asks for its next job.
    Arrival { source: SourceId },
    /// A request, or a task, reaches its node.
    Reach { work: WorkSlot, version: u32 },
    /// A waiting requester loses patience.
    Patience { job: JobSlot, version: u32 },
    /// A node has loaded the model that its work needs.
    Load { work: WorkSlot, version: u32 },
    /// The work nearest its end at a node ends its phase.
    Step { node: PartyId, version: u32 },
    /// An answer, or a vote, reaches its requester.
    Respond { work: WorkSlot, version: u32 },
    /// A requester tries again.
    Retry { job: JobSlot, version: u32 },
    /// A node fails.
    Fail { node: PartyId },
    /// A node comes back.
    Repair { node: PartyId },
    /// A node is listed, or its listing lapses.
    List { node: PartyId, version: u32 },
    /// A clock ticks.
    Clock { clock: Clock, turn: u32 },
    /// The quote of a waiting job expires.
    Expire { job: JobSlot, version: u32 },
    /// A requester has seen what the node's hardware says.
    Attest { job: JobSlot, version: u32, check: u8 },
    /// A checker has had its time.
    Overdue { job: JobSlot, version: u32, ordinal: u16, check: u8 },
    /// The time for votes on a check is over, and all its votes are published.
    Reveal { job: JobSlot, version: u32, check: u8 },
    /// The deadline of an answer that is being checked has passed.
    Late { job: JobSlot, version: u32 },
    /// The window of an accepted result has passed.
    Window { job: JobSlot, version: u32 },
    /// A dispute is narrowed down to one step: the check that decides about it begins.
    Narrowed { job: JobSlot, version: u32, check: u8 },
    /// A batch of payments is closed by its age.
    Aged { batch: u32 },
    /// The open batch may be closed because no payment joins.
    Idle,
    /// The settler is done with a batch.
    Settle,
    /// A shock begins or ends, unless the shocks were amended since.
    Shock { shock: u16, turn: u32 },
    /// A series outside the market steps.
    Series { series: u16 },
    /// A source asks for a job more, by a shock.
    Extra { stream: u32, version: u32 },
    /// A party decides whether to leave, or to come.
    Decide { node: PartyId, turn: u32 },
    /// The stake of a party that has left goes back.
    Unbond { node: PartyId, turn: u32 },
}

const _: () = assert!(size_of::<Event>() <= 16);

/// What ticks at equal intervals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Clock {
    /// Routing renews its picture.
    Picture,
    /// The prices of computing and of verification may move.
    Price,
    /// A block of the chain.
    Block,
    /// All parties are looked at, to measure agreement.
    Agreement,
}

impl Clock {
    /// How many there are.
    pub const COUNT: usize = 4;
}

/// Something of each clock, in the order of [`Clock`].
pub type ByClock<T> = [T; Clock::COUNT];
