//! Parquet files of other programs: what their columns hold is told from the footer alone, so that a column of a type that
//! cannot be read is an error only where a scenario asks for that column.
//!
//! polars is built with few of its types. It is handed a schema of the wanted columns alone, in which a time is the integer
//! it is stored as; the meaning stays here, in [`Stored`].

use std::io::Cursor;
use std::sync::Arc;

use polars::prelude::{Column, ParallelStrategy, ParquetReader, SerReader};
use polars_parquet::parquet::metadata::{FileMetadata, SchemaDescriptor};
use polars_parquet::parquet::schema::Repetition;
use polars_parquet::parquet::schema::types::{
    GroupConvertedType as GroupConverted, GroupLogicalType as GroupLogical, IntegerType, ParquetType, PhysicalType,
    PrimitiveConvertedType as Converted, PrimitiveLogicalType as Logical, PrimitiveType, TimeUnit,
};

use super::read::{caught, values, whole, words};
use super::{Codes, Data, Stored, Values};

/// The most bytes of one text.
const TEXT_MAX: usize = 16 << 20;

/// The most bytes of all texts of a column that are read at once, each row counted: a dictionary may hold one text for
/// every row, and a file of a kilobyte terabytes.
const TEXTS_MAX: usize = 8 << 30;

/// The most bytes that the wanted columns of a row group unpack to: they are in memory together.
const GROUP_MAX: i64 = 2 << 30;

/// The most digits of a decimal that are read: 16 bytes hold them.
const DECIMAL_BYTES: usize = 16;

/// An open file.
pub struct Foreign {
    bytes: Vec<u8>,
    metadata: FileMetadata,
}

impl Foreign {
    /// Reads the footer of a file. The error says what is wrong with it.
    pub fn open(bytes: Vec<u8>) -> Result<Foreign, String> {
        if !bytes.starts_with(b"PAR1") {
            return Err("it is not Parquet".to_owned());
        }
        let metadata = caught(|| {
            let mut reader = ParquetReader::new(Cursor::new(bytes.as_slice()));
            Ok(FileMetadata::clone(reader.get_metadata().map_err(words)?))
        })?;
        let groups = metadata.row_groups.iter().fold(0_usize, |rows, group| rows.saturating_add(group.num_rows()));
        if groups != metadata.num_rows {
            let promised = metadata.num_rows;
            return Err(format!(
                "the file is damaged: its footer promises {promised} rows, and {groups} in its row groups"
            ));
        }
        Ok(Foreign { bytes, metadata })
    }

    /// The number of rows that the footer promises.
    pub fn rows(&self) -> usize {
        self.metadata.num_rows
    }

    /// The columns, in the order of the file, with what they hold.
    pub fn columns(&self) -> Vec<(&str, Stored)> {
        self.metadata.schema_descr.fields().iter().map(|field| (field.name(), stored(field))).collect()
    }

    /// At most `count` rows from the row `first` on of the columns named, in that order. Times are the integers they are
    /// stored as, and so are decimals, those of more than 64 bits as text. Every column has the rows that the footer promises. The
    /// error says what is wrong: a column is not there or of a type that is not read, or the file is damaged.
    pub fn read(&self, names: &[&str], first: usize, count: usize) -> Result<Vec<Values>, String> {
        let fields = names.iter().map(|name| self.plain(name)).collect::<Result<Vec<ParquetType>, String>>()?;
        self.unpacks(names)?;
        let metadata = FileMetadata {
            // The Arrow schema that some writers add names the types again.
            key_value_metadata: None,
            schema_descr: SchemaDescriptor::new("wanted".into(), fields),
            ..self.metadata.clone()
        };
        let first = first.min(metadata.num_rows);
        let count = count.min(metadata.num_rows - first);
        caught(|| {
            let mut reader = ParquetReader::new(Cursor::new(self.bytes.as_slice()));
            reader.set_metadata(Arc::new(metadata));
            let frame = reader
                .with_columns(Some(names.iter().map(|name| name.to_string()).collect()))
                .with_slice(Some((first, count)))
                .read_parallel(ParallelStrategy::None)
                .set_rechunk(false)
                .finish()
                .map_err(words)?;
            names.iter().map(|name| whole(name, column(frame.column(name).map_err(words)?)?, count)).collect()
        })
    }

    /// An error where the columns of some row group are larger than is read.
    fn unpacks(&self, names: &[&str]) -> Result<(), String> {
        for group in &self.metadata.row_groups {
            let columns = group.parquet_columns().iter();
            let wanted = columns.filter(|column| names.contains(&column.descriptor().path_in_schema[0].as_str()));
            if wanted.fold(0_i64, |sum, column| sum.saturating_add(column.uncompressed_size())) > GROUP_MAX {
                return Err("the columns asked for unpack to more than 2 GiB in one row group".to_owned());
            }
        }
        Ok(())
    }

