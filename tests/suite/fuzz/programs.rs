//! The program as a process: with a bound on its memory, and ended like by a person where it takes long.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The most memory that a process may ask for, in KiB: what would fill a small machine.
const MEMORY_KIB: u64 = 4 << 20;

/// How long a process may take before it is asked to stop.
const PATIENCE: Duration = Duration::from_secs(4);

/// How long it may take to stop then, on a machine that is busy with other tests.
const STOPPING: Duration = Duration::from_secs(20);

/// How a process ended.
#[derive(Debug)]
pub struct Ended {
    /// The exit code; none if a signal ended it.
    pub code: Option<i32>,
    /// What it said on standard error.
    pub said: String,
    /// Whether it was asked to stop.
    pub cut: bool,
}

/// Runs our binary in a folder, with at most [`MEMORY_KIB`] of memory, and asks it to stop after [`PATIENCE`].
pub fn run(folder: &Path, words: &[&str]) -> Ended {
    within(folder, words, PATIENCE)
}

/// The same with another patience.
#[allow(clippy::disallowed_methods, reason = "how long a process may take is about the clock; no result depends on it")]
pub fn within(folder: &Path, words: &[&str], patience: Duration) -> Ended {
    let said = folder.join(".said");
    let heard = fs::File::create(&said).expect("a file of our own");
    let mut command = Command::new("bash");
    command.args(["-c", &format!("ulimit -v {MEMORY_KIB} && exec \"$@\""), "bash", env!("CARGO_BIN_EXE_reliance")]);
    command.args(words).current_dir(folder).stdin(Stdio::null()).stdout(Stdio::null()).stderr(heard);
    let (began, mut child) = (Instant::now(), command.spawn().expect("bash"));
    let mut cut = false;
    if !ends_by(&mut child, began, patience) {
        cut = true;
        let asked = Command::new("kill").args(["-TERM", &child.id().to_string()]).status();
        assert!(asked.expect("`kill`").success());
        if !ends_by(&mut child, began, patience + STOPPING) {
            child.kill().expect("a child of our own");
        }
    }
    let status = child.wait().expect("a child of our own");
    let text = String::from_utf8_lossy(&fs::read(&said).expect("a file of our own")).into_owned();
    fs::remove_file(&said).expect("a file of our own");
    Ended { code: status.code(), said: text, cut }
}

/// Waits for a process, at most so long after its start; more often at first.
fn ends_by(child: &mut Child, began: Instant, most: Duration) -> bool {
    let mut pause = Duration::from_millis(1);
    while child.try_wait().expect("a child of our own").is_none() {
        if began.elapsed() > most {
            return false;
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(20));
    }
    true
}

impl Ended {
    /// What is wrong with how it ended, if anything: an exit code that is none of 0, 1 and 2, or a refusal that names none of
    /// these places.
    pub fn fault(&self, places: &[&str]) -> Option<String> {
        let Ended { code, said, .. } = self;
        match code {
            // Whoever is asked to stop says so, and needs no place.
            Some(1) if self.cut => None,
            Some(0) if said.contains("panicked") => Some(format!("a panic, and exit code 0: {said}")),
            Some(0) => None,
            Some(1 | 2) if places.iter().any(|place| said.contains(place)) => None,
            Some(1 | 2) => Some(format!("a message without a place: {said}")),
            other => Some(format!("ended with {other:?}: {said}")),
        }
    }

    /// What it is counted as.
    pub fn counted(&self) -> &'static str {
        match self.code {
            Some(0) => "ran",
            _ if self.cut => "cut",
            Some(1) => "failed",
            _ => "refused",
        }
    }
}

/// Copies a folder with all that is in it; links as links.
pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder of our own");
    for entry in fs::read_dir(from).expect("a folder that can be read").flatten() {
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        let kind = entry.file_type().expect("what was listed");
        if kind.is_dir() {
            copy(&path, &target);
        } else if kind.is_file() {
            fs::copy(&path, &target).expect("a file that can be read");
        } else if let Ok(aim) = fs::read_link(&path) {
            let _ = std::os::unix::fs::symlink(aim, target);
        }
    }
}
