//! Laws of files in every place of a scenario, against the same laws with their values written out.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use crate::domain::money::MICRO;
use crate::engine::law::Sampler;
use crate::scenario::Scenario;
use crate::scenario::document::{Document, Set};
use crate::scenario::schema::json_schema;

/// A scenario in which every table that holds a law is there once.
const WHOLE: &str = r#"
    name = "whole"
    horizon = "1h"
    coordination = { gas = 1 }
    [models.m]
    [classes.m]
    model = "m"
    work = { law = "constant", value = "1s" }
    [[demand.sources]]
    name = "s"
    arrivals = { rule = "renewal", renewal = { gap = { law = "constant", value = "1s" } } }
    [verification.define.m]
    checks = [{ by = "validators" }]
    [[nodes]]
    name = "n"
    count = 1
    failure = { up = { law = "constant", value = "1h" }, down = { law = "constant", value = "1h" } }
    [[validators]]
    name = "v"
    count = 1
    failure = { up = { law = "constant", value = "1h" }, down = { law = "constant", value = "1h" } }
    [[provers]]
    name = "p"
    count = 1
    failure = { up = { law = "constant", value = "1h" }, down = { law = "constant", value = "1h" } }
"#;

/// The paths of all laws below a part of the schema, with the place of an entry in lists and maps as in [`WHOLE`].
fn laws(schema: &Value, part: &Value, path: &str, found: &mut Vec<(String, bool)>) {
    if let Some(name) = part["$ref"].as_str() {
        return laws(schema, &schema["definitions"][name.rsplit('/').next().unwrap()], path, found);
    }
    for choice in ["anyOf", "allOf"].iter().filter_map(|key| part[key].as_array()).flatten() {
        laws(schema, choice, path, found);
    }
    if !part["properties"]["law"].is_null() && !part["properties"]["weights"].is_null() {
        let of_times = part["properties"]["values"].to_string().contains("SimDuration");
        return found.push((path.to_owned(), of_times));
    }
    for (key, inner) in part["properties"].as_object().into_iter().flatten() {
        laws(schema, inner, format!("{path}.{key}").trim_start_matches('.'), found);
    }
    if part["items"].is_object() {
        laws(schema, &part["items"], &format!("{path}[0]"), found);
    }
    if part["additionalProperties"].is_object() {
        laws(schema, &part["additionalProperties"], &format!("{path}.m"), found);
    }
}

fn with(sets: &[String]) -> Result<Scenario, String> {
    let sets: Vec<Set> = sets.iter().map(|set| set.parse().unwrap()).collect();
    let document = Document::from_text("whole.toml", WHOLE, &sets).map_err(|problems| problems.to_string())?;
    let table = document.parse().map_err(|problems| problems.to_string())?;
    super::super::compile(&document, table).map_err(|problems| problems.to_string())
}

#[test]
fn every_law_of_the_schema_may_be_in_a_file() {
    let schema = json_schema();
    let mut found = Vec::new();
    laws(&schema, &schema, "", &mut found);
    assert!(found.len() >= 25, "the schema has more laws than {found:?}");
    with(&[]).expect("a sound scenario");
    for (path, of_times) in found {
        let unit = if of_times { ", unit = \"1s\"" } else { "" };
        let mut sets = vec![format!("{path}={{ law = \"empirical\", file = \"gone.csv\", column = \"x\"{unit} }}")];
        // A number of inputs asks for classes that they come from.
        sets.extend(path.strip_suffix(".inputs.count").map(|class| format!("{class}.inputs.from=[\"m\"]")));
        let said = with(&sets).expect_err(&path);
        let expected = format!("error: cannot read `gone.csv`: no such file\n  --> command line `--set {path}=");
        assert!(said.contains(&expected), "{path}: {said}");
    }
}

/// A folder of this test's own that is gone with it.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("reliance-{}-{name}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    fn file(&self, name: &str, text: &str) -> String {
        let path = self.0.join(name);
        fs::write(&path, text).unwrap();
        path.display().to_string()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn a_file_stands_for_its_values() {
    let folder = Folder::new("values");
    let rows = folder.file("list.csv", "who,size\na,2\nb,0.5\nc,7\nd,2\n");
    let lines = folder.file("list.jsonl", "{\"size\": 2}\n{\"size\": 0.5}\n{\"size\": 7}\n{\"size\": 2}\n");
    for file in [&rows, &lines] {
        let law = |more: &str| format!("{{ law = \"empirical\", file = \"{file}\", column = \"size\"{more} }}");
        let read = with(&[
            format!("nodes[0].stake={}", law("")),
            format!("nodes[0].cost={}", law(", scale = 1e-6")),
            format!("nodes[0].speed={}", law(", scale = 2")),
            format!("nodes[0].failure.down={}", law(", unit = \"1min\"")),
            format!("classes.m.patience={}", law(", unit = \"1s\", scale = 0.1")),
            format!("demand.sources[0].arrivals.renewal.gap={}", law(", unit = \"1ms\"")),
        ])
        .unwrap();
        let listed = with(&[
            "nodes[0].stake={ law = \"empirical\", values = [\"2\", \"0.5\", \"7\", \"2\"] }".into(),
            "nodes[0].cost={ law = \"empirical\", values = [\"0.000002\", \"0\", \"0.000007\", \"0.000002\"] }".into(),
            "nodes[0].speed={ law = \"empirical\", values = [4.0, 1.0, 14.0, 4.0] }".into(),
            "nodes[0].failure.down={ law = \"empirical\", values = [\"2min\", \"30s\", \"7min\", \"2min\"] }".into(),
            "classes.m.patience={ law = \"empirical\", values = [\"200ms\", \"50ms\", \"700ms\", \"200ms\"] }".into(),
        ])
        .unwrap();
        let [read_node, listed_node] = [&read, &listed].map(|scenario| scenario.groups.iter().next().unwrap());
        assert_eq!(read_node.stake, listed_node.stake);
        assert_eq!(read_node.stake.mean(), 2.875 * MICRO as f64);
        assert_eq!(read_node.speed, listed_node.speed);
        let down = |failure: &Option<crate::scenario::model::Failure>| failure.as_ref().unwrap().down.clone();
        assert_eq!(down(&read_node.failure), down(&listed_node.failure));
        let patience = |scenario: &Scenario| -> Sampler {
            scenario.classes.iter().next().unwrap().patience.clone().expect("a patience")
        };
        assert_eq!(patience(&read), patience(&listed));
        // Half a millionth of a credit is rounded as any other amount is.
        assert!((read_node.cost.mean() - listed_node.cost.mean()).abs() <= 0.25, "{}", read_node.cost.mean());
    }
}

#[test]
fn a_file_belongs_to_the_identity() {
    let folder = Folder::new("identity");
    let file = folder.file("list.csv", "size\n2\n3\n");
    let set = [
        format!("nodes[0].stake={{ law = \"empirical\", file = \"{file}\", column = \"size\" }}"),
        format!("validators[0].stake={{ law = \"empirical\", file = \"{file}\", column = \"size\" }}"),
    ];
    let before = with(&set).unwrap();
    assert_eq!(before.inputs.len(), 1, "a file read twice is one file: {:?}", before.inputs);
    assert_eq!(before.inputs[0].0, file);
    folder.file("list.csv", "size\n2\n4\n");
    let after = with(&set).unwrap();
    assert_eq!((&before.document, before.inputs.len()), (&after.document, after.inputs.len()));
    assert_ne!(before.inputs[0].1, after.inputs[0].1);
}
