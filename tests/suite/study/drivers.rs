//! One worker or many, one driver or two, at once or later: one course, one set of bytes.

use std::fs;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use reliance::study::StudyError;
use reliance::study::course::{Chunk, Course};
use reliance::study::drive::{Driver, Generation, Watch, look};
use reliance::study::engine::Engine;
use reliance::study::engine::local::Local;
use reliance::study::folder::Folder;
use reliance::study::merge::results;
use reliance::study::recheck::recheck;
use reliance::study::work::run_one;

use super::{BASE, FORKED, GRID, Place, chunks, counting, drive, values};

/// Two waves at most where the wait is not known to 20 %.
const WAVES: &str = "replications = { sequential = { first = 3, wave = 2, most = 9, relative = 0.2 } }";

fn searching() -> String {
    GRID.replace(
        "baseline = { rate = \"0.3/s\" }\n",
        "design = { frontier = { axis = \"rate\", level = 0.6, resolution = 0.1 } }\n",
    )
    .replace("values = [\"0.3/s\", \"0.5/s\", \"0.7/s\"]", "range = { from = \"0.1/s\", to = \"0.8/s\" }")
}

#[test]
fn any_number_of_workers_leaves_the_same_bytes() {
    let waves = GRID.replace("replications = { fixed = 4 }", WAVES);
    for (name, text) in [
        ("grid", GRID.to_owned()),
        ("waves", waves),
        ("search", searching()),
        ("forks", FORKED.replace("fixed = 8", "fixed = 24")),
    ] {
        let place = Place::new(&format!("workers-{name}"), &text);
        let study = place.study();
        let digests: Vec<String> = [1, 2, 5]
            .iter()
            .map(|jobs| {
                let folder = place.open(&jobs.to_string(), &study).unwrap();
                let course = drive(&study, &folder, *jobs, &run_one);
                assert!(course.current().is_empty());
                results(&study, &course).digest
            })
            .collect();
        assert!(digests.iter().all(|digest| *digest == digests[0]), "{name}");
        let written = chunks(&place.join("1"));
        assert!(written.len() >= 8, "{name} has {} chunks", written.len());
        assert_eq!(written, chunks(&place.join("2")), "{name}");
        assert_eq!(written, chunks(&place.join("5")), "{name}");
    }
}

/// A wave more does not change what was run before it, and stops where the mean is known.
#[test]
fn waves_extend_the_same_replications() {
    let place = Place::new("waves-extend", &GRID.replace("replications = { fixed = 4 }", WAVES));
    let study = place.study();
    let folder = place.open("waves", &study).unwrap();
    let course = drive(&study, &folder, 2, &run_one);
    let counts: Vec<usize> = course.rows().iter().map(Vec::len).collect();
    assert!(counts.iter().all(|count| [3, 5, 7, 9].contains(count)), "{counts:?}");
    assert!(counts.iter().any(|count| *count != counts[0]), "some points are harder than others: {counts:?}");
    let fixed = Place::new("waves-fixed", GRID);
    let fixed_study = fixed.study();
    let fixed_folder = fixed.open("fixed", &fixed_study).unwrap();
    let fixed_course = drive(&fixed_study, &fixed_folder, 1, &run_one);
    for (long, short) in values(&course).iter().zip(values(&fixed_course)) {
        assert_eq!(long[..3], short[..3], "replication r of a point is the same run in every design");
    }
}

