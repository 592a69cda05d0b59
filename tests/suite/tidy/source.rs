//! A Rust file as the checkers see it: its text, its tokens without comments and strings, and the paths it names.

use std::fmt;

/// Words of the language that may stand before a path that opens with `::`.
const BEFORE_A_PATH: &[&str] = &["use", "as", "in", "return", "dyn", "impl", "mut", "for", "if", "match"];

/// One file of the repository.
pub struct Source {
    /// The path from the root of the repository, with `/` between folders.
    pub path: String,
    /// The whole text.
    pub text: String,
    /// The tokens of all the code.
    pub tokens: Vec<Token>,
    /// The tokens of the code that ships: without `#[cfg(test)] mod tests { … }`.
    pub shipped: Vec<Token>,
}

/// A name, a number, `::`, or one sign; comments and the insides of literals leave none.
#[derive(Clone, Debug)]
pub struct Token {
    /// The line it stands on, from one.
    pub line: usize,
    /// Its letters.
    pub text: String,
}

/// A path of two names or more as written, such as `crate::engine::time`, with groups taken apart.
#[derive(Debug)]
pub struct NamedPath {
    /// The line it starts on, from one.
    pub line: usize,
    /// Its names, with `*` for all.
    pub names: Vec<String>,
    /// Whether a `!` follows: the name of a macro.
    pub is_macro: bool,
}

/// A place where a rule of the house is broken.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Violation {
    path: String,
    line: usize,
    message: String,
}

impl Violation {
    /// A violation in `source` at `line`.
    pub fn new(source: &Source, line: usize, message: impl Into<String>) -> Violation {
        Violation { path: source.path.clone(), line, message: message.into() }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.message)
    }
}

impl Source {
    /// Takes a file apart. What is not Rust has no tokens.
    pub fn new(path: impl Into<String>, text: impl Into<String>) -> Source {
        let (path, text) = (path.into(), text.into());
        let tokens = if path.ends_with(".rs") { tokens(&without_literals(&text)) } else { Vec::new() };
        let shipped = without_tests(&tokens);
        Source { path, text, tokens, shipped }
    }

    /// Whether this is Rust.
    pub fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// The paths that the shipped code names, in `use` and in expressions.
    pub fn paths(&self) -> Vec<NamedPath> {
        let mut found = Vec::new();
        let tokens = &self.shipped;
        let text = |index: usize| tokens.get(index).map_or("", |token| token.text.as_str());
        let mut at = 0;
        while at < tokens.len() {
            let goes_on = at >= 2 && text(at - 1) == "::" && text(at - 2) == ">";
            if is_name(text(at)) && text(at + 1) == "::" && !goes_on && !BEFORE_A_PATH.contains(&text(at)) {
                at = expand(tokens, at, &[], &mut found);
            } else {
                at += 1;
            }
        }
        found
    }
}

/// Whether a token is a name or a number.
pub fn is_name(token: &str) -> bool {
    token.starts_with(|c: char| c.is_alphanumeric() || c == '_')
}

/// The index of the bracket that closes the one at `open`, or of the last token.
pub fn closing(tokens: &[Token], open: usize) -> usize {
    let mut depth = 0;
    for (index, token) in tokens.iter().enumerate().skip(open) {
        match token.text.as_str() {
            "{" | "(" | "[" => depth += 1,
            "}" | ")" | "]" => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return index;
        }
    }
    tokens.len() - 1
}

