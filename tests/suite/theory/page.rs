//! The page of results.

use std::fmt::Write;

use reliance::domain::count::thousands;

use super::LIMIT;
use super::case::Chapter;
use super::run::{Estimate, Shown};

/// The whole page; `shown` is by case in the order of the chapters.
pub fn write(chapters: &[Chapter], shown: &[Shown]) -> String {
    let rows: usize = shown.iter().map(|shown| shown.estimates.len()).sum();
    let jobs: u64 = shown.iter().map(|shown| shown.jobs).sum();
    let farthest = shown.iter().flat_map(|shown| &shown.estimates).map(|found| found.z.abs()).fold(0.0, f64::max);
    let mut page = introduction(rows, chapters.iter().map(|chapter| chapter.cases.len()).sum(), jobs, farthest);
    let mut shown = shown.iter();
    for chapter in chapters {
        let _ = write!(page, "\n## {}\n\n{}\n\n", chapter.title, chapter.about);
        page.push_str("| scenario | quantity | formula | expected | simulated | z | jobs |\n");
        page.push_str("|---|---|---|--:|--:|--:|--:|\n");
        for case in &chapter.cases {
            let shown = shown.next().expect("a result for each case");
            for (row, found) in case.rows.iter().zip(&shown.estimates) {
                let scenario = case.scenario;
                let _ = writeln!(
                    page,
                    "| [{scenario}](../scenarios/oracles/{scenario}.toml) | {} | {} | {} | {} | {:+.2} | {} |",
                    row.name,
                    row.formula,
                    significant(row.expected),
                    interval(found),
                    found.z + 0.0,
                    grouped(shown.jobs),
                );
            }
        }
    }
    page
}

fn introduction(rows: usize, cases: usize, jobs: u64, farthest: f64) -> String {
    format!(
        "# Validation

The market is not checked in parts: each scenario below configures the whole simulator to be a system whose behaviour is known
in closed form, runs it as any other scenario, and compares. {rows} numbers from {cases} scenarios, {jobs} jobs, seed 1.

*Expected* is computed from the formula by code of its own, which shares nothing with the simulator and has worked examples
as tests (`tests/suite/theory/formulas/`). *Simulated* is the estimate from independent replications of seed 1 with half the
width of its 95 % interval (Student's t over the replications; ratios by the delta method). Jobs asked for before the
scenario's warm-up ends do not count, those open at the horizon are served to their end. *z* is the distance from what is
expected as a normal score: the t statistic of the replications, given the normal score with the same tail. Rows of one
scenario, and scenarios with the same arrivals, share their chances, so their scores move together.

The limit was fixed before the first run: |z| ≤ {LIMIT} in every row, which chance alone exceeds in one row out of a million. The
farthest row here is at {farthest:.2}. Seeds are never chosen, limits never widened.

This page is written by the test suite, and the same source gives the same page on every machine: `cargo test --release closed_forms`
compares, `RELIANCE_BLESS=1` takes over a page that was meant to change, and `RELIANCE_LONG=1` repeats the comparison with
twenty times as many jobs.
",
        jobs = grouped(jobs)
    )
}

/// An estimate with its half-width, to two digits of the half-width.
fn interval(found: &Estimate) -> String {
    if found.half_width == 0.0 {
        return format!("{} ± 0", significant(found.mean));
    }
    let mut decimals = 0;
    let mut scaled = found.half_width;
    while scaled < 9.5 && decimals < 12 {
        scaled *= 10.0;
        decimals += 1;
    }
    format!("{:.decimals$} ± {:.decimals$}", found.mean, found.half_width)
}

/// A number to six significant digits, without zeros at the end.
fn significant(number: f64) -> String {
    let mut decimals = 5usize;
    let mut size = number.abs();
    while size >= 10.0 && decimals > 0 {
        size /= 10.0;
        decimals -= 1;
    }
    while size > 0.0 && size < 1.0 && decimals < 12 {
        size *= 10.0;
        decimals += 1;
    }
    let text = format!("{number:.decimals$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// A count with thin gaps between thousands.
fn grouped(count: u64) -> String {
    thousands(count).replace(' ', "\u{202f}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_plainly() {
        assert_eq!(
            ["4", "0.2", "6.66667", "0.000976562", "123457"].map(str::to_owned),
            [4.0, 0.2, 20.0 / 3.0, 0.000_976_562_4, 123_456.7].map(significant)
        );
        let found = |mean, half_width| interval(&Estimate { mean, half_width, z: 0.0 });
        assert_eq!(found(4.012_34, 0.031_4), "4.012 ± 0.031");
        assert_eq!(found(1234.5, 12.34), "1234 ± 12");
        assert_eq!(found(3.0, 0.0), "3 ± 0");
        assert_eq!([7, 1234, 1_234_567].map(grouped), ["7", "1\u{202f}234", "1\u{202f}234\u{202f}567"]);
    }
}
