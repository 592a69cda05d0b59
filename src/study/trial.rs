//! What a study will take, from a short trial before it starts.

use crate::engine::random::Seed;
use crate::engine::time::Time;
use crate::record::tally::Tally;
use crate::scenario::Scenario;
use crate::simulate::{LOOK, Run};

use super::Study;
use super::course::{Course, Point};

/// Seconds that a chunk is worth, where the study does not say.
const CHUNK_SECONDS: f64 = 30.0;

/// Seconds spent on each point tried.
const TRIAL_SECONDS: f64 = 0.2;

/// Pieces of a generation, at least, so that several workers have something to do.
const PIECES: u64 = 16;

/// What a study will take.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// Points of the first generation.
    pub points: usize,
    /// Runs of the first generation.
    pub runs: u64,
    /// Seconds that a run takes on one thread, on average over the points tried; none if none of them can be run.
    pub run_seconds: Option<f64>,
    /// Bytes on the disk for the runs of the first generation.
    pub bytes: u64,
    /// Runs in a chunk.
    pub chunk_runs: u64,
}

/// Runs the first, the middle and the last point a little while; `clock` tells seconds that have passed.
pub fn estimate(study: &Study, clock: &dyn Fn() -> f64) -> Estimate {
    let course = Course::start(study, 1);
    let points = course.points();
    let runs = course.current().len() as u64;
    let mut places = vec![0, points.len() / 2, points.len() - 1];
    places.dedup();
    let tried: Vec<f64> = places.iter().filter_map(|place| seconds(study, &points[*place], clock)).collect();
    let run_seconds = (!tried.is_empty()).then(|| tried.iter().sum::<f64>() / tried.len() as f64);
    // A row has its identity, its digest, about eighteen digits a measure; the tables repeat it about half as large.
    let row = 80 + 20 * study.measures.len() as u64;
    let by_time = run_seconds.map_or(1, |seconds| (CHUNK_SECONDS / seconds.max(1e-6)) as u64);
    let chunk_runs = study.table.chunk.unwrap_or_else(|| by_time.min(runs.div_ceil(PIECES)).max(1));
    Estimate { points: points.len(), runs, run_seconds, bytes: runs * row * 3 / 2, chunk_runs }
}

/// How long a point takes, from as much of it as can be run in a moment.
fn seconds(study: &Study, point: &Point, clock: &dyn Fn() -> f64) -> Option<f64> {
    let scenario = Scenario::from_document(&study.document(point).ok()?).ok()?;
    let horizon = scenario.horizon;
    let (mut tally, seed) = (Tally::new(scenario.warm_up), Seed { root: study.seed, replication: 0 });
    let started = clock();
    let mut run = Run::open(scenario, seed);
    // Ever longer stretches: the first are short enough for a slow run, and few are needed for a fast one.
    let mut share = 1e-4;
    loop {
        let end = Time((horizon.0 as f64 * f64::min(share, 1.0)) as u64);
        while run.advance(end, LOOK, &mut tally) && clock() - started <= TRIAL_SECONDS {}
        let passed = clock() - started;
        if share >= 1.0 || passed > TRIAL_SECONDS {
            // Even a busy market of which the shortest stretch takes too long has come somewhere.
            return Some(passed * horizon.0 as f64 / run.now().0.max(1) as f64);
        }
        share *= 2.0;
    }
}
