//! Probes are asked at each of their ticks, and what becomes of their decisions is counted.

use super::decisions::{DecisionRecord, Decisions};
use super::encounters::Lags;
use super::recorder::Gauges;
use crate::domain::probe::{Probe, ProbeQuote};
use crate::engine::time::{SimDuration, Time};

/// Which probes are asked, and when.
#[derive(Clone, Debug)]
pub struct ProbePlan {
    /// The probes.
    pub asked: Vec<Probe>,
    /// The time between two ticks; ticks are at whole multiples of it.
    pub tick: SimDuration,
    /// Whether each tick asks other nodes; otherwise the nodes that a probe asks are drawn with the same key at every tick.
    pub anew: bool,
    /// Whether requesters weigh offers.
    pub weighs: bool,
    /// From when on probes are asked.
    pub from: Time,
    /// The first and the last instant at which decisions are counted.
    pub counted: [Time; 2],
}

/// Asks the probes of a run.
#[derive(Clone, Debug)]
pub struct Probing {
    plan: ProbePlan,
    next: Time,
    found: Probed,
}

/// What became of the decisions of probes.
#[derive(Clone, Debug)]
pub struct Probed {
    /// How long they lived, and what ended them.
    pub decisions: Decisions,
    /// What was met at a later look.
    pub lags: Lags,
}

impl Probing {
    /// Asks as is planned.
    pub fn new(plan: ProbePlan) -> Probing {
        let next = Time(plan.from.0.div_ceil(plan.tick.0) * plan.tick.0);
        let found = Probed { decisions: Decisions::new(plan.weighs), lags: Lags::new(plan.tick) };
        Probing { plan, next, found }
    }

    /// The next tick.
    pub fn next(&self) -> Time {
        self.next
    }

    /// Asks at the tick that is due. Shows each quote, and each decision that has ended.
    pub fn look(
        &mut self,
        gauges: &impl Gauges,
        quotes: &mut dyn FnMut(&ProbeQuote),
        ended: &mut dyn FnMut(&DecisionRecord),
    ) {
        let (at, [from, until]) = (self.next, self.plan.counted);
        let is_counted = from <= at && at <= until;
        let Probed { decisions, lags } = &mut self.found;
        gauges.quotes(at, &self.plan.asked, &mut |quote, options| {
            quotes(quote);
            if is_counted {
                decisions.see(at, quote, options, ended);
                lags.each(|lag| lag.see(quote));
            }
        });
        if is_counted {
            lags.each(|lag| lag.pass());
        }
        if self.plan.anew {
            let count = self.plan.asked.len();
            self.plan.asked.iter_mut().for_each(|probe| probe.draw_anew(count));
        }
        self.next = at + self.plan.tick;
    }

    /// The run has ended: shows the decisions that were seen no further, and gives what was found.
    pub fn end(mut self, ended: &mut dyn FnMut(&DecisionRecord)) -> Box<Probed> {
        self.found.decisions.end(ended);
        Box::new(self.found)
    }
}
