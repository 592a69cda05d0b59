//! From the table a person wrote to the scenario the market runs: names become ids, laws become samplers, files are
//! read; every problem found on the way is collected.

use std::collections::BTreeMap;
use std::fmt::Display;

use super::document::Document;
use super::files::Files;
use super::model::Requester;
use super::nearest;
use super::problems::Problems;
use super::schema::{DisciplineTable, RoutingTable, ScenarioTable};
use super::{Routing, Scenario};
use crate::domain::ids::{IdVec, RegionId};
use crate::domain::money::Money;
use crate::engine::law::{Law, Quantity, Sampler};
use crate::engine::random::Seed;
use crate::engine::time::{Span, Time};
use crate::policy::chooser::ChooserName;
use crate::policy::pool::{self, Pool};

mod demand;
mod network;
mod nodes;
mod work;

/// The most models: one bit each.
const MODELS: usize = 64;

/// Makes a scenario of a table, or says everything that is wrong with it.
pub(super) fn compile(document: &Document, table: ScenarioTable) -> Result<Scenario, Problems> {
    let mut compiler = Compiler { document, problems: Problems::new(document.name()), names: names(&table) };
    let mut files = Files::new(document, compiler.names.classes.clone());
    compiler.header(&table);
    let network = network::network(&mut compiler, &table.network, &mut files);
    let models = work::models(&mut compiler, &table);
    let classes = work::classes(&mut compiler, &table);
    let requesters = requesters(&mut compiler, &table, &network.regions);
    let sources = demand::sources(&mut compiler, &table, &mut files);
    let groups = nodes::groups(&mut compiler, &table, &network.regions, &models);
    let routing = routing(&mut compiler, &table);
    let compute = compiler.chosen("pricing.compute", table.pricing.compute.chosen());
    if !compiler.problems.is_empty() {
        return Err(compiler.problems);
    }
    let horizon = Time::ZERO + table.horizon;
    Ok(Scenario {
        name: table.name,
        question: table.question,
        seed: Seed::from(table.seed),
        horizon,
        asking_ends: Time::ZERO + table.demand.until.unwrap_or(table.horizon).at_most(table.horizon),
        drain: table.drain,
        warm_up: Time::ZERO + table.warm_up,
        models,
        classes,
        requesters,
        sources,
        groups,
        network,
        routing: routing.expect("a routing without problems"),
        compute: compute.expect("a price without problems"),
        rounding: table.pricing.rounding,
        retries: table.retries,
        limits: table.limits,
        record: table.record,
        document: document.resolved_json_without("record"),
        inputs: files.into_read(),
    })
}

/// What the parts of the compiler share.
pub(super) struct Compiler<'a> {
    document: &'a Document,
    problems: Problems,
    names: Names,
}

/// The names that other places of the scenario may refer to, in order.
struct Names {
    models: Vec<String>,
    classes: Vec<String>,
    requesters: Vec<String>,
}

fn names(table: &ScenarioTable) -> Names {
    Names {
        models: table.models.keys().cloned().collect(),
        classes: table.classes.keys().cloned().collect(),
        requesters: table.requesters.iter().map(|group| group.name.clone()).collect(),
    }
}

impl Compiler<'_> {
    /// Notes a problem with the value at `path`.
    fn wrong(&mut self, path: impl Display, message: impl Into<String>, help: impl Into<String>) {
        let help: String = help.into();
        self.problems.at(self.document, &path.to_string(), message, help.as_str());
    }

    /// The sampler of a law, if nothing is wrong with it.
    fn law<Q: Quantity>(&mut self, path: impl Display, law: &Law<Q>) -> Option<Sampler> {
        let found = law.check();
        for problem in &found {
            let at = if self.document.value(&format!("{path}.{}", problem.field)).is_some() {
                format!("{path}.{}", problem.field)
            } else {
                path.to_string()
            };
            self.wrong(at, problem.message.clone(), problem.help.clone());
        }
        found.is_empty().then(|| law.sampler())
    }

    /// The sampler of a law that may be left out.
    fn law_or<Q: Quantity>(&mut self, path: impl Display, law: Option<&Law<Q>>, otherwise: f64) -> Sampler {
        law.and_then(|law| self.law(path, law)).unwrap_or_else(|| Sampler::constant(otherwise))
    }

    /// The chosen rule, if its table is given where it must be.
    fn chosen<T>(&mut self, path: impl Display, chosen: Result<T, &'static str>) -> Option<T> {
        chosen
            .map_err(|table| {
                let name = table.replace('_', "-");
                self.wrong(
                    format!("{path}.rule"),
                    format!("the rule `{name}` needs its table `{name}`"),
                    format!("see `reliance rules` for its parameters and an example of `{path}.{name}`"),
                );
            })
            .ok()
    }

    /// The place of `name` among `known`, or a problem with the nearest name.
    fn find(&mut self, path: impl Display, kind: &str, name: &str, known: &[String]) -> Option<usize> {
        let found = known.iter().position(|other| other == name);
        if found.is_none() {
            let names: Vec<&str> = known.iter().map(String::as_str).collect();
            let help = nearest::suggestion(name, &names, "there are");
            self.wrong(path, format!("there is no {kind} `{name}`"), help.unwrap_or_else(|| "there is none".to_string()));
        }
        found
    }

    /// Problems of the head of a scenario.
    fn header(&mut self, table: &ScenarioTable) {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if table.name.is_empty() || !table.name.chars().all(plain) {
            self.wrong("name", format!("`{}` cannot name a folder", table.name), "use letters, digits, `-` and `_`");
        }
        if table.horizon == Span::ZERO {
            self.wrong("horizon", "a run of no length", "write how long the market is watched, such as `24h`");
        }
        if table.warm_up >= table.horizon && table.horizon != Span::ZERO {
            self.wrong("warm-up", "the warm-up is not shorter than the horizon", "shorten it, or watch for longer");
        }
        if table.demand.until.is_some_and(|until| until > table.horizon) {
            self.wrong("demand.until", "demand ends after the horizon", "shorten it, or watch for longer");
        }
        if table.record.tick == Span::ZERO {
            self.wrong("record.tick", "a tick of no length", "write the time between two samples, such as `1min`");
        }
        if table.limits.open_jobs == 0 {
            self.wrong("limits.open-jobs", "no job may be open", "allow at least one");
        }
    }
}

