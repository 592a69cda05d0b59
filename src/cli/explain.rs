//! `explain`: every value of a scenario and where it comes from; or one job, and why it was placed or declined.

use std::io::{IsTerminal, stdout};
use std::path::PathBuf;

use clap::Args;
use serde_json::Value;

use super::check::loaded;
use super::understood::other_rule;
use super::{Done, say};
use crate::engine::random::Seed;
use crate::scenario::document::{Document, Set};
use crate::scenario::schema::{ScenarioTable, meaning};

mod job;

/// What `explain` is asked.
#[derive(Args, Debug)]
pub struct Explain {
    /// The scenario file
    scenario: PathBuf,
    /// Set a value of the scenario, such as `nodes[0].count=5`; may be given several times
    #[arg(long = "set", value_name = "PATH=VALUE")]
    sets: Vec<Set>,
    /// Show instead every term of the quotes one job was given, and what became of it: the name of its source and its number
    /// there, from 0
    #[arg(long, value_name = "SOURCE:INDEX")]
    job: Option<String>,
    /// With `--job`: the seed of the run. Default the scenario's
    #[arg(long, requires = "job")]
    seed: Option<Seed>,
}

/// Prints every value with its origin: file and line, the command line, or the default of the field with what it means.
pub fn explain(explain: Explain) -> Done {
    let (document, scenario) = loaded(&explain.scenario, &explain.sets)?;
    if let Some(name) = &explain.job {
        return say(&job::explained(&scenario, explain.seed.unwrap_or(scenario.seed), name)?);
    }
    let mut rows: Vec<[String; 3]> = document
        .effective()
        .into_iter()
        .map(|value| {
            let unused = other_rule(&document, &value.path).is_some();
            let origin = if unused { "unused: the rule is another".to_owned() } else { value.origin };
            [value.path, value.value, origin]
        })
        .collect();
    let table: ScenarioTable = document.parse()?;
    let whole = serde_json::to_value(&table).expect("a scenario becomes JSON");
    defaults(&document, &whole, String::new(), &mut rows);
    let width =
        |column: usize, most: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0).min(most);
    let (path_width, value_width) = (width(0, 52), width(1, 44));
    let is_terminal = stdout().is_terminal();
    let line = |[path, value, origin]: &[String; 3]| {
        // In a pipe, to a program or to a pager, every value is whole.
        let short = if is_terminal { shortened(value, value_width) } else { value.clone() };
        format!("{path:<path_width$}  {short:<value_width$}  {origin}\n")
    };
    say(&rows.iter().map(line).collect::<String>())
}

/// The values that the document did not write.
fn defaults(document: &Document, value: &Value, path: String, rows: &mut Vec<[String; 3]>) {
    let written = |path: &str| path.is_empty() || document.value(path).is_some();
    match value {
        Value::Null => {}
        Value::Object(fields) if written(&path) || !fields.is_empty() => {
            for (key, field) in fields {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                defaults(document, field, path, rows);
            }
        }
        Value::Array(entries) if entries.iter().any(Value::is_object) => {
            for (index, entry) in entries.iter().enumerate() {
                defaults(document, entry, format!("{path}[{index}]"), rows);
            }
        }
        _ if written(&path) => {}
        Value::Array(entries) if entries.is_empty() => {}
        Value::Object(_) => {}
        other => {
            let found = meaning(&path);
            // A length of nothing is a time too.
            let is_none = other == "0" && found.as_ref().is_some_and(|found| found.is_time);
            let value = if is_none { "\"0s\"".to_owned() } else { other.to_string() };
            let origin = found.map_or("default".to_owned(), |found| format!("default: {}", found.text));
            rows.push([path, value, origin]);
        }
    }
}

fn shortened(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_string();
    }
    text.chars().take(width.saturating_sub(1)).chain(['…']).collect()
}
