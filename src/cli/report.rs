//! `report`: a run as one HTML page.

use std::path::PathBuf;

use clap::Args;

use super::chart::open;
use super::{Done, Failure, say};
use crate::chart::{Sources, Studied};
use crate::output::own::{self, Known};
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
    let run = open(&asked.folder)?;
    if Studied::of(&run).is_some() {
        let folder = asked.folder.display();
        let message = format!("error: `{folder}` is the output of a study, and a page is made of a run");
        return Err(Failure::Wrong(format!("{message}\nhelp: `reliance chart {folder}` draws a study")));
    }
    let sources = Sources { run, frozen: asked.frozen.as_deref().map(open).transpose()? };
    let path = asked.folder.join("report.html");
    own::sweep(&asked.folder, |left| left.starts_with(".report.html."));
    own::replace(&path, html::page(&sources).as_bytes(), Known::Marked)?;
    say(&path.display().to_string())
}
