//! The summary of a run as text: what a person wants to know first, with units, and nothing that is not reproducible.

use std::fmt::Write;

use crate::domain::count::thousands;
use crate::domain::fate::{Cause, Deduction, Fate};
use crate::engine::random::Seed;
use crate::engine::time::Time;
use crate::parquet::Data;
use crate::record::batch::Batch;
use crate::record::tables::{ClassRow, summary_of};
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
    if let Some(killed) = killed(summary.placeable_without[Deduction::Verification as usize], summary.killed_by_cost) {
        let _ = writeln!(text, "{killed}");
    }
    classes(&mut text, scenario, summary);
    let heads = ["mean", "median", "95 % within", "99 % within"];
    let _ = writeln!(text, "\n{:<28}{:>12}{:>12}{:>12}{:>12}", "", heads[0], heads[1], heads[2], heads[3]);
    let rows = [
        ("asking to answer", &summary.response),
        ("asking to first token", &summary.first_token),
        ("wait before execution", &summary.wait),
        ("execution", &summary.service),
    ];
    rows.iter().for_each(|(name, durations)| duration_row(&mut text, name, durations));
    paid(&mut text, scenario, summary);
    text.push('\n');
    market(&mut text, summary);
    prices(&mut text, scenario, summary);
    text
}

/// What became of the jobs of each class, where there are several.
fn classes(text: &mut String, scenario: &Scenario, summary: &Summary) {
    let rows = ClassRow::of(summary, &names(scenario));
    if rows.len() < 2 {
        return;
    }
    let shown = [Fate::FinalRight, Fate::Declined, Fate::Abandoned];
    let _ = write!(text, "\n{:<28}{:>12}", "of each class", "jobs");
    shown.iter().for_each(|fate| _ = write!(text, "{:>12}", fate.name()));
    for ClassRow { class, counts } in &rows {
        let _ = write!(text, "\n{class:<28}{:>12}", thousands(counts.jobs));
        for fate in shown {
            let share = 100.0 * counts.fate(fate) as f64 / counts.jobs.max(1) as f64;
            let _ = write!(text, "{share:>10.3} %");
        }
    }
    text.push('\n');
}

/// What was paid in each channel per job asked for, also by class where there are several; nothing where nothing was paid.
fn paid(text: &mut String, scenario: &Scenario, summary: &Summary) {
    if summary.charged == 0 {
        return;
    }
    let _ = write!(text, "\n{:<28}", "paid per job, credits");
    CHANNELS.iter().for_each(|channel| _ = write!(text, "{channel:>14}"));
    let mut row = |name: &str, charged: &[i128; 3], jobs: u64| {
        let _ = write!(text, "\n{name:<28}");
        let each = charged.map(|sum| Summary::credits(sum) / jobs.max(1) as f64);
        each.iter().for_each(|each| _ = write!(text, "{each:>14.6}"));
    };
    row("all", &summary.charged_by_channel, summary.jobs);
    let rows = ClassRow::of(summary, &names(scenario));
    for ClassRow { class, counts } in rows.iter().filter(|_| rows.len() > 1) {
        row(class, &counts.charged_by_channel, counts.jobs);
    }
    text.push('\n');
}

/// The prices that move, when counting began and at the end.
fn prices(text: &mut String, scenario: &Scenario, summary: &Summary) {
    for (channel, name) in CHANNELS.iter().enumerate() {
        if !scenario.channels.pricing[channel].moves() {
            continue;
        }
        for (when, gauge) in [("first", &summary.begin), ("last", &summary.end)] {
            let price = gauge.prices[channel].map_or("stopped".to_string(), |price| price.to_string());
            let _ = writeln!(text, "{:<28}{price:>12}", format!("{name} price, {when}"));
        }
    }
}

/// The channels in the order of their sums.
const CHANNELS: [&str; 3] = ["computing", "coordination", "verification"];

