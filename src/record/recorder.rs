//! Recorders watch a run. Watching cannot change it.

use crate::domain::ancestry::ResultRecord;
use crate::domain::causes::{CauseRecord, Wrongs};
use crate::domain::ids::{NodeGroupId, OperatorId, PartyId, RegionId};
use crate::domain::money::Money;
use crate::domain::party::PartyKind;
use crate::domain::price::Price;
use crate::domain::probe::{Probe, ProbeOption, ProbeQuote};
use crate::domain::record::{CheckRecord, JobRecord};
use crate::domain::reliance::{Held, Relied};
use crate::engine::time::Time;
use crate::record::agreement::AgreementGauge;
use crate::record::fact::{Fact, FactFilter};

/// Watches a run. Every method has a default that does nothing, so a recorder says only what it cares about.
pub trait Recorder {
    /// Which kinds of facts it is told; of others it may be told, if another recorder beside it is.
    fn filter(&self) -> FactFilter {
        FactFilter::ALL
    }

    /// Takes note of a fact; a closing fact comes with the job's whole record.
    fn note(&mut self, _now: Time, _fact: &Fact, _record: Option<&JobRecord>) {}

    /// Takes note of a check or a proof that ended, with its record; by default as of any other fact.
    fn note_check(&mut self, now: Time, fact: &Fact, _record: &CheckRecord) {
        self.note(now, fact, None);
    }

    /// Takes note of what has caused that a wrong answer was used, when its job leaves; where the scenario records causes.
    fn note_cause(&mut self, _record: &CauseRecord) {}

    /// Takes note that an answer came into use, and of those who hold the trust in it.
    fn note_reliance(&mut self, _relied: &Relied, _held: &[Held]) {}

    /// Takes note of a used result whose standing has ended; where the scenario writes results down.
    fn note_result(&mut self, _record: &ResultRecord) {}

    /// The next instant this recorder wants to look at the market, if it is at or before `now`.
    fn due(&self, _now: Time) -> Option<Time> {
        None
    }

    /// Looks at the market as it stands just before the events of `at` or later.
    fn sample(&mut self, _at: Time, _gauges: &impl Gauges) {}

    /// The run has ended at `at`: the last look.
    fn end(&mut self, _at: Time, _gauges: &impl Gauges) {}
}

/// No recorder.
impl Recorder for () {
    fn filter(&self) -> FactFilter {
        FactFilter::NONE
    }
}

/// Two recorders watch the same run.
impl<A: Recorder, B: Recorder> Recorder for (A, B) {
    fn filter(&self) -> FactFilter {
        self.0.filter().or(self.1.filter())
    }

    #[inline]
    fn note(&mut self, now: Time, fact: &Fact, record: Option<&JobRecord>) {
        self.0.note(now, fact, record);
        self.1.note(now, fact, record);
    }

    fn note_check(&mut self, now: Time, fact: &Fact, record: &CheckRecord) {
        self.0.note_check(now, fact, record);
        self.1.note_check(now, fact, record);
    }

    fn note_cause(&mut self, record: &CauseRecord) {
        self.0.note_cause(record);
        self.1.note_cause(record);
    }

    fn note_reliance(&mut self, relied: &Relied, held: &[Held]) {
        self.0.note_reliance(relied, held);
        self.1.note_reliance(relied, held);
    }

    fn note_result(&mut self, record: &ResultRecord) {
        self.0.note_result(record);
        self.1.note_result(record);
    }

    fn due(&self, now: Time) -> Option<Time> {
        match (self.0.due(now), self.1.due(now)) {
            (Some(first), Some(second)) => Some(first.min(second)),
            (first, second) => first.or(second),
        }
    }

    fn sample(&mut self, at: Time, gauges: &impl Gauges) {
        if self.0.due(at) == Some(at) {
            self.0.sample(at, gauges);
        }
        if self.1.due(at) == Some(at) {
            self.1.sample(at, gauges);
        }
    }

    fn end(&mut self, at: Time, gauges: &impl Gauges) {
        self.0.end(at, gauges);
        self.1.end(at, gauges);
    }
}

/// A recorder behind a reference.
impl<R: Recorder> Recorder for &mut R {
    fn filter(&self) -> FactFilter {
        (**self).filter()
    }

    #[inline]
    fn note(&mut self, now: Time, fact: &Fact, record: Option<&JobRecord>) {
        (**self).note(now, fact, record);
    }

    fn note_check(&mut self, now: Time, fact: &Fact, record: &CheckRecord) {
        (**self).note_check(now, fact, record);
    }

    fn note_cause(&mut self, record: &CauseRecord) {
        (**self).note_cause(record);
    }

    fn note_reliance(&mut self, relied: &Relied, held: &[Held]) {
        (**self).note_reliance(relied, held);
    }

    fn note_result(&mut self, record: &ResultRecord) {
        (**self).note_result(record);
    }

    fn due(&self, now: Time) -> Option<Time> {
        (**self).due(now)
    }

    fn sample(&mut self, at: Time, gauges: &impl Gauges) {
        (**self).sample(at, gauges);
    }

    fn end(&mut self, at: Time, gauges: &impl Gauges) {
        (**self).end(at, gauges);
    }
}

/// What can be read off a running market.
pub trait Gauges {
    /// The market as a whole, at an instant not before the last event.
    fn market(&self, at: Time) -> MarketGauge;

    /// The models' own prices of computing, in the order of the scenario; none while a price is stopped.
    fn model_prices(&self, at: Time, each: &mut dyn FnMut(Option<Price>));