/// Adds every path that starts at `at` below `prefix`; returns the index after it.
fn expand(tokens: &[Token], mut at: usize, prefix: &[String], found: &mut Vec<NamedPath>) -> usize {
    let line = tokens[at].line;
    let mut names = prefix.to_vec();
    let text = |index: usize| tokens.get(index).map_or("", |token| token.text.as_str());
    loop {
        if text(at) == "{" {
            let end = closing(tokens, at);
            at += 1;
            while at < end {
                // An element of the group ends at its comma; `as name` belongs to it.
                if is_name(text(at)) || matches!(text(at), "*" | "{") {
                    at = expand(tokens, at, &names, found);
                }
                while at < end && text(at) != "," {
                    at += 1;
                }
                at += 1;
            }
            return end + 1;
        }
        if !(is_name(text(at)) || text(at) == "*") {
            break;
        }
        // `a::{self}` names `a`.
        if text(at) != "self" || names.is_empty() {
            names.push(text(at).to_owned());
        }
        at += 1;
        if text(at) != "::" {
            break;
        }
        at += 1;
    }
    let is_macro = text(at) == "!";
    found.push(NamedPath { line, names, is_macro });
    at
}

/// The tokens of code whose comments and literals are blank.
fn tokens(code: &str) -> Vec<Token> {
    let mut found = Vec::new();
    for (index, row) in code.lines().enumerate() {
        let mut rest = row.trim_start();
        while let Some(first) = rest.chars().next() {
            let length = if is_name(rest) {
                rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len())
            } else if rest.starts_with("::") {
                2
            } else {
                first.len_utf8()
            };
            found.push(Token { line: index + 1, text: rest[..length].to_owned() });
            rest = rest[length..].trim_start();
        }
    }
    found
}

/// `tokens` less every `#[cfg(test)] mod tests { … }`.
fn without_tests(tokens: &[Token]) -> Vec<Token> {
    let mut kept = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if starts(&tokens[at..], &["#", "[", "cfg", "(", "test", ")", "]"]) {
            // Other attributes may stand between.
            let mut item = at + 7;
            while starts(&tokens[item..], &["#", "["]) {
                item = closing(tokens, item + 1) + 1;
            }
            if starts(&tokens[item..], &["mod", "tests", "{"]) {
                at = closing(tokens, item + 2) + 1;
                continue;
            }
        }
        kept.push(tokens[at].clone());
        at += 1;
    }
    kept
}

/// Whether `tokens` start with these words.
pub fn starts(tokens: &[Token], words: &[&str]) -> bool {
    tokens.len() >= words.len() && tokens.iter().zip(words).all(|(token, word)| token.text == *word)
}

/// `text` with every comment, string and character blanked, and its lines kept.
fn without_literals(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut code = String::with_capacity(text.len());
    let mut at = 0;
    while at < chars.len() {
        let length = literal_length(&chars, at);
        if length == 0 {
            code.push(chars[at]);
            at += 1;
        } else {
            code.extend(chars[at..at + length].iter().map(|&c| if c == '\n' { c } else { ' ' }));
            at += length;
        }
    }
    code
}

/// How many characters the comment, string or character that starts at `at` has; zero if none starts there.
fn literal_length(chars: &[char], at: usize) -> usize {
    let get = |index: usize| chars.get(index).copied().unwrap_or('\0');
    let length_until = |from: usize, done: &dyn Fn(usize) -> usize| {
        let end = (from..chars.len()).find_map(|index| (done(index) > 0).then(|| index + done(index)));
        end.unwrap_or(chars.len()) - at
    };
    match (get(at), get(at + 1)) {
        ('/', '/') => length_until(at, &|index| usize::from(get(index + 1) == '\n')),
        ('/', '*') => block_comment_length(chars, at),
        ('"', _) => quoted_length(chars, at, '"'),
        // A character closes within two places or holds an escape; a lifetime does neither.
        ('\'', '\\') => quoted_length(chars, at, '\''),
        ('\'', _) if get(at + 2) == '\'' => 3,
        ('r', '"' | '#') if !follows_a_letter(chars, at) => {
            let hashes = chars[at + 1..].iter().take_while(|&&c| c == '#').count();
            if get(at + 1 + hashes) != '"' {
                return 0;
            }
            let closes = |index: usize| get(index) == '"' && (1..=hashes).all(|k| get(index + k) == '#');
            length_until(at + 2 + hashes, &|index| if closes(index) { 1 + hashes } else { 0 })
        }
        _ => 0,
    }
}

