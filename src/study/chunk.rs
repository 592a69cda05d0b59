//! The file of a chunk: a line that says which, a line for each run as comma-separated values, and a line with the hash
//! of all before. A file without its last line, or of another study, is no chunk.

use std::path::Path;

use crate::engine::hash::hash_hex;
use crate::output::error::FileError;
use crate::output::own;

use super::course::{Chunk, Measured, Row};

/// The layout of chunks; it rises when an older one can no longer be read.
const FORMAT: u32 = 1;

/// Columns before those of the measures.
const FIRST: [&str; 5] = ["point", "identity", "replication", "digest", "error"];

/// What a chunk's file holds.
#[derive(Clone, Debug, PartialEq)]
pub enum ChunkState {
    /// Nothing: the file is not there.
    Missing,
    /// All of it.
    Whole(Vec<Row>),
    /// Something else, and what.
    Damaged(String),
}

/// A chunk as text.
pub fn text(study: &str, number: usize, measures: &[&str], rows: &[Row]) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let header: Vec<&str> = FIRST.iter().chain(measures).copied().collect();
    writer.write_record(&header).expect("memory takes every record");
    for row in rows {
        let (digest, error, values) = match &row.outcome {
            Ok(Measured { digest, values }) => (digest.clone(), String::new(), values.clone()),
            Err(error) => (String::new(), one_line(error), vec![None; measures.len()]),
        };
        let first = [row.point.to_string(), row.identity.clone(), row.replication.to_string(), digest, error];
        // The shortest decimal that reads back as the same number.
        let values = values.iter().map(|value| value.map_or(String::new(), |number| format!("{number:?}")));
        writer.write_record(first.into_iter().chain(values)).expect("memory takes every record");
    }
    let rows = String::from_utf8(writer.into_inner().expect("memory is always flushed")).expect("text was written");
    let body = format!("{}{rows}", opening(study, number));
    format!("{body}# end {}\n", hash_hex(body.as_bytes()))
}

/// Reads the chunk of this study. A file of another cut of the work, or of another chunk, is none.
pub fn read(path: &Path, study: &str, chunk: &Chunk) -> Result<ChunkState, FileError> {
    let text = match own::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(ChunkState::Missing),
        Err(error) => return Err(FileError::new("read", path)(error)),
    };
    let found = String::from_utf8(text).map_err(|_| "it is not text".to_owned());
    let rows = found.and_then(|text| match text.starts_with(&opening(study, chunk.number)) {
        true => parse(&text).map(|(_, rows)| rows),
        false => Err("it is of another study".to_owned()),
    });
    let rows = rows.and_then(|rows| match chunk.is_of(&rows) {
        true => Ok(rows),
        false => Err("it holds other points or replications than the chunk has".to_owned()),
    });
    Ok(rows.map_or_else(ChunkState::Damaged, ChunkState::Whole))
}

/// The names of the measures and the runs of any chunk; the error says why it is none.
pub fn parse(text: &str) -> Result<(Vec<String>, Vec<Row>), String> {
    let cut = text.trim_end_matches('\n').rfind('\n').ok_or("it has no end")? + 1;
    let (body, end) = text.split_at(cut);
    let hash = end.strip_prefix("# end ").and_then(|hash| hash.strip_suffix('\n')).ok_or("it has no end")?;
    if hash != hash_hex(body.as_bytes()) {
        return Err("its bytes are not those that were written".to_owned());
    }
    let (_, table) = body.split_once('\n').ok_or("it has no rows")?;
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    let header = reader.headers().map_err(|error| error.to_string())?.clone();
    let measures: Vec<String> = header.iter().skip(FIRST.len()).map(str::to_owned).collect();
    let rows: Option<Vec<Row>> = reader.records().map(|record| row(&record.ok()?)).collect();
    Ok((measures, rows.ok_or("it holds a row that cannot be read")?))
}

