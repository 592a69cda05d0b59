//! A serde deserialiser over the tree, which puts every mistake down to the key or value at fault.
//!
//! Serde stops at the first mistake. To find the others the document is read again with the value at fault left out, until
//! it reads through or nothing is left. A mistake that only follows from what was left out is not shown.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, MapAccess, SeqAccess, Unexpected, VariantAccess,
    Visitor,
};

use super::Asked;
use super::error::{Error, LeftOut, address, as_text};
use super::expected::Expected;
use super::node::{Entry, Node, Table, Value};
use crate::domain::money::Money;
use crate::scenario::problems::{Problem, Problems};

/// More problems than these at once help nobody.
const PROBLEMS_MAX: usize = 100;

/// Reads the tree as a `T`, or says all that is wrong with it.
pub(super) fn parse<T: DeserializeOwned>(root: &Node, name: &str) -> Result<T, Problems> {
    parse_as(root, name, &Pass::default())
}

/// What a `T` asks for at one node of the tree, whatever else is wrong with the tree; none if it asks for something else,
/// or never comes there.
pub(super) fn asked<T: DeserializeOwned>(root: &Node, node: &Node) -> Option<Asked> {
    let pass = Pass { watched: Some(address(node)), ..Pass::default() };
    // Only what is asked for on the way counts.
    let _ = parse_as::<T>(root, "", &pass);
    pass.asked.get()
}

fn parse_as<T: DeserializeOwned>(root: &Node, name: &str, pass: &Pass) -> Result<T, Problems> {
    let mut problems = Problems::new(name);
    loop {
        let error = match pass.read(root, std::marker::PhantomData::<T>) {
            Ok(value) => return problems.or(value),
            Err(error) => pass.quoted::<T>(root, error),
        };
        let meant = error.meant();
        let (at, problem) = error.settle();
        if let Some(problem) = problem {
            problems.push(problem);
        }
        let at = at.expect("the root is to blame for what nothing else is");
        let news = pass.wrong.borrow_mut().insert(at.node, meant).is_none();
        if at.node == address(root) || !news {
            assert!(!problems.is_empty(), "a document that cannot be read has a problem");
            return Err(problems);
        }
        if problems.len() >= PROBLEMS_MAX {
            problems.push(Problem::new(None, format!("more than {PROBLEMS_MAX} problems; these are the first")));
            return Err(problems);
        }
    }
}

/// What is known of the document while it is read once more.
#[derive(Default)]
struct Pass {
    /// The nodes to leave out, by address; for an unknown key, the key that was meant.
    wrong: RefCell<BTreeMap<usize, Option<String>>>,
    /// How many have been left out so far.
    left_out: Cell<usize>,
    /// The node to read as if it stood in quotes.
    in_quotes: Cell<Option<usize>>,
    /// The node of which it is noted what is asked for, by address.
    watched: Option<usize>,
    /// What was asked for there.
    asked: Cell<Option<Asked>>,
}

impl Pass {
    /// The same mistake, or a better one: a number where text belongs is read once more as text, because what it lacks is
    /// seldom the quotes alone (`24` is no duration in quotes either).
    fn quoted<T: DeserializeOwned>(&self, root: &Node, error: Error) -> Error {
        let Some(node) = error.wants_quotes() else { return error };
        self.in_quotes.set(Some(node));
        let again = self.read(root, std::marker::PhantomData::<T>);
        self.in_quotes.set(None);
        again.err().filter(|better| better.node() == Some(node)).unwrap_or(error)
    }

    /// Reads one value; whatever goes wrong and is nobody's fault yet is this node's.
    fn read<'de, S: DeserializeSeed<'de>>(&self, node: &Node, seed: S) -> Result<S::Value, Error> {
        let before = self.left_out.get();
        let result = seed.deserialize(Reader { pass: self, node });
        result.map_err(|error| error.blame(node, self.left_out.get() > before))
    }

    /// Whether a node is to be left out, and if so, what was meant by its key.
    fn leaves_out(&self, node: &Node) -> Option<Option<String>> {
        let meant = self.wrong.borrow().get(&address(node)).cloned()?;
        self.left_out.set(self.left_out.get() + 1);
        Some(meant)
    }
}

