//! Files as other tools write them, and files whose name says something else.

#[cfg(feature = "parquet")]
use std::path::Path;

use super::formats::{column, time, zipped};
use super::{ColumnSpec, Kind, Unit, read};
use crate::scenario::document::property::Folder;

/// One column of a file.
fn said(folder: &Folder, name: &str, wanted: ColumnSpec<'_>) -> String {
    match read(&folder.0.join(name), &[wanted]) {
        Ok(columns) => format!("{} rows", columns.rows()),
        Err(problem) => folder.without(problem),
    }
}

/// Three rows with a column of every type, as pyarrow writes them.
#[cfg(feature = "parquet")]
const TYPES: &str = "tests/broken/inputs/types.parquet";

#[cfg(feature = "parquet")]
#[test]
fn every_common_type_of_a_parquet_file_is_read() {
    let read = |name: &str, kind: Kind| {
        let spec = ColumnSpec { name, kind, optional: true };
        read(Path::new(TYPES), &[spec]).unwrap_or_else(|problem| panic!("{name}: {problem}"))
    };
    for (name, nanos) in
        [("ms", 680_000_000), ("us", 680_590_000), ("ns", 680_590_000), ("zoned", 680_590_000), ("utc", 680_590_000)]
    {
        let columns = read(name, time(None, false));
        assert_eq!(columns.instants(name).unwrap()[0], 1_700_158_546_000_000_000 + nanos, "{name}");
        assert_eq!([0, 1, 2].map(|row| columns.is_blank(name, row)), [false, false, true], "{name}");
    }
    let days = read("day", time(None, false));
    assert_eq!(
        days.instants("day").unwrap(),
        [1_700_092_800, 1_700_179_200, -86_400].map(|second: i64| second * 1_000_000_000)
    );
    for (name, top) in [
        ("int8", 127),
        ("int16", 32_767),
        ("int32", i64::from(i32::MAX)),
        ("int64", 1 << 53),
        ("uint8", 255),
        ("uint16", 65_535),
        ("uint32", i64::from(u32::MAX)),
        ("uint64", i64::MAX),
    ] {
        assert_eq!(read(name, Kind::Integer).integers(name).unwrap(), [1, top, 0], "{name}");
    }
    for (name, numbers) in [
        ("float32", [0.5, 1.5, 2.5]),
        ("float64", [0.1, 1e-9, 2.5]),
        ("decimal", [1.23, -4.5, 0.07]),
        ("wide", [123_456_789_012_345_678.25, -1.5, 0.0]),
    ] {
        assert_eq!(read(name, Kind::Number).numbers(name).unwrap(), numbers, "{name}");
    }
    for (name, texts) in [
        ("category", ["a", "b", "a"]),
        ("text", ["a", "b", "é"]),
        ("large", ["a", "b", "é"]),
        ("yes", ["true", "false", "true"]),
    ] {
        assert_eq!(read(name, Kind::Text).texts(name).unwrap().iter().collect::<Vec<_>>(), texts, "{name}");
    }
    let columns = read("nothing", Kind::Number);
    assert!((0..3).all(|row| columns.is_blank("nothing", row)));
}

#[cfg(feature = "parquet")]
#[test]
fn a_type_that_is_not_read_is_named_and_harms_no_other_column() {
    let asked = |path: &str, name: &str| read(Path::new(path), &[column(name, Kind::Number)]).unwrap_err().to_string();
    for (name, kind) in [
        ("half", "numbers of 16 bits (`float16`)"),
        ("struct", "structs"),
        ("list", "lists"),
        ("map", "maps"),
        ("binary", "bytes (`binary`)"),
        ("fixed", "bytes (`fixed_size_binary`)"),
        ("time", "times of day without a date (`time`)"),
        ("decimal256", "decimals of more than 38 digits"),
        ("liststruct", "lists"),
    ] {
        let expected = format!(
            "error: the column `{name}` of `{TYPES}` holds {kind}\n   = help: read are booleans, integers, `float32`, \
             `float64`, decimals, text, dates and timestamps: convert the column"
        );
        assert_eq!(asked(TYPES, name), expected);
    }
    let old = "tests/broken/inputs/int96.parquet";
    assert!(asked(old, "at").contains("holds times of 96 bits (`int96`)"), "{}", asked(old, "at"));
    // That there is no such column is said with all that there are.
    let missing = asked(TYPES, "millis");
    assert!(missing.contains("`ms`, `us`, `ns`") && missing.contains("`day`"), "{missing}");
}

