//! One file from first row group to footer.

use std::io::Write;
use std::sync::{Arc, Mutex, MutexGuard};

use polars::polars_utils::compression::ZstdLevel;
use polars::prelude::{
    BatchedWriter, BooleanChunked, Column, DataFrame, DataType, Field as PolarsField, Float64Chunked, Int64Chunked,
    IntoColumn, KeyValueMetadata, NewChunkedArray, ParquetCompression, ParquetWriter, PlSmallStr, Schema,
    StatisticsOptions, StringChunked, UInt32Chunked, UInt64Chunked,
};

use super::{Data, Field, Kind, Values, arrow};

/// Bytes of a text kept in the minimum and maximum of a row group. Named here because polars' own number can be
/// changed from the environment, and the bytes of a file must not be.
const STATISTICS_BYTES: u64 = 64;

/// A Parquet file in the making. Dropped before [`Writer::finish`] it leaves a file without a footer, which no reader
/// takes for whole.
pub struct Writer<W: Write + Send> {
    fields: Vec<Field>,
    file: Arc<Mutex<W>>,
    polars: BatchedWriter<Shared<W>>,
    broken: bool,
}

impl<W: Write + Send> Writer<W> {
    /// Starts a file with the given columns and the given pairs in its footer. Errors are polars' own words.
    /// Panics without columns and where two have one name.
    pub fn create(file: W, fields: &[Field], metadata: &[(String, String)]) -> Result<Writer<W>, String> {
        assert!(!fields.is_empty(), "a Parquet file has at least one column");
        for (place, field) in fields.iter().enumerate() {
            let known = fields[..place].iter().any(|earlier| earlier.name == field.name);
            assert!(!known, "two columns are named `{}`", field.name);
        }
        let file = Arc::new(Mutex::new(file));
        let schema: Schema =
            fields.iter().map(|field| PolarsField::new(field.name.as_str().into(), data_type(field.kind))).collect();
        let level = ZstdLevel::try_new(1).map_err(|error| error.to_string())?;
        let mut pairs = metadata.to_vec();
        pairs.push((arrow::KEY.to_string(), arrow::schema(fields)));
        let statistics = StatisticsOptions {
            min_value: true,
            max_value: true,
            distinct_count: false,
            null_count: true,
            binary_statistics_truncate_length: Some(STATISTICS_BYTES),
        };
        let polars = ParquetWriter::new(Shared(Arc::clone(&file)))
            .with_compression(ParquetCompression::Zstd(Some(level)))
            .with_statistics(statistics)
            .with_key_value_metadata(Some(KeyValueMetadata::from_static(pairs)))
            // Columns are encoded one after the other, in order, on the calling thread.
            .set_parallel(false)
            .batched(&schema)
            .map_err(|error| error.to_string())?;
        Ok(Writer { fields: fields.to_vec(), file, polars, broken: false })
    }

    /// Writes one row group: all rows given, whatever their number; none at all writes nothing. After an error the
    /// file is lost. Panics where the columns are not those declared, differ in length, or hold a missing value that
    /// the declaration excludes or a number that is not finite.
    pub fn write(&mut self, columns: &[Values]) -> Result<(), String> {
        assert_eq!(columns.len(), self.fields.len(), "as many columns as were declared");
        let height = columns[0].len();
        let columns = self.fields.iter().zip(columns).map(|(field, values)| encodable(field, values, height)).collect();
        self.guarded(|polars| polars.write_batch(&DataFrame::new(height, columns)?))
    }

    /// Writes the footer and hands the file back, flushed but not closed.
    pub fn finish(mut self) -> Result<W, String> {
        self.guarded(|polars| polars.finish().map(|_size| ()))?;
        drop(self.polars);
        let file = Arc::into_inner(self.file).expect("only the writer held the file");
        Ok(file.into_inner().expect("no thread panicked while it wrote"))
    }

    fn guarded(
        &mut self,
        call: impl FnOnce(&mut BatchedWriter<Shared<W>>) -> polars::error::PolarsResult<()>,
    ) -> Result<(), String> {
        if self.broken {
            return Err("an earlier part of the file could not be written".to_string());
        }
        let outcome = call(&mut self.polars).map_err(|error| error.to_string());
        self.broken = outcome.is_err();
        outcome
    }
}

/// The file, held by polars and by us: polars never gives back what it is given.
struct Shared<W>(Arc<Mutex<W>>);

impl<W> Shared<W> {
    fn file(&self) -> MutexGuard<'_, W> {
        self.0.lock().expect("no thread panicked while it wrote")
    }
}

impl<W: Write> Write for Shared<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.file().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file().flush()
    }
}

