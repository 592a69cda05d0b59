//! Studies: many runs of one scenario that differ in a few values, told apart from chance.
//!
//! A [`Study`] is read from a file ([`mod@file`]) and names a base scenario, axes, a design, replications and measures.
//! Its [`course`] cuts the work into generations and chunks; an [`engine`] has each chunk done ([`work`]), which leaves a
//! file; [`merge`] makes tables of the files. What is done is read from the files alone, so a study may be interrupted anywhere and shared by
//! any number of drivers, and its tables have the same bytes whoever computed them.
//!
//! Replication r of every point has the seed (root, r): points share their random numbers, and their differences are
//! known much better than they are ([`differences`]).

pub mod axis;
pub mod chunk;
pub mod columns;
pub mod course;
pub mod design;
pub mod dictionary;
pub mod differences;
pub mod drive;
pub mod engine;
pub mod file;
pub mod folder;
pub mod fork;
mod formula;
pub(crate) mod grain;
mod grid;
pub mod measure;
pub mod merge;
mod open;
mod range;
pub mod recheck;
pub mod replicate;
pub mod replications;
pub mod results;
pub mod show;
mod tables;
pub mod trial;
pub mod verdict;
pub mod work;

use std::path::PathBuf;
use std::sync::Arc;

use crate::output::error::FileError;
use crate::output::identity::{Identity, Input};
use crate::scenario::Scenario;
use crate::scenario::document::node::Node;
use crate::scenario::document::{Document, Set};
use crate::scenario::problems::Problems;

use axis::{Axis, Shown};
use course::Point;
use design::Design;
use file::StudyTable;
use fork::Fork;
use measure::Measure;
use replicate::Replications;
use verdict::Claim;
use work::Prepared;

/// A study that can be run.
#[derive(Clone, Debug)]
pub struct Study {
    /// What was written.
    pub table: StudyTable,
    /// The root of all randomness.
    pub seed: u64,
    /// The axes.
    pub axes: Vec<Axis>,
    /// The points.
    pub design: Design,
    /// Where the runs are forked, and into what.
    pub fork: Option<Fork>,
    /// Points of the design that set what another one sets: they are not run again.
    pub coincident: usize,
    /// How often each is run.
    pub replications: Replications,
    /// What is measured; the first is judged.
    pub measures: Vec<Measure>,
    /// What points are compared with, by column.
    pub baseline: Vec<(usize, Shown)>,
    /// What would make its claims false.
    pub claims: Vec<Claim>,
    /// The files that its scenarios read.
    pub inputs: Vec<Input>,
    /// Where the base scenario is.
    pub base_path: PathBuf,
    document: Document,
    base: Document,
}

/// Measures that stand side by side in the rows of a table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct View {
    /// The class of job they are of; empty for the others.
    pub class: String,
    /// What they are called there.
    pub stems: Vec<String>,
    /// Which of the study's measures they are.
    pub measures: Vec<usize>,
}

/// Why a study did not go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StudyError {
    /// A file could not be read or written.
    #[error("error: {0}")]
    File(#[from] FileError),
    /// The folder holds another study of this name and seed; what differs, a line each.
    #[error(
        "error: the study has changed since its folder was begun{}\nhelp: `--changed` re-runs the points that changed and \
         keeps the others; `--out` begins anew",
        .0.iter().map(|line| format!("\n  {line}")).collect::<String>()
    )]
    Changed(Vec<String>),
    /// A person asked it to stop.
    #[error("stopped; the same command goes on from here")]
    Stopped,
    /// A file holds what it should not.
    #[error("error: {0}")]
    Damaged(String),
    /// What was asked for cannot be done.
    #[error("error: {0}")]
    Wrong(String),
}

impl Study {
    /// Everything that decides the study's results.
    pub fn identity(&self) -> Identity {
        let (study, base) = (self.document.resolved_json(), self.base.resolved_json_without("record"));
        Identity::new(format!("{{\"study\":{study},\"base\":{base}}}"), self.seed, self.inputs.clone())
    }

    /// The name of its folder.
    pub fn folder_name(&self) -> String {
        format!("{}-{}", self.table.name, self.seed)
    }

    /// What a point sets, in the order of the axes.
    pub fn sets(&self, point: &Point) -> Vec<Set> {
        point.levels.iter().flat_map(|level| level.sets.iter().cloned()).collect()
    }

