//! What charts of a study are drawn from: its folder. What a chart says in words comes from the study file, which is part of
//! the study's identity; what it shows comes from the tables.

use serde_json::Value;

use super::numbers::{self, Unit};
use super::source::{Columns, Source};
use crate::engine::time::SimDuration;
use crate::output::renamed;
use crate::study::measure::Measure;

/// The output of a study.
#[derive(Clone, Debug)]
pub struct Studied {
    /// Its folder; the name is that of the study.
    pub source: Source,
    file: Value,
    classes: Vec<String>,
}

/// A column of an axis in some table.
#[derive(Clone, Debug, PartialEq)]
pub struct Cells {
    /// What stands beside the axis, with the unit that all its values are written with.
    pub title: String,
    /// A value for each row.
    pub values: Values,
}

/// The values of an axis in the rows of a table.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// Numbers, and whether they are spread over orders of magnitude.
    Numbers(Vec<f64>, bool),
    /// Names.
    Names(Vec<String>),
}

/// What is known of a measure beside its values.
#[derive(Clone, Debug, PartialEq)]
pub struct Measured {
    /// The start of its columns' names.
    pub name: String,
    /// What it is, in words.
    pub meaning: String,
    /// The base unit of charts.
    pub unit: Unit,
    /// From the columns' unit to it.
    pub factor: f64,
}

/// The axis that a search goes along.
#[derive(Clone, Debug, PartialEq)]
pub struct Searched {
    /// Its column.
    pub name: String,
    /// What stands beside it.
    pub title: String,
    /// The ends of its range.
    pub ends: (f64, f64),
    /// Whether it is searched by its logarithm.
    pub logarithmic: bool,
}

impl Studied {
    /// The study in a folder; none where it holds a run.
    pub fn of(source: &Source) -> Option<Studied> {
        let whole: Value = serde_json::from_str(&source.manifest.identity.scenario).ok()?;
        let file = whole.get("study").filter(|file| file.is_object())?.clone();
        let name = file["name"].as_str().unwrap_or("unnamed").to_string();
        let mut source = source.clone();
        source.name = name;
        let classes =
            whole["base"]["classes"].as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect();
        Some(Studied { source, file, classes })
    }

    /// What is written above a chart of the whole study: what the study file says, or else its name.
    pub fn title(&self) -> String {
        self.said_title().unwrap_or_else(|| capital(&self.source.name))
    }

    /// The title of the study file, or its question.
    pub fn said_title(&self) -> Option<String> {
        let said = ["title", "question"].iter().find_map(|key| self.file[key].as_str().filter(|said| !said.is_empty()));
        said.map(capital)
    }

    /// The axis that is searched and the level, in a search.
    pub fn searched(&self) -> Option<(Searched, f64)> {
        let search = &self.file["design"]["frontier"];
        let (name, level) = (search["axis"].as_str()?, search["level"].as_f64()?);
        let columns = self.axis_columns().ok()?;
        let axis = self.axis(columns.iter().position(|column| column == name)?);
        let end = |end: &str| leading_number(&text(&axis["range"][end]));
        let ((low, unit), (high, _)) = (end("from")?, end("to")?);
        let title = titled(axis, name, &unit);
        let logarithmic = axis["range"]["scale"] == "log";
        Some((Searched { name: name.to_string(), title, ends: (low, high), logarithmic }, level))
    }

    /// The level whose contour is wanted.
    pub fn level(&self) -> Option<f64> {
        self.file["level"].as_f64().or(self.file["design"]["frontier"]["level"].as_f64())
    }

    /// When the branches of a fork end what they change, in seconds since the fork, where all do at the same time.
    pub fn branches_end(&self) -> Option<f64> {
        let branches = self.file["branches"].as_array()?.iter().filter(|branch| branch["set"].is_object());
        let mut ends = branches.map(|branch| serde_json::from_value::<SimDuration>(branch["for"].clone()).ok());
        let first = ends.next()??;
        ends.all(|end| end == Some(first)).then(|| first.seconds())
    }

