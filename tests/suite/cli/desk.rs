//! Where the program is run as a person runs it: a folder of its own for each test, and what comes back.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// A folder of its own for one test, in which the program runs.
pub struct Desk(PathBuf);

impl Desk {
    /// An empty folder.
    pub fn new(name: &str) -> Desk {
        let folder = std::env::temp_dir().join(format!("reliance-cli-{name}-{}", std::process::id()));
        // What a test that was killed left behind.
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).expect("a temporary folder");
        Desk(folder)
    }

    /// The command of these words, parted at spaces; there are no quotes of a shell.
    pub fn command(&self, words: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_reliance"));
        command.args(words.split_whitespace()).current_dir(&self.0).stdin(Stdio::null());
        command
    }

    /// What becomes of a command.
    pub fn run(&self, words: &str) -> Output {
        self.command(words).output().expect("the binary that cargo built")
    }

    /// What a command that succeeds prints.
    pub fn print(&self, words: &str) -> String {
        let out = self.run(words);
        assert_eq!(code(&out), 0, "`{words}`: {}", said(&out));
        String::from_utf8(out.stdout).expect("text")
    }

    /// What a command that fails says, after its exit code is as expected.
    pub fn fail(&self, words: &str, expected: i32) -> String {
        let out = self.run(words);
        assert_eq!(code(&out), expected, "`{words}`: {}", said(&out));
        assert!(out.stdout.is_empty(), "`{words}` fails and prints a result");
        said(&out)
    }

    /// A path in the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// All that is in the folder, at any depth, in order.
    pub fn names(&self) -> Vec<String> {
        fn walk(folder: &Path, before: &str, names: &mut Vec<String>) {
            for entry in fs::read_dir(folder).expect("a folder").flatten() {
                let name = format!("{before}{}", entry.file_name().to_string_lossy());
                if entry.path().is_dir() {
                    walk(&entry.path(), &format!("{name}/"), names);
                }
                names.push(name);
            }
        }
        let mut names = Vec::new();
        walk(&self.0, "", &mut names);
        names.sort();
        names
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The exit code; a program that was killed has none.
pub fn code(out: &Output) -> i32 {
    out.status.code().expect("an exit code")
}

/// What was said on standard error.
pub fn said(out: &Output) -> String {
    String::from_utf8_lossy(&out.stderr).into_owned()
}

/// The digest in the last line.
pub fn digest(printed: &str) -> &str {
    let last = printed.lines().last().expect("a last line");
    let digits = last.strip_prefix("digest ").unwrap_or_else(|| panic!("`{last}` is no digest"));
    assert!(digits.len() == 32 && digits.bytes().all(|digit| digit.is_ascii_hexdigit()), "{digits}");
    digits
}

/// A printed JSON value.
pub fn json(printed: &str) -> Value {
    serde_json::from_str(printed).unwrap_or_else(|wrong| panic!("{wrong}: {printed}"))
}
