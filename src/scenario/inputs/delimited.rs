//! Comma- and tab-separated files with a header.

use std::path::Path;

use csv::{ByteRecord, ErrorKind, Position, Reader, ReaderBuilder};

use super::columns::{Builder, ColumnSpec, Columns};
use super::open::{line_at, open};
use super::problem::InputProblem;
use crate::scenario::document::label;

/// Reads the wanted columns. Quotes are those of RFC 4180; blank lines do not count.
pub(super) fn read(path: &Path, delimiter: u8, specs: &[ColumnSpec<'_>]) -> Result<Columns, InputProblem> {
    let mut reader = ReaderBuilder::new().delimiter(delimiter).has_headers(false).from_reader(open(path)?);
    let mut builder = Builder::new(path, specs);
    let mut record = ByteRecord::new();
    if !next(path, &mut reader, &mut record)? {
        return Err(InputProblem::new(path, format!("`{}` is empty: it has no header", label(path))));
    }
    let names: Vec<String> =
        record.iter().map(|name| String::from_utf8_lossy(name.trim_ascii()).into_owned()).collect();
    let places = builder.places(&names.iter().map(String::as_str).collect::<Vec<_>>())?;
    while next(path, &mut reader, &mut record)? {
        let placed = |problem| at(path, record.position(), problem);
        let mut cells = Vec::with_capacity(places.len());
        for (place, spec) in places.iter().zip(specs) {
            let cell = place.map(|place| std::str::from_utf8(record.get(place).expect("rows are of one length")));
            let not_text = |_| placed(InputProblem::new(path, "not UTF-8 text").column(spec.name));
            cells.push(cell.transpose().map_err(not_text)?);
        }
        builder.row(cells.into_iter()).map_err(placed)?;
    }
    Ok(builder.finish(|index| places[index].is_some()))
}

/// Reads the next record, if there is one.
fn next(
    path: &Path,
    reader: &mut Reader<Box<dyn std::io::Read>>,
    record: &mut ByteRecord,
) -> Result<bool, InputProblem> {
    reader.read_byte_record(record).map_err(|error| match error.into_kind() {
        ErrorKind::Io(error) => InputProblem::unreadable(path, &error),
        ErrorKind::UnequalLengths { pos, expected_len, len } => {
            let cells = if expected_len == 1 { "cell" } else { "cells" };
            let message = format!("expected {expected_len} {cells} as in the header, found {len}");
            at(path, pos.as_ref(), InputProblem::new(path, message))
        }
        other => InputProblem::new(path, format!("cannot read `{}`: {other:?}", label(path))),
    })
}

/// The problem with its line. The `csv` crate's own count is one behind where lines end in `\r\n` or blank ones come
/// before the record.
fn at(path: &Path, position: Option<&Position>, problem: InputProblem) -> InputProblem {
    let line = position.and_then(|position| line_at(path, position.byte()));
    InputProblem { line, ..problem }
}
