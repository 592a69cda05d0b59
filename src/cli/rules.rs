//! `rules`: every rule a scenario may choose.

use std::fmt::Write;

use clap::Args;
use serde_json::Value;

use super::{Done, Failure, say};
use crate::policy::{self, RuleNotes};
use crate::scenario::nearest;

/// What `rules` is asked.
#[derive(Args, Debug)]
pub struct Rules {
    /// One kind of rule, such as `pricing`. Default all
    kind: Option<String>,
}

/// Prints the rules.
pub fn rules(rules: Rules) -> Done {
    let all = policy::rules();
    let mut kinds: Vec<&str> = all.iter().map(|rule| rule.kind).collect();
    kinds.dedup();
    if let Some(kind) = rules.kind.as_deref().filter(|kind| !kinds.contains(kind)) {
        let help = nearest::suggestion(kind, &kinds, "there are").unwrap_or_default();
        return Err(Failure::Wrong(format!("error: there is no kind of rule `{kind}`\nhelp: {help}")));
    }
    let mut text = String::new();
    for kind in kinds.into_iter().filter(|kind| rules.kind.as_deref().is_none_or(|wanted| wanted == *kind)) {
        let _ = writeln!(text, "{kind}\n{}\n", "─".repeat(kind.len()));
        all.iter().filter(|rule| rule.kind == kind).for_each(|rule| describe(rule, &mut text));
    }
    say(text.trim_end())
}

fn describe(rule: &RuleNotes, text: &mut String) {
    let _ = writeln!(text, "{}\n    {}\n    source: {}", rule.name, rule.summary, rule.source);
    let schema = rule.schema.as_value();
    let required: Vec<&str> = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    for (name, field) in schema["properties"].as_object().into_iter().flatten() {
        let needed = if required.contains(&name.as_str()) { " (required)" } else { "" };
        let about = field["description"].as_str().unwrap_or_default().replace('\n', " ");
        let _ = writeln!(text, "      {name}{needed}: {about}");
    }
    let _ = writeln!(text, "    example: {} = {}\n", rule.name, rule.example);
}
