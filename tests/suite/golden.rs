//! Results change on purpose only: the digests of many runs are written down in `tests/golden.txt`, and the hashes of the table
//! files of two of them in `tests/golden-tables.txt`.
//!
//! `RELIANCE_BLESS=1 cargo test --release golden` writes them anew, which is right only together with an entry under
//! "Results" in `docs/changelog.md` that says what moved and why.

use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;

use rayon::prelude::*;
use reliance::engine::time::{SimDuration, Time};
use reliance::scenario::Scenario;
use reliance::simulate::{Run, twin};

use super::trial::{ROOT, scenario, seed};

/// Runs to their end: a scenario and what is set in it so that it is short.
const WHOLE: &[(&str, &[&str])] = &[
    ("scenarios/quickstart.toml", &["horizon=10min"]),
    ("scenarios/market-morning.toml", &["horizon=10min"]),
    ("scenarios/market-day-frozen.toml", &["horizon=10min"]),
    ("scenarios/price-floor.toml", &["horizon=10min"]),
    ("scenarios/base-fee-replay.toml", &[]),
    ("scenarios/oracles/mm1-0.8.toml", &["horizon=5_000s", "warm-up=\"0\""]),
    ("tests/scenarios/everything.toml", &[]),
    ("tests/scenarios/everything-drained.toml", &[]),
    ("tests/scenarios/everything-staked.toml", &[]),
    ("tests/scenarios/verified.toml", &[]),
    ("tests/scenarios/timed-checks.toml", &[]),
    ("tests/scenarios/verified-chance.toml", &[]),
    ("tests/scenarios/verified-choice.toml", &[]),
    ("tests/scenarios/verified-pull.toml", &[]),
    ("tests/scenarios/priced.toml", &[]),
    ("tests/scenarios/verified-seats.toml", &[]),
    ("tests/scenarios/two-choices.toml", &["horizon=60s"]),
    ("tests/scenarios/rush.toml", &["horizon=60s"]),
    ("tests/scenarios/weighed.toml", &["horizon=60s"]),
    ("tests/scenarios/ward.toml", &[]),
    ("tests/scenarios/crossroads.toml", &[]),
    ("tests/scenarios/crossroads-batched.toml", &[]),
    ("tests/scenarios/standing.toml", &[]),
    ("tests/scenarios/standing-revoked.toml", &[]),
    ("tests/scenarios/disputes.toml", &[]),
    ("tests/scenarios/canaries.toml", &[]),
    ("tests/scenarios/learning.toml", &[]),
    ("tests/scenarios/shocks.toml", &[]),
    ("tests/scenarios/outside.toml", &[]),
    ("tests/scenarios/come-and-go.toml", &[]),
    ("tests/scenarios/strangers.toml", &[]),
    ("tests/scenarios/chains.toml", &[]),
];

/// Methods of verification, each alone in ten minutes of the menu.
const METHODS: &[&str] = &[
    "none",
    "signature",
    "spot-check",
    "fingerprint",
    "logprob-rerun",
    "tee",
    "replication",
    "committee",
    "proof-of-sampling",
    "zk",
];

/// Runs that are saved at each of three instants, loaded, and run on to their end.
const SAVED: &[&str] = &[
    "everything",
    "everything-drained",
    "everything-staked",
    "verified",
    "learning",
    "priced",
    "shocks",
    "outside",
    "come-and-go",
    "strangers",
];

/// Events after which the run of an oracle is looked at: enough for each to be well under way.
const EVENTS: u64 = 300_000;

const HEAD: &str =
    "# digest, facts and events of each run; a change is an entry under \"Results\" in docs/changelog.md\n";

/// How a run is cut before its digest is taken.
#[derive(Clone, Copy)]
enum Cut {
    /// Not at all.
    Never,
    /// It ends after so many events.
    After(u64),
    /// It is saved and loaded at so many quarters of its time.
    Saved(u64),
}

/// A run to be compared: its name, its scenario, and how it is cut.
type Case = (String, Arc<Scenario>, Cut);

fn cases() -> Vec<Case> {
    let named = |path: &str, sets: &[&str]| format!("{path} {}", sets.join(" ")).trim_end().to_owned();
    let mut cases: Vec<Case> =
        WHOLE.iter().map(|(path, sets)| (named(path, sets), scenario(path, sets), Cut::Never)).collect();
    for method in METHODS {
        let (path, method) = ("scenarios/verification-menu.toml", format!("verification.methods=[\"{method}\"]"));
        let sets = ["horizon=10min", "warm-up=\"0\"", &method];
        cases.push((named(path, &sets), scenario(path, &sets), Cut::Never));
    }
    for name in SAVED {
        let path = format!("tests/scenarios/{name}.toml");
        let run = scenario(&path, &[]);
        cases.extend((1..=3).map(|quarter| (format!("{path} saved at {quarter}/4"), run.clone(), Cut::Saved(quarter))));
    }
    for name in oracles() {
        let path = format!("scenarios/oracles/{name}");
        cases.push((format!("{path} to {EVENTS} events"), scenario(&path, &[]), Cut::After(EVENTS)));
    }
    cases
}

