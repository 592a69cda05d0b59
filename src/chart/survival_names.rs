//! The names of curves in a chart of crossings, set so that none is read as a value.

use super::font;
use super::palette::{INK, LEADER, category};
use super::panel::{LABEL_SIZE, Panel, spread};
use super::sheet::{self, Anchor, Sheet, Stroke};
use super::survival_curves::{Curve, Survival};

/// The width beside the panel that names of curves need.
pub fn names_room(survival: &Survival) -> f64 {
    let widest = survival.curves.iter().map(|curve| font::room(&curve.name, LABEL_SIZE)).fold(0.0, f64::max);
    if widest > 0.0 { (widest + 44.0).min(280.0) } else { 16.0 }
}

/// Every curve by name: beside the panel where the curve reaches its right end, else beside its last crossing. No line
/// leads across the panel, where it would be read as data.
pub fn draw_names(sheet: &mut Sheet, panel: &Panel, survival: &Survival, right: f64) {
    let end = survival.curves.iter().flat_map(|curve| &curve.found).map(|found| found.x).fold(f64::MIN, f64::max);
    let last = |(number, curve): (usize, &Curve)| {
        let found = curve.found.iter().rev().find_map(|found| Some((found.x, found.crossing?)))?;
        (!curve.name.is_empty()).then(|| (number, found.0 == end, panel.held(found.0, found.1)))
    };
    let named: Vec<_> = survival.curves.iter().enumerate().filter_map(last).collect();
    let (beside, within): (Vec<_>, Vec<_>) = named.into_iter().partition(|(_, at_end, _)| *at_end);
    let wished: Vec<f64> = beside.iter().map(|(_, _, at)| at.1).collect();
    let heights = spread(&wished, 16.0, panel.rect.top + 6.0, panel.rect.bottom - 6.0);
    for ((number, _, at), height) in beside.into_iter().zip(heights) {
        let (stroke, x) = (category(number), panel.rect.right + 10.0);
        sheet.line(vec![(at.0 + 6.0, at.1), (x, height)], Stroke::solid(LEADER, 0.6));
        sheet.line(vec![(x, height), (x + 24.0, height)], stroke);
        let name = font::fitted(&survival.curves[number].name, LABEL_SIZE, right - x - 28.0);
        sheet.text((x + 28.0, height + 4.0), name, LABEL_SIZE, Anchor::Start, INK);
    }
    let mut taken: Vec<[f64; 4]> = Vec::new();
    for (number, _, at) in within {
        let name = &survival.curves[number].name;
        let (from, anchor) = free_place(panel, survival, name, at, &taken);
        let (left, right) = sheet::extent(name, LABEL_SIZE, anchor);
        taken.push([from.0 + left, from.1 - LABEL_SIZE, from.0 + right * font::SUBSTITUTE, from.1 + 4.0]);
        sheet.text(from, name, LABEL_SIZE, anchor, INK);
    }
}

/// A place beside a point for a name, and how it is anchored: of six that which lies furthest from all curves.
fn free_place(
    panel: &Panel,
    survival: &Survival,
    name: &str,
    at: (f64, f64),
    taken: &[[f64; 4]],
) -> ((f64, f64), Anchor) {
    let places = [(9.0, 4.0), (6.0, -9.0), (6.0, 17.0), (-9.0, 4.0), (-6.0, -9.0), (-6.0, 17.0)];
    let mut ink: Vec<(f64, f64)> = taken.iter().map(|[l, t, r, b]| (0.5 * (l + r), 0.5 * (t + b))).collect();
    for curve in &survival.curves {
        let points: Vec<_> =
            curve.found.iter().filter_map(|found| Some(panel.held(found.x, found.crossing?))).collect();
        ink.extend(points.iter().copied().filter(|point| *point != at));
        let steps = |pair: &[(f64, f64)]| {
            let (from, to) = (pair[0], pair[1]);
            (1..24).map(move |step| {
                let t = f64::from(step) / 24.0;
                (from.0 + t * (to.0 - from.0), from.1 + t * (to.1 - from.1))
            })
        };
        ink.extend(points.windows(2).flat_map(steps));
    }
    let clearance = |(right, down): (f64, f64)| {
        let width = font::room(name, LABEL_SIZE);
        let left = at.0 + right - if right < 0.0 { width } else { 0.0 };
        let (top, bottom) = (at.1 + down - 0.75 * LABEL_SIZE, at.1 + down + 3.0);
        let away = |(x, y): &(f64, f64)| {
            let (across, along) = ((left - x).max(x - left - width).max(0.0), (top - y).max(y - bottom).max(0.0));
            across * across + along * along
        };
        let rect = panel.rect;
        let is_inside = left > rect.left && left + width < rect.right && top > rect.top && bottom < rect.bottom;
        if is_inside { ink.iter().map(away).fold(400.0, f64::min) } else { -1.0 }
    };
    let mut best = places[0];
    for place in places {
        if clearance(place) > clearance(best) {
            best = place;
        }
    }
    let anchor = if best.0 < 0.0 { Anchor::End } else { Anchor::Start };
    ((at.0 + best.0, at.1 + best.1), anchor)
}
