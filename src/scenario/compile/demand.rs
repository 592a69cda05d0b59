//! The sources of jobs.

use std::collections::BTreeSet;

use super::Compiler;
use super::policy::example;
use crate::domain::ids::{ClassId, Id, IdVec, RequesterId, SourceId};
use crate::domain::share::Rate;
use crate::policy::demand::{Arrivals, Replay};
use crate::scenario::Source;
use crate::scenario::document::node::{Node, Value};
use crate::scenario::files::Files;
use crate::scenario::inputs::{self, MissingColumns};
use crate::scenario::model::ClassOf;
use crate::scenario::nearest;
use crate::scenario::problems::Problem;
use crate::scenario::schema::{ScenarioTable, SourceTable};

/// The highest rate, per second: one arrival a nanosecond. Beyond it time would stand still.
const RATE: f64 = 1e9;

/// The most times faster that a file is replayed.
const SCALE: f64 = 1e6;

/// What a source may ask for.
pub(super) struct Asked {
    /// The classes, by number.
    pub classes: BTreeSet<usize>,
    /// Whether the source knows how many input tokens a job has.
    pub knows_input: bool,
    /// Whether it knows the output tokens.
    pub knows_output: bool,
}

/// The sources, in the order written, with their files read.
pub(super) fn sources(
    compiler: &mut Compiler<'_>,
    table: &ScenarioTable,
    files: &mut Files,
) -> IdVec<SourceId, Source> {
    let written = &table.demand.sources;
    if written.is_empty() {
        compiler.wrong("demand.sources", "nobody asks for anything", "write at least one `[[demand.sources]]`");
    }
    compiler.named("sources", "demand.sources", written.iter().map(|source| source.name.as_str()));
    let made = written.iter().enumerate().filter_map(|(index, written)| source(compiler, index, written, files));
    made.collect()
}

fn source(compiler: &mut Compiler<'_>, index: usize, written: &SourceTable, files: &mut Files) -> Option<Source> {
    let path = format!("demand.sources[{index}]");
    let requesters = requesters(compiler, &path, written);
    let chosen = compiler.chosen(format!("{path}.arrivals"), written.arrivals.chosen());
    let names_classes = chosen.as_ref().is_some_and(|law| law.tells().class);
    let class = class_of(compiler, &path, written, names_classes);
    let arrivals = arrivals(compiler, &path, chosen?, files)?;
    let (class, requesters) = (class?, requesters?);
    let classes = match &class {
        ClassOf::One(class) => BTreeSet::from([class.index()]),
        ClassOf::Mix(shares) => shares.iter().map(|share| share.1.index()).collect(),
        ClassOf::Named => files.take_classes(),
    };
    let tells = arrivals.tells();
    compiler.asked.push(Asked { classes, knows_input: tells.input, knows_output: tells.output });
    Some(Source { name: written.name.clone(), class, requesters, arrivals })
}

fn requesters(compiler: &mut Compiler<'_>, path: &str, written: &SourceTable) -> Option<RequesterId> {
    let known = compiler.names.requesters.clone();
    let Some(name) = &written.requesters else { return Some(RequesterId(0)) };
    if known.is_empty() {
        let message = format!("there is no group of requesters `{name}`: the scenario names none");
        compiler.wrong(format!("{path}.requesters"), message, "write them as `[[requesters]]`, or leave this out");
        return None;
    }
    let found = compiler.find(format!("{path}.requesters"), "group of requesters", name, &known)?;
    Some(RequesterId(found as u16))
}

/// The arrival law with its file read, if nothing is wrong with it.
fn arrivals(compiler: &mut Compiler<'_>, path: &str, mut chosen: Arrivals, files: &mut Files) -> Option<Arrivals> {
    let table = format!("{path}.arrivals.{}", chosen.name());
    let too_fast = compiler.document.value(&table).and_then(|node| too_fast(node, &table));
    let scale = match compiler.document.value(&format!("{table}.scale")).map(|node| &node.value) {
        Some(Value::Float(scale)) => *scale,
        Some(Value::Integer(scale)) => *scale as f64,
        _ => 0.0,
    };
    if scale > SCALE {
        let message = format!("a file that runs `{scale:e}` times as fast as it was recorded");
        compiler.wrong(format!("{table}.scale"), message, format!("write at most {SCALE}"));
        return None;
    }
    if let Some((at, rate)) = too_fast {
        let help = format!("write at most `{RATE:.0}/s`, which is one in a nanosecond");
        compiler.wrong(at, format!("`{rate}` is faster than time is counted"), help);
        return None;
    }
    let file = format!("{table}.file");
    let Err(mistake) = chosen.resolve(&mut files.named_at(&file)) else {
        if let (Some(Replay::Rows(trace)), None) = (chosen.replay(), &compiler.trace_start) {
            // The run starts where the replay does, not at the first row after that.
            let began = trace.recorded().began_ns.map(|began| began + i128::from(trace.from.0));
            compiler.trace_start = began.map(inputs::utc);
        }
        return Some(chosen);
    };
    if let Some(problem) = files.take_problem() {
        match &problem.missing {
            Some(missing) => compiler.missing_columns(&table, &problem.path, missing),
            None => compiler.problems.input(compiler.document, &file, problem),
        }
        return None;
    }
    let reads_file = compiler.document.value(&file).is_some();
    let help = match (files.take_unknown_class(), example("arrivals", chosen.name())) {
        (Some(class), _) => compiler.choice(&class, &compiler.names.classes),
        _ if !mistake.help.is_empty() => mistake.help,
        (None, Some(example)) if !reads_file => format!("for example `{} = {example}`", chosen.name()),
        _ => String::new(),
    };
    // What is not written is blamed on the file whose rows it meets, if there is one.
    let places = [mistake.key, "file"].map(|key| format!("{table}.{key}"));
    let written = places.into_iter().find(|place| compiler.document.value(place).is_some());
    compiler.wrong(written.unwrap_or(table), mistake.message, help);
    None
}

