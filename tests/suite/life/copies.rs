//! Copies that are compared are evidence: who agrees with the accepted answer has passed a check, who is outvoted has failed one.

use reliance::domain::fate::Fate;
use reliance::domain::ids::PartyId;
use reliance::domain::money::Money;
use reliance::record::fact::Fact;

use super::super::properties::kept;
use super::super::trial::{Witness, trial};

/// The node that never does the work; its copies agree with nothing.
const IDLER: PartyId = PartyId(3);

/// Nobody looks again, but the result stands for a while.
const STANDS: &str = ", { by = \"validators\", sample = 0, timing = \"deferred\", window = \"20s\" }";

/// A market in which every job is executed by several of four nodes, of which one is not honest.
fn copied(copies: &str, more: &[&str], stands: &str) -> Witness {
    let copies = format!("verification.define.looked-at.checks=[{{ by = \"replicas\", {copies} }}{stands}]");
    let mut sets = vec![
        copies.as_str(),
        "verification.opinions.rule={ rule = \"beta\" }",
        "routing.pool={ rule = \"all\" }",
        "drain=true",
    ];
    sets.extend(more);
    let (witness, _) = kept(&trial("weighed", &sets));
    assert!(witness.records.len() > 1_800, "{} jobs", witness.records.len());
    witness
}

/// Who was slashed, how often and by how much in all.
fn slashed(witness: &Witness) -> (Vec<PartyId>, Money) {
    let slashes = witness.facts.iter().filter_map(|(_, fact)| match fact {
        Fact::Slashed { node, amount, .. } => Some((*node, *amount)),
        _ => None,
    });
    let (nodes, amounts): (Vec<PartyId>, Vec<Money>) = slashes.unzip();
    (nodes, amounts.into_iter().sum())
}

/// Trust after so many passed and failed checks, by a beta counter with the uniform prior.
fn trust(passed: usize, failed: usize) -> f64 {
    (passed + 1) as f64 / (passed + failed + 2) as f64
}

/// Four copies, of which two must agree, and none is called off while the result stands: three are right and one is outvoted,
/// each time, before the verdict or after it. What is seized goes to those who outvoted it.
#[test]
fn who_is_outvoted_is_thought_less_of_and_pays() {
    let slash = "verification.slash={ fixed = \"0.001\", to = \"checkers\" }";
    let witness = copied("count = 4, agree = 2, cancel = false", &[slash], STANDS);
    let (jobs, (nodes, amount)) = (witness.records.len(), slashed(&witness));
    assert!(witness.records.iter().all(|record| record.fate == Fate::FinalRight));
    assert_eq!(nodes, vec![IDLER; jobs], "once for each job");
    let [honest, cheat] = [PartyId(0), IDLER].map(|node| &witness.nodes[node.0 as usize]);
    assert_eq!((honest.trust, cheat.trust), (trust(jobs, 0), trust(0, jobs)));
    assert_eq!((amount, cheat.stake), (Money(1_000 * jobs as i64), Money(10_000_000) - amount));
    let gained: Money = witness.nodes[..3].iter().map(|node| node.stake - Money(10_000_000)).sum();
    assert!(gained <= amount && gained > Money(amount.0 * 9 / 10), "{gained} of {amount}, and what does not divide");
}

/// Where the job is closed as soon as two agree, only those outvoted by then are.
#[test]
fn who_has_not_answered_is_not_outvoted() {
    let more = ["verification.slash={ fixed = \"0.001\" }", "nodes[idler].speed={ law = \"constant\", value = 0.3 }"];
    let witness = copied("count = 4, agree = 2", &more, "");
    let (nodes, _) = slashed(&witness);
    assert!(nodes.iter().all(|node| *node == IDLER), "the others agree");
    assert!(nodes.len() * 2 < witness.records.len(), "mostly called off while it is at it: {}", nodes.len());
    assert_eq!(witness.nodes[IDLER.0 as usize].trust, trust(0, nodes.len()));
}

