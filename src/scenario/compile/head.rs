//! What stands by itself: the head of a scenario, its limits, what it records, and names.

use std::collections::BTreeMap;

use super::{Compiler, nodes};
use crate::domain::count::thousands;
use crate::domain::ids::{IdVec, RegionId, RequesterId};
use crate::engine::time::SimDuration;
use crate::policy::conduct::Conduct;
use crate::scenario::model::Requester;
use crate::scenario::schema::{RecordTable, RequesterTable, ScenarioTable};

/// The most rows of the table `series`.
const TICKS: u64 = 10_000_000;

/// The most times that a job may be placed anew.
const RETRIES: u16 = 10_000;

/// The longest name.
const NAME_LENGTH: usize = 80;

/// The most probes: each is quoted at each of its ticks.
const PROBES: u32 = 4_096;

/// The most entries of any list with names: an id has 16 bits.
const ENTRIES: usize = 1 << 16;

impl Compiler<'_> {
    /// Problems of the head of a scenario.
    pub(super) fn header(&mut self, table: &ScenarioTable) {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        let opens_well = table.name.starts_with(|c: char| c.is_ascii_alphanumeric());
        if !opens_well || table.name.len() > NAME_LENGTH || !table.name.chars().all(plain) {
            let help = format!("use up to {NAME_LENGTH} letters, digits, `-` and `_`, a letter or digit first");
            self.wrong("name", format!("`{}` cannot name a folder", table.name), help);
        }
        self.times(table);
        if table.record.tick == SimDuration::ZERO {
            self.wrong("record.tick", "a tick of no length", "write the time between two samples, such as `1min`");
        } else if table.horizon.0 / table.record.tick.0 > TICKS {
            let (tick, horizon) = (table.record.tick, table.horizon);
            let most = thousands(TICKS);
            let message = format!("more than {most} samples: `record.tick` is `{tick}`, `horizon` is `{horizon}`");
            let is_written = self.document.value("record.tick").is_some();
            let help = format!("write a longer tick: `{}` or more", horizon.part(TICKS));
            self.wrong(if is_written { "record.tick" } else { "horizon" }, message, help);
        }
        self.probes(&table.record, table.horizon);
        if table.record.reliance_memory == SimDuration::ZERO {
            let help = "write the time in which it fades to 1/e, such as `24h`";
            self.wrong("record.reliance-memory", "a memory of no length", help);
        }
        let tables: Vec<String> = table.record.tables.iter().map(|table| format!("{table:?}").to_lowercase()).collect();
        self.listed_once("record.tables", tables.iter().map(String::as_str));
        if table.limits.open_jobs == 0 {
            self.wrong("limits.open-jobs", "no job may be open", "allow at least one");
        }
        self.brief("retries.pause", table.retries.pause);
        self.brief("retries.timeout", table.retries.timeout);
        if table.retries.most > RETRIES {
            let message = format!("a job that is placed {} times", table.retries.most);
            self.wrong("retries.most", message, format!("it is at most {RETRIES}"));
        }
    }

    /// Problems of what is asked of probes.
    fn probes(&mut self, record: &RecordTable, horizon: SimDuration) {
        if record.probes > PROBES {
            let message = format!("{} probes", thousands(record.probes.into()));
            self.wrong("record.probes", message, format!("write at most {}", thousands(PROBES.into())));
        }
        if record.probe_tick == SimDuration::ZERO {
            let help = "write the time between two quotes, such as `10min`";
            self.wrong("record.probe-tick", "a tick of no length", help);
        } else if record.probes > 0 && horizon.0 / record.probe_tick.0 > TICKS {
            let (tick, most) = (record.probe_tick, thousands(TICKS));
            let message = format!("more than {most} quotes of each probe: `record.probe-tick` is `{tick}`");
            self.wrong("record.probe-tick", message, format!("write `{}` or more", horizon.part(TICKS)));
        }
    }

    /// Problems of the times between which the market runs.
    fn times(&mut self, table: &ScenarioTable) {
        let (horizon, warm_up) = (table.horizon, table.warm_up);
        if horizon == SimDuration::ZERO {
            self.wrong("horizon", "a run of no length", "write how long the market is watched, such as `24h`");
        } else if warm_up >= horizon {
            let message = format!("the warm-up, `{warm_up}`, is not shorter than the horizon, `{horizon}`");
            self.wrong("warm-up", message, "shorten it, or watch for longer");
        }
        match table.demand.until {
            Some(SimDuration::ZERO) => {
                self.wrong("demand.until", "demand ends before it begins", "leave it out for demand up to the horizon");
            }
            Some(until) if until > horizon => {
                let message = format!("demand ends at `{until}`, after the horizon, `{horizon}`");
                self.wrong("demand.until", message, "shorten it, or watch for longer");
            }
            Some(until) if warm_up >= until && warm_up < horizon => {
                let message = format!("the warm-up, `{warm_up}`, lasts until nobody asks any more, `{until}`");
                self.wrong("warm-up", message, "no job would be counted: shorten it, or let demand go on");
            }
            _ => {}
        }
    }

    /// Says where two tables have the same name, from each name's path; at the second.
    fn unique(&mut self, kind: &str, names: &[(String, String)]) {
        for (path, name, first) in twice(names) {
            let other = self.document.origin(first).map_or_else(|| first.to_owned(), |origin| origin.label());
            let help = format!("give each a name of its own; the other is in {other}");
            self.wrong(path, format!("two {kind} are called `{name}`"), help);
        }
    }

    /// Says where the list at `path` names something twice; at the second.
    pub(super) fn listed_once<'n>(&mut self, path: &str, names: impl Iterator<Item = &'n str>) {
        let names: Vec<(String, String)> =
            names.enumerate().map(|(index, name)| (format!("{path}[{index}]"), name.to_owned())).collect();
        for (path, name, _) in twice(&names) {
            self.wrong(path, format!("`{name}` is listed twice"), "leave one out");
        }
    }

    /// Says what is wrong with the names of the tables of an array: empty, invisible, or twice there.
    pub(super) fn named<'n>(&mut self, kind: &str, path: &str, names: impl Iterator<Item = &'n str>) {
        let names: Vec<(String, String)> =
            names.enumerate().map(|(index, name)| (format!("{path}[{index}].name"), name.to_owned())).collect();
        for (path, name) in &names {
            self.check_name(path, name);
        }
        self.few(kind, path, names.len());
        self.unique(kind, &names);
    }

    /// Says whether the text at `path` cannot be a name.
    pub(super) fn check_name(&mut self, path: &str, name: &str) {
        if let Some((message, help)) = bad_name(name) {
            self.wrong(path, message, help);
        }
    }

    /// Says which keys of a table cannot be names.
    pub(super) fn keyed<'n>(&mut self, kind: &str, path: &str, names: impl ExactSizeIterator<Item = &'n String>) {
        self.few(kind, path, names.len());
        for name in names {
            if let Some((message, help)) = bad_name(name) {
                self.wrong_key(path, name, message, help);
            }
        }
    }

    fn few(&mut self, kind: &str, path: &str, count: usize) {
        if count > ENTRIES {
            self.wrong(path, format!("{count} {kind}"), format!("a scenario has at most {ENTRIES}"));
        }
    }
}

