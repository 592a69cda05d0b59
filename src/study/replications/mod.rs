//! One scenario run again and again with other random numbers: what each run comes to, and the means over all of them.
//!
//! Sample are the unit of every interval here. Whatever is drawn once a run (the speeds of nodes, their costs, their prices)
//! differs between replications, so their spread shows it; the spread within a run does not.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use crate::domain::fate::{Cause, Fate};
use crate::engine::hash::Hasher128;
use crate::engine::random::Seed;
use crate::engine::time::Time;
use crate::output::folder::Folder;
use crate::output::identity::{Identity, Input};
use crate::output::manifest::{Circumstances, Manifest, RowCount};
use crate::record::columns::Kind;
use crate::record::tables::{Beside, CLASSES, summary_with};
use crate::record::tally::Tally;
use crate::scenario::Scenario;
use crate::simulate::{Run, probe_plan, twin_watched};
use crate::stats::replicated::{Replicated, replicated};

use super::StudyError;
use super::course::Measured;
use super::drive::Watch;
use super::measure::Measure;
use super::replicate::LEVEL;
use super::work::measured;

mod tables;

pub use tables::descriptions;

/// The most replications of one command: each keeps one number per measure, about ten kilobytes with four classes.
pub const MOST: u64 = 10_000;

/// Numbers of the summary that tell runs apart and measure nothing.
const NOT_MEASURED: &[&str] = &["seed", "replication"];

/// The replications of a scenario, run to their ends.
#[derive(Clone, Debug)]
pub struct Sample {
    /// The scenario.
    pub scenario: Arc<Scenario>,
    /// The root of all randomness; the runs are its replications from 0 on.
    pub seed: u64,
    /// What is measured of each run.
    pub measures: Vec<Measure>,
    /// The runs, in the order of their numbers.
    pub runs: Vec<Measured>,
}

/// A measure over all replications.
#[derive(Clone, Debug, PartialEq)]
pub struct Mean {
    /// The class of job it is of; none for the whole run.
    pub class: Option<String>,
    /// The measure.
    pub measure: String,
    /// Its unit; empty for shares, counts and other pure numbers.
    pub unit: String,
    /// What it is, in words.
    pub meaning: String,
    /// The mean with its interval.
    pub over: Replicated,
}

impl Sample {
    /// Runs `count` replications of a scenario on `jobs` threads (0: as many as there are processors). The result is the same
    /// whatever the threads. A panic of a run is passed on.
    pub fn run(
        scenario: Arc<Scenario>,
        seed: u64,
        count: u64,
        jobs: usize,
        stop: &AtomicBool,
        watch: &dyn Watch,
    ) -> Result<Sample, StudyError> {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(jobs)
            .build()
            .map_err(|error| StudyError::Wrong(format!("cannot start {jobs} threads: {error}")))?;
        let measures = measures(&scenario);
        let done: Vec<OnceLock<Measured>> = (0..count).map(|_| OnceLock::new()).collect();
        let (next, panic) = (AtomicU64::new(0), Mutex::new(None::<Box<dyn Any + Send>>));
        let panicked = || panic.lock().expect("no thread panics while it holds a panic").is_some();
        watch.generation(0, 1, count);
        pool.broadcast(|_| {
            while let Some(replication) = Some(next.fetch_add(1, Ordering::Relaxed)).filter(|number| *number < count) {
                let run = || one(&scenario, Seed { root: seed, replication }, &measures, stop);
                match catch_unwind(AssertUnwindSafe(run)) {
                    Ok(Some(run)) if !panicked() => {
                        done[replication as usize].set(run).expect("each replication is run once");
                        watch.done(1);
                    }
                    Ok(_) => return,
                    Err(why) => {
                        panic.lock().expect("no thread panics while it holds a panic").get_or_insert(why);
                        return;
                    }
                }
            }
        });
        if let Some(why) = panic.into_inner().expect("no thread panicked") {
            resume_unwind(why);
        }
        let runs: Option<Vec<Measured>> = done.into_iter().map(OnceLock::into_inner).collect();
        Ok(Sample { measures, runs: runs.ok_or(StudyError::Stopped)?, scenario, seed })
    }

    /// How many there are.
    pub fn count(&self) -> u64 {
        self.runs.len() as u64
    }

    /// Over the digests of all runs, in order.
    pub fn digest(&self) -> String {
        let mut hasher = Hasher128::new();
        self.runs.iter().for_each(|run| hasher.update(format!("{}\n", run.digest).as_bytes()));
        hasher.hex()
    }

    /// What decides every byte of the tables.
    pub fn identity(&self) -> Identity {
        identity(&self.scenario, self.seed, self.count())
    }

