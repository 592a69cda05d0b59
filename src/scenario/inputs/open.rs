//! Files and their lines, packed or not. Every file is read once, to its end, and hashed on the way: what its hash names is
//! what was read.

use std::cell::RefCell;
use std::fs::File;
use std::io::{BufRead, BufReader, Error, Read, Result};
use std::path::Path;
use std::rc::Rc;

use flate2::read::MultiGzDecoder;

use super::problem::InputProblem;
use crate::engine::hash::Hasher128;
use crate::scenario::plain::{self, Content, size};

/// The most bytes of a packed file once unpacked: some minutes of reading. More is taken for a file made to fill the memory.
pub(super) const UNPACKED_MAX: u64 = 8 << 30;

/// A row or a line longer than this is taken for a file of another kind, rather than read into memory whole. Beyond every
/// request that was ever recorded with its prompt.
pub(super) const RECORD_MAX: u64 = 16 << 20;

/// An open file.
pub(super) struct Source {
    /// Its bytes, unpacked.
    pub reader: Box<dyn BufRead>,
    /// Its hash, once it is read.
    pub raw: Raw,
}

/// The bytes of a file as they lie on the disk, hashed as they are read. Clones read the same file.
#[derive(Clone)]
pub(super) struct Raw(Rc<RefCell<(File, Hasher128)>>);

impl Raw {
    fn open(path: &Path) -> Result<Raw> {
        Ok(Raw(Rc::new(RefCell::new((plain::open(path)?, Hasher128::new())))))
    }

    /// The hash of the whole file; what nobody read is read now.
    pub(super) fn hash(mut self, path: &Path) -> std::result::Result<String, InputProblem> {
        let rest = std::io::copy(&mut self, &mut std::io::sink());
        rest.map_err(|error| InputProblem::unreadable(path, &error))?;
        Ok(self.0.borrow().1.hex())
    }
}

impl Read for Raw {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let (file, hasher) = &mut *self.0.borrow_mut();
        let length = file.read(buffer)?;
        hasher.update(&buffer[..length]);
        Ok(length)
    }
}

/// Bytes that may not be more than so many.
struct Limited<R> {
    reader: R,
    left: u64,
    most: u64,
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let length = self.reader.read(buffer)?;
        match self.left.checked_sub(length as u64) {
            Some(left) => self.left = left,
            None => return Err(Error::other(format!("it unpacks to more than {}", size(self.most)))),
        }
        Ok(length)
    }
}

/// Opens a text file; one that ends in `.gz` is unpacked on the way. Says so where the first bytes are of another kind than
/// the name.
pub(super) fn open(path: &Path) -> std::result::Result<Source, InputProblem> {
    open_within(path, UNPACKED_MAX)
}

/// The same of a file that unpacks to at most so many bytes.
fn open_within(path: &Path, most: u64) -> std::result::Result<Source, InputProblem> {
    let unreadable = |error: &Error| InputProblem::unreadable(path, error);
    let raw = Raw::open(path).map_err(|error| unreadable(&error))?;
    let mut packed = BufReader::with_capacity(1 << 16, raw.clone());
    let head = content(&mut packed).map_err(|error| unreadable(&error))?;
    let is_zipped = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("gz"));
    let mut reader: Box<dyn BufRead> = match head {
        Some(Content::Gzip) if is_zipped => {
            let unpacked = MultiGzDecoder::new(packed);
            Box::new(BufReader::with_capacity(1 << 16, Limited { reader: unpacked, left: most, most }))
        }
        Some(other) => return Err(InputProblem::of_another_kind(path, other, false)),
        None if is_zipped => Box::new(BufReader::new(MultiGzDecoder::new(packed))),
        None => Box::new(packed),
    };
    match content(&mut reader).map_err(|error| unreadable(&error))? {
        Some(inside) => Err(InputProblem::of_another_kind(path, inside, true)),
        None => Ok(Source { reader, raw }),
    }
}

fn content(reader: &mut dyn BufRead) -> Result<Option<Content>> {
    Ok(plain::content(reader.fill_buf()?))
}

/// The number of the line, from 1, of the first byte at or after `offset` that ends no line; `None` if the file no longer
/// reads. Reads the file again from its start, so that only the unlucky pay for it.
pub(super) fn line_at(path: &Path, offset: u64) -> Option<u64> {
    let (mut line, mut at) = (1, 0);
    for byte in open(path).ok()?.reader.bytes() {
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
    source: Source,
    buffer: Vec<u8>,
    number: u64,
}

impl<'p> Lines<'p> {
    pub(super) fn open(path: &'p Path) -> std::result::Result<Lines<'p>, InputProblem> {
        Ok(Lines { path, source: open(path)?, buffer: Vec::new(), number: 0 })
    }

    /// The next line that is not blank, with its number from 1 and without its end.
    pub(super) fn next(&mut self) -> std::result::Result<Option<(u64, &str)>, InputProblem> {
        loop {
            self.buffer.clear();
            let mut limited = self.source.reader.by_ref().take(RECORD_MAX + 1);
            let read = limited.read_until(b'\n', &mut self.buffer);
            let length = read.map_err(|error| InputProblem::unreadable(self.path, &error))?;
            if length == 0 {
                return Ok(None);
            }
            self.number += 1;
            if length as u64 > RECORD_MAX {
                let message = format!("a line of more than {}", size(RECORD_MAX));
                return Err(InputProblem::new(self.path, message).line(self.number));
            }
            let marked = self.number == 1 && self.buffer.starts_with(b"\xef\xbb\xbf");
            let start = if marked { 3 } else { 0 };
            if !self.buffer[start..].trim_ascii().is_empty() {
                let not_text = |_| InputProblem::new(self.path, "not UTF-8 text").line(self.number);
                let line = std::str::from_utf8(&self.buffer[start..]).map_err(not_text)?;
                return Ok(Some((self.number, line.trim_end_matches(['\r', '\n']))));
            }
        }
    }

    /// The hash of the file.
    pub(super) fn hash(self) -> std::result::Result<String, InputProblem> {
        self.source.raw.hash(self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::super::formats::zipped;
    use super::*;
    use crate::scenario::document::property::Folder;

    #[test]
    fn what_unpacks_to_more_than_is_read_is_refused() {
        let folder = Folder::new("unpacked");
        let path = folder.write("x.csv.gz", zipped(&"a,b\n".repeat(1 << 18)));
        let read = |most: u64| {
            let mut source = open_within(&path, most)?;
            let copied = std::io::copy(&mut source.reader, &mut std::io::sink());
            copied.map_err(|error| InputProblem::unreadable(&path, &error))
        };
        assert_eq!(read(1 << 20), Ok(1 << 20));
        let said = "error: cannot read `x.csv.gz`: it unpacks to more than 512 KiB";
        assert_eq!(folder.without(read(1 << 19).unwrap_err()), said);
    }

    #[test]
    fn the_hash_is_that_of_the_bytes_read() {
        let folder = Folder::new("hash");
        for bytes in [zipped("a\n1\n"), b"a\n1\n".to_vec(), vec![b'a'; 200_000]] {
            let name = if bytes.starts_with(b"\x1f") { "x.csv.gz" } else { "x.csv" };
            let path = folder.write(name, &bytes);
            let mut source = open(&path).unwrap();
            // Hashed whole, however little of it was looked at.
            source.reader.read_exact(&mut [0]).unwrap();
            assert_eq!(source.raw.hash(&path).unwrap(), crate::engine::hash::hash_hex(&bytes));
        }
    }
}
