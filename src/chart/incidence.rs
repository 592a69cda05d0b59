//! How jobs leave, and when: the cumulative incidence of *used* and of every other end by class, over the time since asking.
//!
//! Aalen and Johansen's estimate with all ends acting at once ([`crate::stats::survival`]); a job still open when the run
//! ended counts as seen until then. One run is one path, so the curves have no bands: only replications tell how far another
//! path would differ.

use std::collections::BTreeMap;

use super::axis::Axis;
use super::endings::{self, USED};
use super::numbers::{self, Unit};
use super::page::{self, Caption, Drawing, Words};
use super::palette::{INK, SOFT};
use super::panel::{LABEL_SIZE, Panel, Rect, TICK_SIZE, spread, stairs};
use super::sheet::{Anchor, Sheet, Stroke};
use super::source::{Ending, Job, NEVER, Sources};
use crate::domain::fate::Fate;
use crate::stats::survival::{RiskRow, SurvivalGrid};

/// The incidence of the ends of one class.
#[derive(Clone, Debug, PartialEq)]
pub struct ClassIncidence {
    /// The class.
    pub class: String,
    /// Its jobs.
    pub jobs: u64,
    /// The ends in the order of the numbers of fates, *used* (none) first.
    pub ends: Vec<EndIncidence>,
    /// Jobs still there at some times.
    pub at_risk: Vec<RiskRow>,
    /// The last time shown, in nanoseconds.
    pub until: u64,
}

/// The incidence of one end.
#[derive(Clone, Debug, PartialEq)]
pub struct EndIncidence {
    /// The end, none for *used*.
    pub ending: Option<Ending>,
    /// Time in seconds, share.
    pub points: Vec<(f64, f64)>,
}

/// Cells of the grid of times.
const CELLS: u64 = 160;

/// Classes shown, those with most jobs.
const CLASSES_MAX: usize = 5;

/// Draws the chart.
pub fn chart(sources: &Sources) -> Result<Drawing, String> {
    let jobs = sources.run.jobs()?;
    let by_class = jobs.by_class();
    let left_out = by_class.len().saturating_sub(CLASSES_MAX);
    let classes: Vec<ClassIncidence> =
        by_class.iter().take(CLASSES_MAX).filter_map(|(class, jobs)| incidence(class, jobs)).collect();
    let mut counted = jobs.counted();
    if left_out > 0 {
        counted.push_str(&format!(", {left_out} smaller classes not shown"));
    }
    if classes.is_empty() {
        return Err("every job was still open when the run ended".to_string());
    }
    Ok(draw(&classes, sources.run.path_caption(&counted)))
}

/// Estimates the incidence of every end of the jobs of a class; none where nobody left.
pub fn incidence(class: &str, jobs: &[&Job]) -> Option<ClassIncidence> {
    let leavings: Vec<(u64, Option<Option<Ending>>)> = jobs.iter().map(|job| leaving(job)).collect();
    let mut times: Vec<u64> = leavings.iter().filter(|(_, end)| end.is_some()).map(|(time, _)| *time).collect();
    times.sort_unstable();
    let last = *times.last()?;
    // The slowest one in two hundred would press all others into a corner.
    let until = times[(times.len() - 1) * 199 / 200].max(last / 20).max(1);
    let axis = Axis::linear(0.0, until as f64 * 1e-9, "", Unit::Seconds);
    let until = (axis.high * 1e9).round() as u64;
    let mut causes: BTreeMap<Option<Ending>, u8> =
        leavings.iter().filter_map(|(_, end)| *end).map(|end| (end, 0)).collect();
    causes.values_mut().zip(0..).for_each(|(cause, number)| *cause = number);
    let edges: Vec<u64> =
        (0..=CELLS).map(|cell| (u128::from(until) * u128::from(cell) / u128::from(CELLS)) as u64).collect();
    let edges = if edges.is_sorted_by(|a, b| a < b) { edges } else { (0..=until).collect() };
    let mut grid = SurvivalGrid::new(edges.clone(), causes.len() as u8);
    leavings.iter().for_each(|(time, end)| grid.record(*time, end.map(|end| causes[&end])));
    let all = grid.curve()?;
    let point = |cause: u8, time: u64| Some((time as f64 * 1e-9, all.incidence(cause, time)?.share));
    let points = |cause: u8| edges.iter().filter_map(|&time| point(cause, time)).collect();
    let ends = causes.iter().map(|(ending, cause)| EndIncidence { ending: *ending, points: points(*cause) }).collect();
    let table: Vec<u64> = axis.ticks.iter().map(|(value, _)| (value * 1e9).round() as u64).collect();
    Some(ClassIncidence {
        class: class.to_string(),
        jobs: jobs.len() as u64,
        ends,
        at_risk: all.at_risk_table(&table),
        until,
    })
}

