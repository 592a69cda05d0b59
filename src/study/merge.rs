//! From the runs of a study to its tables: points, means, differences, frontier.

use crate::engine::hash::{Hasher128, hash_hex};
use crate::output::files::Written;
use crate::output::folder::MANIFEST;
use crate::output::manifest::{Circumstances, Manifest, RowCount};
use crate::stats::interval::{Estimate, replication_interval};

use super::axis::Shown;
use super::course::{Course, Point, Row};
use super::design::Design;
use super::design::frontier::{Crossing, Probe};
use super::differences::{Difference, differences};
use super::folder::{Folder, write_whole};
use super::replicate::LEVEL;
use super::tables::{Column, Table};
use super::{Study, StudyError};

/// What came of a study.
#[derive(Clone, Debug)]
pub struct Results {
    /// Per point and measure the mean over replications, with its interval from two on.
    pub means: Vec<Vec<Mean>>,
    /// Against the baseline.
    pub differences: Vec<Difference>,
    /// Where each line is crossed, in a search.
    pub crossings: Vec<Line>,
    /// Over every run.
    pub digest: String,
    /// Runs that came to nothing: point, replication, why.
    pub failures: Vec<(usize, u64, String)>,
}

/// The mean of a measure at a point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mean {
    /// Replications that have the measure.
    pub n: u64,
    /// Their mean; none without one.
    pub mean: Option<f64>,
    /// Half the width of its 95 % interval; none below two.
    pub half_width: Option<f64>,
}

/// The crossing on one line of a search.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// The cells of the other axes.
    pub cells: Vec<Shown>,
    /// As shares of the range.
    pub crossing: Crossing,
    /// The values of the axis: of the crossing, and of the ends of its interval.
    pub values: [Option<f64>; 3],
    /// Points tried.
    pub probes: u64,
    /// Runs.
    pub runs: u64,
}

/// Sums up a course.
pub fn results(study: &Study, course: &Course) -> Results {
    let mean = |point: usize, measure: usize| {
        let values = course.values(point, measure);
        let interval: Option<Estimate> = replication_interval(&values, LEVEL);
        let single = values.first().copied().filter(|_| values.len() == 1);
        let mean = interval.map(|interval| interval.mean).or(single);
        Mean { n: values.len() as u64, mean, half_width: interval.map(|interval| interval.half_width) }
    };
    let means = (0..course.points().len())
        .map(|point| (0..study.measures.len()).map(|measure| mean(point, measure)).collect())
        .collect();
    let failure = |row: &Row| Some((row.point, row.replication, row.outcome.as_ref().err()?.clone()));
    let failures = course.rows().iter().flatten().filter_map(failure).collect();
    let (crossings, digest) = (crossings(study, course), digest(course));
    Results { means, differences: differences(study, course), crossings, digest, failures }
}

/// Writes every table and the manifest of a study that is complete. Digest, tables and files are filled in.
pub fn write(
    study: &Study,
    folder: &Folder,
    course: &Course,
    results: &Results,
    mut circumstances: Circumstances,
) -> Result<(), StudyError> {
    assert!(course.current().is_empty(), "a study is merged when it is complete");
    let _held = folder.hold()?;
    let identity = study.identity();
    circumstances.digest.clone_from(&results.digest);
    for table in tables(study, course, results) {
        let bytes = table.bytes(&identity).map_err(StudyError::Wrong)?;
        let name = format!("{}.parquet", table.name);
        write_whole(&folder.path().join(&name), &bytes)?;
        circumstances.tables.push(RowCount { name: table.name.to_owned(), rows: table.rows() as u64 });
        circumstances.files.push(Written { path: name, bytes: bytes.len() as u64, hash: hash_hex(&bytes) });
    }
    circumstances.tables.sort_by(|one, other| one.name.cmp(&other.name));
    circumstances.files.sort_by(|one, other| one.path.cmp(&other.path));
    let manifest = Manifest::new(identity, circumstances);
    let mut text = serde_json::to_string_pretty(&manifest).expect("a manifest becomes JSON");
    text.push('\n');
    write_whole(&folder.path().join(MANIFEST), text.as_bytes())?;
    folder.tidy();
    Ok(())
}