    /// Every measure over all replications: those of the whole run, then those of each class. A measure that no run has is
    /// left out.
    pub fn means(&self) -> Vec<Mean> {
        let values = |place: usize| self.runs.iter().filter_map(move |run| run.values[place]);
        let mean = |(place, measure): (usize, &Measure)| {
            let values: Vec<f64> = values(place).collect();
            let over = replicated(&values, measure.kind(&values, self.jobs(measure)), LEVEL)?;
            let (unit, meaning) = (measure.unit(), measure.meaning());
            Some(Mean { class: measure.class.clone(), measure: measure.stem.clone(), unit, meaning, over })
        };
        let mut means: Vec<Mean> = self.measures.iter().enumerate().filter_map(mean).collect();
        let classes = &self.scenario.classes;
        // The whole run is of no class and comes first.
        means.sort_by_key(|mean| classes.iter().position(|class| Some(&class.name) == mean.class.as_ref()));
        means
    }

    /// The mean number of jobs in a run, of the class of a measure.
    fn jobs(&self, measure: &Measure) -> Option<f64> {
        let is_jobs = |known: &Measure| known.stem == "jobs" && known.class == measure.class;
        let place = self.measures.iter().position(is_jobs)?;
        let sum: f64 = self.runs.iter().filter_map(|run| run.values[place]).sum();
        Some(sum / self.count() as f64)
    }

    /// Fills a folder with the tables and the manifest and makes it whole. Digest and tables of `circumstances` are filled in.
    /// Gives what the user should know of the file system.
    pub fn write(&self, folder: Folder, mut circumstances: Circumstances) -> Result<Vec<String>, StudyError> {
        let identity = self.identity();
        for table in self.tables() {
            let bytes = table.bytes(&identity).map_err(StudyError::Wrong)?;
            folder.files().write(&format!("{}.parquet", table.name), &bytes)?;
            circumstances.tables.push(RowCount { name: table.name.to_owned(), rows: table.rows() as u64 });
        }
        circumstances.digest = self.digest();
        Manifest::new(identity, circumstances).write(folder.files())?;
        Ok(folder.finish()?)
    }
}

/// What decides every byte of the tables of so many replications.
pub fn identity(scenario: &Scenario, seed: u64, count: u64) -> Identity {
    let text = |text: &str| serde_json::Value::from(text).to_string();
    let (name, question) = (text(&scenario.name), text(&scenario.question));
    let whole = format!(
        "{{\"name\":{name},\"question\":{question},\"replications\":{count},\"scenario\":{}}}",
        scenario.document
    );
    let inputs = scenario.inputs.iter().map(|(path, hash)| Input { path: path.clone(), hash: hash.clone() }).collect();
    Identity::new(whole, seed, inputs)
}

/// The name of the folder of so many replications; with six digits of its identity where the scenario was changed from outside.
pub fn folder_name(scenario: &Scenario, seed: u64, count: u64, is_changed: bool) -> String {
    let plain = format!("{}-{seed}-x{count}", scenario.name);
    if is_changed { format!("{plain}-{}", identity(scenario, seed, count).short()) } else { plain }
}

/// A run was asked to stop.
struct Stop;

/// One replication; none if asked to stop.
fn one(scenario: &Arc<Scenario>, seed: Seed, measures: &[Measure], stop: &AtomicBool) -> Option<Measured> {
    let go_on = |_: &Run| if stop.load(Ordering::Relaxed) { Err(Stop) } else { Ok(()) };
    let tally = Tally::new(scenario.warm_up).with_reliance(scenario.record.fading());
    let tally = tally.with_results(scenario.record.results);
    let mut tally = tally.with_probes(probe_plan(scenario, seed, Time::ZERO));
    let mut run = Run::open(twin_watched(scenario, seed, go_on).ok()?, seed);
    run.until_watched(scenario.horizon, &mut tally, go_on).ok()?;
    run.drain_watched(&mut tally, go_on).ok()?;
    let outcome = run.close(&mut tally);
    Some(measured(scenario, measures, &outcome, tally.summary()))
}

