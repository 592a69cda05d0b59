//! A document as a tree in which every key and value knows where it was written.

use std::sync::Arc;

use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::origin::{Origin, Source};
use super::syntax;
use crate::scenario::problems::Problem;

/// Tables within tables and arrays within arrays go this deep and no deeper.
pub const DEPTH_MAX: usize = 100;

/// A value and where it was written.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// The value.
    pub value: Value,
    /// Where: for a table its header or braces.
    pub origin: Origin,
}

/// What TOML can hold. Integers are wider than TOML promises, so that a seed may use all 64 bits.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `"text"`
    Text(String),
    /// `3`
    Integer(i128),
    /// `0.5`; may be infinite or not a number, as TOML allows.
    Float(f64),
    /// `true`
    Boolean(bool),
    /// `2023-11-16T18:15:46Z`, as TOML would write it.
    Datetime(String),
    /// `[1, 2]`, and arrays of tables.
    Array(Vec<Node>),
    /// `{ a = 1 }`, and `[headers]`.
    Table(Table),
}

/// A table in the order its keys were first written. The hasher is fixed, though its order is never seen.
pub type Table = IndexMap<String, Entry, FxBuildHasher>;

/// A key's place and its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Where the key was last written.
    pub key: Origin,
    /// Its value.
    pub node: Node,
}

impl Node {
    /// The table, if it is one.
    pub fn as_table(&self) -> Option<&Table> {
        match &self.value {
            Value::Table(table) => Some(table),
            _ => None,
        }
    }

    /// The array, if it is one.
    pub fn as_array(&self) -> Option<&[Node]> {
        match &self.value {
            Value::Array(array) => Some(array),
            _ => None,
        }
    }

    /// The text, if it is text.
    pub fn as_text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// What kind of thing this is, with its article.
    pub fn kind(&self) -> &'static str {
        match &self.value {
            Value::Text(_) => "a string",
            Value::Integer(_) => "an integer",
            Value::Float(_) => "a float",
            Value::Boolean(_) => "a boolean",
            Value::Datetime(_) => "a date",
            Value::Array(_) => "an array",
            Value::Table(_) => "a table",
        }
    }

    /// Lays `over` on top: tables merge key by key, arrays of named tables name by name, anything else is replaced. Keys keep their first place;
    /// origins are those of the last writer.
    ///
    /// A table that names its `law` is replaced too: the parameters of another law would have no way out of it.
    pub fn merge(&mut self, over: Node) {
        let names_law = over.entry("law").is_some_and(|entry| entry.node.as_text().is_some());
        let has_names = self.is_of_named() && over.is_of_named();
        self.origin = over.origin;
        match (&mut self.value, over.value) {
            (Value::Table(under), Value::Table(over)) if !names_law => {
                for (name, entry) in over {
                    match under.get_mut(&name) {
                        Some(old) => {
                            old.key = entry.key;
                            old.node.merge(entry.node);
                        }
                        None => {
                            under.insert(name, entry);
                        }
                    }
                }
            }
            (Value::Array(under), Value::Array(over)) if has_names => {
                // Two of a name in one file stay two, and are refused as such.
                let mut below: Vec<bool> = under.iter().map(|_| true).collect();
                for entry in over {
                    let of_name = |(old, below): (&Node, &bool)| *below && old.name() == entry.name();
                    match under.iter().zip(&below).position(of_name) {
                        Some(place) => {
                            below[place] = false;
                            under[place].merge(entry);
                        }
                        None => under.push(entry),
                    }
                }
            }
            (value, over) => *value = over,
        }
    }

    /// Whether this is an array of tables that all have a name: at least one.
    fn is_of_named(&self) -> bool {
        self.as_array().is_some_and(|entries| !entries.is_empty() && entries.iter().all(|entry| entry.name().is_some()))
    }
}

/// Reads a whole text.
pub(super) fn from_text(source: &Arc<Source>) -> Result<Node, Problem> {
    let table = DeTable::parse(&source.text).map_err(|error| syntax(error, source, 0))?;
    Reader { source, shift: 0 }.table(table.get_ref(), Origin::whole(source), 0)
}

