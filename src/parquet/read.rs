//! Files back into columns: those of this crate, and any other whose columns have a type of [`Kind`].

use std::cell::Cell;
use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use polars::prelude::{Column, DataType, ParallelStrategy, ParquetReader, PolarsResult, SerReader, StringChunked};

use super::{Codes, Data, Kind, Values, arrow};

/// The columns named, in that order, whole. A column without a missing value has no `valid`.
///
/// An error names the file: it cannot be opened, is not Parquet or is damaged, has no such column, or a column asked
/// for has another type (32-bit integers and floats are widened).
pub fn read(path: &Path, columns: &[&str]) -> Result<Vec<Values>, String> {
    read_rows(path, columns, 0, usize::MAX)
}

/// As [`read`], but at most `count` rows from the row `first` on: a large file piece by piece.
pub fn read_rows(path: &Path, columns: &[&str], first: usize, count: usize) -> Result<Vec<Values>, String> {
    let names: Vec<String> = columns.iter().map(|name| name.to_string()).collect();
    guarded(path, |mut reader| {
        let known = reader.schema().map_err(words)?;
        if let Some(name) = names.iter().find(|name| !known.contains(name)) {
            return Err(format!("it has no column `{name}`"));
        }
        let total = reader.num_rows().map_err(words)?;
        let first = first.min(total);
        let count = count.min(total - first);
        let frame = reader
            .with_columns(Some(names.clone()))
            .with_slice(Some((first, count)))
            .read_parallel(ParallelStrategy::None)
            .set_rechunk(false)
            .finish()
            .map_err(words)?;
        names.iter().map(|name| whole(name, values(frame.column(name).map_err(words)?)?, count)).collect()
    })
}

/// The columns that have a type of [`Kind`], in the order of the file. Errors as [`read`].
pub fn schema(path: &Path) -> Result<Vec<(String, Kind)>, String> {
    guarded(path, |mut reader| {
        let schema = reader.schema().map_err(words)?;
        let typed = schema.iter().filter_map(|(name, field)| {
            let kind = kind(&DataType::from_arrow_field(field))?;
            Some((name.to_string(), kind))
        });
        Ok(typed.collect())
    })
}

/// The pairs in the footer, in order, but for the Arrow schema. Errors as [`read`].
pub fn metadata(path: &Path) -> Result<Vec<(String, String)>, String> {
    guarded(path, |mut reader| {
        let pairs = reader.get_metadata().map_err(words)?.key_value_metadata().clone().unwrap_or_default();
        let ours = pairs.into_iter().filter(|pair| pair.key != arrow::KEY);
        Ok(ours.map(|pair| (pair.key, pair.value.unwrap_or_default())).collect())
    })
}

/// The number of rows. Errors as [`read`].
pub fn rows(path: &Path) -> Result<usize, String> {
    guarded(path, |mut reader| reader.num_rows().map_err(words))
}

/// The number of rows in each row group, in order. Errors as [`read`].
pub fn groups(path: &Path) -> Result<Vec<usize>, String> {
    guarded(path, |mut reader| {
        let groups = &reader.get_metadata().map_err(words)?.row_groups;
        Ok(groups.iter().map(|group| group.num_rows()).collect())
    })
}

/// Opens the file and puts its path before every error.
fn guarded<T>(path: &Path, call: impl FnOnce(ParquetReader<File>) -> Result<T, String>) -> Result<T, String> {
    let open = File::open(path).map_err(|error| error.to_string());
    open.and_then(|file| caught(|| call(ParquetReader::new(file))))
        .map_err(|error| format!("cannot read `{}`: {error}", path.display()))
}

thread_local! {
    /// Whether this thread is within [`caught`].
    static CATCHING: Cell<bool> = const { Cell::new(false) };
}

/// Whether a panic of this thread is about to be caught here: a hook says nothing of it.
pub fn is_catching() -> bool {
    CATCHING.get()
}