impl Compiler<'_> {
    /// Says which columns a file lacks, each at the parameter of the table at `path` that names it; at the file where a
    /// name was left out.
    pub(super) fn missing_columns(&mut self, path: &str, file: &str, columns: &MissingColumns) {
        let there: Vec<&str> = columns.there.iter().map(String::as_str).collect();
        for column in &columns.missing {
            let table = self.document.value(path).and_then(Node::as_table).into_iter().flatten();
            let named =
                table.filter(|(_, entry)| entry.node.as_text() == Some(column)).map(|(key, _)| key.as_str()).next();
            let origin = self.document.nearest_origin(&format!("{path}.{}", named.unwrap_or("file")));
            let near = nearest::nearest(column, there.iter().copied()).map(|near| format!("did you mean `{near}`?"));
            let problem = Problem::new(Some(origin), format!("`{file}` has no column `{column}`")).help(near);
            self.problems.push(problem.note(format!("its columns are {}", nearest::listed(&there))));
        }
    }
}

/// The first rate in a table of arrivals that is too fast, with its path.
fn too_fast(node: &Node, path: &str) -> Option<(String, String)> {
    match &node.value {
        Value::Text(text) => {
            let rate = Rate::try_from(text.as_str()).ok()?;
            (rate.get() > RATE).then(|| (path.to_owned(), text.clone()))
        }
        Value::Array(array) => {
            array.iter().enumerate().find_map(|(index, node)| too_fast(node, &format!("{path}[{index}]")))
        }
        Value::Table(table) => table.iter().find_map(|(key, entry)| too_fast(&entry.node, &format!("{path}.{key}"))),
        _ => None,
    }
}

fn class_of(compiler: &mut Compiler<'_>, path: &str, written: &SourceTable, names_classes: bool) -> Option<ClassOf> {
    let known = compiler.names.classes.clone();
    let has_mix = !written.mix.is_empty();
    if !has_mix && compiler.document.value(&format!("{path}.mix")).is_some() {
        compiler.wrong(
            format!("{path}.mix"),
            "a mix of no classes",
            "name classes with their weights, or leave it out",
        );
        return None;
    }
    if names_classes && (written.class.is_some() || has_mix) {
        let own = if has_mix { "mix" } else { "class" };
        let message =
            format!("both the source's `{own}` and the `class` column of its file say which classes the jobs have");
        compiler.wrong(format!("{path}.{own}"), message, "keep one of them");
        return None;
    }
    match &written.class {
        Some(_) if has_mix => {
            let message = "both `class` and `mix` say which classes the jobs have";
            compiler.wrong(format!("{path}.mix"), message, "keep one of them");
            None
        }
        Some(class) => {
            let found = compiler.find(format!("{path}.class"), "class", class, &known)?;
            Some(ClassOf::One(ClassId(found as u16)))
        }
        None if has_mix => mix(compiler, path, written, &known),
        None if names_classes => Some(ClassOf::Named),
        None => match &known[..] {
            [] => None,
            [_] => Some(ClassOf::One(ClassId(0))),
            [first, second, ..] => {
                let message = format!("the source `{}` does not say which class of jobs it asks for", written.name);
                let help = format!(
                    "there are several: add, for example, `class = \"{first}\"` or `mix = {{ {first} = 2, {second} = 1 }}`"
                );
                compiler.wrong(path, message, help);
                None
            }
        },
    }
}

fn mix(compiler: &mut Compiler<'_>, path: &str, written: &SourceTable, known: &[String]) -> Option<ClassOf> {
    let total: f64 = written.mix.values().map(|weight| weight.get()).sum();
    if total <= 0.0 || !total.is_finite() {
        let message = if total > 0.0 { "a mix whose weights are beyond counting" } else { "a mix without weight" };
        compiler.wrong(format!("{path}.mix"), message, "give at least one class a weight, such as 1");
        return None;
    }
    let mut so_far = 0.0;
    let mut shares = Vec::new();
    // The keys of a table have no order: draws go by the names.
    let mut mix: Vec<_> = written.mix.iter().collect();
    mix.sort_by_key(|(name, _)| name.as_str());
    let total: f64 = mix.iter().map(|(_, weight)| weight.get()).sum();
    for (name, weight) in mix {
        let Some(found) = known.iter().position(|other| other == name) else {
            let help = compiler.choice(name, known);
            compiler.wrong_key(&format!("{path}.mix"), name, format!("there is no class `{name}`"), help);
            continue;
        };
        so_far += weight.get() / total;
        shares.push((so_far, ClassId(found as u16)));
    }
    (shares.len() == written.mix.len()).then_some(ClassOf::Mix(shares))
}
