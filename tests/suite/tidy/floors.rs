//! The house is read from the ground up: a file imports from lower floors and from its own folder, never from a higher floor,
//! never from another folder on its own floor. The folders of `policy` never import one another.

use super::source::{NamedPath, Source, Violation};

/// The floor of each folder or file directly under `src/`.
const FLOORS: &[(&str, u32)] = &[
    ("maths", 0),
    ("engine", 1),
    ("stats", 1),
    ("parquet", 1),
    ("domain", 2),
    ("policy", 3),
    ("record", 3),
    ("scenario", 4),
    ("market", 5),
    ("simulate", 6),
    ("output", 7),
    ("study", 8),
    ("chart", 9),
    ("report", 10),
    ("cli", 11),
    ("main", 12),
];

/// Folders whose own folders are strangers to one another.
const PARTED: &[&str] = &["policy"];

/// Every import that goes up or sideways.
pub fn check(sources: &[Source]) -> Vec<Violation> {
    let mut violations = Vec::new();
    let shipped = sources.iter().filter(|source| source.path.starts_with("src/") && source.is_rust());
    for source in shipped {
        let home = module(&source.path);
        // The root names every floor so that it can declare and re-export them; tests in a file of their own may look anywhere.
        if home.is_empty() || home.iter().any(|name| name == "tests") {
            continue;
        }
        let Some(floor) = floor(&home[0]) else {
            let message = format!("`{}` is on no floor: give it one in `tests/suite/tidy/floors.rs`", home[0]);
            violations.push(Violation::new(source, 1, message));
            continue;
        };
        for path in source.paths() {
            let target = resolve(&path, &home);
            if let Some(message) = target.and_then(|target| problem(&home, floor, &path, &target, sources)) {
                violations.push(Violation::new(source, path.line, message));
            }
        }
    }
    violations
}

fn floor(folder: &str) -> Option<u32> {
    FLOORS.iter().find(|(name, _)| *name == folder).map(|(_, floor)| *floor)
}

/// What is wrong with a file of module `home` on `floor` naming `target`, if anything.
fn problem(home: &[String], own: u32, path: &NamedPath, target: &[String], sources: &[Source]) -> Option<String> {
    let (folder, written) = (target.first()?, path.names.join("::"));
    let Some(other) = floor(folder) else {
        // A macro that is exported lives at the root, wherever it is written.
        let message = format!("`{written}` names no floor: name the module where the thing lives");
        return (!path.is_macro).then_some(message);
    };
    if *folder == home[0] {
        return sideways(home, target, sources)
            .map(|kind| format!("`{written}`: the folders of `{folder}` never import one another, here `{kind}`"));
    }
    match own.cmp(&other) {
        std::cmp::Ordering::Greater => None,
        std::cmp::Ordering::Equal => Some(format!("`{written}`: `{}` and `{folder}` share floor {own}", home[0])),
        std::cmp::Ordering::Less => Some(format!("`{written}`: floor {own} imports from floor {other}, `{folder}`")),
    }
}

/// The other folder that a file inside a folder of a parted floor reaches into.
fn sideways<'a>(home: &[String], target: &'a [String], sources: &[Source]) -> Option<&'a str> {
    let is_folder = |name: &str| {
        let inside = format!("src/{}/{name}/", home[0]);
        sources.iter().any(|source| source.path.starts_with(&inside))
    };
    let (own, other) = (home.get(1)?, target.get(1)?);
    let apart = PARTED.contains(&home[0].as_str()) && own != other && is_folder(own) && is_folder(other);
    apart.then_some(other.as_str())
}

/// The module that a file is: `src/policy/price/mod.rs` is `policy::price`, the root is nothing.
pub fn module(path: &str) -> Vec<String> {
    let inner = path.trim_start_matches("src/").trim_end_matches(".rs");
    let inner = inner.strip_suffix("/mod").unwrap_or(inner);
    if inner == "lib" { Vec::new() } else { inner.split('/').map(str::to_owned).collect() }
}

