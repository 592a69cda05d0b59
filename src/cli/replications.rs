//! `run --replications`: one scenario again and again with other random numbers, and the means over all runs.

use std::path::{Path, PathBuf};

use super::circumstances::{circumstances, utc_now};
use super::run::{Format, Run, loaded};
use super::signals::on_interrupt;
use super::study::progress::Progress;
use super::{Done, Failure, note, say};
use crate::output::folder::Folder;
use crate::output::own::Replace;
use crate::report::replications as written;
use crate::study::StudyError;
use crate::study::replications::{Sample, folder_name, identity};

/// Runs them on all processors, writes their tables and prints the means.
pub fn run(path: &Path, asked: &Run, count: u64) -> Done {
    let (stop, started) = (on_interrupt(), utc_now());
    let scenario = loaded(path, &asked.sets)?;
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
    let same = || Replace::Same(identity(&scenario, seed, count).id());
    let folder = Folder::create_over(&whole, if asked.force { Replace::Ours } else { same() })?;
    let jobs = super::study::threads(asked.jobs);
    let progress = Progress::new();
    let sample = Sample::run(scenario, seed, count, jobs, &stop, &progress);
    progress.end(progress.all_runs());
    let sample = sample.map_err(|error| match error {
        StudyError::Stopped => Failure::Failed("stopped; nothing was written".to_string()),
        error => error.into(),
    })?;
    let mut how = circumstances(started, progress.seconds());
    how.threads = jobs;
    sample.write(folder, how)?.iter().for_each(|known| note(&format!("note: {known}")));
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
