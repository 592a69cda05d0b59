//! Matrices of numbers without a header, such as round-trip times between places.

use std::path::Path;

use super::cell::number;
use super::columns::shortened;
use super::open::Lines;
use super::problem::InputProblem;
use crate::domain::count::thousands;

/// How to read a matrix.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MatrixSpec {
    /// Read these many rows and no more; fewer are a mistake. Without it, all there are.
    pub rows: Option<usize>,
    /// Leave out these many columns on the left, such as a number of the row or slice.
    pub skip_columns: usize,
    /// Every number is multiplied by this, so that the caller has its own unit.
    pub scale: f64,
}

impl Default for MatrixSpec {
    fn default() -> MatrixSpec {
        MatrixSpec { rows: None, skip_columns: 0, scale: 1.0 }
    }
}

/// Rows of equal length; never without a row or a column.
#[derive(Clone, Debug, PartialEq)]
pub struct Matrix {
    rows: usize,
    columns: usize,
    values: Vec<f64>,
    hash: String,
}

/// The most numbers in a matrix: those between 4 096 places.
const NUMBERS_MAX: usize = 1 << 24;

impl Matrix {
    /// How many rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// How many columns.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// The number at a place; panics beyond the edges.
    pub fn at(&self, row: usize, column: usize) -> f64 {
        self.row(row)[column]
    }

    /// The hash of the file's bytes as they lie on the disk: 32 hexadecimal digits.
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// One row; panics beyond the last.
    pub fn row(&self, row: usize) -> &[f64] {
        &self.values[row * self.columns..(row + 1) * self.columns]
    }
}

/// Reads a matrix from a text file, one row a line, packed if its name ends in `.gz`. Numbers stand apart by tabs if the
/// first row has one, else by commas if it has one, else by spaces; blank lines do not count.
pub fn read_matrix(path: &Path, spec: &MatrixSpec) -> Result<Matrix, InputProblem> {
    let mut lines = Lines::open(path)?;
    let mut matrix = Matrix { rows: 0, columns: 0, values: Vec::new(), hash: String::new() };
    let mut delimiter = None;
    while spec.rows != Some(matrix.rows)
        && let Some((line, text)) = lines.next()?
    {
        let delimiter = *delimiter.get_or_insert_with(|| ['\t', ','].into_iter().find(|mark| text.contains(*mark)));
        let cells: Vec<&str> = match delimiter {
            Some(mark) => text.split(mark).map(str::trim).collect(),
            None => text.split_whitespace().collect(),
        };
        let wrong = |message: String| InputProblem::new(path, message).line(line);
        if matrix.rows == 0 {
            matrix.columns = cells.len().saturating_sub(spec.skip_columns);
            if matrix.columns == 0 {
                return Err(wrong(format!("no number is left after {} skipped columns", spec.skip_columns)));
            }
        }
        if matrix.values.len() + matrix.columns > NUMBERS_MAX {
            return Err(wrong(format!("more than {} numbers, the most of a matrix", thousands(NUMBERS_MAX as u64))));
        }
        let expected = matrix.columns + spec.skip_columns;
        if cells.len() != expected {
            return Err(wrong(format!("expected {expected} numbers as in the first row, found {}", cells.len())));
        }
        for (index, cell) in cells.iter().enumerate().skip(spec.skip_columns) {
            let scaled = number(cell).map(|number| number * spec.scale).filter(|scaled| scaled.is_finite());
            let message = || match *cell {
                "" => "expected a number, found nothing".to_owned(),
                cell => format!("cannot read `{}` as a number", shortened(cell)),
            };
            matrix.values.push(scaled.ok_or_else(|| wrong(message()).column((index + 1).to_string()))?);
        }
        matrix.rows += 1;
    }
    matrix.hash = lines.hash()?;
    match spec.rows {
        Some(rows) if rows != matrix.rows => {
            Err(InputProblem::new(path, format!("expected {rows} rows, found {}", matrix.rows)))
        }
        _ if matrix.rows == 0 => Err(InputProblem::new(path, "a matrix without a row")),
        _ => Ok(matrix),
    }
}
