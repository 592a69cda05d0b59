//! What serde says is wrong, in words for a person who writes scenarios rather than Rust.

use std::fmt::{self, Display};

use serde::de::{Expected, Unexpected};

use super::node::{Entry, Node, Value};
use super::origin::Origin;
use crate::scenario::nearest::{nearest, suggestion};
use crate::scenario::problems::Problem;

/// A mistake on its way up to the value it belongs to.
#[derive(Debug)]
pub(super) struct Error(Box<Inner>);

#[derive(Debug)]
struct Inner {
    kind: Kind,
    found: String,
    at: Option<At>,
    consequence: bool,
}

/// Which node is at fault and where it was written.
#[derive(Debug)]
pub(super) struct At {
    /// The node's address: its identity within one document, and nothing else.
    pub(super) node: usize,
    pub(super) origin: Origin,
}

#[derive(Debug)]
enum Kind {
    /// A key that the table does not have.
    Key { key: String, known: &'static [&'static str] },
    /// A name that is none of an enum's.
    Name { name: String, known: &'static [&'static str] },
    /// A table without one of its keys.
    Missing { key: &'static str },
    /// A value of the wrong type or beyond its range; holds what would have been right.
    Expected { expected: String },
    /// A list of the wrong length.
    Length { expected: String, found: usize },
    /// Whatever a type says of itself.
    Other { message: String },
}

impl Error {
    fn of(kind: Kind) -> Error {
        Error(Box::new(Inner { kind, found: String::new(), at: None, consequence: false }))
    }

    /// A list of the wrong length.
    pub(super) fn length(expected: impl Display, found: usize) -> Error {
        Error::of(Kind::Length { expected: expected.to_string(), found })
    }

    /// Something of another type.
    pub(super) fn expected(expected: impl Display) -> Error {
        Error::of(Kind::Expected { expected: expected.to_string() })
    }

    /// Follows from mistakes that are known already.
    pub(super) fn consequence() -> Error {
        let mut error = Error::of(Kind::Other { message: String::new() });
        error.0.consequence = true;
        error
    }

    /// Puts the mistake down to a node, unless it has been put down to one deeper already.
    pub(super) fn blame(mut self, node: &Node, consequence: bool) -> Error {
        if self.0.at.is_none() {
            self.0.at = Some(At { node: address(node), origin: node.origin.clone() });
            self.0.found = found(node);
            // A table that lacks a key has decided for itself.
            self.0.consequence |= consequence && !matches!(self.0.kind, Kind::Missing { .. });
        }
        self
    }

    /// Puts the mistake down to a key.
    pub(super) fn blame_key(mut self, key: &str, entry: &Entry) -> Error {
        self.0.at = Some(At { node: address(&entry.node), origin: entry.key.clone() });
        self.0.found = quoted(key);
        self
    }

    /// Marks a missing key as no news if a key left out of the same table was it, or was meant to be it.
    pub(super) fn excuse(mut self, left_out: &[LeftOut]) -> Error {
        if let (Kind::Missing { key }, None) = (&self.0.kind, &self.0.at) {
            self.0.consequence |= left_out.iter().any(|out| out.key == *key || out.meant.as_deref() == Some(key));
        }
        self
    }

    /// The key that was probably meant, if this is an unknown key.
    pub(super) fn meant(&self) -> Option<String> {
        match &self.0.kind {
            Kind::Key { key, known } => nearest(key, known.iter().copied()).map(str::to_owned),
            _ => None,
        }
    }

    /// Whose fault it is, and the problem unless it follows from another.
    pub(super) fn settle(self) -> (Option<At>, Option<Problem>) {
        let Inner { kind, found, at, consequence } = *self.0;
        let problem = (!consequence).then(|| {
            let (message, help) = kind.words(&found);
            Problem::new(at.as_ref().map(|at| at.origin.clone()), message).help(help)
        });
        (at, problem)
    }
}

/// A key that is left out because it is known to be wrong.
#[derive(Clone, Debug)]
pub(super) struct LeftOut {
    pub(super) key: String,
    pub(super) meant: Option<String>,
}

/// A node's address.
pub(super) fn address(node: &Node) -> usize {
    std::ptr::from_ref(node).addr()
}