/// Reads a whole number, and notes that one was asked for.
macro_rules! whole_numbers {
    ($($method:ident)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            self.asks(Asked::Whole);
            self.deserialize_any(visitor)
        })*
    };
}

/// One value to read.
struct Reader<'d> {
    pass: &'d Pass,
    node: &'d Node,
}

impl<'d> Reader<'d> {
    fn asks(&self, what: Asked) {
        if self.pass.watched == Some(address(self.node)) {
            self.pass.asked.set(Some(what));
        }
    }

    /// Reads a table that may have the keys `known`, or any if there are none.
    fn visit_table<'de, V: Visitor<'de>>(
        &self,
        table: &'d Table,
        known: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let (pass, rest) = (self.pass, table.iter());
        let mut reader = TableReader { pass, table, known, rest, value: None, left_out: Vec::new() };
        let result = visitor.visit_map(&mut reader);
        result.map_err(|error| error.lacking(table, known, &reader.left_out))
    }

    fn visit_array<'de, V: Visitor<'de>>(&self, array: &'d [Node], visitor: V) -> Result<V::Value, Error> {
        let mut reader = ArrayReader { pass: self.pass, rest: array.iter() };
        let value = visitor.visit_seq(&mut reader)?;
        match reader.rest.len() {
            0 => Ok(value),
            surplus => {
                let taken = array.len() - surplus;
                Err(Error::length(format_args!("an array of {taken} {}", plural(taken)), array.len()))
            }
        }
    }
}

fn plural(count: usize) -> &'static str {
    if count == 1 { "value" } else { "values" }
}

impl<'de> Deserializer<'de> for Reader<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.pass.in_quotes.get() == Some(address(self.node))
            && let Some(text) = as_text(self.node)
        {
            return visitor.visit_str(&text);
        }
        match &self.node.value {
            Value::Text(text) => visitor.visit_str(text),
            // No value of a scenario is a date; one without quotes is seldom meant.
            Value::Datetime(_) => Err(serde::de::Error::invalid_type(Unexpected::Other("a date"), &visitor)),
            Value::Float(number) => visitor.visit_f64(*number),
            Value::Boolean(boolean) => visitor.visit_bool(*boolean),
            Value::Integer(number) => match (i64::try_from(*number), u64::try_from(*number)) {
                (Ok(number), _) => visitor.visit_i64(number),
                (_, Ok(number)) => visitor.visit_u64(number),
                _ => visitor.visit_i128(*number),
            },
            Value::Array(array) => self.visit_array(array, visitor),
            Value::Table(table) => self.visit_table(table, &[], visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, Error> {
        if name == Money::NAME {
            self.asks(Asked::Money);
        }
        visitor.visit_newtype_struct(self)
    }

    whole_numbers!(deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64);
    whole_numbers!(deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64);

    /// A table and nothing else: serde would take an array for the fields in their order.
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        known: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match &self.node.value {
            Value::Table(table) => self.visit_table(table, known, visitor),
            _ => Err(Error::expected(match known {
                ["law", ..] => Expected::Law,
                ["rule", rules @ ..] if rules.contains(&"list") => Expected::PricingRule,
                ["rule", ..] => Expected::Rule,
                _ => Expected::Table,
            })),
        }
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, length: usize, visitor: V) -> Result<V::Value, Error> {
        match &self.node.value {
            Value::Array(array) if array.len() != length => {
                Err(Error::length(format_args!("an array of {length} {}", plural(length)), array.len()))
            }
            Value::Array(array) => self.visit_array(array, visitor),
            _ => Err(Error::expected(Expected::Other(format!("an array of {length} {}", plural(length))))),
        }
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_tuple(length, visitor)
    }

    /// A name, or a table of one name and what belongs to it.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        known: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match &self.node.value {
            Value::Text(name) => visitor.visit_enum(VariantReader { pass: self.pass, name, entry: None }),
            Value::Table(table) if table.len() == 1 => {
                let (name, entry) = &table.first().expect("a table of one");
                if self.pass.leaves_out(&entry.node).is_some() {
                    return Err(Error::consequence());
                }
                visitor.visit_enum(VariantReader { pass: self.pass, name, entry: Some(entry) })
            }
            _ if known.first() == Some(&"fixed") => Err(Error::expected(Expected::Replications)),
            _ => Err(Error::expected(Expected::Name)),
        }
    }

    serde::forward_to_deserialize_any! {
        bool i128 u128 f32 f64 char str string bytes byte_buf
        unit unit_struct seq map identifier ignored_any
    }
}

