//! A saved run on the disk: a line that says what it is, then its bytes.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::Failure;
use crate::engine::hash::hash_hex;
use crate::engine::time::Time;
use crate::output::run::identity;
use crate::scenario::Scenario;
use crate::scenario::document::Set;
use crate::simulate::Run;

/// The layout of saves; it rises when an older one can no longer be read.
const FORMAT: u32 = 3;

/// The first line of a save.
#[derive(Debug, Serialize, Deserialize)]
struct Head {
    reliance_save: u32,
    version: String,
    scenario: PathBuf,
    sets: Vec<String>,
    id: String,
    at_ns: u64,
    /// The hash of the bytes that follow.
    hash: String,
}

/// Writes a save beside its name and gives it the name when it is whole.
pub(super) fn write(file: &Path, run: &Run, scenario: &Path, sets: &[Set]) -> Result<(), Failure> {
    let saved = run.save();
    let head = Head {
        reliance_save: FORMAT,
        version: env!("CARGO_PKG_VERSION").to_string(),
        scenario: std::path::absolute(scenario)?,
        sets: sets.iter().map(Set::to_string).collect(),
        id: identity(run.scenario(), run.seed()).id(),
        at_ns: run.now().0,
        hash: hash_hex(&saved),
    };
    let mut bytes = serde_json::to_vec(&head).expect("a head becomes JSON");
    bytes.push(b'\n');
    bytes.extend(saved);
    let mut partial = file.as_os_str().to_os_string();
    partial.push(".partial");
    let partial = PathBuf::from(partial);
    let failed = |error| Failure::Failed(format!("error: cannot write `{}`: {error}", file.display()));
    let written = fs::write(&partial, bytes).and_then(|()| fs::rename(&partial, file));
    written.map_err(|error| {
        let _ = fs::remove_file(&partial);
        failed(error)
    })
}

/// Reads a save: the run as it stood, and the settings it was started with.
pub(super) fn read(file: &Path) -> Result<(Run, Vec<Set>), Failure> {
    let shown = file.display();
    let wrong = |message: String| Failure::Wrong(format!("error: {message}\n  --> {shown}"));
    let bytes = fs::read(file).map_err(|error| Failure::Wrong(format!("error: cannot read `{shown}`: {error}")))?;
    let end = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len());
    let head: Head = serde_json::from_slice(&bytes[..end]).map_err(|_| wrong("not a saved run".to_string()))?;
    if head.reliance_save != FORMAT || head.version != env!("CARGO_PKG_VERSION") {
        let (theirs, layout, ours) = (head.version, head.reliance_save, env!("CARGO_PKG_VERSION"));
        return Err(wrong(format!(
            "saved by version {theirs} in layout {layout}, this is {ours} with layout {FORMAT}; a run goes on with the \
             version it began with"
        )));
    }
    let sets: Result<Vec<Set>, String> = head.sets.iter().map(|set| set.parse()).collect();
    let sets = sets.map_err(wrong)?;
    let scenario = Scenario::load(&head.scenario, &sets)?;
    let saved = bytes.get(end + 1..).unwrap_or_default();
    let damaged = || wrong("the saved run is damaged".to_string());
    if hash_hex(saved) != head.hash {
        return Err(damaged());
    }
    let run = Run::load(scenario, saved).map_err(|_| damaged())?;
    if identity(run.scenario(), run.seed()).id() != head.id {
        let scenario = head.scenario.display();
        return Err(wrong(format!("`{scenario}`, or a file it reads, has changed since the run was saved")));
    }
    if run.now() != Time(head.at_ns) {
        return Err(damaged());
    }
    Ok((run, sets))
}
