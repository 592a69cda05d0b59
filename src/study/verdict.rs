//! What a study's claims are held to: each is false if a measure lies on one side of a number, and the study says whether it does.
//!
//! A claim is judged by an interval, so there are three answers. It is false where all of the interval meets the condition, it holds
//! where none of it does, and it is undecided where the interval has values of both kinds.

use super::Study;
use super::axis::Shown;
use super::columns::{Declaration, Value as Filled, one};
use super::course::Course;
use super::design::Design;
use super::file::FalseIfTable;
use super::fork::passing::Passed;
use super::fork::responses::Response;
use super::fork::{is_placebo, passing, responses};
use super::results::{Judged, Results, Verdict};
use crate::parquet::Kind;
use crate::scenario::document::Document;
use crate::scenario::document::node::{Node, Value};
use crate::scenario::nearest::suggestion;
use crate::scenario::problems::Problems;

/// What would make a claim false.
#[derive(Clone, Debug, PartialEq)]
pub struct Claim {
    /// As it is written: `used_wrong < 0.02`.
    pub when: String,
    /// What is measured.
    of: Subject,
    /// Whether values below the number make it false, or those above.
    below: bool,
    number: f64,
    /// The cells of the rows that it is judged at, by column; of a fork the branch among them.
    at: Vec<(String, String)>,
    /// Of a fork: the bins whose mean is judged.
    bins: Option<std::ops::Range<usize>>,
}

/// What a claim is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Subject {
    /// A measure of each point, or what a branch does differently in it.
    Measure(usize),
    /// What a point does differently from its baseline.
    Difference(usize),
    /// Where a search found the crossing.
    Crossing,
    /// How full prices followed what channels could supply.
    PassThrough,
}

/// How a claim names it.
const PASS_THROUGH: &str = "pass_through";

impl Claim {
    /// Reads the claims of a study.
    pub fn read(document: &Document, study: &Study, problems: &mut Problems) -> Vec<Claim> {
        let read = |(index, table)| claim(document, study, (index, table), problems);
        study.table.false_if.iter().enumerate().filter_map(read).collect()
    }

    fn verdict(&self, ends: [Option<f64>; 2]) -> Verdict {
        let [Some(low), Some(high)] = ends else {
            // An end that is open leaves the side of the other.
            return match (ends, self.below) {
                ([Some(low), None], true) if low >= self.number => Verdict::Holds,
                ([None, Some(high)], true) if high < self.number => Verdict::False,
                ([Some(low), None], false) if low > self.number => Verdict::False,
                ([None, Some(high)], false) if high <= self.number => Verdict::Holds,
                _ => Verdict::Undecided,
            };
        };
        let meets = |value: f64| if self.below { value < self.number } else { value > self.number };
        match (meets(low), meets(high)) {
            (true, true) => Verdict::False,
            (false, false) => Verdict::Holds,
            _ => Verdict::Undecided,
        }
    }
}

fn claim(
    document: &Document,
    study: &Study,
    (index, table): (usize, &FalseIfTable),
    problems: &mut Problems,
) -> Option<Claim> {
    let place = format!("false-if[{index}]");
    let parts = table.when.split_once(['<', '>']);
    let read = parts.and_then(|(name, number)| Some((name.trim(), number.trim().parse::<f64>().ok()?)));
    let Some((name, number)) = read.filter(|(_, number)| number.is_finite()) else {
        let message = format!("`{}` compares no measure with a number", table.when);
        problems.at(document, &format!("{place}.when"), message, "write for example `\"used_wrong < 0.02\"`");
        return None;
    };
    let of = subject(document, study, (&place, name, table.difference), problems)?;
    let bins = match (&table.window, &study.fork) {
        (None, _) => None,
        (Some(_), None) => {
            problems.at(document, &format!("{place}.window"), "a window of a study that forks no run", "leave it out");
            return None;
        }
        (Some(window), Some(fork)) => {
            let Some(bins) = fork.window(window) else {
                let message = format!("a window from `{}` to `{}` of bins of `{}`", window.from, window.to, fork.bin);
                problems.at(document, &format!("{place}.window"), message, "write two ends of bins within the span");
                return None;
            };
            Some(bins)
        }
    };
    let at = places(document, study, (&place, of), problems)?;
    Some(Claim { when: table.when.clone(), of, below: table.when.contains('<'), number, at, bins })
}

