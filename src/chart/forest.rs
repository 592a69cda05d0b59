//! A forest plot: paired differences with their intervals, one below the other, beside a line at no difference.

use super::axis::Axis;
use super::font;
use super::numbers::{self, Unit};
use super::page::{self, Drawing, Words};
use super::palette::{BLACK, FAINT, GREY, INK, SOFT, VERMILION};
use super::panel::{LABEL_SIZE, Panel, Rect, TICK_SIZE};
use super::sheet::{Anchor, Sheet, Stroke};

/// One difference.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// What it is one of, as a heading above the first of them; empty for none. Rows of a group stand together.
    pub group: String,
    /// What was compared.
    pub name: String,
    /// The mean difference, in the base unit of the plot.
    pub difference: f64,
    /// The lower end of its 95 % interval.
    pub low: f64,
    /// The upper end.
    pub high: f64,
    /// Pairs it rests on.
    pub n: u64,
}

/// What a forest plot is drawn from.
#[derive(Clone, Debug, PartialEq)]
pub struct Forest {
    /// What is shown, as the title.
    pub title: String,
    /// The measure, such as `the share used`.
    pub measure: String,
    /// What the groups of rows are, such as `class`.
    pub groups: &'static str,
    /// What the names of rows are values of, such as `method`; empty for none.
    pub axes: String,
    /// Whether some interval ends where the measure can go no further.
    pub is_cut: bool,
    /// What rows are compared with, in words.
    pub baseline: String,
    /// The unit of the differences; a share is shown in percentage points.
    pub unit: Unit,
    /// In the order of drawing, from the top.
    pub rows: Vec<Row>,
    /// Where it comes from: study, seed, version.
    pub caption: String,
}

const HEIGHT: f64 = 25.0;

/// Of a row in a plot with groups, which has many.
const HEIGHT_SMALL: f64 = 19.0;

/// Draws differences. An error says what is wrong with the data.
pub fn draw(forest: &Forest) -> Result<Drawing, String> {
    if forest.rows.is_empty() {
        return Err("there is no difference to show".to_string());
    }
    if let Some(row) = forest.rows.iter().find(|row| !(row.low <= row.difference && row.difference <= row.high)) {
        return Err(format!("the interval of `{}` does not hold its difference", row.name));
    }
    let groups = groups(&forest.rows);
    let apart = groups.len() > 1 && ranges_differ(&groups);
    let own = if apart { format!(" Each {} has an axis of its own.", forest.groups) } else { String::new() };
    let words = Words {
        title: forest.title.clone(),
        result: result(forest),
        lede: format!(
            "Mean paired differences of {} from {}, with 95 % intervals.{own}{}",
            forest.measure,
            forest.baseline,
            if forest.is_cut { " No interval is drawn beyond what is possible." } else { "" },
        ),
        caption: forest.caption.clone().into(),
    };
    let blocks: Vec<&[Row]> = if apart { groups } else { vec![&forest.rows] };
    let heights: Vec<f64> = blocks.iter().map(|rows| block_height(rows)).collect();
    let (mut sheet, body) = page::begin(page::WIDTH, (HEAD + heights.iter().sum::<f64>() + 18.0).ceil(), &words);
    draw_legend(&mut sheet, body);
    let columns = columns(forest, body);
    let base = body.top + HEAD - 10.0;
    sheet.text((columns.names, base), &forest.axes, TICK_SIZE, Anchor::End, SOFT);
    sheet.text((columns.written, base), "difference (interval)", TICK_SIZE, Anchor::End, SOFT);
    sheet.text((body.right, base), "pairs", TICK_SIZE, Anchor::End, SOFT);
    let mut top = body.top + HEAD;
    for (place, (rows, height)) in blocks.iter().zip(&heights).enumerate() {
        let is_last = place + 1 == blocks.len();
        draw_block(&mut sheet, forest.unit, rows, &columns, (body, top, is_last));
        top += height;
    }
    Ok(Drawing { sheet, words })
}

