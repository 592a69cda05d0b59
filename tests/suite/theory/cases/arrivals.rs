//! Arrivals alone: every arrival law by its rate, the spread of its gaps and the dispersion of its counts.

use std::fs;

use crate::suite::theory::case::{Case, Chapter, Part, Row};
use crate::suite::theory::formulas::arrivals::{
    Process, cluster_gap_spread, mood_gap_spread, pair_gap_spread, sine_gap_spread,
};
use crate::suite::theory::formulas::single::balanced;
use crate::suite::theory::watch::{Seen, Wish};
use crate::suite::theory::{folder, root};

/// The windows of counts, in seconds, unless a case says otherwise.
const WINDOW: f64 = 10.0;

/// What is expected of a process: its rate per second, the squared coefficient of variation of its gaps, and the index of
/// dispersion of its counts in windows, each with its formula.
pub(super) struct Expected {
    pub rate: (f64, &'static str),
    pub gaps: (f64, &'static str),
    pub counts: (f64, &'static str),
}

pub fn chapter() -> Chapter {
    Chapter {
        title: "Arrivals",
        about: "Every arrival law alone, before a node that holds nobody up: jobs per second; the squared coefficient of \
                variation of gaps; the index of dispersion Var/E of counts in windows of 10 s (the day: of 100 s). For a stationary \
                process E X² = 2∫p₀/Λ, p₀(t) = P(no arrival within t) (C. Palm 1943). Λ, K and γ of moods: H. Heffes and \
                D. M. Lucantoni (1986); of clusters: A. G. Hawkes (1971); of renewals: D. R. Cox (1962). Recordings must come \
                as they are: there every replication is the same."
            .into(),
        cases: vec![poisson(), day(), moods(), clusters(), renewal(), clients(), trace(), azure()],
    }
}

pub(super) fn case(scenario: &'static str, expected: Expected, window: f64) -> Case {
    let rate = expected.rate.0;
    let (gap, count) = (1.0 / rate, rate * window);
    let rows = vec![
        Row::new("jobs per second", expected.rate.1, rate, move |seen: &Seen| {
            let asked = &seen.probe.asked;
            Part::new(asked.jobs as f64, asked.windows as f64 * window)
        }),
        Row::new("spread of gaps", expected.gaps.1, expected.gaps.0, move |seen| {
            let asked = &seen.probe.asked;
            let gaps = asked.gaps as f64;
            Part::new(asked.gap_square - 2.0 * gap * asked.gap + gap * gap * gaps, gap * gap * gaps)
        }),
        Row::new("dispersion of counts", expected.counts.1, expected.counts.0, move |seen| {
            let asked = &seen.probe.asked;
            let (windows, jobs) = (asked.windows as f64, asked.jobs as f64);
            Part::new(asked.jobs_square as f64 - 2.0 * count * jobs + count * count * windows, count * windows)
        }),
    ];
    Case::new(scenario, rows).watching(Wish { window, ..Wish::default() })
}

fn poisson() -> Case {
    let expected = Expected { rate: (2.0, "λ"), gaps: (1.0, "1"), counts: (1.0, "1") };
    case("arrivals-poisson", expected, WINDOW)
}

fn day() -> Case {
    let gaps = (sine_gap_spread(2.0, 1.0, 100.0), "2a∫p₀ − 1");
    // Whole days of an inhomogeneous Poisson process are Poisson.
    case("arrivals-day", Expected { rate: (2.0, "a"), gaps, counts: (1.0, "1") }, 100.0)
}

/// The index of dispersion, as the page writes it.
const DISPERSION: &str = "1 + 2K/Λ · (1/γ − (1−e^(−γt))/γ²t)";

fn moods() -> Case {
    let (rates, sojourns) = ([5.0, 0.5], [2.5, 5.0]);
    let process = Process::moods(rates, sojourns);
    let expected = Expected {
        rate: (process.rate, "Σπᵢλᵢ"),
        gaps: (mood_gap_spread(rates, sojourns), "2Λπ(diag λ − Q)⁻¹1 − 1"),
        counts: (process.dispersion(WINDOW), DISPERSION),
    };
    case("arrivals-mmpp", expected, WINDOW)
}

fn clusters() -> Case {
    let process = Process::clusters(0.5, 0.6, 1.0);
    let expected = Expected {
        rate: (process.rate, "νβ/(β−α)"),
        gaps: (cluster_gap_spread(0.5, 0.6, 1.0), "2Λ∫p₀ − 1"),
        counts: (process.dispersion(WINDOW), DISPERSION),
    };
    case("arrivals-hawkes", expected, WINDOW)
}

fn renewal() -> Case {
    let process = Process::two_branches(balanced(0.5, 4.0));
    let expected = Expected {
        rate: (process.rate, "1/E X"),
        gaps: (4.0, "that of the law"),
        counts: (process.dispersion(WINDOW), DISPERSION),
    };
    case("arrivals-renewal", expected, WINDOW)
}

fn clients() -> Case {
    let (steady, plain) = (1.5, 0.5);
    // What is independent adds its variances.
    let counts = (steady * Process::two_stages(steady).dispersion(WINDOW) + plain) / (steady + plain);
    let expected = Expected {
        rate: (steady + plain, "Σλᵢ"),
        gaps: (pair_gap_spread(steady, plain), "2Λ∫p₀ − 1"),
        counts: (counts, "Σλᵢ Iᵢ/Σλᵢ"),
    };
    case("arrivals-clients", expected, WINDOW)
}

fn trace() -> Case {
    let text = fs::read_to_string(folder().join("trace.csv")).expect("the recording");
    let times: Vec<f64> = text.lines().skip(1).map(|line| line.parse().expect("a number of seconds")).collect();
    let next = times.iter().skip(1).copied().chain([times[0] + WINDOW]);
    let (count, mean) = (times.len() as f64, WINDOW / times.len() as f64);
    let spread: f64 = times.iter().zip(next).map(|(at, next)| (next - at - mean) * (next - at - mean)).sum();
    let expected = Expected {
        rate: (count / WINDOW, "rows/length"),
        gaps: (spread / (count * mean * mean), "that of the rows"),
        counts: (0.0, "every round the same"),
    };
    case("arrivals-trace", expected, WINDOW)
}

fn azure() -> Case {
    let path = root().join("scenarios/traces/azure_llm_2023_conv.csv");
    let text = fs::read_to_string(path).expect("the recording");
    let rows: Vec<&str> = text.lines().skip(1).collect();
    // All on one day: `2023-11-16 18:15:46.6805900,374,44`.
    let seconds = |row: &str| {
        let clock = &row[11..row.find(',').expect("a time and tokens")];
        clock.split(':').fold(0.0, |sum, part| sum * 60.0 + part.parse::<f64>().expect("a clock"))
    };
    let length = seconds(rows[rows.len() - 1]) - seconds(rows[0]);
    let sum = |column: usize| -> f64 {
        rows.iter().map(|row| row.split(',').nth(column).expect("a column").parse::<f64>().expect("a count")).sum()
    };
    let measured = vec![
        Row::new("jobs", "rows of the file", rows.len() as f64, |seen: &Seen| Part::new(seen.summary.jobs as f64, 1.0)),
        Row::new("seconds from first to last", "last − first", length, |seen| {
            let (first, last) = seen.probe.asked.ends.expect("somebody asked");
            Part::new(last.since(first).seconds(), 1.0)
        }),
        Row::new("input tokens", "sum of the column", sum(1), |seen| Part::new(seen.summary.input_tokens as f64, 1.0)),
        Row::new("output tokens", "sum of the column", sum(2), |seen| {
            Part::new(seen.summary.output_tokens as f64, 1.0)
        }),
    ];
    Case { fixed_horizon: true, ..Case::new("arrivals-azure", measured) }
}