    /// What is measured, in the order of the study; `values` tells whether all that a measure came to lies in [0, 1].
    pub fn measures(&self, within_one: &dyn Fn(&str) -> bool) -> Vec<Measured> {
        self.measured(false, within_one)
    }

    /// What is measured of every class of job, in the order of the study.
    pub fn class_measures(&self, within_one: &dyn Fn(&str) -> bool) -> Vec<Measured> {
        self.measured(true, within_one)
    }

    fn measured(&self, by_class: bool, within_one: &dyn Fn(&str) -> bool) -> Vec<Measured> {
        let format = self.source.manifest.identity.format;
        let texts = self.file["measures"].as_array().into_iter().flatten().filter_map(Value::as_str);
        let texts = texts.map(|text| renamed::measure(format, text));
        let measured = |measure: Measure| {
            let (unit, factor) = match measure.unit().as_str() {
                "s" => (Unit::Seconds, 1.0),
                "ns" => (Unit::Seconds, 1e-9),
                "credit" => (Unit::Credits, 1.0),
                "credit/s" => (Unit::CreditsPerSecond, 1.0),
                "µcredit" | "µcredit/gas" => (Unit::Credits, 1e-6),
                "µcredit/s" => (Unit::CreditsPerSecond, 1e-6),
                "" if measure.may_be_share() && within_one(&measure.stem) => (Unit::Share, 1.0),
                _ => (Unit::Plain, 1.0),
            };
            Measured { meaning: measure.meaning(), name: measure.stem, unit, factor }
        };
        // A measure of every class is as many, which differ in the class alone: the first stands for all.
        let is_fork = self.file["design"]["fork"].is_object();
        let first = |text: String| match is_fork {
            true => Measure::parse_of_series(&text).ok(),
            false => Measure::parse(&text, &self.classes).ok().and_then(|all| all.into_iter().next()),
        };
        texts.filter_map(first).filter(|measure| measure.class.is_some() == by_class).map(measured).collect()
    }

    /// What points are compared with, in words: `method none`.
    pub fn baseline(&self) -> String {
        let pairs = self.file["baseline"].as_object().into_iter().flatten();
        pairs.map(|(name, value)| format!("{} {}", name.replace('_', " "), text(value))).collect::<Vec<_>>().join(", ")
    }

    /// For each row of a table whether it is of the point that others are compared with.
    pub fn is_baseline(&self, file: &str) -> Result<Vec<bool>, String> {
        let named = self.file["baseline"].as_object().ok_or("the study names no `baseline`")?;
        let (columns, cells) = (self.axis_columns()?, self.cells(file, None)?);
        let mut is_base: Option<Vec<bool>> = None;
        for (name, value) in named {
            let column = name.replace('-', "_");
            let place = columns.iter().position(|known| *known == column || known == name);
            let cells = &cells[place.ok_or_else(|| format!("there is no axis `{name}`"))?];
            let wanted = text(value);
            let number = leading_number(&wanted).map(|(number, _)| numbers::plain(number));
            let same = |cell: &String| *cell == wanted || Some(cell) == number.as_ref();
            let same: Vec<bool> = cells.names().iter().map(same).collect();
            is_base = Some(match is_base {
                None => same,
                Some(before) => before.iter().zip(same).map(|(one, other)| *one && other).collect(),
            });
        }
        is_base.ok_or_else(|| "the `baseline` names no axis".to_string())
    }

    /// The names of the axes' columns, in order.
    pub fn axis_columns(&self) -> Result<Vec<String>, String> {
        // A study that forks its runs has no means.
        let columns = self.source.columns("means").or_else(|_| self.source.columns("peaks"))?;
        Ok(columns.into_iter().skip(1).take_while(|name| name != "runs" && name != "branch").collect())
    }

    /// The axes' columns in a table, but for that of `without`.
    pub fn cells(&self, table: &str, without: Option<&str>) -> Result<Vec<Cells>, String> {
        let names = self.axis_columns()?;
        let wanted: Vec<&str> = names.iter().map(String::as_str).collect();
        let columns = self.source.table(table, &wanted)?;
        let others = names.iter().enumerate().filter(|(_, name)| Some(name.as_str()) != without);
        others.map(|(place, name)| cells(self.axis(place), name, &columns)).collect()
    }

