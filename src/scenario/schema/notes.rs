//! What the schema says of keys, for messages: what a key is for, which keys a table must have, where a key belongs.
//!
//! A table is known by its keys, because that is all serde tells of it: two tables of the same keys mean the same.

use std::sync::LazyLock;

use serde_json::{Map, Value};

/// The schema, made when the first mistake asks for it.
static SCHEMA: LazyLock<Value> = LazyLock::new(super::json_schema);

/// The longest text of a note; beyond it the first sentence has to do.
const LONGEST: usize = 160;

/// What a key of the table with these keys is for: "how long the market is watched".
pub fn purpose(keys: &[&str], key: &str) -> Option<String> {
    let text = table(keys)?.get("properties")?.get(key)?.get("description")?.as_str()?;
    Some(as_note(text))
}

/// What the schema says of one value of a scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meaning {
    /// What it is for, in which unit; its default is left out.
    pub text: String,
    /// Whether it is a length of time.
    pub is_time: bool,
}

/// What the value at a path of a scenario means: of `nodes[0].slots` "jobs in service at once: …".
pub fn meaning(path: &str) -> Option<Meaning> {
    let value = at(path)?;
    let text = value.get("description")?.as_str()?;
    let text = text.split(" Default").next().unwrap_or_default();
    let is_time = target(value).is_some_and(|found| is_defined_as(found, "SimDuration"));
    Some(Meaning { text: as_note(text), is_time })
}

/// The keys of the table at a path of a scenario, such as `nodes[0].failure`; that of the scenario itself is empty.
pub fn keys_at(path: &str) -> Option<Vec<&'static str>> {
    let value = if path.is_empty() { &*SCHEMA } else { at(path)? };
    let table = target(value).or(value.as_object())?;
    table.contains_key("properties").then(|| properties(table).map(|(name, _)| name).collect())
}

/// Whether the table at a path of a scenario has these keys and no others.
pub fn is_at(path: &str, keys: &[&str]) -> bool {
    keys_at(path).is_some_and(|own| own.len() == keys.len() && own.iter().all(|key| keys.contains(key)))
}

/// What the schema says at a path of a scenario.
fn at(path: &str) -> Option<&'static Value> {
    let mut value = &*SCHEMA;
    for step in path.split('.') {
        let (name, is_entry) = step.split_once('[').map_or((step, false), |(name, _)| (name, true));
        let table = target(value).or(value.as_object())?;
        // Under a name that a person chose, all values are alike.
        let inner = table.get("properties").and_then(|listed| listed.get(name));
        value = inner.or_else(|| table.get("additionalProperties").filter(|any| any.is_object()))?;
        if is_entry {
            value = value.get("items")?;
        }
    }
    Some(value)
}

/// The keys that the table with these keys must have, in the order of the schema.
pub fn required(keys: &[&str]) -> Vec<&'static str> {
    let listed = table(keys).and_then(|table| table.get("required")).and_then(Value::as_array);
    listed.into_iter().flatten().filter_map(Value::as_str).collect()
}

/// Whether a scenario has a table with these keys.
pub fn is_table(keys: &[&str]) -> bool {
    table(keys).is_some()
}

/// Whether the table with these keys stands under a name that a person chose, as models and classes do.
pub fn is_named(keys: &[&str]) -> bool {
    let Some(wanted) = table(keys) else { return false };
    let holds = |property: &'static Value| property.get("additionalProperties").is_some_and(|one| is(one, wanted));
    tables().any(|table| properties(table).any(|(_, property)| holds(property)))
}

/// The rules of the table with these keys (`rule` and a table per rule) that take a parameter of this name.
pub fn rules_with(keys: &[&str], parameter: &str) -> Vec<&'static str> {
    let taking = |(_, rule): &(&str, &'static Value)| {
        target(rule).is_some_and(|spec| properties(spec).any(|(name, _)| name == parameter))
    };
    table(keys).into_iter().flat_map(properties).filter(taking).map(|(rule, _)| rule).collect()
}

/// The headers of the tables that have this key, laws apart: `[retries]`, `[[nodes]]`; empty for the scenario itself.
pub fn homes(key: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut ways: Vec<(Vec<String>, bool, &'static Map<String, Value>)> = Vec::new();
    ways.extend(SCHEMA.as_object().map(|root| (Vec::new(), false, root)));
    while let Some((path, in_list, table)) = ways.pop() {
        for (name, property) in properties(table) {
            if name == key {
                let header = path.join(".");
                found.push(match (path.is_empty(), in_list) {
                    (true, _) => String::new(),
                    (false, true) => format!("[[{header}]]"),
                    (false, false) => format!("[{header}]"),
                });
            }
            let (named, list) = (property.get("additionalProperties"), property.get("items"));
            let inner = target(named.or(list).unwrap_or(property)).filter(|inner| !is_law(inner));
            if let Some(inner) = inner {
                let steps = [name.to_owned()].into_iter().chain(named.map(|_| "NAME".to_owned()));
                ways.push((path.iter().cloned().chain(steps).collect(), list.is_some(), inner));
            }
        }
    }
    found.sort();
    found
}

/// The root of the schema and every table it defines.
fn tables() -> impl Iterator<Item = &'static Map<String, Value>> {
    let defined = SCHEMA.get("definitions").and_then(Value::as_object);
    SCHEMA.as_object().into_iter().chain(defined.into_iter().flat_map(Map::values).filter_map(Value::as_object))
}

/// The first table with exactly these keys.
fn table(keys: &[&str]) -> Option<&'static Map<String, Value>> {
    tables().find(|table| properties(table).count() == keys.len() && properties(table).all(|one| keys.contains(&one.0)))
}

