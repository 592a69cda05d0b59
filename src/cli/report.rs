//! `report`: a run, replications of it, or a study as one HTML page.

use std::path::PathBuf;

use clap::Args;

use super::chart::{drawn, open};
use super::{Done, Failure, say};
use crate::chart::{Source, Studied};
use crate::output::own::{self, Known};
use crate::report::{html, replicated, studied};

/// What `report` is asked.
#[derive(Args, Debug)]
pub struct Report {
    /// The folder of a run, of replications or of a study
    folder: PathBuf,
    /// The folder of its frozen twin, for the jobs that instability cost
    #[arg(long, value_name = "DIR")]
    frozen: Option<PathBuf>,
}

/// Writes the page into the folder.
pub fn report(asked: Report) -> Done {
    let source = open(&asked.folder)?;
    let page = match replicated::count(&source) {
        Some(count) => of_replications(&asked, &source, count)?,
        None => {
            let drawn = drawn(&asked.folder, asked.frozen.as_deref(), &[])?;
            match Studied::of(&source) {
                Some(study) => studied::page(&study, &drawn),
                None => html::page(&source, &drawn),
            }
        }
    };
    let path = asked.folder.join("report.html");
    own::sweep(&asked.folder, |left| left.starts_with(".report.html."));
    own::replace(&path, page.as_bytes(), Known::Marked)?;
    say(&path.display().to_string())
}

fn of_replications(asked: &Report, source: &Source, count: u64) -> Result<String, Failure> {
    if asked.frozen.is_some() {
        return Err(Failure::Wrong("error: replications have no frozen twin of one run".to_string()));
    }
    replicated::page(source, count)
        .map_err(|why| Failure::Failed(format!("error: `{}`: {why}", asked.folder.display())))
}
