//! `run --replications`: one scenario again and again with other random numbers, and the means over all runs.

use std::path::{Path, PathBuf};

use super::run::{Format, Run, circumstances, on_interrupt, utc_now};
use super::study::progress::Progress;
use super::{Done, Failure, note, say};
use crate::output::folder::Folder;
use crate::report::replications as written;
use crate::scenario::Scenario;
use crate::study::StudyError;
use crate::study::replications::{Sample, folder_name};

/// Runs them on all processors, writes their tables and prints the means.
pub fn run(path: &Path, asked: &Run, count: u64) -> Done {
    let (stop, started) = (on_interrupt(), utc_now());
    let scenario = Scenario::load(path, &asked.sets)?;
    let seed = asked.seed.unwrap_or(scenario.seed);
    if seed.replication > 0 {
        let message = format!("error: `--seed {seed}` names one replication, and --replications runs {count}");
        return Err(Failure::Wrong(format!("{message}\nhelp: write `--seed {}`", seed.root)));
    }
    let seed = seed.root;
    let whole = asked
        .out
        .clone()
        .unwrap_or_else(|| PathBuf::from("output").join(folder_name(&scenario, seed, count, !asked.sets.is_empty())));
    // Begun before the work, so that an output that cannot be written is known at once.
    let folder = Folder::create(&whole)?;
    let jobs = asked.jobs.map_or_else(super::study::processors, usize::from);
    let progress = Progress::new();
    let sample = Sample::run(scenario, seed, count, jobs, &stop, &progress);
    progress.end();
    let sample = sample.map_err(|error| match error {
        StudyError::Stopped => Failure::Failed("stopped; nothing was written".to_string()),
        error => error.into(),
    })?;
    let mut how = circumstances(started, progress.seconds());
    how.threads = jobs;
    sample.write(folder, how)?;
    note(&format!("wrote {}", whole.display()));
    let (means, digest) = (sample.means(), sample.digest());
    match asked.format {
        Format::Text => say(&format!("{}\ndigest {digest}", written::text(&sample, &means))),
        Format::Md => say(&format!("{}\ndigest {digest}", written::markdown(&means))),
        Format::Json => {
            let object = written::object(&sample, &means);
            say(&serde_json::to_string_pretty(&object).expect("means become JSON"))
        }
    }
}
