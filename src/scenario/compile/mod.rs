//! From the table a person wrote to the scenario the market runs: names become ids, laws become samplers, files are
//! read; every problem found on the way is collected.

use std::fmt::Display;

use super::document::Document;
use super::files::Files;
use super::nearest;
use super::problems::Problems;
use super::schema::{RecordTable, RetriesTable, ScenarioTable, TwinName};
use super::twin::Twin;
use super::{Limits, Record, Retries, Scenario};
use crate::domain::ids::RegionId;
use crate::domain::money::Money;
use crate::engine::random::Seed;
use crate::engine::time::{SimDuration, Time};

mod agreement;
mod amend;
mod beliefs;
mod canaries;
mod channels;
mod checks;
mod consumption;
mod credibility;
mod demand;
mod disputes;
mod drawing;
mod guards;
mod head;
mod laws;
mod liability;
mod named;
mod network;
mod nodes;
mod participation;
mod policy;
mod recorded;
mod routing;
mod series;
mod shocks;
mod standing;
mod together;
mod verification;
mod vote;
mod work;

/// The most models: one bit each, beside one for validators and one for provers.
const MODELS: usize = 62;

/// A year.
const YEAR: SimDuration = SimDuration(366 * 86_400_000_000_000);

/// Makes a scenario of a table, with its amendments, or says everything that is wrong with it.
pub(super) fn whole(document: &Document, table: ScenarioTable) -> Result<Scenario, Problems> {
    let amendments = table.amend.clone();
    let mut scenario = compile(document, table)?;
    scenario.next = amend::chain(document, &scenario, &amendments)?;
    Ok(scenario)
}

/// Makes a scenario of a table, its amendments apart.
fn compile(document: &Document, mut table: ScenarioTable) -> Result<Scenario, Problems> {
    let problems = Problems::new(document.name());
    let mut compiler = Compiler { document, problems, names: names(&table), asked: Vec::new(), trace_start: None };
    let mut files = Files::new(document, compiler.names.classes.clone());
    compiler.header(&table);
    recorded::read(&mut compiler, &mut table, &mut files);
    let network = network::network(&mut compiler, &table.network, &mut files);
    let models = work::models(&mut compiler, &table);
    let admitted = verification::verification(&mut compiler, &table);
    let mut classes = work::classes(&mut compiler, &table, &admitted.by_class);
    checks::sizes(&mut compiler, &table, &mut classes, admitted.verification.as_ref());
    let consumption = consumption::consumption(&mut compiler, &table);
    let requesters = head::requesters(&mut compiler, &table, &network.regions);
    let sources = demand::sources(&mut compiler, &table, &mut files);
    let groups = nodes::groups(&mut compiler, &table, &network.regions, &models);
    participation::names(&mut compiler, &table, admitted.verification.as_ref());
    let routing = routing::routing(&mut compiler, &table);
    let channels = channels::channels(&mut compiler, &table, &models);
    let chain = channels::chain(&mut compiler, &table, &mut files);
    let payout = channels::payout(&mut compiler, &table);
    compiler.countable("demand.value-factor", table.demand.value_factor.get(), 1e9);
    together::check(&mut compiler, &table, &groups);
    let series = series::series(&mut compiler, &table, &mut files);
    let agreement = agreement::agreement(&mut compiler, &table);
    let shocks = shocks::shocks(&mut compiler, &table, &network.regions, &sources);
    if !compiler.problems.is_empty() {
        return Err(compiler.problems);
    }
    let horizon = Time::ZERO + table.horizon;
    let mut verification = admitted.verification.expect("methods without problems");
    verification.kinds = beliefs::kinds(table.verification.beliefs_of_kinds, &groups);
    Ok(Scenario {
        name: table.name,
        question: table.question,
        seed: Seed::from(table.seed),
        horizon,
        asking_ends: Time::ZERO + table.demand.until.unwrap_or(table.horizon).at_most(table.horizon),
        drain: table.drain,
        twin: match table.twin {
            TwinName::None => Twin::None,
            TwinName::Frozen => Twin::Frozen,
            TwinName::Rest => Twin::Rest,
            TwinName::Stationary => Twin::Stationary,
        },
        warm_up: Time::ZERO + table.warm_up,
        models,
        classes,
        consumption,
        requesters,
        sources,
        groups,
        network,
        routing: routing.expect("a routing without problems"),
        channels: channels.expect("prices without problems"),
        verification,
        chain,
        payout,
        value_factor: table.demand.value_factor.get(),
        retries: retries(&table.retries),
        shocks,
        series,
        agreement,
        limits: Limits { open_jobs: table.limits.open_jobs },
        record: recorded(table.record),
        document: document.resolved_json_without("record"),
        inputs: files.into_read(),
        trace_start: compiler.trace_start,
        next: None,
    })
}

