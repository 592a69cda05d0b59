//! Words that a finished house does not hold: stubs, tests that cannot fail, and the names of machines.
//!
//! The words are put together here from halves, so that this file holds none of them.

use super::source::{Source, Violation, starts};

/// Written work that is not done, as whole words.
const UNDONE: &[&str] = &[concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X")];

/// Written work that is not done, in any case.
const UNDONE_PHRASES: &[&str] = &[
    concat!("place", "holder"),
    concat!("not yet ", "implemented"),
    concat!("(to ", "come)"),
    concat!("```", "ignore"),
];

/// Code that is not done, or a test that cannot fail.
const UNDONE_CODE: &[(&[&str], &str)] = &[
    (&["todo", "!"], "a stub"),
    (&["unimplemented", "!"], "a stub"),
    (&["#", "[", "ignore"], "an ignored test: make it short, or long by `RELIANCE_LONG`"),
    (&[",", "ignore", ")", "]"], "an ignored test: make it short, or long by `RELIANCE_LONG`"),
    (&["assert", "!", "(", "true", ")"], "a test that cannot fail"),
    (&["assert", "!", "(", "true", ","], "a test that cannot fail"),
];

/// The folders at the root of a machine that no text may name.
const MACHINE_FOLDERS: &[&str] = &["work", "tmp", "root", "home", "Users", "mnt"];

/// Settings and endings of names that belong to one network.
const PRIVATE_WORDS: &[&str] = &[
    concat!("file:", "///"),
    concat!("index-", "url"),
    concat!("trusted-", "host"),
    concat!("replace-", "with"),
    concat!(".inter", "nal:"),
    concat!(".inter", "nal/"),
    concat!("192.", "168."),
];

/// Every stub, ignored test and empty assertion.
pub fn stubs(source: &Source) -> Vec<Violation> {
    let mut violations = Vec::new();
    for at in 0..source.tokens.len() {
        for (words, what) in UNDONE_CODE.iter().filter(|(words, _)| starts(&source.tokens[at..], words)) {
            violations.push(Violation::new(source, source.tokens[at].line, format!("`{}`: {what}", words.concat())));
        }
    }
    for (index, row) in source.text.lines().enumerate().filter(|_| is_written(source)) {
        let words: Vec<&str> = row.split(|c: char| !c.is_alphanumeric()).collect();
        let small = row.to_lowercase();
        let word = UNDONE.iter().find(|undone| words.contains(undone));
        let phrase = UNDONE_PHRASES.iter().find(|undone| small.contains(**undone));
        if let Some(undone) = word.or(phrase) {
            violations.push(Violation::new(source, index + 1, format!("`{undone}`: a stub")));
        }
    }
    violations
}

/// Every absolute path of a machine and every setting of a private network.
pub fn machines(source: &Source) -> Vec<Violation> {
    let mut violations = Vec::new();
    for (index, row) in source.text.lines().enumerate() {
        let folder = MACHINE_FOLDERS.iter().find(|folder| names_folder(row, folder));
        if let Some(folder) = folder {
            violations.push(Violation::new(source, index + 1, format!("`/{folder}`: a path of one machine")));
        }
        if let Some(word) = PRIVATE_WORDS.iter().find(|word| row.contains(**word)) {
            violations.push(Violation::new(source, index + 1, format!("`{word}`: a word of one network")));
        }
    }
    violations
}

/// Every source file that does not open with what it is.
pub fn openings(source: &Source) -> Vec<Violation> {
    let opens = source.text.starts_with("//! ");
    let has_to = source.is_rust() && ["src/", "tests/", "benches/"].iter().any(|top| source.path.starts_with(top));
    if opens || !has_to {
        return Vec::new();
    }
    vec![Violation::new(source, 1, "a file opens with `//!` and what it is")]
}

/// Whether a person wrote the file, rather than a program.
fn is_written(source: &Source) -> bool {
    let written = [".rs", ".toml", ".md", ".py", ".sh", "/run", ".yml"];
    written.iter().any(|ending| source.path.ends_with(ending))
}

/// Whether `row` holds the absolute path of `folder`: `/` and its name as a whole word, with nothing before it that
/// would make it the middle of a relative path, an address or a fraction.
fn names_folder(row: &str, folder: &str) -> bool {
    let name = format!("/{folder}");
    row.match_indices(&name).any(|(start, _)| {
        let before = row[..start].chars().next_back();
        let after = row[start + name.len()..].chars().next();
        let goes_on = |c: char| c.is_alphanumeric() || c == '_';
        let within = before.is_some_and(|c| goes_on(c) || ".-/*)]}".contains(c));
        !within && !after.is_some_and(|c| goes_on(c) || c == '-')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(check: fn(&Source) -> Vec<Violation>, path: &str, text: &str) -> Vec<String> {
        check(&Source::new(path, text)).iter().map(Violation::to_string).collect()
    }

    #[test]
    fn stubs_are_found() {
        for word in UNDONE.iter().chain(UNDONE_PHRASES) {
            let expected = format!("src/a.rs:2: `{word}`: a stub");
            assert_eq!(lines(stubs, "src/a.rs", &format!("\n// {word}: later")), [expected]);
        }
        assert_eq!(lines(stubs, "README.md", &UNDONE_PHRASES[0].to_uppercase()).len(), 1);
        for (words, _) in UNDONE_CODE {
            assert_eq!(lines(stubs, "tests/a.rs", &format!("{} x", words.concat())).len(), 1, "{words:?}");
        }
    }

    #[test]
    fn what_only_looks_like_a_stub_is_let_be() {
        assert!(
            lines(stubs, "src/a.rs", "// MASTODONS, XXXL\nassert!(true_count > 1); ignore!(b); todo(c);").is_empty()
        );
        assert!(lines(stubs, "src/a.rs", "let a = \"assert!(true)\";").is_empty());
        assert!(lines(stubs, "tests/data.csv", UNDONE[0]).is_empty());
    }

    #[test]
    fn machines_are_found() {
        for folder in MACHINE_FOLDERS {
            for text in [
                format!("see /{folder}/a"),
                format!("\"/{folder}\""),
                format!("A=/{folder}/b"),
                format!("~/{folder}/c"),
            ] {
                let expected = format!("docs/a.md:1: `/{folder}`: a path of one machine");
                assert_eq!(lines(machines, "docs/a.md", &text), [expected], "{text}");
            }
        }
        for word in PRIVATE_WORDS {
            assert_eq!(lines(machines, "Cargo.toml", &format!("a {word}")).len(), 1, "{word}");
        }
    }

    #[test]
    fn relative_paths_addresses_and_fractions_are_let_be() {
        for text in [
            "target/tmp/a",
            "../work",
            "jobs/home",
            "https://work.example",
            "1/work",
            "(a+b)/work",
            "/workload",
            "localhost",
        ] {
            assert!(lines(machines, "docs/a.md", text).is_empty(), "{text}");
        }
    }

    #[test]
    fn openings_are_asked_of_code_alone() {
        let expected = ["src/a.rs:1: a file opens with `//!` and what it is"];
        assert_eq!(lines(openings, "src/a.rs", "\n//! late"), expected);
        assert_eq!(lines(openings, "src/a.rs", "//!\n"), expected);
        assert!(lines(openings, "src/a.rs", "//! The words of the field.\n").is_empty());
        assert!(lines(openings, "README.md", "# a").is_empty());
    }
}
