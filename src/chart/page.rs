//! The page around a chart: the result above, the identity of the data below.

use super::font;
use super::palette::{INK, SOFT};
use super::panel::Rect;
use super::sheet::{Anchor, Sheet};

/// The width of most charts.
pub const WIDTH: f64 = 860.0;

const TITLE_SIZE: f64 = 17.0;
const RESULT_SIZE: f64 = 13.5;
const LEDE_SIZE: f64 = 12.5;
const CAPTION_SIZE: f64 = 10.5;
/// White around everything.
const MARGIN: f64 = 22.0;

/// What stands around a chart.
#[derive(Clone, Debug, PartialEq)]
pub struct Words {
    /// What is shown.
    pub title: String,
    /// What it shows, in a sentence computed from the data; empty where the data say too little.
    pub result: String,
    /// How to read it, in a sentence or two.
    pub lede: String,
    /// Where it comes from.
    pub caption: Caption,
}

/// Where a chart comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Caption {
    /// Scenario, seed, version, n, identity: the line below.
    pub line: String,
    /// Of a chart of one run: that it shows one path, and the seed of it. Said under the title.
    pub path: Option<String>,
}

impl From<String> for Caption {
    fn from(line: String) -> Caption {
        Caption { line, path: None }
    }
}

impl Words {
    /// How to read it, with the seed where it shows one path.
    pub fn subtitle(&self) -> String {
        match &self.caption.path {
            Some(path) => format!("{path} {}", self.lede),
            None => self.lede.clone(),
        }
    }
}

/// A chart: its sheet and its words, which a page repeats as text.
#[derive(Clone, Debug, PartialEq)]
pub struct Drawing {
    /// The picture.
    pub sheet: Sheet,
    /// The words on it.
    pub words: Words,
}

/// A sheet with its words, and the rectangle that is left for a body of the given height.
pub fn begin(width: f64, body: f64, words: &Words) -> (Sheet, Rect) {
    let wide = width - 2.0 * MARGIN;
    let title = font::wrapped(&words.title, TITLE_SIZE, wide);
    let result = if words.result.is_empty() { Vec::new() } else { font::wrapped(&words.result, RESULT_SIZE, wide) };
    let lede = font::wrapped(&words.subtitle(), LEDE_SIZE, wide);
    let caption = font::wrapped(&words.caption.line, CAPTION_SIZE, wide);
    let head = MARGIN + 21.0 * title.len() as f64 + 18.0 * result.len() as f64 + 16.5 * lede.len() as f64 + 10.0;
    let foot = 14.0 * caption.len() as f64 + 16.0;
    let mut sheet = Sheet::new(width, (head + body + foot).ceil());
    let mut base = MARGIN - 6.0;
    for line in title {
        base += 21.0;
        sheet.text((MARGIN, base), line, TITLE_SIZE, Anchor::Start, INK);
    }
    base += 2.0;
    for line in result {
        base += 18.0;
        sheet.text((MARGIN, base), line, RESULT_SIZE, Anchor::Start, INK);
    }
    base += 2.0;
    for line in lede {
        base += 16.5;
        sheet.text((MARGIN, base), line, LEDE_SIZE, Anchor::Start, SOFT);
    }
    let mut base = sheet.height - foot + 6.0;
    for line in caption {
        base += 14.0;
        sheet.text((MARGIN, base - 4.0), line, CAPTION_SIZE, Anchor::Start, SOFT);
    }
    let (top, bottom) = (head, sheet.height - foot);
    (sheet, Rect { left: MARGIN, top, right: width - MARGIN, bottom })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stay_on_the_sheet() {
        let long = "a title that goes on and on until it needs a second line, as titles with many names in them do now and then";
        let words = Words {
            title: long.to_string(),
            result: long.repeat(2),
            lede: long.repeat(3),
            caption: "quickstart · seed 1".to_string().into(),
        };
        assert_eq!(words.subtitle(), words.lede);
        let caption = Caption { path: Some("One path, seed 1.".to_string()), ..words.caption };
        let words = Words { caption, ..words };
        assert!(words.subtitle().starts_with("One path, seed 1. a title"));
        let (sheet, body) = begin(WIDTH, 300.0, &words);
        assert!(body.height() >= 300.0 && body.top > 80.0);
        assert_eq!(sheet.misplaced(), Vec::<String>::new());
    }
}
