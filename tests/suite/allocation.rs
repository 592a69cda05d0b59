//! No memory is asked for per job: once a market has seen its busiest hour, it runs in the room it has.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::Arc;

use reliance::domain::fate::{Cause, Fate, Stage};
use reliance::domain::record::JobRecord;
use reliance::engine::time::{SimDuration, Time};
use reliance::record::batch::{Batch, Sink};
use reliance::record::fact::Fact;
use reliance::record::recorder::Recorder;
use reliance::record::tables::SERIES;
use reliance::record::tally::Tally;
use reliance::scenario::Scenario;
use reliance::simulate::Run;

use super::trial::{scenario, seed, tables, trial};

/// The system's allocator, which counts what each thread asks it for; so no test counts what another does.
struct Counting;

thread_local! {
    static ASKED: Cell<u64> = const { Cell::new(0) };
}

#[global_allocator]
static COUNTING: Counting = Counting;

fn count() {
    // A thread that is ending has no counter any more, and nobody who would read it.
    let _ = ASKED.try_with(|asked| asked.set(asked.get() + 1));
}

// SAFETY: every call goes on to the system's allocator as it came; counting neither allocates nor panics.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller keeps the promises of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller keeps the promises of `alloc_zeroed`.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        // SAFETY: the caller keeps the promises of `realloc`.
        unsafe { System.realloc(memory, layout, size) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps the promises of `dealloc`.
        unsafe { System.dealloc(memory, layout) }
    }
}

/// How often `work` asks for memory on this thread.
fn allocations(work: impl FnOnce()) -> u64 {
    let before = ASKED.get();
    work();
    ASKED.get() - before
}

/// Counts the jobs that were asked for.
#[derive(Default)]
struct Asked(u64);

impl Recorder for Asked {
    fn note(&mut self, _: Time, fact: &Fact, _: Option<&JobRecord>) {
        self.0 += matches!(fact, Fact::Asked { .. }) as u64;
    }
}

/// Takes every batch and gives it back empty, as a writer does when it is done with it.
struct Emptied {
    /// How often this thread had asked for memory when each batch of `jobs` came.
    asked: Vec<u64>,
}

impl Sink for Emptied {
    fn batch(&mut self, table: &'static str, mut batch: Batch) -> Batch {
        if table == "jobs" {
            self.asked.push(ASKED.get());
        }
        batch.clear();
        batch
    }
}

/// Fewest jobs that are looked at.
const JOBS: u64 = 100_000;

/// What the time from `from` to `to` asks for, with the number of jobs asked for in it. Panics if those are too few.
///
/// The digest keeps a checkpoint for every 65 536 facts, in a vector that grows by doubling; a vector beside it shows what
/// that takes, which is not counted.
fn asked_for(scenario: &Arc<Scenario>, from: &str, to: &str, recorder: &mut impl Recorder) -> (u64, u64) {
    let [from, to] = [from, to].map(|text| Time::ZERO + SimDuration::try_from(text).expect("a span"));
    let mut asked = Asked::default();
    let mut run = Run::open(scenario.clone(), seed());
    run.until(from, &mut (&mut *recorder, &mut asked));
    let (before, mut checkpoints) = (asked.0, Vec::new());
    run.digest().checkpoints().for_each(|_| checkpoints.push([0u64; 2]));
    let count = allocations(|| run.until(to, &mut (&mut *recorder, &mut asked)));
    let added = run.digest().checkpoints().count() - checkpoints.len();
    let growth = allocations(|| (0..added).for_each(|_| checkpoints.push([0; 2])));
    let jobs = asked.0 - before;
    assert!(jobs >= JOBS, "{jobs} jobs from {from} to {to}");
    (count - growth, jobs)
}

/// Asserts that not once is memory asked for, whether nobody watches or a tally.
fn assert_none(scenario: &Arc<Scenario>, from: &str, to: &str) {
    let alone = asked_for(scenario, from, to, &mut ()).0;
    let tally = asked_for(scenario, from, to, &mut Tally::new(Time::ZERO)).0;
    assert_eq!((alone, tally), (0, 0), "{}: allocations alone and with a tally", scenario.name);
}

