//! The folder of a study: what it is (`study.json`), a file for each chunk that is done, and at the end the tables.
//!
//! Every file appears whole under its name or not at all. A chunk is claimed by locking a file beside it; the lock of a
//! driver that was killed is gone with it, and where a file system knows no locks two drivers may do one chunk twice,
//! with the same bytes.

use std::fs::{self, File, TryLockError};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::output::folder::{FileError, MANIFEST};
use crate::output::identity::FORMAT;

use super::chunk::{self, Found};
use super::course::{Measured, Row};
use super::work::Known;
use super::{Study, StudyError};

/// What the folder holds is said in this file.
const STUDY: &str = "study.json";
const LOCK: &str = "study.lock";
const CHUNKS: &str = "chunks";
const KEPT: &str = "kept";

/// The folder of a study that has begun.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    id: String,
    chunk_runs: u64,
    measures: Vec<String>,
    known: Known,
}

/// The right to do a chunk, as long as it is held.
#[derive(Debug)]
pub struct Claim {
    path: PathBuf,
    _lock: Option<File>,
}

impl Drop for Claim {
    fn drop(&mut self) {
        // A claim that stays behind is unlocked and stops nobody.
        let _ = fs::remove_file(&self.path);
    }
}

impl Folder {
    /// Begins or takes up a study. `chunk_runs` is asked when it begins: how many runs a chunk has. If another study
    /// was begun there that differs in anything, the error says in what; with `changed` its runs are kept for the
    /// points that are still the same.
    pub fn open(
        path: &Path,
        study: &Study,
        chunk_runs: impl FnOnce() -> u64,
        changed: bool,
    ) -> Result<Folder, StudyError> {
        fs::create_dir_all(path).map_err(FileError::new("create", path))?;
        let _held = hold(path)?;
        let id = study.identity().id();
        let chunk_runs = match Folder::begun(path)? {
            Some(before) if before["id"] == id.as_str() => before["chunk-runs"].as_u64().unwrap_or(1).max(1),
            Some(before) if !changed => return Err(StudyError::Changed(differences(&before, &described(study, 0)))),
            before => {
                if before.is_none() {
                    check_empty(path)?;
                }
                keep(path, before.as_ref())?;
                let chunk_runs = chunk_runs().max(1);
                let mut text = serde_json::to_string_pretty(&described(study, chunk_runs)).expect("values become JSON");
                text.push('\n');
                write_whole(&path.join(STUDY), text.as_bytes())?;
                chunk_runs
            }
        };
        let chunks = path.join(CHUNKS);
        fs::create_dir_all(&chunks).map_err(FileError::new("create", &chunks))?;
        Folder::with(path, study, id, chunk_runs)
    }

    /// Takes up a study that has begun.
    pub fn existing(path: &Path, study: &Study) -> Result<Folder, StudyError> {
        let id = study.identity().id();
        match Folder::begun(path)? {
            Some(before) if before["id"] == id.as_str() => {
                Folder::with(path, study, id, before["chunk-runs"].as_u64().unwrap_or(1).max(1))
            }
            Some(before) => Err(StudyError::Changed(differences(&before, &described(study, 0)))),
            None => Err(StudyError::Wrong(format!("no study has begun in `{}`", path.display()))),
        }
    }

    fn with(path: &Path, study: &Study, id: String, chunk_runs: u64) -> Result<Folder, StudyError> {
        let measures: Vec<String> = study.measures.iter().map(|measure| measure.name.clone()).collect();
        let known = known(&path.join(KEPT), &measures)?;
        Ok(Folder { path: path.to_owned(), id, chunk_runs, measures, known })
    }

