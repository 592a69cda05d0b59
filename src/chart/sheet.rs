//! A drawing as plain data: marks on a sheet, in the pixels of a reader (96 to the inch), y downward.
//!
//! Charts make sheets; [`super::render`] turns one into SVG and into PNG. A point is (x, y).

use super::font;

/// A colour of the screen: red, green, blue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour(pub u8, pub u8, pub u8);

/// How a line is broken, so that lines can be told apart without colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dash {
    /// Unbroken.
    #[default]
    Solid,
    /// Strokes.
    Dashed,
    /// Dots.
    Dotted,
    /// A stroke and a dot.
    DashDot,
    /// Long strokes.
    Long,
    /// A long stroke and two dots.
    LongDotDot,
}

impl Dash {
    /// Lengths of strokes and gaps in turn; empty for an unbroken line.
    pub fn lengths(self) -> &'static [f64] {
        match self {
            Dash::Solid => &[],
            Dash::Dashed => &[6.0, 3.0],
            Dash::Dotted => &[1.5, 2.5],
            Dash::DashDot => &[6.0, 2.5, 1.5, 2.5],
            Dash::Long => &[12.0, 3.0],
            Dash::LongDotDot => &[10.0, 2.5, 1.5, 2.5, 1.5, 2.5],
        }
    }
}

/// Colour, width and dashes of a line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stroke {
    /// Its colour.
    pub colour: Colour,
    /// In pixels.
    pub width: f64,
    /// Its dashes.
    pub dash: Dash,
}

impl Stroke {
    /// An unbroken line.
    pub fn solid(colour: Colour, width: f64) -> Stroke {
        Stroke { colour, width, dash: Dash::Solid }
    }
}

/// Where a text stands in relation to its point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// The point is its left end.
    Start,
    /// The point is its middle.
    Middle,
    /// The point is its right end.
    End,
}

/// One thing on a sheet.
#[derive(Clone, Debug, PartialEq)]
pub enum Mark {
    /// A line through points.
    Line {
        /// Two or more.
        points: Vec<(f64, f64)>,
        /// How it looks.
        stroke: Stroke,
    },
    /// A filled polygon.
    Area {
        /// Its corners.
        points: Vec<(f64, f64)>,
        /// Its colour.
        colour: Colour,
        /// From 0 to 1.
        opacity: f64,
    },
    /// A filled rectangle.
    Block {
        /// The upper left corner.
        from: (f64, f64),
        /// The lower right corner.
        to: (f64, f64),
        /// Its colour.
        colour: Colour,
        /// From 0 to 1.
        opacity: f64,
    },
    /// A dot.
    Dot {
        /// Its centre.
        at: (f64, f64),
        /// In pixels.
        radius: f64,
        /// Its colour.
        colour: Colour,
        /// Whether it is a disc or a ring.
        filled: bool,
    },
    /// A line of text.
    Text {
        /// On its base line.
        at: (f64, f64),
        /// The text.
        text: String,
        /// The em in pixels, a quarter of a whole number.
        size: f64,
        /// Where the point is.
        anchor: Anchor,
        /// Its colour.
        colour: Colour,
        /// Whether it is read upward, turned by a quarter to the left.
        upward: bool,
    },
}

/// A drawing.
#[derive(Clone, Debug, PartialEq)]
pub struct Sheet {
    /// In pixels, whole.
    pub width: f64,
    /// In pixels, whole.
    pub height: f64,
    marks: Vec<Mark>,
}

impl Sheet {
    /// A white sheet. Panics where a side is not a whole number from 1 to 8 000.
    pub fn new(width: f64, height: f64) -> Sheet {
        let is_sound = |side: f64| (1.0..=8_000.0).contains(&side) && side.floor() == side;
        assert!(is_sound(width) && is_sound(height), "a sheet has whole sides, not `{width}` × `{height}`");
        Sheet { width, height, marks: Vec::new() }
    }

    /// What is on it, in the order of drawing.
    pub fn marks(&self) -> &[Mark] {
        &self.marks
    }

    /// Draws a line; one point is no line.
    pub fn line(&mut self, points: Vec<(f64, f64)>, stroke: Stroke) {
        if points.len() > 1 {
            self.marks.push(Mark::Line { points, stroke });
        }
    }

