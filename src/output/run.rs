//! A run that is written down: its tables in a folder that is whole or not there, its summary for the caller.

use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use super::error::FileError;
use super::folder::Folder;
use super::identity::{Identity, Input};
use super::manifest::{Circumstances, Manifest, RowCount};
use super::own::Replace;
use super::tables;
use crate::domain::record::JobRecord;
use crate::engine::random::Seed;
use crate::engine::time::Time;
use crate::record::batch::{Batch, Rows, Sink};
use crate::record::fact::{Fact, FactFilter, FactKind};
use crate::record::recorder::Recorder;
use crate::record::table_name::TableName;
use crate::record::tables::{
    CLASSES, CONTAMINATION, Chosen, ClassRow, DepthRow, HOLDERS, Names, SharedNames, Tables, summary_of,
};
use crate::record::tally::{About, Summary, Tally};
use crate::scenario::Scenario;
use crate::scenario::model::WorkLaw;
use crate::simulate::{Outcome, probe_plan};

/// A run's recorders and the folder they fill. Dropped before [`Recording::finish`] it leaves nothing.
pub struct Recording {
    // The writer of the tables ends before its folder goes: fields are dropped in their order.
    recorder: RunRecorder,
    summary: bool,
    /// The names of the classes, if they are recorded.
    classes: Option<Vec<String>>,
    failed: Rc<Cell<bool>>,
    /// Which run it is, but for its digest.
    about: About,
    identity: Identity,
    folder: Folder,
}

/// What watches a run that is written down: the tally, the tables of the scenario's `record`, a count of closed jobs.
pub type RunRecorder = (Tally, (Tables<Watched>, Closed));

/// Counts the jobs that left, whenever they were asked for: for the speed of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Closed(pub u64);

impl Recorder for Closed {
    fn filter(&self) -> FactFilter {
        FactFilter::of(&[FactKind::Closed])
    }

    #[inline]
    fn note(&mut self, _: Time, fact: &Fact, _: Option<&JobRecord>) {
        self.0 += u64::from(matches!(fact, Fact::Closed { .. }));
    }
}

/// The writer of tables; tells the driver of the run when it has failed.
pub struct Watched {
    tables: tables::TableWriter,
    failed: Rc<Cell<bool>>,
}

impl Sink for Watched {
    fn batch(&mut self, table: &'static str, batch: Batch) -> Batch {
        let next = self.tables.batch(table, batch);
        self.failed.set(self.tables.failed());
        next
    }
}

/// What a run left behind.
#[derive(Debug)]
pub struct Recorded {
    /// The run in one row.
    pub summary: Summary,
    /// The whole folder.
    pub folder: PathBuf,
    /// The rows of each table in it, by name.
    pub tables: Vec<RowCount>,
    /// What the user should know of the file system.
    pub notes: Vec<String>,
}

impl Recording {
    /// Begins the output `whole` of a run that stands at `from`: jobs asked for from then on, and from the end of the
    /// warm-up on, are counted. An earlier output of the same identity is replaced. The errors are those of
    /// [`Folder::create_over`].
    pub fn start(scenario: &Scenario, seed: Seed, from: Time, whole: &Path) -> Result<Recording, FileError> {
        let folder = Folder::create_over(whole, Replace::Same(identity(scenario, seed).id()))?;
        Recording::start_in(folder, scenario, seed, from)
    }

    /// As [`Recording::start`], in place of an output of whatever identity.
    pub fn start_over(scenario: &Scenario, seed: Seed, from: Time, whole: &Path) -> Result<Recording, FileError> {
        Recording::start_in(Folder::create_over(whole, Replace::Ours)?, scenario, seed, from)
    }

