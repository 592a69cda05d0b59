//! What a crate that depends on this one downloads: no tests but the inputs that the library's own read, and not too much.

use std::path::Path;
use std::process::Command;

use super::tree::ROOT;

/// The most bytes of all files, unpacked. The registry takes 10 MiB packed.
const MOST: u64 = 6 << 20;

#[test]
fn the_package_is_small_and_without_the_suite() {
    let words = ["package", "--list", "--allow-dirty", "--offline", "--quiet"];
    let out = Command::new(env!("CARGO")).args(words).current_dir(ROOT).output().expect("cargo");
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let text = String::from_utf8(out.stdout).expect("names");
    let names: Vec<&str> = text.lines().collect();
    for needed in ["Cargo.toml", "src/lib.rs", "src/scenario/methods.toml", "scenarios/quickstart.toml"] {
        assert!(names.contains(&needed), "`{needed}` is not in the package");
    }
    let strange = |name: &&&str| {
        let tests = name.starts_with("tests/") && !name.starts_with("tests/broken/inputs/");
        tests || ["output/", "notebooks/", "target/", ".ci/"].iter().any(|folder| name.starts_with(folder))
    };
    assert_eq!(names.iter().filter(strange).collect::<Vec<_>>(), [&""; 0], "they have no use in a package");
    // Names that cargo makes, such as `Cargo.toml.orig`, are no files here.
    let bytes =
        names.iter().filter_map(|name| Path::new(ROOT).join(name).metadata().ok()).map(|file| file.len()).sum::<u64>();
    assert!(bytes <= MOST, "{bytes} bytes in {} files", names.len());
}
