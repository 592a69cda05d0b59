//! Comma- and tab-separated files with a header.

use std::path::Path;

use csv::{ByteRecord, ErrorKind, Position, Reader, ReaderBuilder};

use super::columns::{Builder, ColumnSpec, Columns};
use super::open::{RECORD_MAX, line_at, open};
use super::problem::InputProblem;
use super::quotes::{Fault, Quotes, Watched};
use crate::scenario::document::label;
use crate::scenario::plain::size;

/// What separates cells in files of other tools, with its name in a sentence.
const SEPARATORS: &[(u8, &str)] = &[(b',', "commas"), (b';', "`;`"), (b'\t', "tabs"), (b'|', "`|`")];

/// The file being read.
struct Rows<'p> {
    path: &'p Path,
    reader: Reader<Watched>,
    quotes: Quotes,
}

/// Reads the wanted columns. Quotes are those of RFC 4180; blank lines do not count.
pub(super) fn read(path: &Path, delimiter: u8, specs: &[ColumnSpec<'_>]) -> Result<Columns, InputProblem> {
    let source = open(path)?;
    let quotes = Quotes::new(delimiter, RECORD_MAX);
    let watched = quotes.watch(source.reader);
    let reader = ReaderBuilder::new().delimiter(delimiter).has_headers(false).from_reader(watched);
    let mut rows = Rows { path, reader, quotes };
    let mut builder = Builder::new(path, specs);
    let mut record = ByteRecord::new();
    if !rows.next(&mut record)? {
        return Err(InputProblem::new(path, format!("`{}` is empty: it has no header", label(path))));
    }
    let names: Vec<String> =
        record.iter().map(|name| String::from_utf8_lossy(name.trim_ascii()).into_owned()).collect();
    let places = builder.places(&names.iter().map(String::as_str).collect::<Vec<_>>());
    let places = places.map_err(|problem| other_separator(path, delimiter, &names, specs).unwrap_or(problem))?;
    while rows.next(&mut record)? {
        let placed = |problem| at(path, record.position(), problem);
        let mut cells = Vec::with_capacity(places.len());
        for (place, spec) in places.iter().zip(specs) {
            let cell = place.map(|place| std::str::from_utf8(record.get(place).expect("rows are of one length")));
            let not_text = |_| placed(InputProblem::new(path, "not UTF-8 text").column(spec.name));
            cells.push(cell.transpose().map_err(not_text)?);
        }
        builder.row(cells.into_iter()).map_err(placed)?;
    }
    drop(rows);
    Ok(builder.finish(|index| places[index].is_some(), source.raw.hash(path)?))
}

impl Rows<'_> {
    /// Reads the next record, if there is one.
    fn next(&mut self, record: &mut ByteRecord) -> Result<bool, InputProblem> {
        self.quotes.begin_record();
        let path = self.path;
        let read = self.reader.read_byte_record(record);
        // A quote that is never closed takes the rest of the file for its cell, so whatever else is wrong follows from it.
        if let Some((offset, fault)) = self.quotes.fault_before(self.reader.position().byte()) {
            let line = line_at(path, offset);
            let (message, help) = match fault {
                Fault::Open => ("a quote that is never closed", "write a quote inside a cell as `\"\"`"),
                Fault::Stray => ("text after a closing quote", "write a quote inside a cell as `\"\"`"),
            };
            let problem = InputProblem::new(path, message).help(help.to_owned());
            return Err(InputProblem { line, ..problem });
        }
        read.map_err(|error| match error.into_kind() {
            ErrorKind::Io(_) if self.quotes.is_overfull() => {
                let (offset, what) = match self.quotes.opened() {
                    Some(opened) => (opened, "a quote that is not closed within"),
                    None => (self.reader.position().byte(), "a row of more than"),
                };
                let problem = InputProblem::new(path, format!("{what} {}", size(RECORD_MAX)));
                InputProblem { line: line_at(path, offset), ..problem }
            }
            ErrorKind::Io(error) => InputProblem::unreadable(path, &error),
            ErrorKind::UnequalLengths { pos, expected_len, len } => {
                let cells = if expected_len == 1 { "cell" } else { "cells" };
                let message = format!("expected {expected_len} {cells} as in the header, found {len}");
                at(path, pos.as_ref(), InputProblem::new(path, message))
            }
            other => InputProblem::new(path, format!("cannot read `{}`: {other:?}", label(path))),
        })
    }
}

/// The problem of a file whose cells stand apart by something else than its name says, if its header reads so: it is one
/// cell that another separator cuts, or that separator finds a wanted column.
fn other_separator(path: &Path, own: u8, names: &[String], specs: &[ColumnSpec<'_>]) -> Option<InputProblem> {
    let header = names.join(&char::from(own).to_string());
    let cut = |separator: u8| -> Vec<&str> {
        header.split(char::from(separator)).map(|name| name.trim().trim_matches('"')).collect()
    };
    let fits = |separator: u8| {
        let cells = cut(separator);
        let is_wanted =
            |spec: &ColumnSpec<'_>| !names.iter().any(|name| name == spec.name) && cells.contains(&spec.name);
        cells.len() > 1 && (names.len() == 1 || specs.iter().any(is_wanted))
    };
    let (separator, found) =
        SEPARATORS.iter().filter(|(separator, _)| *separator != own).find(|(separator, _)| fits(*separator))?;
    let expected = SEPARATORS.iter().find(|(separator, _)| *separator == own).map_or("commas", |(_, name)| name);
    let message = format!("`{}` seems to be separated by {found}, and its name says {expected}", label(path));
    let help = match separator {
        b',' => "name it `.csv`",
        b'\t' => "name it `.tsv`",
        _ => "write it with commas as `.csv`, or with tabs as `.tsv`, and decimals with a point",
    };
    Some(InputProblem::new(path, message).help(help.to_owned()))
}

/// The problem with its line. The `csv` crate's own count is one behind where lines end in `\r\n` or blank ones come
/// before the record.
fn at(path: &Path, position: Option<&Position>, problem: InputProblem) -> InputProblem {
    let line = position.and_then(|position| line_at(path, position.byte()));
    InputProblem { line, ..problem }
}
