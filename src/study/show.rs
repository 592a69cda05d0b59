//! The results of a study as text, Markdown or JSON: nothing that is not reproducible.

use std::fmt::Write;

use serde_json::{Map, Value};

use super::axis::Shown;
use super::columns::stopped;
use super::course::{Course, Row};
use super::design::Design;
use super::differences::Difference;
use super::grid::{Grid, WIDTH};
use super::replicate::Stopped;
use super::results::{Judged, Mean, Results, SearchLine};
use super::tables::tables;
use super::{Study, View};
use crate::domain::count::{counted, thousands};

/// Points that are known less well than wished and are named.
const UNMET_MAX: usize = 10;

/// Measures of a table that are shown as text; Markdown and JSON show all.
const MEASURES_MAX: usize = 4;

/// What was found, without the digest.
pub fn text(study: &Study, course: &Course, results: &Results) -> String {
    let mut text = format!("{} · seed {} · {}\n", study.table.name, study.seed, counts(study, course, results));
    if !study.table.question.is_empty() {
        let _ = writeln!(text, "{}", wrapped(&study.table.question));
    }
    for grid in grids(study, course, results, MEASURES_MAX) {
        let _ = write!(text, "\n{}", grid.text());
        if grid.file == "means" {
            unmet(&mut text, study, course);
        }
    }
    if !results.verdicts.is_empty() {
        let _ = write!(text, "\n{}", verdicts(study, results));
    }
    text
}

/// The same as tables of Markdown, with every measure.
pub fn markdown(study: &Study, course: &Course, results: &Results) -> String {
    let mut text = format!("{} · seed {} · {}\n", study.table.name, study.seed, counts(study, course, results));
    for grid in grids(study, course, results, usize::MAX) {
        let _ = write!(text, "\n{}", grid.markdown());
    }
    text
}

/// The same as JSON: every table of the study's folder but that of the single runs, as arrays of objects.
pub fn json(study: &Study, course: &Course, results: &Results) -> Value {
    let mut whole = Map::new();
    let runs: usize = course.rows().iter().map(Vec::len).sum();
    let count = |count: usize| Value::from(count as u64);
    whole.insert("study".into(), study.table.name.clone().into());
    whole.insert("seed".into(), study.seed.into());
    whole.insert("version".into(), env!("CARGO_PKG_VERSION").into());
    whole.insert("identity".into(), study.identity().id().into());
    whole.insert("points".into(), count(course.points().len()));
    whole.insert("coincident_points".into(), count(study.coincident));
    whole.insert("runs".into(), count(runs));
    whole.insert("failed".into(), count(results.failures.len()));
    for table in tables(study, course, results).into_iter().filter(|table| !table.name.starts_with("points")) {
        whole.insert(table.name.to_owned(), table.json());
    }
    whole.insert("digest".into(), results.digest.clone().into());
    Value::Object(whole)
}

/// Points and runs, and what is amiss with them.
fn counts(study: &Study, course: &Course, results: &Results) -> String {
    let runs: usize = course.rows().iter().map(Vec::len).sum();
    let failed = match results.failures.len() {
        0 => String::new(),
        failed => format!(", {} of them failed", thousands(failed as u64)),
    };
    let points = counted(course.points().len() as u64, "point", "points");
    format!("{points} · {}{failed}{}", counted(runs as u64, "run", "runs"), coincident(study))
}

/// Says that points of the design coincide, where they do.
pub fn coincident(study: &Study) -> String {
    if study.coincident == 0 {
        return String::new();
    }
    let mut grains: Vec<&str> = study.axes.iter().filter_map(|axis| axis.grain().name()).collect();
    grains.sort_unstable();
    grains.dedup();
    let rounded = if grains.is_empty() { String::new() } else { format!(" (numbers are {})", grains.join(" or ")) };
    let more = thousands(study.coincident as u64);
    format!("\n{more} more points of the design coincide with these and are not run again{rounded}")
}

