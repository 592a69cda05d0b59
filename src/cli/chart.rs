//! `chart`: the pictures of a run.

use std::path::PathBuf;

use clap::Args;

use super::{Done, note, say};
use crate::chart::{self, Source, Sources};

/// What `chart` is asked.
#[derive(Args, Debug)]
pub struct Chart {
    /// The folder of a run
    folder: PathBuf,
    /// The folder of its twin with `freeze = true`, for the deaths that instability caused
    #[arg(long, value_name = "DIR")]
    frozen: Option<PathBuf>,
}

/// Draws every chart that the run has the data for.
pub fn chart(asked: Chart) -> Done {
    let sources =
        Sources { run: Source::open(&asked.folder)?, frozen: asked.frozen.as_deref().map(Source::open).transpose()? };
    let folder = asked.folder.join("charts");
    let mut written = String::new();
    for (name, drawing) in chart::draw_all(&sources) {
        match drawing {
            Ok(drawing) => {
                let paths = chart::write(&folder, name, &drawing, &sources.run.identity(name))?;
                paths.iter().for_each(|path| written.push_str(&format!("{}\n", path.display())));
            }
            Err(why) => note(&format!("no chart `{name}`: {why}")),
        }
    }
    if written.is_empty() { Ok(()) } else { say(&written) }
}
