//! The summary of a run as text: what a person wants to know first, with units, and nothing that is not reproducible.

use std::fmt::Write;

use crate::domain::count::thousands;
use crate::domain::fate::{Cause, Fate};
use crate::engine::random::Seed;
use crate::parquet::Data;
use crate::record::batch::Batch;
use crate::record::tables::SUMMARY;
use crate::record::tally::{Durations, Summary};
use crate::scenario::Scenario;

/// The summary as aligned text, without the digest.
pub fn text(scenario: &Scenario, seed: Seed, summary: &Summary) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "{} · seed {seed} · {} jobs", scenario.name, thousands(summary.jobs));
    if !scenario.question.is_empty() {
        let _ = writeln!(text, "{}", scenario.question);
    }
    let _ = writeln!(text, "counted from {} to {}\n", rounded(summary.from), rounded(summary.ended));
    fates(&mut text, summary);
    let _ = writeln!(text, "\n{:<28}{:>12}{:>12}{:>12}{:>12}", "", "mean", "median", "95 %", "99 %");
    let rows = [
        ("asking to answer", &summary.response),
        ("asking to first token", &summary.first_token),
        ("wait before execution", &summary.wait),
        ("execution", &summary.service),
    ];
    rows.iter().for_each(|(name, durations)| duration_row(&mut text, name, durations));
    text.push('\n');
    market(&mut text, summary);
    text
}

fn fates(text: &mut String, summary: &Summary) {
    for &fate in Fate::ALL.iter().filter(|fate| summary.fate(**fate) > 0) {
        share_row(text, fate.name(), summary.fate(fate), summary.jobs);
        if fate == Fate::Declined {
            for &cause in Cause::ALL.iter().filter(|cause| summary.cause(**cause) > 0) {
                share_row(text, &format!("  for {}", cause.name()), summary.cause(cause), summary.jobs);
            }
        }
    }
}

fn share_row(text: &mut String, name: &str, count: u64, all: u64) {
    let share = 100.0 * count as f64 / all.max(1) as f64;
    let _ = writeln!(text, "{name:<28}{:>12}{share:>10.3} %", thousands(count));
}

fn duration_row(text: &mut String, name: &str, durations: &Durations) {
    let Some(mean) = durations.moments.mean() else { return };
    let quantile = |share| durations.grid.quantile(share).map_or(String::new(), |nanos| seconds(nanos as f64 * 1e-9));
    let (p50, p95, p99) = (quantile(0.5), quantile(0.95), quantile(0.99));
    let _ = writeln!(text, "{name:<28}{:>12}{p50:>12}{p95:>12}{p99:>12}", seconds(mean));
}

fn market(text: &mut String, summary: &Summary) {
    let mut row = |name: &str, value: String| {
        let _ = writeln!(text, "{name:<28}{value:>12}");
    };
    row("answers per second", format!("{:.3}", summary.response.moments.count() as f64 / summary.seconds()));
    row("right and final per second", format!("{:.3}", summary.final_right_rate()));
    row("jobs in service, mean", format!("{:.3}", summary.mean_level(|gauge| gauge.executing_area)));
    row("jobs waiting, mean", format!("{:.3}", summary.mean_level(|gauge| gauge.waiting_area)));
    if let Some(busy) = summary.utilisation() {
        row("slots in use", format!("{:.3} %", 100.0 * busy));
    }
    row("nodes working", format!("{:.3} %", 100.0 * summary.up_share()));
    if summary.node_failures > 0 {
        row("failures of nodes", thousands(summary.node_failures));
    }
    row("placements per job", format!("{:.4}", summary.attempts as f64 / summary.jobs.max(1) as f64));
    if summary.bounced > 0 {
        row("node found gone or full", thousands(summary.bounced));
    }
    row("value asked for, credits", format!("{:.2}", Summary::credits(summary.value_asked)));
    row("value final, credits", format!("{:.2}", Summary::credits(summary.value_final)));
    row("value at use, credits", format!("{:.2}", Summary::credits(summary.delivered)));
    if summary.used_wrong > 0 {
        row("harm in use, credits", format!("{:.2}", Summary::credits(summary.harm)));
    }
    row("paid, credits", format!("{:.2}", Summary::credits(summary.charged)));
    if let Some(price) = summary.price_per_second() {
        row("paid per GPU-second", format!("{price:.6}"));
    }
    row("cost of the nodes, credits", format!("{:.2}", summary.nodes.cost * 1e-6));
    let [checked, alarms] = summary.checks;
    if checked > 0 {
        row("checks", thousands(checked));
        row("alarms", thousands(alarms));
        row("right answers alarmed at", thousands(summary.found[3]));
        row("fines, tokens", format!("{:.2}", Summary::credits(summary.slashed)));
    }
}

/// An instant as people read it.
fn rounded(instant: crate::engine::time::Time) -> String {
    instant.since(crate::engine::time::Time::ZERO).rounded()
}

