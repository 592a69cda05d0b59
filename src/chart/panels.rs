//! Load, prices and backlog over the run, one above the other on one axis of time.

use super::axis::Axis;
use super::font;
use super::numbers::{self, Unit};
use super::page::{self, Caption, Drawing, Words};
use super::palette::{INK, LEADER, category};
use super::panel::{LABEL_SIZE, Panel, Rect, spread};
use super::sheet::{Anchor, Sheet, Stroke};
use super::source::{Columns, NEVER, Sources};

/// A column of `series` as a line of a panel.
struct PanelLine {
    column: &'static str,
    name: &'static str,
    /// From the column's unit to the panel's base unit.
    factor: f64,
    /// Whether the column counts what happened since the tick before, shown as a rate.
    per_second: bool,
}

/// A panel: what it shows and its lines, of which a run may lack some.
struct Row {
    title: &'static str,
    unit: Unit,
    lines: &'static [PanelLine],
}

const fn line(column: &'static str, name: &'static str, factor: f64, per_second: bool) -> PanelLine {
    PanelLine { column, name, factor, per_second }
}

/// Every panel. A new column is one line here.
const ROWS: &[Row] = &[
    Row {
        title: "jobs per second",
        unit: Unit::Plain,
        lines: &[
            line("asked", "asked", 1.0, true),
            line("final_right", "final and right", 1.0, true),
            line("declined", "declined", 1.0, true),
        ],
    },
    Row {
        title: "jobs",
        unit: Unit::Plain,
        lines: &[line("executing_mean", "in service", 1.0, false), line("waiting_mean", "waiting", 1.0, false)],
    },
    Row { title: "nodes", unit: Unit::Plain, lines: &[line("nodes_up", "nodes working", 1.0, false)] },
    Row {
        title: "price of a GPU-second",
        unit: Unit::CreditsPerSecond,
        lines: &[line("compute_price", "compute", 1e-6, false)],
    },
    Row {
        title: "price of a unit of gas",
        unit: Unit::Credits,
        lines: &[line("coordination_price", "coordination", 1e-6, false)],
    },
    Row {
        title: "price of a checker's GPU-second",
        unit: Unit::CreditsPerSecond,
        lines: &[line("verification_price", "verification", 1e-6, false)],
    },
    Row { title: "checks waiting", unit: Unit::Plain, lines: &[line("checks_waiting", "checks", 1.0, false)] },
];

/// A line over time: in each interval of time the mean of its ticks, the least and the greatest.
#[derive(Clone, Debug, PartialEq)]
pub struct Trace {
    /// What it shows.
    pub name: String,
    /// Time in seconds and what its ticks come to; none where every tick lacks a value.
    pub points: Vec<(f64, Option<Gathered>)>,
}

/// Mean, least and greatest of some ticks.
pub type Gathered = (f64, f64, f64);

/// More ticks are shown by the interval.
const INTERVALS_MAX: usize = 240;

/// Draws the chart.
pub fn chart(sources: &Sources) -> Result<Drawing, String> {
    let mut wanted = vec!["at_ns"];
    wanted.extend(ROWS.iter().flat_map(|row| row.lines).map(|line| line.column));
    let table = sources.run.table("series", &wanted)?;
    let at: Vec<f64> =
        table.whole("at_ns")?.into_iter().map(|at| if at == NEVER { 0.0 } else { at as f64 * 1e-9 }).collect();
    if at.is_empty() {
        return Err("the run is shorter than a tick of `record.tick`".to_string());
    }
    let rows: Vec<(&Row, Vec<Trace>)> =
        ROWS.iter().map(|row| (row, traces(row, &table, &at))).filter(|(_, traces)| !traces.is_empty()).collect();
    let caption = sources.run.path_caption(&format!("n = {} ticks", numbers::count(at.len() as u64)));
    Ok(draw(rows, &at, caption))
}

