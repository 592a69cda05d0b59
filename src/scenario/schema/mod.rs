//! The scenario file as people write it: plain structs, every field documented, every default on its field.
//!
//! `rule` is always a name beside one optional table per rule; a law is one struct with every parameter optional. There
//! is no flattening and no untagged choice: they would lose the place of a mistake.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::choice::{Choice, Estimate};
use crate::engine::time::SimDuration;
use crate::policy::chooser::ChooserTable;
use crate::policy::demand::ArrivalsTable;
use crate::policy::pool::PoolTable;
use crate::record::table_name::TableName;
use crate::scenario::document;

mod agreement;
mod channels;
mod defaults;
mod disputes;
mod guards;
mod jobs;
mod named;
mod nodes;
pub(in crate::scenario) mod notes;
mod participation;
mod series;
mod shocks;
mod verification;

pub use agreement::AgreementTable;
pub use channels::{BackgroundTable, ChannelsTable, CoordinationTable, PayoutBatchTable, PayoutTable};
pub use disputes::{BisectionTable, VoteTable};
pub use guards::{ForcedTable, VendorTable};
pub use jobs::{ClassTable, InputsTable, ModelTable, Priority, RequesterTable};
pub use named::{METHODS_FILE, named_methods};
pub use nodes::{DisciplineTable, FailureTable, Limit, NodeGroupTable, OwnerName};
pub use notes::{Meaning, meaning};
pub use participation::{HazardTable, ParticipationTable, WhitewashTable};
pub use series::{RecordedTable, SeriesTable};
pub use shocks::{CostStepTable, EntryTable, OutageTable, RevocationTable, ShockTable, StakeLossTable, SurgeTable};
pub use verification::{
    BeliefsOfKinds, CheckTable, DetectsTable, LiabilityTable, MethodTable, OpinionsTable, SlashTable, Timing,
    VerificationTable,
};

/// A scenario file.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(title = "reliance scenario")]
pub struct ScenarioTable {
    /// The name outputs go by; letters, digits, `-` and `_`.
    pub name: String,
    /// The question this scenario answers.
    #[serde(default)]
    pub question: String,
    /// The root of all randomness. Default 1.
    #[serde(default = "defaults::one_u64")]
    pub seed: u64,
    /// How long the market is watched; events lie strictly before the horizon.
    pub horizon: SimDuration,
    /// Whether the market runs on past the horizon, without new arrivals, until no job is open. Default false.
    #[serde(default)]
    pub drain: bool,
    /// Whether a twin of the market is run in its place. Default `none`.
    #[serde(default)]
    pub twin: TwinName,
    /// Jobs asked for before this instant run as any other but are not counted in the summary. Default 0.
    #[serde(default)]
    pub warm_up: SimDuration,
    /// The models that jobs ask for, by name.
    pub models: IndexMap<String, ModelTable>,
    /// The classes of jobs, by name.
    pub classes: IndexMap<String, ClassTable>,
    /// Groups of requesters. Default one group, `everyone`.
    #[serde(default)]
    pub requesters: Vec<RequesterTable>,
    /// Who asks, and when.
    pub demand: DemandTable,
    /// The groups of nodes.
    pub nodes: Vec<NodeGroupTable>,
    /// The groups of validators, who check answers. Default none.
    #[serde(default)]
    pub validators: Vec<NodeGroupTable>,
    /// The groups of provers, who make proofs. Default none: nodes make their own.
    #[serde(default)]
    pub provers: Vec<NodeGroupTable>,
    /// Distances. Default: none.
    #[serde(default)]
    pub network: NetworkTable,
    /// Who is asked for an offer, and which offer is taken.
    #[serde(default)]
    pub routing: RoutingTable,
    /// What is charged.
    #[serde(default)]
    pub pricing: ChannelsTable,
    /// How answers are verified. Default not at all.
    #[serde(default)]
    pub verification: VerificationTable,
    /// The chain that coordinates the market. Default no gas.
    #[serde(default)]
    pub coordination: CoordinationTable,
    /// When nodes are paid. Default when an answer is accepted.
    #[serde(default)]
    pub payout: PayoutTable,
    /// What happens when a node is gone.
    #[serde(default)]
    pub retries: RetriesTable,
    /// What may not grow without end.
    #[serde(default)]
    pub limits: LimitsTable,
    /// What befalls the market from outside. Default nothing.
    #[serde(default)]
    pub shocks: Vec<ShockTable>,
    /// What moves outside the market by itself, by name. Default nothing.
    #[serde(default)]
    pub series: IndexMap<String, SeriesTable>,
    /// Whether agreement is measured, and how. Default not at all.
    #[serde(default)]
    pub agreement: Option<AgreementTable>,
    /// What is written down; never changes what happens.
    #[serde(default)]
    pub record: RecordTable,
    /// What changes while the market runs, in the order of the instants. Default nothing.
    #[serde(default)]
    pub amend: Vec<AmendTable>,
}

