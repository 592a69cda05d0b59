//! The tally: a whole run in one row, in constant memory.

mod sums;

use crate::domain::ancestry::ResultRecord;
use crate::domain::causes::CauseRecord;
use crate::domain::fate::{Cause, Fate};
use crate::domain::record::JobRecord;
use crate::domain::reliance::{Held, Relied};
use crate::engine::random::Seed;
use crate::engine::time::{SimDuration, Time};
use crate::record::classes::Classes;
use crate::record::fact::{Fact, FactFilter, FactKind};
use crate::record::probing::{ProbePlan, Probed, Probing};
use crate::record::recorder::{Gauges, MarketGauge, Recorder};
use crate::record::reliance::{Ledger, Reliance};
use crate::record::results::Results;
use crate::record::suspects::{Suspected, Suspects};
use crate::record::welfare::Welfare;
use crate::stats::online::Online;
use crate::stats::quantile::LogGrid;

/// Counts and sums over the jobs asked for from the warm-up's end on, and levels over the time from then on.
#[derive(Clone, Debug)]
pub struct Tally {
    warm_up: Time,
    at_warm_up: Option<MarketGauge>,
    ledger: Option<Box<Ledger>>,
    probing: Option<Box<Probing>>,
    summary: Summary,
}

/// A duration over many jobs: moments and quantiles.
#[derive(Clone, Debug, Default)]
pub struct Durations {
    /// Seconds.
    pub moments: Online,
    /// Nanoseconds on a log grid.
    pub grid: LogGrid,
}

/// One run, summed up.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// From when jobs and levels are counted.
    pub from: Time,
    /// When the run ended.
    pub ended: Time,
    /// Jobs counted.
    pub jobs: u64,
    /// Of which by fate, in the order of [`Fate::ALL`].
    pub fates: [u64; Fate::ALL.len()],
    /// Of the declined by cause, in the order of [`Cause::ALL`].
    pub causes: [u64; Cause::ALL.len()],
    /// Of the declined: how many would have been placed without each deduction, in the order of
    /// [`Deduction::ALL`](crate::domain::fate::Deduction::ALL).
    pub placeable_without: [u64; 5],
    /// Of the declined: how many would have been placed with the method `none`.
    pub placeable_with_none: u64,
    /// Of those that verification killed: how many would also have been placed with the method `none`.
    pub killed_by_cost: u64,
    /// Jobs whose answer was used.
    pub used: u64,
    /// Of which were wrong.
    pub used_wrong: u64,
    /// Checks that took place, and alarms among them.
    pub checks: [u64; 2],
    /// Wrong answers that were checked, and of which found; right answers that were checked, and of which alarmed at.
    pub found: [u64; 4],
    /// Times a price was agreed anew, and what it rose by in all, in micro-credits.
    pub renegotiations: u64,
    /// The last price less the first, of all placed jobs, in micro-credits.
    pub slippage: i128,
    /// What was paid for computing, to the chain, and for verification.
    pub charged_by_channel: [i128; 3],
    /// What revocations could not bring back.
    pub shortfall: i128,
    /// What was slashed, in micro-tokens, from the warm-up's end on.
    pub slashed: i128,
    /// Results revoked, from the warm-up's end on.
    pub revoked: u64,
    /// Nanoseconds from use to finality, of the final that were used before.
    pub trust_gap: Durations,
    /// Asking to acceptance.
    pub accepted: Durations,
    /// Asking to finality.
    pub finality: Durations,
    /// Attempts of the jobs counted.
    pub attempts: u64,
    /// Requests that found their node gone or full, from the warm-up's end on.
    pub bounced: u64,
    /// Failures of nodes, from the warm-up's end on.
    pub node_failures: u64,
    /// Work of the jobs that were answered.
    pub work: u128,
    /// Input tokens of the jobs counted.
    pub input_tokens: u64,
    /// Output tokens of the jobs that were answered.
    pub output_tokens: u64,
    /// What right answers in time would have been worth, over all jobs counted.
    pub value_asked: i128,
    /// What the right and final ones were worth, whenever they came.
    pub value_final: i128,
    /// What the right answers used in time were worth at their use.
    pub delivered: i128,
    /// What the wrong answers in use cost.
    pub harm: i128,
    /// What requesters paid.
    pub charged: i128,
    /// Asking to answer.
    pub response: Durations,
    /// In the waiting room.
    pub wait: Durations,
    /// Asking to first token.
    pub first_token: Durations,
    /// Execution.
    pub service: Durations,
    /// The market at the end.
    pub end: MarketGauge,
    /// The market when counting began.
    pub begin: MarketGauge,
    /// Which run it is, where it is written down.
    pub about: Option<About>,
    /// The jobs counted, by class.
    pub classes: Classes,
    /// What the whole run was worth, and to whom.
    pub welfare: Welfare,
    /// Credits that nodes earned, and what being busy cost them, over the whole run.
    pub nodes: NodeTotals,
    /// The used wrong answers, where their causes are recorded.
    pub suspects: Suspects,
    /// What is said of those at the end, if any of them cost anything.
    pub suspected: Option<Suspected>,
    /// Whether causes are recorded.
    pub has_causes: bool,
    /// Trust in the answers of the jobs counted, where it is accounted for.
    pub reliance: Option<Box<Reliance>>,
    /// The used results of the jobs counted, where they are written down.
    pub results: Option<Box<Results>>,
    /// What became of the decisions of probes, where they are asked.
    pub probed: Option<Box<Probed>>,
}

