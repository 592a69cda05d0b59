//! Nonsense in every field: each value of the sound scenarios gives way to values that cannot be right, and the problem
//! points at them. Between them the sound scenarios write every key of the schema.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use reliance::scenario::Scenario;
use reliance::scenario::document::node::{Node, Value};
use reliance::scenario::document::{Document, key_text};
use reliance::scenario::problems::Problems;
use reliance::scenario::schema::json_schema;
use serde_json::Value as Json;

use super::sound;
use right::RIGHT;

mod right;

/// What is written in the place of every value.
const NONSENSE: &[&str] = &[
    "\"§\"",
    "\"\"",
    "\"-5\"",
    "-7",
    "0",
    "1.5e300",
    "nan",
    "inf",
    "99999999999999999999",
    "true",
    "[]",
    "[[]]",
    "{}",
    "{ nonsense = 1 }",
    "1979-05-27",
];

/// What is wrong for another value alone, at which the problem then points: a name that others use, and the parameters of
/// one law or rule.
const ELSEWHERE: &[(&str, &[&str])] = &[
    (
        "0",
        &[
            "nodes.conduct.best-reply.prior-answers",
            "nodes.conduct.best-reply.prior-cheats",
            "nodes.conduct.best-reply.prior-honest",
            "pricing.compute.band.high",
            "verification.opinions.rule.additive.full",
        ],
    ),
    ("\"§\"", &["demand.sources.name", "nodes.name", "requesters.name", "network.regions"]),
    ("\"-5\"", &["demand.sources.name", "nodes.name", "requesters.name", "network.regions"]),
    ("[]", &["network.regions"]),
    ("1.5e300", &["classes.*.noise.deviation", "classes.*.noise.min", "nodes.speed.min"]),
];

/// Every value that was written in the text itself, with its path and its bytes. Tables under headers are opened alone.
fn values(node: &Node, path: &str, text: &str, found: &mut Vec<(String, Range<usize>)>) {
    let origin = &node.origin;
    if origin.source.index == 0 && !origin.is_whole() {
        let written = &text[origin.span.clone()];
        if format!("value = {written}").parse::<toml::Table>().is_ok() {
            found.push((path.to_owned(), origin.span.clone()));
        }
    }
    match &node.value {
        Value::Table(table) => {
            for (key, entry) in table {
                let dot = if path.is_empty() { "" } else { "." };
                values(&entry.node, &format!("{path}{dot}{}", key_text(key)), text, found);
            }
        }
        Value::Array(array) => {
            array.iter().enumerate().for_each(|(index, node)| values(node, &format!("{path}[{index}]"), text, found));
        }
        _ => {}
    }
}

/// A path without the numbers of entries and the names that a person chose.
fn place(path: &str) -> String {
    let bare: String = path.split('[').map(|part| part.split_once(']').map_or(part, |(_, rest)| rest)).collect();
    let mut steps: Vec<&str> = bare.split('.').collect();
    for at in 1..steps.len() {
        let tables = [["verification", "define"], ["verification", "vendors"], ["pricing", "models"]];
        let named = at == 1 && matches!(steps[0], "models" | "classes" | "series")
            || at == 2 && tables.iter().any(|of| steps[..2] == *of);
        if named || steps[at - 1] == "mix" {
            steps[at] = "*";
        }
    }
    steps.join(".")
}

/// A place where what is right of one channel or one kind of party, and of all alike, stands once.
fn alike(place: &str) -> String {
    let party = ["validators.", "provers."].iter().find_map(|kind| place.strip_prefix(kind));
    let channels = ["pricing.coordination.", "pricing.verification.", "pricing.models.*."];
    let channel = channels.iter().find_map(|kind| place.strip_prefix(kind));
    if let Some(rest) = place.strip_prefix("requesters.conduct") {
        return format!("nodes.conduct{rest}");
    }
    match (party, channel) {
        (Some(rest), _) => format!("nodes.{rest}"),
        (_, Some(rest)) => format!("pricing.compute.{rest}"),
        _ => place.to_owned(),
    }
}

/// Whether a problem is at this place: within it, or in an input that it names.
fn points_at(problems: &Problems, text: &str, place: &Range<usize>) -> bool {
    let line = text[..place.start].matches('\n').count() + 1;
    problems.iter().any(|problem| match &problem.origin {
        Some(origin) => origin.span.start < place.end && origin.span.end.max(origin.span.start + 1) > place.start,
        None => problem.notes.iter().any(|note| note.starts_with("named by ") && note.ends_with(&format!(":{line}"))),
    })
}