    fn start_in(folder: Folder, scenario: &Scenario, seed: Seed, from: Time) -> Result<Recording, FileError> {
        let identity = identity(scenario, seed);
        let failed = Rc::new(Cell::new(false));
        let writer = tables::TableWriter::start(folder.files(), &identity)?;
        let sink = Watched { tables: writer, failed: Rc::clone(&failed) };
        let mut tables = Tables::new(chosen(scenario), seed, from, names(scenario), sink);
        tables = tables.with_probes(probe_plan(scenario, seed, from));
        if scenario.agreement.is_some() {
            tables = tables.with_agreement(scenario.record.tick, from);
        }
        let come_and_go = scenario.groups.iter().any(|group| group.participation.is_some());
        if come_and_go && scenario.record.tables.contains(&TableName::Parties) {
            tables = tables.with_parties(scenario.record.tick, from);
        }
        if scenario.record.causes {
            tables = tables.with_causes();
        }
        let fading = scenario.record.fading();
        if fading.is_some() {
            tables = tables.with_reliance();
        }
        if scenario.record.results {
            tables = tables.with_results();
        }
        let tally = Tally::new(scenario.warm_up.max(from)).with_causes(scenario.record.causes).with_reliance(fading);
        let tally = tally.with_results(scenario.record.results);
        let recorder = (tally, (tables, Closed::default()));
        let wants = |table: TableName| scenario.record.tables.contains(&table);
        let names = || scenario.classes.iter().map(|class| class.name.clone()).collect();
        let (summary, classes) = (wants(TableName::Summary), wants(TableName::Classes).then(names));
        let (name, trace_start) = (scenario.name.clone(), scenario.trace_start.clone());
        let about = About { name, seed, digest: String::new(), trace_start };
        Ok(Recording { recorder, summary, classes, failed, about, identity, folder })
    }

    /// What watches the run.
    pub fn recorder(&mut self) -> &mut RunRecorder {
        &mut self.recorder
    }

    /// Jobs closed so far.
    pub fn closed(&self) -> u64 {
        self.recorder.1.1.0
    }

    /// Whether writing has failed: the run may as well stop, and [`Recording::give_up`] says why.
    pub fn failed(&self) -> bool {
        self.failed.get()
    }

    /// The same, to look at while the recorder is watching.
    pub fn failed_flag(&self) -> Rc<Cell<bool>> {
        Rc::clone(&self.failed)
    }

    /// Stops short of the end. Nothing is left; if writing had failed, this is why.
    pub fn give_up(self) -> Option<FileError> {
        let (_, (tables, _)) = self.recorder;
        tables.finish().tables.finish().err()
    }

    /// Writes what is left of the tables, the summary and the manifest, and makes the folder whole. The run has been
    /// closed with [`Recording::recorder`]. `circumstances` holds what only the caller knows; digest, checkpoints and
    /// tables are filled in here.
    pub fn finish(self, outcome: &Outcome, mut circumstances: Circumstances) -> Result<Recorded, FileError> {
        let Recording {
            recorder: (tally, (mut tables, _)),
            summary: wanted,
            classes,
            failed: _,
            about,
            identity,
            folder,
        } = self;
        let mut summary = tally.into_summary();
        let trace_start = about.trace_start.clone();
        summary.about = Some(About { digest: outcome.digest.to_string(), ..about });
        summary.probed = tables.take_probed();
        let mut sink = tables.finish();
        if wanted {
            let mut rows = Rows::new(summary_of(&summary));
            rows.push(&summary, &mut sink);
            rows.finish(&mut sink);
        }
        if let Some(names) = &classes {
            let mut rows = Rows::new(&CLASSES);
            rows.push_all(&ClassRow::of(&summary, names), &mut sink);
            rows.finish(&mut sink);
        }
        if let Some(reliance) = &summary.reliance {
            let mut rows = Rows::new(&HOLDERS);
            rows.push_all(&reliance.holders, &mut sink);
            rows.finish(&mut sink);
        }
        if let Some(results) = &summary.results {
            let mut rows = Rows::new(&CONTAMINATION);
            rows.push_all(&DepthRow::of(results), &mut sink);
            rows.finish(&mut sink);
        }
        let written = sink.tables.finish()?;
        let mut counts: Vec<RowCount> =
            written.iter().map(|table| RowCount { name: table.name.to_string(), rows: table.rows }).collect();
        counts.sort_by(|one, other| one.name.cmp(&other.name));
        circumstances.digest = outcome.digest.to_string();
        circumstances.checkpoints = outcome.digest.checkpoints().collect();
        circumstances.tables.clone_from(&counts);
        Manifest { trace_start, ..Manifest::new(identity, circumstances) }.write(folder.files())?;
        let path = folder.path().to_path_buf();
        let notes = folder.finish()?;
        Ok(Recorded { summary, folder: path, tables: counts, notes })
    }
}

