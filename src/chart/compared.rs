//! The differences of a study from its baseline: a forest plot for each measure.

use super::Drawings;
use super::forest::{self, Forest, Row};
use super::source::Columns;
use super::studied::{Measured, Studied, capital};

/// More differences than this are read in the table.
const ROWS_MAX: usize = 80;

/// Draws a forest for each measure that differs somewhere or could.
pub fn chart(studied: &Studied) -> Result<Drawings, String> {
    let columns = studied.source.columns("differences").map_err(|_| "the study names no `baseline`".to_string())?;
    let table = studied.source.table("differences", &columns.iter().map(String::as_str).collect::<Vec<_>>())?;
    let means = studied.source.columns("means")?;
    let means = studied.source.table("means", &means.iter().map(String::as_str).collect::<Vec<_>>())?;
    let within = |name: &str| {
        let means = means.numbers(&format!("{name}_mean")).unwrap_or_default();
        means.into_iter().flatten().all(|mean| (0.0..=1.0).contains(&mean))
    };
    let cells = studied.cells("differences", None)?;
    let names: Vec<Vec<String>> = cells.iter().map(super::studied::Cells::names).collect();
    let rows = names.first().map_or(0, Vec::len);
    if rows > ROWS_MAX {
        return Err(format!("{rows} differences are too many for a picture; they are in differences.parquet"));
    }
    let name = |row: usize| names.iter().map(|column| column[row].as_str()).collect::<Vec<_>>().join(" · ");
    let labels: Vec<String> = (0..rows).map(name).collect();
    let mut drawings = Vec::new();
    for measure in studied.measures(within) {
        let forest = forest(studied, &table, &measure, &labels)?;
        // A measure that no pair has is no picture.
        if !forest.rows.is_empty() {
            drawings.push((format!("forest-{}", measure.name.replace('_', "-")), forest::draw(&forest)?));
        }
    }
    Ok(drawings)
}

fn forest(studied: &Studied, table: &Columns, measure: &Measured, labels: &[String]) -> Result<Forest, String> {
    let numbers = |end: &str| table.numbers(&format!("{}_{end}", measure.name));
    let (differences, halves) = (numbers("difference")?, numbers("half_width")?);
    let counts = table.whole(&format!("{}_n", measure.name))?;
    let (mut rows, mut left_out) = (Vec::new(), Vec::new());
    for (row, label) in labels.iter().enumerate() {
        let (Some(difference), Some(half)) = (differences[row], halves[row]) else {
            left_out.push(label.as_str());
            continue;
        };
        let (difference, half) = (measure.factor * difference, measure.factor * half);
        let (low, high) = (difference - half, difference + half);
        rows.push(Row { name: label.clone(), difference, low, high, n: counts[row] });
    }
    let without = match left_out[..] {
        [] => String::new(),
        _ => format!(" · not measured in two pairs: {}", left_out.join(", ")),
    };
    let n = rows.iter().map(|row| row.n).max().unwrap_or(0);
    let up_to = if rows.iter().all(|row| row.n == n) { "" } else { "up to " };
    let baseline = studied.baseline();
    Ok(Forest {
        title: format!("{}: each against {baseline}", capital(&measure.meaning)),
        measure: format!("the {}", measure.meaning),
        unit: measure.unit,
        rows,
        caption: format!("{}{without}", studied.source.caption(&format!("n = {up_to}{n} pairs of runs"))),
    })
}