#[cfg(feature = "parquet")]
#[test]
fn a_parquet_file_that_is_cut_or_is_none_says_so_once() {
    let folder = Folder::new("parquet");
    let whole = std::fs::read(TYPES).unwrap();
    folder.write("cut.parquet", &whole[..whole.len() - 3]);
    folder.write("text.parquet", "at,x\n0,1\n");
    folder.write("packed.parquet", zipped("at,x\n"));
    folder.write("really.csv", &whole);
    for (name, start) in [
        ("cut.parquet", "error: cannot read `cut.parquet`: "),
        ("text.parquet", "error: cannot read `text.parquet`: it is not Parquet"),
        ("packed.parquet", "error: `packed.parquet` is packed with gzip"),
        ("really.csv", "error: `really.csv` is a Parquet file\n   = help: name it `really.parquet`"),
    ] {
        let said = said(&folder, name, column("at", Kind::Number));
        assert!(said.starts_with(start) && said.matches("cannot read").count() <= 1, "{said}");
    }
}

#[test]
fn a_file_of_another_kind_than_its_name_is_named() {
    let folder = Folder::new("kinds");
    let utf16: Vec<u8> = "at,x\n0,1\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let marked = [b"\xff\xfe".as_slice(), &utf16].concat();
    folder.write("gz.csv", zipped("at,x\n0,1\n"));
    folder.write("zip.csv", b"PK\x03\x04....");
    folder.write("zstd.jsonl", b"\x28\xb5\x2f\xfd....");
    folder.write("zstd.csv.gz", b"\x28\xb5\x2f\xfd....");
    folder.write("wide.csv", marked);
    folder.write("wide.tsv", &utf16);
    folder.write("twice.csv.gz", {
        use std::io::Write;
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(&zipped("at,x\n")).unwrap();
        encoder.finish().unwrap()
    });
    let unpack = "\n   = help: unpack it, or pack it with gzip and end its name in `.gz`";
    for (name, expected) in [
        ("gz.csv", "`gz.csv` is packed with gzip\n   = help: name it `gz.csv.gz`".to_owned()),
        ("zip.csv", format!("`zip.csv` is packed with zip{unpack}")),
        ("zstd.jsonl", format!("`zstd.jsonl` is packed with zstd{unpack}")),
        ("zstd.csv.gz", format!("`zstd.csv.gz` is packed with zstd{unpack}")),
        ("wide.csv", "`wide.csv` is UTF-16 text\n   = help: save it as UTF-8".to_owned()),
        ("wide.tsv", "`wide.tsv` is UTF-16 text\n   = help: save it as UTF-8".to_owned()),
        ("twice.csv.gz", "`twice.csv.gz` is packed with gzip twice\n   = help: unpack it once".to_owned()),
    ] {
        assert_eq!(said(&folder, name, column("at", Kind::Number)), format!("error: {expected}"));
    }
    for path in ["/dev/zero", "/dev/null"] {
        let link = folder.0.join("device.csv");
        let _ = std::fs::remove_file(&link);
        #[cfg(unix)]
        std::os::unix::fs::symlink(path, &link).unwrap();
        let expected = "error: cannot read `device.csv`: it is a device, and only plain files are read";
        assert_eq!(said(&folder, "device.csv", column("at", Kind::Number)), expected);
    }
}

#[test]
fn a_separator_of_another_tool_is_suspected_once() {
    let folder = Folder::new("separators");
    let header = "TIMESTAMP;ContextTokens;GeneratedTokens\n0;1;2\n";
    folder.write("semicolon.csv", header);
    folder.write("bar.csv", header.replace(';', "|"));
    folder.write("tab.csv", header.replace(';', "\t"));
    folder.write("comma.tsv", header.replace(';', ","));
    // A decimal comma cuts the header of a file of semicolons nowhere, but a comma in a name does.
    folder.write("mixed.csv", "TIMESTAMP;\"Tokens, in\";x\n0;1;2\n");
    let other = "\n   = help: write it with commas as `.csv`, or with tabs as `.tsv`, and decimals with a point";
    for (name, expected) in [
        ("semicolon.csv", format!("`semicolon.csv` seems to be separated by `;`, and its name says commas{other}")),
        ("bar.csv", format!("`bar.csv` seems to be separated by `|`, and its name says commas{other}")),
        (
            "tab.csv",
            "`tab.csv` seems to be separated by tabs, and its name says commas\n   = help: name it `.tsv`".to_owned(),
        ),
        (
            "comma.tsv",
            "`comma.tsv` seems to be separated by commas, and its name says tabs\n   = help: name it `.csv`".to_owned(),
        ),
        ("mixed.csv", format!("`mixed.csv` seems to be separated by `;`, and its name says commas{other}")),
    ] {
        assert_eq!(said(&folder, name, column("TIMESTAMP", Kind::Number)), format!("error: {expected}"));
    }
}

