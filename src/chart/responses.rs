//! What each branch of a forked run did differently from its trunk, over the time since the fork: a panel for each measure.

use super::Drawings;
use super::axis::Axis;
use super::font;
use super::numbers::{self, Unit};
use super::page::{self, Drawing, Words};
use super::palette::{FAINT, GREY, INK, LEADER, SOFT, category};
use super::panel::{LABEL_SIZE, Panel, Rect, spread};
use super::sheet::{Anchor, Dash, Sheet, Stroke};
use super::source::Columns;
use super::studied::{Measured, Studied};
use crate::engine::time::SimDuration;
use crate::study::fork::{FRESH, is_placebo};

/// More measures are in the table.
const PANELS_MAX: usize = 8;

/// A branch's response in one measure.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    /// The branch.
    pub branch: String,
    /// By bin.
    pub bins: Vec<Moment>,
}

/// A bin of a response, in base units.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moment {
    /// The end of the bin, in seconds since the fork.
    pub at: f64,
    /// The mean of branch − trunk.
    pub difference: Option<f64>,
    /// Half the width of its interval.
    pub half_width: Option<f64>,
    /// Whether the branch still lies closer to its trunk than chance alone would bring it.
    pub is_paired: bool,
}

/// A panel: a measure with its curves.
#[derive(Clone, Debug, PartialEq)]
pub struct Response {
    /// What is measured, in words.
    pub what: String,
    /// Its base unit.
    pub unit: Unit,
    /// The branches in the order of the study.
    pub curves: Vec<Curve>,
    /// The placebo of fresh draws.
    pub fresh: Option<Curve>,
    /// The placebos of random parties.
    pub random: Vec<Curve>,
}

/// Draws the charts: one for each point.
pub fn chart(studied: &Studied) -> Result<Drawings, String> {
    let table = studied.source.table(
        "responses",
        &["point", "branch", "measure", "since_s", "difference", "half_width", "runs", "forks", "is_paired"],
    )?;
    let measures = studied.measures(&|_| true);
    let points = table.whole("point")?;
    let last = points.iter().max().copied().ok_or("the study has no point")?;
    let cells = studied.cells("peaks", None)?;
    let of_point = studied.source.table("peaks", &["point"])?.whole("point")?;
    let mut drawings = Vec::new();
    for point in 0..=last {
        let responses = collect(&table, point, &measures)?;
        let row = of_point.iter().position(|own| *own == point);
        let at: Vec<String> =
            cells.iter().filter_map(|cells| Some(format!("{} {}", cells.title, cells.names().get(row?)?))).collect();
        let title = match at.is_empty() {
            true => studied.title(),
            false => format!("{} ({})", studied.title(), at.join(", ")),
        };
        let name = if last == 0 { "responses".to_owned() } else { format!("responses-{point}") };
        let (runs, forks) = (table.whole("runs")?, table.whole("forks")?);
        let most = |of: &[u64]| of.iter().zip(&points).filter(|(_, own)| **own == point).map(|(n, _)| *n).max();
        let counted = format!("n = {} forks of {} runs", most(&forks).unwrap_or(0), most(&runs).unwrap_or(0));
        drawings.push((name, draw(&title, &responses, studied.branches_end(), studied.source.caption(&counted))));
    }
    Ok(drawings)
}

/// The responses of a point, measure by measure.
fn collect(table: &Columns, point: u64, measures: &[Measured]) -> Result<Vec<Response>, String> {
    let ((branch, branches), (measure, names)) = (table.text("branch")?, table.text("measure")?);
    let (points, since, paired) = (table.whole("point")?, table.numbers("since_s")?, table.whole("is_paired")?);
    let (difference, half) = (table.numbers("difference")?, table.numbers("half_width")?);
    let mut responses: Vec<Response> = measures
        .iter()
        // A bin is what a tick is to a run.
        .map(|own| Response {
            what: own.meaning.replace(" since the tick before", ""),
            unit: own.unit,
            curves: Vec::new(),
            fresh: None,
            random: Vec::new(),
        })
        .collect();
    for row in (0..points.len()).filter(|row| points[*row] == point) {
        let (Some(branch), Some(name)) = (branch[row], measure[row]) else { continue };
        let Some(place) = measures.iter().position(|own| own.name == names[name as usize]) else { continue };
        let factor = measures[place].factor;
        let moment = Moment {
            at: since[row].unwrap_or_default(),
            difference: difference[row].map(|value| value * factor),
            half_width: half[row].map(|value| value * factor),
            is_paired: paired[row] == 1,
        };
        let (branch, response) = (&branches[branch as usize], &mut responses[place]);
        let begun = || Curve { branch: branch.clone(), bins: Vec::new() };
        let curve = match branch.as_str() {
            FRESH => response.fresh.get_or_insert_with(begun),
            name => {
                let curves = if is_placebo(name) { &mut response.random } else { &mut response.curves };
                if curves.last().is_none_or(|last| last.branch != *branch) {
                    curves.push(begun());
                }
                curves.last_mut().expect("one was begun")
            }
        };
        curve.bins.push(moment);
    }
    Ok(responses)
}

