//! A short name for the content of a file, the same on every machine.

use std::io::Read;
use std::path::Path;

use super::problem::InputProblem;
use crate::engine::hash::Hasher128;

/// The hash of a file's bytes as they lie on the disk, packed or not: 32 hexadecimal digits.
pub fn hash(path: &Path) -> Result<String, InputProblem> {
    let unreadable = |error: std::io::Error| InputProblem::unreadable(path, &error);
    let mut file = std::fs::File::open(path).map_err(unreadable)?;
    let mut buffer = vec![0; 1 << 16];
    let mut hasher = Hasher128::new();
    loop {
        match file.read(&mut buffer) {
            Ok(0) => return Ok(hasher.hex()),
            Ok(length) => hasher.update(&buffer[..length]),
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(unreadable(error)),
        }
    }
}
