//! Delays of checks as they were quoted and as they were: by method, the means of each tenth of its jobs by quoted delay, beside the
//! line on which both are equal.

use super::axis::Axis;
use super::font;
use super::numbers::{self, Unit};
use super::page::{self, Caption, Drawing, Words};
use super::palette::{INK, SOFT, category};
use super::panel::{LABEL_SIZE, Panel, Rect, TICK_SIZE};
use super::sheet::{Anchor, Dash, Sheet, Stroke};
use super::source::{Columns, NEVER, Sources};
use crate::stats::calibration::tenths;

/// What a method promised and kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    /// The method.
    pub method: String,
    /// Jobs.
    pub jobs: u64,
    /// Means of the tenths in seconds: quoted, realised.
    pub points: Vec<(f64, f64)>,
}

/// A method with fewer jobs has no curve: its tenths would be of fewer than ten.
const JOBS_LEAST: usize = 100;

const COLUMNS: &[&str] = &[
    "method",
    "fate",
    "use_at",
    "asked_ns",
    "answered_ns",
    "final_ns",
    "closed_ns",
    "deadline_ns",
    "quoted_checks_ns",
    "attempts",
    "renegotiations",
];

/// Draws the chart.
pub fn chart(sources: &Sources) -> Result<Drawing, String> {
    let from = sources.run.counted_from();
    let mut methods: Vec<(String, Vec<(f64, f64)>)> = Vec::new();
    sources.run.pieces("jobs", COLUMNS, &mut |table| collect(table, from, &mut methods))?;
    methods.sort_by(|a, b| b.1.len().cmp(&a.1.len()).then_with(|| a.0.cmp(&b.0)));
    let curves: Vec<Curve> = methods.iter().filter_map(|(method, pairs)| curve(method, pairs)).collect();
    if curves.is_empty() {
        return Err(format!("no method has {JOBS_LEAST} jobs whose checks were quoted to take any time and took some"));
    }
    let jobs = numbers::count(curves.iter().map(|curve| curve.jobs).sum());
    Ok(draw(&curves, sources.run.path_caption(&format!("n = {jobs} jobs"))))
}

/// Adds the jobs of a piece of the table whose checks ended: placed once and never quoted anew, so that one quote stands against one delay.
fn collect(table: &Columns, from: u64, methods: &mut Vec<(String, Vec<(f64, f64)>)>) -> Result<(), String> {
    let ((method, names), (fate, fates), (use_at, uses)) =
        (table.text("method")?, table.text("fate")?, table.text("use_at")?);
    let whole = |name: &str| table.whole(name);
    let (asked, answered, finals, closed) =
        (whole("asked_ns")?, whole("answered_ns")?, whole("final_ns")?, whole("closed_ns")?);
    let (deadline, quoted) = (whole("deadline_ns")?, whole("quoted_checks_ns")?);
    let (attempts, renegotiations) = (whole("attempts")?, whole("renegotiations")?);
    let is = |places: &[Option<u32>], texts: &[String], row: usize, word: &str| {
        places[row].is_some_and(|place| texts[place as usize] == word)
    };
    for row in 0..asked.len() {
        let (Some(place), false) = (method[row], answered[row] == NEVER || quoted[row] == NEVER) else { continue };
        let is_late = is(&fate, &fates, row, "late") && closed[row] <= deadline[row];
        let is_once = attempts[row] == 1 && renegotiations[row] == 0;
        let is_open = is(&fate, &fates, row, "censored") || is_late;
        if asked[row] < from || !is_once || is_open || answered[row] > deadline[row] {
            continue;
        }
        // Nobody waits longer than to the deadline, unless the answer is used at once.
        let most = match deadline[row] == NEVER || is(&use_at, &uses, row, "answered") {
            true => f64::INFINITY,
            false => seconds(deadline[row] - answered[row]),
        };
        let end = if finals[row] == NEVER { closed[row] } else { finals[row] };
        let pair = (seconds(quoted[row]).min(most), seconds(end.saturating_sub(answered[row])).min(most));
        let name = &names[place as usize];
        match methods.iter_mut().find(|(known, _)| known == name) {
            Some((_, pairs)) => pairs.push(pair),
            None => methods.push((name.clone(), vec![pair])),
        }
    }
    Ok(())
}

fn seconds(nanos: u64) -> f64 {
    nanos as f64 * 1e-9
}

/// The tenths of a method; none of few jobs, or where nothing was quoted.
pub fn curve(method: &str, pairs: &[(f64, f64)]) -> Option<Curve> {
    let means = tenths(pairs).into_iter().filter_map(|tenth| tenth.means());
    // What took no time on the average has no place on a logarithmic axis.
    let points: Vec<(f64, f64)> = means.map(|[a, b]| (a, b)).filter(|&(a, b)| a > 0.0 && b > 0.0).collect();
    let is_shown = pairs.len() >= JOBS_LEAST && !points.is_empty();
    is_shown.then(|| Curve { method: method.to_string(), jobs: pairs.len() as u64, points })
}