/// The lines of a panel that the run has and that are not nothing throughout.
fn traces(row: &Row, table: &Columns, at: &[f64]) -> Vec<Trace> {
    let mut traces = Vec::new();
    for line in row.lines {
        let Ok(mut values) = table.numbers(line.column) else { continue };
        for place in 0..values.len() {
            let since = at[place] - if place > 0 { at[place - 1] } else { 0.0 };
            let factor = if line.per_second && since > 0.0 { line.factor / since } else { line.factor };
            values[place] = values[place].map(|value| value * factor);
        }
        if values.iter().flatten().any(|value| *value != 0.0) {
            traces.push(trace(line.name, at, &values));
        }
    }
    traces
}

/// Gathers neighbouring ticks where there are many.
pub fn trace(name: &str, at: &[f64], values: &[Option<f64>]) -> Trace {
    let together = at.len().div_ceil(INTERVALS_MAX).max(1);
    let gathered = |(at, values): (&[f64], &[Option<f64>])| {
        let there: Vec<f64> = values.iter().flatten().copied().collect();
        let mean = there.iter().sum::<f64>() / there.len() as f64;
        let (low, high) = there.iter().fold((f64::MAX, f64::MIN), |(low, high), &v| (low.min(v), high.max(v)));
        (at[at.len() / 2], (!there.is_empty()).then_some((mean, low, high)))
    };
    Trace { name: name.to_string(), points: at.chunks(together).zip(values.chunks(together)).map(gathered).collect() }
}

/// Whether a line holds one value throughout; a sentence says so and no panel shows it.
fn is_flat(trace: &Trace) -> bool {
    let mut values = trace.points.iter().filter_map(|(_, value)| *value);
    let Some((first, ..)) = values.next() else { return false };
    trace.points.iter().all(|(_, value)| *value == Some((first, first, first)))
}

/// When the most jobs were asked for and how far the price of compute ranges, in a sentence.
fn result(rows: &[(&Row, Vec<Trace>)]) -> String {
    let means = |name: &str| -> Vec<(f64, f64)> {
        let all = rows.iter().flat_map(|(_, traces)| traces).filter(|trace| trace.name == name);
        all.flat_map(|trace| &trace.points).filter_map(|&(at, value)| Some((at, value?.0))).collect()
    };
    let busiest = means("asked").into_iter().reduce(|most, other| if other.1 > most.1 { other } else { most });
    let asked = busiest.map(|(at, rate)| {
        let (rate, at) = (numbers::significant(rate, 3), numbers::measured(at, Unit::Seconds));
        format!("Demand peaks at {rate} jobs per second after {at}.")
    });
    let prices: Vec<f64> = means("compute").into_iter().map(|(_, price)| price).collect();
    let (low, high) = prices.iter().fold((f64::MAX, f64::MIN), |(low, high), &p| (low.min(p), high.max(p)));
    let price = (high > low && low > 0.0).then(|| {
        let number = |price: f64| numbers::measured_beside(price, Unit::CreditsPerSecond, high);
        format!("A GPU-second costs from {} to {}.", number(low), number(high))
    });
    [asked, price].into_iter().flatten().collect::<Vec<_>>().join(" ")
}

