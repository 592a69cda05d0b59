//! A mistake in words: message, what else there is to know, and the way out.

use super::expected::Expected;
use super::node::{Node, Table, Value};
use super::origin::Origin;
use super::renamed;
use crate::scenario::nearest::suggestion;
use crate::scenario::schema::{named_methods, notes};

/// What went wrong.
#[derive(Debug)]
pub(super) enum Kind {
    /// A key that the table does not have.
    Key(UnknownKey),
    /// A name that is none of an enum's.
    Name { name: String, known: &'static [&'static str] },
    /// A table without keys it must have; `table` holds all keys it may have, `given` those it has.
    Missing { keys: Vec<String>, table: &'static [&'static str], given: Vec<String> },
    /// A value of the wrong type or beyond its range; holds what would have been right.
    Expected { expected: Expected },
    /// A list of the wrong length.
    Length { expected: String, found: usize },
    /// Whatever a type says of itself, with what would be right where it says that.
    Other { message: String, help: Option<String> },
}

/// A key that a table does not have.
#[derive(Debug)]
pub(super) struct UnknownKey {
    pub(super) key: String,
    pub(super) known: &'static [&'static str],
    /// The rule that the table names.
    pub(super) rule: Option<String>,
    /// Whether the key opens a table.
    pub(super) opens_table: bool,
    /// The key with what stands before it, where a dot is between them.
    pub(super) dotted: Option<String>,
}

/// Where it went wrong, as far as words need it.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// What stands there, as it would be called in a sentence.
    pub(super) named: String,
    /// The text itself, on its first line.
    pub(super) written: String,
    /// The innermost key it stands under, and all keys of that key's table.
    pub(super) under: Option<(&'static [&'static str], String)>,
}

/// A message with all that belongs to it.
#[derive(Debug, Default)]
pub(super) struct Words {
    pub(super) message: String,
    pub(super) notes: Vec<String>,
    pub(super) help: Option<String>,
}

impl UnknownKey {
    pub(super) fn new(key: &str, known: &'static [&'static str]) -> UnknownKey {
        UnknownKey { key: key.to_owned(), known, rule: None, opens_table: false, dotted: None }
    }

    /// The same with what its place tells: the table that has it, its value and where it was written.
    pub(super) fn placed(self, table: &Table, value: &Node, key: &Origin) -> UnknownKey {
        let text = key.source.text.as_str();
        let before = text.get(..key.span.start).and_then(|before| before.strip_suffix('.'));
        let first = before.map(|before| before.rsplit(|c: char| !(c.is_alphanumeric() || "-_".contains(c))).next());
        UnknownKey {
            rule: table.get("rule").and_then(|entry| entry.node.as_text()).map(str::to_owned),
            opens_table: value.as_table().is_some(),
            dotted: first.flatten().filter(|first| !first.is_empty()).map(|first| format!("{first}.{}", self.key)),
            ..self
        }
    }

    fn words(&self) -> Words {
        let message = format!("unknown key {}", quoted(&self.key));
        if let Some(now) = renamed::help(self.known, &self.key) {
            return Words { message, notes: Vec::new(), help: Some(now.to_owned()) };
        }
        let listed = suggestion(&self.key, self.known, "the keys here are");
        let near = listed.as_ref().is_some_and(|listed| listed.starts_with("did you mean"));
        let elsewhere =
            if near { None } else { self.of_a_method().or_else(|| self.of_a_rule()).or_else(|| self.elsewhere()) };
        let dotted = self.dotted.as_ref().filter(|_| !near && notes::is_named(self.known));
        let help = elsewhere.or(listed).unwrap_or_else(|| "this table takes no keys".to_owned());
        let note =
            dotted.map(|name| format!("where the dot belongs to a name, the name stands in quotes: `\"{name}\"`"));
        Words { message, notes: note.into_iter().collect(), help: Some(help) }
    }

    /// How a method is changed: one of a known name in a table of another name, and how much it checks in its `checks`.
    fn of_a_method(&self) -> Option<String> {
        let has = |key: &str| self.known.contains(&key);
        if has("methods") && has("define") && named_methods().contains_key(&self.key) {
            let key = &self.key;
            return Some(format!(
                "a method is changed under a name of its own: copy `{key}` as `reliance rules verification` shows it, into \
                 `[verification.define.my-{key}]`"
            ));
        }
        let is_of_a_check = || notes::homes(&self.key).iter().any(|home| home.ends_with(".checks]]"));
        (has("checks") && has("trust") && !is_of_a_check()).then(|| {
            "who checks which part of the answers stands in `checks`, such as `checks = [{ by = \"validators\", sample = 0.1 }]`"
                .to_owned()
        })
    }

    /// Where the key goes if it is a parameter of a rule, written beside the rule's name.
    fn of_a_rule(&self) -> Option<String> {
        let rules = notes::rules_with(self.known, &self.key);
        let (first, key) = (rules.first()?, &self.key);
        match self.rule.as_deref() {
            Some(rule) if rules.contains(&rule) => {
                Some(format!("`{key}` is a parameter of the rule: write `{rule} = {{ {key} = … }}`"))
            }
            Some(rule) => Some(format!("`{key}` is a parameter of the rule `{first}`, and this is `{rule}`")),
            None => Some(format!("`{key}` is a parameter of the rule `{first}`: write `{first} = {{ {key} = … }}`")),
        }
    }

    /// Where the key goes if only other tables have it.
    fn elsewhere(&self) -> Option<String> {
        const MOST: usize = 3;
        let homes = if notes::is_table(self.known) { notes::homes(&self.key) } else { Vec::new() };
        let key = &self.key;
        match homes.as_slice() {
            [first, ..] if first.is_empty() && self.opens_table => {
                Some(format!("write `[{key}]`: it is a table of its own"))
            }
            [first, ..] if first.is_empty() => {
                Some(format!("`{key}` is a key of the whole scenario: write it above the first `[table]`"))
            }
            [] => None,
            homes if homes.len() > MOST => None,
            homes => {
                let homes: Vec<String> = homes.iter().map(|home| format!("`{home}`")).collect();
                Some(format!("`{key}` is a key of {}", homes.join(" and of ")))
            }
        }
    }
}

