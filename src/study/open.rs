//! From a study file to a study: names and values are checked, each against the scenario it is for.

use std::collections::BTreeSet;
use std::path::Path;

use crate::output::identity::Input;
use crate::scenario::Scenario;
use crate::scenario::document::{Document, Effective, Set};
use crate::scenario::nearest::suggestion;
use crate::scenario::problems::{Problem, Problems};

use super::Study;
use super::axis::{Axis, Level, Shown, Values};
use super::course::Point;
use super::design::Design;
use super::file::{DesignTable, ReplicationsTable, StudyTable};
use super::fork::{self, Fork};
use super::measure::{Measure, is_plain};
use super::replicate::Replications;
use super::verdict::Claim;
use super::work::Prepared;

/// Columns that every table of a study may have beside those of its axes and measures.
const RESERVED: &[&str] =
    &["point", "class", "baseline_point", "replication", "digest", "error", "reproduce", "runs", "runs_failed"];

impl Study {
    /// Reads a study and the scenario it is about. Every problem is shown at its place in the study.
    pub fn load(path: &Path, seed: Option<u64>) -> Result<Study, Problems> {
        Study::from_document(Document::load(path, &[])?, seed)
    }

    /// The same from a text that is no file; the base is relative to the current folder.
    pub fn from_text(name: &str, text: &str, seed: Option<u64>) -> Result<Study, Problems> {
        Study::from_document(Document::from_text(name, text, &[])?, seed)
    }

    fn from_document(document: Document, seed: Option<u64>) -> Result<Study, Problems> {
        let table: StudyTable = document.parse()?;
        let mut problems = Problems::new(document.name());
        let base_path = document.input_path("base").unwrap_or_default();
        let base = base(&document, &base_path)?;
        let seed = seed.or(table.seed).or_else(|| scenario_seed(&base)).unwrap_or(1);
        if !is_name(&table.name) {
            let help = "write letters, digits, `-` and `_`";
            problems.at(&document, "name", format!("`{}` is no name for a folder", table.name), help);
        }
        if table.chunk == Some(0) {
            problems.at(&document, "chunk", "a chunk of no runs", "write 1 or more, or leave it out");
        }
        let mut measures = measures(&document, &base, &table, &mut problems);
        let mut fork = match &table.design {
            DesignTable::Fork(own) => Fork::read(&document, &table, own, &mut problems),
            _ => None,
        };
        if let Some(passing) = fork.as_mut().and_then(|fork| fork.passing.as_mut()) {
            passing.first = measures.len();
            let own = Measure::of_basket();
            if let Some(taken) = measures.iter().find(|measure| own.iter().any(|other| other.name == measure.name)) {
                let message = format!("`{}` is a measure of the pass-through", taken.name);
                problems.at(&document, "measures", message, "leave it out, or give yours another name");
            }
            measures.extend(own);
        }
        unused(&document, &table, &mut problems);
        let axes = axes((&document, &base), &table, &measures, &mut problems);
        let is_search = matches!(table.design, DesignTable::Frontier(_));
        let replications = Replications::read(&document, &table.replications, is_search, &mut problems);
        let (Some(axes), Some(replications)) = (axes, replications) else { return Err(problems) };
        let design = Design::read(&document, &table.design, &axes, seed, &mut problems);
        if let Some(design) = &design {
            super::design::bounded(&document, design, replications.most, &mut problems);
        }
        let baseline = baseline(&document, &table, &axes, &mut problems);
        if !problems.is_empty() {
            return Err(problems);
        }
        let mut design = design.expect("a design without problems");
        let coincident = if matches!(table.design, DesignTable::Table(_)) { 0 } else { design.merge_coincident() };
        let inputs = against_scenario(&document, &base, &axes, &design)?;
        let mut study = Study {
            table,
            seed,
            axes,
            design,
            fork,
            coincident,
            replications,
            measures,
            baseline,
            claims: Vec::new(),
            inputs,
            base_path,
            document,
            base,
        };
        study.try_forks()?;
        study.claims = Claim::read(&study.document, &study, &mut problems);
        problems.or(study)
    }

