//! A saved run on the disk: a line that says what it is, then its bytes.
//!
//! A save names its scenario relative to its own folder, so that both may move together.

use std::path::{Component, Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::Failure;
use crate::engine::hash::hash_hex;
use crate::engine::random::Seed;
use crate::engine::time::{SimDuration, Time};
use crate::output::own::{self, Known};
use crate::output::run::identity;
use crate::scenario::Scenario;
use crate::scenario::document::{Document, Set};
use crate::scenario::plain::{self, reason};
use crate::simulate::Run;

/// The layout of saves; it rises when an older one can no longer be read.
const FORMAT: u64 = 13;

/// How every save begins, of any layout.
const BEGINNING: &str = "{\"reliance_save\":";

/// What the first line of a save of any layout says.
#[derive(Debug, Deserialize)]
struct Layout {
    reliance_save: u64,
    version: String,
    id: String,
}

/// The longest save that is read.
const SAVE_MAX: u64 = 16 << 30;

/// The first line of a save.
#[derive(Debug, Serialize, Deserialize)]
struct Head {
    reliance_save: u64,
    version: String,
    /// Relative to the folder of the save.
    scenario: String,
    sets: Vec<String>,
    seed: Seed,
    id: String,
    at_ns: u64,
    /// The hash of the bytes that follow.
    hash: String,
}

/// Where a run is to be saved; made before the run, so that what cannot be saved is said before it.
pub(super) struct Place<'a> {
    file: &'a Path,
    scenario: String,
}

impl<'a> Place<'a> {
    /// It is an error if the file may not be replaced: only a save of this program may be, and one of another scenario or
    /// seed only by `force`.
    pub fn new(
        file: &'a Path,
        path: &Path,
        scenario: &Scenario,
        seed: Seed,
        force: bool,
    ) -> Result<Place<'a>, Failure> {
        own::check_file(file, Known::Begins(BEGINNING))?;
        if own::exists(file) && !force {
            let other = |id: &str| id != identity(scenario, seed).id();
            let shown = file.display();
            // What begins as a save and does not go on as one is a damaged save.
            let bytes = own::read(file).unwrap_or_default();
            if layout(&bytes).is_some_and(|found| other(&found.id)) {
                let message =
                    format!("error: cannot replace `{shown}`: it is the save of another scenario, seed or version");
                return Err(Failure::Failed(format!("{message}\nhelp: `--force` replaces it")));
            }
        }
        let folder = parent(file);
        let named = relative(folder, path).map_err(|error| {
            Failure::Failed(format!(
                "error: cannot write `{}`: `{}`: {}",
                file.display(),
                folder.display(),
                reason(&error)
            ))
        })?;
        let scenario = named.into_os_string().into_string().map_err(|name| {
            let message = format!("error: a save cannot name `{}`: it is not UTF-8", name.to_string_lossy());
            Failure::Wrong(format!("{message}\nhelp: rename the scenario"))
        })?;
        Ok(Place { file, scenario })
    }

    /// Writes a save beside its name and gives it the name when it is whole and on the disk.
    pub fn write(self, run: &Run, sets: &[Set]) -> Result<(), Failure> {
        let saved = run.save();
        let head = Head {
            reliance_save: FORMAT,
            version: env!("CARGO_PKG_VERSION").to_string(),
            scenario: self.scenario,
            sets: sets.iter().map(Set::to_string).collect(),
            seed: run.seed(),
            id: identity(run.scenario(), run.seed()).id(),
            at_ns: run.now().0,
            hash: hash_hex(&saved),
        };
        let mut bytes = serde_json::to_vec(&head).expect("a head becomes JSON");
        bytes.push(b'\n');
        bytes.extend(saved);
        let name = self.file.file_name().unwrap_or_default().to_string_lossy();
        own::sweep(parent(self.file), |left| left.starts_with(&format!(".{name}.")));
        Ok(own::replace(self.file, &bytes, Known::Begins(BEGINNING))?)
    }
}

