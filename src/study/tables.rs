//! The tables of a study, filled as their columns are declared, and as the bytes of Parquet files.

use crate::output::identity::Identity;
use crate::parquet::{Codes, Data, Field, Kind, Values, Writer};
use crate::record::batch::ROWS;

use super::axis::Shown;
use super::columns::{
    DIFFERENCES, DIFFERENCES_BY_CLASS, Declaration, Declared, Entry, FRONTIER, Fill, MEANS, MEANS_BY_CLASS, Of, POINTS,
    POINTS_BY_CLASS, Value,
};
use super::course::Course;
use super::design::Design;
use super::fork::columns::{FORKS, PASSING, PEAKS, RESPONSES};
use super::results::Results;
use super::verdict::VERDICTS;
use super::{Study, View};

/// A table.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// Also the name of its file, without the extension.
    pub name: &'static str,
    /// Names and values; all equally long.
    pub columns: Vec<(String, Column)>,
}

/// The values of a column.
#[derive(Clone, Debug, PartialEq)]
pub enum Column {
    /// Whole numbers.
    Count(Vec<u64>),
    /// Numbers that may be missing.
    Number(Vec<Option<f64>>),
    /// Answers.
    Flag(Vec<bool>),
    /// Texts that may be missing.
    Text(Vec<Option<String>>),
}

/// The tables of a study that is complete.
pub(super) fn tables(study: &Study, course: &Course, results: &Results) -> Vec<Table> {
    let cells: Vec<Vec<&Shown>> = course.points().iter().map(|point| study.cells(point)).collect();
    let entry = |point: usize, of| Entry { study, point, cells: &cells[point], of, class: "" };
    let runs = || {
        let rows = course.rows().iter().flatten();
        rows.map(|row| entry(row.point, Of::Run(&course.points()[row.point], row))).collect()
    };
    let mean = |point: usize| entry(point, Of::Point(&course.rows()[point], &results.means[point]));
    let means = || (0..cells.len()).map(mean).collect();
    let pairs = || results.differences.iter().map(|pair| entry(pair.point, Of::Pair(pair))).collect();
    let (whole, by_class) = (vec![study.whole()], study.by_class());
    let (axes, has_baseline) = (study.columns(), !study.baseline.is_empty());
    let mut tables = Vec::new();
    let mut fill = |declaration, entries: Vec<Entry>, views: &[View]| {
        tables.push(filled(declaration, &entries, views, &axes, ""));
    };
    if !study.claims.is_empty() {
        let judged =
            results.verdicts.iter().map(|own| Entry { study, point: 0, cells: &[], of: Of::Verdict(own), class: "" });
        fill(&VERDICTS, judged.collect(), &[View::default()]);
    }
    if let Some(fork) = &study.fork {
        let forked = |row| -> Vec<Of> {
            let places = (0..fork.instants.count()).flat_map(|instant| {
                let arms =
                    (0..fork.arms().len()).flat_map(move |arm| (0..fork.bins).map(move |bin| (instant, arm, bin)));
                arms.map(move |place| Of::Fork(row, place))
            });
            places.collect()
        };
        let rows = course.rows().iter().flatten();
        let places = rows.flat_map(|row| forked(row).into_iter().map(|of| entry(row.point, of)));
        fill(&FORKS, places.collect(), &whole);
        let bins = results
            .responses
            .iter()
            .flat_map(|own| (0..own.bins.len()).map(move |bin| Of::Bin(own, bin)).map(|of| entry(own.point, of)));
        fill(&RESPONSES, bins.collect(), &whole);
        fill(&PEAKS, results.responses.iter().map(|own| entry(own.point, Of::Response(own))).collect(), &whole);
        if fork.passing.is_some() {
            fill(&PASSING, results.passed.iter().map(|own| entry(own.point, Of::Passing(own))).collect(), &whole);
        }
        fill(&POINTS, runs(), &[View::default()]);
        return tables;
    }
    fill(&POINTS, runs(), &whole);
    fill(&MEANS, means(), &whole);
    if has_baseline {
        fill(&DIFFERENCES, pairs(), &whole);
    }
    if !by_class.is_empty() {
        fill(&POINTS_BY_CLASS, runs(), &by_class);
        fill(&MEANS_BY_CLASS, means(), &by_class);
    }
    if !by_class.is_empty() && has_baseline {
        fill(&DIFFERENCES_BY_CLASS, pairs(), &by_class);
    }
    if let Design::Frontier(search) = &study.design {
        let others = study.axes.iter().enumerate().filter(|(index, _)| *index != search.axis);
        let names: Vec<&str> = others.flat_map(|(_, axis)| axis.columns.iter().map(String::as_str)).collect();
        let cells: Vec<Vec<&Shown>> = results.crossings.iter().map(|line| line.cells.iter().collect()).collect();
        let both = results.crossings.iter().zip(&cells);
        let lines: Vec<Entry> =
            both.map(|(line, cells)| Entry { study, point: 0, cells, of: Of::Line(line), class: "" }).collect();
        tables.push(filled(&FRONTIER, &lines, &whole, &names, &study.axes[search.axis].name));
    }
    tables
}