/// The wait of M/M/1 with a server of rate μ is w where λ = μ²w/(1 + μw). Runs are long, because intervals ask for means
/// that are nearly normal and waits are skewed.
#[test]
fn a_search_finds_where_theory_puts_the_crossing() {
    let text = searching().replace("fixed = 4", "fixed = 12");
    let place = Place::new("search", &text);
    fs::write(place.join("base.toml"), BASE.replace("2_000s", "20_000s")).unwrap();
    let study = place.study();
    let folder = place.open("search", &study).unwrap();
    let course = drive(&study, &folder, 2, &run_one);
    let found = results(&study, &course).crossings;
    assert_eq!(found.len(), 2);
    for (line, mean) in found.iter().zip([0.8, 1.0]) {
        let (rate, level) = (1.0 / mean, 0.6);
        let truth = rate * rate * level / (1.0 + rate * level);
        let (lower, upper) = (line.values[1].expect("closed below"), line.values[2].expect("closed above"));
        assert!(lower <= truth && truth <= upper, "{truth} is not in {lower} to {upper}");
        assert!(upper - lower < 0.35, "{lower} to {upper}");
    }
}

/// Two drivers on one folder share the work: every run is done once.
#[test]
fn two_drivers_share_one_folder() {
    let alone = Place::new("two-alone", GRID);
    let study = alone.study();
    let folder = alone.open("out", &study).unwrap();
    drive(&study, &folder, 1, &run_one);
    let place = Place::new("two", GRID);
    let count = AtomicU64::new(0);
    let runner = counting(&count);
    let digests: Vec<String> = std::thread::scope(|scope| {
        let start = || {
            let study = place.study();
            let folder = place.open("out", &study).unwrap();
            let course = drive(&study, &folder, 2, &runner);
            results(&study, &course).digest
        };
        let drivers = [scope.spawn(start), scope.spawn(start)];
        drivers.map(|driver| driver.join().unwrap()).to_vec()
    });
    assert_eq!(digests[0], digests[1]);
    assert_eq!(count.load(Ordering::Relaxed), 24, "6 points × 4 replications");
    assert_eq!(chunks(&place.join("out")), chunks(&alone.join("out")));
}

/// A study that is stopped goes on where it was, with the chunks that were done.
#[test]
fn a_stopped_study_goes_on() {
    let place = Place::new("stopped", GRID);
    let study = place.study();
    let folder = place.open("out", &study).unwrap();
    let (stop, count) = (AtomicBool::new(false), AtomicU64::new(0));
    let counted = counting(&count);
    let runner = |study: &_, prepared: &_, seed| {
        stop.store(count.load(Ordering::Relaxed) >= 10, Ordering::Relaxed);
        counted(study, prepared, seed)
    };
    let driver = Driver { study: &study, folder: &folder, runner: &runner, stop: &stop, watch: &() };
    assert!(matches!(driver.run(&Local::new(1).unwrap()), Err(StudyError::Stopped)));
    let (_, status) = look(&study, &folder).unwrap();
    assert_eq!((status.done, status.missing.clone(), status.runs), (3, vec![3, 4, 5, 6, 7], 9));
    stop.store(false, Ordering::Relaxed);
    let driver = Driver { runner: &run_one, ..driver };
    assert!(driver.work(5).unwrap(), "there was work");
    assert!(!driver.work(5).unwrap(), "it is not done again");
    assert!(!driver.work(0).unwrap());
    let error = driver.work(8).unwrap_err().to_string();
    assert_eq!(error, "error: chunk 8 is not due: the generation at hand has chunks 0 to 7");
    drive(&study, &folder, 2, &run_one);
    let whole = place.open("whole", &study).unwrap();
    drive(&study, &whole, 1, &run_one);
    assert_eq!(chunks(&place.join("out")), chunks(&place.join("whole")));
}

/// An engine that does the last of the missing chunks, and tells the driver about no other.
struct OneByOne(std::cell::RefCell<Vec<Vec<usize>>>);

impl Engine for OneByOne {
    fn run(&self, generation: &Generation<'_, '_>, missing: &[&Chunk]) -> Result<(), StudyError> {
        self.0.borrow_mut().push(missing.iter().map(|chunk| chunk.number).collect());
        assert!(generation.ensure(missing[missing.len() - 1])?, "no other driver is at it");
        Ok(())
    }
}

