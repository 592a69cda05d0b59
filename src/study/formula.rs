//! Formulas over the columns of a run: `+`, `-`, `*`, `/` and parentheses with the usual precedence.

use crate::record::columns::{Cell, Column, Kind};
use crate::record::tables::{BASKET, CLASSES, ClassRow, SERIES, SUMMARY, SeriesRow};
use crate::record::tally::Summary;

mod reader;

use reader::{Reader, shortened, wrong};

/// What stands for every class in a formula.
pub(super) const EVERY: &str = "*";

/// Longer formulas are no formulas that a person wrote.
const LETTERS_MAX: usize = 2_000;

/// Why a text is no formula: a message and a help.
pub(super) type Wrong = (String, Option<String>);

/// A formula.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Formula {
    /// A number as it is written.
    Number(f64),
    /// A column.
    Column(Term),
    /// Two formulas and what is done with them.
    Two(Box<(Formula, Operation, Formula)>),
}

/// What is done with two numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operation {
    Sum,
    Difference,
    Product,
    Quotient,
}

/// A column of the summary, of a class, or of the series.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Term {
    of: Whose,
    column: usize,
}

/// Whose column it is.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Whose {
    Run,
    Class(String),
    Series,
    Basket,
}

/// Where the values of columns are taken from.
#[derive(Clone, Copy)]
pub(super) enum Found<'a> {
    /// A run that has ended, with its classes where a formula needs them.
    Run(&'a Summary, &'a [ClassRow]),
    /// A row of the series.
    Series(&'a SeriesRow),
}

/// A column as terms name it.
pub(super) struct Named {
    pub(super) name: &'static str,
    pub(super) unit: &'static str,
    pub(super) meaning: &'static str,
    formula: &'static str,
    kind: Kind,
}

impl Formula {
    /// Reads a formula. `CLASS.COLUMN` is a column of one of the `classes`, `*.COLUMN` that of every class.
    pub(super) fn parse(text: &str, classes: &[String]) -> Result<Formula, Wrong> {
        Formula::read(text, Some(classes))
    }

    /// Reads a formula over the columns of the series.
    pub(super) fn parse_of_series(text: &str) -> Result<Formula, Wrong> {
        Formula::read(text, None)
    }

    /// A column of what a basket of probes costs.
    pub(super) fn of_basket(column: usize) -> Formula {
        Formula::Column(Term { of: Whose::Basket, column })
    }

    fn read(text: &str, classes: Option<&[String]>) -> Result<Formula, Wrong> {
        if text.len() > LETTERS_MAX {
            return Err((format!("a formula of more than {LETTERS_MAX} letters"), None));
        }
        let mut reader = Reader { rest: text.trim(), classes, depth: 0 };
        let formula = reader.sum()?;
        match reader.rest.chars().next() {
            None => Ok(formula),
            Some(')') => Err(wrong("a `)` without its `(`")),
            Some(_) => Err(wrong(&format!("`{}` does not go on from what stands before it", shortened(reader.rest)))),
        }
    }

    /// The columns in it, from left to right.
    pub(super) fn terms(&self) -> Vec<&Term> {
        match self {
            Formula::Number(_) => Vec::new(),
            Formula::Column(term) => vec![term],
            Formula::Two(two) => [two.0.terms(), two.2.terms()].concat(),
        }
    }

    /// The same of one class, wherever it is of every class.
    pub(super) fn of_class(&self, class: &str) -> Formula {
        match self {
            Formula::Number(number) => Formula::Number(*number),
            Formula::Column(term) => Formula::Column(term.of_class(class)),
            Formula::Two(two) => Formula::Two(Box::new((two.0.of_class(class), two.1, two.2.of_class(class)))),
        }
    }

    /// Its value; none where a column has none or a run has no such class. May be infinite or no number.
    pub(super) fn of(&self, found: Found<'_>) -> Option<f64> {
        match self {
            Formula::Number(number) => Some(*number),
            Formula::Column(term) => term.value(found),
            Formula::Two(two) => {
                let (left, right) = (two.0.of(found)?, two.2.of(found)?);
                Some(match two.1 {
                    Operation::Sum => left + right,
                    Operation::Difference => left - right,
                    Operation::Product => left * right,
                    Operation::Quotient => left / right,
                })
            }
        }
    }

    /// The unit of its values; empty for pure numbers. Of a sum the unit of its first part that has one.
    pub(super) fn unit(&self) -> String {
        match self {
            Formula::Number(_) => String::new(),
            Formula::Column(term) => term.named().unit.to_owned(),
            Formula::Two(two) => match (two.1, two.0.unit(), two.2.unit()) {
                (Operation::Sum | Operation::Difference, left, right) => {
                    if left.is_empty() {
                        right
                    } else {
                        left
                    }
                }
                (Operation::Product, left, right) if left.is_empty() || right.is_empty() => left + &right,
                (Operation::Product, left, right) => format!("{left}·{right}"),
                (Operation::Quotient, left, right) if left == right => String::new(),
                (Operation::Quotient, left, right) if right.is_empty() => left,
                (Operation::Quotient, left, right) => {
                    format!("{}/{right}", if left.is_empty() { "1" } else { left.as_str() })
                }
            },
        }
    }

