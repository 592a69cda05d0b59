//! From a sheet to SVG and to pixels, through plotters: the only file that names it.
//!
//! Coordinates of plotters are integers, so everything is drawn at four times the size: an SVG scales it down by its
//! `viewBox`, a bitmap by taking the mean of its pixels.

use std::sync::OnceLock;

use plotters::backend::{BitMapBackend, DrawingBackend, SVGBackend};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontDesc, FontFamily, FontStyle, RGBAColor, RGBColor, ShapeStyle, TextStyle};

use super::font;
use super::sheet::{Anchor, Colour, Mark, Sheet, Stroke};

/// Pixels of the drawing for one of the reader.
pub const SCALE: f64 = 4.0;

/// The base line of a text that plotters hangs by its top lies so many ems below.
const TOP_TO_BASE_LINE: f64 = 0.76;

/// A font size of plotters is its line height: so many ems.
const LINE_HEIGHT: f64 = 1.24;

type Point = (i32, i32);

/// The sheet as the text of an SVG at the scale of the drawing, as plotters writes it.
pub fn svg(sheet: &Sheet) -> String {
    register();
    let mut text = String::new();
    {
        let mut backend = SVGBackend::with_string(&mut text, size(sheet));
        draw_ground(&mut backend, sheet);
        for mark in sheet.marks() {
            draw_svg(&mut backend, mark);
        }
        backend.present().expect("a text takes what is written to it");
    }
    text
}

/// The sheet as pixels at the scale of the drawing: width, height, and red, green, blue row by row.
pub fn pixels(sheet: &Sheet) -> (usize, usize, Vec<u8>) {
    register();
    let (width, height) = size(sheet);
    let mut buffer = vec![255; 3 * width as usize * height as usize];
    {
        let mut backend = BitMapBackend::with_buffer(&mut buffer, (width, height));
        draw_ground(&mut backend, sheet);
        for mark in sheet.marks() {
            draw_bitmap(&mut backend, mark);
        }
        backend.present().expect("a buffer takes what is drawn into it");
    }
    (width as usize, height as usize, buffer)
}

fn register() {
    static DONE: OnceLock<()> = OnceLock::new();
    DONE.get_or_init(|| {
        let registered = plotters::style::register_font(font::FAMILY, FontStyle::Normal, font::BYTES);
        assert!(registered.is_ok(), "the embedded font is sound");
    });
}

fn size(sheet: &Sheet) -> (u32, u32) {
    ((SCALE * sheet.width) as u32, (SCALE * sheet.height) as u32)
}

fn draw_ground<B: DrawingBackend>(backend: &mut B, sheet: &Sheet) {
    let (width, height) = size(sheet);
    fill_block(backend, (0, 0), (width as i32, height as i32), &rgba(Colour(255, 255, 255), 1.0));
}

fn draw_svg(backend: &mut SVGBackend, mark: &Mark) {
    match mark {
        Mark::Line { points, stroke } => {
            let style =
                ShapeStyle { color: rgba(stroke.colour, 1.0), filled: false, stroke_width: stroke_width(stroke) };
            drawn(backend.draw_path(points.iter().map(|&point| scaled(point)), &style));
        }
        Mark::Text { at, text, size, anchor, colour, upward } => {
            let h_pos = match anchor {
                Anchor::Start => HPos::Left,
                Anchor::Middle => HPos::Center,
                Anchor::End => HPos::Right,
            };
            let em = SCALE * size;
            // The base line is hung by its top; a turned text hangs to the side.
            let (x, y) = (SCALE * at.0, SCALE * at.1);
            let hung = TOP_TO_BASE_LINE * em;
            let (point, turn) = match upward {
                false => ((x, y - hung), plotters::style::FontTransform::None),
                true => ((x - hung, y), plotters::style::FontTransform::Rotate270),
            };
            let colour = RGBColor(colour.0, colour.1, colour.2);
            let style = TextStyle::from(description(em).transform(turn)).color(&colour).pos(Pos::new(h_pos, VPos::Top));
            drawn(backend.draw_text(text, &style, rounded(point)));
        }
        other => draw_shape(backend, other),
    }
}

fn draw_bitmap(backend: &mut BitMapBackend, mark: &Mark) {
    match mark {
        Mark::Line { points, stroke } => draw_line(backend, points, stroke),
        Mark::Text { at, text, size, anchor, colour, upward } => {
            let start = super::sheet::extent(text, *size, *anchor).0;
            draw_letters(backend, *at, start, text, *size, *colour, *upward);
        }
        other => draw_shape(backend, other),
    }
}

/// What both backends draw alike.
fn draw_shape<B: DrawingBackend>(backend: &mut B, mark: &Mark) {
    match mark {
        Mark::Area { points, colour, opacity } => {
            drawn(backend.fill_polygon(points.iter().map(|&point| scaled(point)), &rgba(*colour, *opacity)));
        }
        Mark::Block { from, to, colour, opacity } => {
            fill_block(backend, scaled(*from), scaled(*to), &rgba(*colour, *opacity));
        }
        Mark::Dot { at, radius, colour, filled } => {
            let reach = (SCALE * radius).round().max(1.0) as u32;
            let style = ShapeStyle { color: rgba(*colour, 1.0), filled: *filled, stroke_width: 4 };
            drawn(backend.draw_circle(scaled(*at), reach, &style, *filled));
        }
        Mark::Line { .. } | Mark::Text { .. } => {}
    }
}

/// A block never vanishes: it is at least a pixel of the drawing in both directions.
fn fill_block<B: DrawingBackend>(backend: &mut B, from: Point, to: Point, colour: &RGBAColor) {
    let to = (to.0.max(from.0 + 1), to.1.max(from.1 + 1));
    drawn(backend.draw_rect(from, to, colour, true));
}

