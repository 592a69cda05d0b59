//! The market: the life of a computation (`life/`), what moves around it (`forces/`), what is written down (`state/`).
//!
//! It is plain data. It cannot fail and does no I/O: bad input has ended in `scenario/`, what can grow has a limit, and
//! what remains is a programmer's error, which stops the run with an assert.

use serde::{Deserialize, Serialize};

use crate::domain::ids::{ClassId, IdVec, JobSlot, NodeId, SourceId};
use crate::domain::money::Money;
use crate::domain::story::JobKey;
use crate::engine::queue::{Lane, Queue, prefetch};
use crate::engine::random::Seed;
use crate::engine::time::{Span, Time};
use crate::policy::chooser::Offer;
use crate::policy::pool::PoolMemory;
use crate::record::fact::Facts;
use crate::scenario::Scenario;

mod forces;
mod gauges;
mod life;
mod opening;
mod state;

use life::bound::Ceilings;
use life::choice::Best;
use life::passing::Passing;
use life::terms::Terms;
use state::chain::ChainState;
use state::checkers::Checkers;
use state::jobs::Jobs;
use state::learnt::Learnt;
use state::ledger::{Account, Ledger};
use state::levels::Levels;
use state::nodes::Nodes;
use state::opinions::Opinions;
use state::payouts::Payouts;
use state::prices::Prices;
use state::proceedings::Proceedings;
use state::registry::Registry;
use state::service::Entry;
use state::sources::Source;

pub use gauges::View;
pub use life::choice::{Inquest, Inspection};
pub use life::quote::Quote;

#[allow(missing_docs, reason = "an event names the job or node it is about, and the turn it was meant for")]
/// What is due. An event about a job or a node carries the turn it was meant for; if the turn has moved on, the event is
/// stale and is dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
// The kind takes a word of its own: beside a kind of one byte the rest is copied shifted, and every pop waits for its own store.
#[repr(u32)]
pub enum Event {
    /// A source asks for its next job.
    Arrival { source: SourceId },
    /// A request reaches its node.
    Reach { job: JobSlot, turn: u32 },
    /// A waiting requester loses patience.
    Patience { job: JobSlot, turn: u32 },
    /// A node has loaded the model a job needs.
    Load { job: JobSlot, turn: u32 },
    /// The job nearest its end at a node ends its phase.
    Step { node: NodeId, turn: u32 },
    /// An answer reaches its requester.
    Respond { job: JobSlot, turn: u32 },
    /// A requester tries again.
    Retry { job: JobSlot, turn: u32 },
    /// A node fails.
    Fail { node: NodeId },
    /// A node comes back.
    Repair { node: NodeId },
    /// A node is listed, or its listing lapses.
    List { node: NodeId, turn: u32 },
    /// Routing renews its picture.
    Refresh,
    /// The quote of a waiting job expires.
    Expire { job: JobSlot, turn: u32 },
    /// A requester has seen what the node's hardware says.
    Attest { job: JobSlot, turn: u32, check: u8 },
    /// The deadline of an answer that is being checked has passed.
    Late { job: JobSlot, turn: u32 },
    /// The window of an accepted result has passed.
    Window { job: JobSlot, turn: u32 },
    /// The prices of computing and verification may move.
    Price,
    /// A block of the chain.
    Block,
    /// A batch of payments is closed by its age.
    Aged { batch: u32 },
    /// The open batch may be closed because no payment joins.
    Idle,
    /// The settler is done with a batch.
    Settle,
}

const _: () = assert!(size_of::<Event>() <= 16);

/// The state of a running market.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Market {
    seed: Seed,
    jobs: Jobs,
    nodes: Nodes,
    registry: Registry,
    sources: IdVec<SourceId, Source>,
    classes: IdVec<ClassId, ClassState>,
    ledger: Ledger,
    levels: Levels,
    pool: PoolMemory,
    prices: Prices,
    /// What a unit costs those who supply it, by channel, on the average.
    costs: [Money; 3],
    proceedings: Proceedings,
    opinions: Opinions,
    chain: ChainState,
    payouts: Payouts,
    /// What those who asked would have waited, where they are told the mean of it.
    wait: MeanSpan,
    /// Those who may be drawn for checks, as they are drawn.
    checkers: Checkers,
    /// How long checks took beside what was quoted.
    learnt: Learnt,
    /// Events dropped because their turn had passed.
    stale: u64,
    #[serde(skip)]
    scratch: Scratch,
    #[serde(skip)]
    inspection: Option<Box<Inspection>>,
}

