//! Single values set from outside: `--set nodes[fast].count=5`.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;

use super::node::{DEPTH_MAX, Entry, Node, Table, Value, from_value};
use super::origin::{Origin, Source};
use super::path::{self, Step};
use crate::scenario::nearest::suggestion;
use crate::scenario::problems::Problem;

/// One value to set: it takes the place of whatever the path held, tables included.
///
/// The value is read as TOML, and if it is none, taken as text: `rate=0.8`, `until=24h`, `tags=["a", "b"]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Set {
    /// Such as `demand.rate`, `nodes[0].count` or, by the `name` of a table in an array, `nodes[fast].count`.
    pub path: String,
    /// The value as written.
    pub value: String,
}

/// Reads `path=value`, cut at the first `=` outside quotes; the error says what would be right.
impl FromStr for Set {
    type Err = String;
    fn from_str(text: &str) -> Result<Set, String> {
        let mut quote = None;
        for (at, character) in text.char_indices() {
            match (character, quote) {
                ('=', None) => {
                    let set = Set { path: text[..at].trim().to_owned(), value: text[at + 1..].to_owned() };
                    return path::parse(&set.path).map(|_| set);
                }
                ('"' | '\'', None) => quote = Some(character),
                (end, Some(open)) if end == open => quote = None,
                _ => {}
            }
        }
        Err(format!("`{text}` has no `=`; write a path and a value such as `demand.rate=0.8`"))
    }
}

impl fmt::Display for Set {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.path, self.value)
    }
}

impl Set {
    /// Changes the tree. `label` names the setting in problems, `index` is its place among the sources, and relative
    /// paths in its value hold from `folder`.
    pub(super) fn apply(&self, root: &mut Node, label: String, index: usize, folder: PathBuf) -> Result<(), Problem> {
        let Entry { key, node } = self.entry(label, index, folder);
        put(root, &self.path, &key, node)
    }

    /// The value with the place of its path.
    pub(super) fn entry(&self, label: String, index: usize, folder: PathBuf) -> Entry {
        let text = self.to_string();
        let shift = text.len() - self.value.len();
        let source = Arc::new(Source { index, label, text, folder, has_lines: false, note: None });
        let key = Origin { source: source.clone(), span: 0..self.path.len() };
        let node = from_value(self.value.trim(), &source, shift).unwrap_or_else(|_| Node {
            value: Value::Text(self.value.clone()),
            origin: Origin { source: source.clone(), span: shift..source.text.len() },
        });
        Entry { key, node }
    }
}

/// Puts a value at a path of the tree, in the place of what was there. `written` is where the path was written.
pub(super) fn put(root: &mut Node, path: &str, written: &Origin, value: Node) -> Result<(), Problem> {
    let wrong = |message: String, help: Option<String>| Problem::new(Some(written.clone()), message).help(help);
    let steps = path::parse(path).map_err(|message| wrong(message, None))?;
    if steps.len() > DEPTH_MAX {
        return Err(wrong(format!("a path of more than {DEPTH_MAX} steps"), None));
    }
    if let Some(key) = ["extends", "without"].into_iter().find(|key| steps[0] == Step::Key((*key).into())) {
        return Err(wrong(format!("`{key}` can be written in a file only"), None));
    }
    let mut node = root;
    for (done, step) in steps.iter().enumerate() {
        if let Err((message, help)) = make_room(node, &steps[..done], step, written) {
            return Err(wrong(message, help));
        }
        if let (Step::Key(key), Value::Table(table)) = (step, &mut node.value)
            && done + 1 == steps.len()
        {
            table[key].key = written.clone();
        }
        node = node.step_mut(step).expect("room was made for this step");
    }
    *node = value;
    Ok(())
}

/// Sees to it that a step can be taken: a missing key is added as an empty table. The error is a message and a help.
fn make_room(node: &mut Node, done: &[Step], step: &Step, origin: &Origin) -> Result<(), (String, Option<String>)> {
    let so_far = path::text(done);
    let kind = node.kind();
    match (step, &mut node.value) {
        (Step::Key(key), Value::Table(table)) => {
            let empty = || Node { value: Value::Table(Table::default()), origin: origin.clone() };
            table.entry(key.clone()).or_insert_with(|| Entry { key: origin.clone(), node: empty() });
            Ok(())
        }
        (Step::Key(key), _) => Err((format!("`{so_far}` is {kind} and has no key `{key}`"), None)),
        (Step::Index(index), Value::Array(array)) if *index < array.len() => Ok(()),
        (Step::Index(index), Value::Array(array)) => {
            let count = array.len();
            let entries = if count == 1 { "entry" } else { "entries" };
            let last = count
                .checked_sub(1)
                .map(|last| format!("entries are counted from 0, so the last is `{so_far}[{last}]`"));
            Err((format!("`{so_far}[{index}]` is out of range: `{so_far}` has {count} {entries}"), last))
        }
        (Step::Name(name), Value::Array(array)) => {
            let names: Vec<&str> = array.iter().filter_map(Node::name).collect();
            if names.contains(&name.as_str()) {
                return Ok(());
            }
            Err((format!("`{so_far}` has no entry named `{name}`"), suggestion(name, &names, "its entries are named")))
        }
        // A table made for want of the key is as good as nothing there.
        (_, Value::Table(table)) if table.is_empty() => Err((format!("there is no array `{so_far}`"), None)),
        (Step::Index(_) | Step::Name(_), _) => Err((format!("`{so_far}` is {kind}, not an array"), None)),
    }
}