impl Kind {
    /// The mistake in words.
    pub(super) fn words(&self, found: &Found) -> Words {
        let plain = |message: String, help: Option<String>| Words { message, notes: Vec::new(), help };
        let named = &found.named;
        let words = match self {
            Kind::Key(unknown) => return unknown.words(),
            Kind::Name { name, known } => {
                return plain(format!("unknown name {}", quoted(name)), suggestion(name, known, "the names here are"));
            }
            Kind::Missing { keys, table, given } => return missing(keys, table, given),
            Kind::Expected { expected } => {
                let expected = expected.in_reach(named);
                plain(format!("expected {expected}, found {named}"), rewrite(&expected, found))
            }
            Kind::Length { expected, found } => {
                let values = if *found == 1 { "value" } else { "values" };
                plain(format!("expected {expected}, found {found} {values}"), None)
            }
            Kind::Other { message, help } => plain(message.clone(), help.clone()),
        };
        // Without a way out, it helps to know what the key is for.
        let purpose = found.under.as_ref().filter(|_| words.help.is_none()).and_then(|(table, key)| about(table, key));
        Words { notes: purpose.into_iter().collect(), ..words }
    }
}

/// A table that lacks keys.
fn missing(keys: &[String], table: &[&str], given: &[String]) -> Words {
    let listed: Vec<String> = keys.iter().map(|key| format!("`{key}`")).collect();
    let message = format!("missing key{} {}", if keys.len() == 1 { "" } else { "s" }, listed.join(", "));
    let help = match keys {
        [key] if key == "rule" => {
            Some(format!("write for example `rule = \"{}\"`", given.first().map_or("…", String::as_str)))
        }
        [key] if key == "law" => Some("write for example `law = \"exponential\"`".to_owned()),
        _ => None,
    };
    Words { message, notes: keys.iter().filter_map(|key| about(table, key)).collect(), help }
}

/// What a key is for, as a note.
fn about(table: &[&str], key: &str) -> Option<String> {
    notes::purpose(table, key).map(|purpose| format!("`{key}`: {purpose}"))
}

/// The share that a text such as `5%` names.
fn share(text: &str) -> Option<f64> {
    let percent: f64 = text.trim().strip_suffix('%')?.trim().parse().ok()?;
    // Hundredths of what was written, to as many digits as a person writes.
    format!("{:.10}", percent / 100.0).parse().ok()
}

fn is_number(text: &str) -> bool {
    text.parse::<f64>().is_ok_and(f64::is_finite)
}

/// How to write a value of the right type, where little is wrong with it.
fn rewrite(expected: &Expected, found: &Found) -> Option<String> {
    let (named, written) = (found.named.as_str(), found.written.as_str());
    let inner = named.trim_matches('`');
    let is_scalar = inner != named;
    let text = inner.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    match (expected, text) {
        (Expected::Text, None) if is_scalar => Some(format!("write it in quotes: `\"{inner}\"`")),
        (Expected::Law, _) if is_scalar => Some(format!("write `{{ law = \"constant\", value = {inner} }}`")),
        (Expected::PricingRule, _) if is_number(text.unwrap_or(inner)) => {
            Some(format!("write `{{ rule = \"list\", list = {{ price = {inner} }} }}`"))
        }
        (Expected::Rule | Expected::PricingRule, Some(name)) => Some(format!("write `{{ rule = \"{name}\" }}`")),
        (Expected::Array, _) if is_scalar => Some(format!("write `[{inner}]`")),
        (Expected::Array, _) if named == "a table" && written.starts_with('[') => {
            Some(format!("write `[{written}]`, with two brackets on each side, for each entry"))
        }
        (Expected::Table | Expected::Rule | Expected::PricingRule, _) if written.starts_with("[[") => {
            Some(format!("write `{}`, with one bracket on each side", written.get(1..written.len() - 1)?))
        }
        (Expected::Boolean, Some("true" | "false")) => Some(format!("write it without quotes: `{}`", text?)),
        (expected, Some(text)) if expected.takes_numbers() && share(text).is_some() => {
            Some(format!("write a share as a part of one: `{}`", share(text)?))
        }
        (Expected::Replications, _) if is_number(text.unwrap_or(inner)) => {
            Some(format!("write `{{ fixed = {} }}`", text.unwrap_or(inner)))
        }
        (expected, Some(number)) if expected.takes_numbers() && number.parse::<f64>().is_ok_and(f64::is_finite) => {
            Some(format!("write it without quotes: `{number}`"))
        }
        _ => None,
    }
}

/// What stands there, as it would be called in a sentence.
pub(super) fn named(node: &Node) -> String {
    match &node.value {
        Value::Array(_) | Value::Table(_) => node.kind().to_owned(),
        _ => quoted(&node.to_toml()),
    }
}

/// Text in backticks, cut where it is long.
pub(super) fn quoted(text: &str) -> String {
    const LONGEST: usize = 60;
    if text.chars().count() <= LONGEST {
        return format!("`{text}`");
    }
    format!("`{}…`", text.chars().take(LONGEST).collect::<String>())
}
