//! What holds in every market, whatever its features: checked after every event of random small markets by books kept
//! beside those of the market (`auditor`, `room`), on every life once it is over (`record`), and on the run as a whole
//! (`whole`).

mod auditor;
mod checked;
mod keeper;
mod markets;
mod record;
mod room;
mod whole;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::strategy::Strategy;
use proptest::test_runner::TestRunner;
use reliance::domain::fate::{Cause, Fate};
use reliance::engine::time::{SimDuration, Time};
use reliance::scenario::Scenario;
use reliance::simulate::Run;

use self::auditor::Auditor;
pub use self::checked::checked_market;
use self::keeper::Keeper;
pub use self::markets::{Text, market};
use super::trial::{Witness, cases, seed};

/// Watches a whole run with the auditor; gives what it saw and the digest.
pub fn audited(scenario: &Arc<Scenario>) -> (Witness, String) {
    let mut recorder = (Auditor::new(scenario), Witness::default());
    let outcome = Run::open(scenario.clone(), seed()).close(&mut recorder);
    (recorder.1, outcome.digest.to_string())
}

/// Watches a run of a market whose answers are verified with the keeper: after every instant money is conserved, and nobody
/// works for a job that is closed. Gives what was seen and the digest.
pub fn kept(scenario: &Arc<Scenario>) -> (Witness, String) {
    let (alone, outcome) = Witness::of(scenario);
    let mut recorder = (Keeper::new(scenario), Witness::default());
    let mut run = Run::open(scenario.clone(), seed());
    for instant in alone.instants() {
        run.until(instant + SimDuration(1), &mut recorder);
        run.audit();
        assert!(run.jobs_open() > 0 || run.slots_in_use() == 0, "work for nobody at {instant}");
    }
    let digest = run.close(&mut recorder).digest.to_string();
    assert_eq!(digest, outcome.digest.to_string(), "looking changes nothing");
    (recorder.1, digest)
}

/// The scenario of a text.
pub fn parsed(text: &Text) -> Arc<Scenario> {
    Scenario::from_text("any", &text.0).unwrap_or_else(|wrong| panic!("{wrong}"))
}

/// In how many of so many random markets something was met: a check of nothing would pass.
#[derive(Default)]
struct Met(RefCell<BTreeMap<String, u32>>);

impl Met {
    fn note(&self, what: impl Into<String>, whether: bool) {
        *self.0.borrow_mut().entry(what.into()).or_default() += whether as u32;
    }

    /// Panics unless each was met in at least one of so many markets.
    fn expect_each(self, cases: u32, one_in: u32) {
        let rare: Vec<_> = self.0.into_inner().into_iter().filter(|met| met.1 * one_in < cases).collect();
        assert!(rare.is_empty(), "met in fewer than one of {one_in} of {cases} markets: {rare:?}");
    }
}

/// Runs `check` on random markets.
fn in_random_markets(count: u32, check: impl Fn(&Arc<Scenario>, &Met)) {
    in_random(market(), count, check);
}

fn in_random(markets: impl Strategy<Value = Text>, count: u32, check: impl Fn(&Arc<Scenario>, &Met)) {
    let (met, config) = (Met::default(), cases(count));
    let count = config.cases;
    let result = TestRunner::new(config).run(&markets, |text| {
        check(&parsed(&text), &met);
        Ok(())
    });
    if let Err(wrong) = result {
        panic!("{wrong}");
    }
    met.expect_each(count, 50);
}

/// Books kept beside the market agree with it at every instant, and what each life and the run as a whole must be, it is.
#[test]
fn books_agree_in_every_market() {
    in_random_markets(5_000, |scenario, met| {
        let (witness, _) = audited(scenario);
        for fate in [Fate::Declined, Fate::Abandoned, Fate::Lost, Fate::Late, Fate::FinalRight, Fate::Censored] {
            met.note(fate.name(), witness.records.iter().any(|record| record.fate == fate));
        }
        for kind in ["bounced", "load-awaited", "preempted", "dropped", "delisted"] {
            met.note(kind, witness.facts.iter().any(|(_, fact)| fact.name() == kind));
        }
        met.note("little's law", whole::littles_law(scenario, &witness));
        met.note("a line", whole::nobody_overtakes(scenario, &witness) > 0);
        met.note("a batch", whole::batches_are_whole(scenario, &witness) > 0);
    });
}

/// Money is conserved after every event, and looking changes nothing.
#[test]
fn money_is_conserved_after_every_event() {
    in_random_markets(2_000, |scenario, met| {
        let (witness, digest) = audited(scenario);
        let mut run = Run::open(scenario.clone(), seed());
        for instant in witness.instants() {
            run.until(instant + SimDuration(1), &mut ());
            run.audit();
        }
        met.note("money", run.events() > 100 && witness.nodes.iter().any(|node| node.income.0 > 0));
        assert_eq!(run.close(&mut ()).digest.to_string(), digest);
    });
}

/// When everybody has left a market in which nothing goes on by itself, nothing is due any more: whatever became stale has
/// gone too.
#[test]
fn the_queue_runs_dry() {
    in_random_markets(2_000, |scenario, met| {
        let goes_on =
            scenario.routing.refresh > SimDuration::ZERO || scenario.groups.iter().any(|group| group.failure.is_some());
        let (witness, _) = audited(scenario);
        // Stale events are of lost patience, which is drawn with a mean of at most 3 s, and of ends put off.
        let quiet = witness.records.iter().map(|record| record.at.closed).max().unwrap_or(Time::ZERO)
            + SimDuration(40 * SimDuration::SECOND.0);
        if goes_on || quiet >= scenario.horizon {
            return;
        }
        let mut run = Run::open(scenario.clone(), seed());
        run.until(quiet, &mut ());
        let events = run.events();
        run.until(scenario.horizon, &mut ());
        assert_eq!(run.events(), events, "events after the last job has left");
        met.note("stale events gone", witness.end.stale > 0);
    });
}

/// The same where answers are verified, prices move, and parties do as they like: money is conserved after every event,
/// every job has one fate, its instants are in order, and nobody works for a job that is closed.
#[test]
fn books_agree_where_answers_are_verified() {
    in_random(checked_market(), 2_500, |scenario, met| {
        let (witness, _) = kept(scenario);
        for &fate in Fate::ALL {
            met.note(fate.name(), witness.records.iter().any(|record| record.fate == fate));
        }
        for &cause in Cause::ALL {
            met.note(cause.name(), witness.records.iter().any(|record| record.cause == Some(cause)));
        }
        for kind in ["negotiated", "checked", "called-off", "slashed", "priced", "block", "dropped", "bounced"] {
            met.note(kind, witness.facts.iter().any(|(_, fact)| fact.name() == kind));
        }
        met.note("drained", scenario.drain && !witness.records.is_empty());
    });
}
