//! Results change on purpose only: the digests of some runs are written down in `tests/golden.txt`.
//!
//! `RELIANCE_BLESS=1 cargo test --release golden` writes them anew, which is right only together with an entry under
//! "Results" in `docs/changelog.md` that says what moved and why.

use std::fmt::Write;
use std::path::Path;

use reliance::simulate::simulate;

use super::trial::{ROOT, scenario, seed};

/// The runs: a scenario and what is set in it so that it is short.
const RUNS: &[(&str, &[&str])] = &[
    ("scenarios/quickstart.toml", &["horizon=10min"]),
    ("scenarios/oracles/mm1-0.8.toml", &["horizon=5_000s", "warm-up=\"0\""]),
    ("tests/scenarios/everything.toml", &[]),
    ("tests/scenarios/everything-drained.toml", &[]),
    ("tests/scenarios/everything-staked.toml", &[]),
    ("tests/scenarios/verified.toml", &[]),
    ("tests/scenarios/two-choices.toml", &["horizon=60s"]),
    ("tests/scenarios/ward.toml", &[]),
];

const HEAD: &str =
    "# digest, facts and events of each run; a change is an entry under \"Results\" in docs/changelog.md\n";

#[test]
fn results_change_on_purpose_only() {
    let mut text = HEAD.to_owned();
    for (path, sets) in RUNS {
        let outcome = simulate(&scenario(path, sets), seed(), &mut ());
        let (digest, facts) = (&outcome.digest, outcome.digest.facts());
        writeln!(text, "{digest}  {facts:>7}  {:>7}  {path} {}", outcome.events, sets.join(" ")).expect("text");
    }
    let text: String = text.lines().map(|line| line.trim_end().to_owned() + "\n").collect();
    let path = Path::new(ROOT).join("tests/golden.txt");
    if std::env::var_os("RELIANCE_BLESS").is_some_and(|value| value == "1") {
        std::fs::write(&path, &text).unwrap_or_else(|wrong| panic!("{}: {wrong}", path.display()));
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    let differ: Vec<String> = text
        .lines()
        .filter(|line| !written.lines().any(|other| other == *line))
        .map(|line| format!("  now {line}"))
        .chain(
            written
                .lines()
                .filter(|line| !text.lines().any(|other| other == *line))
                .map(|line| format!("  was {line}")),
        )
        .collect();
    assert!(
        differ.is_empty(),
        "results differ from `tests/golden.txt`:\n{}\nif that is meant, add an entry under `Results` in docs/changelog.md with \
         what moved and the reason, and write the file anew by `RELIANCE_BLESS=1 cargo test --release golden`",
        differ.join("\n")
    );
}
