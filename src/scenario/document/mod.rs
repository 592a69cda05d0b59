//! A scenario as text: TOML whose every key and value keeps its place through `extends` and `--set`, so that any later
//! mistake can be shown where it was written.

mod deserialize;
mod error;
mod expected;
mod load;
pub mod node;
pub mod origin;
pub mod path;
mod renamed;
mod set;
mod syntax;
mod text;
mod words;

#[cfg(test)]
mod broken;
#[cfg(test)]
pub(super) mod property;

use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;

pub(in crate::scenario) use self::load::{label, neighbours};
pub use self::set::Set;
pub use self::text::key_text;

use self::load::Loader;
use self::node::{Entry, Node, Value};
use self::origin::Origin;
use super::problems::Problems;
use crate::engine::time::SimDuration;

/// A document: what was written, merged, with every value's place.
#[derive(Clone, Debug)]
pub struct Document {
    name: String,
    folder: PathBuf,
    root: Node,
    sources: usize,
}

/// One value of a document, as `explain` shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effective {
    /// `nodes[0].count`
    pub path: String,
    /// `5`, as TOML would write it.
    pub value: String,
    /// `scenarios/x.toml:12`, or the setting.
    pub origin: String,
}

/// What a value is asked for as, where a number has to be rounded for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// An amount of money: millionths.
    Money,
    /// A whole number.
    Whole,
}

impl Document {
    /// Reads a file, lays it over what it extends and then sets the `sets`, in their order.
    ///
    /// `extends = ["base.toml"]` names files relative to the one that says so. Tables merge, and so do arrays whose entries all have a `name`, name
    /// by name; everything else is replaced. Later files win and the file itself comes last. `without = ["nodes"]` takes keys or named entries away
    /// from what it extends. Keys keep the place where they were first written.
    pub fn load(path: &Path, sets: &[Set]) -> Result<Document, Problems> {
        let mut loader = Loader::new(&load::label(path));
        let root = loader.file(path, None);
        let folder = path.parent().map(Path::to_path_buf).unwrap_or_default();
        Document::finish(loader, root, folder, sets)
    }

    /// The same from a text that is no file. Paths in it are relative to the current folder.
    pub fn from_text(name: &str, text: &str, sets: &[Set]) -> Result<Document, Problems> {
        let mut loader = Loader::new(name);
        let root = loader.text(name.to_owned(), text.to_owned(), PathBuf::new(), None);
        Document::finish(loader, root, PathBuf::new(), sets)
    }

    fn finish(loader: Loader, root: Option<Node>, folder: PathBuf, sets: &[Set]) -> Result<Document, Problems> {
        let name = loader.problems.name().to_owned();
        let Some(root) = loader.problems.or(root)? else { unreachable!("a text that cannot be read is a problem") };
        let document = Document { name, folder, root, sources: loader.sources };
        document.with_labelled(sets, labelled)
    }

    /// A copy with more values set. `who` sets them: in problems they come from "`who` `path=value`".
    pub fn with(&self, who: &str, sets: &[Set]) -> Result<Document, Problems> {
        self.clone().with_labelled(sets, |set| format!("{who} `{set}`"))
    }

    /// A copy with the values set that are listed, by path, in the table at `path`.
    pub(in crate::scenario) fn with_listed(&self, path: &str) -> Result<Document, Problems> {
        let (mut changed, mut problems) = (self.clone(), Problems::new(&self.name));
        let listed = self.value(path).and_then(Node::as_table);
        for (path, entry) in listed.into_iter().flatten() {
            if let Err(problem) = set::put(&mut changed.root, path, &entry.key, entry.node.clone()) {
                problems.push(problem);
            }
        }
        problems.or(changed)
    }

    /// A copy with one more amendment, of these settings of the command line, behind the first `before` of those it has.
    pub fn with_amendment(mut self, at: SimDuration, sets: &[Set], before: usize) -> Document {
        let mut set = node::Table::default();
        for given in sets {
            set.insert(given.path.clone(), given.entry(labelled(given), self.sources, self.folder.clone()));
            self.sources += 1;
        }
        let Some(origin) = set.values().next().map(|entry| entry.key.clone()) else { return self };
        let entry = |value: Value| Entry { key: origin.clone(), node: Node { value, origin: origin.clone() } };
        let at = Value::Text(at.to_string());
        let amendment = [("at".to_owned(), entry(at)), ("set".to_owned(), entry(Value::Table(set)))];
        let amendment = Node { value: Value::Table(amendment.into_iter().collect()), origin: origin.clone() };
        let Value::Table(root) = &mut self.root.value else { unreachable!("a document is a table") };
        let all = root.entry("amend".to_owned()).or_insert_with(|| entry(Value::Array(Vec::new())));
        if let Value::Array(all) = &mut all.node.value {
            all.insert(before.min(all.len()), amendment);
        }
        self
    }