/// Above the first row: what the marks mean, and the heads of the columns.
const HEAD: f64 = 52.0;

/// Below the last row of an axis: its ticks.
const FOOT: f64 = 34.0;

/// Where the columns of text are.
struct Columns {
    /// The right end of the names of rows.
    names: f64,
    /// The sides of what is drawn.
    panel: (f64, f64),
    /// The right end of the differences in digits.
    written: f64,
}

fn columns(forest: &Forest, body: Rect) -> Columns {
    let widest = |texts: &mut dyn Iterator<Item = f64>| texts.fold(0.0, f64::max);
    let names = forest.rows.iter().map(|row| font::room(&row.name, LABEL_SIZE));
    let names = widest(&mut names.chain([font::room(&forest.axes, TICK_SIZE)])).min(290.0);
    let most = most(&forest.rows);
    let written = forest.rows.iter().map(|row| font::room(&written(row, forest.unit, most), TICK_SIZE));
    let written = widest(&mut written.chain([font::room("difference (interval)", TICK_SIZE)]));
    let right = body.right - 46.0;
    Columns { names: body.left + names, panel: (body.left + names + 14.0, right - written - 16.0), written: right }
}

/// Rows of one group after another.
fn groups(rows: &[Row]) -> Vec<&[Row]> {
    rows.chunk_by(|one, other| one.group == other.group).collect()
}

/// Whether what one group's axis would show in full is pressed together on another's.
fn ranges_differ(groups: &[&[Row]]) -> bool {
    let ranges = || groups.iter().map(|rows| most(rows));
    let (least, greatest) = (ranges().fold(f64::MAX, f64::min), ranges().fold(0.0, f64::max));
    greatest > 3.0 * least
}

/// The end of an interval that lies furthest from no difference.
fn most(rows: &[Row]) -> f64 {
    rows.iter().map(|row| row.low.abs().max(row.high.abs())).fold(0.0, f64::max)
}

/// The row that differs most, and how many rows differ at all.
fn result(forest: &Forest) -> String {
    let further = |one: &&Row, other: &&Row| one.difference.abs().total_cmp(&other.difference.abs());
    // Of equals the first.
    let Some(row) = forest.rows.iter().rev().max_by(further) else { return String::new() };
    let unit = match forest.unit {
        Unit::Share => " percentage points".to_string(),
        unit => format!(" {}", unit.scaled(most(&forest.rows)).1),
    };
    let place = if row.group.is_empty() { String::new() } else { format!(" in “{}”", row.group) };
    let differ = forest.rows.iter().filter(|row| row.low > 0.0 || row.high < 0.0).count();
    let all = forest.rows.len();
    format!(
        "The largest difference is that of “{}”{place}: {}{}. Of {all} intervals {differ} leave out zero.",
        row.name,
        written(row, forest.unit, most(&forest.rows)),
        unit.trim_end(),
    )
}

fn draw_legend(sheet: &mut Sheet, body: Rect) {
    let y = body.top + 12.0;
    let entries = [("differs: its interval leaves out zero", true), ("may not differ: its interval holds zero", false)];
    let mut x = body.left + 6.0;
    for (text, is_other) in entries {
        draw_disc(sheet, (x, y), is_other);
        sheet.text((x + 10.0, y + 4.0), text, TICK_SIZE, Anchor::Start, SOFT);
        x += font::room(text, TICK_SIZE) + 36.0;
    }
}

fn draw_disc(sheet: &mut Sheet, at: (f64, f64), is_other: bool) {
    sheet.dot(at, 4.5, super::palette::WHITE, true);
    sheet.dot(at, 4.0, if is_other { VERMILION } else { GREY }, is_other);
}

/// The height of rows with their axis.
fn block_height(rows: &[Row]) -> f64 {
    let height = if rows[0].group.is_empty() { HEIGHT } else { HEIGHT_SMALL };
    tops(rows).last().map_or(0.0, |top| top + height) + FOOT
}