/// What the market has learnt about a class, and where its constant delays queue.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct ClassState {
    /// Answers that have reached their requesters.
    outputs: u64,
    /// Their output tokens together.
    output_tokens: u64,
    /// The lane of its patience, if that is constant.
    patience: Option<Lane>,
}

/// The mean of spans, of waits and of others.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
struct MeanSpan {
    count: u64,
    nanos: u128,
}

impl MeanSpan {
    #[inline]
    fn note(&mut self, span: Span) {
        self.count += 1;
        self.nanos += span.0 as u128;
    }

    fn mean(&self) -> Span {
        match u64::try_from(self.nanos) {
            _ if self.count == 0 => Span::ZERO,
            // A division of 128 bits takes many times as long.
            Ok(nanos) => Span(nanos / self.count),
            Err(_) => Span((self.nanos / self.count as u128) as u64),
        }
    }
}

/// From so many nodes on, what events touch is worth asking for beforehand; the nodes of a smaller market are near at hand
/// (measured: at a thousand nodes asking costs more than it brings, at a hundred thousand it brings a fifth).
const WIDE: usize = 8_192;

/// Room to work in, kept so that nothing is allocated per job.
#[derive(Clone, Debug, Default)]
struct Scratch {
    pool: Vec<NodeId>,
    offers: Vec<Offer>,
    jobs: Vec<JobSlot>,
    terms: Vec<Terms>,
    /// The best method of each offer that leaves something.
    best: Vec<Best>,
    ceilings: Ceilings,
    /// Offers not yet taken for copies, and those taken.
    left: Vec<Offer>,
    chosen: Vec<Offer>,
    checkers: Vec<NodeId>,
    /// The nodes whose answer is checked.
    computing: Vec<NodeId>,
    /// How often answers pass each method, at the diligence it was last asked for.
    passing: Vec<Passing>,
    entries: Vec<Entry>,
    turns: Vec<u32>,
}

impl Scratch {
    /// Room for as many offers as a pool usually has, with a few methods each.
    fn with_room() -> Scratch {
        const OFFERS: usize = 64;
        Scratch {
            pool: Vec::with_capacity(OFFERS),
            offers: Vec::with_capacity(OFFERS),
            terms: Vec::with_capacity(16),
            best: Vec::with_capacity(OFFERS),
            left: Vec::with_capacity(OFFERS),
            chosen: Vec::with_capacity(OFFERS),
            checkers: Vec::with_capacity(OFFERS),
            computing: Vec::with_capacity(OFFERS),
            passing: Vec::with_capacity(16),
            ..Scratch::default()
        }
    }
}

/// The present instant, as a handler sees it.
pub struct Moment<'a> {
    /// What the market is to be.
    pub scenario: &'a Scenario,
    /// When.
    pub now: Time,
    /// What is due later.
    pub queue: &'a mut Queue<Event>,
    /// What has happened.
    pub facts: &'a mut Facts,
}