/// The branch and measure whose largest response stands out most from its interval.
fn result(responses: &[Response]) -> String {
    let largest = |curve: &Curve| -> Option<Moment> {
        let size = |moment: &Moment| moment.difference.unwrap_or_default().abs();
        curve.bins.iter().copied().max_by(|one, other| size(one).total_cmp(&size(other)))
    };
    let all = responses.iter().flat_map(|response| response.curves.iter().map(move |curve| (response, curve)));
    let apart = |moment: &Moment| match (moment.difference, moment.half_width) {
        (Some(difference), Some(half)) if half > 0.0 => difference.abs() / half,
        _ => 0.0,
    };
    let peaks = all.filter_map(|(response, curve)| Some((response, curve, largest(curve)?)));
    let clearest =
        peaks.filter(|(.., peak)| apart(peak) > 1.0).max_by(|one, other| apart(&one.2).total_cmp(&apart(&other.2)));
    let Some((response, curve, Moment { at, difference: Some(difference), half_width: Some(half), .. })) = clearest
    else {
        return "No branch is apart from its trunk: where each differs most, its interval holds 0.".to_owned();
    };
    let number = |value: f64| numbers::measured_beside(value, response.unit, difference.abs());
    let way = if difference < 0.0 { "below" } else { "above" };
    format!(
        "Clearest is `{}`: after {} its {} is {} ± {} {way} that of the trunk.",
        curve.branch,
        time(at),
        response.what,
        number(difference.abs()),
        number(half)
    )
}

/// A time since the fork, as scenarios write it: bins end at whole ones.
pub(super) fn time(seconds: f64) -> String {
    SimDuration((1e9 * seconds).round() as u64).to_string()
}

/// Draws the panels. `end` is when the branches end their change, where all do at the same time.
pub fn draw(title: &str, responses: &[Response], end: Option<f64>, caption: String) -> Drawing {
    let shown = &responses[..responses.len().min(PANELS_MAX)];
    let mut lede = "Branch − trunk, the mean over forks, with its 95 % interval over runs; each measure over a bin, at its end. Grey: \
                    the placebo, whose draws alone are new. Thin: from where on the variance of branch − trunk has passed half of the placebo's."
        .to_owned();
    if shown.iter().any(|response| !response.random.is_empty()) {
        lede.push_str(" Grey and dashed: the same change with as many parties of the same kinds, chosen at random.");
    }
    if let Some(end) = end {
        lede.push_str(&format!(" Dotted: the change ends after {}.", time(end)));
    }
    let words = Words { title: title.to_owned(), result: result(responses), lede, caption: caption.into() };
    const HEIGHT: f64 = 156.0;
    let (mut sheet, body) = page::begin(page::WIDTH, HEIGHT * shown.len() as f64 + 44.0, &words);
    let last = responses.iter().flat_map(|response| &response.curves).flat_map(|curve| &curve.bins);
    let last = last.map(|moment| moment.at).fold(0.0, f64::max);
    for (place, response) in shown.iter().enumerate() {
        let top = body.top + HEIGHT * place as f64 + 34.0;
        let rect = Rect { left: body.left + 66.0, top, right: body.right - 150.0, bottom: top + HEIGHT - 48.0 };
        let (low, high) = range(response);
        let what = font::fitted(&format!("{}, branch − trunk", response.what), LABEL_SIZE, rect.width() - 60.0);
        let panel = Panel {
            rect,
            x: Axis::exact(0.0, last, "time since the fork", Unit::Seconds),
            y: Axis::linear(low, high, &what, response.unit),
        };
        panel.draw_x_grid(&mut sheet);
        panel.draw_y(&mut sheet);
        panel.draw_x(&mut sheet, place + 1 == shown.len());
        panel.line(&mut sheet, &[(0.0, Some(0.0)), (last, Some(0.0))], Stroke::solid(SOFT, 0.9));
        if let Some(end) = end.filter(|end| *end < last) {
            let stroke = Stroke { colour: SOFT, width: 1.0, dash: Dash::Dotted };
            panel.line(&mut sheet, &[(end, Some(panel.y.low)), (end, Some(panel.y.high))], stroke);
        }
        draw_curves(&mut sheet, &panel, response, body.right);
    }
    Drawing { sheet, words }
}