/// Rows on one axis.
fn draw_block(sheet: &mut Sheet, unit: Unit, rows: &[Row], columns: &Columns, (body, top, is_last): (Rect, f64, bool)) {
    let height = if rows[0].group.is_empty() { HEIGHT } else { HEIGHT_SMALL };
    let low = rows.iter().map(|row| row.low).fold(0.0, f64::min);
    let high = rows.iter().map(|row| row.high).fold(0.0, f64::max);
    let x = Axis::linear(low, high, "difference", unit);
    let title = if unit == Unit::Share { "difference (percentage points)".to_string() } else { x.title.clone() };
    let title = if is_last { title } else { String::new() };
    let (left, right) = columns.panel;
    let panel = Panel {
        rect: Rect { left, top, right, bottom: top + block_height(rows) - FOOT + 2.0 },
        x: Axis { title, ..x },
        y: Axis::names(&[]),
    };
    panel.draw_x_grid(sheet);
    panel.draw_x(sheet, true);
    let zero = panel.at(0.0, 0.0).0;
    sheet.line(vec![(zero, panel.rect.top), (zero, panel.rect.bottom)], Stroke::solid(SOFT, 1.25));
    let tops = tops(rows);
    for (place, row) in rows.iter().enumerate() {
        let y = panel.rect.top + tops[place] + 0.5 * height;
        let is_first = place == 0 || rows[place - 1].group != row.group;
        if is_first && !row.group.is_empty() {
            sheet.text((body.left, y - height + 4.0), &row.group, LABEL_SIZE, Anchor::Start, INK);
        }
        if place > 0 {
            let above = if is_first { y - 1.6 * height } else { y - 0.5 * height };
            let stroke = if is_first { Stroke::solid(SOFT, 0.75) } else { Stroke::solid(FAINT, 0.5) };
            sheet.line(vec![(body.left, above), (body.right, above)], stroke);
        }
        let at = |value: f64| panel.held(value, 0.0).0;
        draw_disc(sheet, (at(row.difference), y), row.low > 0.0 || row.high < 0.0);
        // Over the disc, with ends, so that an interval narrower than the disc is seen.
        let (from, to) = (at(row.low), at(row.high));
        sheet.line(vec![(from, y), (to, y)], Stroke::solid(BLACK, 1.25));
        for end in [from, to] {
            sheet.line(vec![(end, y - 2.5), (end, y + 2.5)], Stroke::solid(BLACK, 1.0));
        }
        let name = font::fitted(&row.name, LABEL_SIZE, columns.names - body.left + 0.01);
        sheet.text((columns.names, y + 4.0), name, LABEL_SIZE, Anchor::End, INK);
        let text = written(row, unit, low.abs().max(high));
        sheet.text((columns.written, y + 4.0), text, TICK_SIZE, Anchor::End, INK);
        sheet.text((body.right, y + 4.0), numbers::count(row.n), TICK_SIZE, Anchor::End, SOFT);
    }
}

/// The upper ends of the rows; above the first of a group there is room for its name.
fn tops(rows: &[Row]) -> Vec<f64> {
    let (mut tops, mut top, mut before) = (Vec::with_capacity(rows.len()), 0.0, "");
    for row in rows {
        let is_grouped = !row.group.is_empty();
        if is_grouped && row.group != before {
            top += HEIGHT_SMALL + if before.is_empty() { 0.0 } else { 4.0 };
        }
        before = &row.group;
        tops.push(top);
        top += if is_grouped { HEIGHT_SMALL } else { HEIGHT };
    }
    tops
}