    fn begun(path: &Path) -> Result<Option<Value>, StudyError> {
        let file = path.join(STUDY);
        match fs::read(&file) {
            Ok(bytes) => serde_json::from_slice(&bytes)
                .map(Some)
                .map_err(|error| StudyError::Damaged(format!("cannot read `{}`: {error}", file.display()))),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(FileError::new("read", &file)(error).into()),
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The identity of the study, 32 hexadecimal digits.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Runs in a chunk.
    pub fn chunk_runs(&self) -> u64 {
        self.chunk_runs
    }

    /// Runs kept from before the study changed.
    pub fn known(&self) -> &Known {
        &self.known
    }

    /// What the file of a chunk holds.
    pub fn read(&self, number: usize) -> Result<Found, FileError> {
        chunk::read(&self.chunk_path(number), &self.id, number)
    }

    /// Writes the file of a chunk.
    pub fn write(&self, number: usize, rows: &[Row]) -> Result<(), FileError> {
        write_whole(&self.chunk_path(number), self.text(number, rows).as_bytes())
    }

    /// The file of a chunk with these rows.
    pub fn text(&self, number: usize, rows: &[Row]) -> String {
        let measures: Vec<&str> = self.measures.iter().map(String::as_str).collect();
        chunk::text(&self.id, number, &measures, rows)
    }

    /// The bytes of a chunk as they are.
    pub fn bytes(&self, number: usize) -> Result<Vec<u8>, FileError> {
        let path = self.chunk_path(number);
        fs::read(&path).map_err(FileError::new("read", &path))
    }

    /// Claims a chunk; none if another driver has it.
    pub fn claim(&self, number: usize) -> Result<Option<Claim>, FileError> {
        let path = self.claim_path(number);
        let file = File::create(&path).map_err(FileError::new("create", &path))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Claim { path, _lock: Some(file) })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(_)) => Ok(Some(Claim { path, _lock: None })),
        }
    }

    /// Whether a driver that lives has claimed a chunk.
    pub fn is_claimed(&self, number: usize) -> bool {
        let claimed = |file: File| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock));
        File::open(self.claim_path(number)).is_ok_and(claimed)
    }

    /// Holds the folder for its tables: one driver writes them at a time.
    pub fn hold(&self) -> Result<File, FileError> {
        hold(&self.path)
    }

    /// Removes what is of no use once the tables are written; whoever calls it holds the folder.
    pub fn tidy(&self) {
        // What cannot be removed does no harm.
        let _ = fs::remove_dir_all(self.path.join(KEPT));
        for folder in [self.path.clone(), self.path.join(CHUNKS)] {
            for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
                let name = entry.file_name().to_string_lossy().into_owned();
                if name.ends_with(".partial") || name.ends_with(".lock") && name != LOCK {
                    let _ = fs::remove_file(entry.path());
                }
            }
        }
    }

    /// The file of a chunk.
    pub fn chunk_path(&self, number: usize) -> PathBuf {
        self.path.join(CHUNKS).join(format!("{number:06}.csv"))
    }

    fn claim_path(&self, number: usize) -> PathBuf {
        self.path.join(CHUNKS).join(format!("{number:06}.lock"))
    }
}

/// Writes a file beside its name and gives it the name when it is whole and on the disk.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    let mut name = path.file_name().expect("a file has a name").to_os_string();
    name.push(format!(".{}.partial", std::process::id()));
    let partial = path.with_file_name(name);
    let written = File::create(&partial)
        .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&partial, path));
    written.map_err(|error| {
        let _ = fs::remove_file(&partial);
        FileError::new("write", path)(error)
    })
}

/// Waits until no other driver holds the folder. Without locks two drivers that begin at the same instant may disagree
/// on the cut of the work; the chunks of one are then not those of the other, and are done again.
fn hold(path: &Path) -> Result<File, FileError> {
    let path = path.join(LOCK);
    let file = File::create(&path).map_err(FileError::new("create", &path))?;
    let _ = file.lock();
    Ok(file)
}

/// What is written of a study: everything that decides its results, and how the work is cut.
fn described(study: &Study, chunk_runs: u64) -> Value {
    let identity = study.identity();
    let parts: Value = serde_json::from_str(&identity.scenario).expect("an identity holds JSON");
    serde_json::json!({
        "id": identity.id(),
        "format": FORMAT,
        "version": identity.version,
        "seed": identity.seed,
        "chunk-runs": chunk_runs,
        "inputs": identity.inputs,
        "study": parts["study"],
        "base": parts["base"],
    })
}

/// What differs between two studies, a line each.
fn differences(before: &Value, now: &Value) -> Vec<String> {
    let mut lines = Vec::new();
    for part in ["format", "version", "seed", "study", "base", "inputs"] {
        let name = if part == "base" { "base scenario: " } else { "" };
        compare(&before[part], &now[part], if matches!(part, "study" | "base") { "" } else { part }, name, &mut lines);
    }
    if lines.is_empty() {
        lines.push("the order of its keys".to_owned());
    }
    lines
}

