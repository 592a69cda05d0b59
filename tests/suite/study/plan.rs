//! What a study will take is told before it starts, also of a market that is quiet at first and of a frozen twin.
//!
//! Events are counted here in the place of seconds, so that the numbers do not hang on the machine.

use std::fs;

use reliance::record::tally::Tally;
use reliance::simulate::simulate;
use reliance::study::trial::estimate;

use super::super::trial::scenario_at;
use super::{BASE, Place};

/// Quiet for a quarter of the time, then ten times as busy.
const DAY: &str = r#"arrivals = { rule = "day", day = { curve = "steps", period = "100_000s", rates = ["0.06/s", "0.6/s", "0.6/s", "0.6/s"] } }"#;

const TWINS: &str = r#"
name = "twins"
base = "base.toml"
measures = ["jobs"]
replications = { fixed = 3 }
[[axes]]
path = "twin"
values = ["none", "frozen"]
"#;

/// A run handles some 200 000 events, of which a trial sees a tenth.
const EVENTS_PER_SECOND: f64 = 100_000.0;

/// How far an estimate may be off. The trial sees some thousand jobs, whose events differ by a few per cent from the rest.
const OFF_MAX: f64 = 0.15;

#[test]
fn an_estimate_follows_the_jobs_and_knows_the_twin() {
    let place = Place::new("plan", TWINS);
    let base = BASE
        .replace(r#"arrivals = { rule = "poisson", poisson = { rate = "0.5/s" } }"#, DAY)
        .replace("2_000s", "100_000s");
    fs::write(place.join("base.toml"), base).unwrap();
    let events = |frozen: bool| {
        let sets: &[&str] = if frozen { &["twin=frozen"] } else { &[] };
        let scenario = scenario_at(&place.join("base.toml"), sets);
        simulate(&scenario, scenario.seed, &mut Tally::new(scenario.warm_up)).events as f64
    };
    // The twin comes after a run of the market itself.
    let (market, twin) = (events(false), events(true));
    let expected = (market + (market + twin)) / 2.0 / EVENTS_PER_SECOND;
    let told = estimate(&place.study(), 1, &|events| events as f64 / EVENTS_PER_SECOND);
    assert_eq!((told.points, told.runs), (2, 6));
    let seconds = told.run_seconds.unwrap();
    assert!((seconds / expected - 1.0).abs() < OFF_MAX, "{seconds} s told, {expected} s taken");
}

/// Every thread tries a point at once, as they will work.
#[test]
fn a_trial_has_all_the_threads() {
    let place = Place::new("plan-threads", TWINS);
    let told = [1, 2, 7].map(|threads| estimate(&place.study(), threads, &|events| events as f64 / EVENTS_PER_SECOND));
    for told in told {
        // These runs are short, so that they are run to the end.
        assert!(told.run_seconds.is_some_and(|seconds| seconds > 0.0) && told.chunk_runs >= 1, "{told:?}");
    }
}