/// From the lowest to the highest end of an interval of a branch, with 0 between them; the placebo may leave the panel.
fn range(response: &Response) -> (f64, f64) {
    let bins = response.curves.iter().flat_map(|curve| &curve.bins);
    let ends = bins.filter_map(|moment| Some((moment.difference?, moment.half_width.unwrap_or(0.0))));
    let (low, high) =
        ends.fold((0.0_f64, 0.0_f64), |(low, high), (at, half)| (low.min(at - half), high.max(at + half)));
    if low == high { (-1.0, 1.0) } else { (low, high) }
}

fn draw_curves(sheet: &mut Sheet, panel: &Panel, response: &Response, right: f64) {
    let band = |moment: &Moment| {
        let (middle, half) = (moment.difference, moment.half_width);
        (moment.at, middle.zip(half).map(|(middle, half)| (middle - half, middle + half)))
    };
    if let Some(fresh) = &response.fresh {
        panel.band(sheet, &fresh.bins.iter().map(band).collect::<Vec<_>>(), FAINT, 0.6);
    }
    for (number, curve) in response.curves.iter().enumerate() {
        panel.band(sheet, &curve.bins.iter().map(band).collect::<Vec<_>>(), category(number).colour, 0.18);
    }
    let dashed = Stroke { colour: GREY, width: 1.2, dash: Dash::Dashed };
    let random = response.random.iter().map(|random| (random, dashed));
    for (placebo, stroke) in response.fresh.iter().map(|fresh| (fresh, Stroke::solid(GREY, 1.0))).chain(random) {
        let line: Vec<_> = placebo.bins.iter().map(|moment| (moment.at, moment.difference)).collect();
        panel.line(sheet, &line, stroke);
    }
    let mut wished = Vec::new();
    for (number, curve) in response.curves.iter().enumerate() {
        let line: Vec<_> = curve.bins.iter().map(|moment| (moment.at, moment.difference)).collect();
        let paired = curve.bins.iter().take_while(|moment| moment.is_paired).count();
        panel.line(sheet, &line[..paired], Stroke { width: 1.9, ..category(number) });
        panel.line(sheet, &line[paired.saturating_sub(1)..], Stroke { width: 0.9, ..category(number) });
        let last = line.iter().rev().find_map(|&(at, value)| Some(panel.held(at, value?)));
        wished.push(last.unwrap_or((panel.rect.right, panel.rect.bottom)));
    }
    let heights: Vec<f64> = wished.iter().map(|last| last.1).collect();
    for (number, height) in spread(&heights, 15.0, panel.rect.top, panel.rect.bottom).into_iter().enumerate() {
        let (stroke, x) = (category(number), panel.rect.right + 8.0);
        sheet.line(vec![wished[number], (x, height)], Stroke::solid(LEADER, 0.6));
        sheet.line(vec![(x, height), (x + 20.0, height)], stroke);
        let name = font::fitted(&response.curves[number].branch, LABEL_SIZE, right - x - 24.0);
        sheet.text((x + 24.0, height + 4.0), name, LABEL_SIZE, Anchor::Start, INK);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn curve(branch: &str, height: f64, half: f64) -> Curve {
        let moment = |bin: u32| {
            let fade = f64::from(10 - bin) / 10.0;
            let (at, difference) = (60.0 * f64::from(bin + 1), Some(height * fade));
            Moment { at, difference, half_width: Some(half), is_paired: bin < 5 }
        };
        Curve { branch: branch.to_owned(), bins: (0..10).map(moment).collect() }
    }

    fn drawn(half: f64) -> Drawing {
        let curves = vec![curve("cut", 4e-4, half), curve("cut for an hour", -1e-4, half)];
        let fresh = Some(curve("fresh", 1e-5, 1e-5));
        let what = "price of the compute channel per GPU-second".to_owned();
        let random = vec![curve("random cut", 3e-4, half)];
        let response = Response { what, unit: Unit::CreditsPerSecond, curves, fresh, random };
        draw("What follows a cut?", &[response.clone(), response], Some(300.0), "synthetic".to_owned())
    }

    #[test]
    fn the_clearest_response_is_said() {
        let drawing = drawn(1e-5);
        let said = "Clearest is `cut`: after 1min its price of the compute channel per GPU-second is 400 µcredit/s ± 10.0 µcredit/s above that of the trunk.";
        assert_eq!(drawing.words.result, said);
        assert!(drawing.words.lede.contains("chosen at random"));
        assert_eq!(drawing.sheet.misplaced(), Vec::<String>::new());
        assert!(drawn(1.0).words.result.starts_with("No branch is apart"));
    }
}
