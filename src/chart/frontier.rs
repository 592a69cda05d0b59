//! A frontier: a probability over two axes as a heat map, with the line where it crosses a level and the lines where the ends
//! of its interval do. Where those lie far apart, the frontier is not known well.

use super::axis::Axis;
use super::frontier_words::{is_narrow, result};
use super::numbers::{self, Unit};
use super::page::{self, Drawing, Words};
use super::palette::{BLACK, INK, SOFT, WHITE, viridis};
use super::panel::{LABEL_SIZE, Panel, Rect, TICK_SIZE};
use super::sheet::{Anchor, Dash, Sheet, Stroke};

/// One axis of a frontier.
#[derive(Clone, Debug, PartialEq)]
pub struct Side {
    /// What is varied.
    pub name: String,
    /// Its unit; values are in the base unit.
    pub unit: Unit,
    /// Whether it is shown by its logarithm; all values must then be positive.
    pub logarithmic: bool,
    /// Rising, at least two.
    pub values: Vec<f64>,
}

/// The estimate at one point of the grid.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The probability.
    pub mean: f64,
    /// The lower end of its 95 % interval.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

/// What a frontier is drawn from.
#[derive(Clone, Debug, PartialEq)]
pub struct Frontier {
    /// What is shown, as the title.
    pub title: String,
    /// What the colour shows, such as `the share of jobs used`.
    pub what: String,
    /// From left to right.
    pub x: Side,
    /// From the bottom up.
    pub y: Side,
    /// Row by row: all x at the lowest y, then at the next; none where nothing is known.
    pub grid: Vec<Option<Estimate>>,
    /// The level whose crossing is the frontier, inside (0, 1).
    pub level: f64,
    /// Points (x, y) that were simulated; where estimates are interpolated these are fewer than the grid's.
    pub sampled: Vec<(f64, f64)>,
    /// Where it comes from: study, seed, version, n.
    pub caption: String,
}

/// A piece of a contour between two points (x, y).
pub type Piece = ((f64, f64), (f64, f64));

/// Draws a frontier. An error says what is wrong with the data.
pub fn draw(frontier: &Frontier) -> Result<Drawing, String> {
    check(frontier)?;
    let level = format!("{} %", numbers::plain(100.0 * frontier.level));
    // Ends that lie under the line itself are said, not drawn: dashes inside a line cannot be read.
    let is_narrow = is_narrow(frontier);
    let ends = match is_narrow {
        true => "its 95 % interval is no wider than the line",
        false => "dashed and dotted: where the lower and the upper end of its 95 % interval are",
    };
    let words = Words {
        title: frontier.title.clone(),
        result: result(frontier, &level),
        lede: format!("Colour: {}. Line: where it is {level}; {ends}. Rings: points simulated.", frontier.what),
        caption: frontier.caption.clone().into(),
    };
    let (mut sheet, body) = page::begin(760.0, 500.0, &words);
    let panel = Panel {
        rect: Rect {
            left: body.left + 60.0,
            top: body.top + 34.0,
            right: body.right - 108.0,
            bottom: body.bottom - 44.0,
        },
        x: axis(&frontier.x),
        y: axis(&frontier.y),
    };
    draw_cells(&mut sheet, &panel, frontier);
    panel.draw_x(&mut sheet, true);
    draw_y_ticks(&mut sheet, &panel);
    // The frontier itself lies over the ends of its interval.
    let values: [fn(&Estimate) -> f64; 3] =
        [|estimate| estimate.low, |estimate| estimate.high, |estimate| estimate.mean];
    let lines = values.iter().zip([(Dash::Dashed, 1.5), (Dash::Dotted, 1.5), (Dash::Solid, 2.5)]);
    for (value, (dash, width)) in lines.skip(if is_narrow { 2 } else { 0 }) {
        for line in contour(frontier, *value) {
            let points: Vec<(f64, f64)> = line.into_iter().map(|(x, y)| panel.at(x, y)).collect();
            // White below black is seen on every colour of the field.
            sheet.line(points.clone(), Stroke::solid(WHITE, width + 1.5));
            sheet.line(points, Stroke { colour: BLACK, width, dash });
        }
    }
    for &(x, y) in &frontier.sampled {
        sheet.dot(panel.at(x, y), 3.5, WHITE, true);
        sheet.dot(panel.at(x, y), 3.0, BLACK, false);
    }
    draw_bar(&mut sheet, &panel, frontier.level);
    Ok(Drawing { sheet, words })
}

