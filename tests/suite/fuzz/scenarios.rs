//! Mutated scenarios: in this process, with a bound on their events, and through the binary.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use reliance::domain::fate::Fate;
use reliance::engine::random::{KeyedRng, RandomSource};
use reliance::record::recorder::Recorder;
use reliance::record::tally::Tally;
use reliance::scenario::Scenario;
use reliance::scenario::document::{Document, Set};
use reliance::scenario::problems::Problems;
use reliance::scenario::schema::ScenarioTable;
use reliance::simulate::{Run, twin_watched};

use super::super::trial::{ROOT, full};
use super::caught::caught;
use super::guard::Guard;
use super::mutate::{Pool, mutated, one};
use super::{Verdict, at_least, programs, try_all};

/// Where scenarios are, and the inputs they name.
const FOLDERS: &[&str] = &["scenarios", "tests/scenarios", "tests/broken/base", "tests/broken/inputs"];

/// A run in this process is cut after so many events.
pub const EVENTS: u64 = 10_000;

/// So many are handled between two looks at the run.
const SLICE: u64 = 500;

/// A market of more nodes and checkers is checked, not run.
const PARTIES: u64 = 2_000;

/// With more samples than this, no tables are kept.
const SAMPLES: u64 = 1_000;

/// The horizons that mutants are given.
const HORIZONS: &[&str] = &["2s", "30s", "10min"];

/// Every scenario that the repository shows, as a path from its root, with its text.
pub struct Originals {
    scenarios: Vec<(String, String)>,
    pool: Pool,
}

impl Originals {
    /// All of them; the pool of values is of the studies too.
    pub fn read() -> Originals {
        let mut scenarios: Vec<(String, String)> = Vec::new();
        let mut folders: Vec<String> = FOLDERS.iter().map(|folder| folder.to_string()).collect();
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(Path::new(ROOT).join(&folder)).expect("a folder of the project").flatten() {
                let path = format!("{folder}/{}", entry.file_name().to_string_lossy());
                match entry.path().is_dir() {
                    true => folders.push(path),
                    false if path.ends_with(".toml") => {
                        let text = fs::read_to_string(entry.path()).expect("a scenario");
                        scenarios.push((path, text));
                    }
                    false => {}
                }
            }
        }
        scenarios.sort();
        let pool = Pool::of(scenarios.iter().map(|(_, text)| text.as_str()));
        scenarios.retain(|(path, _)| !path.contains("studies/"));
        assert!(scenarios.len() > 100, "{} scenarios", scenarios.len());
        Originals { scenarios, pool }
    }

    /// Writes a mutant beside its original in a copy of the project's scenarios.
    fn mutant(&self, folder: &Path, draw: &mut KeyedRng) -> PathBuf {
        let (path, text) = one(draw, &self.scenarios);
        let text = mutated(text, &self.pool, draw);
        let original = folder.join(path);
        let mutant = original.with_file_name("mutant.toml");
        // A copy of the originals for each thread: one mutant at a time lies among them.
        if !original.exists() {
            FOLDERS.iter().for_each(|own| programs::copy(&Path::new(ROOT).join(own), &folder.join(own)));
        }
        fs::write(&mutant, text).expect("a mutant");
        mutant
    }
}

/// What is wrong with a refusal: a problem that names no place, if there is one.
pub fn placeless(problems: &Problems, path: &Path) -> Option<String> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let is_placed = |problem: &reliance::scenario::problems::Problem| {
        problem.origin.is_some() || problem.place.is_some() || problem.message.contains(&name)
    };
    match problems.iter().all(is_placed) && !problems.is_empty() && problems.to_string().starts_with("error: ") {
        true => None,
        false => Some(format!("a message without a place: {problems}")),
    }
}

/// Reads a mutant, and runs it if it is a scenario.
pub fn tried(path: &Path, horizon: &str) -> Verdict {
    match caught(|| read_and_run(path, horizon)) {
        Ok(Ok(counted)) => Verdict::of(&counted),
        Ok(Err(fault)) => Verdict::fault(fault, path),
        Err(panic) => Verdict::fault(panic, path),
    }
}

