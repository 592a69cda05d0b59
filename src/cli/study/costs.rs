//! What a study will take, told before it starts.

use super::progress::duration;
use crate::domain::count::counted;
use crate::study::trial::Estimate;

/// What a study will take, in words.
pub(super) fn costs(estimate: &Estimate, jobs: usize) -> String {
    let Estimate { points, runs, run_seconds, bytes, chunk_runs } = *estimate;
    let chunks = counted(runs.div_ceil(chunk_runs), "chunk", "chunks");
    let time = run_seconds.map_or("an unknown time: no point could be tried".to_owned(), |seconds| {
        format!("about {} with {}", duration(seconds * runs as f64 / jobs as f64), counted(jobs as u64, "job", "jobs"))
    });
    let (points, runs) = (counted(points as u64, "point", "points"), counted(runs, "run", "runs"));
    format!("{points}, {runs} in {chunks}; {time}, {}", size(bytes))
}

/// A number of bytes in the unit that suits it.
fn size(bytes: u64) -> String {
    match bytes as f64 {
        bytes if bytes < 1e6 => format!("{:.0} kB", (bytes / 1e3).ceil()),
        bytes => format!("{:.1} MB", bytes / 1e6),
    }
}