/// A table with a row for each entry and view, and its columns as they are declared.
fn filled(declaration: &Declaration, entries: &[Entry], views: &[View], axes: &[&str], searched: &str) -> Table {
    let rows: Vec<(Entry, &View)> = entries
        .iter()
        .flat_map(|entry| views.iter().map(move |view| (*entry, view)))
        .map(|(entry, view): (Entry, &View)| (Entry { class: &view.class, ..entry }, view))
        .collect();
    let mut columns = Vec::new();
    // What is declared of measures side by side stays so: all columns of one measure, then all of the next.
    let side_by_side =
        |one: &Declared, other: &Declared| matches!((&one.fill, &other.fill), (Fill::Measures(_), Fill::Measures(_)));
    for group in declaration.columns.chunk_by(side_by_side) {
        match &group[0].fill {
            Fill::One(value) => {
                let name = group[0].name.replace("SEARCHED", searched);
                columns.push((name, Column::of(group[0].kind, rows.iter().map(|(entry, _)| value(entry)))));
            }
            Fill::Axes => {
                let column = |(index, name): (usize, &&str)| {
                    (name.to_string(), cells(rows.iter().map(|(entry, _)| entry.cells[index])))
                };
                columns.extend(axes.iter().enumerate().map(column));
            }
            Fill::Measures(_) => {
                for (place, stem) in views[0].stems.iter().enumerate() {
                    for column in group {
                        let Fill::Measures(value) = column.fill else { unreachable!("side by side") };
                        let values = rows.iter().map(|(entry, view)| value(entry, view.measures[place]));
                        columns.push((column.name.replace("MEASURE", stem), Column::of(column.kind, values)));
                    }
                }
            }
        }
    }
    Table { name: declaration.name, columns }
}

/// A column of an axis: numbers where all are, otherwise text.
fn cells<'s>(cells: impl Iterator<Item = &'s Shown> + Clone) -> Column {
    let number = |cell: &Shown| match cell {
        Shown::Number(number) => Some(*number),
        Shown::Text(_) => None,
    };
    if cells.clone().all(|cell| number(cell).is_some()) {
        return Column::Number(cells.map(number).collect());
    }
    Column::Text(cells.map(|cell| Some(cell.to_string())).collect())
}

impl Table {
    /// An object for each row, with the columns' names as keys.
    pub fn json(&self) -> serde_json::Value {
        let row = |row: usize| -> serde_json::Value {
            let cell = |(name, column): &(String, Column)| (name.clone(), column.json(row));
            self.columns.iter().map(cell).collect::<serde_json::Map<_, _>>().into()
        };
        (0..self.rows()).map(row).collect()
    }

    /// How many rows it has.
    pub fn rows(&self) -> usize {
        self.columns.first().map_or(0, |(_, column)| column.len())
    }

    /// The whole file. The same rows give the same bytes.
    pub fn bytes(&self, identity: &Identity) -> Result<Vec<u8>, String> {
        let fields: Vec<Field> = self.columns.iter().map(|(name, column)| column.field(name)).collect();
        let mut writer = Writer::create(Vec::new(), &fields, &identity.pairs(self.name))?;
        for start in (0..self.rows()).step_by(ROWS) {
            let end = self.rows().min(start + ROWS);
            let group: Vec<Values> = self.columns.iter().map(|(_, column)| column.values(start, end)).collect();
            writer.write(&group)?;
        }
        writer.finish()
    }
}

impl Column {
    /// Values of the kind that was declared. Panics at any other.
    fn of(kind: Kind, values: impl Iterator<Item = Value>) -> Column {
        fn other() -> ! {
            unreachable!("a value of another kind than was declared")
        }
        let count = |value| if let Value::Count(count) = value { count } else { other() };
        let number = |value| if let Value::Number(number) = value { number } else { other() };
        let flag = |value| if let Value::Flag(flag) = value { flag } else { other() };
        let text = |value| if let Value::Text(text) = value { text } else { other() };
        match kind {
            Kind::U64 => Column::Count(values.map(count).collect()),
            Kind::F64 => Column::Number(values.map(number).collect()),
            Kind::Bool => Column::Flag(values.map(flag).collect()),
            Kind::Text => Column::Text(values.map(text).collect()),
            _ => other(),
        }
    }

    fn json(&self, row: usize) -> serde_json::Value {
        match self {
            Column::Count(values) => values[row].into(),
            Column::Number(values) => values[row].into(),
            Column::Flag(values) => values[row].into(),
            Column::Text(values) => values[row].clone().into(),
        }
    }

    fn len(&self) -> usize {
        match self {
            Column::Count(values) => values.len(),
            Column::Number(values) => values.len(),
            Column::Flag(values) => values.len(),
            Column::Text(values) => values.len(),
        }
    }

    fn field(&self, name: &str) -> Field {
        let (kind, nullable) = match self {
            Column::Count(_) => (Kind::U64, false),
            Column::Number(_) => (Kind::F64, true),
            Column::Flag(_) => (Kind::Bool, false),
            Column::Text(_) => (Kind::Text, true),
        };
        Field::new(name, kind, nullable)
    }

    fn values(&self, start: usize, end: usize) -> Values {
        match self {
            Column::Count(values) => Values { data: Data::U64(values[start..end].to_vec()), valid: None },
            Column::Number(values) => {
                let values = &values[start..end];
                let data = Data::F64(values.iter().map(|value| value.unwrap_or_default()).collect());
                Values { data, valid: Some(values.iter().map(Option::is_some).collect()) }
            }
            Column::Flag(values) => Values { data: Data::Bool(values[start..end].to_vec()), valid: None },
            Column::Text(values) => {
                let values = &values[start..end];
                let (mut known, mut dictionary) = (Codes::default(), Vec::new());
                let mut code =
                    |text: &Option<String>| text.as_ref().map_or(0, |text| known.code(text, &mut dictionary));
                let codes = values.iter().map(&mut code).collect();
                let valid = Some(values.iter().map(Option::is_some).collect());
                Values { data: Data::Text { codes, dictionary }, valid }
            }
        }
    }
}
