//! Tables as lists of columns, each declared once: the rows, the schema, the dictionary and the documents come from
//! that list.
//!
//! ```
//! use reliance::engine::time::{SimDuration, Time};
//! use reliance::record::columns::{Column, Table};
//!
//! struct Call {
//!     asked: Time,
//!     answered: Option<Time>,
//!     held: SimDuration,
//! }
//!
//! // The row is named once, so that the compiler knows it in every closure.
//! type C = Column<Call>;
//!
//! static CALLS: Table<Call> = Table {
//!     name: "calls",
//!     grain: "one row per call",
//!     columns: &[
//!         C::time("asked_ns", "instant the call was placed", |call| call.asked.into()),
//!         C::time("answered_ns", "instant of the answer", |call| call.answered.into()).nullable(),
//!         C::span("held_ns", "time spent waiting", |call| call.held.into()).formula("answered_ns − asked_ns"),
//!     ],
//! };
//! CALLS.check();
//! ```

use crate::domain::work::Work;
use serde::Serialize;

use crate::domain::money::Money;
use crate::engine::time::{SimDuration, Time};
use crate::parquet::Field;
pub use crate::parquet::Kind;

/// A table: what a row stands for, and its columns in order.
#[derive(Debug)]
pub struct Table<R: ?Sized + 'static> {
    /// Also the name of its file, without the extension.
    pub name: &'static str,
    /// What one row is, such as `one row per job`.
    pub grain: &'static str,
    /// In the order of the file.
    pub columns: &'static [Column<R>],
}

/// Words, each with its meaning.
pub type Words = &'static [(&'static str, &'static str)];

/// A column: all about it in one place.
#[derive(Debug)]
pub struct Column<R: ?Sized> {
    /// Lower-case words joined by `_`, the unit last; unique in its table.
    pub name: &'static str,
    /// The unit of its values; empty for names, answers and pure numbers.
    pub unit: &'static str,
    /// The type of its values.
    pub kind: Kind,
    /// Whether a value may be missing.
    pub nullable: bool,
    /// What it says, in one line.
    pub meaning: &'static str,
    /// How it follows from other columns or from the model; empty where it is simply noted.
    pub formula: &'static str,
    /// The words that its texts are, each with its meaning; empty where it may hold others.
    pub words: Words,
    /// Takes the value from what a row is made of.
    pub cell: fn(&R) -> Cell<'_>,
}

// Not derived: a column is copied whatever its rows are.
impl<R: ?Sized> Clone for Column<R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R: ?Sized> Copy for Column<R> {}

/// One value of one row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cell<'a> {
    /// Yes or no.
    Bool(bool),
    /// A whole number.
    U32(u32),
    /// A whole number.
    U64(u64),
    /// A whole number, possibly negative.
    I64(i64),
    /// A double-precision number; one that is not finite is a missing value.
    F64(f64),
    /// Text.
    Text(&'a str),
    /// A missing value.
    Null,
}

impl<R: ?Sized> Column<R> {
    /// A column of any kind, never null until [`Column::nullable`] is said.
    pub const fn new(
        name: &'static str,
        kind: Kind,
        unit: &'static str,
        meaning: &'static str,
        cell: fn(&R) -> Cell<'_>,
    ) -> Column<R> {
        Column { name, unit, kind, nullable: false, meaning, formula: "", words: &[], cell }
    }

    /// An instant: nanoseconds since the start of the run, with a sign, so that differences have theirs.
    pub const fn time(name: &'static str, meaning: &'static str, cell: fn(&R) -> Cell<'_>) -> Column<R> {
        Column::new(name, Kind::I64, "ns", meaning, cell)
    }

    /// A length of time, or work as a span on the reference card: nanoseconds, with a sign.
    pub const fn span(name: &'static str, meaning: &'static str, cell: fn(&R) -> Cell<'_>) -> Column<R> {
        Column::new(name, Kind::I64, "ns", meaning, cell)
    }

    /// An amount in micro-units of an asset, such as `µcredit`.
    pub const fn money(
        name: &'static str,
        unit: &'static str,
        meaning: &'static str,
        cell: fn(&R) -> Cell<'_>,
    ) -> Column<R> {
        Column::new(name, Kind::I64, unit, meaning, cell)
    }

    /// A number of things.
    pub const fn count(name: &'static str, meaning: &'static str, cell: fn(&R) -> Cell<'_>) -> Column<R> {
        Column::new(name, Kind::U64, "", meaning, cell)
    }

