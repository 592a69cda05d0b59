//! The pictures of a run: drawn again they are the same bytes, an SVG is one, and the page of a run holds them all.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use reliance::chart::{CHARTS, Source, Sources, draw_all};

/// Two classes, nodes that fail, more work than can be done: every chart of one run has its data.
const SCENARIO: &str = r#"
name = "pictures"
question = "is 1 < 2 & true?"
seed = 1
horizon = "2h"
warm-up = "5min"
[models.plain]
[classes.chat]
work = { law = "exponential", mean = "3s" }
value = { law = "lognormal", median = "0.01", sigma = 1.0 }
patience = { law = "exponential", mean = "8s" }
[classes.batch]
work = { law = "exponential", mean = "12s" }
value = { law = "lognormal", median = "0.05", sigma = 0.5 }
[[demand.sources]]
name = "people"
mix = { chat = 0.8, batch = 0.2 }
arrivals = { rule = "poisson", poisson = { rate = "1/s" } }
[[nodes]]
name = "small"
count = 5
places = 4
stake = { law = "exponential", mean = "1000" }
price = { law = "uniform", min = "0.0005", max = "0.002" }
failure = { up = { law = "exponential", mean = "1h" }, down = { law = "exponential", mean = "5min" } }
dormant = 2
participation = { memory = "5min", outside = "1", expects = "2", exit = { rate = "2/h", slope = 1 }, enter = { rate = "2/h", slope = 1 } }
[[validators]]
name = "checkers"
count = 2
[pricing]
verification = { rule = "list", list = { price = "0.0001" } }
[verification]
methods = ["fingerprint"]
[record]
tick = "10s"
jobs = 1
probes = 16
probe-tick = "5min"
reliance = true
"#;

fn reliance(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_reliance")).args(arguments).output().expect("the command runs");
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "`reliance {}`:\n{message}", arguments.join(" "));
    String::from_utf8(output.stdout).expect("text")
}

/// A run of the scenario, and one of the same jobs on more nodes, which stands in for its frozen twin.
fn runs(name: &str) -> (PathBuf, PathBuf) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder");
    let scenario = folder.join("pictures.toml");
    fs::write(&scenario, SCENARIO).expect("a file");
    let (run, twin) = (folder.join("run"), folder.join("twin"));
    let text = |path: &Path| path.to_str().expect("a plain path").to_string();
    reliance(&["run", &text(&scenario), "--out", &text(&run)]);
    reliance(&["run", &text(&scenario), "--set", "nodes[0].count=8", "--out", &text(&twin)]);
    (run, twin)
}

fn bytes(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let files = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry"));
    files
        .map(|entry| (entry.file_name().to_string_lossy().into_owned(), fs::read(entry.path()).expect("a file")))
        .collect()
}

#[test]
fn charts_are_drawn_again_to_the_same_bytes() {
    let (run, twin) = runs("charts-again");
    let arguments = ["chart", run.to_str().unwrap(), "--frozen", twin.to_str().unwrap()];
    let said = reliance(&arguments);
    let first = bytes(&run.join("charts"));
    let expected: Vec<String> = {
        let mut names: Vec<String> =
            CHARTS.iter().flat_map(|chart| [format!("{}.png", chart.name), format!("{}.svg", chart.name)]).collect();
        names.sort();
        names
    };
    assert_eq!(first.keys().cloned().collect::<Vec<_>>(), expected);
    assert_eq!(said.lines().count(), expected.len());
    assert_eq!(reliance(&arguments), said);
    let second = bytes(&run.join("charts"));
    for (name, one) in &first {
        assert!(*one == second[name], "`{name}` differs when it is drawn again");
        assert!(!String::from_utf8_lossy(one).contains(env!("CARGO_TARGET_TMPDIR")), "`{name}` names a folder");
    }
    let manifest = fs::read_to_string(run.join("manifest.json")).expect("a manifest");
    let id = manifest.split('"').nth(3).expect("an identity").to_string();
    for (name, picture) in first.iter().filter(|(name, _)| name.ends_with(".svg")) {
        let text = std::str::from_utf8(picture).expect("text");
        assert_eq!(malformed(text), None, "`{name}`");
        assert!(text.contains(&format!("reliance.id: {id}")), "`{name}` says whose it is");
        assert!(text.contains("@font-face") && text.contains("<text "), "`{name}` has its font and its text");
        // A run is one path: nothing within it tells how far another would differ.
        assert!(text.contains("One path, seed 1."), "`{name}` says that it shows one path");
        let claims = ["95 % interval", "intervals", "±"].iter().find(|words| text.contains(**words));
        assert_eq!(claims, None, "`{name}` claims an interval of one path");
    }
}

