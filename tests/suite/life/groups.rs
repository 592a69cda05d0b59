//! Copies are added until a group of equal answers is credible: the better the record of the nodes, the fewer; and more where they differ.

use std::collections::BTreeMap;
use std::sync::Arc;

use reliance::domain::fate::Fate;
use reliance::domain::ids::PartyId;
use reliance::domain::record::JobKey;
use reliance::record::fact::Fact;
use reliance::scenario::Scenario;

use super::super::properties::kept;
use super::super::trial::Witness;

/// The first node that is asked.
const FIRST: PartyId = PartyId(0);

/// One job after the other, of at most twelve copies each, until a group is right with more than 0.99. Each node has iExec's score.
fn scenario(nodes: &str) -> Arc<Scenario> {
    let text = format!(
        "name = \"groups\"\nhorizon = \"100s\"\n[models.plain]\n[network]\n[classes.job]\nwork = {{ law = \"constant\", value = \"100ms\" }}\n\
         [[demand.sources]]\nname = \"beat\"\narrivals = {{ rule = \"renewal\", renewal = {{ gap = {{ law = \"constant\", value = \"250ms\" }} }} }}\n\
         [routing]\nchoice = \"first\"\npool = {{ rule = \"all\" }}\nchooser = {{ rule = \"first\" }}\n\
         [verification]\nmethods = [\"groups\"]\nopinions = {{ rule = {{ rule = \"score\" }} }}\nslash = {{ share = 0.01 }}\n\
         [verification.define.groups]\nchecks = [{{ by = \"replicas\", count = 12, credibility = 0.99 }}]\n{nodes}"
    );
    Scenario::from_text("groups.toml", &text).unwrap_or_else(|wrong| panic!("{wrong}"))
}

/// By job how many copies were begun.
fn begun(witness: &Witness) -> BTreeMap<JobKey, u32> {
    let mut begun = BTreeMap::new();
    for (_, fact) in &witness.facts {
        if let Fact::Started { job, .. } = fact {
            *begun.entry(*job).or_default() += 1;
        }
    }
    begun
}

/// Seven at first, one in the end: as many as the scores of the nodes say, job by job. One alone is compared with nothing, so its node
/// learns no more of itself.
#[test]
fn the_better_the_record_the_fewer_copies() {
    let (witness, _) = kept(&scenario("[[nodes]]\nname = \"all\"\ncount = 12\n"));
    let mut scores = [0u32; 12];
    let expected: Vec<u32> = witness
        .records
        .iter()
        .map(|_| {
            let mut group = 1;
            let needed = scores.iter().position(|score| {
                group *= u64::from((score / 3).max(3) - 1);
                group * 100 > (1 + group) * 99
            });
            let copies = needed.expect("twelve are enough") + 1;
            scores[..copies].iter_mut().for_each(|score| *score += u32::from(copies > 1));
            copies as u32
        })
        .collect();
    let begun: Vec<u32> = begun(&witness).into_values().collect();
    assert_eq!(begun, expected);
    assert_eq!((begun.first(), begun.last(), begun.len()), (Some(&7), Some(&1), 399));
    assert!(witness.records.iter().all(|record| record.fate == Fate::FinalRight));
}

/// A node that never does the work is outvoted each time, and each time more copies are added because of it: six that agree are not as
/// credible beside one that does not.
#[test]
fn copies_are_added_where_answers_differ() {
    let nodes = "[[nodes]]\nname = \"idler\"\ncount = 1\nstake = { law = \"constant\", value = \"10\" }\n\
                 conduct = { rule = \"lazy\", lazy = { share = 1, saving = 0.5 } }\n[[nodes]]\nname = \"others\"\ncount = 11\n";
    let (witness, _) = kept(&scenario(nodes));
    assert_eq!(begun(&witness).into_values().next(), Some(10), "64 · 2³ is more than 99 (1 + 2)");
    assert!(witness.records.iter().all(|record| record.fate == Fate::FinalRight));
    let outvoted = witness.facts.iter().filter(|(_, fact)| matches!(fact, Fact::Slashed { node: FIRST, .. })).count();
    assert_eq!(outvoted, witness.records.len(), "once for each job");
}

/// A copy that comes to nothing is one of the twelve: another node is asked in its place, as long as there is one.
#[test]
fn lost_copies_are_made_up_for() {
    let (witness, _) = kept(&scenario("[[nodes]]\nname = \"all\"\ncount = 12\nflaky = 0.5\n"));
    let begun = begun(&witness);
    let first = witness.records.iter().min_by_key(|record| record.key).expect("a job");
    assert!(begun[&first.key] > 7, "some of the first seven are lost: {}", begun[&first.key]);
    let right = witness.records.iter().filter(|record| record.fate == Fate::FinalRight).count();
    assert!(right > witness.records.len() / 2, "{right}");
    assert!(
        witness.records.iter().all(|record| matches!(record.fate, Fate::FinalRight | Fate::Unresolved | Fate::Lost))
    );
}
