//! What charts are drawn from: the folder of a run, read by the names of columns. What is missing is said, never guessed.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use super::numbers;
use super::page::Caption;
use crate::domain::fate::{Cause, Fate};
use crate::engine::random::Seed;
use crate::output::error::FileError;
use crate::output::manifest::Manifest;
use crate::output::renamed;
use crate::parquet::{self, Codes, Data, Values};

/// An instant that never came, as jobs hold it here.
pub const NEVER: u64 = u64::MAX;

/// The output of a run.
#[derive(Clone, Debug)]
pub struct Source {
    /// What it is and how it came about.
    pub manifest: Manifest,
    /// The name of its scenario.
    pub name: String,
    folder: PathBuf,
    jobs: Arc<OnceLock<Result<Arc<Jobs>, String>>>,
}

/// A run, and where there is one the same jobs in a market whose prices and loads stand still.
#[derive(Clone, Debug)]
pub struct Sources {
    /// The run.
    pub run: Source,
    /// Its frozen twin.
    pub frozen: Option<Source>,
}

/// Columns of a table by name.
#[derive(Clone, Debug, Default)]
pub struct Columns {
    columns: Vec<(String, Values)>,
}

/// How a job ended: its fate, and the cause where it was declined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ending {
    /// Its fate.
    pub fate: Fate,
    /// Why it was declined.
    pub cause: Option<Cause>,
}

/// What charts need of a job; instants in nanoseconds, [`NEVER`] where it did not come to that.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Job {
    /// The place of its source in [`Jobs::sources`].
    pub source: u32,
    /// Its number among the jobs of its source.
    pub index: u64,
    /// The place of its class in [`Jobs::classes`].
    pub class: u32,
    /// How it ended.
    pub ending: Ending,
    /// It was asked for.
    pub asked: u64,
    /// Whether its first offer was taken.
    pub placed: bool,
    /// The answer arrived.
    pub answered: u64,
    /// The requester began to rely on the answer.
    pub used: u64,
    /// Whether verification let it pass.
    pub accepted: bool,
    /// It left the market.
    pub closed: u64,
}

/// The jobs that were asked for after the warm-up.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Jobs {
    /// In the order they left the market.
    pub jobs: Vec<Job>,
    /// Names of classes.
    pub classes: Vec<String>,
    /// Names of sources.
    pub sources: Vec<String>,
}

