//! `chart`: the pictures of a run or of a study.

use std::path::{Path, PathBuf};

use clap::Args;

use super::progress::Steps;
use super::{Done, Failure, note, say};
use crate::chart::{self, CHARTS, Drawing, STUDY_CHARTS, Source, Sources, Studied};
use crate::output::error::MANIFEST;
use crate::report::replicated;
use crate::scenario::nearest;
use crate::study::folder::is_begun;

/// What `chart` is asked.
#[derive(Args, Debug)]
pub struct Chart {
    /// The folder of a run or of a study
    folder: PathBuf,
    /// The folder of its frozen twin, for the jobs that instability cost
    #[arg(long, value_name = "DIR")]
    frozen: Option<PathBuf>,
    /// Draw this chart alone, such as `fates` of a run or `map` of a study; may be given several times
    #[arg(long, value_name = "CHART")]
    only: Vec<String>,
}

/// Drawings by the names of their files, or what is lacking for them.
type Drawn = Vec<(String, Result<Drawing, String>)>;

/// Draws every chart that the run or the study has the data for.
pub fn chart(asked: Chart) -> Done {
    let source = open(&asked.folder)?;
    if replicated::count(&source).is_some() {
        let message = "error: charts show one run or a study, and this folder holds replications";
        return Err(Failure::Wrong(format!("{message}\nhelp: `reliance report` makes a page of their means")));
    }
    let is_study = Studied::of(&source).is_some();
    known(&asked.only, is_study)?;
    let drawn = drawn(&asked.folder, asked.frozen.as_deref(), &asked.only)?;
    let lacking: Vec<String> = drawn.iter().filter_map(lacking).collect();
    let is_empty = lacking.len() == drawn.len();
    write(&asked.folder.join("charts"), &source, drawn)?;
    if !asked.only.is_empty() && !lacking.is_empty() {
        return Err(Failure::Failed(format!("error: {}", lacking.join("\nerror: "))));
    }
    // A study has the data for one or two kinds of charts and never for all; what it is not for needs no word.
    if !is_study || is_empty {
        lacking.iter().for_each(|line| note(line));
    }
    Ok(())
}

/// What a chart lacks, in words; none where it is drawn.
fn lacking((name, drawing): &(String, Result<Drawing, String>)) -> Option<String> {
    drawing.as_ref().err().map(|why| format!("no chart `{name}`: {why}"))
}

/// Whether every chart asked for by name is one that there may be.
fn known(only: &[String], is_study: bool) -> Done {
    let names: Vec<&str> = match is_study {
        true => STUDY_CHARTS.iter().map(|chart| chart.name).collect(),
        false => CHARTS.iter().map(|chart| chart.name).collect(),
    };
    if let Some(name) = only.iter().find(|name| !names.contains(&name.as_str())) {
        let source = if is_study { "a study" } else { "a run" };
        let help = nearest::suggestion(name, &names, "there are").unwrap_or_default();
        return Err(Failure::Wrong(format!("error: {source} has no chart `{name}`\nhelp: {help}")));
    }
    Ok(())
}

/// Draws the charts of a folder, all of them unless some are named, and says how far it has come where that takes longer than a
/// second.
pub(super) fn drawn(folder: &Path, frozen: Option<&Path>, only: &[String]) -> Result<Drawn, Failure> {
    let run = open(folder)?;
    let wanted = |name: &str| only.is_empty() || only.iter().any(|asked| asked == name);
    match (Studied::of(&run), frozen) {
        (Some(_), Some(_)) => Err(Failure::Wrong("error: a study has no frozen twin".to_string())),
        (Some(studied), None) => {
            let mut steps = Steps::new("drawing", STUDY_CHARTS.len());
            let mut drawn = Vec::new();
            for chart in STUDY_CHARTS.iter().filter(|chart| wanted(chart.name)) {
                steps.begin(chart.name);
                drawn.extend(chart::draw_of_study(chart, &studied));
            }
            steps.end();
            Ok(drawn)
        }
        (None, frozen) => {
            let sources = Sources { run, frozen: frozen.map(open).transpose()? };
            let mut steps = Steps::new("drawing", CHARTS.len());
            let mut drawn = Vec::new();
            for chart in CHARTS.iter().filter(|chart| wanted(chart.name)) {
                steps.begin(chart.name);
                drawn.push((chart.name.to_string(), (chart.draw)(&sources)));
            }
            steps.end();
            Ok(drawn)
        }
    }
}

/// Opens the folder of a run or of a study that is finished.
pub(super) fn open(folder: &Path) -> Result<Source, Failure> {
    if is_begun(folder) && !folder.join(MANIFEST).exists() {
        let message = format!("error: the study in `{}` is not finished, so it has no tables", folder.display());
        return Err(Failure::Failed(format!("{message}\nhelp: `reliance study run` does what is left")));
    }
    Ok(Source::open(folder)?)
}

fn write(folder: &Path, source: &Source, drawn: Drawn) -> Done {
    let mut written = String::new();
    let mut steps = Steps::new("writing", drawn.len());
    for (name, drawing) in drawn {
        steps.begin(&name);
        if let Ok(drawing) = drawing {
            let paths = chart::write(folder, &name, &drawing, &source.identity(&name))?;
            paths.iter().for_each(|path| written.push_str(&format!("{}\n", path.display())));
        }
    }
    steps.end();
    if written.is_empty() { Ok(()) } else { say(&written) }
}
