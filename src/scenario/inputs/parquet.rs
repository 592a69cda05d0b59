//! Parquet files.

use std::path::Path;

use super::columns::{ColumnSpec, Columns};
use super::problem::InputProblem;

/// Always a problem: this build has no reader for Parquet.
pub(super) fn read(path: &Path, _: &[ColumnSpec<'_>]) -> Result<Columns, InputProblem> {
    let message = format!("cannot read `{}`: built without Parquet", path.display());
    Err(InputProblem::new(path, message).help("write it as `.csv.gz` or `.jsonl.gz`".to_owned()))
}
