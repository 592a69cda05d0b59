//! A forest plot: paired differences with their intervals, one below the other, beside a line at no difference.

use super::axis::Axis;
use super::font;
use super::numbers::{self, Unit};
use super::page::{self, Drawing, Words};
use super::palette::{BLACK, FAINT, GREY, INK, SOFT, VERMILION};
use super::panel::{LABEL_SIZE, Panel, Rect, TICK_SIZE};
use super::sheet::{Anchor, Stroke};

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
    /// The measure and the two arms, such as `share used: with checks less without`.
    pub measure: String,
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
    let words = Words {
        title: forest.title.clone(),
        lede: format!(
            "Mean paired differences of {}, with 95 % intervals. Discs: the interval leaves out no difference; rings: it \
             holds it.",
            forest.measure
        ),
        caption: forest.caption.clone().into(),
    };
    let tops = tops(forest);
    let height = if forest.rows.iter().any(|row| !row.group.is_empty()) { HEIGHT_SMALL } else { HEIGHT };
    let rows_end = tops.last().map_or(0.0, |top| top + height);
    let (mut sheet, body) = page::begin(page::WIDTH, (64.0 + rows_end).ceil(), &words);
    let widest = forest.rows.iter().map(|row| font::width(&row.name, LABEL_SIZE)).fold(0.0, f64::max).min(280.0);
    let low = forest.rows.iter().map(|row| row.low).fold(0.0, f64::min);
    let high = forest.rows.iter().map(|row| row.high).fold(0.0, f64::max);
    let x = Axis::linear(low, high, "difference", forest.unit);
    let title = if forest.unit == Unit::Share { "difference (percentage points)".to_string() } else { x.title.clone() };
    let panel = Panel {
        rect: Rect {
            left: body.left + widest + 14.0,
            top: body.top + 22.0,
            right: body.right - 240.0,
            bottom: body.bottom - 42.0,
        },
        x: Axis { title, ..x },
        y: Axis::names(&[]),
    };
    panel.draw_x_grid(&mut sheet);
    panel.draw_x(&mut sheet, true);
    let zero = panel.at(0.0, 0.0).0;
    sheet.line(vec![(zero, panel.rect.top), (zero, panel.rect.bottom)], Stroke::solid(SOFT, 1.25));
    let columns = (body.right - 44.0, body.right);
    sheet.text((columns.0, panel.rect.top - 6.0), "difference (interval)", TICK_SIZE, Anchor::End, SOFT);
    sheet.text((columns.1, panel.rect.top - 6.0), "n", TICK_SIZE, Anchor::End, SOFT);
    for (place, row) in forest.rows.iter().enumerate() {
        let y = panel.rect.top + tops[place] + 0.5 * height;
        let is_first = place == 0 || forest.rows[place - 1].group != row.group;
        if is_first && !row.group.is_empty() {
            sheet.text((body.left, y - height + 4.0), &row.group, LABEL_SIZE, Anchor::Start, INK);
        }
        let is_other = row.low > 0.0 || row.high < 0.0;
        let colour = if is_other { VERMILION } else { GREY };
        let at = |value: f64| panel.held(value, 0.0).0;
        if place > 0 {
            let above = if is_first { y - 1.6 * height } else { y - 0.5 * height };
            let stroke = if is_first { Stroke::solid(SOFT, 0.75) } else { Stroke::solid(FAINT, 0.5) };
            sheet.line(vec![(body.left, above), (body.right, above)], stroke);
        }
        sheet.line(vec![(at(row.low), y), (at(row.high), y)], Stroke::solid(BLACK, 1.5));
        sheet.dot((at(row.difference), y), 4.5, super::palette::WHITE, true);
        sheet.dot((at(row.difference), y), 4.0, colour, is_other);
        let name = font::fitted(&row.name, LABEL_SIZE, widest + 0.01);
        sheet.text((panel.rect.left - 12.0, y + 4.0), name, LABEL_SIZE, Anchor::End, INK);
        sheet.text((columns.0, y + 4.0), written(row, forest.unit, low.abs().max(high)), TICK_SIZE, Anchor::End, INK);
        sheet.text((columns.1, y + 4.0), numbers::count(row.n), TICK_SIZE, Anchor::End, SOFT);
    }
    Ok(Drawing { sheet, words })
}

/// The upper ends of the rows; above the first of a group there is room for its name.
fn tops(forest: &Forest) -> Vec<f64> {
    let (mut tops, mut top, mut before) = (Vec::with_capacity(forest.rows.len()), 0.0, "");
    for row in &forest.rows {
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
            (2.0 - crate::engine::maths::log10((row.difference * factor).abs()).floor()).clamp(0.0, 6.0) as usize
        }
        w if w <= 0.0 => 1,
        w => (1.0 - crate::engine::maths::log10(w).floor()).clamp(0.0, 6.0) as usize,
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
        for (text, [left, _, right, _]) in sheet.text_boxes() {
            assert!(left >= 0.0 && right <= sheet.width, "{text}");
        }
    }
}