    /// Fills a polygon.
    pub fn area(&mut self, points: Vec<(f64, f64)>, colour: Colour, opacity: f64) {
        if points.len() > 2 {
            self.marks.push(Mark::Area { points, colour, opacity });
        }
    }

    /// Fills a rectangle between two opposite corners.
    pub fn block(&mut self, one: (f64, f64), other: (f64, f64), colour: Colour, opacity: f64) {
        let (from, to) = ((one.0.min(other.0), one.1.min(other.1)), (one.0.max(other.0), one.1.max(other.1)));
        self.marks.push(Mark::Block { from, to, colour, opacity });
    }

    /// Sets a disc, or a ring where it is not `filled`.
    pub fn dot(&mut self, at: (f64, f64), radius: f64, colour: Colour, filled: bool) {
        self.marks.push(Mark::Dot { at, radius, colour, filled });
    }

    /// Writes a line of text.
    pub fn text(&mut self, at: (f64, f64), text: impl Into<String>, size: f64, anchor: Anchor, colour: Colour) {
        self.marks.push(Mark::Text { at, text: text.into(), size, anchor, colour, upward: false });
    }

    /// Writes a line of text that is read upward.
    pub fn upward(&mut self, at: (f64, f64), text: impl Into<String>, size: f64, anchor: Anchor, colour: Colour) {
        self.marks.push(Mark::Text { at, text: text.into(), size, anchor, colour, upward: true });
    }

    /// Writes a line of text on a white ground, for labels among lines.
    pub fn label(&mut self, at: (f64, f64), text: impl Into<String>, size: f64, anchor: Anchor, colour: Colour) {
        let text = text.into();
        let (left, right) = extent(&text, size, anchor);
        let ground = Colour(255, 255, 255);
        self.block((at.0 + left - 2.0, at.1 - 0.78 * size), (at.0 + right + 2.0, at.1 + 0.24 * size), ground, 0.82);
        self.text(at, text, size, anchor, colour);
    }

    /// Every text on the sheet with its box (left, top, right, bottom) when set in the widest substitute for the embedded
    /// font: for tests that nothing is clipped or covered.
    pub fn text_boxes(&self) -> Vec<(&str, [f64; 4])> {
        let boxed = |mark: &'_ Mark| match mark {
            Mark::Text { at, size, anchor, upward, .. } => {
                let text = mark.words()?;
                let (left, right) = extent(text, *size, *anchor);
                let (left, right) = (font::SUBSTITUTE * left, font::SUBSTITUTE * right);
                let (above, below) = (-0.72 * size, 0.2 * size);
                Some(match upward {
                    false => [at.0 + left, at.1 + above, at.0 + right, at.1 + below],
                    true => [at.0 + above, at.1 - right, at.0 + below, at.1 - left],
                })
            }
            _ => None,
        };
        self.marks.iter().filter_map(|mark| Some((mark.words()?, boxed(mark)?))).collect()
    }

    /// What is wrong with the places of the texts, as [`Sheet::text_boxes`] sees them: one within two pixels of the edge
    /// or beyond it, two that overlap.
    pub fn misplaced(&self) -> Vec<String> {
        const EDGE: f64 = 2.0;
        let boxes = self.text_boxes();
        let mut found = Vec::new();
        for (place, (text, [left, top, right, bottom])) in boxes.iter().enumerate() {
            if *left < EDGE || *top < EDGE || *right > self.width - EDGE || *bottom > self.height - EDGE {
                found.push(format!("`{text}` leaves the sheet"));
            }
            for (other, [l, t, r, b]) in &boxes[place + 1..] {
                if left < r && l < right && top < b && t < bottom {
                    found.push(format!("`{text}` overlaps `{other}`"));
                }
            }
        }
        found
    }
}

impl Mark {
    /// The text of a text.
    pub fn words(&self) -> Option<&str> {
        match self {
            Mark::Text { text, .. } => Some(text),
            _ => None,
        }
    }
}

/// How far a text reaches to the left (not positive) and to the right of its point.
pub fn extent(text: &str, size: f64, anchor: Anchor) -> (f64, f64) {
    let width = font::width(text, size);
    match anchor {
        Anchor::Start => (0.0, width),
        Anchor::Middle => (-0.5 * width, 0.5 * width),
        Anchor::End => (-width, 0.0),
    }
}
