//! The way to add a rule is as short as CONTRIBUTING.md says. `tests/scripts/extend.sh` builds it.

use std::fs;
use std::path::Path;

/// The block of the page that begins with "```diff".
fn diff() -> String {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("CONTRIBUTING.md")).unwrap();
    let start = page.find("```diff\n").expect("the page shows how to add a rule") + "```diff\n".len();
    let length = page[start..].find("```").unwrap();
    page[start..start + length].to_string()
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
