//! A discrete-event simulator of a trust-distributed compute market.
//!
//! In networks that sell inference without a trusted seller, an answer is negotiated: a price, a load and a cost of checking
//! that are never the same twice. `reliance` asks **which computations survive the cost of being verified**, who relies on
//! whom, and what that costs.
//!
//! # One run
//!
//! ```
//! use reliance::{Fate, Scenario, Tally, simulate};
//!
//! // One node, one source: the M/M/1 queue at load 0.8.
//! let scenario = Scenario::from_text(
//!     "tour",
//!     r#"
//!     name = "tour"
//!     horizon = "10h"
//!     [models.plain]
//!     [classes.job]
//!     work = { law = "exponential", mean = "1s" }
//!     [[demand.sources]]
//!     name = "everyone"
//!     arrivals = { rule = "poisson", poisson = { rate = "0.8/s" } }
//!     [[nodes]]
//!     name = "server"
//!     count = 1
//!     "#,
//! )
//! .unwrap();
//!
//! let mut tally = Tally::new(scenario.warm_up);
//! let outcome = simulate(&scenario, scenario.seed, &mut tally);
//! let summary = tally.summary();
//! assert_eq!(summary.jobs, summary.fates.iter().sum::<u64>(), "every job has one fate");
//! assert!(summary.fate(Fate::FinalRight) > 28_000);
//! // Theory says 5 s; ten hours of it come near.
//! assert!((summary.response.moments.mean().unwrap() - 5.0).abs() < 1.0);
//!
//! // The same scenario, seed and version: the same digest, whoever watches.
//! assert_eq!(simulate(&scenario, scenario.seed, &mut ()).digest, outcome.digest);
//! ```
//!
//! # The front door
//!
//! What most users need stands at the root: a [`Scenario`] and its [`Problems`], a [`Run`] or [`simulate()`], what ends with an
//! [`Outcome`], a [`Recorder`] that is told of each [`Fact`] and reads [`Gauges`], the [`Tally`] that sums a run up, and a
//! [`Study`] that a [`Driver`] has done by an [`Engine`]. `examples/recorder.rs` counts fines with a recorder of its own;
//! `examples/amend.rs` changes a running market; `examples/study.rs` runs a study. Facts, fates and errors may gain kinds: a match on them has a wildcard.
//!
//! # Contracts
//!
//! * **Ties.** Events are served by (time, sequence): of simultaneous events, the one scheduled first
//!   ([`engine::queue`]). Neither departures nor arrivals come first as such. A job that arrives at the very instant
//!   at which another leaves a full node finds room only if the departure was scheduled before the arrival. With
//!   constant gaps and constant work such ties are common, and theory that assumes one order may give another
//!   number; with continuous laws they do not happen. Where fairness between simultaneous actors matters, a policy
//!   shuffles explicitly.
//! * **Seeds.** All randomness comes from the seed, in two kinds ([`engine::random`]): a *stream* belongs to one source or
//!   node, a *draw* is computed from the key of the job it is for. Adding a source, a node or a rule disturbs nobody else's
//!   randomness, so two runs that differ in one thing stay paired.
//! * **Digest.** 128 bits over every fact ([`record::digest`]). The same scenario, seed and version give the same digest and
//!   the same table bytes, for any number of threads, recorders, slices, saves and loads. A change of results is an entry in
//!   the changelog.
//! * **Money.** Integers, double entry, named rounding; each asset is conserved, and every escrow released once
//!   ([`domain::money`]).
//! * **Time.** Integer nanoseconds. Events lie strictly before the horizon ([`engine::time`]).
//!
//! # The map, from the ground up
//!
//! A file imports from lower floors and from its own folder.
//!
//! | floor | module | what |
//! |---|---|---|
//! | 0 | [`maths`] | elementary and special functions, the same bits on every machine |
//! | 1 | [`engine`], [`stats`], [`parquet`] | clock, queue, chance · statistics · typed columns |
//! | 2 | [`domain`] | the words of the field as types |
//! | 3 | [`policy`], [`record`] | decisions, one file per rule · facts, recorders, tables |
//! | 4 | [`scenario`] | from text to a scenario that cannot be wrong |
//! | 5 | [`market`] | the life of a computation and what moves around it |
//! | 6 | [`mod@simulate`] | one run: open, until, save, load, close |
//! | 7 | [`output`] | identity, whole folders, the dictionary |
//! | 8 | [`study`] | many runs that differ in a few values |
//! | 9 | `chart` | pictures of a run, each in a file of its own |
//! | 10 | [`report`] | the summary as people read it |
//! | 11 | `cli` | one file per verb |

#[cfg(feature = "chart")]
pub mod chart;
#[cfg(feature = "cli")]
pub mod cli;
pub mod domain;
pub mod engine;
pub mod market;
pub mod maths;
pub mod output;
pub mod parquet;
pub mod policy;
pub mod record;
pub mod report;
pub mod scenario;
pub mod simulate;
pub mod stats;
pub mod study;

pub use domain::fate::{Cause, Fate, Stage};
pub use domain::ids::{ClassId, NodeGroupId, PartyId};
pub use domain::money::Money;
pub use domain::price::Price;
pub use domain::record::{JobKey, JobRecord};
pub use domain::work::Work;
pub use engine::random::Seed;
pub use engine::time::{SimDuration, Time};
pub use record::fact::{Fact, FactFilter, FactKind};
pub use record::recorder::{Gauges, MarketGauge, NodeGauge, Recorder};
pub use record::tally::{Summary, Tally};
pub use scenario::Scenario;
pub use scenario::amended::{Refusal, Refusals};
pub use scenario::document::Set;
pub use scenario::problems::Problems;
pub use simulate::{Outcome, Run, simulate, twin};
pub use study::drive::Driver;
pub use study::engine::Engine;
pub use study::engine::local::Local;
pub use study::folder::Folder as StudyFolder;
pub use study::{Study, StudyError};
