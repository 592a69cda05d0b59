//! What each heavy or worldly thing is fenced into: one place to read, one place to replace.

use super::source::{Source, Token, Violation};

/// Paths that start so may stand only under these places of `src/`.
const FENCED: &[(&str, &[&str])] = &[
    ("polars", &["parquet/"]),
    ("plotters", &["chart/"]),
    ("rayon", &["study/"]),
    ("clap", &["cli/", "main.rs"]),
    ("clap_complete", &["cli/", "main.rs"]),
    ("indicatif", &["cli/", "main.rs"]),
    ("ctrlc", &["cli/", "main.rs"]),
    ("signal_hook", &["cli/", "main.rs"]),
    // Threads: the studies, the one writer, and progress.
    ("std::thread", &["study/", "output/", "cli/"]),
    // Files: a market does no input or output.
    ("std::fs", &["parquet/", "scenario/", "simulate.rs", "output/", "study/", "chart/", "report/", "cli/", "main.rs"]),
];

/// Macros that talk to the terminal.
const PRINTS: &[&str] = &["print", "println", "eprint", "eprintln"];

/// Every use of a fenced thing outside its place, in the code that ships.
pub fn check(source: &Source) -> Vec<Violation> {
    let mut violations = Vec::new();
    let Some(place) = source.path.strip_prefix("src/") else { return violations };
    let stands_in = |places: &[&str]| places.iter().any(|allowed| place.starts_with(allowed));
    for path in source.paths() {
        let written = path.names.join("::");
        for (fenced, places) in FENCED {
            let inside = written.strip_prefix(fenced).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"));
            if inside && !stands_in(places) {
                let message = format!("`{written}`: `{fenced}` stays in {}", shown(places));
                violations.push(Violation::new(source, path.line, message));
            }
        }
    }
    let rest = source.shipped.iter().enumerate().filter_map(|(at, _)| word(&source.shipped[at..]));
    for (line, message, places) in rest {
        if !stands_in(places) {
            violations.push(Violation::new(source, line, format!("{message} stays in {}", shown(places))));
        }
    }
    violations
}

/// The fenced word that `tokens` start with, its line and its places.
fn word(tokens: &[Token]) -> Option<(usize, String, &'static [&'static str])> {
    let line = tokens[0].line;
    let text = |index: usize| tokens.get(index).map_or("", |token| token.text.as_str());
    if text(0) == "unsafe" {
        return Some((line, "`unsafe`".to_owned(), &["engine/queue/"]));
    }
    if PRINTS.contains(&text(0)) && text(1) == "!" {
        return Some((line, format!("`{}!`", text(0)), &["cli/", "main.rs"]));
    }
    // A crate named as a whole has no path: `use polars;`, `use polars as frames;`.
    if text(0) == "use" && matches!(text(2), ";" | "as") {
        let fenced = FENCED.iter().find(|(name, _)| *name == text(1))?;
        return Some((line, format!("`{}`", fenced.0), fenced.1));
    }
    None
}

fn shown(places: &[&str]) -> String {
    places.iter().map(|place| format!("`src/{place}`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> Vec<String> {
        check(&Source::new(path, text)).iter().map(Violation::to_string).collect()
    }

    #[test]
    fn a_fenced_thing_is_refused_outside_its_place() {
        for (path, text, message) in [
            ("src/record/a.rs", "use polars::prelude::*;", "`polars::prelude::*`: `polars` stays in `src/parquet/`"),
            ("src/record/a.rs", "use polars as p;", "`polars` stays in `src/parquet/`"),
            ("src/report/a.rs", "let a = plotters::b();", "`plotters::b`: `plotters` stays in `src/chart/`"),
            ("src/stats/a.rs", "use ::rayon::prelude;", "`rayon::prelude`: `rayon` stays in `src/study/`"),
            ("src/study/a.rs", "#[derive(clap::Args)]", "`clap::Args`: `clap` stays in `src/cli/`, `src/main.rs`"),
            (
                "src/market/a.rs",
                "std::thread::spawn",
                "`std::thread::spawn`: `std::thread` stays in `src/study/`, `src/output/`, `src/cli/`",
            ),
            ("src/output/a.rs", "println!()", "`println!` stays in `src/cli/`, `src/main.rs`"),
            ("src/output/a.rs", "std::eprint!()", "`eprint!` stays in `src/cli/`, `src/main.rs`"),
            ("src/engine/time.rs", "unsafe { a }", "`unsafe` stays in `src/engine/queue/`"),
        ] {
            assert_eq!(found(path, text), [format!("{path}:1: {message}")], "{text}");
        }
        assert_eq!(found("src/market/a.rs", "use std::{fmt, fs};").len(), 1);
    }

    #[test]
    fn a_fenced_thing_is_at_home_in_its_place() {
        for (path, text) in [
            ("src/parquet/write.rs", "use polars::prelude::*; use std::fs::File;"),
            ("src/chart/frame.rs", "use plotters::prelude::*;"),
            ("src/study/work.rs", "use rayon::prelude::*; std::thread::scope();"),
            ("src/cli/run.rs", "use clap::Args; println!(); indicatif::a();"),
            ("src/engine/queue/heap.rs", "unsafe { a }"),
            ("src/record/a.rs", "let polars = print(thread::a, b.fs::<C>()); // println!() polars::x"),
            ("src/record/a.rs", "#[cfg(test)]\nmod tests { use std::fs; fn a() { println!() } }"),
            ("tests/a.rs", "use polars::prelude::*;"),
        ] {
            assert_eq!(found(path, text), Vec::<String>::new(), "{path}: {text}");
        }
    }
}
