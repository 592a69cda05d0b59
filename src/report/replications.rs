//! Replications of a scenario as people and programs read them: means with intervals over the runs.

use std::fmt::Write;

use serde_json::{Map, Value, json};

use crate::domain::count::thousands;
use crate::domain::fate::{Cause, Fate};
use crate::maths::log10;
use crate::stats::replicated::{Method, unseen_bound};
use crate::study::replicate::LEVEL;
use crate::study::replications::{Mean, Sample};

/// Measures of the whole run that a reader wants first, after the fates, with what they are called.
const HEADLINES: &[(&str, &str)] = &[
    ("killed_by_verification_share", "killed by verification"),
    ("killed_by_verification_cost_share", "of which by its cost"),
    ("used_wrong_share", "used though wrong"),
    ("response_mean_s", "asking to answer, mean"),
    ("response_p50_ns", "asking to answer, median"),
    ("response_p95_ns", "asking to answer, 95 % within"),
    ("wait_mean_s", "wait before execution, mean"),
    ("throughput", "answers per second"),
    ("attempts_mean", "placements per job"),
    ("utilisation", "slots in use"),
    ("checks_utilisation", "slots of checkers in use"),
    ("up_share", "nodes working"),
    ("charged_per_job", "paid per job"),
    ("price_mean", "paid per GPU-second"),
    ("value_final", "value delivered"),
    ("node_income", "income of the nodes"),
    ("node_cost", "cost of the nodes"),
];

/// Measures of each class, with what they are called.
const OF_CLASSES: &[(&str, &str)] = &[
    ("jobs", "jobs"),
    ("final_right_share", "final-right"),
    ("killed_by_verification_share", "killed by verification"),
    ("used_wrong_share", "used though wrong"),
];

/// A mean as it is written: the mean, and its interval where it has one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The mean with its unit, or `none` or `all` of what no run or every job has.
    pub mean: String,
    /// The two ends, or the one bound.
    pub interval: String,
}

/// The means that a reader wants first, as aligned text, without the digest.
pub fn text(sample: &Sample, means: &[Mean]) -> String {
    let (name, seed, count) = (&sample.scenario.name, sample.seed, sample.count());
    let jobs = find(means, None, "jobs").map_or(0.0, |jobs| jobs.over.mean * jobs.over.n as f64);
    let mut text = format!("{name} · seed {seed} · {count} replications · {} jobs\n", thousands(jobs.round() as u64));
    if !sample.scenario.question.is_empty() {
        let _ = writeln!(text, "{}", sample.scenario.question);
    }
    let _ = writeln!(text, "\n{:<30}{:>20}    95 % interval", "", "mean");
    for (label, mean) in rows(means) {
        let written = written(mean);
        let _ = writeln!(text, "{label:<30}{:>20}    {}", written.mean, written.interval);
    }
    let classes = classes(means);
    if classes.len() > 1 {
        by_class(&mut text, means, &classes);
    }
    text.push('\n');
    legend(means, count).iter().for_each(|line| text.push_str(&format!("{line}\n")));
    text.push_str("every measure, of each class too: --format json, --format md, or intervals.parquet\n");
    text
}

/// How the intervals are to be read, in lines.
pub fn legend(means: &[Mean], count: u64) -> Vec<String> {
    let mut lines = vec![
        "95 % intervals of means by Student's t, with the run as the unit; of shares on the logit, so that they stay within"
            .to_string(),
        "0 and 100 %; of counts and times not below 0.".to_string(),
    ];
    if means.iter().any(|mean| mean.over.method == Method::Unseen) {
        let bound = 100.0 * unseen_bound(count, LEVEL);
        lines.push(format!(
            "none: no job of any run. At 95 %, fewer than {} % of runs have one; the bound shown is for one job in each of",
            decimals(bound, 1)
        ));
        lines.push("these, and many at once would exceed it.".to_string());
    }
    lines
}

/// Every measure as Markdown tables: the whole run, then each class.
pub fn markdown(means: &[Mean]) -> String {
    let mut text = String::new();
    let none = None;
    for class in std::iter::once(&none).chain(&classes(means).into_iter().map(Some).collect::<Vec<_>>()) {
        if let Some(class) = class {
            let _ = write!(text, "\n### {class}\n\n");
        }
        text.push_str(
            "| measure | mean | low | high | n | method | unit | meaning |\n|---|---:|---:|---:|---:|---|---|---|\n",
        );
        for mean in means.iter().filter(|mean| mean.class.as_ref() == class.as_ref()) {
            let over = &mean.over;
            let end = |end: Option<f64>| end.map_or("–".to_string(), |end| end.to_string());
            let (low, high, method) = (end(over.low), end(over.high), over.method.name());
            let Mean { measure, unit, meaning, .. } = mean;
            let _ = writeln!(
                text,
                "| {measure} | {} | {low} | {high} | {} | {method} | {unit} | {meaning} |",
                over.mean, over.n
            );
        }
    }
    text
}

