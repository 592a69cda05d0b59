//! What instability takes: the same jobs in a market that moves and in one whose prices and loads stand still, paired job by
//! job. A job that is used in the frozen market alone is lost to instability; one used in the moving market alone is gained.

use std::collections::BTreeMap;

use super::axis::Axis;
use super::endings;
use super::font;
use super::numbers::{self, Unit};
use super::page::{self, Caption, Drawing, Words};
use super::palette::{FAINT, INK, LEADER, SOFT, VERMILION};
use super::panel::{LABEL_SIZE, Panel, Rect, TICK_SIZE, spread, stairs};
use super::sheet::{Anchor, Dash, Sheet, Stroke};
use super::source::{Ending, Job, Jobs, NEVER, Source, Sources};
use super::times::Bins;

/// A job in both markets.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pair {
    /// The instant it was asked for.
    pub asked: u64,
    /// How it ended where the market moves, none where it was used.
    pub moving: Option<Ending>,
    /// The same where it stands still.
    pub frozen: Option<Ending>,
}

/// What instability took and gave.
#[derive(Clone, Debug, PartialEq)]
pub struct InstabilityEffect {
    /// Jobs in both runs.
    pub pairs: u64,
    /// The bins of the time of asking.
    pub bins: Bins,
    /// Share used in each bin, in the moving market and in the frozen one.
    pub used: [Vec<Option<f64>>; 2],
    /// Share of all jobs used over the whole run in each market.
    pub whole: [f64; 2],
    /// By ending in the moving market: the share of jobs that ended so and were used in the frozen one.
    pub lost: Vec<(Ending, f64)>,
    /// By ending in the frozen market: the share of jobs that ended so and were used in the moving one.
    pub gained: Vec<(Ending, f64)>,
    /// Share lost less share gained.
    pub net: f64,
}

/// Draws the chart.
pub fn chart(sources: &Sources) -> Result<Drawing, String> {
    let Some(frozen) = &sources.frozen else {
        return Err(
            "it compares a run with its frozen twin (`twin = \"frozen\"`); name that with --frozen DIR".to_string()
        );
    };
    let effect = effect(&read_pairs(&*sources.run.jobs()?, frozen)?).ok_or("no job is in both runs")?;
    let counted = format!("n = {} pairs of jobs", numbers::count(effect.pairs));
    let twin = format!("frozen: {} {}", frozen.name, frozen.manifest.identity.short());
    Ok(draw(&effect, sources.run.path_caption(&format!("{counted} · {twin}"))))
}

/// What is kept of a job of the frozen run: the number of its source in the moving run, its place there, how it ended (none
/// where it was used), whether it was open at the end.
type Other = (u32, u64, Option<Ending>, bool);

/// How a job ended, none where it was used, and whether it was still open at the end.
fn end(job: &Job) -> (Option<Ending>, bool) {
    let is_open = job.ending.fate == crate::domain::fate::Fate::Censored && job.used == NEVER;
    ((job.used == NEVER).then_some(job.ending), is_open)
}

/// Reads the frozen run, keeps little of each job, and pairs it with the moving one.
fn read_pairs(moving: &Jobs, frozen: &Source) -> Result<Vec<Pair>, String> {
    let mut others: Vec<Other> = Vec::with_capacity(moving.jobs.len());
    let (_, sources) = frozen.each_job(&mut |job| {
        let (ending, is_open) = end(&job);
        others.push((job.source, job.index, ending, is_open));
    })?;
    Ok(pairs(moving, others, &sources))
}

/// Pairs the jobs of two runs by the name of their source and their place in it. Jobs of one run alone are left out, and so
/// are those still open at the end of either. `sources` names the sources of the others.
fn pairs(moving: &Jobs, mut others: Vec<Other>, sources: &[String]) -> Vec<Pair> {
    // A source that the moving run lacks has no number there.
    let numbers: Vec<u32> = sources
        .iter()
        .map(|name| moving.sources.iter().position(|other| other == name).map_or(u32::MAX, |place| place as u32))
        .collect();
    others.iter_mut().for_each(|other| other.0 = numbers.get(other.0 as usize).copied().unwrap_or(u32::MAX));
    others.sort_unstable_by_key(|other| (other.0, other.1));
    let pair = |job: &Job| {
        let (ending, is_open) = end(job);
        let place = others.binary_search_by_key(&(job.source, job.index), |other| (other.0, other.1)).ok()?;
        let (_, _, other, other_is_open) = others[place];
        (!is_open && !other_is_open).then_some(Pair { asked: job.asked, moving: ending, frozen: other })
    };
    moving.jobs.iter().filter_map(pair).collect()
}

