//! Votes that are alone decide by themselves, whatever the rule of the verdict; and who votes is chosen by one rule, among
//! validators and among peers.

use std::collections::BTreeMap;

use reliance::domain::fate::Fate;
use reliance::domain::ids::PartyId;
use reliance::domain::record::JobKey;
use reliance::record::fact::Fact;

use super::super::properties::kept;
use super::super::trial::trial;

/// The rules, each so that one approval of one is enough.
const RULES: [&str; 5] = [
    r#"{ rule = "any-alarm" }"#,
    r#"{ rule = "majority" }"#,
    r#"{ rule = "unanimous" }"#,
    r#"{ rule = "quorum", quorum = { approvals = 1 } }"#,
    r#"{ rule = "stake-weighted", stake-weighted = { share = 1 } }"#,
];

/// An attestation and a proof have no stake behind them, and the validators of this market have none either.
#[test]
fn one_vote_decides_by_every_rule() {
    for by in ["attestation", "proof", "validators"] {
        let mut digests = Vec::new();
        for rule in RULES {
            let check = format!("{{ by = \"{by}\", work = 0.1, detects = 0.5, false-alarm = 0.1, verdict = {rule} }}");
            let set = format!("verification.define.looked-at.checks=[{check}]");
            let (witness, digest) = kept(&trial("weighed", &[&set]));
            for fate in [Fate::FinalRight, Fate::FinalWrong, Fate::RejectedRight, Fate::RejectedWrong] {
                let met = witness.records.iter().filter(|record| record.fate == fate).count();
                assert!(met > 20, "{by} {rule}: {met} {}", fate.name());
            }
            digests.push(digest);
        }
        digests.dedup();
        assert_eq!(digests.len(), 1, "{by}: {digests:?}");
    }
}

/// The checks of a run: who computed, or was asked for a copy, and who looked.
fn looks(sets: &[&str]) -> Vec<(Vec<PartyId>, PartyId)> {
    let (witness, _) = kept(&trial("weighed", sets));
    let mut asked: BTreeMap<JobKey, Vec<PartyId>> = BTreeMap::new();
    let mut looks = Vec::new();
    for (_, fact) in &witness.facts {
        match *fact {
            Fact::Reached { job, node } => asked.entry(job).or_default().push(node),
            Fact::Checked { job, by, .. } => looks.push((asked[&job].clone(), by)),
            _ => {}
        }
    }
    assert!(looks.len() > 1_000, "{} looks", looks.len());
    looks
}

/// Nodes look at one another's answers as validators do: by stake, by operator or by what is thought of them, and never at an
/// answer they were asked for themselves.
#[test]
fn peers_are_drawn_by_the_selection() {
    let peers = "verification.define.looked-at.checks=[{ by = \"peers\", detects = 0 }]";
    let is_idler = |look: &&(Vec<PartyId>, PartyId)| look.1 == PartyId(3);
    let of_workers = |sets: &[&str]| {
        let looks = looks(&[&[peers], sets].concat());
        assert!(looks.iter().all(|(asked, by)| asked.len() == 1 && !asked.contains(by)));
        let others: Vec<_> = looks.into_iter().filter(|(asked, _)| asked[0] != PartyId(3)).collect();
        others.iter().filter(is_idler).count() as f64 / others.len() as f64
    };
    let random = of_workers(&[]);
    assert!((random - 1.0 / 3.0).abs() < 0.05, "one of the three others: {random}");
    let rich = "nodes[idler].stake={ law = \"constant\", value = \"180\" }";
    let staked = of_workers(&["verification.selection={ rule = \"stake-weighted\" }", rich]);
    assert!((staked - 0.9).abs() < 0.03, "180 of 200: {staked}");
    let apart =
        of_workers(&["verification.selection={ rule = \"distinct-operators\" }", "nodes[workers].operator=group"]);
    assert_eq!(apart, 1.0, "the workers are of one operator");
    // A peer that errs looks at right answers and is overturned by the two others.
    let weighed = [
        "verification.define.looked-at.checks=[{ by = \"peers\", count = 3, verdict = { rule = \"majority\" } }]",
        "verification.selection={ rule = \"opinion-weighted\" }",
        "verification.opinions.rule={ rule = \"beta\" }",
        "nodes[workers].count=6",
        "nodes[idler].conduct={ rule = \"error-prone\", error-prone = { rate = 1 } }",
    ];
    let looks = looks(&weighed);
    let (early, late) = (&looks[..300], &looks[looks.len() - 1_000..]);
    let share = |looks: &[(Vec<PartyId>, PartyId)]| {
        looks.iter().filter(|look| look.1 == PartyId(6)).count() as f64 / looks.len() as f64
    };
    assert!(share(late) < 0.02 && share(late) < share(early), "{} {}", share(early), share(late));
}

/// Who was asked for a copy does not look either, whether its answer came or not.
#[test]
fn no_copy_looks_at_the_answer() {
    let copies = "verification.define.looked-at.checks=[{ by = \"replicas\", count = 2, agree = 1 }, { by = \"peers\", count = 2 }]";
    for selection in ["random", "stake-weighted", "distinct-operators"] {
        let rule = format!("verification.selection={{ rule = \"{selection}\" }}");
        let looks = looks(&[copies, &rule, "routing.pool={ rule = \"all\" }"]);
        assert!(looks.iter().all(|(asked, by)| !asked.contains(by)), "{selection}");
    }
}
