//! Reading a document and what it extends.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use strsim::osa_distance;

use super::node::{Node, Value, from_text};
use super::origin::{Origin, Source};
use super::path;
use crate::scenario::nearest::suggestion;
use crate::scenario::plain::{self, Content, reason};
use crate::scenario::problems::{Problem, Problems};

/// The longest file.
const TEXT_MAX: u64 = 64 << 20;

/// The longest name that a file has on the systems in use.
const NAME_MAX: usize = 255;

/// A file may extend one that extends another, this many in a row.
const CHAIN_MAX: usize = 32;

/// Reads texts, each file once, and merges what they extend.
pub(super) struct Loader {
    pub(super) problems: Problems,
    /// How many texts have been read: the index of the next.
    pub(super) sources: usize,
    /// Files already read, with what they extend, by their true path; nothing where they could not be read.
    done: BTreeMap<PathBuf, Option<Node>>,
    /// The files being read: each extends the next.
    chain: Vec<(PathBuf, String)>,
}

impl Loader {
    pub(super) fn new(name: &str) -> Loader {
        Loader { problems: Problems::new(name), sources: 0, done: BTreeMap::new(), chain: Vec::new() }
    }

    /// Reads a file and what it extends. `asked` is where another file named it.
    pub(super) fn file(&mut self, path: &Path, asked: Option<&Origin>) -> Option<Node> {
        let label = label(path);
        let wrong = |message: String| Problem::new(asked.cloned(), message);
        let identity = match std::fs::canonicalize(path) {
            Ok(identity) => identity,
            Err(error) => {
                let problem = wrong(format!("cannot read `{label}`: {}", reason(&error)));
                self.problems.push(problem.help(neighbours(path)));
                return None;
            }
        };
        if self.chain.iter().any(|(open, _)| *open == identity) {
            let start = self.chain.iter().position(|(open, _)| *open == identity).unwrap_or(0);
            let mut round: Vec<&str> = self.chain[start..].iter().map(|(_, label)| label.as_str()).collect();
            round.push(&label);
            let problem = wrong("`extends` goes round in a circle".into()).note(round.join(" -> "));
            self.problems.push(problem);
            return None;
        }
        if self.chain.len() >= CHAIN_MAX {
            self.problems.push(wrong(format!("more than {CHAIN_MAX} files extend one another in a row")));
            return None;
        }
        if let Some(done) = self.done.get(&identity) {
            return done.clone();
        }
        let bytes = match plain::read(path, TEXT_MAX) {
            Ok(bytes) => bytes,
            Err(error) => {
                self.problems.push(wrong(format!("cannot read `{label}`: {}", reason(&error))));
                return None;
            }
        };
        if let Some(content) = plain::content(&bytes) {
            let help = match content {
                Content::Encoded(_) => "save it as UTF-8",
                _ => "name a scenario or a study, a text in TOML",
            };
            self.problems.push(wrong(format!("`{label}` {}", content.what())).help(help.to_owned()));
            return None;
        }
        let note = asked.map(|origin| format!("extended by {}", origin.label()));
        let folder = path.parent().map(Path::to_path_buf).unwrap_or_default();
        let text = match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => {
                let at = error.utf8_error().valid_up_to();
                let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
                let source = Source { index: self.sources, label, text, folder, has_lines: true, note };
                let origin = Origin { source: Arc::new(source), span: at..at + '\u{fffd}'.len_utf8() };
                let problem = Problem::new(Some(origin), "not UTF-8 text from here on");
                self.problems.push(problem.help("save the file as UTF-8".to_owned()));
                return None;
            }
        };
        self.chain.push((identity.clone(), label.clone()));
        let node = self.text(label, text, folder, note);
        self.chain.pop();
        self.done.insert(identity, node.clone());
        node
    }

    /// Reads a text and what it extends, relative to `folder`.
    pub(super) fn text(&mut self, label: String, text: String, folder: PathBuf, note: Option<String>) -> Option<Node> {
        let source = Arc::new(Source { index: self.sources, label, text, folder, has_lines: true, note });
        self.sources += 1;
        let mut node = match from_text(&source) {
            Ok(node) => node,
            Err(problem) => {
                self.problems.push(problem);
                return None;
            }
        };
        let Value::Table(table) = &mut node.value else { unreachable!("a TOML text is a table") };
        let without = table.shift_remove("without");
        let Some(extends) = table.shift_remove("extends") else {
            let Some(without) = without else { return Some(node) };
            let problem = Problem::new(Some(without.key), "`without` in a file that extends no other");
            self.problems.push(problem.help("write `extends = [\"base.toml\"]` beside it".to_owned()));
            return None;
        };
        let mut whole = Node { value: Value::Table(Default::default()), origin: node.origin.clone() };
        let mut complete = true;
        for (name, origin) in self.texts("extends", &extends.node, "an array of file names", "base.toml") {
            match self.file(&source.folder.join(name), Some(&origin)) {
                Some(base) => whole.merge(base),
                None => complete = false,
            }
        }
        if let Some(without) = without.filter(|_| complete) {
            self.take_away(&mut whole, &without.node);
        }
        whole.merge(node);
        complete.then_some(whole)
    }

    /// Takes what `without` lists out of what a file extends.
    fn take_away(&mut self, whole: &mut Node, without: &Node) {
        for (path, origin) in self.texts("without", without, "an array of paths", "nodes[fast]") {
            let problem = match path::parse(&path) {
                Err(message) => message,
                Ok(steps) if whole.remove(&steps) => continue,
                Ok(_) => format!("there is no `{path}` in what this file extends"),
            };
            let help = "name a key or an entry by its name, such as `nodes` or `nodes[fast]`";
            self.problems.push(Problem::new(Some(origin), problem).help(help.to_owned()));
        }
    }

    /// The texts in an array at the head of a file, each with its place.
    fn texts(&mut self, key: &str, array: &Node, what: &str, example: &str) -> Vec<(String, Origin)> {
        let mut names = Vec::new();
        let wrong = |node: &Node| {
            let message = format!("`{key}` is {what}, found {}", node.kind());
            let name = node.as_text().unwrap_or(example);
            Problem::new(Some(node.origin.clone()), message).help(format!("write `{key} = [\"{name}\"]`"))
        };
        match array.as_array() {
            None => self.problems.push(wrong(array)),
            Some(array) => {
                for node in array {
                    match node.as_text() {
                        Some(name) => names.push((name.to_owned(), node.origin.clone())),
                        None => self.problems.push(wrong(node)),
                    }
                }
            }
        }
        names
    }
}

