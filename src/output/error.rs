//! What goes wrong with files, and the name by which a folder is known as an output.

use std::io;
use std::path::{Path, PathBuf};

use crate::scenario::plain::reason;

/// The file by which a folder is known as an output; it is written last.
pub const MANIFEST: &str = "manifest.json";

/// What went wrong, and with which file.
#[derive(Debug, thiserror::Error)]
#[error("cannot {doing} `{}`: {}", path.display(), reason(cause))]
pub struct FileError {
    /// The file or folder.
    pub path: PathBuf,
    /// What was tried, such as `write`.
    pub doing: &'static str,
    /// Why it failed.
    #[source]
    pub cause: io::Error,
}

impl FileError {
    /// The error of trying something with a path; made to be given to `map_err`.
    pub fn new(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> FileError {
        let path = path.to_path_buf();
        move |cause| FileError { path, doing, cause }
    }
}
