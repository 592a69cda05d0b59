//! Who caused that wrong answers were used, over the points of a study: causes times ignorance, as bars on a logarithmic axis.

use super::Drawings;
use super::axis::Axis;
use super::font;
use super::numbers::{self, Unit};
use super::page::{self, Drawing, Words};
use super::palette::{BLACK, BLUE, FAINT, INK, ORANGE, SOFT};
use super::panel::{LABEL_SIZE, Panel, Rect, TICK_SIZE};
use super::sheet::{Anchor, Sheet, Stroke};
use super::studied::{Studied, runs};

/// The measures that such a study has.
const MEASURES: [&str; 2] = ["causes", "suspects"];

/// More points than this are read in the table.
const ROWS_MAX: usize = 60;

/// A point of the study.
#[derive(Clone, Debug, PartialEq)]
struct Row {
    /// The values of all axes but the first, as a heading above the first row of them; empty for none.
    group: String,
    /// The value of the first axis.
    name: String,
    /// Mean causes.
    causes: f64,
    /// Mean suspects, and the two ends of their 95 % interval.
    suspects: (f64, f64, f64),
}

/// Draws the bars, where the study measures `causes` and `suspects`.
pub fn chart(studied: &Studied) -> Result<Drawings, String> {
    let columns = studied.source.columns("means").map_err(|_| "the study compares no points".to_string())?;
    let has = |name: &str| columns.iter().any(|column| column.as_str() == format!("{name}_mean"));
    if !MEASURES.iter().all(|name| has(name)) {
        return Err("the study does not measure both `causes` and `suspects`".to_string());
    }
    let table = studied.source.table("means", &columns.iter().map(String::as_str).collect::<Vec<_>>())?;
    let (causes, suspects) = (table.numbers("causes_mean")?, table.numbers("suspects_mean")?);
    let halves = table.numbers("suspects_half_width")?;
    let cells = studied.cells("means", None)?;
    let names: Vec<Vec<String>> = cells.iter().map(super::studied::Cells::names).collect();
    let mut rows: Vec<Row> = (0..causes.len())
        .filter_map(|row| {
            let (mean, half) = (suspects[row]?, halves[row].unwrap_or(0.0));
            let others =
                cells.iter().zip(&names).skip(1).map(|(cells, names)| format!("{}: {}", cells.title, names[row]));
            Some(Row {
                group: others.collect::<Vec<_>>().join(" · "),
                name: names.first().map_or(String::new(), |names| names[row].clone()),
                causes: causes[row]?,
                suspects: (mean, (mean - half).max(1.0), mean + half),
            })
        })
        .collect();
    if rows.len() > ROWS_MAX {
        return Err(format!("{} points are too many for a picture; they are in means.parquet", rows.len()));
    }
    let mut groups: Vec<String> = Vec::new();
    for row in &rows {
        if !groups.contains(&row.group) {
            groups.push(row.group.clone());
        }
    }
    rows.sort_by_key(|row| groups.iter().position(|group| *group == row.group));
    let axis = cells.first().map_or(String::new(), |cells| cells.title.clone());
    let caption = studied.source.caption(&runs(&table)?);
    Ok(vec![("suspects".to_string(), draw(&studied.title(), &axis, &rows, &caption)?)])
}

const HEIGHT: f64 = 19.0;
/// Above the first row: the legend and the heads of the columns.
const HEAD: f64 = 50.0;
/// Below the last row: ticks and title of the axis.
const FOOT: f64 = 44.0;

/// Draws the bars of some points. An error says what is wrong with the data.
fn draw(title: &str, axis: &str, rows: &[Row], caption: &str) -> Result<Drawing, String> {
    if rows.is_empty() {
        return Err("no point has a used wrong answer".to_string());
    }
    if let Some(row) = rows.iter().find(|row| row.causes < 1.0 - 1e-9) {
        return Err(format!("`{}` has fewer causes than one", row.name));
    }
    let words = Words {
        title: title.to_string(),
        result: result(rows),
        lede: "Effective numbers of parties, the means of runs: those that caused a used wrong answer, and all that the public record leaves \
               as possible causes. Suspects = causes × ignorance; on this axis the two bars add up."
            .to_string(),
        caption: caption.to_string().into(),
    };
    let tops = tops(rows);
    let bottom = tops.last().map_or(0.0, |top| top + HEIGHT);
    let (mut sheet, body) = page::begin(page::WIDTH, (HEAD + bottom + FOOT).ceil(), &words);
    legend(&mut sheet, body);
    let widest = |texts: &mut dyn Iterator<Item = f64>| texts.fold(0.0, f64::max);
    let names = widest(&mut rows.iter().map(|row| font::room(&row.name, LABEL_SIZE))).min(290.0);
    let written = widest(
        &mut rows.iter().map(|row| font::room(&written(row), TICK_SIZE)).chain([font::room(HEADING, TICK_SIZE)]),
    );
    let most = rows.iter().map(|row| row.suspects.2).fold(2.0, f64::max);
    let panel = Panel {
        rect: Rect {
            left: body.left + names + 14.0,
            top: body.top + HEAD,
            right: body.right - written - 16.0,
            bottom: body.top + HEAD + bottom + 4.0,
        },
        x: Axis::logarithmic(1.0, 1.05 * most, "effective number of parties, logarithmic", Unit::Plain),
        y: Axis::names(&[]),
    };
    sheet.text((body.left + names, body.top + HEAD - 8.0), axis, TICK_SIZE, Anchor::End, SOFT);
    sheet.text((body.right, body.top + HEAD - 8.0), HEADING, TICK_SIZE, Anchor::End, SOFT);
    panel.draw_x_grid(&mut sheet);
    panel.draw_x(&mut sheet, true);
    for (place, row) in rows.iter().enumerate() {
        let y = panel.rect.top + tops[place] + 0.5 * HEIGHT;
        if !row.group.is_empty() && (place == 0 || rows[place - 1].group != row.group) {
            if place > 0 {
                let above = y - 1.6 * HEIGHT;
                sheet.line(vec![(body.left, above), (body.right, above)], Stroke::solid(FAINT, 0.75));
            }
            sheet.text((body.left, y - HEIGHT + 4.0), &row.group, LABEL_SIZE, Anchor::Start, INK);
        }
        bars(&mut sheet, &panel, row, y);
        let name = font::fitted(&row.name, LABEL_SIZE, names + 0.01);
        sheet.text((body.left + names, y + 4.0), name, LABEL_SIZE, Anchor::End, INK);
        sheet.text((body.right, y + 4.0), self::written(row), TICK_SIZE, Anchor::End, INK);
    }
    Ok(Drawing { sheet, words })
}

