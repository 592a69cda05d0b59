//! Good scenarios with a few bytes changed: whatever comes of them, it is a scenario or a list of problems.

use std::fs;

use proptest::prelude::*;
use reliance::scenario::Scenario;

use super::{files, sound};

/// One change to a text; places are shares of its length.
#[derive(Clone, Debug)]
enum Change {
    /// These bytes are put in.
    Put(f64, Vec<u8>),
    /// So many bytes are taken out.
    Cut(f64, usize),
    /// One bit is turned over.
    Flip(f64, u8),
    /// So many bytes are copied from the first place to the second.
    Copy(f64, usize, f64),
    /// The text ends here.
    End(f64),
    /// A value from the first place takes the place of the one at the second: text between `=` and the end of the line.
    Swap(f64, f64),
}

fn change() -> impl Strategy<Value = Change> {
    let at = || 0.0..1.0;
    let bytes = prop_oneof![
        prop::collection::vec(any::<u8>(), 1..4),
        "[\\[\\]{}=.,\"'#\n 0-9eE+-]{1,3}".prop_map(String::into_bytes),
        prop::sample::select(vec!["-", "0", "nan", "inf", "1e308", "9999999999", "\"\"", "[]", "{}", "é", "\u{feff}"])
            .prop_map(|text: &str| text.as_bytes().to_vec()),
    ];
    prop_oneof![
        (at(), bytes).prop_map(|(at, bytes)| Change::Put(at, bytes)),
        (at(), 1_usize..40).prop_map(|(at, count)| Change::Cut(at, count)),
        (at(), 0_u8..8).prop_map(|(at, bit)| Change::Flip(at, bit)),
        (at(), 1_usize..200, at()).prop_map(|(from, count, to)| Change::Copy(from, count, to)),
        at().prop_map(Change::End),
        (at(), at()).prop_map(|(from, to)| Change::Swap(from, to)),
    ]
}

impl Change {
    fn apply(&self, text: &mut Vec<u8>) {
        let place = |share: f64| (share * text.len() as f64) as usize;
        let end = |from: usize, count: usize| (from + count).min(text.len());
        match self {
            Change::Put(at, bytes) => {
                let at = place(*at);
                text.splice(at..at, bytes.iter().copied());
            }
            Change::Cut(at, count) => {
                let range = place(*at)..end(place(*at), *count);
                text.drain(range);
            }
            Change::Flip(at, bit) => {
                let at = place(*at);
                if let Some(byte) = text.get_mut(at) {
                    *byte ^= 1 << bit;
                }
            }
            Change::Copy(from, count, to) => {
                let (copied, to) = (text[place(*from)..end(place(*from), *count)].to_vec(), place(*to));
                text.splice(to..to, copied);
            }
            Change::End(at) => text.truncate(place(*at)),
            Change::Swap(from, to) => {
                if let (Some(from), Some(to)) = (value(text, place(*from)), value(text, place(*to))) {
                    let copied = text[from].to_vec();
                    text.splice(to, copied);
                }
            }
        }
    }
}

/// The bytes of the first value after a place: what stands between `=` and the end of its line.
fn value(text: &[u8], from: usize) -> Option<std::ops::Range<usize>> {
    let start = from + text[from..].iter().position(|byte| *byte == b'=')? + 1;
    let length = text[start..].iter().position(|byte| *byte == b'\n').unwrap_or(text.len() - start);
    Some(start..start + length)
}

/// The sound scenarios, and those that the repository shows.
fn originals() -> Vec<String> {
    let shown = files("scenarios", "toml").into_iter().map(|path| fs::read_to_string(path).expect("a scenario"));
    let originals: Vec<String> = sound().into_iter().map(|(_, text)| text).chain(shown).collect();
    assert!(originals.len() > 3);
    originals
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]
    #[test]
    fn no_change_makes_it_panic(original in prop::sample::select(originals()), changes in prop::collection::vec(change(), 1..4)) {
        let mut text = original.into_bytes();
        changes.iter().for_each(|change| change.apply(&mut text));
        let text = String::from_utf8_lossy(&text);
        if let Err(problems) = Scenario::from_text("changed.toml", &text) {
            prop_assert!(!problems.is_empty());
            prop_assert!(problems.to_string().starts_with("error: "), "{}", problems);
        }
    }
}