/// What is judged, by its name.
fn subject(
    document: &Document,
    study: &Study,
    (place, name, difference): (&str, &str, bool),
    problems: &mut Problems,
) -> Option<Subject> {
    let mut unknown = |known: &[&str]| {
        let help = suggestion(name, known, "it may be");
        problems.at(document, &format!("{place}.when"), format!("nothing called `{name}` is judged"), help.as_deref());
        None
    };
    if let Design::Frontier(search) = &study.design {
        let axis = study.axes[search.axis].name.as_str();
        return if name == axis && !difference { Some(Subject::Crossing) } else { unknown(&[axis]) };
    }
    if name == PASS_THROUGH && study.fork.as_ref().is_some_and(|fork| fork.passing.is_some()) {
        return Some(Subject::PassThrough);
    }
    let names: Vec<&str> = study.measures.iter().map(|measure| measure.name.as_str()).collect();
    let Some(measure) = names.iter().position(|known| *known == name) else { return unknown(&names) };
    if difference && study.baseline.is_empty() {
        let message = "the difference from the baseline, of a study that has none";
        problems.at(document, &format!("{place}.difference"), message, "write `baseline = { … }`");
        return None;
    }
    Some(if difference { Subject::Difference(measure) } else { Subject::Measure(measure) })
}

/// The cells of the rows that a claim is about.
fn places(
    document: &Document,
    study: &Study,
    (place, of): (&str, Subject),
    problems: &mut Problems,
) -> Option<Vec<(String, String)>> {
    let mut columns = study.columns();
    match (of, &study.fork) {
        (Subject::PassThrough, _) => columns.extend(["supply_of", "price_of"]),
        (_, Some(_)) => columns.push("branch"),
        (_, None) => {}
    }
    let before = problems.len();
    let mut at = Vec::new();
    for (name, entry) in document.value(&format!("{place}.at")).and_then(Node::as_table).into_iter().flatten() {
        if !columns.contains(&name.as_str()) {
            let help = suggestion(name, &columns, "it may be");
            problems.at_key(document, &format!("{place}.at"), name, format!("no row has a `{name}`"), help.as_deref());
        }
        let value = match &entry.node.value {
            Value::Text(text) => text.clone(),
            _ => entry.node.to_toml(),
        };
        at.push((name.clone(), value));
    }
    (problems.len() == before).then_some(at)
}

/// Judges every claim at every place that it is about; a placebo where it is named.
pub fn judged(study: &Study, course: &Course, results: &Results) -> Vec<Judged> {
    let mut all = Vec::new();
    for (number, claim) in study.claims.iter().enumerate() {
        let judge = |cells: Vec<(String, String)>, value, ends, runs| {
            let has = |(name, wanted): &(String, String)| cells.iter().any(|(own, cell)| own == name && cell == wanted);
            let at: Vec<String> =
                cells.iter().map(|(name, cell)| format!("{} {cell}", name.replace('_', " "))).collect();
            claim.at.iter().all(has).then(|| Judged {
                claim: number,
                at: at.join(", "),
                value,
                ends,
                runs,
                verdict: claim.verdict(ends),
            })
        };
        let point = |point: usize| -> Vec<(String, String)> {
            let cells = study.cells(&course.points()[point]).into_iter().map(Shown::to_string);
            study.columns().into_iter().map(str::to_owned).zip(cells).collect()
        };
        let around = |value: Option<f64>, half: Option<f64>| [-1.0, 1.0].map(|side| Some(value? + side * half?));
        match claim.of {
            Subject::Measure(measure) if study.fork.is_some() => {
                let fork = study.fork.as_ref().expect("a fork");
                let named = claim.at.iter().any(|(name, _)| name == "branch");
                let is_meant = |own: &&Response| own.arm > 1 && (named || !is_placebo(fork.arms()[own.arm]));
                for own in results.responses.iter().filter(|own| own.measure == measure).filter(is_meant) {
                    let bins = claim.bins.clone().unwrap_or(0..fork.bins);
                    let (value, half, runs) = responses::over(study, course, own, bins);
                    let branch = ("branch".to_owned(), fork.arms()[own.arm].to_owned());
                    let cells = point(own.point).into_iter().chain([branch]).collect();
                    all.extend(judge(cells, value, around(value, half), runs));
                }
            }
            Subject::Measure(measure) => {
                for (number, means) in results.means.iter().enumerate() {
                    let mean = &means[measure];
                    all.extend(judge(point(number), mean.mean, around(mean.mean, mean.half_width), mean.n));
                }
            }
            Subject::Difference(measure) => {
                for pair in &results.differences {
                    let paired = pair.measures[measure].map(|paired| paired.difference);
                    let (value, half) = (paired.map(|own| own.mean), paired.map(|own| own.half_width));
                    let runs = paired.map_or(0, |own| own.n);
                    all.extend(judge(point(pair.point), value, around(value, half), runs));
                }
            }
            Subject::PassThrough => {
                for (place, channels, passed) in passed_within(study, course, results, claim) {
                    let cells = point(place).into_iter().chain(channels).collect();
                    all.extend(judge(cells, passed.mean, around(passed.mean, passed.half_width), passed.runs));
                }
            }
            Subject::Crossing => {
                let Design::Frontier(search) = &study.design else { unreachable!("only a search has crossings") };
                let others = study.axes.iter().enumerate().filter(|(index, _)| *index != search.axis);
                let names: Vec<String> = others.flat_map(|(_, axis)| axis.columns.clone()).collect();
                for line in &results.crossings {
                    let cells = names.iter().cloned().zip(line.cells.iter().map(Shown::to_string)).collect();
                    let [value, low, high] = line.values;
                    // Without a crossing nothing is known of where it is.
                    let ends = if value.is_some() { [low, high] } else { [None, None] };
                    all.extend(judge(cells, value, ends, line.runs));
                }
            }
        }
    }
    all
}

