//! `study`: many runs of one scenario that differ in a few values.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Instant;

use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::{Args, Subcommand, ValueEnum};

use super::check::expect_study;
use super::circumstances::{circumstances, utc_now};
use super::signals::on_interrupt;
use super::{Done, Failure, note, say};
use crate::domain::count::{counted, thousands};
use crate::engine::random::Seed;
use crate::study::course::Course;
use crate::study::drive::{Driver, Status, look};
use crate::study::engine::ENGINES;
use crate::study::folder::Folder;
use crate::study::merge;
use crate::study::recheck::recheck;
use crate::study::trial::{Estimate, estimate};
use crate::study::work::{Prepared, Runner, run_unless};
use crate::study::{Study, StudyError, show};

mod costs;
pub(super) mod progress;

use costs::costs;
use progress::{Progress, listed};

/// What `study` is asked.
#[derive(Args, Debug)]
pub struct StudyArguments {
    /// What to do.
    #[command(subcommand)]
    verb: StudyVerb,
}

#[derive(Subcommand, Debug)]
enum StudyVerb {
    /// Do all that is left of a study, and write its tables
    Run(Work),
    /// Say what a study will take, from a short trial; nothing is written
    Plan(Place),
    /// Do one chunk; one that is done is not done again
    Work(One),
    /// Say how far a study has come, from its files
    Status(Shown),
    /// Write the tables of a study whose chunks are all done
    Merge(Shown),
    /// Do some of the work again and compare
    Recheck(Again),
}

#[derive(Args, Debug)]
struct Place {
    /// The study file
    study: PathBuf,
    /// The root of all randomness. Default the study's, or else its scenario's
    #[arg(long)]
    seed: Option<u64>,
    /// The folder of the study. Default output/STUDY-SEED
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

#[derive(Args, Debug)]
struct Shown {
    #[command(flatten)]
    place: Place,
    /// How to print it
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// Aligned text, at most 80 letters wide
    Text,
    /// One JSON object
    Json,
    /// Markdown tables
    Md,
}

#[derive(Args, Debug)]
struct Work {
    #[command(flatten)]
    place: Place,
    /// How to print the results
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// How many threads work. Default one for each processor
    #[arg(long, value_name = "N")]
    jobs: Option<std::num::NonZeroUsize>,
    /// What carries the work
    #[arg(long, value_parser = engine_names(), default_value = ENGINES[0].name)]
    engine: String,
    /// Go on although the study has changed: re-run the points that changed, keep the runs of the others
    #[arg(long)]
    changed: bool,
}

#[derive(Args, Debug)]
struct One {
    #[command(flatten)]
    place: Place,
    /// The number of the chunk
    #[arg(long, value_name = "N")]
    chunk: usize,
}

#[derive(Args, Debug)]
struct Again {
    #[command(flatten)]
    place: Place,
    /// The share of the chunks to do again; always the same ones of a study
    #[arg(long, value_name = "SHARE", default_value = "5%")]
    sample: Share,
}

/// The names of the engines, with what each says of itself.
fn engine_names() -> PossibleValuesParser {
    PossibleValuesParser::new(ENGINES.iter().map(|engine| PossibleValue::new(engine.name).help(engine.says)))
}

/// A share as it is written on the command line: `5%` or `0.05`.
#[derive(Clone, Copy, Debug)]
struct Share(f64);

impl std::str::FromStr for Share {
    type Err = String;
    fn from_str(text: &str) -> Result<Share, String> {
        let share = match text.strip_suffix('%') {
            Some(percent) => percent.trim().parse::<f64>().map(|percent| percent / 100.0),
            None => text.parse(),
        };
        let inside = share.ok().filter(|share| *share > 0.0 && *share <= 1.0);
        inside.map(Share).ok_or(format!("`{text}` is no share; write for example `5%`"))
    }
}

impl From<StudyError> for Failure {
    fn from(error: StudyError) -> Failure {
        match error {
            StudyError::Changed(_) | StudyError::Wrong(_) => Failure::Wrong(error.to_string()),
            StudyError::File(_) | StudyError::Damaged(_) => Failure::Failed(error.to_string()),
            StudyError::Stopped => Failure::Failed(error.to_string()),
        }
    }
}

/// Does what is asked with a study.
pub fn study(asked: StudyArguments) -> Done {
    match asked.verb {
        StudyVerb::Run(work) => run(&work),
        StudyVerb::Plan(place) => plan(&place),
        StudyVerb::Work(one) => work(&one),
        StudyVerb::Status(place) => status(&place),
        StudyVerb::Merge(place) => merge(&place),
        StudyVerb::Recheck(again) => check_again(&again),
    }
}

impl Place {
    fn load(&self) -> Result<Study, Failure> {
        expect_study(&self.study)?;
        Ok(Study::load(&self.study, self.seed)?)
    }