/// The names that are there before: with their path, and the path of the first.
fn twice(names: &[(String, String)]) -> Vec<(&str, &str, &str)> {
    let mut first: BTreeMap<&str, &str> = BTreeMap::new();
    let mut found = Vec::new();
    for (path, name) in names {
        match first.get(name.as_str()) {
            Some(first) => found.push((path.as_str(), name.as_str(), *first)),
            None => {
                first.insert(name, path);
            }
        }
    }
    found
}

/// What is wrong with a name, if anything is: a message and a help.
fn bad_name(name: &str) -> Option<(String, String)> {
    let invisible = |c: char| {
        let marks =
            matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
        c.is_control() || (c.is_whitespace() && c != ' ') || marks
    };
    let said = |message: String, help: &str| Some((message, help.to_owned()));
    match name {
        "" => said("an empty name".to_owned(), "write a name that tells it from the others"),
        _ if name.trim() != name => said(format!("`{name}` begins or ends with a space"), "leave the space out"),
        _ if name.contains(invisible) => {
            let shown = name.escape_debug();
            said(format!("`{shown}` has a character that cannot be seen"), "write names in letters that show")
        }
        _ if name.chars().count() > NAME_LENGTH => {
            let help = format!("write at most {NAME_LENGTH} characters");
            Some((format!("a name of {} characters", name.chars().count()), help))
        }
        _ => None,
    }
}

/// The groups of requesters, in the order written; without any, one group of everyone.
pub(super) fn requesters(
    compiler: &mut Compiler<'_>,
    table: &ScenarioTable,
    regions: &[String],
) -> IdVec<RequesterId, Requester> {
    if table.requesters.is_empty() {
        return [Requester { name: "everyone".to_string(), region: RegionId(0), conduct: Conduct::default() }]
            .into_iter()
            .collect();
    }
    compiler.named("groups of requesters", "requesters", table.requesters.iter().map(|group| group.name.as_str()));
    let mut group = |(index, written): (usize, &RequesterTable)| {
        let region = written.region.as_ref();
        let region = region.and_then(|region| compiler.region(format!("requesters[{index}].region"), region, regions));
        let conduct = nodes::conduct(compiler, &format!("requesters[{index}]"), written.conduct.as_ref());
        Requester { name: written.name.clone(), region: region.unwrap_or_default(), conduct }
    };
    table.requesters.iter().enumerate().take(ENTRIES).map(&mut group).collect()
}
