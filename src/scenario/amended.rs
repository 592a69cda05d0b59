//! What a running market may become: an amended scenario held against the one it runs (model §15.2).
//!
//! The two have the same parties, classes, models and sources, in the same order. Methods are matched by name and definition: one that is
//! the same keeps its number, another has a new one, and those that no class admits any more stay for the jobs that agreed on them.

use std::fmt::{self, Debug};
use std::sync::Arc;

use serde_json::Value;

use super::Scenario;
use super::document::key_text;
use super::twin::Twin;
use crate::domain::ids::{IdVec, MethodId};
use crate::engine::time::Time;
use crate::policy::pricing::Watch;
use crate::scenario::channels::Channel;

/// An amendment: what a market becomes, and when.
#[derive(Clone, Debug)]
pub struct Amendment {
    /// Before the events of this instant.
    pub at: Time,
    /// What is set, as `path = value`.
    pub sets: Vec<String>,
    /// The whole scenario from then on, with the amendments that are still to come.
    pub scenario: Arc<Scenario>,
}

/// A difference that a running market cannot take over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Where it stands in the scenario, such as `nodes[0].count`.
    pub path: String,
    /// Why not: lower case, values in backticks, no final stop.
    pub message: String,
    /// What would be right.
    pub help: &'static str,
}

/// All that keeps a running market from becoming another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusals(pub Vec<Refusal>);

impl fmt::Display for Refusals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, refusal) in self.0.iter().enumerate() {
            let between = if index == 0 { "" } else { "\n" };
            write!(f, "{between}{}; {}", refusal.message, refusal.help)?;
        }
        Ok(())
    }
}

impl std::error::Error for Refusals {}

/// What a running market takes over, by path: everything below these. `*` stands for any name, `[]` for any place.
pub const AMENDABLE: &[&str] = &[
    "pricing",
    "verification",
    "classes.*.value",
    "classes.*.harm",
    "classes.*.recovers",
    "classes.*.discount",
    "classes.*.delay-cost",
    "classes.*.use-at",
    "classes.*.methods",
    "classes.*.deadline",
    "classes.*.patience",
    "classes.*.noise",
    "demand.value-factor",
    "nodes[].speed",
    "nodes[].cost",
    "nodes[].cost-follows",
    "nodes[].price",
    "nodes[].flaky",
    "nodes[].conduct",
    "validators[].speed",
    "validators[].cost",
    "validators[].cost-follows",
    "validators[].flaky",
    "validators[].conduct",
    "provers[].speed",
    "provers[].cost",
    "provers[].cost-follows",
    "provers[].flaky",
    "provers[].conduct",
    "network.rtt",
    "network.rtt-ms",
    "network.jitter",
    "routing.pool",
    "routing.choice",
    "routing.chooser",
    "routing.quote-ttl",
    "routing.estimate",
    "routing.refresh",
    "coordination.gas",
    "coordination.tip",
    "coordination.block",
    "coordination.target",
    "coordination.limit",
    "payout.batch",
    "retries",
    "limits",
    "shocks",
];

/// Why a path cannot be amended: the first whose beginning fits.
const REASONS: &[(&str, &str)] = &[
    ("seed", "the run has drawn from its seed since it began"),
    ("warm-up", "jobs are counted from the end of the warm-up on"),
    ("horizon", "arrivals and samples are planned up to the horizon"),
    ("demand", "a source has drawn its next job"),
    ("nodes[].count", "nodes have their numbers from the opening on"),
    ("validators[].count", "validators have their numbers from the opening on"),
    ("provers[].count", "provers have their numbers from the opening on"),
    ("nodes[].failure", "each node has drawn its next failure"),
    ("validators[].failure", "each validator has drawn its next failure"),
    ("provers[].failure", "each prover has drawn its next failure"),
    ("nodes[].participation", "each node has drawn when it decides next"),
    ("validators[].participation", "each validator has drawn when it decides next"),
    ("provers[].participation", "each prover has drawn when it decides next"),
    ("nodes[].dormant", "nodes have their numbers from the opening on"),
    ("validators[].dormant", "validators have their numbers from the opening on"),
    ("provers[].dormant", "provers have their numbers from the opening on"),
    ("nodes[].stake", "nodes have staked at the opening"),
    ("validators[].stake", "validators have staked at the opening"),
    ("provers[].stake", "provers have staked at the opening"),
    ("series", "a series goes on from where it stands"),
    ("agreement", "parties have settled since the opening, and how they remember it is measured"),
    ("coordination.blocking", "requests wait for a block, or do not"),
    ("payout.at", "answers in hand are paid as they were agreed"),
];

const HELP: &str =
    "set it in the scenario itself; prices, verification, routing, retries, conduct and shocks can be amended";

/// Whether two things are written alike: of what has no equality of its own, every number is written in full.
pub fn alike<T: Debug>(one: &T, other: &T) -> bool {
    format!("{one:?}") == format!("{other:?}")
}