/// What decides every byte of a run's tables.
pub fn identity(scenario: &Scenario, seed: Seed) -> Identity {
    let input = |(path, hash): &(String, String)| Input { path: path.clone(), hash: hash.clone() };
    let inputs = scenario.inputs.iter().map(input).collect();
    Identity { replication: seed.replication, ..Identity::new(scenario.document.clone(), seed.root, inputs) }
}

/// The name of a run's folder: `scenario-seed`, and six digits of its identity where the scenario was changed from
/// outside, so that runs of one file with other settings lie side by side.
pub fn folder_name(scenario: &Scenario, seed: Seed, is_changed: bool) -> String {
    let replication = if seed.replication > 0 { format!("-r{}", seed.replication) } else { String::new() };
    let plain = format!("{}-{}{replication}", scenario.name, seed.root);
    if is_changed { format!("{plain}-{}", identity(scenario, seed).short()) } else { plain }
}

/// The names behind the ids of a scenario.
pub fn names(scenario: &Scenario) -> SharedNames {
    let model_of = |class: &crate::scenario::model::Class| scenario.models[class.model].name.clone();
    Arc::new(Names {
        classes: scenario.classes.iter().map(|class| class.name.clone()).collect(),
        models: scenario.classes.iter().map(model_of).collect(),
        tokens: scenario.classes.iter().map(|class| matches!(class.work, WorkLaw::Tokens { .. })).collect(),
        sources: scenario.sources.iter().map(|source| source.name.clone()).collect(),
        clients: scenario.sources.iter().map(|source| source.arrivals.tells().client).collect(),
        requesters: scenario.requesters.iter().map(|group| group.name.clone()).collect(),
        methods: scenario.last().verification.methods.iter().map(|method| method.name.clone()).collect(),
        groups: scenario.groups.iter().map(|group| group.name.clone()).collect(),
        regions: scenario.network.regions.clone(),
    })
}