/// Counts of pairs.
#[derive(Clone, Debug, Default)]
struct Counts {
    pairs: u64,
    used: [u64; 2],
    lost: BTreeMap<Ending, u64>,
    gained: BTreeMap<Ending, u64>,
}

impl Counts {
    fn take(&mut self, pair: &Pair) {
        self.pairs += 1;
        self.used[0] += u64::from(pair.moving.is_none());
        self.used[1] += u64::from(pair.frozen.is_none());
        match (pair.moving, pair.frozen) {
            (Some(ending), None) => *self.lost.entry(ending).or_default() += 1,
            (None, Some(ending)) => *self.gained.entry(ending).or_default() += 1,
            _ => {}
        }
    }

    /// A count as a share of the pairs; none without pairs.
    fn share(&self, count: u64) -> Option<f64> {
        (self.pairs > 0).then(|| count as f64 / self.pairs as f64)
    }
}

/// Shares of pairs; none without pairs.
pub fn effect(pairs: &[Pair]) -> Option<InstabilityEffect> {
    let (first, last) = (pairs.iter().map(|pair| pair.asked).min()?, pairs.iter().map(|pair| pair.asked).max()?);
    let bins = Bins::over(first, last + 1, 24);
    let (mut all, mut by_bin) = (Counts::default(), vec![Counts::default(); bins.count]);
    for pair in pairs {
        all.take(pair);
        by_bin[bins.of(pair.asked).expect("bins cover all pairs")].take(pair);
    }
    let used = |arm: usize| by_bin.iter().map(|counts| counts.share(counts.used[arm])).collect();
    let ends = |counted: &BTreeMap<Ending, u64>| {
        counted.iter().filter_map(|(end, count)| Some((*end, all.share(*count)?))).collect()
    };
    let whole = [all.share(all.used[0])?, all.share(all.used[1])?];
    Some(InstabilityEffect {
        pairs: all.pairs,
        bins,
        used: [used(0), used(1)],
        whole,
        lost: ends(&all.lost),
        gained: ends(&all.gained),
        net: whole[1] - whole[0],
    })
}

/// Draws what instability took: by the hour above, by the end below.
pub fn draw(effect: &InstabilityEffect, caption: impl Into<Caption>) -> Drawing {
    let [moving, frozen] = effect.whole.map(numbers::percent);
    let (verb, amount) = if effect.net < 0.0 { ("save", -effect.net) } else { ("cost", effect.net) };
    let words = Words {
        title: "Jobs that changing prices and loads cost".to_string(),
        result: format!(
            "Changing prices and loads {verb} {} percentage points of all jobs: {moving} are used as the market moves, \
             {frozen} in its frozen twin.",
            numbers::decimals(100.0 * amount, 2)
        ),
        lede: "The same jobs in the market as it moves and in its twin whose prices and loads stand still. Above: the share of \
               jobs used. Below: those used in one of the two alone, by how they ended in the other."
            .to_string(),
        caption: caption.into(),
    };
    let (mut sheet, body) = page::begin(page::WIDTH, 270.0 + 64.0 + ends_height(effect), &words);
    draw_hours(&mut sheet, effect, body);
    draw_ends(&mut sheet, effect, body, body.top + 270.0);
    Drawing { sheet, words }
}