impl Source {
    /// Opens the folder of a run, and holds its files against the manifest. It is an error if one of them was changed.
    pub fn open(folder: &Path) -> Result<Source, FileError> {
        let manifest = Manifest::read(folder)?;
        manifest.check(folder)?;
        let scenario: serde_json::Value = serde_json::from_str(&manifest.identity.scenario).unwrap_or_default();
        let name = scenario["name"].as_str().unwrap_or("unnamed").to_string();
        Ok(Source { manifest, name, folder: folder.to_path_buf(), jobs: Arc::default() })
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The seed of the run, with its replication where that is not the first.
    fn seed(&self) -> Seed {
        Seed { root: self.manifest.identity.seed, replication: self.manifest.identity.replication }
    }

    /// The line below a chart: scenario, seed, version, what was counted, the first digits of the identity.
    pub fn caption(&self, counted: &str) -> String {
        let identity = &self.manifest.identity;
        let (seed, version, short) = (self.seed(), &identity.version, identity.short());
        format!("{} · seed {seed} · reliance {version} · {counted} · identity {short}", self.name)
    }

    /// The same for a chart of a run, with the words that it shows one path.
    pub fn path_caption(&self, counted: &str) -> Caption {
        let path = format!("One path, seed {}.", self.seed());
        Caption { line: self.caption(counted), path: Some(path) }
    }

    /// The run's identity as pairs, for the chart of that name.
    pub fn identity(&self, chart: &str) -> Vec<(String, String)> {
        self.manifest.identity.pairs(&format!("charts/{chart}"))
    }

    /// The names of a table's columns, in order; of an older format in today's words. An error says what is lacking.
    pub fn columns(&self, name: &str) -> Result<Vec<String>, String> {
        Ok(self.written(name, &self.path(name)?)?.1)
    }

    /// The names of a table's columns as they stand in its file, and in today's words.
    fn written(&self, name: &str, path: &Path) -> Result<(Vec<String>, Vec<String>), String> {
        let written: Vec<String> = parquet::schema(path)?.into_iter().map(|(name, _)| name).collect();
        let today = renamed::columns(self.manifest.identity.format, name, &written);
        Ok((written, today))
    }

    /// Those of the wanted columns that a table has: as they are wanted, and as they stand in its file.
    fn there(&self, name: &str, path: &Path, wanted: &[&str]) -> Result<(Vec<String>, Vec<String>), String> {
        let (written, today) = self.written(name, path)?;
        let place = |wanted: &&str| today.iter().position(|today| today == wanted);
        Ok(wanted.iter().filter_map(|name| Some((name.to_string(), written[place(name)?].clone()))).unzip())
    }

    /// Those of the wanted columns that a table has, in full. An error says what the run lacks.
    pub fn table(&self, name: &str, wanted: &[&str]) -> Result<Columns, String> {
        let path = self.path(name)?;
        let (names, written) = self.there(name, &path, wanted)?;
        let values = parquet::read(&path, &written.iter().map(String::as_str).collect::<Vec<_>>())?;
        Ok(Columns { columns: names.into_iter().zip(values).collect() })
    }

    /// The file of a table: only one that the manifest lists, and so was checked.
    fn path(&self, name: &str) -> Result<PathBuf, String> {
        let file = format!("{name}.parquet");
        let path = self.folder.join(&file);
        match (self.manifest.lists(&file), path.exists()) {
            (true, true) => Ok(path),
            (true, false) => Err(format!("the table `{name}` was recorded, but its file is gone")),
            (false, _) => Err(format!("the run recorded no table `{name}`")),
        }
    }

    /// The instant from which the run counts, in nanoseconds; 0 where it has no summary.
    pub fn counted_from(&self) -> u64 {
        let summary = self.table("summary", &["from_ns"]).ok();
        summary.and_then(|columns| columns.whole("from_ns").ok()?.first().copied()).unwrap_or(0)
    }

    /// Those of the wanted columns that a table has, piece by piece: a large table is never whole in memory. Errors as
    /// [`Source::table`], and those of `visit`.
    pub fn pieces(
        &self,
        name: &str,
        wanted: &[&str],
        visit: &mut dyn FnMut(&Columns) -> Result<(), String>,
    ) -> Result<(), String> {
        let path = self.path(name)?;
        let (names, written) = self.there(name, &path, wanted)?;
        let written: Vec<&str> = written.iter().map(String::as_str).collect();
        let rows = parquet::rows(&path)?;
        for first in (0..rows.max(1)).step_by(PIECE) {
            let values = parquet::read_rows(&path, &written, first, PIECE)?;
            visit(&Columns { columns: names.iter().cloned().zip(values).collect() })?;
        }
        Ok(())
    }

    /// Every job that counts, in the order they left the market, without holding them all; gives the names of classes and
    /// of sources. An error says what the run lacks.
    pub fn each_job(&self, visit: &mut dyn FnMut(Job)) -> Result<(Vec<String>, Vec<String>), String> {
        let (fates, causes) = (named(Fate::ALL, Fate::name), named(Cause::ALL, Cause::name));
        let from = self.counted_from();
        let (mut classes, mut sources) = (Names::default(), Names::default());
        self.pieces("jobs", JOB_COLUMNS, &mut |table| {
            let (fate, cause) = (table.coded("fate", &fates)?, table.coded("cause", &causes)?);
            let (class, source) = (classes.of(table, "class")?, sources.of(table, "source")?);
            let instants = ["asked_ns", "placed_ns", "answered_ns", "used_ns", "accepted_ns", "closed_ns"];
            let instants: Vec<Vec<u64>> = instants.iter().map(|name| table.whole(name)).collect::<Result<_, _>>()?;
            let index = table.whole("job_index")?;
            let job = |row: usize| Job {
                source: source[row],
                index: index[row],
                class: class[row],
                ending: Ending { fate: fate[row].unwrap_or(Fate::Censored), cause: cause[row] },
                asked: instants[0][row],
                placed: instants[1][row] != NEVER,
                answered: instants[2][row],
                used: instants[3][row],
                accepted: instants[4][row] != NEVER,
                closed: instants[5][row],
            };
            (0..index.len()).map(job).filter(|job| job.asked >= from && job.asked != NEVER).for_each(&mut *visit);
            Ok(())
        })?;
        Ok((classes.texts, sources.texts))
    }

    /// The jobs that count, read once for all charts. An error says what the run lacks.
    pub fn jobs(&self) -> Result<Arc<Jobs>, String> {
        let read = || {
            let rows = parquet::rows(&self.folder.join("jobs.parquet")).unwrap_or(0);
            let mut jobs = Vec::with_capacity(rows);
            let (classes, sources) = self.each_job(&mut |job| jobs.push(job))?;
            match jobs.is_empty() {
                true => Err("no job was recorded after the warm-up".to_string()),
                false => Ok(Arc::new(Jobs { jobs, classes, sources })),
            }
        };
        self.jobs.get_or_init(read).clone()
    }
}

/// So many rows are read at a time: as many as a row group of ours holds.
const PIECE: usize = 65_536;

const JOB_COLUMNS: &[&str] = &[
    "source",
    "job_index",
    "class",
    "fate",
    "cause",
    "asked_ns",
    "placed_ns",
    "answered_ns",
    "used_ns",
    "accepted_ns",
    "closed_ns",
];

/// Names over all pieces of a table, each with one number.
#[derive(Default)]
struct Names {
    codes: Codes,
    texts: Vec<String>,
}

impl Names {
    /// The numbers of a column's texts; the first name's where one is missing.
    fn of(&mut self, table: &Columns, column: &str) -> Result<Vec<u32>, String> {
        let (places, texts) = table.text(column)?;
        let numbers: Vec<u32> = texts.iter().map(|text| self.codes.code(text, &mut self.texts)).collect();
        Ok(places.into_iter().map(|place| place.map_or(0, |place| numbers[place as usize])).collect())
    }
}

impl Jobs {
    /// How many there are, in words.
    pub fn counted(&self) -> String {
        format!("n = {} jobs", numbers::count(self.jobs.len() as u64))
    }

