//! Columns as they are asked for and as they are read.

use std::path::Path;

use super::cell::{self, Unit};
use super::problem::{InputProblem, MissingColumns};
use crate::scenario::nearest::{listed, nearest};

/// A column to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ColumnSpec<'a> {
    /// Its name in the file.
    pub name: &'a str,
    /// How to read its cells.
    pub kind: Kind,
    /// Whether it may be missing, whole or in some rows. An empty cell of any other column is a mistake, unless it is text.
    pub optional: bool,
}

/// How to read the cells of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A finite number.
    Number,
    /// A finite number from 0 upwards.
    Amount,
    /// A whole number of 64 bits.
    Integer,
    /// A whole number of 63 bits from 0 upwards.
    Count,
    /// Any text.
    Text,
    /// An instant, as nanoseconds of 64 bits: dates count from 1970 in UTC, plain numbers from whatever their zero is.
    /// A column holds the one or the other, as its first cell says.
    Timestamp {
        /// The unit of plain numbers; without one they are a mistake.
        unit: Option<Unit>,
        /// Whether to count from the first row instead. Earlier instants are then negative.
        from_first: bool,
    },
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Kind::Number | Kind::Amount => "a number",
            Kind::Integer | Kind::Count => "a whole number",
            Kind::Text => "text",
            Kind::Timestamp { .. } => "a time",
        }
    }
}

/// The columns read from a file, all of the same length.
#[derive(Clone, Debug, PartialEq)]
pub struct Columns {
    rows: usize,
    columns: Vec<Column>,
}

#[derive(Clone, Debug, PartialEq)]
struct Column {
    name: String,
    values: Values,
    /// The rows without a value, ascending. Their values are zero or empty.
    blank: Vec<usize>,
    /// Of dates, the first in nanoseconds since the start of 1970.
    first_date: Option<i128>,
}

#[derive(Clone, Debug, PartialEq)]
enum Values {
    Numbers(Vec<f64>),
    Integers(Vec<i64>),
    Texts(Texts),
    Instants(Vec<i64>),
}

/// Many short texts in one piece of memory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Texts {
    bytes: String,
    ends: Vec<usize>,
}

impl Texts {
    /// The text of a row; panics beyond the last.
    pub fn get(&self, row: usize) -> &str {
        let start = if row == 0 { 0 } else { self.ends[row - 1] };
        &self.bytes[start..self.ends[row]]
    }

    /// The texts in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.ends.len()).map(|row| self.get(row))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    fn push(&mut self, text: &str) {
        self.bytes.push_str(text);
        self.ends.push(self.bytes.len());
    }
}

impl Columns {
    /// How many rows the file has.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// A column read as [`Kind::Number`] or [`Kind::Amount`]; `None` if it was optional and is not in the file.
    pub fn numbers(&self, name: &str) -> Option<&[f64]> {
        self.find(name, |values| if let Values::Numbers(numbers) = values { Some(numbers.as_slice()) } else { None })
    }

    /// A column read as [`Kind::Integer`] or [`Kind::Count`]; `None` if it was optional and is not in the file.
    pub fn integers(&self, name: &str) -> Option<&[i64]> {
        self.find(name, |values| if let Values::Integers(integers) = values { Some(integers.as_slice()) } else { None })
    }

    /// A column read as [`Kind::Text`]; `None` if it was optional and is not in the file.
    pub fn texts(&self, name: &str) -> Option<&Texts> {
        self.find(name, |values| if let Values::Texts(texts) = values { Some(texts) } else { None })
    }

    /// A column read as [`Kind::Timestamp`], in nanoseconds; `None` if it was optional and is not in the file.
    pub fn instants(&self, name: &str) -> Option<&[i64]> {
        self.find(name, |values| if let Values::Instants(instants) = values { Some(instants.as_slice()) } else { None })
    }

    /// The first row of a column of dates, in nanoseconds since the start of 1970; `None` if its times are plain numbers.
    pub fn first_date(&self, name: &str) -> Option<i128> {
        self.columns.iter().find(|column| column.name == name).and_then(|column| column.first_date)
    }