    /// The scenario of a point, as a document.
    pub fn document(&self, point: &Point) -> Result<Document, Problems> {
        self.base.with("study", &self.sets(point))
    }

    /// What decides a run of a point but the replication: version, seed, resolved scenario with its forks, and the files it names.
    pub fn point_identity(&self, document: &Document) -> String {
        let scenario = document.resolved_json_without("record") + &self.forks();
        let named = |input: &&Input| scenario.contains(&serde_json::Value::from(input.path.as_str()).to_string());
        let inputs = self.inputs.iter().filter(named).cloned().collect();
        Identity::new(scenario, self.seed, inputs).id()
    }

    /// What is run of a point, whose document this is.
    pub fn prepare(&self, document: &Document) -> Result<Prepared, Problems> {
        let scenario = Scenario::from_document(document)?;
        let Some(fork) = &self.fork else { return Ok(Prepared { scenario, branches: Vec::new(), random: Vec::new() }) };
        let branches = fork.scenarios(&self.document, document)?;
        // At another point a branch may choose no parties: then its placebo does what it does.
        let placebo = |index: usize| branches[index].struck_at_random(&scenario).map(Arc::new);
        let random = fork.random.iter().map(|(index, _)| placebo(*index).unwrap_or_else(|| branches[*index].clone()));
        Ok(Prepared { random: random.collect(), scenario, branches })
    }

    /// What the study says of forks; nothing without any.
    fn forks(&self) -> String {
        let said = |path: &str| self.document.value(path).map(Node::to_json).unwrap_or_default();
        if self.fork.is_some() { said("design") + &said("branches") } else { String::new() }
    }

    /// The names of all values of a run, as its chunk has them: those of its measures, or of every measure in every bin of a fork.
    pub fn value_names(&self) -> Vec<String> {
        let names: Vec<&str> = self.measures.iter().map(|measure| measure.name.as_str()).collect();
        match &self.fork {
            Some(fork) => fork.names(&names),
            None => names.into_iter().map(str::to_owned).collect(),
        }
    }

    /// The names of the axes' columns, in order.
    pub fn columns(&self) -> Vec<&str> {
        self.axes.iter().flat_map(|axis| axis.columns.iter().map(String::as_str)).collect()
    }

    /// A point's cells, one for each of [`Study::columns`].
    pub fn cells<'p>(&self, point: &'p Point) -> Vec<&'p Shown> {
        point.levels.iter().flat_map(|level| &level.cells).collect()
    }

    /// The measures that were not asked for of every class.
    pub fn whole(&self) -> View {
        self.view(None)
    }

    /// The measures that were asked for of every class: a view for each class, all with the same stems; none without any.
    pub fn by_class(&self) -> Vec<View> {
        let mut classes: Vec<&str> = Vec::new();
        for class in self.measures.iter().filter_map(|measure| measure.class.as_deref()) {
            if !classes.contains(&class) {
                classes.push(class);
            }
        }
        classes.into_iter().map(|class| self.view(Some(class))).collect()
    }

    fn view(&self, class: Option<&str>) -> View {
        let own = |(_, measure): &(usize, &Measure)| measure.class.as_deref() == class;
        let measures = self.measures.iter().enumerate().filter(own);
        let (measures, stems) = measures.map(|(number, measure)| (number, measure.stem.clone())).unzip();
        View { class: class.unwrap_or_default().to_owned(), stems, measures }
    }

    /// A command that runs a replication of a point by itself.
    pub fn reproduction(&self, base: &str, point: &Point, replication: u64) -> String {
        let mut command = format!("reliance run {}", quoted(base));
        for set in self.sets(point) {
            command.push_str(&format!(" --set {}", quoted(&set.to_string())));
        }
        let seed = crate::engine::random::Seed { root: self.seed, replication };
        format!("{command} --seed {seed}")
    }
}

/// A word of a command as a shell takes it.
fn quoted(word: &str) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "-_./=:,+@%".contains(letter);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_for_the_shell() {
        assert_eq!(quoted("a/b-1.toml"), "a/b-1.toml");
        assert_eq!(quoted("nodes[0].count=5"), "'nodes[0].count=5'");
        assert_eq!(quoted("it's"), "'it'\\''s'");
    }
}
