//! Files with one JSON object a line.

use std::borrow::Cow;
use std::path::Path;

use serde::de::IgnoredAny;

use super::columns::{Builder, ColumnSpec, Columns, no_column, shortened};
use super::open::Lines;
use super::problem::InputProblem;

/// Reads the wanted keys of every object. Numbers are read from their digits, so that none are lost on the way.
pub(super) fn read(path: &Path, specs: &[ColumnSpec<'_>]) -> Result<Columns, InputProblem> {
    let mut lines = Lines::open(path)?;
    let mut builder = Builder::new(path, specs);
    let mut there = vec![false; specs.len()];
    let mut first = true;
    while let Some((number, line)) = lines.next()? {
        let line = line.trim();
        let wrong = |message: String| InputProblem::new(path, message).line(number);
        let object = Object::check(line).map_err(wrong)?;
        let mut cells: Vec<Option<Cow<'_, str>>> = vec![None; specs.len()];
        let mut met = vec![false; specs.len()];
        let mut keys = Vec::new();
        for pair in object {
            let (key, raw) = pair.map_err(wrong)?;
            for (index, spec) in specs.iter().enumerate().filter(|(_, spec)| spec.name == key) {
                if std::mem::replace(&mut met[index], true) {
                    return Err(wrong(format!("the key `{}` is there twice", spec.name)));
                }
                cells[index] = cell(raw).map_err(|message| wrong(message).column(spec.name))?;
                there[index] = true;
            }
            if first {
                keys.push(key);
            }
        }
        if first {
            let missing = specs.iter().zip(&there).filter(|(spec, there)| !spec.optional && !**there);
            let missing: Vec<&str> = missing.map(|(spec, _)| spec.name).collect();
            if !missing.is_empty() {
                let keys: Vec<&str> = keys.iter().map(AsRef::as_ref).collect();
                return Err(no_column(path, &missing, &keys));
            }
            first = false;
        }
        builder.row(cells.iter().map(Option::as_deref)).map_err(|problem| problem.line(number))?;
    }
    Ok(builder.finish(|index| there[index], lines.hash()?))
}

/// A value as the text of a cell: a string by what it says, `null` as nothing, the rest by its digits and letters.
fn cell(raw: &str) -> Result<Option<Cow<'_, str>>, String> {
    match raw.as_bytes()[0] {
        b'"' => string(raw).map(Some),
        b'{' => Err(format!("expected one value, found an object: `{}`", shortened(raw))),
        b'[' => Err(format!("expected one value, found an array: `{}`", shortened(raw))),
        _ if raw == "null" => Ok(None),
        _ => Ok(Some(Cow::Borrowed(raw))),
    }
}

/// What a JSON string says. It is known to be well formed but for its escapes: half of a pair of surrogates is no text.
fn string(raw: &str) -> Result<Cow<'_, str>, String> {
    if !raw.contains('\\') {
        return Ok(Cow::Borrowed(&raw[1..raw.len() - 1]));
    }
    let half = |_| format!("`{}` is not text: an escape in it is no character", shortened(raw));
    serde_json::from_str(raw).map(Cow::Owned).map_err(half)
}

/// The keys and raw values of an object that is known to be well formed.
struct Object<'l> {
    rest: &'l str,
}

impl<'l> Object<'l> {
    /// Makes sure that a line is one JSON object; the error says what is wrong with it.
    fn check(line: &'l str) -> Result<Object<'l>, String> {
        if line.starts_with('\u{feff}') {
            return Err("the line begins with U+FEFF, a mark that belongs at the start of a file alone".to_owned());
        }
        match serde_json::from_str::<IgnoredAny>(line) {
            Ok(_) if line.starts_with('{') => Ok(Object { rest: &line[1..] }),
            Ok(_) => Err(format!("expected a JSON object, found `{}`", shortened(line))),
            Err(error) => {
                let message = error.to_string();
                let what = message.split(" at line ").next().unwrap_or_default();
                Err(format!("not JSON: {what} at character {}", error.column()))
            }
        }
    }

    /// Takes a value off the front.
    fn value(&mut self) -> &'l str {
        let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
        let end = self.rest.bytes().position(|byte| {
            match byte {
                _ if escaped => escaped = false,
                b'\\' if quoted => escaped = true,
                b'"' => quoted = !quoted,
                _ if quoted => {}
                b'[' | b'{' => depth += 1,
                b',' | b':' | b'}' | b']' if depth == 0 => return true,
                b']' | b'}' => depth -= 1,
                _ => {}
            }
            false
        });
        let (value, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        self.rest = rest;
        value.trim()
    }
}

impl<'l> Iterator for Object<'l> {
    type Item = Result<(Cow<'l, str>, &'l str), String>;

    fn next(&mut self) -> Option<Self::Item> {
        let key = self.value();
        if key.is_empty() {
            return None;
        }
        self.rest = self.rest.strip_prefix(':')?;
        let value = self.value();
        self.rest = self.rest.strip_prefix(',').unwrap_or("");
        Some(string(key).map(|key| (key, value)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_are_cut_where_their_values_end() {
        let line = r#"{ "a" : 1.50 , "b,}":"x\"]," ,"c":[{"d":[1,"}"]}, 2],"\u0065":null,"f":{} }"#;
        let pairs: Vec<(String, &str)> =
            Object::check(line).unwrap().map(Result::unwrap).map(|(key, raw)| (key.into_owned(), raw)).collect();
        let expected =
            [("a", "1.50"), ("b,}", r#""x\"],""#), ("c", r#"[{"d":[1,"}"]}, 2]"#), ("e", "null"), ("f", "{}")];
        assert_eq!(pairs, expected.map(|(key, raw)| (key.to_owned(), raw)));
        assert_eq!(Object::check("{}").unwrap().count(), 0);
    }

    proptest::proptest! {
        #[test]
        fn any_object_is_cut_as_serde_reads_it(
            pairs in proptest::collection::btree_map("\\PC{0,5}", "\\PC{0,8}", 0..5),
            numbers in proptest::collection::vec(proptest::num::i64::ANY, 0..4),
        ) {
            let mut object: serde_json::Map<String, serde_json::Value> =
                pairs.into_iter().map(|(key, text)| (key, text.into())).collect();
            object.insert("numbers \" here".into(), numbers.into());
            let line = serde_json::Value::Object(object.clone()).to_string();
            let cut: serde_json::Map<String, serde_json::Value> = Object::check(&line)
                .unwrap()
                .map(Result::unwrap)
                .map(|(key, raw)| (key.into_owned(), serde_json::from_str(raw).unwrap()))
                .collect();
            proptest::prop_assert_eq!(cut, object);
        }
    }
}
