//! Mutations of text that keep most of it: of lines, of numbers and words in them, of single characters.

use std::collections::BTreeMap;
use std::ops::Range;

use reliance::engine::random::{KeyedRng, RandomSource};

/// One of several, each as likely.
pub fn one<'a, T>(draw: &mut KeyedRng, of: &'a [T]) -> &'a T {
    &of[draw.below(of.len() as u64) as usize]
}

/// An index below `length`, or zero.
pub fn place(draw: &mut KeyedRng, length: usize) -> usize {
    if length == 0 { 0 } else { draw.below(length as u64) as usize }
}

/// By what a number is multiplied: mostly by little, so that enough is still right.
const FACTORS: &[f64] = &[0.01, 0.1, 0.5, 0.9, 1.1, 1.5, 2.0, 2.0, 3.0, 10.0, 100.0, 1e3, 1e6, 1e9, -1.0, 0.0];

/// The units of the project's times and rates, and one that it does not know.
const UNITS: &[&str] = &["ns", "us", "ms", "s", "min", "h", "d", "/s", "/min", "/h", "%", "parsec"];

/// What is written in place of a number.
const ODD: &[&str] = &["nan", "inf", "-inf", "1e308", "18446744073709551616", "9223372036854775807", "1e-320", "-0.0"];

/// What is put between characters.
const SIGNS: &[&str] =
    &["\"", "'", "[", "]", "{", "}", "=", ",", ".", "#", "\n", " ", "-", "0", "_", "é", "\u{feff}", "\0", "\\"];

/// Values by the keys they were written with, and all words in quotes: what a mutant takes from others.
#[derive(Debug, Default)]
pub struct Pool {
    values: BTreeMap<String, Vec<String>>,
    words: Vec<String>,
}

impl Pool {
    /// What all these texts hold.
    pub fn of<'t>(texts: impl Iterator<Item = &'t str>) -> Pool {
        let mut pool = Pool::default();
        for line in texts.flat_map(str::lines).filter(|line| !line.starts_with('#')) {
            if let Some((key, value)) = line.split_once('=') {
                pool.values.entry(key.trim().to_string()).or_default().push(value.trim().to_string());
            }
            pool.words.extend(line.split('"').skip(1).step_by(2).map(str::to_string));
        }
        pool.words.sort();
        pool.words.dedup();
        pool
    }
}

/// The text of a scenario or a study after one to three mutations.
pub fn mutated(text: &str, pool: &Pool, draw: &mut KeyedRng) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_string).collect();
    for _ in 0..1 + draw.below(3) {
        match draw.below(100) {
            0..45 => number_in(&mut lines, draw),
            45..58 => value_from_another(&mut lines, pool, draw),
            58..64 => word_from_another(&mut lines, pool, draw),
            64..74 => move_lines(&mut lines, draw),
            74..80 => sections(&mut lines, draw),
            80..86 => keys(&mut lines, draw),
            86..92 => quotes(&mut lines, draw),
            _ => {
                let whole = characters(&lines.join("\n"), draw);
                lines = whole.lines().map(str::to_string).collect();
            }
        }
    }
    lines.join("\n") + "\n"
}

/// The lines that say something, by index.
fn written(lines: &[String], is_wanted: impl Fn(&str) -> bool) -> Vec<usize> {
    let says = |line: &str| !line.trim().is_empty() && !line.starts_with('#') && is_wanted(line);
    (0..lines.len()).filter(|index| says(&lines[*index])).collect()
}

/// The numbers in a line: digits that belong to no word.
pub fn numbers(line: &str) -> Vec<Range<usize>> {
    let (bytes, mut found, mut at) = (line.as_bytes(), Vec::new(), 0);
    while at < bytes.len() {
        let start = at;
        let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
        while at < bytes.len() && is_part(&bytes[at]) {
            at += 1;
        }
        let digits = bytes[start..at].iter().take_while(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'_'));
        let length = digits.count();
        if length > 0 && bytes[start].is_ascii_digit() {
            found.push(start..start + length);
        }
        at = at.max(start + 1);
    }
    found
}

/// Another number for one that is written.
pub fn other_number(written: &str, draw: &mut KeyedRng) -> String {
    let Ok(number) = written.replace('_', "").parse::<f64>() else { return "0".to_string() };
    if draw.chance(0.04) {
        return one(draw, ODD).to_string();
    }
    let other = number * one(draw, FACTORS);
    let is_whole = !written.contains('.') && draw.chance(0.9);
    if is_whole { format!("{:.0}", other.ceil()) } else { other.to_string() }
}

fn number_in(lines: &mut [String], draw: &mut KeyedRng) {
    let with = written(lines, |line| !numbers(line).is_empty());
    if with.is_empty() {
        return;
    }
    let line = &mut lines[*one(draw, &with)];
    let place = one(draw, &numbers(line)).clone();
    let other = other_number(&line[place.clone()], draw);
    let at = place.start + other.len();
    line.replace_range(place, &other);
    if draw.chance(0.15) {
        // The unit that follows, or one where none is.
        let letters = line[at..].chars().take_while(|letter| letter.is_ascii_alphabetic() || *letter == '/').count();
        let unit: &&str = one(draw, UNITS);
        line.replace_range(at..at + letters, unit);
    }
}

