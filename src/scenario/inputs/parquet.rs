//! Parquet files.

use std::path::Path;

use super::columns::{Builder, ColumnSpec, Columns, ROWS_MAX, too_many_rows};
use super::date;
use super::problem::InputProblem;
use crate::engine::hash::hash_hex;
use crate::parquet::{Data, Foreign, Stored, Values};
use crate::scenario::document::label;
use crate::scenario::plain;

/// The longest file: it is read whole, so that what is hashed is what is decoded.
const FILE_MAX: u64 = 2 << 30;

/// Rows decoded at a time.
const PIECE: usize = 1 << 22;

/// The types that are read, for those who asked for another.
const READ: &str =
    "read are booleans, integers, `float32`, `float64`, decimals, text, dates and timestamps: convert the column";

/// Reads the wanted columns. Every value goes through its text, so that all formats read alike; a line is a row from 1.
pub(super) fn read(path: &Path, specs: &[ColumnSpec<'_>]) -> Result<Columns, InputProblem> {
    let wrong = |why: String| InputProblem::new(path, format!("cannot read `{}`: {why}", label(path)));
    let bytes = plain::read(path, FILE_MAX).map_err(|error| InputProblem::unreadable(path, &error))?;
    if let Some(other) = plain::content(&bytes).filter(|content| *content != plain::Content::Parquet) {
        return Err(InputProblem::of_another_kind(path, other, false));
    }
    let hash = hash_hex(&bytes);
    let file = Foreign::open(bytes).map_err(wrong)?;
    if file.rows() > ROWS_MAX {
        return Err(too_many_rows(path));
    }
    let stored = file.columns();
    let names: Vec<&str> = stored.iter().map(|(name, _)| *name).collect();
    let places = Builder::new(path, specs).places(&names)?;
    for place in places.iter().flatten() {
        if let (name, Stored::Other(kind)) = &stored[*place] {
            let problem = InputProblem::new(path, format!("the column `{name}` of `{}` holds {kind}", label(path)));
            return Err(problem.help(READ.to_owned()));
        }
    }
    let mut wanted: Vec<usize> = places.iter().flatten().copied().collect();
    wanted.sort();
    wanted.dedup();
    let wanted_names: Vec<&str> = wanted.iter().map(|place| names[*place]).collect();
    let mut builder = Builder::new(path, specs);
    let mut first = 0;
    while first < file.rows() && !wanted.is_empty() {
        let values = file.read(&wanted_names, first, PIECE).map_err(wrong)?;
        let of = |place: usize| wanted.binary_search(&place).ok().map(|index| (&values[index], &stored[place].1));
        let read: Vec<Option<(&Values, &Stored)>> = places.iter().map(|place| place.and_then(of)).collect();
        let rows = values[0].len();
        add(&mut builder, &read, first, rows)?;
        first += rows;
    }
    Ok(builder.finish(|index| places[index].is_some(), hash))
}

/// Adds rows from the values read for each column; `None` where the file has none.
fn add(
    builder: &mut Builder<'_>,
    read: &[Option<(&Values, &Stored)>],
    first: usize,
    rows: usize,
) -> Result<(), InputProblem> {
    let mut cells: Vec<Option<String>> = Vec::with_capacity(read.len());
    for row in 0..rows {
        cells.clear();
        cells.extend(read.iter().map(|values| values.and_then(|(values, stored)| cell(values, stored, row))));
        let added = builder.row(cells.iter().map(Option::as_deref));
        added.map_err(|problem| problem.line((first + row) as u64 + 1))?;
    }
    Ok(())
}

/// A value as text from which it reads back the same; `None` where it is missing.
fn cell(values: &Values, stored: &Stored, row: usize) -> Option<String> {
    if values.is_null(row) {
        return None;
    }
    Some(match (&values.data, stored) {
        (Data::I64(values), Stored::Instant { unit_ns }) => {
            date::written(i128::from(values[row]) * i128::from(*unit_ns))
        }
        (Data::I64(values), Stored::Day) => date::written_day(values[row]),
        (Data::I64(values), Stored::Decimal(scale)) => pointed(&values[row].to_string(), *scale),
        (Data::Text { codes, dictionary }, Stored::Decimal(scale)) => pointed(&dictionary[codes[row] as usize], *scale),
        (Data::Bool(values), _) => values[row].to_string(),
        (Data::U32(values), _) => values[row].to_string(),
        (Data::U64(values), _) => values[row].to_string(),
        (Data::I64(values), _) => values[row].to_string(),
        (Data::F64(values), _) => values[row].to_string(),
        (Data::Text { codes, dictionary }, _) => dictionary[codes[row] as usize].clone(),
    })
}

/// A whole number with its last digits after a point.
fn pointed(whole: &str, scale: usize) -> String {
    let (sign, digits) = whole.strip_prefix('-').map_or(("", whole), |digits| ("-", digits));
    match scale {
        0 => whole.to_owned(),
        _ => {
            let digits = format!("{digits:0>width$}", width = scale + 1);
            let (before, after) = digits.split_at(digits.len() - scale);
            format!("{sign}{before}.{after}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Kind, Unit};
    use super::*;

    #[test]
    fn values_of_every_type_become_columns() {
        let path = Path::new("trace.parquet");
        let spec = |name, kind, optional| ColumnSpec { name, kind, optional };
        let time = Kind::Timestamp { unit: Some(Unit::Us), from_first: true };
        let specs = [
            spec("at", time, false),
            spec("tokens", Kind::Number, false),
            spec("class", Kind::Text, true),
            spec("client", Kind::Text, true),
        ];
        let columns = |at: &Values, tokens: &Values, class: &Values| {
            let mut builder = Builder::new(path, &specs);
            let read = [Some((at, &Stored::Plain)), Some((tokens, &Stored::Plain)), Some((class, &Stored::Text)), None];
            add(&mut builder, &read, 0, 2)?;
            Ok::<Columns, InputProblem>(builder.finish(|index| index < 3, String::new()))
        };
        let at = Values { data: Data::I64(vec![1_700_000_000_000_001, 1_700_000_000_000_003]), valid: None };
        let tokens = Values { data: Data::F64(vec![0.1, f64::NAN]), valid: None };
        let class = Data::Text { codes: vec![0, 0], dictionary: vec!["chat".into()] };
        let class = Values { data: class, valid: Some(vec![true, false]) };
        let problem = columns(&at, &tokens, &class).unwrap_err();
        assert_eq!(problem.to_string(), "error: `NaN` is not a finite number\n  --> trace.parquet:2, column `tokens`");
        let tokens = Values { data: Data::U64(vec![7, 1 << 40]), valid: None };
        let read = columns(&at, &tokens, &class).unwrap();
        assert_eq!(read.instants("at"), Some([0, 2_000].as_slice()));
        assert_eq!(read.numbers("tokens"), Some([7.0, 1_099_511_627_776.0].as_slice()));
        assert_eq!((read.texts("class").unwrap().get(0), read.is_blank("class", 1)), ("chat", true));
        assert!(read.texts("client").is_none());
    }

    #[test]
    fn decimals_have_their_point() {
        for (whole, scale, expected) in
            [("123", 0, "123"), ("123", 2, "1.23"), ("5", 2, "0.05"), ("-5", 2, "-0.05"), ("-1234", 1, "-123.4")]
        {
            assert_eq!(pointed(whole, scale), expected);
        }
    }
}