    /// The number of a job, a node, a client: below 2³².
    pub const fn id(name: &'static str, meaning: &'static str, cell: fn(&R) -> Cell<'_>) -> Column<R> {
        Column::new(name, Kind::U32, "", meaning, cell)
    }

    /// A double-precision number with its unit; empty for shares, probabilities and other pure numbers.
    pub const fn number(
        name: &'static str,
        unit: &'static str,
        meaning: &'static str,
        cell: fn(&R) -> Cell<'_>,
    ) -> Column<R> {
        Column::new(name, Kind::F64, unit, meaning, cell)
    }

    /// Yes or no.
    pub const fn flag(name: &'static str, meaning: &'static str, cell: fn(&R) -> Cell<'_>) -> Column<R> {
        Column::new(name, Kind::Bool, "", meaning, cell)
    }

    /// A name or another text.
    pub const fn text(name: &'static str, meaning: &'static str, cell: fn(&R) -> Cell<'_>) -> Column<R> {
        Column::new(name, Kind::Text, "", meaning, cell)
    }

    /// The same, where a value may be missing.
    pub const fn nullable(mut self) -> Column<R> {
        self.nullable = true;
        self
    }

    /// The same, with all the words it may hold.
    pub const fn words(mut self, words: Words) -> Column<R> {
        self.words = words;
        self
    }

    /// The same, with how it is computed.
    pub const fn formula(mut self, formula: &'static str) -> Column<R> {
        self.formula = formula;
        self
    }
}

impl<R: ?Sized + 'static> Table<R> {
    /// The declaration without the way to fill it: for files, with unit, meaning and formula as far as there are any.
    pub fn fields(&self) -> Vec<Field> {
        let field = |column: &Column<R>| {
            let notes = [("unit", column.unit), ("meaning", column.meaning), ("formula", column.formula)];
            Field::new(column.name, column.kind, column.nullable).noting(&notes)
        };
        self.columns.iter().map(field).collect()
    }

    /// The declaration without the way to fill it: for documents.
    pub fn description(&self) -> TableDescription {
        let column = |column: &Column<R>| ColumnDescription {
            name: column.name,
            kind: column.kind,
            unit: column.unit,
            nullable: column.nullable,
            meaning: column.meaning,
            formula: column.formula,
            words: described(column.words),
        };
        TableDescription { name: self.name, grain: self.grain, columns: self.columns.iter().map(column).collect() }
    }

    /// Panics where the declaration is careless: no column, two of one name, a name that is not lower-case words
    /// joined by `_`, no meaning, no grain, text that would break a line or a table of a document.
    pub fn check(&self) {
        let table = self.name;
        assert!(is_plain_name(table), "`{table}` is not a plain name for a table");
        assert!(is_one_line(self.grain), "the grain of table `{table}` is not a line of text");
        assert!(!self.columns.is_empty(), "table `{table}` has no columns");
        for (place, column) in self.columns.iter().enumerate() {
            let name = column.name;
            assert!(is_plain_name(name), "`{name}` is not a plain name for a column of table `{table}`");
            assert!(is_one_line(column.meaning), "the meaning of `{table}.{name}` is not a line of text");
            let rest_fits = [column.unit, column.formula].iter().all(|text| text.is_empty() || is_one_line(text));
            assert!(rest_fits, "the unit or the formula of `{table}.{name}` is not a line of text");
            let told = column.words.iter().all(|(word, meaning)| is_one_line(word) && is_one_line(meaning.trim()));
            assert!(told, "a word of `{table}.{name}` has no meaning");
            let known = self.columns[..place].iter().any(|earlier| earlier.name == name);
            assert!(!known, "table `{table}` has two columns named `{name}`");
        }
    }
}

/// A table as documents show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TableDescription {
    /// See [`Table::name`].
    pub name: &'static str,
    /// See [`Table::grain`].
    pub grain: &'static str,
    /// In the order of the file.
    pub columns: Vec<ColumnDescription>,
}

/// A column as documents show it; each part as in [`Column`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ColumnDescription {
    /// See [`Column::name`].
    pub name: &'static str,
    /// See [`Column::kind`].
    #[serde(rename = "type")]
    pub kind: Kind,
    /// See [`Column::unit`].
    pub unit: &'static str,
    /// See [`Column::nullable`].
    pub nullable: bool,
    /// See [`Column::meaning`].
    pub meaning: &'static str,
    /// See [`Column::formula`].
    pub formula: &'static str,
    /// See [`Column::words`].
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub words: Vec<Word>,
}

/// A word that texts of a column may be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Word {
    /// As the table holds it.
    pub word: &'static str,
    /// What it says.
    pub meaning: &'static str,
}

