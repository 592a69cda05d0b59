//! What a study will take, from a short trial before it starts.
//!
//! Some points are run for a moment each, on as many threads as will work. How much of a run a moment was is told by its
//! jobs: arrivals do not depend on the market, so all of them are counted without running it.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use crate::domain::purpose::Purpose;
use crate::engine::random::{Seed, Stream};
use crate::engine::time::Time;
use crate::record::recorder::Recorder;
use crate::record::tally::Tally;
use crate::scenario::Scenario;
use crate::scenario::twin::Twin;
use crate::simulate::{LOOK, Run, twin};

use super::Study;
use super::course::{Course, Point};
use super::work::guarded;

/// Seconds that a chunk is worth, where the study does not say.
const CHUNK_SECONDS: f64 = 30.0;

/// Seconds spent on each point tried.
const TRIAL_SECONDS: f64 = 0.2;

/// Seconds spent at most on counting the arrivals of a point.
const COUNTING_SECONDS: f64 = 1.0;

/// Points that are tried, at most: those of a study may differ much in what they take.
const POINTS_MAX: usize = 10;

/// Fewer jobs than this in a trial do not tell how much of a run it was.
const JOBS_MIN: u64 = 100;

/// Pieces of a generation, at least, so that several workers have something to do.
const PIECES: u64 = 16;

/// What a study will take.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// Points of the first generation.
    pub points: usize,
    /// Runs of the first generation.
    pub runs: u64,
    /// Seconds that a run takes on one of the threads, on average over the points tried; none if none of them can be run.
    pub run_seconds: Option<f64>,
    /// Bytes on the disk for the runs of the first generation.
    pub bytes: u64,
    /// Runs in a chunk.
    pub chunk_runs: u64,
}

/// Tells the seconds that have passed. It is given the events of the run that is timed, so that a test may count them instead.
pub type Clock<'c> = dyn Fn(u64) -> f64 + Sync + 'c;

/// Runs some of the points a little while, on so many threads at once.
pub fn estimate(study: &Study, threads: usize, clock: &Clock) -> Estimate {
    let course = Course::start(study, 1);
    let points = course.points();
    let runs = course.current().len() as u64;
    let tried = tried(study, &spread(points), threads, clock);
    let run_seconds = (!tried.is_empty()).then(|| tried.iter().sum::<f64>() / tried.len() as f64);
    // A row has its identity, its digest, about eighteen digits a measure; the tables repeat it about half as large.
    let row = 80 + 20 * study.value_names().len() as u64;
    let by_time = run_seconds.map_or(1, |seconds| (CHUNK_SECONDS / seconds.max(1e-6)) as u64);
    let chunk_runs = study.table.chunk.unwrap_or_else(|| by_time.min(runs.div_ceil(PIECES)).max(1));
    Estimate { points: points.len(), runs, run_seconds, bytes: runs * row * 3 / 2, chunk_runs }
}

/// Some of the points, from the first to the last, at even distances.
fn spread(points: &[Point]) -> Vec<&Point> {
    let (last, count) = (points.len() - 1, points.len().min(POINTS_MAX));
    (0..count).map(|place| &points[place * last / (count - 1).max(1)]).collect()
}

/// Seconds of a run of each point that can be run. Where there are fewer points than threads, points are tried more than once:
/// threads slow one another down, and the work will have them all.
fn tried(study: &Study, points: &[&Point], threads: usize, clock: &Clock) -> Vec<f64> {
    let (next, found) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let work = || {
        let take = || Some(next.fetch_add(1, Ordering::Relaxed)).filter(|place| *place < points.len().max(threads));
        while let Some(place) = take() {
            let seed = Seed { root: study.seed, replication: (place / points.len()) as u64 };
            let point = points[place % points.len()];
            if let Ok(seconds) = guarded(|| seconds(study, point, seed, clock).ok_or_else(String::new)) {
                found.lock().expect("no thread panics while it holds what was found").push(seconds);
            }
        }
    };
    std::thread::scope(|scope| (0..threads.max(1)).for_each(|_| _ = scope.spawn(work)));
    found.into_inner().expect("no thread panicked while it held what was found")
}

