//! What is measured of a run: columns of its summary, of its classes of job, or of its series, or formulas of them.

use crate::record::tables::{BASKET, ClassRow, SeriesRow};
use crate::record::tally::Summary;
use crate::scenario::document::Document;
use crate::scenario::document::node::Node;
use crate::stats::replicated::Values;

use super::formula::{Formula, Found, Term, Wrong, plain};

/// One measure.
#[derive(Clone, Debug, PartialEq)]
pub struct Measure {
    /// What it is called, once in a study: lower-case words joined by `_`.
    pub name: String,
    /// What it is called in tables: the name, or what the measures of all classes are called together.
    pub stem: String,
    /// The class it is of, where it was asked for of every class.
    pub class: Option<String>,
    formula: Formula,
}

impl Measure {
    /// Reads `[NAME =] FORMULA`. `CLASS.COLUMN` is a column of one class, and `*.COLUMN` makes a measure for each of the
    /// `classes`.
    pub fn parse(text: &str, classes: &[String]) -> Result<Vec<Measure>, (String, Option<String>)> {
        let (stem, formula) = Measure::named(text, |formula| Formula::parse(formula, classes))?;
        if !formula.terms().into_iter().any(Term::is_of_every_class) {
            return Ok(vec![Measure { name: stem.clone(), stem, class: None, formula }]);
        }
        let of_class = |class: &String| Measure {
            name: format!("{}_{stem}", plain(class)),
            stem: stem.clone(),
            class: Some(class.clone()),
            formula: formula.of_class(class),
        };
        Ok(classes.iter().map(of_class).collect())
    }

    /// The same over the columns of the series, which has no classes.
    pub fn parse_of_series(text: &str) -> Result<Measure, (String, Option<String>)> {
        let (stem, formula) = Measure::named(text, Formula::parse_of_series)?;
        Ok(Measure { name: stem.clone(), stem, class: None, formula })
    }

    /// What a basket of probes costs by channel, and what each channel can supply.
    pub fn of_basket() -> Vec<Measure> {
        let measure = |column: usize| {
            let (name, formula) = (BASKET.columns[column].name.to_owned(), Formula::of_basket(column));
            Measure { name: name.clone(), stem: name, class: None, formula }
        };
        (0..BASKET.columns.len()).map(measure).collect()
    }

    /// The name and the formula of a text.
    fn named(text: &str, parse: impl Fn(&str) -> Result<Formula, Wrong>) -> Result<(String, Formula), Wrong> {
        let (name, formula) = match text.split_once('=') {
            Some((name, formula)) => (Some(name.trim()), formula),
            None => (None, text),
        };
        let formula = parse(formula)?;
        if formula.terms().is_empty() {
            let help = "write at least one column".to_owned();
            return Err((format!("`{}` measures nothing of a run", text.trim()), Some(help)));
        }
        let stem = name.map_or_else(|| formula.name(), str::to_owned);
        if !is_plain(&stem) {
            return Err(no_name(&stem, name.is_some()));
        }
        Ok((stem, formula))
    }

    /// The unit of its values; empty for shares, counts and other pure numbers.
    pub fn unit(&self) -> String {
        self.formula.unit()
    }

    /// What is measured, in words: the meaning of its only column, without what says which runs have it, or its name.
    pub fn meaning(&self) -> String {
        let of = |term: &Term| term.named().meaning.split("; only where").next().unwrap_or_default().to_owned();
        match &self.formula {
            Formula::Column(term) if term.class() == self.class.as_deref() => of(term),
            Formula::Column(term) => format!("{} of class {}", of(term), term.class().unwrap_or_default()),
            _ => self.stem.replace('_', " "),
        }
    }

    /// Whether its values may be shares: a quotient of counts, or a column that says so.
    pub fn may_be_share(&self) -> bool {
        self.formula.may_be_share()
    }

    /// What its values, of which these are some, can be. `jobs` is the mean number of jobs in a run of the class of the
    /// measure, where that is known. A quotient that may be a share and exceeds 1 somewhere is only not negative, and what is
    /// less than 0 somewhere, as a difference may be, can be anything.
    pub fn kind(&self, values: &[f64], jobs: Option<f64>) -> Values {
        let is_share = self.may_be_share() || self.stem.ends_with("utilisation");
        match jobs.filter(|jobs| *jobs > 0.0) {
            _ if values.iter().any(|value| *value < 0.0) => Values::Any,
            _ if is_share && values.iter().any(|value| !(0.0..=1.0).contains(value)) => Values::NotNegative,
            Some(jobs) if is_share && self.formula.is_per_job() => Values::EventShare(jobs),
            _ if is_share => Values::Share,
            _ if self.formula.is_difference() => Values::Any,
            _ if self.formula.is_count() => Values::Events,
            _ if matches!(self.unit().as_str(), "s" | "ns" | "1/s") => Values::NotNegative,
            _ => Values::Any,
        }
    }

    /// Whether it needs the classes of a run.
    pub fn is_by_class(&self) -> bool {
        self.formula.terms().iter().any(|term| term.class().is_some())
    }

    /// Its value in a run; none where a column has none, a divisor is 0 or the run has no such class.
    pub fn of(&self, summary: &Summary, classes: &[ClassRow]) -> Option<f64> {
        self.formula.of(Found::Run(summary, classes)).filter(|value| value.is_finite())
    }

