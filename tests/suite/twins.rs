//! Twins are the same jobs in a market with one thing taken away, and are runs like any other.

use std::collections::{BTreeMap, BTreeSet};

use reliance::domain::fate::Fate;
use reliance::domain::record::{JobKey, JobRecord};
use reliance::engine::time::{SimDuration, Time};
use reliance::record::fact::Fact;
use reliance::simulate::{Run, simulate, twin};

use super::trial::{Witness, seed, trial};

/// What a job is, whenever it is asked for.
fn lots(witness: &Witness) -> BTreeMap<JobKey, String> {
    let lot = |record: &JobRecord| {
        format!(
            "{:?}",
            (record.class, record.work, record.input_tokens, record.output_tokens, record.value, record.client)
        )
    };
    witness.records.iter().map(|record| (record.key, lot(record))).collect()
}

/// How far instants are from uniform ones, as Kolmogorov's statistic times √n.
fn unevenness(mut instants: Vec<u64>, end: Time) -> f64 {
    instants.sort_unstable();
    let n = instants.len() as f64;
    let off = |(place, at): (usize, &u64)| {
        let share = *at as f64 / end.0 as f64;
        (share - place as f64 / n).abs().max((share - (place as f64 + 1.0) / n).abs())
    };
    instants.iter().enumerate().map(off).fold(0.0, f64::max) * n.sqrt()
}

/// Where 2 exp(−2x²) is one in a million (A. Kolmogorov 1933).
const UNEVEN: f64 = 2.693;

/// The same jobs, each at an instant that is uniform over the time of asking, whatever law they came by.
#[test]
fn a_stationary_twin_asks_for_the_same_jobs_evenly() {
    let (moving, stationary) = (trial("everything", &[]), trial("everything", &["twin=stationary"]));
    let (market, twin) = (Witness::of(&moving).0, Witness::of(&stationary).0);
    assert!(market.records.len() > 4_000);
    assert_eq!(lots(&market), lots(&twin), "no job is lost, and none is another");
    let mut uneven = 0;
    for source in moving.sources.ids() {
        let instants = |witness: &Witness| -> Vec<u64> {
            let own = witness.records.iter().filter(|record| record.key.source == source);
            own.map(|record| record.at.asked.0).collect()
        };
        let name = &moving.sources[source].name;
        let even = unevenness(instants(&twin), moving.asking_ends);
        assert!(even < UNEVEN, "{name}: {even}");
        assert!(instants(&twin).iter().all(|at| *at < moving.asking_ends.0));
        uneven += usize::from(unevenness(instants(&market), moving.asking_ends) > UNEVEN);
    }
    assert!(uneven > 0, "some source of the market itself is uneven");
}

/// At rest a job waits for its block alone, no price moves, and the jobs are those of the market, at their instants.
#[test]
fn nobody_waits_at_rest() {
    let scenario = trial("verified", &[]);
    let (market, twin) = (Witness::of(&scenario).0, Witness::of(&trial("verified", &["twin=rest"])).0);
    assert_eq!(lots(&market), lots(&twin));
    let asked = |witness: &Witness| -> BTreeMap<JobKey, Time> {
        witness.records.iter().map(|record| (record.key, record.at.asked)).collect()
    };
    assert_eq!(asked(&market), asked(&twin));
    let waits = |witness: &Witness| -> BTreeSet<SimDuration> {
        let waits = witness.records.iter().filter_map(|record| record.between(record.at.reached, record.at.started));
        waits.collect()
    };
    assert!(waits(&market).len() > 100);
    // A placement waits half a block, as at the market's own chain without load.
    assert_eq!(waits(&twin).into_iter().collect::<Vec<_>>(), [SimDuration(scenario.chain.block.0 / 2)]);
    let prices = |witness: &Witness| -> BTreeSet<(u8, i64)> {
        let priced = |(_, fact): &(Time, Fact)| match fact {
            Fact::Priced { channel, price } => Some((*channel, price.0)),
            _ => None,
        };
        witness.facts.iter().filter_map(priced).collect()
    };
    assert!(prices(&market).len() > 10 && prices(&twin).len() <= 3, "{:?}", prices(&twin));
    assert!(twin.facts.iter().all(|(_, fact)| !matches!(fact, Fact::NodeFailed { .. })));
    assert!(twin.records.iter().all(|record| record.fate != Fate::Abandoned));
}

/// Each is made from the scenario and the seed alone, is taken up from a save, and is no other twin.
#[test]
fn a_twin_is_a_run_like_any_other() {
    for (name, other) in [("rest", "stationary"), ("stationary", "rest")] {
        let (asked, stranger) =
            (trial("everything", &[&format!("twin={name}")]), trial("everything", &[&format!("twin={other}")]));
        let made = twin(&asked, seed());
        let digest = simulate(&asked, seed(), &mut ()).digest.to_string();
        let mut run = Run::open(made.clone(), seed());
        run.until(Time::ZERO + SimDuration(asked.horizon.0 / 2), &mut ());
        let bytes = run.save();
        assert_eq!(run.close(&mut ()).digest.to_string(), digest, "{name}: in two parts");
        for scenario in [&asked, &made] {
            let taken_up = Run::load(scenario.clone(), &bytes).expect("its save");
            assert_eq!(taken_up.close(&mut ()).digest.to_string(), digest, "{name}: taken up");
        }
        let market = trial("everything", &[]);
        assert!(Run::load(market.clone(), &bytes).is_err() && Run::load(stranger, &bytes).is_err(), "{name}");
        assert!(Run::load(asked, &Run::open(market.clone(), seed()).save()).is_err(), "{name}");
        assert_ne!(simulate(&market, seed(), &mut ()).digest.to_string(), digest, "{name}: something was taken away");
    }
}
