//! A run as one HTML page that needs nothing else: its numbers, its charts, what it is, and what every column means.

use std::fmt::Write;

use super::terminal;
use crate::chart::svg::{self, escaped};
use crate::chart::{self, Drawing, Source, Sources, numbers};
use crate::domain::fate::{Cause, Fate};
use crate::record::columns::{Column, TableDescription};
use crate::record::tables::{self, SUMMARY};
use crate::record::tally::Summary;

/// The columns of the summary that a reader wants first, with what they are called on the page.
const HEADLINES: &[(&str, &str)] = &[
    ("jobs", "jobs counted"),
    ("throughput", "answers per second"),
    ("response_mean_s", "asking to answer, mean"),
    ("response_p50_ns", "asking to answer, median"),
    ("response_p95_ns", "asking to answer, 95 %"),
    ("response_p99_ns", "asking to answer, 99 %"),
    ("wait_mean_s", "wait before execution, mean"),
    ("executing_mean", "jobs in service, mean"),
    ("waiting_mean", "jobs waiting, mean"),
    ("up_share", "share of time that nodes work"),
    ("value_asked", "value asked for"),
    ("value_final", "value delivered"),
    ("charged", "paid by requesters"),
    ("price_mean", "paid per GPU-second of work"),
    ("node_cost", "cost of the nodes"),
];

