//! Input that nobody would write, by the thousand: whatever comes of it is a result or a refusal with a place, and nothing outside
//! the folder that was asked for is touched.
//!
//! `cargo test --release` tries a fiftieth of all mutants, `RELIANCE_LONG=1` all of them. `RELIANCE_FUZZ_SEED` chooses others; the
//! seed is printed. A mutant is made of the seed, its kind and its number alone. One that shows a fault is kept in the build's
//! folder for scratch files, and the message says where.

mod bounded;
mod caught;
mod folders;
mod guard;
mod mutate;
mod programs;
mod saves;
mod scenarios;
mod traces;

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use reliance::engine::random::{KeyedRng, Seed, key};

/// One in so many is tried where not all are.
const SHARE: u64 = 50;

/// The purpose of a mutant's randomness, which no run uses.
const PURPOSE: u32 = 0xf022;

/// What came of a mutant.
struct Verdict {
    /// What it is counted as.
    counted: Vec<&'static str>,
    /// What is wrong with the program, and the file to keep.
    fault: Option<(String, PathBuf)>,
}

impl Verdict {
    fn of(counted: &[&'static str]) -> Verdict {
        Verdict { counted: counted.to_vec(), fault: None }
    }

    fn fault(message: impl Into<String>, file: &Path) -> Verdict {
        Verdict { counted: vec!["at fault"], fault: Some((message.into(), file.to_path_buf())) }
    }
}

/// How many mutants are counted as what.
type Counts = BTreeMap<&'static str, u64>;

fn is_long() -> bool {
    std::env::var_os("RELIANCE_LONG").is_some_and(|value| value == "1")
}

/// The seed of all mutants.
fn seed() -> u64 {
    let Ok(text) = std::env::var("RELIANCE_FUZZ_SEED") else { return 1 };
    text.parse().unwrap_or_else(|_| panic!("RELIANCE_FUZZ_SEED is a number, and not `{text}`"))
}

/// The randomness of a mutant.
fn draw(kind: &str, number: u64) -> KeyedRng {
    let kind = kind.bytes().fold(0, |sum: u64, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
    KeyedRng::new(key(Seed::from(seed()), PURPOSE, kind, number, 0))
}

/// Tries so many mutants of a kind, or a share of them, on as many threads as there are processors. `work` is given the folder of
/// its thread, the number of the mutant and its randomness. Panics at a fault; otherwise tells the counts and gives them.
fn try_all(
    kind: &'static str,
    all: u64,
    folder: &Path,
    work: impl Fn(&Path, u64, &mut KeyedRng) -> Verdict + Sync,
) -> Counts {
    let count = if is_long() { all } else { (all / SHARE).max(8) };
    let (next, verdicts) = (AtomicU64::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for thread in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            let (next, verdicts, work) = (&next, &verdicts, &work);
            let own = folder.join(format!("thread-{thread}"));
            scope.spawn(move || {
                fs::create_dir_all(&own).expect("a folder of our own");
                while let Some(number) = Some(next.fetch_add(1, Ordering::Relaxed)).filter(|number| *number < count) {
                    let verdict = work(&own, number, &mut draw(kind, number));
                    verdicts.lock().expect("no thread panics while it holds the list").push((number, verdict));
                }
            });
        }
    });
    let mut verdicts = verdicts.into_inner().expect("no thread has panicked");
    verdicts.sort_by_key(|(number, _)| *number);
    let (mut counts, mut faults) = (Counts::from([("all", count)]), Vec::new());
    for (number, Verdict { counted, fault }) in verdicts {
        counted.iter().for_each(|word| *counts.entry(word).or_default() += 1);
        if let Some((message, file)) = fault {
            faults.push(format!("{kind} {number}, kept in {}:\n{message}", kept(kind, number, &file)));
        }
    }
    tell(kind, &counts);
    assert!(
        faults.is_empty(),
        "seed {}, {} faults\n{}",
        seed(),
        faults.len(),
        faults[..faults.len().min(10)].join("\n\n")
    );
    counts
}

/// Copies what showed a fault to where it stays.
fn kept(kind: &str, number: u64, file: &Path) -> String {
    let ending = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let to = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("fuzz-{}-{kind}-{number}-{ending}", seed()));
    match file.is_dir() {
        true => programs::copy(file, &to),
        false => drop(fs::copy(file, &to)),
    }
    to.display().to_string()
}

/// A line on what became of a kind.
fn tell(kind: &str, counts: &Counts) {
    let counts: Vec<String> = counts.iter().map(|(word, count)| format!("{count} {word}")).collect();
    let _ = writeln!(std::io::stderr(), "fuzz: {kind}, seed {}: {}", seed(), counts.join(", "));
}

/// Fewer than this have no shares to speak of.
const MANY: u64 = 200;

/// Asserts that at least this share of all is counted as `word`, where there are many.
fn at_least(share: f64, word: &'static str, counts: &Counts) {
    let (found, all) = (counts.get(word).copied().unwrap_or_default(), counts["all"]);
    if all < MANY {
        return;
    }
    assert!(found as f64 >= share * all as f64, "{found} of {all} are {word}, at least {share} of them");
}