/// Every number of the summary and of the classes, and the shares of fates, causes and use that they are read as.
fn measures(scenario: &Scenario) -> Vec<Measure> {
    let classes: Vec<String> = scenario.classes.iter().map(|class| class.name.clone()).collect();
    let is_number = |kind: Kind| !matches!(kind, Kind::Bool | Kind::Text);
    let (agreement, record) = (scenario.agreement.is_some(), &scenario.record);
    let (causes, reliance, results, probes) = (record.causes, record.reliance, record.results, record.probes > 0);
    let table = summary_with(Beside { agreement, causes, reliance, results, probes });
    let whole = table.columns.iter().filter(|column| is_number(column.kind)).map(|column| column.name);
    let of_class = CLASSES.columns.iter().filter(|column| is_number(column.kind)).map(|column| column.name);
    let mut formulas = Vec::new();
    for (prefix, columns) in [("", whole.collect::<Vec<_>>()), ("*.", of_class.collect())] {
        let known = |name: &str| columns.contains(&name);
        formulas
            .extend(columns.iter().filter(|name| !NOT_MEASURED.contains(name)).map(|name| format!("{prefix}{name}")));
        let shares = shares().into_iter().filter(|(name, _)| !known(name));
        formulas.extend(shares.map(|(name, column)| format!("{name} = {prefix}{column} / {prefix}jobs")));
    }
    let parse = |formula: &String| Measure::parse(formula, &classes).expect("columns are measures");
    formulas.iter().flat_map(parse).collect()
}

/// Quotients over the jobs, by name, that are read more often than the sums.
fn shares() -> Vec<(String, String)> {
    let column = |kind: &str, name: &str| format!("{kind}_{}", name.replace('-', "_"));
    // The share of the final and right is a column of its own.
    let fates = Fate::ALL.iter().filter(|fate| **fate != Fate::FinalRight).map(|fate| column("fate", fate.name()));
    let causes = Cause::ALL.iter().map(|cause| column("cause", cause.name()));
    let counts = fates.chain(causes).chain(["used", "used_wrong"].map(str::to_owned));
    let mut shares: Vec<(String, String)> = counts.map(|column| (format!("{column}_share"), column)).collect();
    shares.push(("charged_per_job".to_owned(), "charged".to_owned()));
    shares
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shop() -> Arc<Scenario> {
        let text = "name = \"shop\"\nquestion = \"who \\\"waits\\\"?\"\nhorizon = \"10min\"\n[models.plain]\n[classes.job]\n\
                    work = { law = \"exponential\", mean = \"1s\" }\n[[demand.sources]]\nname = \"all\"\n\
                    arrivals = { rule = \"poisson\", poisson = { rate = \"1/s\" } }\n[[nodes]]\nname = \"one\"\ncount = 2\n";
        Scenario::from_text("shop.toml", text).expect("a scenario")
    }

    #[test]
    fn means_are_over_the_runs_and_the_whole_run_comes_first() {
        let sample = Sample::run(shop(), 1, 4, 2, &AtomicBool::new(false), &()).expect("four runs");
        let means = sample.means();
        let classes: Vec<bool> = means.iter().map(|mean| mean.class.is_some()).collect();
        assert!(classes.is_sorted() && classes[classes.len() - 1] && !classes[0], "{classes:?}");
        let jobs = means.iter().find(|mean| mean.measure == "jobs").expect("jobs");
        assert!((jobs.over.mean - 600.0).abs() < 100.0 && jobs.over.n == 4, "{jobs:?}");
        let mut names: Vec<_> = means.iter().map(|mean| (&mean.class, &mean.measure)).collect();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), means.len(), "each measure is there once");
        let digests: Vec<&str> = sample.runs.iter().map(|run| run.digest.as_str()).collect();
        assert!((1..4).all(|run| digests[run] != digests[run - 1]), "{digests:?}");
        let again = Sample::run(shop(), 1, 4, 1, &AtomicBool::new(false), &()).expect("four runs");
        assert_eq!(again.runs, sample.runs);
        assert_ne!(
            Sample::run(shop(), 2, 4, 1, &AtomicBool::new(false), &()).expect("four runs").digest(),
            sample.digest()
        );
    }

    #[test]
    fn what_is_stopped_gives_nothing() {
        let stopped = Sample::run(shop(), 1, 4, 2, &AtomicBool::new(true), &());
        assert!(matches!(stopped, Err(StudyError::Stopped)));
    }

    #[test]
    fn folders_are_named_by_seed_and_number() {
        let scenario = shop();
        assert_eq!(folder_name(&scenario, 7, 20, false), "shop-7-x20");
        let changed = folder_name(&scenario, 7, 20, true);
        assert_eq!(changed, format!("shop-7-x20-{}", identity(&scenario, 7, 20).short()));
        let whole: serde_json::Value = serde_json::from_str(&identity(&scenario, 7, 20).scenario).expect("JSON");
        assert_eq!((&whole["question"], &whole["replications"]), (&"who \"waits\"?".into(), &20.into()));
        assert_eq!(whole["scenario"]["name"], "shop");
    }
}