    fn with_labelled(mut self, sets: &[Set], label: impl Fn(&Set) -> String) -> Result<Document, Problems> {
        let mut problems = Problems::new(&self.name);
        for set in sets {
            if let Err(problem) = set.apply(&mut self.root, label(set), self.sources, self.folder.clone()) {
                problems.push(problem);
            }
            self.sources += 1;
        }
        problems.or(self)
    }

    /// Reads the document into any type. All problems are found that do not hide one another: an unknown key, a wrong value
    /// or a table that lacks a key is noted and left out, and the rest is read on.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T, Problems> {
        deserialize::parse(&self.root, &self.name)
    }

    /// What a `T` asks for at a node of this document.
    pub fn asked<T: DeserializeOwned>(&self, node: &Node) -> Option<Asked> {
        deserialize::asked::<T>(&self.root, node)
    }

    /// The name it was loaded by.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The whole tree.
    pub fn root(&self) -> &Node {
        &self.root
    }

    /// The value at a path such as `nodes[0].count`, if it was written.
    pub fn value(&self, path: &str) -> Option<&Node> {
        self.walk(path).ok()
    }

    /// Where the value at a path was written, if it was.
    pub fn origin(&self, path: &str) -> Option<Origin> {
        self.value(path).map(|node| node.origin.clone())
    }

    /// Where the key at the end of a path was written, if it was; for an entry of an array, where the entry was.
    pub fn key_origin(&self, path: &str) -> Option<Origin> {
        let steps = path::parse(path).ok()?;
        let (last, before) = steps.split_last()?;
        let parent = before.iter().try_fold(&self.root, |node, step| node.step(step))?;
        match last {
            path::Step::Key(key) => parent.entry(key).map(|entry| entry.key.clone()),
            place => parent.step(place).map(|node| node.origin.clone()),
        }
    }

    /// Where the value at a path was written, or else the nearest table around it that was.
    pub fn nearest_origin(&self, path: &str) -> Origin {
        self.walk(path).unwrap_or_else(|nearest| nearest).origin.clone()
    }

    /// The file that the text at a path names: relative to the folder of the file it was written in, or of the scenario if
    /// it was set from outside.
    pub fn input_path(&self, path: &str) -> Option<PathBuf> {
        let node = self.value(path)?;
        Some(node.origin.source.folder.join(node.as_text()?))
    }

    /// Every value with its place, in the order of the document. Tables and arrays of tables are opened, other arrays are
    /// one value.
    pub fn effective(&self) -> Vec<Effective> {
        let mut all = Vec::new();
        list(&self.root, String::new(), &mut all);
        all
    }

    /// The document as one line of JSON, the same for the same values in the same order, wherever they were written. The
    /// order of keys counts, because a schema may look at it.
    pub fn resolved_json(&self) -> String {
        self.root.to_json()
    }

    /// The same without one of its tables.
    pub fn resolved_json_without(&self, key: &str) -> String {
        let mut root = self.root.clone();
        if let node::Value::Table(table) = &mut root.value {
            table.shift_remove(key);
        }
        root.to_json()
    }

    /// The node at a path, or the last one on the way to it.
    fn walk(&self, path: &str) -> Result<&Node, &Node> {
        let Ok(steps) = path::parse(path) else { return Err(&self.root) };
        steps.iter().try_fold(&self.root, |node, step| node.step(step).ok_or(node))
    }
}

/// Where a setting of the command line stands.
fn labelled(set: &Set) -> String {
    format!("command line `--set {set}`")
}

fn list(node: &Node, path: String, all: &mut Vec<Effective>) {
    match &node.value {
        Value::Table(table) if !table.is_empty() => {
            let before = if path.is_empty() { path } else { format!("{path}.") };
            for (key, entry) in table {
                list(&entry.node, format!("{before}{}", key_text(key)), all);
            }
        }
        Value::Array(array) if array.iter().any(|node| node.as_table().is_some()) => {
            for (index, node) in array.iter().enumerate() {
                list(node, format!("{path}[{index}]"), all);
            }
        }
        // An empty document has nothing to show.
        _ if path.is_empty() => {}
        _ => all.push(Effective { path, value: node.to_toml(), origin: node.origin.label() }),
    }
}

/// The schema of a file with `extends`, which is read and taken out before the rest is: what the file lacks, others may have.
pub fn extending(mut schema: serde_json::Value) -> serde_json::Value {
    schema["properties"]["extends"] = serde_json::json!({
        "description": "Files that this one is laid over, relative to it: tables are merged, arrays of named tables name by name, other arrays replaced.",
        "type": "array",
        "items": { "type": "string" },
    });
    schema["properties"]["without"] = serde_json::json!({
        "description": "Paths of keys and of named entries that this file takes out of what it extends, such as `nodes` or `nodes[fast]`.",
        "type": "array",
        "items": { "type": "string" },
    });
    schema.as_object_mut().expect("a schema is an object").remove("required");
    schema
}