fn data_type(kind: Kind) -> DataType {
    match kind {
        Kind::Bool => DataType::Boolean,
        Kind::U32 => DataType::UInt32,
        Kind::U64 => DataType::UInt64,
        Kind::I64 => DataType::Int64,
        Kind::F64 => DataType::Float64,
        Kind::Text => DataType::String,
    }
}

/// The column in polars' form: one chunk, so that it becomes one row group.
fn encodable(field: &Field, values: &Values, height: usize) -> Column {
    check(field, values, height);
    let name = PlSmallStr::from(field.name.as_str());
    let is_valid = |row: usize| values.valid.as_ref().is_none_or(|valid| valid[row]);
    let validity = values.valid.as_ref().filter(|valid| valid.contains(&false));
    macro_rules! numbers {
        ($chunked:ident, $numbers:expr) => {{
            let mask = validity.map(|valid| valid.iter().copied().collect());
            $chunked::from_vec_validity(name, $numbers.clone(), mask).into_column()
        }};
    }
    match &values.data {
        Data::U32(numbers) => numbers!(UInt32Chunked, numbers),
        Data::U64(numbers) => numbers!(UInt64Chunked, numbers),
        Data::I64(numbers) => numbers!(Int64Chunked, numbers),
        Data::F64(numbers) => numbers!(Float64Chunked, numbers),
        Data::Bool(answers) => {
            let cells = answers.iter().enumerate().map(|(row, answer)| is_valid(row).then_some(*answer));
            BooleanChunked::from_iter_options(name, cells).into_column()
        }
        Data::Text { codes, dictionary } => {
            let text = |code: u32| dictionary[code as usize].as_str();
            let cells = codes.iter().enumerate().map(|(row, code)| is_valid(row).then(|| text(*code)));
            StringChunked::from_iter_options(name, cells).into_column()
        }
    }
}

