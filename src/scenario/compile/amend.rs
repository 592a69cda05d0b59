//! The amendments of a scenario: each becomes a whole scenario, held against the one before.

use std::sync::Arc;

use super::compile;
use crate::engine::time::Time;
use crate::scenario::Scenario;
use crate::scenario::amended::{Amendment, Refusals, not_settable};
use crate::scenario::document::Document;
use crate::scenario::document::node::Node;
use crate::scenario::problems::{Problem, Problems};
use crate::scenario::schema::AmendTable;
use crate::scenario::twin::Twin;

/// The first amendment of a scenario, with those that come after it.
pub(super) fn chain(
    document: &Document,
    first: &Scenario,
    amendments: &[AmendTable],
) -> Result<Option<Amendment>, Problems> {
    let mut problems = Problems::new(document.name());
    check_times(document, first, amendments, &mut problems);
    if !problems.is_empty() {
        return Err(problems);
    }
    let (mut before, mut written) = (first.clone(), document.clone());
    let mut all = Vec::new();
    for (index, amendment) in amendments.iter().enumerate() {
        written = written.with_listed(&format!("amend[{index}].set"))?;
        let plain = compile(&written, written.parse()?)?;
        before = before.amended(&plain).map_err(|refusals| shown(&written, index, refusals))?;
        all.push((Time::ZERO + amendment.at, sets(document, index), before.clone()));
    }
    Ok(all.into_iter().rfold(None, |next, (at, sets, scenario)| {
        Some(Amendment { at, sets, scenario: Arc::new(Scenario { next, ..scenario }) })
    }))
}

/// Problems of the instants, and of paths that no amendment may name.
fn check_times(document: &Document, scenario: &Scenario, amendments: &[AmendTable], problems: &mut Problems) {
    if !amendments.is_empty() && matches!(scenario.twin, Twin::Frozen) {
        problems.at(document, "twin", "a frozen twin is held at the means of one market", "leave `[[amend]]` out");
    }
    let mut before = Time::ZERO;
    for (index, amendment) in amendments.iter().enumerate() {
        let (path, at) = (format!("amend[{index}].at"), Time::ZERO + amendment.at);
        let mut wrong = |message: String, help: &str| problems.at(document, &path, message, help);
        if at == Time::ZERO {
            wrong("an amendment before the run begins".to_owned(), "set the value in the scenario itself");
        } else if at >= scenario.horizon {
            let message = format!("an amendment at `{at}`, and the horizon is `{}`", scenario.horizon);
            wrong(message, "choose an instant before the horizon");
        } else if at < before {
            wrong(
                format!("an amendment at `{at}` after one at `{before}`"),
                "write them in the order of their instants",
            );
        }
        before = before.max(at);
        if amendment.set.is_empty() {
            let help = "write what changes, such as `set = { \"pricing.target\" = 0.8 }`";
            problems.at(document, &format!("amend[{index}].set"), "an amendment that sets nothing", help);
        }
        for path in amendment.set.keys() {
            if let Some((message, help)) = not_settable(path) {
                problems.at_key(document, &format!("amend[{index}].set"), path, message, help);
            }
        }
    }
}

/// Refusals as problems, each where its value was set.
fn shown(document: &Document, index: usize, Refusals(refusals): Refusals) -> Problems {
    let mut problems = Problems::new(document.name());
    for refusal in refusals {
        let origin = document.nearest_origin(&refusal.path);
        let note = format!("by the amendment at `{}`", at(document, index));
        problems.push(Problem::new(Some(origin), refusal.message).note(note).help(refusal.help.to_owned()));
    }
    problems
}

fn at(document: &Document, index: usize) -> String {
    document.value(&format!("amend[{index}].at")).map(Node::to_toml).unwrap_or_default().trim_matches('"').to_owned()
}

/// What an amendment sets, as `path = value`.
fn sets(document: &Document, index: usize) -> Vec<String> {
    let table = document.value(&format!("amend[{index}].set")).and_then(Node::as_table);
    let line = |(path, entry): (&String, &crate::scenario::document::node::Entry)| {
        format!("{path} = {}", entry.node.to_toml())
    };
    table.into_iter().flatten().map(line).collect()
}