/// How long a run of a point takes; none if it cannot be run.
fn seconds(study: &Study, point: &Point, seed: Seed, clock: &Clock) -> Option<f64> {
    let scenario = Scenario::from_document(&study.document(point).ok()?).ok()?;
    let forks = study.fork.as_ref().map_or(1.0, |fork| fork.cost(scenario.horizon));
    let demand = Demand::count(&scenario, seed, clock);
    // A frozen twin comes after a run of the market itself; other twins are run at once.
    let is_frozen = matches!(scenario.twin, Twin::Frozen);
    let first = if is_frozen { Arc::new(scenario.moving()) } else { twin(&scenario, seed) };
    let mut trial = Trial::open(first, seed, clock);
    trial.go_on(&mut Tally::new(scenario.warm_up), clock);
    let (come, share) = (trial.run.now(), demand.share(&trial.run));
    let whole = trial.opening + trial.seconds / share * forks;
    if !is_frozen {
        return Some(whole);
    }
    // The twin is tried as far as that, held at the means so far.
    let (horizon, asking_ends) = (come.max(Time(1)), scenario.asking_ends.min(come));
    let short = Arc::new(Scenario { horizon, asking_ends, drain: false, ..Scenario::clone(&scenario) });
    let mut frozen = Trial::open(twin(&short, seed), seed, clock);
    frozen.go_on(&mut Tally::new(scenario.warm_up), clock);
    Some(whole + frozen.seconds / share * (come.0 as f64 / frozen.run.now().0.max(1) as f64))
}

/// A run that is timed.
struct Trial {
    run: Run,
    /// Seconds until it was open.
    opening: f64,
    /// Seconds that it has been going on.
    seconds: f64,
}

impl Trial {
    fn open(scenario: Arc<Scenario>, seed: Seed, clock: &Clock) -> Trial {
        let started = clock(0);
        let run = Run::open(scenario, seed);
        Trial { run, opening: clock(0) - started, seconds: 0.0 }
    }

    /// Goes on for a moment, or to the end.
    fn go_on(&mut self, recorder: &mut impl Recorder, clock: &Clock) {
        let (horizon, started) = (self.run.scenario().horizon, clock(0));
        while self.seconds <= TRIAL_SECONDS && self.run.now() < horizon {
            self.run.advance(horizon, LOOK, recorder);
            self.seconds = clock(self.run.events()) - started;
        }
    }
}

/// How many jobs are asked for over a run.
struct Demand {
    /// Jobs before `counted_to`.
    jobs: u64,
    /// As far as the arrivals were counted.
    counted_to: Time,
}

impl Demand {
    /// Counts the arrivals of a run, source by source, as they will be drawn.
    fn count(scenario: &Scenario, seed: Seed, clock: &Clock) -> Demand {
        let (end, started) = (scenario.asking_ends, clock(0));
        let (mut jobs, mut counted_to) = (0, end);
        for (id, source) in scenario.sources.pairs() {
            let mut stream = Stream::new(seed, Purpose::Arrivals as u32, id.0 as u64);
            let (mut memory, mut own) = (source.arrivals.memory(), 0_u64);
            while let Some(arrival) = source.arrivals.next(&mut memory, &mut stream).filter(|next| next.at < end) {
                own += 1;
                if own.is_multiple_of(LOOK) && clock(0) - started > COUNTING_SECONDS {
                    counted_to = counted_to.min(arrival.at);
                    break;
                }
            }
            jobs += own;
        }
        Demand { jobs, counted_to }
    }

    /// Which part of its work a run has done: that of its jobs, or of its time where these are few or could not all be counted.
    fn share(&self, run: &Run) -> f64 {
        let (scenario, asked) = (run.scenario(), run.jobs_closed() + u64::from(run.jobs_open()));
        let of_time = run.now().0.max(1) as f64 / scenario.horizon.0.max(1) as f64;
        let is_whole = self.counted_to >= scenario.asking_ends;
        match asked >= JOBS_MIN && is_whole && run.now() < scenario.horizon {
            true => asked as f64 / self.jobs.max(asked) as f64,
            false => of_time.min(1.0),
        }
    }
}
