//! What a frontier says, and whether its interval can be seen beside it.

use super::frontier::{Estimate, Frontier, Side, axis, contour};
use super::numbers;

/// Where the level is passed along the lowest and along the highest row that passes it, in a sentence.
pub fn result(frontier: &Frontier, level: &str) -> String {
    let columns = frontier.x.values.len();
    let passed = |row: usize| {
        let mut means = frontier.grid[row * columns..(row + 1) * columns].iter();
        let first = means.clone().next()?.as_ref()?.mean >= frontier.level;
        let place = means.position(|estimate| estimate.is_some_and(|e| (e.mean >= frontier.level) != first))?;
        let (from, to) = (frontier.x.values[place - 1], frontier.x.values[place]);
        let (a, b) = (frontier.grid[row * columns + place - 1]?.mean, frontier.grid[row * columns + place]?.mean);
        let axis = axis(&frontier.x);
        let (from, to) = (axis.place(from), axis.place(to));
        Some(axis.value(from + (to - from) * (frontier.level - a) / (b - a)))
    };
    let short = |side: &Side| side.name.split([',', '(']).next().unwrap_or("").trim().to_string();
    let (x, y) = (short(&frontier.x), short(&frontier.y));
    let rows: Vec<(usize, f64)> = (0..frontier.y.values.len()).filter_map(|row| Some((row, passed(row)?))).collect();
    let at = |row: usize| numbers::significant(frontier.y.values[row], 2);
    match &rows[..] {
        [] => format!("No row passes {level}."),
        [only] => format!(
            "{level} is passed at a {x} of {} where the {y} is {}.",
            numbers::significant(only.1, 2),
            at(only.0)
        ),
        [first, .., last] => format!(
            "{level} is passed at a {x} of {} where the {y} is {}, and of {} where it is {}.",
            numbers::significant(first.1, 2),
            at(first.0),
            numbers::significant(last.1, 2),
            at(last.0)
        ),
    }
}

/// Whether the lines of both ends of the interval run within two pixels of the line itself, on a picture of usual size.
pub fn is_narrow(frontier: &Frontier) -> bool {
    const NEAR: f64 = 2.0 / 400.0;
    let (x, y) = (axis(&frontier.x), axis(&frontier.y));
    let placed = |value: fn(&Estimate) -> f64| -> Vec<Vec<(f64, f64)>> {
        let lines = contour(frontier, value).into_iter();
        lines.map(|line| line.into_iter().map(|(a, b)| (x.place(a), y.place(b))).collect()).collect()
    };
    let middle = placed(|estimate| estimate.mean);
    let is_near = |point: &(f64, f64)| {
        middle.iter().flat_map(|line| line.windows(2)).any(|ends| distance(*point, ends[0], ends[1]) < NEAR)
    };
    let ends = [placed(|estimate| estimate.low), placed(|estimate| estimate.high)];
    !middle.is_empty() && ends.iter().flatten().flatten().all(is_near)
}

/// From a point to a stretch of line.
fn distance(point: (f64, f64), from: (f64, f64), to: (f64, f64)) -> f64 {
    let (along, up) = (to.0 - from.0, to.1 - from.1);
    let square = along * along + up * up;
    let t = if square > 0.0 { ((point.0 - from.0) * along + (point.1 - from.1) * up) / square } else { 0.0 };
    let t = t.clamp(0.0, 1.0);
    let (dx, dy) = (point.0 - from.0 - t * along, point.1 - from.1 - t * up);
    (dx * dx + dy * dy).sqrt()
}
