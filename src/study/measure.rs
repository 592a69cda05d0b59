//! What is measured of a run: columns of its summary or of its classes of job, or quotients of sums of them.

use crate::record::columns::{Cell, Column, Kind};
use crate::record::tables::{CLASSES, ClassRow, SUMMARY};
use crate::record::tally::Summary;
use crate::scenario::document::Document;
use crate::scenario::document::node::Node;
use crate::scenario::nearest::suggestion;
use crate::stats::replicated::Values;

/// What stands for every class in a measure.
const EVERY: &str = "*";

/// Why a text is no measure: a message and a help.
type Wrong = (String, Option<String>);

/// One measure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Measure {
    /// What it is called, once in a study: lower-case words joined by `_`.
    pub name: String,
    /// What it is called in tables: the name, or what the measures of all classes are called together.
    pub stem: String,
    /// The class it is of, where it was asked for of every class.
    pub class: Option<String>,
    /// The columns added up.
    sum: Vec<Term>,
    /// The columns by whose sum it is divided.
    over: Option<Vec<Term>>,
}

/// A column of the summary, or of a class.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Term {
    class: Option<String>,
    column: usize,
}

/// A column as terms name it.
struct Named {
    name: &'static str,
    kind: Kind,
    unit: &'static str,
    meaning: &'static str,
    formula: &'static str,
}

impl Measure {
    /// Reads `[NAME =] COLUMN [+ COLUMN]… [/ COLUMN [+ COLUMN]…]`; the sums are taken before the quotient. `CLASS.COLUMN` is a
    /// column of one class, and `*.COLUMN` makes a measure for each of the `classes`.
    pub fn parse(text: &str, classes: &[String]) -> Result<Vec<Measure>, Wrong> {
        let (name, formula) = match text.split_once('=') {
            Some((name, formula)) => (Some(name.trim()), formula),
            None => (None, text),
        };
        let (sum, over) = match formula.split_once('/') {
            Some((sum, over)) => (terms(sum, classes)?, Some(terms(over, classes)?)),
            None => (terms(formula, classes)?, None),
        };
        let stem = match (name, &over) {
            (Some(name), _) if is_plain(name) => name.to_owned(),
            (Some(name), _) => {
                let help = "write lower-case words joined by `_`".to_owned();
                return Err((format!("`{name}` is no name for a column"), Some(help)));
            }
            (None, None) => joined(&sum),
            (None, Some(over)) => format!("{}_per_{}", joined(&sum), joined(over)),
        };
        let every = |term: &Term| term.class.as_deref() == Some(EVERY);
        if !sum.iter().chain(over.iter().flatten()).any(every) {
            return Ok(vec![Measure { name: stem.clone(), stem, class: None, sum, over }]);
        }
        let of_class = |class: &String| {
            let own = |terms: &[Term]| terms.iter().map(|term| term.of_class(class)).collect();
            Measure {
                name: format!("{}_{stem}", plain(class)),
                stem: stem.clone(),
                class: Some(class.clone()),
                sum: own(&sum),
                over: over.as_deref().map(own),
            }
        };
        Ok(classes.iter().map(of_class).collect())
    }

    /// The unit of its values; empty for shares, counts and other pure numbers.
    pub fn unit(&self) -> String {
        let of = |terms: &[Term]| terms[0].named().unit;
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
            ([term], None) if term.class == self.class => term.named().meaning.to_owned(),
            ([Term { class: Some(class), .. }], None) => format!("{} of class {class}", self.sum[0].named().meaning),
            _ => self.stem.replace('_', " "),
        }
    }

    /// Whether its values may be shares: a quotient of counts, or a column that says so.
    pub fn may_be_share(&self) -> bool {
        let counts = |terms: &[Term]| terms.iter().all(|term| matches!(term.named().kind, Kind::U64));
        match &self.over {
            Some(over) => self.unit().is_empty() && counts(&self.sum) && counts(over),
            None => self.unit().is_empty() && self.sum[0].named().name.ends_with("_share"),
        }
    }

    /// What its values, of which these are some, can be. `jobs` is the mean number of jobs in a run of the class of the
    /// measure, where that is known. A quotient that may be a share and exceeds 1 somewhere is only not negative.
    pub fn kind(&self, values: &[f64], jobs: Option<f64>) -> Values {
        let is_share = self.may_be_share() || self.stem.ends_with("utilisation");
        match jobs.filter(|jobs| *jobs > 0.0) {
            _ if is_share && values.iter().any(|value| !(0.0..=1.0).contains(value)) => Values::NotNegative,
            Some(jobs) if is_share && self.is_per_job() => Values::EventShare(jobs),
            _ if is_share => Values::Share,
            _ if self.is_count() => Values::Events,
            _ if matches!(self.unit().as_str(), "s" | "ns" | "1/s") => Values::NotNegative,
            _ => Values::Any,
        }
    }

    /// Whether its values are numbers of things.
    fn is_count(&self) -> bool {
        let named = self.sum[0].named();
        self.over.is_none() && self.unit().is_empty() && matches!(named.kind, Kind::U64)
    }

    /// Whether its values are parts of the jobs: a quotient over them, or a column that is one.
    fn is_per_job(&self) -> bool {
        match self.over.as_deref() {
            Some([over]) => over.named().name == "jobs",
            Some(_) => false,
            None => self.sum[0].named().formula.ends_with("/ jobs"),
        }
    }

    /// Whether it needs the classes of a run.
    pub fn is_by_class(&self) -> bool {
        self.sum.iter().chain(self.over.iter().flatten()).any(|term| term.class.is_some())
    }

    /// Its value in a run; none where a column has none, the divisor is 0 or the run has no such class.
    pub fn of(&self, summary: &Summary, classes: &[ClassRow]) -> Option<f64> {
        let add = |terms: &[Term]| terms.iter().try_fold(0.0, |sum, term| Some(sum + term.value(summary, classes)?));
        let value = match &self.over {
            None => add(&self.sum)?,
            Some(over) => add(&self.sum)? / add(over)?,
        };
        value.is_finite().then_some(value)
    }
}

