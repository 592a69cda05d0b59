//! A panel: a rectangle of a sheet with two axes, and what is drawn in their units.

use super::axis::Axis;
use super::font;
use super::palette::{FAINT, INK, SOFT};
use super::sheet::{Anchor, Colour, Sheet, Stroke};

/// The size of labels at ticks.
pub const TICK_SIZE: f64 = 11.0;
/// The size of the titles of axes and of labels in a panel.
pub const LABEL_SIZE: f64 = 12.0;

/// A rectangle of a sheet.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rect {
    /// Its left side.
    pub left: f64,
    /// Its upper side.
    pub top: f64,
    /// Its right side.
    pub right: f64,
    /// Its lower side.
    pub bottom: f64,
}

impl Rect {
    /// Its width.
    pub fn width(&self) -> f64 {
        self.right - self.left
    }

    /// Its height.
    pub fn height(&self) -> f64 {
        self.bottom - self.top
    }
}

/// A rectangle with axes.
#[derive(Clone, Debug)]
pub struct Panel {
    /// Where the data are drawn; ticks and titles stand outside.
    pub rect: Rect,
    /// From left to right.
    pub x: Axis,
    /// From the bottom up.
    pub y: Axis,
}

impl Panel {
    /// The point of two values.
    pub fn at(&self, x: f64, y: f64) -> (f64, f64) {
        let across = self.rect.left + self.x.place(x) * self.rect.width();
        (across, self.rect.bottom - self.y.place(y) * self.rect.height())
    }

    /// The point of two values, held inside the panel.
    pub fn held(&self, x: f64, y: f64) -> (f64, f64) {
        let (x, y) = self.at(x, y);
        (x.clamp(self.rect.left, self.rect.right), y.clamp(self.rect.top, self.rect.bottom))
    }

    /// Grid lines and ticks of both axes, and the title of y above the panel's left corner, where it is read level.
    pub fn draw(&self, sheet: &mut Sheet) {
        self.draw_y(sheet);
        self.draw_x(sheet, true);
    }

    /// Ticks, grid lines and title of y.
    pub fn draw_y(&self, sheet: &mut Sheet) {
        let Rect { left, top, right, .. } = self.rect;
        for (value, label) in &self.y.ticks {
            let y = self.at(self.x.low, *value).1;
            sheet.line(vec![(left, y), (right, y)], Stroke::solid(FAINT, 0.75));
            sheet.text((left - 6.0, y + 0.34 * TICK_SIZE), label, TICK_SIZE, Anchor::End, SOFT);
        }
        let widest = self.y.ticks.iter().map(|(_, label)| font::width(label, TICK_SIZE)).fold(0.0, f64::max);
        sheet.text((left - 6.0 - widest, top - 12.0), &self.y.title, LABEL_SIZE, Anchor::Start, INK);
    }

    /// Two strokes across the left side near its foot and a word in the title of y, where y does not begin at zero.
    pub fn marked_as_cut(mut self, sheet: &mut Sheet) -> Panel {
        if !self.y.logarithmic && self.y.low > 0.0 {
            self.y.title.push_str(" · axis does not begin at 0");
            let Rect { left, bottom, .. } = self.rect;
            sheet.line(vec![(left, bottom), (left, bottom - 18.0)], Stroke::solid(SOFT, 1.0));
            for foot in [bottom - 5.0, bottom - 9.0] {
                sheet.line(vec![(left - 4.0, foot + 2.5), (left + 4.0, foot - 2.5)], Stroke::solid(SOFT, 1.0));
            }
        }
        self
    }

    /// The lower side, its ticks and, where wanted, their labels and the title of x.
    pub fn draw_x(&self, sheet: &mut Sheet, labelled: bool) {
        let Rect { left, right, bottom, .. } = self.rect;
        sheet.line(vec![(left, bottom), (right, bottom)], Stroke::solid(SOFT, 1.0));
        for value in &self.x.small_ticks {
            let x = self.at(*value, self.y.low).0;
            sheet.line(vec![(x, bottom), (x, bottom + 2.5)], Stroke::solid(SOFT, 0.75));
        }
        for (value, label) in &self.x.ticks {
            let x = self.at(*value, self.y.low).0;
            sheet.line(vec![(x, bottom), (x, bottom + 4.5)], Stroke::solid(SOFT, 1.0));
            if labelled {
                sheet.text((x, bottom + 16.0), label, TICK_SIZE, Anchor::Middle, SOFT);
            }
        }
        if labelled {
            sheet.text(((left + right) / 2.0, bottom + 32.0), &self.x.title, LABEL_SIZE, Anchor::Middle, INK);
        }
    }

    /// Faint vertical lines at the ticks of x.
    pub fn draw_x_grid(&self, sheet: &mut Sheet) {
        for (value, _) in &self.x.ticks {
            let x = self.at(*value, self.y.low).0;
            sheet.line(vec![(x, self.rect.top), (x, self.rect.bottom)], Stroke::solid(FAINT, 0.75));
        }
    }

    /// A line through values; a gap where one is missing.
    pub fn line(&self, sheet: &mut Sheet, values: &[(f64, Option<f64>)], stroke: Stroke) {
        for run in values.split(|(_, y)| y.is_none()) {
            let points: Vec<_> = run.iter().filter_map(|&(x, y)| Some(self.held(x, y?))).collect();
            if let [only] = points[..] {
                sheet.dot(only, 1.2 * stroke.width, stroke.colour, true);
            }
            sheet.line(simplified(points), stroke);
        }
    }

