//! The folder of a study: what it is (`study.json`), a file for each chunk that is done, and at the end the tables.
//!
//! Every file appears whole under its name or not at all. A chunk is claimed by locking a file beside it; the lock of a
//! driver that was killed is gone with it, and where a file system knows no locks two drivers may do one chunk twice,
//! with the same bytes. What is not the study's stays, and no link in the folder is followed.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::output::error::{FileError, MANIFEST};
use crate::output::identity::FORMAT;
use crate::output::own::{self, Known as Ours, Lock};

use super::chunk::{self, ChunkState};
use super::course::{Chunk, Measured, Row};
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
    has_locks: bool,
}

/// Whether a study has begun in a folder.
pub fn is_begun(path: &Path) -> bool {
    path.join(STUDY).is_file()
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
        if own::exists(path) && Folder::begun(path)?.is_none() {
            check_empty(path)?;
        }
        fs::create_dir_all(path).map_err(FileError::new("create", path))?;
        let held = hold(path)?;
        let id = study.identity().id();
        let chunk_runs = match Folder::begun(path)? {
            Some(before) if before["id"] == id.as_str() => cut(path, &before)?,
            Some(before) if !changed => return Err(StudyError::Changed(differences(&before, &described(study, 0)))),
            before => {
                keep(path, before.as_ref())?;
                let chunk_runs = chunk_runs().max(1);
                let mut text = serde_json::to_string_pretty(&described(study, chunk_runs)).expect("values become JSON");
                text.push('\n');
                own::replace(&path.join(STUDY), text.as_bytes(), Ours::Begins("{\n  \"id\":"))?;
                chunk_runs
            }
        };
        own::subfolder(&path.join(CHUNKS))?;
        Folder::with(path, study, id, chunk_runs, held.is_held())
    }

    /// Takes up a study that has begun.
    pub fn existing(path: &Path, study: &Study) -> Result<Folder, StudyError> {
        let id = study.identity().id();
        match Folder::begun(path)? {
            Some(before) if before["id"] == id.as_str() => {
                let chunk_runs = cut(path, &before)?;
                Folder::with(path, study, id, chunk_runs, true)
            }
            Some(before) => Err(StudyError::Changed(differences(&before, &described(study, 0)))),
            None => Err(StudyError::Wrong(format!("no study has begun in `{}`", path.display()))),
        }
    }

    fn with(path: &Path, study: &Study, id: String, chunk_runs: u64, has_locks: bool) -> Result<Folder, StudyError> {
        for inner in [CHUNKS, KEPT].map(|name| path.join(name)) {
            if fs::symlink_metadata(&inner).is_ok_and(|found| !found.is_dir()) {
                own::subfolder(&inner)?;
            }
        }
        let measures = study.value_names();
        let known = known(&path.join(KEPT), &measures)?;
        Ok(Folder { path: path.to_owned(), id, chunk_runs, measures, known, has_locks })
    }

    fn begun(path: &Path) -> Result<Option<Value>, StudyError> {
        let file = path.join(STUDY);
        match own::read(&file) {
            Ok(bytes) => {
                let parsed: Result<Value, _> = serde_json::from_slice(&bytes);
                let found = parsed.map_err(|error| format!("cannot read `{}`: {error}", file.display()));
                let found = found.map_err(StudyError::Damaged)?;
                match found["id"].as_str().is_some_and(|id| own::is_hex(id, 32)) {
                    true => Ok(Some(found)),
                    false => Err(StudyError::Wrong(format!("`{}` was not written by this program", file.display()))),
                }
            }
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

    /// Whether the file system keeps drivers apart, as far as was seen when the folder was opened.
    pub fn has_locks(&self) -> bool {
        self.has_locks
    }

    /// What the file of a chunk holds.
    pub fn read(&self, chunk: &Chunk) -> Result<ChunkState, FileError> {
        chunk::read(&self.chunk_path(chunk.number), &self.id, chunk)
    }

    /// Writes the file of a chunk. A damaged one is ours by its name.
    pub fn write(&self, number: usize, rows: &[Row]) -> Result<(), FileError> {
        own::replace(&self.chunk_path(number), self.text(number, rows).as_bytes(), Ours::Named)
    }

    /// The file of a chunk with these rows.
    pub fn text(&self, number: usize, rows: &[Row]) -> String {
        let measures: Vec<&str> = self.measures.iter().map(String::as_str).collect();
        chunk::text(&self.id, number, &measures, rows)
    }

    /// The bytes of a chunk as they are.
    pub fn bytes(&self, number: usize) -> Result<Vec<u8>, FileError> {
        let path = self.chunk_path(number);
        own::read(&path).map_err(FileError::new("read", &path))
    }

    /// Claims a chunk, as long as the claim is held; none if another driver has it.
    pub fn claim(&self, number: usize) -> Result<Option<Lock>, FileError> {
        Lock::take(&self.claim_path(number), false)
    }

    /// Whether a driver that lives has claimed a chunk.
    pub fn is_claimed(&self, number: usize) -> bool {
        Lock::is_taken(&self.claim_path(number))
    }

    /// Holds the folder for its tables: one driver writes them at a time.
    pub fn hold(&self) -> Result<Lock, FileError> {
        hold(&self.path)
    }

    /// Removes what is of no use once the tables are written; whoever calls it holds the folder. What a study does not
    /// write stays.
    pub fn tidy(&self) {
        // What cannot be removed does no harm.
        let (chunks, kept) = (self.path.join(CHUNKS), self.path.join(KEPT));
        for (path, name) in files(&kept) {
            if name.rsplit_once('-').is_some_and(|(_, name)| is_numbered(name, ".csv")) {
                let _ = fs::remove_file(path);
            }
        }
        let _ = fs::remove_dir(kept);
        for (path, _) in files(&chunks).into_iter().filter(|(_, name)| is_numbered(name, ".lock")) {
            // Taken and let go, a lock is removed; one that another driver holds stays.
            let _ = Lock::take(&path, false);
        }
        own::sweep(&self.path, |_| true);
        own::sweep(&chunks, |_| true);
    }

    /// The file of a chunk.
    pub fn chunk_path(&self, number: usize) -> PathBuf {
        self.path.join(CHUNKS).join(format!("{number:06}.csv"))
    }

    fn claim_path(&self, number: usize) -> PathBuf {
        self.path.join(CHUNKS).join(format!("{number:06}.lock"))
    }
}

/// Waits until no other driver holds the folder. Without locks two drivers that begin at the same instant may disagree
/// on the cut of the work; the chunks of one are then not those of the other, and are done again.
fn hold(path: &Path) -> Result<Lock, FileError> {
    let path = path.join(LOCK);
    let busy = || FileError::new("lock", &path)(io::Error::from(ErrorKind::WouldBlock));
    Lock::take(&path, true)?.ok_or_else(busy)
}

/// How many runs a chunk has, as the folder says.
fn cut(path: &Path, begun: &Value) -> Result<u64, StudyError> {
    let said = begun["chunk-runs"].as_u64().filter(|runs| *runs > 0);
    let file = path.join(STUDY);
    let damaged = || StudyError::Damaged(format!("`{}` does not say how many runs a chunk has", file.display()));
    said.ok_or_else(damaged)
}

/// The files in a folder with their names, none of them a link, in order; nothing where it cannot be read.
fn files(folder: &Path) -> Vec<(PathBuf, String)> {
    let is_file = |entry: &fs::DirEntry| entry.file_type().is_ok_and(|kind| kind.is_file());
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().filter(is_file);
    let mut files: Vec<_> =
        entries.filter_map(|entry| Some((entry.path(), entry.file_name().to_str()?.to_owned()))).collect();
    files.sort();
    files
}

/// Whether a name is that of a chunk's file of this kind.
fn is_numbered(name: &str, kind: &str) -> bool {
    let digits = name.strip_suffix(kind);
    digits.is_some_and(|digits| digits.len() >= 6 && digits.bytes().all(|digit| digit.is_ascii_digit()))
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

/// No stranger's files are taken for a study's.
fn check_empty(path: &Path) -> Result<(), StudyError> {
    let ours = [LOCK, CHUNKS, KEPT];
    let entries = fs::read_dir(path).map_err(FileError::new("read", path))?;
    let mut names: Vec<String> =
        entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    match names.iter().find(|name| !ours.contains(&name.as_str()) && !own::is_unfinished(name)) {
        Some(name) => Err(StudyError::Wrong(format!("`{}` holds `{name}` and is no study's folder", path.display()))),
        None => Ok(()),
    }
}

/// Sets the chunks of the study before aside, and removes tables that are no longer true.
fn keep(path: &Path, before: Option<&Value>) -> Result<(), FileError> {
    let (chunks, kept) = (path.join(CHUNKS), path.join(KEPT));
    let prefix = before.and_then(|before| before["id"].as_str()).unwrap_or("unknown").to_owned();
    if own::exists(&chunks) {
        own::subfolder(&chunks)?;
    }
    for (file, name) in files(&chunks).into_iter().filter(|(_, name)| is_numbered(name, ".csv")) {
        own::subfolder(&kept)?;
        fs::rename(&file, kept.join(format!("{prefix}-{name}"))).map_err(FileError::new("set aside", &file))?;
    }
    for table in super::dictionary::all() {
        let file = path.join(format!("{}.parquet", table.name));
        if own::exists(&file) {
            own::check_file(&file, Ours::Marked)?;
            fs::remove_file(&file).map_err(FileError::new("remove", &file))?;
        }
    }
    let _ = fs::remove_file(path.join(MANIFEST));
    Ok(())
}

/// Every run that was kept and has the measures that are wanted now.
fn known(kept: &Path, measures: &[String]) -> Result<Known, FileError> {
    let mut known = Known::new();
    for (path, _) in files(kept) {
        // What cannot be read is run again.
        let Ok(text) = fs::read_to_string(&path) else { continue };
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