/// The names of a path from the root, if it points into this crate by `crate` or by leaving `home` through `super`.
pub fn resolve(path: &NamedPath, home: &[String]) -> Option<Vec<String>> {
    let names: &[String] = if path.names[0] == "self" { &path.names[1..] } else { &path.names };
    match names.first()?.as_str() {
        "crate" => Some(names[1..].to_vec()),
        // The binary names the library by its name.
        "reliance" if home[0] == "main" => Some(names[1..].to_vec()),
        "super" => {
            let climbs = names.iter().take_while(|name| *name == "super").count();
            let base = &home[..home.len().saturating_sub(climbs)];
            Some([base, &names[climbs..]].concat())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The violations of a file with this text in a house that has a few folders.
    fn found(path: &str, text: &str) -> Vec<String> {
        let house = ["src/policy/price/spot.rs", "src/policy/opinion/beta.rs", "src/policy/list.rs"];
        let mut sources: Vec<Source> = house.iter().map(|path| Source::new(*path, "")).collect();
        sources.push(Source::new(path, text));
        check(&sources).iter().map(Violation::to_string).collect()
    }

    #[test]
    fn down_and_home_are_allowed() {
        for (path, text) in [
            ("src/market/mod.rs", "use crate::{engine::time::Time, policy::price, record::Fact, scenario};"),
            ("src/market/life/offer.rs", "use super::super::state; use crate::market::life; crate::stats::online();"),
            (
                "src/policy/price/spot.rs",
                "use super::list; use crate::policy::price::x; use crate::policy::list::Rule;",
            ),
            ("src/policy/list.rs", "use super::price::spot; use crate::policy::opinion::beta;"),
            ("src/main.rs", "use reliance::cli;"),
            ("src/lib.rs", "pub use crate::simulate::Run;"),
            ("src/engine/time.rs", "use std::fmt; use super::law; #[cfg(test)] mod tests { use crate::study::plan; }"),
            ("src/engine/time.rs", "// crate::study::plan\nlet a = \"crate::study::plan\";"),
            ("src/study/plan.rs", "crate::policies! { crate::simulate::Run }"),
            ("src/engine/queue/tests.rs", "use crate::study::plan;"),
        ] {
            assert_eq!(found(path, text), Vec::<String>::new(), "{path}: {text}");
        }
    }

    #[test]
    fn up_and_sideways_are_refused() {
        for (path, text, expected) in [
            (
                "src/domain/a.rs",
                "\nuse crate::policy::x;",
                "2: `crate::policy::x`: floor 2 imports from floor 3, `policy`",
            ),
            ("src/record/a.rs", "crate::policy::x()", "1: `crate::policy::x`: `record` and `policy` share floor 3"),
            ("src/stats/a.rs", "use crate::{engine::y};", "1: `crate::engine::y`: `stats` and `engine` share floor 1"),
            (
                "src/engine/law.rs",
                "use super::super::domain;",
                "1: `super::super::domain`: floor 1 imports from floor 2, `domain`",
            ),
            (
                "src/simulate.rs",
                "use super::output::x;",
                "1: `super::output::x`: floor 6 imports from floor 7, `output`",
            ),
            (
                "src/simulate.rs",
                "use self::super::cli::x;",
                "1: `self::super::cli::x`: floor 6 imports from floor 11, `cli`",
            ),
            (
                "src/market/a.rs",
                "use crate::Run;",
                "1: `crate::Run` names no floor: name the module where the thing lives",
            ),
            ("src/market/a.rs", "use crate::*;", "1: `crate::*` names no floor: name the module where the thing lives"),
            ("src/attic/mod.rs", "", "1: `attic` is on no floor: give it one in `tests/suite/tidy/floors.rs`"),
        ] {
            assert_eq!(found(path, text), [format!("{path}:{expected}")], "{text}");
        }
    }

    #[test]
    fn the_kinds_of_policy_are_strangers() {
        let expected =
            "src/policy/price/auction.rs:1: `PATH`: the folders of `policy` never import one another, here `opinion`";
        for path in ["crate::policy::opinion::beta", "super::super::opinion"] {
            let text = format!("use {path};");
            assert_eq!(found("src/policy/price/auction.rs", &text), [expected.replace("PATH", path)]);
        }
    }
}
