//! No three files import one another in a circle: each file is read after those it imports, or together with one other.
//!
//! An import is a path by `crate` or `super`. A folder's `mod.rs` that names its own files declares them and imports nothing.

use std::collections::BTreeMap;

use super::floors::{module, resolve};
use super::source::{Source, Violation};

/// The most files that may stand in one circle.
const CIRCLE_MAX: usize = 2;

/// Every circle of imports that is too large, at its first file.
pub fn check(sources: &[Source]) -> Vec<Violation> {
    let shipped = sources.iter().filter(|source| source.path.starts_with("src/") && source.is_rust());
    let files: Vec<&Source> = shipped.filter(|source| !source.path.ends_with("tests.rs")).collect();
    let places: BTreeMap<Vec<String>, usize> =
        files.iter().enumerate().map(|(place, source)| (module(&source.path), place)).collect();
    let imports: Vec<Vec<usize>> = files.iter().map(|source| imports(source, &places)).collect();
    let mut violations = Vec::new();
    for circle in circles(&imports).into_iter().filter(|circle| circle.len() > CIRCLE_MAX) {
        let names: Vec<&str> = circle.iter().map(|&place| files[place].path.as_str()).collect();
        let message = format!("{} files import one another in a circle: {}", circle.len(), names.join(", "));
        violations.push(Violation::new(files[circle[0]], 1, message));
    }
    violations
}

/// The files that a file imports, by their places.
fn imports(source: &Source, places: &BTreeMap<Vec<String>, usize>) -> Vec<usize> {
    let home = module(&source.path);
    let own = places.get(&home).copied();
    let paths = source.paths();
    let targets = paths.iter().filter(|_| !home.is_empty()).filter_map(|path| resolve(path, &home));
    // The file is the longest part of the path that is one; what follows is in it.
    let files = targets.filter_map(|target| (1..=target.len()).rev().find_map(|length| places.get(&target[..length])));
    let mut found: Vec<usize> = files.copied().filter(|&file| Some(file) != own).collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// The sets of files each of which leads to each other one, in order; a file alone is a set of one.
fn circles(imports: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let reached: Vec<Vec<bool>> = (0..imports.len()).map(|from| reached_from(from, imports)).collect();
    let mut found: Vec<Vec<usize>> = Vec::new();
    for (file, ahead) in reached.iter().enumerate() {
        if !found.iter().any(|circle| circle.contains(&file)) {
            let with = |&other: &usize| other == file || (ahead[other] && reached[other][file]);
            found.push((file..imports.len()).filter(with).collect());
        }
    }
    found
}

fn reached_from(file: usize, imports: &[Vec<usize>]) -> Vec<bool> {
    let (mut reached, mut open) = (vec![false; imports.len()], vec![file]);
    while let Some(next) = open.pop() {
        for &other in &imports[next] {
            if !std::mem::replace(&mut reached[other], true) {
                open.push(other);
            }
        }
    }
    reached
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(files: &[(&str, &str)]) -> Vec<String> {
        let sources: Vec<Source> = files.iter().map(|(path, text)| Source::new(*path, *text)).collect();
        check(&sources).iter().map(Violation::to_string).collect()
    }

    #[test]
    fn a_circle_of_three_is_found() {
        let files = [
            ("src/a/one.rs", "use super::two::B;"),
            ("src/a/two.rs", "use crate::a::three::{C, d};"),
            ("src/a/three.rs", "fn f() { super::one::a() }"),
            ("src/a/four.rs", "use super::one;"),
        ];
        let circle =
            "src/a/one.rs:1: 3 files import one another in a circle: src/a/one.rs, src/a/two.rs, src/a/three.rs";
        assert_eq!(found(&files), [circle]);
    }

    #[test]
    fn two_files_and_a_folder_with_its_own_are_no_circle() {
        let files = [
            ("src/a/one.rs", "use super::two::B; use super::Thing;"),
            ("src/a/two.rs", "use super::one::C;"),
            ("src/a/mod.rs", "mod one; mod two; pub use one::D; struct Thing(two::B);"),
        ];
        assert_eq!(found(&files), Vec::<String>::new());
    }
}
