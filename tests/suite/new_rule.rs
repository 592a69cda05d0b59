//! The way to add a rule in `CONTRIBUTING.md` is tried: its diff is applied to a copy of the project, which must build and pass the
//! tests that every rule must pass.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The block of the page that begins with "```diff".
fn diff() -> String {
    let page = fs::read_to_string(root().join("CONTRIBUTING.md")).unwrap();
    let start = page.find("```diff\n").expect("the page shows how to add a rule") + "```diff\n".len();
    let length = page[start..].find("```").unwrap();
    page[start..start + length].to_string()
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy(&entry.path(), &target),
            false => {
                fs::copy(entry.path(), target).unwrap();
            }
        }
    }
}

fn run(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text).into_owned();
    assert!(output.status.success(), "{command:?}\n{text}");
    text
}

#[test]
fn the_diff_is_one_file_and_two_lines() {
    let diff = diff();
    let changed: Vec<&str> = diff.lines().filter_map(|line| line.strip_prefix("+++ b/")).collect();
    assert_eq!(changed.len(), 2, "a list and a new file: {changed:?}");
    let (list, file) = diff.split_at(diff.find("new file mode").unwrap());
    let added = list.lines().filter(|line| line.starts_with('+') && !line.starts_with("+++")).count();
    assert_eq!(added, 2, "two lines in the list");
    assert!(file.lines().skip(4).all(|line| line.starts_with('+')));
}

#[test]
fn the_new_rule_builds_and_passes_what_every_rule_must_pass() {
    // Its own folder beside the build, so that what it compiles once stays compiled.
    let place: PathBuf = root().join("target/new-rule");
    let _ = fs::remove_dir_all(place.join("src"));
    copy(&root().join("src"), &place.join("src"));
    for file in ["Cargo.toml", "Cargo.lock"] {
        fs::copy(root().join(file), place.join(file)).unwrap();
    }
    for folder in ["tests", "benches"] {
        let _ = fs::remove_dir_all(place.join(folder));
        copy(&root().join(folder), &place.join(folder));
    }
    let patch = place.join("rule.diff");
    fs::write(&patch, diff()).unwrap();
    let git = |arguments: &[&str]| run(Command::new("git").current_dir(&place).args(arguments));
    if !place.join(".git").exists() {
        git(&["init", "--quiet"]);
    }
    git(&["apply", "rule.diff"]);
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_string());
    let text = run(Command::new(cargo)
        .current_dir(&place)
        .args(["test", "--offline", "--no-default-features", "--lib", "policy::"])
        .env("CARGO_TARGET_DIR", place.join("target"))
        .env("CARGO_PROFILE_TEST_DEBUG", "0")
        .env("CARGO_PROFILE_DEV_DEBUG", "0"));
    assert!(text.contains("policy::pricing::described::examples_build"), "the list's tests ran:\n{text}");
}
