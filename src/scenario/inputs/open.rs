//! Files and their lines, packed or not.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use flate2::read::MultiGzDecoder;

use super::problem::InputProblem;

/// A line longer than this is taken for a file of another kind, rather than read into memory whole.
const LINE_BYTES_MAX: u64 = 64 << 20;

/// Opens a file; one that ends in `.gz` is unpacked on the way.
pub(super) fn open(path: &Path) -> Result<Box<dyn Read>, InputProblem> {
    let file = File::open(path).map_err(|error| InputProblem::unreadable(path, &error))?;
    // Opening a folder succeeds; reading it would fail later and with fewer words.
    if file.metadata().is_ok_and(|metadata| metadata.is_dir()) {
        return Err(InputProblem::unreadable(path, &std::io::ErrorKind::IsADirectory.into()));
    }
    let zipped = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("gz"));
    Ok(if zipped { Box::new(MultiGzDecoder::new(BufReader::new(file))) } else { Box::new(file) })
}

/// The number of the line, from 1, of the first byte at or after `offset` that ends no line; `None` if the file no longer
/// reads. Reads the file again from its start, so that only the unlucky pay for it.
pub(super) fn line_at(path: &Path, offset: u64) -> Option<u64> {
    let (mut line, mut at) = (1, 0);
    for byte in BufReader::new(open(path).ok()?).bytes() {
        match byte.ok()? {
            b'\n' => line += 1,
            b'\r' => {}
            _ if at >= offset => break,
            _ => {}
        }
        at += 1;
    }
    Some(line)
}

/// The lines of a text file that are not blank.
pub(super) struct Lines<'p> {
    path: &'p Path,
    reader: BufReader<Box<dyn Read>>,
    buffer: Vec<u8>,
    number: u64,
}

impl<'p> Lines<'p> {
    pub(super) fn open(path: &'p Path) -> Result<Lines<'p>, InputProblem> {
        Ok(Lines { path, reader: BufReader::new(open(path)?), buffer: Vec::new(), number: 0 })
    }

    /// The next line that is not blank, with its number from 1 and without its end.
    pub(super) fn next(&mut self) -> Result<Option<(u64, &str)>, InputProblem> {
        loop {
            self.buffer.clear();
            let mut limited = self.reader.by_ref().take(LINE_BYTES_MAX);
            let read = limited.read_until(b'\n', &mut self.buffer);
            let length = read.map_err(|error| InputProblem::unreadable(self.path, &error))?;
            if length == 0 {
                return Ok(None);
            }
            self.number += 1;
            if length as u64 == LINE_BYTES_MAX {
                let message = format!("a line of more than {} MiB", LINE_BYTES_MAX >> 20);
                return Err(InputProblem::new(self.path, message).line(self.number));
            }
            let marked = self.number == 1 && self.buffer.starts_with(b"\xef\xbb\xbf");
            if !self.buffer[if marked { 3 } else { 0 }..].trim_ascii().is_empty() {
                let not_text = |_| InputProblem::new(self.path, "not UTF-8 text").line(self.number);
                let line = std::str::from_utf8(&self.buffer).map_err(not_text)?;
                let line = line.trim_start_matches('\u{feff}').trim_end_matches(['\r', '\n']);
                return Ok(Some((self.number, line)));
            }
        }
    }
}
