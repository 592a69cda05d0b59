//! What is wrong with a scenario, shown the way a compiler would: message, file, line, caret and a way out.
//!
//! ```text
//! error: unknown key `rat`
//!   --> scenarios/x.toml:12:3
//!    |
//! 12 |   rat = 0.8
//!    |   ^^^
//!    = help: did you mean `rate`?
//! ```
//!
//! Several problems are shown in the order of their places with an empty line between, and a count at the end.

use std::fmt;

use super::document::origin::Origin;
use super::document::{Document, key_text};

/// One thing that is wrong.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Problem {
    /// Where it was written, if it was written in a document.
    pub origin: Option<Origin>,
    /// Where it was found, if that is not in a document: "trace.csv:17, column `ContextTokens`".
    pub place: Option<String>,
    /// What is wrong: lower case, values in backticks, no final stop.
    pub message: String,
    /// What else there is to know, a line each.
    pub notes: Vec<String>,
    /// What would be right.
    pub help: Option<String>,
}

/// All that is wrong with one document, in the order of the places.
#[derive(Clone, Default, PartialEq)]
pub struct Problems {
    name: String,
    list: Vec<Problem>,
}

impl Problem {
    /// A problem at a place.
    pub fn new(origin: Option<Origin>, message: impl Into<String>) -> Problem {
        Problem { origin, message: message.into(), ..Problem::default() }
    }

    /// The same with a way out.
    pub fn help(mut self, help: impl Into<Option<String>>) -> Problem {
        self.help = help.into();
        self
    }

    /// The same with one more thing to know.
    pub fn note(mut self, note: impl Into<String>) -> Problem {
        self.notes.push(note.into());
        self
    }
}

impl Problems {
    /// No problems yet with the document of this name.
    pub fn new(name: impl Into<String>) -> Problems {
        Problems { name: name.into(), list: Vec::new() }
    }

    /// Adds a problem, in its place: files in the order of reading, then positions; what has no place comes first.
    pub fn push(&mut self, problem: Problem) {
        let order = |problem: &Problem| problem.origin.as_ref().map(Origin::order);
        let at = self.list.partition_point(|other| order(other) <= order(&problem));
        self.list.insert(at, problem);
    }

    /// Adds a problem with the value at `path` of the document (`nodes[0].count`); where the path was left out, with the
    /// table that would have held it.
    pub fn at<'h>(
        &mut self,
        document: &Document,
        path: &str,
        message: impl Into<String>,
        help: impl Into<Option<&'h str>>,
    ) {
        if self.name.is_empty() {
            self.name = document.name().to_owned();
        }
        let help: Option<&str> = help.into();
        self.push(Problem::new(Some(document.nearest_origin(path)), message).help(help.map(str::to_owned)));
    }

    /// Adds a problem with a key of the table at `path`; where the key was left out, with the table.
    pub fn at_key<'h>(
        &mut self,
        document: &Document,
        path: &str,
        key: &str,
        message: impl Into<String>,
        help: impl Into<Option<&'h str>>,
    ) {
        if self.name.is_empty() {
            self.name = document.name().to_owned();
        }
        let help: Option<&str> = help.into();
        let written = document.key_origin(&format!("{path}.{}", key_text(key)));
        let origin = written.unwrap_or_else(|| document.nearest_origin(path));
        self.push(Problem::new(Some(origin), message).help(help.map(str::to_owned)));
    }

    /// Adds a problem met while reading an input named at `path` of the document: shown there, unless it has a place in the
    /// input.
    pub fn input(&mut self, document: &Document, path: &str, problem: impl Into<Problem>) {
        if self.name.is_empty() {
            self.name = document.name().to_owned();
        }
        let (problem, origin): (Problem, Origin) = (problem.into(), document.nearest_origin(path));
        self.push(match problem.place {
            Some(_) => problem.note(format!("named by `{path}` in {}", origin.label())),
            None => Problem { origin: Some(origin), ..problem },
        });
    }

    /// Adds all of another.
    pub fn extend(&mut self, other: Problems) {
        if self.name.is_empty() {
            self.name = other.name;
        }
        other.list.into_iter().for_each(|problem| self.push(problem));
    }

    /// The name of the document.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether all is well.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The problems in the order shown.
    pub fn iter(&self) -> impl Iterator<Item = &Problem> {
        self.list.iter()
    }

    /// `value` if all is well, otherwise the problems.
    pub fn or<T>(self, value: T) -> Result<T, Problems> {
        if self.is_empty() { Ok(value) } else { Err(self) }
    }
}