    /// Whether an optional column has no value in a row; what stands in its place is zero or empty.
    pub fn is_blank(&self, name: &str, row: usize) -> bool {
        self.columns.iter().any(|column| column.name == name && column.blank.binary_search(&row).is_ok())
    }

    fn find<'c, T>(&'c self, name: &str, pick: impl Fn(&'c Values) -> Option<T>) -> Option<T> {
        self.columns.iter().filter(|column| column.name == name).find_map(|column| pick(&column.values))
    }
}

/// Columns in the making.
pub(super) struct Builder<'s> {
    path: &'s Path,
    specs: &'s [ColumnSpec<'s>],
    columns: Vec<Column>,
    /// For times, the first of each column and whether it was a date.
    first: Vec<Option<(i128, bool)>>,
    rows: usize,
}

impl<'s> Builder<'s> {
    pub(super) fn new(path: &'s Path, specs: &'s [ColumnSpec<'s>]) -> Builder<'s> {
        let column = |spec: &ColumnSpec<'_>| {
            let values = match spec.kind {
                Kind::Number | Kind::Amount => Values::Numbers(Vec::new()),
                Kind::Integer | Kind::Count => Values::Integers(Vec::new()),
                Kind::Text => Values::Texts(Texts::default()),
                Kind::Timestamp { .. } => Values::Instants(Vec::new()),
            };
            Column { name: spec.name.to_owned(), values, blank: Vec::new(), first_date: None }
        };
        let columns = specs.iter().map(column).collect();
        Builder { path, specs, columns, first: vec![None; specs.len()], rows: 0 }
    }

    /// The place of each wanted column among the names of a header, or the problem if one is wanted and not there, or there
    /// twice.
    pub(super) fn places(&self, names: &[&str]) -> Result<Vec<Option<usize>>, InputProblem> {
        let missing: Vec<&str> = self
            .specs
            .iter()
            .filter(|spec| !spec.optional && !names.contains(&spec.name))
            .map(|spec| spec.name)
            .collect();
        if !missing.is_empty() {
            return Err(no_column(self.path, &missing, names));
        }
        let place = |spec: &ColumnSpec<'_>| {
            let mut places = (0..names.len()).filter(|&place| names[place] == spec.name);
            match (places.next(), places.next()) {
                (Some(_), Some(_)) => {
                    Err(InputProblem::new(self.path, format!("two columns are named `{}`", spec.name)).line(1))
                }
                (place, _) => Ok(place),
            }
        };
        self.specs.iter().map(place).collect()
    }

    /// Adds a row: for each wanted column its cell, `None` where there is nothing. The problem has no line yet.
    pub(super) fn row<'c>(&mut self, cells: impl Iterator<Item = Option<&'c str>>) -> Result<(), InputProblem> {
        for (index, cell) in cells.enumerate() {
            if let Err((message, help)) = self.cell(index, cell.map(str::trim)) {
                let column = self.specs[index].name;
                return Err(InputProblem::new(self.path, message).column(column).help(help));
            }
        }
        self.rows += 1;
        Ok(())
    }

    /// Adds a cell; the error is a message and a help.
    fn cell(&mut self, index: usize, cell: Option<&str>) -> Result<(), (String, Option<String>)> {
        let spec = &self.specs[index];
        let column = &mut self.columns[index];
        let blank = match (cell, spec.kind) {
            (Some(""), Kind::Text) => false,
            (None | Some(""), _) => true,
            _ => false,
        };
        if blank && !spec.optional {
            return Err((format!("expected {}, found nothing", spec.kind.name()), None));
        }
        if blank {
            column.blank.push(self.rows);
        }
        let text = cell.filter(|_| !blank);
        let wrong = || {
            let (cell, number) = (shortened(text.unwrap_or_default()), text.and_then(cell::number));
            match spec.kind {
                Kind::Count | Kind::Amount if number.is_some_and(|number| number < 0.0) => {
                    (format!("`{cell}` is below zero"), None)
                }
                Kind::Integer | Kind::Count if number.is_some_and(|number| number.fract() != 0.0) => {
                    (format!("`{cell}` is not a whole number"), None)
                }
                Kind::Integer | Kind::Count if number.is_some() => (format!("`{cell}` is beyond 64 bits"), None),
                Kind::Number | Kind::Amount if text.is_some_and(|text| text.parse::<f64>().is_ok()) => {
                    (format!("`{cell}` is not a finite number"), None)
                }
                kind => (format!("cannot read `{cell}` as {}", kind.name()), None),
            }
        };
        match (&mut column.values, spec.kind) {
            (Values::Numbers(numbers), kind) => {
                let fits = |number: &f64| kind != Kind::Amount || *number >= 0.0;
                numbers.push(text.map_or(Some(0.0), cell::number).filter(fits).ok_or_else(wrong)?);
            }
            (Values::Integers(integers), kind) => {
                let fits = |number: &i64| kind != Kind::Count || *number >= 0;
                integers.push(text.map_or(Some(0), cell::integer).filter(fits).ok_or_else(wrong)?);
            }
            (Values::Texts(texts), _) => texts.push(text.unwrap_or_default()),
            (Values::Instants(instants), Kind::Timestamp { unit, from_first }) => {
                let instant = match text {
                    Some(text) => instant(text, unit, from_first, &mut self.first[index])?,
                    None => 0,
                };
                instants.push(instant);
            }
            (Values::Instants(_), _) => unreachable!("instants are made for timestamps alone"),
        }
        Ok(())
    }

    /// The columns; those for which `there` is false are left out.
    pub(super) fn finish(mut self, there: impl Fn(usize) -> bool) -> Columns {
        for (column, first) in self.columns.iter_mut().zip(&self.first) {
            column.first_date = first.filter(|(_, is_date)| *is_date).map(|(nanos, _)| nanos);
        }
        let columns = self.columns.into_iter().enumerate().filter(|(index, _)| there(*index)).map(|(_, column)| column);
        Columns { rows: self.rows, columns: columns.collect() }
    }
}

