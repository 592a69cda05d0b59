//! Opening files: plain ones alone, and what a file holds where its name says something else.
//!
//! A device never ends and a pipe waits for a writer that may not come, so neither is opened.

use std::fs::{File, Metadata};
use std::io::{Error, ErrorKind, Read, Result};
use std::path::Path;

/// Opens a plain file. A folder, a device, a pipe or a socket is an error that says which it is; nothing is read from it.
pub(crate) fn open(path: &Path) -> Result<File> {
    // Asked before the opening: that of a pipe waits for its other end. Asked again of what was opened, which may be another.
    refuse(&std::fs::metadata(path)?)?;
    let file = File::open(path)?;
    refuse(&file.metadata()?)?;
    Ok(file)
}

/// All bytes of a plain file of at most `most` bytes; a longer one is an error before it is read.
pub(crate) fn read(path: &Path, most: u64) -> Result<Vec<u8>> {
    let mut file = open(path)?;
    let too_long = || Error::other(format!("it is longer than {}, the most that is read", size(most)));
    let length = file.metadata()?.len();
    if length > most {
        return Err(too_long());
    }
    let mut bytes = Vec::new();
    // One byte more than allowed, so that a file that grows meanwhile is noticed.
    file.by_ref().take(most + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most { Err(too_long()) } else { Ok(bytes) }
}

/// A number of bytes in a sentence: in the largest unit that leaves it whole.
pub(crate) fn size(bytes: u64) -> String {
    match bytes.trailing_zeros() {
        30.. => format!("{} GiB", bytes >> 30),
        20.. => format!("{} MiB", bytes >> 20),
        10.. => format!("{} KiB", bytes >> 10),
        _ => format!("{bytes} bytes"),
    }
}

/// Why a file could not be read or written: in the same words on every system, without the number of the error.
pub(crate) fn reason(error: &Error) -> String {
    let words = match error.kind() {
        // Said by us: in our words.
        _ if error.get_ref().is_some() => return error.to_string(),
        ErrorKind::NotFound => "no such file",
        ErrorKind::PermissionDenied => "permission denied",
        ErrorKind::AlreadyExists => "it is there already",
        ErrorKind::IsADirectory => "it is a folder",
        ErrorKind::NotADirectory => "part of its path is a file, not a folder",
        ErrorKind::StorageFull => "the disk is full",
        ErrorKind::QuotaExceeded => "the share of the disk that this user may fill is full",
        ErrorKind::FileTooLarge => "it would be larger than the system allows (`ulimit -f`)",
        ErrorKind::ReadOnlyFilesystem => "its file system cannot be written to",
        other => {
            // As the system says it, such as `Too many open files (os error 24)`.
            let whole = error.to_string();
            let words = whole.split(" (os error ").next().unwrap_or_default();
            let mut letters = words.chars();
            let first = letters.next().map(|letter| letter.to_ascii_lowercase());
            let words: String = first.into_iter().chain(letters).collect();
            return if words.is_empty() { other.to_string() } else { words };
        }
    };
    words.to_owned()
}

fn refuse(metadata: &Metadata) -> Result<()> {
    let kind = metadata.file_type();
    if kind.is_file() {
        return Ok(());
    }
    if kind.is_dir() {
        return Err(ErrorKind::IsADirectory.into());
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        if kind.is_fifo() {
            return Err(Error::other("it is a pipe, and only plain files are read"));
        }
        if kind.is_socket() {
            return Err(Error::other("it is a socket, and only plain files are read"));
        }
    }
    Err(Error::other("it is a device, and only plain files are read"))
}

/// What the first bytes of a file say it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    /// Packed by gzip.
    Gzip,
    /// Packed by another tool, of this name.
    Packed(&'static str),
    /// Text in an encoding of this name.
    Encoded(&'static str),
    /// A Parquet file.
    Parquet,
}

/// The marks at the head of a file. UTF-32 comes first: its mark begins with that of UTF-16.
const MARKS: &[(&[u8], Content)] = &[
    (b"\xff\xfe\0\0", Content::Encoded("UTF-32")),
    (b"\0\0\xfe\xff", Content::Encoded("UTF-32")),
    (b"\xff\xfe", Content::Encoded("UTF-16")),
    (b"\xfe\xff", Content::Encoded("UTF-16")),
    (b"\x1f\x8b", Content::Gzip),
    (b"\x28\xb5\x2f\xfd", Content::Packed("zstd")),
    (b"PK\x03\x04", Content::Packed("zip")),
    (b"\xfd7zXZ\0", Content::Packed("xz")),
    (b"BZh", Content::Packed("bzip2")),
    (b"7z\xbc\xaf\x27\x1c", Content::Packed("7-Zip")),
    (b"\x04\x22\x4d\x18", Content::Packed("lz4")),
    (b"PAR1", Content::Parquet),
];

/// What the first bytes of a file say it is, if they say something; nothing of plain text.
pub(crate) fn content(head: &[u8]) -> Option<Content> {
    let marked = MARKS.iter().find(|(mark, _)| head.starts_with(mark)).map(|(_, content)| *content);
    marked.or_else(|| is_utf16(head).then_some(Content::Encoded("UTF-16")))
}

/// Whether it looks like UTF-16 without a mark: of the first letters every other byte is zero.
fn is_utf16(head: &[u8]) -> bool {
    let head = &head[..head.len().min(32) & !1];
    let zeros = |first: usize| head.iter().skip(first).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd, pairs) = (zeros(0), zeros(1), head.len() / 2);
    pairs >= 2 && ((even == pairs && odd == 0) || (odd == pairs && even == 0))
}

/// Whether a character does not show, or looks like a plain space and is none.
pub(crate) fn is_invisible(letter: char) -> bool {
    matches!(
        letter,
        '\u{a0}'
            | '\u{ad}'
            | '\u{2000}'..='\u{200f}'
            | '\u{2028}'..='\u{202f}'
            | '\u{205f}'..='\u{206f}'
            | '\u{3000}'
            | '\u{feff}'
    )
}

impl Content {
    /// What it is, in a sentence that begins with the file.
    pub(crate) fn what(self) -> String {
        match self {
            Content::Gzip => "is packed with gzip".to_owned(),
            Content::Packed(tool) => format!("is packed with {tool}"),
            Content::Encoded(name) => format!("is {name} text"),
            Content::Parquet => "is a Parquet file".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_told_by_its_first_bytes() {
        for (head, expected) in [
            (b"\xff\xfea\0".as_slice(), Some(Content::Encoded("UTF-16"))),
            (b"\xfe\xff\0a", Some(Content::Encoded("UTF-16"))),
            (b"a\0t\0,\0", Some(Content::Encoded("UTF-16"))),
            (b"\0a\0t", Some(Content::Encoded("UTF-16"))),
            (b"\xff\xfe\0\0a\0\0\0", Some(Content::Encoded("UTF-32"))),
            (b"\x1f\x8b\x08", Some(Content::Gzip)),
            (b"PK\x03\x04", Some(Content::Packed("zip"))),
            (b"PAR1", Some(Content::Parquet)),
            (b"\xef\xbb\xbfat,x", None),
            (b"at,x\n0,1", None),
            (b"a\0", None),
            (b"\0\0\0\0", None),
            (b"", None),
        ] {
            assert_eq!(content(head), expected, "{head:?}");
        }
    }

    /// What the system says is said in one way, what we say as it is.
    #[test]
    fn a_reason_has_no_number() {
        let words = |code: i32| reason(&Error::from_raw_os_error(code));
        #[cfg(target_os = "linux")]
        assert_eq!(
            [2, 5, 20, 24, 27, 28].map(words),
            [
                "no such file",
                "input/output error",
                "part of its path is a file, not a folder",
                "too many open files",
                "it would be larger than the system allows (`ulimit -f`)",
                "the disk is full",
            ]
        );
        assert_eq!(words(2), "no such file");
        assert_eq!(reason(&Error::new(ErrorKind::NotFound, "Not one.")), "Not one.");
        assert_eq!(reason(&ErrorKind::IsADirectory.into()), "it is a folder");
    }

    #[test]
    fn only_plain_files_are_opened_and_none_longer_than_asked() {
        for (path, why) in [("/dev/zero", "it is a device, and only plain files are read"), ("src", "is a directory")] {
            assert_eq!(open(Path::new(path)).unwrap_err().to_string(), why);
        }
        let manifest = Path::new("Cargo.toml");
        let length = std::fs::metadata(manifest).unwrap().len();
        assert_eq!(read(manifest, length).unwrap().len() as u64, length);
        let why = read(manifest, 1 << 10).unwrap_err().to_string();
        assert_eq!(why, "it is longer than 1 KiB, the most that is read");
        assert_eq!((size(3 << 30), size(1000)), ("3 GiB".to_owned(), "1000 bytes".to_owned()));
    }
}
