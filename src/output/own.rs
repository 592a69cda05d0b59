//! What on a disk is ours: the one place that decides what may be replaced or removed.
//!
//! A file is ours if it carries our mark, a folder if its manifest parses and lists every file in it. Everything else is
//! refused by name. New files are made under unpredictable names and never through a link (`O_EXCL`), so that a folder
//! from a stranger cannot lead a write outside itself.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::hash::{BuildHasher, Hasher};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use super::error::{FileError, MANIFEST};
use super::manifest::Manifest;
use crate::scenario::plain;

/// The words that every picture, page and table of ours holds: the key of its identity.
pub const MARK: &str = "reliance.id";

/// The page of a run and the folder of its pictures: made later than the manifest, so not listed in it.
const PAGE: &str = "report.html";
const CHARTS: &str = "charts";

/// What file managers leave in every folder they show; no person's work.
const LITTER: [&str; 3] = [".DS_Store", "Thumbs.db", "desktop.ini"];

/// How a file of ours is known.
#[derive(Clone, Copy, Debug)]
pub enum Known {
    /// It begins so.
    Begins(&'static str),
    /// It holds [`MARK`].
    Marked,
    /// By its name alone, in a folder of ours.
    Named,
}

/// Which earlier result may be replaced.
#[derive(Clone, Debug)]
pub enum Replace {
    /// None.
    Nothing,
    /// One of this identity.
    Same(String),
    /// Any result of ours.
    Ours,
}

/// A lock file that is held; it is removed when it is let go.
#[derive(Debug)]
pub struct Lock {
    path: PathBuf,
    /// Without one the file system knows no locks, and nothing is held.
    file: Option<File>,
}

/// A refusal to write: what stands there is not ours.
pub fn refused(path: &Path, why: impl Into<String>) -> FileError {
    FileError::new("replace", path)(io::Error::new(ErrorKind::AlreadyExists, why.into()))
}

/// Whether there is something of that name, be it a link that leads nowhere.
pub fn exists(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}

/// The longest manifest, study or chunk that is read.
const READ_MAX: u64 = 4 << 30;

/// The bytes of a plain file of ours.
pub fn read(path: &Path) -> io::Result<Vec<u8>> {
    plain::read(path, READ_MAX)
}

/// It is an error if the file may not be replaced: if it is a link, no file, or not known as ours. An empty file may be.
pub fn check_file(path: &Path, known: Known) -> Result<(), FileError> {
    let found = match fs::symlink_metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        found => found.map_err(FileError::new("replace", path))?,
    };
    if found.is_symlink() {
        return Err(refused(path, "it is a link, and links are not followed"));
    }
    if !found.is_file() {
        return Err(refused(path, "it is not a file"));
    }
    let is_ours = found.len() == 0 || holds(path, known).map_err(FileError::new("read", path))?;
    if is_ours { Ok(()) } else { Err(refused(path, "it was not written by this program")) }
}

/// Writes a whole file beside its place, puts it on the disk and moves it there. The place is checked by
/// [`check_file`]; on an error what stood there is as it was.
pub fn replace(path: &Path, bytes: &[u8], known: Known) -> Result<(), FileError> {
    check_file(path, known)?;
    let beside = unfinished(path)?;
    let mut file = File::create_new(&beside).map_err(FileError::new("write", path))?;
    // Held so that nothing takes it for a leftover; without locks leftovers stay.
    let _ = file.try_lock();
    let written = file.write_all(bytes).and_then(|()| synced(&file).map(drop));
    let moved = written.and_then(|()| fs::rename(&beside, path));
    moved.map_err(|error| {
        // That it cannot be removed either adds nothing to the error.
        let _ = fs::remove_file(&beside);
        FileError::new("write", path)(error)
    })?;
    path.parent().into_iter().for_each(sync_folder);
    Ok(())
}