/// Every measure as one JSON object, with what it is a result of.
pub fn object(sample: &Sample, means: &[Mean]) -> Value {
    let identity = sample.identity();
    let of = |class: Option<&str>| -> Map<String, Value> {
        let own = means.iter().filter(|mean| mean.class.as_deref() == class);
        own.map(|mean| (mean.measure.clone(), one(mean))).collect()
    };
    let classes: Map<String, Value> =
        classes(means).into_iter().map(|class| (class.clone(), of(Some(&class)).into())).collect();
    json!({
        "scenario": sample.scenario.name,
        "seed": sample.seed,
        "replications": sample.count(),
        "version": identity.version,
        "identity": identity.id(),
        "level": LEVEL,
        "measures": of(None),
        "classes": classes,
        "digest": sample.digest(),
    })
}

fn one(mean: &Mean) -> Value {
    let over = &mean.over;
    json!({
        "mean": over.mean,
        "half_width": over.half_width,
        "low": over.low,
        "high": over.high,
        "n": over.n,
        "method": over.method.name(),
        "unit": mean.unit,
    })
}

/// The classes, in the order of the scenario.
pub fn classes(means: &[Mean]) -> Vec<String> {
    let mut classes: Vec<String> = means.iter().filter_map(|mean| mean.class.clone()).collect();
    classes.dedup();
    classes
}

/// The rows that a reader wants first: what became of the jobs, then the headlines.
pub fn rows(means: &[Mean]) -> Vec<(String, &Mean)> {
    let mut rows = Vec::new();
    let column = |kind: &str, name: &str| format!("{kind}_{}_share", name.replace('-', "_"));
    for fate in Fate::ALL {
        let measure = match fate {
            Fate::FinalRight => "final_right_share".to_string(),
            fate => column("fate", fate.name()),
        };
        rows.extend(find(means, None, &measure).map(|mean| (fate.name().to_string(), mean)));
        if *fate == Fate::Declined {
            let causes = Cause::ALL.iter().filter_map(|cause| {
                let mean = find(means, None, &column("cause", cause.name()))?;
                (mean.over.mean > 0.0).then(|| (format!("  for {}", cause.name()), mean))
            });
            rows.extend(causes);
        }
    }
    rows.extend(HEADLINES.iter().filter_map(|(name, called)| Some((called.to_string(), find(means, None, name)?))));
    rows
}

/// The cells of the table of classes: the heads, then a row for each class.
pub fn class_rows(means: &[Mean], classes: &[String]) -> (Vec<&'static str>, Vec<Vec<Option<Written>>>) {
    let row = |class: &String| OF_CLASSES.iter().map(|(name, _)| find(means, Some(class), name).map(written)).collect();
    (OF_CLASSES.iter().map(|(_, called)| *called).collect(), classes.iter().map(row).collect())
}

fn by_class(text: &mut String, means: &[Mean], classes: &[String]) {
    let (heads, rows) = class_rows(means, classes);
    let cell = |written: &Option<Written>| match written {
        None => "–".to_string(),
        Some(Written { mean, interval }) if interval.is_empty() => mean.clone(),
        Some(Written { mean, interval }) => format!("{mean} ({interval})"),
    };
    for (number, head) in heads.iter().enumerate().skip(1) {
        let _ = writeln!(text, "\n{head}");
        for (class, row) in classes.iter().zip(&rows) {
            let _ = writeln!(text, "  {class:<30}{}", cell(&row[number]));
        }
    }
}

/// A measure of the whole run, or of a class.
pub fn find<'m>(means: &'m [Mean], class: Option<&str>, measure: &str) -> Option<&'m Mean> {
    means.iter().find(|mean| mean.class.as_deref() == class && mean.measure == measure)
}

