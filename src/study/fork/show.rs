//! The responses of a study as a table for people.

use super::super::Study;
use super::super::course::Course;
use super::super::grid::Grid;
use super::super::results::Results;
use super::super::show::{cell, is_apart, number_or_dash};
use super::passing::{PassThrough, Passing, name};
use super::responses::Response;
use super::{Fork, is_placebo};
use crate::engine::time::SimDuration;

/// A row for each point, branch and measure; the placebos last of all.
pub(in super::super) fn grid(study: &Study, course: &Course, results: &Results, fork: &Fork) -> Grid {
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let axes = study.columns().into_iter().map(str::to_owned);
    let has_points = course.points().len() > 1;
    let point = has_points.then(|| "point".to_owned());
    let head: Vec<String> = point.into_iter().chain(axes).chain(names(&["branch", "measure"])).collect();
    let arms = fork.arms();
    let row = |response: &Response| {
        let Response { point, arm, measure, bins, whole } = response;
        let cells = study.cells(&course.points()[*point]).into_iter().map(cell);
        let head = has_points.then(|| point.to_string()).into_iter().chain(cells);
        let head = head.chain([arms[*arm].to_owned(), study.measures[*measure].name.clone()]).collect();
        let peak = whole.peak.map(|peak| &bins[peak]);
        let after = |bins: usize| SimDuration(fork.bin.0 * bins as u64).to_string();
        let groups = vec![
            vec![number_or_dash(whole.mean), number_or_dash(whole.half_width.filter(is_apart))],
            vec![
                number_or_dash(peak.and_then(|peak| peak.difference)),
                number_or_dash(peak.and_then(|peak| peak.half_width).filter(is_apart)),
                whole.peak.map_or("–".to_owned(), |peak| after(peak + 1)),
            ],
            vec![whole.half_life.map_or("–".to_owned(), after), after(whole.paired)],
        ];
        (head, groups)
    };
    let (placebo, branches): (Vec<&Response>, Vec<&Response>) =
        results.responses.iter().partition(|response| is_placebo(arms[response.arm]));
    let title = "branch − trunk: its mean over the span, its largest bin and when that ends, how long until half of it is gone,\n\
                 and how long a branch lies closer to its trunk than chance alone would bring it (`fresh`: by chance alone)";
    Grid {
        title: title.to_owned(),
        file: "peaks",
        key: head.len(),
        head,
        groups: vec![names(&["mean", "±"]), names(&["peak", "±", "at"]), names(&["half-life", "paired"])],
        rows: branches.into_iter().chain(placebo).map(row).collect(),
        left_out: 0,
    }
}

/// A row for each point, channel that is cut and channel, with its pass-through in each window.
pub(in super::super) fn passing(
    study: &Study,
    course: &Course,
    results: &Results,
    (fork, passing): (&Fork, &Passing),
) -> Grid {
    let has_points = course.points().len() > 1;
    let point = has_points.then(|| "point".to_owned());
    let axes = study.columns().into_iter().map(str::to_owned);
    let both = ["supply of", "price of"].map(str::to_owned);
    let head: Vec<String> = point.into_iter().chain(axes).chain(both).collect();
    let row = |own: &[PassThrough]| {
        let PassThrough { point, cut, priced, .. } = own[0];
        let cells = study.cells(&course.points()[point]).into_iter().map(cell);
        let head = has_points.then(|| point.to_string()).into_iter().chain(cells);
        let head = head.chain([name(cut), name(priced)].map(str::to_owned)).collect();
        let pair = |own: &PassThrough| {
            let half = own.passed.half_width.filter(is_apart);
            vec![number_or_dash(own.passed.mean), number_or_dash(half)]
        };
        (head, own.iter().map(pair).collect())
    };
    let after = |bins: usize| SimDuration(fork.bin.0 * bins as u64);
    let window = |bins: &std::ops::Range<usize>| format!("{}–{}", after(bins.start), after(bins.end));
    Grid {
        title:
            "pass-through: Δ log full price / Δ log supply between a branch and its trunk, by the time since the cut"
                .to_owned(),
        file: "pass-through",
        key: head.len(),
        head,
        groups: passing.windows.iter().map(|bins| vec![window(bins), "±".to_owned()]).collect(),
        rows: results.passed.chunks(passing.windows.len()).map(row).collect(),
        left_out: 0,
    }
}
