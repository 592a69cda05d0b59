//! What serde says is wrong, put down to the key or value at fault.

use std::fmt::{self, Display};

use serde::de::Unexpected;

use super::expected::Expected;
use super::node::{Entry, Node, Table, Value};
use super::origin::Origin;
use super::words::{Found, Kind, UnknownKey, named, quoted};
use crate::engine::mistake::SEPARATOR;
use crate::scenario::nearest::nearest;
use crate::scenario::problems::Problem;
use crate::scenario::schema::notes;

/// A mistake on its way up to the value it belongs to.
#[derive(Debug)]
pub(super) struct Error(Box<Inner>);

#[derive(Debug)]
struct Inner {
    kind: Kind,
    found: Found,
    at: Option<At>,
    consequence: bool,
}

/// Which node is at fault and where it was written.
#[derive(Clone, Debug)]
pub(super) struct At {
    /// The node's address: its identity within one document, and nothing else.
    pub(super) node: usize,
    pub(super) origin: Origin,
}

impl Error {
    fn of(kind: Kind) -> Error {
        Error(Box::new(Inner { kind, found: Found::default(), at: None, consequence: false }))
    }

    /// A list of the wrong length.
    pub(super) fn length(expected: impl Display, found: usize) -> Error {
        Error::of(Kind::Length { expected: expected.to_string(), found })
    }

    /// Something of another type.
    pub(super) fn expected(expected: Expected) -> Error {
        Error::of(Kind::Expected { expected })
    }

    /// The table `key` of one rule where the table names another rule and has none for that.
    pub(super) fn other_rule(table: &Table, known: &[&str], key: &str) -> Option<Error> {
        let rule = table.get("rule")?.node.as_text()?;
        let is_rule = |name: &str| name != "rule" && known.contains(&name);
        if !is_rule(rule) || !is_rule(key) || rule == key || table.contains_key(rule) {
            return None;
        }
        let message = format!("the rule is `{rule}`, and the table beside it is `{key}`");
        let help = Some(format!("write `{rule} = {{ … }}`, or `rule = \"{key}\"`"));
        Some(Error::of(Kind::Other { message, help }).blame_key(key, &table[key], None))
    }

    /// Follows from mistakes that are known already.
    pub(super) fn consequence() -> Error {
        let mut error = Error::of(Kind::Other { message: String::new(), help: None });
        error.0.consequence = true;
        error
    }

    /// Puts the mistake down to a node, unless it has been put down to one deeper already.
    pub(super) fn blame(mut self, node: &Node, consequence: bool) -> Error {
        if self.0.at.is_none() {
            self.0.at = Some(At { node: address(node), origin: node.origin.clone() });
            let line = node.origin.line();
            self.0.found.named = named(node);
            self.0.found.written = line.text[line.span].to_owned();
            // A table that lacks a key has decided for itself.
            self.0.consequence |= consequence && !matches!(self.0.kind, Kind::Missing { .. });
        }
        self
    }

    /// Puts the mistake down to a key of a table.
    pub(super) fn blame_key(mut self, key: &str, entry: &Entry, table: Option<&Table>) -> Error {
        self.0.at = Some(At { node: address(&entry.node), origin: entry.key.clone() });
        self.0.found.named = quoted(key);
        if let (Kind::Key(unknown), Some(table)) = (&mut self.0.kind, table) {
            let bare = std::mem::replace(unknown, UnknownKey::new(key, unknown.known));
            *unknown = bare.placed(table, &entry.node, &entry.key);
        }
        self
    }

