//! `report`: a run as one HTML page.

use std::path::PathBuf;

use clap::Args;

use super::{Done, say};
use crate::chart::{self, Source, Sources};
use crate::report::html;

/// What `report` is asked.
#[derive(Args, Debug)]
pub struct Report {
    /// The folder of a run
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
    chart::replace(&path, html::page(&sources).as_bytes())?;
    say(&path.display().to_string())
}
