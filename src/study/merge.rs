//! From the runs of a study to its tables: points, means, differences, frontier.

use crate::engine::hash::{Hasher128, hash_hex};
use crate::output::error::MANIFEST;
use crate::output::files::Written;
use crate::output::manifest::{Circumstances, Manifest, RowCount};
use crate::output::own::{self, Known};
use crate::stats::interval::{Estimate, replication_interval};
use crate::stats::replicated::replicated;

use super::axis::Shown;
use super::course::{Course, Row};
use super::design::Design;
use super::design::frontier::Probe;
use super::differences::differences;
use super::folder::Folder;
use super::fork::passing::pass_through;
use super::fork::responses::responses;
use super::replicate::LEVEL;
use super::results::{Mean, Results, SearchLine};
use super::tables::tables;
use super::verdict::judged;
use super::{Study, StudyError};

/// Sums up a course.
pub fn results(study: &Study, course: &Course) -> Results {
    let mean = |point: usize, measure: usize| {
        let values = course.values(point, measure);
        let interval: Option<Estimate> = replication_interval(&values, LEVEL);
        let single = values.first().copied().filter(|_| values.len() == 1);
        let mean = interval.map(|interval| interval.mean).or(single);
        let over = replicated(&values, study.measures[measure].kind(&values, None), LEVEL);
        let ends = over.map_or([None; 2], |over| [over.low, over.high]);
        Mean { n: values.len() as u64, mean, half_width: interval.map(|interval| interval.half_width), ends }
    };
    // A run that is forked has a value for every bin, and no mean.
    let measures = if study.fork.is_some() { 0 } else { study.measures.len() };
    let means =
        (0..course.points().len()).map(|point| (0..measures).map(|measure| mean(point, measure)).collect()).collect();
    let failure = |row: &Row| Some((row.point, row.replication, row.outcome.as_ref().err()?.clone()));
    let failures = course.rows().iter().flatten().filter_map(failure).collect();
    let (crossings, digest) = (crossings(study, course), digest(course));
    let (responses, passed) = (responses(study, course), pass_through(study, course));
    let (differences, verdicts) = (differences(study, course), Vec::new());
    let mut results = Results { means, differences, crossings, responses, passed, verdicts, digest, failures };
    results.verdicts = judged(study, course, &results);
    results
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
        own::replace(&folder.path().join(&name), &bytes, Known::Marked)?;
        circumstances.tables.push(RowCount { name: table.name.to_owned(), rows: table.rows() as u64 });
        circumstances.files.push(Written { path: name, bytes: bytes.len() as u64, hash: hash_hex(&bytes) });
    }
    circumstances.tables.sort_by(|one, other| one.name.cmp(&other.name));
    circumstances.files.sort_by(|one, other| one.path.cmp(&other.path));
    let manifest = Manifest::new(identity, circumstances);
    let mut text = serde_json::to_string_pretty(&manifest).expect("a manifest becomes JSON");
    text.push('\n');
    own::replace(&folder.path().join(MANIFEST), text.as_bytes(), Known::Begins("{\n  \"id\":"))?;
    folder.tidy();
    Ok(())
}

fn crossings(study: &Study, course: &Course) -> Vec<SearchLine> {
    let Design::Frontier(frontier) = &study.design else { return Vec::new() };
    let line = |(number, others): (usize, &Vec<super::axis::Level>)| {
        let probes: Vec<Probe> = course.probes(number).into_iter().map(|(_, probe)| probe).collect();
        let crossing = frontier.crossing(&probes, &study.replications);
        let value = |share: Option<f64>| match study.axes[frontier.axis].at(share?).cells.first() {
            Some(Shown::Number(number)) => Some(*number),
            _ => None,
        };
        SearchLine {
            cells: others.iter().flat_map(|level| level.cells.clone()).collect(),
            crossing,
            // The crossing lies between values that were run and need not be one that can be.
            values: [
                crossing.share.and_then(|share| study.axes[frontier.axis].between(share)),
                value(crossing.lower),
                value(crossing.upper),
            ],
            probes: probes.len() as u64,
            runs: probes.iter().map(|probe| probe.runs).sum(),
            failed: probes.iter().map(|probe| probe.failed).sum(),
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
