//! `chart`: the pictures of a run or of a study.

use std::path::{Path, PathBuf};

use clap::Args;

use super::{Done, Failure, note, say};
use crate::chart::{self, Drawing, Source, Sources, Studied};
use crate::report::replicated;

/// What `chart` is asked.
#[derive(Args, Debug)]
pub struct Chart {
    /// The folder of a run or of a study
    folder: PathBuf,
    /// The folder of its twin with `freeze = true`, for the deaths that instability caused
    #[arg(long, value_name = "DIR")]
    frozen: Option<PathBuf>,
}

/// Draws every chart that the run or the study has the data for.
pub fn chart(asked: Chart) -> Done {
    let source = Source::open(&asked.folder)?;
    if replicated::count(&source).is_some() {
        let message = "error: charts show one run or a study, and this folder holds replications";
        return Err(Failure::Wrong(format!("{message}\nhelp: `reliance report` makes a page of their means")));
    }
    let drawn: Vec<(String, Result<Drawing, String>)> = match (Studied::of(&source), &asked.frozen) {
        (Some(_), Some(_)) => return Err(Failure::Wrong("error: a study has no frozen twin".to_string())),
        (Some(studied), None) => chart::draw_study(&studied),
        (None, frozen) => {
            let frozen = frozen.as_deref().map(Source::open).transpose()?;
            let drawn = chart::draw_all(&Sources { run: source.clone(), frozen });
            drawn.into_iter().map(|(name, drawing)| (name.to_string(), drawing)).collect()
        }
    };
    write(&asked.folder.join("charts"), &source, drawn)
}

fn write(folder: &Path, source: &Source, drawn: Vec<(String, Result<Drawing, String>)>) -> Done {
    let mut written = String::new();
    for (name, drawing) in drawn {
        match drawing {
            Ok(drawing) => {
                let paths = chart::write(folder, &name, &drawing, &source.identity(&name))?;
                paths.iter().for_each(|path| written.push_str(&format!("{}\n", path.display())));
            }
            Err(why) => note(&format!("no chart `{name}`: {why}")),
        }
    }
    if written.is_empty() { Ok(()) } else { say(&written) }
}