    /// The value of a measure over the series in one of its rows; none where a column has none or a divisor is 0.
    pub fn of_series(&self, row: &SeriesRow) -> Option<f64> {
        self.formula.of(Found::Series(row)).filter(|value| value.is_finite())
    }
}

/// Why a measure needs another name than the one it was given, or its formula makes.
fn no_name(name: &str, is_given: bool) -> Wrong {
    let help = match is_given {
        true => "write lower-case words joined by `_`",
        false => "give it one: `\"name = …\"`, of lower-case words joined by `_`",
    };
    (format!("`{name}` is no name for a column"), Some(help.to_owned()))
}

/// The names of the classes of a scenario, in its order.
pub fn classes(scenario: &Document) -> Vec<String> {
    let table = scenario.value("classes").and_then(Node::as_table);
    table.into_iter().flat_map(|table| table.keys().cloned()).collect()
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
    fn formulas_have_the_usual_precedence() {
        let mut summary = Summary { jobs: 8, ..Summary::default() };
        summary.fates[Fate::FinalRight as usize] = 3;
        summary.fates[Fate::FinalWrong as usize] = 1;
        let value = |text: &str| (one(text).name, one(text).of(&summary, &[]));
        assert_eq!(value("jobs"), ("jobs".into(), Some(8.0)));
        assert_eq!(value("fate_final_right / jobs"), ("fate_final_right_per_jobs".into(), Some(0.375)));
        assert_eq!(value("used = (fate_final_right + fate_final_wrong) / jobs"), ("used".into(), Some(0.5)));
        assert_eq!(value("x = fate_final_right + fate_final_wrong / jobs"), ("x".into(), Some(3.125)));
        assert_eq!(
            value("(jobs - fate_final_right) / jobs"),
            ("jobs_less_fate_final_right_per_jobs".into(), Some(0.625))
        );
        assert_eq!(value("x = jobs - fate_final_right - fate_final_wrong"), ("x".into(), Some(4.0)));
        assert_eq!(value("x = jobs - (fate_final_right - fate_final_wrong)"), ("x".into(), Some(6.0)));
        assert_eq!(value("x = 100 * fate_final_right / jobs / 2"), ("x".into(), Some(18.75)));
        assert_eq!(value("x=((jobs))*1.5e1"), ("x".into(), Some(120.0)));
        assert_eq!(value("jobs-fate_final_wrong"), ("jobs_less_fate_final_wrong".into(), Some(7.0)));
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
        // A class with a minus in its name, a product, and a minus that is one.
        assert_eq!(values("x = 2*b-2.jobs-chat.jobs"), [of("x", "x", Some(8.0))]);
        assert_eq!(parse("*.jobs").expect("two")[1].class.as_deref(), Some("b-2"));
        assert_eq!(one("chat.jobs").meaning(), "number of jobs counted of class chat");
        assert_eq!(one("*.jobs").meaning(), "number of jobs counted");
    }

    #[test]
    fn a_measure_says_what_it_is() {
        let said = |text: &str| (one(text).meaning(), one(text).unit(), one(text).may_be_share());
        let share = "share of all jobs that became final and right";
        assert_eq!(said("final_right_share"), (share.to_owned(), String::new(), true));
        assert_eq!(said("used_wrong_share = used_wrong / jobs"), ("used wrong share".into(), String::new(), true));
        assert_eq!(said("price = charged / jobs"), ("price".into(), "credit".into(), false));
        assert_eq!(said("kept = (jobs - used_wrong) / jobs"), ("kept".into(), String::new(), true));
        assert_eq!(said("lost = 100 * used_wrong / jobs"), ("lost".into(), String::new(), false));
        assert_eq!(said("rate = charged / work_s"), ("rate".into(), "credit/s".into(), false));
        assert_eq!(said("open_mean"), ("mean number of jobs in the market".into(), String::new(), false));
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
        for (text, message) in [
            ("jobs /", "a formula ends where a column belongs"),
            ("(jobs + bounced", "a `(` without its `)`"),
            ("jobs) / bounced", "a `)` without its `(`"),
            ("jobs bounced", "`bounced` does not go on from what stands before it"),
            ("x = 3 / 4", "`x = 3 / 4` measures nothing of a run"),
            ("x = - jobs", "`- jobs` is no column"),
            ("100 * jobs", "`100_times_jobs` is no name for a column"),
            ("x = 1.2.3 * jobs", "`1.2.3` is no number"),
        ] {
            assert_eq!(parse(text).expect_err(text).0, message);
        }
        assert!(parse(&format!("x = {}jobs", "(".repeat(60))).expect_err("deep").0.contains("deeper than 50"));
        assert!(parse(&format!("x = jobs{}", " + jobs".repeat(400))).expect_err("long").0.contains("2000 letters"));
        let (message, help) = parse("chatt.jobs").expect_err("no such class");
        assert_eq!((message.as_str(), help.as_deref()), ("there is no class `chatt`", Some("did you mean `chat`?")));
        assert_eq!(parse("*.bounced").expect_err("not of classes").0, "classes have no column `bounced`");
        assert_eq!(parse("chat.class").expect_err("a name").0, "the column `class` is no number");
    }
}