fn draw_hours(sheet: &mut Sheet, effect: &InstabilityEffect, body: Rect) {
    let all = || effect.used.iter().flatten().flatten();
    let low = all().copied().fold(1.0, f64::min);
    let high = all().copied().fold(0.0, f64::max);
    let rect =
        Rect { left: body.left + 48.0, top: body.top + 34.0, right: body.right - 150.0, bottom: body.top + 220.0 };
    let y =
        Axis::linear(low, high.max(low + 0.01), &format!("used, by {} of asking", effect.bins.in_words()), Unit::Share);
    let y = if y.high > 1.0 { Axis { high: 1.0, ..y } } else { y };
    let end = effect.bins.begins(effect.bins.count);
    let x = Axis::exact(effect.bins.begins(0), end, "time of asking, from the start of the run", Unit::Seconds);
    let panel = Panel { rect, x, y }.marked_as_cut(sheet);
    panel.draw(sheet);
    let strokes = [Stroke::solid(VERMILION, 1.75), Stroke { dash: Dash::Dashed, ..endings::USED }];
    let mut lasts = Vec::new();
    for (shares, stroke) in effect.used.iter().zip(strokes) {
        let mut values: Vec<_> =
            shares.iter().enumerate().map(|(bin, share)| (effect.bins.begins(bin), *share)).collect();
        values.extend(values.last().map(|last| (end, last.1)));
        let values = stairs(&values);
        panel.line(sheet, &values, stroke);
        lasts.push(values.iter().rev().find_map(|&(at, share)| Some(panel.held(at, share?).1)).unwrap_or(rect.bottom));
    }
    let heights = spread(&lasts, 16.0, rect.top + 4.0, rect.bottom - 4.0);
    for (number, (name, height)) in ["as it moves", "frozen"].iter().zip(heights).enumerate() {
        let x = rect.right + 10.0;
        sheet.line(vec![(rect.right, lasts[number]), (x, height)], Stroke::solid(LEADER, 0.6));
        sheet.line(vec![(x, height), (x + 22.0, height)], strokes[number]);
        sheet.text((x + 27.0, height + 4.0), *name, LABEL_SIZE, Anchor::Start, INK);
    }
}

/// The height of a row of an end.
const ROW: f64 = 26.0;

