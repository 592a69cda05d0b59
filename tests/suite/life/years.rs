//! Jobs that take years: more of them than a clock of 64 bits counts are still waited for, or given up with the clock.

use std::sync::Arc;

use reliance::domain::fate::Fate;
use reliance::engine::time::{SimDuration, Time};
use reliance::record::tally::Tally;
use reliance::scenario::Scenario;
use reliance::simulate::Run;

use super::super::trial::{full, seed};

/// One node that drains a job a second of this much work each, over this horizon.
fn market(work: &str, horizon: &str, tick: &str) -> Arc<Scenario> {
    let text = format!(
        "name = \"years\"\nhorizon = \"{horizon}\"\ndrain = true\n[models.m]\n[classes.c]\n\
         work = {{ law = \"constant\", value = \"{work}\" }}\n[[nodes]]\nname = \"n\"\ncount = 1\n[[demand.sources]]\nname = \"s\"\n\
         arrivals = {{ rule = \"renewal\", renewal = {{ gap = {{ law = \"constant\", value = \"1s\" }} }} }}\n\
         [record]\ntick = \"{tick}\"\n"
    );
    Scenario::from_text("years", &text).unwrap_or_else(|problems| panic!("{problems}"))
}

/// Seven hundred jobs of a year each, of which the clock counts 584.
#[test]
fn a_drain_ends_with_the_clock() {
    let scenario = market("365d", "700s", "100d");
    let (mut run, mut tally) = (Run::open(scenario.clone(), seed()), Tally::new(Time::ZERO));
    run.until(scenario.horizon, &mut tally);
    assert!(run.jobs_open() > 690, "{} jobs are open", run.jobs_open());
    let outcome = run.close(&mut tally);
    let summary = tally.summary();
    assert!(outcome.ended.0 > SimDuration::try_from("200000d").expect("a span").0, "{}", outcome.ended);
    let (done, censored) = (summary.fate(Fate::FinalRight), summary.fate(Fate::Censored));
    assert_eq!((done, done + censored), (584, summary.jobs), "as many as there are years on the clock");
}

/// A tick of a millisecond in a drain of a year: thirty thousand million samples, none of them waited for.
#[test]
fn a_drain_stops_between_two_samples() {
    let scenario = market("365d", "2s", "1ms");
    let (mut run, mut recorder) = (Run::open(scenario.clone(), seed()), full(&scenario));
    run.until(scenario.horizon, &mut recorder);
    for _ in 0..3 {
        assert!(run.drain(1_000, &mut recorder), "there is more to drain");
        assert_eq!(run.now(), scenario.horizon, "no event is due for a year");
    }
}