/// Calls polars. A damaged file makes it panic here and there, which is an error like any other to us: bad input is a value.
pub(super) fn caught<T>(call: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    let outer = CATCHING.replace(true);
    let outcome = catch_unwind(AssertUnwindSafe(call));
    CATCHING.set(outer);
    outcome.unwrap_or_else(|_| Err("the file is damaged".to_string()))
}

/// The words of an error of polars, without those that say where in polars it was met.
pub(super) fn words(error: polars::prelude::PolarsError) -> String {
    let text = error.to_string();
    let known = text.trim_start_matches("parquet: ").trim_start_matches("File out of specification: ");
    known.to_owned()
}

fn kind(data_type: &DataType) -> Option<Kind> {
    match data_type {
        DataType::Boolean => Some(Kind::Bool),
        DataType::UInt32 => Some(Kind::U32),
        DataType::UInt64 => Some(Kind::U64),
        DataType::Int32 | DataType::Int64 => Some(Kind::I64),
        DataType::Float32 | DataType::Float64 => Some(Kind::F64),
        DataType::String => Some(Kind::Text),
        _ => None,
    }
}

pub(super) fn values(column: &Column) -> Result<Values, String> {
    let Some(kind) = kind(column.dtype()) else {
        return Err(format!("column `{}` has type `{}`, which is not read here", column.name(), column.dtype()));
    };
    let data = data(column, kind).map_err(words)?;
    let has_nulls = column.null_count() > 0;
    Ok(Values { data, valid: has_nulls.then(|| column.is_not_null().iter().map(|cell| cell == Some(true)).collect()) })
}

/// The values of a column, where there are as many as were asked for. Those of a damaged file may be fewer.
pub(super) fn whole(name: &str, values: Values, rows: usize) -> Result<Values, String> {
    let marks = values.valid.as_ref().map_or(values.len(), Vec::len);
    match values.len().min(marks) {
        found if found == rows && marks == values.len() => Ok(values),
        found => Err(format!(
            "the file is damaged: column `{name}` holds {found} of the {rows} rows that the footer promises"
        )),
    }
}

fn data(column: &Column, kind: Kind) -> PolarsResult<Data> {
    Ok(match kind {
        Kind::Bool => Data::Bool(column.bool()?.iter().map(|cell| cell.unwrap_or_default()).collect()),
        Kind::U32 => Data::U32(column.u32()?.iter().map(|cell| cell.unwrap_or_default()).collect()),
        Kind::U64 => Data::U64(column.u64()?.iter().map(|cell| cell.unwrap_or_default()).collect()),
        Kind::I64 => {
            let wide = column.cast(&DataType::Int64)?;
            Data::I64(wide.i64()?.iter().map(|cell| cell.unwrap_or_default()).collect())
        }
        Kind::F64 => {
            let wide = column.cast(&DataType::Float64)?;
            Data::F64(wide.f64()?.iter().map(|cell| cell.unwrap_or_default()).collect())
        }
        Kind::Text => coded(column.str()?),
    })
}

fn coded(texts: &StringChunked) -> Data {
    let mut known = Codes::default();
    let mut dictionary = Vec::new();
    let codes = texts.iter().map(|cell| cell.map_or(0, |text| known.code(text, &mut dictionary))).collect();
    Data::Text { codes, dictionary }
}

#[cfg(test)]
mod tests {
    use super::super::{Field, Writer, scratch::Scratch};
    use super::*;

    fn field(name: &str, kind: Kind) -> Field {
        Field::new(name, kind, true)
    }

