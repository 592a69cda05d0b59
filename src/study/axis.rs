//! What varies from point to point: paths into the scenario with the values they take.

use crate::domain::count::thousands;
use crate::domain::money::Money;
use crate::scenario::document::node::{Node, Value};
use crate::scenario::document::path::{self, Step};
use crate::scenario::document::{Document, Set};
use crate::scenario::problems::Problems;

use super::file::{AxisTable, RangeTable, Scale};
use super::grain::Grain;
use super::measure::is_plain;
use super::range::Range;

/// The most numbers of a range; more are a slip of the pen.
const LEVELS_MAX: u32 = 1_000_000;

/// An axis.
#[derive(Clone, Debug)]
pub struct Axis {
    /// What it is called.
    pub name: String,
    /// The columns it has in tables.
    pub columns: Vec<String>,
    /// Its values.
    pub values: Values,
    paths: Vec<String>,
    /// What the scenario asks for at each path.
    grains: Vec<Grain>,
    format: Option<String>,
    labelled: bool,
    /// Where it stands in the study: `axes[0]`.
    place: String,
}

/// The values of an axis.
#[derive(Clone, Debug)]
pub enum Values {
    /// Listed one by one.
    Listed(Vec<Level>),
    /// Numbers between two ends.
    Range(Range),
    /// Left to the design.
    Open,
}

/// One value of an axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Level {
    /// What it sets.
    pub sets: Vec<Set>,
    /// What tables say of it, a cell for each column of the axis.
    pub cells: Vec<Shown>,
    /// Where it was written.
    pub place: String,
}

/// A value as tables show it.
#[derive(Clone, Debug, PartialEq)]
pub enum Shown {
    /// A number.
    Number(f64),
    /// Any other text.
    Text(String),
}

impl std::fmt::Display for Shown {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Shown::Number(number) => write!(f, "{number}"),
            Shown::Text(text) => f.write_str(text),
        }
    }
}

impl Axis {
    /// Reads the axis at `axes[index]` of a study of the scenario `base`.
    pub fn read(
        (document, base): (&Document, &Document),
        index: usize,
        table: &AxisTable,
        problems: &mut Problems,
    ) -> Option<Axis> {
        let place = format!("axes[{index}]");
        let mut wrong = |key: &str, message: String, help: &str| {
            let at = if key.is_empty() { place.clone() } else { format!("{place}.{key}") };
            problems.at(document, &at, message, Some(help).filter(|help| !help.is_empty()));
        };
        let paths = match (&table.path, &table.paths) {
            (Some(path), None) => vec![path.clone()],
            (None, Some(paths)) if !paths.is_empty() => paths.clone(),
            _ => {
                let help = "write `path = \"…\"`, or `paths = [\"…\", \"…\"]` for values that change together";
                wrong("", "an axis has one `path` or several `paths`".into(), help);
                return None;
            }
        };
        for (place, path) in paths.iter().enumerate() {
            let key = if table.path.is_some() { "path".to_owned() } else { format!("paths[{place}]") };
            if path == "seed" {
                let help = "replications have random numbers of their own: write more of them";
                wrong(&key, "the seed is no axis: all points share their random numbers".into(), help);
                return None;
            }
            if let Err(message) = path::parse(path) {
                wrong(&key, message, "write it as `--set` takes it, such as `nodes[0].count`");
                return None;
            }
        }
        let name = table.name.clone().unwrap_or_else(|| short_name(&paths[0]));
        if !is_plain(&name) {
            let key = if table.name.is_some() { "name" } else { "" };
            let message = format!("`{name}` is no name for an axis");
            wrong(key, message, "write `name = \"…\"` of lower-case letters, digits and `_`");
            return None;
        }
        let columns = match paths.len() {
            1 => vec![name.clone()],
            _ if table.labels.is_some() => vec![name.clone()],
            _ => paths.iter().map(|path| short_name(path)).collect(),
        };
        if table.format.as_ref().is_some_and(|format| !format.contains("{}")) {
            wrong("format", "a format holds `{}` where the number goes".into(), "write for example `\"{}ms\"`");
            return None;
        }
        let (format, labelled) = (table.format.clone(), table.labels.is_some());
        let grains = paths.iter().map(|path| Grain::of(base, path, format.as_deref())).collect();
        let axis = Axis { name, columns, values: Values::Open, paths, grains, format, labelled, place };
        axis.with_values(document, table, problems)
    }

