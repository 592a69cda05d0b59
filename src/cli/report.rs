//! `report`: a run or a study as one HTML page.

use std::path::PathBuf;

use clap::Args;

use super::chart::{drawn, open};
use super::{Done, say};
use crate::chart::Studied;
use crate::output::own::{self, Known};
use crate::report::{html, studied};

/// What `report` is asked.
#[derive(Args, Debug)]
pub struct Report {
    /// The folder of a run or of a study
    folder: PathBuf,
    /// The folder of its twin with `freeze = true`, for the deaths that instability caused
    #[arg(long, value_name = "DIR")]
    frozen: Option<PathBuf>,
}

/// Writes the page into the folder.
pub fn report(asked: Report) -> Done {
    let drawn = drawn(&asked.folder, asked.frozen.as_deref())?;
    let source = open(&asked.folder)?;
    let page = match Studied::of(&source) {
        Some(study) => studied::page(&study, &drawn),
        None => html::page(&source, &drawn),
    };
    let path = asked.folder.join("report.html");
    own::sweep(&asked.folder, |left| left.starts_with(".report.html."));
    own::replace(&path, page.as_bytes(), Known::Marked)?;
    say(&path.display().to_string())
}
