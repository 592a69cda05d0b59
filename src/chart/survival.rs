//! Where a measure crosses a level: a curve for each value of one axis over another, with the interval of each crossing.
//! What never crosses stands in a strip beyond the end of the axis.

use super::Drawings;
use super::axis::Axis;
use super::font;
use super::numbers::{self, Unit};
use super::page::{self, Drawing, Words};
use super::palette::{FAINT, INK, SOFT, WHITE, category};
use super::panel::{LABEL_SIZE, Panel, Rect, TICK_SIZE};
use super::sheet::{Anchor, Sheet, Stroke};
use super::studied::{Studied, Values, capital};
use super::survival_curves::{Curve, Found, Survival};
use super::survival_names::{draw_names, names_room};
use super::survival_words;

/// The height of a row of a strip.
const ROW: f64 = 17.0;

/// Draws the crossings of a study that searches.
pub fn chart(studied: &Studied) -> Result<Drawings, String> {
    let survival = read(studied)?;
    Ok(vec![("survival".to_string(), draw(&survival)?)])
}

fn read(studied: &Studied) -> Result<Survival, String> {
    let (y, level) = studied.searched().ok_or("the study is no search for a crossing")?;
    let columns = studied.source.columns("frontier")?;
    let table = studied.source.table("frontier", &columns.iter().map(String::as_str).collect::<Vec<_>>())?;
    let mut cells = studied.cells("frontier", Some(&y.name))?;
    // Along x goes the last axis of numbers, or else the last.
    let numeric = cells.iter().rposition(|cells| matches!(cells.values, Values::Numbers(..)));
    let Some(along) = numeric.or(cells.len().checked_sub(1)) else {
        return Err("a single crossing is no curve".to_string());
    };
    let x = cells.remove(along);
    let (places, x_names, x_logarithmic) = match &x.values {
        Values::Numbers(numbers, logarithmic) => (numbers.clone(), Vec::new(), *logarithmic),
        Values::Names(names) => {
            let mut known: Vec<String> = Vec::new();
            let mut place = |name: &String| {
                let found = known.iter().position(|other| other == name);
                found.unwrap_or_else(|| {
                    known.push(name.clone());
                    known.len() - 1
                }) as f64
                    + 0.5
            };
            (names.iter().map(&mut place).collect(), known, false)
        }
    };
    let (found, texts) = table.text("found")?;
    let number = |name: &str| table.numbers(name);
    let (crossing, lower, upper) =
        (number(&y.name)?, number(&format!("{}_lower", y.name))?, number(&format!("{}_upper", y.name))?);
    let names: Vec<Vec<String>> = cells.iter().map(super::studied::Cells::names).collect();
    let mut curves: Vec<Curve> = Vec::new();
    for row in 0..found.len() {
        let name = names.iter().map(|column| column[row].as_str()).collect::<Vec<_>>().join(" · ");
        let said = found[row].map_or("", |code| texts[code as usize].as_str());
        let ends = (lower[row], upper[row]);
        let (below, above) = (said == "below", said == "above");
        let (again, failed) = (said == "non-monotone", said == "failed");
        let found = Found { x: places[row], crossing: crossing[row], ends, below, above, again, failed };
        match curves.iter_mut().find(|curve| curve.name == name) {
            Some(curve) => curve.found.push(found),
            None => curves.push(Curve { name, found: vec![found] }),
        }
    }
    curves.iter_mut().for_each(|curve| curve.found.sort_by(|one, other| one.x.total_cmp(&other.x)));
    let measure = studied.measures(&|_| true).into_iter().next().ok_or("the study measures nothing")?;
    let level = match measure.unit {
        Unit::Share => format!("{} %", numbers::plain(100.0 * level)),
        unit => numbers::measured(measure.factor * level, unit),
    };
    let caption = studied.source.caption(&super::studied::runs(&table)?);
    let title = studied.said_title();
    let title =
        title.unwrap_or_else(|| format!("{} at which the {} passes {level}", capital(&y.title), measure.meaning));
    let measure = measure.meaning;
    Ok(Survival { title, measure, level, x: x.title, x_names, x_logarithmic, y, curves, caption })
}

