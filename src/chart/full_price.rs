//! What a fixed basket of requests costs over the run: prices and what delays take off the value, by channel.

use super::axis::Axis;
use super::numbers::{self, Unit};
use super::page::{self, Caption, Drawing, Words};
use super::palette::{BLACK, BLUE, INK, LEADER, ORANGE, SOFT, VERMILION};
use super::panel::{LABEL_SIZE, Panel, Rect, TICK_SIZE, spread, stairs};
use super::sheet::{Anchor, Colour, Sheet, Stroke};
use super::source::{NEVER, Source, Sources};
use super::times::Bins;

/// A part of the full price: its name, its column, its colour and how strong that is. Prices are strong, and delays are weak.
struct Part {
    name: &'static str,
    column: &'static str,
    colour: Colour,
    opacity: f64,
}

const PRICE: f64 = 0.8;
const DELAY: f64 = 0.3;

/// Every part, from the bottom up.
const PARTS: [Part; 6] = [
    Part { name: "compute, price", column: "compute_price", colour: BLUE, opacity: PRICE },
    Part { name: "compute, delay", column: "compute_delay_cost", colour: BLUE, opacity: DELAY },
    Part { name: "coordination, price", column: "coordination_price", colour: ORANGE, opacity: PRICE },
    Part { name: "coordination, delay", column: "coordination_delay_cost", colour: ORANGE, opacity: DELAY },
    Part { name: "verification, price", column: "verification_price", colour: VERMILION, opacity: PRICE },
    Part { name: "verification, delay", column: "verification_delay_cost", colour: VERMILION, opacity: DELAY },
];

/// The instant of a quote, and its parts in credits.
pub type Quoted = (u64, [f64; 6]);

/// Mean parts of the full price, in each bin of time and over all.
#[derive(Clone, Debug, PartialEq)]
pub struct FullPrices {
    /// The bins.
    pub bins: Bins,
    /// One a bin; none without a quote.
    pub means: Vec<Option<[f64; 6]>>,
    /// Over all quotes.
    pub whole: [f64; 6],
}

/// Draws the chart.
pub fn chart(sources: &Sources) -> Result<Drawing, String> {
    let (quoted, missing) = read(&sources.run)?;
    let prices = full_prices(&quoted).ok_or("no probe had an offer")?;
    if prices.whole.iter().all(|part| *part == 0.0) {
        return Err("every full price was zero".to_string());
    }
    let without = match missing {
        0 => String::new(),
        missing => format!(", {} more without an offer", numbers::count(missing)),
    };
    let counted = format!("n = {} quotes of probes{without}", numbers::count(quoted.len() as u64));
    Ok(draw(&prices, sources.run.path_caption(&counted)))
}

/// The quotes that have an offer, and how many have none.
fn read(run: &Source) -> Result<(Vec<Quoted>, u64), String> {
    let columns: Vec<&str> = ["at_ns"].into_iter().chain(PARTS.iter().map(|part| part.column)).collect();
    let (mut quoted, mut missing, from) = (Vec::new(), 0, run.counted_from());
    run.pieces("probes", &columns, &mut |table| {
        let at = table.whole("at_ns")?;
        let parts: Vec<Vec<Option<f64>>> =
            columns[1..].iter().map(|name| table.numbers(name)).collect::<Result<_, _>>()?;
        for row in (0..at.len()).filter(|row| at[*row] != NEVER && at[*row] >= from) {
            match parts.iter().all(|part| part[row].is_some()) {
                true => quoted.push((at[row], [0, 1, 2, 3, 4, 5].map(|part| parts[part][row].unwrap_or(0.0) * 1e-6))),
                false => missing += 1,
            }
        }
        Ok(())
    })?;
    Ok((quoted, missing))
}

/// Mean parts by the time of the quote; none without quotes.
pub fn full_prices(quoted: &[Quoted]) -> Option<FullPrices> {
    let (first, last) = (quoted.iter().map(|quote| quote.0).min()?, quoted.iter().map(|quote| quote.0).max()?);
    // A quote at the very end is of the bin that ends there.
    let bins = Bins::over(first, last.max(first + 1), 48);
    let mut by_bin = vec![Vec::new(); bins.count];
    quoted.iter().for_each(|quote| by_bin[bins.of(quote.0).unwrap_or(bins.count - 1)].push(*quote));
    let means = by_bin.iter().map(|quotes| mean(quotes)).collect();
    Some(FullPrices { bins, means, whole: mean(quoted)? })
}

fn mean(quotes: &[Quoted]) -> Option<[f64; 6]> {
    let of = |part: usize| quotes.iter().map(|(_, parts)| parts[part]).sum::<f64>() / quotes.len() as f64;
    (!quotes.is_empty()).then(|| [0, 1, 2, 3, 4, 5].map(of))
}