impl Scenario {
    /// What a market that runs this scenario becomes by `new`, with the amendments of `new`: the same, with the numbers of this one.
    /// `Err` says what cannot be amended.
    pub fn amended(&self, new: &Scenario) -> Result<Scenario, Refusals> {
        let refusals = self.refusals(new);
        if !refusals.is_empty() {
            return Err(Refusals(refusals));
        }
        let mut amended = new.clone();
        self.number_methods(&mut amended);
        if let Some(next) = amended.next.take() {
            let scenario = Arc::new(amended.amended(&next.scenario)?);
            amended.next = Some(Amendment { scenario, ..next });
        }
        Ok(amended)
    }

    /// The scenario that a run of this one ends with, after its last amendment. Its methods are those of all before, and more.
    pub fn last(&self) -> &Scenario {
        self.next.as_ref().map_or(self, |next| next.scenario.last())
    }

    /// The scenario that is run at an instant, when the amendments before it are made.
    pub fn present(&self, now: Time) -> &Scenario {
        self.next.as_ref().filter(|next| next.at < now).map_or(self, |next| next.scenario.present(now))
    }

    /// How many of its amendments are due at an instant or before.
    pub fn amendments_by(&self, now: Time) -> usize {
        self.next.as_ref().filter(|next| next.at <= now).map_or(0, |next| 1 + next.scenario.amendments_by(now))
    }

    fn refusals(&self, new: &Scenario) -> Vec<Refusal> {
        let mut refusals = Vec::new();
        let mut refuse = |path: &str, message: &str, help: &'static str| {
            refusals.push(Refusal { path: path.to_owned(), message: message.to_owned(), help });
        };
        if !matches!((&self.twin, &new.twin), (Twin::None, Twin::None)) {
            refuse("twin", "a twin cannot be amended", "amend the market itself");
        }
        if new.inputs.iter().any(|(path, hash)| self.inputs.iter().any(|(old, was)| old == path && was != hash)) {
            refuse("name", "a file that the scenario reads has changed since", "read it under another name");
        }
        if self.payout.batch.is_some() && new.payout.batch.is_none() {
            refuse("payout", "payments wait for their batch", "amend the sizes and times of `payout.batch`");
        }
        if self.chain.runs && !new.chain.runs {
            refuse("coordination", "the chain would stop, and with it what waits for a block", "leave some gas");
        }
        let dearest = self.verification.methods.iter().map(|method| method.gas.1).max().unwrap_or(0);
        if self.chain.runs && new.chain.limit < self.chain.gas + dearest {
            let message = "a placement that is under way may take more gas than a block would hold";
            refuse("coordination.limit", message, "write a greater limit");
        }
        if self.channels.watch == Watch::Load && new.channels.watch != Watch::Load {
            let message = "no account was kept of the work that waits";
            refuse("pricing.watch", message, "watch the queue from the start, and amend `backlog`");
        }
        if self.channels.asks != new.channels.asks {
            let message = "jobs under way have put aside what their checkers ask at most";
            refuse("pricing.asks", message, "write it in the scenario itself, and amend `pricing.verification`");
        }
        let priced = |scenario: &Scenario| {
            scenario.channels.models.rules.iter().map(|model| model.name.clone()).collect::<Vec<_>>()
        };
        if priced(self) != priced(new) {
            let message = "other models have prices of their own, or in another order";
            refuse("pricing.models", message, "name those models from the start, and amend their rules");
        }
        for path in differences(&self.document, &new.document) {
            if let Some(refusal) = not_amendable(&path, self, new) {
                refusals.push(refusal);
            }
        }
        // The order of tables is no difference between documents, but gives other numbers.
        if refusals.is_empty() && names(self) != names(new) {
            let message = "other names, or another order of names, than the market opened with".to_owned();
            refusals.push(Refusal { path: "name".to_owned(), message, help: HELP });
        }
        refusals
    }

    /// Gives the methods of an amended scenario the numbers of those that are the same here, and the others new ones.
    fn number_methods(&self, amended: &mut Scenario) {
        let rules = &mut amended.verification;
        let mut draws = self.verification.draws.clone();
        let place = |way| {
            draws.iter().position(|other| *other == way).unwrap_or_else(|| {
                draws.push(way);
                draws.len() - 1
            })
        };
        let ways: Vec<usize> = std::mem::take(&mut rules.draws).into_iter().map(place).collect();
        let mut methods = self.verification.methods.clone();
        let numbers: IdVec<MethodId, MethodId> = std::mem::take(&mut rules.methods)
            .iter()
            .map(|method| {
                let mut method = method.clone();
                for check in &mut method.checks {
                    check.way = ways.get(check.way).copied().unwrap_or(check.way);
                }
                let same = methods.pairs().find(|(_, other)| alike(*other, &method)).map(|(id, _)| id);
                same.unwrap_or_else(|| methods.push(method))
            })
            .collect();
        (rules.methods, rules.draws) = (methods, draws);
        for class in amended.classes.iter_mut() {
            class.methods.iter_mut().for_each(|method| *method = numbers[*method]);
        }
    }
}