    /// What probes would be quoted at an instant not before the last event, in their order. Each comes with all that was weighed, in the order
    /// of keys; nothing where requesters do not weigh.
    fn quotes(&self, at: Time, probes: &[Probe], each: &mut dyn FnMut(&ProbeQuote, &[ProbeOption]));

    /// How answers come to be wrong by what the groups do, where causes are recorded.
    fn wrongs(&self) -> &Wrongs;

    /// Every group of nodes, validators or provers, in the order of the scenario.
    fn groups(&self, each: &mut dyn FnMut(&GroupGauge));

    /// Every node in the order of their numbers.
    fn nodes(&self, at: Time, each: &mut dyn FnMut(&NodeGauge));
}

/// The market as a whole.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct MarketGauge {
    /// Jobs asked for and not closed.
    pub open: u64,
    /// Jobs in a node's waiting room.
    pub waiting: u64,
    /// Jobs in service.
    pub executing: u64,
    /// Nodes that work.
    pub up: u64,
    /// Nodes that routing can see.
    pub listed: u64,
    /// Open jobs × nanoseconds so far, exactly.
    pub open_area: u128,
    /// Waiting jobs × nanoseconds so far, exactly.
    pub waiting_area: u128,
    /// Jobs in service × nanoseconds so far, exactly.
    pub executing_area: u128,
    /// Working nodes × nanoseconds so far, exactly.
    pub up_area: u128,
    /// The price of a GPU-second, of a unit of gas, and of a checker's GPU-second; none while its channel is stopped.
    pub prices: [Option<Price>; 3],
    /// Checks and proofs that wait.
    pub checks_waiting: u64,
    /// Checks and proofs under way.
    pub checks_executing: u64,
    /// Slots in use at working nodes × nanoseconds so far, exactly; zero where some node has no number of slots.
    pub in_use_area: u128,
    /// Slots of working nodes × nanoseconds so far, exactly; zero where some node has no number of slots.
    pub capacity_area: u128,
    /// Checks and proofs waiting × nanoseconds so far, exactly.
    pub checks_waiting_area: u128,
    /// Checks and proofs under way × nanoseconds so far, exactly.
    pub checks_executing_area: u128,
    /// Slots in use at working validators and provers × nanoseconds so far; zero where some of them has no number of slots.
    pub checks_in_use_area: u128,
    /// Slots of working validators and provers × nanoseconds so far; zero where some of them has no number of slots.
    pub checks_capacity_area: u128,
    /// Gas used in the last block.
    pub block_used: u64,
    /// Blocks so far.
    pub blocks: u64,
    /// The most gas of the next block.
    pub block_limit: u64,
    /// Gas of the placements that wait for a block.
    pub chain_waiting: u64,
    /// Credits in escrow.
    pub escrow: Money,
    /// Credits that nodes, validators and provers have earned, less what revocations took back.
    pub earned: Money,
    /// Events dropped because their version had passed.
    pub stale: u64,
    /// What right answers of the jobs that have left were worth at their use, in micro-credits.
    pub delivered: i128,
    /// What their wrong answers in use cost, in micro-credits.
    pub harm: i128,
    /// Micro-credits of the requesters: less than nothing, by what they paid.
    pub held_by_requesters: i128,
    /// Micro-credits in the treasury, destroyed and in escrow.
    pub held_by_others: i128,
    /// What a token is worth, in credits.
    pub token: Money,
    /// What a second of work on the reference card costs nodes, on the average.
    pub node_cost: Price,
    /// Who is in agreement, where that is measured.
    pub agreement: Option<AgreementGauge>,
}

/// A group of nodes, validators or provers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GroupGauge {
    /// Which group.
    pub group: NodeGroupId,
    /// What its parties do.
    pub kind: PartyKind,
    /// How many parties it has, there or not.
    pub parties: u32,
    /// How many are there: they have come and not left.
    pub present: u32,
}

/// One node.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NodeGauge {
    /// Which node.
    pub node: PartyId,
    /// Its group.
    pub group: NodeGroupId,
    /// What it does: node, validator or prover.
    pub kind: PartyKind,
    /// The probability that its next answer is right, as the first group of requesters sees it.
    pub trust: f64,
    /// Checks and proofs it has answered.
    pub checked: u64,
    /// Alarms it has raised.
    pub alarms: u64,
    /// Votes that it has not given in time.
    pub missed: u32,
    /// Its operator.
    pub operator: OperatorId,
    /// Where it is.
    pub region: RegionId,
    /// Speed relative to the reference GPU, as drawn; in a frozen twin it serves at the market's mean pace besides.
    pub speed: f64,
    /// What it asks per GPU-second, if a price of its own.
    pub asks: Option<Price>,
    /// What a busy second costs it.
    pub cost: Price,
    /// What being busy has cost it, in micro-credits.
    pub spent: f64,
    /// Tokens it holds, its stake among them.
    pub stake: Money,
    /// Credits earned, whatever of it has been paid for costs.
    pub income: Money,
    /// Slot-nanoseconds of service given.
    pub busy: u64,
    /// What being busy has cost, in micro-credits.
    pub busy_cost: i128,
    /// Of its slots while it worked, the share in use; `None` where it has no number of slots, or never worked.
    pub utilisation: Option<f64>,
    /// Attempts answered.
    pub served: u64,
    /// Attempts that ended without an answer.
    pub failed: u64,
    /// Failures of the node.
    pub failures: u32,
    /// Whether it works.
    pub up: bool,
}

impl NodeGauge {
    /// Whether it computes, rather than checks or proves.
    pub fn is_node(&self) -> bool {
        self.kind == PartyKind::Node
    }
}
