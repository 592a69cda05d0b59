//! Charts: pictures of a run or of a study, each in a file of its own, listed once.
//!
//! A chart is read without colour: categories differ in dashes and are named where they are drawn. Every axis has its unit,
//! every picture the run it comes from. A chart of a run shows one path and says so; a chart of a study has a 95 % interval over
//! replications for every estimate. The same run gives the same bytes of SVG.

use std::path::{Path, PathBuf};

use crate::output::error::FileError;
use crate::output::own::{self, Known};

pub mod axis;
pub mod compared;
pub mod endings;
pub mod fates;
pub mod font;
pub mod forest;
pub mod frontier;
pub mod frontier_words;
pub mod full_price;
pub mod holders;
pub mod incidence;
pub mod instability;
pub mod latency;
pub mod lorenz;
pub mod map;
pub mod numbers;
pub mod page;
pub mod palette;
pub mod panel;
pub mod panels;
pub mod parties;
pub mod passing;
pub mod png;
pub mod price;
pub mod prices;
pub mod quotes;
pub mod render;
pub mod responses;
pub mod sheet;
pub mod source;
pub mod studied;
pub mod survival;
pub mod survival_curves;
pub mod survival_names;
pub mod survival_words;
pub mod suspects;
pub mod svg;
pub mod times;

pub use page::{Drawing, Words};
pub use source::{Source, Sources};
pub use studied::Studied;

/// A chart of a run.
#[derive(Clone, Copy, Debug)]
pub struct Chart {
    /// The name of its files.
    pub name: &'static str,
    /// Draws it, or says what the run lacks for it.
    pub draw: fn(&Sources) -> Result<Drawing, String>,
}

/// Every chart of a run, in the order of a page.
pub static CHARTS: &[Chart] = &[
    Chart { name: "incidence", draw: incidence::chart },
    Chart { name: "fates", draw: fates::chart },
    Chart { name: "instability", draw: instability::chart },
    Chart { name: "price", draw: price::chart },
    Chart { name: "full-price", draw: full_price::chart },
    Chart { name: "panels", draw: panels::chart },
    Chart { name: "parties", draw: parties::chart },
    Chart { name: "latency", draw: latency::chart },
    Chart { name: "quotes", draw: quotes::chart },
    Chart { name: "lorenz", draw: lorenz::chart },
    Chart { name: "holders", draw: holders::chart },
];

/// Drawings by the names of their files.
pub type Drawings = Vec<(String, Drawing)>;

/// A chart of a study, or several of one kind.
#[derive(Clone, Copy, Debug)]
pub struct StudyChart {
    /// What it is called where the study lacks something for it.
    pub name: &'static str,
    /// Draws it, with the names of its files, or says what the study lacks for it.
    pub draw: fn(&Studied) -> Result<Drawings, String>,
}

/// Every chart of a study.
pub static STUDY_CHARTS: &[StudyChart] = &[
    StudyChart { name: "survival", draw: survival::chart },
    StudyChart { name: "map", draw: map::chart },
    StudyChart { name: "forest", draw: compared::chart },
    StudyChart { name: "suspects", draw: suspects::chart },
    StudyChart { name: "responses", draw: responses::chart },
    StudyChart { name: "pass-through", draw: passing::chart },
];

/// Draws the charts of one kind of a study: their names, and each drawing or what the study lacks for it.
pub fn draw_of_study(chart: &StudyChart, studied: &Studied) -> Vec<(String, Result<Drawing, String>)> {
    match (chart.draw)(studied) {
        Ok(drawings) => drawings.into_iter().map(|(name, drawing)| (name, Ok(drawing))).collect(),
        Err(why) => vec![(chart.name.to_string(), Err(why))],
    }
}

/// Draws every chart of a run: its name, and the drawing or what the run lacks for it.
pub fn draw_all(sources: &Sources) -> Vec<(&'static str, Result<Drawing, String>)> {
    CHARTS.iter().map(|chart| (chart.name, (chart.draw)(sources))).collect()
}

/// Writes a drawing as `NAME.svg` and `NAME.png` into a folder that is made where it is missing; gives their paths.
/// A file is replaced at once or not at all, and only if it is a picture of ours. Links are not followed.
pub fn write(
    folder: &Path,
    name: &str,
    drawing: &Drawing,
    identity: &[(String, String)],
) -> Result<[PathBuf; 2], FileError> {
    own::subfolder(folder)?;
    let svg = svg::file(&drawing.sheet, &drawing.words, identity);
    let png = png::file(&drawing.sheet, identity);
    let paths = [folder.join(format!("{name}.svg")), folder.join(format!("{name}.png"))];
    own::sweep(folder, |left| left.starts_with(&format!(".{name}.")));
    own::replace(&paths[0], svg.as_bytes(), Known::Marked)?;
    own::replace(&paths[1], &png, Known::Marked)?;
    Ok(paths)
}
