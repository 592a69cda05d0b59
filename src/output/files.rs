//! The files of an output while it is written: each is counted and hashed on its way to the disk.

use std::fmt;
use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};

use serde::{Deserialize, Serialize};

use super::error::FileError;
use crate::engine::hash::Hasher128;

/// Bytes gathered before they go to the disk: Parquet footers are written a few bytes at a time.
const BUFFER: usize = 1 << 16;

/// How a file is opened; only tests have another way than the ordinary one.
pub type Opener = Box<dyn Fn(&Path) -> io::Result<Box<dyn Write + Send>> + Send + Sync>;

/// The files of one output.
pub struct Files {
    folder: PathBuf,
    open: Opener,
    written: Mutex<Vec<Written>>,
    /// The files and folders made so far, each after the folder it is in.
    made: Mutex<Vec<PathBuf>>,
    /// The last error of the disk, for callers that write through a library which wraps it.
    failure: Mutex<Option<io::Error>>,
}

/// A file that is complete.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Written {
    /// Within the output, with `/` between folders.
    pub path: String,
    /// Its length.
    pub bytes: u64,
    /// The [`Hasher128`] of its bytes.
    pub hash: String,
}

/// A file being written. Dropped before [`OutputFile::close`] it is not one of the output's files.
pub struct OutputFile {
    name: String,
    path: PathBuf,
    files: Arc<Files>,
    file: BufWriter<Counted>,
}

/// Counts and hashes what a file has taken.
struct Counted {
    file: Box<dyn Write + Send>,
    hasher: Hasher128,
    bytes: u64,
}

impl Files {
    /// No files yet, in a folder that exists.
    pub(super) fn new(folder: PathBuf, open: Opener) -> Files {
        Files { folder, open, written: Mutex::new(Vec::new()), made: Mutex::new(Vec::new()), failure: Mutex::new(None) }
    }

    /// Where the files are while they are written.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Starts a file; `name` may hold folders, separated by `/`, which are made where they are missing. Panics if it
    /// leads out of the output.
    pub fn create(self: &Arc<Files>, name: &str) -> Result<OutputFile, FileError> {
        let is_inside = Path::new(name).components().all(|part| matches!(part, Component::Normal(_)));
        assert!(is_inside, "`{name}` is not a path within an output");
        // The output's own folder is never made here: once it is removed, nothing of it comes back.
        for (end, _) in name.match_indices('/') {
            let parent = self.folder.join(&name[..end]);
            match fs::create_dir(&parent) {
                Ok(()) => self.made().push(parent),
                Err(cause) if cause.kind() == io::ErrorKind::AlreadyExists => {}
                Err(cause) => return Err(FileError::new("create", &parent)(cause)),
            }
        }
        let path = self.folder.join(name);
        let file = (self.open)(&path).map_err(FileError::new("create", &path))?;
        self.made().push(path.clone());
        let counted = Counted { file, hasher: Hasher128::new(), bytes: 0 };
        let file = BufWriter::with_capacity(BUFFER, counted);
        Ok(OutputFile { name: name.to_string(), path, files: Arc::clone(self), file })
    }

    /// Writes a whole file at once.
    pub fn write(self: &Arc<Files>, name: &str, bytes: &[u8]) -> Result<Written, FileError> {
        let mut file = self.create(name)?;
        file.write_all(bytes).map_err(FileError::new("write", &file.path))?;
        file.close()
    }

    /// The complete files, by path.
    pub fn written(&self) -> Vec<Written> {
        let mut written = self.list().clone();
        written.sort_by(|one, other| one.path.cmp(&other.path));
        written
    }

    /// Removes every file and folder made so far. A folder need not be opened for it, so that it succeeds where no file can
    /// be opened any more. What cannot be removed stays.
    pub(super) fn remove(&self) {
        for path in self.made().drain(..).rev() {
            let _ = fs::remove_file(&path).or_else(|_| fs::remove_dir(&path));
        }
    }

    /// The last error of the disk while one of the files was written, once.
    pub(super) fn failure(&self) -> Option<io::Error> {
        self.failure.lock().expect("no thread panics while it holds the error").take()
    }

    /// Keeps an error of the disk, and passes it on.
    fn failed(&self, error: io::Error) -> io::Error {
        let kept = match error.raw_os_error() {
            Some(code) => io::Error::from_raw_os_error(code),
            None => io::Error::new(error.kind(), error.to_string()),
        };
        *self.failure.lock().expect("no thread panics while it holds the error") = Some(kept);
        error
    }

    fn made(&self) -> MutexGuard<'_, Vec<PathBuf>> {
        self.made.lock().expect("no thread panics while it holds the list of what was made")
    }

    fn list(&self) -> MutexGuard<'_, Vec<Written>> {
        self.written.lock().expect("no thread panics while it holds the list of files")
    }
}

impl fmt::Debug for Files {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Files").field("folder", &self.folder).field("written", &self.written()).finish()
    }
}

impl OutputFile {
    /// Where it is while it is written.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes what is still held and makes it one of the output's files.
    pub fn close(mut self) -> Result<Written, FileError> {
        self.file.flush().map_err(FileError::new("write", &self.path))?;
        let counted = self.file.get_ref();
        let written = Written { path: self.name, bytes: counted.bytes, hash: counted.hasher.hex() };
        self.files.list().push(written.clone());
        Ok(written)
    }
}

