//! The tally: a whole run in one row, in constant memory.

use crate::domain::fate::{Cause, Fate};
use crate::domain::money::Money;
use crate::domain::story::Story;
use crate::engine::time::{Span, Time};
use crate::record::fact::Fact;
use crate::record::recorder::{Gauges, MarketGauge, Recorder};
use crate::stats::online::Online;
use crate::stats::quantile::LogGrid;

/// Counts and sums over the jobs asked for from the warm-up's end on, and levels over the time from then on.
#[derive(Clone, Debug)]
pub struct Tally {
    warm_up: Time,
    at_warm_up: Option<MarketGauge>,
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
    /// What those that came were worth.
    pub value_final: i128,
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
    /// Credits that nodes earned, and what being busy cost them, over the whole run.
    pub nodes: NodeTotals,
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
}

impl Durations {
    /// Takes one in.
    #[inline]
    pub fn note(&mut self, span: Span) {
        self.moments.push(span.seconds());
        self.grid.record(span.0);
    }
}

impl Tally {
    /// A tally that counts from `warm_up` on.
    pub fn new(warm_up: Time) -> Tally {
        Tally { warm_up, at_warm_up: None, summary: Summary { from: warm_up, ..Summary::default() } }
    }

    /// The run, summed up; whole once the run has ended.
    pub fn summary(&self) -> &Summary {
        &self.summary
    }

    /// The run, summed up.
    pub fn into_summary(self) -> Summary {
        self.summary
    }

    fn count(&mut self, story: &Story) {
        let summary = &mut self.summary;
        summary.jobs += 1;
        summary.fates[story.fate as usize] += 1;
        if let Some(cause) = story.cause {
            summary.causes[cause as usize] += 1;
        }
        summary.attempts += story.attempts as u64;
        summary.input_tokens += story.input_tokens as u64;
        summary.value_asked += story.value.0 as i128;
        summary.charged += story.charged().0 as i128;
        let at = &story.at;
        if at.started != Time::NEVER {
            summary.wait.note(at.started.since(at.reached));
        }
        if at.answered != Time::NEVER {
            summary.response.note(at.answered.since(at.asked));
            summary.service.note(at.finished.since(at.started));
            summary.first_token.note(at.first_token.since(at.asked));
            summary.work += story.work.0 as u128;
            summary.output_tokens += story.output_tokens as u64;
        }
        if story.fate == Fate::FinalRight {
            summary.value_final += story.value.0 as i128;
        }
    }
}

impl Recorder for Tally {
    #[inline]
    fn note(&mut self, now: Time, fact: &Fact, story: Option<&Story>) {
        match (fact, story) {
            (Fact::Closed { .. }, Some(story)) if story.at.asked >= self.warm_up => self.count(story),
            (Fact::Bounced { .. }, _) if now >= self.warm_up => self.summary.bounced += 1,
            (Fact::NodeFailed { .. }, _) if now >= self.warm_up => self.summary.node_failures += 1,
            _ => {}
        }
    }

    #[inline]
    fn due(&self, now: Time) -> Option<Time> {
        (self.at_warm_up.is_none() && self.warm_up <= now).then_some(self.warm_up)
    }

    fn sample(&mut self, at: Time, gauges: &impl Gauges) {
        self.at_warm_up = Some(gauges.market(at));
    }

    fn end(&mut self, at: Time, gauges: &impl Gauges) {
        self.summary.ended = at;
        self.summary.begin = self.at_warm_up.unwrap_or_default();
        self.summary.end = gauges.market(at);
        let totals = &mut self.summary.nodes;
        gauges.nodes(at, &mut |node| {
            totals.count += 1;
            totals.income += node.income.0 as i128;
            totals.cost += node.cost.0 as f64 * node.busy as f64 * 1e-9;
            totals.busy += node.busy as u128;
        });
    }
}

impl Summary {
    /// Jobs with this fate.
    pub fn fate(&self, fate: Fate) -> u64 {
        self.fates[fate as usize]
    }

    /// Declined jobs with this cause.
    pub fn cause(&self, cause: Cause) -> u64 {
        self.causes[cause as usize]
    }

    /// The seconds over which levels were counted.
    pub fn seconds(&self) -> f64 {
        self.ended.since(self.from).seconds()
    }

    /// The mean of a level over the time counted, from its areas at both ends.
    pub fn mean_level(&self, area: impl Fn(&MarketGauge) -> u128) -> f64 {
        (area(&self.end) - area(&self.begin)) as f64 * 1e-9 / self.seconds()
    }

    /// The share of the nodes' time that they worked.
    pub fn up_share(&self) -> f64 {
        self.mean_level(|gauge| gauge.up_area) / self.nodes.count as f64
    }

    /// What one micro-credit sum is in credits.
    pub fn credits(micro: i128) -> f64 {
        micro as f64 / crate::domain::money::MICRO as f64
    }

    /// The mean price paid per GPU-second of the answered jobs' work, in credits; `None` if there was none.
    pub fn price_per_second(&self) -> Option<f64> {
        (self.work > 0).then(|| Money(1).units() * self.charged as f64 / (self.work as f64 * 1e-9))
    }
}