fn requesters(
    compiler: &mut Compiler<'_>,
    table: &ScenarioTable,
    regions: &[String],
) -> IdVec<crate::domain::ids::RequesterId, Requester> {
    if table.requesters.is_empty() {
        return [Requester { name: "everyone".to_string(), region: RegionId(0) }].into_iter().collect();
    }
    let mut group = |(index, written): (usize, &super::schema::RequesterTable)| {
        let region = written.region.as_ref().map_or(Some(0), |region| {
            compiler.find(format!("requesters[{index}].region"), "region", region, regions)
        });
        Requester { name: written.name.clone(), region: RegionId(region.unwrap_or(0) as u16) }
    };
    table.requesters.iter().enumerate().map(&mut group).collect()
}

fn routing(compiler: &mut Compiler<'_>, table: &ScenarioTable) -> Option<Routing> {
    let RoutingTable { pool, chooser, estimate, refresh, heartbeat, max_age } = &table.routing;
    let chosen_pool = compiler.chosen("routing.pool", pool.chosen());
    let chosen_chooser = compiler.chosen("routing.chooser", chooser.chosen());
    if let Some(d) = chosen_pool.as_ref().and_then(Pool::sampled) {
        if d == 0 || d as usize > pool::MOST {
            let path = format!("routing.pool.{}.d", chosen_pool.as_ref().map_or("random", Pool::name));
            compiler.wrong(path, format!("a pool of {d} nodes"), format!("ask 1 to {} nodes", pool::MOST));
        }
    }
    let nodes: u64 = table.nodes.iter().map(|group| group.count as u64).sum();
    if matches!(chosen_pool, Some(Pool::All(_))) && nodes > pool::MOST_OF_ALL as u64 {
        compiler.wrong(
            "routing.pool.rule",
            format!("asking all of {nodes} nodes is O(n) for every job"),
            format!("use `random` with some d, or at most {} nodes", pool::MOST_OF_ALL),
        );
    }
    if *estimate == super::schema::Estimate::Mean && chooser.rule == ChooserName::LeastDelay {
        compiler.wrong(
            "routing.estimate",
            "the mean wait is the same at every node, so `least-delay` cannot tell them apart",
            "use `jobs` or `work`, or another chooser",
        );
    }
    let max_age = max_age.unwrap_or(Span(heartbeat.0.saturating_mul(3)));
    if max_age < *heartbeat {
        compiler.wrong(
            "routing.max-age",
            "a heartbeat is too old before the next one comes",
            format!("at least the heartbeat, `{heartbeat}`"),
        );
    }
    Some(Routing {
        pool: chosen_pool?,
        chooser: chosen_chooser?,
        estimate: *estimate,
        refresh: *refresh,
        heartbeat: *heartbeat,
        max_age,
    })
}

/// Whether two names of a list are the same; says so at the second.
fn unique<'n>(compiler: &mut Compiler<'_>, kind: &str, path: &str, names: impl Iterator<Item = &'n str>) {
    let mut seen = BTreeMap::new();
    for (index, name) in names.enumerate() {
        if let Some(first) = seen.insert(name, index) {
            compiler.wrong(
                format!("{path}[{index}].name"),
                format!("two {kind} are called `{name}`"),
                format!("the other is `{path}[{first}]`; give each its own name"),
            );
        }
    }
}

/// The sampler of money laws is in micro-credits; this is its value of so many credits.
fn credits(amount: i64) -> f64 {
    Money(amount * crate::domain::money::MICRO).number()
}

/// Whether a discipline's extra fields are at their defaults.
fn plain(discipline: &DisciplineTable) -> bool {
    use super::schema::Limit;
    !discipline.preemptive && discipline.batch_max == Limit::Unbounded && discipline.batch_setup == Span::ZERO
}
