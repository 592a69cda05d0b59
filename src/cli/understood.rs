//! What a scenario was understood to say, what of it is not used, and what is probably not what was meant.

use crate::domain::checking::Checker;
use crate::domain::count::{counted as count, thousands};
use crate::domain::ids::ClassId;
use crate::domain::party::PartyKind;
use crate::engine::time::{SimDuration, Time};
use crate::policy::demand::{Replay, clients, trace};
use crate::scenario::channels::Channel;
use crate::scenario::document::Document;
use crate::scenario::inputs;
use crate::scenario::model::{Class, ClassOf, WorkLaw};
use crate::scenario::verification::{Check, Method};
use crate::scenario::{Scenario, Source};

/// A source that repeats more often than this in a run was hardly meant to.
const REPEATS_MAX: f64 = 100_000.0;

/// What was understood, a line each.
#[derive(Clone, Debug, Default)]
pub(super) struct Understood {
    /// What the files of sources hold, and how much of them is played.
    pub(super) sources: Vec<String>,
    /// How answers are verified, what is free, what is not used.
    pub(super) rest: Vec<String>,
    /// What is allowed and suspicious.
    pub(super) warnings: Vec<String>,
}

/// How much there is of everything: "20 nodes, 4 validators; 1 source, 1 class; horizon 1h".
pub(super) fn headline(scenario: &Scenario) -> String {
    let roster = scenario.roster();
    let of_kind = |kind: PartyKind| (roster.range(kind).len() as u64, kind.name());
    let counted = |(number, name): (u64, &str)| count(number, name, &format!("{name}s"));
    let checkers = [PartyKind::Validator, PartyKind::Prover].map(of_kind);
    let mut parties = counted(of_kind(PartyKind::Node));
    for of_kind in checkers.into_iter().filter(|(number, _)| *number > 0) {
        parties += &format!(", {}", counted(of_kind));
    }
    let sources = count(scenario.sources.len() as u64, "source", "sources");
    let classes = count(scenario.classes.len() as u64, "class", "classes");
    let warm_up = match scenario.warm_up {
        Time::ZERO => String::new(),
        warm_up => format!(" of which {warm_up} warm-up"),
    };
    format!("{parties}; {sources}, {classes}; horizon {}{warm_up}", scenario.horizon)
}

/// What was understood of a scenario.
pub(super) fn of(document: &Document, scenario: &Scenario) -> Understood {
    let mut said = Understood::default();
    for source in scenario.sources.iter() {
        match source.arrivals.replay() {
            Some(Replay::Rows(spec)) => {
                rows(scenario, source, spec, &mut said);
                tokens(scenario, source, spec, &mut said);
            }
            Some(Replay::Windows(spec)) => windows(scenario, source, spec, &mut said),
            None => {}
        }
    }
    scenario.verification.methods.iter().for_each(|method| checks(method, &mut said));
    free(scenario, &mut said);
    amendments(scenario, &mut said);
    unused(document, &mut said);
    said
}

/// What changes while the market runs.
fn amendments(scenario: &Scenario, said: &mut Understood) {
    said.rest.extend(scenario.series.iter().map(|series| format!("series {series}")));
    said.rest.extend(scenario.shocks.iter().map(|shock| format!("shock {shock}")));
    let mut next = &scenario.next;
    while let Some(amendment) = next {
        said.rest.push(format!("from {} on: {}", amendment.at, amendment.sets.join(", ")));
        next = &amendment.scenario.next;
    }
}