/// A mean with its interval in one unit, with as many digits as the interval leaves meaning.
pub fn written(mean: &Mean) -> Written {
    let over = &mean.over;
    let (factor, symbol) = scale(mean);
    let symbol = if symbol.is_empty() { String::new() } else { format!(" {symbol}") };
    match (over.method, over.low, over.high) {
        (Method::Unseen, _, Some(high)) if over.mean == 0.0 => {
            let bound = factor * high;
            Written { mean: "none".to_string(), interval: format!("< {}{symbol}", decimals(bound, digits(bound, 2))) }
        }
        (Method::Unseen, Some(low), _) => {
            let reach = factor * (1.0 - low);
            let bound = decimals(factor * low, digits(reach, 2));
            Written { mean: "all".to_string(), interval: format!("> {bound}{symbol}") }
        }
        (_, Some(low), Some(high)) => {
            let places = digits(0.5 * factor * (high - low), 2);
            let number = |value: f64| decimals(factor * value, places);
            let interval = format!("{} to {}{symbol}", number(low), number(high));
            Written { mean: format!("{}{symbol}", number(over.mean)), interval }
        }
        _ => {
            let value = factor * over.mean;
            let places = if value == value.round() { 0 } else { digits(value, 4) };
            let interval = if over.method == Method::Same { "the same in every run" } else { "in one run" };
            Written { mean: format!("{}{symbol}", decimals(value, places)), interval: interval.to_string() }
        }
    }
}

/// The unit that suits a mean, and what its values are multiplied by.
fn scale(mean: &Mean) -> (f64, &str) {
    let is_share = mean.measure.ends_with("_share") || mean.measure.ends_with("utilisation");
    let seconds = match mean.unit.as_str() {
        "" if is_share => return (100.0, "%"),
        "s" => 1.0,
        "ns" => 1e-9,
        unit => return (1.0, unit),
    };
    let (factor, symbol) = match seconds * mean.over.mean.abs() {
        0.0 => (1.0, "s"),
        size if size < 1e-3 => (1e6, "µs"),
        size if size < 1.0 => (1e3, "ms"),
        size if size < 600.0 => (1.0, "s"),
        size if size < 36_000.0 => (1.0 / 60.0, "min"),
        _ => (1.0 / 3_600.0, "h"),
    };
    (seconds * factor, symbol)
}

/// The decimals that show so many digits of a size.
fn digits(size: f64, shown: i32) -> usize {
    if size == 0.0 || !size.is_finite() {
        return 0;
    }
    (shown - 1 - log10(size.abs()).floor() as i32).clamp(0, 12) as usize
}

/// A number with so many decimals, and spaces between thousands.
fn decimals(value: f64, places: usize) -> String {
    let text = format!("{:.places$}", value.abs());
    let (whole, rest) = text.split_at(text.find('.').unwrap_or(text.len()));
    let is_zero = text.bytes().all(|digit| matches!(digit, b'0' | b'.'));
    let sign = if value < 0.0 && !is_zero { "−" } else { "" };
    let whole = whole.parse().map_or_else(|_| whole.to_string(), thousands);
    format!("{sign}{whole}{rest}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::replicated::{Values, replicated};

    fn mean(measure: &str, unit: &str, values: &[f64], kind: Values) -> Mean {
        let over = replicated(values, kind, LEVEL).expect("values");
        Mean { class: None, measure: measure.into(), unit: unit.into(), meaning: String::new(), over }
    }

    fn said(mean: &Mean) -> [String; 2] {
        let Written { mean, interval } = written(mean);
        [mean, interval]
    }

    #[test]
    fn a_mean_has_the_digits_that_its_interval_leaves() {
        let values = [1_234.0, 1_240.0, 1_250.0];
        assert_eq!(
            said(&mean("node_income", "credit", &values, Values::Any)),
            ["1 241 credit", "1 221 to 1 261 credit"]
        );
        let delays = [2.01e9, 2.02e9, 2.03e9];
        assert_eq!(said(&mean("response_p95_ns", "ns", &delays, Values::NotNegative)), ["2.020 s", "1.995 to 2.045 s"]);
        let shares = [0.1, 0.2, 0.3];
        assert_eq!(said(&mean("used_share", "", &shares, Values::Share)), ["20 %", "5 to 54 %"]);
        assert_eq!(
            said(&mean("slippage", "credit", &[-0.5, -0.7], Values::Any)),
            ["−0.6 credit", "−1.9 to 0.7 credit"]
        );
    }

    #[test]
    fn what_was_never_seen_has_a_bound_and_no_half_width() {
        let none = mean("fate_late_share", "", &[0.0; 20], Values::EventShare(1_000.0));
        assert_eq!(said(&none), ["none", "< 0.014 %"]);
        let all = mean("final_right_share", "", &[1.0; 20], Values::EventShare(1_000.0));
        assert_eq!(said(&all), ["all", "> 99.986 %"]);
        assert_eq!(said(&mean("horizon", "", &[3.0; 2], Values::Any)), ["3", "the same in every run"]);
        let lines = legend(&[none], 20).join(" ");
        assert!(lines.contains("fewer than 13.9 % of runs"), "{lines}");
        assert!(!legend(&[all], 20).join(" ").is_empty());
    }
}
