//! The page on the model and the glossary keep up with the program: every key and column that the model names is there, and every
//! word and measure of the dictionary has its entry.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use reliance::domain::fate::Deduction;
use reliance::record::columns::{Kind, TableDescription};
use reliance::record::tables;
use reliance::scenario::schema::json_schema;
use reliance::study::{dictionary as study_tables, replications};

use super::broken::nonsense::keys;
use super::readme::commands;
use super::trial::ROOT;

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(ROOT).join(path)).unwrap_or_else(|wrong| panic!("{path}: {wrong}"))
}

/// What `reliance dictionary` lists.
fn dictionary() -> Vec<TableDescription> {
    [tables::all(), replications::descriptions(), study_tables::all()].concat()
}

/// The code of a text: what stands between ticks.
fn code(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// The first cells of the table under each heading of a page, in their order.
fn entries(page: &str) -> Vec<(&str, Vec<&str>)> {
    let mut found: Vec<(&str, Vec<&str>)> = Vec::new();
    let mut rows = 0;
    for line in page.lines() {
        match (line.strip_prefix('#'), line.strip_prefix('|')) {
            (Some(heading), _) => found.push((heading.trim_start_matches('#').trim(), Vec::new())),
            (_, Some(row)) => {
                rows += 1;
                // The head and the line below it are no entries.
                if let (3.., Some((_, cells))) = (rows, found.last_mut()) {
                    cells.push(row.split('|').next().unwrap_or("").trim());
                }
                continue;
            }
            _ => {}
        }
        rows = 0;
    }
    found
}

/// The entries under the heading that starts with these words, without their ticks.
fn under<'p>(entries: &[(&str, Vec<&'p str>)], heading: &str) -> BTreeSet<&'p str> {
    let found = entries.iter().find(|(title, _)| title.starts_with(heading));
    let (_, cells) = found.unwrap_or_else(|| panic!("the glossary has no heading `{heading}`"));
    cells.iter().map(|cell| cell.trim_matches('`')).collect()
}

#[test]
fn every_word_of_a_column_has_an_entry() {
    let page = read("docs/glossary.md");
    let entries = entries(&page);
    let mut lists =
        vec![("Deductions".to_owned(), Deduction::WORDS.iter().map(|(word, _)| (*word).to_owned()).collect())];
    for table in dictionary() {
        for column in table.columns.iter().filter(|column| !column.words.is_empty()) {
            let words: BTreeSet<String> = column.words.iter().map(|word| word.word.to_owned()).collect();
            lists.push((format!("`{}`", column.name), words));
        }
    }
    assert!(lists.len() >= 9, "{} lists of words", lists.len());
    for (heading, words) in &lists {
        let written: BTreeSet<String> = under(&entries, heading).into_iter().map(str::to_owned).collect();
        assert_eq!(&written, words, "entries under {heading}, and the words of the program");
    }
}

#[test]
fn every_measure_has_an_entry() {
    let page = read("docs/glossary.md");
    let entries = entries(&page);
    let (names, endings) = (under(&entries, "Measures"), under(&entries, "Endings"));
    let (mut used, mut missing) = (BTreeSet::new(), Vec::new());
    let measures = [&tables::SUMMARY.description(), &tables::CLASSES.description()];
    for column in measures.iter().flat_map(|table| &table.columns) {
        let mut stem = column.name;
        while let Some(shorter) = endings.iter().find_map(|ending| stem.strip_suffix(ending)) {
            stem = shorter;
        }
        // Of these the words are entries of their own.
        let counted =
            ["fate", "cause", "placeable_without"].into_iter().find(|kind| stem.starts_with(&format!("{kind}_")));
        let stem = counted.unwrap_or(stem);
        match names.get(stem) {
            Some(_) => drop(used.insert(stem.to_owned())),
            None => missing.push(column.name),
        }
    }
    assert!(missing.is_empty(), "the glossary explains no name of {missing:?}");
    let stale: Vec<&&str> = names.iter().filter(|name| !used.contains(**name)).collect();
    assert!(stale.is_empty(), "the glossary explains {stale:?}, which no column is named after");
}

#[test]
fn entries_are_in_alphabetical_order() {
    let page = read("docs/glossary.md");
    let mut count = 0;
    for (heading, cells) in entries(&page) {
        let words: Vec<String> = cells.iter().map(|cell| cell.trim_matches('`').to_lowercase()).collect();
        count += words.len();
        let late: Vec<&[String]> = words.windows(2).filter(|pair| pair[0] >= pair[1]).collect();
        assert!(late.is_empty(), "under {heading}: {late:?}");
    }
    assert!(count > 200, "{count} entries");
}

