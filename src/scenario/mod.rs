//! From text to a whole, valid, immutable [`Scenario`]: bad input ends here.

use std::path::Path;
use std::sync::Arc;

use crate::domain::agreement::Rules;
use crate::domain::choice::{Choice, Estimate};
use crate::domain::ids::{ClassId, IdVec, ListId, ModelId, NodeGroupId, PartyId, RequesterId, SourceId};
use crate::domain::party::Roster;
use crate::domain::share::Share;
use crate::engine::random::Seed;
use crate::engine::time::{SimDuration, Time};
use crate::policy::chooser::Chooser;
use crate::policy::demand::Arrivals;
use crate::policy::pool::Pool;
use crate::record::table_name::TableName;

pub mod amended;
pub mod channels;
mod compile;
pub mod consumption;
pub mod document;
mod files;
pub mod inputs;
pub mod model;
pub(crate) mod nearest;
pub(crate) mod plain;
pub mod problems;
pub mod schema;
pub mod series;
pub mod shocks;
pub mod twin;
pub mod verification;

use amended::Amendment;
use channels::{Chain, Channels, Payout};
use consumption::Consumption;
use document::node::Node;
use document::{Asked, Document, Set};
use model::{Class, ClassOf, Model, Network, NodeGroup, Requester};
use problems::Problems;
use schema::ScenarioTable;
use series::Series;
use shocks::Shock;
use twin::Twin;
use verification::Verification;

/// A scenario: everything a run needs but its seed. Whoever holds one may run it; it cannot be wrong.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// The name outputs go by.
    pub name: String,
    /// The question it answers.
    pub question: String,
    /// The root of all randomness, unless a run names another.
    pub seed: Seed,
    /// Events lie strictly before it.
    pub horizon: Time,
    /// No job is asked for from here on.
    pub asking_ends: Time,
    /// Whether the market runs on past the horizon until no job is open.
    pub drain: bool,
    /// Which market is run: itself, or a twin of it.
    pub twin: Twin,
    /// Jobs asked for before it are not counted in the summary.
    pub warm_up: Time,
    /// The models.
    pub models: IdVec<ModelId, Model>,
    /// The classes.
    pub classes: IdVec<ClassId, Class>,
    /// Which of them consume results, if any does.
    pub consumption: Option<Consumption>,
    /// The groups of requesters.
    pub requesters: IdVec<RequesterId, Requester>,
    /// The sources of jobs.
    pub sources: IdVec<SourceId, Source>,
    /// The groups of nodes, then of validators, then of provers.
    pub groups: IdVec<NodeGroupId, NodeGroup>,
    /// Distances.
    pub network: Network,
    /// Who is asked, and which offer is taken.
    pub routing: Routing,
    /// What is charged.
    pub channels: Channels,
    /// How answers are verified.
    pub verification: Verification,
    /// The chain that coordinates.
    pub chain: Chain,
    /// When nodes are paid.
    pub payout: Payout,
    /// What all answers are worth, relative to what their classes say.
    pub value_factor: f64,
    /// What happens when a node is gone.
    pub retries: Retries,
    /// What befalls the market from outside, in the order written.
    pub shocks: Vec<Shock>,
    /// What moves outside the market by itself, in the order written.
    pub series: Vec<Series>,
    /// How agreement is measured, if it is.
    pub agreement: Option<Rules>,
    /// What may not grow without end.
    pub limits: Limits,
    /// What is written down.
    pub record: Record,
    /// The merged document without `[record]`, as canonical JSON: part of a run's identity.
    pub document: String,
    /// The files it was read with, as written in the scenario, and the hash of their contents.
    pub inputs: Vec<(String, String)>,
    /// The start of the run in its first trace of dates, as RFC 3339 in UTC.
    pub trace_start: Option<String>,
    /// The next amendment, after which the market runs another scenario.
    pub next: Option<Amendment>,
}

/// A source of jobs.
#[derive(Clone, Debug)]
pub struct Source {
    /// Its name.
    pub name: String,
    /// The class of its jobs.
    pub class: ClassOf,
    /// Who asks.
    pub requesters: RequesterId,
    /// When.
    pub arrivals: Arrivals,
}

