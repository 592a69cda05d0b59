//! Which points a study has: all known from the start, or found on the way.

pub mod frontier;
pub mod hypercube;
mod sides;
pub mod sobol;

use crate::domain::count::{counted, thousands};
use crate::scenario::document::Document;
use crate::scenario::nearest::suggestion;
use crate::scenario::problems::Problems;

use super::axis::{Axis, Level, Values};
use super::file::{DesignTable, FrontierTable, ListTable};
use frontier::Frontier;

/// More points than this are a slip of the pen.
const POINTS_MAX: usize = 1_000_000;

/// The most runs of a study: the list of them takes some two kilobytes each.
const RUNS_MAX: u64 = 1_000_000;

/// Says where the points of a study, each run so often at most, are more runs than a study can hold.
pub(super) fn bounded(document: &Document, design: &Design, most: u64, problems: &mut Problems) {
    let points = match design {
        Design::Listed(points) => points.len() as u64,
        Design::Frontier(search) => search.lines.len() as u64 * u64::from(search.probes),
    };
    if points.saturating_mul(most) > RUNS_MAX {
        let message = format!(
            "{}, each run {} times, are more than {} runs",
            counted(points, "point", "points"),
            thousands(most),
            thousands(RUNS_MAX)
        );
        problems.at(document, "replications", message, "write fewer points or fewer replications");
    }
}

/// The points of a study.
#[derive(Clone, Debug)]
pub enum Design {
    /// Known from the start, a level for every axis.
    Listed(Vec<Vec<Level>>),
    /// Found by a search.
    Frontier(Frontier),
}

impl Design {
    /// Leaves out every point that sets and shows what an earlier one does; returns how many.
    ///
    /// Numbers that are rounded, and values that are listed, make a design visit some points more than once. Runs of
    /// such points share their random numbers, so they would be the same runs.
    pub fn merge_coincident(&mut self) -> usize {
        let points = match self {
            Design::Listed(points) => points,
            Design::Frontier(frontier) => &mut frontier.lines,
        };
        let before = points.len();
        let mut seen = std::collections::BTreeSet::new();
        points.retain(|levels| {
            let level = |level: &Level| {
                let sets: Vec<String> = level.sets.iter().map(ToString::to_string).collect();
                let cells: Vec<String> = level.cells.iter().map(ToString::to_string).collect();
                (sets, cells)
            };
            seen.insert(levels.iter().map(level).collect::<Vec<_>>())
        });
        before - points.len()
    }

    /// Reads the design of a study.
    pub fn read(
        document: &Document,
        table: &DesignTable,
        axes: &[Axis],
        seed: u64,
        problems: &mut Problems,
    ) -> Option<Design> {
        let points = match table {
            DesignTable::Grid | DesignTable::Fork(_) => crossed(document, axes, problems)?,
            DesignTable::Table(list) => listed(document, list, axes, problems)?,
            DesignTable::Frontier(search) => return searched(document, search, axes, problems).map(Design::Frontier),
            DesignTable::LatinHypercube(sample) => {
                spread(document, "latin-hypercube", sample.points, axes, problems)?;
                place(axes, hypercube::points(axes.len(), sample.points, seed))
            }
            DesignTable::Sobol(sample) => {
                spread(document, "sobol", sample.points, axes, problems)?;
                if axes.len() > sobol::AXES_MAX {
                    let message = format!("a Sobol design has at most {} axes, not {}", sobol::AXES_MAX, axes.len());
                    problems.at(document, "design.sobol", message, "write `latin-hypercube`");
                    return None;
                }
                place(axes, sobol::scrambled(axes.len(), sample.points, seed))
            }
        };
        Some(Design::Listed(points))
    }
}

/// Every level of each axis with every level of the others; the last changes fastest.
fn crossed(document: &Document, axes: &[Axis], problems: &mut Problems) -> Option<Vec<Vec<Level>>> {
    let mut grids = Vec::with_capacity(axes.len());
    for axis in axes {
        match axis.grid() {
            Some(levels) => grids.push(levels),
            None => {
                let help = match axis.values {
                    Values::Range(_) => "write `count = …` in the range",
                    _ => "write `values = […]`, or `range = { from = …, to = …, count = … }`",
                };
                problems.at(document, axis.place(), format!("the axis `{}` has no values for a grid", axis.name), help);
            }
        }
    }
    if grids.len() < axes.len() {
        return None;
    }
    let count = grids.iter().try_fold(1_usize, |count, levels| count.checked_mul(levels.len()));
    // Each point holds a value of every axis.
    if count.is_none_or(|count| count.saturating_mul(axes.len()) > POINTS_MAX.max(axes.len())) {
        let message = format!("the axes make more than {} values over all points", thousands(POINTS_MAX as u64));
        problems.at(document, "axes", message, "write fewer values, or `design = { sobol = { points = … } }`");
        return None;
    }
    let mut points = vec![Vec::new()];
    for levels in &grids {
        let with = |point: Vec<Level>| {
            levels.iter().map(move |level| [point.as_slice(), std::slice::from_ref(level)].concat())
        };
        points = points.into_iter().flat_map(with).collect();
    }
    Some(points)
}