/// Puts a file on the disk. Whether the file system can: where it cannot, the file is whole all the same.
pub fn synced(file: &File) -> io::Result<bool> {
    match file.sync_all() {
        Ok(()) => Ok(true),
        Err(error) if matches!(error.kind(), ErrorKind::InvalidInput | ErrorKind::Unsupported) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Puts the names in a folder on the disk. Not every system can; a loss of power is all it guards against.
pub fn sync_folder(path: &Path) {
    let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
    let _ = File::open(path).and_then(|folder| folder.sync_all());
}

/// Makes a folder inside one of ours, unless it is there. A link is refused: what is written in it would be elsewhere.
pub fn subfolder(path: &Path) -> Result<(), FileError> {
    match fs::create_dir(path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => match fs::symlink_metadata(path) {
            Ok(found) if found.is_dir() => Ok(()),
            _ => Err(FileError::new("write in", path)(io::Error::new(error.kind(), "it is a link or no folder"))),
        },
        made => made.map_err(FileError::new("create", path)),
    }
}

/// Whether a name is that of a file which [`replace`] was writing when it was interrupted.
pub fn is_unfinished(name: &str) -> bool {
    let inner = name.strip_prefix('.').and_then(|name| name.strip_suffix(".partial"));
    inner.and_then(|inner| inner.rsplit_once('.')).is_some_and(|(_, digits)| is_hex(digits, 16))
}

/// Whether a text is so many lower-case hexadecimal digits.
pub fn is_hex(text: &str, digits: usize) -> bool {
    text.len() == digits && text.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'))
}

/// Removes what interrupted writers left in a folder, as far as `is_wanted` says so of the name; not what is being written.
pub fn sweep(folder: &Path, is_wanted: impl Fn(&str) -> bool) {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let is_leftover = entry.file_name().to_str().is_some_and(|name| is_unfinished(name) && is_wanted(name));
        let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
        if is_leftover && is_file && File::open(entry.path()).is_ok_and(|file| file.try_lock().is_ok()) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// It is an error if something stands at `whole` that may not be replaced: no folder, no result of ours, one with a
/// stranger's file in it, or one that `replace` does not name.
pub fn check_folder(whole: &Path, replace: &Replace) -> Result<(), FileError> {
    if !exists(whole) {
        return Ok(());
    }
    let mut entries = fs::read_dir(whole).map_err(FileError::new("replace", whole))?;
    if entries.next().is_none() {
        return Ok(());
    }
    if !exists(&whole.join(MANIFEST)) {
        return Err(refused(whole, format!("it holds files but no `{MANIFEST}`, so it is not the output of a run")));
    }
    let manifest = Manifest::read(whole)
        .map_err(|error| refused(whole, format!("its `{MANIFEST}` is not that of a run: {}", error.cause)))?;
    let listed: Vec<&str> = manifest.circumstances.files.iter().map(|file| file.path.as_str()).collect();
    if let Some(name) = stranger(whole, "", &listed).map_err(FileError::new("replace", whole))? {
        return Err(refused(whole, format!("`{name}` in it was not written by this program; move it first")));
    }
    match replace {
        Replace::Ours => Ok(()),
        Replace::Same(id) if *id == manifest.id => Ok(()),
        Replace::Same(_) => Err(refused(
            whole,
            format!(
                "it holds another result, of identity {} (another scenario, seed or version)\nhelp: `--force` replaces \
                 it, `--out` names another folder",
                manifest.identity.short()
            ),
        )),
        Replace::Nothing => Err(refused(whole, "it holds a result")),
    }
}

/// The first thing in a folder, by name, that is neither listed nor ours.
fn stranger(folder: &Path, before: &str, listed: &[&str]) -> io::Result<Option<String>> {
    let mut entries = fs::read_dir(folder)?.collect::<io::Result<Vec<_>>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let (path, kind) = (entry.path(), entry.file_type()?);
        let last = entry.file_name().to_string_lossy().into_owned();
        let name = format!("{before}{last}");
        let inside = format!("{name}/");
        let is_folder = kind.is_dir() && (name == CHARTS || listed.iter().any(|file| file.starts_with(&inside)));
        if is_folder {
            if let Some(found) = stranger(&path, &inside, listed)? {
                return Ok(Some(found));
            }
            continue;
        }
        let is_picture = before == "charts/" && (name.ends_with(".svg") || name.ends_with(".png"));
        let is_ours = kind.is_file()
            && (name == MANIFEST
                || listed.contains(&name.as_str())
                || LITTER.contains(&last.as_str())
                || is_unfinished(&last)
                || (is_picture || name == PAGE) && holds(&path, Known::Marked)?);
        if !is_ours {
            return Ok(Some(name));
        }
    }
    Ok(None)
}

/// Whether a file is known as ours.
fn holds(path: &Path, known: Known) -> io::Result<bool> {
    match known {
        Known::Named => Ok(true),
        Known::Begins(words) => {
            let mut start = Vec::new();
            File::open(path)?.take(words.len() as u64).read_to_end(&mut start)?;
            Ok(start == words.as_bytes())
        }
        Known::Marked => {
            // Piece by piece, each with the end of the one before, in which the mark may begin.
            let (mut file, mut piece, mut kept) = (File::open(path)?, vec![0; 1 << 16], 0);
            loop {
                let read = file.read(&mut piece[kept..])?;
                let seen = &piece[..kept + read];
                if seen.windows(MARK.len()).any(|window| window == MARK.as_bytes()) {
                    return Ok(true);
                }
                if read == 0 {
                    return Ok(false);
                }
                let from = seen.len().saturating_sub(MARK.len() - 1);
                let length = seen.len() - from;
                piece.copy_within(from..from + length, 0);
                kept = length;
            }
        }
    }
}

/// `.NAME.DIGITS.partial` beside `NAME`: hidden, so that patterns such as `*.parquet` do not name it, and not to be guessed.
#[allow(
    clippy::disallowed_types,
    reason = "the name of a file in the making is new each time; no result depends on it"
)]
fn unfinished(path: &Path) -> Result<PathBuf, FileError> {
    let digits = std::hash::RandomState::new().build_hasher().finish();
    hidden(path, &format!(".{digits:016x}.partial"))
}

