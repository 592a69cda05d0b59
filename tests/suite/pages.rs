//! The pages for newcomers are followed word for word: what they show is written, what they type is run, and what they say
//! came of it is compared.
//!
//! In a page a block marked `toml NAME` is written to the file of that name, every line of a block marked `sh` is run, and a block
//! marked `text` is all that the command before it printed. A table under `<!-- run NAME -->` or `<!-- frontier NAME -->` is made
//! from the JSON of that scenario or study. `RELIANCE_BLESS=1 cargo test --release pages` writes blocks and tables anew.

use std::fs;
use std::path::{Path, PathBuf};

use reliance::domain::fate::{Cause, Fate, Stage};
use reliance::record::tables;
use reliance::study::design::frontier::SearchOutcome;
use reliance::study::dictionary as study_tables;
use serde_json::Value;

use super::readme::{commands, run, visit};
use super::trial::ROOT;

/// Where the pages are, from the root.
fn page(name: &str) -> (PathBuf, String) {
    let path = Path::new(ROOT).join("docs").join(name);
    let text = fs::read_to_string(&path).unwrap_or_else(|wrong| panic!("{}: {wrong}", path.display()));
    (path, text)
}

/// Follows a page from its top in a folder that shows the repository, and gives the page as it should read.
fn follow(page: &str, folder: &Path) -> Result<String, String> {
    let (mut text, mut printed) = (String::new(), String::new());
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        text += &format!("{line}\n");
        if let Some(mark) = line.strip_prefix("<!-- ").and_then(|rest| rest.strip_suffix(" -->")) {
            text += &table(mark, folder)?;
            // The table that stood there, and the empty line after it.
            text += lines.by_ref().find(|line| !line.starts_with('|')).map_or("", |_| "\n");
            continue;
        }
        let Some(info) = line.strip_prefix("```") else { continue };
        let block: String = lines.by_ref().take_while(|line| *line != "```").map(|line| format!("{line}\n")).collect();
        let mut shown = block.clone();
        match info.split_once(' ').unwrap_or((info, "")) {
            ("toml", name) if !name.is_empty() => {
                fs::write(folder.join(name), &block).map_err(|wrong| format!("{name}: {wrong}"))?;
            }
            ("sh", _) => {
                for command in commands(&format!("```sh\n{block}```\n"))?.0 {
                    match command.arguments() {
                        Some(arguments) => printed = run(folder, arguments)?,
                        None if command.problem().is_none() => {}
                        None => return Err(format!("`{}` is no command that a page may use", block.trim())),
                    }
                }
            }
            ("text", _) => shown = format!("{}\n", printed.trim_end()),
            _ => {}
        }
        text += &format!("{shown}```\n");
    }
    Ok(text)
}

/// The table that a mark asks for.
fn table(mark: &str, folder: &Path) -> Result<String, String> {
    let json = |words: &str| -> Result<Value, String> {
        let words: Vec<String> = words.split(' ').map(str::to_owned).collect();
        serde_json::from_str(&run(folder, &words)?).map_err(|wrong| format!("{wrong}"))
    };
    match mark.split_once(' ') {
        Some(("run", name)) => Ok(fates(&json(&format!("run {name} --format json"))?)),
        Some(("frontier", name)) => Ok(crossings(&json(&format!("study run {name} --format json"))?)),
        _ => Err(format!("`{mark}` asks for no table")),
    }
}

/// What became of the jobs of a run: the fates and causes that any job had.
fn fates(run: &Value) -> String {
    let jobs = run["jobs"].as_u64().expect("a number of jobs");
    let mut text = "| what became of it | jobs | share of all |\n|---|---:|---:|\n".to_owned();
    let mut row = |label: String, column: String| {
        let count = run[&column].as_u64().unwrap_or_else(|| panic!("no column `{column}`"));
        if count > 0 {
            let share = digits(100.0 * count as f64 / jobs as f64);
            text += &format!("| {label} | {count} | {share} % |\n");
        }
    };
    for fate in Fate::ALL {
        row(format!("`{}`", fate.name()), format!("fate_{}", fate.name().replace('-', "_")));
        if *fate == Fate::Declined {
            for cause in Cause::ALL {
                row(format!("of these for `{}`", cause.name()), format!("cause_{}", cause.name().replace('-', "_")));
            }
        }
    }
    text + &format!("| all | {jobs} | 100 % |\n")
}

/// Where each line of a search crosses the level, with its interval.
fn crossings(study: &Value) -> String {
    let rows = study["frontier"].as_array().expect("a table of crossings");
    let known = |key: &str| ["found", "probes", "runs", "runs_failed"].contains(&key);
    let keys: Vec<&String> = rows[0].as_object().expect("a row").keys().collect();
    let searched = keys.iter().find_map(|key| key.strip_suffix("_low")).expect("what is searched");
    let axes: Vec<&&String> = keys.iter().filter(|key| !key.starts_with(searched) && !known(key)).collect();
    let mut text: String = axes.iter().map(|axis| format!("| {axis} ")).collect();
    text += &format!("| {searched} | found | runs |\n{}|---:|---|---:|\n", "|---:".repeat(axes.len()));
    for row in rows {
        let number = |key: &str| row[key].as_f64().map_or("–".to_owned(), digits);
        for axis in &axes {
            text += &format!("| {} ", row[axis.as_str()]);
        }
        let (low, high) = (number(&format!("{searched}_low")), number(&format!("{searched}_high")));
        let found = row["found"].as_str().expect("a word");
        text += &format!("| {} ({low}–{high}) | {found} | {} |\n", number(searched), row["runs"]);
    }
    text
}