    /// Three row groups of 1 000, 1 000 and 500 rows; every third number and every fifth text is missing.
    fn sample() -> Vec<u8> {
        let fields = [field("number", Kind::U64), field("word", Kind::Text)];
        let pairs = [("reliance.table".to_string(), "sample".to_string()), ("empty".to_string(), String::new())];
        let mut writer = Writer::create(Vec::new(), &fields, &pairs).expect("a file");
        for rows in [0..1_000u64, 1_000..2_000, 2_000..2_500] {
            let dictionary = (0..7).map(|word| format!("word {word}")).collect();
            let codes = rows.clone().map(|row| (row % 7) as u32).collect();
            let numbers = rows.clone().map(|row| row * row).collect();
            let number_valid = rows.clone().map(|row| row % 3 != 0).collect();
            let word_valid = rows.map(|row| row % 5 != 0).collect();
            let columns = [
                Values { data: Data::U64(numbers), valid: Some(number_valid) },
                Values { data: Data::Text { codes, dictionary }, valid: Some(word_valid) },
            ];
            writer.write(&columns).expect("a row group");
        }
        writer.finish().expect("a footer")
    }

    #[test]
    fn any_piece_of_a_file_can_be_read() {
        let scratch = Scratch::new("parquet-pieces");
        let path = scratch.join("sample.parquet");
        std::fs::write(&path, sample()).expect("written");
        for (first, count) in [(0, 2_500), (0, 0), (999, 2), (1_000, 1_000), (1_500, 9_999), (2_500, 1), (9_999, 1)] {
            let columns = read_rows(&path, &["word", "number"], first, count).expect("a piece");
            let end = first.saturating_add(count).min(2_500);
            assert_eq!(columns[0].len(), end.saturating_sub(first));
            for (place, row) in (first..end).enumerate() {
                let word = (row % 5 != 0).then(|| format!("word {}", row % 7));
                assert_eq!(columns[0].text(place), word.as_deref(), "row {row}");
                assert_eq!(columns[1].number(place), (row % 3 != 0).then(|| (row * row) as f64), "row {row}");
            }
        }
        assert_eq!(rows(&path), Ok(2_500));
        assert_eq!(schema(&path), Ok(vec![("number".to_string(), Kind::U64), ("word".to_string(), Kind::Text)]));
        let pairs = vec![("reliance.table".to_string(), "sample".to_string()), ("empty".to_string(), String::new())];
        assert_eq!(metadata(&path), Ok(pairs));
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        let scratch = Scratch::new("parquet-errors");
        let missing = scratch.join("missing.parquet");
        let error = read(&missing, &["number"]).unwrap_err();
        assert!(error.starts_with(&format!("cannot read `{}`: ", missing.display())), "{error}");
        let path = scratch.join("sample.parquet");
        std::fs::write(&path, sample()).expect("written");
        let error = read(&path, &["number", "price"]).unwrap_err();
        assert_eq!(error, format!("cannot read `{}`: it has no column `price`", path.display()));
    }

    /// A file cut anywhere is an error, and so is one that was never Parquet.
    #[test]
    fn a_cut_file_is_an_error() {
        let scratch = Scratch::new("parquet-cut");
        let path = scratch.join("cut.parquet");
        let whole = sample();
        for length in (0..whole.len()).step_by(97).chain(whole.len() - 20..whole.len()) {
            std::fs::write(&path, &whole[..length]).expect("written");
            for outcome in [read(&path, &["number"]).map(|_| ()), rows(&path).map(|_| ()), schema(&path).map(|_| ())] {
                assert!(outcome.is_err(), "{length} of {} bytes", whole.len());
            }
        }
    }

    /// Bytes changed in the footer or in a page: an error or other values, but the caller goes on.
    #[test]
    fn a_damaged_file_never_takes_the_caller_down() {
        let scratch = Scratch::new("parquet-damaged");
        let path = scratch.join("damaged.parquet");
        let whole = sample();
        let mut errors = 0;
        for place in (0..whole.len()).step_by(11) {
            let mut bytes = whole.clone();
            bytes[place] ^= 0xff;
            std::fs::write(&path, &bytes).expect("written");
            errors += usize::from(read(&path, &["number", "word"]).is_err());
        }
        assert!(errors > 0, "no damage was noticed");
    }
}