/// How long a job stayed, and why it left: none where it was only seen until then, and within that none where its answer was
/// used.
fn leaving(job: &Job) -> (u64, Option<Option<Ending>>) {
    if job.used != NEVER && job.used <= job.closed {
        return (job.used.saturating_sub(job.asked), Some(None));
    }
    let end = (job.ending.fate != Fate::Censored).then_some(Some(job.ending));
    (job.closed.saturating_sub(job.asked), end)
}

/// Draws the incidence of every class: *used* to the left, the other ends to the right on a scale of their own.
pub fn draw(classes: &[ClassIncidence], caption: impl Into<Caption>) -> Drawing {
    let words = Words {
        title: "How jobs leave the market, by the time since they were asked for".to_string(),
        lede:
            "Left: the share whose answer has been used. Right: the share that ended in another way, on its own scale. \
               Cumulative incidence with all ends acting at once (Aalen–Johansen)."
                .to_string(),
        caption: caption.into(),
    };
    let (mut sheet, body) = page::begin(page::WIDTH, classes.iter().map(|class| AROUND + height(class)).sum(), &words);
    let mut top = body.top;
    for class in classes {
        draw_class(&mut sheet, class, body, top);
        top += AROUND + height(class);
    }
    Drawing { sheet, words }
}

/// Above and below the panels of a class: its name, titles, the table.
const AROUND: f64 = 142.0;
/// A name beside a line with what it comes to.
const LABEL: f64 = 30.0;

/// The height of the panels of a class, enough for the names of all its ends.
fn height(class: &ClassIncidence) -> f64 {
    (LABEL * class.ends.len() as f64).max(162.0)
}

fn draw_class(sheet: &mut Sheet, class: &ClassIncidence, body: Rect, top: f64) {
    let heading = format!("{} · n = {}", class.class, numbers::count(class.jobs));
    sheet.text((body.left, top + 18.0), heading, 13.5, Anchor::Start, INK);
    let (upper, lower) = (top + 56.0, top + 56.0 + height(class));
    let until = class.until as f64 * 1e-9;
    let x = Axis::exact(0.0, until, "time since asking", Unit::Seconds);
    let (used, others): (Vec<&EndIncidence>, Vec<_>) = class.ends.iter().partition(|end| end.ending.is_none());
    let left = Panel {
        rect: Rect { left: body.left + 44.0, top: upper, right: body.left + 232.0, bottom: lower },
        x: x.clone(),
        y: Axis::share(1.0, "used"),
    };
    let most = others.iter().flat_map(|end| &end.points).map(|point| point.1).fold(0.0, f64::max);
    let right = Panel {
        rect: Rect { left: body.left + 410.0, top: upper, right: body.left + 632.0, bottom: lower },
        x,
        y: Axis::share(most.max(1e-3), "ended otherwise"),
    };
    left.draw(sheet);
    right.draw(sheet);
    draw_ends(sheet, &left, &used, 110.0);
    draw_ends(sheet, &right, &others, body.right - right.rect.right - 28.0);
    if others.is_empty() {
        let middle = 0.5 * (right.rect.left + right.rect.right);
        sheet.label((middle, 0.5 * (upper + lower)), "no job ended otherwise", LABEL_SIZE, Anchor::Middle, SOFT);
    }
    draw_at_risk(sheet, &left, class, |row| row.at_risk, "still in the market");
    draw_at_risk(sheet, &right, class, |row| row.events, "have left in any way");
}

/// Lines and, beside their last points, the names of ends with what they come to.
fn draw_ends(sheet: &mut Sheet, panel: &Panel, ends: &[&EndIncidence], room: f64) {
    let look = |end: &EndIncidence| end.ending.map_or(USED, endings::stroke);
    for end in ends {
        let line: Vec<_> = end.points.iter().map(|&(time, share)| (time, Some(share))).collect();
        panel.line(sheet, &stairs(&line), look(end));
    }
    let lasts: Vec<_> = ends.iter().filter_map(|end| Some((*end, *end.points.last()?))).collect();
    let wished: Vec<f64> = lasts.iter().map(|(_, last)| panel.held(last.0, last.1).1).collect();
    let heights = spread(&wished, LABEL, panel.rect.top + 4.0, panel.rect.bottom - 4.0);
    for ((end, last), height) in lasts.iter().zip(heights) {
        let (from, edge) = (panel.held(last.0, last.1), panel.rect.right);
        let stroke = look(end);
        sheet.line(vec![from, (edge + 6.0, height)], Stroke::solid(stroke.colour, 0.75));
        sheet.line(vec![(edge + 6.0, height), (edge + 24.0, height)], stroke);
        let name = end.ending.map_or("used".to_string(), endings::label);
        let name = super::font::fitted(&name, LABEL_SIZE, room);
        sheet.text((edge + 28.0, height + 1.0), name, LABEL_SIZE, Anchor::Start, INK);
        let share = numbers::percent(last.1);
        sheet.text((edge + 28.0, height + 14.0), share, TICK_SIZE, Anchor::Start, SOFT);
    }
}