fn tables(study: &Study, course: &Course, results: &Results) -> Vec<Table> {
    let mut tables = vec![points(study, course), means(study, course, results)];
    if !study.baseline.is_empty() {
        tables.push(compared(study, course, results));
    }
    if let Design::Frontier(frontier) = &study.design {
        tables.push(frontier_table(study, frontier.axis, results));
    }
    tables
}

/// One row per point and replication.
fn points(study: &Study, course: &Course) -> Table {
    let rows: Vec<&Row> = course.rows().iter().flatten().collect();
    let base = study.table.base.as_str();
    let mut columns = vec![("point".to_owned(), Column::Count(rows.iter().map(|row| row.point as u64).collect()))];
    columns.extend(axes(study, &rows.iter().map(|row| &course.points()[row.point]).collect::<Vec<_>>()));
    columns.push(("replication".to_owned(), Column::Count(rows.iter().map(|row| row.replication).collect())));
    for (index, measure) in study.measures.iter().enumerate() {
        let value = |row: &&Row| row.outcome.as_ref().ok().and_then(|measured| measured.values[index]);
        columns.push((measure.name.clone(), Column::Number(rows.iter().map(value).collect())));
    }
    let digest = |row: &&Row| row.outcome.as_ref().ok().map(|measured| measured.digest.clone());
    let error = |row: &&Row| row.outcome.as_ref().err().cloned();
    let again = |row: &&Row| {
        let failed = row.outcome.is_err();
        failed.then(|| study.reproduction(base, &course.points()[row.point], row.replication))
    };
    columns.push(("digest".to_owned(), Column::Text(rows.iter().map(digest).collect())));
    columns.push(("error".to_owned(), Column::Text(rows.iter().map(error).collect())));
    columns.push(("reproduce".to_owned(), Column::Text(rows.iter().map(again).collect())));
    Table { name: "points", columns }
}

/// One row per point.
fn means(study: &Study, course: &Course, results: &Results) -> Table {
    let count = course.points().len();
    let runs = course.rows().iter().map(|rows| rows.len() as u64).collect();
    let failed = course.rows().iter().map(|rows| rows.iter().filter(|row| row.outcome.is_err()).count() as u64);
    let mut columns = vec![("point".to_owned(), Column::Count((0..count as u64).collect()))];
    columns.extend(axes(study, &course.points().iter().collect::<Vec<_>>()));
    columns.push(("runs".to_owned(), Column::Count(runs)));
    columns.push(("failed".to_owned(), Column::Count(failed.collect())));
    for (index, measure) in study.measures.iter().enumerate() {
        let of = |value: fn(&Mean) -> Option<f64>| {
            Column::Number(results.means.iter().map(|means| value(&means[index])).collect())
        };
        let n = results.means.iter().map(|means| means[index].n).collect();
        columns.push((format!("{}_mean", measure.name), of(|mean| mean.mean)));
        columns.push((format!("{}_half_width", measure.name), of(|mean| mean.half_width)));
        columns.push((format!("{}_n", measure.name), Column::Count(n)));
    }
    Table { name: "means", columns }
}

/// One row per point that has a baseline.
fn compared(study: &Study, course: &Course, results: &Results) -> Table {
    let rows = &results.differences;
    let mut columns = vec![("point".to_owned(), Column::Count(rows.iter().map(|row| row.point as u64).collect()))];
    columns.extend(axes(study, &rows.iter().map(|row| &course.points()[row.point]).collect::<Vec<_>>()));
    columns.push(("baseline".to_owned(), Column::Count(rows.iter().map(|row| row.baseline as u64).collect())));
    for (index, measure) in study.measures.iter().enumerate() {
        let of = |value: &dyn Fn(&crate::stats::interval::Paired) -> Option<f64>| {
            Column::Number(rows.iter().map(|row| row.measures[index].as_ref().and_then(value)).collect())
        };
        let n = rows.iter().map(|row| row.measures[index].map_or(0, |paired| paired.difference.n)).collect();
        columns.push((format!("{}_difference", measure.name), of(&|paired| Some(paired.difference.mean))));
        columns.push((format!("{}_half_width", measure.name), of(&|paired| Some(paired.difference.half_width))));
        columns.push((format!("{}_variance_reduction", measure.name), of(&|paired| paired.variance_reduction)));
        columns.push((format!("{}_n", measure.name), Column::Count(n)));
    }
    Table { name: "differences", columns }
}

