//! The font of the charts: embedded, so that text has the same width on every machine, and read for its widths alone.

use std::collections::BTreeMap;
use std::sync::OnceLock;

/// The name by which the font is registered and embedded.
pub const FAMILY: &str = "Reliance Sans";

/// The font itself (`font/README.md`).
pub static BYTES: &[u8] = include_bytes!("font/reliance-sans.ttf");

/// Horizontal measures of one glyph, in ems.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Glyph {
    /// From its origin to the next.
    pub advance: f64,
    /// From its origin to its ink.
    pub bearing: f64,
}

/// The measures of a character; of the sign for missing ones where the font has none.
pub fn glyph(letter: char) -> Glyph {
    let glyphs = glyphs();
    glyphs.get(&letter).or_else(|| glyphs.get(&'\0')).copied().expect("the font has a sign for missing characters")
}

/// The width of a line of text at a size (the em), in the unit of the size.
pub fn width(text: &str, size: f64) -> f64 {
    text.chars().map(|letter| glyph(letter).advance).sum::<f64>() * size
}

/// How much wider a text may become where a viewer ignores the embedded font. DejaVu Sans, the widest of the common
/// substitutes, sets digits 1.3 times as wide.
pub const SUBSTITUTE: f64 = 1.3;

/// The width that a line of text may take with a substitute for the embedded font.
pub fn room(text: &str, size: f64) -> f64 {
    SUBSTITUTE * width(text, size)
}

/// Breaks a text at its spaces into lines with [`room`] in `most`; a single longer word keeps its line.
pub fn wrapped(text: &str, size: f64, most: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if room(line, size) + room(" ", size) + room(word, size) <= most => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_string()),
        }
    }
    lines
}

/// A text cut so that it has [`room`] in `most`, with an ellipsis where something is left out.
pub fn fitted(text: &str, size: f64, most: f64) -> String {
    if room(text, size) <= most {
        return text.to_string();
    }
    let mut kept = String::new();
    for letter in text.chars() {
        if room(&kept, size) + room(&format!("{letter}…"), size) > most {
            break;
        }
        kept.push(letter);
    }
    kept.trim_end().to_string() + "…"
}

fn glyphs() -> &'static BTreeMap<char, Glyph> {
    static GLYPHS: OnceLock<BTreeMap<char, Glyph>> = OnceLock::new();
    GLYPHS.get_or_init(|| read(BYTES))
}

/// The measures of every character of an OpenType font whose character map has a table of format 4; `'\0'` is the sign
/// for missing characters. Panics where the font has another form: it is our own.
fn read(font: &[u8]) -> BTreeMap<char, Glyph> {
    let half = |at: usize| u16::from_be_bytes([font[at], font[at + 1]]);
    let whole = |at: usize| usize::from(half(at)) << 16 | usize::from(half(at + 2));
    let table = |tag: &[u8; 4]| {
        let records = (0..usize::from(half(4))).map(|table| 12 + 16 * table);
        let record = records.into_iter().find(|&record| font[record..record + 4] == *tag);
        whole(record.expect("the font has its tables") + 8)
    };
    let units = f64::from(half(table(b"head") + 18));
    let (metrics, long) = (table(b"hmtx"), usize::from(half(table(b"hhea") + 34)));
    let measured = |glyph: usize| {
        let advance = half(metrics + 4 * glyph.min(long - 1));
        let bearing = if glyph < long { metrics + 4 * glyph + 2 } else { metrics + 4 * long + 2 * (glyph - long) };
        Glyph { advance: f64::from(advance) / units, bearing: f64::from(half(bearing) as i16) / units }
    };
    let cmap = table(b"cmap");
    let subtables = (0..usize::from(half(cmap + 2))).map(|index| cmap + whole(cmap + 4 + 8 * index + 4));
    let map = subtables.into_iter().find(|&subtable| half(subtable) == 4).expect("a character map of format 4");
    let segments = usize::from(half(map + 6)) / 2;
    let mut glyphs = BTreeMap::from([('\0', measured(0))]);
    for segment in 0..segments {
        let column = |number: usize| map + 14 + 2 * segment + 2 * segments * number + if number > 0 { 2 } else { 0 };
        let (last, first) = (half(column(0)), half(column(1)));
        let (delta, offset) = (half(column(2)), usize::from(half(column(3))));
        for code in first..=last {
            let glyph = match offset {
                0 => code.wrapping_add(delta),
                _ => match half(column(3) + offset + 2 * usize::from(code - first)) {
                    0 => 0,
                    glyph => glyph.wrapping_add(delta),
                },
            };
            if let (Some(letter), 1..) = (char::from_u32(u32::from(code)), glyph) {
                glyphs.insert(letter, measured(usize::from(glyph)));
            }
        }
    }
    glyphs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_font_has_what_charts_write() {
        let written = "abcXYZ0189 .,:;()[]%/·–—−×±≤≥≈µ→…≠∞σρ⁰¹⁻₂éßØ\u{2009}\u{202f}";
        for letter in written.chars() {
            assert!(glyphs().contains_key(&letter), "`{letter}` is missing");
        }
        assert!(glyphs().len() > 250);
        assert!(BYTES.len() < 23 << 10, "the font is in every picture");
    }

    // worked example: a digit is 497 thousandths of an em wide, a space 200.
    #[test]
    fn widths_are_those_of_the_font() {
        assert_eq!(glyph('0'), glyph('7'), "digits stand in columns");
        assert!((width("07 7", 10.0) - (3.0 * 4.97 + 2.0)).abs() < 1e-9);
        assert_eq!(glyph('\u{4e00}'), glyph('\0'));
    }

    #[test]
    fn texts_are_broken_and_cut_to_their_width() {
        let text = "which computations survive the cost of being verified";
        let lines = wrapped(text, 12.0, 100.0);
        assert!(lines.len() > 2 && lines.iter().all(|line| width(line, 12.0) <= 100.0), "{lines:?}");
        assert_eq!(lines.join(" "), text);
        let cut = fitted(text, 12.0, 100.0);
        assert!(cut.ends_with('…') && width(&cut, 12.0) <= 100.0, "{cut}");
        assert_eq!(fitted("short", 12.0, 100.0), "short");
    }
}
