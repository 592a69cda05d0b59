//! Damaged folders of runs and studies: they are refused or read as far as they are whole, and no link in them is followed.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use reliance::engine::random::{KeyedRng, RandomSource};

use super::super::trial::ROOT;
use super::guard::Guard;
use super::mutate::{bytes, characters, numbers, one, other_number};
use super::{Verdict, at_least, programs, try_all};

/// A study of a few short runs in three chunks.
const STUDY: &str = "name = \"s\"\nbase = \"market.toml\"\nmeasures = [\"wait_mean_s\", \"jobs\"]\nreplications = { fixed = 2 }\n\
                     chunk = 2\n[[axes]]\npath = \"horizon\"\nvalues = [\"1min\", \"2min\", \"3min\"]\n";

/// The folders, and what is asked of each; `st` is whole, and `half` lacks a chunk and its tables.
const ASKED: &[(&str, &[&str])] = &[
    ("r", &["chart", "r"]),
    ("r", &["report", "r"]),
    ("x3", &["report", "x3"]),
    ("st", &["chart", "st"]),
    ("st", &["report", "st"]),
    ("st", &["study", "status", "s.toml", "--out", "st"]),
    ("st", &["study", "run", "s.toml", "--out", "st"]),
    ("st", &["study", "merge", "s.toml", "--out", "st"]),
    ("st", &["study", "recheck", "s.toml", "--out", "st", "--sample", "100%"]),
    ("half", &["study", "status", "s.toml", "--out", "half"]),
    ("half", &["study", "run", "s.toml", "--out", "half"]),
    ("half", &["study", "work", "s.toml", "--out", "half", "--chunk", "1"]),
    ("half", &["study", "run", "s.toml", "--out", "half", "--changed"]),
];

/// The folders as they are before any damage.
fn made(folder: &Path) {
    fs::copy(Path::new(ROOT).join("tests/scenarios/rush.toml"), folder.join("market.toml")).expect("a scenario");
    fs::write(folder.join("s.toml"), STUDY).expect("a study");
    let commands: [&[&str]; 4] = [
        &["run", "market.toml", "--set", "horizon=2min", "--out", "r"],
        &["run", "market.toml", "--set", "horizon=1min", "--replications", "3", "--out", "x3"],
        &["study", "run", "s.toml", "--out", "st"],
        &["study", "run", "s.toml", "--out", "half"],
    ];
    for words in commands {
        let ended = programs::run(folder, words);
        assert_eq!(ended.code, Some(0), "{words:?}: {}", ended.said);
    }
    fs::remove_file(folder.join("half/chunks/000001.csv")).expect("a chunk");
    for entry in fs::read_dir(folder.join("half")).expect("a folder").flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.ends_with(".parquet") || name == "manifest.json" {
            fs::remove_file(entry.path()).expect("a file of our own");
        }
    }
}

/// Every file in a folder, at any depth, in order.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        match entry.file_type().expect("what was listed").is_dir() {
            true => found.extend(files(&entry.path())),
            false => found.push(entry.path()),
        }
    }
    found.sort();
    found
}

/// The text of a file with a number or a few characters changed.
fn text(path: &Path, draw: &mut KeyedRng) -> Vec<u8> {
    let Ok(text) = String::from_utf8(fs::read(path).expect("a file")) else {
        return bytes(&fs::read(path).expect("a file"), draw);
    };
    let places = numbers(&text);
    if places.is_empty() || draw.chance(0.4) {
        return characters(&text, draw).into_bytes();
    }
    let place = one(draw, &places).clone();
    let other = other_number(&text[place.clone()], draw);
    [&text[..place.start], &other, &text[place.end..]].concat().into_bytes()
}

/// One way in which a folder comes to harm. `victim` is outside it.
fn damage(folder: &Path, victim: &Path, draw: &mut KeyedRng) {
    let mut all = files(folder);
    // What says what a folder is comes to harm more often.
    let of_text: Vec<PathBuf> =
        all.iter().filter(|path| path.extension().is_some_and(|ending| ending != "parquet")).cloned().collect();
    if draw.chance(0.5) && !of_text.is_empty() {
        all = of_text;
    }
    if all.is_empty() {
        return;
    }
    let path = one(draw, &all).clone();
    // What another harm left may be a link or a pipe: it stays.
    if !fs::symlink_metadata(&path).is_ok_and(|found| found.is_file()) {
        return;
    }
    let remove = || fs::remove_file(&path).expect("a file of our own");
    match draw.below(14) {
        0..3 => fs::write(&path, bytes(&fs::read(&path).expect("a file"), draw)).expect("written"),
        3..8 => fs::write(&path, text(&path, draw)).expect("written"),
        8 => remove(),
        9 => fs::write(&path, "").expect("written"),
        10 => {
            remove();
            fs::create_dir(&path).expect("a folder");
        }
        11 => {
            remove();
            symlink(victim, &path).expect("a link");
        }
        12 => {
            let other = one(draw, &all).clone();
            let taken = fs::read(&path).expect("a file");
            if fs::symlink_metadata(&other).is_ok_and(|found| found.is_file()) {
                fs::write(&other, taken).expect("written");
            }
        }
        _ => {
            remove();
            let made = std::process::Command::new("mkfifo").arg(&path).status().expect("`mkfifo`");
            assert!(made.success());
        }
    }
}

/// Five hundred: folders of runs, of replications, and of studies that are whole or half done.
#[test]
fn damaged_folders_are_refused_or_read() {
    let guard = Guard::new("folders");
    let whole = guard.scratch().join("whole");
    fs::create_dir(&whole).expect("a folder of our own");
    made(&whole);
    let victim = guard.scratch().parent().expect("decoys").join("victim");
    let counts = try_all("folders", 500, &guard.scratch(), |folder, number, draw| {
        let own = folder.join("own");
        let _ = fs::remove_dir_all(&own);
        let (name, words) = ASKED[number as usize % ASKED.len()];
        fs::create_dir_all(&own).expect("a folder of our own");
        for file in ["market.toml", "s.toml"] {
            fs::copy(whole.join(file), own.join(file)).expect("a file");
        }
        programs::copy(&whole.join(name), &own.join(name));
        let before = own.with_file_name("before");
        for _ in 0..1 + draw.below(2) {
            damage(&own.join(name), &victim, draw);
        }
        let _ = fs::remove_dir_all(&before);
        programs::copy(&own, &before);
        let ended = programs::run(&own, words);
        let all: &[&str] =
            &[&format!("`{name}"), &format!(" {name}/"), &format!("{name}/"), &format!("--> {name}\n"), "chunk "];
        match ended.fault(all).or_else(|| ended.cut.then(|| "it hangs".to_string())) {
            Some(fault) => Verdict::fault(format!("`{}`: {fault}", words.join(" ")), &before),
            None => Verdict::of(&[words[0], ended.counted()]),
        }
    });
    guard.check();
    at_least(0.2, "ran", &counts);
    at_least(0.2, "failed", &counts);
}