/// Which run a summary is of.
#[derive(Clone, Debug)]
pub struct About {
    /// The name of its scenario.
    pub name: String,
    /// Its seed.
    pub seed: Seed,
    /// Over everything that happened.
    pub digest: String,
    /// The start of the run in its first trace of dates, as RFC 3339 in UTC.
    pub trace_start: Option<String>,
}

/// The nodes together, over the whole run.
#[derive(Clone, Copy, Debug, Default)]
pub struct NodeTotals {
    /// How many.
    pub count: u64,
    /// Credits earned.
    pub income: i128,
    /// What being busy cost, in micro-credits.
    pub cost: f64,
    /// Slot-nanoseconds of service given.
    pub busy: u128,
    /// What being busy cost them, validators and provers together, in micro-credits and party by party rounded.
    pub resources: i128,
    /// How many validators and provers.
    pub checkers: u64,
    /// Credits they earned.
    pub checkers_income: i128,
    /// What being busy cost them, in micro-credits.
    pub checkers_cost: f64,
}

impl Durations {
    /// Takes one in.
    #[inline(always)]
    pub fn note(&mut self, span: SimDuration) {
        self.moments.push(span.seconds());
        self.grid.record(span.0);
    }
}

impl Tally {
    /// A tally that counts from `warm_up` on.
    pub fn new(warm_up: Time) -> Tally {
        let summary = Summary { from: warm_up, ..Summary::default() };
        Tally { warm_up, at_warm_up: None, ledger: None, probing: None, summary }
    }

    /// It accounts for reliance too, which fades in this time; not where there is none.
    pub fn with_reliance(mut self, memory: Option<SimDuration>) -> Tally {
        self.ledger = memory.map(|memory| Box::new(Ledger::new(memory)));
        self
    }

    /// It sums up used results too, if they are written down.
    pub fn with_results(mut self, are_recorded: bool) -> Tally {
        self.summary.results = are_recorded.then(Box::default);
        self
    }

    /// It asks probes too; not where there are none.
    pub fn with_probes(mut self, plan: Option<ProbePlan>) -> Tally {
        self.probing = plan.map(|plan| Box::new(Probing::new(plan)));
        self
    }

    /// With columns of the summary about causes, if they are recorded.
    pub fn with_causes(mut self, are_recorded: bool) -> Tally {
        self.summary.has_causes = are_recorded;
        self
    }

    /// The run, summed up; whole once the run has ended.
    pub fn summary(&self) -> &Summary {
        &self.summary
    }

    /// The run, summed up.
    pub fn into_summary(self) -> Summary {
        self.summary
    }

    fn count(&mut self, record: &JobRecord) {
        let summary = &mut self.summary;
        summary.classes.count(record);
        summary.input_tokens += record.input_tokens as u64;
        self.verified(record);
        let summary = &mut self.summary;
        let at = &record.at;
        if at.started != Time::NEVER {
            summary.wait.note(at.started.since(at.reached));
        }
        if at.answered != Time::NEVER {
            summary.response.note(at.answered.since(at.asked));
            summary.service.note(at.finished.since(at.started));
            summary.first_token.note(at.first_token.since(at.asked));
            summary.output_tokens += record.output_tokens as u64;
        }
    }
}