fn properties(table: &'static Map<String, Value>) -> impl Iterator<Item = (&'static str, &'static Value)> {
    let listed = table.get("properties").and_then(Value::as_object);
    listed.into_iter().flatten().map(|(name, property)| (name.as_str(), property))
}

/// The table that a property holds, if it holds one: named directly, beside a description, or beside `null`.
fn target(property: &'static Value) -> Option<&'static Map<String, Value>> {
    if let Some(path) = property.get("$ref").and_then(Value::as_str) {
        let name = path.rsplit('/').next()?;
        return SCHEMA.get("definitions")?.get(name)?.as_object();
    }
    let choices = property.get("allOf").or_else(|| property.get("anyOf"))?.as_array()?;
    choices.iter().find_map(target)
}

fn is(property: &'static Value, table: &'static Map<String, Value>) -> bool {
    target(property).is_some_and(|found| std::ptr::eq(found, table))
}

fn is_defined_as(found: &'static Map<String, Value>, name: &str) -> bool {
    let defined = SCHEMA.get("definitions").and_then(|all| all.get(name)).and_then(Value::as_object);
    defined.is_some_and(|defined| std::ptr::eq(found, defined))
}

fn is_law(table: &'static Map<String, Value>) -> bool {
    properties(table).any(|(name, _)| name == "law")
}

/// A description as a note: on one line, lower case, without the final stop, not too long.
fn as_note(description: &str) -> String {
    let mut text = description.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.chars().count() > LONGEST
        && let Some((first, _)) = text.split_once(". ")
    {
        text = first.to_owned();
    }
    let mut letters = text.trim_end_matches('.').chars();
    let first = letters.next().unwrap_or_default();
    let rest = letters.as_str();
    // `GB` keeps its capitals.
    let capitals = rest.starts_with(char::is_uppercase);
    if capitals { format!("{first}{rest}") } else { format!("{}{rest}", first.to_lowercase()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POOL: &[&str] = &["rule", "random", "stake", "opinion", "sticky", "session-hash", "round-robin", "all"];
    const RETRIES: &[&str] = &["most", "pause", "timeout", "elsewhere"];
    const FAILURE: &[&str] = &["up", "down", "jobs"];

    #[test]
    fn keys_say_what_they_are_for() {
        let expected = "how long the requester waits before it tries again. Default 0";
        assert_eq!(purpose(RETRIES, "pause").as_deref(), Some(expected));
        assert_eq!(purpose(RETRIES, "patience"), None);
        assert_eq!(purpose(&["most"], "most"), None);
        assert_eq!(required(FAILURE), ["up", "down"]);
        assert_eq!(required(RETRIES), [""; 0]);
        assert_eq!(as_note("GB for\nmodels."), "GB for models");
        assert_eq!(as_note(&format!("First. {}", "more ".repeat(40))), "first");
    }

    #[test]
    fn values_say_what_they_mean() {
        let of = |path: &str| meaning(path).map(|found| (found.text, found.is_time));
        let said = |text: &str, is_time: bool| Some((text.to_owned(), is_time));
        assert_eq!(of("retries.pause"), said("how long the requester waits before it tries again", true));
        assert_eq!(of("pricing.compute.list.price"), said("the price per unit, in credits", false));
        assert_eq!(of("models.any-name.memory-gb"), said("what the model takes of a node's memory, in GB", false));
        let slots = said("jobs in service at once: a number or `\"unbounded\"`", false);
        assert_eq!((of("nodes[1].slots"), of("provers[0].slots")), (slots.clone(), slots));
        for path in ["weather", "retries.weather", "nodes.slots", "seed[0]", ""] {
            assert_eq!(of(path), None, "{path}");
        }
    }

    #[test]
    fn tables_are_found_by_their_paths() {
        assert_eq!(keys_at("nodes[0].failure").as_deref(), Some(FAILURE));
        assert!(keys_at("").is_some_and(|keys| keys.contains(&"horizon")));
        assert!(is_at("retries", RETRIES) && !is_at("retries", FAILURE) && !is_at("", RETRIES));
        for path in ["weather", "retries.most", "seed", "nodes"] {
            assert_eq!(keys_at(path), None, "{path}");
        }
    }

    #[test]
    fn keys_have_a_home() {
        assert_eq!(homes("timeout"), ["[[verification.define.NAME.checks]]", "[retries]"]);
        assert_eq!(homes("warm-up"), [""]);
        assert_eq!(homes("horizon"), ["", "[agreement]"]);
        assert_eq!(homes("slots"), ["[[nodes]]", "[[provers]]", "[[validators]]"]);
        assert_eq!(homes("deadline"), ["[classes.NAME]"]);
        let homes_of_up =
            ["[nodes.failure]", "[provers.failure]", "[validators.failure]", "[verification.opinions.rule.additive]"];
        assert_eq!(homes("up"), homes_of_up);
        assert_eq!(homes("sojourns"), ["[demand.sources.arrivals.mmpp]"]);
        assert_eq!(homes("sigma"), [""; 0], "laws are everywhere");
        assert_eq!(homes("nonsense"), [""; 0]);
    }

    #[test]
    fn parameters_belong_to_rules() {
        assert_eq!(rules_with(POOL, "replacement"), ["random"]);
        assert_eq!(rules_with(POOL, "d"), ["random", "stake", "opinion", "sticky", "session-hash", "round-robin"]);
        assert_eq!(rules_with(RETRIES, "d"), [""; 0]);
        let model = ["source", "prefill", "decode", "slowdown", "memory-gb", "load"];
        assert_eq!((is_named(&model), is_named(RETRIES)), (true, false));
        assert_eq!((is_table(RETRIES), is_table(&["most"])), (true, false));
    }
}