fn grids(study: &Study, course: &Course, results: &Results, measures: usize) -> Vec<Grid> {
    if let Some(fork) = &study.fork {
        let peaks = super::fork::show::grid(study, course, results, fork);
        let passing = fork.passing.as_ref().map(|own| super::fork::show::passing(study, course, results, (fork, own)));
        return std::iter::once(peaks).chain(passing).collect();
    }
    let (whole, by_class) = ([study.whole()], study.by_class());
    let has_differences = !results.differences.is_empty();
    let found = (course, results);
    let mut grids = vec![means(study, found, &whole, measures)];
    if !by_class.is_empty() {
        grids.push(means(study, found, &by_class, measures));
    }
    if has_differences {
        grids.push(differences(study, found, &whole, measures));
    }
    if has_differences && !by_class.is_empty() {
        grids.push(differences(study, found, &by_class, measures));
    }
    grids.extend(frontier(study, results));
    grids
}

/// The start of a header: the point, the class where rows have one, the axes; and how many of them tell rows apart.
fn head(study: &Study, views: &[View]) -> (Vec<String>, usize) {
    let class = (!views[0].class.is_empty()).then(|| "class".to_owned());
    let key = 1 + usize::from(class.is_some());
    let axes = study.columns().into_iter().map(str::to_owned);
    (std::iter::once("point".to_owned()).chain(class).chain(axes).collect(), key)
}

/// The start of a row.
fn start(study: &Study, course: &Course, point: usize, view: &View) -> Vec<String> {
    let class = (!view.class.is_empty()).then(|| view.class.clone());
    let cells = study.cells(&course.points()[point]).into_iter().map(cell);
    std::iter::once(point.to_string()).chain(class).chain(cells).collect()
}

/// The columns of each measure, as many measures as are shown.
fn measured(views: &[View], measures: usize) -> (Vec<Vec<String>>, usize) {
    let stems = &views[0].stems;
    let columns = |stem: &String| vec![stem.clone(), "±".to_owned(), "n".to_owned()];
    (stems.iter().take(measures).map(columns).collect(), stems.len().saturating_sub(measures))
}

