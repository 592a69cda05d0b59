//! Files to 400 lines, functions to 70, the `main` file to 60.

use super::source::{Source, Token, Violation, closing, is_name};

const FILE_LINES_MAX: usize = 400;
const MAIN_LINES_MAX: usize = 60;
const FUNCTION_LINES_MAX: usize = 70;

/// Every file and function that is too long.
pub fn check(source: &Source) -> Vec<Violation> {
    if !source.is_rust() {
        return Vec::new();
    }
    let mut violations = Vec::new();
    let lines_max = if source.path == "src/main.rs" { MAIN_LINES_MAX } else { FILE_LINES_MAX };
    let lines = source.text.lines().count();
    if lines > lines_max {
        violations.push(Violation::new(source, lines, format!("{lines} lines, at most {lines_max}: split the file")));
    }
    for (name, first, last) in functions(&source.tokens) {
        let length = last - first + 1;
        if length > FUNCTION_LINES_MAX {
            let message = format!("`{name}` has {length} lines, at most {FUNCTION_LINES_MAX}: split the function");
            violations.push(Violation::new(source, first, message));
        }
    }
    violations
}

/// Each function that has a body: its name, the line of its `fn` and the line of its closing brace.
fn functions(tokens: &[Token]) -> Vec<(&str, usize, usize)> {
    let mut found = Vec::new();
    for (index, pair) in tokens.windows(2).enumerate() {
        // `fn(` is a type.
        if pair[0].text == "fn"
            && is_name(&pair[1].text)
            && let Some(open) = body(tokens, index)
        {
            found.push((pair[1].text.as_str(), pair[0].line, tokens[closing(tokens, open)].line));
        }
    }
    found
}

/// The brace that opens the body of the function whose `fn` is at `start`; a declaration has none.
fn body(tokens: &[Token], start: usize) -> Option<usize> {
    let mut at = start;
    while at < tokens.len() {
        match tokens[at].text.as_str() {
            "{" => return Some(at),
            ";" | "}" => return None,
            // An array's length may hold a `;`.
            "(" | "[" => at = closing(tokens, at),
            _ => {}
        }
        at += 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> Vec<String> {
        check(&Source::new(path, text)).iter().map(Violation::to_string).collect()
    }

    #[test]
    fn a_file_ends_at_its_limit() {
        assert!(found("src/a.rs", &"\n".repeat(400)).is_empty());
        assert_eq!(found("src/a.rs", &"\n".repeat(401)), ["src/a.rs:401: 401 lines, at most 400: split the file"]);
        assert_eq!(found("src/main.rs", &"\n".repeat(61)), ["src/main.rs:61: 61 lines, at most 60: split the file"]);
        assert!(found("docs/a.md", &"\n".repeat(401)).is_empty());
    }

    #[test]
    fn a_function_ends_at_its_limit() {
        let function = |lines: usize| {
            let open = "\npub fn long<T>(a: [u8; 3]) -> [T; 2] where T: Fn(u8) {\n // {\n \"{\";\n '{';\n";
            format!("{open}{}}}\n", "\n".repeat(lines - 5))
        };
        assert!(found("src/a.rs", &function(70)).is_empty());
        let expected = ["src/a.rs:2: `long` has 71 lines, at most 70: split the function"];
        assert_eq!(found("src/a.rs", &function(71)), expected);
        let inner = format!("mod tests {{ {} }}", function(71));
        assert_eq!(found("tests/a.rs", &inner).len(), 1, "tests count too");
    }

    #[test]
    fn what_has_no_body_has_no_length() {
        let text = format!("trait A {{ fn b(c: [u8; 2]); const D: fn(u8) = e; }}\n{}mod x {{}}", "\n".repeat(90));
        assert!(found("src/a.rs", &text).is_empty());
    }
}