impl Term {
    fn of_class(&self, class: &str) -> Term {
        let is_every = self.class.as_deref() == Some(EVERY);
        Term { class: if is_every { Some(class.to_owned()) } else { self.class.clone() }, column: self.column }
    }

    fn named(&self) -> Named {
        match self.class {
            None => named(&SUMMARY.columns[self.column]),
            Some(_) => named(&CLASSES.columns[self.column]),
        }
    }

    fn value(&self, summary: &Summary, classes: &[ClassRow]) -> Option<f64> {
        match &self.class {
            None => number((SUMMARY.columns[self.column].cell)(summary)),
            Some(class) => {
                let row = classes.iter().find(|row| row.class == *class)?;
                number((CLASSES.columns[self.column].cell)(row))
            }
        }
    }
}

/// The names of the classes of a scenario, in its order.
pub fn classes(scenario: &Document) -> Vec<String> {
    let table = scenario.value("classes").and_then(Node::as_table);
    table.into_iter().flat_map(|table| table.keys().cloned()).collect()
}

fn terms(text: &str, classes: &[String]) -> Result<Vec<Term>, Wrong> {
    text.split('+').map(|name| term(name.trim(), classes)).collect()
}

fn term(text: &str, classes: &[String]) -> Result<Term, Wrong> {
    // No column has a dot in its name, but a class may.
    let Some((class, name)) = text.rsplit_once('.') else {
        return Ok(Term { class: None, column: column(text, SUMMARY.columns, "the summary has")? });
    };
    if class != EVERY && classes.iter().all(|known| known != class) {
        let mut known: Vec<&str> = classes.iter().map(String::as_str).collect();
        known.push(EVERY);
        return Err((format!("there is no class `{class}`"), suggestion(class, &known, "the classes are")));
    }
    Ok(Term { class: Some(class.to_owned()), column: column(name, CLASSES.columns, "classes have")? })
}

/// The place of a column of numbers.
fn column<R: ?Sized>(name: &str, columns: &[Column<R>], whose: &str) -> Result<usize, Wrong> {
    match columns.iter().position(|column| column.name == name) {
        Some(place) if is_number(columns[place].kind) => Ok(place),
        Some(_) => Err((format!("the column `{name}` is no number"), None)),
        None => {
            let numeric = columns.iter().filter(|column| is_number(column.kind));
            let names: Vec<&str> = numeric.map(|column| column.name).collect();
            Err((format!("{whose} no column `{name}`"), suggestion(name, &names, "its columns are")))
        }
    }
}

fn named<R: ?Sized>(column: &Column<R>) -> Named {
    Named { name: column.name, kind: column.kind, unit: column.unit, meaning: column.meaning, formula: column.formula }
}

fn is_number(kind: Kind) -> bool {
    !matches!(kind, Kind::Bool | Kind::Text)
}

fn number(cell: Cell<'_>) -> Option<f64> {
    match cell {
        Cell::U32(number) => Some(number.into()),
        Cell::U64(number) => Some(number as f64),
        Cell::I64(number) => Some(number as f64),
        Cell::F64(number) => Some(number),
        Cell::Bool(_) | Cell::Text(_) | Cell::Null => None,
    }
}

/// The names of columns as one: those of one class with the class before them.
fn joined(terms: &[Term]) -> String {
    let one = |term: &Term| match term.class.as_deref().filter(|class| *class != EVERY) {
        Some(class) => format!("{}_{}", plain(class), term.named().name),
        None => term.named().name.to_owned(),
    };
    terms.iter().map(one).collect::<Vec<_>>().join("_and_")
}