fn means(study: &Study, (course, results): (&Course, &Results), views: &[View], measures: usize) -> Grid {
    let ((head, key), (groups, left_out)) = (head(study, views), measured(views, measures));
    let row = |(point, view): (usize, &View)| {
        let own = view.measures.iter().take(measures).map(|&measure| {
            let Mean { n, mean, half_width, .. } = results.means[point][measure];
            vec![number_or_dash(mean), number_or_dash(half_width.filter(is_apart)), n.to_string()]
        });
        (start(study, course, point, view), own.collect())
    };
    let all = (0..course.points().len()).flat_map(|point| views.iter().map(move |view| (point, view)));
    let (title, file) = match key {
        1 => ("means over replications with their 95 % intervals", "means"),
        _ => ("means by class", "means_by_class"),
    };
    Grid { title: title.to_owned(), file, head, key, groups, rows: all.map(row).collect(), left_out }
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

/// The verdicts as lines for people; nothing without claims.
fn verdicts(study: &Study, results: &Results) -> String {
    let number = number_or_dash;
    let line = |judged: &Judged| {
        let Judged { at, value, ends: [low, high], runs, .. } = judged;
        let at = if at.is_empty() { String::new() } else { format!(" at {at}") };
        format!(
            "false if {}{at}: {}, {} in ({}, {}), n = {runs}\n",
            study.claims[judged.claim].when,
            judged.verdict.name(),
            number(*value),
            number(*low),
            number(*high)
        )
    };
    results.verdicts.iter().map(line).collect()
}

/// Whether a half-width is one: runs that are all alike do not make a mean known exactly.
pub(super) fn is_apart(half_width: &f64) -> bool {
    *half_width > 0.0
}

fn differences(study: &Study, (course, results): (&Course, &Results), views: &[View], measures: usize) -> Grid {
    let ((mut head, key), (mut groups, left_out)) = (head(study, views), measured(views, measures));
    head.push("less point".to_owned());
    groups.push(vec!["runs saved".to_owned()]);
    let row = |(difference, view): (&Difference, &View)| {
        let mut row = start(study, course, difference.point, view);
        row.push(difference.baseline.to_string());
        let own = view.measures.iter().take(measures).map(|&measure| {
            let paired = difference.measures[measure].map(|paired| paired.difference);
            vec![
                number_or_dash(paired.map(|difference| difference.mean)),
                number_or_dash(paired.map(|difference| difference.half_width).filter(is_apart)),
                paired.map_or(0, |difference| difference.n).to_string(),
            ]
        });
        // The first measure's.
        let reduction = difference.measures[view.measures[0]].and_then(|paired| paired.variance_reduction);
        // Differences that are rounding alone save without bound.
        let times = |times: f64| if times < 1e6 { format!("× {times:.1}") } else { "× over 1e6".to_owned() };
        let saved = vec![reduction.map_or("–".to_owned(), times)];
        (row, own.chain([saved]).collect())
    };
    let all = results.differences.iter().flat_map(|difference| views.iter().map(move |view| (difference, view)));
    let saved = "runs saved: how many times as many runs the first would take if not paired";
    let (title, file) = match key {
        1 => (format!("differences from the baseline, paired by replication\n{saved}"), "differences"),
        _ => ("differences by class".to_owned(), "differences_by_class"),
    };
    Grid { title, file, head, key, groups, rows: all.map(row).collect(), left_out }
}

fn frontier(study: &Study, results: &Results) -> Option<Grid> {
    let Design::Frontier(search) = &study.design else { return None };
    let others = study.axes.iter().enumerate().filter(|(index, _)| *index != search.axis);
    let axes: Vec<String> = others.flat_map(|(_, axis)| axis.columns.clone()).collect();
    let head = std::iter::once("line".to_owned()).chain(axes).collect();
    let name = &study.axes[search.axis].name;
    let groups = [vec!["found", name, "low", "high"], vec!["probes", "runs", "failed"]]
        .map(|names| names.into_iter().map(str::to_owned).collect());
    let row = |(number, line): (usize, &SearchLine)| {
        let head = std::iter::once(number.to_string()).chain(line.cells.iter().map(cell)).collect();
        let mut found = vec![line.crossing.found.name().to_owned()];
        found.extend(line.values.map(number_or_dash));
        (head, vec![found, [line.probes, line.runs, line.failed].map(|count| count.to_string()).to_vec()])
    };
    let rows = results.crossings.iter().enumerate().map(row).collect();
    let (title, groups) = ("frontier".to_owned(), groups.to_vec());
    Some(Grid { title, file: "frontier", head, key: 1, groups, rows, left_out: 0 })
}

pub(super) fn cell(shown: &Shown) -> String {
    match shown {
        // What was set, as it was set, unless it has more digits than anybody reads.
        Shown::Number(number) if number.to_string().len() <= 8 => number.to_string(),
        Shown::Number(number) => compact(*number),
        Shown::Text(text) => text.clone(),
    }
}

/// A text in lines as wide as the tables, cut between words.
fn wrapped(text: &str) -> String {
    let (mut lines, mut width) = (String::new(), 0);
    for word in text.split_whitespace() {
        let more = word.chars().count();
        if width > 0 && width + 1 + more > WIDTH {
            lines.push('\n');
            width = 0;
        } else if width > 0 {
            lines.push(' ');
            width += 1;
        }
        lines.push_str(word);
        width += more;
    }
    lines
}

pub(super) fn number_or_dash(number: Option<f64>) -> String {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_as_wide_as_the_tables() {
        let text = wrapped(&"which of them? ".repeat(12));
        assert!(text.lines().count() > 1 && text.lines().all(|line| line.chars().count() <= WIDTH), "{text}");
        assert_eq!(text.split_whitespace().count(), 36);
        assert_eq!(wrapped("short"), "short");
    }

    #[test]
    fn numbers_keep_six_digits() {
        assert_eq!(
            [0.0, 0.1 + 0.2, 123_456_789.0, 1e-7, -2.5].map(compact),
            ["0", "0.3", "123457000", "1.000e-7", "-2.5"]
        );
    }
}