/// The problem of columns that are not among `names`.
pub(super) fn no_column(path: &Path, missing: &[&str], names: &[&str]) -> InputProblem {
    let message = format!("no column{} {}", if missing.len() == 1 { "" } else { "s" }, listed(missing));
    let mut problem = InputProblem::new(path, message);
    if !names.is_empty() {
        problem.notes.push(format!("the columns are {}", listed(names)));
    }
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    problem.missing = Some(Box::new(MissingColumns { missing: owned(missing), there: owned(names) }));
    let near = missing.iter().find_map(|name| nearest(name, names.iter().copied()).map(|near| (name, near)));
    problem.help(near.map(|(name, near)| match missing.len() {
        1 => format!("did you mean `{near}`?"),
        _ => format!("did you mean `{near}` by `{name}`?"),
    }))
}

/// A time in nanoseconds; the error is a message and a help.
fn instant(
    text: &str,
    unit: Option<Unit>,
    from_first: bool,
    first: &mut Option<(i128, bool)>,
) -> Result<i64, (String, Option<String>)> {
    let cell = shortened(text);
    let wrong = |help: String| (format!("cannot read `{cell}` as a time"), Some(help));
    let as_date = cell::date(text);
    let as_number = unit.and_then(|unit| cell::nanoseconds(text, unit));
    let (nanos, is_date) = match (as_date, as_number, unit) {
        (Some(nanos), ..) => (nanos, true),
        (None, Some(nanos), _) => (nanos, false),
        (None, None, None) if cell::number(text).is_some() => {
            return Err(wrong("say in which unit its plain numbers are".into()));
        }
        (None, None, unit) => {
            let number = unit.map(|unit| format!(", or as a number of {}", unit.name())).unwrap_or_default();
            return Err(wrong(format!("write it as `2023-11-16 18:15:46.68`{number}")));
        }
    };
    let (zero, was_date) = *first.get_or_insert((nanos, is_date));
    if is_date != was_date {
        let above = if was_date { "dates" } else { "plain numbers" };
        return Err(wrong(format!("the rows above have {above}")));
    }
    let nanos = if from_first { nanos - zero } else { nanos };
    i64::try_from(nanos).map_err(|_| (format!("the time `{cell}` is out of range"), None))
}

/// A cell for a message, cut where it is long.
pub(super) fn shortened(text: &str) -> String {
    const LONGEST: usize = 40;
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    format!("{}…", text.chars().take(LONGEST).collect::<String>())
}