/// A number to three digits, without zeros at its end.
fn digits(number: f64) -> String {
    let rounded: f64 = format!("{number:.2e}").parse().expect("a number reads what it writes");
    rounded.to_string()
}

/// Follows a page and compares, or writes it anew.
fn holds(name: &str) {
    let (path, text) = page(name);
    let folder = visit(&format!("reliance-pages-{}", name.trim_end_matches(".md")));
    let followed = follow(&text, &folder).unwrap_or_else(|problem| panic!("docs/{name}: {problem}"));
    fs::remove_dir_all(&folder).expect("a folder of our own");
    if std::env::var_os("RELIANCE_BLESS").is_some_and(|value| value == "1") {
        fs::write(&path, &followed).unwrap_or_else(|wrong| panic!("{}: {wrong}", path.display()));
        return;
    }
    let differs = text.lines().zip(followed.lines()).enumerate().find(|(_, (written, now))| written != now);
    if let Some((index, (written, now))) = differs {
        panic!(
            "docs/{name}:{}: the page says\n  {written}\nbut it is\n  {now}\nif that is meant, write it anew by \
             `RELIANCE_BLESS=1 cargo test --release pages`",
            index + 1
        );
    }
    assert_eq!(text, followed, "docs/{name}");
}

#[test]
fn your_own_scenario() {
    holds("your-own-scenario.md");
}

#[test]
fn your_own_study() {
    holds("your-own-study.md");
    let (_, text) = page("your-own-study.md");
    for (word, _) in SearchOutcome::WORDS {
        assert!(text.contains(&format!("| `{word}` |")), "the page does not say what `{word}` means");
    }
}

/// The page names columns that exist, and explains every fate, cause and stage.
#[test]
fn reading_the_tables() {
    let (_, text) = page("reading-the-tables.md");
    let tables = [tables::all(), study_tables::all()].concat();
    let mut named = 0;
    for code in text.split('`').skip(1).step_by(2) {
        let Some((table, column)) = code.split_once('.') else { continue };
        let Some(table) = tables.iter().find(|known| known.name == table) else { continue };
        if column != "parquet" {
            named += 1;
            assert!(table.columns.iter().any(|known| known.name == column), "there is no column `{code}`");
        }
    }
    assert!(named >= 8, "the page says of {named} columns which others they join to");
    let words = [Fate::WORDS, Cause::WORDS, Stage::WORDS];
    for (word, _) in words.into_iter().flatten() {
        assert!(text.contains(&format!("| `{word}` |")), "the page does not say what `{word}` means");
    }
}

/// The requests of the first page are every tenth of those recorded, as `docs/data.md` says.
#[test]
fn the_requests_are_every_tenth_of_the_trace() {
    let read = |path: &str| fs::read_to_string(Path::new(ROOT).join(path)).expect("a file of the repository");
    let (whole, cut) = (read("scenarios/traces/azure_llm_2023_conv.csv"), read("docs/examples/requests.csv"));
    let expected = whole.lines().take(1).chain(whole.lines().skip(1).step_by(10));
    assert!(cut.lines().eq(expected), "docs/examples/requests.csv is no cut of the trace");
}

mod tests {
    use super::*;

    #[test]
    fn what_a_page_says_is_replaced_by_what_is_so() {
        let folder = visit("reliance-pages-replaced");
        let page = "# A page\n\n```toml own.toml\nname = 3\n```\n\n```sh\nreliance rules nothing-of-this-name\n```\n";
        assert!(follow(page, &folder).unwrap_err().contains("ended with exit status: 2"), "a command that fails");
        assert_eq!(fs::read_to_string(folder.join("own.toml")).expect("the file of the page"), "name = 3\n");
        let page = "```sh\nreliance --version\n```\n\n```text\nreliance 0\n```\n\nLast.\n";
        let followed = follow(page, &folder).expect("a page that can be followed");
        assert_eq!(followed, page.replace("reliance 0\n", concat!("reliance ", env!("CARGO_PKG_VERSION"), "\n")));
        assert!(follow("<!-- nothing of.toml -->\n| a |\n", &folder).unwrap_err().contains("asks for no table"));
        assert!(follow("```sh\nrm -r output\n```\n", &folder).unwrap_err().contains("no command that a page may use"));
        fs::remove_dir_all(&folder).expect("a folder of our own");
    }

    #[test]
    fn numbers_have_three_digits() {
        assert_eq!([0.013_797_4, 55.19, 1937.0, 0.05, 13.0].map(digits), ["0.0138", "55.2", "1940", "0.05", "13"]);
    }
}
