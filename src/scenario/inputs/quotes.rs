//! The quotes of a delimited file, watched as its bytes pass: one that is never closed takes the rest of the file for one
//! cell, and the `csv` crate says nothing of it. The length of a record is watched too, before it is in memory.

use std::cell::RefCell;
use std::io::{BufRead, Error, Read, Result};
use std::rc::Rc;

/// What is wrong with a quote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// It is never closed; found where it was opened.
    Open,
    /// It is closed within a cell; found where the cell goes on.
    Stray,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// At the start of a cell.
    Start,
    /// Within a cell without quotes, where a quote means nothing.
    Bare,
    /// Within quotes.
    Quoted,
    /// After a quote that closes, or is the first of two that mean one.
    Closed,
}

struct State {
    delimiter: u8,
    place: Place,
    /// Bytes seen.
    seen: u64,
    /// Where the last quote was opened.
    opened: u64,
    fault: Option<(u64, Fault)>,
    /// Bytes that the record may still take.
    left: u64,
    most: u64,
    overfull: bool,
}

/// What was seen of the quotes of a file.
#[derive(Clone)]
pub(super) struct Quotes(Rc<RefCell<State>>);

/// The bytes of a file, its quotes watched.
pub(super) struct Watched {
    reader: Box<dyn BufRead>,
    quotes: Quotes,
}

impl Quotes {
    /// Nothing seen yet of a file with this delimiter whose records take at most so many bytes.
    pub(super) fn new(delimiter: u8, most: u64) -> Quotes {
        Quotes(Rc::new(RefCell::new(State {
            delimiter,
            place: Place::Start,
            seen: 0,
            opened: 0,
            fault: None,
            left: most,
            most,
            overfull: false,
        })))
    }

    /// The bytes of `reader`, watched.
    pub(super) fn watch(&self, reader: Box<dyn BufRead>) -> Watched {
        Watched { reader, quotes: self.clone() }
    }

    /// A record begins.
    pub(super) fn begin_record(&self) {
        let mut state = self.0.borrow_mut();
        state.left = state.most;
    }

    /// The first fault, if it lies before an offset.
    pub(super) fn fault_before(&self, offset: u64) -> Option<(u64, Fault)> {
        self.0.borrow().fault.filter(|(at, _)| *at < offset)
    }

    /// Whether a record was longer than allowed.
    pub(super) fn is_overfull(&self) -> bool {
        self.0.borrow().overfull
    }

    /// Where a quote was opened that is not closed yet.
    pub(super) fn opened(&self) -> Option<u64> {
        let state = self.0.borrow();
        (state.place == Place::Quoted).then_some(state.opened)
    }
}

impl State {
    fn pass(&mut self, bytes: &[u8]) {
        let bare = matches!(self.place, Place::Start | Place::Bare);
        match bytes.last() {
            // Most files have no quotes: the last byte alone says where the next one begins.
            Some(last) if bare && !bytes.contains(&b'"') => self.place = self.ended_by(*last),
            _ => bytes.iter().zip(self.seen..).for_each(|(byte, at)| self.step(*byte, at)),
        }
        self.seen += bytes.len() as u64;
    }

    fn ended_by(&self, byte: u8) -> Place {
        if byte == self.delimiter || byte == b'\n' || byte == b'\r' { Place::Start } else { Place::Bare }
    }

    fn step(&mut self, byte: u8, at: u64) {
        self.place = match (self.place, byte) {
            (Place::Start, b'"') => {
                self.opened = at;
                Place::Quoted
            }
            // The mark at the head of a file is no part of its first cell.
            (Place::Start, 0xef) if at == 0 => Place::Start,
            (Place::Start, 0xbb) if at == 1 => Place::Start,
            (Place::Start, 0xbf) if at == 2 => Place::Start,
            (Place::Start | Place::Bare, byte) => self.ended_by(byte),
            (Place::Quoted, b'"') => Place::Closed,
            (Place::Quoted, _) => Place::Quoted,
            (Place::Closed, b'"') => Place::Quoted,
            (Place::Closed, byte) => match self.ended_by(byte) {
                Place::Bare if byte == b' ' || byte == b'\t' => Place::Closed,
                Place::Bare => {
                    self.fault.get_or_insert((at, Fault::Stray));
                    Place::Bare
                }
                other => other,
            },
        };
    }

    fn end(&mut self) {
        if self.place == Place::Quoted {
            self.fault.get_or_insert((self.opened, Fault::Open));
        }
    }
}

impl Read for Watched {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let length = self.reader.read(buffer)?;
        let state = &mut *self.quotes.0.borrow_mut();
        if length == 0 && !buffer.is_empty() {
            state.end();
        }
        state.pass(&buffer[..length]);
        match state.left.checked_sub(length as u64) {
            Some(left) => state.left = left,
            None => {
                state.overfull = true;
                return Err(Error::other("a record is too long"));
            }
        }
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The fault in a text, whatever the pieces in which it passes.
    fn fault(text: &str) -> Option<(u64, Fault)> {
        let of = |piece: usize| {
            let quotes = Quotes::new(b',', 1 << 20);
            let mut watched = quotes.watch(Box::new(std::io::Cursor::new(text.as_bytes().to_vec())));
            let mut buffer = vec![0; piece];
            while watched.read(&mut buffer).unwrap() > 0 {}
            quotes.fault_before(u64::MAX)
        };
        let whole = of(4_096);
        for piece in 1..8 {
            assert_eq!(of(piece), whole, "{text:?} in pieces of {piece}");
        }
        whole
    }

    #[test]
    fn quotes_that_do_not_close_are_found_where_they_open() {
        for (text, expected) in [
            ("a,b\n\"c\",\"d\"\"e\"\n", None),
            ("a,b\nc\"d,5\"\n", None),
            ("\u{feff}\"a\",b\n", None),
            ("a,\"b\" ,c\n", None),
            ("a,\"b\r\nc\"\r\n", None),
            ("at,x\n0,\"abc\n1,2\n2,3\n", Some((7, Fault::Open))),
            ("at,x\n0,\"abc\n1,\"x\"\n", Some((15, Fault::Stray))),
            ("\"", Some((0, Fault::Open))),
            ("\"\"", None),
        ] {
            assert_eq!(fault(text), expected, "{text:?}");
        }
    }

    #[test]
    fn a_record_is_measured_before_it_is_read() {
        let quotes = Quotes::new(b',', 10);
        let mut watched = quotes.watch(Box::new(std::io::Cursor::new(vec![b'1'; 100])));
        assert!(watched.read(&mut [0; 10]).is_ok() && !quotes.is_overfull());
        quotes.begin_record();
        assert!(watched.read(&mut [0; 10]).is_ok());
        assert!(watched.read(&mut [0; 1]).is_err() && quotes.is_overfull());
    }
}
