//! What becomes of jobs, as a Sankey diagram that balances: at every stage as many leave as came.

use std::collections::BTreeMap;

use super::endings;
use super::font;
use super::numbers;
use super::page::{self, Caption, Drawing, Words};
use super::palette::{GREY, INK, SOFT};
use super::panel::LABEL_SIZE;
use super::sheet::{Anchor, Colour, Sheet};
use super::source::{Ending, Job, NEVER, Sources};
use crate::domain::fate::Fate;

/// The stages of a life that a job passes in this order, or leaves from.
pub const STAGES: [&str; 4] = ["asked", "placed", "answered", "accepted"];

/// How many jobs came to each stage, and how those that went no further ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flows {
    /// Jobs that came to each stage of [`STAGES`].
    pub reached: [u64; 4],
    /// For each stage the ends of the jobs that came to it and no further.
    pub ends: [BTreeMap<Ending, u64>; 4],
}

impl Flows {
    /// Counts jobs.
    pub fn of<'a>(jobs: impl IntoIterator<Item = &'a Job>) -> Flows {
        let mut flows = Flows::default();
        for job in jobs {
            let last = last_stage(job);
            flows.reached[..=last].iter_mut().for_each(|reached| *reached += 1);
            *flows.ends[last].entry(job.ending).or_default() += 1;
        }
        flows
    }

    /// Whether at every stage as many went on or ended as came, and all ends together are all jobs; an error names the
    /// stage that loses or makes jobs.
    pub fn balance(&self) -> Result<(), String> {
        for (stage, name) in STAGES.iter().enumerate() {
            let ended: u64 = self.ends[stage].values().sum();
            let went_on = self.reached.get(stage + 1).copied().unwrap_or(0);
            let (came, left) = (self.reached[stage], ended + went_on);
            if came != left {
                return Err(format!("{came} jobs were {name}, {left} went on from there"));
            }
        }
        let ended: u64 = self.ends.iter().flat_map(BTreeMap::values).sum();
        if ended == self.reached[0] { Ok(()) } else { Err(format!("{} jobs have {ended} ends", self.reached[0])) }
    }
}

/// Draws the chart.
pub fn chart(sources: &Sources) -> Result<Drawing, String> {
    let jobs = sources.run.jobs()?;
    let flows = Flows::of(&jobs.jobs);
    flows.balance()?;
    Ok(draw(&flows, sources.run.path_caption(&jobs.counted())))
}

/// The last stage that a job came to: a later one counts even where an attempt's own instants were forgotten.
fn last_stage(job: &Job) -> usize {
    let came = [job.placed, job.answered != NEVER, job.accepted];
    came.iter().rposition(|&came| came).map_or(0, |last| last + 1)
}

/// A bar of the diagram: the jobs that went on, or one end.
struct Bar {
    name: String,
    count: u64,
    top: f64,
    height: f64,
    colour: Colour,
    goes_on: bool,
}

const BAR: f64 = 14.0;
/// The height of all jobs.
const HEIGHT: f64 = 300.0;
/// The least height of an end with its label, and the white below it.
const SLOT: f64 = 27.0;
const GAP: f64 = 7.0;
/// Names of stages stand above their bars.
const HEAD: f64 = 34.0;

/// Draws flows that balance.
pub fn draw(flows: &Flows, caption: impl Into<Caption>) -> Drawing {
    let words = Words {
        title: "What became of the jobs that were asked for".to_string(),
        result: result(flows),
        lede: "Heights are numbers of jobs; those that leave stand below those that go on. Per cent are of all jobs asked \
               for. A job that was still open when the run ended stands where it was."
            .to_string(),
        caption: caption.into(),
    };
    let lowest = columns(flows, 0.0).iter().flatten().map(|bar| bar.top + bar.height.max(SLOT)).fold(0.0, f64::max);
    let (mut sheet, body) = page::begin(page::WIDTH, HEAD + lowest + 14.0, &words);
    let columns = columns(flows, body.top + HEAD);
    let all = flows.reached[0];
    // The last column has its labels beside it.
    let stride = (body.width() - BAR - 150.0) / (columns.len() - 1) as f64;
    let left = |column: usize| body.left + stride * column as f64;
    for (column, bars) in columns.iter().enumerate().skip(1) {
        let from = &columns[column - 1][0];
        let mut top = from.top;
        for bar in bars {
            let height = from.height * bar.count as f64 / from.count.max(1) as f64;
            ribbon(&mut sheet, (left(column - 1) + BAR, top, height), (left(column), bar.top, bar.height), bar.colour);
            top += height;
        }
    }
    for (column, bars) in columns.iter().enumerate() {
        bars.iter().for_each(|bar| draw_bar(&mut sheet, bar, left(column)));
        // Right of an end nothing stands: later ends are all above it.
        let room = |bar: &Bar| if bar.goes_on { stride - 6.0 } else { body.right - left(column) - BAR - 6.0 };
        bars.iter().for_each(|bar| draw_label(&mut sheet, bar, left(column), room(bar), all));
    }
    Drawing { sheet, words }
}

