//! Paths into a document: `demand.rate`, `nodes[0].count`, `nodes[fast].count`.

use toml::de::DeValue;

use super::node::{Entry, Node, Value};
use super::text::key_text;

/// One step of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// `.rate`: a key of a table.
    Key(String),
    /// `[2]`: a place in an array, from 0.
    Index(usize),
    /// `[fast]`: the table of an array whose `name` is this.
    Name(String),
}

/// Cuts a path into steps. A key or name with odd characters stands in quotes. The error says what is wrong.
pub fn parse(path: &str) -> Result<Vec<Step>, String> {
    let wrong = |what: &str| Err(format!("{what} in the path `{path}`"));
    let mut steps = Vec::new();
    let mut rest = path;
    loop {
        let (key, quoted, after) = match word(rest, &['.', '[', ']']) {
            Ok(word) => word,
            Err(what) => return wrong(what),
        };
        if key.is_empty() && !quoted {
            return wrong("an empty key");
        }
        steps.push(Step::Key(key));
        rest = after;
        while let Some(inside) = rest.strip_prefix('[') {
            let (name, quoted, after) = match word(inside, &[']', '[']) {
                Ok(word) => word,
                Err(what) => return wrong(what),
            };
            rest = match after.strip_prefix(']') {
                Some(_) if name.is_empty() && !quoted => return wrong("empty brackets"),
                Some(rest) => rest,
                None => return wrong("a `[` without its `]`"),
            };
            let digits = !quoted && name.bytes().all(|byte| byte.is_ascii_digit());
            steps.push(match name.parse() {
                Ok(index) if digits => Step::Index(index),
                _ => Step::Name(name),
            });
        }
        match rest.strip_prefix('.') {
            Some(after) => rest = after,
            None if rest.is_empty() => return Ok(steps),
            None => return wrong("an unexpected character"),
        }
    }
}

/// The path written out.
pub fn text(steps: &[Step]) -> String {
    let mut text = String::new();
    for step in steps {
        match step {
            Step::Key(key) if text.is_empty() => text = key_text(key),
            Step::Key(key) => text.push_str(&format!(".{}", key_text(key))),
            Step::Index(index) => text.push_str(&format!("[{index}]")),
            // A name of digits alone would read as a place.
            Step::Name(name) if name.bytes().all(|byte| byte.is_ascii_digit()) => {
                text.push_str(&format!("[\"{name}\"]"));
            }
            Step::Name(name) => text.push_str(&format!("[{}]", key_text(name))),
        }
    }
    text
}

/// A word up to one of the `ends`, or one in quotes as TOML writes them: the word, whether it was quoted, and the rest.
fn word<'t>(text: &'t str, ends: &[char]) -> Result<(String, bool, &'t str), &'static str> {
    let Some(quote @ ('"' | '\'')) = text.chars().next() else {
        let end = text.find(ends).unwrap_or(text.len());
        return Ok((text[..end].to_owned(), false, &text[end..]));
    };
    let mut escaped = false;
    for (at, character) in text.char_indices().skip(1) {
        if character == quote && !escaped {
            let quoted = DeValue::parse(&text[..=at]).map_err(|_| "a string that is not TOML")?;
            let word = quoted.get_ref().as_str().ok_or("a string that is not TOML")?.to_owned();
            return Ok((word, true, &text[at + 1..]));
        }
        escaped = character == '\\' && quote == '"' && !escaped;
    }
    Err("a quote without its end")
}

impl Node {
    /// What lies one step further, if anything does.
    pub fn step(&self, step: &Step) -> Option<&Node> {
        match step {
            Step::Key(key) => self.entry(key).map(|entry| &entry.node),
            Step::Index(index) => self.as_array()?.get(*index),
            Step::Name(name) => self.as_array()?.iter().find(|node| node.name() == Some(name)),
        }
    }

    /// The same, to be changed.
    pub(super) fn step_mut(&mut self, step: &Step) -> Option<&mut Node> {
        match (step, &mut self.value) {
            (Step::Key(key), Value::Table(table)) => table.get_mut(key).map(|entry| &mut entry.node),
            (Step::Index(index), Value::Array(array)) => array.get_mut(*index),
            (Step::Name(name), Value::Array(array)) => array.iter_mut().find(|node| node.name() == Some(name)),
            _ => None,
        }
    }

    /// Takes what is at a path away. False: there is nothing.
    pub(super) fn remove(&mut self, steps: &[Step]) -> bool {
        let Some((last, before)) = steps.split_last() else { return false };
        let mut node = self;
        for step in before {
            match node.step_mut(step) {
                Some(below) => node = below,
                None => return false,
            }
        }
        match (last, &mut node.value) {
            (Step::Key(key), Value::Table(table)) => table.shift_remove(key).is_some(),
            (Step::Name(name), Value::Array(array)) => {
                let place = array.iter().position(|node| node.name() == Some(name));
                place.map(|place| array.remove(place)).is_some()
            }
            _ => false,
        }
    }

    /// The entry of a key, if this is a table that has it.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.as_table()?.get(key)
    }

    /// The `name` of a table that has one.
    pub fn name(&self) -> Option<&str> {
        self.entry("name")?.node.as_text()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_read_what_they_write() {
        use Step::{Index, Key, Name};
        let key = |key: &str| Key(key.into());
        for (path, expected) in [
            ("rate", vec![key("rate")]),
            ("demand.rate", vec![key("demand"), key("rate")]),
            ("nodes[0].count", vec![key("nodes"), Index(0), key("count")]),
            ("nodes[fast][2]", vec![key("nodes"), Name("fast".into()), Index(2)]),
            ("nodes[\"2\"]", vec![key("nodes"), Name("2".into())]),
            ("\"a.b [c\".d", vec![key("a.b [c"), key("d")]),
            ("\"say \\\"x\\\"\"", vec![key("say \"x\"")]),
            ("\"\".\"line\\n\"", vec![key(""), key("line\n")]),
        ] {
            assert_eq!(parse(path).as_ref(), Ok(&expected), "{path}");
            assert_eq!(text(&expected), path);
        }
        assert_eq!(parse("'a.b'"), Ok(vec![key("a.b")]));
    }

    #[test]
    fn broken_paths_say_what_is_wrong() {
        for (path, message) in [
            ("", "an empty key in the path ``"),
            ("a..b", "an empty key in the path `a..b`"),
            ("a.", "an empty key in the path `a.`"),
            ("[0]", "an empty key in the path `[0]`"),
            ("a[]", "empty brackets in the path `a[]`"),
            ("a[1", "a `[` without its `]` in the path `a[1`"),
            ("a]", "an unexpected character in the path `a]`"),
            ("a[1]b", "an unexpected character in the path `a[1]b`"),
            ("\"a", "a quote without its end in the path `\"a`"),
        ] {
            assert_eq!(parse(path), Err(message.into()), "{path}");
        }
    }
}