/// A change of a running market.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct AmendTable {
    /// When, counted from the start of the run: before the events of this instant.
    pub at: SimDuration,
    /// Values by path, as for `--set`: `{ "pricing.compute.list.price" = "0.02" }`.
    pub set: IndexMap<String, Anything>,
}

/// A value of any kind, which is read where its path leads.
#[derive(Clone, Copy, Debug)]
pub struct Anything;

impl Serialize for Anything {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_unit()
    }
}

impl<'de> Deserialize<'de> for Anything {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Anything, D::Error> {
        serde::de::IgnoredAny::deserialize(deserializer).map(|_| Anything)
    }
}

impl JsonSchema for Anything {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Anything".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        true.into()
    }
}

/// The twins of a market.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TwinName {
    /// The market itself.
    #[default]
    None,
    /// The same jobs in a market whose prices and loads are held at the means of the market itself, which is run first; no price
    /// moves then, no node fails and no job waits for others.
    Frozen,
    /// The same jobs in a market without any load: every queue is empty, and prices are those of the start.
    Rest,
    /// The same jobs, each at an instant of its own that is uniform over the time of asking: no hour is busier than another.
    Stationary,
}

/// Who asks, and when.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct DemandTable {
    /// No job is asked for from this instant on. Default the horizon.
    #[serde(default)]
    pub until: Option<SimDuration>,
    /// What all answers are worth, relative to what their classes say. Default 1.
    #[serde(default = "defaults::one")]
    pub value_factor: crate::domain::share::Factor,
    /// The sources of jobs.
    pub sources: Vec<SourceTable>,
}

/// One source of jobs.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SourceTable {
    /// The name of the source.
    pub name: String,
    /// The class of its jobs; may be left out where the arrival law names each job's class, or with `mix`.
    #[serde(default)]
    pub class: Option<String>,
    /// Classes with their weights; each job's is drawn. Instead of `class`.
    #[serde(default)]
    pub mix: IndexMap<String, crate::domain::share::Factor>,
    /// The group of requesters that asks. Default the first.
    #[serde(default)]
    pub requesters: Option<String>,
    /// When it asks.
    pub arrivals: ArrivalsTable,
}

/// Distances between regions.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct NetworkTable {
    /// The names of the regions. With a `file` and no names they are called `r0`, `r1`, …
    #[serde(default)]
    pub regions: Vec<String>,
    /// One round-trip time between any two parties. Instead of `rtt-ms` or `file`.
    #[serde(default)]
    pub rtt: Option<SimDuration>,
    /// Round-trip times between regions, in milliseconds, one row per region.
    #[serde(default)]
    pub rtt_ms: Option<Vec<Vec<f64>>>,
    /// A file with a square matrix of round-trip times, separated by white space or commas.
    #[serde(default)]
    pub file: Option<String>,
    /// What a number in `file` counts. Default `"1ms"`.
    #[serde(default)]
    pub unit: Option<SimDuration>,
    /// What each one-way trip takes in addition. Default nothing.
    #[serde(default)]
    pub jitter: Option<crate::engine::law::Law<SimDuration>>,
}

/// Who is asked for an offer, and which offer is taken.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RoutingTable {
    /// Whom routing asks. Default `random` with d = 4 (assumed).
    #[serde(default = "defaults::pool")]
    pub pool: PoolTable,
    /// What a requester looks at before it takes an offer. Default `surplus`.
    #[serde(default)]
    pub choice: Choice,
    /// Which offer is taken. Default `best-surplus`, and with the choice `first` `least-delay` (assumed).
    #[serde(default)]
    pub chooser: Option<ChooserTable>,
    /// How long a quote holds while its job waits at the node; then the price is agreed anew, there or elsewhere, or the
    /// requester walks away. Default: for ever.
    #[serde(default)]
    pub quote_ttl: Option<SimDuration>,
    /// How the wait at a node is estimated. Default `jobs`.
    #[serde(default)]
    pub estimate: Estimate,
    /// How often routing's picture of the nodes (who is listed, how loaded) is renewed; `"0"`: it is always fresh.
    #[serde(default)]
    pub refresh: SimDuration,
    /// How often a node says that it is alive; `"0"`: it is known at once.
    #[serde(default)]
    pub heartbeat: SimDuration,
    /// A node is listed while its last heartbeat is younger than this. Default three heartbeats.
    #[serde(default)]
    pub max_age: Option<SimDuration>,
}