/// What counts is in the files: an engine is asked for what is missing until nothing is, in any order and from any start.
#[test]
fn an_engine_is_asked_for_what_is_missing() {
    let place = Place::new("engine", GRID);
    let study = place.study();
    let whole = place.open("whole", &study).unwrap();
    drive(&study, &whole, 2, &run_one);
    let folder = place.open("out", &study).unwrap();
    let (stop, engine) = (AtomicBool::new(false), OneByOne(Default::default()));
    let runs = Runs::default();
    let driver = Driver { study: &study, folder: &folder, runner: &run_one, stop: &stop, watch: &runs };
    assert!(driver.work(2).unwrap());
    let course = driver.run(&engine).unwrap();
    let asked = |last: usize| (0..=last).filter(|number| *number != 2).collect::<Vec<_>>();
    assert_eq!(engine.0.take(), [7, 6, 5, 4, 3, 1, 0].map(asked));
    assert_eq!(results(&study, &course).digest, results(&study, &driver.run(&engine).unwrap()).digest);
    assert_eq!(engine.0.take(), Vec::<Vec<usize>>::new(), "nothing is missing any more");
    assert_eq!(runs.0.load(Ordering::Relaxed), 3 + 24 + 24, "each chunk is told of once in each call");
    assert_eq!(chunks(&place.join("out")), chunks(&place.join("whole")));
}

/// Counts the runs that it is told are done.
#[derive(Default)]
struct Runs(AtomicU64);

impl Watch for Runs {
    fn generation(&self, _: usize, _: usize, _: u64) {}

    fn done(&self, runs: u64) {
        self.0.fetch_add(runs, Ordering::Relaxed);
    }
}

/// A point that panics is a row with its error; the others are as they would have been.
#[test]
fn a_point_that_panics_does_not_take_the_others_down() {
    let place = Place::new("panics", GRID);
    let study = place.study();
    let folder = place.open("out", &study).unwrap();
    let runner = |study: &reliance::study::Study,
                  prepared: &reliance::study::work::Prepared,
                  seed: reliance::engine::random::Seed| {
        assert!(!prepared.scenario.document.contains("0.7/s") || seed.replication != 2, "a bug of this test");
        run_one(study, prepared, seed)
    };
    let course = drive(&study, &folder, 2, &runner);
    let found = results(&study, &course);
    let failed: Vec<(usize, u64)> = found.failures.iter().map(|(point, run, _)| (*point, *run)).collect();
    assert_eq!(failed, [(4, 2), (5, 2)]);
    assert_eq!(found.failures[0].2, "panicked: a bug of this test");
    assert_eq!((found.means[4][0].n, found.means[3][0].n), (3, 4));
    let again = study.reproduction("base.toml", &course.points()[4], 2);
    let expected = "reliance run base.toml --set 'demand.sources[0].arrivals.poisson.rate=\"0.7/s\"' \
                    --set 'classes.job.work.mean=\"0.8s\"' --seed 1/2";
    assert_eq!(again, expected);
    // Pairs leave out what one of the two lacks.
    let pairs: Vec<u64> = found.differences.iter().map(|row| row.measures[0].unwrap().difference.n).collect();
    assert_eq!(pairs, [4, 4, 3, 3]);
}

/// Common random numbers: the same point under two axes is the same run, and differences are known better than means.
#[test]
fn points_share_their_random_numbers() {
    let place = Place::new("shared", &GRID.replace("fixed = 4", "fixed = 30").replace("0.7/s", "0.35/s"));
    let study = place.study();
    let folder = place.open("out", &study).unwrap();
    let course = drive(&study, &folder, 2, &run_one);
    let found = results(&study, &course);
    // Points 4 and 5 ask at 0.35/s, their baselines 0 and 1 at 0.3/s.
    for row in found.differences.iter().filter(|row| row.point >= 4) {
        let paired = row.measures[0].unwrap();
        assert_eq!(row.baseline, row.point - 4);
        assert!(paired.variance_reduction.unwrap() > 3.0, "{paired:?}");
        assert!(paired.difference.half_width < found.means[row.point][0].half_width.unwrap());
    }
}