/// The promises of a declaration, kept by whoever filled the column.
fn check(field: &Field, values: &Values, height: usize) {
    let name = &field.name;
    assert_eq!(values.kind(), field.kind, "the type of column `{name}`");
    assert_eq!(values.len(), height, "the length of column `{name}`");
    if let Some(valid) = &values.valid {
        assert_eq!(valid.len(), height, "the length of the validity of column `{name}`");
        assert!(field.nullable || !valid.contains(&false), "column `{name}` is never null");
    }
    if let Data::F64(numbers) = &values.data {
        let unfit = numbers.iter().enumerate().any(|(row, number)| !number.is_finite() && !values.is_null(row));
        assert!(!unfit, "column `{name}` holds a number that is not finite");
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::super::{groups, metadata, read, rows, schema, scratch::Scratch};
    use super::*;

    const KINDS: [Kind; 6] = [Kind::Bool, Kind::U32, Kind::U64, Kind::I64, Kind::F64, Kind::Text];

    fn fields(nullable: bool) -> Vec<Field> {
        KINDS.iter().map(|kind| Field::new(kind.name(), *kind, nullable)).collect()
    }

    /// One column of each type with the extremes of its range; missing in every fourth row if `nullable`.
    fn columns(height: usize, nullable: bool) -> Vec<Values> {
        let missing = |row: usize| nullable && row % 4 == 3;
        let valid = nullable.then(|| (0..height).map(|row| !missing(row)).collect::<Vec<bool>>());
        let kept = |row: usize| if missing(row) { 0 } else { row as u64 };
        let words = ["", "exact", "naïve – ☂", "a text that is longer than the twelve bytes kept in place"];
        let datas = [
            Data::Bool((0..height).map(|row| !missing(row) && row % 3 == 0).collect()),
            Data::U32((0..height).map(|row| if row == 1 { u32::MAX } else { kept(row) as u32 }).collect()),
            Data::U64((0..height).map(|row| if row == 1 { u64::MAX } else { kept(row) << 33 }).collect()),
            Data::I64((0..height).map(|row| if row == 1 { i64::MIN } else { -(kept(row) as i64) }).collect()),
            Data::F64(
                (0..height).map(|row| if row == 1 { f64::MIN_POSITIVE } else { kept(row) as f64 / 7.0 }).collect(),
            ),
            Data::Text {
                codes: (0..height).map(|row| if missing(row) { 0 } else { (row % 4) as u32 }).collect(),
                dictionary: words.iter().map(|word| word.to_string()).collect(),
            },
        ];
        datas.into_iter().map(|data| Values { data, valid: valid.clone() }).collect()
    }

    fn pairs() -> Vec<(String, String)> {
        vec![("reliance.seed".to_string(), "1".to_string()), ("naïve".to_string(), "a \"quoted\" ☂".to_string())]
    }

    fn file(groups: &[usize], nullable: bool) -> Vec<u8> {
        let mut writer = Writer::create(Vec::new(), &fields(nullable), &pairs()).expect("a file");
        for height in groups {
            writer.write(&columns(*height, nullable)).expect("a row group");
        }
        writer.finish().expect("a footer")
    }

    #[test]
    fn what_is_written_is_read() {
        let scratch = Scratch::new("parquet-round-trip");
        let path = scratch.join("all.parquet");
        let names = KINDS.map(Kind::name);
        for nullable in [false, true] {
            for height in [1, 2, 100, 5_000] {
                std::fs::write(&path, file(&[height], nullable)).expect("written");
                let back = read(&path, &names).expect("read");
                for ((written, read), name) in columns(height, nullable).iter().zip(&back).zip(names) {
                    assert_eq!(read.len(), height);
                    assert_eq!(read.valid.is_some(), nullable && height > 3, "{name} of {height}");
                    for row in 0..height {
                        if written.kind() == Kind::Text {
                            assert_eq!(read.text(row), written.text(row), "{name}, row {row}");
                        } else {
                            assert_eq!(read.number(row), written.number(row), "{name}, row {row}");
                        }
                    }
                    if written.kind() != Kind::Text {
                        assert_eq!(read.data, written.data, "{name}: missing values read as zero");
                    }
                }
            }
        }
    }

    #[test]
    fn a_file_without_rows_keeps_its_columns_and_pairs() {
        let scratch = Scratch::new("parquet-no-rows");
        let path = scratch.join("none.parquet");
        for groups in [&[][..], &[0]] {
            std::fs::write(&path, file(groups, true)).expect("written");
            assert_eq!(rows(&path), Ok(0));
            assert_eq!(schema(&path).expect("a schema"), KINDS.map(|kind| (kind.name().to_string(), kind)));
            assert_eq!(metadata(&path), Ok(pairs()));
            assert!(read(&path, &["text", "u64"]).expect("read").iter().all(Values::is_empty));
        }
    }

    #[test]
    fn one_write_is_one_row_group() {
        let scratch = Scratch::new("parquet-groups");
        let path = scratch.join("groups.parquet");
        std::fs::write(&path, file(&[65_536, 65_536, 10], false)).expect("written");
        assert_eq!(groups(&path), Ok(vec![65_536, 65_536, 10]));
    }

    /// polars fixes its threads once per process, so this test runs itself again with 1 and with 7.
    #[test]
    fn bytes_do_not_depend_on_threads() {
        const CHILD: &str = "RELIANCE_TEST_PARQUET_TO";
        let groups = [65_536, 1_000];
        if let Some(path) = std::env::var_os(CHILD) {
            std::fs::write(path, file(&groups, true)).expect("written");
            return;
        }
        let here = file(&groups, true);
        assert!(here == file(&groups, true), "the same twice");
        let scratch = Scratch::new("parquet-threads");
        for threads in ["1", "7"] {
            let path = scratch.join(threads);
            let test = "parquet::write::tests::bytes_do_not_depend_on_threads";
            let child = Command::new(std::env::current_exe().expect("this program"))
                .args(["--exact", test])
                .env(CHILD, &path)
                .env("POLARS_MAX_THREADS", threads)
                .output()
                .expect("a second process");
            assert!(child.status.success());
            assert!(std::fs::read(&path).expect("the other file") == here, "with {threads} threads");
        }
    }

    /// Takes `left` bytes and then fails, as a full disk does.
    struct Full {
        left: usize,
    }

    impl Write for Full {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            let taken = bytes.len().min(self.left);
            if taken == 0 {
                return Err(std::io::Error::from(std::io::ErrorKind::StorageFull));
            }
            self.left -= taken;
            Ok(taken)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_full_disk_is_an_error_wherever_it_fills() {
        let length = file(&[50, 20], true).len();
        for left in 0..=length {
            let mut writer = Writer::create(Full { left }, &fields(true), &pairs()).expect("a file");
            let first = writer.write(&columns(50, true));
            let second = writer.write(&columns(20, true));
            assert!(first.is_ok() || second.is_err(), "an error is not forgotten");
            let outcome = writer.finish();
            assert_eq!(outcome.is_ok(), left == length, "{left} of {length} bytes");
        }
    }

    #[test]
    #[should_panic(expected = "column `f64` holds a number that is not finite")]
    fn a_number_that_is_not_finite_is_a_mistake() {
        let mut writer = Writer::create(Vec::new(), &fields(true), &[]).expect("a file");
        let mut columns = columns(3, true);
        columns[4].data = Data::F64(vec![0.0, f64::NAN, 0.0]);
        let _ = writer.write(&columns);
    }

    #[test]
    #[should_panic(expected = "column `bool` is never null")]
    fn a_missing_value_where_none_may_be_is_a_mistake() {
        let mut writer = Writer::create(Vec::new(), &fields(false), &[]).expect("a file");
        let _ = writer.write(&columns(4, true));
    }
}
