//! What it costs to go on under an amended scenario, beside opening a market, and to fork a market, beside running its day.

use std::time::{Duration, Instant};

use reliance::engine::random::Seed;
use reliance::engine::time::Time;
use reliance::record::tally::Tally;
use reliance::simulate::{Run, simulate};

use super::day;

fn took<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let done = work();
    (done, start.elapsed())
}

fn median(mut ratios: Vec<f64>) -> f64 {
    ratios.sort_by(f64::total_cmp);
    ratios[ratios.len() / 2]
}

/// Both comparisons, each within one run of this program.
pub fn report(trying: bool) {
    adoption(trying);
    fork(trying);
}

/// The market of many nodes adopts the same scenario with another fine.
fn adoption(trying: bool) {
    let (times, turns) = if trying { (30, 1) } else { (2942, 9) };
    let before = day::scenario(times, "10s");
    let amended = day::scenario_with(times, "10s", &["verification.slash.fee-multiple=11"]);
    let mut ratios = Vec::new();
    let mut times = [Duration::ZERO; 2];
    for _ in 0..turns {
        let (run, opening) = took(|| Run::open(before.clone(), Seed::from(1)));
        let mut run = run;
        run.until(Time(1_000_000_000), &mut ());
        let (adopted, adopting) = took(|| run.adopt(&amended));
        assert!(adopted.is_ok(), "a fine may be amended");
        ratios.push(adopting.as_secs_f64() / opening.as_secs_f64());
        times = [opening, adopting];
    }
    println!(
        "\n{} nodes: opened in {:.1?}, amended in {:.1?}; ratio {:.3}, median of {turns} turns",
        before.roster().len(),
        times[0],
        times[1],
        median(ratios)
    );
}

/// The day is copied at noon.
fn fork(trying: bool) {
    let (scenario, noon) = match trying {
        true => (day::scenario(1, "2min"), Time(60_000_000_000)),
        false => (day::scenario(1, "24h"), Time(12 * 3600 * 1_000_000_000)),
    };
    let (_, whole) = took(|| simulate(&scenario, Seed::from(1), &mut Tally::new(scenario.warm_up)));
    let mut run = Run::open(scenario.clone(), Seed::from(1));
    run.until(noon, &mut ());
    let (copy, copying) = took(|| run.clone());
    println!(
        "the day takes {whole:.2?}, a fork at noon {copying:.1?}: {:.3} % of it, {} KiB as it is saved, {} jobs under way",
        100.0 * copying.as_secs_f64() / whole.as_secs_f64(),
        copy.save().len() / 1024,
        copy.jobs_open()
    );
}