fn check(frontier: &Frontier) -> Result<(), String> {
    for side in [&frontier.x, &frontier.y] {
        let name = &side.name;
        if side.values.len() < 2 || !side.values.is_sorted_by(|a, b| a < b) {
            return Err(format!("a frontier needs two rising values or more of `{name}`"));
        }
        if side.logarithmic && side.values[0] <= 0.0 {
            return Err(format!("`{name}` has a value that is not positive and no logarithm"));
        }
    }
    let cells = frontier.x.values.len() * frontier.y.values.len();
    match frontier.grid.len() == cells {
        true => Ok(()),
        false => Err(format!("a frontier of {cells} points has {} estimates", frontier.grid.len())),
    }
}

/// The axis from the outer edges of the first and last cell.
pub fn axis(side: &Side) -> Axis {
    let edges = edges(side);
    let (low, high) = (edges[0], edges[edges.len() - 1]);
    match side.logarithmic {
        true => Axis::logarithmic(low, high, &side.name, side.unit),
        false => Axis::exact(low, high, &side.name, side.unit),
    }
}

/// The edges of the cells around values: half way between neighbours, as the axis measures.
fn edges(side: &Side) -> Vec<f64> {
    let middle = |a: f64, b: f64| if side.logarithmic { (a * b).sqrt() } else { 0.5 * (a + b) };
    let mirrored = |a: f64, b: f64| if side.logarithmic { a * a / b } else { 2.0 * a - b };
    let values = &side.values;
    let mut edges: Vec<f64> = values.windows(2).map(|pair| middle(pair[0], pair[1])).collect();
    let (first, last) = (edges[0], edges[edges.len() - 1]);
    edges.insert(0, mirrored(values[0], first));
    edges.push(mirrored(values[values.len() - 1], last));
    edges
}

fn draw_cells(sheet: &mut Sheet, panel: &Panel, frontier: &Frontier) {
    let (x, y) = (edges(&frontier.x), edges(&frontier.y));
    // Each cell reaches a little under its neighbours, so that no ground shines through between them.
    let rect = panel.rect;
    for (place, estimate) in frontier.grid.iter().enumerate() {
        let (column, row) = (place % frontier.x.values.len(), place / frontier.x.values.len());
        let (one, other) = (panel.at(x[column], y[row]), panel.at(x[column + 1], y[row + 1]));
        match estimate {
            Some(estimate) => {
                let under = ((other.0 + 1.0).min(rect.right), (other.1 - 1.0).max(rect.top));
                sheet.block(one, under, viridis(estimate.mean), 1.0);
            }
            // What is not known is crossed out, not coloured.
            None => sheet.line(vec![one, other], Stroke::solid(SOFT, 0.75)),
        }
    }
}

fn draw_y_ticks(sheet: &mut Sheet, panel: &Panel) {
    let Rect { left, top, bottom, .. } = panel.rect;
    sheet.line(vec![(left, top), (left, bottom)], Stroke::solid(SOFT, 1.0));
    for (value, label) in &panel.y.ticks {
        let y = panel.at(panel.x.low, *value).1;
        sheet.line(vec![(left - 4.5, y), (left, y)], Stroke::solid(SOFT, 1.0));
        sheet.text((left - 8.0, y + 0.34 * TICK_SIZE), label, TICK_SIZE, Anchor::End, SOFT);
    }
    for value in &panel.y.small_ticks {
        let y = panel.at(panel.x.low, *value).1;
        sheet.line(vec![(left - 2.5, y), (left, y)], Stroke::solid(SOFT, 0.75));
    }
    sheet.text((left - 40.0, top - 12.0), &panel.y.title, LABEL_SIZE, Anchor::Start, INK);
}