fn row(record: &csv::StringRecord) -> Option<Row> {
    let (digest, error) = (record.get(3)?, record.get(4)?);
    let value = |text: &str| if text.is_empty() { Some(None) } else { text.parse().ok().map(Some) };
    let values: Option<Vec<Option<f64>>> = record.iter().skip(FIRST.len()).map(value).collect();
    let outcome = match digest {
        "" => Err(error.to_owned()),
        digest => Ok(Measured { digest: digest.to_owned(), values: values? }),
    };
    let (point, replication) = (record.get(0)?.parse().ok()?, record.get(2)?.parse().ok()?);
    Some(Row { point, identity: record.get(1)?.to_owned(), replication, outcome })
}

fn opening(study: &str, number: usize) -> String {
    format!("# reliance chunk, format {FORMAT}, study {study}, number {number}\n")
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parquet::scratch::Scratch;

    fn chunk(number: usize, point: usize, replications: std::ops::Range<u64>) -> Chunk {
        Chunk { number, tasks: vec![crate::study::course::Task { point, replications }] }
    }

    fn rows() -> Vec<Row> {
        let done = Measured { digest: "ab12".into(), values: vec![Some(0.1 + 0.2), None] };
        let row = |replication, outcome| Row { point: 3, identity: "ef".into(), replication, outcome };
        vec![row(0, Ok(done)), row(1, Err("no, \"never\"\n again".into()))]
    }

    #[test]
    fn a_chunk_reads_what_it_writes() {
        let scratch = Scratch::new("chunk-round-trip");
        let path = scratch.join("7.csv");
        let chunk = chunk(7, 3, 0..2);
        assert_eq!(read(&path, "cd", &chunk).unwrap(), ChunkState::Missing);
        let text = text("cd", 7, &["wait", "jobs"], &rows());
        std::fs::write(&path, &text).unwrap();
        let mut expected = rows();
        expected[1].outcome = Err("no, \"never\" again".into());
        assert_eq!(read(&path, "cd", &chunk).unwrap(), ChunkState::Whole(expected));
        assert_eq!(parse(&text).unwrap().0, ["wait", "jobs"]);
        for (study, number) in [("cd", 8), ("ce", 7)] {
            let chunk = Chunk { number, ..chunk.clone() };
            assert_eq!(read(&path, study, &chunk).unwrap(), ChunkState::Damaged("it is of another study".into()));
        }
    }

    /// A file that is whole, but of other points or replications than the work is cut into, is no chunk.
    #[test]
    fn another_cut_is_noticed() {
        let scratch = Scratch::new("chunk-cut");
        let path = scratch.join("7.csv");
        std::fs::write(&path, text("cd", 7, &["wait", "jobs"], &rows())).unwrap();
        for other in [chunk(7, 3, 0..1), chunk(7, 3, 0..3), chunk(7, 3, 1..3), chunk(7, 2, 0..2), chunk(7, 3, 0..0)] {
            let damaged = ChunkState::Damaged("it holds other points or replications than the chunk has".into());
            assert_eq!(read(&path, "cd", &other).unwrap(), damaged, "{other:?}");
        }
    }

    /// Any byte changed, and any cut, is noticed.
    #[test]
    fn a_changed_byte_is_noticed() {
        let scratch = Scratch::new("chunk-damaged");
        let path = scratch.join("7.csv");
        let whole = text("cd", 7, &["wait", "jobs"], &rows()).into_bytes();
        for place in 0..whole.len() {
            let mut changed = whole.clone();
            changed[place] ^= 1;
            std::fs::write(&path, &changed).unwrap();
            assert!(matches!(read(&path, "cd", &chunk(7, 3, 0..2)).unwrap(), ChunkState::Damaged(_)), "byte {place}");
            std::fs::write(&path, &whole[..place]).unwrap();
            assert!(matches!(read(&path, "cd", &chunk(7, 3, 0..2)).unwrap(), ChunkState::Damaged(_)), "cut at {place}");
        }
    }
}