fn listed(list: &[(&str, &[&str])]) -> BTreeSet<String> {
    list.iter().flat_map(|(value, places)| places.iter().map(move |place| format!("{place} = {value}"))).collect()
}

#[test]
fn nonsense_in_any_field_is_refused_at_its_place() {
    let (mut right, mut elsewhere) = (BTreeSet::new(), BTreeMap::new());
    for (name, text) in sound() {
        let document = Document::from_text(&name, &text, &[]).unwrap_or_else(|problems| panic!("{problems}"));
        let mut fields = Vec::new();
        values(document.root(), "", &text, &mut fields);
        assert!(!fields.is_empty(), "{name} has values");
        for (path, span) in fields {
            for nonsense in NONSENSE.iter().filter(|nonsense| **nonsense != &text[span.clone()]) {
                let broken = format!("{}{nonsense}{}", &text[..span.start], &text[span.end..]);
                let what = format!("{} = {nonsense}", alike(&place(&path)));
                match Scenario::from_text(&name, &broken) {
                    Ok(_) => {
                        right.insert(what);
                    }
                    Err(problems) if !points_at(&problems, &broken, &(span.start..span.start + nonsense.len())) => {
                        elsewhere.insert(what, problems.to_string());
                    }
                    Err(_) => {}
                }
            }
        }
    }
    assert_eq!(right, listed(RIGHT), "what is right, and what is listed as right");
    let places: BTreeSet<String> = elsewhere.keys().cloned().collect();
    assert_eq!(places, listed(ELSEWHERE), "what points elsewhere: {elsewhere:#?}");
}

/// Every key of the schema, as a place; laws are one value.
pub(in crate::suite) fn keys(schema: &Json, table: &Json, path: &str, found: &mut BTreeSet<String>) {
    for (key, property) in table["properties"].as_object().into_iter().flatten() {
        let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        found.insert(path.clone());
        let inner = property.get("additionalProperties");
        let path = if inner.is_some() { format!("{path}.*") } else { path };
        if let Some(table) = target(schema, inner.or(property.get("items")).unwrap_or(property))
            && table["properties"].get("law").is_none()
        {
            keys(schema, table, &path, found);
        }
    }
}

/// The table that a property stands for, directly or as one of its choices.
fn target<'s>(schema: &'s Json, property: &'s Json) -> Option<&'s Json> {
    if let Some(path) = property.get("$ref").and_then(Json::as_str) {
        return schema["definitions"].get(path.rsplit('/').next()?);
    }
    property.get("allOf").or_else(|| property.get("anyOf"))?.as_array()?.iter().find_map(|one| target(schema, one))
}

/// Every key that a document writes, and the tables around them, as places.
fn written(node: &Node, path: &str, found: &mut BTreeSet<String>) {
    if !path.is_empty() {
        found.insert(place(path));
    }
    match &node.value {
        Value::Table(table) => {
            for (key, entry) in table {
                let dot = if path.is_empty() { "" } else { "." };
                written(&entry.node, &format!("{path}{dot}{}", key_text(key)), found);
            }
        }
        Value::Array(array) => array.iter().for_each(|node| written(node, path, found)),
        _ => {}
    }
}

#[test]
fn the_sound_scenarios_write_every_key() {
    let (schema, mut known, mut found) = (json_schema(), BTreeSet::new(), BTreeSet::new());
    keys(&schema, &schema, "", &mut known);
    assert!(known.len() > 100, "{} keys", known.len());
    for (name, text) in sound() {
        let document = Document::from_text(&name, &text, &[]).unwrap_or_else(|problems| panic!("{problems}"));
        written(document.root(), "", &mut found);
    }
    // Groups of checkers are tables as groups of nodes are, but serve no model and ask no price.
    let refused = |key: &String| {
        let field = key.strip_prefix("validators.").or_else(|| key.strip_prefix("provers."));
        // Nor do others than validators ask a multiple of the price of checks.
        field.is_some_and(|field| matches!(field, "models" | "memory-gb" | "price" | "image"))
            || matches!(key.as_str(), "nodes.ask" | "provers.ask")
    };
    // A model's price is a table as that of computing is.
    let of_compute = |key: &&String| {
        let rule = key.strip_prefix("pricing.models.*.").map(|rule| format!("pricing.compute.{rule}"));
        rule.is_some_and(|key| found.contains(&key))
    };
    let missing: Vec<&String> = known.difference(&found).filter(|key| !refused(key) && !of_compute(key)).collect();
    assert!(missing.is_empty(), "no sound scenario writes {missing:?}");
}
