//! Distances.

use super::{Compiler, YEAR};
use crate::engine::time::SimDuration;
use crate::scenario::files::Files;
use crate::scenario::model::Network;
use crate::scenario::schema::NetworkTable;

/// The most regions: a matrix has the square of it.
const REGIONS: usize = 4096;

/// The distances between regions.
pub(super) fn network(compiler: &mut Compiler<'_>, written: &NetworkTable, files: &mut Files) -> Network {
    let ways = [("rtt", written.rtt.is_some()), ("rtt-ms", written.rtt_ms.is_some()), ("file", written.file.is_some())];
    let ways: Vec<&str> = ways.iter().filter(|way| way.1).map(|way| way.0).collect();
    if let [first, .., last] = ways[..] {
        let message = format!("`{first}` and `{last}` both say how far apart the regions are");
        compiler.wrong(format!("network.{last}"), message, "keep one of them");
    }
    let jitter = written.jitter.as_ref().and_then(|law| compiler.law("network.jitter", law));
    names(compiler, written);
    if written.unit.is_some() && written.file.is_none() {
        let help = "`rtt-ms` counts in milliseconds, and `rtt` has its unit with it: leave `unit` out";
        compiler.wrong("network.unit", "`unit` says what the numbers of a `file` count, and there is no `file`", help);
    }
    if written.unit == Some(SimDuration::ZERO) {
        compiler.wrong(
            "network.unit",
            "a unit of no length",
            "write what the numbers of the file count, such as `1ms`",
        );
    }
    compiler.brief("network.rtt", written.rtt.unwrap_or_default());
    let (regions, one_way) = match (written.rtt, &written.rtt_ms, &written.file) {
        (Some(rtt), _, _) => (named(written, 1), vec![SimDuration(rtt.0 / 2)]),
        (_, Some(matrix), _) => in_scenario(compiler, written, matrix),
        (_, _, Some(file)) => match files.matrix("network.file", 1.0) {
            Ok(matrix) => in_file(compiler, written, file, &matrix),
            Err(problem) => {
                compiler.problems.input(compiler.document, "network.file", problem);
                (named(written, 1), vec![SimDuration::ZERO])
            }
        },
        _ => (named(written, 1), vec![SimDuration::ZERO]),
    };
    let total: u128 = one_way.iter().map(|span: &SimDuration| u128::from(span.0)).sum();
    let mean_round_trip = SimDuration((2 * total / one_way.len().max(1) as u128) as u64);
    Network { regions, one_way, jitter, mean_round_trip }
}

fn names(compiler: &mut Compiler<'_>, written: &NetworkTable) {
    for (index, name) in written.regions.iter().enumerate() {
        compiler.check_name(&format!("network.regions[{index}]"), name);
    }
    compiler.listed_once("network.regions", written.regions.iter().map(String::as_str));
    if written.regions.len() > REGIONS {
        compiler.wrong(
            "network.regions",
            format!("{} regions", written.regions.len()),
            format!("name at most {REGIONS}"),
        );
    }
}

/// The names of at least `count` regions.
fn named(written: &NetworkTable, count: usize) -> Vec<String> {
    if written.regions.is_empty() { (0..count).map(|n| format!("r{n}")).collect() } else { written.regions.clone() }
}

/// The matrix of the scenario itself; problems are put down to rows and numbers.
fn in_scenario(
    compiler: &mut Compiler<'_>,
    written: &NetworkTable,
    matrix: &[Vec<f64>],
) -> (Vec<String>, Vec<SimDuration>) {
    let n = if written.regions.is_empty() { matrix.len() } else { written.regions.len() };
    let regions = named(written, n);
    if matrix.is_empty() || matrix.len() != n || n > REGIONS {
        let message = format!("expected {} {}, found {}", n.max(1), plural(n.max(1), "row"), matrix.len());
        compiler.wrong("network.rtt-ms", message, "write a row for each region, with a number for each");
        return (regions, vec![SimDuration::ZERO]);
    }
    for (row, numbers) in matrix.iter().enumerate() {
        if numbers.len() != n {
            let message = format!("expected {n} {}, found {}", plural(n, "number"), numbers.len());
            compiler.wrong(format!("network.rtt-ms[{row}]"), message, "write a number for each region, in their order");
        }
        for (column, rtt) in numbers.iter().enumerate() {
            if let Some((message, help)) = bad_trip(*rtt, 1e6) {
                compiler.wrong(format!("network.rtt-ms[{row}][{column}]"), message, help);
            }
        }
    }
    (regions, one_way(matrix, 1e6))
}

/// The matrix of a file.
fn in_file(
    compiler: &mut Compiler<'_>,
    written: &NetworkTable,
    file: &str,
    matrix: &[Vec<f64>],
) -> (Vec<String>, Vec<SimDuration>) {
    let nanos = written.unit.unwrap_or(SimDuration(1_000_000)).0 as f64;
    let (rows, columns) = (matrix.len(), matrix.first().map_or(0, Vec::len));
    let n = if written.regions.is_empty() { rows } else { written.regions.len() };
    if rows != columns || rows != n || n > REGIONS {
        let message = format!("`{file}` has {rows} {} of {columns} {}", plural(rows, "row"), plural(columns, "number"));
        let help = match written.regions.len() {
            0 => "it must be a square: a row for each region, with a number for each".to_owned(),
            named => format!("`regions` names {named}: there must be as many rows, of as many numbers"),
        };
        compiler.wrong("network.file", message, help);
    } else if let Some((message, help)) = matrix.iter().flatten().find_map(|rtt| bad_trip(*rtt, nanos)) {
        compiler.wrong("network.file", format!("in `{file}` {message}"), help);
    }
    (named(written, n), one_way(matrix, nanos))
}

fn one_way(matrix: &[Vec<f64>], nanos: f64) -> Vec<SimDuration> {
    matrix.iter().flatten().map(|rtt| SimDuration::from_nanos(rtt * nanos / 2.0)).collect()
}

/// What is wrong with a round-trip time, if anything is.
fn bad_trip(rtt: f64, nanos: f64) -> Option<(String, &'static str)> {
    if !(rtt.is_finite() && rtt >= 0.0) {
        return Some((format!("`{rtt}` is not a round-trip time"), "write a number from 0 upwards"));
    }
    (rtt * nanos > YEAR.0 as f64).then(|| (format!("a round trip of `{rtt}` takes more than a year"), "check the unit"))
}

fn plural(count: usize, word: &str) -> String {
    if count == 1 { word.to_owned() } else { format!("{word}s") }
}
