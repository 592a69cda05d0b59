//! A folder that is either whole or not there.
//!
//! It is filled in `.NAME.partial/whole` and becomes `NAME` when it is complete; until then an earlier `NAME` stays as it
//! was. A run that fails or is dropped removes `.NAME.partial`; one that is killed leaves it, and the next run of that name
//! removes it, if it holds our mark. The files are one folder deeper than those of a whole output, so that a pattern such
//! as `*/jobs.parquet` does not name one that is not whole, whether or not the reader of the pattern sees hidden folders.

use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::error::{FileError, MANIFEST};
use super::files::{Files, Opener};
use super::own::{self, Replace};
use crate::scenario::plain::reason;

/// The folder in the making, within the working folder.
const CONTENT: &str = "whole";

/// Within the working folder: the earlier output, while the new one takes its place.
const OLD: &str = "old";

/// Within the working folder: the file by which it is known as ours.
const MARK: &str = "reliance.partial";

/// What the mark says.
const MARK_TEXT: &str = "An output of reliance in the making, or what an interrupted run left of one. \
                         The next run of the same output removes this folder.\n";

/// An output in the making.
#[derive(Debug)]
pub struct Folder {
    whole: PathBuf,
    work: PathBuf,
    files: Arc<Files>,
    replace: Replace,
    /// Set when the working folder is not to be removed: it is whole, or holds what is wanted.
    is_kept: bool,
    notes: Vec<String>,
    /// Held while the working folder is ours. Where the file system knows no locks there is none.
    _lock: Option<File>,
}

impl Folder {
    /// Starts the output `whole`, whose parents are made where they are missing. Nothing is replaced but an empty folder.
    pub fn create(whole: &Path) -> Result<Folder, FileError> {
        Folder::create_over(whole, Replace::Nothing)
    }

    /// As [`Folder::create`], in place of an earlier output as far as `replace` goes.
    ///
    /// It is an error if another run is writing that output, if something stands there that may not be replaced
    /// (`own::check_folder`), and if a folder cannot stand there: a mount point, or a link that leads nowhere. A link to a
    /// folder is followed.
    pub fn create_over(whole: &Path, replace: Replace) -> Result<Folder, FileError> {
        Folder::create_with(whole, replace, Box::new(|path| Ok(Box::new(File::create_new(path)?))))
    }

    /// As [`Folder::create_over`], with another way to open files: for tests of what happens when writing fails.
    pub fn create_with(whole: &Path, replace: Replace, open: Opener) -> Result<Folder, FileError> {
        let whole = followed(whole)?;
        let work = own::hidden(&whole, ".partial")?;
        if let Some(parent) = whole.parent() {
            if parent.exists() && !parent.is_dir() {
                let cause = io::Error::new(ErrorKind::NotADirectory, "it is there already and is no folder");
                return Err(FileError::new("create", parent)(cause));
            }
            fs::create_dir_all(parent).map_err(FileError::new("create", parent))?;
        }
        if is_mount(&whole) {
            return Err(own::refused(&whole, "a disk is mounted there; name a folder in it"));
        }
        let lock = claim(&work, &whole)?;
        let content = work.join(CONTENT);
        let files = Arc::new(Files::new(content.clone(), open));
        // From here on the working folder is removed whatever goes wrong.
        let mut folder = Folder { whole, work, files, replace, is_kept: false, notes: Vec::new(), _lock: lock };
        own::check_folder(&folder.whole, &folder.replace)?;
        fs::create_dir(&content).map_err(FileError::new("create", &content))?;
        if folder._lock.is_none() {
            folder.notes.push(format!(
                "{} knows no locks: nothing keeps a second run from the same output",
                shown(&folder.whole)
            ));
        }
        Ok(folder)
    }

    /// Where the output will be when it is complete.
    pub fn path(&self) -> &Path {
        &self.whole
    }

    /// The way to write its files, from any thread.
    pub fn files(&self) -> &Arc<Files> {
        &self.files
    }