fn compare(before: &Value, now: &Value, path: &str, part: &str, lines: &mut Vec<String>) {
    match (before, now) {
        (same, other) if same == other => {}
        (Value::Object(before), Value::Object(now)) => {
            let dot = if path.is_empty() { "" } else { "." };
            for key in before.keys().chain(now.keys().filter(|key| !before.contains_key(*key))) {
                let null = &Value::Null;
                let (before, now) = (before.get(key).unwrap_or(null), now.get(key).unwrap_or(null));
                compare(before, now, &format!("{path}{dot}{key}"), part, lines);
            }
        }
        (Value::Array(before), Value::Array(now)) if before.len() == now.len() => {
            for (index, (before, now)) in before.iter().zip(now).enumerate() {
                compare(before, now, &format!("{path}[{index}]"), part, lines);
            }
        }
        (Value::Null, now) => lines.push(format!("{part}`{path}` is new: {now}")),
        (before, Value::Null) => lines.push(format!("{part}`{path}` is gone, was {before}")),
        (before, now) => lines.push(format!("{part}`{path}` was {before}, now {now}")),
    }
}

/// Nobody's files are taken for a study's.
fn check_empty(path: &Path) -> Result<(), StudyError> {
    let ours = [LOCK, CHUNKS, KEPT];
    let entries = fs::read_dir(path).map_err(FileError::new("read", path))?;
    let foreign = entries.flatten().any(|entry| {
        let name = entry.file_name().to_string_lossy().into_owned();
        !ours.contains(&name.as_str()) && !name.ends_with(".partial")
    });
    match foreign {
        true => Err(StudyError::Wrong(format!("`{}` holds files and is no study's folder", path.display()))),
        false => Ok(()),
    }
}

/// Sets the chunks of the study before aside, and removes tables that are no longer true.
fn keep(path: &Path, before: Option<&Value>) -> Result<(), FileError> {
    let (chunks, kept) = (path.join(CHUNKS), path.join(KEPT));
    let prefix = before.and_then(|before| before["id"].as_str()).unwrap_or("unknown").to_owned();
    for entry in fs::read_dir(&chunks).into_iter().flatten().flatten() {
        if entry.path().extension().is_some_and(|extension| extension == "csv") {
            fs::create_dir_all(&kept).map_err(FileError::new("create", &kept))?;
            let name = format!("{prefix}-{}", entry.file_name().to_string_lossy());
            fs::rename(entry.path(), kept.join(name)).map_err(FileError::new("set aside", &entry.path()))?;
        }
    }
    for table in ["points", "means", "differences", "frontier"] {
        let _ = fs::remove_file(path.join(format!("{table}.parquet")));
    }
    let _ = fs::remove_file(path.join(MANIFEST));
    Ok(())
}

/// Every run that was kept and has the measures that are wanted now.
fn known(kept: &Path, measures: &[String]) -> Result<Known, FileError> {
    let mut known = Known::new();
    for entry in fs::read_dir(kept).into_iter().flatten().flatten() {
        let text = fs::read_to_string(entry.path()).map_err(FileError::new("read", &entry.path()))?;
        // What cannot be read is run again.
        let Ok((had, rows)) = chunk::parse(&text) else { continue };
        let places: Option<Vec<usize>> =
            measures.iter().map(|name| had.iter().position(|other| other == name)).collect();
        let Some(places) = places else { continue };
        for row in rows {
            if let Ok(Measured { digest, values }) = row.outcome {
                let values = places.iter().map(|place| values[*place]).collect();
                known.insert((row.identity, row.replication), Measured { digest, values });
            }
        }
    }
    Ok(known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_are_named_by_their_keys() {
        let before =
            serde_json::json!({"seed": 1, "study": {"measures": ["a"], "replications": {"fixed": 20}, "x": 1}});
        let now = serde_json::json!({"seed": 1, "study": {"measures": ["b"], "replications": {"fixed": 40}, "y": [1]}});
        let expected = [
            "`measures[0]` was \"a\", now \"b\"",
            "`replications.fixed` was 20, now 40",
            "`x` is gone, was 1",
            "`y` is new: [1]",
        ];
        assert_eq!(differences(&before, &now), expected);
        assert_eq!(differences(&before, &before), ["the order of its keys"]);
    }
}