/// How many jobs end final and right, and the most frequent other end.
fn result(flows: &Flows) -> String {
    let all = flows.reached[0].max(1) as f64;
    let mut ends: BTreeMap<Ending, u64> = BTreeMap::new();
    for (ending, count) in flows.ends.iter().flatten() {
        *ends.entry(*ending).or_default() += count;
    }
    let right = Ending { fate: Fate::FinalRight, cause: None };
    let share = |count: u64| numbers::percent(count as f64 / all);
    let good = share(ends.remove(&right).unwrap_or(0));
    let other = ends.into_iter().reduce(|most, other| if other.1 > most.1 { other } else { most });
    let other = other.map_or(String::new(), |(ending, count)| {
        format!(" The most frequent other end is “{}” with {}.", endings::label(ending), share(count))
    });
    format!("Of the jobs asked for, {good} become final and right.{other}")
}

/// The bars of every column, from the top: those that went on, then the ends; in the last column there are ends alone.
///
/// Bands to the next column reach down to its lowest end, so the ends of a column stand below that: no band crosses an end
/// or its label.
fn columns(flows: &Flows, top: f64) -> Vec<Vec<Bar>> {
    let scale = HEIGHT / flows.reached[0].max(1) as f64;
    let mut columns = Vec::new();
    let mut lowest = top;
    for column in (0..=STAGES.len()).rev() {
        let mut bars = Vec::new();
        if let Some(&count) = flows.reached.get(column) {
            let height = scale * count as f64;
            bars.push(Bar { name: STAGES[column].to_string(), count, top, height, colour: GREY, goes_on: true });
            lowest = f64::max(lowest, top + height);
        }
        // The last column holds what came of the accepted, from the top.
        lowest += if bars.is_empty() { 0.0 } else { GAP };
        let ends = column.checked_sub(1).map(|stage| &flows.ends[stage]);
        let mut ends: Vec<(&Ending, &u64)> = ends.into_iter().flatten().collect();
        ends.sort_by_key(|(ending, count)| (std::cmp::Reverse(**count), **ending));
        for (ending, &count) in ends {
            let height = scale * count as f64;
            let slot = height.max(SLOT);
            let first = column == STAGES.len() && bars.is_empty();
            let bar_top = if first { lowest } else { lowest + 0.5 * (slot - height) };
            let colour = endings::stroke(*ending).colour;
            bars.push(Bar { name: endings::label(*ending), count, top: bar_top, height, colour, goes_on: false });
            lowest += slot + GAP;
        }
        columns.push(bars);
    }
    columns.reverse();
    columns
}

fn draw_bar(sheet: &mut Sheet, bar: &Bar, left: f64) {
    if bar.count > 0 {
        // One job in a million is a line still.
        let height = bar.height.max(1.0);
        sheet.block((left, bar.top), (left + BAR, bar.top + height), bar.colour, 1.0);
    }
}

