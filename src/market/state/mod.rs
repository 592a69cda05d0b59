//! What is written down: jobs, nodes, the registry, the books, the levels.

use serde::{Deserialize, Serialize};

use crate::domain::ids::{ClassId, IdVec, JobSlot, PartyId, SourceId, WorkSlot};
use crate::engine::queue::DelayLine;
use crate::engine::random::Seed;
use crate::engine::time::SimDuration;
use crate::policy::chooser::Offer;
use crate::policy::pool::PoolMemory;

use super::event::ByClock;
use super::life::next::{Next, Planned};
use super::quoting::bound::SurplusBounds;
use super::quoting::known::Known;
use super::quoting::quote::Best;
use super::quoting::quote_trace::Inspection;
use super::quoting::terms::Terms;

pub mod agreement;
pub mod ancestry;
pub mod arena;
pub mod bond;
pub mod capped;
pub mod cases;
pub mod causes;
pub mod chain;
pub mod checkers;
pub mod conducts;
pub mod drawn;
pub mod job_list;
pub mod jobs;
pub mod learnt;
pub mod ledger;
pub mod levels;
pub mod nodes;
pub mod offered;
pub mod opinions;
pub mod participants;
pub mod payouts;
pub mod planting;
pub mod presence;
pub mod prices;
pub mod pulled;
pub mod registry;
pub mod results;
pub mod series;
pub mod service;
pub mod shocks;
pub mod sources;
pub mod standings;
pub mod welfare;

/// The state of a running market. It is plain data: a clone is a fork, and its bytes are a save.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct State {
    /// Where all randomness comes from.
    pub seed: Seed,
    /// The open jobs and their tasks.
    pub jobs: jobs::Jobs,
    /// Nodes, validators and provers.
    pub nodes: nodes::Nodes,
    /// Parties that may be asked, by what they serve.
    pub registry: registry::Registry,
    /// Where jobs come from.
    pub sources: IdVec<SourceId, sources::Source>,
    /// What was learnt of each class.
    pub classes: IdVec<ClassId, ClassState>,
    /// The books.
    pub ledger: ledger::Ledger,
    /// Counts over time: open, waiting, executing, capacity.
    pub levels: levels::Levels,
    /// What the rule that draws pools remembers.
    pub pool: PoolMemory,
    /// The prices of the three channels.
    pub prices: prices::Prices,
    /// What goes on about answers of open jobs.
    pub cases: cases::VerificationCases,
    /// The looks at wrong answers, where causes are recorded.
    pub causes: causes::Causes,
    /// What requesters believe of parties.
    pub opinions: opinions::Opinions,
    /// Transactions that wait for a block.
    pub chain: chain::ChainState,
    /// Payments that wait for a batch.
    pub payouts: payouts::Payouts,
    /// What jobs that asked would have waited, where they are told the mean of it.
    pub wait: MeanSpan,
    /// Parties that may be drawn for checks, as they are drawn.
    pub checkers: checkers::Checkers,
    /// Checks that wait for a validator to take them.
    pub pulled: pulled::Pulled,
    /// How long checks took beside what was quoted.
    pub learnt: learnt::Learnt,
    /// What parties that come and go know of their income.
    pub participants: participants::Participants,
    /// Who is in agreement, where that is measured.
    pub agreement: agreement::Agreement,
    /// Accepted results that can still be revoked.
    pub results: results::StandingResults,
    /// Which results open jobs were computed from, where some class consumes.
    pub ancestry: Option<Box<ancestry::Ancestry>>,
    /// Which nodes are in good standing.
    pub standings: standings::Standings,
    /// Where canaries come by the epoch: which are due.
    pub planting: planting::Planting,
    /// What conducts remember beside the cold parts of parties.
    pub conducts: conducts::Conducts,
    /// What came of the jobs that have left.
    pub welfare: welfare::WelfareSums,
    /// Who was drawn for checks, where trust is accounted for.
    pub drawn: drawn::DrawnCheckers,
    /// Events dropped because their version had passed.
    pub stale: u64,
    /// What is still to come of the present event, the next thing last.
    pub agenda: Vec<Planned>,
    /// Room to work in.
    #[serde(skip)]
    pub scratch: Scratch,
    /// The job whose quotes are watched.
    #[serde(skip)]
    pub inspection: Option<Box<Inspection>>,
    /// What befalls the market from outside.
    pub shocks: shocks::Shocks,
    /// Where the series outside the market stand, in the order of the scenario.
    pub series: Vec<series::SeriesState>,
    /// The turn of each clock: it passes when the clock is set anew, so that what was due by the clock before is due no more.
    pub turns: ByClock<u32>,
}

