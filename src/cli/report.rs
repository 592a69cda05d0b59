//! `report`: a run, or replications of it, as one HTML page.

use std::path::PathBuf;

use clap::Args;

use super::{Done, Failure, say};
use crate::chart::{self, Source, Sources};
use crate::report::{html, replicated};

/// What `report` is asked.
#[derive(Args, Debug)]
pub struct Report {
    /// The folder of a run or of replications
    folder: PathBuf,
    /// The folder of its twin with `freeze = true`, for the deaths that instability caused
    #[arg(long, value_name = "DIR")]
    frozen: Option<PathBuf>,
}

/// Writes the page into the folder.
pub fn report(asked: Report) -> Done {
    let sources =
        Sources { run: Source::open(&asked.folder)?, frozen: asked.frozen.as_deref().map(Source::open).transpose()? };
    let path = asked.folder.join("report.html");
    let page = match replicated::count(&sources.run) {
        Some(_) if sources.frozen.is_some() => {
            return Err(Failure::Wrong("error: replications have no frozen twin of one run".to_string()));
        }
        Some(count) => {
            let page = replicated::page(&sources.run, count);
            page.map_err(|why| Failure::Failed(format!("error: `{}`: {why}", asked.folder.display())))?
        }
        None => html::page(&sources),
    };
    chart::replace(&path, page.as_bytes())?;
    say(&path.display().to_string())
}
