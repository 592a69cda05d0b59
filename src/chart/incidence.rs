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
use super::panel::{LABEL_SIZE, Panel, Rect, TICK_SIZE, stairs};
use super::sheet::{Anchor, Sheet, Stroke};
use super::source::{Ending, Job, NEVER, Sources};
use crate::domain::fate::Fate;
use crate::stats::survival::RiskRow;
use crate::stats::survival_grid::SurvivalGrid;

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

/// Estimates the incidence of every end of the jobs of a class; none where no job left.
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
        result: result(classes),
        lede: "Left: the share whose answer has been used by then. Right: the shares that have ended otherwise, on a scale of \
               their own. Cumulative incidence with all ends acting at once (Aalen–Johansen)."
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

/// How long half of the jobs of a class take to be used, in its fastest and in its slowest class.
fn result(classes: &[ClassIncidence]) -> String {
    let half = |class: &ClassIncidence| {
        let used = class.ends.iter().find(|end| end.ending.is_none())?;
        used.points.iter().find(|point| point.1 >= 0.5).map(|point| point.0)
    };
    let mut known: Vec<(f64, &str)> =
        classes.iter().filter_map(|class| Some((half(class)?, class.class.as_str()))).collect();
    known.sort_by(|one, other| one.0.total_cmp(&other.0));
    let time = |time: f64| numbers::measured(time, Unit::Seconds);
    match &known[..] {
        [] => "In no class half of the jobs are used.".to_string(),
        [only] => format!("Half of the jobs of “{}” are used after {}.", only.1, time(only.0)),
        [first, .., last] => {
            let (sooner, later) = (time(first.0), time(last.0));
            format!("Half of the jobs of “{}” are used after {sooner}, of “{}” after {later}.", first.1, last.1)
        }
    }
}

/// Above and below the panels of a class: its name, titles, the table.
const AROUND: f64 = 144.0;
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
        rect: Rect { left: body.left + 44.0, top: upper, right: body.left + 330.0, bottom: lower },
        x: x.clone(),
        y: Axis::share(1.0, "used"),
    };
    let most = others.iter().flat_map(|end| &end.points).map(|point| point.1).fold(0.0, f64::max);
    let right = Panel {
        rect: Rect { left: body.left + 402.0, top: upper, right: body.left + 598.0, bottom: lower },
        x,
        y: Axis::share(most.max(1e-3), "ended otherwise"),
    };
    left.draw(sheet);
    right.draw(sheet);
    draw_lines(sheet, &left, &used);
    draw_lines(sheet, &right, &others);
    draw_used(sheet, &left, &used);
    draw_legend(sheet, &right, &others, body.right);
    if others.is_empty() {
        let middle = 0.5 * (right.rect.left + right.rect.right);
        sheet.label((middle, 0.5 * (upper + lower)), "no job ended otherwise", LABEL_SIZE, Anchor::Middle, SOFT);
    }
    draw_at_risk(sheet, &left, class, |row| row.at_risk, "still in the market");
    draw_at_risk(sheet, &right, class, |row| row.events, "have left in any way");
}

fn look(end: &EndIncidence) -> Stroke {
    end.ending.map_or(USED, endings::stroke)
}

fn draw_lines(sheet: &mut Sheet, panel: &Panel, ends: &[&EndIncidence]) {
    for end in ends {
        let line: Vec<_> = end.points.iter().map(|&(time, share)| (time, Some(share))).collect();
        panel.line(sheet, &stairs(&line), look(end));
    }
}

/// What *used* comes to, in the corner below its line, or above where the line is low.
fn draw_used(sheet: &mut Sheet, panel: &Panel, used: &[&EndIncidence]) {
    for end in used {
        let Some(last) = end.points.last() else { continue };
        let Rect { top, right, bottom, .. } = panel.rect;
        // The line over the right half, where the label stands.
        let low = end.points[end.points.len() / 2].1;
        let y = if low > 0.2 { bottom - 8.0 } else { top + 12.0 };
        let time = numbers::measured(last.0, Unit::Seconds);
        let share = format!("{} by {time}", numbers::percent(last.1));
        sheet.label((right - 4.0, y), share, TICK_SIZE, Anchor::End, INK);
    }
}

/// The ends by name with what they come to, the greatest first, in a list of its own: labels at the heights of lines that
/// lie close together would be read as values.
fn draw_legend(sheet: &mut Sheet, panel: &Panel, ends: &[&EndIncidence], right: f64) {
    let mut lasts: Vec<_> = ends.iter().filter_map(|end| Some((*end, *end.points.last()?))).collect();
    lasts.sort_by(|one, other| other.1.1.total_cmp(&one.1.1));
    let x = panel.rect.right + 34.0;
    for (row, (end, last)) in lasts.iter().enumerate() {
        let y = panel.rect.top - 8.0 + LABEL * row as f64;
        sheet.line(vec![(x, y), (x + 24.0, y)], look(end));
        let name = end.ending.map_or("used".to_string(), endings::label);
        let name = super::font::fitted(&name, LABEL_SIZE, right - x - 30.0);
        sheet.text((x + 30.0, y + 4.0), name, LABEL_SIZE, Anchor::Start, INK);
        sheet.text((x + 30.0, y + 17.0), numbers::percent(last.1), TICK_SIZE, Anchor::Start, SOFT);
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
    let texts: Vec<(f64, String)> = class
        .at_risk
        .iter()
        .map(|row| (panel.at(row.time as f64 * 1e-9, 0.0).0, numbers::count(number(row))))
        .collect();
    // At every second tick, or third, so that no two run into one another; a point stands where a count is left out.
    let half = |text: &str| 0.5 * super::font::room(text, TICK_SIZE);
    let every = (1..=texts.len()).find(|&every| {
        let shown: Vec<_> = texts.iter().step_by(every).collect();
        shown.windows(2).all(|two| two[1].0 - two[0].0 > half(&two[0].1) + half(&two[1].1) + 4.0)
    });
    let every = every.unwrap_or(1);
    let name = if every > 1 { format!("{name} (· not shown)") } else { name.to_string() };
    sheet.text((panel.rect.left - 16.0, base - 15.0), name, TICK_SIZE, Anchor::Start, SOFT);
    for (place, (x, text)) in texts.into_iter().enumerate() {
        let text = if place % every == 0 { text } else { "·".to_string() };
        sheet.text((x, base), text, TICK_SIZE, Anchor::Middle, SOFT);
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
        Job {
            source: 0,
            index,
            class: 0,
            ending,
            asked,
            placed: false,
            answered: used,
            used,
            accepted: used != NEVER,
            closed,
        }
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
        // No job is censored, so that the last incidences sum to all jobs that left.
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
        assert_eq!(incidence("a", &open.iter().collect::<Vec<_>>()), None, "no job left");
        draw(&[found], String::new());
    }
}
