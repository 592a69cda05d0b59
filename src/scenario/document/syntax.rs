//! What the TOML parser says is wrong, in words that name the way out.

use super::origin::Origin;
use crate::scenario::plain;
use crate::scenario::problems::Problem;

/// The problem of a text that is no TOML: the parser's message, and where.
pub(super) fn problem(message: &str, origin: Origin) -> Problem {
    if let Some(problem) = invisible(&origin) {
        return problem;
    }
    let line = origin.line();
    let (before, at) = (&line.text[..line.span.start], &line.text[line.span]);
    let (message, help) = both_headers(message, before, at, &origin).unwrap_or_else(|| words(message, before, at));
    Problem::new(Some(origin), message).help(help)
}

/// The problem of a character that does not show, on the line that the parser does not understand: it takes such a one for
/// a part of a word, and words that quote it hide it again. A mark at the very start of the text is no mistake.
fn invisible(origin: &Origin) -> Option<Problem> {
    let (line, text) = (origin.line(), origin.source.text.as_str());
    let start = line.text.as_ptr() as usize - text.as_ptr() as usize;
    let mut letters = line.text.char_indices().map(|(at, letter)| (start + at, letter));
    let (at, letter) =
        letters.find(|(at, letter)| (*at > 0 || *letter != '\u{feff}') && plain::is_invisible(*letter))?;
    let name = match letter {
        '\u{feff}' => "a byte order mark in the middle of the text",
        '\u{a0}' | '\u{202f}' => "a space that does not break, which is no space here",
        '\u{2000}'..='\u{200a}' | '\u{205f}' | '\u{3000}' => "a space that is none here",
        _ => "a character that does not show",
    };
    let help = match letter.is_whitespace() {
        true => "write a plain space, or nothing",
        false => "delete it",
    };
    let origin = Origin { source: origin.source.clone(), span: at..at + letter.len_utf8() };
    Some(Problem::new(Some(origin), format!("U+{:04X}, {name}", u32::from(letter))).help(help.to_owned()))
}

/// The message and the help where a name has a header of one bracket in one place and of two in another.
fn both_headers(message: &str, before: &str, at: &str, origin: &Origin) -> Option<(String, Option<String>)> {
    let header = before.trim_start();
    if !message.starts_with("duplicate key") || !header.starts_with('[') {
        return None;
    }
    let name = format!("{}{at}", header.trim_start_matches('['));
    let (one, two) = (format!("[{name}]"), format!("[[{name}]]"));
    let text = origin.source.text.get(..origin.span.start)?;
    let is_above = |header: &str| text.lines().any(|line| line.trim_start().starts_with(header));
    let place = match header.starts_with("[[") {
        true if is_above(&one) => "above",
        false if is_above(&two) => "here",
        _ => return None,
    };
    let message = format!("the headers `{one}` and `{two}` do not go together");
    Some((message, Some(format!("write `{two}`, with two brackets on each side, {place} as well"))))
}

/// The message and the help, from the parser's own message, the line before the place, and what stands there.
fn words(message: &str, before: &str, at: &str) -> (String, Option<String>) {
    let said = |message: &str, help: &str| (message.to_owned(), Some(help.to_owned()));
    // The parser lists what would have been right at the end of its messages.
    match message.split(", expected").next().unwrap_or_default() {
        "string values must be quoted" => (format!("`{at}` is not a value"), Some(quoted(at))),
        // Words that begin like `true`, `nan` or `inf`.
        "invalid boolean" | "invalid float" if at.starts_with(char::is_alphabetic) => {
            (format!("`{at}` is not a value"), Some(quoted(at)))
        }
        "invalid basic string" if message.ends_with("expected `\"`") => {
            said("a string without its end", "close it with `\"` on the same line")
        }
        "key with no value" => {
            let key = before.trim_end();
            let help = match key.strip_suffix(':') {
                Some(key) => format!("write `{} = …`", key.trim()),
                None => format!("write `{} = …`, with a value after the sign", key.trim()),
            };
            ("a key without a value".to_owned(), Some(help))
        }
        "missing comma between array elements" => said(
            "a comma is missing between two elements of an array",
            "write `,` before this, or `]` to end the array",
        ),
        "missing comma between key-value pairs" | "extra assignment between key-value pairs" => said(
            "a comma is missing between two keys of an inline table",
            "write `,` between a value and the next key, and `}` at the end",
        ),
        "unclosed array" => said("an array without its end", "close it with `]`"),
        "unclosed inline table" => said("an inline table without its end", "close it with `}`"),
        "unclosed table" => said("a header without its end", "close it with `]`"),
        "unclosed array table" => said("a header without its end", "close it with `]]`"),
        "duplicate key" if before.trim_start().starts_with('[') => {
            let header = format!("{}{at}", before.trim_start());
            let message = format!("the table `{header}{}` is written twice", closing(&header));
            (message, Some("write the keys of both under one header".to_owned()))
        }
        "duplicate key" => (format!("the key `{at}` is written twice"), Some("keep one of the two".to_owned())),
        "recursion limit" | "cannot recurse further; max recursion depth met" => {
            said("tables and lists nested too deeply", "no scenario or study nests more than a dozen levels")
        }
        _ => (message.replace('\n', "; "), None),
    }
}

