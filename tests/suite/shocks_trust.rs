//! Shocks that take no party down: costs that step, a vendor that is broken, an image that is revoked.

use std::collections::BTreeSet;

use reliance::domain::fate::Fate;
use reliance::domain::record::JobRecord;
use reliance::engine::time::Time;
use reliance::record::fact::Fact;
use reliance::simulate::Run;

use super::amend::{SECOND, amend, cut, written};
use super::shocks::{in_seconds, seen, shocks, shop};
use super::trial::{Witness, seed, trial};

/// Prices that jobs agreed on before an instant, within 100 s of it, and later, in millionths of a credit per second of work.
fn prices(witness: &Witness, at: f64, lasts: f64) -> [BTreeSet<i64>; 3] {
    let mut found = [(); 3].map(|()| BTreeSet::new());
    for record in witness.records.iter().filter(|record| record.at.placed != Time::NEVER) {
        let placed = in_seconds(record.at.placed);
        let part = usize::from(placed >= at) + usize::from(placed >= at + lasts);
        found[part].insert((record.compute_price.0 as f64 / record.expected_work.0 as f64 * 1e9).round() as i64);
    }
    found
}

/// Nodes ask no less than their costs, so prices step with them and back. Two steps at once multiply. Without the shock nothing moves.
#[test]
fn costs_step_and_step_back() {
    let text = shop("").replace(
        "name = \"few\"\ncount = 2",
        "name = \"few\"\ncount = 2\ncost = { law = \"constant\", value = \"0.001\" }",
    );
    let text = text.replace(
        "name = \"many\"\ncount = 8",
        "name = \"many\"\ncount = 8\ncost = { law = \"constant\", value = \"0.001\" }",
    );
    let step = |name: &str, factor: f64| {
        format!(
            "[[shocks]]\nname = \"{name}\"\nat = \"200s\"\nfor = \"100s\"\ncost = {{ nodes = \"few\", factor = {factor} }}\n\
             [[shocks]]\nname = \"{name} too\"\nat = \"200s\"\nfor = \"100s\"\ncost = {{ nodes = \"many\", factor = {factor} }}\n"
        )
    };
    let of = |more: &str| prices(&seen(&(text.clone() + more)), 200.0, 100.0);
    let only = |price: i64| BTreeSet::from([price]);
    assert_eq!(of(""), [1_000, 1_000, 1_000].map(only));
    assert_eq!(of(&step("energy", 1.5)), [1_000, 1_500, 1_000].map(only));
    assert_eq!(of(&(step("energy", 1.5) + &step("duty", 2.0))), [1_000, 3_000, 1_000].map(only));
    // An amendment that takes the shock away gives the costs back.
    let gone = text.clone() + &step("energy", 1.5) + &amend("250s", "\"shocks\" = []");
    assert_eq!(prices(&seen(&gone), 200.0, 50.0), [1_000, 1_500, 1_000].map(only));
}

/// While the vendor is broken every wrong answer is accepted, and before and after none is that a sure check finds. Another vendor's checks
/// go on.
#[test]
fn a_broken_vendor_lets_everything_pass() {
    let text = "name = \"vendor\"\nhorizon = \"10min\"\n[models.m]\n[classes.job]\nwork = { law = \"constant\", value = \"1ms\" }\n\
                methods = [\"attested\"]\n[verification.vendors.acme]\n[verification.vendors.brand]\n[verification.define.attested]\n\
                checks = [{ by = \"attestation\", detects = 1, broken-by = \"acme\" }]\n\
                [[demand.sources]]\nname = \"s\"\narrivals = { rule = \"poisson\", poisson = { rate = \"10/s\" } }\n\
                [[nodes]]\nname = \"n\"\ncount = 1\nslots = \"unbounded\"\nconduct = { rule = \"lazy\", lazy = { share = 0.5 } }\n";
    let wrong = |more: &str| {
        let mut parts = [0; 3];
        let records = seen(&(text.to_owned() + more)).records;
        for record in records.iter().filter(|record| record.fate == Fate::FinalWrong) {
            let answered = in_seconds(record.at.answered);
            parts[usize::from(answered >= 200.0) + usize::from(answered >= 300.0)] += 1;
        }
        parts
    };
    let shock = |vendor: &str| format!("[[shocks]]\nat = \"200s\"\nfor = \"100s\"\nvendor = \"{vendor}\"\n");
    assert_eq!(wrong(""), [0; 3]);
    assert_eq!(wrong(&shock("brand")), [0; 3]);
    let [before, within, after] = wrong(&shock("acme"));
    assert_eq!([before, after], [0; 2]);
    // Half of a thousand jobs, with a deviation of 22.
    assert!((400..600).contains(&within), "{within}");
}

