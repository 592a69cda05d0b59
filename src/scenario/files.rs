//! The files a scenario names: found relative to where they were named, read, and remembered for the run's identity.

use std::path::{Path, PathBuf};

use super::document::Document;
use super::inputs::{self, ColumnSpec, Columns, InputProblem, Kind, MatrixSpec, Unit};
use crate::domain::ids::ClassId;
use crate::engine::time::Span;
use crate::policy::input::{Content, Filled, Reader, Wanted};

/// The files read so far.
pub(super) struct Files<'a> {
    document: &'a Document,
    classes: Vec<String>,
    read: Vec<(String, String)>,
    problem: Option<InputProblem>,
}

/// The file named at one place of the scenario.
pub(super) struct Named<'f, 'a> {
    files: &'f mut Files<'a>,
    path: &'f str,
}

impl<'a> Files<'a> {
    /// None read yet; `classes` are the classes a column may name.
    pub fn new(document: &'a Document, classes: Vec<String>) -> Files<'a> {
        Files { document, classes, read: Vec::new(), problem: None }
    }

    /// The file named at `path` of the scenario.
    pub fn named_at<'f>(&'f mut self, path: &'f str) -> Named<'f, 'a> {
        Named { files: self, path }
    }

    /// The matrix in the file named at `path` of the scenario, its numbers times `scale`.
    pub fn matrix(&mut self, path: &str, scale: f64) -> Result<Vec<Vec<f64>>, InputProblem> {
        let file = self.place(path);
        let matrix = inputs::read_matrix(&file, &MatrixSpec { scale, ..MatrixSpec::default() })?;
        self.remember(path, &file)?;
        Ok((0..matrix.rows()).map(|row| matrix.row(row).to_vec()).collect())
    }

    /// What was wrong with the last file that could not be read, with its own place.
    pub fn take_problem(&mut self) -> Option<InputProblem> {
        self.problem.take()
    }

    /// What has been read: files as written, and the hash of their contents.
    pub fn into_read(self) -> Vec<(String, String)> {
        self.read
    }

    fn place(&self, path: &str) -> PathBuf {
        self.document.input_path(path).unwrap_or_default()
    }

    fn remember(&mut self, path: &str, file: &Path) -> Result<(), InputProblem> {
        let written = self.document.value(path).and_then(|node| node.as_text()).unwrap_or_default().to_owned();
        if self.read.iter().all(|(other, _)| *other != written) {
            self.read.push((written, inputs::hash(file)?));
        }
        Ok(())
    }
}

impl Named<'_, '_> {
    fn read(&mut self, wanted: &[Wanted]) -> Result<Vec<Filled>, InputProblem> {
        let file = self.files.place(self.path);
        let spec = |wanted: &Wanted| kind(wanted.content).map(|kind| (wanted.name.clone(), kind));
        let named: Result<Vec<(String, Kind)>, String> = wanted.iter().map(spec).collect();
        let named = named.map_err(|message| InputProblem::about(&file, message))?;
        let specs: Vec<ColumnSpec<'_>> =
            named.iter().map(|(name, kind)| ColumnSpec { name, kind: *kind, optional: false }).collect();
        let columns = inputs::read(&file, &specs)?;
        self.files.remember(self.path, &file)?;
        wanted.iter().map(|wanted| filled(&file, &columns, wanted)).collect()
    }
}

impl Reader for Named<'_, '_> {
    fn columns(&mut self, _: &str, wanted: &[Wanted]) -> Result<Vec<Filled>, String> {
        self.read(wanted).map_err(|problem| {
            let message = problem.message.clone();
            self.files.problem = Some(problem);
            message
        })
    }

    fn class(&self, name: &str) -> Option<ClassId> {
        self.files.classes.iter().position(|class| class == name).map(|index| ClassId(index as u16))
    }
}

fn kind(content: Content) -> Result<Kind, String> {
    Ok(match content {
        Content::Number => Kind::Number,
        Content::Count => Kind::Integer,
        Content::Text => Kind::Text,
        Content::Instant(unit) => Kind::Timestamp { unit: Some(named_unit(unit)?), from_first: true },
    })
}

fn named_unit(unit: Span) -> Result<Unit, String> {
    match unit.0 {
        1_000_000_000 => Ok(Unit::S),
        1_000_000 => Ok(Unit::Ms),
        1_000 => Ok(Unit::Us),
        1 => Ok(Unit::Ns),
        _ => Err(format!("times cannot be counted in `{unit}`; write `1s`, `1ms`, `1us` or `1ns`")),
    }
}

fn filled(file: &Path, columns: &Columns, wanted: &Wanted) -> Result<Filled, InputProblem> {
    let name = &wanted.name;
    let whole = |numbers: &[i64]| {
        let counts: Option<Vec<u64>> = numbers.iter().map(|&number| u64::try_from(number).ok()).collect();
        let below = || numbers.iter().find(|number| **number < 0).copied().unwrap_or_default();
        counts.map(Filled::Counts).ok_or_else(|| {
            let message = format!("column `{name}` has `{}` where a number from 0 upwards is wanted", below());
            InputProblem::about(file, message)
        })
    };
    let column = match wanted.content {
        Content::Number => columns.numbers(name).map(|numbers| Ok(Filled::Numbers(numbers.to_vec()))),
        Content::Count => columns.integers(name).map(whole),
        Content::Text => columns.texts(name).map(|texts| Ok(Filled::Texts(texts.iter().map(str::to_owned).collect()))),
        // The first row need not be the earliest: instants count from the earliest.
        Content::Instant(_) => columns.instants(name).map(|instants| {
            let first = instants.iter().copied().min().unwrap_or(0);
            Ok(Filled::Counts(instants.iter().map(|instant| instant.abs_diff(first)).collect()))
        }),
    };
    column.expect("a column that was asked for is there")
}