const HEADING: &str = "suspects (interval) = causes × ignorance";

/// The bars of one point, and the interval of its suspects.
fn bars(sheet: &mut Sheet, panel: &Panel, row: &Row, y: f64) {
    let at = |value: f64| panel.held(value.max(1.0), 0.0).0;
    let (mean, low, high) = row.suspects;
    sheet.block((at(1.0), y - 5.5), (at(row.causes), y + 5.5), BLUE, 1.0);
    sheet.block((at(row.causes), y - 5.5), (at(mean), y + 5.5), ORANGE, 0.75);
    let (from, to) = (at(low), at(high));
    sheet.line(vec![(from, y), (to, y)], Stroke::solid(BLACK, 1.25));
    for end in [from, to] {
        sheet.line(vec![(end, y - 2.5), (end, y + 2.5)], Stroke::solid(BLACK, 1.0));
    }
}

fn legend(sheet: &mut Sheet, body: Rect) {
    let y = body.top + 10.0;
    let mut x = body.left;
    for (text, colour, opacity) in
        [("causes: how many it really was", BLUE, 1.0), ("ignorance: what the record does not tell", ORANGE, 0.75)]
    {
        sheet.block((x, y - 5.0), (x + 16.0, y + 5.0), colour, opacity);
        sheet.text((x + 22.0, y + 4.0), text, TICK_SIZE, Anchor::Start, SOFT);
        x += 22.0 + font::room(text, TICK_SIZE) + 30.0;
    }
}

/// The upper ends of the rows; above the first of a group there is room for its name.
fn tops(rows: &[Row]) -> Vec<f64> {
    let (mut tops, mut top) = (Vec::with_capacity(rows.len()), 0.0);
    for (place, row) in rows.iter().enumerate() {
        if !row.group.is_empty() && (place == 0 || rows[place - 1].group != row.group) {
            top += HEIGHT + if place == 0 { 0.0 } else { 4.0 };
        }
        tops.push(top);
        top += HEIGHT;
    }
    tops
}

/// Suspects with their interval, causes and ignorance.
fn written(row: &Row) -> String {
    let three = |value: f64| numbers::significant(value, 3);
    let (mean, low, high) = row.suspects;
    format!("{} ({}–{}) = {} × {}", three(mean), three(low), three(high), three(row.causes), three(mean / row.causes))
}

/// The points with the fewest and the most suspects, and that of which the record tells least.
fn result(rows: &[Row]) -> String {
    let by = |of: fn(&Row) -> f64| move |one: &&Row, other: &&Row| of(one).total_cmp(&of(other));
    let suspects = |row: &Row| row.suspects.0;
    let ignorance = |row: &Row| row.suspects.0 / row.causes;
    let (Some(fewest), Some(most), Some(least_told)) =
        (rows.iter().min_by(by(suspects)), rows.iter().max_by(by(suspects)), rows.iter().max_by(by(ignorance)))
    else {
        return String::new();
    };
    let three = |value: f64| numbers::significant(value, 3);
    format!(
        "From {} suspects (“{}”) to {} (“{}”). The record tells least of “{}”: {} suspects for each cause.",
        three(suspects(fewest)),
        fewest.name,
        three(suspects(most)),
        most.name,
        least_told.name,
        three(ignorance(least_told)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(group: &str, name: &str, causes: f64, suspects: f64) -> Row {
        Row {
            group: group.to_string(),
            name: name.to_string(),
            causes,
            suspects: (suspects, 0.9 * suspects, 1.1 * suspects),
        }
    }

    #[test]
    fn bars_add_up_and_are_told_in_a_sentence() {
        let rows = [
            row("tested: never", "one", 1.5, 3.0),
            row("tested: never", "sixteen", 15.0, 17.0),
            row("tested: often", "one", 1.5, 2.0),
        ];
        let drawing = draw("who?", "committee", &rows, "synthetic").unwrap();
        assert_eq!(
            drawing.words.result,
            "From 2.00 suspects (“one”) to 17.0 (“sixteen”). The record tells least of “one”: 2.00 suspects for each cause."
        );
        assert_eq!(drawing.sheet.misplaced(), Vec::<String>::new());
        assert!(drawing.sheet.text_boxes().iter().any(|(text, _)| *text == "17.0 (15.3–18.7) = 15.0 × 1.13"));
    }

    #[test]
    fn wrong_data_are_an_error() {
        assert_eq!(draw("", "", &[], "").unwrap_err(), "no point has a used wrong answer");
        assert_eq!(draw("", "", &[row("", "a", 0.5, 2.0)], "").unwrap_err(), "`a` has fewer causes than one");
    }
}