    fn folder(&self, study: &Study) -> PathBuf {
        self.out.clone().unwrap_or_else(|| Path::new("output").join(study.folder_name()))
    }

    /// Begins or takes up the study's folder, telling what it will take.
    fn open(&self, study: &Study, jobs: usize, changed: bool) -> Result<Folder, Failure> {
        let measured = || match study.table.chunk {
            Some(runs) => runs,
            None => {
                let estimate = tried(study, jobs);
                note(&costs(&estimate, jobs));
                estimate.chunk_runs
            }
        };
        let folder = Folder::open(&self.folder(study), study, measured, changed)?;
        if !folder.has_locks() {
            let path = folder.path().display();
            note(&format!("note: the file system of `{path}` knows no locks: two drivers may do the same chunk"));
        }
        Ok(folder)
    }
}

fn run(asked: &Work) -> Done {
    let engine = ENGINES.iter().find(|engine| engine.name == asked.engine).expect("only these are let in");
    let (stop, started) = (on_interrupt(), utc_now());
    let study = asked.place.load()?;
    let jobs = threads(asked.jobs);
    let folder = asked.place.open(&study, jobs, asked.changed)?;
    let progress = Progress::new();
    // What is done already, here or by another driver, is taken from its files.
    let ran = AtomicU64::new(0);
    let runner = |study: &Study, prepared: &Prepared, seed: Seed| {
        ran.fetch_add(1, Ordering::Relaxed);
        run_unless(study, prepared, seed, &stop)
    };
    let driver = Driver { study: &study, folder: &folder, runner: &runner, stop: &stop, watch: &progress };
    let course = (engine.open)(jobs).and_then(|engine| driver.run(&*engine));
    progress.end(ran.load(Ordering::Relaxed));
    let course = course?;
    finish((&study, &folder, &course), started, (jobs, progress.seconds()), asked.format)
}

/// The most threads for each processor: more only wait for one another.
const THREADS_PER_PROCESSOR: usize = 4;

/// How many threads work: as many as asked for, within reason.
pub(super) fn threads(asked: Option<std::num::NonZeroUsize>) -> usize {
    let most = THREADS_PER_PROCESSOR * processors();
    let jobs = asked.map_or_else(processors, usize::from);
    if jobs > most {
        note(&format!("{most} threads work, {THREADS_PER_PROCESSOR} for each processor, and not {jobs}"));
    }
    jobs.min(most)
}

fn plan(place: &Place) -> Done {
    let study = place.load()?;
    let jobs = processors();
    let estimate = tried(&study, jobs);
    note(&costs(&estimate, jobs));
    let Estimate { points, runs, .. } = estimate;
    let then = match (&study.design, study.replications.looks()) {
        (crate::study::design::Design::Frontier(_), _) => ", and more as the search goes on",
        (_, 1) => "",
        _ => ", and more until the means are known well enough",
    };
    let (name, seed) = (&study.table.name, study.seed);
    let coincident = show::coincident(&study);
    let (points, runs) = (counted(points as u64, "point", "points"), counted(runs, "run", "runs"));
    say(&format!("{name} · seed {seed} · {points} · {runs}{then}{coincident}"))
}

fn work(asked: &One) -> Done {
    let stop = on_interrupt();
    let study = asked.place.load()?;
    let folder = asked.place.open(&study, 1, false)?;
    let progress = Progress::new();
    let runner = runner(&stop);
    let driver = Driver { study: &study, folder: &folder, runner: &runner, stop: &stop, watch: &progress };
    let worked = driver.work(asked.chunk);
    let all = progress.all_runs();
    progress.end(all);
    let how = if worked? { "done" } else { "was done" };
    say(&format!("chunk {} {how}", asked.chunk))
}

fn status(asked: &Shown) -> Done {
    let place = &asked.place;
    let study = place.load()?;
    let folder = Folder::existing(&place.folder(&study), &study)?;
    let (course, status) = look(&study, &folder)?;
    let Status { generation, done, runs, failed, .. } = status;
    if matches!(asked.format, Format::Json) {
        let whole = serde_json::json!({
            "study": study.table.name, "seed": study.seed, "complete": status.is_complete(), "generation": generation,
            "points": course.points().len(), "chunks_done": done, "chunks_missing": status.missing,
            "chunks_claimed": status.claimed, "runs": runs, "failed": failed,
            "damaged": status.damaged.iter().map(|(chunk, why)| serde_json::json!({ "chunk": chunk, "why": why }))
                .collect::<Vec<_>>(),
        });
        return say(&serde_json::to_string_pretty(&whole).expect("a status becomes JSON"));
    }
    let mut text = format!(
        "{} done, {}, {} failed\n",
        counted(done as u64, "chunk", "chunks"),
        counted(runs as u64, "run", "runs"),
        thousands(failed as u64)
    );
    if status.is_complete() {
        let generations = counted(generation as u64, "generation", "generations");
        let points = counted(course.points().len() as u64, "point", "points");
        text.push_str(&format!("complete after {generations}, {points}\n"));
    } else {
        let left: Vec<usize> =
            status.missing.iter().copied().chain(status.damaged.iter().map(|(chunk, _)| *chunk)).collect();
        let chunks = counted(left.len() as u64, "chunk", "chunks");
        text.push_str(&format!("generation {generation}: {chunks} left to do{}\n", listed(&left)));
    }
    if !status.claimed.is_empty() {
        text.push_str(&format!("in work: {}\n", listed(&status.claimed)));
    }
    for (chunk, why) in &status.damaged {
        text.push_str(&format!("chunk {chunk} is damaged and will be done again: {why}\n"));
    }
    say(&text)
}

fn merge(asked: &Shown) -> Done {
    let (started, place) = (utc_now(), &asked.place);
    let study = place.load()?;
    let folder = Folder::existing(&place.folder(&study), &study)?;
    let (course, status) = look(&study, &folder)?;
    if let Some((chunk, why)) = status.damaged.first() {
        let path = folder.chunk_path(*chunk);
        return Err(Failure::Failed(format!("error: chunk {chunk} is damaged: {why}\n  --> {}", path.display())));
    }
    if !status.is_complete() {
        let missing = listed(&status.missing);
        let path = folder.path().display();
        let chunks = counted(status.missing.len() as u64, "chunk is", "chunks are");
        let message = format!("error: {chunks} missing{missing}\n  --> {path}");
        return Err(Failure::Failed(format!("{message}\nhelp: `reliance study run` does what is left")));
    }
    finish((&study, &folder, &course), started, (1, 0.0), asked.format)
}

fn check_again(asked: &Again) -> Done {
    let stop = on_interrupt();
    let study = asked.place.load()?;
    let folder = Folder::existing(&asked.place.folder(&study), &study)?;
    let hear = |chunk: usize| note(&format!("chunk {chunk} done again"));
    let outcome = recheck(&study, &folder, asked.sample.0, &runner(&stop), &stop, hear)?;
    for (chunk, why) in &outcome.altered {
        say(&format!("chunk {chunk} was altered: {why}"))?;
    }
    match outcome.altered.len() {
        0 if outcome.again.is_empty() => {
            let path = folder.path().display();
            let message = format!("error: no chunk is done yet, so there is nothing to do again\n  --> {path}");
            Err(Failure::Failed(format!("{message}\nhelp: `reliance study run` does what is left")))
        }
        0 => say(&format!("{} chunks done again, all as they were", outcome.again.len())),
        count => {
            let path = folder.path().display();
            Err(Failure::Failed(format!("error: {count} chunks are not what the work gives\n  --> {path}")))
        }
    }
}

/// Writes the tables, shows what was found, and fails if a run failed.
fn finish(
    (study, folder, course): (&Study, &Folder, &Course),
    started: String,
    (jobs, seconds): (usize, f64),
    format: Format,
) -> Done {
    let results = merge::results(study, course);
    let mut how = circumstances(started, seconds);
    how.threads = jobs;
    merge::write(study, folder, course, &results, how)?;
    note(&format!("wrote {}", folder.path().display()));
    let digest = &results.digest;
    match format {
        Format::Text => say(&format!("{}\ndigest {digest}", show::text(study, course, &results)))?,
        Format::Md => say(&format!("{}\ndigest {digest}", show::markdown(study, course, &results)))?,
        Format::Json => {
            let whole = show::json(study, course, &results);
            say(&serde_json::to_string_pretty(&whole).expect("results become JSON"))?;
        }
    }
    if results.failures.is_empty() {
        return Ok(());
    }
    const SHOWN: usize = 10;
    let base = study.base_path.display().to_string();
    for (point, replication, why) in results.failures.iter().take(SHOWN) {
        let again = study.reproduction(&base, &course.points()[*point], *replication);
        note(&format!("point {point}, replication {replication}: {why}\n  {again}"));
    }
    let runs: usize = course.rows().iter().map(Vec::len).sum();
    Err(Failure::Failed(format!("error: {} of {runs} runs failed", results.failures.len())))
}

/// Runs a replication, or comes to nothing once asked to stop.
fn runner(stop: &AtomicBool) -> Box<Runner<'_>> {
    Box::new(|study, prepared, seed| run_unless(study, prepared, seed, stop))
}

#[allow(clippy::disallowed_methods, reason = "an estimate is about the clock; no result depends on it")]
fn tried(study: &Study, jobs: usize) -> Estimate {
    let began = Instant::now();
    estimate(study, jobs, &|_| began.elapsed().as_secs_f64())
}

pub(super) fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}
