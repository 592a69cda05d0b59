//! Every point against its baseline, replication by replication: both have the same random numbers.

use crate::stats::interval::{Paired, paired};

use super::Study;
use super::axis::Shown;
use super::course::{Course, Row};
use super::replicate::LEVEL;

/// A point beside the one it is compared with.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// The point.
    pub point: usize,
    /// What it is compared with.
    pub baseline: usize,
    /// For each measure point less baseline, over the replications that both have; none below two.
    pub measures: Vec<Option<Paired>>,
}

/// The differences of all points that have a baseline and are not their own.
pub fn differences(study: &Study, course: &Course) -> Vec<Difference> {
    if study.baseline.is_empty() {
        return Vec::new();
    }
    let cells: Vec<Vec<&Shown>> = course.points().iter().map(|point| study.cells(point)).collect();
    let mut places: Vec<(Vec<String>, usize)> =
        cells.iter().enumerate().map(|(point, cells)| (key(cells), point)).collect();
    places.sort();
    let partner = |point: usize| {
        let mut wanted = cells[point].clone();
        study.baseline.iter().for_each(|(column, value)| wanted[*column] = value);
        let wanted = key(&wanted);
        let place = places.partition_point(|(key, _)| *key < wanted);
        places.get(place).filter(|(key, _)| *key == wanted).map(|(_, point)| *point)
    };
    let pair = |point: usize| {
        let baseline = partner(point).filter(|baseline| *baseline != point)?;
        let measures = (0..study.measures.len()).map(|measure| {
            let (first, second) = common(&course.rows()[point], &course.rows()[baseline], measure);
            paired(&first, &second, LEVEL)
        });
        Some(Difference { point, baseline, measures: measures.collect() })
    };
    (0..cells.len()).filter_map(pair).collect()
}

fn key(cells: &[&Shown]) -> Vec<String> {
    cells.iter().map(|cell| cell.to_string()).collect()
}

/// A measure in the replications that both points have, in their order.
fn common(first: &[Row], second: &[Row], measure: usize) -> (Vec<f64>, Vec<f64>) {
    let value = |row: &Row| row.outcome.as_ref().ok()?.values[measure];
    // The rows of a point are its replications from 0 on.
    first.iter().zip(second).filter_map(|(first, second)| Some((value(first)?, value(second)?))).unzip()
}