#[test]
fn a_changed_study_is_refused_or_keeps_what_is_the_same() {
    let place = Place::new("changed", GRID);
    let study = place.study();
    drive(&study, &place.open("out", &study).unwrap(), 1, &run_one);
    // One value of an axis and the number of replications differ.
    let changed = GRID.replace("0.7/s", "0.6/s").replace("fixed = 4", "fixed = 5");
    fs::write(place.join("study.toml"), &changed).unwrap();
    let study = place.study();
    let refused = place.open("out", &study).unwrap_err().to_string();
    assert!(refused.contains("\n  `replications.fixed` was 4, now 5\n"), "{refused}");
    assert!(refused.contains("\n  `axes[0].values[2]` was \"0.7/s\", now \"0.6/s\"\n"), "{refused}");
    assert_eq!(refused.lines().count(), 4);
    let folder = Folder::open(&place.join("out"), &study, || 3, true).unwrap();
    let count = AtomicU64::new(0);
    drive(&study, &folder, 1, &counting(&count));
    assert_eq!(count.load(Ordering::Relaxed), 4 + 10, "a replication of four points, and two points anew");
    let fresh = place.open("fresh", &study).unwrap();
    drive(&study, &fresh, 1, &run_one);
    assert_eq!(chunks(&place.join("out")), chunks(&place.join("fresh")));
    // The base scenario counts too.
    let base = fs::read_to_string(place.join("base.toml")).unwrap().replace("2_000s", "2_001s");
    fs::write(place.join("base.toml"), base).unwrap();
    let refused = place.open("out", &place.study()).unwrap_err().to_string();
    assert!(refused.contains("\n  base scenario: `horizon` was \"2_000s\", now \"2_001s\"\n"), "{refused}");
}

#[test]
fn a_recheck_names_the_chunk_that_was_altered() {
    let place = Place::new("recheck", GRID);
    let study = place.study();
    let folder = place.open("out", &study).unwrap();
    drive(&study, &folder, 1, &run_one);
    let check = |share: f64| {
        let mut heard = Vec::new();
        let outcome =
            recheck(&study, &folder, share, &run_one, &AtomicBool::new(false), |chunk| heard.push(chunk)).unwrap();
        assert_eq!(outcome.again, heard);
        outcome
    };
    assert_eq!(check(1.0).again, (0..8).collect::<Vec<usize>>());
    assert!(check(1.0).altered.is_empty());
    assert_eq!(check(0.2).again, check(0.2).again, "always the same ones");
    assert!(check(0.2).again.len() < 8);
    // A byte changed is noticed even where the work is not done again.
    let path = folder.chunk_path(5);
    let whole = fs::read(&path).unwrap();
    let mut bytes = whole.clone();
    let digit = whole.iter().rposition(|byte| *byte == b'1').unwrap();
    bytes[digit] = b'2';
    fs::write(&path, &bytes).unwrap();
    let altered = check(0.01).altered;
    assert_eq!(altered.iter().map(|(chunk, _)| *chunk).collect::<Vec<_>>(), [5]);
    // A number changed together with the hash of the file needs the work.
    fs::write(&path, &whole).unwrap();
    let chunk = Course::start(&study, folder.chunk_runs()).current()[5].clone();
    let rows = match folder.read(&chunk).unwrap() {
        reliance::study::chunk::ChunkState::Whole(mut rows) => {
            let measured = rows[1].outcome.as_mut().unwrap();
            measured.values[0] = measured.values[0].map(|value| value + 1e-9);
            rows
        }
        other => panic!("{other:?}"),
    };
    folder.write(5, &rows).unwrap();
    assert_eq!(check(1.0).altered, [(5, "line 4 is not what the work gives".to_owned())]);
}