    /// Makes it whole: everything written is put on the disk, then the folder gets its name, in place of an earlier
    /// one. Gives what the user should know of the file system. On an error an earlier output is as it was; unless the
    /// disk is full, what was written is kept, and the error says where. Panics if there is no [`MANIFEST`].
    pub fn finish(mut self) -> Result<Vec<String>, FileError> {
        let written = self.files.written();
        assert!(written.iter().any(|file| file.path == MANIFEST), "an output is complete with its manifest");
        let content = self.work.join(CONTENT);
        let mut is_synced = true;
        for file in &written {
            let path = content.join(&file.path);
            let synced = File::open(&path).and_then(|file| own::synced(&file));
            is_synced &= synced.map_err(FileError::new("write", &path)).map_err(|error| self.keep(error))?;
        }
        if !is_synced {
            let whole = shown(&self.whole);
            self.notes
                .push(format!("{whole} cannot be told to put files on the disk: a loss of power may still lose them"));
        }
        own::sync_folder(&content);
        self.take_place(&content).map_err(|error| self.keep(error))?;
        if let Some(parent) = self.whole.parent() {
            own::sync_folder(parent);
        }
        // The output is complete; what cannot be removed now is removed by the next run of this name.
        let _ = fs::remove_dir_all(&self.work);
        self.is_kept = true;
        Ok(std::mem::take(&mut self.notes))
    }

    /// Puts the new output in the place of the earlier one.
    fn take_place(&self, content: &Path) -> Result<(), FileError> {
        let old = self.work.join(OLD);
        let replaces = own::exists(&self.whole);
        if replaces {
            own::check_folder(&self.whole, &self.replace)?;
            fs::rename(&self.whole, &old).map_err(FileError::new("set aside", &self.whole))?;
        }
        fs::rename(content, &self.whole).map_err(|cause| {
            if replaces {
                // If even this fails, the next run of this name puts the earlier output back.
                let _ = fs::rename(&old, &self.whole);
            }
            FileError::new("complete", &self.whole)(cause)
        })
    }

    /// An error after which what was written stays, unless room is what is lacking.
    fn keep(&mut self, error: FileError) -> FileError {
        let kind = error.cause.kind();
        if matches!(kind, ErrorKind::StorageFull | ErrorKind::QuotaExceeded) {
            return error;
        }
        self.is_kept = true;
        let (content, cause) = (self.work.join(CONTENT), reason(&error.cause));
        let words =
            format!("{cause}\nnote: what was written is in `{}` until the next run of this output", content.display());
        FileError { cause: io::Error::new(kind, words), ..error }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // An earlier output that could not be put back stays for the next run of this name to put back.
        if !self.is_kept && !own::exists(&self.work.join(OLD)) {
            // One by one first, which opens no folder: the run may have ended because no file could be opened any more.
            self.files.remove();
            let content = self.work.join(CONTENT);
            let _ = fs::remove_dir(&content).or_else(|_| fs::remove_dir_all(&content));
            // What stays here is told to no caller; under its mark the next run of this name tries again.
            if !own::exists(&content) {
                let _ = fs::remove_file(self.work.join(MARK));
                let _ = fs::remove_dir(&self.work).or_else(|_| fs::remove_dir_all(&self.work));
            }
        }
    }
}

fn shown(whole: &Path) -> String {
    format!("the file system of `{}`", whole.display())
}

/// The folder that a link leads to; any other path as it is.
fn followed(whole: &Path) -> Result<PathBuf, FileError> {
    // Without a slash at its end, by which the system would follow the link unasked.
    let whole = whole.components().as_path();
    match fs::symlink_metadata(whole) {
        Ok(found) if found.is_symlink() => fs::canonicalize(whole).map_err(FileError::new("follow the link", whole)),
        _ => Ok(whole.to_path_buf()),
    }
}