/// The colours with their probabilities, to the right.
fn draw_bar(sheet: &mut Sheet, panel: &Panel, level: f64) {
    let (left, top, bottom) = (panel.rect.right + 30.0, panel.rect.top, panel.rect.bottom);
    let at = |share: f64| bottom - share * (bottom - top);
    for step in 0..100 {
        let share = f64::from(step) / 100.0;
        let upper = (at(share + 0.01) - 1.0).max(top);
        sheet.block((left, at(share)), (left + 16.0, upper), viridis(share + 0.005), 1.0);
    }
    for tick in 0..=5 {
        let share = f64::from(tick) / 5.0;
        let text = format!("{} %", 20 * tick);
        sheet.line(vec![(left + 16.0, at(share)), (left + 20.0, at(share))], Stroke::solid(SOFT, 1.0));
        sheet.text((left + 24.0, at(share) + 0.34 * TICK_SIZE), text, TICK_SIZE, Anchor::Start, SOFT);
    }
    sheet.line(vec![(left - 3.0, at(level)), (left + 19.0, at(level))], Stroke::solid(WHITE, 4.0));
    sheet.line(vec![(left - 3.0, at(level)), (left + 19.0, at(level))], Stroke::solid(BLACK, 2.0));
}

/// The lines on which a value of the estimates is the frontier's level, by marching squares between the points of the grid
/// (Lorensen and Cline 1987, in the plane). A cell with an unknown corner has none.
pub fn contour(frontier: &Frontier, value: fn(&Estimate) -> f64) -> Vec<Vec<(f64, f64)>> {
    let (columns, rows) = (frontier.x.values.len(), frontier.y.values.len());
    let at = |column: usize, row: usize| frontier.grid[row * columns + column].map(|e| value(&e) - frontier.level);
    let mut pieces = Vec::new();
    for row in 0..rows - 1 {
        for column in 0..columns - 1 {
            let corners = [(column, row), (column + 1, row), (column + 1, row + 1), (column, row + 1)];
            let heights: Vec<f64> = corners.iter().filter_map(|&(column, row)| at(column, row)).collect();
            if let [a, b, c, d] = heights[..] {
                pieces.extend(cell(frontier, corners, [a, b, c, d]));
            }
        }
    }
    joined(pieces)
}

/// The pieces of a contour in one cell, whose corners go round.
fn cell(frontier: &Frontier, corners: [(usize, usize); 4], heights: [f64; 4]) -> Vec<Piece> {
    let is_above = |corner: usize| heights[corner] >= 0.0;
    let crossings: Vec<(f64, f64)> = (0..4)
        .filter(|&corner| is_above(corner) != is_above((corner + 1) % 4))
        .map(|corner| {
            let next = (corner + 1) % 4;
            // The grid's neighbours in one order, so that both cells of an edge find the same point.
            let (from, to) = if corners[corner] < corners[next] { (corner, next) } else { (next, corner) };
            let t = heights[from] / (heights[from] - heights[to]);
            let between = |side: &Side, from: usize, to: usize| {
                let axis = axis(side);
                let (from, to) = (axis.place(side.values[from]), axis.place(side.values[to]));
                // Exact at both ends, so that lines through a point of the grid meet there.
                axis.value((1.0 - t) * from + t * to)
            };
            let (x, y) = ((corners[from].0, corners[to].0), (corners[from].1, corners[to].1));
            (between(&frontier.x, x.0, x.1), between(&frontier.y, y.0, y.1))
        })
        .collect();
    let pieces = match crossings[..] {
        [one, other] => vec![(one, other)],
        // A saddle: the mean of the corners says which of the two ways it is.
        [a, b, c, d] => match (heights.iter().sum::<f64>() >= 0.0) == is_above(0) {
            true => vec![(a, b), (c, d)],
            false => vec![(d, a), (b, c)],
        },
        _ => Vec::new(),
    };
    // A cell that the line touches at a corner alone has no piece of it.
    pieces.into_iter().filter(|(from, to)| from != to).collect()
}