/// A band from the right side of one bar to the left side of another (x, top, height), bent like a Bézier curve of level
/// ends.
fn ribbon(sheet: &mut Sheet, from: (f64, f64, f64), to: (f64, f64, f64), colour: Colour) {
    const STEPS: u32 = 24;
    let edge = |start: f64, end: f64| {
        (0..=STEPS).map(move |step| {
            let t = f64::from(step) / f64::from(STEPS);
            let bend = t * t * (3.0 - 2.0 * t);
            // Level ends: x by its own cubic with both handles in the middle.
            let across = 1.5 * t * (1.0 - t) * (1.0 - t) + 1.5 * t * t * (1.0 - t) + t * t * t;
            (from.0 + (to.0 - from.0) * across, start + (end - start) * bend)
        })
    };
    let (from_height, to_height) = (from.2.max(1.0), to.2.max(1.0));
    if to.2 > 0.0 {
        let mut around: Vec<(f64, f64)> = edge(from.1, to.1).collect();
        let mut below: Vec<(f64, f64)> = edge(from.1 + from_height, to.1 + to_height).collect();
        below.reverse();
        around.append(&mut below);
        sheet.area(around, colour, 0.3);
    }
}

fn draw_label(sheet: &mut Sheet, bar: &Bar, left: f64, room: f64, all: u64) {
    let (x, y) = match bar.goes_on {
        true => (left, bar.top - 20.0),
        false => (left + BAR + 6.0, bar.top + 0.5 * bar.height - 1.0),
    };
    sheet.text((x, y), font::fitted(&bar.name, LABEL_SIZE, room), LABEL_SIZE, Anchor::Start, INK);
    sheet.text((x, y + 13.5), share(bar.count, all), 11.0, Anchor::Start, SOFT);
}

fn share(count: u64, all: u64) -> String {
    format!("{} · {}", numbers::count(count), numbers::percent(count as f64 / all.max(1) as f64))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::fate::Cause;

    fn job(fate: Fate, cause: Option<Cause>, stages: usize) -> Job {
        let at = |stage: usize| if stage <= stages { 10 * stage as u64 } else { NEVER };
        let ending = Ending { fate, cause };
        let used = at(3);
        Job {
            source: 0,
            index: 0,
            class: 0,
            ending,
            asked: 0,
            placed: at(1) != NEVER,
            answered: at(2),
            used,
            accepted: at(3) != NEVER,
            closed: 50,
        }
    }

    fn some() -> Vec<Job> {
        let mut jobs = vec![job(Fate::FinalRight, None, 3); 70];
        jobs.extend(vec![job(Fate::Declined, Some(Cause::Compute), 0); 12]);
        jobs.extend(vec![job(Fate::Declined, Some(Cause::Verification), 0); 8]);
        jobs.extend(vec![job(Fate::Abandoned, None, 1); 5]);
        jobs.extend(vec![job(Fate::RejectedRight, None, 2); 3]);
        jobs.extend(vec![job(Fate::Censored, None, 1); 2]);
        jobs
    }

    #[test]
    fn both_sides_sum() {
        let flows = Flows::of(&some());
        assert_eq!(flows.reached, [100, 80, 73, 70]);
        assert_eq!(flows.balance(), Ok(()));
        assert_eq!(flows.ends[0].values().sum::<u64>(), 20);
        let mut lost = flows.clone();
        lost.reached[2] += 1;
        assert_eq!(lost.balance(), Err("80 jobs were placed, 81 went on from there".to_string()));
        let mut made = flows;
        *made.ends[3].values_mut().next().unwrap() += 1;
        assert_eq!(made.balance(), Err("70 jobs were accepted, 71 went on from there".to_string()));
    }

    #[test]
    fn bars_are_as_high_as_their_jobs() {
        let columns = columns(&Flows::of(&some()), 0.0);
        let heights: Vec<f64> = columns.iter().map(|bars| bars.iter().map(|bar| bar.height).sum()).collect();
        let scale = heights[0] / 100.0;
        for (height, jobs) in heights.iter().zip([100.0, 100.0, 80.0, 73.0, 70.0]) {
            assert!((height - scale * jobs).abs() < 1e-9, "{heights:?}");
        }
        for bars in &columns {
            assert!(bars.windows(2).all(|pair| pair[0].top + pair[0].height <= pair[1].top));
        }
    }

    #[test]
    fn labels_stay_on_the_sheet() {
        let drawing = draw(&Flows::of(&some()), "synthetic".to_string());
        for (text, [left, top, right, bottom]) in drawing.sheet.text_boxes() {
            let sheet = &drawing.sheet;
            assert!(left >= 0.0 && top >= 0.0 && right <= sheet.width && bottom <= sheet.height, "{text}");
        }
    }
}
