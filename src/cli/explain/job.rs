//! One job: every term of its quotes, the term for which it was declined, and its fate.

use std::convert::Infallible;
use std::fmt::Write;
use std::sync::Arc;

use super::super::Failure;
use super::super::progress::Progress;
use crate::domain::fate::Deduction;
use crate::domain::ids::{Id, SourceId};
use crate::domain::record::{JobKey, JobRecord};
use crate::engine::random::Seed;
use crate::engine::time::{SimDuration, Time};
use crate::market::QuoteTrace;
use crate::record::fact::Fact;
use crate::record::recorder::Recorder;
use crate::scenario::Scenario;
use crate::scenario::nearest;
use crate::simulate::{Run, twin_watched};

mod events;

/// So many slices of the horizon: the run stops soon after the job has left.
const SLICES: u64 = 500;

/// What is printed of a job.
pub fn explained(scenario: &Arc<Scenario>, seed: Seed, name: &str) -> Result<String, Failure> {
    let key = key(scenario, name)?;
    let mut progress = Progress::new(Time::ZERO, scenario.horizon);
    let mut look = |run: &Run| {
        progress.show(run.now(), run.events());
        Ok::<(), Infallible>(())
    };
    let Ok(twin) = twin_watched(scenario, seed, &mut look);
    let mut run = Run::open(twin, seed);
    run.inspect(key);
    let mut watch = Watch { key, record: None, facts: Vec::new() };
    let slice = (scenario.horizon.0 / SLICES).max(1);
    while watch.record.is_none() && run.now() < scenario.horizon {
        let next = run.now() + SimDuration(slice);
        let Ok(()) = run.until_watched(next, &mut watch, &mut look);
    }
    let quote_traces = run.inspection().map_or_else(Vec::new, |inspection| inspection.quote_traces.clone());
    if watch.record.is_none() {
        run.close(&mut watch);
    }
    progress.clear();
    let Some(record) = watch.record else {
        let asked =
            format!("error: the source `{}` never asks for its job {}", scenario.sources[key.source].name, key.index);
        return Err(Failure::Wrong(format!("{asked}\nhelp: jobs are numbered from 0 in the order they are asked for")));
    };
    let mut text = written(scenario, name, &record, &quote_traces);
    text.push_str(&events::told(scenario, &record, &watch.facts));
    Ok(text)
}

/// `SOURCE:INDEX`, the source by its name or its number.
fn key(scenario: &Scenario, name: &str) -> Result<JobKey, Failure> {
    let wrong = |text: String| Err(Failure::Wrong(text));
    let Some((source, index)) = name.rsplit_once(':') else {
        return wrong(format!(
            "error: `{name}` names no job\nhelp: write the source and the number, such as `{}:0`",
            scenario.sources[SourceId(0)].name
        ));
    };
    let Ok(index) = index.parse() else {
        return wrong(format!("error: `{index}` is not the number of a job\nhelp: jobs are numbered from 0"));
    };
    let names: Vec<&str> = scenario.sources.iter().map(|source| source.name.as_str()).collect();
    let place = names.iter().position(|other| *other == source);
    let place = place.or_else(|| source.parse().ok().filter(|place| *place < names.len()));
    match place {
        Some(place) => Ok(JobKey { source: SourceId::from_index(place), index }),
        None => {
            let help = nearest::suggestion(source, &names, "there are").unwrap_or_default();
            wrong(format!("error: there is no source `{source}`\nhelp: {help}"))
        }
    }
}

/// Waits for the record of one job, and keeps what is checked, revoked, fined and paid on the way.
struct Watch {
    key: JobKey,
    record: Option<JobRecord>,
    facts: Vec<(Time, Fact)>,
}

impl Recorder for Watch {
    fn note(&mut self, at: Time, fact: &Fact, record: Option<&JobRecord>) {
        if events::is_of(fact, self.key) {
            self.facts.push((at, *fact));
        }
        if let (Fact::Closed { job, .. }, Some(record)) = (fact, record)
            && *job == self.key
        {
            self.record = Some(*record);
        }
    }
}