/// The scenarios of the closed forms, but for what they all extend.
fn oracles() -> Vec<String> {
    let folder = std::fs::read_dir(Path::new(ROOT).join("scenarios/oracles")).expect("the oracles");
    let names = folder.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned());
    let mut names: Vec<String> = names.filter(|name| name.ends_with(".toml") && name != "base.toml").collect();
    names.sort_unstable();
    names
}

/// The line of one run.
fn line((name, scenario, cut): &Case) -> String {
    let mut run = Run::open(twin(scenario, seed()), seed());
    let is_cut_short = match cut {
        Cut::Never => false,
        Cut::After(events) => run.advance(Time::NEVER, *events, &mut ()),
        Cut::Saved(quarter) => {
            run.until(Time::ZERO + SimDuration(scenario.horizon.0 / 4 * quarter), &mut ());
            run = Run::load(scenario.clone(), &run.save()).expect("a save can be loaded");
            false
        }
    };
    let (digest, events) = match is_cut_short {
        true => (run.digest().clone(), run.events()),
        false => {
            let outcome = run.close(&mut ());
            (outcome.digest, outcome.events)
        }
    };
    format!("{digest}  {:>7}  {events:>7}  {name}", digest.facts())
}

/// Compares a text with a file beside the tests, or writes the file where it is blessed.
fn compare(name: &str, text: &str) {
    let path = Path::new(ROOT).join("tests").join(name);
    if std::env::var_os("RELIANCE_BLESS").is_some_and(|value| value == "1") {
        std::fs::write(&path, text).unwrap_or_else(|wrong| panic!("{}: {wrong}", path.display()));
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    let missing_from = |other: &str, line: &&str| !other.lines().any(|there| there == *line);
    let mut differ = String::new();
    for line in text.lines().filter(|line| missing_from(&written, line)) {
        writeln!(differ, "  now {line}").expect("text");
    }
    for line in written.lines().filter(|line| missing_from(text, line)) {
        writeln!(differ, "  was {line}").expect("text");
    }
    assert!(
        differ.is_empty(),
        "results differ from `tests/{name}`:\n{differ}if that is meant, add an entry under `Results` in docs/changelog.md with \
         what moved and the reason, and write the file anew by `RELIANCE_BLESS=1 cargo test --release golden`"
    );
}

#[test]
fn results_change_on_purpose_only() {
    let cases = cases();
    assert!(cases.len() >= 150, "{} runs are too few to hold every mechanism", cases.len());
    let lines: Vec<String> = cases.par_iter().map(line).collect();
    compare("golden.txt", &(HEAD.to_owned() + &lines.join("\n") + "\n"));
}

/// The files themselves: every byte of every table of two runs.
#[cfg(feature = "cli")]
#[test]
fn tables_change_on_purpose_only() {
    use sha2::{Digest, Sha256};

    let folder = std::env::temp_dir().join(format!("reliance-golden-{}", std::process::id()));
    let mut text = "# SHA-256 of each table; a change is an entry under \"Results\" in docs/changelog.md\n".to_owned();
    for name in ["everything", "verified"] {
        let _ = std::fs::remove_dir_all(&folder);
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_reliance"));
        command.current_dir(ROOT).arg("run").arg(format!("tests/scenarios/{name}.toml")).arg("--out").arg(&folder);
        let out = command.output().expect("the binary that cargo built");
        assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
        let entries = std::fs::read_dir(&folder).expect("its tables").map(|entry| entry.expect("an entry").path());
        let mut tables: Vec<_> =
            entries.filter(|path| path.extension().is_some_and(|kind| kind == "parquet")).collect();
        tables.sort_unstable();
        assert!(tables.len() >= 6, "{name} writes every table");
        for table in tables {
            let hash = Sha256::digest(std::fs::read(&table).expect("a table"));
            let hash: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
            let table = table.file_name().expect("a name").to_string_lossy().into_owned();
            writeln!(text, "{hash}  {name} {table}").expect("text");
        }
    }
    let _ = std::fs::remove_dir_all(&folder);
    compare("golden-tables.txt", &text);
}