/// The rows of a trace: when they come, and which of them are played.
fn rows(scenario: &Scenario, source: &Source, spec: &trace::Spec, said: &mut Understood) {
    let recorded = spec.recorded();
    let (name, end) = (&source.name, scenario.asking_ends);
    let played = spec.played(scenario.warm_up, end);
    let rows = count(played.rows, "row", "rows");
    let when = match recorded.began_ns {
        Some(began) => {
            let instant = |after: SimDuration| inputs::utc(began + i128::from(after.0));
            format!("from {} to {}", instant(recorded.first), instant(recorded.last))
        }
        None => format!("over {}", played.last.since(Time::ZERO).rounded()),
    };
    let how = match played.period {
        Some(period) => format!("begins again every {}", period.rounded()),
        None => {
            let beyond = played.rows - played.early - played.counted;
            let early = match played.early {
                0 => String::new(),
                early => format!("{} in the warm-up, ", thousands(early)),
            };
            format!("{early}{} counted, {} beyond the horizon", thousands(played.counted), thousands(beyond))
        }
    };
    said.sources.push(format!("source `{name}`: {rows} {when}; {how}"));
    let mut warn = |text: String| said.warnings.push(format!("source `{name}`: {text}"));
    if recorded.back * 100 > played.rows {
        warn(format!(
            "the times in column `{}` go back {} times: is it the column of times?",
            spec.time,
            thousands(recorded.back)
        ));
    }
    if played.rows > 1 && played.last == played.first {
        warn(format!("all {rows} come at the same instant"));
    }
    match played.period {
        Some(period) if end.0 as f64 / period.nanos().max(1.0) > REPEATS_MAX => {
            warn(format!("it begins again every {}, {:.1e} times in the run", period, end.0 as f64 / period.nanos()));
        }
        Some(_) => {}
        None => {
            let beyond = played.rows - played.early - played.counted;
            if played.counted == 0 {
                warn(format!("no row lies between the warm-up and the horizon, so none of its {rows} is counted"));
            } else if beyond > played.counted {
                warn(format!("{} of {rows} lie beyond the horizon: is `unit` right?", thousands(beyond)));
            }
            if played.last < Time(end.0 / 2) {
                let last = played.last.since(Time::ZERO).rounded();
                warn(format!("its last row comes at {last} of a horizon of {end}: nothing is asked for after it"));
            }
        }
    }
}

/// Tokens that a trace gives to classes that have no use for them.
fn tokens(scenario: &Scenario, source: &Source, spec: &trace::Spec, said: &mut Understood) {
    if spec.input.is_none() && spec.output.is_none() {
        return;
    }
    let classes: Vec<ClassId> = match &source.class {
        ClassOf::One(class) => vec![*class],
        ClassOf::Mix(shares) => shares.iter().map(|(_, class)| *class).collect(),
        ClassOf::Named => (0..scenario.classes.len()).map(|class| ClassId(class as u16)).collect(),
    };
    for class in classes {
        let Class { name, work, .. } = &scenario.classes[class];
        if matches!(work, WorkLaw::Law(_)) {
            let text = format!("source `{}`: its tokens are not used, because class `{name}` has `work`", source.name);
            said.warnings.push(text);
        }
    }
}

/// The windows of a file of clients, and which of them are played.
fn windows(scenario: &Scenario, source: &Source, spec: &clients::Spec, said: &mut Understood) {
    let (name, data, end) = (&source.name, &spec.data, scenario.asking_ends);
    let clients = count(data.clients.len() as u64, "client", "clients");
    let all = data.rows.len() as u64;
    let how = if spec.repeats {
        format!("begins again every {}", data.length.rounded())
    } else {
        let (from, until) = (spec.from, spec.from + SimDuration(end.0));
        let beyond = data.rows.iter().filter(|row| row.start >= until).count() as u64;
        let over = data.rows.iter().filter(|row| row.start + spec.window <= from).count() as u64;
        let played = data.rows.iter().map(|row| {
            let (start, stop) = (row.start.max(from), (row.start + spec.window).at_most(until));
            row.rate * spec.scale.get() * stop.less(start).seconds()
        });
        let expected: f64 = played.sum();
        if expected < 1.0 {
            let text = format!("source `{name}`: only {expected:.2} jobs are expected before the horizon");
            said.warnings.push(text);
        }
        let before = if over > 0 { format!("{} before `from`, ", thousands(over)) } else { String::new() };
        format!("{before}{} beyond the horizon, {} played", thousands(beyond), thousands(all - beyond - over))
    };
    let windows = count(all, "window", "windows");
    said.sources.push(format!("source `{name}`: {clients} in {windows} over {}; {how}", data.length.rounded()));
}

