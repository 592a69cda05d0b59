//! Columns as plain vectors: what is written and what is read.

use serde::{Deserialize, Serialize};

/// The types a column can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Yes or no.
    Bool,
    /// A whole number from 0 to 2³² − 1.
    U32,
    /// A whole number from 0 to 2⁶⁴ − 1.
    U64,
    /// A whole number, possibly negative.
    I64,
    /// A double-precision number, always finite.
    F64,
    /// UTF-8 text.
    Text,
}

impl Kind {
    /// The name of the type in documents: `bool`, `u32`, `u64`, `i64`, `f64`, `text`.
    pub const fn name(self) -> &'static str {
        match self {
            Kind::Bool => "bool",
            Kind::U32 => "u32",
            Kind::U64 => "u64",
            Kind::I64 => "i64",
            Kind::F64 => "f64",
            Kind::Text => "text",
        }
    }
}

/// What a column of another program's file holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stored {
    /// Numbers, or yes and no.
    Plain,
    /// UTF-8 text.
    Text,
    /// Instants: so many nanoseconds each unit, since the start of 1970; in UTC, or without a zone.
    Instant {
        /// Nanoseconds in one unit.
        unit_ns: u32,
    },
    /// Days since the start of 1970.
    Day,
    /// Decimals: whole numbers of which so many digits stand after the point.
    Decimal(usize),
    /// Something that is not read, by a name in the plural.
    Other(String),
}

/// The declaration of one column of a file.
///
/// In the file itself every column may hold nulls; `nullable` is what the writer of the rows promises, and it is
/// asserted where they are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Unique in its table.
    pub name: String,
    /// The type.
    pub kind: Kind,
    /// Whether a value may be missing.
    pub nullable: bool,
    /// What readers show beside the column, such as its unit: keys with their values.
    pub notes: Vec<(String, String)>,
}

impl Field {
    /// A column without notes.
    pub fn new(name: &str, kind: Kind, nullable: bool) -> Field {
        Field { name: name.to_owned(), kind, nullable, notes: Vec::new() }
    }

    /// The same with notes; those without a value are left out.
    pub fn noting(mut self, notes: &[(&str, &str)]) -> Field {
        let said = notes.iter().filter(|(_, value)| !value.is_empty());
        self.notes.extend(said.map(|&(key, value)| (key.to_owned(), value.to_owned())));
        self
    }
}

/// The values of one column.
#[derive(Clone, Debug, PartialEq)]
pub struct Values {
    /// A value per row; where it is missing a zero, `false`, or any code stands in its place.
    pub data: Data,
    /// `false` where the value is missing; `None` when no value can be. As long as `data`.
    pub valid: Option<Vec<bool>>,
}

/// A value per row, by type.
#[derive(Clone, Debug, PartialEq)]
pub enum Data {
    /// Yes or no.
    Bool(Vec<bool>),
    /// Whole numbers.
    U32(Vec<u32>),
    /// Whole numbers.
    U64(Vec<u64>),
    /// Whole numbers, possibly negative.
    I64(Vec<i64>),
    /// Double-precision numbers.
    F64(Vec<f64>),
    /// Text, each distinct piece held once.
    Text {
        /// Per row the place of its text in `dictionary`; meaningless where the value is missing.
        codes: Vec<u32>,
        /// Distinct, in the order of first appearance.
        dictionary: Vec<String>,
    },
}

impl Values {
    /// A column without rows, with room for missing values if `nullable`.
    pub fn empty(kind: Kind, nullable: bool) -> Values {
        let data = match kind {
            Kind::Bool => Data::Bool(Vec::new()),
            Kind::U32 => Data::U32(Vec::new()),
            Kind::U64 => Data::U64(Vec::new()),
            Kind::I64 => Data::I64(Vec::new()),
            Kind::F64 => Data::F64(Vec::new()),
            Kind::Text => Data::Text { codes: Vec::new(), dictionary: Vec::new() },
        };
        Values { data, valid: nullable.then(Vec::new) }
    }

