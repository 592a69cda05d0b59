//! What moves outside the market by itself.

use super::Compiler;
use super::channels::intervals;
use super::shocks::key;
use crate::domain::count::thousands;
use crate::engine::process::{ProcessName, ProcessSpec};
use crate::engine::time::SimDuration;
use crate::policy::input::{Content, Reader, Wanted};
use crate::scenario::document::key_text;
use crate::scenario::files::Files;
use crate::scenario::schema::{RecordedTable, ScenarioTable};
use crate::scenario::series::{Moves, Series};

/// The most steps of a series through a file: each takes 8 bytes.
const STEPS: u64 = 10_000_000;

/// The series, in the order written.
pub(super) fn series(compiler: &mut Compiler<'_>, table: &ScenarioTable, files: &mut Files<'_>) -> Vec<Series> {
    compiler.keyed("series", "series", table.series.keys());
    let mut all = Vec::new();
    for (name, written) in &table.series {
        let path = format!("series.{}", key_text(name));
        intervals(compiler, &format!("{path}.every"), written.every, table.horizon);
        let moves = match (&written.moves, &written.recorded) {
            (Some(process), None) => {
                sound(compiler, &format!("{path}.moves"), process);
                Some(Moves::Process(process.clone()))
            }
            (None, Some(file)) => {
                recorded(compiler, &format!("{path}.recorded"), file, (written.every, table.horizon), files)
            }
            (None, None) => {
                let help = "write `moves` for a process, or `recorded` for a file";
                compiler.wrong(&path, "nothing says how the series moves", help);
                None
            }
            (Some(_), Some(_)) => {
                compiler.wrong(format!("{path}.recorded"), "both a process and a file", "keep one of them");
                None
            }
        };
        if let Some(moves) = moves {
            all.push(Series { name: name.clone(), key: key(name), every: written.every, moves });
        }
    }
    all
}

/// The place of the series that something follows.
pub(super) fn followed(
    compiler: &mut Compiler<'_>,
    path: &str,
    name: Option<&String>,
    table: &ScenarioTable,
) -> Option<u16> {
    let known: Vec<String> = table.series.keys().cloned().collect();
    compiler.find(path, "series", name?, &known).map(|place| place as u16)
}

/// Says what is wrong with a process.
fn sound(compiler: &mut Compiler<'_>, path: &str, process: &ProcessSpec) {
    for problem in process.check() {
        let at = format!("{path}.{}", problem.key);
        match compiler.document.value(&at).is_some() {
            true => compiler.wrong(at, problem.message, &*problem.help),
            false => compiler.wrong(path, problem.message, &*problem.help),
        }
    }
    if process.process == ProcessName::Constant && process.start <= 0.0 {
        let message = format!("a series that is always {}", process.start);
        compiler.wrong(format!("{path}.start"), message, "write a number above zero");
    }
}

/// The value at the start and at each step up to the horizon: that of the last row so far.
fn recorded(
    compiler: &mut Compiler<'_>,
    path: &str,
    written: &RecordedTable,
    (every, horizon): (SimDuration, SimDuration),
    files: &mut Files<'_>,
) -> Option<Moves> {
    compiler.countable(format!("{path}.scale"), written.scale.get(), 1e12);
    if written.scale.get() <= 0.0 {
        compiler.wrong(format!("{path}.scale"), "a series that is always 0", "write a number above zero");
        return None;
    }
    if every == SimDuration::ZERO {
        return None;
    }
    let at = format!("{path}.file");
    let wanted = [
        Wanted { name: written.time.clone(), content: Content::Instant(written.unit) },
        Wanted { name: written.value.clone(), content: Content::Amount },
    ];
    let columns = match files.named_at(&at).columns(&written.file, &wanted) {
        Ok(columns) => columns,
        Err(mistake) => {
            match files.take_problem() {
                Some(problem) => match &problem.missing {
                    Some(missing) => compiler.missing_columns(path, &problem.path, missing),
                    None => compiler.problems.input(compiler.document, &at, problem),
                },
                None => compiler.wrong_key(path, mistake.key, mistake.message, &*mistake.help),
            }
            return None;
        }
    };
    let mut columns = columns.into_iter();
    let times = columns.next().expect("a column of instants").counts();
    let values = columns.next().expect("a column of values").numbers();
    let mut rows: Vec<(u64, f64)> = times.into_iter().zip(values).collect();
    if let Some(row) = rows.iter().position(|row| row.1 <= 0.0) {
        let message = format!("row {} of `{}`: a value of {}", row + 1, written.file, rows[row].1);
        compiler.wrong(at, message, "values are above zero");
        return None;
    }
    // Of rows of one instant the last one written holds.
    rows.sort_by_key(|row| row.0);
    let Some(last) = rows.last() else {
        compiler.wrong(at, format!("`{}` has no rows", written.file), "");
        return None;
    };
    let steps = horizon.0.min(last.0.saturating_add(every.0)) / every.0;
    if steps > STEPS {
        let message = format!("{} steps through a file", thousands(steps));
        compiler.wrong(format!("{path}.file"), message, format!("step at most {} times", thousands(STEPS)));
        return None;
    }
    let mut row = 0;
    let value = |step: u64| {
        while rows.get(row + 1).is_some_and(|next| next.0 <= step * every.0) {
            row += 1;
        }
        rows[row].1 * written.scale.get()
    };
    Some(Moves::Recorded((0..=steps).map(value).collect()))
}
