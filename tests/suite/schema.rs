//! The schemas that editors read beside scenarios and studies, in `docs`, are those of this version.
//!
//! `RELIANCE_BLESS=1 cargo test --release schema` writes them anew.

use std::fs;
use std::path::{Path, PathBuf};

use reliance::scenario::schema;
use reliance::study::file;

use super::trial::ROOT;

/// Where the schemas are, from the root.
const SCENARIO: &str = "docs/scenario.schema.json";
const STUDY: &str = "docs/study.schema.json";

#[test]
fn editors_read_the_present_schemas() {
    for (path, schema) in [(SCENARIO, schema::editor_schema()), (STUDY, file::editor_schema())] {
        let text = serde_json::to_string_pretty(&schema).expect("a schema becomes JSON") + "\n";
        let place = Path::new(ROOT).join(path);
        if std::env::var_os("RELIANCE_BLESS").is_some_and(|value| value == "1") {
            fs::write(&place, &text).unwrap_or_else(|wrong| panic!("{path}: {wrong}"));
        }
        let written = fs::read_to_string(&place).unwrap_or_default();
        let differs = text.lines().zip(written.lines()).position(|(now, was)| now != was);
        let line = differs.unwrap_or(text.lines().count().min(written.lines().count())) + 1;
        assert!(
            written == text,
            "`{path}` is not the schema of this version from line {line} on: write it anew by `RELIANCE_BLESS=1 cargo test \
             --release schema`"
        );
    }
}

/// The first line of a file, `#:schema PATH`, is read by editors from the file's folder.
#[test]
fn scenarios_and_studies_point_at_their_schemas() {
    let pointing = |folder: &str, expected: &str| {
        let files = fs::read_dir(Path::new(ROOT).join(folder)).expect("a folder").flatten().map(|entry| entry.path());
        let toml: Vec<PathBuf> = files.filter(|path| path.extension().is_some_and(|end| end == "toml")).collect();
        let pointer = |path: &PathBuf| {
            let text = fs::read_to_string(path).expect("a file");
            Some((path.clone(), text.lines().next()?.strip_prefix("#:schema ")?.to_owned()))
        };
        let found: Vec<(PathBuf, String)> = toml.iter().filter_map(pointer).collect();
        found.iter().for_each(|(path, schema)| assert_eq!(schema, expected, "{}", path.display()));
        (found.len(), toml.len())
    };
    let (scenarios, _) = pointing("scenarios", &format!("../{SCENARIO}"));
    assert!(scenarios > 0, "no scenario points at the schema");
    let (studies, all) = pointing("scenarios/studies", &format!("../../{STUDY}"));
    assert_eq!(studies, all, "every study points at the schema");
}
