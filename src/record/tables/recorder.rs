//! The recorder that fills the tables `jobs`, `series` and `nodes`.

use std::cell::RefCell;

use super::series::SeriesRow;
use super::{
    AGREEMENT, AgreementRow, CAUSES, CHECKS, CauseRow, CheckRow, Comings, DECISIONS, DecisionRow, JOBS, JobRow, NODES,
    NodeRow, PARTIES, PROBES, PartiesRow, ProbeRow, RELIANCE, RESULTS, RelianceRow, ResultRow, SERIES, SERIES_OUTSIDE,
    SHARES, ShareRow, SharedNames, VALIDATORS,
};
use crate::domain::ancestry::ResultRecord;
use crate::domain::causes::CauseRecord;
use crate::domain::ids::Id;
use crate::domain::purpose::Purpose;
use crate::domain::record::{CheckRecord, JobKey, JobRecord};
use crate::domain::reliance::{Held, Relied};
use crate::engine::random::{KeyedRng, RandomSource, Seed, key};
use crate::engine::time::{SimDuration, Time};
use crate::record::batch::{Rows, Sink};
use crate::record::decisions::DecisionRecord;
use crate::record::fact::{Fact, FactFilter, FactKind};
use crate::record::probing::{ProbePlan, Probed, Probing};
use crate::record::recorder::{Gauges, Recorder};

/// Which tables, and how much of them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Chosen {
    /// The share of jobs in `jobs`, if the table is wanted.
    pub jobs: Option<f64>,
    /// The time between two rows of `series`, if the table is wanted.
    pub series: Option<SimDuration>,
    /// Whether `series` has columns of what moves outside the market.
    pub outside: bool,
    /// Whether `nodes` is wanted.
    pub nodes: bool,
    /// Whether `validators` is wanted.
    pub validators: bool,
    /// The share of jobs whose checks are in `checks`, if the table is wanted.
    pub checks: Option<f64>,
}

/// Fills tables and hands full batches to a sink. Memory is one batch per table.
pub struct Tables<S> {
    sink: S,
    seed: Seed,
    jobs: Option<(Rows<JobRow>, JobRow, f64)>,
    series: Option<Series>,
    nodes: Option<Rows<NodeRow>>,
    validators: Option<Rows<NodeRow>>,
    checks: Option<(Rows<CheckRow>, f64)>,
    probes: Option<Probes>,
    probed: Option<Box<Probed>>,
    agreement: Option<Ticks<AgreementRow>>,
    parties: Option<(Ticks<PartiesRow>, Comings)>,
    causes: Option<(Rows<CauseRow>, Rows<ShareRow>)>,
    reliance: Option<Rows<RelianceRow>>,
    results: Option<Rows<ResultRow>>,
    names: SharedNames,
}

struct Probes {
    rows: Rows<ProbeRow>,
    decisions: Rows<DecisionRow>,
    probing: Probing,
}

struct Ticks<R: 'static> {
    rows: Rows<R>,
    tick: SimDuration,
    next: Time,
}

struct Series {
    rows: Rows<SeriesRow>,
    row: SeriesRow,
    tick: SimDuration,
    next: Time,
    /// Whether the market was seen where the first row begins.
    begun: bool,
}

impl<S: Sink> Tables<S> {
    /// A recorder of the chosen tables for a run that stands at `from`.
    pub fn new(chosen: Chosen, seed: Seed, from: Time, names: SharedNames, sink: S) -> Tables<S> {
        let nothing = JobRecord::begin(JobKey::default(), Default::default(), Default::default(), Time::ZERO);
        Tables {
            sink,
            seed,
            jobs: chosen.jobs.map(|share| (Rows::new(&JOBS), JobRow { record: nothing, names: names.clone() }, share)),
            series: chosen.series.map(|tick| Series {
                rows: Rows::new(if chosen.outside { &SERIES_OUTSIDE } else { &SERIES }),
                row: SeriesRow { at: from, ..SeriesRow::default() },
                tick,
                // The next whole tick, after a look at what a run that goes on has behind it.
                next: if from == Time::ZERO { from + tick } else { from },
                begun: from == Time::ZERO,
            }),
            nodes: chosen.nodes.then(|| Rows::new(&NODES)),
            validators: chosen.validators.then(|| Rows::new(&VALIDATORS)),
            checks: chosen.checks.map(|share| (Rows::new(&CHECKS), share)),
            probes: None,
            probed: None,
            agreement: None,
            parties: None,
            causes: None,
            reliance: None,
            results: None,
            names,
        }
    }

