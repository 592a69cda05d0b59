//! What a scenario chooses by a name that is no rule with parameters of its own: laws, disciplines and processes.

use std::fmt::Write;

use crate::domain::service::Discipline;
use crate::engine::law::LawName;
use crate::engine::process::{ProcessName, ProcessSpec};

/// The kinds.
pub(super) const KINDS: [&str; 3] = ["laws", "disciplines", "processes"];

/// Every name of a kind with its meaning.
pub(super) fn notes(kind: &str) -> String {
    match kind {
        "laws" => listed(&schemars::schema_for!(LawName), |name| {
            let law: LawName = serde_json::from_value(name.into()).expect("a name that the schema lists");
            format!("    {}\n", law.takes())
        }),
        "disciplines" => listed(&schemars::schema_for!(Discipline), |name| {
            format!("    example: discipline = \"{name}\", in `[[nodes]]`\n")
        }),
        _ => {
            let mut text = listed(&schemars::schema_for!(ProcessName), |_| String::new());
            text.push_str("parameters, beside `process`\n");
            let schema = schemars::schema_for!(ProcessSpec);
            for (name, field) in schema.as_value()["properties"].as_object().into_iter().flatten() {
                if let Some(about) = field["description"].as_str().filter(|_| name != "process") {
                    let _ = writeln!(text, "      {name}: {}", one_line(about));
                }
            }
            text.push('\n');
            text
        }
    }
}

/// The names of an enum with their descriptions, and what `more` there is to say of each.
fn listed(schema: &schemars::Schema, more: impl Fn(&str) -> String) -> String {
    let mut text = String::new();
    for choice in schema.as_value()["oneOf"].as_array().into_iter().flatten() {
        let name = choice["const"].as_str().or(choice["enum"][0].as_str()).unwrap_or_default();
        let about = choice["description"].as_str().unwrap_or_default();
        let _ = writeln!(text, "{name}\n    {}\n{}", one_line(about), more(name));
    }
    text
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// No name is without its meaning.
    #[test]
    fn every_name_is_listed() {
        let names = |kind: &str| notes(kind).lines().filter(|line| line.starts_with(char::is_alphabetic)).count();
        assert_eq!(names("laws"), 13);
        assert_eq!(names("disciplines"), 6);
        assert_eq!(names("processes"), 5 + 1);
        assert!(notes("laws").contains("`gamma` takes `mean` and `cv`, or `mean` and `shape`"));
        assert!(notes("processes").contains("reversion: The rate at which"));
    }
}