impl std::error::Error for Problems {}

impl fmt::Debug for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.list.iter().enumerate() {
            if index > 0 {
                f.write_str("\n\n")?;
            }
            write!(f, "{problem}")?;
        }
        match self.list.len() {
            0 | 1 => Ok(()),
            several => write!(f, "\n\n{several} problems in {}", self.name),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}", brief(&self.message, VALUE))?;
        // Two digits of line number at least, so that most problems line up with one another.
        let mut gutter = 2;
        if let Some(place) = &self.place {
            write!(f, "\n  --> {}", brief(place, VALUE))?;
        }
        if let Some(origin) = &self.origin {
            gutter = gutter.max(origin.line().number.to_string().len());
            show_place(f, origin, gutter)?;
        }
        let written_in = self.origin.as_ref().and_then(|origin| origin.source.note.as_ref());
        for note in self.notes.iter().chain(written_in) {
            write!(f, "\n{:gutter$} = note: {}", "", brief(note, EXAMPLE))?;
        }
        if let Some(help) = &self.help {
            write!(f, "\n{:gutter$} = help: {}", "", brief(help, EXAMPLE))?;
        }
        Ok(())
    }
}

/// The most characters of a value in a message.
const VALUE: usize = 80;

/// The most characters of an example in a help, and of what a label names.
const EXAMPLE: usize = 200;

/// The most characters between two values.
const PROSE: usize = 400;

/// A text on one line in which no value, in backticks, is longer than `most`.
fn brief(text: &str, most: usize) -> String {
    let cut = |(index, part): (usize, &str)| {
        let most = if index % 2 == 1 { most } else { PROSE };
        match part.char_indices().nth(most) {
            Some((end, _)) => format!("{}…", &part[..end]),
            None => part.to_owned(),
        }
    };
    let parts: Vec<String> = text.split('`').enumerate().map(cut).collect();
    on_one_line(&parts.join("`"))
}

/// The arrow, and the line with its carets.
fn show_place(f: &mut fmt::Formatter<'_>, origin: &Origin, gutter: usize) -> fmt::Result {
    let label = brief(&origin.source.label, EXAMPLE);
    if !origin.source.has_lines || origin.is_whole() {
        return write!(f, "\n{:gutter$}--> {label}", "");
    }
    let line = origin.line();
    let column = line.text[..line.span.start].chars().count() + 1;
    let (text, start, length) = window(line.text, line.span.clone());
    write!(f, "\n{:gutter$}--> {label}:{}:{column}", "", line.number)?;
    write!(f, "\n{:gutter$} |", "")?;
    write!(f, "\n{:gutter$} |{}{text}", line.number, if text.is_empty() { "" } else { " " })?;
    write!(f, "\n{:gutter$} | {:start$}{}", "", "", "^".repeat(length))
}

/// The part of a line to show, and where in it the carets begin and how many there are, in characters. Tabs become four
/// spaces; a line wider than the window is cut around the span.
fn window(line: &str, span: std::ops::Range<usize>) -> (String, usize, usize) {
    const WIDTH: usize = 100;
    const BEFORE: usize = 40;
    let shown = on_one_line(line);
    let start = on_one_line(&line[..span.start]).chars().count();
    let length = on_one_line(&line[span]).chars().count().max(1);
    let width = shown.chars().count();
    if width <= WIDTH {
        return (shown, start, length);
    }
    let from = if start + length <= WIDTH { 0 } else { start.saturating_sub(BEFORE) };
    let mut text: String = shown.chars().skip(from).take(WIDTH).collect();
    let mut start = start - from;
    let length = length.min(WIDTH.saturating_sub(start)).max(1);
    if from > 0 {
        text.insert(0, '…');
        start += 1;
    }
    if from + WIDTH < width {
        text.push('…');
    }
    (text, start, length)
}

/// Text fit for one line of a terminal: tabs as four spaces, other control characters as `�`.
fn on_one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\t' => line.push_str("    "),
            control if control.is_control() => line.push('�'),
            other => line.push(other),
        }
    }
    line
}