/// Every column of the table `summary` with its value: numbers as numbers, what is missing as null.
pub fn columns(summary: &Summary) -> serde_json::Map<String, serde_json::Value> {
    let mut batch = Batch::new(&SUMMARY);
    batch.push_row(&SUMMARY, summary);
    let value = |values: &crate::parquet::Values| match &values.data {
        _ if values.is_null(0) => serde_json::Value::Null,
        Data::Bool(column) => column[0].into(),
        Data::U32(column) => column[0].into(),
        Data::U64(column) => column[0].into(),
        Data::I64(column) => column[0].into(),
        Data::F64(column) => column[0].into(),
        Data::Text { .. } => values.text(0).into(),
    };
    batch.fields().iter().zip(batch.columns()).map(|(field, column)| (field.name.clone(), value(column))).collect()
}

/// The same as a Markdown table with units and meanings; what is missing is a dash.
pub fn markdown(summary: &Summary) -> String {
    let mut text = String::from("| measure | value | unit | meaning |\n|---|---:|---|---|\n");
    for ((name, value), column) in columns(summary).iter().zip(SUMMARY.columns) {
        let shown = if value.is_null() { "–".to_string() } else { value.to_string() };
        let _ = writeln!(text, "| {name} | {shown} | {} | {} |", column.unit, column.meaning);
    }
    text
}

/// A length of time in the unit that suits it, four digits.
pub fn seconds(seconds: f64) -> String {
    let (number, unit) = match seconds {
        0.0 => (0.0, "s"),
        s if s < 1e-3 => (s * 1e6, "µs"),
        s if s < 1.0 => (s * 1e3, "ms"),
        s if s < 600.0 => (s, "s"),
        s if s < 36_000.0 => (s / 60.0, "min"),
        s => (s / 3600.0, "h"),
    };
    let decimals = if number < 10.0 {
        3
    } else if number < 100.0 {
        2
    } else {
        1
    };
    format!("{number:.decimals$} {unit}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::time::Time;
    use crate::record::tally::Tally;
    use crate::simulate::simulate;

    /// Ten minutes of a node that fails and has one slot and no room to wait, which routing sees late, and what is said of them.
    fn said(discipline: &str) -> String {
        let text = format!(
            "name = \"shop\"\nquestion = \"who waits?\"\nhorizon = \"10min\"\n[models.plain]\n[classes.job]\n\
             work = {{ law = \"constant\", value = \"1s\" }}\n[[demand.sources]]\nname = \"all\"\n\
             arrivals = {{ rule = \"poisson\", poisson = {{ rate = \"1/s\" }} }}\n[routing]\nrefresh = \"5s\"\n[[nodes]]\nname = \"one\"\ncount = 1\n\
             places = 0\ndiscipline = {{ rule = \"{discipline}\" }}\n[nodes.failure]\n\
             up = {{ law = \"constant\", value = \"1min\" }}\ndown = {{ law = \"constant\", value = \"15s\" }}\n"
        );
        let scenario = Scenario::from_text("shop.toml", &text).unwrap_or_else(|wrong| panic!("{wrong}"));
        let mut tally = Tally::new(Time::ZERO);
        simulate(&scenario, Seed::from(1), &mut tally);
        super::text(&scenario, Seed::from(1), tally.summary())
    }

    #[test]
    fn a_person_reads_the_run() {
        let text = said("fifo");
        assert!(text.starts_with("shop · seed 1 · ") && text.contains("jobs\nwho waits?\ncounted from 0 to 10min\n\n"));
        let row = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)).map(str::trim).map(str::to_owned);
        // Down for 15 s in every 75 s, eight times in ten minutes.
        assert_eq!(row("nodes working").as_deref(), Some("80.000 %"), "{text}");
        assert_eq!(row("failures of nodes").as_deref(), Some("8"), "{text}");
        assert!(row("slots in use").is_some() && row("node found gone or full").is_some(), "{text}");
        // The numbers of the last part stand in one column.
        let last = text.rsplit("\n\n").next().expect("a last part");
        assert!(last.lines().count() > 10, "{text}");
        for line in last.lines().filter(|line| !line.ends_with('%')) {
            assert_eq!(line.chars().count(), 40, "{line}");
        }
        assert!(!said("batch").contains("slots in use"), "a batch holds one slot, whatever its size");
    }

    #[test]
    fn what_is_missing_is_a_dash() {
        let page = markdown(&Summary::default());
        assert_eq!(page.lines().count(), SUMMARY.columns.len() + 2);
        assert!(
            page.contains("| jobs | 0 |  | jobs counted |\n") && page.contains("| response_mean_s | – |"),
            "{page}"
        );
    }

    #[test]
    fn numbers_are_readable() {
        let times = [0.0, 0.000_012_3, 0.25, 5.0, 754.0, 90_000.0].map(seconds);
        assert_eq!(times, ["0.000 s", "12.30 µs", "250.0 ms", "5.000 s", "12.57 min", "25.00 h"]);
    }
}
