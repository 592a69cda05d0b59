//! A run as one HTML page that needs nothing else: its numbers, its charts, what it is, and what every column means.

use std::fmt::Write;

use super::page::{self, Drawn};
use super::terminal;
use crate::chart::svg::escaped;
use crate::chart::{Source, numbers};
use crate::domain::fate::{Cause, Fate};
use crate::record::columns::{Column, Kind, TableDescription};
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
    ("node_cost", "cost of the nodes, whole run"),
];

/// The page of a run with its pictures. Without a summary it has no numbers and says so.
pub fn page(run: &Source, drawn: &Drawn) -> String {
    let scenario: serde_json::Value = serde_json::from_str(&run.manifest.identity.scenario).unwrap_or_default();
    let mut page = page::head(run, scenario["question"].as_str());
    let values = values(run);
    if let Ok(values) = &values {
        let _ = writeln!(page, "<p class=\"result\">{}</p>", escaped(&result(values)));
    }
    page::provenance(&mut page, run);
    summary(&mut page, values);
    classes(&mut page, run);
    page::pictures(&mut page, drawn);
    page.push_str("<h2>Behind it</h2>\n");
    page::identity(&mut page, run, "The scenario, every value", &scenario);
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
.result{font-size:1.05rem}.wide,.side,details{overflow-x:auto}
figure{margin:1.5rem 0}.picture{overflow-x:auto;background:#fff;border-radius:6px}
figure svg{max-width:100%;height:auto;background:#fff;display:block}
figcaption{font-size:.92rem;margin-top:.5rem}.close{display:none}
figure:target{position:fixed;inset:0;margin:0;padding:.5rem;overflow:auto;background:#fff;color:#222;z-index:1}
figure:target svg{max-width:none}figure:target .open{display:none}figure:target .close{display:inline}
@media(max-width:46rem){figure svg{max-width:none}th,td{padding-right:.4rem}.side table{font-size:.82rem}}
code,pre{font-size:.86rem;overflow-wrap:anywhere;white-space:pre-wrap}
details{margin:.7rem 0}summary{cursor:pointer}
";

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
    Ok(SUMMARY.columns.iter().filter(|column| column.kind != Kind::Text).filter_map(value).collect())
}

/// What became of the jobs, how fast, and at what price, in two or three sentences.
fn result(values: &[Value]) -> String {
    let find = |name: &str| values.iter().find(|value| value.column.name == name).and_then(|value| value.number);
    let jobs = find("jobs").unwrap_or(0.0);
    if jobs <= 0.0 {
        return "No job is counted.".to_string();
    }
    let share = |count: f64| numbers::percent(count / jobs);
    let right = find("fate_final_right").unwrap_or(0.0);
    let others = Fate::ALL.iter().filter(|fate| **fate != Fate::FinalRight);
    let count = |fate: &Fate| find(&format!("fate_{}", fate.name().replace('-', "_"))).unwrap_or(0.0);
    let other =
        others.map(|fate| (count(fate), fate)).reduce(|most, other| if other.0 > most.0 { other } else { most });
    let other = other.filter(|(count, _)| *count > 0.0).map_or(String::new(), |(count, fate)| {
        format!("; the most frequent other end is “{}” with {}", fate.name().replace('-', " "), share(count))
    });
    let time = |name: &str| find(name).map(|time| terminal::seconds(time * 1e-9));
    let answers = match (time("response_p50_ns"), time("response_p95_ns")) {
        (Some(half), Some(most)) => format!(" Half of the answers arrive within {half}, 95 % within {most}."),
        _ => String::new(),
    };
    let count = |name: &str| find(name).unwrap_or(0.0) as u64;
    let killed = terminal::killed(count("placeable_without_verification"), count("killed_by_verification_cost"));
    let killed = killed.map_or(String::new(), |killed| format!(" Of these jobs, {killed}."));
    format!("Of {} jobs {} become final and right{other}.{answers}{killed}", numbers::count(jobs as u64), share(right))
}

fn summary(page: &mut String, values: Result<Vec<Value>, String>) {
    page.push_str("<h2>In numbers</h2>\n");
    let values = match values {
        Ok(values) => values,
        Err(why) => {
            let _ = writeln!(page, "<p>No numbers: {}.</p>", escaped(&why));
            return;
        }
    };
    let find = |name: &str| values.iter().find(|value| value.column.name == name);
    let jobs = find("jobs").and_then(|value| value.number).unwrap_or(0.0);
    page.push_str("<div class=\"side\">\n<table>\n<tr><th>what became of the jobs</th><th class=\"number\">jobs</th><th class=\"number\">share</th><th>meaning</th></tr>\n");
    let mut row = |name: &str, column: &str| {
        let found = find(column).and_then(|value| Some((value.number?, value.column.meaning)));
        if let Some((count, meaning)) = found.filter(|(count, _)| *count > 0.0) {
            let (count, share) = (numbers::count(count as u64), numbers::percent(count / jobs.max(1.0)));
            let _ = writeln!(
                page,
                "<tr><td>{name}</td><td class=\"number\">{count}</td><td class=\"number\">{share}</td><td class=\"soft\">{}</td></tr>",
                escaped(meaning)
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

/// The classes of jobs side by side; nothing where the run recorded no such table.
fn classes(page: &mut String, run: &Source) {
    const COUNTS: [(&str, &str); 5] = [
        ("fate_final_right", "#final and right"),
        ("fate_final_wrong", "#final, though wrong"),
        ("fate_declined", "#declined"),
        ("fate_abandoned", "#abandoned"),
        ("used", "#used"),
    ];
    let wanted: Vec<&str> = ["class", "jobs"].into_iter().chain(COUNTS.map(|(name, _)| name)).collect();
    let Ok(table) = run.table("classes", &wanted) else { return };
    let (Ok((codes, names)), Ok(jobs)) = (table.text("class"), table.numbers("jobs")) else { return };
    let known: Vec<(&str, Vec<Option<f64>>)> =
        COUNTS.iter().filter_map(|(name, head)| Some((*head, table.numbers(name).ok()?))).collect();
    let heads: Vec<&str> = ["class", "#jobs"].into_iter().chain(known.iter().map(|(head, _)| *head)).collect();
    let rows = (0..jobs.len()).map(|row| {
        let all = jobs[row].unwrap_or(0.0);
        let name = codes[row].map_or(String::new(), |code| names[code as usize].clone());
        let share = |count: Option<f64>| match count {
            Some(count) if all > 0.0 => numbers::percent(count / all),
            _ => "–".to_string(),
        };
        let shares = known.iter().map(|(_, counts)| share(counts[row]));
        [name, numbers::count(all as u64)].into_iter().chain(shares).collect()
    });
    page.push_str("<h3>By class, as shares of its jobs</h3>\n");
    page::table(page, &heads, rows);
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
