//! The results of a study as text: nothing that is not reproducible.

use std::fmt::Write;

use super::axis::Shown;
use super::columns::stopped;
use super::course::{Course, Row};
use super::differences::Difference;
use super::merge::{Mean, Results};
use super::replicate::Stopped;
use super::{Study, View};

/// Rows of a table that are shown; the rest is in the files.
const ROWS_MAX: usize = 100;

/// Points that are known less well than wished and are named.
const UNMET_MAX: usize = 10;

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
    let (whole, by_class) = ([study.whole()], study.by_class());
    text.push_str("\nmeans over replications with their 95 % intervals\n");
    means(&mut text, study, (course, results), &whole, "means");
    unmet(&mut text, study, course);
    if !by_class.is_empty() {
        text.push_str("\nmeans by class\n");
        means(&mut text, study, (course, results), &by_class, "means_by_class");
    }
    if !results.differences.is_empty() {
        text.push_str("\ndifferences from the baseline, paired by replication\n");
        differences(&mut text, study, (course, results), &whole, "differences");
    }
    if !results.differences.is_empty() && !by_class.is_empty() {
        text.push_str("\ndifferences by class\n");
        differences(&mut text, study, (course, results), &by_class, "differences_by_class");
    }
    if !results.crossings.is_empty() {
        text.push_str("\nfrontier\n");
        frontier(&mut text, study, results);
    }
    text
}

/// The start of a header: the point, the axes, the class where rows have one.
fn head(study: &Study, views: &[View]) -> Vec<String> {
    let axes = study.columns().into_iter().map(str::to_owned);
    let class = (!views[0].class.is_empty()).then(|| "class".to_owned());
    std::iter::once("point".to_owned()).chain(axes).chain(class).collect()
}

/// The start of a row.
fn start(study: &Study, course: &Course, point: usize, view: &View) -> Vec<String> {
    let mut row = vec![point.to_string()];
    row.extend(study.cells(&course.points()[point]).into_iter().map(cell));
    row.extend((!view.class.is_empty()).then(|| view.class.clone()));
    row
}

fn means(text: &mut String, study: &Study, (course, results): (&Course, &Results), views: &[View], file: &str) {
    let mut header = head(study, views);
    for stem in views[0].stems.iter().take(MEASURES_MAX) {
        header.extend([stem.clone(), "±".to_owned(), "n".to_owned()]);
    }
    let row = |(point, view): (usize, &View)| {
        let mut row = start(study, course, point, view);
        for &measure in view.measures.iter().take(MEASURES_MAX) {
            let Mean { n, mean, half_width, .. } = results.means[point][measure];
            row.extend([number_or_dash(mean), number_or_dash(half_width.filter(is_apart)), n.to_string()]);
        }
        row
    };
    let all = (0..course.points().len()).flat_map(|point| views.iter().map(move |view| (point, view)));
    let rows: Vec<Vec<String>> = all.clone().take(ROWS_MAX).map(row).collect();
    aligned(text, &header, &rows);
    more(text, course.points().len() * views.len(), file);
}

/// Says which points of a sequential study are known less well than wished.
fn unmet(text: &mut String, study: &Study, course: &Course) {
    let wished = compact(100.0 * study.replications.relative.unwrap_or_default());
    let line = |(point, rows): (usize, &Vec<Row>)| match stopped(study, rows)? {
        Stopped::Most { runs, reached } if reached.is_finite() => {
            let reached = format!("{:.1}", 100.0 * reached);
            Some(format!("point {point}: {runs} runs at {reached} %: wished {wished} %, not met after the most"))
        }
        Stopped::Most { runs, .. } => {
            Some(format!("point {point}: {runs} runs at over 100 %: wished {wished} %, not met after the most"))
        }
        Stopped::Met | Stopped::Failed => None,
    };
    let lines: Vec<String> = course.rows().iter().enumerate().filter_map(line).collect();
    lines.iter().take(UNMET_MAX).for_each(|line| text.push_str(&format!("{line}\n")));
    if lines.len() > UNMET_MAX {
        let _ = writeln!(
            text,
            "… and {} more points, `most` in the column `stopped` of means.parquet",
            lines.len() - UNMET_MAX
        );
    }
}

fn differences(text: &mut String, study: &Study, (course, results): (&Course, &Results), views: &[View], file: &str) {
    let mut header = head(study, views);
    header.push("less point".to_owned());
    for stem in views[0].stems.iter().take(MEASURES_MAX) {
        header.extend([stem.clone(), "±".to_owned(), "n".to_owned()]);
    }
    header.push("runs saved".to_owned());
    let row = |(difference, view): (&Difference, &View)| {
        let mut row = start(study, course, difference.point, view);
        row.push(difference.baseline.to_string());
        for &measure in view.measures.iter().take(MEASURES_MAX) {
            let paired = difference.measures[measure].map(|paired| paired.difference);
            row.push(number_or_dash(paired.map(|difference| difference.mean)));
            row.push(number_or_dash(paired.map(|difference| difference.half_width).filter(is_apart)));
            row.push(paired.map_or(0, |difference| difference.n).to_string());
        }
        // The first measure's.
        let reduction = difference.measures[view.measures[0]].and_then(|paired| paired.variance_reduction);
        row.push(reduction.map_or("–".to_owned(), |times| format!("× {times:.1}")));
        row
    };
    let all = results.differences.iter().flat_map(|difference| views.iter().map(move |view| (difference, view)));
    let rows: Vec<Vec<String>> = all.take(ROWS_MAX).map(row).collect();
    aligned(text, &header, &rows);
    more(text, results.differences.len() * views.len(), file);
}

/// Whether a half-width is one: runs that are all alike do not make a mean known exactly.
fn is_apart(half_width: &f64) -> bool {
    *half_width > 0.0
}

/// Says how many rows are in the file alone.
fn more(text: &mut String, rows: usize, file: &str) {
    if rows > ROWS_MAX {
        let _ = writeln!(text, "… and {} more in {file}.parquet", rows - ROWS_MAX);
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
    more(text, results.crossings.len(), "frontier");
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