/// The name of a class as part of a column's.
fn plain(class: &str) -> String {
    let letter = |letter: char| if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { '_' };
    class.chars().map(letter).collect()
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

    fn parse(text: &str) -> Result<Vec<Measure>, Wrong> {
        Measure::parse(text, &["chat".to_owned(), "b-2".to_owned()])
    }

    fn one(text: &str) -> Measure {
        parse(text).expect("a measure").remove(0)
    }

    #[test]
    fn sums_come_before_the_quotient() {
        let mut summary = Summary { jobs: 8, ..Summary::default() };
        summary.fates[Fate::FinalRight as usize] = 3;
        summary.fates[Fate::FinalWrong as usize] = 1;
        let value = |text: &str| (one(text).name, one(text).of(&summary, &[]));
        assert_eq!(value("jobs"), ("jobs".into(), Some(8.0)));
        assert_eq!(value("fate_final_right / jobs"), ("fate_final_right_per_jobs".into(), Some(0.375)));
        assert_eq!(value("used = fate_final_right + fate_final_wrong / jobs"), ("used".into(), Some(0.5)));
        assert_eq!(value("jobs / bounced"), ("jobs_per_bounced".into(), None), "a quotient by 0 is missing");
        assert_eq!(value("wait_mean_s"), ("wait_mean_s".into(), None));
        assert_eq!(value("chat.jobs"), ("chat_jobs".into(), None), "a run without that class");
    }

    #[test]
    fn a_class_has_measures_of_its_own() {
        let mut rows = ["chat", "b-2"].map(|class| ClassRow { class: class.into(), ..ClassRow::default() });
        (rows[0].counts.jobs, rows[0].counts.used, rows[1].counts.jobs) = (4, 3, 6);
        let summary = Summary { jobs: 10, ..Summary::default() };
        let values = |text: &str| -> Vec<(String, String, Option<f64>)> {
            let measures = parse(text).expect("measures").into_iter();
            measures.map(|own| (own.name.clone(), own.stem.clone(), own.of(&summary, &rows))).collect()
        };
        let of = |name: &str, stem: &str, value| (name.to_owned(), stem.to_owned(), value);
        assert_eq!(
            values("chat.used / chat.jobs"),
            [of("chat_used_per_chat_jobs", "chat_used_per_chat_jobs", Some(0.75))]
        );
        let share = [of("chat_part", "part", Some(0.4)), of("b_2_part", "part", Some(0.6))];
        assert_eq!(values("part = *.jobs / jobs"), share);
        assert_eq!(parse("*.jobs").expect("two")[1].class.as_deref(), Some("b-2"));
        assert_eq!(one("chat.jobs").meaning(), "jobs counted of class chat");
        assert_eq!(one("*.jobs").meaning(), "jobs counted");
    }

    #[test]
    fn a_measure_says_what_it_is() {
        let said = |text: &str| (one(text).meaning(), one(text).unit(), one(text).may_be_share());
        let share = "share of all jobs that became final and right";
        assert_eq!(said("final_right_share"), (share.to_owned(), String::new(), true));
        assert_eq!(said("used_wrong_share = used_wrong / jobs"), ("used wrong share".into(), String::new(), true));
        assert_eq!(said("price = charged / jobs"), ("price".into(), "credit".into(), false));
        assert_eq!(said("rate = charged / work_s"), ("rate".into(), "credit/s".into(), false));
        assert_eq!(said("open_mean"), ("mean number of open jobs".into(), String::new(), false));
    }

    #[test]
    fn a_measure_knows_what_its_values_can_be() {
        let kind = |text: &str, values: &[f64], jobs| one(text).kind(values, jobs);
        assert_eq!(kind("jobs", &[3.0], None), Values::Events);
        assert_eq!(kind("late = fate_late / jobs", &[0.0], Some(50.0)), Values::EventShare(50.0));
        assert_eq!(
            kind("final_right_share", &[0.5], Some(50.0)),
            Values::EventShare(50.0),
            "a share of jobs by its formula"
        );
        assert_eq!(kind("chat.used / chat.jobs", &[0.5], Some(9.0)), Values::EventShare(9.0));
        assert_eq!(kind("late = fate_late / jobs", &[0.0], None), Values::Share);
        assert_eq!(kind("up_share", &[1.0], Some(50.0)), Values::Share, "not of jobs");
        assert_eq!(kind("utilisation", &[0.5], None), Values::Share);
        assert_eq!(kind("utilisation", &[0.5, 1.5], None), Values::NotNegative);
        assert_eq!(kind("checks / jobs", &[2.0], Some(50.0)), Values::NotNegative);
        assert_eq!(kind("response_mean_s", &[2.0], None), Values::NotNegative);
        assert_eq!(kind("slippage", &[-2.0], None), Values::Any);
    }

    #[test]
    fn an_unknown_column_gets_a_suggestion() {
        let (message, help) = parse("fate_finalright / jobs").expect_err("no such column");
        assert_eq!(message, "the summary has no column `fate_finalright`");
        assert_eq!(help.as_deref(), Some("did you mean `fate_final_right`?"));
        assert!(parse("Used = jobs").is_err());
        assert!(parse("jobs /").is_err());
        let (message, help) = parse("chatt.jobs").expect_err("no such class");
        assert_eq!((message.as_str(), help.as_deref()), ("there is no class `chatt`", Some("did you mean `chat`?")));
        assert_eq!(parse("*.bounced").expect_err("not of classes").0, "classes have no column `bounced`");
        assert_eq!(parse("chat.class").expect_err("a name").0, "the column `class` is no number");
    }
}
