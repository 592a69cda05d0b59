//! Parquet files.

use std::path::Path;

use super::columns::{Builder, ColumnSpec, Columns};
use super::problem::InputProblem;
use crate::parquet::{self, Data, Values};
use crate::scenario::document::label;

/// Reads the wanted columns. Every value goes through its text, so that all formats read alike; a line is a row from 1.
pub(super) fn read(path: &Path, specs: &[ColumnSpec<'_>]) -> Result<Columns, InputProblem> {
    std::fs::File::open(path).map_err(|error| InputProblem::unreadable(path, &error))?;
    let wrong = |why: String| InputProblem::new(path, format!("cannot read `{}`: {why}", label(path)));
    let schema = parquet::schema(path).map_err(wrong)?;
    let names: Vec<&str> = schema.iter().map(|(name, _)| name.as_str()).collect();
    let places = Builder::new(path, specs).places(&names)?;
    let mut wanted: Vec<&str> = places.iter().flatten().map(|place| names[*place]).collect();
    wanted.sort();
    wanted.dedup();
    let values = parquet::read(path, &wanted).map_err(wrong)?;
    let read: Vec<Option<&Values>> = specs
        .iter()
        .map(|spec| wanted.iter().position(|name| *name == spec.name).map(|place| &values[place]))
        .collect();
    columns(path, specs, &read)
}

/// The wanted columns from the values read for each; `None` where the file has none.
fn columns(path: &Path, specs: &[ColumnSpec<'_>], read: &[Option<&Values>]) -> Result<Columns, InputProblem> {
    let mut builder = Builder::new(path, specs);
    for row in 0..read.iter().flatten().next().map_or(0, |values| values.len()) {
        let cells: Vec<Option<String>> =
            read.iter().map(|values| values.and_then(|values| cell(values, row))).collect();
        let added = builder.row(cells.iter().map(Option::as_deref));
        added.map_err(|problem| problem.line(row as u64 + 1))?;
    }
    Ok(builder.finish(|index| read[index].is_some()))
}

/// A value as text from which it reads back the same; `None` where it is missing.
fn cell(values: &Values, row: usize) -> Option<String> {
    if values.is_null(row) {
        return None;
    }
    Some(match &values.data {
        Data::Bool(values) => values[row].to_string(),
        Data::U32(values) => values[row].to_string(),
        Data::U64(values) => values[row].to_string(),
        Data::I64(values) => values[row].to_string(),
        Data::F64(values) => values[row].to_string(),
        Data::Text { codes, dictionary } => dictionary[codes[row] as usize].clone(),
    })
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
        let at = Values { data: Data::I64(vec![1_700_000_000_000_001, 1_700_000_000_000_003]), valid: None };
        let tokens = Values { data: Data::F64(vec![0.1, f64::NAN]), valid: None };
        let class = Data::Text { codes: vec![0, 0], dictionary: vec!["chat".into()] };
        let class = Values { data: class, valid: Some(vec![true, false]) };
        let problem = columns(path, &specs, &[Some(&at), Some(&tokens), Some(&class), None]).unwrap_err();
        assert_eq!(problem.to_string(), "error: `NaN` is not a finite number\n  --> trace.parquet:2, column `tokens`");
        let tokens = Values { data: Data::U64(vec![7, 1 << 40]), valid: None };
        let read = columns(path, &specs, &[Some(&at), Some(&tokens), Some(&class), None]).unwrap();
        assert_eq!(read.instants("at"), Some([0, 2_000].as_slice()));
        assert_eq!(read.numbers("tokens"), Some([7.0, 1_099_511_627_776.0].as_slice()));
        assert_eq!((read.texts("class").unwrap().get(0), read.is_blank("class", 1)), ("chat", true));
        assert!(read.texts("client").is_none());
    }
}
