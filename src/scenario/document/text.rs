//! Values back to text: TOML on one line for people, JSON for hashing.

use std::fmt::Write;

use super::node::{Node, Value};

impl Node {
    /// The value as TOML would write it, on one line.
    pub fn to_toml(&self) -> String {
        let mut text = String::new();
        self.write_toml(&mut text);
        text
    }

    /// The value as JSON without a space. Keys come in the order of the document, because a schema may look at that order.
    /// Floats always have a point or an exponent, so that `1` and `1.0` differ; a float that JSON cannot hold is a string.
    pub fn to_json(&self) -> String {
        let mut text = String::new();
        self.write_json(&mut text);
        text
    }

    fn write_toml(&self, out: &mut String) {
        match &self.value {
            Value::Text(text) => quote(text, out),
            Value::Array(array) => {
                list(out, "[", "]", ", ", array.iter(), |node, out| node.write_toml(out));
            }
            Value::Table(table) if table.is_empty() => out.push_str("{}"),
            Value::Table(table) => list(out, "{ ", " }", ", ", table, |(key, entry), out| {
                out.push_str(&key_text(key));
                out.push_str(" = ");
                entry.node.write_toml(out);
            }),
            Value::Float(number) if number.is_nan() => out.push_str("nan"),
            _ => self.write_scalar(out),
        }
    }

    fn write_json(&self, out: &mut String) {
        match &self.value {
            Value::Text(text) | Value::Datetime(text) => quote(text, out),
            Value::Float(number) if !number.is_finite() => quote(&number.to_string(), out),
            Value::Array(array) => list(out, "[", "]", ",", array.iter(), |node, out| node.write_json(out)),
            Value::Table(table) => list(out, "{", "}", ",", table, |(key, entry), out| {
                quote(key, out);
                out.push(':');
                entry.node.write_json(out);
            }),
            _ => self.write_scalar(out),
        }
    }

    /// What TOML and JSON write alike.
    fn write_scalar(&self, out: &mut String) {
        let written = match &self.value {
            Value::Integer(number) => write!(out, "{number}"),
            // The shortest decimal that reads back as the same number, always with a point or an exponent.
            Value::Float(number) => write!(out, "{number:?}"),
            Value::Boolean(boolean) => write!(out, "{boolean}"),
            Value::Datetime(text) | Value::Text(text) => write!(out, "{text}"),
            Value::Array(_) | Value::Table(_) => unreachable!("a table or an array is no scalar"),
        };
        written.expect("a string takes everything");
    }
}

/// A key as it would stand in a path or a file: bare where TOML allows, else in quotes.
pub fn key_text(key: &str) -> String {
    if !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-') {
        return key.to_owned();
    }
    let mut text = String::new();
    quote(key, &mut text);
    text
}

/// A string in double quotes with the escapes that TOML and JSON share.
fn quote(text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            control if (control as u32) < 0x20 || control as u32 == 0x7f => {
                write!(out, "\\u{:04X}", control as u32).expect("a string takes everything");
            }
            other => out.push(other),
        }
    }
    out.push('"');
}

fn list<T>(
    out: &mut String,
    open: &str,
    close: &str,
    between: &str,
    items: impl IntoIterator<Item = T>,
    write: impl Fn(T, &mut String),
) {
    out.push_str(open);
    for (index, item) in items.into_iter().enumerate() {
        if index > 0 {
            out.push_str(between);
        }
        write(item, out);
    }
    out.push_str(close);
}

#[cfg(test)]
mod tests {
    use super::super::Document;

    fn both(text: &str) -> (String, String) {
        let document = Document::from_text("x.toml", text, &[]).unwrap();
        (document.root().to_toml(), document.resolved_json())
    }

    #[test]
    fn values_are_written_on_one_line() {
        let text = "b = 1\na = [1.0, 1e300, inf, -inf, nan]\n\"odd key\" = \"tab\\t \\\"quoted\\\" \\u007F\"\n[t]\nd = 2023-11-16T18:15:46Z\ne = {}\nyes = true\n";
        let (toml, json) = both(text);
        assert_eq!(
            toml,
            r#"{ b = 1, a = [1.0, 1e300, inf, -inf, nan], "odd key" = "tab\t \"quoted\" \u007F", t = { d = 2023-11-16T18:15:46Z, e = {}, yes = true } }"#
        );
        assert_eq!(
            json,
            r#"{"b":1,"a":[1.0,1e300,"inf","-inf","NaN"],"odd key":"tab\t \"quoted\" \u007F","t":{"d":"2023-11-16T18:15:46Z","e":{},"yes":true}}"#
        );
        serde_json::from_str::<serde_json::Value>(&json).unwrap();
    }

    #[test]
    fn what_is_written_reads_back_the_same() {
        let text = "a = [1, [2.5, \"x\\\\\"], { b = { c = 18446744073709551615 } }]\n\"\" = -0.0\n";
        let (toml, json) = both(text);
        assert_eq!(both(&format!("root = {toml}")).1, format!("{{\"root\":{json}}}"));
    }
}
