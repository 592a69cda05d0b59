//! Columns as they are asked for and as they are read.

use std::path::Path;

use super::cell::{self, Unit};
use super::date;
use super::problem::{InputProblem, MissingColumns};
use super::texts::Texts;
use crate::domain::count::thousands;
use crate::scenario::document::label;
use crate::scenario::nearest::{listed, nearest};
use crate::scenario::plain::{self, size};

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
    hash: String,
}

/// The most rows that are read of a file: the busiest month of any public trace of requests. Each takes about fifty bytes.
pub(super) const ROWS_MAX: usize = 20_000_000;

/// The most bytes of all the texts of a column.
const TEXT_MAX: usize = 512 << 20;

#[derive(Clone, Debug, PartialEq)]
struct Column {
    name: String,
    values: Values,
    /// The rows without a value, ascending. Their values are zero or empty.
    blank: Vec<usize>,
    /// Of a column of dates, the first instant, in nanoseconds since the start of 1970 in UTC.
    began: Option<i128>,
}

#[derive(Clone, Debug, PartialEq)]
enum Values {
    Numbers(Vec<f64>),
    Integers(Vec<i64>),
    Texts(Texts),
    Instants(Vec<i64>),
}

impl Columns {
    /// How many rows the file has.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The hash of the file's bytes as they lie on the disk, packed or not: 32 hexadecimal digits.
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// The first row's instant of a column of dates, in nanoseconds since the start of 1970 in UTC; `None` of plain numbers.
    pub fn began(&self, name: &str) -> Option<i128> {
        self.columns.iter().find(|column| column.name == name)?.began
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

    /// Takes the numbers of a column out, by its place among those asked for, none of which was optional.
    pub(in crate::scenario) fn take_numbers(&mut self, place: usize) -> Option<Vec<f64>> {
        match &mut self.columns.get_mut(place)?.values {
            Values::Numbers(numbers) => Some(std::mem::take(numbers)),
            _ => None,
        }
    }

    /// The same of integers or instants.
    pub(in crate::scenario) fn take_integers(&mut self, place: usize) -> Option<Vec<i64>> {
        match &mut self.columns.get_mut(place)?.values {
            Values::Integers(integers) | Values::Instants(integers) => Some(std::mem::take(integers)),
            _ => None,
        }
    }

    /// The same of texts.
    pub(in crate::scenario) fn take_texts(&mut self, place: usize) -> Option<Texts> {
        match &mut self.columns.get_mut(place)?.values {
            Values::Texts(texts) => Some(std::mem::take(texts)),
            _ => None,
        }
    }

    /// Whether an optional column has no value in a row; what stands in its place is zero or empty.
    pub fn is_blank(&self, name: &str, row: usize) -> bool {
        self.columns.iter().any(|column| column.name == name && column.blank.binary_search(&row).is_ok())
    }

    fn find<'c, T>(&'c self, name: &str, pick: impl Fn(&'c Values) -> Option<T>) -> Option<T> {
        self.columns.iter().filter(|column| column.name == name).find_map(|column| pick(&column.values))
    }
}

/// What a column of times has held so far.
#[derive(Clone, Copy, Default)]
struct Clock {
    /// Its first instant and whether that was a date.
    first: Option<(i128, bool)>,
    /// The row above, if it was a day without a time.
    day: Option<i128>,
}

/// Columns in the making.
pub(super) struct Builder<'s> {
    path: &'s Path,
    specs: &'s [ColumnSpec<'s>],
    columns: Vec<Column>,
    /// What was met before in each column of times.
    clocks: Vec<Clock>,
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
            Column { name: spec.name.to_owned(), values, blank: Vec::new(), began: None }
        };
        let columns = specs.iter().map(column).collect();
        Builder { path, specs, columns, clocks: vec![Clock::default(); specs.len()], rows: 0 }
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
        if self.rows > ROWS_MAX {
            return Err(too_many_rows(self.path));
        }
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
                kind => {
                    let point = text.unwrap_or_default().replacen(',', ".", 1);
                    let decimal =
                        cell::number(&point).map(|_| format!("write decimals with a point: `{}`", shortened(&point)));
                    (format!("cannot read `{cell}` as {}", kind.name()), decimal.filter(|_| kind != Kind::Text))
                }
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
            (Values::Texts(texts), _) => {
                let text = text.unwrap_or_default();
                if texts.bytes() + text.len() > TEXT_MAX {
                    let message = format!("more than {} of text in one column", size(TEXT_MAX as u64));
                    return Err((message, Some("leave the column out, or write shorter names".to_owned())));
                }
                texts.push(text);
            }
            (Values::Instants(instants), Kind::Timestamp { unit, from_first }) => {
                let instant = match text {
                    Some(text) => instant(text, unit, from_first, &mut self.clocks[index])?,
                    None => 0,
                };
                instants.push(instant);
            }
            (Values::Instants(_), _) => unreachable!("instants are made for timestamps alone"),
        }
        Ok(())
    }

    /// The columns; those for which `there` is false are left out.
    /// `hash` is that of the file.
    pub(super) fn finish(self, there: impl Fn(usize) -> bool, hash: String) -> Columns {
        let began = |clock: &Clock| clock.first.filter(|(_, is_date)| *is_date).map(|(first, _)| first);
        let columns = self.columns.into_iter().zip(&self.clocks).enumerate().filter(|(index, _)| there(*index));
        let columns = columns.map(|(_, (column, clock))| Column { began: began(clock), ..column });
        Columns { rows: self.rows, columns: columns.collect(), hash }
    }
}