fn value_from_another(lines: &mut [String], pool: &Pool, draw: &mut KeyedRng) {
    let with = written(lines, |line| line.contains('='));
    if with.is_empty() {
        return;
    }
    let line = &mut lines[*one(draw, &with)];
    let Some((key, _)) = line.split_once('=') else { return };
    let key = key.trim().to_string();
    if let Some(values) = pool.values.get(&key) {
        *line = format!("{key} = {}", one(draw, values));
    }
}

fn word_from_another(lines: &mut [String], pool: &Pool, draw: &mut KeyedRng) {
    let with = written(lines, |line| line.matches('"').count() >= 2);
    if with.is_empty() || pool.words.is_empty() {
        return;
    }
    let line = &mut lines[*one(draw, &with)];
    let mut parts: Vec<&str> = line.split('"').collect();
    let word = 1 + 2 * place(draw, parts.len() / 2);
    if word < parts.len() {
        let other: &String = one(draw, &pool.words);
        parts[word] = other;
        *line = parts.join("\"");
    }
}

/// Drops a line, writes one twice, or lets two change places.
fn move_lines(lines: &mut Vec<String>, draw: &mut KeyedRng) {
    let with = written(lines, |_| true);
    if with.is_empty() {
        return;
    }
    let (first, second) = (*one(draw, &with), *one(draw, &with));
    match draw.below(4) {
        0 | 1 => drop(lines.remove(first)),
        2 => lines.insert(second, lines[first].clone()),
        _ => lines.swap(first, second),
    }
}

/// Drops a whole table, or writes one twice.
fn sections(lines: &mut Vec<String>, draw: &mut KeyedRng) {
    let heads = written(lines, |line| line.starts_with('['));
    if heads.is_empty() {
        return;
    }
    let start = *one(draw, &heads);
    let end = heads.iter().copied().find(|head| *head > start).unwrap_or(lines.len());
    if draw.chance(0.5) {
        lines.drain(start..end);
    } else {
        let again: Vec<String> = lines[start..end].to_vec();
        lines.extend(again);
    }
}

/// An unknown key, a key with a slip, or two keys that change places.
fn keys(lines: &mut Vec<String>, draw: &mut KeyedRng) {
    let with = written(lines, |line| line.contains('=') && !line.starts_with('['));
    if with.is_empty() {
        return;
    }
    let (first, second) = (*one(draw, &with), *one(draw, &with));
    let parts = |line: &str| line.split_once('=').map(|(key, value)| (key.trim().to_string(), value.to_string()));
    let (Some((key, value)), Some((other, its))) = (parts(&lines[first]), parts(&lines[second])) else { return };
    match draw.below(3) {
        0 => lines.insert(first, "wheather = 1".to_string()),
        1 => {
            let kept: String = key.chars().skip(1).collect();
            lines[first] = format!("{kept} ={value}");
        }
        _ => {
            lines[first] = format!("{other} ={value}");
            lines[second] = format!("{key} ={its}");
        }
    }
}

/// Takes a quote away, or puts a value in quotes.
fn quotes(lines: &mut [String], draw: &mut KeyedRng) {
    let with = written(lines, |line| line.contains('='));
    if with.is_empty() {
        return;
    }
    let line = &mut lines[*one(draw, &with)];
    if line.contains('"') && draw.chance(0.6) {
        let most = if draw.chance(0.5) { 1 } else { 2 };
        *line = line.replacen('"', "", most);
    } else if let Some((key, value)) = line.split_once('=') {
        *line = format!("{key}= \"{}\"", value.trim());
    }
}

/// Takes characters out, puts a sign in, or ends the text early.
pub fn characters(text: &str, draw: &mut KeyedRng) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    let at = place(draw, letters.len());
    match draw.below(20) {
        0 => letters.truncate(at),
        1..11 => {
            let end = (at + 1 + draw.below(5) as usize).min(letters.len());
            letters.drain(at..end);
        }
        _ => drop(letters.splice(at..at, one(draw, SIGNS).chars())),
    }
    letters.into_iter().collect()
}

/// Bytes with some turned over, taken out, added or cut off.
pub fn bytes(whole: &[u8], draw: &mut KeyedRng) -> Vec<u8> {
    let mut bytes = whole.to_vec();
    for _ in 0..1 + draw.below(4) {
        let at = place(draw, bytes.len());
        match draw.below(10) {
            0 => bytes.truncate(at),
            1 => {
                let end = (at + 1 + draw.below(40) as usize).min(bytes.len());
                bytes.drain(at..end);
            }
            2 => {
                let added: Vec<u8> = (0..1 + draw.below(9)).map(|_| draw.bits() as u8).collect();
                bytes.splice(at..at, added);
            }
            3 => bytes.iter_mut().skip(at).take(8).for_each(|byte| *byte = 0xff),
            _ => bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= 1 << draw.below(8)),
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_of_a_line_are_found() {
        let line = "rate = \"0.8/s\" # mm1 of 20_000s, [1, 2.5] x-3";
        let found: Vec<&str> = numbers(line).into_iter().map(|place| &line[place]).collect();
        assert_eq!(found, ["0.8", "20_000", "1", "2.5"]);
    }
}