/// Holds what is said of one-column files against what is expected: their text, how the column `at` is read, and the message.
fn refused(name: &str, cases: &[(&str, &str, Kind, &str)]) {
    let folder = Folder::new(name);
    for (file, text, kind, expected) in cases {
        folder.write(file, text);
        assert_eq!(said(&folder, file, column("at", *kind)), format!("error: {expected}"), "{file}");
    }
}

#[test]
fn quotes_that_take_the_rest_of_a_file_are_refused_where_they_open() {
    let double = "\n   = help: write a quote inside a cell as `\"\"`";
    let endless = format!("at,x\n0,\"{}\n", "1,2\n".repeat(5 << 20));
    let long = format!("at,x\n0,{}\n", "1".repeat(17 << 20));
    refused(
        "quotes",
        &[
            (
                "open.csv",
                "at,x\n0,\"abc\n1,2\n2,3\n",
                Kind::Number,
                &format!("a quote that is never closed\n  --> open.csv:2{double}"),
            ),
            ("endless.csv", &endless, Kind::Number, "a quote that is not closed within 16 MiB\n  --> endless.csv:2"),
            ("long.csv", &long, Kind::Number, "a row of more than 16 MiB\n  --> long.csv:2"),
            (
                "stray.csv",
                "at,x\n0,\"abc\n1,\"x\"\n",
                Kind::Number,
                &format!("text after a closing quote\n  --> stray.csv:3{double}"),
            ),
        ],
    );
}

#[test]
fn keys_and_escapes_that_hide_something_are_refused() {
    let half = "`\"\\ud800\"` is not text: an escape in it is no character";
    refused(
        "escapes",
        &[
            (
                "half.jsonl",
                "{\"at\": 0}\n{\"at\": \"\\ud800\"}\n",
                Kind::Number,
                &format!("{half}\n  --> half.jsonl:2, column `at`"),
            ),
            (
                "half-key.jsonl",
                "{\"at\": 0}\n{\"\\ud800\": 1, \"at\": 1}\n",
                Kind::Number,
                &format!("{half}\n  --> half-key.jsonl:2"),
            ),
            (
                "twice.jsonl",
                "{\"at\": 0, \"at\": 5}\n",
                Kind::Number,
                "the key `at` is there twice\n  --> twice.jsonl:1",
            ),
            (
                "joined.jsonl",
                "\u{feff}{\"at\": 0}\n\u{feff}{\"at\": 1}\n",
                Kind::Number,
                "the line begins with U+FEFF, a mark that belongs at the start of a file alone\n  --> joined.jsonl:2",
            ),
            (
                "marked.csv",
                "at\n0\n\u{feff}1\n",
                Kind::Number,
                "cannot read `<U+FEFF>1` as a number\n  --> marked.csv:3, column `at`",
            ),
            (
                "comma.tsv",
                "at\n0\n1,5\n",
                Kind::Number,
                "cannot read `1,5` as a number\n  --> comma.tsv:3, column `at`\n   = help: write decimals with a point: `1.5`",
            ),
        ],
    );
}

#[test]
fn times_that_hide_something_are_refused() {
    let clock = time(Some(Unit::S), true);
    refused(
        "times",
        &[
            (
                "days.csv",
                "at\n2026-03-01\n2026-03-01\n",
                clock,
                "two rows on the day `2026-03-01`, which has no time of day\n  --> days.csv:3, column `at`\n   = help: write the \
                 times too, such as `2026-03-01 18:15:46`",
            ),
            (
                "zone.csv",
                "at\n2026-03-01T12:00+01:00[Europe/Paris]\n",
                clock,
                "cannot read `2026-03-01T12:00+01:00[Europe/Paris]` as a time\n  --> zone.csv:2, column `at`\n   = help: a zone is \
                 not read by its name: write its offset alone, such as `2023-11-16T18:15:46+01:00`",
            ),
            (
                "minute.csv",
                "at\n12\n2026-03-01T12:00:60\n",
                clock,
                "cannot read `2026-03-01T12:00:60` as a time\n  --> minute.csv:3, column `at`\n   = help: seconds go from 0 to 59; \
                 a leap second ends 30 June or 31 December, at 23:59:60 UTC",
            ),
        ],
    );
    let folder = Folder::new("daily");
    folder.write("daily.csv", "at\n2026-03-01\n2026-03-02\n");
    assert_eq!(said(&folder, "daily.csv", column("at", clock)), "2 rows");
}