/// Reads one value that begins `shift` bytes into its source.
pub(super) fn from_value(text: &str, source: &Arc<Source>, shift: usize) -> Result<Node, Problem> {
    let value = DeValue::parse(text).map_err(|error| syntax(error, source, shift))?;
    Reader { source, shift }.value(&value, 0)
}

fn syntax(error: toml::de::Error, source: &Arc<Source>, shift: usize) -> Problem {
    let span = match error.span() {
        Some(span) => span.start + shift..(span.end + shift).max(span.start + shift + 1),
        // Of what is nested too deep the parser names no place.
        None if error.message().contains("recurs") => deepest_line(&source.text),
        None => 0..0,
    };
    syntax::problem(error.message(), Origin { source: source.clone(), span })
}

/// The line with the most steps in its keys and brackets.
fn deepest_line(text: &str) -> std::ops::Range<usize> {
    let steps = |line: &str| line.bytes().filter(|byte| matches!(byte, b'.' | b'[' | b'{')).count();
    // The first of equals.
    let line = text.lines().rev().max_by_key(|line| steps(line)).unwrap_or_default();
    let start = line.as_ptr() as usize - text.as_ptr() as usize;
    start..start + line.len()
}

struct Reader<'s> {
    source: &'s Arc<Source>,
    shift: usize,
}

impl Reader<'_> {
    fn origin<T>(&self, spanned: &Spanned<T>) -> Origin {
        let span = spanned.span();
        Origin { source: self.source.clone(), span: span.start + self.shift..span.end + self.shift }
    }

    fn value(&self, value: &Spanned<DeValue<'_>>, depth: usize) -> Result<Node, Problem> {
        let origin = self.origin(value);
        if depth > DEPTH_MAX {
            return Err(Problem::new(Some(origin), format!("nested deeper than {DEPTH_MAX} levels")));
        }
        let out_of_range =
            |what: &str, text: &str| Problem::new(Some(origin.clone()), format!("the {what} `{text}` is out of range"));
        let value = match value.get_ref() {
            DeValue::String(text) => Value::Text(text.to_string()),
            DeValue::Boolean(boolean) => Value::Boolean(*boolean),
            DeValue::Datetime(datetime) => Value::Datetime(datetime.to_string()),
            DeValue::Integer(integer) => i128::from_str_radix(integer.as_str(), integer.radix())
                .map(Value::Integer)
                .map_err(|_| out_of_range("integer", &integer.to_string()))?,
            DeValue::Float(float) => match float.as_str().parse::<f64>() {
                Ok(number) if number.is_finite() || !float.as_str().contains(|c: char| c.is_ascii_digit()) => {
                    Value::Float(number)
                }
                _ => return Err(out_of_range("float", float.as_str())),
            },
            DeValue::Array(array) => {
                Value::Array(array.iter().map(|node| self.value(node, depth + 1)).collect::<Result<_, _>>()?)
            }
            DeValue::Table(table) => return self.table(table, origin, depth),
        };
        Ok(Node { value, origin })
    }

    fn table(&self, table: &DeTable<'_>, origin: Origin, depth: usize) -> Result<Node, Problem> {
        let mut entries = Vec::with_capacity(table.len());
        for (key, value) in table {
            let entry = Entry { key: self.origin(key), node: self.value(value, depth + 1)? };
            entries.push((first_written(&entry), key.get_ref().to_string(), entry));
        }
        // The parser hands the keys over in alphabetical order.
        entries.sort_by_key(|(first, ..)| *first);
        let table = entries.into_iter().map(|(_, key, entry)| (key, entry)).collect();
        Ok(Node { value: Value::Table(table), origin })
    }
}

/// Where a key first shows in the text. `[a.b]` may come long before `[a]`, and then `a` is as old as its first child.
fn first_written(entry: &Entry) -> usize {
    // Children are in order already, so the first is the oldest.
    let oldest =
        entry.node.as_table().and_then(|table| table.first()).map_or(usize::MAX, |(_, child)| first_written(child));
    oldest.min(entry.key.span.start)
}
