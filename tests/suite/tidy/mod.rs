//! The rules of the house, read off the source tree. Each rule is a checker in a file of its own, with snippets that it must refuse.

mod circles;
mod floors;
mod package;
pub mod pages;
mod places;
mod prose;
mod rules;
mod sizes;
mod source;
mod stages;
mod tree;
mod words;

use std::path::Path;

use source::{Source, Violation};

/// Fails with every violation, one a line as `file:line: message`.
fn expect_none(mut violations: Vec<Violation>) {
    violations.sort();
    violations.dedup();
    let lines: Vec<String> = violations.iter().map(Violation::to_string).collect();
    assert!(lines.is_empty(), "{} violations:\n{}\n", lines.len(), lines.join("\n"));
}

/// What `check` finds in every file of the repository.
fn everywhere(check: impl Fn(&Source) -> Vec<Violation>) -> Vec<Violation> {
    tree::repository().iter().flat_map(check).collect()
}

#[test]
fn imports_go_only_downward() {
    expect_none(floors::check(&tree::repository()));
}

#[test]
fn no_three_files_import_one_another_in_a_circle() {
    expect_none(circles::check(&tree::repository()));
}

#[test]
fn stages_know_no_other_stage() {
    expect_none(everywhere(stages::check));
}

#[test]
fn rules_are_named_in_their_own_folders() {
    let sources = tree::repository();
    assert!(rules::count(&sources) >= 40, "the lists are found");
    expect_none(rules::check(&sources));
}

#[test]
fn files_and_functions_stay_short() {
    expect_none(everywhere(sizes::check));
}

#[test]
fn every_crate_stays_in_its_place() {
    expect_none(everywhere(places::check));
}

#[test]
fn nothing_is_a_stub() {
    expect_none(everywhere(words::stubs));
}

#[test]
fn the_text_names_no_machine() {
    expect_none(everywhere(words::machines));
}

#[test]
fn every_section_that_is_cited_is_there() {
    expect_none(pages::sections(&tree::repository()));
}

#[test]
fn every_link_leads_somewhere() {
    expect_none(pages::links(&tree::repository(), &|path| Path::new(tree::ROOT).join(path).exists()));
}

#[test]
fn sentences_of_pages_stay_short() {
    expect_none(everywhere(prose::check));
}

#[test]
fn every_file_says_what_it_is() {
    expect_none(everywhere(words::openings));
}

#[test]
#[should_panic(expected = "2 violations:\na.rs:1: first\na.rs:2: second\n")]
fn violations_are_shown_once_and_in_order() {
    let source = Source::new("a.rs", "");
    let violation = |line, message: &str| Violation::new(&source, line, message);
    expect_none(vec![violation(2, "second"), violation(1, "first"), violation(2, "second")]);
}
