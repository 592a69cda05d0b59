//! Agreement is a measure: it changes nothing that happens, a cut run shows what a whole one does, and each of its keys acts.

use reliance::record::agreement::AgreementGauge;
use reliance::simulate::Run;
use reliance::{MarketGauge, Time};

use super::trial::{Witness, seed, trial};

/// What turns it on, with short times.
const ON: [&str; 5] = [
    "agreement.epoch=\"20s\"",
    "agreement.memory=\"2min\"",
    "agreement.settlements=20",
    "agreement.grace=\"20s\"",
    "agreement.lasting=\"2min\"",
];

fn measured(name: &str, more: &[&str]) -> AgreementGauge {
    let sets: Vec<&str> = ON.iter().chain(more).copied().collect();
    Witness::of(&trial(name, &sets)).0.end.agreement.expect("it is measured")
}

/// Whatever is going on, the same happens where it is measured.
#[test]
fn the_measure_changes_nothing() {
    for name in [
        "everything-staked",
        "verified",
        "disputes",
        "canaries",
        "learning",
        "standing",
        "come-and-go",
        "shocks",
        "outside",
    ] {
        let (plain, expected) = Witness::of(&trial(name, &[]));
        let (witness, outcome) = Witness::of(&trial(name, &ON));
        assert_eq!(outcome.digest.to_string(), expected.digest.to_string(), "{name}");
        let gauge = witness.end.agreement.expect("it is measured");
        assert!(plain.end.agreement.is_none() && gauge.roster > 0 && gauge.decided.value > 0, "{name} {gauge:?}");
        assert_eq!(
            MarketGauge { agreement: None, stale: 0, ..witness.end },
            MarketGauge { stale: 0, ..plain.end },
            "{name}"
        );
    }
}

/// However a run is cut, saved and taken up, the measure is the same, to the last bit.
#[test]
fn it_is_the_same_however_the_run_is_cut() {
    let scenario = trial("come-and-go", &ON);
    let mut whole = Witness::default();
    Run::open(scenario.clone(), seed()).close(&mut whole);
    let mut run = Run::open(scenario.clone(), seed());
    for part in 1..7 {
        run.until(Time(scenario.horizon.0 / 7 * part), &mut ());
        run = Run::load(run.scenario().clone(), &run.save()).expect("a save can be loaded");
    }
    let mut cut = Witness::default();
    run.close(&mut cut);
    assert_eq!(cut.end.agreement, whole.end.agreement);
}

/// Weights are heads or stakes; who has left counts as out; nobody is in agreement with whom nobody deals.
#[test]
fn weights_are_those_that_are_asked_for() {
    let heads = measured("come-and-go", &[]);
    assert!(heads.roster <= 27 && heads.present <= heads.roster && heads.inside[0] <= heads.present, "{heads:?}");
    let stakes = measured("come-and-go", &["agreement.weight=\"stake\""]);
    // Four judges and eight workers at least have come, with at least 5 and 2 tokens.
    assert!(stakes.roster >= 36_000_000 && stakes.inside[0] <= stakes.present, "{stakes:?}");
    assert!(heads.of_present() >= heads.share());
}

/// A check that is more often found, a dearer fine and a longer memory each move what they should.
#[test]
fn each_key_acts() {
    let share = |more: &[&str]| measured("learning", more).areas[0] as f64 / measured("learning", more).areas[1] as f64;
    let (own, posted) = (share(&[]), share(&["agreement.looks=\"posted\""]));
    assert!(own != posted, "{own} {posted}");
    assert!(share(&["agreement.saving=0"]) >= own);
    assert!(share(&["agreement.settlements=2000"]) != own);
    let broken = |threshold: &str| measured("learning", &[threshold]);
    let (low, high) = (broken("agreement.threshold=0.01"), broken("agreement.threshold=1"));
    assert!(low.lost[0] < high.lost[0] && high.broken[0].is_some(), "{low:?} {high:?}");
    let blind = measured("learning", &["agreement.threshold=1", "agreement.seen-threshold=1"]);
    assert!(blind.lost[0] == high.lost[0] && blind.lost[1] < high.lost[1], "{blind:?} {high:?}");
}