/// The path as a person would write it: without `.` and with `a/../b` as `b`.
pub(in crate::scenario) fn label(path: &Path) -> String {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if matches!(plain.components().next_back(), Some(Component::Normal(_))) => {
                plain.pop();
            }
            other => plain.push(other),
        }
    }
    if plain.as_os_str().is_empty() { ".".into() } else { plain.display().to_string() }
}

/// For a file that is not there: the names like it in its folder.
pub(in crate::scenario) fn neighbours(path: &Path) -> Option<String> {
    let folder = match path.parent() {
        Some(folder) if folder.as_os_str().is_empty() => Path::new("."),
        Some(folder) => folder,
        None => return None,
    };
    let Ok(listing) = std::fs::read_dir(folder) else {
        return (!folder.is_dir()).then(|| format!("there is no folder `{}`", label(folder)));
    };
    let wanted = path.file_name()?.to_string_lossy().into_owned();
    // No file has such a name, and comparing it letter by letter takes minutes.
    if wanted.len() > NAME_MAX {
        return None;
    }
    let ending = |name: &str| name.rsplit_once('.').map(|(_, ending)| ending.to_owned());
    // Configuration of tools is no file that a person means to read here.
    const TOOLS: [&str; 4] = ["Cargo.toml", "pyproject.toml", "rust-toolchain.toml", "rustfmt.toml"];
    let is_like = |name: &String| {
        let (own, other) = (ending(&wanted), ending(name));
        !name.starts_with('.')
            && !TOOLS.contains(&name.as_str())
            && (own == other || own.is_none() && name.ends_with(".toml"))
    };
    let away = |name: &str| osa_distance(&wanted, name).min(osa_distance(&wanted, name.trim_end_matches(".toml")));
    let sorted = |listing: std::fs::ReadDir| {
        let names = listing.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
        let mut names: Vec<String> = names.filter(is_like).collect();
        names.sort_by_cached_key(|name| (away(name), name.clone()));
        names
    };
    let names = sorted(listing);
    // A scenario by its name alone, or with a slip, from the folder above it.
    const SLIPS: usize = 2;
    let near = |names: &[String]| names.first().filter(|name| away(name) <= SLIPS).cloned();
    let below = std::fs::read_dir(folder.join("scenarios")).map(sorted).unwrap_or_default();
    if let (None, Some(name)) = (near(&names), near(&below)) {
        return Some(format!("did you mean `{}`?", label(&folder.join("scenarios").join(name))));
    }
    let names: Vec<&str> = names.iter().map(String::as_str).take(5).collect();
    suggestion(&wanted, &names, "the nearest names there are")
}