/// Checkers with the number of answers each checks, and checks that take nothing.
fn checks(method: &Method, said: &mut Understood) {
    for (index, check) in method.checks.iter().enumerate() {
        let by = match check.by {
            Checker::Attestation => "the requester, by attestation",
            Checker::Proof => "the requester, by a proof",
            Checker::Validators => "validators",
            Checker::Peers => "peers",
            Checker::Replicas => "comparing replicas",
            Checker::Watchers => "watchers",
            Checker::Requester => "the requester itself",
            Checker::Canary => "canaries beside them",
        };
        let each = if check.count > 1 { format!("{} ", thousands(u64::from(check.count))) } else { String::new() };
        let share = (check.sample * 1e6).round() / 1e4;
        let of = match check.of {
            Some(of) => format!("alarms of check {of}"),
            None => "answers".to_owned(),
        };
        said.rest.push(format!("method `{}`: {share} % of {of} by {each}{by}", method.name));
        if takes_nothing(check) {
            let price = if check.gas > 0 { ", though gas is paid for it" } else { " and costs nothing" };
            said.warnings.push(format!(
                "method `{}`: check {index} takes no work and no time{price}; `work = 1.0` computes an answer again",
                method.name
            ));
        }
    }
}

/// Whether parties with queues of their own are asked for nothing.
fn takes_nothing(check: &Check) -> bool {
    check.is_asked_of_others() && check.takes_nothing()
}

/// Channels without a price.
fn free(scenario: &Scenario, said: &mut Understood) {
    let is_free = |channel: Channel| scenario.channels.pricing[channel as usize].is_free();
    let asks = |kind: PartyKind| scenario.groups.iter().any(|group| group.kind == kind && group.price.is_some());
    let models_are_free = scenario.channels.models.rules.iter().all(|model| model.rule.is_free());
    if is_free(Channel::Compute) && models_are_free && !asks(PartyKind::Node) {
        said.rest.push("computing is free: `pricing.compute` is 0, and no node has a `price`".to_owned());
    }
    let pays = scenario.verification.methods.iter().any(|method| method.pays_checkers);
    if pays && is_free(Channel::Verification) && !asks(PartyKind::Validator) && !asks(PartyKind::Prover) {
        said.rest.push("checks are free: `pricing.verification` is 0".to_owned());
    }
    if scenario.chain.gas > 0 && is_free(Channel::Coordination) && scenario.chain.tip.is_none() {
        said.rest.push("coordination is free: `pricing.coordination` is 0".to_owned());
    }
}

/// Tables of rules that were not chosen.
fn unused(document: &Document, said: &mut Understood) {
    let mut tables: Vec<(String, String)> = Vec::new();
    for value in document.effective() {
        if let Some(found) = other_rule(document, &value.path).filter(|found| !tables.contains(found)) {
            tables.push(found);
        }
    }
    let line = |(table, rule): (String, String)| format!("not used: `{table}`, because the rule is `{rule}`");
    said.rest.extend(tables.into_iter().map(line));
}

/// The table around a value that belongs to a rule which was not chosen, and the one that was: beside `rule = "a"`, a table
/// `b`.
pub(super) fn other_rule(document: &Document, path: &str) -> Option<(String, String)> {
    let parts: Vec<&str> = path.split('.').collect();
    (1..parts.len()).find_map(|cut| {
        let (parent, child) = (parts[..cut].join("."), parts[cut]);
        let rule = document.value(&format!("{parent}.rule"))?.as_text()?;
        let table = format!("{parent}.{child}");
        let is_table = document.value(&table).is_some_and(|node| node.as_table().is_some());
        (is_table && rule != child).then(|| (table, rule.to_owned()))
    })
}