    fn with_values(self, document: &Document, table: &AxisTable, problems: &mut Problems) -> Option<Axis> {
        let values = match (&table.values, &table.range) {
            (None, None) => Values::Open,
            (Some(values), None) => Values::Listed(self.listed(document, values.len(), table, problems)?),
            (None, Some(range)) if self.paths.len() == 1 => Values::Range(self.range(document, range, problems)?),
            (None, Some(_)) => {
                let at = format!("{}.range", self.place);
                problems.at(document, &at, "a range has one `path`", "list the values of several paths in `values`");
                return None;
            }
            (Some(_), Some(_)) => {
                problems.at(document, &format!("{}.range", self.place), "an axis has `values` or a `range`", None);
                return None;
            }
        };
        Some(Axis { values, ..self })
    }

    fn listed(
        &self,
        document: &Document,
        count: usize,
        table: &AxisTable,
        problems: &mut Problems,
    ) -> Option<Vec<Level>> {
        let at = format!("{}.values", self.place);
        if count == 0 {
            problems.at(document, &at, "an axis without values has no points", "write at least one value");
            return None;
        }
        if let Some(labels) = table.labels.as_ref().filter(|labels| labels.len() != count) {
            let message = format!("{} labels for {count} values", labels.len());
            problems.at(document, &format!("{}.labels", self.place), message, "write one label for each value");
            return None;
        }
        let level = |index: usize| {
            let label = table.labels.as_ref().map(|labels| labels[index].as_str());
            self.level(document, &format!("{at}[{index}]"), label, problems)
        };
        let levels: Vec<Option<Level>> = (0..count).map(level).collect();
        levels.into_iter().collect()
    }

    /// The value written at a place of the study.
    pub fn level(
        &self,
        document: &Document,
        place: &str,
        label: Option<&str>,
        problems: &mut Problems,
    ) -> Option<Level> {
        let node = document.value(place).expect("the value was read from there");
        let nodes: Vec<&Node> = match (self.paths.len(), node.as_array()) {
            (1, _) => vec![node],
            (paths, Some(array)) if array.len() == paths => array.iter().collect(),
            (paths, _) => {
                let message = format!("the axis has {paths} paths, so each of its values is an array of {paths}");
                problems.at(document, place, message, None);
                return None;
            }
        };
        let set = |(path, node): (&String, &&Node)| Set { path: path.clone(), value: self.written(node) };
        let sets = self.paths.iter().zip(&nodes).map(set).collect();
        let cells = match label {
            Some(label) => vec![Shown::Text(label.to_owned())],
            None if self.labelled => vec![Shown::Text(node.to_toml())],
            None => nodes.iter().zip(&self.grains).map(|(node, grain)| shown(node, *grain)).collect(),
        };
        Some(Level { sets, cells, place: place.to_owned() })
    }

    /// The value of a range at a share of the way.
    pub fn at(&self, share: f64) -> Level {
        match &self.values {
            Values::Range(range) => {
                let number = range.at(share);
                let value = match &self.format {
                    Some(format) => format.replace("{}", &number.to_string()),
                    None => format!("{number}{}", range.unit),
                };
                let sets = vec![Set { path: self.paths[0].clone(), value }];
                // What is shown is what is set: a number is rounded to what the scenario can hold.
                Level { sets, cells: vec![Shown::Number(number)], place: format!("{}.range", self.place) }
            }
            Values::Listed(levels) => levels[((share * levels.len() as f64) as usize).min(levels.len() - 1)].clone(),
            Values::Open => unreachable!("a design that chooses values asks for some"),
        }
    }

    /// The values of a grid; none where a range does not say how many it has or the axis has no values.
    pub fn grid(&self) -> Option<Vec<Level>> {
        match &self.values {
            Values::Listed(levels) => Some(levels.clone()),
            Values::Range(Range { count: Some(count), .. }) => {
                Some((0..*count).map(|step| self.at(f64::from(step) / f64::from(count - 1))).collect())
            }
            Values::Range(_) | Values::Open => None,
        }
    }

    /// Where the axis stands in the study, such as `axes[0]`.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// Where the path of its `index`th set stands in the study.
    pub fn path_place(&self, index: usize) -> String {
        if self.paths.len() == 1 { format!("{}.path", self.place) } else { format!("{}.paths[{index}]", self.place) }
    }

    /// Gives it columns named by the whole paths, for where the short names are taken.
    pub fn lengthen(&mut self) {
        if self.columns.len() == self.paths.len() {
            self.columns = self.paths.iter().map(|path| plain_name(path)).collect();
        }
    }

    /// A value as its column number `column` shows it.
    pub fn shown(&self, node: &Node, column: usize) -> Shown {
        // A label is a text, whatever it stands for.
        let grain = self.grains.get(column).copied().filter(|_| !self.labelled);
        shown(node, grain.unwrap_or(Grain::Any))
    }

