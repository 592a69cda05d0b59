//! The files a scenario names: found relative to where they were named, read, and remembered for the run's identity.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::document::Document;
use super::inputs::{self, ColumnSpec, Columns, InputProblem, Kind, MatrixSpec, Unit};
use crate::domain::ids::ClassId;
use crate::engine::mistake::Mistake;
use crate::engine::time::SimDuration;
use crate::policy::input::{Content, Filled, Reader, Wanted};

/// The files read so far.
pub(super) struct Files<'a> {
    document: &'a Document,
    classes: Vec<String>,
    read: Vec<Input>,
    problem: Option<InputProblem>,
    /// The classes that the files named since they were last taken, by number.
    named: RefCell<BTreeSet<usize>>,
    /// The last name that is no class.
    unknown_class: RefCell<Option<String>>,
}

/// A file that was read.
struct Input {
    /// As the scenario writes it.
    written: String,
    /// Where it was found.
    file: PathBuf,
    /// Of its contents.
    hash: String,
}

/// The file named at one place of the scenario.
pub(super) struct Named<'f, 'a> {
    files: &'f mut Files<'a>,
    path: &'f str,
    /// The first instant of the last file read, if it has dates: nanoseconds since the start of 1970 in UTC.
    began: Option<i128>,
}

impl<'a> Files<'a> {
    /// None read yet; `classes` are the classes a column may name.
    pub fn new(document: &'a Document, classes: Vec<String>) -> Files<'a> {
        let (named, unknown_class) = (RefCell::default(), RefCell::default());
        Files { document, classes, read: Vec::new(), problem: None, named, unknown_class }
    }

    /// The file named at `path` of the scenario.
    pub fn named_at<'f>(&'f mut self, path: &'f str) -> Named<'f, 'a> {
        Named { files: self, path, began: None }
    }

    /// The matrix in the file named at `path` of the scenario, its numbers times `scale`.
    pub fn matrix(&mut self, path: &str, scale: f64) -> Result<Vec<Vec<f64>>, InputProblem> {
        let file = self.place(path);
        let matrix = inputs::read_matrix(&file, &MatrixSpec { scale, ..MatrixSpec::default() })?;
        self.remember(path, &file, matrix.hash());
        Ok((0..matrix.rows()).map(|row| matrix.row(row).to_vec()).collect())
    }

    /// What was wrong with the last file that could not be read, with its own place.
    pub fn take_problem(&mut self) -> Option<InputProblem> {
        self.problem.take()
    }

    /// The classes, by number, that files named since this was last asked.
    pub fn take_classes(&mut self) -> BTreeSet<usize> {
        self.named.take()
    }

    /// The name that was asked for as a class last and is none.
    pub fn take_unknown_class(&mut self) -> Option<String> {
        self.unknown_class.take()
    }

    /// What has been read: files as written, and the hash of their contents.
    pub fn into_read(self) -> Vec<(String, String)> {
        self.read.into_iter().map(|input| (input.written, input.hash)).collect()
    }

    fn place(&self, path: &str) -> PathBuf {
        self.document.input_path(path).unwrap_or_default()
    }

    /// Notes a file with the hash of what was read of it.
    fn remember(&mut self, path: &str, file: &Path, hash: &str) {
        let written = self.document.value(path).and_then(|node| node.as_text()).unwrap_or_default().to_owned();
        // Files of one name in two folders are two files.
        if self.read.iter().all(|input| input.written != written || input.file != file) {
            self.read.push(Input { written, file: file.to_owned(), hash: hash.to_owned() });
        }
    }
}

impl Named<'_, '_> {
    fn read(&mut self, wanted: &[Wanted], kinds: &[Kind]) -> Result<Vec<Filled>, InputProblem> {
        let file = self.files.place(self.path);
        let spec = |(wanted, kind)| {
            let Wanted { name, .. }: &Wanted = wanted;
            ColumnSpec { name, kind, optional: false }
        };
        let specs: Vec<ColumnSpec<'_>> = wanted.iter().zip(kinds.iter().copied()).map(spec).collect();
        let mut columns = inputs::read(&file, &specs)?;
        self.files.remember(self.path, &file, columns.hash());
        let clock = wanted.iter().find(|wanted| matches!(wanted.content, Content::Instant(_)));
        self.began = clock.and_then(|wanted| {
            let earliest = columns.instants(&wanted.name)?.iter().min().copied().unwrap_or(0);
            Some(columns.began(&wanted.name)? + i128::from(earliest))
        });
        Ok(wanted.iter().enumerate().map(|(index, wanted)| filled(&mut columns, index, wanted.content)).collect())
    }
}

impl Reader for Named<'_, '_> {
    fn columns(&mut self, _: &str, wanted: &[Wanted]) -> Result<Vec<Filled>, Mistake> {
        let kinds = wanted.iter().map(|wanted| kind(wanted.content)).collect::<Result<Vec<Kind>, Mistake>>()?;
        self.read(wanted, &kinds).map_err(|problem| {
            let mistake = Mistake::new("file", problem.message.to_string(), "");
            self.files.problem = Some(problem);
            mistake
        })
    }

    fn began(&self) -> Option<i128> {
        self.began
    }

    fn class(&self, name: &str) -> Option<ClassId> {
        let found = self.files.classes.iter().position(|class| class == name);
        match found {
            Some(index) => {
                self.files.named.borrow_mut().insert(index);
            }
            None => *self.files.unknown_class.borrow_mut() = Some(name.to_owned()),
        }
        found.map(|index| ClassId(index as u16))
    }
}

fn kind(content: Content) -> Result<Kind, Mistake> {
    Ok(match content {
        Content::Number => Kind::Number,
        Content::Amount => Kind::Amount,
        Content::Count => Kind::Count,
        Content::Text => Kind::Text,
        Content::Instant(unit) => Kind::Timestamp { unit: Some(named_unit(unit)?), from_first: true },
    })
}

fn named_unit(unit: SimDuration) -> Result<Unit, Mistake> {
    match unit.0 {
        1_000_000_000 => Ok(Unit::S),
        1_000_000 => Ok(Unit::Ms),
        1_000 => Ok(Unit::Us),
        1 => Ok(Unit::Ns),
        _ => {
            let message = format!("the `unit` of times is `1s`, `1ms`, `1us` or `1ns`, not `{unit}`");
            Err(Mistake::new("unit", message, ""))
        }
    }
}

/// The column at a place, taken out rather than copied: a long trace fills much of the memory.
fn filled(columns: &mut Columns, index: usize, content: Content) -> Filled {
    let integers = |columns: &mut Columns| columns.take_integers(index).expect("a column of integers was asked for");
    match content {
        Content::Number | Content::Amount => {
            Filled::Numbers(columns.take_numbers(index).expect("a column of numbers was asked for"))
        }
        Content::Count => Filled::Counts(integers(columns).into_iter().map(i64::unsigned_abs).collect()),
        Content::Text => {
            let texts = columns.take_texts(index).expect("a column of text was asked for");
            Filled::Texts(texts.iter().map(str::to_owned).collect())
        }
        // The first row need not be the earliest: instants count from the earliest.
        Content::Instant(_) => {
            let instants = integers(columns);
            let first = instants.iter().copied().min().unwrap_or(0);
            Filled::Counts(instants.into_iter().map(|instant| instant.abs_diff(first)).collect())
        }
    }
}
