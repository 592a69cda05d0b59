//! A study from outside the crate: reads a study file, has its work done by the local engine, and prints where the measure
//! crosses its level.
//!
//! ```sh
//! cargo run --release --example study             # one queue's frontier, in about a quarter of a minute on two cores
//! cargo run --release --example study -- STUDY    # that of another study file
//! ```

use std::error::Error;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use reliance::study::merge::results;
use reliance::study::work::run_one;
use reliance::{Driver, Local, Study, StudyFolder};

/// Runs in a chunk, which is the least that is done again after an interruption.
const CHUNK_RUNS: u64 = 8;

/// Does all that is left of a study in the folder `out`, on all processors, and returns a row for each line of its search.
pub fn frontier(study: &Path, out: &Path) -> Result<String, Box<dyn Error>> {
    let study = Study::load(study, None)?;
    let folder = StudyFolder::open(out, &study, || CHUNK_RUNS, false)?;
    let stop = AtomicBool::new(false);
    let driver = Driver { study: &study, folder: &folder, runner: &run_one, stop: &stop, watch: &() };
    // Any engine gives the same course: it is read from the files.
    let course = driver.run(&Local::new(0)?)?;
    let results = results(&study, &course);
    let shown = |value: Option<f64>| value.map_or("–".to_owned(), |value| format!("{value:.4}"));
    let mut text = format!("{:<16} {:>10} {:>10} {:>10} {:>6}\n", "line", "crossing", "from", "to", "runs");
    for line in &results.crossings {
        let cells: Vec<String> = line.cells.iter().map(ToString::to_string).collect();
        let [crossing, from, to] = line.values.map(shown);
        writeln!(text, "{:<16} {crossing:>10} {from:>10} {to:>10} {:>6}", cells.join(" "), line.runs)?;
    }
    writeln!(text, "digest {}", results.digest)?;
    Ok(text)
}

#[allow(clippy::disallowed_macros, reason = "an example prints its table")]
fn main() -> Result<(), Box<dyn Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let given = std::env::args_os().nth(1).map(PathBuf::from);
    let study = given.unwrap_or_else(|| root.join("scenarios/studies/queue-frontier.toml"));
    let out = std::env::temp_dir().join(format!("reliance-example-{}", std::process::id()));
    let text = frontier(&study, &out);
    // What cannot be removed does no harm.
    let _ = std::fs::remove_dir_all(&out);
    print!("{}", text?);
    Ok(())
}