    /// The number of a range at a share of the way, as if any number would do.
    pub fn between(&self, share: f64) -> Option<f64> {
        match &self.values {
            Values::Range(range) => Some(range.between(share)),
            Values::Listed(_) | Values::Open => None,
        }
    }

    /// Whether numbers of its range are rounded, and to what.
    pub fn grain(&self) -> Grain {
        match &self.values {
            Values::Range(range) => range.grain,
            Values::Listed(_) | Values::Open => Grain::Any,
        }
    }

    /// How many values it sets.
    pub fn width(&self) -> usize {
        self.paths.len()
    }

    fn written(&self, node: &Node) -> String {
        match (&self.format, node.as_text()) {
            (Some(format), Some(text)) => format.replace("{}", text),
            (Some(format), None) => format.replace("{}", &node.to_toml()),
            (None, _) => node.to_toml(),
        }
    }

    fn range(&self, document: &Document, table: &RangeTable, problems: &mut Problems) -> Option<Range> {
        let at = |key: &str| format!("{}.range.{key}", self.place);
        let mut end = |key: &str| {
            let place = at(key);
            let found = document.value(&place).and_then(number_with_unit);
            if found.is_none() {
                problems.at(
                    document,
                    &place,
                    "the end of a range is a number",
                    "such as `0.5`, `\"10ms\"`, `\"0.8/s\"`",
                );
            }
            found
        };
        let (from, to) = (end("from"), end("to"));
        let ((from, unit), (to, other)) = (from?, to?);
        let mut wrong = |key: &str, message: String, help: &str| problems.at(document, &at(key), message, help);
        if unit != other {
            wrong("to", format!("the ends have the units `{unit}` and `{other}`"), "write both in one unit");
        } else if !unit.is_empty() && self.format.is_some() {
            wrong("from", "the unit stands in the range and in `format`".into(), "write it in one of them");
        } else if from >= to {
            wrong("to", format!("an empty range: `{to}` is not beyond `{from}`"), "write the lower end as `from`");
        } else if table.scale == Scale::Log && from <= 0.0 {
            wrong("from", format!("a log range begins above 0, not at `{from}`"), "or write `scale = \"linear\"`");
        } else if table.count.is_some_and(|count| count < 2) {
            wrong("count", "a range has at least its two ends".into(), "write 2 or more");
        } else if let Some(count) = table.count.filter(|count| *count > LEVELS_MAX) {
            wrong(
                "count",
                format!("a range of {} numbers", thousands(u64::from(count))),
                &format!("write at most {LEVELS_MAX}"),
            );
        } else {
            let grain = self.grains[0];
            return Some(Range { from, to, count: table.count, scale: table.scale, unit, grain });
        }
        None
    }
}

/// A number, or a text that begins with one, with the unit after it.
fn number_with_unit(node: &Node) -> Option<(f64, String)> {
    let (number, unit) = match &node.value {
        Value::Integer(number) => (*number as f64, String::new()),
        Value::Float(number) => (*number, String::new()),
        Value::Text(text) => {
            let text = text.trim();
            let is_digit = |letter: char| letter.is_ascii_digit() || "+-._".contains(letter);
            let end = text.find(|letter| !is_digit(letter)).unwrap_or(text.len());
            (text[..end].replace('_', "").parse().ok()?, text[end..].trim().to_owned())
        }
        _ => return None,
    };
    number.is_finite().then_some((number, unit))
}

fn shown(node: &Node, grain: Grain) -> Shown {
    match &node.value {
        Value::Integer(number) => Shown::Number(*number as f64),
        Value::Float(number) if number.is_finite() => Shown::Number(*number),
        // An amount in quotes is a number all the same.
        Value::Text(text) => match Money::try_from(text.as_str()) {
            Ok(amount) if grain == Grain::Money => Shown::Number(amount.units()),
            _ => Shown::Text(text.clone()),
        },
        _ => Shown::Text(node.to_toml()),
    }
}

/// The last key of a path as the name of a column.
fn short_name(path: &str) -> String {
    let steps = path::parse(path).unwrap_or_default();
    let last = steps.iter().rev().find_map(|step| match step {
        Step::Key(key) => Some(key.as_str()),
        Step::Index(_) | Step::Name(_) => None,
    });
    plain_name(last.unwrap_or(path))
}

/// A text as the name of a column: its letters and digits, with `_` between words.
fn plain_name(text: &str) -> String {
    let mut name = String::new();
    for letter in text.chars() {
        match letter.to_ascii_lowercase() {
            plain if plain.is_ascii_alphanumeric() => name.push(plain),
            _ if !name.is_empty() && !name.ends_with('_') => name.push('_'),
            _ => {}
        }
    }
    name.trim_end_matches('_').to_owned()
}
