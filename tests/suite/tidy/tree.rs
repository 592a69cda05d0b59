//! The files of the repository: what git tracks or would track; without git, a walk.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::source::Source;

/// Where the package's manifest is.
pub const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// Folders that hold no source, as paths or, wherever they are, by name.
const UNTRACKED: &[&str] = &["target", "output", ".git"];
const UNTRACKED_NAMES: &[&str] = &[".venv", "__pycache__", ".ipynb_checkpoints", ".pytest_cache"];

/// Every text file, by path. Panics if the sources are not among them: a check of nothing would pass.
pub fn repository() -> Vec<Source> {
    let mut paths = tracked().unwrap_or_default();
    if !paths.iter().any(|path| path == "src/lib.rs") {
        paths = walked(Path::new(ROOT), "");
    }
    paths.sort();
    let sources: Vec<Source> = paths.into_iter().filter_map(read).collect();
    for known in ["Cargo.toml", "src/lib.rs", "tests/suite/tidy/tree.rs"] {
        assert!(sources.iter().any(|source| source.path == known), "`{known}` is not among the files found");
    }
    sources
}

/// A file's text; nothing if it is gone or not text.
fn read(path: String) -> Option<Source> {
    let bytes = fs::read(Path::new(ROOT).join(&path)).ok()?;
    let text = String::from_utf8(bytes).ok().filter(|text| !text.contains('\0'))?;
    Some(Source::new(path, text))
}

/// What git tracks, and new files that it does not ignore; nothing without git.
fn tracked() -> Option<Vec<String>> {
    let arguments = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
    let listing =
        Command::new("git").args(arguments).current_dir(ROOT).output().ok().filter(|out| out.status.success())?;
    let names = String::from_utf8(listing.stdout).ok()?;
    Some(names.split_terminator('\0').map(str::to_owned).collect())
}

/// Every file below `folder`, as paths that start with `prefix`.
fn walked(folder: &Path, prefix: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder that can be read").flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.path().is_dir() {
            let path = format!("{prefix}{name}");
            if !UNTRACKED.contains(&path.as_str()) && !UNTRACKED_NAMES.contains(&name.as_str()) {
                found.extend(walked(&entry.path(), &format!("{path}/")));
            }
        } else {
            found.push(format!("{prefix}{name}"));
        }
    }
    found
}

#[test]
fn the_walk_finds_the_sources_that_git_lists() {
    let walked = walked(Path::new(ROOT), "");
    assert!(walked.contains(&"src/main.rs".to_owned()));
    let rust = |path: &&String| path.ends_with(".rs") && Path::new(ROOT).join(path.as_str()).exists();
    for path in tracked().unwrap_or_default().iter().filter(rust) {
        assert!(walked.contains(path), "{path}");
    }
}

#[test]
fn what_is_not_text_is_left_out() {
    assert!(read("no such file".to_owned()).is_none());
    assert!(read("Cargo.toml".to_owned()).is_some());
}
