//! What pages and comments point at is there: sections of the model, files of the repository, and headings of pages.

use std::collections::BTreeSet;

use super::source::{Source, Violation};

/// The page that comments cite by the numbers of its sections.
const MODEL: &str = "docs/model.md";

/// Where a comment or a page may cite a section.
const CITING: &[&str] = &["src/", "tests/", "benches/", "examples/", "docs/", "README.md", "CONTRIBUTING.md"];

/// How a citation starts; in halves, so that this file cites nothing.
const CITED: &str = concat!("model ", "§");

/// Every citation of a section that the page on the model does not have.
pub fn sections(sources: &[Source]) -> Vec<Violation> {
    let model = sources.iter().find(|source| source.path == MODEL).map_or("", |source| &source.text);
    let numbers: BTreeSet<&str> = headings(model).into_iter().filter_map(number).collect();
    let mut violations = Vec::new();
    for source in sources.iter().filter(|source| CITING.iter().any(|place| source.path.starts_with(place))) {
        for (index, row) in source.text.lines().enumerate() {
            for cited in citations(row).into_iter().filter(|cited| !numbers.contains(cited)) {
                let message = format!("`{MODEL}` has no section {cited}");
                violations.push(Violation::new(source, index + 1, message));
            }
        }
    }
    violations
}

/// The sections that a line cites: of "model §5.4, §7" both.
fn citations(row: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for (start, _) in row.match_indices(CITED) {
        let mut rest = &row[start + CITED.len()..];
        loop {
            let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
            // A point at the end closes the sentence.
            let cited = rest[..digits].trim_end_matches('.');
            if cited.is_empty() {
                break;
            }
            found.push(cited);
            rest = &rest[cited.len()..];
            let Some(next) = [", §", " and §", "–§"].iter().find_map(|and| rest.strip_prefix(and)) else { break };
            rest = next;
        }
    }
    found
}

/// Every relative link of a page to what is not there: a file, or a heading of a page.
pub fn links(sources: &[Source], exists: &dyn Fn(&str) -> bool) -> Vec<Violation> {
    let mut violations = Vec::new();
    for source in sources.iter().filter(|source| source.path.ends_with(".md")) {
        for (line, link) in targets(&source.text) {
            if link.contains("://") || link.starts_with("mailto:") {
                continue;
            }
            let (file, anchor) = link.split_once('#').unwrap_or((&link, ""));
            let path = if file.is_empty() { source.path.clone() } else { beside(&source.path, file) };
            let page = sources.iter().find(|other| other.path == path && path.ends_with(".md"));
            let problem = match page {
                _ if !exists(&path) => format!("`{link}`: there is no `{path}`"),
                Some(page) if !anchor.is_empty() && !anchors(&page.text).contains(anchor) => {
                    format!("`{link}`: `{path}` has no heading `#{anchor}`")
                }
                _ => continue,
            };
            violations.push(Violation::new(source, line, problem));
        }
    }
    violations
}

/// The targets of all links and pictures of a page outside code, each with its line.
fn targets(page: &str) -> Vec<(usize, String)> {
    let (mut found, mut fenced) = (Vec::new(), false);
    for (index, row) in page.lines().enumerate() {
        fenced ^= row.starts_with("```");
        if fenced {
            continue;
        }
        // Code between ticks holds no link, but a link may have code in its text.
        for (start, _) in row.match_indices("](").filter(|(start, _)| row[..*start].matches('`').count() % 2 == 0) {
            let inner = &row[start + 2..];
            let target = inner.split([')', ' ']).next().unwrap_or("");
            found.push((index + 1, target.to_owned()));
        }
    }
    found
}

/// A path relative to the folder of a page, from the root.
fn beside(page: &str, file: &str) -> String {
    let mut steps: Vec<&str> = page.split('/').collect();
    steps.pop();
    for step in file.split('/') {
        match step {
            "" | "." => {}
            ".." => {
                steps.pop();
            }
            step => steps.push(step),
        }
    }
    steps.join("/")
}

