//! What is wrong with an input.

use std::fmt;
use std::path::Path;

use crate::scenario::document::{label, neighbours};
use crate::scenario::plain::{Content, reason};
use crate::scenario::problems::Problem;

/// What is wrong with an input file, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputProblem {
    /// The file, as it was named.
    pub path: Box<str>,
    /// The line, from 1. A row that spans lines counts from its first.
    pub line: Option<u64>,
    /// The column.
    pub column: Option<Box<str>>,
    /// The columns that are not there, and those that are.
    pub missing: Option<Box<MissingColumns>>,
    /// What is wrong: lower case, values in backticks, no final stop.
    pub message: Box<str>,
    /// What else there is to know.
    pub notes: Vec<String>,
    /// What would be right.
    pub help: Option<String>,
}

/// Columns that were asked for and are not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingColumns {
    /// Those asked for in vain.
    pub missing: Vec<String>,
    /// All that there are.
    pub there: Vec<String>,
}

impl InputProblem {
    /// Something wrong with a file as a whole.
    pub(super) fn new(path: &Path, message: impl Into<String>) -> InputProblem {
        InputProblem {
            path: label(path).into(),
            line: None,
            column: None,
            missing: None,
            message: message.into().into(),
            notes: Vec::new(),
            help: None,
        }
    }

    /// Something wrong with what a file says, found by whoever asked for it.
    pub fn about(path: &Path, message: impl Into<String>) -> InputProblem {
        InputProblem::new(path, message)
    }

    /// A file that cannot be read, or not to its end.
    pub(super) fn unreadable(path: &Path, error: &std::io::Error) -> InputProblem {
        use std::io::ErrorKind::{InvalidData, InvalidInput, NotFound, UnexpectedEof};
        let zipped = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("gz"));
        let why = match error.kind() {
            UnexpectedEof if zipped => "it ends in the middle of its compressed data".to_owned(),
            InvalidData | InvalidInput if zipped => "its compressed data is damaged, or not gzip".to_owned(),
            _ => reason(error),
        };
        let problem = InputProblem::new(path, format!("cannot read `{}`: {why}", label(path)));
        let help = if error.kind() == NotFound { neighbours(path) } else { None };
        InputProblem { help, ..problem }
    }

    /// A file that holds something else than its name says. `inside` says that it was found after unpacking.
    pub(super) fn of_another_kind(path: &Path, content: Content, inside: bool) -> InputProblem {
        let name = label(path);
        let plain = name.strip_suffix(".gz").unwrap_or(&name);
        let (twice, help) = match content {
            Content::Gzip if inside => (" twice", "unpack it once".to_owned()),
            Content::Gzip => ("", format!("name it `{name}.gz`")),
            Content::Packed(_) => ("", "unpack it, or pack it with gzip and end its name in `.gz`".to_owned()),
            Content::Encoded(_) => ("", "save it as UTF-8".to_owned()),
            Content::Parquet if inside => ("", "unpack it, and end its name in `.parquet`".to_owned()),
            Content::Parquet => {
                let stem = plain.rsplit_once('.').map_or(plain, |(stem, _)| stem);
                ("", format!("name it `{stem}.parquet`"))
            }
        };
        InputProblem::new(path, format!("`{name}` {}{twice}", content.what())).help(help)
    }

    /// The same on a line.
    pub(super) fn line(self, line: u64) -> InputProblem {
        InputProblem { line: Some(line), ..self }
    }

    /// The same in a column.
    pub(super) fn column(self, column: impl Into<Box<str>>) -> InputProblem {
        InputProblem { column: Some(column.into()), ..self }
    }

    /// The same with a way out.
    pub(super) fn help(self, help: impl Into<Option<String>>) -> InputProblem {
        InputProblem { help: help.into(), ..self }
    }
}

impl From<InputProblem> for Problem {
    fn from(problem: InputProblem) -> Problem {
        let line = problem.line.map(|line| format!(":{line}")).unwrap_or_default();
        let column = problem.column.map(|column| format!(", column `{column}`")).unwrap_or_default();
        // A message that names the file needs no arrow to it.
        let named = line.is_empty() && problem.message.contains(&format!("`{}`", problem.path));
        Problem {
            origin: None,
            place: (!named).then(|| format!("{}{line}{column}", problem.path)),
            message: problem.message.into(),
            notes: problem.notes,
            help: problem.help,
        }
    }
}

impl fmt::Display for InputProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Problem::from(self.clone()).fmt(f)
    }
}

impl std::error::Error for InputProblem {}