// Viewers that ignore the embedded font take a wider one; a text must have room for that.
#[test]
fn every_text_has_its_place_with_a_wider_font_too() {
    let (run, twin) = runs("charts-places");
    let open = |folder: &Path| Source::open(folder).expect("a run");
    let drawn = draw_all(&Sources { run: open(&run), frozen: Some(open(&twin)) });
    assert_eq!(drawn.len(), CHARTS.len());
    for (name, drawing) in drawn {
        let drawing = drawing.unwrap_or_else(|why| panic!("`{name}`: {why}"));
        assert_eq!(drawing.sheet.misplaced(), Vec::<String>::new(), "`{name}`");
        assert!(drawing.words.result.ends_with('.'), "`{name}` says what it shows: {}", drawing.words.result);
    }
}

#[test]
fn a_report_holds_every_chart_and_needs_nothing_else() {
    let (run, twin) = runs("charts-report");
    let arguments = ["report", run.to_str().unwrap(), "--frozen", twin.to_str().unwrap()];
    reliance(&arguments);
    let page = fs::read_to_string(run.join("report.html")).expect("a page");
    for chart in CHARTS {
        let figure = page.split_once(&format!("<figure id=\"{}\">", chart.name)).map(|(_, rest)| rest);
        let figure = figure.and_then(|rest| rest.split_once("</figure>")).map(|(figure, _)| figure);
        let figure = figure.unwrap_or_else(|| panic!("`{}` is not in the report", chart.name));
        assert_eq!(
            malformed(&figure.replace("<figcaption>", "").replace("</figcaption>", "")),
            None,
            "`{}`",
            chart.name
        );
        assert!(figure.contains("<svg") && figure.contains("<figcaption>"), "`{}`", chart.name);
    }
    for outside in [" src=", " href=\"h", "<script", "<link", "url(http", "@import", env!("CARGO_TARGET_TMPDIR")] {
        assert!(!page.contains(outside), "the page holds `{outside}`");
    }
    for chart in CHARTS {
        assert!(page.contains(&format!("href=\"#{}\"", chart.name)), "`{}` opens alone", chart.name);
    }
    assert_eq!(page.matches(" href=\"").count(), page.matches(" href=\"#").count(), "links stay inside the page");
    // What a reader asks first: what came of it, of every class, what the words mean, how to have it again.
    for said in ["jobs whose requester took no offer", "By class", "<td>batch</td>", "become final and right"] {
        assert!(page.contains(said), "the page says `{said}`");
    }
    assert!(page.contains("<code>reliance run pictures.toml</code>"), "the command makes it again");
    assert!(page.contains("is 1 &lt; 2 &amp; true?") && page.contains("response_ns") && page.contains("digest "));
    assert_eq!(page.matches("data:font/").count(), 1, "one font for all charts");
    assert!(page.contains("One path, seed 1.") && !page.contains('±'), "one run has no interval");
    reliance(&arguments);
    assert_eq!(fs::read_to_string(run.join("report.html")).expect("a page"), page, "written again it is the same");
}

/// Two values of one axis, each against the first.
const STUDY: &str = r#"
name = "patience"
title = "What patience is worth"
base = "pictures.toml"
measures = ["final_right_share", "wait_mean_s"]
replications = { fixed = 3 }
baseline = { count = 5 }
[[axes]]
name = "count"
path = "nodes[0].count"
values = [5, 8]
"#;