/// A line of a bitmap: its strokes one by one as rectangles with round ends, since a thick path with sharp corners would
/// grow spikes.
fn draw_line(backend: &mut BitMapBackend, points: &[(f64, f64)], stroke: &Stroke) {
    let colour = rgba(stroke.colour, 1.0);
    let half = 0.5 * f64::from(stroke_width(stroke));
    for part in strokes(points, stroke.dash.lengths()) {
        for (place, ends) in part.windows(2).enumerate() {
            let (from, to) = ((SCALE * ends[0].0, SCALE * ends[0].1), (SCALE * ends[1].0, SCALE * ends[1].1));
            let (along, across) = (to.0 - from.0, to.1 - from.1);
            let length = (along * along + across * across).sqrt();
            if length == 0.0 {
                continue;
            }
            let aside = (-across / length * half, along / length * half);
            let corners = [
                (from.0 + aside.0, from.1 + aside.1),
                (to.0 + aside.0, to.1 + aside.1),
                (to.0 - aside.0, to.1 - aside.1),
                (from.0 - aside.0, from.1 - aside.1),
            ];
            if along == 0.0 || across == 0.0 {
                // Straight along an axis: exactly so many pixels.
                let (low, high) = (rounded(corners[0]), rounded(corners[2]));
                let least = (low.0.min(high.0), low.1.min(high.1));
                let most = (low.0.max(high.0), low.1.max(high.1));
                drawn(backend.draw_rect(
                    least,
                    (most.0.max(least.0 + 1) - 1, most.1.max(least.1 + 1) - 1),
                    &colour,
                    true,
                ));
            } else {
                drawn(backend.fill_polygon(corners.map(rounded), &colour));
            }
            if place > 0 && half >= 2.0 {
                drawn(backend.draw_circle(rounded(from), (half - 0.5) as u32, &colour, true));
            }
        }
    }
}

/// Cuts a line into its strokes.
fn strokes(points: &[(f64, f64)], lengths: &[f64]) -> Vec<Vec<(f64, f64)>> {
    if lengths.is_empty() {
        return vec![points.to_vec()];
    }
    let (mut parts, mut turn, mut left) = (vec![vec![points[0]]], 0, lengths[0]);
    for ends in points.windows(2) {
        let (from, to) = (ends[0], ends[1]);
        let length = ((to.0 - from.0) * (to.0 - from.0) + (to.1 - from.1) * (to.1 - from.1)).sqrt();
        let mut gone = 0.0;
        while length - gone > left {
            gone += left;
            let point = (from.0 + (to.0 - from.0) * gone / length, from.1 + (to.1 - from.1) * gone / length);
            if turn % 2 == 0 {
                parts.last_mut().expect("there is one from the start").push(point);
            } else {
                parts.push(vec![point]);
            }
            turn = (turn + 1) % lengths.len();
            left = lengths[turn];
        }
        left -= length - gone;
        if turn % 2 == 0 {
            parts.last_mut().expect("there is one from the start").push(to);
        }
    }
    parts
}

/// The letters of a text one by one: plotters would forget how far the ink of each is from its origin.
fn draw_letters(
    backend: &mut BitMapBackend,
    at: (f64, f64),
    start: f64,
    text: &str,
    size: f64,
    colour: Colour,
    upward: bool,
) {
    let em = SCALE * size;
    let (x, y) = rounded((SCALE * at.0, SCALE * at.1));
    let description = description(em);
    // plotters draws a glyph with its base line half a font size below the point it is given.
    let base = (0.5 * description.get_size()) as i32;
    let mut along = SCALE * start;
    let mut letter_text = [0; 4];
    for letter in text.chars() {
        let glyph = font::glyph(letter);
        let origin = (along + glyph.bearing * em).floor() as i32;
        let ink = description.draw(letter.encode_utf8(&mut letter_text), (origin, -base), |right, down, cover| {
            let point = if upward { (x + down, y - right) } else { (x + right, y + down) };
            backend.draw_pixel(point, rgba(colour, f64::from(cover)).to_backend_color())
        });
        drawn(ink.expect("the embedded font is registered"));
        along += glyph.advance * em;
    }
}

fn description(em: f64) -> FontDesc<'static> {
    FontDesc::new(FontFamily::Name(font::FAMILY), LINE_HEIGHT * em, FontStyle::Normal)
}

fn rgba(colour: Colour, opacity: f64) -> RGBAColor {
    RGBColor(colour.0, colour.1, colour.2).mix(opacity)
}

fn stroke_width(stroke: &Stroke) -> u32 {
    (SCALE * stroke.width).round().max(1.0) as u32
}

fn scaled((x, y): (f64, f64)) -> Point {
    rounded((SCALE * x, SCALE * y))
}

fn rounded((x, y): (f64, f64)) -> Point {
    (x.round() as i32, y.round() as i32)
}

/// Drawing into memory cannot fail but by a mistake of ours.
fn drawn<E: std::fmt::Debug>(done: Result<(), E>) {
    done.expect("drawing into memory does not fail");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dashes_cover_their_share_of_a_line() {
        let parts = strokes(&[(0.0, 0.0), (10.0, 0.0), (10.0, 8.0)], &[6.0, 3.0]);
        let expected = [vec![(0.0, 0.0), (6.0, 0.0)], vec![(9.0, 0.0), (10.0, 0.0), (10.0, 5.0)]];
        assert_eq!(parts, expected, "then a gap to the end");
        assert_eq!(strokes(&[(0.0, 0.0), (1.0, 1.0)], &[]).len(), 1);
    }
}
