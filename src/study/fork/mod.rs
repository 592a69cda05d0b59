//! Forks: a run is copied at some instants, and each copy goes on along branches under other values (model §15).
//!
//! What differs between a branch and the trunk, the run that goes on as it was, is caused by the branch: both have the same
//! random numbers. The branch [`FRESH`] is a placebo. Nothing is set in it, but its keyed draws are new from the instant on, so it
//! shows how far two futures of one market lie apart by chance. A branch whose shocks choose parties may have a placebo of its own, in
//! which as many parties of the same kinds are chosen at random.

pub(super) mod columns;
pub mod passing;
pub mod responses;
mod run;
pub(super) mod show;

use std::ops::Range;
use std::sync::Arc;

use crate::domain::purpose::Purpose;
use crate::engine::random::{KeyedRng, RandomSource, Seed, key};
use crate::engine::time::{SimDuration, Time};
use crate::scenario::Scenario;
use crate::scenario::document::node::Node;
use crate::scenario::document::{Document, Set, key_text};
use crate::scenario::problems::{Problem, Problems};
use crate::scenario::twin::Twin;

use super::file::{ForkTable, InstantsTable, Placebo, StudyTable};
use passing::Passing;

pub(super) use run::run;

/// What the run that goes on as it was is called in tables.
pub const TRUNK: &str = "trunk";

/// What the placebo of fresh draws is called in tables.
pub const FRESH: &str = "fresh";

/// How the placebos of random parties begin in tables; the name of the branch follows.
const RANDOM: &str = "random ";

/// Whether an arm of this name is a placebo.
pub fn is_placebo(name: &str) -> bool {
    name == FRESH || name.starts_with(RANDOM)
}

/// Columns of the tables of forks beside those of the axes and measures.
pub(super) const RESERVED: &[&str] =
    &["fork_s", "branch", "since_s", "measure", "supply_of", "price_of", "from_s", "to_s", "pass_through"];

/// More bins, instants or branches than this are a slip of the pen: each run has a value for every combination.
const VALUES_MAX: usize = 100_000;

/// How the runs of a study are forked.
#[derive(Clone, Debug)]
pub struct Fork {
    /// When.
    pub instants: Instants,
    /// The length of a bin.
    pub bin: SimDuration,
    /// Bins after each instant.
    pub bins: usize,
    /// The branches, as they are written.
    pub branches: Vec<Branch>,
    /// The branches that have a placebo of parties chosen at random, and what each of these is called.
    pub random: Vec<(usize, String)>,
    /// Whether it is asked for.
    wants_random: bool,
    /// Which branches cut the supply of a channel.
    pub passing: Option<Passing>,
}

/// The instants of the forks of a run.
#[derive(Clone, Debug)]
pub enum Instants {
    /// The same in every run, rising.
    Fixed(Vec<Time>),
    /// So many between two ends, one in each of as many equal parts, drawn for each replication.
    Drawn(usize, Range<Time>),
}

/// A branch.
#[derive(Clone, Debug)]
pub struct Branch {
    /// What it is called.
    pub name: String,
    /// What it sets.
    pub sets: Vec<Set>,
    /// How long that holds; to the end of the span if it does not say.
    pub lasts: Option<SimDuration>,
}

impl Fork {
    /// Reads the forks of a study; none if its design is another one.
    pub fn read(document: &Document, study: &StudyTable, table: &ForkTable, problems: &mut Problems) -> Option<Fork> {
        let before = problems.len();
        let at = |key: &str| format!("design.fork.{key}");
        if table.bin == SimDuration::ZERO || table.span < table.bin || !table.span.0.is_multiple_of(table.bin.0) {
            let message = format!("a span of `{}` in bins of `{}`", table.span, table.bin);
            problems.at(document, &at("bin"), message, "write a bin above 0 that divides the span");
            return None;
        }
        let bins = usize::try_from(table.span.0 / table.bin.0).unwrap_or(usize::MAX);
        let instants = instants(document, &table.instants, problems);
        let branches = branches(document, study, problems);
        if !table.placebos.contains(&Placebo::Fresh) {
            let help = "write `[\"fresh\"]` or `[\"fresh\", \"random\"]`";
            problems.at(document, &at("placebos"), "forks without the placebo `fresh`", help);
        }
        let wants_random = table.placebos.contains(&Placebo::Random);
        let fork = Fork {
            instants: instants?,
            bin: table.bin,
            bins,
            branches,
            random: Vec::new(),
            wants_random,
            passing: None,
        };
        let passing =
            table.pass_through.as_ref().and_then(|table| Passing::read(document, study, &fork, table, problems));
        let fork = Fork { passing, ..fork };
        let measures = study.measures.len() + if fork.passing.is_some() { passing::MEASURES } else { 0 };
        let values = [fork.arms().len(), fork.instants.count(), bins, measures];
        if values.iter().try_fold(1_usize, |all, count| all.checked_mul(*count)).is_none_or(|all| all > VALUES_MAX) {
            let message = "more than 100 000 values of a run: branches × instants × bins × measures";
            problems.at(document, "design.fork", message, "write longer bins or fewer instants");
        }
        (problems.len() == before).then_some(fork)
    }

