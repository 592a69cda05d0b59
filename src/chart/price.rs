//! What the price of an accepted job is made of over the day: compute, coordination, verification.

use super::axis::Axis;
use super::numbers::{self, Unit};
use super::page::{self, Caption, Drawing, Words};
use super::palette::{BLACK, BLUE, INK, LEADER, ORANGE, SOFT, VERMILION};
use super::panel::{LABEL_SIZE, Panel, Rect, TICK_SIZE, spread, stairs};
use super::sheet::{Anchor, Colour, Sheet, Stroke};
use super::source::{NEVER, Source, Sources};
use super::times::Bins;

/// The parts of a price, from the bottom up, with their colours.
pub const PARTS: [(&str, Colour); 3] = [("compute", BLUE), ("coordination", ORANGE), ("verification", VERMILION)];

/// Mean prices of the jobs asked for in one bin of time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mean {
    /// Accepted jobs.
    pub jobs: u64,
    /// Mean of each part of [`PARTS`], in credits.
    pub parts: [f64; 3],
}

/// Mean prices over the day.
#[derive(Clone, Debug, PartialEq)]
pub struct Prices {
    /// The bins.
    pub bins: Bins,
    /// One a bin, none without accepted jobs.
    pub means: Vec<Option<Mean>>,
    /// Over all accepted jobs.
    pub whole: Mean,
}

/// The instant of asking and the three parts of the price in credits, of an accepted job.
pub type Priced = (u64, [f64; 3]);

/// Draws the chart.
pub fn chart(sources: &Sources) -> Result<Drawing, String> {
    let priced = read(&sources.run)?;
    let prices = prices(&priced).ok_or("no job was accepted")?;
    if prices.whole.parts.iter().all(|part| *part == 0.0) {
        return Err("every accepted job was free".to_string());
    }
    let counted = format!("n = {} accepted jobs", numbers::count(prices.whole.jobs));
    Ok(draw(&prices, sources.run.path_caption(&counted)))
}

fn read(run: &Source) -> Result<Vec<Priced>, String> {
    let columns = ["asked_ns", "accepted_ns", "compute_price", "coordination_price", "verification_price"];
    let (mut priced, from) = (Vec::new(), run.counted_from());
    run.pieces("jobs", &columns, &mut |table| {
        let (asked, accepted) = (table.whole("asked_ns")?, table.whole("accepted_ns")?);
        let parts: Vec<Vec<Option<f64>>> =
            columns[2..].iter().map(|name| table.numbers(name)).collect::<Result<_, _>>()?;
        let credits = |part: usize, row: usize| parts[part][row].unwrap_or(0.0) * 1e-6;
        let counts = |row: &usize| accepted[*row] != NEVER && asked[*row] >= from;
        priced
            .extend((0..asked.len()).filter(counts).map(|row| (asked[row], [0, 1, 2].map(|part| credits(part, row)))));
        Ok(())
    })?;
    Ok(priced)
}

/// Mean prices by the time of asking; none without jobs.
pub fn prices(priced: &[Priced]) -> Option<Prices> {
    let (first, last) = (priced.iter().map(|job| job.0).min()?, priced.iter().map(|job| job.0).max()?);
    let bins = Bins::over(first, last + 1, 24);
    let mut by_bin = vec![Vec::new(); bins.count];
    priced.iter().for_each(|job| by_bin[bins.of(job.0).expect("bins cover all jobs")].push(*job));
    let means = by_bin.iter().map(|jobs| mean(jobs)).collect();
    Some(Prices { bins, means, whole: mean(priced)? })
}

/// The mean of some jobs; none without jobs.
fn mean(jobs: &[Priced]) -> Option<Mean> {
    let of = |part: usize| jobs.iter().map(|(_, parts)| parts[part]).sum::<f64>() / jobs.len() as f64;
    (!jobs.is_empty()).then(|| Mean { jobs: jobs.len() as u64, parts: [0, 1, 2].map(of) })
}

/// Draws mean prices as stacked areas, the whole as a line.
pub fn draw(prices: &Prices, caption: impl Into<Caption>) -> Drawing {
    let words = Words {
        title: "What an accepted job costs, and for what".to_string(),
        result: result(prices),
        lede: format!(
            "Mean agreed price by the time of asking, in steps of {}, stacked by what it pays for. The line is the whole.",
            prices.bins.in_words()
        ),
        caption: caption.into(),
    };
    let (mut sheet, body) = page::begin(page::WIDTH, 380.0, &words);
    let most = |mean: &Mean| mean.parts.iter().sum();
    let high = prices.means.iter().flatten().map(most).fold(0.0, f64::max);
    let end = prices.bins.begins(prices.bins.count);
    let panel = Panel {
        rect: Rect {
            left: body.left + 48.0,
            top: body.top + 34.0,
            right: body.right - 220.0,
            bottom: body.bottom - 44.0,
        },
        x: Axis::exact(prices.bins.begins(0), end, "time of asking, from the start of the run", Unit::Seconds),
        y: Axis::linear(0.0, high, "mean price of a job", Unit::Credits),
    };
    panel.draw(&mut sheet);
    for (part, (_, colour)) in PARTS.iter().enumerate() {
        let below = |mean: &Mean, parts: usize| mean.parts[..parts].iter().sum::<f64>();
        let layer = by_time(prices, |mean| (below(mean, part), below(mean, part + 1)));
        panel.band(&mut sheet, &layer, *colour, 0.55);
    }
    let total = by_time(prices, |mean| mean.parts.iter().sum::<f64>());
    panel.line(&mut sheet, &total, Stroke::solid(BLACK, 1.5));
    draw_names(&mut sheet, &panel, prices, high);
    Drawing { sheet, words }
}

