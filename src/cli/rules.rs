//! `rules`: every rule a scenario may choose.

use std::fmt::Write;

use clap::Args;
use serde_json::Value;

use super::{Done, Failure, say};
use crate::domain::checking::Begins;
use crate::engine::time::SimDuration;
use crate::policy::{self, RuleNotes};
use crate::scenario::nearest;
use crate::scenario::schema::{METHODS_FILE, MethodTable, Timing, named_methods};

mod names;

/// What `rules` is asked.
#[derive(Args, Debug)]
pub struct Rules {
    /// One kind of rule, such as `pricing` or `laws`. Default all
    kind: Option<String>,
}

/// Prints the rules.
pub fn rules(rules: Rules) -> Done {
    let all = policy::rules();
    let mut kinds: Vec<&str> = all.iter().map(|rule| rule.kind).collect();
    kinds.dedup();
    kinds.push(METHODS);
    kinds.extend(names::KINDS);
    if let Some(kind) = rules.kind.as_deref().filter(|kind| !kinds.contains(kind)) {
        let help = nearest::suggestion(kind, &kinds, "there are").unwrap_or_default();
        return Err(Failure::Wrong(format!("error: there is no kind of rule `{kind}`\nhelp: {help}")));
    }
    let mut text = String::new();
    for kind in kinds
        .into_iter()
        .filter(|kind| *kind != METHODS && !names::KINDS.contains(kind))
        .filter(|kind| rules.kind.as_deref().is_none_or(|wanted| wanted == *kind))
    {
        let _ = writeln!(text, "{kind}\n{}\n", "─".repeat(kind.len()));
        all.iter().filter(|rule| rule.kind == kind).for_each(|rule| describe(rule, &mut text));
    }
    if rules.kind.as_deref().is_none_or(|wanted| wanted == METHODS) {
        let _ = writeln!(text, "{METHODS}\n{}\n", "─".repeat(METHODS.len()));
        named_methods().iter().for_each(|(name, method)| method_notes(name, method, &mut text));
    }
    for kind in names::KINDS.into_iter().filter(|kind| rules.kind.as_deref().is_none_or(|wanted| wanted == *kind)) {
        let _ = writeln!(text, "{kind}\n{}\n", "─".repeat(kind.len()));
        text.push_str(&names::notes(kind));
    }
    say(text.trim_end())
}

/// The kind under which the named methods of verification are listed.
const METHODS: &str = "verification";

/// A method with its checks: checkers, frequency, cost, instant, and what each finds.
fn method_notes(name: &str, method: &MethodTable, text: &mut String) {
    let _ = writeln!(
        text,
        "{name}\n    {}\n    leaves to be trusted: {}\n    source: {}",
        method.summary, method.trust, method.source
    );
    for check in &method.checks {
        let by = serde_json::to_value(check.by).expect("a word");
        let count = if check.count > 1 { format!("{} ", check.count) } else { String::new() };
        let share = check.sample.get() * check.attention.map_or(1.0, |share| share.get());
        let _ =
            writeln!(text, "      by {count}{}, of {} of the answers", by.as_str().unwrap_or_default(), percent(share));
        let time = check
            .time
            .as_ref()
            .map_or(String::new(), |law| format!(" + {}", SimDuration::from_nanos(law.sampler().mean())));
        let _ = writeln!(
            text,
            "        overhead of the node: {} of the work + {}",
            percent(check.overhead.get()),
            check.overhead_time
        );
        let _ = writeln!(text, "        work of each checker: {} of the work{time}", percent(check.work.get()));
        let wait = match check.timing {
            _ if check.begins == Some(Begins::OnAlarm) => {
                let rounds = check.bisection.map_or(String::new(), |table| {
                    format!(
                        ", after the dispute was narrowed down to one of {} steps in rounds of {}",
                        table.steps, table.round
                    )
                });
                format!("it decides about the alarm of a check before it{rounds}")
            }
            Timing::Blocking => "the answer waits for it".to_owned(),
            Timing::Deferred => format!("after the answer was accepted; it stands at least {}", check.window),
        };
        let _ = writeln!(text, "        delay: {wait}");
        let kinds = serde_json::to_value(check.detects_kind).expect("a table");
        let others = kinds.as_object().into_iter().flatten().filter(|(_, share)| !share.is_null());
        let others: Vec<String> =
            others.map(|(kind, share)| format!("{kind} {}", percent(share.as_f64().unwrap_or(0.0)))).collect();
        let others = if others.is_empty() { String::new() } else { format!(" (but {})", others.join(", ")) };
        let _ = writeln!(
            text,
            "        finds {} of wrong answers{others}, takes {} of right ones for wrong",
            percent(check.detects.get()),
            percent(check.false_alarm.get())
        );
        if let Some(credibility) = check.credibility {
            let _ = writeln!(text, "        accepted when equal answers are credible with more than {credibility:?}");
        } else if let Some(agree) = check.agree {
            let _ = writeln!(text, "        accepted when {agree} answers agree");
        } else if check.count > 1 && check.attention.is_none() {
            let rule = serde_json::to_value(check.verdict.rule).expect("a word");
            let _ = writeln!(text, "        verdict: {}", rule.as_str().unwrap_or_default());
        }
    }
    let _ = writeln!(text, "    example: methods = [\"{name}\"]");
    if let Some(written) = written_method(name) {
        let _ = writeln!(
            text,
            "    to change it, copy it under a name of your own:\n      [verification.define.my-{name}]"
        );
        let _ = writeln!(text, "      {written}");
    }
    text.push('\n');
}

/// The line with the checks of a named method, as the file of named methods writes it.
fn written_method(name: &str) -> Option<&'static str> {
    let (_, section) = METHODS_FILE.split_once(&format!("\n[{name}]\n"))?;
    let section = section.split("\n[").next()?;
    section.lines().find(|line| line.starts_with("checks = "))
}

fn percent(share: f64) -> String {
    format!("{} %", (share * 1e6).round() / 1e4)
}

fn describe(rule: &RuleNotes, text: &mut String) {
    let _ = writeln!(text, "{}\n    {}\n    source: {}", rule.name, rule.summary, rule.source);
    let schema = rule.schema.as_value();
    let required: Vec<&str> = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    for (name, field) in schema["properties"].as_object().into_iter().flatten() {
        let needed = if required.contains(&name.as_str()) { " (required)" } else { "" };
        let about = field["description"].as_str().unwrap_or_default().replace('\n', " ");
        let _ = writeln!(text, "      {name}{needed}: {about}");
    }
    let _ = writeln!(text, "    example: {} = {}\n", rule.name, rule.example);
}
