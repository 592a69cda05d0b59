//! A running market is plain data: a copy of it goes its own way, and without a change it goes the way of the run it was copied from.

use std::sync::Arc;

use reliance::domain::record::JobKey;
use reliance::engine::random::{KeyedRng, RandomSource, key};
use reliance::engine::time::Time;
use reliance::record::fact::Fact;
use reliance::scenario::Scenario;
use reliance::simulate::{Run, twin};

use super::trial::{Witness, seed, trial};

/// So many instants of each scenario.
const INSTANTS: u64 = 100;

/// Instants over the horizon, drawn from a fixed seed, rising.
fn instants(scenario: &Scenario, which: u64) -> Vec<Time> {
    let mut drawn = KeyedRng::new(key(seed(), 0, which, 0, 0));
    let mut instants: Vec<Time> = (0..INSTANTS).map(|_| Time(drawn.below(scenario.horizon.0))).collect();
    instants.sort();
    instants
}

/// Disputes, failures, batches, learning, a twin.
fn scenarios() -> [(&'static str, Arc<Scenario>); 5] {
    let frozen = twin(&trial("verified", &["twin=\"frozen\""]), seed());
    [
        ("disputes", trial("disputes", &[])),
        ("failures", trial("everything", &[])),
        ("batches", trial("crossroads-batched", &[])),
        ("learning", trial("learning", &[])),
        ("twin", frozen),
    ]
}

/// A copy that is made at any instant and left alone ends with the digest of the run that was never copied, and so does the run that it
/// was copied from.
#[test]
fn a_copy_that_is_left_alone_ends_as_the_run_does() {
    for (which, (name, scenario)) in scenarios().into_iter().enumerate() {
        let expected = Run::open(scenario.clone(), seed()).close(&mut ()).digest.to_string();
        let mut trunk = Run::open(scenario.clone(), seed());
        for instant in instants(&scenario, which as u64) {
            trunk.until(instant, &mut ());
            let copy = trunk.clone().close(&mut ()).digest.to_string();
            assert_eq!(copy, expected, "{name} at {instant}");
        }
        assert_eq!(trunk.close(&mut ()).digest.to_string(), expected, "{name}");
    }
}

/// What a run does from an instant on, told to a witness.
fn rest(run: Run) -> Vec<(Time, Fact)> {
    let mut witness = Witness::default();
    run.close(&mut witness);
    witness.facts
}

/// A copy that is amended has no fact before its instant, and from there on others than the run; one whose draws are new has the same
/// jobs asked for at the same instants.
#[test]
fn a_branch_differs_from_its_instant_on() {
    let scenario = trial("everything", &[]);
    let dear = trial("everything", &["pricing.compute={ rule = \"list\", list = { price = \"0.02\" } }"]);
    let asked = |facts: &[(Time, Fact)]| -> Vec<(Time, JobKey)> {
        let asked = facts.iter().filter_map(|(now, fact)| match fact {
            Fact::Asked { job, .. } => Some((*now, *job)),
            _ => None,
        });
        asked.collect()
    };
    let mut trunk = Run::open(scenario.clone(), seed());
    for quarter in 1..4 {
        let at = Time(scenario.horizon.0 / 4 * quarter);
        trunk.until(at, &mut ());
        let went_on = rest(trunk.clone());
        let (mut amended, mut fresh) = (trunk.clone(), trunk.clone());
        amended.adopt(&dear).unwrap();
        fresh.draw_anew();
        let (amended, fresh) = (rest(amended), rest(fresh));
        assert!(amended.iter().chain(&fresh).all(|(now, _)| *now >= at));
        assert_ne!(amended, went_on);
        assert_ne!(fresh, went_on);
        assert_eq!(asked(&fresh), asked(&went_on));
        assert_eq!(asked(&amended), asked(&went_on));
    }
}