    /// With the quotes of probes and their decisions; not where there are none.
    pub fn with_probes(mut self, plan: Option<ProbePlan>) -> Tables<S> {
        let (rows, decisions) = (Rows::new(&PROBES), Rows::new(&DECISIONS));
        self.probes = plan.map(|plan| Probes { rows, decisions, probing: Probing::new(plan) });
        self
    }

    /// What became of the decisions of probes, once the run has ended.
    pub fn take_probed(&mut self) -> Option<Box<Probed>> {
        self.probed.take()
    }

    /// With agreement, at every whole tick from `from` on, the start apart.
    pub fn with_agreement(mut self, tick: SimDuration, from: Time) -> Tables<S> {
        let next = Time((from.0 / tick.0 + 1) * tick.0);
        self.agreement = Some(Ticks { rows: Rows::new(&AGREEMENT), tick, next });
        self
    }

    /// With who is there, at `from` and at every whole tick after it.
    pub fn with_parties(mut self, tick: SimDuration, from: Time) -> Tables<S> {
        self.parties = Some((Ticks { rows: Rows::new(&PARTIES), tick, next: from }, Comings::default()));
        self
    }

    /// With the tables of the causes of used wrong answers.
    pub fn with_causes(mut self) -> Tables<S> {
        self.causes = Some((Rows::new(&CAUSES), Rows::new(&SHARES)));
        self
    }

    /// With a row for every answer that comes into use.
    pub fn with_reliance(mut self) -> Tables<S> {
        self.reliance = Some(Rows::new(&RELIANCE));
        self
    }

    /// With a row for every used result.
    pub fn with_results(mut self) -> Tables<S> {
        self.results = Some(Rows::new(&RESULTS));
        self
    }

    /// Hands on what is left and gives the sink back.
    pub fn finish(mut self) -> S {
        if let Some((rows, _, _)) = self.jobs {
            rows.finish(&mut self.sink);
        }
        if let Some(series) = self.series {
            series.rows.finish(&mut self.sink);
        }
        for rows in self.nodes.into_iter().chain(self.validators) {
            rows.finish(&mut self.sink);
        }
        if let Some((rows, _)) = self.checks {
            rows.finish(&mut self.sink);
        }
        if let Some(probes) = self.probes {
            probes.rows.finish(&mut self.sink);
            probes.decisions.finish(&mut self.sink);
        }
        if let Some(agreement) = self.agreement {
            agreement.rows.finish(&mut self.sink);
        }
        if let Some((parties, _)) = self.parties {
            parties.rows.finish(&mut self.sink);
        }
        if let Some((causes, shares)) = self.causes {
            causes.finish(&mut self.sink);
            shares.finish(&mut self.sink);
        }
        if let Some(rows) = self.reliance {
            rows.finish(&mut self.sink);
        }
        if let Some(rows) = self.results {
            rows.finish(&mut self.sink);
        }
        self.sink
    }
}

/// Whether a job is among those written down one by one: by a hash of its key, so that the choice disturbs nothing and
/// is the same in every run of the seed.
fn is_recorded(seed: Seed, job: JobKey, share: f64) -> bool {
    share >= 1.0 || KeyedRng::new(key(seed, Purpose::Recorded as u32, job.source.0 as u64, job.index, 0)).chance(share)
}

impl<S: Sink> Recorder for Tables<S> {
    fn filter(&self) -> FactFilter {
        let wanted = |wanted: bool, kinds: &[FactKind]| if wanted { FactFilter::of(kinds) } else { FactFilter::NONE };
        wanted(self.series.is_some(), SeriesRow::FACTS)
            .or(wanted(self.parties.is_some(), Comings::FACTS))
            .or(wanted(self.jobs.is_some(), &[FactKind::Closed]))
            .or(wanted(self.checks.is_some(), &[FactKind::Checked, FactKind::CheckEnded]))
    }

    #[inline]
    fn note(&mut self, _: Time, fact: &Fact, record: Option<&JobRecord>) {
        if let Some(series) = &mut self.series {
            series.row.note(fact);
        }
        if let Some((_, comings)) = &mut self.parties {
            comings.note(fact);
        }
        if let (Fact::Closed { .. }, Some(record), Some((rows, row, share))) = (fact, record, &mut self.jobs)
            && is_recorded(self.seed, record.key, *share)
        {
            row.record = *record;
            rows.push(row, &mut self.sink);
        }
    }

