//! Readers of real data: traces, price paths, stake lists, latency matrices.
//!
//! Columns are found by name, in any order and among any others. A mistake names file, line and column, what stands there
//! and what would be right:
//!
//! ```text
//! error: cannot read `abc` as a number
//!   --> trace.csv:17, column `ContextTokens`
//! ```

mod cell;
mod columns;
mod date;
mod delimited;
mod json_lines;
mod matrix;
mod open;
mod parquet;
mod problem;
mod quotes;
mod texts;

#[cfg(test)]
mod formats;
#[cfg(test)]
mod others;

use std::path::Path;

pub use self::cell::{Unit, nanoseconds};
pub use self::columns::{ColumnSpec, Columns, Kind};
pub use self::date::utc;
pub use self::matrix::{Matrix, MatrixSpec, read_matrix};
pub use self::problem::{InputProblem, MissingColumns};
pub use self::texts::Texts;

use super::document::label;

/// The endings of files that can be read.
const ENDINGS: &[(&str, Format)] = &[
    (".csv", Format::Delimited(b',')),
    (".csv.gz", Format::Delimited(b',')),
    (".tsv", Format::Delimited(b'\t')),
    (".tsv.gz", Format::Delimited(b'\t')),
    (".jsonl", Format::JsonLines),
    (".jsonl.gz", Format::JsonLines),
    (".parquet", Format::Parquet),
];

#[derive(Clone, Copy)]
enum Format {
    Delimited(u8),
    JsonLines,
    Parquet,
}

/// Reads the wanted columns of a file in the format that its ending names: `.csv`, `.tsv` and `.jsonl`, each also with
/// `.gz`, and `.parquet`.
///
/// Delimited files need a header row; JSON lines are one object each. Rows stream: memory is that of the columns read. At
/// most 20 000 000 rows are read, of at most 16 MiB each, and of a packed file at most 8 GiB.
/// The problem is the first met: no such file, a column that is not there, a row that is malformed or cut short.
pub fn read(path: &Path, specs: &[ColumnSpec<'_>]) -> Result<Columns, InputProblem> {
    let name = path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    let Some((_, format)) = ENDINGS.iter().find(|(ending, _)| name.ends_with(ending)) else {
        // That it cannot be opened at all is said first.
        let opened = crate::scenario::plain::open(path);
        if let Some(error) = opened.err().filter(|error| error.kind() != std::io::ErrorKind::NotFound) {
            return Err(InputProblem::unreadable(path, &error));
        }
        let endings: Vec<&str> = ENDINGS.iter().map(|(ending, _)| *ending).collect();
        let message = format!("cannot tell the format of `{}` from its name", label(path));
        let help = format!("name it with one of {}", crate::scenario::nearest::listed(&endings));
        return Err(InputProblem::new(path, message).help(help));
    };
    match format {
        Format::Delimited(delimiter) => delimited::read(path, *delimiter, specs),
        Format::JsonLines => json_lines::read(path, specs),
        Format::Parquet => parquet::read(path, specs),
    }
}