fn listed(document: &Document, list: &ListTable, axes: &[Axis], problems: &mut Problems) -> Option<Vec<Vec<Level>>> {
    let at = "design.table.points";
    if list.points.is_empty() {
        problems.at(document, at, "a table without points", "write a value for every axis: `[[…, …], […, …]]`");
        return None;
    }
    if let Some(axis) = axes.iter().find(|axis| !matches!(axis.values, Values::Open)) {
        let message = format!("the axis `{}` has values, and the table lists them too", axis.name);
        problems.at(document, axis.place(), message, "leave out `values` and `range`");
        return None;
    }
    let mut points = Vec::with_capacity(list.points.len());
    for (row, values) in list.points.iter().enumerate() {
        let place = format!("{at}[{row}]");
        if values.len() != axes.len() {
            let message = format!("{} values for {} axes", values.len(), axes.len());
            problems.at(document, &place, message, "write a value for every axis, in their order");
            continue;
        }
        let level = |(index, axis): (usize, &Axis)| axis.level(document, &format!("{place}[{index}]"), None, problems);
        let levels: Vec<Option<Level>> = axes.iter().enumerate().map(level).collect();
        points.extend(levels.into_iter().collect::<Option<Vec<Level>>>());
    }
    (points.len() == list.points.len()).then_some(points)
}

/// Whether points can be spread over the axes.
fn spread(document: &Document, rule: &str, count: u32, axes: &[Axis], problems: &mut Problems) -> Option<()> {
    let before = problems.len();
    let most = POINTS_MAX / axes.len().max(1);
    if count == 0 || count as usize > most {
        let message = format!("a design of `{count}` points over {} axes", axes.len());
        problems.at(
            document,
            &format!("design.{rule}.points"),
            message,
            format!("write a number from 1 to {most}").as_str(),
        );
    }
    for axis in axes.iter().filter(|axis| matches!(axis.values, Values::Open)) {
        let message = format!("the axis `{}` has no values", axis.name);
        problems.at(document, axis.place(), message, "write `range = { from = …, to = … }` or `values = […]`");
    }
    (problems.len() == before).then_some(())
}

fn place(axes: &[Axis], points: Vec<Vec<f64>>) -> Vec<Vec<Level>> {
    points.iter().map(|point| axes.iter().zip(point).map(|(axis, share)| axis.at(*share)).collect()).collect()
}

fn searched(document: &Document, search: &FrontierTable, axes: &[Axis], problems: &mut Problems) -> Option<Frontier> {
    let at = |key: &str| format!("design.frontier.{key}");
    let before = problems.len();
    let names: Vec<&str> = axes.iter().map(|axis| axis.name.as_str()).collect();
    let Some(axis) = names.iter().position(|name| *name == search.axis) else {
        let message = format!("there is no axis `{}`", search.axis);
        problems.at(document, &at("axis"), message, suggestion(&search.axis, &names, "the axes are").as_deref());
        return None;
    };
    if !matches!(axes[axis].values, Values::Range(_)) {
        let message = format!("the axis `{}` is searched, so it has a `range`", search.axis);
        problems.at(document, axes[axis].place(), message, "write `range = { from = …, to = … }`");
    }
    let resolution = search.resolution.unwrap_or(1.0 / 64.0);
    if !(resolution > 0.0 && resolution <= 0.5) {
        let message = format!("`{resolution}` is no part of a range to search by");
        problems.at(document, &at("resolution"), message, "write a number above 0, at most 0.5");
    }
    let probes = search.probes.unwrap_or(1);
    if probes == 0 || probes > 64 {
        problems.at(document, &at("probes"), format!("`{probes}` probes in a gap"), "write a number from 1 to 64");
    }
    if !search.level.is_finite() {
        problems.at(document, &at("level"), "a level is a finite number", None);
    }
    if problems.len() > before {
        return None;
    }
    let others: Vec<Axis> = [&axes[..axis], &axes[axis + 1..]].concat();
    let lines = crossed(document, &others, problems)?;
    let Values::Range(range) = &axes[axis].values else { unreachable!("it has a range") };
    Some(Frontier { axis, range: Some(range.clone()), lines, level: search.level, resolution, probes })
}