fn written(scenario: &Scenario, name: &str, record: &JobRecord, quote_traces: &[QuoteTrace]) -> String {
    let class = &scenario.classes[record.class].name;
    let mut text = format!(
        "job {name} of class {class}, asked at {}, worth {} credits if right and in time\n",
        at(record.at.asked),
        record.value
    );
    for quote_trace in quote_traces {
        quotes(scenario, quote_trace, &mut text);
    }
    if quote_traces.is_empty() {
        text.push_str("\nIts offers were not weighed: the choice `first` weighs none, or there was no offer.\n");
    }
    let _ = writeln!(text, "\nwhat became of it: {}", record.fate.name());
    if let Some(cause) = record.cause {
        let _ = writeln!(text, "declined for: {}", cause.name());
        let placeable: Vec<&str> = Deduction::ALL
            .iter()
            .enumerate()
            .filter(|(bit, _)| record.placeable_without >> bit & 1 == 1)
            .map(|(_, deduction)| deduction.name())
            .collect();
        let without = if placeable.is_empty() { "no one deduction alone".to_owned() } else { placeable.join(", or ") };
        let _ = writeln!(text, "would have been placed without: {without}");
        let with_none = if record.placeable_with_none { "yes" } else { "no" };
        let _ = writeln!(text, "would have been placed with no check at all: {with_none}");
    }
    let instants = [
        ("placed", record.at.placed),
        ("reached its node", record.at.reached),
        ("started", record.at.started),
        ("answered", record.at.answered),
        ("accepted", record.at.accepted),
        ("used", record.at.used),
        ("paid", record.at.paid),
        ("final", record.at.finalised),
        ("left the market", record.at.closed),
    ];
    for (what, instant) in instants.iter().filter(|(_, instant)| *instant != Time::NEVER) {
        let _ = writeln!(text, "  {what:<17} {}", at(*instant));
    }
    text
}

/// Every quote as a row: what is taken off the value, and what is left; in credits.
fn quotes(scenario: &Scenario, quote_trace: &QuoteTrace, text: &mut String) {
    let _ = writeln!(text, "\noffers at {}, in credits", at(quote_trace.at));
    let names: Vec<&str> = Deduction::ALL.iter().map(|deduction| deduction.name()).collect();
    let group = |node| scenario.group_of(node).map_or("", |group| group.name.as_str());
    let width = quote_trace.quotes.iter().map(|quote| group(quote.node).chars().count()).max().unwrap_or(0).max(5);
    let (heads, value) = (headed(&names), "value");
    let _ =
        writeln!(text, "  {:>7}  {:<width$}  {:<18} {value:>12} {heads}  {:>12}", "node", "group", "method", "surplus");
    for quote in &quote_trace.quotes {
        let method = &scenario.last().verification.methods[quote.method].name;
        let off: Vec<String> = quote.deductions.iter().map(|deduction| format!("{:>13}", amount(-deduction))).collect();
        let taken = quote_trace.taken.is_some_and(|taken| taken.node == quote.node && taken.method == quote.method);
        let mark = if taken { "  taken" } else { "" };
        let (node, value) = (quote.node.0, amount(quote_trace.value));
        let _ = writeln!(
            text,
            "  {node:>7}  {:<width$}  {method:<18} {value:>12} {}  {:>12}{mark}",
            group(quote.node),
            off.join(" "),
            amount(quote.surplus)
        );
    }
    match quote_trace.cause {
        Some(cause) if quote_trace.quotes.is_empty() => {
            let _ = writeln!(text, "  no offer: {}", cause.name());
        }
        Some(cause) => {
            let _ = writeln!(
                text,
                "  no offer leaves anything; the first deduction that takes all of every one: {}",
                cause.name()
            );
        }
        None => {}
    }
}

fn headed(names: &[&str]) -> String {
    names.iter().map(|name| format!("{name:>13}")).collect::<Vec<_>>().join(" ")
}

/// Micro-credits as credits with six decimals.
fn amount(micro: f64) -> String {
    match micro {
        micro if micro.is_infinite() => "too late".to_owned(),
        micro => format!("{:.6}", micro * 1e-6),
    }
}

/// Seconds since the start, to the millisecond.
fn at(instant: Time) -> String {
    format!("{:.3} s", instant.0 as f64 * 1e-9)
}
