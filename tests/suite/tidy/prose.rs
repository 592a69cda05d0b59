//! The README and the pages it leads to are in short sentences, of at most 25 words.

use super::source::{Source, Violation};

/// More words than this in a sentence are two sentences.
const WORDS_MAX: usize = 25;

/// Pages that are lists of facts for looking up.
const LISTS: &[&str] = &["docs/changelog.md", "docs/data.md", "docs/model.md", "docs/validation.md"];

/// Every sentence that is too long, where it begins.
pub fn check(source: &Source) -> Vec<Violation> {
    let is_page = source.path == "README.md" || source.path.starts_with("docs/") && source.path.ends_with(".md");
    if !is_page || LISTS.contains(&source.path.as_str()) {
        return Vec::new();
    }
    let long = sentences(&source.text).into_iter().filter(|(_, words)| words.len() > WORDS_MAX);
    let violation = |(line, words): (usize, Vec<String>)| {
        let message = format!("{} words in a sentence, at most {WORDS_MAX}: {} …", words.len(), words[..4].join(" "));
        Violation::new(source, line, message)
    };
    long.map(violation).collect()
}

/// The sentences of the text between blocks of code, tables, headings and pictures: the line each begins on and its words. Code
/// in backticks is one word, the address of a link and what stands in parentheses with a digit are none.
fn sentences(page: &str) -> Vec<(usize, Vec<String>)> {
    let (mut found, mut sentence, mut is_code) = (Vec::new(), (0, Vec::new()), false);
    for (index, row) in page.lines().enumerate() {
        let fence = row.trim_start().starts_with("```");
        is_code ^= fence;
        let is_other = ["|", "#", "!", "<!--"].iter().any(|start| row.starts_with(start));
        let item = row.trim_start().strip_prefix("- ");
        if fence || is_code || is_other || row.trim().is_empty() || item.is_some() {
            end(&mut found, &mut sentence);
        }
        if fence || is_code || is_other {
            continue;
        }
        for word in plain(item.unwrap_or(row)).split_whitespace() {
            if sentence.1.is_empty() {
                sentence.0 = index + 1;
            }
            if word.chars().any(char::is_alphanumeric) {
                sentence.1.push(word.to_owned());
            }
            // A stop ends a sentence, also before `*` and parentheses that close.
            if word.trim_end_matches(['*', '_', ')', '”', '"']).ends_with(['.', '?', '!']) {
                end(&mut found, &mut sentence);
            }
        }
    }
    end(&mut found, &mut sentence);
    found
}

fn end(found: &mut Vec<(usize, Vec<String>)>, sentence: &mut (usize, Vec<String>)) {
    let (line, words) = std::mem::take(sentence);
    if !words.is_empty() {
        found.push((line, words));
    }
}

/// A line without the addresses of links and without intervals and other numbers in parentheses, each piece of code as one word.
fn plain(row: &str) -> String {
    let mut text = String::new();
    for (place, part) in row.split('`').enumerate() {
        text.push_str(if place % 2 == 1 { "code" } else { part });
    }
    let mut kept = String::new();
    let mut rest = text.as_str();
    while let Some((before, after)) = rest.split_once('(') {
        // One that ends on another line is counted.
        let Some((inside, then)) = after.split_once(')') else { break };
        kept.push_str(before);
        if !before.ends_with(']') && !inside.contains(|c: char| c.is_ascii_digit()) {
            kept.push_str(&format!("({inside})"));
        }
        rest = then;
    }
    kept + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> Vec<String> {
        check(&Source::new(path, text)).iter().map(Violation::to_string).collect()
    }

    #[test]
    fn a_sentence_ends_at_its_limit() {
        let words = |count: usize| vec!["word"; count].join(" ");
        let two = format!("# {}\n\nShort one. {}\n{}.\nNext.\n", words(40), words(20), words(6));
        let expected = ["docs/a.md:3: 26 words in a sentence, at most 25: word word word word …"];
        assert_eq!(found("docs/a.md", &two), expected);
        assert_eq!(found("README.md", &two).len(), 1);
        assert!(found("docs/data.md", &two).is_empty() && found("src/a.rs", &two).is_empty());
        assert!(found("docs/a.md", &format!("{}\n\n{}", words(20), words(20))).is_empty(), "an empty line ends one");
        assert!(found("docs/a.md", &format!("- {}\n- {}", words(20), words(20))).is_empty(), "an item is its own");
        assert!(found("docs/a.md", &format!("```sh\n{}\n```\n| {} |\n", words(40), words(40))).is_empty());
    }

    #[test]
    fn what_is_no_word_is_not_counted() {
        let count = |text: &str| sentences(text).iter().map(|(_, words)| words.len()).collect::<Vec<_>>();
        assert_eq!(count("It is 0.27 (0.25–0.28) of *one* cent."), [6]);
        assert_eq!(count("See [the page](docs/a.md) and `a b c` · (so it is)."), [8]);
        assert_eq!(count("**Bold.** And then? Yes"), [1, 2, 1]);
    }
}