/// The entries of a table that are not left out.
struct TableReader<'d> {
    pass: &'d Pass,
    table: &'d Table,
    /// The keys it may have; none where any will do.
    known: &'static [&'static str],
    rest: indexmap::map::Iter<'d, String, Entry>,
    value: Option<(&'d str, &'d Node)>,
    left_out: Vec<LeftOut>,
}

impl<'de> MapAccess<'de> for TableReader<'_> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        for (key, entry) in self.rest.by_ref() {
            if let Some(meant) = self.pass.leaves_out(&entry.node) {
                self.left_out.push(LeftOut { key: key.clone(), meant });
                continue;
            }
            self.value = Some((key, &entry.node));
            let read = seed.deserialize(KeyReader { key }).map(Some);
            return read.map_err(|error| error.blame_key(key, entry, Some(self.table)));
        }
        Ok(None)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Error> {
        let (key, node) = self.value.take().expect("serde asks for a value after its key");
        let read = self.pass.read(node, seed);
        read.map_err(|error| match self.known.is_empty() {
            true => error,
            false => Error::other_rule(self.table, self.known, key).unwrap_or_else(|| error.under(self.known, key)),
        })
    }
}

/// The elements of an array that are not left out.
struct ArrayReader<'d> {
    pass: &'d Pass,
    rest: std::slice::Iter<'d, Node>,
}

impl<'de> SeqAccess<'de> for ArrayReader<'_> {
    type Error = Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Error> {
        let pass = self.pass;
        match self.rest.find(|node| pass.leaves_out(node).is_none()) {
            Some(node) => pass.read(node, seed).map(Some),
            None => Ok(None),
        }
    }
}

/// The name of an enum's variant, and the entry it came from if it is the key of one.
struct VariantReader<'d> {
    pass: &'d Pass,
    name: &'d str,
    entry: Option<&'d Entry>,
}

impl<'de> EnumAccess<'de> for VariantReader<'_> {
    type Error = Error;
    type Variant = Self;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self), Error> {
        let variant = seed.deserialize(KeyReader { key: self.name }).map_err(|error| match self.entry {
            Some(entry) => error.blame_key(self.name, entry, None),
            None => error,
        })?;
        Ok((variant, self))
    }
}

impl<'d> VariantReader<'d> {
    fn payload(&self) -> Result<&'d Node, Error> {
        let name = self.name;
        let expected = || Error::expected(Expected::Other(format!("a table such as `{{ {name} = … }}`")));
        self.entry.map(|entry| &entry.node).ok_or_else(expected)
    }
}

impl<'de> VariantAccess<'de> for VariantReader<'_> {
    type Error = Error;

    fn unit_variant(self) -> Result<(), Error> {
        match self.entry {
            None => Ok(()),
            Some(_) => Err(Error::expected(Expected::Other(format!("the name `{}` alone", self.name)))),
        }
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, Error> {
        let node = self.payload()?;
        self.pass.read(node, seed)
    }

    fn tuple_variant<V: Visitor<'de>>(self, length: usize, visitor: V) -> Result<V::Value, Error> {
        let (pass, node, before) = (self.pass, self.payload()?, self.pass.left_out.get());
        let result = Reader { pass, node }.deserialize_tuple(length, visitor);
        result.map_err(|error| error.blame(node, pass.left_out.get() > before))
    }

    fn struct_variant<V: Visitor<'de>>(self, fields: &'static [&'static str], visitor: V) -> Result<V::Value, Error> {
        let (pass, node, before) = (self.pass, self.payload()?, self.pass.left_out.get());
        let result = Reader { pass, node }.deserialize_struct("", fields, visitor);
        result.map_err(|error| error.blame(node, pass.left_out.get() > before))
    }
}

/// A key, which may be read as text or as a name.
struct KeyReader<'d> {
    key: &'d str,
}

impl<'de> Deserializer<'de> for KeyReader<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_str(self.key)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_enum(serde::de::value::StrDeserializer::new(self.key))
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}