/// Whether the character at `at` goes on a name; the prefixes `b` and `c` of a raw string do not count.
fn follows_a_letter(chars: &[char], at: usize) -> bool {
    let in_name = |c: char| c.is_alphanumeric() || c == '_';
    match at.checked_sub(1).map(|before| chars[before]) {
        Some('b' | 'c') => at >= 2 && in_name(chars[at - 2]),
        Some(before) => in_name(before),
        None => false,
    }
}

fn block_comment_length(chars: &[char], start: usize) -> usize {
    let (mut depth, mut at) = (0, start);
    while at + 1 < chars.len() {
        let step = match (chars[at], chars[at + 1]) {
            ('/', '*') => 1,
            ('*', '/') => -1,
            _ => 0,
        };
        depth += step;
        at += if step == 0 { 1 } else { 2 };
        if depth == 0 {
            return at - start;
        }
    }
    chars.len() - start
}

fn quoted_length(chars: &[char], start: usize, quote: char) -> usize {
    let mut at = start + 1;
    while at < chars.len() && chars[at] != quote {
        at += if chars[at] == '\\' { 2 } else { 1 };
    }
    (at + 1).min(chars.len()) - start
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> String {
        let source = Source::new("a.rs", text);
        source.tokens.iter().map(|token| token.text.as_str()).collect::<Vec<_>>().join(" ")
    }

    fn paths(text: &str) -> Vec<String> {
        Source::new("a.rs", text).paths().into_iter().map(|path| path.names.join("::")).collect()
    }

    #[test]
    fn comments_and_literals_leave_no_token() {
        assert_eq!(words("a // b\nc /* d /* e */ f */ g"), "a c g");
        assert_eq!(words(r##"a "b\" c" d r"e\" f r#"g" h"# i b"j" br#"k"# l"##), "a d f i b b l");
        assert_eq!(words(r"'a' b '\'' c '\u{1F600}' d &'static e"), "b c d & ' static e");
        assert_eq!(words("r#type = bar\"x\""), "r # type = bar");
        assert_eq!(words("let a = \"unclosed"), "let a =");
    }

    #[test]
    fn lines_are_kept() {
        let source = Source::new("a.rs", "\"one\ntwo\"\n/* three\nfour */ five");
        assert_eq!(source.tokens.iter().map(|token| token.line).collect::<Vec<_>>(), [4]);
    }

    #[test]
    fn the_tests_at_the_foot_do_not_ship() {
        let text = "fn a() {}\n#[cfg(test)]\n#[allow(dead_code)]\nmod tests {\n use crate::study::x;\n}\nfn b() { crate::c::d() }";
        assert_eq!(paths(text), ["crate::c::d"]);
        assert!(Source::new("a.rs", text).tokens.iter().any(|token| token.text == "study"));
        assert_eq!(paths("mod tests { use crate::study::x; }"), ["crate::study::x"], "only a test module is left out");
    }

    #[test]
    fn groups_are_taken_apart() {
        let group = "use crate::{engine::{time::{SimDuration, Time}, law as chance, self}, stats::*};";
        let expected = [
            "crate::engine::time::SimDuration",
            "crate::engine::time::Time",
            "crate::engine::law",
            "crate::engine",
            "crate::stats::*",
        ];
        assert_eq!(paths(group), expected);
        assert_eq!(paths("crate::b::C { d: e::f() }"), ["crate::b::C", "e::f"]);
        assert_eq!(paths("use ::a::b; c::<d::e>::f::g()"), ["a::b", "c", "d::e"]);
    }

    #[test]
    fn a_macro_is_known_by_its_mark() {
        let source = Source::new("a.rs", "crate::policies! { a } crate::b::c();");
        assert_eq!(source.paths().iter().map(|path| path.is_macro).collect::<Vec<_>>(), [true, false]);
    }
}