fn draw_at_risk(
    sheet: &mut Sheet,
    panel: &Panel,
    class: &ClassIncidence,
    number: impl Fn(&RiskRow) -> u64,
    name: &str,
) {
    let base = panel.rect.bottom + 66.0;
    sheet.text((panel.rect.left - 16.0, base - 15.0), name, TICK_SIZE, Anchor::Start, SOFT);
    let mut free = f64::MIN;
    for row in &class.at_risk {
        let x = panel.at(row.time as f64 * 1e-9, 0.0).0;
        let text = numbers::count(number(row));
        let half = 0.5 * super::font::width(&text, TICK_SIZE);
        if x - half > free {
            sheet.text((x, base), text, TICK_SIZE, Anchor::Middle, SOFT);
            free = x + half + 4.0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::fate::Cause;
    use crate::stats::survival::SurvivalCurve;

    const SECOND: u64 = 1_000_000_000;
    const DEAR: Ending = Ending { fate: Fate::Declined, cause: Some(Cause::Compute) };
    const LATE: Ending = Ending { fate: Fate::Late, cause: None };
    const OPEN: Ending = Ending { fate: Fate::Censored, cause: None };
    const RIGHT: Ending = Ending { fate: Fate::FinalRight, cause: None };

    /// A job asked for every second, closed after some milliseconds, used at that time where it ended right.
    fn job(index: u64, after_ms: u64, ending: Ending) -> Job {
        let (asked, closed) = (SECOND * index, SECOND * index + 1_000_000 * after_ms);
        let used = if ending == RIGHT { closed } else { NEVER };
        Job { source: 0, index, class: 0, ending, asked, placed: NEVER, answered: used, used, accepted: used, closed }
    }

    /// Jobs in turns: used, declined at once, used later, late, still open.
    fn jobs(count: u64) -> Vec<Job> {
        let turn = |index: u64| match index % 5 {
            0 => job(index, 100 + 7 * (index % 97), RIGHT),
            1 => job(index, 0, DEAR),
            2 => job(index, 900 + 13 * (index % 89), RIGHT),
            3 => job(index, 1_500 + index % 50, LATE),
            _ => job(index, 10 * (index % 150), OPEN),
        };
        (0..count).map(turn).collect()
    }

    #[test]
    fn the_incidence_is_that_of_the_single_observations() {
        let jobs = jobs(3_000);
        let found = incidence("a", &jobs.iter().collect::<Vec<_>>()).unwrap();
        assert_eq!(found.ends.iter().map(|end| end.ending).collect::<Vec<_>>(), [None, Some(DEAR), Some(LATE)]);
        assert_eq!(found.jobs, 3_000);
        let cause = |end: Option<Ending>| match end {
            None => 0,
            Some(DEAR) => 1,
            Some(_) => 2,
        };
        let cell = (found.until / CELLS) as f64;
        // Exactly what the grid promises: each time rounded up to the end of its cell.
        let observations = jobs.iter().map(|job| {
            let (time, end) = leaving(job);
            (((time as f64 / cell).ceil() * cell) as u64, end.map(cause))
        });
        let exact = SurvivalCurve::from_observations(observations).unwrap();
        for end in &found.ends {
            assert!(end.points.len() > 100);
            for &(time, share) in &end.points {
                let expected = exact.incidence(cause(end.ending), (time * 1e9).round() as u64).unwrap().share;
                assert!((share - expected).abs() < 1e-9, "{:?} at {time}: {share}, not {expected}", end.ending);
            }
        }
        assert_eq!((found.at_risk[0].time, found.at_risk[0].at_risk), (0, 3_000));
    }

    #[test]
    fn all_ends_and_those_still_there_are_one() {
        // Nobody is censored, so that the last incidences sum to all who left.
        let jobs: Vec<Job> = jobs(1_000).into_iter().filter(|job| job.ending != OPEN).collect();
        let found = incidence("a", &jobs.iter().collect::<Vec<_>>()).unwrap();
        let sum: f64 = found.ends.iter().filter_map(|end| Some(end.points.last()?.1)).sum();
        assert!((sum - 1.0).abs() < 1e-9, "{sum}");
    }

    #[test]
    fn few_jobs_have_a_curve_and_nobody_who_left_has_none() {
        let jobs = jobs(20);
        let found = incidence("a", &jobs.iter().collect::<Vec<_>>()).unwrap();
        assert!(found.ends[0].points.last().unwrap().1 > 0.0);
        let open: Vec<Job> = (0..5).map(|index| job(index, 3, OPEN)).collect();
        assert_eq!(incidence("a", &open.iter().collect::<Vec<_>>()), None, "nobody left");
        draw(&[found], String::new());
    }
}
