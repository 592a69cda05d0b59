//! What a chart of crossings says: its result and how to read it.

use super::numbers;
use super::survival_curves::{Curve, CurvePoint, Survival};

/// The result in a sentence or two: which curve crosses furthest from the first one and where, and which cross nowhere.
pub fn result(survival: &Survival) -> String {
    let parts = [compared(survival).or_else(|| alone(survival)), never(survival)];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// How to read the chart.
pub fn lede(survival: &Survival) -> String {
    let Survival { measure, level, .. } = survival;
    let y = short(&survival.y.title);
    let mut lede =
        format!("Each disc is the {y} at which the {} passes {level}; shaded: 95 % intervals.", measure.trim());
    let all = || survival.curves.iter().flat_map(|curve| &curve.found);
    let is_open = |found: &CurvePoint| {
        !found.below && !found.above && !found.failed && (found.ends.0.is_none() || found.ends.1.is_none())
    };
    if all().any(is_open) {
        lede.push_str(" Rings with arrows: the interval has no end there.");
    }
    if all().any(|found| found.again) {
        lede.push_str(" Discs in rings: the first of several crossings.");
    }
    match all().filter(|found| found.failed).count() {
        0 => {}
        1 => lede.push_str(" Gaps: 1 search with failed runs."),
        failed => lede.push_str(&format!(" Gaps: {failed} searches with failed runs.")),
    }
    // A search that finds both ends on one side tries the quarters between them and no more.
    let (low, high) = survival.y.ends;
    let tried = format!("at all five values tried, from {} to {}", numbers::plain(low), numbers::plain(high));
    match (all().any(|found| found.below), all().any(|found| found.above)) {
        (true, true) => lede.push_str(&format!(" Triangles: it stays on one side of {level} {tried}.")),
        (true, false) => lede.push_str(&format!(" Triangles: it stays below {level} {tried}.")),
        (false, true) => lede.push_str(&format!(" Triangles: it stays above {level} {tried}.")),
        (false, false) => {}
    }
    lede
}

/// What stands in a strip beyond the end of the axis.
pub fn strip(survival: &Survival, is_below: bool) -> String {
    let (low, high) = survival.y.ends;
    let side = if is_below { "below" } else { "above" };
    let (low, high) = (numbers::plain(low), numbers::plain(high));
    format!("never reached: {side} {} at every value tried, {low} to {high}", survival.level)
        .replace("never reached: above", "always reached: above")
}

/// The furthest crossing from that of the first curve at the same x.
fn compared(survival: &Survival) -> Option<String> {
    let (first, others) = survival.curves.split_first()?;
    let mut furthest: Option<(f64, f64, &Curve)> = None;
    for other in others {
        for found in &other.found {
            let (Some(crossing), Some(base)) = (found.crossing, crossing_at(first, found.x)) else { continue };
            let ratio = crossing / base;
            if base > 0.0 && ratio.is_finite() && furthest.is_none_or(|(most, _, _)| ratio > most) {
                furthest = Some((ratio, found.x, other));
            }
        }
    }
    let (ratio, x, other) = furthest?;
    let times = numbers::significant(ratio, 2);
    let y = short(&survival.y.title);
    Some(format!("{}, “{}” takes {times} times the {y} that “{}” takes.", where_x(survival, x), other.name, first.name))
}

/// Where the only curve begins and ends.
fn alone(survival: &Survival) -> Option<String> {
    let [curve] = &survival.curves[..] else { return None };
    let mut crossed = curve.found.iter().filter_map(|found| Some((found.x, found.crossing?)));
    let (first, last) = (crossed.next()?, crossed.next_back()?);
    let number = |value: f64| numbers::significant(value, 3);
    let y = short(&survival.y.title);
    Some(format!(
        "{} the {y} is {}, {} it is {}.",
        where_x(survival, first.0),
        number(first.1),
        lower(&where_x(survival, last.0)),
        number(last.1)
    ))
}

/// The curves that stay on one side somewhere.
fn never(survival: &Survival) -> Option<String> {
    let said = |curve: &Curve, is_in: fn(&CurvePoint) -> bool| -> Option<String> {
        let first = curve.found.iter().position(is_in)?;
        let name = if curve.name.is_empty() { "it".to_string() } else { format!("“{}”", curve.name) };
        let count = curve.found.iter().filter(|found| is_in(found)).count();
        Some(match survival.x_names.is_empty() {
            _ if count == curve.found.len() => format!("{name} everywhere"),
            true if curve.found[first..].iter().all(is_in) => {
                format!("{name} from {} on", numbers::plain(curve.found[first].x))
            }
            true if curve.found[..count].iter().all(is_in) => {
                format!("{name} up to {}", numbers::plain(curve.found[count - 1].x))
            }
            _ => format!("{name} in {count} places of {}", curve.found.len()),
        })
    };
    let all = |is_in: fn(&CurvePoint) -> bool| {
        let parts: Vec<String> = survival.curves.iter().filter_map(|curve| said(curve, is_in)).collect();
        (!parts.is_empty()).then(|| parts.join(", "))
    };
    let level = &survival.level;
    let below = all(|found| found.below).map(|curves| format!("No value tried reaches {level}: {curves}."));
    let above = all(|found| found.above).map(|curves| format!("Every value tried passes {level}: {curves}."));
    let parts: Vec<String> = [below, above].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}

fn crossing_at(curve: &Curve, x: f64) -> Option<f64> {
    curve.found.iter().find(|found| found.x == x)?.crossing
}

/// Where the cost of checking is 0.1.
fn where_x(survival: &Survival, x: f64) -> String {
    match survival.x_names.get(x as usize) {
        Some(name) => format!("With “{name}”"),
        None => format!("Where the {} is {}", short(&survival.x), numbers::plain(x)),
    }
}

/// A title without what explains it further: up to a comma or a bracket.
fn short(title: &str) -> &str {
    title.split([',', '(']).next().unwrap_or(title).trim()
}

fn lower(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_lowercase().chain(letters).collect())
}
