//! Every chart under `docs/charts` is drawn again by the commands beside it, to the same bytes; every crossing in the table of the page
//! about the frontier is what the study prints; and so is every verdict in the `verdicts.txt` beside the charts of a study.
//!
//! All of them take minutes, so without `RELIANCE_LONG=1` only the first study of that page is run. With it and
//! `RELIANCE_BLESS=1`, `cargo test --release charts_again` writes the charts anew, which is right only where results or charts have
//! changed on purpose; the numbers in the pages are then to be read again and written by hand.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::readme::{commands, run, visit};
use super::trial::ROOT;

/// The study of the frontier and its charts come first.
const SHORT: usize = 2;

/// The page whose table shows crossings.
const FRONTIER: &str = "docs/survival-frontier.md";

#[test]
fn committed_charts_are_drawn_again_to_the_same_bytes() {
    let page = fs::read_to_string(Path::new(ROOT).join("docs/charts/README.md")).expect("the page of all charts");
    let (mut commands, untested) = commands(&page).unwrap_or_else(|problem| panic!("{problem}"));
    assert_eq!(untested, 0, "every chart is drawn again");
    if std::env::var_os("RELIANCE_LONG").is_none() {
        commands.truncate(SHORT);
    }
    let folder = visit("reliance-charts");
    let mut said = String::new();
    let bless = std::env::var_os("RELIANCE_BLESS").is_some_and(|value| value == "1");
    let mut wrong = Vec::new();
    for command in &commands {
        let arguments = command.arguments().unwrap_or_else(|| panic!("line {} is not ours", command.line));
        let printed = run(&folder, arguments).unwrap_or_else(|problem| panic!("docs/charts/README.md:{problem}"));
        if let [study, run, file] = arguments
            && (&**study, &**run) == ("study", "run")
        {
            wrong.extend(other_verdicts(Path::new(file), &printed, bless));
        }
        said += &printed;
    }
    for (name, path) in committed() {
        let named = name.split('/').next().expect("the name of a run");
        if commands.len() == SHORT && !folder.join("output").join(named).is_dir() {
            continue;
        }
        let drawn = fs::read(folder.join("output").join(&name)).unwrap_or_default();
        if bless && !drawn.is_empty() {
            fs::write(&path, &drawn).expect("a committed chart");
        }
        if fs::read(&path).expect("a committed chart") != drawn {
            wrong.push(name);
        }
    }
    let unsaid = unsaid(&said);
    fs::remove_dir_all(&folder).expect("a folder of our own");
    assert!(wrong.is_empty(), "drawn otherwise than committed: {}", wrong.join(", "));
    assert!(unsaid.is_empty(), "{FRONTIER} shows what the study does not print:\n{}", unsaid.join("\n"));
}

/// Holds the verdicts that a study printed against those that are committed, or commits them. Gives the file if it says otherwise.
fn other_verdicts(study: &Path, printed: &str, bless: bool) -> Option<String> {
    let name = format!("{}-1/verdicts.txt", study.file_stem().expect("a name").to_string_lossy());
    let path = Path::new(ROOT).join("docs/charts").join(&name);
    let verdicts: String =
        printed.lines().filter(|line| line.starts_with("false if ")).map(|line| format!("{line}\n")).collect();
    if bless && !verdicts.is_empty() {
        fs::write(&path, &verdicts).expect("a file beside charts");
    }
    (fs::read_to_string(&path).unwrap_or_default() != verdicts).then_some(name)
}

/// Every committed chart by its name below `output/`: that of `docs/charts/RUN/CHART.svg` is `RUN/charts/CHART.svg`.
fn committed() -> BTreeMap<String, PathBuf> {
    let mut found = BTreeMap::new();
    let entries = |path: &Path| fs::read_dir(path).expect("a folder").map(|entry| entry.expect("an entry").path());
    for run in entries(&Path::new(ROOT).join("docs/charts")).filter(|path| path.is_dir()) {
        for chart in entries(&run).filter(|path| !path.ends_with("verdicts.txt")) {
            let name = |path: &Path| path.file_name().expect("a name").to_string_lossy().into_owned();
            found.insert(format!("{}/charts/{}", name(&run), name(&chart)), chart);
        }
    }
    assert!(found.len() > 4, "the charts were found");
    found
}

/// The rows "method, cost, crossing (lower–upper), …" of the page's table whose numbers, rounded as they are shown, the study does not print.
fn unsaid(said: &str) -> Vec<String> {
    let text = fs::read_to_string(Path::new(ROOT).join(FRONTIER)).expect("a page");
    let rows: Vec<&str> = text.lines().filter(|line| line.starts_with("| `") && line.contains('(')).collect();
    assert!(rows.len() > 5, "`{FRONTIER}` shows crossings");
    let printed = |row: &&str| {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let shown: Vec<&str> = cells[2].split([' ', '(', '–', ')']).filter(|word| !word.is_empty()).collect();
        said.lines().any(|line| {
            let words: Vec<&str> = line.split_whitespace().collect();
            let [_, method, cost, "crossed", numbers @ ..] = &words[..] else { return false };
            (*method, *cost) == (cells[0].trim_matches('`'), cells[1])
                && numbers.len() == shown.len()
                && numbers.iter().zip(&shown).all(|(number, shown)| rounds(number, shown))
        })
    };
    rows.into_iter().filter(|row| !printed(row)).map(str::to_string).collect()
}

/// Whether `number`, rounded to as many decimals as `shown` has, is `shown`.
fn rounds(number: &str, shown: &str) -> bool {
    let decimals = shown.split_once('.').map_or(0, |(_, tail)| tail.len());
    number.parse::<f64>().is_ok_and(|number| format!("{number:.decimals$}") == shown)
}