/// What is drawn below: headings, and for each end its name, share and stroke.
enum EndRow {
    Heading(&'static str),
    End(String, f64, Stroke),
}

fn lines(effect: &InstabilityEffect) -> Vec<EndRow> {
    let rows = |ends: &[(Ending, f64)], turned: bool| -> Vec<EndRow> {
        let mut ends = ends.to_vec();
        ends.sort_by(|one, other| other.1.total_cmp(&one.1));
        let row = |(end, share): (Ending, f64)| {
            let share = if turned { -share } else { share };
            EndRow::End(endings::label(end), share, endings::stroke(end))
        };
        ends.into_iter().map(row).collect()
    };
    let mut lines = vec![EndRow::Heading("Lost: used in the frozen twin alone. How they ended as the market moves:")];
    lines.extend(rows(&effect.lost, false));
    lines.push(EndRow::Heading("Gained: used as the market moves alone. How they ended in the frozen twin:"));
    lines.extend(rows(&effect.gained, true));
    lines.push(EndRow::Heading("Lost less gained"));
    lines.push(EndRow::End("all of them".to_string(), effect.net, Stroke::solid(INK, 2.0)));
    lines
}

fn ends_height(effect: &InstabilityEffect) -> f64 {
    ROW * lines(effect).len() as f64
}

/// A row an end: lost jobs to the right of zero, gained ones to the left, in each the greatest first.
fn draw_ends(sheet: &mut Sheet, effect: &InstabilityEffect, body: Rect, top: f64) {
    let lines = lines(effect);
    let shares =
        || lines.iter().filter_map(|line| if let EndRow::End(_, share, _) = line { Some(*share) } else { None });
    let low = shares().fold(0.0, f64::min);
    let high = shares().fold(0.0, f64::max);
    let rect = Rect {
        left: body.left + 200.0,
        top: top + 10.0,
        right: body.right - 150.0,
        bottom: top + 20.0 + ends_height(effect),
    };
    let x = Axis::linear(low, high.max(low + 1e-4), "of all jobs, percentage points", Unit::Share);
    let x = Axis { title: "of all jobs (percentage points)".to_string(), ..x };
    let panel = Panel { rect, x, y: Axis::names(&[]) };
    panel.draw_x_grid(sheet);
    panel.draw_x(sheet, true);
    let zero = panel.at(0.0, 0.0).0;
    sheet.line(vec![(zero, rect.top), (zero, rect.bottom)], Stroke::solid(SOFT, 1.0));
    for (place, line) in lines.iter().enumerate() {
        let y = rect.top + 18.0 + ROW * place as f64;
        let (name, share, stroke) = match line {
            EndRow::Heading(text) => {
                if place > 0 {
                    sheet.line(vec![(body.left, y - 15.0), (body.right, y - 15.0)], Stroke::solid(FAINT, 1.0));
                }
                sheet.label((body.left + 2.0, y + 4.0), *text, LABEL_SIZE, Anchor::Start, SOFT);
                continue;
            }
            EndRow::End(name, share, stroke) => (name, *share, *stroke),
        };
        let end = panel.held(share, 0.0).0;
        sheet.line(vec![(zero, y), (end, y)], Stroke { dash: Dash::Solid, ..stroke });
        sheet.dot((end, y), 4.0, stroke.colour, true);
        let name = font::fitted(name, LABEL_SIZE, rect.left - body.left - 10.0);
        sheet.text((rect.left - 10.0, y + 4.0), name, LABEL_SIZE, Anchor::End, INK);
        let text = numbers::decimals(100.0 * share, 2);
        sheet.text((rect.right + 10.0, y + 4.0), text, TICK_SIZE, Anchor::Start, SOFT);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::fate::{Cause, Fate};

    const LATE: Ending = Ending { fate: Fate::Late, cause: None };
    const DEAR: Ending = Ending { fate: Fate::Declined, cause: Some(Cause::Compute) };

    // worked example: of every ten jobs two are lost (one late, one declined), and one is gained, which the frozen market declines.
    #[test]
    fn what_was_lost_and_gained_is_counted_by_its_end() {
        let pair = |job: u64| {
            let (moving, frozen) = match job % 10 {
                0 => (Some(LATE), None),
                1 => (Some(DEAR), None),
                2 => (None, Some(DEAR)),
                3 => (Some(LATE), Some(LATE)),
                _ => (None, None),
            };
            Pair { asked: 1_000_000_000 * job, moving, frozen }
        };
        let found = effect(&(0..4_000).map(pair).collect::<Vec<_>>()).unwrap();
        let near = |found: f64, expected: f64| assert!((found - expected).abs() < 1e-12, "{found}, not {expected}");
        near(found.whole[0], 0.7);
        near(found.whole[1], 0.8);
        near(found.net, 0.1);
        assert_eq!(found.lost.iter().map(|row| row.0).collect::<Vec<_>>(), [DEAR, LATE]);
        assert_eq!(found.gained.iter().map(|row| row.0).collect::<Vec<_>>(), [DEAR]);
        near(found.lost[1].1, 0.1);
        near(found.lost.iter().map(|row| row.1).sum::<f64>() - found.gained[0].1, found.net);
        assert!(found.used[0].iter().flatten().all(|share| (share - 0.7).abs() < 0.05));
        draw(&found, String::new());
        assert_eq!(effect(&[pair(0)]).unwrap().net, 1.0);
        assert_eq!(effect(&[]), None);
    }

    #[test]
    fn jobs_are_paired_by_their_source_and_place() {
        let job = |source: u32, index: u64, used: u64| {
            let ending = if used == NEVER { LATE } else { Ending { fate: Fate::FinalRight, cause: None } };
            Job {
                source,
                index,
                class: 0,
                ending,
                asked: index,
                placed: true,
                answered: 0,
                used,
                accepted: used != NEVER,
                closed: 9,
            }
        };
        let names = |names: [&str; 2]| names.map(str::to_string).to_vec();
        let moving = Jobs {
            jobs: vec![job(0, 1, 5), job(1, 1, NEVER), job(0, 2, 5)],
            classes: names(["c", "d"]),
            sources: names(["a", "b"]),
        };
        let frozen =
            Jobs { jobs: vec![job(1, 1, NEVER), job(0, 1, 5)], classes: names(["c", "d"]), sources: names(["b", "a"]) };
        // The source `a` is the second of the frozen run; its second job is missing there.
        let others = frozen.jobs.iter().map(|job| (job.source, job.index, end(job).0, end(job).1)).collect();
        let found = pairs(&moving, others, &frozen.sources);
        assert_eq!(
            found,
            [Pair { asked: 1, moving: None, frozen: Some(LATE) }, Pair { asked: 1, moving: Some(LATE), frozen: None },]
        );
    }
}