/// The problem of a file with more rows than are read.
pub(super) fn too_many_rows(path: &Path) -> InputProblem {
    let message =
        format!("`{}` has more than {} rows, the most that are read", label(path), thousands(ROWS_MAX as u64));
    InputProblem::new(path, message).help("cut it into pieces, and replay one".to_owned())
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
    clock: &mut Clock,
) -> Result<i64, (String, Option<String>)> {
    let cell = shortened(text);
    let wrong = |help: String| (format!("cannot read `{cell}` as a time"), Some(help));
    let as_date = date::date(text);
    let as_number = unit.and_then(|unit| cell::nanoseconds(text, unit));
    let (nanos, is_date, is_day) = match (as_date, as_number, unit) {
        (Some(date), ..) => (date.nanos, true, date.is_day),
        (None, Some(nanos), _) => (nanos, false, false),
        (None, None, None) if cell::number(text).is_some() => {
            return Err(wrong("say in which unit its plain numbers are".into()));
        }
        (None, None, unit) => {
            let number = unit.map(|unit| format!(", or as a number of {}", unit.name())).unwrap_or_default();
            let known = date::advice(text).map(str::to_owned);
            return Err(wrong(known.unwrap_or_else(|| format!("write it as `2023-11-16 18:15:46.68`{number}"))));
        }
    };
    let (zero, was_date) = *clock.first.get_or_insert((nanos, is_date));
    if is_date != was_date {
        let above = if was_date { "dates" } else { "plain numbers" };
        return Err(wrong(format!("the rows above have {above}")));
    }
    // Days in a row are prices or rates by the day; the same day twice is a time of day that was lost.
    let day = is_day.then_some(nanos);
    if is_day && std::mem::replace(&mut clock.day, day) == day {
        let message = format!("two rows on the day `{cell}`, which has no time of day");
        return Err((message, Some(format!("write the times too, such as `{cell} 18:15:46`"))));
    }
    let nanos = if from_first { nanos - zero } else { nanos };
    i64::try_from(nanos).map_err(|_| (format!("the time `{cell}` is out of range"), None))
}

/// A cell for a message, cut where it is long and with the code of a character that does not show.
pub(super) fn shortened(text: &str) -> String {
    const LONGEST: usize = 40;
    let mut shown = String::new();
    for letter in text.chars().take(LONGEST) {
        match plain::is_invisible(letter) {
            true => shown.push_str(&format!("<U+{:04X}>", u32::from(letter))),
            false => shown.push(letter),
        }
    }
    if text.chars().nth(LONGEST).is_some() {
        shown.push('…');
    }
    shown
}