    /// The classes with their jobs, those with most jobs first (of equals the first named), empty ones left out.
    pub fn by_class(&self) -> Vec<(&str, Vec<&Job>)> {
        let mut by_class: Vec<(&str, Vec<&Job>)> =
            self.classes.iter().map(|class| (class.as_str(), Vec::new())).collect();
        self.jobs.iter().for_each(|job| by_class[job.class as usize].1.push(job));
        by_class.retain(|(_, jobs)| !jobs.is_empty());
        by_class.sort_by_key(|(_, jobs)| std::cmp::Reverse(jobs.len()));
        by_class
    }
}

impl Columns {
    /// Whether the table has a column.
    pub fn has(&self, name: &str) -> bool {
        self.column(name).is_ok()
    }

    /// A column as numbers, none where a value is missing.
    pub fn numbers(&self, name: &str) -> Result<Vec<Option<f64>>, String> {
        let values = self.column(name)?;
        let number = |row: usize| match &values.data {
            Data::U32(column) => Some(f64::from(column[row])),
            Data::U64(column) => Some(column[row] as f64),
            Data::I64(column) => Some(column[row] as f64),
            Data::F64(column) => Some(column[row]),
            Data::Bool(_) | Data::Text { .. } => None,
        };
        Ok((0..values.len()).map(|row| number(row).filter(|_| !values.is_null(row))).collect())
    }

    /// A column of whole numbers, [`NEVER`] where one is missing.
    pub fn whole(&self, name: &str) -> Result<Vec<u64>, String> {
        let values = self.column(name)?;
        let at = |row: usize, value: u64| if values.is_null(row) { NEVER } else { value };
        match &values.data {
            Data::U64(column) => Ok(column.iter().enumerate().map(|(row, &value)| at(row, value)).collect()),
            // Instants and times are never below zero where the program writes them.
            Data::I64(column) => {
                Ok(column.iter().enumerate().map(|(row, &value)| at(row, value.unsigned_abs())).collect())
            }
            Data::U32(column) => Ok(column.iter().enumerate().map(|(row, &value)| at(row, value.into())).collect()),
            // Of answers 1 stands for yes.
            Data::Bool(column) => Ok(column.iter().enumerate().map(|(row, &value)| at(row, value.into())).collect()),
            _ => Err(format!("column `{name}` does not hold whole numbers")),
        }
    }

    /// A column of text: the place of each row's text in the texts, none where it is missing.
    pub fn text(&self, name: &str) -> Result<(Vec<Option<u32>>, Vec<String>), String> {
        let values = self.column(name)?;
        let Data::Text { codes, dictionary } = &values.data else {
            return Err(format!("column `{name}` does not hold text"));
        };
        let place = |(row, &code): (usize, &u32)| (!values.is_null(row)).then_some(code);
        Ok((codes.iter().enumerate().map(place).collect(), dictionary.clone()))
    }

    /// A column of names of a closed list.
    fn coded<T: Copy>(&self, name: &str, known: &[(&str, T)]) -> Result<Vec<Option<T>>, String> {
        let (places, texts) = self.text(name)?;
        let meanings: Vec<Option<T>> =
            texts.iter().map(|text| known.iter().find(|(known, _)| known == text).map(|(_, value)| *value)).collect();
        if let Some(place) = places.iter().flatten().find(|&&place| meanings[place as usize].is_none()) {
            return Err(format!("`{}` in column `{name}` is not known to this version", texts[*place as usize]));
        }
        Ok(places.iter().map(|place| place.and_then(|place| meanings[place as usize])).collect())
    }

    fn column(&self, name: &str) -> Result<&Values, String> {
        let found = self.columns.iter().find(|(known, _)| known == name);
        found.map(|(_, values)| values).ok_or_else(|| format!("there is no column `{name}`"))
    }
}

fn named<T: Copy>(all: &[T], name: fn(T) -> &'static str) -> Vec<(&'static str, T)> {
    all.iter().map(|&value| (name(value), value)).collect()
}
