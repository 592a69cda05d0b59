//! One run of one point, and one chunk of them.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::domain::count::thousands;
use crate::engine::random::Seed;
use crate::engine::time::Time;
use crate::record::tables::ClassRow;
use crate::record::tally::{Summary, Tally};
use crate::scenario::Scenario;
use crate::simulate::{Outcome, Run, probe_plan, twin_watched};

use super::Study;
use super::course::{Chunk, Measured, Point, Row, Task};
use super::fork;
use super::measure::Measure;

/// Runs known from before, by identity of the point and replication.
pub type Known = BTreeMap<(String, u64), Measured>;

/// What runs a replication of a scenario; tests have another way than the ordinary one.
pub type Runner<'a> = dyn Fn(&Study, &Prepared, Seed) -> Result<Measured, String> + Sync + 'a;

/// What is run of a point.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// Its scenario.
    pub scenario: Arc<Scenario>,
    /// The scenarios of the branches of its forks.
    pub branches: Vec<Arc<Scenario>>,
    /// Those of the placebos of random parties.
    pub random: Vec<Arc<Scenario>>,
}

/// Runs a chunk; none if asked to stop. Each point's scenario is opened once.
pub fn run_chunk(
    study: &Study,
    points: &[Point],
    chunk: &Chunk,
    known: &Known,
    runner: &Runner,
    stop: &AtomicBool,
) -> Option<Vec<Row>> {
    let mut rows = Vec::with_capacity(chunk.runs() as usize);
    for Task { point, replications } in &chunk.tasks {
        let opened = Opened::new(study, &points[*point]);
        for replication in replications.clone() {
            if stop.load(Ordering::Relaxed) {
                return None;
            }
            let before = known.get(&(opened.identity.clone(), replication));
            let outcome = match (before, &opened.prepared) {
                (Some(measured), _) => Ok(measured.clone()),
                (None, Err(problem)) => Err(problem.clone()),
                (None, Ok(prepared)) => {
                    let seed = Seed { root: study.seed, replication };
                    guarded(|| runner(study, prepared, seed))
                }
            };
            // A run that was stopped has come to nothing that counts.
            if stop.load(Ordering::Relaxed) {
                return None;
            }
            rows.push(Row { point: *point, identity: opened.identity.clone(), replication, outcome });
        }
    }
    Some(rows)
}

/// Runs a point once and measures it.
pub fn run_one(study: &Study, prepared: &Prepared, seed: Seed) -> Result<Measured, String> {
    run_unless(study, prepared, seed, &AtomicBool::new(false))
}

/// As [`run_one`]; once asked to stop it comes to an error within moments, which [`run_chunk`] leaves out.
pub fn run_unless(study: &Study, prepared: &Prepared, seed: Seed, stop: &AtomicBool) -> Result<Measured, String> {
    let scenario = &prepared.scenario;
    let go_on = |_: &Run| match stop.load(Ordering::Relaxed) {
        true => Err("stopped".to_string()),
        false => Ok(()),
    };
    let look = |run: &Run| match study.table.events_most {
        Some(most) if run.events() > most => Err(format!("more than {} events by {}", thousands(most), run.now())),
        _ => go_on(run),
    };
    if let Some(fork) = &study.fork {
        return fork::run((fork, &study.measures), prepared, seed, look);
    }
    let tally = Tally::new(scenario.warm_up).with_reliance(scenario.record.fading());
    let tally = tally.with_results(scenario.record.results);
    let mut tally = tally.with_probes(probe_plan(scenario, seed, Time::ZERO));
    let mut run = Run::open(twin_watched(scenario, seed, go_on)?, seed);
    run.until_watched(scenario.horizon, &mut tally, look)?;
    run.drain_watched(&mut tally, look)?;
    let outcome = run.close(&mut tally);
    Ok(measured(scenario, &study.measures, &outcome, tally.summary()))
}

/// What a run that has ended comes to.
pub(super) fn measured(scenario: &Scenario, measures: &[Measure], outcome: &Outcome, summary: &Summary) -> Measured {
    let names: Vec<String> = scenario.classes.iter().map(|class| class.name.clone()).collect();
    let is_by_class = measures.iter().any(Measure::is_by_class);
    let classes = if is_by_class { ClassRow::of(summary, &names) } else { Vec::new() };
    let values = measures.iter().map(|measure| measure.of(summary, &classes)).collect();
    Measured { digest: outcome.digest.to_string(), values }
}

/// A point made ready: its identity, and what is run of it or why nothing is.
struct Opened {
    identity: String,
    prepared: Result<Prepared, String>,
}

impl Opened {
    fn new(study: &Study, point: &Point) -> Opened {
        match study.document(point) {
            Ok(document) => {
                let identity = study.point_identity(&document);
                let prepared = guarded(|| study.prepare(&document).map_err(|problems| first_message(&problems)));
                Opened { identity, prepared }
            }
            Err(problems) => Opened { identity: String::new(), prepared: Err(first_message(&problems)) },
        }
    }
}

fn first_message(problems: &crate::scenario::problems::Problems) -> String {
    problems.iter().next().map_or_else(String::new, |problem| problem.message.clone())
}

/// A panic of one point is an error of that point; the others go on.
pub(super) fn guarded<T>(call: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(call)).unwrap_or_else(|panic| {
        let words = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
        Err(format!("panicked: {}", words.unwrap_or("without a word")))
    })
}