/// A difference and its interval in the unit of the axis, with two digits of the interval.
fn written(row: &Row, unit: Unit, most: f64) -> String {
    let factor = unit.scaled(most).0;
    let width = (row.high - row.low) * factor;
    let digits = match width {
        // Without a width the difference says how many digits it has.
        w if w <= 0.0 && row.difference != 0.0 => {
            (2.0 - crate::maths::log10((row.difference * factor).abs()).floor()).clamp(0.0, 6.0) as usize
        }
        w if w <= 0.0 => 1,
        w => (1.0 - crate::maths::log10(w).floor()).clamp(0.0, 6.0) as usize,
    };
    let number = |value: f64| numbers::decimals(value * factor, digits);
    format!("{} ({} to {})", number(row.difference), number(row.low), number(row.high))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(name: &str, difference: f64, half: f64) -> Row {
        Row {
            group: String::new(),
            name: name.to_string(),
            difference,
            low: difference - half,
            high: difference + half,
            n: 40,
        }
    }

    fn forest(rows: Vec<Row>) -> Forest {
        let title = "What a second check changes".to_string();
        Forest {
            title,
            measure: "the share used".to_string(),
            groups: "class",
            axes: "class".to_string(),
            is_cut: false,
            baseline: "one check".to_string(),
            unit: Unit::Share,
            rows,
            caption: "synthetic".to_string(),
        }
    }

    #[test]
    fn differences_are_written_with_the_digits_they_have() {
        assert_eq!(written(&row("a", -0.0123, 0.0042), Unit::Share, 0.02), "−1.23 (−1.65 to −0.81)");
        assert_eq!(written(&row("a", 0.000_138, 0.0), Unit::Plain, 4.0), "0.000138 (0.000138 to 0.000138)");
        assert_eq!(written(&row("a", 0.0, 0.0), Unit::Plain, 4.0), "0.0 (0.0 to 0.0)");
        assert_eq!(written(&row("a", 2.5, 1.25), Unit::Seconds, 4.0), "2.5 (1.2 to 3.8)");
    }

    #[test]
    fn wrong_data_are_an_error() {
        assert_eq!(draw(&forest(vec![])).unwrap_err(), "there is no difference to show");
        let mut wrong = row("a", 1.0, 0.5);
        wrong.high = 0.9;
        assert_eq!(draw(&forest(vec![wrong])).unwrap_err(), "the interval of `a` does not hold its difference");
    }

    #[test]
    fn every_row_is_named_inside_the_sheet() {
        let rows = vec![row("chat", 0.02, 0.01), row(&"a long name ".repeat(12), -0.001, 0.004)];
        let sheet = draw(&forest(rows)).unwrap().sheet;
        assert!(sheet.text_boxes().iter().any(|(text, _)| *text == "chat"));
        assert_eq!(sheet.misplaced(), Vec::<String>::new());
    }
    fn grouped(group: &str, name: &str, difference: f64, half: f64) -> Row {
        Row { group: group.to_string(), ..row(name, difference, half) }
    }

    #[test]
    fn the_result_names_the_largest_difference() {
        let rows = vec![grouped("chat", "zk", -0.0147, 0.001), grouped("code", "tee", 0.0002, 0.001)];
        let said = draw(&forest(rows)).unwrap().words.result;
        let expected = "The largest difference is that of “zk” in “chat”: −1.47 (−1.57 to −1.37) percentage points. Of 2 \
                        intervals 1 leave out zero.";
        assert_eq!(said, expected);
    }

    // One class beyond three times the range of another would press its rows onto the line at zero.
    #[test]
    fn classes_of_unlike_ranges_have_axes_of_their_own() {
        let zeros = |rows: Vec<Row>| {
            let sheet = draw(&forest(rows)).unwrap().sheet;
            assert_eq!(sheet.misplaced(), Vec::<String>::new());
            sheet.text_boxes().iter().filter(|(text, _)| ["0", "0.0", "0.00"].contains(text)).count()
        };
        let rows = |far: f64| {
            vec![
                grouped("chat", "a", 0.01, 0.005),
                grouped("chat", "b", -0.01, 0.005),
                grouped("code", "a", far, 0.005),
            ]
        };
        assert_eq!((zeros(rows(0.02)), zeros(rows(0.4))), (1, 2));
    }
}