/// The tables beside the summary: all that are asked for, those that will have no row too.
fn chosen(scenario: &Scenario) -> Chosen {
    let record = &scenario.record;
    let wants = |table: TableName| record.tables.contains(&table);
    Chosen {
        jobs: wants(TableName::Jobs).then(|| record.jobs.get()),
        series: wants(TableName::Series).then_some(record.tick),
        outside: !scenario.series.is_empty(),
        nodes: wants(TableName::Nodes),
        validators: wants(TableName::Validators),
        checks: wants(TableName::Checks).then_some(record.jobs.get()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parquet::scratch::Scratch;
    use crate::simulate::Run;

    /// A source that asks ten times a second of one node, watched for so long.
    fn scenario(horizon: &str) -> Arc<Scenario> {
        let text = format!(
            "name = \"small\"\nhorizon = \"{horizon}\"\n[models.plain]\n[classes.job]\n\
             work = {{ law = \"exponential\", mean = \"50ms\" }}\n[[demand.sources]]\nname = \"all\"\nclass = \"job\"\n\
             arrivals = {{ rule = \"poisson\", poisson = {{ rate = \"10/s\" }} }}\n[[nodes]]\nname = \"one\"\ncount = 1\n"
        );
        Scenario::from_text("small.toml", &text).expect("a scenario")
    }

    #[cfg(feature = "parquet")]
    fn circumstances() -> Circumstances {
        let [started, ended] = ["2025-01-01T00:00:00Z", "2025-01-01T00:00:01Z"].map(str::to_string);
        Circumstances::of(vec!["reliance".to_string()], started, ended, 1.0)
    }

    #[test]
    fn folders_are_named_by_scenario_seed_and_change() {
        let scenario = scenario("1h");
        let seed = Seed::from(7);
        assert_eq!(folder_name(&scenario, seed, false), "small-7");
        assert_eq!(folder_name(&scenario, seed.replicate(3), false), "small-7-r3");
        let changed = folder_name(&scenario, seed, true);
        assert_eq!(changed, format!("small-7-{}", identity(&scenario, seed).short()));
        assert_ne!(changed, folder_name(&self::scenario("2h"), seed, true));
    }

    #[test]
    fn every_id_has_a_name() {
        let names = names(&scenario("1h"));
        assert_eq!(names.classes, ["job"]);
        assert_eq!(names.models, ["plain"]);
        assert_eq!(names.sources, ["all"]);
        assert_eq!(names.requesters, ["everyone"]);
        assert_eq!(names.groups, ["one"]);
        assert_eq!(names.regions.len(), 1);
    }

    #[cfg(feature = "parquet")]
    #[test]
    fn a_run_leaves_its_tables_and_its_manifest() {
        let scratch = Scratch::new("run-whole");
        let whole = scratch.join("small-1");
        let scenario = scenario("10min");
        let mut recording = Recording::start(&scenario, Seed::from(1), Time::ZERO, &whole).expect("started");
        let outcome = Run::open(scenario, Seed::from(1)).close(recording.recorder());
        let closed = recording.closed();
        let recorded = recording.finish(&outcome, circumstances()).expect("written");
        assert!(closed > 5_000, "{closed} jobs");
        assert_eq!(recorded.summary.jobs, closed, "without a warm-up every job counts");
        let rows: Vec<(&str, u64)> = recorded.tables.iter().map(|table| (table.name.as_str(), table.rows)).collect();
        // There are no checkers, and the tables of checks are there all the same.
        let empty = [("checks", 0), ("validators", 0)];
        let expected =
            [empty[0], ("classes", 1), ("jobs", closed), ("nodes", 1), ("series", 10), ("summary", 1), empty[1]];
        assert_eq!(rows, expected);
        let about = crate::parquet::read(&whole.join("summary.parquet"), &["name", "digest", "seed", "trace_start"]);
        let about = about.expect("a summary");
        assert_eq!((about[0].text(0), about[2].number(0)), (Some("small"), Some(1.0)));
        assert_eq!((about[1].text(0), about[3].is_null(0)), (Some(outcome.digest.to_string().as_str()), true));
        let manifest = Manifest::read(&whole).expect("a manifest");
        assert_eq!(manifest.circumstances.digest, outcome.digest.to_string());
        assert_eq!(manifest.circumstances.tables, recorded.tables);
        assert_eq!(manifest.circumstances.files.len(), 7);
        assert_eq!(scratch.names(), ["small-1"]);
    }

    /// A disk that fills while the market runs is noticed at once, one that fills at the end in the end; nothing is left.
    #[cfg(feature = "parquet")]
    #[test]
    fn a_full_disk_leaves_nothing() {
        use crate::output::files::full_after;
        let scratch = Scratch::new("run-full");
        let seed = Seed::from(1);
        let start = |horizon: &str, space: u64| {
            let scenario = scenario(horizon);
            let folder =
                Folder::create_with(&scratch.join("small-1"), Replace::Nothing, full_after(space)).expect("started");
            (Recording::start_in(folder, &scenario, seed, Time::ZERO).expect("a writer"), Run::open(scenario, seed))
        };
        let (mut early, mut run) = start("12h", 1_000);
        let mut hours = 0;
        while !early.failed() {
            assert!(hours < 12, "the failure never shows");
            hours += 1;
            run.until(Time(hours * 3_600_000_000_000), early.recorder());
        }
        let error = early.give_up().expect("why it failed").to_string();
        assert!(error.starts_with("cannot write `"), "{error}");
        let (mut late, run) = start("1min", 1_000);
        let outcome = run.close(late.recorder());
        let error = late.finish(&outcome, circumstances()).expect_err("a full disk").to_string();
        assert!(error.starts_with("cannot write `"), "{error}");
        assert!(scratch.names().is_empty());
    }

    #[test]
    fn a_run_given_up_leaves_nothing() {
        let scratch = Scratch::new("run-given-up");
        let scenario = scenario("1h");
        let mut recording =
            Recording::start(&scenario, Seed::from(1), Time::ZERO, &scratch.join("small-1")).expect("started");
        Run::open(scenario, Seed::from(1)).until(Time(60_000_000_000), recording.recorder());
        assert!(recording.give_up().is_none() || cfg!(not(feature = "parquet")));
        assert!(scratch.names().is_empty());
    }
}