/// The revoked image of eight nodes in ten.
fn revoked(work: &str, more: &str) -> String {
    format!(
        "[[shocks]]\nname = \"revoked\"\nat = \"200s\"\nfor = \"100s\"\nimage = {{ name = \"many\", work = \"{work}\"{more} }}\n"
    )
}

/// When nodes were taken off the lists, and when they were listed again, in seconds.
fn listings(witness: &Witness) -> [Vec<f64>; 2] {
    let of = |listed: bool| {
        let changes = witness.facts.iter().filter(|(now, fact)| {
            *now > Time::ZERO
                && if listed { matches!(fact, Fact::Listed { .. }) } else { matches!(fact, Fact::Delisted { .. }) }
        });
        changes.map(|(now, _)| in_seconds(*now)).collect()
    };
    [of(false), of(true)]
}

/// The nodes of the image are taken off the lists together, and come back together or one by one. Meanwhile they are given no work, and
/// nothing else is down.
#[test]
fn an_image_is_revoked_and_trusted_again() {
    let witness = seen(&shop(&revoked("finishes", "")));
    assert_eq!(listings(&witness), [vec![200.0; 8], vec![300.0; 8]]);
    assert_eq!(shocks(&witness), [(200.0, 0, Some(8)), (300.0, 0, None)]);
    assert!(!witness.facts.iter().any(|(_, fact)| matches!(fact, Fact::NodeFailed { .. })));
    let given = |record: &&JobRecord| {
        let placed = in_seconds(record.at.placed);
        (200.0..300.0).contains(&placed) && record.node.0 >= 2
    };
    assert_eq!(witness.records.iter().filter(given).count(), 0);
    let slowly = seen(&shop(&revoked("finishes", ", relist = \"10s\"")));
    assert_eq!(listings(&slowly)[1], [300.0, 310.0, 320.0, 330.0, 340.0, 350.0, 360.0, 370.0]);
    let half = seen(&shop(&revoked("finishes", ", share = 0.5")));
    assert_eq!(listings(&half), [vec![200.0; 4], vec![300.0; 4]]);
    assert_eq!(listings(&seen(&shop(""))), [Vec::<f64>::new(), Vec::new()]);
}

/// The work that the nodes have is finished and counts, or is finished for nothing and tried elsewhere, or is called off at once.
#[test]
fn work_in_hand_goes_as_the_shock_says() {
    let outcome = |work: &str| {
        let busy = shop(&revoked(work, "")).replace("rate = \"2/s\"", "rate = \"7/s\"");
        let witness = seen(&busy);
        let at = |from: f64, to: f64, of: fn(&Fact) -> bool| {
            let within = witness.facts.iter().filter(|(now, _)| (from..to).contains(&in_seconds(*now)));
            within.filter(|(_, fact)| of(fact)).count()
        };
        let dropped = at(200.0, 200.001, |fact| matches!(fact, Fact::Dropped { .. }));
        let answered = at(200.001, 300.0, |fact| matches!(fact, Fact::Answered { node, .. } if node.0 >= 2));
        (dropped > 0, answered > 0)
    };
    assert_eq!(outcome("finishes"), (false, true));
    assert_eq!(outcome("refused"), (false, false));
    assert_eq!(outcome("dropped"), (true, false));
}

/// An amendment that takes the shock away trusts the image again, and the market is one run however it is cut.
#[test]
fn amendments_trust_an_image_again() {
    for work in ["finishes", "refused", "dropped"] {
        let text = shop(&revoked(work, ", relist = \"5s\"")) + &amend("250s", "\"shocks\" = []");
        let scenario = written(&text);
        let witness = Witness::of(&scenario).0;
        assert_eq!(listings(&witness)[1], [250.0, 255.0, 260.0, 265.0, 270.0, 275.0, 280.0, 285.0], "{work}");
        let cuts = [199, 200, 201, 249, 250, 251, 262].map(|at| Time(at * SECOND));
        let digest = Run::open(scenario.clone(), seed()).close(&mut ()).digest.to_string();
        assert_eq!(cut(&scenario, &cuts), digest, "{work}");
    }
    let scenario = trial("outside", &[]);
    let cuts = [50, 90, 101, 131, 240, 262].map(|at| Time(at * SECOND));
    assert_eq!(cut(&scenario, &cuts), Run::open(scenario.clone(), seed()).close(&mut ()).digest.to_string());
}

/// A revoked node that fails and comes back meanwhile is listed when the revocation is over, and not before.
#[test]
fn a_failure_does_not_end_a_revocation() {
    let failing = "[nodes.failure]\nup = { law = \"constant\", value = \"210s\" }\ndown = { law = \"constant\", value = \"30s\" }\n";
    let witness = seen(&shop(&(failing.to_owned() + &revoked("finishes", ""))));
    let [taken, listed] = listings(&witness);
    assert_eq!(taken[..8], [200.0; 8]);
    assert_eq!(listed[..8], [300.0; 8]);
}