    /// A band between lower and upper values (x, low, high); a gap where they are missing.
    pub fn band(&self, sheet: &mut Sheet, values: &[(f64, Option<(f64, f64)>)], colour: Colour, opacity: f64) {
        for run in values.split(|(_, ends)| ends.is_none()) {
            let ends = || run.iter().filter_map(|&(x, ends)| ends.map(|(low, high)| (x, low, high)));
            let above = simplified(ends().map(|(x, _, high)| self.held(x, high)).collect());
            let mut around = simplified(ends().map(|(x, low, _)| self.held(x, low)).collect());
            around.reverse();
            around.splice(0..0, above);
            if let [one, other] = around[..] {
                sheet.line(vec![one, other], Stroke::solid(colour, 1.0));
            }
            sheet.area(around, colour, opacity);
        }
    }
}

/// The values of a step function as corners: each value holds until the next x.
pub fn stairs<T: Copy>(values: &[(f64, T)]) -> Vec<(f64, T)> {
    let mut corners = Vec::with_capacity(2 * values.len());
    for (place, &(x, value)) in values.iter().enumerate() {
        if place > 0 {
            corners.push((x, values[place - 1].1));
        }
        corners.push((x, value));
    }
    corners
}

/// Leaves out points on the straight line between their neighbours.
fn simplified(points: Vec<(f64, f64)>) -> Vec<(f64, f64)> {
    let mut kept: Vec<(f64, f64)> = Vec::with_capacity(points.len());
    for point in points {
        if let [.., first, second] = kept[..] {
            let turn = (second.0 - first.0) * (point.1 - second.1) - (second.1 - first.1) * (point.0 - second.0);
            let goes_on =
                (second.0 - first.0) * (point.0 - second.0) + (second.1 - first.1) * (point.1 - second.1) >= 0.0;
            if turn.abs() < 1e-9 && goes_on {
                kept.pop();
            }
        }
        kept.push(point);
    }
    kept
}

/// Moves labels apart that stand above one another: the wished heights, the distance they need, and where they may be.
/// Gives a height for each in its order; where there is no room for all they share what there is.
pub fn spread(wished: &[f64], distance: f64, top: f64, bottom: f64) -> Vec<f64> {
    let mut order: Vec<usize> = (0..wished.len()).collect();
    order.sort_by(|&a, &b| wished[a].total_cmp(&wished[b]).then(a.cmp(&b)));
    let room = (bottom - top).max(0.0);
    let distance = if wished.len() > 1 { distance.min(room / (wished.len() - 1) as f64) } else { distance };
    // Downward so that none covers the one above it, then upward from the bottom.
    let mut heights = vec![0.0; wished.len()];
    let mut least = top;
    for &label in &order {
        heights[label] = wished[label].max(least);
        least = heights[label] + distance;
    }
    let mut most = bottom;
    for &label in order.iter().rev() {
        heights[label] = f64::min(heights[label], most);
        most = heights[label] - distance;
    }
    heights
}

#[cfg(test)]
mod tests {
    use super::super::numbers::Unit;
    use super::*;

    #[test]
    fn values_have_their_points() {
        let rect = Rect { left: 100.0, top: 50.0, right: 300.0, bottom: 150.0 };
        let axis = |high| Axis::exact(0.0, high, "", Unit::Plain);
        let panel = Panel { rect, x: axis(10.0), y: axis(4.0) };
        assert_eq!(panel.at(5.0, 1.0), (200.0, 125.0));
        assert_eq!(panel.held(20.0, -1.0), (300.0, 150.0));
        let mut sheet = Sheet::new(400.0, 200.0);
        panel.line(
            &mut sheet,
            &[(0.0, Some(1.0)), (1.0, Some(2.0)), (2.0, None), (3.0, Some(1.0))],
            Stroke::solid(INK, 1.0),
        );
        assert_eq!(sheet.marks().len(), 2, "a line, a gap, a dot");
    }

    #[test]
    fn straight_stretches_lose_their_points() {
        let points = vec![(0.0, 0.0), (1.0, 0.0), (2.0, 0.0), (2.0, 1.0), (2.0, 3.0), (3.0, 3.0)];
        assert_eq!(simplified(points), [(0.0, 0.0), (2.0, 0.0), (2.0, 3.0), (3.0, 3.0)]);
        assert_eq!(stairs(&[(0.0, 1), (2.0, 5)]), [(0.0, 1), (2.0, 1), (2.0, 5)]);
    }

    #[test]
    fn labels_do_not_cover_one_another() {
        assert_eq!(spread(&[10.0, 50.0], 12.0, 0.0, 100.0), [10.0, 50.0]);
        let heights = spread(&[98.0, 99.0, 97.0], 12.0, 0.0, 100.0);
        assert_eq!(heights, [88.0, 100.0, 76.0]);
        let crowded = spread(&[0.0; 6], 30.0, 0.0, 100.0);
        assert!(crowded.windows(2).all(|pair| (pair[1] - pair[0] - 20.0).abs() < 1e-9), "{crowded:?}");
        assert!(spread(&[], 12.0, 0.0, 100.0).is_empty());
    }
}
