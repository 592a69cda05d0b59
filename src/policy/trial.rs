//! Random parameters for every rule, drawn from the types its schema names: each set of them is refused with words, or the
//! rule runs and keeps its bounds.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::RuleNotes;
use crate::engine::mistake::Mistake;
use crate::engine::random::{KeyedRng, RandomSource, Seed, key};

/// How many sets of parameters each rule is given.
fn sets() -> u64 {
    if std::env::var_os("RELIANCE_LONG").is_some() { 10_000 } else { 1_000 }
}

/// Gives each rule its random parameters. `run` checks the table it is handed and, unless it is refused, runs the rule.
///
/// Half of the sets change the documented example, so that many of them are sound; the others are made from nothing.
pub(super) fn endure<T: DeserializeOwned>(
    rules: Vec<RuleNotes>,
    mut run: impl FnMut(&'static str, T, &mut KeyedRng) -> Result<(), Mistake>,
) {
    for (which, rule) in rules.into_iter().enumerate() {
        let example: toml::Table = toml::from_str(&format!("x = {}", rule.example)).unwrap();
        let example = serde_json::to_value(&example["x"]).unwrap();
        let schema = rule.schema.as_value();
        let (mut ran, mut refused) = (0, 0);
        for index in 0..sets() {
            let mut draw = KeyedRng::new(key(Seed::from(1), 90, which as u64, index, 0));
            let start = (index % 2 == 0).then_some(&example);
            let parameters = Source { definitions: &schema["$defs"] }.table(schema, start, &mut draw);
            let written = json!({ "rule": rule.name, rule.name: parameters });
            let Ok(table) = serde_json::from_value::<T>(written) else {
                refused += 1;
                continue;
            };
            match run(rule.name, table, &mut draw) {
                Ok(()) => ran += 1,
                Err(Mistake { key, message, .. }) => {
                    refused += 1;
                    let known = schema["properties"].as_object().is_some_and(|known| known.contains_key(key));
                    assert!(known && !message.is_empty(), "{}: `{key}` {message}", rule.name);
                }
            }
        }
        assert!(ran >= sets() / 100, "{}: {ran} ran, {refused} were refused", rule.name);
    }
}

/// The parameters of a rule's schema that are of a named type, in alphabetical order.
pub(super) fn named(schema: &Value, kind: &str) -> Vec<String> {
    let of_kind = |schema: &Value| schema.to_string().contains(&format!("/{kind}\""));
    let properties = schema["properties"].as_object().into_iter().flatten();
    let mut keys: Vec<String> = properties.filter(|(_, schema)| of_kind(schema)).map(|(key, _)| key.clone()).collect();
    keys.sort_unstable();
    keys
}

/// Amounts: negative, none, the least, huge, and beyond the most.
const AMOUNTS: [&str; 11] = [
    "-1",
    "-0.000001",
    "0",
    "0.000001",
    "0.000002",
    "0.0008",
    "1",
    "5000",
    "1000000000",
    "1000000000.000001",
    "9000000000000",
];

const SPANS: [&str; 11] = ["0", "1ns", "2us", "1ms", "250ms", "1s", "1min", "1h", "10h", "365d", "200000d"];

/// Up to a thousand a second: what is faster than a nanosecond the scenario refuses, whatever the law.
const RATES: [&str; 8] = ["0/s", "1e-300/s", "1/y", "1/h", "0.5/s", "2/s", "5/s", "1000/s"];

const NUMBERS: [f64; 17] =
    [-1e300, -100.0, -1.0, -1e-9, 0.0, 1e-300, 1e-9, 0.05, 0.5, 0.9, 1.0, 1.5, 2.0, 100.0, 1e6, 1e12, 1e300];

const WHOLES: [i64; 14] = [-1, 0, 1, 2, 3, 4, 8, 64, 65, 255, 256, 65_536, 4_294_967_295, 4_294_967_296];

/// Names, among them those of columns.
const TEXTS: [&str; 9] = ["", "a", "thieves", "f", "in", "out", "kind", "user", "timestamp"];

fn one_of<T: Copy>(of: &[T], draw: &mut KeyedRng) -> T {
    of[draw.below(of.len() as u64) as usize]
}

/// Where references of a schema lead.
struct Source<'s> {
    definitions: &'s Value,
}

impl Source<'_> {
    /// A table of this schema; from a start some of its values are changed.
    fn table(&self, schema: &Value, start: Option<&Value>, draw: &mut KeyedRng) -> Value {
        let mut table = start.and_then(Value::as_object).cloned().unwrap_or_default();
        let none = Map::new();
        let needed =
            |name: &str| schema["required"].as_array().is_some_and(|needed| needed.iter().any(|needed| needed == name));
        for (name, schema) in schema["properties"].as_object().unwrap_or(&none) {
            let changes = match start {
                Some(_) => draw.chance(0.2),
                None => needed(name) || draw.chance(0.5),
            };
            if !changes {
                continue;
            }
            match self.value(schema, draw) {
                Value::Null => drop(table.remove(name)),
                value => drop(table.insert(name.clone(), value)),
            }
        }
        Value::Object(table)
    }

    fn value(&self, schema: &Value, draw: &mut KeyedRng) -> Value {
        if let Some(reference) = schema["$ref"].as_str() {
            let name = reference.rsplit('/').next().unwrap();
            return match name {
                "Money" | "Price" => one_of(&AMOUNTS, draw).into(),
                "SimDuration" => one_of(&SPANS, draw).into(),
                "Rate" => one_of(&RATES, draw).into(),
                // Mostly in range, so that more than the type is tried.
                "Share" if draw.chance(0.95) => one_of(&[0.0, 1e-300, 1e-9, 0.05, 0.5, 0.9, 1.0], draw).into(),
                "Factor" if draw.chance(0.95) => NUMBERS[4 + draw.below(13) as usize].into(),
                _ => self.value(&self.definitions[name], draw),
            };
        }
        if let Some(value) = schema.get("const") {
            return value.clone();
        }
        for several in ["allOf", "anyOf", "oneOf"] {
            if let Some(options) = schema[several].as_array() {
                return self.value(&options[draw.below(options.len() as u64) as usize], draw);
            }
        }
        let kind = match &schema["type"] {
            Value::Array(kinds) => kinds[draw.below(kinds.len() as u64) as usize].as_str(),
            kind => kind.as_str(),
        };
        match kind.unwrap_or_else(|| panic!("a schema without a type: {schema}")) {
            "null" => Value::Null,
            "boolean" => draw.chance(0.5).into(),
            "number" => one_of(&NUMBERS, draw).into(),
            "integer" => one_of(&WHOLES, draw).into(),
            "string" => one_of(&TEXTS, draw).into(),
            "array" => {
                let least = schema["minItems"].as_u64().unwrap_or(0);
                let most = schema["maxItems"].as_u64().unwrap_or(4).max(least);
                let count = least + draw.below(most - least + 1);
                (0..count).map(|_| self.value(&schema["items"], draw)).collect()
            }
            "object" => self.table(schema, None, draw),
            other => panic!("a parameter of type {other}: {schema}"),
        }
    }
}
