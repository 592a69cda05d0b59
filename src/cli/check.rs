//! `check`: every problem of every file, and what was understood of the others, without running anything.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use super::understood::{self, Understood};
use super::{Done, Failure, note, say};
use crate::domain::count::counted;
use crate::scenario::Scenario;
use crate::scenario::document::{Document, Set};
use crate::scenario::problems::{Problem, Problems};
use crate::study::course::Course;
use crate::study::{Study, show};

/// What `check` is asked.
#[derive(Args, Debug)]
pub struct Check {
    /// The files of scenarios or studies
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Set a value of each scenario, such as `nodes[0].count=5`; may be given several times
    #[arg(long = "set", value_name = "PATH=VALUE")]
    sets: Vec<Set>,
    /// How to print what was found
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A line for each file and what was understood of it
    Text,
    /// One JSON array with an object for each file
    Json,
}

/// What there is to say of a file without problems.
struct Fine {
    kind: &'static str,
    headline: String,
    understood: Understood,
}

/// Checks files; a bad one does not keep the others from being checked.
pub fn check(check: Check) -> Done {
    let (mut bad, mut all) = (0, Vec::new());
    for file in &check.files {
        let shown = file.display().to_string();
        let found = checked(file, &check.sets);
        bad += usize::from(found.is_err());
        match (check.format, found) {
            (Format::Json, found) => all.push(object(&shown, found)),
            (Format::Text, Ok(fine)) => say(&text(&shown, &fine))?,
            (Format::Text, Err(problems)) => note(&format!("{problems}\n")),
        }
    }
    if check.format == Format::Json {
        say(&serde_json::to_string_pretty(&Value::Array(all)).expect("what was found becomes JSON"))?;
    }
    match bad {
        0 => Ok(()),
        _ => Err(Failure::Wrong(format!("{bad} of {} files cannot be run", check.files.len()))),
    }
}

fn checked(file: &Path, sets: &[Set]) -> Result<Fine, Problems> {
    let document = Document::load(file, sets)?;
    if is_study(&document) {
        let study = Study::load(file, None)?;
        let mut understood = Understood::default();
        if !sets.is_empty() {
            understood.warnings.push("`--set` changes scenarios; this study is checked as it stands".to_owned());
        }
        let course = Course::start(&study, 1);
        let (points, runs) = (course.points().len(), course.current().len());
        let more = match (&study.design, study.replications.looks()) {
            (crate::study::design::Design::Frontier(_), _) => " at first, more as the search goes on",
            (_, 1) => "",
            _ => " at first, more until the means are known",
        };
        let base = study.base_path.display();
        let counts = [counted(points as u64, "point", "points"), counted(runs as u64, "run", "runs")].join(", ");
        let headline = format!("a study of {base}: {counts}{more}");
        understood.rest.extend(show::coincident(&study).lines().filter(|line| !line.is_empty()).map(str::to_owned));
        return Ok(Fine { kind: "study", headline, understood });
    }
    let scenario = Scenario::from_document(&document)?;
    let mut understood = understood::of(&document, &scenario);
    understood.rest.extend(super::memory::said(&scenario));
    // What depends on the machine is no result.
    super::memory::warning(&scenario).iter().for_each(|warning| note(&format!("{}: {warning}", file.display())));
    Ok(Fine { kind: "scenario", headline: understood::headline(&scenario), understood })
}

fn text(shown: &str, fine: &Fine) -> String {
    let Understood { sources, rest, warnings } = &fine.understood;
    let facts = sources.iter().chain(rest).map(|line| format!("\n  {line}"));
    let warnings = warnings.iter().map(|line| format!("\n  warning: {line}"));
    format!("ok {shown}: {}{}", fine.headline, facts.chain(warnings).collect::<String>())
}

fn object(shown: &str, found: Result<Fine, Problems>) -> Value {
    match found {
        Ok(Fine { kind, headline, understood: Understood { sources, rest, warnings } }) => {
            let understood: Vec<String> = std::iter::once(headline).chain(sources).chain(rest).collect();
            json!({ "file": shown, "ok": true, "kind": kind, "understood": understood, "warnings": warnings })
        }
        Err(problems) => {
            let problems: Vec<Value> = problems.iter().map(problem).collect();
            json!({ "file": shown, "ok": false, "problems": problems })
        }
    }
}

fn problem(problem: &Problem) -> Value {
    let Problem { origin, place, message, notes, help } = problem;
    let mut object = json!({ "message": message, "notes": notes, "help": help, "place": place });
    if let Some(origin) = origin {
        object["file"] = origin.source.label.as_str().into();
        if origin.source.has_lines && !origin.is_whole() {
            let line = origin.line();
            object["line"] = line.number.into();
            object["column"] = (line.text[..line.span.start].chars().count() + 1).into();
        }
    }
    object
}

/// Whether a file is a study: it names the scenario that it starts from.
pub(super) fn is_study(document: &Document) -> bool {
    let has = |key: &str| document.value(key).is_some();
    has("base") && (has("measures") || has("replications") || has("axes")) && !has("nodes")
}

/// Reads a scenario with its document; a study is refused as such.
pub(super) fn loaded(file: &Path, sets: &[Set]) -> Result<(Document, Arc<Scenario>), Failure> {
    let document = Document::load(file, sets)?;
    if is_study(&document) {
        let shown = file.display();
        return Err(Failure::Wrong(format!(
            "error: `{shown}` is a study, not a scenario\nhelp: `reliance study run {shown}` runs it"
        )));
    }
    let scenario = Scenario::from_document(&document)?;
    Ok((document, scenario))
}

/// Refuses a scenario where a study belongs. A file that cannot be read passes here: the reader of studies says why.
pub(super) fn expect_study(file: &Path) -> Done {
    let Ok(document) = Document::load(file, &[]) else { return Ok(()) };
    if document.value("base").is_some() || document.value("demand").is_none() {
        return Ok(());
    }
    let shown = file.display();
    Err(Failure::Wrong(format!(
        "error: `{shown}` is a scenario, not a study\nhelp: `reliance run {shown}` runs it; a study names it as its `base`"
    )))
}
