//! The last touches to an SVG: its size for the reader, its font, dashes, and the identity of its run.

use super::font;
use super::page::Words;
use super::render;
use super::sheet::{Mark, Sheet};

/// The sheet as a whole SVG file that carries its font and, in `<metadata>`, `identity` (pairs of a key and a value).
pub fn file(sheet: &Sheet, words: &Words, identity: &[(String, String)]) -> String {
    let mut head = format!("{}<metadata>\n", described(words));
    for (key, value) in identity {
        head.push_str(&format!("{}: {}\n", escaped(key), escaped(value)));
    }
    head.push_str("</metadata>\n");
    head.push_str(&format!("<style>{}{SHAPES}</style>\n", font_face()));
    whole(sheet, &head)
}

/// The sheet as an SVG element for a page that brings the font ([`font_face`]) and says elsewhere which run it shows.
pub fn inline(sheet: &Sheet, words: &Words) -> String {
    let head = format!("{}<style>{SHAPES}</style>\n", described(words));
    whole(sheet, &head).replacen("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n", "", 1)
}

/// Title and description, for readers that do not see the picture.
fn described(words: &Words) -> String {
    let text = format!("{} {}", words.result, words.subtitle());
    format!("<title>{}</title>\n<desc>{}</desc>\n", escaped(&words.title), escaped(text.trim()))
}

/// The rule by which a browser knows the embedded font.
pub fn font_face() -> String {
    let data = base64(font::BYTES);
    format!("@font-face{{font-family:\"{}\";src:url(data:font/ttf;base64,{data})}}", font::FAMILY)
}

/// Text as it stands in XML.
pub fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\n' | '\t' => safe.push(letter),
            // XML has no way to write the other control characters.
            letter if letter.is_control() => safe.push(' '),
            letter => safe.push(letter),
        }
    }
    safe
}

/// Corners of lines are round; the white ground stays white in print.
const SHAPES: &str = "polyline{stroke-linejoin:round}";

fn whole(sheet: &Sheet, head: &str) -> String {
    let drawn = render::svg(sheet);
    let body = drawn.split_once("<svg").and_then(|(_, rest)| rest.split_once(">\n"));
    let (_, body) = body.expect("plotters opens its element on a line");
    let (width, height) = (sheet.width, sheet.height);
    let (wide, high) = (render::SCALE * width, render::SCALE * height);
    let open = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" \
         width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {wide} {high}\">\n"
    );
    open + head + &measured(&dashed(body, sheet), sheet)
}

/// Gives every line its dashes, which plotters does not write: the lines of the text are those of the sheet, in order.
fn dashed(body: &str, sheet: &Sheet) -> String {
    const LINE: &str = "<polyline ";
    let strokes: Vec<_> = sheet.marks().iter().filter_map(stroke_of).collect();
    let mut parts = body.split(LINE);
    let mut text = parts.next().unwrap_or_default().to_string();
    let rest: Vec<&str> = parts.collect();
    assert_eq!(rest.len(), strokes.len(), "every line of the sheet is one of the text");
    for (part, stroke) in rest.into_iter().zip(strokes) {
        text.push_str(LINE);
        let lengths: Vec<String> =
            stroke.dash.lengths().iter().map(|length| (render::SCALE * length).to_string()).collect();
        if !lengths.is_empty() {
            text.push_str(&format!("stroke-dasharray=\"{}\" ", lengths.join(" ")));
        }
        text.push_str(part);
    }
    text
}

/// Gives every text its width and a substitute for its font, which plotters does not write: the texts are those of the
/// sheet, in order. A viewer that ignores the embedded font then squeezes its own into the same width, where it can.
fn measured(body: &str, sheet: &Sheet) -> String {
    const TEXT: &str = "<text ";
    let marks = sheet.marks().iter().filter_map(|mark| match mark {
        Mark::Text { text, size, .. } => Some(render::SCALE * font::width(text, *size)),
        _ => None,
    });
    let mut parts = body.split(TEXT);
    let mut text = parts.next().unwrap_or_default().to_string();
    let rest: Vec<&str> = parts.collect();
    let widths: Vec<f64> = marks.collect();
    assert_eq!(rest.len(), widths.len(), "every text of the sheet is one of the file");
    let (alone, with_substitute) =
        (format!("font-family=\"{}\"", font::FAMILY), format!("font-family=\"{}, sans-serif\"", font::FAMILY));
    for (part, width) in rest.into_iter().zip(widths) {
        text.push_str(TEXT);
        if width > 0.0 {
            text.push_str(&format!("textLength=\"{width:.1}\" lengthAdjust=\"spacingAndGlyphs\" "));
        }
        text.push_str(&part.replacen(&alone, &with_substitute, 1));
    }
    text
}

fn stroke_of(mark: &Mark) -> Option<super::sheet::Stroke> {
    match mark {
        Mark::Line { stroke, .. } => Some(*stroke),
        _ => None,
    }
}

/// Bytes in base 64 (RFC 4648, §4).
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let byte = |index: usize| u32::from(*three.get(index).unwrap_or(&0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for digit in 0..4 {
            let letter = LETTERS[(bits >> (18 - 6 * digit) & 63) as usize] as char;
            text.push(if digit <= three.len() { letter } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::sheet::{Anchor, Colour, Dash, Stroke};
    use super::*;

    // worked example: the test vectors of RFC 4648, §10.
    #[test]
    fn base64_is_that_of_the_standard() {
        for (text, expected) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")] {
            assert_eq!(base64(text.as_bytes()), expected);
        }
    }

    #[test]
    fn a_file_has_its_size_its_dashes_and_its_identity() {
        let mut sheet = Sheet::new(200.0, 100.0);
        let stroke = Stroke { colour: Colour(0, 114, 178), width: 1.5, dash: Dash::Dashed };
        sheet.line(vec![(0.0, 0.0), (10.0, 20.25)], stroke);
        sheet.line(vec![(0.0, 0.0), (10.0, 20.0)], Stroke::solid(Colour(0, 0, 0), 1.0));
        sheet.text((100.0, 50.0), "a < b & <polyline ", 12.0, Anchor::Middle, Colour(0, 0, 0));
        let said = |text: &str| text.to_string();
        let words = Words {
            title: said("one & two"),
            result: said("Two."),
            lede: said("a < b"),
            caption: String::new().into(),
        };
        let text = file(&sheet, &words, &[("reliance.seed".to_string(), "1".to_string())]);
        assert!(text.contains("width=\"200\" height=\"100\" viewBox=\"0 0 800 400\""));
        assert!(text.contains("<title>one &amp; two</title>") && text.contains("\nreliance.seed: 1\n"));
        assert_eq!(text.matches("stroke-dasharray=\"24 12\"").count(), 1);
        assert!(text.contains("<desc>Two. a &lt; b</desc>"));
        let width = render::SCALE * font::width("a < b & <polyline ", 12.0);
        let expected = format!("textLength=\"{width:.1}\" lengthAdjust=\"spacingAndGlyphs\" x=\"400\"");
        assert!(text.contains(&expected) && text.contains("font-family=\"Reliance Sans, sans-serif\""), "{text}");
        assert!(text.contains("points=\"0,0 40,81 \"") && text.contains("a &lt; b &amp; &lt;polyline"));
        assert!(text.contains("font-size=\"48\"") && text.contains("data:font/ttf;base64,AAEAAAA"));
        assert_eq!(text, file(&sheet, &words, &[("reliance.seed".to_string(), "1".to_string())]));
        assert!(inline(&sheet, &words).starts_with("<svg"));
    }
}