/// What the market has learnt about a class, and where its constant delays queue.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct ClassState {
    /// Answers that have reached their requesters.
    pub outputs: u64,
    /// Their output tokens together.
    pub output_tokens: u64,
    /// The lane of its patience, if that is constant.
    pub patience: Option<DelayLine>,
}

impl ClassState {
    /// An answer reaches its requester: from now on its length is known.
    #[inline]
    pub fn learn_output(&mut self, tokens: u32) {
        self.outputs += 1;
        self.output_tokens += u64::from(tokens);
    }
}

/// The mean of spans.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct MeanSpan {
    count: u64,
    nanos: u128,
}

impl MeanSpan {
    /// Takes a span in.
    #[inline]
    pub fn note(&mut self, span: SimDuration) {
        self.count += 1;
        self.nanos += span.0 as u128;
    }

    /// The mean of all so far; zero without any.
    pub fn mean(&self) -> SimDuration {
        match u64::try_from(self.nanos) {
            _ if self.count == 0 => SimDuration::ZERO,
            // A division of 128 bits takes many times as long.
            Ok(nanos) => SimDuration(nanos / self.count),
            Err(_) => SimDuration((self.nanos / self.count as u128) as u64),
        }
    }
}

/// Room to work in, kept so that nothing is allocated per job.
#[derive(Clone, Debug, Default)]
pub struct Scratch {
    /// Nodes to ask.
    pub pool: Vec<PartyId>,
    /// Their offers.
    pub offers: Vec<Offer>,
    /// Jobs that one event touches.
    pub jobs: Vec<JobSlot>,
    /// What one event touches at a node.
    pub work: Vec<WorkSlot>,
    /// What each method would cost and promise.
    pub terms: Vec<Terms>,
    /// The best method of each offer that leaves something.
    pub best: Vec<Best>,
    /// What each offer leaves at most.
    pub bounds: SurplusBounds,
    /// How closely the answers of the node of each offer are checked; empty where no admitted method goes by that.
    pub scrutinies: Vec<f64>,
    /// Offers not yet taken for copies.
    pub left: Vec<Offer>,
    /// Offers taken for copies.
    pub chosen: Vec<Offer>,
    /// Checkers that were drawn.
    pub checkers: Vec<PartyId>,
    /// The nodes whose answer is checked.
    pub computing: Vec<PartyId>,
    /// How often answers pass each method, at the diligence it was last asked for.
    pub passing: Known,
    /// Jobs in service at one node.
    pub entries: Vec<service::Entry>,
    /// Where trust in an answer sits.
    pub trusting: Box<drawn::Trusting>,
}

impl Scratch {
    /// Room for as many offers as a pool usually has, with a few methods each.
    pub fn with_room() -> Scratch {
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
            passing: Known::with_room(16),
            ..Scratch::default()
        }
    }
}

/// From so many nodes on, what events touch is worth asking for beforehand; the nodes of a smaller market are near at hand
/// (measured: at a thousand nodes asking costs more than it brings, at a hundred thousand it brings a fifth).
const WIDE: usize = 8_192;

impl State {
    /// Whether its nodes are too many to be near at hand.
    #[inline]
    pub fn is_wide(&self) -> bool {
        self.nodes.states.len() >= WIDE
    }

    /// Puts a step on the agenda. It is left out if the job or task is then no longer in its present state.
    pub fn plan_if_unchanged(&mut self, work: impl Into<WorkSlot>, next: Next) {
        let work = work.into();
        self.agenda.push(Planned { next, only: Some((work, self.jobs[work].version)) });
    }
}