    /// Notes the key that the value at fault stands under, unless a key further in is known; `known` are all keys of the
    /// key's table.
    pub(super) fn under(mut self, known: &'static [&'static str], key: &str) -> Error {
        self.0.found.under.get_or_insert_with(|| (known, key.to_owned()));
        self
    }

    /// Completes a missing key by all others that `table`, which may have the keys `known`, lacks as well; leaves out the
    /// keys that were left out of it, or were meant to be them.
    pub(super) fn lacking(mut self, table: &Table, known: &'static [&'static str], left_out: &[LeftOut]) -> Error {
        let (Kind::Missing { keys, table: all, given }, None) = (&mut self.0.kind, &self.0.at) else { return self };
        *all = known;
        *given = table.keys().filter(|key| left_out.iter().all(|out| out.key != **key)).cloned().collect();
        for key in notes::required(known) {
            if !table.contains_key(key) && keys.iter().all(|other| other != key) {
                keys.push(key.to_owned());
            }
        }
        keys.retain(|key| left_out.iter().all(|out| out.key != *key && out.meant.as_deref() != Some(key)));
        self.0.consequence |= keys.is_empty();
        self
    }

    /// The key that was probably meant, if this is an unknown key.
    pub(super) fn meant(&self) -> Option<String> {
        match &self.0.kind {
            Kind::Key(unknown) => nearest(&unknown.key, unknown.known.iter().copied()).map(str::to_owned),
            _ => None,
        }
    }

    /// The node at fault, if text was wanted there and it is a number, a boolean or a date.
    pub(super) fn wants_quotes(&self) -> Option<usize> {
        let Kind::Expected { expected } = &self.0.kind else { return None };
        let is_scalar = self.0.found.named.starts_with('`');
        self.0.at.as_ref().filter(|_| *expected == Expected::Text && is_scalar).map(|at| at.node)
    }

    /// The node at fault, if any is.
    pub(super) fn node(&self) -> Option<usize> {
        self.0.at.as_ref().map(|at| at.node)
    }

    /// Whose fault it is, and the problem unless it follows from another.
    pub(super) fn settle(self) -> (Option<At>, Option<Problem>) {
        let Inner { kind, found, at, consequence } = *self.0;
        let problem = (!consequence).then(|| {
            let words = kind.words(&found);
            let problem = Problem::new(at.as_ref().map(|at| at.origin.clone()), words.message).help(words.help);
            words.notes.into_iter().fold(problem, Problem::note)
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

/// What a number, a boolean or a date would be as text.
pub(super) fn as_text(node: &Node) -> Option<String> {
    match &node.value {
        Value::Integer(_) | Value::Float(_) | Value::Boolean(_) | Value::Datetime(_) => Some(node.to_toml()),
        Value::Text(_) | Value::Array(_) | Value::Table(_) => None,
    }
}

impl Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.kind.words(&self.0.found).message)
    }
}

impl std::error::Error for Error {}

impl serde::de::Error for Error {
    fn custom<T: Display>(message: T) -> Error {
        // Types that read text hand over a `Mistake`; in its alternate form message and help stand apart.
        let text = format!("{message:#}");
        let (message, help) = text.split_once(SEPARATOR).map_or((text.as_str(), None), |(a, b)| (a, Some(b)));
        Error::of(Kind::Other { message: message.to_owned(), help: help.map(str::to_owned) })
    }

    fn invalid_type(_: Unexpected<'_>, expected: &dyn serde::de::Expected) -> Error {
        Error::expected(Expected::from_serde(&expected.to_string()))
    }

    fn invalid_value(_: Unexpected<'_>, expected: &dyn serde::de::Expected) -> Error {
        Error::expected(Expected::from_serde(&expected.to_string()))
    }

    fn invalid_length(length: usize, expected: &dyn serde::de::Expected) -> Error {
        Error::length(expected, length)
    }

    fn unknown_variant(name: &str, known: &'static [&'static str]) -> Error {
        Error::of(Kind::Name { name: name.to_owned(), known })
    }

    fn unknown_field(key: &str, known: &'static [&'static str]) -> Error {
        Error::of(Kind::Key(UnknownKey::new(key, known)))
    }

    fn missing_field(key: &'static str) -> Error {
        Error::of(Kind::Missing { keys: vec![key.to_owned()], table: &[], given: Vec::new() })
    }

    fn duplicate_field(key: &'static str) -> Error {
        Error::of(Kind::Other { message: format!("`{key}` is given twice under two names"), help: None })
    }
}