/// Draws mean parts as stacked areas, and the whole as a line.
pub fn draw(prices: &FullPrices, caption: impl Into<Caption>) -> Drawing {
    let words = Words {
        title: "What the same requests would cost, price and delay".to_string(),
        result: result(prices),
        lede: format!(
            "Mean full price of the probes by the time of the quote, in steps of {}. Dark: prices; light: what the delay of the channel alone \
             takes off the value. The line is the whole.",
            prices.bins.in_words()
        ),
        caption: caption.into(),
    };
    let (mut sheet, body) = page::begin(page::WIDTH, 420.0, &words);
    let high = prices.means.iter().flatten().map(|parts| parts.iter().sum()).fold(0.0, f64::max);
    let end = prices.bins.begins(prices.bins.count);
    let panel = Panel {
        rect: Rect {
            left: body.left + 48.0,
            top: body.top + 34.0,
            right: body.right - 220.0,
            bottom: body.bottom - 44.0,
        },
        x: Axis::exact(prices.bins.begins(0), end, "time of the quote, from the start of the run", Unit::Seconds),
        y: Axis::linear(0.0, high, "mean full price of a request", Unit::Credits),
    };
    panel.draw(&mut sheet);
    for (place, part) in PARTS.iter().enumerate() {
        let below = |parts: &[f64; 6], count: usize| parts[..count].iter().sum::<f64>();
        let layer = by_time(prices, |parts| (below(parts, place), below(parts, place + 1)));
        panel.band(&mut sheet, &layer, part.colour, part.opacity);
    }
    let total = by_time(prices, |parts| parts.iter().sum::<f64>());
    panel.line(&mut sheet, &total, Stroke::solid(BLACK, 1.5));
    draw_names(&mut sheet, &panel, prices, high);
    Drawing { sheet, words }
}

/// The mean, how much of it is delay, and how far it moves.
fn result(prices: &FullPrices) -> String {
    let whole: f64 = prices.whole.iter().sum();
    let delays: f64 = [1, 3, 5].map(|part| prices.whole[part]).iter().sum();
    let totals = prices.means.iter().flatten().map(|parts| parts.iter().sum::<f64>());
    let (low, high) = totals.fold((f64::MAX, f64::MIN), |(low, high), total| (low.min(total), high.max(total)));
    let cost = numbers::measured_beside(whole, Unit::Credits, high.max(whole));
    let moves = match high > low {
        true => {
            let [low, high] = [low, high].map(|total| numbers::measured_beside(total, Unit::Credits, high));
            format!(" Its mean over a step ranges from {low} to {high}.")
        }
        false => String::new(),
    };
    format!(
        "A request of the basket would cost {cost} on average; {} of it is delay.{moves}",
        numbers::percent(delays / whole)
    )
}

/// A value for every bin as corners of a step function, with its end.
fn by_time<T: Copy>(prices: &FullPrices, value: impl Fn(&[f64; 6]) -> T) -> Vec<(f64, Option<T>)> {
    let of = |parts: &Option<[f64; 6]>| parts.as_ref().map(&value);
    let mut values: Vec<_> =
        prices.means.iter().enumerate().map(|(bin, parts)| (prices.bins.begins(bin), of(parts))).collect();
    if let Some(&(_, last)) = values.last() {
        values.push((prices.bins.begins(prices.bins.count), last));
    }
    stairs(&values)
}

fn draw_names(sheet: &mut Sheet, panel: &Panel, prices: &FullPrices, most: f64) {
    let last = prices.means.iter().rev().flatten().next().unwrap_or(&prices.whole);
    let whole: f64 = prices.whole.iter().sum();
    // From the top down: the whole, and below it what is something at any time.
    let mut names = vec![("full price", whole, last.iter().sum::<f64>(), None)];
    for (place, part) in PARTS.iter().enumerate().rev().filter(|(place, _)| prices.whole[*place] > 0.0) {
        let middle = last[..place].iter().sum::<f64>() + 0.5 * last[place];
        names.push((part.name, prices.whole[place], middle, Some(part)));
    }
    let wished: Vec<f64> =
        names.iter().enumerate().map(|(place, name)| panel.held(0.0, name.2).1 + 1e-3 * place as f64).collect();
    let heights = spread(&wished, 32.0, panel.rect.top + 4.0, panel.rect.bottom - 12.0);
    for ((name, mean, at, part), height) in names.into_iter().zip(heights) {
        let (edge, y) = (panel.rect.right, panel.held(0.0, at).1);
        sheet.line(vec![(edge + 1.0, y), (edge + 12.0, height)], Stroke::solid(LEADER, 0.75));
        match part {
            None => sheet.line(vec![(edge + 12.0, height), (edge + 26.0, height)], Stroke::solid(BLACK, 1.5)),
            Some(part) => {
                sheet.block((edge + 14.0, height - 5.0), (edge + 26.0, height + 5.0), part.colour, part.opacity);
            }
        }
        sheet.text((edge + 31.0, height + 2.0), name, LABEL_SIZE, Anchor::Start, INK);
        let share = part.map_or(String::new(), |_| format!(" · {}", numbers::percent(mean / whole)));
        let text = format!("mean {}{share}", numbers::measured_beside(mean, Unit::Credits, most));
        sheet.text((edge + 31.0, height + 15.0), text, TICK_SIZE, Anchor::Start, SOFT);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // worked example: two quotes an hour apart, of which the later has a delay as dear as its price.
    #[test]
    fn means_are_those_of_the_quotes_of_the_bin() {
        let hour = 3_600_000_000_000;
        let quoted: Vec<Quoted> = (0..48)
            .map(|quote| (quote * hour / 2, [1.0, if quote < 24 { 0.0 } else { 1.0 }, 0.0, 0.0, 0.5, 0.0]))
            .collect();
        let found = full_prices(&quoted).unwrap();
        assert_eq!((found.bins.length, found.means.len()), (hour / 2, 47));
        assert_eq!(found.means[3], Some([1.0, 0.0, 0.0, 0.0, 0.5, 0.0]));
        assert_eq!(found.whole, [1.0, 0.5, 0.0, 0.0, 0.5, 0.0]);
        assert_eq!(
            result(&found),
            "A request of the basket would cost 2.00 credit on average; 25.0 % of it is delay. Its mean over a step ranges from \
             1.50 credit to 2.50 credit."
        );
        assert_eq!(full_prices(&[]), None);
        draw(&full_prices(&quoted[..1]).unwrap(), String::new());
    }
}
