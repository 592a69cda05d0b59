//! `run`: a scenario from its start to its end, or to an instant and a save, or from a save on.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use clap::{Args, ValueEnum};

use super::progress::Progress;
use super::{Done, Failure, note, replications, save, say};
use crate::engine::random::Seed;
use crate::engine::time::{Span, Time};
use crate::output::manifest::Circumstances;
use crate::output::run::{Recording, folder_name};
use crate::record::tally::Summary;
use crate::report::terminal;
use crate::scenario::Scenario;
use crate::scenario::document::Set;
use crate::simulate::{Outcome, Run as Simulation};
use crate::study::replications::MOST;

/// What `run` is asked.
#[derive(Args, Debug)]
#[command(group(clap::ArgGroup::new("what").required(true).args(["scenario", "from"])))]
pub struct Run {
    /// The scenario file
    scenario: Option<PathBuf>,
    /// Go on with a run saved by --save; its tables hold what happens from there on
    #[arg(long, value_name = "FILE", conflicts_with_all = ["seed", "sets"])]
    from: Option<PathBuf>,
    /// The root of all randomness, and after `/` the replication. Default the scenario's
    #[arg(long, value_name = "SEED[/REPLICATION]")]
    pub(super) seed: Option<Seed>,
    /// Set a value of the scenario, such as `nodes[0].count=5`; may be given several times
    #[arg(long = "set", value_name = "PATH=VALUE")]
    pub(super) sets: Vec<Set>,
    /// The folder of the output. Default output/SCENARIO-SEED, of N replications output/SCENARIO-SEED-xN
    #[arg(long, value_name = "DIR")]
    pub(super) out: Option<PathBuf>,
    /// Stop at this instant, such as `20min`, and save the run; no tables are written
    #[arg(long, value_name = "TIME", requires = "save", conflicts_with = "out")]
    until: Option<Instant>,
    /// Where to save the run that is stopped
    #[arg(long, value_name = "FILE", requires = "until")]
    save: Option<PathBuf>,
    /// Run replications 0 to N − 1 of the seed, at most 10000, and print means with intervals; no tables of single runs
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(2..=MOST))]
    #[arg(conflicts_with_all = ["from", "until", "save"])]
    replications: Option<u64>,
    /// How many threads run replications. Default one for each processor
    #[arg(long, value_name = "N", requires = "replications")]
    pub(super) jobs: Option<std::num::NonZeroUsize>,
    /// How to print the summary
    #[arg(long, value_enum, default_value = "text")]
    pub(super) format: Format,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Format {
    /// Aligned text
    Text,
    /// One JSON object
    Json,
    /// A Markdown table
    Md,
}

/// An instant as it is written on the command line.
#[derive(Clone, Copy, Debug)]
struct Instant(Time);

impl std::str::FromStr for Instant {
    type Err = String;
    fn from_str(text: &str) -> Result<Instant, String> {
        Span::try_from(text).map(|span| Instant(Time::ZERO + span))
    }
}

/// A run is looked after so many times on its way.
const SLICES: u64 = 1_000;

/// So many events of a drain are handled before somebody looks up.
const DRAINED: u64 = 100_000;

/// Runs.
pub fn run(asked: Run) -> Done {
    if let (Some(count), Some(path)) = (asked.replications, &asked.scenario) {
        return replications::run(path, &asked, count);
    }
    let stop = on_interrupt();
    let (simulation, sets) = match &asked.from {
        Some(file) => save::read(file)?,
        None => {
            let path = asked.scenario.as_ref().expect("clap asks for one of two");
            let scenario = Scenario::load(path, &asked.sets)?;
            let seed = asked.seed.unwrap_or(scenario.seed);
            (Simulation::open(scenario, seed), asked.sets.clone())
        }
    };
    match (&asked.until, &asked.save) {
        (Some(until), Some(file)) => to_a_save(simulation, &asked, until.0, file, &sets, &stop),
        _ => to_the_end(simulation, &asked, !sets.is_empty(), &stop),
    }
}

fn to_a_save(
    mut simulation: Simulation,
    asked: &Run,
    until: Time,
    file: &std::path::Path,
    sets: &[Set],
    stop: &AtomicBool,
) -> Done {
    let Some(scenario) = &asked.scenario else {
        return Err(Failure::Wrong(
            "error: a run taken up with --from runs to its end\nhelp: leave out --until".into(),
        ));
    };
    let horizon = simulation.scenario().horizon;
    if until <= simulation.now() || until >= horizon {
        let (now, message) = (simulation.now(), format!("error: cannot stop at {until}"));
        return Err(Failure::Wrong(format!("{message}\nhelp: choose an instant after {now} and before {horizon}")));
    }
    let mut progress = Progress::new(simulation.now(), until);
    in_slices(&mut simulation, until, &mut (), &mut progress, stop, |_| false)?;
    save::write(file, &simulation, scenario, sets)?;
    let jobs = simulation.jobs_closed();
    progress.end(simulation.events(), jobs);
    note(&format!("saved at {until} to {}", file.display()));
    say(&format!("digest {}", simulation.digest()))
}

