//! What is measured of a run: columns of its summary, or quotients of sums of them.

use crate::record::columns::{Cell, Kind};
use crate::record::tables::SUMMARY;
use crate::record::tally::Summary;
use crate::scenario::nearest::suggestion;

/// One measure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Measure {
    /// What it is called in tables: lower-case words joined by `_`.
    pub name: String,
    /// The columns added up.
    sum: Vec<usize>,
    /// The columns by whose sum it is divided.
    over: Option<Vec<usize>>,
}

impl Measure {
    /// Reads `[NAME =] COLUMN [+ COLUMN]… [/ COLUMN [+ COLUMN]…]`; the sums are taken before the quotient. The error is
    /// a message and a help.
    pub fn parse(text: &str) -> Result<Measure, (String, Option<String>)> {
        let (name, formula) = match text.split_once('=') {
            Some((name, formula)) => (Some(name.trim()), formula),
            None => (None, text),
        };
        let (sum, over) = match formula.split_once('/') {
            Some((sum, over)) => (columns(sum)?, Some(columns(over)?)),
            None => (columns(formula)?, None),
        };
        let name = match (name, &over) {
            (Some(name), _) if is_plain(name) => name.to_owned(),
            (Some(name), _) => {
                let help = "write lower-case words joined by `_`".to_owned();
                return Err((format!("`{name}` is no name for a column"), Some(help)));
            }
            (None, None) => joined(&sum),
            (None, Some(over)) => format!("{}_per_{}", joined(&sum), joined(over)),
        };
        Ok(Measure { name, sum, over })
    }

    /// The unit of its values; empty for shares, counts and other pure numbers.
    pub fn unit(&self) -> String {
        let of = |columns: &[usize]| SUMMARY.columns[columns[0]].unit;
        match (of(&self.sum), self.over.as_deref().map_or("", of)) {
            (unit, over) if unit == over => String::new(),
            (unit, "") => unit.to_owned(),
            ("", over) => format!("1/{over}"),
            (unit, over) => format!("{unit}/{over}"),
        }
    }

    /// What is measured, in words: the meaning of its only column, or its name.
    pub fn meaning(&self) -> String {
        match (&self.sum[..], &self.over) {
            ([column], None) => SUMMARY.columns[*column].meaning.to_owned(),
            _ => self.name.replace('_', " "),
        }
    }

    /// Whether its values may be shares: a quotient of counts, or a column that says so.
    pub fn may_be_share(&self) -> bool {
        let counts =
            |columns: &[usize]| columns.iter().all(|column| matches!(SUMMARY.columns[*column].kind, Kind::U64));
        match &self.over {
            Some(over) => self.unit().is_empty() && counts(&self.sum) && counts(over),
            None => self.unit().is_empty() && SUMMARY.columns[self.sum[0]].name.ends_with("_share"),
        }
    }

    /// Its value in a run; none where a column has none or the divisor is 0.
    pub fn of(&self, summary: &Summary) -> Option<f64> {
        let add = |columns: &[usize]| columns.iter().try_fold(0.0, |sum, &column| Some(sum + number(column, summary)?));
        let value = match &self.over {
            None => add(&self.sum)?,
            Some(over) => add(&self.sum)? / add(over)?,
        };
        value.is_finite().then_some(value)
    }
}

fn columns(text: &str) -> Result<Vec<usize>, (String, Option<String>)> {
    text.split('+').map(|name| column(name.trim())).collect()
}

fn column(name: &str) -> Result<usize, (String, Option<String>)> {
    let numeric = || SUMMARY.columns.iter().filter(|column| is_number(column.kind));
    match SUMMARY.columns.iter().position(|column| column.name == name) {
        Some(place) if is_number(SUMMARY.columns[place].kind) => Ok(place),
        Some(_) => Err((format!("the column `{name}` of the summary is no number"), None)),
        None => {
            let names: Vec<&str> = numeric().map(|column| column.name).collect();
            Err((format!("the summary has no column `{name}`"), suggestion(name, &names, "its columns are")))
        }
    }
}

fn is_number(kind: Kind) -> bool {
    !matches!(kind, Kind::Bool | Kind::Text)
}

fn number(column: usize, summary: &Summary) -> Option<f64> {
    match (SUMMARY.columns[column].cell)(summary) {
        Cell::U32(number) => Some(number.into()),
        Cell::U64(number) => Some(number as f64),
        Cell::I64(number) => Some(number as f64),
        Cell::F64(number) => Some(number),
        Cell::Bool(_) | Cell::Text(_) | Cell::Null => None,
    }
}

fn joined(columns: &[usize]) -> String {
    columns.iter().map(|&column| SUMMARY.columns[column].name).collect::<Vec<_>>().join("_and_")
}

/// Whether a text can name a column.
pub(super) fn is_plain(name: &str) -> bool {
    let plain = |letter: u8| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == b'_';
    name.bytes().next().is_some_and(|first| first.is_ascii_lowercase()) && name.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::fate::Fate;

    #[test]
    fn sums_come_before_the_quotient() {
        let mut summary = Summary { jobs: 8, ..Summary::default() };
        summary.fates[Fate::FinalRight as usize] = 3;
        summary.fates[Fate::FinalWrong as usize] = 1;
        let value = |text: &str| Measure::parse(text).map(|measure| (measure.name.clone(), measure.of(&summary)));
        assert_eq!(value("jobs"), Ok(("jobs".into(), Some(8.0))));
        let right = "fate_final_right / jobs";
        assert_eq!(value(right), Ok(("fate_final_right_per_jobs".into(), Some(0.375))));
        let used = "used = fate_final_right + fate_final_wrong / jobs";
        assert_eq!(value(used), Ok(("used".into(), Some(0.5))));
        assert_eq!(value("jobs / bounced"), Ok(("jobs_per_bounced".into(), None)), "a quotient by 0 is missing");
        assert_eq!(value("wait_mean_s"), Ok(("wait_mean_s".into(), None)));
    }

    #[test]
    fn a_measure_says_what_it_is() {
        let said = |text: &str| {
            let measure = Measure::parse(text).expect("a measure");
            (measure.meaning(), measure.unit(), measure.may_be_share())
        };
        let share = "share of all jobs that became final and right";
        assert_eq!(said("final_right_share"), (share.to_owned(), String::new(), true));
        assert_eq!(said("used_wrong_share = used_wrong / jobs"), ("used wrong share".into(), String::new(), true));
        assert_eq!(said("price = charged / jobs"), ("price".into(), "credit".into(), false));
        assert_eq!(said("rate = charged / work_s"), ("rate".into(), "credit/s".into(), false));
        assert_eq!(said("open_mean"), ("mean number of open jobs".into(), String::new(), false));
    }

    #[test]
    fn an_unknown_column_gets_a_suggestion() {
        let (message, help) = Measure::parse("fate_finalright / jobs").expect_err("no such column");
        assert_eq!(message, "the summary has no column `fate_finalright`");
        assert_eq!(help.as_deref(), Some("did you mean `fate_final_right`?"));
        assert!(Measure::parse("Used = jobs").is_err());
        assert!(Measure::parse("jobs /").is_err());
    }
}
