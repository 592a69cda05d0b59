//! The same calls without the feature `parquet`: each is an error that says so.

use std::convert::Infallible;
use std::io::Write;
use std::marker::PhantomData;
use std::path::Path;

use super::{ABSENT, Field, Kind, Stored, Values};

/// A file in the making; without the feature `parquet` there is none.
#[derive(Debug)]
pub struct Writer<W> {
    never: Infallible,
    file: PhantomData<W>,
}

impl<W: Write + Send> Writer<W> {
    /// Always [`ABSENT`].
    pub fn create(_file: W, _fields: &[Field], _metadata: &[(String, String)]) -> Result<Writer<W>, String> {
        Err(ABSENT.to_string())
    }

    /// Never called: there is no writer to call it on.
    pub fn write(&mut self, _columns: &[Values]) -> Result<(), String> {
        match self.never {}
    }

    /// Never called: there is no writer to call it on.
    pub fn finish(self) -> Result<W, String> {
        match self.never {}
    }
}

/// A file of another program; without the feature `parquet` there is none.
pub struct Foreign {
    never: Infallible,
}

impl Foreign {
    /// Always [`ABSENT`].
    pub fn open(_bytes: Vec<u8>) -> Result<Foreign, String> {
        Err(ABSENT.to_string())
    }

    /// Never called: there is no file to call it on.
    pub fn rows(&self) -> usize {
        match self.never {}
    }

    /// Never called: there is no file to call it on.
    pub fn columns(&self) -> Vec<(&str, Stored)> {
        match self.never {}
    }

    /// Never called: there is no file to call it on.
    pub fn read(&self, _names: &[&str], _first: usize, _count: usize) -> Result<Vec<Values>, String> {
        match self.never {}
    }
}

/// Never: nothing is read.
pub fn is_catching() -> bool {
    false
}

/// Always [`ABSENT`].
pub fn read(_path: &Path, _columns: &[&str]) -> Result<Vec<Values>, String> {
    Err(ABSENT.to_string())
}

/// Always [`ABSENT`].
pub fn read_rows(_path: &Path, _columns: &[&str], _first: usize, _count: usize) -> Result<Vec<Values>, String> {
    Err(ABSENT.to_string())
}

/// Always [`ABSENT`].
pub fn schema(_path: &Path) -> Result<Vec<(String, Kind)>, String> {
    Err(ABSENT.to_string())
}

/// Always [`ABSENT`].
pub fn metadata(_path: &Path) -> Result<Vec<(String, String)>, String> {
    Err(ABSENT.to_string())
}

/// Always [`ABSENT`].
pub fn rows(_path: &Path) -> Result<usize, String> {
    Err(ABSENT.to_string())
}

/// Always [`ABSENT`].
pub fn groups(_path: &Path) -> Result<Vec<usize>, String> {
    Err(ABSENT.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_call_says_what_is_missing() {
        let path = Path::new("jobs.parquet");
        let field = Field::new("asked", Kind::U64, false);
        assert_eq!(Writer::create(Vec::new(), &[field], &[]).unwrap_err(), ABSENT);
        assert_eq!(Foreign::open(Vec::new()).err().as_deref(), Some(ABSENT));
        assert!(!is_catching());
        assert_eq!(read(path, &["asked"]).unwrap_err(), ABSENT);
        assert_eq!(read_rows(path, &["asked"], 0, 1).unwrap_err(), ABSENT);
        assert_eq!(schema(path).unwrap_err(), ABSENT);
        assert_eq!(metadata(path).unwrap_err(), ABSENT);
        assert_eq!(groups(path).unwrap_err(), ABSENT);
        assert_eq!(rows(path).unwrap_err(), ABSENT);
    }
}