    /// Opens the branches of the first point: what is wrong with one of them is shown before anything is run.
    fn try_forks(&mut self) -> Result<(), Problems> {
        let (Some(_), Design::Listed(points)) = (&self.fork, &self.design) else { return Ok(()) };
        let Some(levels) = points.first() else { return Ok(()) };
        let document = self.document(&Point { levels: levels.clone(), search: None })?;
        let Prepared { scenario, branches, .. } = self.prepare(&document)?;
        let mut problems = Problems::new(self.document.name());
        let fork = self.fork.as_mut().expect("the study has forks");
        fork.check(&self.document, &scenario, &branches, &mut problems);
        fork.choose(&self.document, &scenario, &branches, &mut problems);
        problems.or(())
    }
}

/// What is written and would not be used.
fn unused(document: &Document, table: &StudyTable, problems: &mut Problems) {
    let is_fork = matches!(table.design, DesignTable::Fork(_));
    if !is_fork && !table.branches.is_empty() {
        let help = "write `design = { fork = { instants = …, span = …, bin = … } }`";
        problems.at(document, "branches", "branches of a study that forks no run", help);
    }
    if is_fork && !table.baseline.is_empty() {
        let help = "leave it out: every branch is compared with its trunk";
        problems.at(document, "baseline", "a study that forks its runs has no baseline", help);
    }
    if is_fork && table.level.is_some() {
        problems.at(document, "level", "a study that forks its runs has no contour", "leave it out");
    }
    if is_fork && matches!(table.replications, ReplicationsTable::Sequential(_)) {
        let message = "a study that forks its runs is run a fixed number of times";
        problems.at(document, "replications", message, "write for example `{ fixed = 20 }`");
    }
}

/// The base scenario; that it cannot be found is a problem of the study.
fn base(document: &Document, path: &Path) -> Result<Document, Problems> {
    if path.is_file() {
        return Document::load(path, &[]);
    }
    let mut problems = Problems::new(document.name());
    let message = format!("there is no scenario `{}`", path.display());
    problems.at(document, "base", message, "paths are relative to the study");
    Err(problems)
}

fn scenario_seed(base: &Document) -> Option<u64> {
    match base.value("seed")?.value {
        crate::scenario::document::node::Value::Integer(seed) => u64::try_from(seed).ok(),
        _ => None,
    }
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_".contains(letter))
}

fn measures(document: &Document, base: &Document, table: &StudyTable, problems: &mut Problems) -> Vec<Measure> {
    let classes = super::measure::classes(base);
    let is_fork = matches!(table.design, DesignTable::Fork(_));
    let mut measures: Vec<Measure> = Vec::new();
    if table.measures.is_empty() {
        problems.at(document, "measures", "a study measures something", "write for example `[\"wait_mean_s\"]`");
    }
    for (index, text) in table.measures.iter().enumerate() {
        let place = format!("measures[{index}]");
        let parsed = match is_fork {
            true => Measure::parse_of_series(text).map(|measure| vec![measure]),
            false => Measure::parse(text, &classes),
        };
        let parsed = match parsed {
            Ok(parsed) => parsed,
            Err((message, help)) => {
                problems.at(document, &place, message, help.as_deref());
                continue;
            }
        };
        let known = |measure: &&Measure| measures.iter().any(|other| other.name == measure.name);
        if let Some(measure) = parsed.iter().find(known) {
            let message = format!("two measures are called `{}`", measure.name);
            problems.at(document, &place, message, "name one of them: `\"name = …\"`");
        } else if index == 0 && parsed.iter().any(|measure| measure.class.is_some()) {
            let help = "begin with a measure of all jobs or of one class";
            problems.at(document, &place, "the first measure is judged, so it is one", help);
        } else {
            measures.extend(parsed);
        }
    }
    measures
}

