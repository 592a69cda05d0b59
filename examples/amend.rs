//! A fork of a running market: what becomes of it from one instant on, with a change and without.
//!
//! ```sh
//! cargo run --release --example amend             # ten minutes of a market, twice from the fifth on, in about a second
//! ```

use std::path::Path;
use std::sync::Arc;

use reliance::{Problems, Run, Scenario, Set, SimDuration, Summary, Tally, Time};

/// The market as it was and as it is amended: both are the same run up to `at`, and are counted from then on.
pub fn fork(scenario: &Arc<Scenario>, amended: &Scenario, at: Time) -> [Summary; 2] {
    let mut trunk = Run::open(scenario.clone(), scenario.seed);
    trunk.until(at, &mut ());
    let mut branch = trunk.clone();
    branch.adopt(amended).unwrap_or_else(|refused| panic!("{refused}"));
    [trunk, branch].map(|run| {
        let mut tally = Tally::new(at);
        run.close(&mut tally);
        tally.summary().clone()
    })
}

/// Ten minutes of the morning, with these settings more.
pub fn morning(more: &[&str]) -> Result<Arc<Scenario>, Problems> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/market-morning.toml");
    let sets = ["horizon=10min", "warm-up=\"0\""].iter().chain(more);
    let sets: Vec<Set> = sets.map(|set| set.parse().expect("a setting")).collect();
    Scenario::load(&path, &sets)
}

#[allow(clippy::disallowed_macros, reason = "an example prints what it found")]
fn main() -> Result<(), Problems> {
    let at = Time::ZERO + SimDuration(300_000_000_000);
    let [as_it_was, amended] = fork(&morning(&[])?, &*morning(&["demand.value-factor=0.25"])?, at);
    println!("from the fifth minute on, answers are worth a quarter:");
    println!("declined of the jobs asked for: {:.1} %, and {:.1} % as it was", share(&amended), share(&as_it_was));
    Ok(())
}

/// Declined jobs, in percent.
pub fn share(summary: &Summary) -> f64 {
    100.0 * summary.fate(reliance::Fate::Declined) as f64 / summary.jobs as f64
}