/// How to write what stands without quotes, or with those of a word processor.
fn quoted(at: &str) -> String {
    let straight = at.trim_matches(['“', '”', '„', '‘', '’', '«', '»']);
    match at {
        "True" | "TRUE" | "yes" | "on" => "write `true`".to_owned(),
        "False" | "FALSE" | "no" | "off" => "write `false`".to_owned(),
        _ if straight != at => format!("write straight quotes: `\"{straight}\"`"),
        _ if at.contains(' ') => format!("text stands in quotes, `\"{at}\"`; values stand apart by commas"),
        _ => format!("text, durations and amounts stand in quotes: `\"{at}\"`"),
    }
}

/// The brackets that close a header.
fn closing(header: &str) -> &'static str {
    if header.starts_with("[[") { "]]" } else { "]" }
}

#[cfg(test)]
mod tests {
    use super::super::Document;

    const DEEP: &str = "no scenario or study nests more than a dozen levels";

    /// A thousand of the same, as an attack would write them.
    fn deep(text: &str, between: &str) -> String {
        vec![text; 1_000].join(between)
    }

    #[test]
    fn the_parser_is_understood() {
        for (text, message, help) in [
            ("a = 24h", "`24h` is not a value", "text, durations and amounts stand in quotes: `\"24h\"`"),
            ("a = “b”", "`“b”` is not a value", "write straight quotes: `\"b\"`"),
            ("a = [1 2]", "`1 2` is not a value", "text stands in quotes, `\"1 2\"`; values stand apart by commas"),
            ("a = True", "`True` is not a value", "write `true`"),
            ("a = no", "`no` is not a value", "write `false`"),
            ("a = news", "`news` is not a value", "text, durations and amounts stand in quotes: `\"news\"`"),
            ("a = \"b\n", "a string without its end", "close it with `\"` on the same line"),
            ("a: \"b\"", "a key without a value", "write `a = …`"),
            ("a\nb = 1", "a key without a value", "write `a = …`, with a value after the sign"),
            (
                "a = [\"b\" \"c\"]",
                "a comma is missing between two elements of an array",
                "write `,` before this, or `]` to end the array",
            ),
            (
                "a = { b = 1 c = 2 }",
                "a comma is missing between two keys of an inline table",
                "write `,` between a value and the next key, and `}` at the end",
            ),
            ("a = [1, 2", "an array without its end", "close it with `]`"),
            ("a = { b = 1", "an inline table without its end", "close it with `}`"),
            ("[a", "a header without its end", "close it with `]`"),
            ("[[a]", "a header without its end", "close it with `]]`"),
            ("a = 1\na = 2", "the key `a` is written twice", "keep one of the two"),
            ("[a.b]\n[a.b]", "the table `[a.b]` is written twice", "write the keys of both under one header"),
            (
                "[a]\n[[a]]",
                "the headers `[a]` and `[[a]]` do not go together",
                "write `[[a]]`, with two brackets on each side, above as well",
            ),
            (&format!("{} = 1", deep("a", ".")), "tables and lists nested too deeply", DEEP),
            (&format!("[{}]", deep("a", ".")), "tables and lists nested too deeply", DEEP),
            (&format!("a = {}", deep("[", "")), "tables and lists nested too deeply", DEEP),
            (&format!("a = {}", deep("{a=", "")), "tables and lists nested too deeply", DEEP),
        ] {
            let problems = Document::from_text("x.toml", text, &[]).unwrap_err();
            let problem = problems.iter().next().unwrap();
            assert_eq!((problem.message.as_str(), problem.help.as_deref()), (message, Some(help)), "{text}");
        }
    }

    #[test]
    fn characters_that_do_not_show_are_named_where_they_stand() {
        for (text, said) in [
            (
                "a = 1\n\u{feff}[b]\nc = 2\n",
                "error: U+FEFF, a byte order mark in the middle of the text\n  --> x.toml:2:1",
            ),
            (
                "a = 1\n\u{a0}b = 2\n",
                "error: U+00A0, a space that does not break, which is no space here\n  --> x.toml:2:1",
            ),
            ("a = 1\nb =\u{2009}2\n", "error: U+2009, a space that is none here\n  --> x.toml:2:4"),
            ("\u{200b}a = 1\nb\u{200b} = 2\n", "error: U+200B, a character that does not show\n  --> x.toml:1:1"),
        ] {
            let problems = Document::from_text("x.toml", text, &[]).unwrap_err().to_string();
            assert!(problems.starts_with(said), "{problems}");
        }
        assert!(
            Document::from_text("x.toml", "\u{feff}a = \"\u{a0}\"\n", &[]).is_ok(),
            "in text they are as good as any"
        );
    }

    #[test]
    fn what_is_not_understood_is_handed_on() {
        let problems = Document::from_text("x.toml", "a = 0_1", &[]).unwrap_err();
        assert!(problems.to_string().starts_with("error: "), "{problems}");
        assert_eq!(super::words("new\nwords", "", ""), ("new; words".to_owned(), None));
    }
}