fn to_the_end(mut simulation: Simulation, asked: &Run, is_changed: bool, stop: &AtomicBool) -> Done {
    let (scenario, seed, began) = (simulation.scenario().clone(), simulation.seed(), simulation.now());
    let folder = asked.out.clone().unwrap_or_else(|| {
        let from = if began > Time::ZERO { format!("-from-{began}") } else { String::new() };
        PathBuf::from("output").join(folder_name(&scenario, seed, is_changed) + &from)
    });
    let started = utc_now();
    let mut recording = Recording::start(&scenario, seed, began, &folder)?;
    let mut progress = Progress::new(began, scenario.horizon);
    let events_before = simulation.events();
    let failed = recording.failed_flag();
    let done =
        in_slices(&mut simulation, scenario.horizon, recording.recorder(), &mut progress, stop, |_| failed.get())
            .and_then(|()| drain(&mut simulation, recording.recorder(), stop, || failed.get()));
    if done.is_err() || recording.failed() {
        let why = recording.give_up().map(Failure::from);
        return Err(why.or(done.err()).unwrap_or_else(|| Failure::Failed("error: the output failed".to_string())));
    }
    let outcome = simulation.close(recording.recorder());
    let closed = recording.closed();
    let circumstances = circumstances(started, progress.seconds());
    let recorded = recording.finish(&outcome, circumstances)?;
    progress.end(outcome.events - events_before, closed);
    note(&format!("wrote {}", recorded.folder.display()));
    show(asked.format, &scenario, &outcome, &recorded.summary)
}

/// Runs to an instant slice by slice, looking up between: is it to stop, how far has it come?
fn in_slices(
    simulation: &mut Simulation,
    end: Time,
    recorder: &mut impl crate::record::recorder::Recorder,
    progress: &mut Progress,
    stop: &AtomicBool,
    failed: impl Fn(&Simulation) -> bool,
) -> Done {
    let (from, before) = (simulation.now(), simulation.events());
    let length = end.since(from).0;
    for slice in 1..=SLICES {
        let until = Time(from.0 + (length as u128 * slice as u128 / SLICES as u128) as u64);
        simulation.until(until, recorder);
        if stop.load(Ordering::Relaxed) {
            return Err(Failure::Failed("stopped; nothing was written".to_string()));
        }
        if failed(simulation) {
            return Ok(());
        }
        progress.show(until, simulation.events() - before);
    }
    Ok(())
}

/// Runs on past the horizon where the scenario drains, looking up between: is it to stop?
fn drain(
    simulation: &mut Simulation,
    recorder: &mut impl crate::record::recorder::Recorder,
    stop: &AtomicBool,
    failed: impl Fn() -> bool,
) -> Done {
    while !failed() && simulation.drain(DRAINED, recorder) {
        if stop.load(Ordering::Relaxed) {
            return Err(Failure::Failed("stopped; nothing was written".to_string()));
        }
    }
    Ok(())
}

fn show(format: Format, scenario: &Scenario, outcome: &Outcome, summary: &Summary) -> Done {
    let digest = outcome.digest.to_string();
    match format {
        Format::Text => say(&format!("{}\ndigest {digest}", terminal::text(scenario, outcome.seed, summary))),
        Format::Md => say(&format!("{}\ndigest {digest}", terminal::markdown(summary))),
        Format::Json => {
            let mut object = serde_json::Map::new();
            object.insert("scenario".to_string(), scenario.name.clone().into());
            object.insert("seed".to_string(), outcome.seed.root.into());
            if outcome.seed.replication > 0 {
                object.insert("replication".to_string(), outcome.seed.replication.into());
            }
            object.extend(terminal::columns(summary));
            object.insert("digest".to_string(), digest.into());
            say(&serde_json::to_string_pretty(&object).expect("a summary becomes JSON"))
        }
    }
}

/// Set when the person at the terminal wants the run to stop. A second time ends the program at once; what is unfinished
/// is still recognised as such by its name.
pub(super) fn on_interrupt() -> Arc<AtomicBool> {
    let stop = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&stop);
    // Without a handler Ctrl-C ends the program as ever.
    let _ = ctrlc::set_handler(move || {
        if seen.swap(true, Ordering::Relaxed) {
            std::process::abort();
        }
    });
    stop
}

pub(super) fn circumstances(started: String, elapsed_s: f64) -> Circumstances {
    Circumstances::of(std::env::args().collect(), started, utc_now(), elapsed_s)
}

/// The present, as RFC 3339 in UTC.
#[allow(clippy::disallowed_methods, reason = "the manifest says when; no result depends on it")]
pub(super) fn utc_now() -> String {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |passed| passed.as_secs());
    let (days, of_day) = (seconds / 86_400, seconds % 86_400);
    // Days to a date of the Gregorian calendar: the era of 400 years, the year from March on, the month (H. Hinnant).
    let shifted = days + 719_468;
    let (era, day) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day_of_year = day - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let (date, month_shown) = (day_of_year - (153 * month + 2) / 5 + 1, if month < 10 { month + 3 } else { month - 9 });
    let year = era * 400 + year_of_era + u64::from(month >= 10);
    let (hour, minute, second) = (of_day / 3_600, of_day / 60 % 60, of_day % 60);
    format!("{year:04}-{month_shown:02}-{date:02}T{hour:02}:{minute:02}:{second:02}Z")
}