/// Of every point every pair of channels, as the cells of its row, with the pass-through over the window of a claim.
fn passed_within<'r>(
    study: &'r Study,
    course: &'r Course,
    results: &'r Results,
    claim: &Claim,
) -> impl Iterator<Item = (usize, [(String, String); 2], Passed)> {
    let fork = study.fork.as_ref().expect("a pass-through is one of forks");
    let bins = claim.bins.clone().unwrap_or(0..fork.bins);
    let windows = fork.passing.as_ref().map_or(1, |passing| passing.windows.len());
    // One row of each pair: its windows follow one another.
    results.passed.iter().step_by(windows).map(move |own| {
        let channels = [("supply_of", own.cut), ("price_of", own.priced)];
        let channels = channels.map(|(name, channel)| (name.to_owned(), passing::name(channel).to_owned()));
        (own.point, channels, passing::passed(study, course, (own.point, own.cut, own.priced), bins.clone()))
    })
}

pub(super) static VERDICTS: Declaration = Declaration {
    name: "verdicts",
    grain: "one row per `false-if` of a study and point, branch or line that it is judged at",
    columns: &[
        one("false_if", Kind::Text, "condition that makes the claim false", |entry| {
            Filled::Text(Some(entry.study.claims[entry.judged().claim].when.clone()))
        }),
        one("at", Kind::Text, "values of the axes, and the branch, that it is judged at", |entry| {
            Filled::Text(Some(entry.judged().at.clone()))
        }),
        one("value", Kind::F64, "mean of what is judged; of a search the crossing", |entry| {
            Filled::Number(entry.judged().value)
        })
        .nullable(),
        one("low", Kind::F64, "lower end of its 95 % interval", |entry| Filled::Number(entry.judged().ends[0]))
            .nullable(),
        one("high", Kind::F64, "upper end of its 95 % interval", |entry| Filled::Number(entry.judged().ends[1]))
            .nullable(),
        one("runs", Kind::U64, "number of runs that it stands on", |entry| Filled::Count(entry.judged().runs)),
        one("verdict", Kind::Text, "what follows for the claim", |entry| {
            Filled::Text(Some(entry.judged().verdict.name().to_owned()))
        })
        .words(Verdict::WORDS),
    ],
};

#[cfg(test)]
mod tests {
    use super::*;

    fn claim(below: bool) -> Claim {
        let (when, of) = ("x ? 2".to_owned(), Subject::Measure(0));
        Claim { when, of, below, number: 2.0, at: Vec::new(), bins: None }
    }

    #[test]
    fn an_interval_is_on_one_side_on_the_other_or_on_both() {
        let verdict = |below, low: f64, high: f64| claim(below).verdict([Some(low), Some(high)]).name();
        assert_eq!(
            [verdict(true, 0.0, 1.0), verdict(true, 2.0, 3.0), verdict(true, 1.0, 3.0)],
            ["false", "holds", "undecided"]
        );
        assert_eq!(
            [verdict(false, 0.0, 2.0), verdict(false, 2.5, 3.0), verdict(false, 1.0, 3.0)],
            ["holds", "false", "undecided"]
        );
    }

    #[test]
    fn an_open_end_leaves_the_other_side() {
        let verdict = |below, ends| claim(below).verdict(ends).name();
        assert_eq!(verdict(true, [Some(2.5), None]), "holds");
        assert_eq!(verdict(true, [None, Some(1.5)]), "false");
        assert_eq!(verdict(false, [Some(2.5), None]), "false");
        assert_eq!(verdict(false, [None, Some(1.5)]), "holds");
        assert_eq!(verdict(true, [Some(1.5), None]), "undecided");
        assert_eq!(verdict(true, [None, None]), "undecided");
    }
}