fn axes(
    (document, base): (&Document, &Document),
    table: &StudyTable,
    measures: &[Measure],
    problems: &mut Problems,
) -> Option<Vec<Axis>> {
    let read = |(index, axis)| Axis::read((document, base), index, axis, problems);
    let read: Vec<Option<Axis>> = table.axes.iter().enumerate().map(read).collect();
    let mut axes: Vec<Axis> = read.into_iter().collect::<Option<_>>()?;
    let taken = |name: &str, axes: &[Axis]| {
        let by_axes = axes.iter().flat_map(|axis| &axis.columns).filter(|column| *column == name).count();
        let by_others = RESERVED.contains(&name)
            || fork::RESERVED.contains(&name)
            || measures.iter().any(|measure| measure.name == name || measure.stem == name);
        by_axes + usize::from(by_others)
    };
    for index in 0..axes.len() {
        let clashes = axes[index].columns.iter().any(|name| taken(name, &axes) > 1);
        if clashes && table.axes[index].name.is_none() {
            axes[index].lengthen();
        }
    }
    for axis in &axes {
        if let Some(name) = axis.columns.iter().find(|name| taken(name, &axes) > 1 || !is_plain(name)) {
            let message = format!("the name `{name}` is taken");
            problems.at(document, axis.place(), message, "give the axis another: `name = \"…\"`");
            return None;
        }
    }
    Some(axes)
}

/// The column and value of each axis that the baseline names.
fn baseline(document: &Document, table: &StudyTable, axes: &[Axis], problems: &mut Problems) -> Vec<(usize, Shown)> {
    let columns: Vec<&str> = axes.iter().flat_map(|axis| axis.columns.iter().map(String::as_str)).collect();
    let mut baseline = Vec::new();
    for name in table.baseline.keys() {
        let place = format!("baseline.{}", crate::scenario::document::key_text(name));
        let Some(column) = columns.iter().position(|column| column == name) else {
            let help = suggestion(name, &columns, "the axes are");
            problems.at_key(document, "baseline", name, format!("there is no axis `{name}`"), help.as_deref());
            continue;
        };
        let (axis, own) = axis_of(axes, column);
        let value = document.value(&place).map(|node| axis.shown(node, own)).expect("the value was read from there");
        let listed = listed(axis, own);
        if !listed.is_empty() && !listed.contains(&value) {
            let names: Vec<String> = listed.iter().map(Shown::to_string).collect();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let help = suggestion(&value.to_string(), &names, "its values are");
            problems.at(document, &place, format!("the axis `{name}` has no value `{value}`"), help.as_deref());
        }
        baseline.push((column, value));
    }
    baseline
}

/// The axis of a column, and which of the axis' columns it is.
fn axis_of(axes: &[Axis], column: usize) -> (&Axis, usize) {
    let mut before = 0;
    for axis in axes {
        if column < before + axis.columns.len() {
            return (axis, column - before);
        }
        before += axis.columns.len();
    }
    unreachable!("a column that no axis has")
}

/// The values that an axis lists for one of its columns.
fn listed(axis: &Axis, column: usize) -> Vec<Shown> {
    let Values::Listed(levels) = &axis.values else { return Vec::new() };
    levels.iter().map(|level| level.cells[column].clone()).collect()
}

