//! Whom jobs meet is drawn from all that there are: one that goes moves no draw of another.

use reliance::domain::ids::PartyId;
use reliance::engine::time::Time;

use super::amend::{SECOND, written};
use super::trial::Witness;

fn in_seconds(at: Time) -> f64 {
    at.0 as f64 / SECOND as f64
}

/// A group is gone from the 200th second to the 400th.
fn outage(kind: &str, group: &str) -> String {
    format!("[[shocks]]\nname = \"{group}\"\nat = \"200s\"\nfor = \"200s\"\noutage = {{ {kind} = \"{group}\" }}\n")
}

/// Nodes and checkers are drawn from all that there are: while one is gone, a job that would have met it meets another, and every other
/// job meets those that it would have met. What is drawn is seen where nothing else decides: one node is asked, and nobody waits.
#[test]
fn one_that_goes_moves_no_other_draw() {
    let market = |more: &str| {
        let text = format!(
            "name = \"drawn\"\nhorizon = \"10min\"\nrouting = {{ pool = {{ rule = \"random\", random = {{ d = 1 }} }}, choice = \"first\" }}\n\
             [models.m]\n[classes.job]\nwork = {{ law = \"constant\", value = \"1ms\" }}\nmethods = [\"seen\"]\n\
             [verification.define.seen]\nchecks = [{{ by = \"validators\", count = 2, work = 1, verdict = {{ rule = \"any-alarm\" }} }}]\n\
             [[demand.sources]]\nname = \"s\"\narrivals = {{ rule = \"poisson\", poisson = {{ rate = \"20/s\" }} }}\n\
             [[nodes]]\nname = \"one\"\ncount = 1\nslots = \"unbounded\"\n[[nodes]]\nname = \"many\"\ncount = 9\nslots = \"unbounded\"\n\
             [[validators]]\nname = \"guard\"\ncount = 1\nslots = \"unbounded\"\n\
             [[validators]]\nname = \"guards\"\ncount = 7\nslots = \"unbounded\"\n{more}"
        );
        Witness::of(&written(&text)).0
    };
    let gone = outage("nodes", "one") + &outage("validators", "guard");
    let (whole, short) = (market(""), market(&gone));
    assert_eq!(whole.records.len(), short.records.len());
    let by_key = |witness: &Witness| {
        let mut records = witness.records.clone();
        records.sort_by_key(|record| record.key.index);
        records
    };
    let mut met = 0;
    for (was, is) in by_key(&whole).iter().zip(&by_key(&short)) {
        let there = in_seconds(was.at.asked) >= 400.0 || in_seconds(was.at.asked) < 199.0;
        assert!(!there || was.node == is.node, "{was:?} {is:?}");
        match was.node {
            PartyId(0) => met += usize::from(is.node != PartyId(0)),
            node => assert_eq!(node, is.node, "{was:?} {is:?}"),
        }
    }
    assert!(met > 200, "{met} jobs met another");
    let looks = |witness: &Witness| {
        let mut looks: Vec<_> = witness.checks.iter().map(|check| (check.key.index, check.checker)).collect();
        looks.sort();
        looks
    };
    let (was, is) = (looks(&whole), looks(&short));
    let (mut kept, mut replaced) = (0, 0);
    for (was, is) in was.chunks(2).zip(is.chunks(2)) {
        let others = was.iter().filter(|look| look.1 != PartyId(10));
        assert!(others.clone().all(|look| is.contains(look)), "{was:?} {is:?}");
        if others.count() == 2 { kept += 1 } else { replaced += usize::from(was != is) }
    }
    assert!(kept > 2_000 && replaced > 500, "{kept} {replaced}");
}
