//! The real market against closed forms: every case is a scenario file in `scenarios/oracles/`, run as any other scenario.
//!
//! The test writes `docs/validation.md`. It fails where an estimate is further from its formula than `LIMIT`, where a scenario
//! has no row or a row no scenario, and where the committed page is not what the run writes; `RELIANCE_BLESS=1` takes the
//! new page over. `RELIANCE_LONG=1` runs twenty times as many jobs, and `RELIANCE_ONLY=mm1` only the scenarios whose names start
//! so; both let the page be.

mod acceptance;
mod case;
mod cases;
mod formulas;
mod identities;
mod page;
mod run;
mod watch;

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use case::Chapter;
use run::{Ready, Shown};

/// No score may be further from zero, fixed before the first run: by chance one row in a million is, and of families of some
/// hundred rows about one in ten thousand.
const LIMIT: f64 = 4.89;

/// How many times as many jobs a long test runs.
const LONG: u64 = 20;

/// The page, from the root of the repository.
const PAGE: &str = "docs/validation.md";

/// The root of the repository.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Where the scenarios are.
fn folder() -> PathBuf {
    root().join("scenarios/oracles")
}

#[test]
fn the_market_keeps_to_the_closed_forms() {
    let long = env::var_os("RELIANCE_LONG").is_some();
    let chapters = cases::all();
    expect_complete(&chapters);
    let times = if long { LONG } else { 1 };
    let only = env::var("RELIANCE_ONLY").ok();
    let chosen = |name: &str| only.as_ref().is_none_or(|only| name.starts_with(only));
    let cases = chapters.iter().flat_map(|chapter| &chapter.cases).filter(|case| chosen(case.scenario));
    let ready: Vec<Ready> = cases.map(|case| Ready::new(case, times)).collect();
    let shown = run::run(&ready);
    if only.is_some() {
        print_all(&ready, &shown);
    }
    let far = too_far(&ready, &shown);
    assert!(far.is_empty(), "{} rows are further than {LIMIT} from their formulas:\n{}\n", far.len(), far.join("\n"));
    if !long && only.is_none() {
        expect_page(&page::write(&chapters, &shown));
    }
}

/// Says what was found, for whoever runs a few scenarios with `--nocapture`.
#[expect(clippy::disallowed_macros, reason = "whoever asks for a few scenarios wants to read them")]
fn print_all(cases: &[Ready], shown: &[Shown]) {
    for (ready, shown) in cases.iter().zip(shown) {
        for (row, found) in ready.case.rows.iter().zip(&shown.estimates) {
            let (scenario, name) = (ready.case.scenario, &row.name);
            println!(
                "{scenario}: {name}: {} ± {} of {}, z {:+.2}",
                found.mean, found.half_width, row.expected, found.z
            );
        }
    }
}

/// The rows whose score is past the limit, in words.
fn too_far(cases: &[Ready], shown: &[Shown]) -> Vec<String> {
    let mut far = Vec::new();
    for (ready, shown) in cases.iter().zip(shown) {
        for (row, found) in ready.case.rows.iter().zip(&shown.estimates) {
            // Not a number is as far as can be.
            if found.z.is_nan() || found.z.abs() > LIMIT {
                let (name, expected) = (&row.name, row.expected);
                far.push(format!("{}: {name}: {found:?} where {expected} is expected", ready.case.scenario));
            }
        }
    }
    far
}

/// Fails where a scenario has no case or a case no scenario.
fn expect_complete(chapters: &[Chapter]) {
    let entries = fs::read_dir(folder()).expect("the folder of scenarios").map(|entry| entry.expect("an entry").path());
    let files: BTreeSet<String> = entries
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .map(|path| path.file_stem().expect("a file has a name").to_string_lossy().into_owned())
        .filter(|name| !name.starts_with("base"))
        .collect();
    let listed: Vec<&str> = chapters.iter().flat_map(|chapter| &chapter.cases).map(|case| case.scenario).collect();
    let names: BTreeSet<String> = listed.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(names.len(), listed.len(), "every scenario is one case");
    let unused: Vec<_> = files.difference(&names).collect();
    let missing: Vec<_> = names.difference(&files).collect();
    assert!(unused.is_empty(), "scenarios that no formula speaks of: {unused:?}");
    assert!(missing.is_empty(), "cases without a scenario: {missing:?}");
    for case in chapters.iter().flat_map(|chapter| &chapter.cases) {
        assert!(!case.rows.is_empty() && case.runs >= 20, "{}: rows, and replications enough for them", case.scenario);
    }
}

/// Fails unless the committed page is the one the run writes.
fn expect_page(new: &str) {
    let committed = root().join(PAGE);
    if env::var_os("RELIANCE_BLESS").is_some() {
        fs::write(&committed, new).expect("the page can be written");
        return;
    }
    let old = fs::read_to_string(&committed).unwrap_or_default();
    if old != new {
        let path = root().join("target/validation.md");
        fs::write(&path, new).expect("the page can be written");
        let differs = old.lines().zip(new.lines()).find(|(old, new)| old != new);
        let (was, is) = differs.unwrap_or(("(its end)", "(its end)"));
        panic!(
            "`{PAGE}` is not what this run writes, which is now in `target/validation.md`.\ncommitted: {was}\nwritten:   {is}\n\
             help: if results were meant to change, run again with `RELIANCE_BLESS=1` and commit the page"
        );
    }
}

#[test]
fn every_row_is_told_from_a_wrong_one() {
    // A measure that never looks at the run could not fail: with a formula that is a tenth off, the rows of a case do.
    let chapters = cases::all();
    let case = chapters.iter().flat_map(|chapter| &chapter.cases).find(|case| case.scenario == "md1-0.7");
    let ready = Ready::new(case.expect("a case of that name"), 1);
    let parts: Vec<_> = (0..ready.runs).map(|run| ready.replicate(run).1).collect();
    for (index, row) in ready.case.rows.iter().enumerate() {
        let parts: Vec<_> = parts.iter().map(|parts| parts[index]).collect();
        let right = run::estimate(&parts, row.expected);
        let wrong = run::estimate(&parts, row.expected * 1.1);
        assert!(right.z.abs() <= LIMIT && wrong.z < -LIMIT, "{}: {right:?}, {wrong:?}", row.name);
    }
}