/// Reads a save: the run as it stood, and the settings it was started with and is amended by. `moved` says where its scenario is now,
/// `amends` what is set from the instant of the save on.
pub(super) fn read(file: &Path, moved: Option<&Path>, amends: &[Set]) -> Result<(Run, Vec<Set>), Failure> {
    let shown = file.display();
    let wrong = |message: String| Failure::Wrong(format!("error: {message}\n  --> {shown}"));
    let bytes = plain::read(file, SAVE_MAX)
        .map_err(|error| Failure::Wrong(format!("error: cannot read `{shown}`: {}", reason(&error))))?;
    let not_ours = || wrong("not a saved run".to_string());
    let found = layout(&bytes).ok_or_else(not_ours)?;
    if found.reliance_save != FORMAT || found.version != env!("CARGO_PKG_VERSION") {
        let (theirs, layout, ours) = (found.version, found.reliance_save, env!("CARGO_PKG_VERSION"));
        return Err(wrong(format!(
            "saved by version {theirs} in layout {layout}, this is {ours} with layout {FORMAT}; a run goes on with the \
             version it began with"
        )));
    }
    let head: Head = serde_json::from_slice(first_line(&bytes)).map_err(|_| not_ours())?;
    let sets: Result<Vec<Set>, String> = head.sets.iter().map(|set| set.parse()).collect();
    let mut sets = sets.map_err(wrong)?;
    let path = moved.map_or_else(|| parent(file).join(&head.scenario), Path::to_path_buf);
    if !path.is_file() {
        let message = format!("there is no scenario `{}`, which the save names", path.display());
        return Err(Failure::Wrong(format!(
            "error: {message}\n  --> {shown}\nhelp: `--scenario PATH` says where it is now"
        )));
    }
    let document = Document::load(&path, &sets)?;
    let mut scenario = Scenario::from_document(&document)?;
    let saved = bytes.get(first_line(&bytes).len() + 1..).unwrap_or_default();
    let damaged = || wrong("the saved run is damaged".to_string());
    if hash_hex(saved) != head.hash {
        return Err(damaged());
    }
    if identity(&scenario, head.seed).id() != head.id {
        let scenario = path.display();
        return Err(wrong(format!("`{scenario}`, or a file it reads, has changed since the run was saved")));
    }
    if !amends.is_empty() {
        // The amendment becomes a part of the scenario, so that what comes out names it.
        let (at, before) = (SimDuration(head.at_ns), scenario.amendments_by(Time(head.at_ns)));
        scenario = Scenario::from_document(&document.with_amendment(at, amends, before))?;
        sets.extend_from_slice(amends);
    }
    let run = Run::load(scenario, saved).map_err(|_| damaged())?;
    if run.now() != Time(head.at_ns) || run.seed() != head.seed {
        return Err(damaged());
    }
    Ok((run, sets))
}

fn first_line(bytes: &[u8]) -> &[u8] {
    bytes.split(|byte| *byte == b'\n').next().unwrap_or_default()
}

fn layout(bytes: &[u8]) -> Option<Layout> {
    serde_json::from_slice(first_line(bytes)).ok()
}

/// The folder of a file.
fn parent(file: &Path) -> &Path {
    match file.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// The way from a folder to a file; both are there. Where there is none, as between drives, the file's absolute path.
fn relative(folder: &Path, file: &Path) -> std::io::Result<PathBuf> {
    let from = folder.canonicalize()?;
    let to = parent(file).canonicalize()?.join(file.file_name().unwrap_or_default());
    let (from, to): (Vec<Component>, Vec<Component>) = (from.components().collect(), to.components().collect());
    let shared = from.iter().zip(&to).take_while(|(one, other)| one == other).count();
    if shared == 0 {
        return Ok(to.iter().collect());
    }
    let up = from[shared..].iter().map(|_| Component::ParentDir);
    Ok(up.chain(to[shared..].iter().copied()).collect())
}