// A report of a study was once drawn as of a run named "unnamed" without a chart.
#[test]
fn a_report_of_a_study_has_its_charts_its_tables_and_its_command() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("charts-study");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder");
    fs::write(folder.join("pictures.toml"), SCENARIO).expect("a file");
    fs::write(folder.join("patience.toml"), STUDY).expect("a file");
    let (study, out) = (folder.join("patience.toml"), folder.join("out"));
    reliance(&["study", "run", study.to_str().unwrap(), "--jobs", "1", "--out", out.to_str().unwrap()]);
    reliance(&["report", out.to_str().unwrap()]);
    let page = fs::read_to_string(out.join("report.html")).expect("a page");
    for said in [
        "<h1 id=\"top\">patience</h1>",
        "What patience is worth",
        "<code>reliance study run patience.toml --jobs 1</code>",
        "<figure id=\"forest-final-right-share\">",
        "Differences from the baseline",
        "Means of every point: 2 rows",
        ">count 8</text>",
    ] {
        let page = page.replace("\n", "");
        assert!(page.contains(said), "the page says `{said}`");
    }
    assert!(!page.contains("unnamed") && !page.contains(env!("CARGO_TARGET_TMPDIR")));
    // What a study is not for needs no word, unless it is asked for by name.
    let chart = |words: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_reliance"));
        let done = command.arg("chart").arg(&out).args(words.split_whitespace()).output().expect("the command runs");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
        (done.status.code(), text(done.stdout), text(done.stderr))
    };
    let (code, all, said) = chart("");
    assert!(code == Some(0) && !said.contains("no chart"), "{said}");
    let (code, drawn, said) = chart("--only forest");
    assert_eq!((code, drawn), (Some(0), all), "{said}");
    let (code, drawn, said) = chart("--only map");
    assert_eq!((code, drawn.as_str()), (Some(1), ""));
    assert!(said.ends_with("error: no chart `map`: a map needs two axes, not 1\n"), "{said}");
    let (code, _, said) = chart("--only mapp");
    assert_eq!((code, said.as_str()), (Some(2), "error: a study has no chart `mapp`\nhelp: did you mean `map`?\n"));
}

#[test]
fn a_run_without_tables_has_no_charts_and_no_panic() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("charts-none");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder");
    let scenario = folder.join("pictures.toml");
    fs::write(&scenario, SCENARIO).expect("a file");
    let (scenario, run) = (scenario.to_str().unwrap(), folder.join("run"));
    for (changed, charts) in [("record.tables=[]", 0), ("horizon=1ns", 1)] {
        let out = run.to_str().unwrap();
        reliance(&[
            "run",
            scenario,
            "--set",
            "warm-up=0s",
            "--set",
            "record.probes=0",
            "--set",
            "record.reliance=false",
            "--set",
            changed,
            "--out",
            out,
            "--force",
        ]);
        let said = reliance(&["chart", run.to_str().unwrap()]);
        assert!(said.lines().count() <= 2 * charts, "{changed}: {said}");
        reliance(&["report", run.to_str().unwrap()]);
        assert!(fs::read_to_string(run.join("report.html")).expect("a page").contains("no data for"));
    }
}

/// What keeps a text from being well-formed XML, if anything: unbalanced tags, attributes without quotes, bare signs.
fn malformed(text: &str) -> Option<String> {
    let mut open: Vec<String> = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find('<') {
        let (before, after) = rest.split_at(start);
        if let Some(sign) = bare(before) {
            return Some(sign);
        }
        let end = after.find('>')?;
        let tag = &after[1..end];
        rest = &after[end + 1..];
        if tag.starts_with('?') || tag.starts_with('!') {
            continue;
        }
        if let Some(name) = tag.strip_prefix('/') {
            if open.pop().as_deref() != Some(name) {
                return Some(format!("`</{name}>` closes nothing"));
            }
            continue;
        }
        let inner = tag.trim_end_matches('/');
        let name: String = inner.chars().take_while(|c| !c.is_whitespace()).collect();
        let mut quoted = inner[name.len()..].split('"');
        while let Some(key) = quoted.next() {
            let is_last = key.trim().is_empty();
            if !is_last
                && !key
                    .trim()
                    .strip_suffix('=')
                    .is_some_and(|key| key.chars().all(|c| c.is_alphanumeric() || "-:".contains(c)))
            {
                return Some(format!("`<{tag}>` has a bad attribute"));
            }
            if let Some(sign) = quoted.next().and_then(bare) {
                return Some(sign);
            }
        }
        if !tag.ends_with('/') {
            open.push(name);
        }
    }
    bare(rest).or_else(|| open.pop().map(|name| format!("`<{name}>` is not closed")))
}

/// A sign that stands for itself where it must not.
fn bare(text: &str) -> Option<String> {
    let known =
        |rest: &str| ["&amp;", "&lt;", "&gt;", "&quot;", "&apos;"].iter().any(|entity| rest.starts_with(entity));
    let at = text.match_indices('&').find(|(at, _)| !known(&text[*at..]));
    at.map(|(at, _)| format!("a bare `&` in `{}`", text[at..].chars().take(20).collect::<String>()))
}

#[test]
fn what_is_malformed_is_found() {
    assert_eq!(malformed("<?xml?><a b=\"c\"><d/>x &amp; y</a>"), None);
    for wrong in ["<a>", "<a></b>", "<a b=c></a>", "<a>x & y</a>", "</a>", "<a b=\"&\"/>"] {
        assert!(malformed(wrong).is_some(), "{wrong}");
    }
}
