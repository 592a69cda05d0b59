//! A short name for the content of a file, the same on every machine.

use std::fmt;
use std::io::Read;
use std::path::Path;

use super::problem::InputProblem;

/// FNV-1a with 128 bits: for every byte, exclusive or, then multiply (Fowler, Noll and Vo; RFC 9923). It tells files apart
/// that differ by accident; it does not withstand one who wants two files to look the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hash(u128);

impl Default for Hash {
    fn default() -> Hash {
        Hash(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d)
    }
}

impl Hash {
    /// The hash of what came before with these bytes after it.
    pub fn with(self, bytes: &[u8]) -> Hash {
        const PRIME: u128 = (1 << 88) + 0x13b;
        Hash(bytes.iter().fold(self.0, |hash, byte| (hash ^ u128::from(*byte)).wrapping_mul(PRIME)))
    }
}

impl fmt::Display for Hash {
    /// 32 hexadecimal digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

/// The hash of a file's bytes as they lie on the disk, packed or not.
pub fn hash(path: &Path) -> Result<String, InputProblem> {
    let unreadable = |error: std::io::Error| InputProblem::unreadable(path, &error);
    let mut file = std::fs::File::open(path).map_err(unreadable)?;
    let mut buffer = vec![0; 1 << 16];
    let mut hash = Hash::default();
    loop {
        match file.read(&mut buffer) {
            Ok(0) => return Ok(hash.to_string()),
            Ok(length) => hash = hash.with(&buffer[..length]),
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(unreadable(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_values_come_out() {
        for (text, expected) in [
            ("", "6c62272e07bb014262b821756295c58d"),
            ("a", "d228cb696f1a8caf78912b704e4a8964"),
            ("foobar", "343e1662793c64bf6f0d3597ba446f18"),
        ] {
            assert_eq!(Hash::default().with(text.as_bytes()).to_string(), expected, "{text}");
        }
        assert_eq!(Hash::default().with(b"foo").with(b"bar"), Hash::default().with(b"foobar"));
    }
}