/// One row per line of a search.
fn frontier_table(study: &Study, axis: usize, results: &Results) -> Table {
    let lines = &results.crossings;
    let others = study.axes.iter().enumerate().filter(|(index, _)| *index != axis);
    let names: Vec<&String> = others.flat_map(|(_, axis)| &axis.columns).collect();
    let mut columns: Vec<(String, Column)> = names
        .iter()
        .enumerate()
        .map(|(column, name)| ((*name).clone(), cells(lines.iter().map(|line| &line.cells[column]))))
        .collect();
    let name = &study.axes[axis].name;
    let of = |value: usize| Column::Number(lines.iter().map(|line| line.values[value]).collect());
    let found = lines.iter().map(|line| Some(line.crossing.found.name().to_owned())).collect();
    columns.push(("found".to_owned(), Column::Text(found)));
    columns.push((name.clone(), of(0)));
    columns.push((format!("{name}_lower"), of(1)));
    columns.push((format!("{name}_upper"), of(2)));
    columns.push(("probes".to_owned(), Column::Count(lines.iter().map(|line| line.probes).collect())));
    columns.push(("runs".to_owned(), Column::Count(lines.iter().map(|line| line.runs).collect())));
    Table { name: "frontier", columns }
}

/// The columns of the axes: numbers where all are, otherwise text.
fn axes(study: &Study, points: &[&Point]) -> Vec<(String, Column)> {
    let rows: Vec<Vec<&Shown>> = points.iter().map(|point| study.cells(point)).collect();
    let column = |(index, name): (usize, &&str)| (name.to_string(), cells(rows.iter().map(|row| row[index])));
    study.columns().iter().enumerate().map(column).collect()
}

fn cells<'s>(cells: impl Iterator<Item = &'s Shown> + Clone) -> Column {
    let number = |cell: &Shown| match cell {
        Shown::Number(number) => Some(*number),
        Shown::Text(_) => None,
    };
    if cells.clone().all(|cell| number(cell).is_some()) {
        return Column::Number(cells.map(number).collect());
    }
    Column::Text(cells.map(|cell| Some(cell.to_string())).collect())
}

fn crossings(study: &Study, course: &Course) -> Vec<Line> {
    let Design::Frontier(frontier) = &study.design else { return Vec::new() };
    let line = |(number, others): (usize, &Vec<super::axis::Level>)| {
        let probes: Vec<Probe> = course.probes(number).into_iter().map(|(_, probe)| probe).collect();
        let crossing = frontier.crossing(&probes, &study.replications);
        let value = |share: Option<f64>| match study.axes[frontier.axis].at(share?).cells.first() {
            Some(Shown::Number(number)) => Some(*number),
            _ => None,
        };
        Line {
            cells: others.iter().flat_map(|level| level.cells.clone()).collect(),
            crossing,
            values: [value(crossing.share), value(crossing.lower), value(crossing.upper)],
            probes: probes.len() as u64,
            runs: probes.iter().map(|probe| probe.runs).sum(),
        }
    };
    frontier.lines.iter().enumerate().map(line).collect()
}

/// Over every run, in order: its point, its replication, and its digest or why it has none.
fn digest(course: &Course) -> String {
    let mut hasher = Hasher128::new();
    for row in course.rows().iter().flatten() {
        let outcome = match &row.outcome {
            Ok(measured) => &measured.digest,
            Err(error) => error,
        };
        hasher.update(format!("{} {} {outcome}\n", row.point, row.replication).as_bytes());
    }
    hasher.hex()
}