/// Routing.
#[derive(Clone, Debug)]
pub struct Routing {
    /// Whom to ask.
    pub pool: Pool,
    /// What a requester looks at.
    pub choice: Choice,
    /// Which offer to take.
    pub chooser: Chooser,
    /// How long a quote holds.
    pub quote_ttl: Option<SimDuration>,
    /// How the wait is estimated.
    pub estimate: Estimate,
    /// How often the picture is renewed; zero: always fresh.
    pub refresh: SimDuration,
    /// How often a node says that it is alive; zero: known at once.
    pub heartbeat: SimDuration,
    /// A node is listed while its last heartbeat is younger than this.
    pub max_age: SimDuration,
}

/// What happens when a node is gone.
#[derive(Clone, Debug)]
pub struct Retries {
    /// How often a job may be placed anew.
    pub most: u16,
    /// How long the requester waits before it tries again.
    pub pause: SimDuration,
    /// How long it takes to find that a node does not answer.
    pub timeout: SimDuration,
    /// Whether the node that failed the job is left out of the next pool while there are others.
    pub elsewhere: bool,
}

/// What may not grow without end.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Jobs open at once; a job beyond it is declined for want of supply.
    pub open_jobs: u32,
}

/// What is written down.
#[derive(Clone, Debug)]
pub struct Record {
    /// Which tables.
    pub tables: Vec<TableName>,
    /// The share of jobs in the table `jobs`, chosen by a hash of the job's key.
    pub jobs: Share,
    /// The time between two rows of the table `series`.
    pub tick: SimDuration,
    /// How many probes are quoted.
    pub probes: u32,
    /// The time between two quotes of each.
    pub probe_tick: SimDuration,
    /// Whether each tick asks other nodes.
    pub probes_anew: bool,
    /// Whether the causes of each used wrong answer are examined.
    pub causes: bool,
    /// Whether trust in answers that come into use is accounted for.
    pub reliance: bool,
    /// The time in which what a party was relied on for fades to 1/e.
    pub reliance_memory: SimDuration,
    /// Whether every result in use is written down when its standing ends.
    pub results: bool,
}

impl Record {
    /// The time in which what a party was relied on for fades, where that is accounted for.
    pub fn fading(&self) -> Option<SimDuration> {
        self.reliance.then_some(self.reliance_memory)
    }
}

impl Scenario {
    /// The list on which validators stand, beside those of the models.
    pub fn validators(&self) -> ListId {
        ListId(self.models.len() as u16)
    }

    /// Whether it makes a difference how much a party weighs in somebody's opinion: to whoever draws by it, or leaves out.
    pub fn weighs(&self) -> bool {
        let verification = &self.verification;
        let drawn = self.routing.pool.needs().opinions || verification.selection.needs().opinions;
        verification.opinion.is_some() && (drawn || verification.exclude_below > 0.0)
    }

    /// The list on which provers stand.
    pub fn provers(&self) -> ListId {
        ListId(self.models.len() as u16 + 1)
    }

    /// The group of a party, if it is one: parties are numbered group by group.
    pub fn group_of(&self, party: PartyId) -> Option<&NodeGroup> {
        let mut end = 0;
        self.groups.iter().find(|group| {
            end += group.count;
            party.0 < end
        })
    }

    /// The numbers of the parties that serve.
    pub fn roster(&self) -> Roster {
        Roster::of(self.groups.iter().map(|group| (group.kind, group.count)))
    }

    /// Reads a scenario file with its inputs. Every problem is collected before it gives up.
    pub fn load(path: &Path, sets: &[Set]) -> Result<Arc<Scenario>, Problems> {
        Scenario::from_document(&Document::load(path, sets)?)
    }

    /// Reads a scenario from text; paths in it are relative to the current folder.
    pub fn from_text(name: &str, text: &str) -> Result<Arc<Scenario>, Problems> {
        Scenario::from_document(&Document::from_text(name, text, &[])?)
    }

    /// Makes a scenario of a document.
    pub fn from_document(document: &Document) -> Result<Arc<Scenario>, Problems> {
        let table = document.parse()?;
        compile::whole(document, table).map(Arc::new)
    }

    /// What a scenario asks for at a node of its document, where a number has to be rounded for it.
    pub fn asked(document: &Document, node: &Node) -> Option<Asked> {
        document.asked::<ScenarioTable>(node)
    }
}