    /// What the study file says of the axis of a column; nothing where one axis has several columns.
    fn axis(&self, column: usize) -> &Value {
        let axes = self.file["axes"].as_array().map_or(&[][..], Vec::as_slice);
        let is_one_each = self.axis_columns().is_ok_and(|columns| columns.len() == axes.len());
        axes.get(column).filter(|_| is_one_each).unwrap_or(&Value::Null)
    }
}

/// How many runs a table stands on, and how many of them failed, where any did. `table` holds `runs` and `runs_failed`.
pub fn runs(table: &Columns) -> Result<String, String> {
    let count = |name: &str| table.whole(name).map(|counts| counts.iter().sum::<u64>());
    let runs = count("runs")?;
    // Older folders have no such column of a search.
    Ok(match count("runs_failed").unwrap_or(0) {
        0 => format!("n = {} runs", super::numbers::count(runs)),
        failed => format!("{} of {} runs failed", super::numbers::count(failed), super::numbers::count(runs)),
    })
}

impl Cells {
    /// The values as texts.
    pub fn names(&self) -> Vec<String> {
        match &self.values {
            Values::Names(names) => names.clone(),
            Values::Numbers(numbers, _) => numbers.iter().map(|number| numbers::plain(*number)).collect(),
        }
    }
}

fn cells(axis: &Value, name: &str, columns: &Columns) -> Result<Cells, String> {
    let (numbers, unit) = match columns.text(name) {
        Err(_) => (columns.numbers(name)?.into_iter().collect::<Option<Vec<f64>>>(), String::new()),
        Ok((codes, texts)) => {
            let row = |code: Option<u32>| code.map_or(String::new(), |code| texts[code as usize].clone());
            let rows: Vec<String> = codes.into_iter().map(row).collect();
            let read: Option<Vec<(f64, String)>> = rows.iter().map(|text| leading_number(text)).collect();
            let unit = read.as_ref().and_then(|read| read.first()).map_or(String::new(), |first| first.1.clone());
            match read.filter(|read| read.iter().all(|(_, other)| *other == unit)) {
                Some(read) => (Some(read.into_iter().map(|(number, _)| number).collect()), unit),
                None => return Ok(Cells { title: titled(axis, name, ""), values: Values::Names(rows) }),
            }
        }
    };
    let numbers: Vec<f64> = numbers.ok_or_else(|| format!("the axis `{name}` lacks a value"))?;
    let (low, high) = numbers.iter().fold((f64::MAX, f64::MIN), |(low, high), &v| (low.min(v), high.max(v)));
    let logarithmic = axis["range"]["scale"] == "log" || axis["range"].is_null() && low > 0.0 && high >= 20.0 * low;
    Ok(Cells { title: titled(axis, name, &unit), values: Values::Numbers(numbers, logarithmic) })
}

fn titled(axis: &Value, name: &str, unit: &str) -> String {
    let title = axis["title"].as_str().map_or_else(|| name.replace('_', " "), str::to_string);
    if unit.is_empty() { title } else { format!("{title} ({unit})") }
}

/// A number at the start of a text, and the unit after it.
fn leading_number(text: &str) -> Option<(f64, String)> {
    let end = text.find(|letter: char| !letter.is_ascii_digit() && !"+-._".contains(letter)).unwrap_or(text.len());
    Some((text[..end].replace('_', "").parse().ok()?, text[end..].trim().to_string()))
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_string)
}

/// A sentence with its first letter as a capital.
pub fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_parted_from_their_units() {
        assert_eq!(leading_number("0.9s"), Some((0.9, "s".to_string())));
        assert_eq!(leading_number("1_000"), Some((1000.0, String::new())));
        assert_eq!(leading_number("spot-check"), None);
        assert_eq!(capital("what is it worth?"), "What is it worth?");
    }
}