/// The page of a run. Without a summary it has no numbers and says so.
pub fn page(sources: &Sources) -> String {
    let run = &sources.run;
    let scenario: serde_json::Value = serde_json::from_str(&run.manifest.identity.scenario).unwrap_or_default();
    let mut page = String::new();
    let _ = write!(
        page,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{name} · seed {seed}</title>\n<style>\n{font}\n{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{name}</h1>\n",
        name = escaped(&run.name),
        seed = run.manifest.identity.seed,
        font = svg::font_face(),
    );
    if let Some(question) = scenario["question"].as_str().filter(|question| !question.is_empty()) {
        let _ = writeln!(page, "<p class=\"question\">{}</p>", escaped(question));
    }
    let _ = writeln!(page, "<p class=\"soft\">{}</p>", escaped(&provenance(run)));
    summary(&mut page, run);
    charts(&mut page, sources);
    identity(&mut page, run, &scenario);
    dictionary(&mut page, &tables::all());
    page.push_str("</main>\n</body>\n</html>\n");
    page
}

pub(super) const STYLE: &str = "\
:root{color-scheme:light dark}
body{font:16px/1.5 system-ui,sans-serif;margin:0;padding:0 1rem}
main{max-width:56rem;margin:2rem auto}
h1{margin-bottom:0;font-weight:600}h2{margin-top:2.5rem;font-weight:600}
.question{font-size:1.15rem;margin:.3rem 0}.soft{opacity:.72}
table{border-collapse:collapse;margin:.8rem 0}
th,td{padding:.2rem .9rem .2rem 0;text-align:left;vertical-align:top;border-bottom:1px solid rgba(128,128,128,.25)}
td.number,th.number{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.side{display:flex;flex-wrap:wrap;gap:0 3.5rem}
figure{margin:1.5rem 0}figure svg{max-width:100%;height:auto;background:#fff;border-radius:6px;display:block}
figcaption{font-size:.92rem;margin-top:.5rem}
code,pre{font-size:.86rem;overflow-wrap:anywhere;white-space:pre-wrap}
details{margin:.7rem 0}summary{cursor:pointer}
";

fn provenance(run: &Source) -> String {
    let manifest = &run.manifest;
    let (seed, version) = (manifest.identity.seed, &manifest.identity.version);
    format!("seed {seed} · reliance {version} · identity {} · digest {}", manifest.id, manifest.circumstances.digest)
}

/// A value of the summary.
struct Value {
    column: &'static Column<Summary>,
    number: Option<f64>,
}

/// The columns of the summary that the run has and this version knows, in this version's order.
fn values(run: &Source) -> Result<Vec<Value>, String> {
    let names: Vec<&str> = SUMMARY.columns.iter().map(|column| column.name).collect();
    let table = run.table("summary", &names)?;
    let value = |column: &'static Column<Summary>| {
        let number = *table.numbers(column.name).ok()?.first()?;
        Some(Value { column, number })
    };
    Ok(SUMMARY.columns.iter().filter_map(value).collect())
}

fn summary(page: &mut String, run: &Source) {
    page.push_str("<h2>In numbers</h2>\n");
    let values = match values(run) {
        Ok(values) => values,
        Err(why) => {
            let _ = writeln!(page, "<p>No numbers: {}.</p>", escaped(&why));
            return;
        }
    };
    let find = |name: &str| values.iter().find(|value| value.column.name == name);
    let jobs = find("jobs").and_then(|value| value.number).unwrap_or(0.0);
    page.push_str("<div class=\"side\">\n<table>\n<tr><th>what became of the jobs</th><th class=\"number\">jobs</th><th class=\"number\">share</th></tr>\n");
    let mut row = |name: &str, column: &str| {
        if let Some(count) = find(column).and_then(|value| value.number).filter(|count| *count > 0.0) {
            let (count, share) = (numbers::count(count as u64), numbers::percent(count / jobs.max(1.0)));
            let _ = writeln!(
                page,
                "<tr><td>{name}</td><td class=\"number\">{count}</td><td class=\"number\">{share}</td></tr>"
            );
        }
    };
    for fate in Fate::ALL {
        row(fate.name(), &format!("fate_{}", fate.name().replace('-', "_")));
        if *fate == Fate::Declined {
            for cause in Cause::ALL {
                row(&format!("– for {}", cause.name()), &format!("cause_{}", cause.name().replace('-', "_")));
            }
        }
    }
    page.push_str("</table>\n<table>\n<tr><th>measure</th><th class=\"number\">value</th></tr>\n");
    for (name, called) in HEADLINES {
        if let Some(value) = find(name) {
            let _ = writeln!(page, "<tr><td>{called}</td><td class=\"number\">{}</td></tr>", written(value));
        }
    }
    page.push_str("</table>\n</div>\n<details><summary>Every measure</summary>\n<table>\n");
    page.push_str("<tr><th>column</th><th class=\"number\">value</th><th>meaning</th></tr>\n");
    for value in &values {
        let (name, meaning) = (value.column.name, escaped(value.column.meaning));
        let _ = writeln!(
            page,
            "<tr><td><code>{name}</code></td><td class=\"number\">{}</td><td>{meaning}</td></tr>",
            written(value)
        );
    }
    page.push_str("</table>\n</details>\n");
}

/// A value with its unit; lengths of time in the unit that suits them.
fn written(value: &Value) -> String {
    let Some(number) = value.number else { return "–".to_string() };
    match value.column.unit {
        "ns" => terminal::seconds(number * 1e-9),
        "s" => terminal::seconds(number),
        "" if number == number.floor() && number.abs() < 1e15 => numbers::decimals(number, 0),
        "" => numbers::significant(number, 4),
        unit => format!("{} {unit}", numbers::significant(number, 5)),
    }
}

fn charts(page: &mut String, sources: &Sources) {
    page.push_str("<h2>In pictures</h2>\n");
    let mut missing = Vec::new();
    for (name, drawing) in chart::draw_all(sources) {
        match drawing {
            Ok(drawing) => figure(page, name, &drawing),
            Err(why) => missing.push(format!("<li><code>{name}</code>: {}</li>\n", escaped(&why))),
        }
    }
    if !missing.is_empty() {
        let list = missing.concat();
        let _ = write!(
            page,
            "<details><summary>Charts that this run has no data for</summary>\n<ul>\n{list}</ul>\n</details>\n"
        );
    }
}

fn figure(page: &mut String, name: &str, drawing: &Drawing) {
    let (picture, words) = (svg::inline(&drawing.sheet, &drawing.words.title), &drawing.words);
    let (title, lede, caption) = (escaped(&words.title), escaped(&words.subtitle()), escaped(&words.caption.line));
    let _ = write!(
        page,
        "<figure id=\"{name}\">\n{picture}<figcaption><strong>{title}.</strong> {lede} \
         <span class=\"soft\">{caption}</span></figcaption>\n</figure>\n"
    );
}

fn identity(page: &mut String, run: &Source, scenario: &serde_json::Value) {
    let manifest = &run.manifest;
    page.push_str("<h2>What it is a result of</h2>\n<table>\n");
    let mut row = |name: &str, value: &str| {
        let _ = writeln!(page, "<tr><td>{name}</td><td><code>{}</code></td></tr>", escaped(value));
    };
    row("identity", &manifest.id);
    row("version", &manifest.identity.version);
    row("format of the output", &manifest.identity.format.to_string());
    row("seed", &manifest.identity.seed.to_string());
    for input in &manifest.identity.inputs {
        row("input", &format!("{} · {}", input.path, input.hash));
    }
    row("digest of all events", &manifest.circumstances.digest);
    for table in &manifest.circumstances.tables {
        row(&format!("rows of {}", table.name), &numbers::count(table.rows));
    }
    page.push_str("</table>\n<details><summary>The scenario, every value</summary>\n<pre>");
    page.push_str(&escaped(&serde_json::to_string_pretty(scenario).expect("JSON becomes text")));
    page.push_str("</pre>\n</details>\n");
}

fn dictionary(page: &mut String, tables: &[TableDescription]) {
    page.push_str("<details><summary>What every column of the tables means</summary>\n");
    for table in tables {
        let _ = write!(page, "<h3><code>{}</code></h3>\n<p>{}</p>\n<table>\n", table.name, escaped(table.grain));
        page.push_str("<tr><th>column</th><th>type</th><th>unit</th><th>meaning</th><th>formula</th></tr>\n");
        for column in &table.columns {
            let missing = if column.nullable { ", may be missing" } else { "" };
            let (kind, unit) = (column.kind.name(), escaped(column.unit));
            let (meaning, formula) = (escaped(column.meaning), escaped(column.formula));
            let name = column.name;
            let _ = writeln!(
                page,
                "<tr><td><code>{name}</code></td><td>{kind}{missing}</td><td>{unit}</td><td>{meaning}</td><td>{formula}</td></tr>"
            );
        }
        page.push_str("</table>\n");
    }
    page.push_str("</details>\n");
}