/// What stands there, as it would be called in a sentence.
fn found(node: &Node) -> String {
    match &node.value {
        Value::Array(_) | Value::Table(_) => node.kind().to_owned(),
        _ => quoted(&node.to_toml()),
    }
}

/// Text in backticks, cut where it is long.
fn quoted(text: &str) -> String {
    const LONGEST: usize = 60;
    if text.chars().count() <= LONGEST {
        return format!("`{text}`");
    }
    format!("`{}…`", text.chars().take(LONGEST).collect::<String>())
}

impl Kind {
    /// The message, and the help if there is any to give.
    fn words(&self, found: &str) -> (String, Option<String>) {
        match self {
            Kind::Key { key, known } => {
                let none = || Some("this table takes no keys".to_owned());
                (format!("unknown key {}", quoted(key)), suggestion(key, known, "the keys here are").or_else(none))
            }
            Kind::Name { name, known } => {
                (format!("unknown name {}", quoted(name)), suggestion(name, known, "the names here are"))
            }
            Kind::Missing { key } => (format!("missing key `{key}`"), None),
            Kind::Expected { expected } => (format!("expected {expected}, found {found}"), rewrite(expected, found)),
            Kind::Length { expected, found } => {
                (format!("expected {expected}, found {found} {}", if *found == 1 { "value" } else { "values" }), None)
            }
            Kind::Other { message } => (message.clone(), None),
        }
    }
}

/// How to write a value of the right type, where quotes alone are at fault.
fn rewrite(expected: &str, found: &str) -> Option<String> {
    let inner = found.trim_matches('`');
    let text = inner.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    match (expected, text) {
        ("a string", None) if inner != found => Some(format!("write it in quotes: `\"{inner}\"`")),
        (expected, Some(number)) if expected.contains("number") && number.parse::<f64>().is_ok_and(f64::is_finite) => {
            Some(format!("write it without quotes: `{number}`"))
        }
        _ => None,
    }
}

/// What serde's visitors expect, in plain words.
fn plain(expected: &str) -> String {
    let range = |least: i128, most: i128| format!("a whole number from {least} to {most}");
    match expected {
        "u8" => range(0, u8::MAX.into()),
        "u16" => range(0, u16::MAX.into()),
        "u32" => range(0, u32::MAX.into()),
        "u64" | "usize" | "u128" => "a whole number, 0 or more".into(),
        "i8" => range(i8::MIN.into(), i8::MAX.into()),
        "i16" => range(i16::MIN.into(), i16::MAX.into()),
        "i32" => range(i32::MIN.into(), i32::MAX.into()),
        "i64" | "isize" | "i128" => "a whole number".into(),
        "f32" | "f64" => "a number".into(),
        "a boolean" => "`true` or `false`".into(),
        "a map" => "a table".into(),
        "a sequence" => "an array".into(),
        table if table.starts_with("struct ") => "a table".into(),
        name if name.starts_with("enum ") || name == "variant identifier" => "a name".into(),
        nonzero if nonzero.starts_with("a nonzero ") => {
            format!("{}, and not 0", plain(nonzero.trim_start_matches("a nonzero ")))
        }
        other => other.to_owned(),
    }
}

impl Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.kind.words(&self.0.found).0)
    }
}

impl std::error::Error for Error {}

impl serde::de::Error for Error {
    fn custom<T: Display>(message: T) -> Error {
        Error::of(Kind::Other { message: message.to_string() })
    }

    fn invalid_type(_: Unexpected<'_>, expected: &dyn Expected) -> Error {
        Error::expected(plain(&expected.to_string()))
    }

    fn invalid_value(_: Unexpected<'_>, expected: &dyn Expected) -> Error {
        Error::expected(plain(&expected.to_string()))
    }

    fn invalid_length(length: usize, expected: &dyn Expected) -> Error {
        Error::length(expected, length)
    }

    fn unknown_variant(name: &str, known: &'static [&'static str]) -> Error {
        Error::of(Kind::Name { name: name.to_owned(), known })
    }

    fn unknown_field(key: &str, known: &'static [&'static str]) -> Error {
        Error::of(Kind::Key { key: key.to_owned(), known })
    }

    fn missing_field(key: &'static str) -> Error {
        Error::of(Kind::Missing { key })
    }

    fn duplicate_field(key: &'static str) -> Error {
        Error::of(Kind::Other { message: format!("`{key}` is given twice under two names") })
    }
}
