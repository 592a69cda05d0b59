//! Broken scenarios and what a person is told of each, word by word.
//!
//! `tests/broken/NAME.toml` is broken, `NAME.txt` beside it holds what is said of it. A line `# --set PATH=VALUE` at the head
//! of a scenario is a setting from the command line. A trace in Parquet needs the feature that reads it. `RELIANCE_BLESS=1
//! cargo test` writes the texts anew: read them then.

mod mutations;
pub(super) mod nonsense;

use std::fs;
use std::path::{Path, PathBuf};

use reliance::scenario::Scenario;
use reliance::scenario::document::Set;

/// Where the scenarios are, as the messages show it: tests run in the package's folder.
const FOLDER: &str = "tests/broken";

/// The files of a folder with this ending, in order.
fn files(folder: &str, ending: &str) -> Vec<PathBuf> {
    let listing = fs::read_dir(folder).unwrap_or_else(|error| panic!("{folder}: {error}"));
    let paths = listing.map(|entry| entry.expect("an entry that can be read").path());
    let mut files: Vec<PathBuf> = paths.filter(|path| path.extension().is_some_and(|found| found == ending)).collect();
    files.sort();
    files
}

/// The settings that a scenario asks for in its head.
fn sets(path: &Path) -> Vec<Set> {
    let text = String::from_utf8_lossy(&fs::read(path).expect("a scenario")).into_owned();
    let written =
        text.lines().take_while(|line| line.starts_with('#')).filter_map(|line| line.strip_prefix("# --set "));
    written.map(|set| set.parse().unwrap_or_else(|wrong| panic!("{}: {wrong}", path.display()))).collect()
}

/// Whether the words stand in a file.
fn holds(path: &Path, words: &str) -> bool {
    String::from_utf8_lossy(&fs::read(path).expect("a scenario")).contains(words)
}

#[test]
fn every_broken_scenario_says_what_is_wrong_with_it() {
    let bless = std::env::var_os("RELIANCE_BLESS").is_some();
    let scenarios = files(FOLDER, "toml");
    assert!(scenarios.len() >= 30, "{} broken scenarios", scenarios.len());
    let mut wrong = Vec::new();
    let reads = |path: &&PathBuf| cfg!(feature = "parquet") || !holds(path, ".parquet\"");
    for path in scenarios.iter().filter(reads) {
        let said = match Scenario::load(path, &sets(path)) {
            Ok(_) => "nothing is wrong\n".to_owned(),
            Err(problems) => format!("{problems}\n"),
        };
        let texts = path.with_extension("txt");
        if bless {
            fs::write(&texts, &said).expect("a text that can be written");
        }
        let expected = fs::read_to_string(&texts).unwrap_or_default();
        if said != expected || !said.starts_with("error: ") {
            wrong.push(format!("{}\nsays\n{said}\nand not\n{expected}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{} of {} differ\n\n{}", wrong.len(), scenarios.len(), wrong.join("\n"));
    for text in files(FOLDER, "txt") {
        assert!(scenarios.contains(&text.with_extension("toml")), "{} belongs to no scenario", text.display());
    }
}

/// The sound scenarios that broken ones extend: name and text, with paths that hold from the package's folder.
fn sound() -> Vec<(String, String)> {
    let text = |path: &PathBuf| fs::read_to_string(path).expect("a scenario");
    let moved = |text: String| {
        text.replace("\"../inputs", "\"tests/broken/inputs").replace("[\"good.toml", "[\"tests/broken/base/good.toml")
    };
    files("tests/broken/base", "toml").iter().map(|path| (path.display().to_string(), moved(text(path)))).collect()
}

#[test]
fn what_broken_scenarios_extend_is_sound() {
    for path in files("tests/broken/base", "toml") {
        Scenario::load(&path, &[]).unwrap_or_else(|problems| panic!("{problems}"));
    }
}