/// The lines "Set → read": `what: keys → columns; …`, with a dash for none.
#[test]
fn the_model_names_keys_and_columns_that_there_are() {
    let (schema, mut known) = (json_schema(), BTreeSet::new());
    keys(&schema, &schema, "", &mut known);
    let tables = dictionary();
    let is_column = |name: &str| {
        let Some((table, column)) = name.split_once('.') else { return false };
        tables.iter().any(|known| known.name == table && known.columns.iter().any(|known| known.name == column))
    };
    let page = read("docs/model.md");
    let (mut wrong, mut found) = (Vec::new(), [0, 0]);
    for item in page.lines().filter_map(|line| line.strip_prefix("> **Set → read.** ")).flat_map(|line| line.split(';'))
    {
        let Some((set, read)) = item.split_once('→') else {
            wrong.push(item);
            continue;
        };
        found[0] +=
            code(set).inspect(|key| wrong.extend((!known.contains(&key.replace("[]", ""))).then_some(key))).count();
        found[1] += code(read).inspect(|name| wrong.extend((!is_column(name)).then_some(name))).count();
    }
    assert!(wrong.is_empty(), "docs/model.md names what is not there: {wrong:?}");
    assert!(found[0] > 80 && found[1] > 80, "{found:?} keys and columns");
}

/// Commands stand in blocks, and in the cells of tables.
#[test]
fn contributors_are_shown_commands_that_there_are() {
    let page = read("CONTRIBUTING.md");
    let is_command = |text: &&str| text.starts_with("cargo ") || text.starts_with("RELIANCE_") && text.contains(' ');
    let cells: String = page
        .lines()
        .filter(|line| line.starts_with('|'))
        .flat_map(code)
        .filter(is_command)
        .map(|text| format!("{text}\n"))
        .collect();
    let both = format!("{page}\n```sh\n{cells}```\n");
    let (commands, untested) = commands(&both).unwrap_or_else(|problem| panic!("{problem}"));
    assert!(commands.len() > 10 && untested == 0, "{} commands", commands.len());
    let wrong: Vec<String> = commands.iter().filter_map(|command| command.problem()).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Words that a query must put in quotes where they name a column: the reserved words of PostgreSQL, SQLite and DuckDB
/// that a column might have.
const RESERVED: &[&str] = &[
    "all",
    "and",
    "any",
    "array",
    "as",
    "asc",
    "between",
    "both",
    "by",
    "case",
    "cast",
    "check",
    "column",
    "create",
    "cross",
    "current",
    "default",
    "delete",
    "desc",
    "distinct",
    "drop",
    "else",
    "end",
    "exists",
    "fetch",
    "for",
    "from",
    "full",
    "group",
    "having",
    "in",
    "index",
    "inner",
    "insert",
    "into",
    "is",
    "join",
    "leading",
    "left",
    "like",
    "limit",
    "natural",
    "not",
    "null",
    "offset",
    "on",
    "only",
    "or",
    "order",
    "outer",
    "primary",
    "references",
    "returning",
    "right",
    "select",
    "set",
    "some",
    "table",
    "then",
    "to",
    "trailing",
    "transaction",
    "union",
    "unique",
    "update",
    "user",
    "using",
    "values",
    "when",
    "where",
    "window",
    "with",
];

/// A query names every column without quotes, an answer is asked for by its name, and a meaning is read in one breath.
#[test]
fn columns_are_named_and_explained_for_analysts() {
    let mut wrong = Vec::new();
    for table in dictionary() {
        for column in &table.columns {
            let name = format!("{}.{}", table.name, column.name);
            let is_answer = ["is_", "has_"].iter().any(|start| column.name.starts_with(start));
            let words: Vec<&str> = column.meaning.split(|letter: char| !letter.is_alphanumeric()).collect();
            let vague = ["who", "whoever", "somebody", "nobody", "anybody"];
            if RESERVED.contains(&column.name) || is_answer != (column.kind == Kind::Bool) {
                wrong.push(name.clone());
            }
            if column.meaning.split_whitespace().count() > 20 || vague.iter().any(|vague| words.contains(vague)) {
                wrong.push(format!("{name}: {}", column.meaning));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