/// The headings of a page outside code, without their signs.
pub fn headings(page: &str) -> Vec<&str> {
    let mut fenced = false;
    let mut is_heading = |row: &&str| {
        fenced ^= row.starts_with("```");
        !fenced && row.starts_with('#')
    };
    page.lines().filter(|row| is_heading(row)).map(|row| row.trim_start_matches('#').trim()).collect()
}

/// The number that a heading starts with, if any: `5` of "5. Quote and choice", `5.4` of "5.4 Deductions".
fn number(heading: &str) -> Option<&str> {
    let word = heading.split(' ').next()?.trim_end_matches('.');
    let digits = word.starts_with(|c: char| c.is_ascii_digit()) && word.chars().all(|c| c.is_ascii_digit() || c == '.');
    digits.then_some(word)
}

/// The anchors of a page's headings, as GitHub makes them: letters, digits, `-` and `_` in lower case, `-` for a space, and a
/// number behind a heading that was there before.
fn anchors(page: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for heading in headings(page) {
        let kept = heading.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c));
        let anchor: String = kept.flat_map(char::to_lowercase).map(|c| if c == ' ' { '-' } else { c }).collect();
        let again = (1..).map(|count| format!("{anchor}-{count}"));
        let free = std::iter::once(anchor.clone()).chain(again).find(|anchor| !found.contains(anchor));
        found.extend(free);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(violations: Vec<Violation>) -> Vec<String> {
        violations.iter().map(Violation::to_string).collect()
    }

    #[test]
    fn a_section_that_is_not_there_is_refused() {
        let model =
            Source::new(MODEL, "# The model\n\n## 5. Quote\n\n### 5.4 Deductions\n\n```text\n## 9. A picture\n```\n");
        let found = |text: &str| {
            let text = text.replace("SECTION ", CITED);
            shown(sections(&[Source::new(MODEL, model.text.clone()), Source::new("src/a.rs", text)]))
        };
        for right in ["(SECTION 5)", "SECTION 5.4.", "SECTION 5, §5.4 say", "SECTION N", "Kelton, §9.5"] {
            assert_eq!(found(right), Vec::<String>::new(), "{right}");
        }
        for (wrong, number) in [("\nSECTION 9", "9"), ("\n(SECTION 5, §6)", "6"), ("\nSECTION 5.5:", "5.5")] {
            assert_eq!(found(wrong), [format!("src/a.rs:2: `docs/model.md` has no section {number}")], "{wrong}");
        }
        assert_eq!(
            shown(sections(&[Source::new("src/a.rs", CITED.to_owned() + "1")])).len(),
            1,
            "no page has no section"
        );
    }

    #[test]
    fn a_link_to_nothing_is_refused() {
        let found = |page: &str| {
            let other = Source::new("docs/b.md", "# One `word` of (two)\n## Two\n## Two\n");
            let exists = |path: &str| ["docs/a.md", "docs/b.md", "Cargo.toml", "docs/c.svg"].contains(&path);
            shown(links(&[Source::new("docs/a.md", page), other], &exists))
        };
        for right in [
            "[a](b.md) [a](../Cargo.toml) ![a](c.svg) [a](https://example.org/x)",
            "[a](b.md#one-word-of-two) [`a`](b.md#two-1)",
            "# Own\n[a](#own)",
            "`[a](d.md)`\n```text\n[a](d.md)\n```",
        ] {
            assert_eq!(found(right), Vec::<String>::new(), "{right}");
        }
        for (wrong, expected) in [
            ("\n[a](d.md)", "docs/a.md:2: `d.md`: there is no `docs/d.md`"),
            ("[a](Cargo.toml)", "docs/a.md:1: `Cargo.toml`: there is no `docs/Cargo.toml`"),
            ("[a](b.md#three)", "docs/a.md:1: `b.md#three`: `docs/b.md` has no heading `#three`"),
            ("[a](b.md) and [`a`](#own)", "docs/a.md:1: `#own`: `docs/a.md` has no heading `#own`"),
        ] {
            assert_eq!(found(wrong), [expected], "{wrong}");
        }
    }
}
