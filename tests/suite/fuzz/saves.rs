//! Damaged saves: none is taken up, and the message names the file.

use std::fs;
use std::path::Path;

use reliance::engine::random::{KeyedRng, RandomSource};

use super::super::trial::ROOT;
use super::guard::Guard;
use super::mutate::{bytes, characters, one, place};
use super::{Verdict, at_least, programs, try_all};

/// What is saved, and when: a market that leaves nothing out, and one of every way to verify.
const SAVED: &[(&str, &str)] = &[("everything", "40s"), ("verified", "10s")];

/// Saves in a folder of their own beside the scenarios they name.
fn made(folder: &Path) -> Vec<Vec<u8>> {
    programs::copy(&Path::new(ROOT).join("tests/scenarios"), folder);
    let save = |(name, until): &(&str, &str)| {
        let (scenario, file) = (format!("{name}.toml"), format!("{name}.run"));
        let ended = programs::run(folder, &["run", &scenario, "--until", until, "--save", &file]);
        assert_eq!(ended.code, Some(0), "{}", ended.said);
        fs::read(folder.join(file)).expect("a save")
    };
    SAVED.iter().map(save).collect()
}

/// Damage to the line that says what it is, to the state, or to the whole.
fn damaged(save: &[u8], others: &[Vec<u8>], draw: &mut KeyedRng) -> Vec<u8> {
    let end = save.iter().position(|byte| *byte == b'\n').expect("a first line");
    let (head, state) = save.split_at(end);
    match draw.below(10) {
        0..3 => {
            let text = characters(std::str::from_utf8(head).expect("text"), draw);
            [text.as_bytes(), state].concat()
        }
        3 => [head, one(draw, others).as_slice()].concat(),
        4 => save[..place(draw, save.len())].to_vec(),
        5 => [save, b"more"].concat(),
        6..8 => [head, &bytes(state, draw)].concat(),
        _ => bytes(save, draw),
    }
}

/// Five hundred. Where the damage leaves the head as it is, the hash of the state tells.
#[test]
fn damaged_saves_are_refused() {
    let guard = Guard::new("saves");
    let saves = made(&guard.scratch());
    let counts = try_all("saves", 500, &guard.scratch(), |folder, _, draw| {
        if !folder.join("everything.toml").exists() {
            programs::copy(&Path::new(ROOT).join("tests/scenarios"), folder);
        }
        let whole = one(draw, &saves);
        let mutant = damaged(whole, &saves, draw);
        let path = folder.join("mutant.run");
        fs::write(&path, &mutant).expect("a mutant");
        let ended = programs::run(folder, &["run", "--from", "mutant.run", "--out", "out"]);
        let _ = fs::remove_dir_all(folder.join("out"));
        match ended.fault(&["mutant.run", ".toml"]) {
            Some(fault) => Verdict::fault(fault, &path),
            None => Verdict::of(&[ended.counted()]),
        }
    });
    guard.check();
    at_least(0.9, "refused", &counts);
}
