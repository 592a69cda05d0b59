//! Distances.

use super::Compiler;
use crate::engine::time::Span;
use crate::scenario::files::Files;
use crate::scenario::model::Network;
use crate::scenario::schema::NetworkTable;

/// The distances between regions.
pub(super) fn network(compiler: &mut Compiler<'_>, written: &NetworkTable, files: &mut Files) -> Network {
    let ways = [written.rtt.is_some(), written.rtt_ms.is_some(), written.file.is_some()];
    if ways.iter().filter(|given| **given).count() > 1 {
        compiler.wrong("network", "distances given in more than one way", "keep one of `rtt`, `rtt-ms` and `file`");
    }
    let jitter = written.jitter.as_ref().and_then(|law| compiler.law("network.jitter", law));
    let (regions, one_way) = match (written.rtt, &written.rtt_ms, &written.file) {
        (Some(rtt), _, _) => (named(written, 1), vec![Span(rtt.0 / 2)]),
        (_, Some(matrix), _) => square(compiler, "network.rtt-ms", written, matrix, 1e6),
        (_, _, Some(_)) => {
            let unit = written.unit.unwrap_or(Span(1_000_000)).0 as f64;
            match files.matrix("network.file", 1.0) {
                Ok(matrix) => square(compiler, "network.file", written, &matrix, unit),
                Err(problem) => {
                    compiler.problems.input(compiler.document, "network.file", problem);
                    (named(written, 1), vec![Span::ZERO])
                }
            }
        }
        _ => (named(written, 1), vec![Span::ZERO]),
    };
    Network { regions, one_way, jitter }
}

/// The names of at least `count` regions.
fn named(written: &NetworkTable, count: usize) -> Vec<String> {
    if written.regions.is_empty() { (0..count).map(|n| format!("r{n}")).collect() } else { written.regions.clone() }
}

fn square(
    compiler: &mut Compiler<'_>,
    path: &str,
    written: &NetworkTable,
    matrix: &[Vec<f64>],
    nanos: f64,
) -> (Vec<String>, Vec<Span>) {
    let n = matrix.len();
    let regions = named(written, n);
    if let Some(row) = matrix.iter().position(|row| row.len() != n) {
        let message = format!("row {} has {} numbers where the matrix has {n} rows", row + 1, matrix[row].len());
        compiler.wrong(path, message, "write a square: the round-trip time from each region to each");
        return (regions, vec![Span::ZERO]);
    }
    if regions.len() != n {
        let message = format!("{} regions and a matrix of {n} rows", regions.len());
        compiler.wrong(path, message, "name each row's region, or none");
        return (regions, vec![Span::ZERO]);
    }
    if let Some(bad) = matrix.iter().flatten().find(|rtt| !(rtt.is_finite() && **rtt >= 0.0)) {
        compiler.wrong(path, format!("`{bad}` is not a round-trip time"), "write numbers from 0 upwards");
    }
    (regions, matrix.iter().flatten().map(|rtt| Span::from_nanos(rtt * nanos / 2.0)).collect())
}