/// Tries every value of every axis with the first of the others, and gathers the files the scenarios read. What is wrong
/// only together with other values is found when that point is run.
fn against_scenario(
    document: &Document,
    base: &Document,
    axes: &[Axis],
    design: &Design,
) -> Result<Vec<Input>, Problems> {
    let levels = tried(axes, design);
    let first: Vec<&Level> = levels.iter().map(|levels| &levels[0]).collect();
    let mut inputs: BTreeSet<(String, String)> = BTreeSet::new();
    let mut problems = Problems::new(document.name());
    let mut try_one = |point: &[&Level], problems: &mut Problems| {
        let sets: Vec<Set> = point.iter().flat_map(|level| level.sets.iter().cloned()).collect();
        let scenario = base.with("study", &sets).and_then(|document| Scenario::from_document(&document));
        match scenario {
            Ok(scenario) => inputs.extend(scenario.inputs.iter().cloned()),
            Err(found) => found.iter().for_each(|problem| {
                let placed = placed(document, base, axes, point, problem);
                // The numbers of a range share their place: one of them is enough.
                let same_place = |known: &Problem| known.origin.is_some() && known.origin == placed.origin;
                let is_new = |known: &Problem| *known != placed && !same_place(known);
                if problems.iter().all(is_new) {
                    problems.push(placed);
                }
            }),
        }
    };
    try_one(&first, &mut problems);
    for (axis, levels) in levels.iter().enumerate() {
        for level in &levels[1..] {
            let mut point = first.clone();
            point[axis] = level;
            try_one(&point, &mut problems);
        }
    }
    let input = |(path, hash)| Input { path, hash };
    problems.or(inputs.into_iter().map(input).collect())
}

/// The most levels of a range that are tried, its ends among them: each reads the scenario with its files.
const TRIED: usize = 100;

/// The most levels of a list that are tried.
const LISTED: usize = 1_000;

/// The levels of each axis to try: those that are listed; of a range its grid, or its ends. Of very many some, spread
/// evenly: a scenario is read for each.
fn tried(axes: &[Axis], design: &Design) -> Vec<Vec<Level>> {
    let own = |(index, axis): (usize, &Axis)| match (&axis.values, design) {
        (Values::Open, Design::Listed(points)) => {
            let mut known = BTreeSet::new();
            let mut levels: Vec<Level> = Vec::new();
            for point in points {
                let level = &point[index];
                if known.insert(level.sets.iter().map(Set::to_string).collect::<Vec<_>>()) {
                    levels.push(level.clone());
                }
            }
            spread(levels, LISTED)
        }
        (Values::Listed(_), _) => spread(axis.grid().unwrap_or_default(), LISTED),
        _ => axis.grid().map_or_else(|| vec![axis.at(0.0), axis.at(1.0)], |grid| spread(grid, TRIED)),
    };
    axes.iter().enumerate().map(own).collect()
}

/// At most `most` of the levels, the first and the last among them.
fn spread(levels: Vec<Level>, most: usize) -> Vec<Level> {
    let count = levels.len();
    if count <= most {
        return levels;
    }
    (0..most).map(|place| levels[place * (count - 1) / (most - 1)].clone()).collect()
}

/// A problem of a scenario, at the place in the study that brought it about.
fn placed(document: &Document, base: &Document, axes: &[Axis], point: &[&Level], problem: &Problem) -> Problem {
    let sets = axes
        .iter()
        .zip(point)
        .flat_map(|(axis, level)| level.sets.iter().enumerate().map(move |(index, set)| (axis, *level, index, set)));
    let label = problem.origin.as_ref().map(|origin| origin.source.label.as_str());
    for (axis, level, index, set) in sets {
        let Some(origin) = problem.origin.as_ref().filter(|_| label == Some(&format!("study `{set}`"))) else {
            continue;
        };
        let is_path = origin.span.end <= set.path.len();
        let place = match (is_path, axis.width()) {
            (true, _) => axis.path_place(index),
            (false, 1) => level.place.clone(),
            (false, _) => format!("{}[{index}]", level.place),
        };
        let near = || {
            let known: Vec<String> = base.effective().into_iter().map(|Effective { path, .. }| path).collect();
            let known: Vec<&str> = known.iter().map(String::as_str).collect();
            suggestion(&set.path, &known, "").filter(|help| help.starts_with("did you mean"))
        };
        let help = problem.help.clone().or_else(|| if is_path { near() } else { None });
        let moved = Problem { origin: Some(document.nearest_origin(&place)), help, ..problem.clone() };
        return if is_path { moved } else { moved.note(format!("the study sets `{set}`")) };
    }
    problem.clone()
}