/// Words as documents show them.
pub fn described(words: Words) -> Vec<Word> {
    words.iter().map(|&(word, meaning)| Word { word, meaning: meaning.trim() }).collect()
}

fn is_plain_name(name: &str) -> bool {
    let mut letters = name.bytes();
    letters.next().is_some_and(|first| first.is_ascii_lowercase())
        && letters.all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == b'_')
}

fn is_one_line(text: &str) -> bool {
    !text.is_empty() && text.trim() == text && !text.chars().any(|letter| letter.is_control() || letter == '|')
}

/// Writes `From` for the types a cell simply holds.
macro_rules! cells {
    ($($type:ty => $cell:ident),* $(,)?) => {
        $(impl From<$type> for Cell<'_> {
            fn from(value: $type) -> Self {
                Cell::$cell(value)
            }
        })*
    };
}

cells! { bool => Bool, u32 => U32, u64 => U64, i64 => I64, f64 => F64 }

impl<'a> From<&'a str> for Cell<'a> {
    fn from(text: &'a str) -> Self {
        Cell::Text(text)
    }
}

impl From<Time> for Cell<'_> {
    /// Nanoseconds; [`Time::NEVER`] is no instant and so a missing value.
    fn from(time: Time) -> Self {
        if time == Time::NEVER { Cell::Null } else { Cell::I64(time.0 as i64) }
    }
}

impl From<SimDuration> for Cell<'_> {
    /// Nanoseconds; [`SimDuration::MAX`] is no length and so a missing value.
    fn from(span: SimDuration) -> Self {
        if span == SimDuration::MAX { Cell::Null } else { Cell::I64(span.0 as i64) }
    }
}

/// As the time that the reference GPU takes.
impl From<Work> for Cell<'_> {
    fn from(work: Work) -> Self {
        work.on_reference().into()
    }
}

impl From<Money> for Cell<'_> {
    /// Micro-units.
    fn from(amount: Money) -> Self {
        Cell::I64(amount.0)
    }
}

impl<'a, T: Into<Cell<'a>>> From<Option<T>> for Cell<'a> {
    /// Nothing is a missing value.
    fn from(value: Option<T>) -> Self {
        value.map_or(Cell::Null, T::into)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn column(name: &'static str, meaning: &'static str) -> Column<u32> {
        Column::id(name, meaning, |row| (*row).into())
    }

    /// A row may also be a view through a trait.
    trait View {
        fn level(&self) -> f64;
    }

    impl View for f64 {
        fn level(&self) -> f64 {
            *self
        }
    }

    static VIEWS: Table<dyn View> = Table {
        name: "views",
        grain: "one row per look",
        columns: &[
            Column::<dyn View>::number("level", "m", "height of the water", |view| view.level().into()).nullable()
        ],
    };

    #[test]
    fn a_declaration_describes_itself() {
        VIEWS.check();
        let notes = [("unit", "m"), ("meaning", "height of the water")];
        let field = Field::new("level", Kind::F64, true).noting(&notes);
        assert_eq!(VIEWS.fields(), [field]);
        let description = VIEWS.description();
        assert_eq!(description.columns[0].meaning, "height of the water");
        assert_eq!((VIEWS.columns[0].cell)(&2.5), Cell::F64(2.5));
    }

    #[test]
    fn what_never_was_is_missing() {
        assert_eq!(Cell::from(Time::NEVER), Cell::Null);
        assert_eq!(Cell::from(Some(Time(7))), Cell::I64(7));
        assert_eq!(Cell::from(None::<&str>), Cell::Null);
        assert_eq!(Cell::from(SimDuration::MAX), Cell::Null);
        assert_eq!(Cell::from(Money(-3)), Cell::I64(-3));
    }

    #[test]
    fn careless_declarations_are_noticed() {
        let careless = [
            (vec![column("id", "the number"), column("id", "again")], "two columns named `id`"),
            (vec![column("Id", "the number")], "not a plain name"),
            (vec![column("", "the number")], "not a plain name"),
            (vec![column("id", "")], "the meaning of `cases.id`"),
            (vec![column("id", "the number").formula("a | b")], "the unit or the formula of `cases.id`"),
            (vec![], "has no columns"),
        ];
        for (columns, message) in careless {
            let table = Table { name: "cases", grain: "one row per case", columns: columns.leak() };
            let panic = std::panic::catch_unwind(|| table.check()).expect_err(message);
            let words = panic.downcast_ref::<String>().expect("a message");
            assert!(words.contains(message), "{words}");
        }
    }
}