    fn note_check(&mut self, _: Time, _: &Fact, record: &CheckRecord) {
        if let Some((rows, share)) = &mut self.checks
            && is_recorded(self.seed, record.key, *share)
        {
            rows.push(&CheckRow { record: *record, names: self.names.clone() }, &mut self.sink);
        }
    }

    fn note_cause(&mut self, record: &CauseRecord) {
        let Some((causes, shares)) = &mut self.causes else { return };
        causes.push(&CauseRow { record: record.clone(), names: self.names.clone() }, &mut self.sink);
        for part in &record.parts {
            let job = (record.key.source.index(), record.key.index);
            shares.push(&ShareRow { job, part: *part, names: self.names.clone() }, &mut self.sink);
        }
    }

    fn note_reliance(&mut self, relied: &Relied, _: &[Held]) {
        if let Some(rows) = &mut self.reliance {
            rows.push(&RelianceRow { relied: *relied, names: self.names.clone() }, &mut self.sink);
        }
    }

    fn note_result(&mut self, record: &ResultRecord) {
        if let Some(rows) = &mut self.results {
            rows.push(&ResultRow { record: *record, names: self.names.clone() }, &mut self.sink);
        }
    }

    #[inline]
    fn due(&self, now: Time) -> Option<Time> {
        let series = self.series.as_ref().map(|series| series.next);
        let probes = self.probes.as_ref().map(|probes| probes.probing.next());
        let agreement = self.agreement.as_ref().map(|agreement| agreement.next);
        let parties = self.parties.as_ref().map(|(parties, _)| parties.next);
        series.into_iter().chain(probes).chain(agreement).chain(parties).min().filter(|next| *next <= now)
    }

    fn sample(&mut self, at: Time, gauges: &impl Gauges) {
        if let Some(series) = self.series.as_mut().filter(|series| series.next == at) {
            series.row.end(at, gauges.market(at));
            if std::mem::replace(&mut series.begun, true) {
                series.rows.push(&series.row, &mut self.sink);
            }
            series.begin(at);
        }
        if let Some(probes) = self.probes.as_mut().filter(|probes| probes.probing.next() == at) {
            let Probes { rows, decisions, probing } = probes;
            let (sink, names) = (RefCell::new(&mut self.sink), &self.names);
            probing.look(
                gauges,
                &mut |quote| rows.push(&ProbeRow { at, quote: *quote, names: names.clone() }, *sink.borrow_mut()),
                &mut |ended| decisions.push(&DecisionRow::of(ended, names), *sink.borrow_mut()),
            );
        }
        if let Some(agreement) = self.agreement.as_mut().filter(|agreement| agreement.next == at) {
            if let Some(gauge) = gauges.market(at).agreement {
                agreement.rows.push(&AgreementRow { at, gauge }, &mut self.sink);
            }
            agreement.next = at + agreement.tick;
        }
        if let Some((parties, comings)) = self.parties.as_mut().filter(|(parties, _)| parties.next == at) {
            comings.look(at, gauges, &self.names, &mut |row| parties.rows.push(row, &mut self.sink));
            parties.next = Time((at.0 / parties.tick.0 + 1) * parties.tick.0);
        }
    }

    fn end(&mut self, at: Time, gauges: &impl Gauges) {
        let (sink, names) = (&mut self.sink, &self.names);
        if let Some(Probes { decisions, probing, .. }) = &mut self.probes {
            let mut rows = |ended: &DecisionRecord| decisions.push(&DecisionRow::of(ended, names), sink);
            self.probed = Some(probing.clone().end(&mut rows));
        }
        let (nodes, validators) = (&mut self.nodes, &mut self.validators);
        gauges.nodes(at, &mut |gauge| {
            let rows = if gauge.is_node() { &mut *nodes } else { &mut *validators };
            if let Some(rows) = rows {
                rows.push(&NodeRow { gauge: *gauge, names: names.clone() }, sink);
            }
        });
    }
}

impl Series {
    /// The next tick's row begins.
    fn begin(&mut self, at: Time) {
        self.row = SeriesRow::after(at, self.row.now);
        // The next whole tick.
        self.next = Time((at.0 / self.tick.0 + 1) * self.tick.0);
    }
}