fn draw(rows: Vec<(&Row, Vec<Trace>)>, at: &[f64], caption: impl Into<Caption>) -> Drawing {
    let together = at.len().div_ceil(INTERVALS_MAX).max(1);
    let tick = if at.len() > 1 { at[1] - at[0] } else { at[0] };
    let time = |seconds: f64| match seconds {
        s if s >= 60.0 && s % 60.0 == 0.0 => format!("{} min", numbers::plain(s / 60.0)),
        s => format!("{} s", numbers::plain(s)),
    };
    let mut lede = match together {
        1 => format!("One reading every {}.", time(tick)),
        _ => format!(
            "Each line is the average over {}; shaded: from the lowest to the highest of its readings, one every {}.",
            time(tick * together as f64),
            time(tick)
        ),
    };
    let (flat, moving): (Vec<_>, Vec<_>) = rows.into_iter().partition(|(_, traces)| traces.iter().all(is_flat));
    for trace in flat.iter().flat_map(|(_, traces)| traces) {
        let value = trace.points[0].1.map_or(0.0, |(mean, ..)| mean);
        lede.push_str(&format!(" The whole time: {} {}.", numbers::plain(value), trace.name));
    }
    let rows = if moving.is_empty() { flat } else { moving };
    let title = "Demand, load and prices over the run".to_string();
    let words = Words { title, result: result(&rows), lede, caption: caption.into() };
    const HEIGHT: f64 = 136.0;
    let (mut sheet, body) = page::begin(page::WIDTH, HEIGHT * rows.len() as f64 + 44.0, &words);
    for (place, (row, traces)) in rows.iter().enumerate() {
        let top = body.top + HEIGHT * place as f64 + 34.0;
        let points = || traces.iter().flat_map(|trace| &trace.points).filter_map(|(_, values)| *values);
        let high = points().map(|(_, _, high)| high).fold(0.0, f64::max);
        let low = points().map(|(_, low, _)| low).fold(0.0, f64::min);
        let panel = Panel {
            rect: Rect { left: body.left + 54.0, top, right: body.right - 150.0, bottom: top + HEIGHT - 48.0 },
            x: Axis::exact(0.0, at[at.len() - 1], "time from the start of the run", Unit::Seconds),
            y: Axis::linear(low, high, row.title, row.unit),
        };
        panel.draw_x_grid(&mut sheet);
        panel.draw_y(&mut sheet);
        panel.draw_x(&mut sheet, place + 1 == rows.len());
        draw_traces(&mut sheet, &panel, traces, body.right);
    }
    Drawing { sheet, words }
}

/// Lines with their ranges, named beside their last values.
pub fn draw_traces(sheet: &mut Sheet, panel: &Panel, traces: &[Trace], right: f64) {
    for (number, trace) in traces.iter().enumerate() {
        let range: Vec<_> = trace.points.iter().map(|&(at, v)| (at, v.map(|(_, low, high)| (low, high)))).collect();
        panel.band(sheet, &range, category(number).colour, 0.22);
    }
    let mut wished = Vec::new();
    for (number, trace) in traces.iter().enumerate() {
        let line: Vec<_> = trace.points.iter().map(|&(at, v)| (at, v.map(|(mean, _, _)| mean))).collect();
        let stroke = Stroke { width: 1.4, ..category(number) };
        panel.line(sheet, &line, stroke);
        let last = line.iter().rev().find_map(|&(at, value)| Some(panel.held(at, value?)));
        wished.push(last.unwrap_or((panel.rect.right, panel.rect.bottom)));
    }
    let heights: Vec<f64> = wished.iter().map(|last| last.1).collect();
    for (number, height) in spread(&heights, 15.0, panel.rect.top, panel.rect.bottom).into_iter().enumerate() {
        let (stroke, x) = (category(number), panel.rect.right + 8.0);
        sheet.line(vec![wished[number], (x, height)], Stroke::solid(LEADER, 0.6));
        sheet.line(vec![(x, height), (x + 20.0, height)], stroke);
        let name = font::fitted(&traces[number].name, LABEL_SIZE, right - x - 24.0);
        sheet.text((x + 24.0, height + 4.0), name, LABEL_SIZE, Anchor::Start, INK);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_ticks_are_gathered() {
        let at: Vec<f64> = (0..480).map(f64::from).collect();
        let values: Vec<Option<f64>> = at.iter().map(|at| (*at >= 2.0).then_some(*at)).collect();
        let found = trace("a", &at, &values);
        assert_eq!(found.points.len(), 240);
        assert_eq!((found.points[0], found.points[1]), ((1.0, None), (3.0, Some((2.5, 2.0, 3.0)))));
        assert_eq!(trace("a", &at[..3], &values[..3]).points[2], (2.0, Some((2.0, 2.0, 2.0))));
    }
}