fn read_and_run(path: &Path, horizon: &str) -> Result<Vec<&'static str>, String> {
    let refused = |problems: Problems, words: &[&'static str]| match placeless(&problems, path) {
        Some(fault) => Err(fault),
        None => Ok([words, &["refused"]].concat()),
    };
    let document = match Document::load(path, &[]) {
        Ok(document) => document,
        Err(problems) => return refused(problems, &[]),
    };
    if let Err(problems) = document.parse::<ScenarioTable>() {
        return refused(problems, &[]);
    }
    let scenario = match Scenario::from_document(&document) {
        Ok(scenario) => scenario,
        Err(problems) => return refused(problems, &["past the schema"]),
    };
    let sets =
        ["warm-up=0s".to_string(), format!("horizon={horizon}")].map(|set| set.parse::<Set>().expect("a setting"));
    let short = document.with("fuzz", &sets).and_then(|document| Scenario::from_document(&document));
    // What is written of the time beyond the short horizon may be at odds with it: then it runs as it stands.
    let scenario = short.or_else(|problems| placeless(&problems, path).map_or(Ok(scenario), Err))?;
    Ok(vec!["past the schema", "sound", run(scenario)])
}

/// Runs a scenario to its end, or until it has handled [`EVENTS`]. Panics where a run is not as every run is.
pub fn run(scenario: Arc<Scenario>) -> &'static str {
    if scenario.groups.iter().map(|group| u64::from(group.count)).sum::<u64>() > PARTIES {
        return "too large to run here";
    }
    let samples = scenario.horizon.0 / scenario.record.tick.0.max(1);
    let (mut tally, mut tables) = full(&scenario);
    let ended = match samples <= SAMPLES {
        true => bounded(scenario, &mut (&mut tally, &mut tables)),
        false => bounded(scenario, &mut tally),
    };
    if !ended {
        return "cut";
    }
    check(&tally);
    "ran to the end"
}

/// Whether the run came to its end within its events.
fn bounded(scenario: Arc<Scenario>, recorder: &mut impl Recorder) -> bool {
    let seed = scenario.seed;
    // A look at the run that a twin takes its means from comes after as many events as a slice has.
    let look = |run: &Run| if run.events() > EVENTS { Err(()) } else { Ok(()) };
    let Ok(twin) = twin_watched(&scenario, seed, look) else { return false };
    let mut run = Run::open(twin, seed);
    // Slices are counted and not events: a drain has samples too.
    let (mut left, mut asking) = (EVENTS / SLICE, true);
    loop {
        if asking {
            asking = run.advance(scenario.horizon, SLICE, recorder);
        } else if !run.drain(SLICE, recorder) {
            break;
        }
        if left == 0 {
            run.audit();
            return false;
        }
        left -= 1;
    }
    run.close(recorder);
    true
}

/// Every job has one fate, whatever the scenario.
fn check(tally: &Tally) {
    let summary = tally.summary();
    assert_eq!(summary.jobs, Fate::ALL.iter().map(|fate| summary.fate(*fate)).sum::<u64>(), "every job has one fate");
}

/// Twenty thousand but for the five hundred of the next test. Of them a fifth are past the schema and a tenth run to the end.
#[test]
fn mutated_scenarios_run_or_are_refused() {
    let (guard, originals) = (Guard::new("scenarios"), Originals::read());
    let counts = try_all("scenarios", 19_500, &guard.scratch(), |folder, _, draw| {
        let path = originals.mutant(folder, draw);
        let horizon: &&str = one(draw, HORIZONS);
        tried(&path, horizon)
    });
    guard.check();
    at_least(0.2, "past the schema", &counts);
    at_least(0.1, "ran to the end", &counts);
}

#[test]
fn mutated_scenarios_go_through_the_binary() {
    let (guard, originals) = (Guard::new("binary"), Originals::read());
    let counts = try_all("scenarios through the binary", 500, &guard.scratch(), |folder, _, draw| {
        let path = originals.mutant(folder, draw);
        let named = path.strip_prefix(folder).expect("it is there").display().to_string();
        let horizon = format!("horizon={}", one(draw, HORIZONS));
        let out = folder.join("out");
        let words: &[&str] = match draw.below(4) {
            0 => &["check", &named],
            1 => &["run", &named, "--out", "out"],
            _ => &["run", &named, "--out", "out", "--set", &horizon, "--set", "warm-up=0s"],
        };
        let ended = programs::run(folder, words);
        let _ = fs::remove_dir_all(out);
        match ended.fault(&["mutant.toml", "--set", "  --> "]) {
            Some(fault) => Verdict::fault(format!("`{}`: {fault}", words.join(" ")), &path),
            None => Verdict::of(&[ended.counted()]),
        }
    });
    guard.check();
    at_least(0.1, "ran", &counts);
}