impl Market {
    /// Lets one event happen.
    #[inline]
    pub fn handle(&mut self, event: Event, at: &mut Moment<'_>) {
        match event {
            Event::Arrival { source } => life::arrival::arrive(self, at, source),
            Event::Reach { job, turn } if self.jobs.is(job, turn) => life::placement::reach(self, at, job),
            Event::Patience { job, turn } if self.jobs.is(job, turn) => life::waiting::abandon(self, at, job),
            Event::Load { job, turn } if self.jobs.is(job, turn) => life::execution::loaded(self, at, job),
            Event::Step { node, turn } if self.nodes.is(node, turn) => life::execution::step(self, at, node),
            Event::Respond { job, turn } if self.jobs.is(job, turn) => life::execution::respond(self, at, job),
            Event::Retry { job, turn } if self.jobs.is(job, turn) => life::offer::offer(self, at, job),
            Event::Fail { node } => forces::churn::fail(self, at, node),
            Event::Repair { node } => forces::churn::repair(self, at, node),
            Event::List { node, turn } => forces::churn::list(self, at, node, turn),
            Event::Refresh => forces::churn::refresh(self, at),
            Event::Expire { job, turn } if self.jobs.is(job, turn) => life::negotiation::expire(self, at, job),
            Event::Attest { job, turn, check } if self.jobs.is(job, turn) => {
                life::verification::attested(self, at, job, check);
            }
            Event::Late { job, turn } if self.jobs.is(job, turn) => life::verdict::late(self, at, job),
            Event::Window { job, turn } if self.jobs.is(job, turn) => life::standing::window(self, at, job),
            Event::Price => forces::price::tick(self, at),
            Event::Block => life::coordination::block(self, at),
            Event::Aged { batch } => forces::payout::aged(self, at, batch),
            Event::Idle => forces::payout::idle(self, at),
            Event::Settle => forces::payout::settle(self, at),
            _ => self.stale += 1,
        }
    }

    /// Asks for the memory that events a few places off will touch: first the node, later the jobs it serves and serves
    /// next. A market of many nodes is larger than any cache, and its events jump about in it.
    #[inline]
    pub fn prefetch(&self, event: Event, queue: &Queue<Event>) {
        if !self.is_wide() {
            return;
        }
        if let Some(Event::Step { node, .. }) = queue.upcoming(8) {
            prefetch(&self.nodes.states[*node]);
        }
        match queue.upcoming(4) {
            Some(Event::Step { node, .. }) => {
                let state = &self.nodes.states[*node];
                if let Some(due) = state.due {
                    self.jobs.prefetch(due.job);
                }
                if let Some(next) = state.waiting.first(|_| 0) {
                    self.jobs.prefetch(next);
                }
                self.ledger.prefetch(Account::Node(*node));
            }
            Some(Event::Reach { job, .. } | Event::Respond { job, .. }) => self.jobs.prefetch(*job),
            _ => {}
        }
        if let (Event::Patience { .. }, Some(Event::Patience { job, .. })) = (event, queue.upcoming_in_lane(8)) {
            self.jobs.prefetch_hot(*job);
        }
    }

    /// Whether its nodes are too many to be near at hand.
    #[inline]
    fn is_wide(&self) -> bool {
        self.nodes.states.len() >= WIDE
    }

    /// Asserts that money is conserved and that the books agree with the jobs in hand.
    pub fn audit(&self) {
        self.ledger.assert_balanced();
        let in_escrow = self.jobs.escrow();
        assert_eq!(in_escrow, self.ledger.escrowed(), "the escrow holds what the open jobs have put there");
    }

    /// Jobs that have been asked for and are not closed.
    pub fn open_jobs(&self) -> u32 {
        self.jobs.open()
    }

    /// Slots in use, by open jobs and by work on their behalf.
    pub fn slots_in_use(&self) -> u32 {
        self.jobs.slots()
    }

    /// Watches the quotes of one job from now on.
    pub fn inspect(&mut self, job: JobKey) {
        self.inspection = Some(Box::new(Inspection { job, inquests: Vec::new() }));
    }

    /// What the watched job was offered.
    pub fn inspection(&self) -> Option<&Inspection> {
        self.inspection.as_deref()
    }

    /// Jobs that have left the market.
    pub fn closed_jobs(&self) -> u64 {
        let asked: u64 = self.sources.iter().map(|source| source.index).sum();
        asked - u64::from(self.jobs.open())
    }

    /// Events dropped because their turn had passed.
    pub fn stale(&self) -> u64 {
        self.stale
    }

    /// Closes every open job as censored, where it stands.
    pub fn censor(&mut self, at: &mut Moment<'_>) {
        for slot in self.jobs.open_slots() {
            life::standing::censor(self, at, slot);
        }
    }
}