/// A setting by which the first of so many equal parts of a period has another rate than the rest.
fn rush(period: &str, first: &str, rest: &str, parts: usize) -> String {
    let rates = format!("\"{first}\"{}", format!(", \"{rest}\"").repeat(parts - 1));
    let day = format!("{{ curve = \"steps\", period = \"{period}\", rates = [{rates}] }}");
    format!("demand.sources[0].arrivals={{ rule = \"day\", day = {day} }}")
}

/// A rush at first leaves ten thousand jobs in the one line; then the load is 0.8.
#[test]
fn one_queue_runs_in_the_room_it_has() {
    let rush = rush("300_000s", "2/s", "0.8/s", 30);
    let queue = scenario("scenarios/oracles/mm1-0.8.toml", &[&rush, "horizon=300_000s"]);
    assert_none(&queue, "150_000s", "280_000s");
}

/// A rush of twice as many at first.
#[test]
fn two_choices_run_in_the_room_they_have() {
    let rush = rush("800s", "400/s", "200/s", 8);
    assert_none(&trial("two-choices", &[&rush]), "200s", "710s");
}

/// The trace of an hour, again and again: the first two rounds are the warm-up.
#[test]
fn the_quickstart_runs_in_the_room_it_has() {
    assert_none(&scenario("scenarios/quickstart.toml", &["horizon=24h"]), "2h", "8h");
}

/// Tables ask for the texts of a batch, once per batch of 65 536 jobs, and at times for more rows of `series`.
#[test]
fn tables_ask_for_their_texts_once_per_batch() {
    // The names of the source, the class, the model and the requesters, of every fate, stage and cause; and as many columns
    // of `series`, each of which may double.
    let most = 4 + Fate::ALL.len() + Stage::ALL.len() + Cause::ALL.len() + SERIES.columns.len() + 2;
    let quickstart = scenario("scenarios/quickstart.toml", &["horizon=16h"]);
    let mut recorder = tables(&quickstart, Emptied { asked: Vec::with_capacity(100) });
    Run::open(quickstart, seed()).close(&mut recorder);
    // The last batch is what is left at the end.
    let full = &recorder.finish().asked;
    let counts: Vec<u64> = full[..full.len() - 1].windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert!(counts.len() >= 3 && counts.iter().all(|count| *count <= most as u64), "{counts:?}, at most {most}");
}

/// Failures, repairs, retries, loading and batches ask for nothing either, but for a heap that sees its busiest moment late.
#[test]
fn everything_runs_in_the_room_it_has() {
    let (count, jobs) = asked_for(&trial("everything", &["horizon=24h"]), "2h", "4h", &mut ());
    assert!(count * 10_000 < jobs, "{count} allocations for {jobs} jobs");
}

/// Checks, votes, copies, proofs, blocks, batches of payments and opinions ask for nothing either.
#[test]
fn verified_runs_in_the_room_it_has() {
    let (count, jobs) = asked_for(&trial("verified", &["horizon=24h"]), "2h", "5h", &mut ());
    assert!(count * 5_000 < jobs, "{count} allocations for {jobs} jobs");
}

/// Nor do draws by weights that change with every check, for two groups of requesters, once those are known to whom the jobs
/// go and who are then the busiest.
#[test]
fn weighing_runs_in_the_room_it_has() {
    let sets = [
        "horizon=24h",
        "routing.pool={ rule = \"opinion\" }",
        "verification.selection={ rule = \"opinion-weighted\" }",
        "verification.opinions={ rule = { rule = \"beta\", beta = { keep = 0.9 } }, holders = \"group\", exclude-below = 0.1 }",
    ];
    assert_none(&trial("weighed", &sets), "7h", "10h");
}

#[test]
fn the_allocator_counts() {
    let mut kept = Vec::new();
    assert_eq!(allocations(|| kept.reserve(10)), 1);
    assert_eq!(allocations(|| kept.extend(0..10)), 0);
    assert_eq!(allocations(|| kept.extend(0..100)), 1);
    let busy = || (0..1000).map(|number| vec![number; 10].len()).sum::<usize>();
    let elsewhere = allocations(|| {
        std::thread::scope(|scope| scope.spawn(busy).join().map_or(0, |made| made));
    });
    assert!(elsewhere < 1000, "another thread counts for itself");
}
