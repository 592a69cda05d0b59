//! `run`: a scenario from its start to its end, or to an instant and a save, or from a save on.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use clap::{Args, ValueEnum};

use super::circumstances::{circumstances, utc_now};
use super::progress::Progress;
use super::signals::{go_on, on_interrupt};
use super::{Done, Failure, check, note, replications, save, say, understood};
use crate::engine::mistake::Mistake;
use crate::engine::random::Seed;
use crate::engine::time::{SimDuration, Time};
use crate::output::run::{Recording, folder_name};
use crate::record::tally::Summary;
use crate::report::terminal;
use crate::scenario::Scenario;
use crate::scenario::document::Set;
use crate::simulate::{Outcome, Run as Simulation, twin_watched};
use crate::study::replications::MOST;

/// What `run` is asked.
#[derive(Args, Debug)]
#[command(group(clap::ArgGroup::new("what").required(true).args(["scenario", "from"])))]
pub struct Run {
    /// The scenario file
    scenario: Option<PathBuf>,
    /// Go on with a run saved by --save; its tables hold what happens from there on, and --set amends the running market
    #[arg(long, value_name = "FILE", conflicts_with = "seed")]
    from: Option<PathBuf>,
    /// Where the scenario of a saved run is now. Default where the save names it
    #[arg(long = "scenario", id = "moved", value_name = "FILE", requires = "from")]
    moved: Option<PathBuf>,
    /// The root of all randomness, and after `/` the replication. Default the scenario's
    #[arg(long, value_name = "SEED[/REPLICATION]")]
    pub(super) seed: Option<Seed>,
    /// Set a value of the scenario, such as `nodes[0].count=5`; may be given several times
    #[arg(long = "set", value_name = "PATH=VALUE")]
    pub(super) sets: Vec<Set>,
    /// Run a twin of the market in its place, as `--set twin=` does
    #[arg(long, value_enum, value_name = "TWIN", conflicts_with = "from")]
    twin: Option<Twin>,
    /// The folder of the output. Default output/SCENARIO-SEED, of N replications output/SCENARIO-SEED-xN
    #[arg(long, value_name = "DIR")]
    pub(super) out: Option<PathBuf>,
    /// Replace the result, or the save, of another scenario or seed
    #[arg(long)]
    pub(super) force: bool,
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

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Twin {
    /// The same jobs at prices and loads that stand still at the means of the market, which is run first
    Frozen,
    /// The same jobs without any load: every queue empty, prices of the start
    Rest,
    /// The same jobs, each at an instant that is uniform over the time of asking
    Stationary,
}

impl Twin {
    /// The setting of the scenario that asks for it.
    fn set(self) -> Set {
        let name = match self {
            Twin::Frozen => "frozen",
            Twin::Rest => "rest",
            Twin::Stationary => "stationary",
        };
        Set { path: "twin".to_string(), value: name.to_string() }
    }
}

/// An instant as it is written on the command line.
#[derive(Clone, Copy, Debug)]
struct Instant(Time);

impl std::str::FromStr for Instant {
    type Err = Mistake;
    fn from_str(text: &str) -> Result<Instant, Mistake> {
        SimDuration::try_from(text).map(|span| Instant(Time::ZERO + span))
    }
}

/// Runs.
pub fn run(mut asked: Run) -> Done {
    asked.sets.extend(asked.twin.map(Twin::set));
    if let (Some(count), Some(path)) = (asked.replications, &asked.scenario) {
        return replications::run(path, &asked, count);
    }
    let stop = on_interrupt();
    let (simulation, sets) = match &asked.from {
        Some(file) => save::read(file, asked.moved.as_deref(), &asked.sets)?,
        None => {
            let path = asked.scenario.as_ref().expect("clap asks for one of two");
            let scenario = loaded(path, &asked.sets)?;
            let seed = asked.seed.unwrap_or(scenario.seed);
            (Simulation::open(twin_watched(&scenario, seed, |_| go_on(&stop))?, seed), asked.sets.clone())
        }
    };
    match (&asked.until, &asked.save) {
        (Some(until), Some(file)) => to_a_save(simulation, &asked, until.0, file, &sets, &stop),
        _ => to_the_end(simulation, &asked, !sets.is_empty(), &stop),
    }
}

/// Reads a scenario, and says what of it was understood in which way.
pub(super) fn loaded(path: &Path, sets: &[Set]) -> Result<Arc<Scenario>, Failure> {
    let (document, scenario) = check::loaded(path, sets)?;
    let said = understood::of(&document, &scenario);
    said.sources.iter().for_each(|line| note(line));
    said.warnings.iter().for_each(|line| note(&format!("warning: {line}")));
    super::memory::warning(&scenario).iter().for_each(|line| note(line));
    Ok(scenario)
}

fn to_a_save(
    mut simulation: Simulation,
    asked: &Run,
    until: Time,
    file: &Path,
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
    let place = save::Place::new(file, scenario, simulation.scenario(), simulation.seed(), asked.force)?;
    let mut progress = Progress::new(simulation.now(), until);
    watched(&mut simulation, until, &mut (), &mut progress, || go_on(stop))?;
    place.write(&simulation, sets)?;
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
    let start = if asked.force { Recording::start_over } else { Recording::start };
    let mut recording = start(&scenario, seed, began, &folder)?;
    let mut progress = Progress::new(began, scenario.horizon);
    let events_before = simulation.events();
    let failed = recording.failed_flag();
    let look = || match failed.get() {
        true => Err(Failure::Failed("error: the output failed".to_string())),
        false => go_on(stop),
    };
    let done = watched(&mut simulation, scenario.horizon, recording.recorder(), &mut progress, look)
        .and_then(|()| simulation.drain_watched(recording.recorder(), |_| look()));
    if let Err(stopped) = done {
        // A failure to write is the better reason.
        return Err(recording.give_up().map_or(stopped, Failure::from));
    }
    let outcome = simulation.close(recording.recorder());
    let closed = recording.closed();
    let circumstances = circumstances(started, progress.seconds());
    let recorded = recording.finish(&outcome, circumstances)?;
    progress.end(outcome.events - events_before, closed);
    recorded.notes.iter().for_each(|known| note(&format!("note: {known}")));
    note(&format!("wrote {}", recorded.folder.display()));
    show(asked.format, &scenario, &outcome, &recorded.summary)
}

/// Runs to an instant, looking up now and then: is it to go on, how far has it come?
fn watched(
    simulation: &mut Simulation,
    end: Time,
    recorder: &mut impl crate::record::recorder::Recorder,
    progress: &mut Progress,
    look: impl Fn() -> Done,
) -> Done {
    let before = simulation.events();
    simulation.until_watched(end, recorder, |run| {
        progress.show(run.now(), run.events() - before);
        look()
    })
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