    /// Whether its values may be shares: a quotient of counts, or a column that says so.
    pub(super) fn may_be_share(&self) -> bool {
        match self {
            Formula::Number(_) => false,
            Formula::Column(term) => term.named().unit.is_empty() && term.named().name.ends_with("_share"),
            Formula::Two(two) => two.1 == Operation::Quotient && two.0.is_count() && two.2.is_count(),
        }
    }

    /// Whether its values are parts of the jobs: a quotient over them, or a column that is one.
    pub(super) fn is_per_job(&self) -> bool {
        match self {
            Formula::Number(_) => false,
            Formula::Column(term) => term.named().formula.ends_with("/ jobs"),
            Formula::Two(two) => {
                two.1 == Operation::Quotient && matches!(&two.2, Formula::Column(over) if over.named().name == "jobs")
            }
        }
    }

    /// Whether something is taken from something in it, so that its values may be negative.
    pub(super) fn is_difference(&self) -> bool {
        match self {
            Formula::Number(_) | Formula::Column(_) => false,
            Formula::Two(two) => two.1 == Operation::Difference || two.0.is_difference() || two.2.is_difference(),
        }
    }

    /// Whether its values are numbers of things, or sums and differences of such.
    pub(super) fn is_count(&self) -> bool {
        match self {
            Formula::Number(_) => false,
            Formula::Column(term) => term.named().unit.is_empty() && matches!(term.named().kind, Kind::U64),
            Formula::Two(two) => {
                matches!(two.1, Operation::Sum | Operation::Difference) && two.0.is_count() && two.2.is_count()
            }
        }
    }

    /// A name for it: `fate_final_right_per_jobs`.
    pub(super) fn name(&self) -> String {
        match self {
            Formula::Number(number) => plain(&number.to_string()),
            Formula::Column(term) => term.name(),
            Formula::Two(two) => {
                let between = match two.1 {
                    Operation::Sum => "and",
                    Operation::Difference => "less",
                    Operation::Product => "times",
                    Operation::Quotient => "per",
                };
                format!("{}_{between}_{}", two.0.name(), two.2.name())
            }
        }
    }
}

impl Term {
    /// The class it is of.
    pub(super) fn class(&self) -> Option<&str> {
        match &self.of {
            Whose::Class(class) => Some(class),
            Whose::Run | Whose::Series | Whose::Basket => None,
        }
    }

    pub(super) fn is_of_every_class(&self) -> bool {
        self.class() == Some(EVERY)
    }

    fn of_class(&self, class: &str) -> Term {
        let of = if self.is_of_every_class() { Whose::Class(class.to_owned()) } else { self.of.clone() };
        Term { of, column: self.column }
    }

    pub(super) fn named(&self) -> Named {
        match self.of {
            Whose::Run => named(&SUMMARY.columns[self.column]),
            Whose::Class(_) => named(&CLASSES.columns[self.column]),
            Whose::Series => named(&SERIES.columns[self.column]),
            Whose::Basket => named(&BASKET.columns[self.column]),
        }
    }

    fn name(&self) -> String {
        match self.class().filter(|class| *class != EVERY) {
            Some(class) => format!("{}_{}", plain(class), self.named().name),
            None => self.named().name.to_owned(),
        }
    }

    fn value(&self, found: Found<'_>) -> Option<f64> {
        match (&self.of, found) {
            (Whose::Run, Found::Run(summary, _)) => number((SUMMARY.columns[self.column].cell)(summary)),
            (Whose::Class(class), Found::Run(_, classes)) => {
                let row = classes.iter().find(|row| row.class == *class)?;
                number((CLASSES.columns[self.column].cell)(row))
            }
            (Whose::Series, Found::Series(row)) => number((SERIES.columns[self.column].cell)(row)),
            (Whose::Basket, Found::Series(row)) => number((BASKET.columns[self.column].cell)(row)),
            _ => unreachable!("a formula is asked of what it was read for"),
        }
    }
}

fn named<R: ?Sized>(column: &Column<R>) -> Named {
    Named { name: column.name, kind: column.kind, unit: column.unit, meaning: column.meaning, formula: column.formula }
}

fn is_number(kind: Kind) -> bool {
    !matches!(kind, Kind::Bool | Kind::Text)
}

fn number(cell: Cell<'_>) -> Option<f64> {
    match cell {
        Cell::U32(number) => Some(number.into()),
        Cell::U64(number) => Some(number as f64),
        Cell::I64(number) => Some(number as f64),
        Cell::F64(number) => Some(number),
        Cell::Bool(_) | Cell::Text(_) | Cell::Null => None,
    }
}

/// The name of a class, or a number, as part of a column's name.
pub(super) fn plain(text: &str) -> String {
    let letter = |letter: char| if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { '_' };
    text.chars().map(letter).collect()
}