/// Where quote and outcome are furthest apart.
fn result(curves: &[Curve]) -> String {
    let all = curves.iter().flat_map(|curve| curve.points.iter().map(move |point| (curve, point)));
    let apart = |(quoted, realised): &(f64, f64)| (realised / quoted).max(quoted / realised);
    let Some((curve, (quoted, realised))) = all.max_by(|a, b| apart(a.1).total_cmp(&apart(b.1))) else {
        return String::new();
    };
    let most = quoted.max(*realised);
    let [quoted, realised] = [*quoted, *realised].map(|value| numbers::measured_beside(value, Unit::Seconds, most));
    format!("Furthest from its quote is `{}`: where {quoted} was quoted, checks took {realised}.", curve.method)
}

/// Draws the curves. Panics where there is none.
pub fn draw(curves: &[Curve], caption: impl Into<Caption>) -> Drawing {
    let words = Words {
        title: "Do checks take as long as quoted?".to_string(),
        result: result(curves),
        lede: format!(
            "From the answer to the end of all checks: the means of each tenth of a method's jobs by quoted delay. On the \
             dotted line both are equal. Jobs placed once and not quoted anew; methods with {JOBS_LEAST} of them."
        ),
        caption: caption.into(),
    };
    let (mut sheet, body) = page::begin(720.0, 460.0, &words);
    let side = body.height() - 78.0;
    let (left, top) = (body.left + 48.0, body.top + 34.0);
    let values = || curves.iter().flat_map(|curve| curve.points.iter().flat_map(|&(a, b)| [a, b]));
    let (low, high) = (values().fold(f64::INFINITY, f64::min), values().fold(0.0, f64::max));
    let (low, high) = (0.8 * low, 1.25 * high);
    // Within a decade a logarithmic axis has hardly a number on it.
    let axis = |what: &str| match high < 10.0 * low {
        true => Axis::linear(low, high, what, Unit::Seconds),
        false => Axis::logarithmic(low, high, what, Unit::Seconds),
    };
    let panel = Panel {
        rect: Rect { left, top, right: left + side, bottom: top + side },
        x: axis("quoted"),
        y: axis("realised"),
    };
    panel.draw(&mut sheet);
    let equal = Stroke { colour: SOFT, width: 1.0, dash: Dash::Dotted };
    panel.line(&mut sheet, &[(panel.x.low, Some(panel.x.low)), (panel.x.high, Some(panel.x.high))], equal);
    for (number, curve) in curves.iter().enumerate() {
        let line: Vec<_> = curve.points.iter().map(|&(quoted, realised)| (quoted, Some(realised))).collect();
        panel.line(&mut sheet, &line, category(number));
        for &(quoted, realised) in &curve.points {
            sheet.dot(panel.at(quoted, realised), 2.6, category(number).colour, true);
        }
    }
    draw_names(&mut sheet, &panel, curves, body.right);
    Drawing { sheet, words }
}

fn draw_names(sheet: &mut Sheet, panel: &Panel, curves: &[Curve], right: f64) {
    for (number, curve) in curves.iter().enumerate() {
        let (x, height) = (panel.rect.right + 24.0, panel.rect.top + 10.0 + 34.0 * number as f64);
        sheet.line(vec![(x, height), (x + 22.0, height)], category(number));
        sheet.dot((x + 11.0, height), 2.6, category(number).colour, true);
        let name = font::fitted(&curve.method, LABEL_SIZE, right - x - 27.0);
        sheet.text((x + 27.0, height + 4.0), name, LABEL_SIZE, Anchor::Start, INK);
        let jobs = format!("{} jobs", numbers::count(curve.jobs));
        sheet.text((x + 27.0, height + 17.0), jobs, TICK_SIZE, Anchor::Start, SOFT);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A hundred quotes of one to a hundred seconds, each kept to the half: ten points on a line below the diagonal.
    #[test]
    fn quotes_that_are_kept_by_half_are_said_to_be() {
        let pairs: Vec<(f64, f64)> = (1..=100).map(|number| (f64::from(number), 0.5 * f64::from(number))).collect();
        let halved = curve("halved", &pairs).expect("a hundred jobs");
        assert_eq!((halved.points.len(), halved.points[0]), (10, (5.5, 2.75)));
        let drawing = draw(&[halved], String::new());
        let said = "Furthest from its quote is `halved`: where 95.5 s was quoted, checks took 47.8 s.";
        assert_eq!(drawing.words.result, said);
        assert_eq!(drawing.sheet.misplaced(), Vec::<String>::new());
    }

    #[test]
    fn what_is_not_quoted_has_no_curve() {
        assert_eq!(curve("none", &[(0.0, 0.0); 500]), None);
        assert_eq!(curve("rare", &[(1.0, 1.0); 99]), None);
    }
}
