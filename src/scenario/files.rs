//! The files a scenario names: found relative to where they were named, read, and remembered for the run's identity.

use super::document::Document;
use crate::domain::ids::ClassId;
use crate::policy::input::{Filled, Reader, Wanted};

/// The files read so far.
pub(super) struct Files<'a> {
    document: &'a Document,
    classes: Vec<String>,
    read: Vec<(String, String)>,
}

/// The file named at one place of the scenario.
pub(super) struct Named<'f, 'a> {
    files: &'f mut Files<'a>,
    path: &'f str,
}

impl<'a> Files<'a> {
    /// None read yet; `classes` are the classes a column may name.
    pub fn new(document: &'a Document, classes: Vec<String>) -> Files<'a> {
        Files { document, classes, read: Vec::new() }
    }

    /// The file named at `path` of the scenario.
    pub fn named_at<'f>(&'f mut self, path: &'f str) -> Named<'f, 'a> {
        Named { files: self, path }
    }

    /// The matrix in the file named at `path` of the scenario.
    pub fn matrix(&mut self, path: &str) -> Result<Vec<Vec<f64>>, String> {
        Err(format!("cannot read {path}"))
    }

    /// What has been read: files as written, and the hash of their contents.
    pub fn into_read(self) -> Vec<(String, String)> {
        self.read
    }
}

impl Reader for Named<'_, '_> {
    fn columns(&mut self, _: &str, _: &[Wanted]) -> Result<Vec<Filled>, String> {
        let _ = (self.files.document, &self.path, &mut self.files.read);
        Err(String::new())
    }

    fn class(&self, name: &str) -> Option<ClassId> {
        self.files.classes.iter().position(|class| class == name).map(|index| ClassId(index as u16))
    }
}
