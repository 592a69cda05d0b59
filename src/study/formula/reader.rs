//! Reading a formula from its text.

use super::{EVERY, Formula, Operation, Term, Whose, Wrong, is_number};
use crate::record::columns::Column;
use crate::record::tables::{CLASSES, SERIES, SUMMARY};
use crate::scenario::nearest::suggestion;

/// Deeper formulas are no formulas that a person wrote.
const DEPTH_MAX: usize = 50;

/// What is left to read.
pub(super) struct Reader<'t> {
    pub(super) rest: &'t str,
    /// The classes of a run; none in a formula over the series.
    pub(super) classes: Option<&'t [String]>,
    pub(super) depth: usize,
}

impl<'t> Reader<'t> {
    fn skip(&mut self, count: usize) -> &'t str {
        let (read, rest) = self.rest.split_at(count);
        self.rest = rest.trim_start();
        read
    }

    /// Products with `+` and `-` between them.
    pub(super) fn sum(&mut self) -> Result<Formula, Wrong> {
        let mut left = self.product()?;
        loop {
            let operation = match self.rest.chars().next() {
                Some('+') => Operation::Sum,
                Some('-') => Operation::Difference,
                _ => return Ok(left),
            };
            self.skip(1);
            left = Formula::Two(Box::new((left, operation, self.product()?)));
        }
    }

    /// Operands with `*` and `/` between them.
    fn product(&mut self) -> Result<Formula, Wrong> {
        let mut left = self.operand()?;
        loop {
            let operation = match self.rest.chars().next() {
                Some('*') => Operation::Product,
                Some('/') => Operation::Quotient,
                _ => return Ok(left),
            };
            self.skip(1);
            left = Formula::Two(Box::new((left, operation, self.operand()?)));
        }
    }

    /// A number, a column, or a formula in parentheses.
    fn operand(&mut self) -> Result<Formula, Wrong> {
        match self.rest.chars().next() {
            None => Err(wrong("a formula ends where a column belongs")),
            Some('(') => {
                self.depth += 1;
                if self.depth > DEPTH_MAX {
                    return Err((format!("parentheses deeper than {DEPTH_MAX}"), None));
                }
                self.skip(1);
                let inner = self.sum()?;
                if !self.rest.starts_with(')') {
                    return Err(wrong("a `(` without its `)`"));
                }
                self.skip(1);
                self.depth -= 1;
                Ok(inner)
            }
            Some(first) if first.is_ascii_digit() => self.number().map(Formula::Number),
            Some(_) => self.column().map(Formula::Column),
        }
    }

    fn number(&mut self) -> Result<f64, Wrong> {
        let end = self.rest.find(|letter: char| !letter.is_ascii_alphanumeric() && !"._".contains(letter));
        let text = self.skip(end.unwrap_or(self.rest.len()));
        let number = text.replace('_', "").parse::<f64>().ok().filter(|number| number.is_finite());
        number.ok_or_else(|| wrong(&format!("`{text}` is no number")))
    }

    fn column(&mut self) -> Result<Term, Wrong> {
        let Some(classes) = self.classes else {
            let name = self.word("");
            return Ok(Term { of: Whose::Series, column: place(name, SERIES.columns, "the series has")? });
        };
        // A class may have signs in its name that stand for operations elsewhere; a column has none.
        let known = classes.iter().map(String::as_str).chain([EVERY]);
        let of_class = |class: &&str| self.rest.strip_prefix(class).is_some_and(|rest| rest.starts_with('.'));
        let class = known.filter(of_class).max_by_key(|class| class.len()).map(str::to_owned);
        if let Some(class) = class {
            self.skip(class.len() + 1);
            let name = self.word("");
            return Ok(Term { of: Whose::Class(class), column: place(name, CLASSES.columns, "classes have")? });
        }
        let at = self.rest;
        let name = self.word("");
        if name.is_empty() {
            return Err(wrong(&format!("`{}` is no column", shortened(at))));
        }
        if !self.rest.starts_with('.') {
            return Ok(Term { of: Whose::Run, column: place(name, SUMMARY.columns, "the summary has")? });
        }
        self.rest = at;
        let (class, _) = self.word("-.").rsplit_once('.').unwrap_or_default();
        let known: Vec<&str> = classes.iter().map(String::as_str).chain([EVERY]).collect();
        Err((format!("there is no class `{class}`"), suggestion(class, &known, "the classes are")))
    }

    /// Letters, digits, `_` and what else belongs to the word.
    fn word(&mut self, also: &str) -> &'t str {
        let ends = |letter: char| !letter.is_alphanumeric() && letter != '_' && !also.contains(letter);
        self.skip(self.rest.find(ends).unwrap_or(self.rest.len()))
    }
}

pub(super) fn wrong(message: &str) -> Wrong {
    let help = "a measure is made of columns, `+`, `-`, `*`, `/` and parentheses: `(jobs - fate_declined) / jobs`";
    (message.to_owned(), Some(help.to_owned()))
}

pub(super) fn shortened(text: &str) -> String {
    text.chars().take(40).collect()
}

/// The place of a column of numbers.
fn place<R: ?Sized>(name: &str, columns: &[Column<R>], whose: &str) -> Result<usize, Wrong> {
    match columns.iter().position(|column| column.name == name) {
        Some(place) if is_number(columns[place].kind) => Ok(place),
        Some(_) => Err((format!("the column `{name}` is no number"), None)),
        None => {
            let numeric = columns.iter().filter(|column| is_number(column.kind));
            let names: Vec<&str> = numeric.map(|column| column.name).collect();
            Err((format!("{whose} no column `{name}`"), suggestion(name, &names, "its columns are")))
        }
    }
}
