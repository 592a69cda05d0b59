//! A folder that is either whole or not there.
//!
//! It is filled as `NAME.partial` and becomes `NAME` when it is complete; until then an earlier `NAME` stays as it was.
//! A run that fails or is dropped removes its partial folder; one that is killed leaves it, and the next run of that
//! name removes it.

use std::fmt;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::files::{Files, Opener};

/// The file by which a folder is known as an output; it is written last.
pub const MANIFEST: &str = "manifest.json";

/// What went wrong, and with which file.
#[derive(Debug)]
pub struct FileError {
    /// The file or folder.
    pub path: PathBuf,
    /// What was tried, such as `write`.
    pub doing: &'static str,
    /// Why it failed.
    pub cause: io::Error,
}

/// An output in the making.
#[derive(Debug)]
pub struct Folder {
    whole: PathBuf,
    partial: PathBuf,
    files: Arc<Files>,
    finished: bool,
    /// Held while the partial folder is ours. Where the file system knows no locks there is none.
    _lock: Option<File>,
}

impl FileError {
    /// The error of trying something with a path; made to be given to `map_err`.
    pub fn new(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> FileError {
        let path = path.to_path_buf();
        move |cause| FileError { path, doing, cause }
    }
}

impl fmt::Display for FileError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "cannot {} `{}`: {}", self.doing, self.path.display(), self.cause)
    }
}

impl std::error::Error for FileError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.cause)
    }
}

impl Folder {
    /// Starts the output `whole`, whose parents are made where they are missing.
    ///
    /// It is an error if another run is writing that output, and if something stands there that is not an earlier
    /// output (a folder with a [`MANIFEST`], or an empty one): nobody's files are ever replaced by mistake.
    pub fn create(whole: &Path) -> Result<Folder, FileError> {
        Folder::create_with(whole, Box::new(|path| Ok(Box::new(File::create_new(path)?))))
    }

