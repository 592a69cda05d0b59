//! The manifest of an output: what it is, and beside it how it came about.
//!
//! The two never mix. The identity decides every byte of the tables and pictures; the circumstances decide none.

use std::fs;
use std::io::{self, Read};
use std::path::{Component, Path};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::error::{FileError, MANIFEST};
use super::files::{Files, Written};
use super::identity::{FORMAT, Identity};
use super::own;
use crate::engine::hash::Hasher128;

/// All that `manifest.json` says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The name of the identity ([`Identity::id`]).
    pub id: String,
    /// What the output is.
    pub identity: Identity,
    /// The date and time in UTC that the start of the run is in its first trace; absent without a trace of dates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace_start: Option<String>,
    /// How it came about.
    pub circumstances: Circumstances,
}

/// How an output came about: true of this run only, and different in the next.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Circumstances {
    /// The words of the command, the program's name first.
    pub command: Vec<String>,
    /// The commit of the source, with a mark where it was changed; absent where it is not known.
    pub git: Option<String>,
    /// When the run started, as the caller writes instants (RFC 3339).
    pub started: String,
    /// When it ended.
    pub ended: String,
    /// The time between the two in seconds, by a clock that never goes back.
    pub elapsed_s: f64,
    /// The machine.
    pub host: Host,
    /// Threads that simulated.
    pub threads: usize,
    /// The digest of all facts.
    pub digest: String,
    /// The digest along the way, in order.
    pub checkpoints: Vec<String>,
    /// The tables and their rows, by name.
    pub tables: Vec<RowCount>,
    /// The other files of the output, by path.
    pub files: Vec<Written>,
}

impl Circumstances {
    /// What only the caller knows of a run by one thread on this machine; the rest is filled in when its output is finished.
    pub fn of(command: Vec<String>, started: String, ended: String, elapsed_s: f64) -> Circumstances {
        Circumstances {
            command,
            git: None,
            started,
            ended,
            elapsed_s,
            host: Host::here(),
            threads: 1,
            digest: String::new(),
            checkpoints: Vec::new(),
            tables: Vec::new(),
            files: Vec::new(),
        }
    }
}

/// The rows of one table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RowCount {
    /// The table.
    pub name: String,
    /// Its rows.
    pub rows: u64,
}

/// A machine, as far as it matters for the speed of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Host {
    /// The operating system, such as `linux`.
    pub system: String,
    /// The architecture, such as `x86_64`.
    pub architecture: String,
    /// Processors that this program may use.
    pub processors: usize,
    /// The processor by name, where the system tells.
    pub processor: Option<String>,
}

impl Host {
    /// The machine this program runs on.
    pub fn here() -> Host {
        let described = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        Host {
            system: std::env::consts::OS.to_string(),
            architecture: std::env::consts::ARCH.to_string(),
            processors: std::thread::available_parallelism().map_or(1, usize::from),
            processor: processor_name(&described),
        }
    }
}

impl Manifest {
    /// The manifest of an output; the list of files is filled in when it is written.
    pub fn new(identity: Identity, circumstances: Circumstances) -> Manifest {
        Manifest { id: identity.id(), identity, trace_start: None, circumstances }
    }

    /// Writes it, with the list of all files that are complete by now: it is the last file of an output.
    pub fn write(mut self, files: &Arc<Files>) -> Result<Written, FileError> {
        self.circumstances.tables.sort_by(|one, other| one.name.cmp(&other.name));
        self.circumstances.files = files.written();
        let mut text = serde_json::to_string_pretty(&self).expect("a manifest becomes JSON");
        text.push('\n');
        files.write(MANIFEST, text.as_bytes())
    }

    /// Reads that of a whole output. It is an error if it is missing, is not one, names another identity than it
    /// holds, or is of a later format than this version knows.
    pub fn read(folder: &Path) -> Result<Manifest, FileError> {
        let path = folder.join(MANIFEST);
        let bytes = own::read(&path).map_err(FileError::new("read", &path))?;
        let parsed = serde_json::from_slice(&bytes).map_err(io::Error::from);
        let manifest: Manifest = parsed.map_err(FileError::new("read", &path))?;
        let wrong = |words: String| FileError::new("read", &path)(io::Error::new(io::ErrorKind::InvalidData, words));
        if manifest.id != manifest.identity.id() {
            return Err(wrong("its `id` is not the name of its identity".to_string()));
        }
        if manifest.identity.format > FORMAT {
            let (format, version) = (manifest.identity.format, &manifest.identity.version);
            return Err(wrong(format!(
                "version {version} wrote it in format {format}, and this one knows {FORMAT} at most"
            )));
        }
        Ok(manifest)
    }

    /// It is an error if a listed file holds other bytes than were written. One that is gone is none: what needs it says so.
    pub fn check(&self, folder: &Path) -> Result<(), FileError> {
        for file in &self.circumstances.files {
            let path = folder.join(&file.path);
            let wrong = |words: &str| FileError::new("trust", &path)(io::Error::new(io::ErrorKind::InvalidData, words));
            if !Path::new(&file.path).components().all(|part| matches!(part, Component::Normal(_))) {
                return Err(wrong("the manifest lists a file that is not in its folder"));
            }
            let Ok(found) = fs::metadata(&path) else { continue };
            if !found.is_file()
                || found.len() != file.bytes
                || hashed(&path).map_err(FileError::new("read", &path))? != file.hash
            {
                return Err(wrong("its bytes are not those that were written, as the manifest names them"));
            }
        }
        Ok(())
    }