    /// The type.
    pub fn kind(&self) -> Kind {
        match self.data {
            Data::Bool(_) => Kind::Bool,
            Data::U32(_) => Kind::U32,
            Data::U64(_) => Kind::U64,
            Data::I64(_) => Kind::I64,
            Data::F64(_) => Kind::F64,
            Data::Text { .. } => Kind::Text,
        }
    }

    /// Rows.
    pub fn len(&self) -> usize {
        match &self.data {
            Data::Bool(values) => values.len(),
            Data::U32(values) => values.len(),
            Data::U64(values) => values.len(),
            Data::I64(values) => values.len(),
            Data::F64(values) => values.len(),
            Data::Text { codes, .. } => codes.len(),
        }
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether the value of a row is missing. Panics past the end if any value can be missing.
    pub fn is_null(&self, row: usize) -> bool {
        self.valid.as_ref().is_some_and(|valid| !valid[row])
    }

    /// The text of a row; `None` where it is missing. Panics if the column is not text, and past the end.
    pub fn text(&self, row: usize) -> Option<&str> {
        let Data::Text { codes, dictionary } = &self.data else {
            panic!("a column of type `{}` is read as text", self.kind().name());
        };
        (!self.is_null(row)).then(|| dictionary[codes[row] as usize].as_str())
    }

    /// The number of a row, for statistics and pictures (whole numbers past 2⁵³ are rounded, yes is one);
    /// `None` where it is missing. Panics if the column is text, and past the end.
    pub fn number(&self, row: usize) -> Option<f64> {
        let number = match &self.data {
            Data::Bool(values) => f64::from(u8::from(values[row])),
            Data::U32(values) => f64::from(values[row]),
            Data::U64(values) => values[row] as f64,
            Data::I64(values) => values[row] as f64,
            Data::F64(values) => values[row],
            Data::Text { .. } => panic!("a column of type `text` is read as a number"),
        };
        (!self.is_null(row)).then_some(number)
    }

    /// Forgets the rows and keeps the room they took.
    pub fn clear(&mut self) {
        match &mut self.data {
            Data::Bool(values) => values.clear(),
            Data::U32(values) => values.clear(),
            Data::U64(values) => values.clear(),
            Data::I64(values) => values.clear(),
            Data::F64(values) => values.clear(),
            Data::Text { codes, dictionary } => {
                codes.clear();
                dictionary.clear();
            }
        }
        if let Some(valid) = &mut self.valid {
            valid.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_value_reads_as_none() {
        let numbers = Values { data: Data::I64(vec![-3, 0]), valid: Some(vec![true, false]) };
        assert_eq!((numbers.number(0), numbers.number(1)), (Some(-3.0), None));
        let dictionary = vec!["exact".to_string()];
        let texts = Values { data: Data::Text { codes: vec![0, 0], dictionary }, valid: Some(vec![false, true]) };
        assert_eq!((texts.text(0), texts.text(1)), (None, Some("exact")));
        assert_eq!((texts.len(), texts.kind()), (2, Kind::Text));
    }

    #[test]
    fn an_emptied_column_is_like_a_new_one() {
        for kind in [Kind::Bool, Kind::U32, Kind::U64, Kind::I64, Kind::F64, Kind::Text] {
            for nullable in [false, true] {
                let new = Values::empty(kind, nullable);
                assert_eq!((new.kind(), new.is_empty(), new.valid.is_some()), (kind, true, nullable));
                let mut used = new.clone();
                match &mut used.data {
                    Data::Bool(values) => values.push(true),
                    Data::U32(values) => values.push(1),
                    Data::U64(values) => values.push(1),
                    Data::I64(values) => values.push(1),
                    Data::F64(values) => values.push(1.0),
                    Data::Text { codes, dictionary } => {
                        codes.push(0);
                        dictionary.push("one".to_string());
                    }
                }
                used.valid.iter_mut().for_each(|valid| valid.push(true));
                assert_eq!(used.len(), 1);
                used.clear();
                assert_eq!(used, new);
            }
        }
    }
}
