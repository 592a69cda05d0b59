//! The results of a study as text: nothing that is not reproducible.

use std::fmt::Write;

use super::Study;
use super::axis::Shown;
use super::course::{Course, Point};
use super::merge::{Mean, Results};

/// Rows of a table that are shown; the rest is in the files.
const ROWS_MAX: usize = 100;

/// Measures of a table that are shown.
const MEASURES_MAX: usize = 4;

/// What was found, without the digest.
pub fn text(study: &Study, course: &Course, results: &Results) -> String {
    let runs: usize = course.rows().iter().map(Vec::len).sum();
    let mut text =
        format!("{} · seed {} · {} points · {runs} runs\n", study.table.name, study.seed, course.points().len());
    if !study.table.question.is_empty() {
        let _ = writeln!(text, "{}", study.table.question);
    }
    text.push_str("\nmeans over replications with their 95 % intervals\n");
    means(&mut text, study, course, results);
    if !results.differences.is_empty() {
        text.push_str("\ndifferences from the baseline, paired by replication\n");
        differences(&mut text, study, course, results);
    }
    if !results.crossings.is_empty() {
        text.push_str("\nfrontier\n");
        frontier(&mut text, study, results);
    }
    text
}

fn means(text: &mut String, study: &Study, course: &Course, results: &Results) {
    let mut header = vec!["point".to_owned()];
    header.extend(study.columns().iter().map(|name| name.to_string()));
    for measure in study.measures.iter().take(MEASURES_MAX) {
        header.extend([measure.name.clone(), "±".to_owned(), "n".to_owned()]);
    }
    let row = |(number, point): (usize, &Point)| {
        let mut row = vec![format!("{number}")];
        row.extend(study.cells(point).into_iter().map(cell));
        for Mean { n, mean, half_width } in results.means[number].iter().take(MEASURES_MAX) {
            row.extend([number_or_dash(*mean), number_or_dash(*half_width), n.to_string()]);
        }
        row
    };
    let rows: Vec<Vec<String>> = course.points().iter().enumerate().take(ROWS_MAX).map(row).collect();
    aligned(text, &header, &rows);
    if course.points().len() > ROWS_MAX {
        let _ = writeln!(text, "… and {} more in means.parquet", course.points().len() - ROWS_MAX);
    }
}

fn differences(text: &mut String, study: &Study, course: &Course, results: &Results) {
    let mut header = vec!["point".to_owned()];
    header.extend(study.columns().iter().map(|name| name.to_string()));
    header.extend(["less point", &study.measures[0].name, "±", "n", "runs saved"].map(str::to_owned));
    let row = |difference: &super::differences::Difference| {
        let mut row = vec![difference.point.to_string()];
        row.extend(study.cells(&course.points()[difference.point]).into_iter().map(cell));
        row.push(difference.baseline.to_string());
        let paired = difference.measures[0];
        row.push(number_or_dash(paired.map(|paired| paired.difference.mean)));
        row.push(number_or_dash(paired.map(|paired| paired.difference.half_width)));
        row.push(paired.map_or("0".to_owned(), |paired| paired.difference.n.to_string()));
        let reduction = paired.and_then(|paired| paired.variance_reduction);
        row.push(reduction.map_or("–".to_owned(), |times| format!("× {times:.1}")));
        row
    };
    let rows: Vec<Vec<String>> = results.differences.iter().take(ROWS_MAX).map(row).collect();
    aligned(text, &header, &rows);
    if results.differences.len() > ROWS_MAX {
        let _ = writeln!(text, "… and {} more in differences.parquet", results.differences.len() - ROWS_MAX);
    }
}

fn frontier(text: &mut String, study: &Study, results: &Results) {
    let super::design::Design::Frontier(search) = &study.design else { return };
    let others = study.axes.iter().enumerate().filter(|(index, _)| *index != search.axis);
    let mut header: Vec<String> = others.flat_map(|(_, axis)| axis.columns.clone()).collect();
    let name = &study.axes[search.axis].name;
    header.extend(["", name, "lower", "upper", "probes", "runs"].map(str::to_owned));
    let row = |line: &super::merge::Line| {
        let mut row: Vec<String> = line.cells.iter().map(cell).collect();
        row.push(line.crossing.found.name().to_owned());
        row.extend(line.values.map(number_or_dash));
        row.extend([line.probes.to_string(), line.runs.to_string()]);
        row
    };
    let rows: Vec<Vec<String>> = results.crossings.iter().take(ROWS_MAX).map(row).collect();
    aligned(text, &header, &rows);
    if results.crossings.len() > ROWS_MAX {
        let _ = writeln!(text, "… and {} more in frontier.parquet", results.crossings.len() - ROWS_MAX);
    }
}

fn cell(shown: &Shown) -> String {
    match shown {
        Shown::Number(number) => compact(*number),
        Shown::Text(text) => text.clone(),
    }
}

fn number_or_dash(number: Option<f64>) -> String {
    number.map_or("–".to_owned(), compact)
}

/// A number to six digits.
fn compact(number: f64) -> String {
    let size = number.abs();
    if size != 0.0 && !(1e-4..1e9).contains(&size) {
        return format!("{number:.3e}");
    }
    let rounded: f64 = format!("{number:.5e}").parse().unwrap_or(number);
    rounded.to_string()
}

/// Columns as wide as their widest cell, aligned to the right.
fn aligned(text: &mut String, header: &[String], rows: &[Vec<String>]) {
    let wide = |column: usize| {
        let cells = rows.iter().chain([&header.to_vec()]).map(|row| row[column].chars().count()).max();
        cells.unwrap_or(0)
    };
    let widths: Vec<usize> = (0..header.len()).map(wide).collect();
    for row in [&header.to_vec()].into_iter().chain(rows) {
        let cells: Vec<String> = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:>width$}")).collect();
        let _ = writeln!(text, "{}", cells.join("  ").trim_end());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_six_digits() {
        assert_eq!(
            [0.0, 0.1 + 0.2, 123_456_789.0, 1e-7, -2.5].map(compact),
            ["0", "0.3", "123457000", "1.000e-7", "-2.5"]
        );
    }

    #[test]
    fn columns_line_up() {
        let mut text = String::new();
        aligned(&mut text, &["a".into(), "long".into()], &[vec!["12".into(), "µ".into()]]);
        assert_eq!(text, " a  long\n12     µ\n");
    }
}
