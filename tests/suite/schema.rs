//! The schema that editors read beside the scenarios, `docs/scenario.schema.json`, is the one of this version.
//!
//! `RELIANCE_BLESS=1 cargo test --release schema` writes it anew.

use std::fs;
use std::path::Path;

use reliance::scenario::schema::json_schema;

use super::trial::ROOT;

/// Where the schema is, from the root.
const PATH: &str = "docs/scenario.schema.json";

#[test]
fn editors_read_the_present_schema() {
    let text = serde_json::to_string_pretty(&json_schema()).expect("a schema becomes JSON") + "\n";
    let path = Path::new(ROOT).join(PATH);
    if std::env::var_os("RELIANCE_BLESS").is_some_and(|value| value == "1") {
        fs::write(&path, &text).unwrap_or_else(|wrong| panic!("{PATH}: {wrong}"));
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    let differs = text.lines().zip(written.lines()).position(|(now, was)| now != was);
    let line = differs.unwrap_or(text.lines().count().min(written.lines().count())) + 1;
    assert!(
        written == text,
        "`{PATH}` is not the schema of this version from line {line} on: write it anew by `RELIANCE_BLESS=1 cargo test \
         --release schema`"
    );
}

/// The first line of a scenario, `#:schema PATH`, is read by editors from the scenario's folder.
#[test]
fn scenarios_point_at_the_schema() {
    let mut pointing = 0;
    for entry in fs::read_dir(Path::new(ROOT).join("scenarios")).expect("the scenarios").flatten() {
        let Ok(text) = fs::read_to_string(entry.path()) else { continue };
        let Some(path) = text.lines().find_map(|line| line.strip_prefix("#:schema ")) else { continue };
        assert_eq!(path, format!("../{PATH}"), "{}", entry.path().display());
        pointing += 1;
    }
    assert!(pointing > 0, "no scenario points at the schema");
}
