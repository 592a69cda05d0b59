//! Every chart under `docs/charts` is drawn again by the commands beside it, to the same bytes; and every number block of
//! the pages about studies is what the commands say.
//!
//! `RELIANCE_BLESS=1 cargo test --release charts_again` writes the charts anew, which is right only where results or
//! charts have changed on purpose; the numbers in the pages are then to be read again and written by hand.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::readme::{commands, run, visit};
use super::trial::ROOT;

/// Pages whose blocks marked `text` show output.
const PAGES: &[&str] = &["docs/survival-frontier.md", "docs/verification-menu.md"];

#[test]
fn committed_charts_are_drawn_again_to_the_same_bytes() {
    let page = fs::read_to_string(Path::new(ROOT).join("docs/charts/README.md")).expect("the page of all charts");
    let (commands, untested) = commands(&page).unwrap_or_else(|problem| panic!("{problem}"));
    assert_eq!(untested, 0, "every chart is drawn again");
    let folder = visit("reliance-charts");
    let mut said = String::new();
    for command in &commands {
        let arguments = command.arguments().unwrap_or_else(|| panic!("line {} is not ours", command.line));
        said += &run(&folder, arguments).unwrap_or_else(|problem| panic!("docs/charts/README.md:{problem}"));
    }
    let bless = std::env::var_os("RELIANCE_BLESS").is_some_and(|value| value == "1");
    let mut wrong = Vec::new();
    for (name, path) in committed() {
        let drawn = fs::read(folder.join("output").join(&name)).unwrap_or_default();
        if bless && !drawn.is_empty() {
            fs::write(&path, &drawn).expect("a committed chart");
        }
        if fs::read(&path).expect("a committed chart") != drawn {
            wrong.push(name);
        }
    }
    let pages = PAGES.iter().flat_map(|page| missing(page, &said)).collect::<Vec<_>>();
    fs::remove_dir_all(&folder).expect("a folder of our own");
    assert!(wrong.is_empty(), "drawn otherwise than committed: {}", wrong.join(", "));
    assert!(pages.is_empty(), "not said by any command:\n{}", pages.join("\n"));
}

/// Every committed chart by its name below `output/`: that of `docs/charts/RUN/CHART.svg` is `RUN/charts/CHART.svg`.
fn committed() -> BTreeMap<String, PathBuf> {
    let mut found = BTreeMap::new();
    let entries = |path: &Path| fs::read_dir(path).expect("a folder").map(|entry| entry.expect("an entry").path());
    for run in entries(&Path::new(ROOT).join("docs/charts")).filter(|path| path.is_dir()) {
        for chart in entries(&run) {
            let name = |path: &Path| path.file_name().expect("a name").to_string_lossy().into_owned();
            found.insert(format!("{}/charts/{}", name(&run), name(&chart)), chart);
        }
    }
    assert!(found.len() > 4, "the charts were found");
    found
}

/// The lines of a page's blocks marked `text` that nothing said.
fn missing(page: &str, said: &str) -> Vec<String> {
    let text = fs::read_to_string(Path::new(ROOT).join(page)).expect("a page");
    let blocks: Vec<&str> = text.split("```text\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert!(!blocks.is_empty(), "`{page}` shows numbers");
    let lines = blocks.iter().flat_map(|block| block.lines()).filter(|line| !line.trim().is_empty());
    let unsaid = lines.filter(|line| !said.lines().any(|other| other == *line));
    unsaid.map(|line| format!("{page}: {line}")).collect()
}