/// Draws crossings. An error says what is wrong with the data.
pub fn draw(survival: &Survival) -> Result<Drawing, String> {
    let all = || survival.curves.iter().flat_map(|curve| &curve.found);
    if all().all(|found| found.failed) {
        let why = if all().next().is_some() { "every search has failed runs" } else { "there is no crossing to show" };
        return Err(why.to_string());
    }
    let strip = |is_in: fn(&Found) -> bool| -> Vec<usize> {
        let inside = |(number, curve): (usize, &Curve)| curve.found.iter().any(is_in).then_some(number);
        survival.curves.iter().enumerate().filter_map(inside).collect()
    };
    let (below, above) = (strip(|found| found.below), strip(|found| found.above));
    let height = |rows: &[usize]| if rows.is_empty() { 0.0 } else { ROW * (rows.len() + 1) as f64 + 8.0 };
    let words = Words {
        title: survival.title.clone(),
        result: survival_words::result(survival),
        lede: survival_words::lede(survival),
        caption: survival.caption.clone().into(),
    };
    let (mut sheet, body) = page::begin(page::WIDTH, 440.0 + height(&below) + height(&above), &words);
    let rect = Rect {
        left: body.left + 52.0,
        top: body.top + 30.0 + height(&below),
        right: body.right - names_room(survival),
        bottom: body.bottom - 46.0 - height(&above),
    };
    let panel = Panel { rect, x: x_axis(survival), y: Axis { title: String::new(), ..y_axis(survival) } };
    panel.draw_x_grid(&mut sheet);
    panel.draw_y(&mut sheet);
    let foot = Panel { rect: Rect { bottom: rect.bottom + height(&above), ..rect }, ..panel.clone() };
    foot.draw_x(&mut sheet, true);
    sheet.text((body.left, body.top + 20.0), &survival.y.title, LABEL_SIZE, Anchor::Start, INK);
    draw_strip(&mut sheet, &panel, survival, (&below, rect.top - height(&below), true));
    draw_strip(&mut sheet, &panel, survival, (&above, rect.bottom + 8.0, false));
    for (number, curve) in survival.curves.iter().enumerate() {
        draw_band(&mut sheet, &panel, curve, number);
    }
    for (number, curve) in survival.curves.iter().enumerate() {
        draw_curve(&mut sheet, &panel, curve, number, survival.x_names.is_empty());
    }
    draw_names(&mut sheet, &panel, survival, body.right);
    Ok(Drawing { sheet, words })
}

fn x_axis(survival: &Survival) -> Axis {
    if !survival.x_names.is_empty() {
        return Axis { title: survival.x.clone(), ..Axis::names(&survival.x_names) };
    }
    let all = survival.curves.iter().flat_map(|curve| &curve.found).map(|found| found.x);
    let (low, high) = all.fold((f64::MAX, f64::MIN), |(low, high), x| (low.min(x), high.max(x)));
    widened(low, high, 0.03, &survival.x, survival.x_logarithmic)
}

/// From below the lowest to above the highest of what was found, so that curves fill the height.
fn y_axis(survival: &Survival) -> Axis {
    let all = survival.curves.iter().flat_map(|curve| &curve.found);
    let values = all.flat_map(|found| [found.crossing, found.ends.0, found.ends.1]).flatten();
    let (low, high) = values.fold((f64::MAX, f64::MIN), |(low, high), value| (low.min(value), high.max(value)));
    let (low, high) = if low <= high { (low, high) } else { survival.y.ends };
    widened(low, high, 0.12, "", survival.y.logarithmic)
}

fn widened(low: f64, high: f64, by: f64, title: &str, logarithmic: bool) -> Axis {
    use crate::maths::{exp, ln};
    if logarithmic && low > 0.0 {
        let factor = exp(by * ln(f64::max(high / low, 1.5)));
        return Axis::logarithmic(low / factor, high * factor, title, Unit::Plain);
    }
    let by = by * if high > low { high - low } else { f64::max(low.abs(), 1.0) };
    Axis::exact(low - by, high + by, title, Unit::Plain)
}

/// What lies beyond: the curves in it, its upper end, whether it is the upper one.
type Strip<'s> = (&'s [usize], f64, bool);