/// The mean price and its greatest part.
fn result(prices: &Prices) -> String {
    let whole: f64 = prices.whole.parts.iter().sum();
    let parts = PARTS.iter().zip(prices.whole.parts);
    let most = parts.reduce(|most, other| if other.1 > most.1 { other } else { most });
    let part =
        most.map_or(String::new(), |((name, _), part)| format!("; {} of it is {name}", numbers::percent(part / whole)));
    format!("An accepted job costs {} on average{part}.", numbers::measured(whole, Unit::Credits))
}

/// A value for every bin as corners of a step function, with its end.
fn by_time<T: Copy>(prices: &Prices, value: impl Fn(&Mean) -> T) -> Vec<(f64, Option<T>)> {
    let of = |mean: &Option<Mean>| mean.as_ref().map(&value);
    let mut values: Vec<_> =
        prices.means.iter().enumerate().map(|(bin, mean)| (prices.bins.begins(bin), of(mean))).collect();
    if let Some(&(_, last)) = values.last() {
        values.push((prices.bins.begins(prices.bins.count), last));
    }
    stairs(&values)
}

fn draw_names(sheet: &mut Sheet, panel: &Panel, prices: &Prices, most: f64) {
    let last = prices.means.iter().rev().flatten().next().unwrap_or(&prices.whole);
    let whole: f64 = prices.whole.parts.iter().sum();
    let mut names = vec![("whole price".to_string(), whole, last.parts.iter().sum::<f64>(), BLACK)];
    for (part, (name, colour)) in PARTS.iter().enumerate().rev() {
        let middle = last.parts[..part].iter().sum::<f64>() + 0.5 * last.parts[part];
        names.push((name.to_string(), prices.whole.parts[part], middle, *colour));
    }
    // The whole stands at the top of the stack, above the middle of its uppermost part.
    let wished: Vec<f64> =
        names.iter().enumerate().map(|(place, name)| panel.held(0.0, name.2).1 + 1e-3 * place as f64).collect();
    let heights = spread(&wished, 32.0, panel.rect.top + 4.0, panel.rect.bottom - 12.0);
    for ((name, mean, at, colour), height) in names.into_iter().zip(heights) {
        let (edge, y) = (panel.rect.right, panel.held(0.0, at).1);
        if mean > 0.0 {
            sheet.line(vec![(edge + 1.0, y), (edge + 12.0, height)], Stroke::solid(LEADER, 0.75));
        }
        match colour == BLACK {
            true => sheet.line(vec![(edge + 12.0, height), (edge + 26.0, height)], Stroke::solid(colour, 1.5)),
            false => sheet.block((edge + 14.0, height - 5.0), (edge + 26.0, height + 5.0), colour, 0.55),
        }
        sheet.text((edge + 31.0, height + 2.0), name, LABEL_SIZE, Anchor::Start, INK);
        let share = if colour == BLACK || whole == 0.0 {
            String::new()
        } else {
            format!(" · {}", numbers::percent(mean / whole))
        };
        let text = format!("mean {}{share}", numbers::measured_beside(mean, Unit::Credits, most));
        sheet.text((edge + 31.0, height + 15.0), text, TICK_SIZE, Anchor::Start, SOFT);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // worked example: in every hour 200 jobs, of which half pay 1 for compute and half 3; a tenth of a credit to verify.
    #[test]
    fn means_are_those_of_the_jobs_of_the_hour() {
        let hour = 3_600_000_000_000;
        let priced: Vec<Priced> =
            (0..2_400).map(|job| (job * hour / 200, [if job % 2 == 0 { 1.0 } else { 3.0 }, 0.0, 0.1])).collect();
        let found = prices(&priced).unwrap();
        assert_eq!((found.bins.length, found.means.len(), found.whole.jobs), (hour / 2, 24, 2_400));
        for mean in found.means.iter().flatten() {
            assert!((mean.parts[0] - 2.0).abs() < 1e-9 && (mean.parts[2] - 0.1).abs() < 1e-9 && mean.jobs == 100);
        }
        assert_eq!(prices(&[]), None);
        let single = prices(&[(5, [1.0, 2.0, 3.0])]).unwrap();
        assert_eq!(single.whole.parts, [1.0, 2.0, 3.0]);
        draw(&single, String::new());
    }
}