/// What the parts of the compiler share.
pub(super) struct Compiler<'a> {
    document: &'a Document,
    problems: Problems,
    names: Names,
    /// What each source without a problem may ask for.
    asked: Vec<demand::Asked>,
    /// The start of the run in the first trace of dates.
    trace_start: Option<String>,
}

/// The names that other places of the scenario may refer to, in order.
struct Names {
    models: Vec<String>,
    classes: Vec<String>,
    requesters: Vec<String>,
    /// Whether the scenario says anything of regions.
    has_regions: bool,
}

fn names(table: &ScenarioTable) -> Names {
    let network = &table.network;
    Names {
        models: table.models.keys().cloned().collect(),
        classes: table.classes.keys().cloned().collect(),
        requesters: table.requesters.iter().map(|group| group.name.clone()).collect(),
        has_regions: !network.regions.is_empty() || network.rtt_ms.is_some() || network.file.is_some(),
    }
}

impl Compiler<'_> {
    /// Notes a problem with the value at `path`; without a help where the message says it all.
    fn wrong(&mut self, path: impl Display, message: impl Into<String>, help: impl Into<String>) {
        let help: String = help.into();
        self.problems.at(
            self.document,
            &path.to_string(),
            message,
            Some(help.as_str()).filter(|help| !help.is_empty()),
        );
    }

    /// Notes a problem with the key `key` of the table at `path`.
    fn wrong_key(&mut self, path: &str, key: &str, message: impl Into<String>, help: impl Into<String>) {
        let help: String = help.into();
        self.problems.at_key(self.document, path, key, message, help.as_str());
    }

    /// Says whether a number is beyond all reason.
    fn countable(&mut self, path: impl Display, number: f64, most: f64) {
        if number > most {
            self.wrong(path, format!("`{number:e}` is beyond counting"), format!("write at most {most}"));
        }
    }

    /// Says whether something that is done again and again takes more than a year each time: sums of such times leave the
    /// 584 years that can be counted.
    fn brief(&mut self, path: impl Display, span: SimDuration) {
        if span > YEAR {
            self.wrong(path, format!("`{span}` is more than a year"), "check the unit");
        }
    }

    /// The place of `name` among `known`, or a problem with the nearest name.
    fn find(&mut self, path: impl Display, kind: &str, name: &str, known: &[String]) -> Option<usize> {
        let found = known.iter().position(|other| other == name);
        if found.is_none() {
            self.wrong(path, format!("there is no {kind} `{name}`"), self.choice(name, known));
        }
        found
    }

    /// What to write instead of a name that is not among `known`.
    fn choice(&self, name: &str, known: &[String]) -> String {
        let names: Vec<&str> = known.iter().map(String::as_str).collect();
        let otherwise = if names.len() == 1 { "the only one is" } else { "there are" };
        nearest::suggestion(name, &names, otherwise).unwrap_or_else(|| "the scenario has none".to_owned())
    }

    /// The region of this name, or a problem.
    fn region(&mut self, path: impl Display, name: &str, known: &[String]) -> Option<RegionId> {
        if !self.names.has_regions {
            let help = "name the regions and their distances in `[network]`, or leave this out";
            self.wrong(path, format!("there is no region `{name}`: the scenario names none"), help);
            return None;
        }
        self.find(path, "region", name, known).map(|index| RegionId(index as u16))
    }
}

/// The sampler of money laws is in micro-credits; this is its value of so many credits.
fn credits(amount: i64) -> f64 {
    use crate::engine::law::Quantity;
    Money(amount * crate::domain::money::MICRO).number()
}

/// What happens when a node is gone.
fn retries(table: &RetriesTable) -> Retries {
    let &RetriesTable { most, pause, timeout, elsewhere } = table;
    Retries { most, pause, timeout, elsewhere }
}

/// What is written down.
fn recorded(table: RecordTable) -> Record {
    let RecordTable { tables, jobs, tick, probes, probe_tick, probes_anew, causes, reliance, reliance_memory, results } =
        table;
    Record { tables, jobs, tick, probes, probe_tick, probes_anew, causes, reliance, reliance_memory, results }
}