fn draw_strip(sheet: &mut Sheet, panel: &Panel, survival: &Survival, (rows, top, is_upper): Strip) {
    if rows.is_empty() {
        return;
    }
    let Rect { left, right, .. } = panel.rect;
    let bottom = top + ROW * (rows.len() + 1) as f64;
    sheet.block((left, top), (right, bottom), FAINT, 0.45);
    let heading = survival_words::strip(survival, is_upper);
    sheet.text((left + 8.0, top + 0.5 * ROW + 5.0), heading, TICK_SIZE, Anchor::Start, SOFT);
    for (row, &number) in rows.iter().enumerate() {
        let (curve, stroke) = (&survival.curves[number], category(number));
        let y = top + ROW * (row as f64 + 1.5);
        let is_in = |found: &&Found| if is_upper { found.below } else { found.above };
        for found in curve.found.iter().filter(is_in) {
            let x = panel.held(found.x, panel.y.low).0;
            let (tip, base) = if is_upper { (y - 5.0, y + 4.0) } else { (y + 5.0, y - 4.0) };
            sheet.area(vec![(x, tip), (x + 5.0, base), (x - 5.0, base)], stroke.colour, 1.0);
        }
        let name = font::fitted(&curve.name, LABEL_SIZE, sheet.width - right - 44.0);
        sheet.text((right + 10.0, y + 4.0), name, LABEL_SIZE, Anchor::Start, INK);
    }
}

fn draw_band(sheet: &mut Sheet, panel: &Panel, curve: &Curve, number: usize) {
    let ends = |found: &Found| Some((found.ends.0?, found.ends.1?));
    let band: Vec<_> = curve.found.iter().map(|found| (found.x, ends(found))).collect();
    if band.len() > 1 {
        panel.band(sheet, &band, category(number).colour, 0.16);
    }
}

