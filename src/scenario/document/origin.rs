//! Where a value was written: a file or a setting, and the place in it.

use std::fmt;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

/// A text that a document was put together from.
pub struct Source {
    /// The place in the order of reading: the scenario itself is 0, then what it extends, then the settings.
    pub index: usize,
    /// What a person would call it: the path as written, or "command line `--set a.b=3`".
    pub label: String,
    /// The whole text; spans count its bytes.
    pub text: String,
    /// Paths written in this text are relative to this folder.
    pub folder: PathBuf,
    /// Whether its lines are worth showing. Those of a setting are not: its label is the whole text.
    pub has_lines: bool,
    /// Added to every problem found here, such as "extended by `scenarios/x.toml`".
    pub note: Option<String>,
}

/// The bytes of a source that a key or value was written in. An empty span at 0 stands for the whole source.
#[derive(Clone)]
pub struct Origin {
    /// The text.
    pub source: Arc<Source>,
    /// The bytes; may reach past the end, and then counts as the end.
    pub span: Range<usize>,
}

/// One line of a source, found from an origin.
pub struct Line<'s> {
    /// Counted from 1.
    pub number: usize,
    /// The text without its end of line.
    pub text: &'s str,
    /// Where in `text` the span lies, in bytes, cut to this line.
    pub span: Range<usize>,
}

impl Origin {
    /// The whole of a source.
    pub fn whole(source: &Arc<Source>) -> Origin {
        Origin { source: source.clone(), span: 0..0 }
    }

    /// Whether this stands for the whole source rather than a place in it.
    pub fn is_whole(&self) -> bool {
        self.span == (0..0)
    }

    /// The first line of the span.
    pub fn line(&self) -> Line<'_> {
        let text = self.source.text.as_str();
        let start = at_character(text, self.span.start);
        let end = at_character(text, self.span.end).max(start);
        let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
        let line_end = text[start..].find('\n').map_or(text.len(), |at| start + at);
        let line = text[line_start..line_end].trim_end_matches('\r');
        let inside = |at: usize| (at - line_start).min(line.len());
        Line {
            number: text[..line_start].bytes().filter(|&byte| byte == b'\n').count() + 1,
            text: line,
            span: inside(start)..inside(end),
        }
    }

    /// `scenarios/x.toml:12`, or the label alone where lines say nothing.
    pub fn label(&self) -> String {
        if !self.source.has_lines || self.is_whole() {
            return self.source.label.clone();
        }
        format!("{}:{}", self.source.label, self.line().number)
    }

    /// The order in which problems are shown.
    pub(crate) fn order(&self) -> (usize, usize, usize) {
        (self.source.index, self.span.start, self.span.end)
    }
}

impl fmt::Debug for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:?}", self.source.label, self.span)
    }
}

impl PartialEq for Origin {
    fn eq(&self, other: &Origin) -> bool {
        self.span == other.span && self.source.index == other.source.index && self.source.label == other.source.label
    }
}

/// `at`, or the start of the character that holds it, or the end of the text.
fn at_character(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(text: &str, span: Range<usize>) -> Origin {
        let source = Source {
            index: 0,
            label: "x.toml".into(),
            text: text.into(),
            folder: PathBuf::new(),
            has_lines: true,
            note: None,
        };
        Origin { source: Arc::new(source), span }
    }

    #[test]
    fn lines_are_found_from_spans() {
        let text = "a = 1\r\nbé = 2\nlast";
        for (span, number, line, inside) in [
            (0..1, 1, "a = 1", 0..1),
            (4..30, 1, "a = 1", 4..5),
            (7..10, 2, "bé = 2", 0..3),
            // The second byte of a character counts as its first.
            (9..10, 2, "bé = 2", 1..3),
            (15..19, 3, "last", 0..4),
            (400..500, 3, "last", 4..4),
        ] {
            let found = origin(text, span.clone());
            let found = found.line();
            assert_eq!((found.number, found.text, found.span), (number, line, inside), "{span:?}");
        }
    }

    #[test]
    fn labels_name_file_and_line() {
        assert_eq!(origin("a\nb", 2..3).label(), "x.toml:2");
        assert_eq!(origin("a\nb", 0..0).label(), "x.toml");
    }
}