/// What happens when a node is gone.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RetriesTable {
    /// How often a job may be placed anew. Default 2 (assumed).
    #[serde(default = "defaults::two")]
    pub most: u16,
    /// How long the requester waits before it tries again. Default 0.
    #[serde(default)]
    pub pause: SimDuration,
    /// How long it takes to find that a node does not answer. Default `"1s"` (assumed).
    #[serde(default = "defaults::second")]
    pub timeout: SimDuration,
    /// Whether the node that failed the job is left out of the next pool while there are others. Default true.
    #[serde(default = "defaults::yes")]
    pub elsewhere: bool,
}

/// What may not grow without end; reaching a limit is a fact, not a crash.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct LimitsTable {
    /// Jobs open at once; a job beyond it is declined for want of supply. Each takes about 0.85 kB of memory. Default 1 000 000.
    #[serde(default = "defaults::million")]
    pub open_jobs: u32,
}

/// What is written down.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RecordTable {
    /// Which tables. Default all.
    #[serde(default = "defaults::all_tables")]
    pub tables: Vec<TableName>,
    /// The share of jobs in the table `jobs`, chosen by a hash of the job's key. Default 1.
    #[serde(default = "defaults::all")]
    pub jobs: crate::domain::share::Share,
    /// The time between two rows of the table `series`. Default `"1min"`.
    #[serde(default = "defaults::minute")]
    pub tick: SimDuration,
    /// How many fixed requests are quoted now and then without being placed, for the table `probes`; 64 are usual. At most 4 096.
    /// Default 0: no table.
    #[serde(default)]
    pub probes: u32,
    /// The time between two quotes of each. Default `"10min"`.
    #[serde(default = "defaults::ten_minutes")]
    pub probe_tick: SimDuration,
    /// Whether each of them asks other nodes at each tick: what then ends its decisions is sampling too. Default false: the same nodes, as
    /// long as they are there.
    #[serde(default)]
    pub probes_anew: bool,
    /// Whether the causes of each used wrong answer are examined, for the tables `causes` and `cause_shares` and for columns of the
    /// summary. Default false: no tables.
    #[serde(default)]
    pub causes: bool,
    /// Whether it is worked out for every answer that comes into use where trust in it sits, for the tables `reliance` and `holders` and
    /// columns of `summary`. Default false.
    #[serde(default)]
    pub reliance: bool,
    /// The time in which what a party was relied on for fades to 1/e in the table `holders`. Default `"24h"` (assumed).
    #[serde(default = "defaults::day")]
    pub reliance_memory: SimDuration,
    /// Whether every result in use is written down when its standing ends, for the tables `results` and `contamination` and for
    /// columns of `summary`. Default false.
    #[serde(default)]
    pub results: bool,
}

impl Default for RoutingTable {
    fn default() -> Self {
        RoutingTable {
            pool: defaults::pool(),
            choice: Choice::default(),
            chooser: None,
            quote_ttl: None,
            estimate: Estimate::default(),
            refresh: SimDuration::ZERO,
            heartbeat: SimDuration::ZERO,
            max_age: None,
        }
    }
}

impl Default for RetriesTable {
    fn default() -> Self {
        RetriesTable { most: 2, pause: SimDuration::ZERO, timeout: defaults::second(), elsewhere: true }
    }
}

impl Default for LimitsTable {
    fn default() -> Self {
        LimitsTable { open_jobs: defaults::million() }
    }
}

impl Default for RecordTable {
    fn default() -> Self {
        RecordTable {
            tables: defaults::all_tables(),
            jobs: defaults::all(),
            tick: defaults::minute(),
            probes: 0,
            probe_tick: defaults::ten_minutes(),
            probes_anew: false,
            causes: false,
            reliance: false,
            reliance_memory: defaults::day(),
            results: false,
        }
    }
}

/// The JSON Schema of a scenario file for editors (draft-07): also of one that extends others.
pub fn editor_schema() -> serde_json::Value {
    document::extending(json_schema())
}

/// The JSON Schema of a whole scenario (draft-07).
pub fn json_schema() -> serde_json::Value {
    let settings = schemars::generate::SchemaSettings::draft07();
    settings.into_generator().into_root_schema_for::<ScenarioTable>().to_value()
}
