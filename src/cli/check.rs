//! `check`: every problem of every file, without running anything.

use std::path::PathBuf;

use clap::Args;

use super::{Done, Failure, note, say};
use crate::scenario::Scenario;
use crate::scenario::document::Set;

/// What `check` is asked.
#[derive(Args, Debug)]
pub struct Check {
    /// The scenario files
    #[arg(required = true, value_name = "SCENARIO")]
    files: Vec<PathBuf>,
    /// Set a value of each scenario, such as `nodes[0].count=5`; may be given several times
    #[arg(long = "set", value_name = "PATH=VALUE")]
    sets: Vec<Set>,
}

/// Checks files; a bad one does not keep the others from being checked.
pub fn check(check: Check) -> Done {
    let mut bad = 0;
    for file in &check.files {
        match Scenario::load(file, &check.sets) {
            Ok(scenario) => {
                let nodes: u64 = scenario.groups.iter().map(|group| u64::from(group.count)).sum();
                let (classes, sources) = (scenario.classes.len(), scenario.sources.len());
                let shown = file.display();
                say(&format!(
                    "ok {shown}: {nodes} nodes, {sources} sources, {classes} classes, horizon {}",
                    scenario.horizon
                ))?;
                super::memory::said(&scenario).iter().try_for_each(|line| say(line))?;
            }
            Err(problems) => {
                bad += 1;
                note(&format!("{problems}\n"));
            }
        }
    }
    match bad {
        0 => Ok(()),
        _ => Err(Failure::Wrong(format!("{bad} of {} scenarios cannot be run", check.files.len()))),
    }
}