    /// As [`Folder::create`], with another way to open files: for tests of what happens when writing fails.
    pub fn create_with(whole: &Path, open: Opener) -> Result<Folder, FileError> {
        let partial = beside(whole, ".partial")?;
        if let Some(parent) = whole.parent() {
            fs::create_dir_all(parent).map_err(FileError::new("create", parent))?;
        }
        let lock = claim(&partial)?;
        let files = Arc::new(Files::new(partial.clone(), open));
        // From here on the partial folder is removed whatever goes wrong.
        let folder = Folder { whole: whole.to_path_buf(), partial, files, finished: false, _lock: lock };
        restore(whole)?;
        check_replaceable(whole)?;
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
    /// one. On an error an earlier output is as it was. Panics if there is no [`MANIFEST`].
    pub fn finish(mut self) -> Result<(), FileError> {
        let written = self.files.written();
        assert!(written.iter().any(|file| file.path == MANIFEST), "an output is complete with its manifest");
        for file in &written {
            let path = self.partial.join(&file.path);
            File::open(&path).and_then(|file| file.sync_all()).map_err(FileError::new("write", &path))?;
        }
        sync_folder(&self.partial);
        let old = beside(&self.whole, ".old")?;
        let replaces = self.whole.exists();
        if replaces {
            check_replaceable(&self.whole)?;
            if old.exists() {
                fs::remove_dir_all(&old).map_err(FileError::new("remove", &old))?;
            }
            fs::rename(&self.whole, &old).map_err(FileError::new("set aside", &self.whole))?;
        }
        if let Err(cause) = fs::rename(&self.partial, &self.whole) {
            if replaces {
                // If even this fails, `restore` finds the old folder next time.
                let _ = fs::rename(&old, &self.whole);
            }
            return Err(FileError::new("complete", &self.whole)(cause));
        }
        self.finished = true;
        if let Some(parent) = self.whole.parent() {
            sync_folder(parent);
        }
        if replaces {
            // The output is complete; what cannot be removed now is removed by the next run of this name.
            let _ = fs::remove_dir_all(&old);
        }
        Ok(())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if !self.finished {
            // There is nobody to tell; the next run of this name tries again.
            let _ = fs::remove_dir_all(&self.partial);
        }
    }
}

/// The same path with something after its last name.
fn beside(path: &Path, suffix: &str) -> Result<PathBuf, FileError> {
    let Some(name) = path.file_name() else {
        let cause = io::Error::new(io::ErrorKind::InvalidInput, "it has no name of its own");
        return Err(FileError::new("write", path)(cause));
    };
    let mut name = name.to_os_string();
    name.push(suffix);
    Ok(path.with_file_name(name))
}

/// Makes the partial folder and locks it; what an interrupted run left there is removed first.
fn claim(partial: &Path) -> Result<Option<File>, FileError> {
    if let Err(cause) = fs::create_dir(partial) {
        if cause.kind() != io::ErrorKind::AlreadyExists {
            return Err(FileError::new("create", partial)(cause));
        }
        let _lock = lock(partial)?;
        fs::remove_dir_all(partial).map_err(FileError::new("remove", partial))?;
        fs::create_dir(partial).map_err(FileError::new("create", partial))?;
    }
    lock(partial)
}

fn lock(partial: &Path) -> Result<Option<File>, FileError> {
    let Ok(folder) = File::open(partial) else { return Ok(None) };
    match folder.try_lock() {
        Ok(()) => Ok(Some(folder)),
        Err(TryLockError::WouldBlock) => {
            let cause = io::Error::new(io::ErrorKind::WouldBlock, "another run is writing it");
            Err(FileError::new("write", partial)(cause))
        }
        Err(TryLockError::Error(_)) => Ok(None),
    }
}

/// Puts an earlier output back that an interruption left set aside.
fn restore(whole: &Path) -> Result<(), FileError> {
    let old = beside(whole, ".old")?;
    if !whole.exists() && old.join(MANIFEST).exists() {
        fs::rename(&old, whole).map_err(FileError::new("restore", whole))?;
    }
    Ok(())
}

fn check_replaceable(whole: &Path) -> Result<(), FileError> {
    if !whole.exists() || whole.join(MANIFEST).is_file() {
        return Ok(());
    }
    let mut entries = fs::read_dir(whole).map_err(FileError::new("replace", whole))?;
    if entries.next().is_none() {
        return Ok(());
    }
    let words = format!("it holds files but no `{MANIFEST}`, so it is not the output of a run");
    Err(FileError::new("replace", whole)(io::Error::new(io::ErrorKind::AlreadyExists, words)))
}

/// Puts the names in a folder on the disk. Not every system can; a loss of power is all it guards against.
fn sync_folder(path: &Path) {
    let _ = File::open(path).and_then(|folder| folder.sync_all());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parquet::scratch::Scratch;

    fn complete(whole: &Path, text: &str) -> Result<(), FileError> {
        let folder = Folder::create(whole)?;
        folder.files().write("charts/fates.svg", text.as_bytes())?;
        folder.files().write(MANIFEST, b"{}")?;
        folder.finish()
    }

    fn text(whole: &Path) -> String {
        fs::read_to_string(whole.join("charts/fates.svg")).expect("the chart")
    }

    #[test]
    fn an_output_appears_whole() {
        let scratch = Scratch::new("folder-whole");
        let whole = scratch.join("output/ordinary-0.5-1");
        complete(&whole, "one").expect("written");
        assert_eq!(text(&whole), "one");
        let first = Folder::create(&whole).expect("started");
        first.files().write("charts/fates.svg", b"two").expect("written");
        assert_eq!(text(&whole), "one", "the earlier output stays until the new one is complete");
        drop(first);
        assert_eq!(text(&whole), "one");
        complete(&whole, "three").expect("written");
        assert_eq!(text(&whole), "three");
        assert_eq!(fs::read_dir(scratch.join("output")).expect("a folder").count(), 1, "nothing else is left");
    }

    #[test]
    fn two_runs_never_write_one_output() {
        let scratch = Scratch::new("folder-lock");
        let whole = scratch.join("ordinary-1");
        let first = Folder::create(&whole).expect("started");
        let error = Folder::create(&whole).expect_err("a second run").to_string();
        let partial = scratch.join("ordinary-1.partial");
        assert_eq!(error, format!("cannot write `{}`: another run is writing it", partial.display()));
        first.files().write(MANIFEST, b"{}").expect("the first goes on");
        first.finish().expect("and ends");
    }

    #[test]
    fn what_a_killed_run_left_is_cleared() {
        let scratch = Scratch::new("folder-killed");
        let whole = scratch.join("ordinary-1");
        complete(&whole, "one").expect("written");
        // Killed while filling, and killed between setting aside and renaming.
        fs::create_dir_all(scratch.join("ordinary-1.partial/charts")).expect("a leftover");
        fs::rename(&whole, scratch.join("ordinary-1.old")).expect("set aside");
        let folder = Folder::create(&whole).expect("started");
        assert_eq!(text(&whole), "one", "the earlier output is back");
        drop(folder);
        assert_eq!(scratch.names(), ["ordinary-1"]);
    }

    #[test]
    fn nobodys_files_are_replaced() {
        let scratch = Scratch::new("folder-others");
        let whole = scratch.join("thesis");
        fs::create_dir(&whole).expect("a folder");
        complete(&whole, "one").expect("an empty folder may be filled");
        fs::remove_file(whole.join(MANIFEST)).expect("no output any more");
        let error = complete(&whole, "two").expect_err("not ours").to_string();
        let words = "it holds files but no `manifest.json`, so it is not the output of a run";
        assert_eq!(error, format!("cannot replace `{}`: {words}", whole.display()));
        assert_eq!(text(&whole), "one");
        assert_eq!(scratch.names(), ["thesis"]);
        fs::write(scratch.join("file"), "text").expect("a file");
        assert!(complete(&scratch.join("file"), "two").is_err(), "a file is not replaced by a folder");
        assert!(Folder::create(Path::new("/")).is_err());
    }

    #[test]
    #[should_panic(expected = "an output is complete with its manifest")]
    fn an_output_without_a_manifest_is_a_mistake() {
        let scratch = Scratch::new("folder-manifest");
        let _ = Folder::create(&scratch.join("ordinary-1")).expect("started").finish();
    }
}
