//! The differences of a study from its baseline: a forest plot for each measure.

use super::Drawings;
use super::forest::{self, Forest, Row};
use super::numbers::Unit;
use super::source::Columns;
use super::studied::{Cells, Measured, Studied, Values, capital};

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
        let forest = forest(studied, &table, &measure, &labels, by)?;
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
    // A number says nothing without its axis; a name does, where there is one axis.
    let value = |cells: &Cells, column: &[String], row: usize| match cells.values {
        Values::Names(_) if names.len() == 1 => column[row].clone(),
        _ => format!("{} {}", short(&cells.title), column[row]),
    };
    let name = |row: usize| {
        let values = cells.iter().zip(&names).map(|(cells, column)| value(cells, column, row));
        values.collect::<Vec<_>>().join(" · ")
    };
    Ok((0..rows).map(|row| (class(row), name(row))).collect())
}

/// A title without what explains it further: up to a comma or a bracket.
fn short(title: &str) -> &str {
    title.split([',', '(']).next().unwrap_or(title).trim()
}

/// A name and the two ends of an interval.
type Ends = (String, (f64, f64));

/// What a measure comes to at the baseline, in the unit of charts: the ends of its interval, by class, or under an empty
/// name of all jobs.
fn at_baseline(studied: &Studied, by: &str, measure: &Measured) -> Vec<Ends> {
    let read = || -> Result<Vec<Ends>, String> {
        let file = format!("means{by}");
        let (mean, half) = (format!("{}_mean", measure.name), format!("{}_half_width", measure.name));
        let table = studied.source.table(&file, &["class", &mean, &half])?;
        let (means, halves) = (table.numbers(&mean)?, table.numbers(&half)?);
        let is_base = studied.is_baseline(&file)?;
        let class = table.text("class").ok();
        let name = |row: usize| match &class {
            Some((codes, texts)) => codes[row].map_or(String::new(), |code| texts[code as usize].clone()),
            None => String::new(),
        };
        let rows = (0..means.len()).filter(|&row| is_base[row]);
        let ends = |row: usize| {
            let (mean, half) = (measure.factor * means[row]?, measure.factor * halves[row]?);
            Some((name(row), (mean - half, mean + half)))
        };
        Ok(rows.filter_map(ends).collect())
    };
    read().unwrap_or_default()
}

/// The ends of an interval of differences, no further than the measure can go from anywhere in the baseline's own interval:
/// a share stays in [0, 1], a time above 0.
fn possible((low, high): (f64, f64), difference: f64, base: Option<(f64, f64)>, unit: Unit) -> (f64, f64) {
    let (least, most) = match (unit, base) {
        (Unit::Share, Some((lower, upper))) => (-upper.min(1.0), 1.0 - lower.max(0.0)),
        (Unit::Share, None) => (-1.0, 1.0),
        (Unit::Seconds, Some((_, upper))) => (-upper, f64::MAX),
        _ => (f64::MIN, f64::MAX),
    };
    // The pairs may be fewer than the runs of the baseline, and their mean beyond its interval.
    (low.max(least).min(difference), high.min(most).max(difference))
}

fn forest(
    studied: &Studied,
    table: &Columns,
    measure: &Measured,
    labels: &[(String, String)],
    by: &str,
) -> Result<Forest, String> {
    let numbers = |end: &str| table.numbers(&format!("{}_{end}", measure.name));
    let (differences, halves) = (numbers("difference")?, numbers("half_width")?);
    let counts = table.whole(&format!("{}_n", measure.name))?;
    let bases = at_baseline(studied, by, measure);
    let (mut rows, mut left_out, mut is_cut) = (Vec::new(), Vec::new(), false);
    for (row, (group, label)) in labels.iter().enumerate() {
        let (Some(difference), Some(half)) = (differences[row], halves[row]) else {
            left_out.push(format!("{group} {label}").trim().to_string());
            continue;
        };
        let (difference, half) = (measure.factor * difference, measure.factor * half);
        let base = bases.iter().find(|(class, _)| class == group).map(|(_, ends)| *ends);
        let (low, high) = possible((difference - half, difference + half), difference, base, measure.unit);
        is_cut |= low > difference - half || high < difference + half;
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
    let axes: Vec<String> = studied.cells(&format!("means{by}"), None)?.into_iter().map(|cells| cells.title).collect();
    Ok(Forest {
        groups: "class",
        axes: axes.iter().map(|title| short(title)).collect::<Vec<_>>().join(" · "),
        baseline: baseline.clone(),
        is_cut,
        title: format!("{}: each against {baseline}", capital(&measure.meaning)),
        measure: format!("the {}", measure.meaning),
        unit: measure.unit,
        rows,
        caption: format!("{}{without}", studied.source.caption(&format!("n = {up_to}{n} pairs of runs"))),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    // worked example: of a share of 0.97 ± 0.01 without checks nothing can take more than 0.98 or give more than 0.04.
    #[test]
    fn no_interval_reaches_what_is_impossible() {
        let share = |low, high, base| possible((low, high), -0.5, base, Unit::Share);
        let near = |found: (f64, f64), expected: (f64, f64)| {
            assert!((found.0 - expected.0).abs() < 1e-12 && (found.1 - expected.1).abs() < 1e-12, "{found:?}");
        };
        let base = Some((0.96, 0.98));
        near(share(-1.07, 0.2, base), (-0.98, 0.04));
        near(share(-1.07, 0.2, Some((0.96, 1.02))), (-1.0, 0.04));
        near(share(-1.07, 0.2, None), (-1.0, 0.2));
        near(share(-0.6, -0.4, base), (-0.6, -0.4));
        near(possible((-9.0, 3.0), -2.0, Some((3.0, 4.0)), Unit::Seconds), (-4.0, 3.0));
        near(possible((-9.0, 3.0), -2.0, Some((3.0, 4.0)), Unit::Credits), (-9.0, 3.0));
    }
}
