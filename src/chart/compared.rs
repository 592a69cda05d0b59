//! The differences of a study from its baseline: a forest plot for each measure.

use super::Drawings;
use super::forest::{self, Forest, Row};
use super::source::Columns;
use super::studied::{Measured, Studied, capital};

/// The measures of a kind, given which of them lie in [0, 1].
type Measures = fn(&Studied, &dyn Fn(&str) -> bool) -> Vec<Measured>;

/// More differences than this are read in the table.
const ROWS_MAX: usize = 80;

/// Draws a forest for each measure that differs somewhere or could, of all jobs and by class.
pub fn chart(studied: &Studied) -> Result<Drawings, String> {
    let mut drawings = forests(studied, "", Studied::measures)?;
    if studied.source.columns("differences_by_class").is_ok() {
        drawings.extend(forests(studied, "_by_class", Studied::class_measures)?);
    }
    Ok(drawings)
}

/// The forests of the tables `differences` or `differences_by_class`.
fn forests(studied: &Studied, by: &str, measures: Measures) -> Result<Drawings, String> {
    let file = format!("differences{by}");
    let columns = studied.source.columns(&file).map_err(|_| "the study names no `baseline`".to_string())?;
    let table = studied.source.table(&file, &columns.iter().map(String::as_str).collect::<Vec<_>>())?;
    let means = studied.source.columns(&format!("means{by}"))?;
    let means = studied.source.table(&format!("means{by}"), &means.iter().map(String::as_str).collect::<Vec<_>>())?;
    let within = |name: &str| {
        let means = means.numbers(&format!("{name}_mean")).unwrap_or_default();
        means.into_iter().flatten().all(|mean| (0.0..=1.0).contains(&mean))
    };
    let labels = labels(studied, &file, &table)?;
    let mut drawings = Vec::new();
    for measure in measures(studied, &within) {
        let forest = forest(studied, &table, &measure, &labels)?;
        // A measure that no pair has is no picture.
        if !forest.rows.is_empty() {
            let name = format!("forest{by}-{}", measure.name).replace('_', "-");
            drawings.push((name, forest::draw(&forest)?));
        }
    }
    Ok(drawings)
}

/// The class of each row, empty in a table without, and its values of the axes.
fn labels(studied: &Studied, file: &str, table: &Columns) -> Result<Vec<(String, String)>, String> {
    let cells = studied.cells(file, None)?;
    let names: Vec<Vec<String>> = cells.iter().map(super::studied::Cells::names).collect();
    let rows = names.first().map_or(0, Vec::len);
    if rows > ROWS_MAX {
        return Err(format!("{rows} differences are too many for a picture; they are in {file}.parquet"));
    }
    let class = |row: usize| match table.text("class") {
        Ok((codes, texts)) => codes[row].map_or(String::new(), |code| texts[code as usize].clone()),
        Err(_) => String::new(),
    };
    let name = |row: usize| names.iter().map(|column| column[row].as_str()).collect::<Vec<_>>().join(" · ");
    Ok((0..rows).map(|row| (class(row), name(row))).collect())
}

fn forest(
    studied: &Studied,
    table: &Columns,
    measure: &Measured,
    labels: &[(String, String)],
) -> Result<Forest, String> {
    let numbers = |end: &str| table.numbers(&format!("{}_{end}", measure.name));
    let (differences, halves) = (numbers("difference")?, numbers("half_width")?);
    let counts = table.whole(&format!("{}_n", measure.name))?;
    let (mut rows, mut left_out) = (Vec::new(), Vec::new());
    for (row, (group, label)) in labels.iter().enumerate() {
        let (Some(difference), Some(half)) = (differences[row], halves[row]) else {
            left_out.push(format!("{group} {label}").trim().to_string());
            continue;
        };
        let (difference, half) = (measure.factor * difference, measure.factor * half);
        let (low, high) = (difference - half, difference + half);
        rows.push(Row { group: group.clone(), name: label.clone(), difference, low, high, n: counts[row] });
    }
    // Class by class; within a class in the order of the study.
    let mut classes: Vec<String> = Vec::new();
    for (class, _) in labels {
        if !classes.contains(class) {
            classes.push(class.clone());
        }
    }
    rows.sort_by_key(|row: &Row| classes.iter().position(|class| *class == row.group));
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