impl Tally {
    /// Counts what verification did to a job.
    fn verified(&mut self, record: &JobRecord) {
        let (summary, at) = (&mut self.summary, &record.at);
        if record.checks > 0 {
            let place = if record.is_right_for_inputs() { 2 } else { 0 };
            summary.found[place] += 1;
            summary.found[place + 1] += u64::from(record.alarms > 0);
        }
        summary.renegotiations += u64::from(record.renegotiations);
        if record.attempts > 0 {
            summary.slippage += (record.price().0 - record.first_price.0) as i128;
        }
        if at.accepted != Time::NEVER {
            summary.accepted.note(at.accepted.since(at.asked));
        }
        if at.finalised != Time::NEVER {
            summary.finality.note(at.finalised.since(at.asked));
            if at.used != Time::NEVER {
                summary.trust_gap.note(at.finalised.since(at.used));
            }
        }
    }
}

impl Recorder for Tally {
    fn filter(&self) -> FactFilter {
        FactFilter::of(&[
            FactKind::Closed,
            FactKind::Bounced,
            FactKind::Slashed,
            FactKind::Revoked,
            FactKind::NodeFailed,
        ])
    }

    #[inline]
    fn note(&mut self, now: Time, fact: &Fact, record: Option<&JobRecord>) {
        match (fact, record) {
            (Fact::Closed { .. }, Some(record)) if record.at.asked >= self.warm_up => self.count(record),
            (Fact::Bounced { .. }, _) if now >= self.warm_up => self.summary.bounced += 1,
            (Fact::Slashed { amount, .. }, _) if now >= self.warm_up => self.summary.slashed += amount.0 as i128,
            (Fact::Revoked { .. }, _) if now >= self.warm_up => self.summary.revoked += 1,
            (Fact::NodeFailed { .. }, _) if now >= self.warm_up => self.summary.node_failures += 1,
            _ => {}
        }
    }

    fn note_cause(&mut self, record: &CauseRecord) {
        if record.asked >= self.warm_up {
            self.summary.suspects.note(record);
        }
    }

    fn note_reliance(&mut self, relied: &Relied, held: &[Held]) {
        if let Some(ledger) = self.ledger.as_mut().filter(|_| relied.asked >= self.warm_up) {
            ledger.note(relied, held);
        }
    }

    fn note_result(&mut self, record: &ResultRecord) {
        if let Some(results) = self.summary.results.as_mut().filter(|_| record.asked >= self.warm_up) {
            results.note(record);
        }
    }

    #[inline]
    fn due(&self, now: Time) -> Option<Time> {
        let begin = (self.at_warm_up.is_none() && self.warm_up <= now).then_some(self.warm_up);
        match &self.probing {
            None => begin,
            Some(probing) => begin.into_iter().chain(Some(probing.next()).filter(|next| *next <= now)).min(),
        }
    }

    fn sample(&mut self, at: Time, gauges: &impl Gauges) {
        if self.at_warm_up.is_none() && self.warm_up == at {
            self.at_warm_up = Some(gauges.market(at));
        }
        if let Some(probing) = self.probing.as_mut().filter(|probing| probing.next() == at) {
            probing.look(gauges, &mut |_| (), &mut |_| ());
        }
    }

    fn end(&mut self, at: Time, gauges: &impl Gauges) {
        self.summary.ended = at;
        self.summary.begin = self.at_warm_up.unwrap_or_default();
        self.summary.end = gauges.market(at);
        self.summary.add_up();
        self.summary.suspected = self.summary.suspects.suspected(gauges.wrongs());
        let totals = &mut self.summary.nodes;
        gauges.nodes(at, &mut |node| {
            totals.resources += node.busy_cost;
            if !node.is_node() {
                totals.checkers += 1;
                totals.checkers_income += node.income.0 as i128;
                totals.checkers_cost += node.spent;
                return;
            }
            totals.count += 1;
            totals.income += node.income.0 as i128;
            totals.cost += node.spent;
            totals.busy += node.busy as u128;
        });
        if let Some(ledger) = &self.ledger {
            let mut reliance = Box::new(Reliance::default());
            gauges.nodes(at, &mut |node| ledger.end_party(at, node, &mut reliance));
            ledger.end(at, &mut reliance);
            self.summary.reliance = Some(reliance);
        }
        self.summary.probed = self.probing.take().map(|probing| probing.end(&mut |_| ()));
        self.summary.welfare = Welfare::of(&self.summary.end, &self.summary.nodes);
    }
}