impl Write for OutputFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes).map_err(|error| self.files.failed(error))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush().map_err(|error| self.files.failed(error))
    }
}

impl Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = self.file.write(bytes)?;
        self.hasher.update(&bytes[..taken]);
        self.bytes += taken as u64;
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// A disk that is full after so many bytes, over all files.
#[cfg(test)]
pub(super) fn full_after(bytes: u64) -> Opener {
    use std::sync::atomic::{AtomicU64, Ordering};

    struct Limited {
        file: fs::File,
        left: Arc<AtomicU64>,
    }

    impl Write for Limited {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let left = self.left.load(Ordering::SeqCst);
            let fitting = bytes.len().min(left as usize);
            if fitting == 0 && !bytes.is_empty() {
                return Err(io::Error::from(io::ErrorKind::StorageFull));
            }
            let taken = self.file.write(&bytes[..fitting])?;
            self.left.fetch_sub(taken as u64, Ordering::SeqCst);
            Ok(taken)
        }

        fn flush(&mut self) -> io::Result<()> {
            self.file.flush()
        }
    }

    let left = Arc::new(AtomicU64::new(bytes));
    Box::new(move |path| Ok(Box::new(Limited { file: fs::File::create_new(path)?, left: Arc::clone(&left) })))
}

#[cfg(test)]
mod tests {
    use super::super::error::MANIFEST;
    use super::super::folder::Folder;
    use super::super::own::Replace;
    use super::*;
    use crate::engine::hash::hash_hex;
    use crate::parquet::scratch::Scratch;

    #[test]
    fn files_are_counted_and_hashed() {
        let scratch = Scratch::new("files-hashed");
        let folder = Folder::create(&scratch.join("ordinary-1")).expect("started");
        let bytes: Vec<u8> = (0..200_000u32).map(|i| (i % 253) as u8).collect();
        let mut file = folder.files().create("tables/large.bin").expect("a file");
        for piece in bytes.chunks(777) {
            file.write_all(piece).expect("a piece");
        }
        assert!(folder.files().written().is_empty(), "a file counts when it is complete");
        let large = file.close().expect("closed");
        let small = folder.files().write("a.txt", b"abc").expect("a file");
        drop(folder.files().create("given-up.txt").expect("a file"));
        assert_eq!(large, Written { path: "tables/large.bin".to_string(), bytes: 200_000, hash: hash_hex(&bytes) });
        assert_eq!(folder.files().written(), [small, large], "by path");
        assert_eq!(fs::read(folder.files().folder().join("tables/large.bin")).expect("read"), bytes);
    }

    #[test]
    fn nothing_comes_back_once_the_output_is_gone() {
        let scratch = Scratch::new("files-gone");
        let folder = Folder::create(&scratch.join("ordinary-1")).expect("started");
        let files = Arc::clone(folder.files());
        drop(folder);
        for name in ["a.txt", "charts/a.svg", "charts/deep/a.svg"] {
            let error = files.write(name, b"late").expect_err("too late");
            assert_eq!(error.cause.kind(), io::ErrorKind::NotFound);
        }
        assert!(scratch.names().is_empty());
    }

    #[test]
    #[should_panic(expected = "`../a.txt` is not a path within an output")]
    fn a_path_out_of_the_output_is_a_mistake() {
        let scratch = Scratch::new("files-outside");
        let folder = Folder::create(&scratch.join("ordinary-1")).expect("started");
        let _ = folder.files().write("../a.txt", b"abc");
    }

    #[test]
    fn a_file_is_written_once() {
        let scratch = Scratch::new("files-once");
        let folder = Folder::create(&scratch.join("ordinary-1")).expect("started");
        folder.files().write("a.txt", b"abc").expect("a file");
        let error = folder.files().write("a.txt", b"def").expect_err("twice");
        assert_eq!(error.cause.kind(), io::ErrorKind::AlreadyExists);
    }

    /// Wherever the disk fills there is an error that names the file, and neither a whole nor a partial output.
    #[test]
    fn a_full_disk_leaves_nothing() {
        let scratch = Scratch::new("files-full");
        let whole = scratch.join("ordinary-1");
        let texts = [("a.txt", "a".repeat(90)), ("charts/b.svg", "b".repeat(70)), (MANIFEST, "{}".to_string())];
        let total: u64 = texts.iter().map(|(_, text)| text.len() as u64).sum();
        let attempt = |space: u64| -> Result<(), FileError> {
            let folder = Folder::create_with(&whole, Replace::Nothing, full_after(space))?;
            for (name, text) in &texts {
                folder.files().write(name, text.as_bytes())?;
            }
            folder.finish().map(drop)
        };
        for space in 0..total {
            let error = attempt(space).expect_err("a full disk");
            assert_eq!(error.cause.kind(), io::ErrorKind::StorageFull);
            assert!(error.to_string().starts_with("cannot write `"), "{error}");
            assert!(scratch.names().is_empty(), "{space} of {total} bytes");
        }
        attempt(total).expect("enough space");
        attempt(total - 1).expect_err("a full disk");
        assert_eq!(scratch.names(), ["ordinary-1"], "the earlier output stays");
    }
}