fn draw_curve(sheet: &mut Sheet, panel: &Panel, curve: &Curve, number: usize, is_line: bool) {
    let stroke = category(number);
    let thin = Stroke::solid(stroke.colour, 1.25);
    if is_line {
        let line: Vec<_> = curve.found.iter().map(|found| (found.x, found.crossing)).collect();
        panel.line(sheet, &line, stroke);
    }
    for found in curve.found.iter().filter(|found| !found.below && !found.above && !found.failed) {
        let is_open = found.ends.0.is_none() || found.ends.1.is_none();
        if is_open || !is_line || curve.found.len() == 1 {
            let low = panel.held(found.x, found.ends.0.unwrap_or(panel.y.low));
            let high = panel.held(found.x, found.ends.1.unwrap_or(panel.y.high));
            sheet.line(vec![low, high], thin);
            for (end, is_missing, inward) in [(low, found.ends.0.is_none(), -7.0), (high, found.ends.1.is_none(), 7.0)]
            {
                match is_missing {
                    true => {
                        let base = end.1 + inward;
                        sheet.area(vec![end, (end.0 + 4.0, base), (end.0 - 4.0, base)], stroke.colour, 1.0);
                    }
                    false => sheet.line(vec![(end.0 - 3.5, end.1), (end.0 + 3.5, end.1)], thin),
                }
            }
        }
        if let Some(crossing) = found.crossing {
            let at = panel.held(found.x, crossing);
            sheet.dot(at, 3.6, WHITE, true);
            sheet.dot(at, 3.0, stroke.colour, !is_open);
            if found.again {
                sheet.dot(at, 6.5, stroke.colour, false);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::palette::LEADER;
    use super::super::sheet::Mark;
    use super::*;
    use crate::chart::studied::Searched;

    fn survival() -> Survival {
        let crossed = |x: f64, y: f64| Found {
            x,
            crossing: Some(y),
            ends: (Some(0.9 * y), Some(1.1 * y)),
            below: false,
            above: false,
            again: false,
            failed: false,
        };
        let never = |x: f64| Found { crossing: None, ends: (None, None), below: true, ..crossed(x, 0.0) };
        let open = Found { ends: (Some(2.5), None), again: true, ..crossed(10.0, 3.0) };
        Survival {
            title: "How much an answer must be worth".to_string(),
            measure: "share used".to_string(),
            level: "50 %".to_string(),
            x: "cost".to_string(),
            x_names: Vec::new(),
            x_logarithmic: true,
            y: Searched { name: "value".into(), title: "value".into(), ends: (0.05, 50.0), logarithmic: true },
            curves: vec![
                Curve {
                    name: "none".to_string(),
                    found: vec![crossed(0.1, 0.3), crossed(1.0, 0.3), crossed(10.0, 0.3)],
                },
                Curve { name: "committee".to_string(), found: vec![crossed(0.1, 0.3), crossed(1.0, 0.6), open] },
                Curve { name: "zk".to_string(), found: vec![never(0.1), never(1.0), never(10.0)] },
            ],
            caption: "synthetic".to_string(),
        }
    }

    #[test]
    fn what_never_crosses_is_said_in_words() {
        let drawing = draw(&survival()).unwrap();
        let boxes = drawing.sheet.text_boxes();
        let strip = "never reached: below 50 % at every value tried, 0.05 to 50";
        for text in ["none", "committee", "zk", strip, "value"] {
            assert_eq!(boxes.iter().filter(|(found, _)| *found == text).count(), 1, "{text}");
        }
        assert_eq!(drawing.sheet.misplaced(), Vec::<String>::new());
        for sign in ["Rings with arrows", "Triangles", "Discs in rings"] {
            assert!(drawing.words.lede.contains(sign), "{sign}");
        }
    }

    // worked example: at a cost of 10 the committee crosses at 3, without checks it is at 0.3.
    #[test]
    fn the_result_is_computed_from_the_crossings() {
        let said = draw(&survival()).unwrap().words.result;
        let expected = "Where the cost is 10, “committee” takes 10 times the value that “none” takes. No value tried reaches \
                        50 %: “zk” everywhere.";
        assert_eq!(said, expected);
    }

    // A line across the panel that is no curve would be read as one.
    #[test]
    fn no_leader_crosses_the_panel() {
        let mut short = survival();
        short.curves[1].found.truncate(1);
        let sheet = draw(&short).unwrap().sheet;
        for mark in sheet.marks() {
            if let Mark::Line { points, stroke } = mark
                && stroke.colour == LEADER
            {
                let across = points.iter().fold((f64::MAX, f64::MIN), |(l, r), p| (l.min(p.0), r.max(p.0)));
                assert!(across.1 - across.0 < 40.0, "{points:?}");
            }
        }
        let boxes = sheet.text_boxes();
        let name = boxes.iter().find(|(text, _)| *text == "committee").expect("the curve is named");
        assert!(name.1[2] < 0.5 * sheet.width, "beside its only crossing, which is at the left");
    }

    #[test]
    fn a_failed_search_is_a_gap() {
        let mut survival = survival();
        survival.curves.truncate(1);
        let is_dot = |mark: &&Mark| matches!(mark, Mark::Dot { radius, .. } if *radius == 3.0);
        let discs = |drawing: &Drawing| drawing.sheet.marks().iter().filter(is_dot).count();
        let whole = discs(&draw(&survival).unwrap());
        let middle = &mut survival.curves[0].found[1];
        *middle = Found { crossing: None, ends: (None, None), failed: true, ..*middle };
        let drawing = draw(&survival).unwrap();
        assert!(discs(&drawing) < whole, "{} discs of {whole}", discs(&drawing));
        assert!(drawing.words.lede.contains(" Gaps: 1 search with failed runs."), "{}", drawing.words.lede);
        survival.curves[0].found.iter_mut().for_each(|found| found.failed = true);
        assert_eq!(draw(&survival).unwrap_err(), "every search has failed runs");
    }

    #[test]
    fn a_single_axis_of_names_has_one_curve_without_a_name() {
        let mut one = survival();
        one.curves.truncate(1);
        one.curves[0].name = String::new();
        one.x_names = ["a", "b", "c"].map(str::to_string).to_vec();
        one.curves[0].found.iter_mut().zip([0.5, 1.5, 2.5]).for_each(|(found, x)| found.x = x);
        let drawing = draw(&one).unwrap();
        let boxes = drawing.sheet.text_boxes();
        assert!(["a", "b", "c"].iter().all(|name| boxes.iter().any(|(found, _)| found == name)));
        one.curves.clear();
        assert_eq!(draw(&one).unwrap_err(), "there is no crossing to show");
    }
}