    /// The field of this name as the plain type it is stored in.
    fn plain(&self, name: &str) -> Result<ParquetType, String> {
        let field = self.metadata.schema_descr.fields().iter().find(|field| field.name() == name);
        let field = field.ok_or_else(|| format!("it has no column `{name}`"))?;
        match (field, stored(field)) {
            (_, Stored::Other(kind)) => Err(format!("column `{name}` holds {kind}, which is not read")),
            (ParquetType::PrimitiveType(primitive), stored) => {
                let logical_type = match stored {
                    Stored::Text => Some(Logical::String),
                    _ => unsigned(primitive).map(Logical::Integer),
                };
                Ok(ParquetType::PrimitiveType(PrimitiveType {
                    logical_type,
                    converted_type: None,
                    ..primitive.clone()
                }))
            }
            (ParquetType::GroupType { .. }, _) => unreachable!("groups are of a type that is not read"),
        }
    }
}

/// The type of unsigned integers that need one of their own: as signed ones the largest would be negative.
fn unsigned(primitive: &PrimitiveType) -> Option<IntegerType> {
    match (primitive.logical_type, primitive.converted_type) {
        (Some(Logical::Integer(IntegerType::UInt32)), _) | (None, Some(Converted::Uint32)) => Some(IntegerType::UInt32),
        (Some(Logical::Integer(IntegerType::UInt64)), _) | (None, Some(Converted::Uint64)) => Some(IntegerType::UInt64),
        _ => None,
    }
}

/// What a field holds.
fn stored(field: &ParquetType) -> Stored {
    let other = |kind: &str| Stored::Other(kind.to_owned());
    let primitive = match field {
        ParquetType::PrimitiveType(primitive) => primitive,
        ParquetType::GroupType { logical_type, converted_type, .. } => {
            return match (logical_type, converted_type) {
                (Some(GroupLogical::List), _) | (None, Some(GroupConverted::List)) => other("lists"),
                (Some(GroupLogical::Map), _) | (None, Some(GroupConverted::Map | GroupConverted::MapKeyValue)) => {
                    other("maps")
                }
                _ => other("structs"),
            };
        }
    };
    if primitive.field_info.repetition == Repetition::Repeated {
        return other("lists");
    }
    let decimal = match (primitive.logical_type, primitive.converted_type) {
        (Some(Logical::Decimal(_, scale)), _) | (None, Some(Converted::Decimal(_, scale))) => Some(scale),
        _ => None,
    };
    match (primitive.physical_type, decimal) {
        (PhysicalType::FixedLenByteArray(length), Some(_)) if length > DECIMAL_BYTES => {
            other("decimals of more than 38 digits")
        }
        (PhysicalType::Int32 | PhysicalType::Int64, Some(scale))
        | (PhysicalType::FixedLenByteArray(_) | PhysicalType::ByteArray, Some(scale)) => Stored::Decimal(scale),
        (PhysicalType::Boolean | PhysicalType::Float | PhysicalType::Double, _) => Stored::Plain,
        (PhysicalType::Int32 | PhysicalType::Int64, _) => integer(primitive),
        (PhysicalType::Int96, _) => other("times of 96 bits (`int96`)"),
        (PhysicalType::ByteArray, _) => match (primitive.logical_type, primitive.converted_type) {
            (Some(Logical::String | Logical::Enum | Logical::Json), _)
            | (None, Some(Converted::Utf8 | Converted::Enum | Converted::Json)) => Stored::Text,
            _ => other("bytes (`binary`)"),
        },
        (PhysicalType::FixedLenByteArray(_), _) => match (primitive.logical_type, primitive.converted_type) {
            (Some(Logical::Float16), _) => other("numbers of 16 bits (`float16`)"),
            (Some(Logical::Uuid), _) => other("UUIDs"),
            (_, Some(Converted::Interval)) => other("intervals"),
            _ => other("bytes (`fixed_size_binary`)"),
        },
    }
}

/// What a field of integers holds.
fn integer(primitive: &PrimitiveType) -> Stored {
    let instant = |unit: TimeUnit| match unit {
        TimeUnit::Milliseconds => Stored::Instant { unit_ns: 1_000_000 },
        TimeUnit::Microseconds => Stored::Instant { unit_ns: 1_000 },
        TimeUnit::Nanoseconds => Stored::Instant { unit_ns: 1 },
    };
    match (primitive.logical_type, primitive.converted_type) {
        (Some(Logical::Timestamp { unit, .. }), _) => instant(unit),
        (None, Some(Converted::TimestampMillis)) => instant(TimeUnit::Milliseconds),
        (None, Some(Converted::TimestampMicros)) => instant(TimeUnit::Microseconds),
        (Some(Logical::Date), _) | (None, Some(Converted::Date)) => Stored::Day,
        (Some(Logical::Time { .. }), _) | (None, Some(Converted::TimeMillis | Converted::TimeMicros)) => {
            Stored::Other("times of day without a date (`time`)".to_owned())
        }
        _ => Stored::Plain,
    }
}