    /// Whether a file is listed.
    pub fn lists(&self, path: &str) -> bool {
        self.circumstances.files.iter().any(|file| file.path == path)
    }
}

/// The hash of a file, read piece by piece.
fn hashed(path: &Path) -> io::Result<String> {
    let (mut file, mut piece, mut hasher) = (fs::File::open(path)?, vec![0; 1 << 16], Hasher128::new());
    loop {
        match file.read(&mut piece)? {
            0 => return Ok(hasher.hex()),
            read => hasher.update(&piece[..read]),
        }
    }
}

fn processor_name(described: &str) -> Option<String> {
    let line = described.lines().find(|line| line.starts_with("model name"))?;
    let (_, name) = line.split_once(':')?;
    Some(name.trim().to_string()).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::super::folder::Folder;
    use super::*;
    use crate::parquet::scratch::Scratch;

    fn manifest() -> Manifest {
        let circumstances = Circumstances {
            command: vec!["reliance".to_string(), "run".to_string(), "a file.toml".to_string()],
            git: None,
            started: "2025-01-01T00:00:00Z".to_string(),
            ended: "2025-01-01T00:00:01Z".to_string(),
            elapsed_s: 1.25,
            host: Host::here(),
            threads: 1,
            digest: "00000000000000ff".to_string(),
            checkpoints: vec!["000000000000000f".to_string()],
            tables: [("nodes", 3), ("jobs", u64::MAX)]
                .map(|(name, rows)| RowCount { name: name.into(), rows })
                .to_vec(),
            files: Vec::new(),
        };
        Manifest::new(Identity::new("{}".to_string(), u64::MAX, Vec::new()), circumstances)
    }

    #[test]
    fn what_is_written_is_read() {
        let scratch = Scratch::new("manifest-round-trip");
        let whole = scratch.join("ordinary-1");
        let folder = Folder::create(&whole).expect("started");
        let chart = folder.files().write("charts/fates.svg", b"<svg/>").expect("a chart");
        manifest().write(folder.files()).expect("written");
        folder.finish().expect("complete");
        let read = Manifest::read(&whole).expect("read");
        let mut expected = manifest();
        expected.circumstances.files = vec![chart];
        expected.circumstances.tables.reverse();
        assert_eq!(read, expected);
    }

    #[test]
    fn a_manifest_that_is_wrong_is_an_error() {
        let scratch = Scratch::new("manifest-wrong");
        let path = scratch.join(MANIFEST);
        let error = Manifest::read(scratch.path()).expect_err("missing").to_string();
        assert!(error.starts_with(&format!("cannot read `{}`: ", path.display())), "{error}");
        let text = serde_json::to_string(&manifest()).expect("JSON");
        let seed = text.replace(&u64::MAX.to_string(), "1");
        fs::write(&path, seed).expect("written");
        let error = Manifest::read(scratch.path()).expect_err("another seed").to_string();
        assert!(error.ends_with(": its `id` is not the name of its identity"), "{error}");
        fs::write(&path, &text[..text.len() / 2]).expect("written");
        assert!(Manifest::read(scratch.path()).is_err());
        let mut later = manifest();
        later.identity.format = FORMAT + 1;
        later.id = later.identity.id();
        fs::write(&path, serde_json::to_string(&later).expect("JSON")).expect("written");
        let error = Manifest::read(scratch.path()).expect_err("a later format").to_string();
        assert!(error.contains(&format!("in format {}, and this one knows {FORMAT}", FORMAT + 1)), "{error}");
    }

    /// Any byte of any listed file, and any cut of it, is noticed; so is a list that leads out of the folder.
    #[test]
    fn files_are_held_against_their_hashes() {
        let scratch = Scratch::new("manifest-check");
        let whole = scratch.join("ordinary-1");
        let folder = Folder::create(&whole).expect("started");
        for name in ["jobs.parquet", "charts/fates.svg"] {
            folder.files().write(name, &[7; 70_000]).expect("a file");
        }
        manifest().write(folder.files()).expect("written");
        folder.finish().expect("complete");
        let read = Manifest::read(&whole).expect("read");
        read.check(&whole).expect("as it was written");
        assert!(read.lists("jobs.parquet") && !read.lists(MANIFEST));
        for (name, at) in [("jobs.parquet", 0), ("jobs.parquet", 69_999), ("charts/fates.svg", 65_536)] {
            let path = whole.join(name);
            let good = fs::read(&path).expect("a file");
            let mut bad = good.clone();
            bad[at] ^= 1;
            for bad in [&bad[..], &good[..69_999]] {
                fs::write(&path, bad).expect("changed");
                let error = read.check(&whole).expect_err("changed").to_string();
                assert!(error.starts_with(&format!("cannot trust `{}`: its bytes", path.display())), "{error}");
            }
            fs::write(&path, good).expect("as it was");
        }
        fs::remove_file(whole.join("jobs.parquet")).expect("removed");
        read.check(&whole).expect("what is gone is not wrong");
        let mut outside = read;
        outside.circumstances.files[0].path = "../ordinary-1/charts/fates.svg".to_string();
        assert!(outside.check(&whole).is_err());
    }

    #[test]
    fn a_processor_is_named_where_the_system_tells() {
        let described = "processor\t: 0\nmodel name\t: Some Processor: 3 GHz\nflags\t: a b\n";
        assert_eq!(processor_name(described).as_deref(), Some("Some Processor: 3 GHz"));
        assert_eq!(processor_name("processor\t: 0\n"), None);
        assert_eq!(processor_name("model name\t:  \n"), None);
    }
}