/// `.NAME` with something after it, beside `NAME`.
pub fn hidden(path: &Path, suffix: &str) -> Result<PathBuf, FileError> {
    let Some(name) = path.file_name() else {
        let cause = io::Error::new(ErrorKind::InvalidInput, "it has no name of its own");
        return Err(FileError::new("write", path)(cause));
    };
    let mut hidden = std::ffi::OsString::from(".");
    hidden.push(name);
    hidden.push(suffix);
    Ok(path.with_file_name(hidden))
}

impl Lock {
    /// Takes a lock file, made where it is missing; none if another process holds it and this one does not wait.
    pub fn take(path: &Path, waits: bool) -> Result<Option<Lock>, FileError> {
        loop {
            let Some(file) = open_lock(path)? else { continue };
            let taken = match waits {
                true => file.lock().map_err(TryLockError::Error),
                false => file.try_lock(),
            };
            match taken {
                // Another process may have let it go, and removed it, since it was opened.
                Ok(()) if is_at(&file, path) => return Ok(Some(Lock { path: path.to_owned(), file: Some(file) })),
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Ok(None),
                Err(TryLockError::Error(_)) => return Ok(Some(Lock { path: path.to_owned(), file: None })),
            }
        }
    }

    /// Whether it is held: without locks in the file system it is not.
    pub fn is_held(&self) -> bool {
        self.file.is_some()
    }

    /// Whether a living process holds the lock file.
    pub fn is_taken(path: &Path) -> bool {
        let taken = |file: File| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock));
        fs::symlink_metadata(path).is_ok_and(|found| found.is_file()) && File::open(path).is_ok_and(taken)
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // The file is removed while the lock is held. If it stays behind, nothing holds its lock and the next program takes it.
        let _ = fs::remove_file(&self.path);
    }
}

/// Opens a lock file without following a link and without cutting what is there; none if it has just been removed.
fn open_lock(path: &Path) -> Result<Option<File>, FileError> {
    match File::create_new(path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        made => return made.map(Some).map_err(FileError::new("create", path)),
    }
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Ok(found) if found.is_file() && found.len() == 0 => {}
        _ => return Err(refused(path, "it is not a lock of this program")),
    }
    match OpenOptions::new().write(true).open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        opened => opened.map(Some).map_err(FileError::new("open", path)),
    }
}

/// Whether an open file or folder is the one that the path names.
#[cfg(unix)]
pub(super) fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let (Ok(own), Ok(there)) = (file.metadata(), fs::symlink_metadata(path)) else { return false };
    (own.dev(), own.ino()) == (there.dev(), there.ino())
}

/// Whether an open file or folder is the one that the path names; not asked for on this system.
#[cfg(not(unix))]
pub(super) fn is_at(_: &File, _: &Path) -> bool {
    true
}

#[cfg(test)]
mod tests;