    /// The time from a fork to the end of its branches.
    pub fn span(&self) -> SimDuration {
        SimDuration(self.bin.0 * self.bins as u64)
    }

    /// What goes on from each fork, as tables call it: the trunk, the placebo, the branches.
    pub fn arms(&self) -> Vec<&str> {
        let branches = self.branches.iter().map(|branch| branch.name.as_str());
        let random = self.random.iter().map(|(_, name)| name.as_str());
        [TRUNK, FRESH].into_iter().chain(branches).chain(random).collect()
    }

    /// Gives every branch that chooses parties its placebo, where it is asked for.
    pub fn choose(&mut self, study: &Document, base: &Scenario, branches: &[Arc<Scenario>], problems: &mut Problems) {
        if !self.wants_random {
            return;
        }
        let chooses = |(_, scenario): &(usize, &Arc<Scenario>)| scenario.struck_at_random(base).is_some();
        let chosen = branches.iter().enumerate().filter(chooses);
        self.random = chosen.map(|(index, _)| (index, format!("{RANDOM}{}", self.branches[index].name))).collect();
        if self.random.is_empty() {
            let help = "leave `random` out, or add an outage or a loss of stakes to a branch as a shock";
            problems.at(study, "design.fork.placebos", "no branch chooses parties", help);
        }
    }

    /// The place of a value among all of a run.
    pub fn place(&self, measures: usize, (instant, arm, bin, measure): (usize, usize, usize, usize)) -> usize {
        ((instant * (2 + self.branches.len() + self.random.len()) + arm) * self.bins + bin) * measures + measure
    }

    /// The names of all values of a run, in their order.
    pub fn names(&self, measures: &[&str]) -> Vec<String> {
        let mut names = Vec::new();
        for instant in 0..self.instants.count() {
            for arm in self.arms() {
                for bin in 0..self.bins {
                    names.extend(measures.iter().map(|measure| format!("{instant}.{arm}.{bin}.{measure}")));
                }
            }
        }
        names
    }

    /// What is run of a replication, as a part of a whole run without forks.
    pub fn cost(&self, horizon: Time) -> f64 {
        let whole = horizon.0.max(1) as f64;
        let branches = (1 + self.branches.len() + self.random.len()) * self.instants.count();
        (self.instants.last().0 as f64 + self.span().0 as f64 * (1 + branches) as f64) / whole
    }

    /// The scenarios of the branches of a point, whose document this is; what is wrong is shown where the study sets it.
    pub fn scenarios(&self, study: &Document, point: &Document) -> Result<Vec<Arc<Scenario>>, Problems> {
        let mut problems = Problems::new(study.name());
        let mut all = Vec::new();
        for (index, branch) in self.branches.iter().enumerate() {
            let scenario = point.with("branch", &branch.sets).and_then(|branch| Scenario::from_document(&branch));
            match scenario {
                Ok(scenario) => all.push(scenario),
                Err(found) => found.iter().for_each(|problem| problems.push(placed(study, index, branch, problem))),
            }
        }
        problems.or(all)
    }

    /// Says what of a point keeps it from being forked: an instant beyond its end, or a branch that a running market cannot take.
    pub fn check(&self, study: &Document, base: &Scenario, branches: &[Arc<Scenario>], problems: &mut Problems) {
        let last = self.instants.last();
        if last.0.saturating_add(self.span().0) > base.horizon.0 {
            let message = format!("the branches from `{last}` on do not end by the horizon, `{}`", base.horizon);
            problems.at(
                study,
                "design.fork.span",
                message,
                "write a shorter span, earlier instants or a longer horizon",
            );
        }
        if !matches!(base.twin, Twin::None) {
            let help = "fork the market itself";
            problems.at(study, "base", "a twin cannot be forked", help);
            return;
        }
        for (index, (branch, scenario)) in self.branches.iter().zip(branches).enumerate() {
            let Err(refusals) = base.amended(scenario) else { continue };
            for refusal in refusals.0 {
                let origin = study.nearest_origin(&format!("branches[{index}].set"));
                let problem =
                    Problem::new(Some(origin), refusal.message).note(format!("in the branch `{}`", branch.name));
                problems.push(problem.help(refusal.help.to_owned()));
            }
        }
    }
}