/// Four copies that all must agree never do where one is the idler's: no quorum, no evidence, no slash.
#[test]
fn without_a_quorum_nothing_is_evidence() {
    let witness = copied("count = 4, agree = 4", &["verification.slash={ fixed = \"0.001\" }"], "");
    assert!(witness.records.iter().all(|record| record.fate == Fate::Unresolved));
    assert_eq!(slashed(&witness).0, []);
    assert!(
        witness.nodes.iter().filter(|node| node.is_node()).all(|node| node.trust == 0.5),
        "nobody knows more than before"
    );
}

/// Where the first answer is enough, the others only race: nothing is compared, and what is accepted is unchecked.
#[test]
fn a_race_compares_nothing() {
    let witness = copied("count = 4, agree = 1, cancel = false", &["verification.slash={ fixed = \"0.001\" }"], "");
    assert!(witness.records.iter().any(|record| record.fate == Fate::FinalWrong));
    assert_eq!(slashed(&witness).0, []);
    assert!(witness.nodes.iter().filter(|node| node.is_node()).all(|node| node.trust == 0.5));
}

/// A node that cheats where it pays stops when it is outvoted often enough, and goes on where nothing is compared.
#[test]
fn a_best_reply_learns_from_being_outvoted() {
    let rule = "rule = \"best-reply\", best-reply = { explore = 0, prior-answers = 100, prior-checked = 0 }";
    let more = [
        &format!("nodes[idler].conduct={{ {rule} }}"),
        "classes.job.work={ law = \"constant\", value = \"100ms\" }",
        "nodes[idler].cost={ law = \"constant\", value = \"0.1\" }",
        "verification.slash={ fixed = \"0.01\" }",
    ];
    let compared = copied("count = 4, agree = 2, cancel = false", &more, STANDS);
    // With n of 100 + n answers checked and all cheats found, a job of 0.01 credits is not worth 0.02 from n = 100 on.
    let (nodes, _) = slashed(&compared);
    assert!((100..120).contains(&nodes.len()), "those under way then come on top: {}", nodes.len());
    let raced = copied("count = 4, agree = 1, cancel = false", &more, "");
    let first = raced.records.iter().filter(|record| record.node == IDLER);
    assert!(first.clone().count() > 1_000 && first.clone().all(|record| !record.is_right()), "{}", first.count());
}

/// Canaries stand beside copies of different prices, and come by the epoch: each is paid out of the escrow of its job, and a node has one in each
/// part of an epoch at most.
#[test]
fn canaries_beside_copies_come_by_the_epoch() {
    let market = |canary: &str| {
        let checks = format!(
            "verification.define.watched.checks=[{{ by = \"replicas\", count = 2, agree = 2 }}, {{ by = \"canary\", {canary} }}]"
        );
        let price = "nodes[workers].price={ law = \"uniform\", min = \"0.0005\", max = \"0.004\" }";
        let sets =
            [&checks, price, "classes.job.methods=[\"watched\"]", "verification.backtrack=\"none\"", "drain=true"];
        Witness::of(&trial("canaries", &sets)).0
    };
    let canaries = |witness: &Witness| {
        let answers = witness.facts.iter().filter(|(_, fact)| matches!(fact, Fact::Canary { .. }));
        answers.count()
    };
    let beside = |witness: &Witness| {
        let accepted =
            witness.records.iter().filter(|record| matches!(record.fate, Fate::FinalRight | Fate::FinalWrong));
        canaries(witness) as f64 / accepted.count() as f64
    };
    assert!(beside(&market("sample = 1")) > 0.9, "beside each answer there is a canary");
    // Ten nodes, three in 30 s, two minutes: 120 at most.
    let by_epoch = market("epoch = \"30s\", count = 3");
    assert!((90..=120).contains(&canaries(&by_epoch)), "{} canaries", canaries(&by_epoch));
}
