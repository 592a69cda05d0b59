//! The sources of jobs.

use super::{Compiler, unique};
use crate::domain::ids::{ClassId, IdVec, RequesterId, SourceId};
use crate::policy::demand::Arrivals;
use crate::scenario::Source;
use crate::scenario::files::Files;
use crate::scenario::model::ClassOf;
use crate::scenario::schema::{ScenarioTable, SourceTable};

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
    unique(compiler, "sources", "demand.sources", written.iter().map(|source| source.name.as_str()));
    let made = written.iter().enumerate().filter_map(|(index, written)| source(compiler, index, written, files));
    made.collect()
}

fn source(compiler: &mut Compiler<'_>, index: usize, written: &SourceTable, files: &mut Files) -> Option<Source> {
    let path = format!("demand.sources[{index}]");
    let known = compiler.names.requesters.clone();
    let requesters = written.requesters.as_ref().map_or(Some(0), |name| {
        compiler.find(format!("{path}.requesters"), "group of requesters", name, &known)
    });
    let arrivals = compiler.chosen(format!("{path}.arrivals"), written.arrivals.chosen());
    let mut arrivals = arrivals?;
    let file = format!("{path}.arrivals.{}.file", arrivals.name());
    if let Err(message) = arrivals.resolve(&mut files.named_at(&file)) {
        let at = format!("{path}.arrivals.{}", arrivals.name());
        match files.take_problem() {
            Some(problem) => compiler.problems.input(compiler.document, &file, problem),
            None => compiler.wrong(&at, message, "see `reliance rules arrivals` for what each law takes"),
        }
    }
    let class = class_of(compiler, &path, written, &arrivals)?;
    Some(Source { name: written.name.clone(), class, requesters: RequesterId(requesters? as u16), arrivals })
}

fn class_of(compiler: &mut Compiler<'_>, path: &str, written: &SourceTable, arrivals: &Arrivals) -> Option<ClassOf> {
    let known = compiler.names.classes.clone();
    match (&written.class, written.mix.is_empty()) {
        (Some(_), false) => {
            compiler.wrong(format!("{path}.mix"), "both a class and a mix of classes", "keep one of them");
            None
        }
        (Some(class), true) => {
            let found = compiler.find(format!("{path}.class"), "class", class, &known)?;
            Some(ClassOf::One(ClassId(found as u16)))
        }
        (None, false) => {
            let total: f64 = written.mix.values().map(|weight| weight.get()).sum();
            if total <= 0.0 {
                compiler.wrong(format!("{path}.mix"), "a mix without weight", "give at least one class a weight");
                return None;
            }
            let mut so_far = 0.0;
            let mut shares = Vec::new();
            for (name, weight) in &written.mix {
                let found = compiler.find(format!("{path}.mix.{name}"), "class", name, &known)?;
                so_far += weight.get() / total;
                shares.push((so_far, ClassId(found as u16)));
            }
            Some(ClassOf::Mix(shares))
        }
        (None, true) if arrivals.names_classes() => Some(ClassOf::Named),
        (None, true) if known.len() == 1 => Some(ClassOf::One(ClassId(0))),
        (None, true) => {
            let help = "there are several; add `class = …` or `mix = { … }`";
            compiler.wrong(path, format!("the source `{}` names no class", written.name), help);
            None
        }
    }
}