impl Instants {
    /// How many forks a run has.
    pub fn count(&self) -> usize {
        match self {
            Instants::Fixed(instants) => instants.len(),
            Instants::Drawn(count, _) => *count,
        }
    }

    /// The last instant at which a run may be forked.
    pub fn last(&self) -> Time {
        match self {
            Instants::Fixed(instants) => instants.last().copied().unwrap_or(Time::ZERO),
            Instants::Drawn(_, between) => between.end,
        }
    }

    /// The instants of a run, rising.
    pub fn of(&self, seed: Seed) -> Vec<Time> {
        match self {
            Instants::Fixed(instants) => instants.clone(),
            Instants::Drawn(count, between) => {
                // No axis of a design has this number.
                let mut drawn = KeyedRng::new(key(seed, Purpose::Design as u32, u64::MAX, 0, 0));
                let part = (between.end.0 - between.start.0) as f64 / *count as f64;
                let at = |index: usize| Time(between.start.0 + ((index as f64 + drawn.unit()) * part) as u64);
                (0..*count).map(at).collect()
            }
        }
    }
}

fn instants(document: &Document, table: &InstantsTable, problems: &mut Problems) -> Option<Instants> {
    let before = problems.len();
    let mut wrong = |key: &str, message: String, help: &str| {
        problems.at(document, &format!("design.fork.instants.{key}"), message, help);
    };
    let instants = match table {
        InstantsTable::Fixed(instants) => {
            let instants: Vec<Time> = instants.iter().map(|instant| Time::ZERO + *instant).collect();
            if instants.is_empty() {
                wrong("fixed", "no instant to fork at".to_owned(), "write for example `[\"6h\", \"12h\"]`");
            } else if !instants.is_sorted_by(|one, other| one < other) {
                wrong("fixed", "instants out of their order".to_owned(), "write each once, the earliest first");
            }
            Instants::Fixed(instants)
        }
        InstantsTable::Drawn(drawn) => {
            if drawn.count == 0 {
                wrong("drawn.count", "no instant to fork at".to_owned(), "write 1 or more");
            }
            if drawn.from >= drawn.to {
                let message = format!("no instant lies between `{}` and `{}`", drawn.from, drawn.to);
                wrong("drawn.to", message, "write a later instant");
            }
            Instants::Drawn(drawn.count as usize, Time::ZERO + drawn.from..Time::ZERO + drawn.to)
        }
    };
    (problems.len() == before).then_some(instants)
}

fn branches(document: &Document, study: &StudyTable, problems: &mut Problems) -> Vec<Branch> {
    if study.branches.is_empty() {
        let help = "write `[[branches]]` with a `name` and what it `set`s";
        problems.at(document, "design.fork", "forks without branches", help);
    }
    let mut branches: Vec<Branch> = Vec::new();
    for (index, table) in study.branches.iter().enumerate() {
        let place = format!("branches[{index}]");
        let is_taken = [TRUNK, ""].contains(&table.name.as_str())
            || is_placebo(&table.name)
            || branches.iter().any(|other| other.name == table.name);
        if is_taken {
            let message = format!("`{}` is no name for a branch, or that of another", table.name);
            problems.at(document, &format!("{place}.name"), message, "give each branch a name of its own");
        }
        if table.set.is_empty() && table.lasts.is_some() {
            problems.at(document, &format!("{place}.for"), "a branch that sets nothing ends nothing", "leave it out");
        }
        if table.lasts == Some(SimDuration::ZERO) {
            problems.at(
                document,
                &format!("{place}.for"),
                "a branch that sets values for no time",
                "write a time above 0",
            );
        }
        let sets = document.value(&format!("{place}.set")).and_then(Node::as_table);
        let set = |(path, entry): (&String, &crate::scenario::document::node::Entry)| Set {
            path: path.clone(),
            value: entry.node.to_toml(),
        };
        let sets = sets.into_iter().flatten().map(set).collect();
        branches.push(Branch { name: table.name.clone(), sets, lasts: table.lasts });
    }
    branches
}

/// A problem of a branch's scenario, at the place in the study that brought it about.
fn placed(study: &Document, index: usize, branch: &Branch, problem: &Problem) -> Problem {
    let label = problem.origin.as_ref().map(|origin| origin.source.label.as_str());
    let Some(set) = branch.sets.iter().find(|set| label == Some(&format!("branch `{set}`"))) else {
        return problem.clone();
    };
    let origin = study.nearest_origin(&format!("branches[{index}].set.{}", key_text(&set.path)));
    let moved = Problem { origin: Some(origin), ..problem.clone() };
    moved.note(format!("in the branch `{}`", branch.name))
}