fn names(scenario: &Scenario) -> Vec<String> {
    scenario.classes.iter().map(|class| class.name.clone()).collect()
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

/// Of the jobs that verification killed, how many its cost killed, and how many needed a check; nothing where it killed none.
pub fn killed(killed: u64, by_cost: u64) -> Option<String> {
    let needed = thousands(killed.saturating_sub(by_cost));
    (killed > 0).then(|| {
        format!(
            "verification killed {}: {} by its cost, {needed} needed a check",
            thousands(killed),
            thousands(by_cost)
        )
    })
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
    row("welfare of the whole run", format!("{:.2}", Summary::credits(summary.welfare.total())));
    row("paid, credits", format!("{:.2}", Summary::credits(summary.charged)));
    if let Some(price) = summary.price_per_second() {
        row("paid per GPU-second", format!("{price:.6}"));
    }
    // What was paid counts from the end of the warm-up on; the cost is no less than all of it.
    let cost = match summary.from {
        Time::ZERO => "cost of the nodes, credits",
        _ => "nodes' cost of the whole run",
    };
    row(cost, format!("{:.2}", summary.nodes.cost * 1e-6));
    let [checked, alarms] = summary.checks;
    if checked > 0 {
        row("checks", thousands(checked));
        row("alarms", thousands(alarms));
        row("right answers alarmed at", thousands(summary.found[3]));
        row("fines, tokens", format!("{:.2}", Summary::credits(summary.slashed)));
    }
}

/// An instant as people read it.
fn rounded(instant: Time) -> String {
    instant.since(Time::ZERO).rounded()
}

/// Every column of the table `summary` with its value: numbers as numbers, what is missing as null.
pub fn columns(summary: &Summary) -> serde_json::Map<String, serde_json::Value> {
    let table = summary_of(summary);
    let mut batch = Batch::new(table);
    batch.push_row(table, summary);
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
    for ((name, value), column) in columns(summary).iter().zip(summary_of(summary).columns) {
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
    use crate::record::tally::Tally;
    use crate::simulate::simulate;

    /// Ten minutes of a node that fails and has one slot and no room to wait, which routing sees late, and what is said of them.
    fn shop(discipline: &str) -> String {
        format!(
            "name = \"shop\"\nquestion = \"who waits?\"\nhorizon = \"10min\"\n[models.plain]\n[classes.job]\n\
             work = {{ law = \"constant\", value = \"1s\" }}\n[[demand.sources]]\nname = \"all\"\n\
             arrivals = {{ rule = \"poisson\", poisson = {{ rate = \"1/s\" }} }}\n[routing]\nrefresh = \"5s\"\n[[nodes]]\nname = \"one\"\ncount = 1\n\
             places = 0\ndiscipline = {{ rule = \"{discipline}\" }}\n[nodes.failure]\n\
             up = {{ law = \"constant\", value = \"1min\" }}\ndown = {{ law = \"constant\", value = \"15s\" }}\n"
        )
    }

    fn said(discipline: &str) -> String {
        let scenario = Scenario::from_text("shop.toml", &shop(discipline)).unwrap_or_else(|wrong| panic!("{wrong}"));
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
        // Where a part of the run is left out, what is of the whole run says so.
        assert_eq!(row("cost of the nodes, credits").as_deref(), Some("0.00"), "{text}");
        let mut tally = Tally::new(Time(60_000_000_000));
        let scenario = Scenario::from_text("shop.toml", &shop("fifo")).unwrap_or_else(|wrong| panic!("{wrong}"));
        simulate(&scenario, Seed::from(1), &mut tally);
        let part = super::text(&scenario, Seed::from(1), tally.summary());
        assert!(part.contains("\nnodes' cost of the whole run        0.00\n"), "{part}");
        assert!(!said("batch").contains("slots in use"), "a batch holds one slot, whatever its size");
    }

    #[test]
    fn classes_and_channels_stand_apart() {
        let text = "name = \"two\"\nhorizon = \"10min\"\n[models.plain]\n[classes.long]\nwork = { law = \"constant\", value = \"2s\" }\n\
                    [classes.short]\nwork = { law = \"constant\", value = \"1s\" }\n[[demand.sources]]\nname = \"all\"\n\
                    mix = { long = 0.5, short = 0.5 }\narrivals = { rule = \"poisson\", poisson = { rate = \"1/s\" } }\n\
                    [pricing.compute]\nrule = \"utilisation\"\nutilisation = { base = 0.001, kink = 0.5, slope-below = 0.0, slope-above = 0.0 }\n\
                    [[nodes]]\nname = \"many\"\ncount = 50\n";
        let scenario = Scenario::from_text("two.toml", text).unwrap_or_else(|wrong| panic!("{wrong}"));
        let mut tally = Tally::new(Time::ZERO);
        simulate(&scenario, Seed::from(1), &mut tally);
        let said = super::text(&scenario, Seed::from(1), tally.summary());
        let rows = |name: &str| -> Vec<Vec<String>> {
            let rows = said.lines().filter(|line| line.starts_with(name));
            rows.map(|row| row[name.len()..].split_whitespace().map(str::to_owned).collect()).collect()
        };
        let (long, short) = (rows("long "), rows("short "));
        // First the jobs and shares of each class, then what each of its jobs paid: two seconds and one at a thousandth.
        assert_eq!((long.len(), short.len()), (2, 2), "{said}");
        let jobs = |rows: &[Vec<String>]| rows[0][0].parse::<u64>().expect("a number of jobs");
        assert_eq!(jobs(&long) + jobs(&short), tally.summary().jobs, "{said}");
        let paid = |rows: &[Vec<String>]| rows[1][0].parse::<f64>().expect("an amount");
        assert!((paid(&long) / paid(&short) - 2.0).abs() < 0.1 && long[1][1..] == ["0.000000", "0.000000"], "{said}");
        assert_eq!(rows("computing price, last "), [["0.001"]], "{said}");
        assert!(rows("coordination price").is_empty(), "a price that is posted does not move");
        assert!(said.lines().all(|line| line.chars().count() <= 80), "{said}");
    }

    #[test]
    fn what_verification_killed_is_told_apart() {
        assert_eq!(killed(0, 0), None);
        let said = killed(1_234, 1_000).expect("it killed some");
        assert_eq!(said, "verification killed 1 234: 1 000 by its cost, 234 needed a check");
    }

    #[test]
    fn what_is_missing_is_a_dash() {
        let page = markdown(&Summary::default());
        assert_eq!(page.lines().count(), summary_of(&Summary::default()).columns.len() + 2);
        assert!(
            page.contains("| jobs | 0 |  | number of jobs counted |\n") && page.contains("| response_mean_s | – |"),
            "{page}"
        );
    }

    #[test]
    fn numbers_are_readable() {
        let times = [0.0, 0.000_012_3, 0.25, 5.0, 754.0, 90_000.0].map(seconds);
        assert_eq!(times, ["0.000 s", "12.30 µs", "250.0 ms", "5.000 s", "12.57 min", "25.00 h"]);
    }
}