/// Whether a disk is mounted there, so that the folder cannot be replaced.
#[cfg(unix)]
fn is_mount(whole: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let Ok(path) = fs::canonicalize(whole) else { return false };
    let device = |path: &Path| fs::metadata(path).map(|found| found.dev()).ok();
    let is_other_device = path.parent().is_some_and(|parent| device(parent) != device(&path));
    // A folder mounted from the same disk is listed on Linux, with spaces as `\040`.
    let mounts = fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
    let name = path.to_string_lossy().replace(' ', "\\040");
    is_other_device || mounts.lines().any(|line| line.split(' ').nth(4) == Some(&*name))
}

/// Whether a disk is mounted there; not asked for on this system.
#[cfg(not(unix))]
fn is_mount(_: &Path) -> bool {
    false
}

/// Makes the working folder, marks it and locks it. What an interrupted run left there is removed first, after an earlier
/// output that it had set aside is put back.
fn claim(work: &Path, whole: &Path) -> Result<Option<File>, FileError> {
    if let Err(cause) = fs::create_dir(work) {
        if cause.kind() != ErrorKind::AlreadyExists {
            return Err(FileError::new("create", work)(cause));
        }
        check_ours(work)?;
        let lock = lock(work)?;
        let old = work.join(OLD);
        if old.is_dir() && !own::exists(whole) {
            fs::rename(&old, whole).map_err(FileError::new("restore", whole))?;
        }
        fs::remove_dir_all(work).map_err(FileError::new("remove", work))?;
        drop(lock);
        fs::create_dir(work).map_err(FileError::new("create", work))?;
    }
    let lock = lock(work)?;
    let mark = work.join(MARK);
    let marked = File::create_new(&mark).and_then(|mut file| file.write_all(MARK_TEXT.as_bytes()));
    marked.map_err(|cause| {
        // Nothing but the mark is in it; another run's folder is not empty, and stays.
        if cause.kind() != ErrorKind::AlreadyExists {
            let _ = fs::remove_file(&mark);
            let _ = fs::remove_dir(work);
        }
        FileError::new("write", &mark)(cause)
    })?;
    Ok(lock)
}

/// It is an error if the folder in the way does not hold our mark. An empty one is as good as ours, as is one whose mark
/// was being written when the run was killed.
fn check_ours(work: &Path) -> Result<(), FileError> {
    let is_folder = fs::symlink_metadata(work).is_ok_and(|found| found.is_dir());
    let names = || fs::read_dir(work)?.map(|entry| Ok(entry?.file_name())).collect::<io::Result<Vec<_>>>();
    let names = if is_folder { names().map_err(FileError::new("remove", work))? } else { Vec::new() };
    let mark = work.join(MARK);
    let is_file = fs::symlink_metadata(&mark).is_ok_and(|found| found.is_file());
    let text = if is_file { fs::read(&mark).unwrap_or_default() } else { Vec::new() };
    let is_cut = names.len() == 1 && is_file && MARK_TEXT.as_bytes().starts_with(&text);
    if is_folder && (names.is_empty() || is_cut || text == MARK_TEXT.as_bytes()) {
        return Ok(());
    }
    let words = "it stands where the output is made, and was not written by this program; move it first";
    Err(FileError::new("remove", work)(io::Error::new(ErrorKind::AlreadyExists, words)))
}

fn lock(work: &Path) -> Result<Option<File>, FileError> {
    let Ok(folder) = File::open(work) else { return Ok(None) };
    let busy = || FileError::new("write", work)(io::Error::new(ErrorKind::WouldBlock, "another run is writing it"));
    match folder.try_lock() {
        // Another run may have removed the folder that was opened and made a new one.
        Ok(()) if own::is_at(&folder, work) => Ok(Some(folder)),
        Ok(()) | Err(TryLockError::WouldBlock) => Err(busy()),
        Err(TryLockError::Error(_)) => Ok(None),
    }
}

#[cfg(test)]
mod tests;