fn column(column: &Column) -> Result<Values, String> {
    match column.try_binary() {
        Some(bytes) => {
            let (mut known, mut dictionary) = (Codes::default(), Vec::new());
            let whole = |bytes: &[u8]| big_endian(bytes).map(|number| number.to_string());
            let mut codes = Vec::with_capacity(bytes.len());
            let mut valid = Vec::with_capacity(bytes.len());
            for cell in bytes.iter() {
                let text = cell.map(|bytes| whole(bytes).ok_or("a decimal of more than 38 digits")).transpose()?;
                valid.push(text.is_some());
                codes.push(text.map_or(0, |text| known.code(&text, &mut dictionary)));
            }
            Ok(Values { data: Data::Text { codes, dictionary }, valid: Some(valid) })
        }
        None => {
            texts(column)?;
            values(column)
        }
    }
}

/// An error where a column holds texts that are longer, or longer together, than is read.
fn texts(column: &Column) -> Result<(), String> {
    let Ok(texts) = column.str() else { return Ok(()) };
    let mut all = 0_usize;
    for length in texts.iter().flatten().map(str::len) {
        all = all.saturating_add(length);
        if length > TEXT_MAX {
            return Err(format!("column `{}` has a text of more than 16 MiB", column.name()));
        }
        if all > TEXTS_MAX {
            return Err(format!("the texts of column `{}` unpack to more than 8 GiB", column.name()));
        }
    }
    Ok(())
}

/// The whole number in two's complement that the bytes are, the first the most significant.
fn big_endian(bytes: &[u8]) -> Option<i128> {
    let negative = bytes.first().is_some_and(|byte| byte >> 7 == 1);
    let mut whole = if negative { [0xff; DECIMAL_BYTES] } else { [0; DECIMAL_BYTES] };
    whole[DECIMAL_BYTES.checked_sub(bytes.len())?..].copy_from_slice(bytes);
    Some(i128::from_be_bytes(whole))
}

#[cfg(test)]
mod tests {
    use super::super::{Field, Kind, Writer};
    use super::*;

    /// A file of texts, all in one row group and of a few bytes where they are the same.
    fn file(texts: Vec<String>, codes: Vec<u32>) -> Vec<u8> {
        let fields = [Field::new("at", Kind::Text, true)];
        let mut writer = Writer::create(Vec::new(), &fields, &[]).expect("a file");
        writer.write(&[Values { data: Data::Text { codes, dictionary: texts }, valid: None }]).expect("a row group");
        writer.finish().expect("a footer")
    }

    #[test]
    fn a_small_file_of_endless_text_is_refused() {
        let rows = |bytes: Vec<u8>| Foreign::open(bytes).expect("a file").read(&["at"], 0, usize::MAX);
        let same = |length: usize, rows: usize| file(vec!["1".repeat(length)], vec![0; rows]);
        let many = same(1 << 20, (8 << 10) + 1);
        assert!(many.len() < 1 << 16, "{} bytes", many.len());
        assert_eq!(rows(many).err().as_deref(), Some("the texts of column `at` unpack to more than 8 GiB"));
        let long = rows(same((16 << 20) + 1, 1)).err();
        assert_eq!(long.as_deref(), Some("column `at` has a text of more than 16 MiB"));
        assert_eq!(rows(same(1 << 20, 3)).expect("three texts")[0].len(), 3);
    }

    #[test]
    fn a_footer_keeps_its_promises() {
        let mut short = Foreign::open(file(vec!["1".to_owned()], vec![0; 3])).expect("a file");
        short.metadata.num_rows = 5;
        short.metadata.row_groups.clear();
        assert!(short.read(&["at"], 0, 5).is_err(), "five rows are promised, and none is there");
        assert_eq!(
            whole("at", Values { data: Data::I64(vec![1, 2]), valid: None }, 3).err().as_deref(),
            Some("the file is damaged: column `at` holds 2 of the 3 rows that the footer promises")
        );
        let uneven = Values { data: Data::I64(vec![1, 2]), valid: Some(vec![true]) };
        assert_eq!(
            whole("at", uneven, 2).err().as_deref(),
            Some("the file is damaged: column `at` holds 1 of the 2 rows that the footer promises")
        );
    }

    #[test]
    fn decimals_are_whole_numbers_with_their_sign() {
        for (bytes, expected) in [
            ([].as_slice(), Some(0)),
            (&[0x7f], Some(127)),
            (&[0x80], Some(-128)),
            (&[0xff; 16], Some(-1)),
            (&[0x01, 0x00], Some(256)),
            (&[0; 17], None),
        ] {
            assert_eq!(big_endian(bytes), expected, "{bytes:?}");
        }
    }
}