/// Whatever has a number: models, classes, requesters, sources and groups, each by name.
fn names(scenario: &Scenario) -> [Vec<String>; 5] {
    [
        scenario.models.iter().map(|model| model.name.clone()).collect(),
        scenario.classes.iter().map(|class| class.name.clone()).collect(),
        scenario.requesters.iter().map(|group| group.name.clone()).collect(),
        scenario.sources.iter().map(|source| source.name.clone()).collect(),
        scenario.groups.iter().map(|group| format!("{} {:?} {}", group.count, group.kind, group.name)).collect(),
    ]
}

/// Why no amendment may set a path, whatever is there.
pub(super) fn not_settable(path: &str) -> Option<(String, &'static str)> {
    let first = path.split(['.', '[']).next().unwrap_or_default();
    let why = match first {
        "amend" => "amendments cannot be amended",
        "record" => "what is written down is settled before the run",
        _ => return None,
    };
    Some((format!("cannot amend `{path}`: {why}"), HELP))
}

/// Why a difference at a path cannot be taken over, if it cannot.
fn not_amendable(path: &str, old: &Scenario, new: &Scenario) -> Option<Refusal> {
    let plain = places_left_out(path);
    let refuse = |why: &str, help| {
        let message = format!("cannot amend `{path}`: {why}");
        Some(Refusal { path: path.to_owned(), message, help })
    };
    if let Some(rest) = plain.strip_prefix("pricing.").filter(|rest| rest.ends_with(".start")) {
        let same = Channel::ALL.iter().any(|&channel| {
            let of = |scenario: &Scenario| scenario.channels.pricing[channel as usize].name();
            rest.starts_with(channel.name()) && of(old) == of(new)
        });
        let of = |scenario: &Scenario| {
            let model = scenario.channels.models.rules.iter().find(|model| {
                rest.strip_prefix("models.")
                    .is_some_and(|rest| rest.starts_with(&format!("{}.", key_text(&model.name))))
            });
            model.map(|model| model.rule.name())
        };
        return match same || (of(old).is_some() && of(old) == of(new)) {
            true => {
                refuse("a price that moves goes on from where it stands", "amend how it moves, or choose another rule")
            }
            false => None,
        };
    }
    if AMENDABLE.iter().any(|pattern| begins_with(&plain, pattern)) {
        return None;
    }
    let reason = REASONS.iter().find(|(pattern, _)| begins_with(&plain, pattern));
    refuse(reason.map_or("the market was opened with it", |(_, why)| why), HELP)
}

/// `nodes[3].price` as `nodes[].price`.
pub fn places_left_out(path: &str) -> String {
    let mut plain = String::new();
    let mut inside = false;
    for letter in path.chars() {
        if letter == ']' {
            inside = false;
        }
        if !inside {
            plain.push(letter);
        }
        inside = inside || letter == '[';
    }
    plain
}

/// Whether a path is what a pattern names, or below it.
pub fn begins_with(path: &str, pattern: &str) -> bool {
    let mut steps = path.split('.');
    pattern.split('.').all(|wanted| match steps.next() {
        Some(step) => wanted == "*" || step == wanted || step.strip_suffix("[]") == Some(wanted),
        None => false,
    })
}

/// The paths at which two documents differ, amendments apart.
fn differences(old: &str, new: &str) -> Vec<String> {
    let parsed = |text: &str| serde_json::from_str::<Value>(text).expect("a document is JSON");
    let mut paths = Vec::new();
    compare(&parsed(old), &parsed(new), String::new(), &mut paths);
    paths.retain(|path| !path.starts_with("amend"));
    paths
}

fn compare(old: &Value, new: &Value, path: String, paths: &mut Vec<String>) {
    match (old, new) {
        (Value::Object(old), Value::Object(new)) => {
            let below = |key: &str| match path.is_empty() {
                true => key_text(key),
                false => format!("{path}.{}", key_text(key)),
            };
            let none = Value::Object(serde_json::Map::new());
            // A table that one of them leaves out differs by what is in the other.
            let or_none = |found: Option<&Value>, other: &Value| match found {
                None if other.is_object() => none.clone(),
                found => found.cloned().unwrap_or_default(),
            };
            for key in new.keys().chain(old.keys().filter(|key| !new.contains_key(*key))) {
                let (before, after) = (old.get(key), new.get(key));
                let either = before.or(after).expect("a key of one of them");
                compare(&or_none(before, either), &or_none(after, either), below(key), paths);
            }
        }
        (Value::Array(old), Value::Array(new)) if old.len() == new.len() && new.iter().any(Value::is_object) => {
            for (index, (before, value)) in old.iter().zip(new).enumerate() {
                compare(before, value, format!("{path}[{index}]"), paths);
            }
        }
        _ if old == new => {}
        _ => paths.push(path),
    }
}
