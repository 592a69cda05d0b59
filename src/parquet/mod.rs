//! Typed columns to and from Parquet files. polars is named nowhere else.
//!
//! The files are plain: no nested columns, a missing value is null and never not-a-number, pages are compressed with
//! zstd at level 1, every row group carries minimum, maximum and the number of nulls. Bytes depend on the values and
//! on how they are cut into row groups, and on nothing else: not on the number of threads, not on the machine.
//!
//! Without the feature `parquet` everything here exists and every call returns [`ABSENT`].

#[cfg(not(feature = "parquet"))]
mod absent;
#[cfg(feature = "parquet")]
mod arrow;
mod codes;
#[cfg(feature = "parquet")]
mod foreign;
#[cfg(feature = "parquet")]
mod read;
#[cfg(test)]
pub(crate) mod scratch;
mod values;
#[cfg(feature = "parquet")]
mod write;

#[cfg(not(feature = "parquet"))]
pub use absent::{Foreign, Writer, groups, is_catching, metadata, read, read_rows, rows, schema};
pub use codes::Codes;
#[cfg(feature = "parquet")]
pub use foreign::Foreign;
#[cfg(feature = "parquet")]
pub use read::{groups, is_catching, metadata, read, read_rows, rows, schema};
pub use values::{Data, Field, Kind, Stored, Values};
#[cfg(feature = "parquet")]
pub use write::Writer;

/// What every call answers when the feature is off.
pub const ABSENT: &str = "built without the `parquet` feature";