/// Joins pieces at their common ends into lines.
fn joined(pieces: Vec<Piece>) -> Vec<Vec<(f64, f64)>> {
    let mut left = pieces;
    let mut lines = Vec::new();
    while let Some((from, to)) = left.pop() {
        let mut line = vec![from, to];
        for _ in 0..2 {
            while let Some(place) =
                left.iter().position(|piece| piece.0 == line[line.len() - 1] || piece.1 == line[line.len() - 1])
            {
                let (one, other) = left.swap_remove(place);
                line.push(if one == line[line.len() - 1] { other } else { one });
            }
            line.reverse();
        }
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The probability x/(x + y) over powers of two: the level one half lies on x = y.
    fn synthetic() -> Frontier {
        let values: Vec<f64> = (0..9).map(|power| 0.0625 * f64::from(1 << power)).collect();
        let side =
            |name: &str| Side { name: name.to_string(), unit: Unit::Plain, logarithmic: true, values: values.clone() };
        let estimate = |x: f64, y: f64| {
            let mean = x / (x + y);
            Some(Estimate { mean, low: x / (x + 2.0 * y), high: 2.0 * x / (2.0 * x + y) })
        };
        let grid = values.iter().flat_map(|&y| values.iter().map(move |&x| estimate(x, y))).collect();
        let sampled = values.iter().step_by(2).flat_map(|&y| values.iter().step_by(2).map(move |&x| (x, y))).collect();
        Frontier {
            title: "Where computations survive".to_string(),
            what: "the share of jobs used".to_string(),
            x: side("value over cost"),
            y: side("cost of checking"),
            grid,
            level: 0.5,
            sampled,
            caption: "synthetic".to_string(),
        }
    }

    #[test]
    fn the_contour_lies_where_the_level_is_crossed() {
        let frontier = synthetic();
        let lines = contour(&frontier, |estimate| estimate.mean);
        assert_eq!(lines.len(), 1, "one line through all cells");
        for &(x, y) in &lines[0] {
            assert!((x / y - 1.0).abs() < 1e-9, "{x} {y}");
        }
        // The lower end x/(x + 2y) is one half on x = 2y.
        for &(x, y) in contour(&frontier, |estimate| estimate.low).iter().flatten() {
            assert!((x / y - 2.0).abs() < 1e-9, "{x} {y}");
        }
        let mut blind = frontier.clone();
        blind.grid.iter_mut().for_each(|estimate| *estimate = None);
        assert!(contour(&blind, |estimate| estimate.mean).is_empty());
        draw(&blind).unwrap();
    }

    #[test]
    fn a_closed_contour_comes_back_to_its_start() {
        let mut frontier = synthetic();
        let middle = 4;
        for (place, estimate) in frontier.grid.iter_mut().enumerate() {
            let mean = if (place % 9, place / 9) == (middle, middle) { 0.9 } else { 0.1 };
            *estimate = Some(Estimate { mean, low: mean, high: mean });
        }
        let lines = contour(&frontier, |estimate| estimate.mean);
        assert_eq!((lines.len(), lines[0].len()), (1, 5));
        assert_eq!(lines[0][0], lines[0][4]);
    }

    #[test]
    fn wrong_data_are_an_error() {
        let mut frontier = synthetic();
        frontier.grid.pop();
        assert_eq!(draw(&frontier).unwrap_err(), "a frontier of 81 points has 80 estimates");
        frontier = synthetic();
        frontier.x.values[0] = 0.0;
        assert_eq!(draw(&frontier).unwrap_err(), "`value over cost` has a value that is not positive and no logarithm");
        frontier = synthetic();
        frontier.y.values.reverse();
        assert!(draw(&frontier).unwrap_err().contains("two rising values"));
    }
}
