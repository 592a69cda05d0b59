//! Copies are added until a group of equal answers is credible: the better the record of the nodes, the fewer; and more where they differ.

use std::collections::BTreeMap;
use std::sync::Arc;

use reliance::domain::fate::Fate;
use reliance::domain::ids::{Id, PartyId};
use reliance::domain::money::Money;
use reliance::domain::record::JobKey;
use reliance::engine::time::Time;
use reliance::maths;
use reliance::record::fact::Fact;
use reliance::record::recorder::{Gauges, Recorder};
use reliance::scenario::Scenario;
use reliance::simulate::simulate;

use super::super::properties::kept;
use super::super::trial::{Witness, seed};

/// The first node that is asked.
const FIRST: PartyId = PartyId(0);

/// The credits that each node earned.
#[derive(Default)]
struct Incomes(Vec<Money>);

impl Recorder for Incomes {
    fn end(&mut self, at: Time, gauges: &impl Gauges) {
        gauges.nodes(at, &mut |gauge| self.0.push(gauge.income));
    }
}

/// One job after the other, of at most twelve copies each, until a group is right with more than 0.99. Each node has iExec's score.
fn scenario(nodes: &str) -> Arc<Scenario> {
    written(nodes, "count = 12, credibility = 0.99", "first")
}

/// The same with other copies, by another chooser.
fn written(nodes: &str, copies: &str, chooser: &str) -> Arc<Scenario> {
    let text = format!(
        "name = \"groups\"\nhorizon = \"100s\"\n[models.plain]\n[network]\n[classes.job]\nwork = {{ law = \"constant\", value = \"100ms\" }}\n\
         [[demand.sources]]\nname = \"beat\"\narrivals = {{ rule = \"renewal\", renewal = {{ gap = {{ law = \"constant\", value = \"250ms\" }} }} }}\n\
         [routing]\nchoice = \"first\"\npool = {{ rule = \"all\" }}\nchooser = {{ rule = \"{chooser}\" }}\n\
         [verification]\nmethods = [\"groups\"]\nopinions = {{ rule = {{ rule = \"score\" }} }}\nslash = {{ share = 0.01 }}\n\
         [verification.define.groups]\nchecks = [{{ by = \"replicas\", {copies} }}]\n{nodes}"
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

/// Copies that agree share what they asked by log₂ of their weights before the job: the same in all, and another part for each. One that
/// does not agree shares nothing. The nodes are asked in an order of chance, so that some have seen more jobs than others.
#[test]
fn what_is_paid_is_shared_by_the_logarithm_of_weights() {
    let nodes = "[[nodes]]\nname = \"idler\"\ncount = 1\nprice = { law = \"constant\", value = \"0.7\" }\n\
                 conduct = { rule = \"lazy\", lazy = { share = 1, saving = 0.5 } }\n[[nodes]]\nname = \"others\"\ncount = 11\n\
                 price = { law = \"constant\", value = \"0.7\" }\n";
    let incomes = |shares: &str| {
        let mut incomes = Incomes::default();
        let scenario = written(nodes, &format!("count = 12, credibility = 0.99{shares}"), "random");
        simulate(&scenario, seed(), &mut incomes);
        (incomes.0.iter().map(|income| income.0 as f64).collect::<Vec<f64>>(), kept(&scenario).0)
    };
    let ((asked, _), (shared, witness)) = (incomes(""), incomes(", shares = \"log-odds\""));
    assert_eq!(asked.iter().sum::<f64>(), shared.iter().sum::<f64>(), "the same is paid in all");

    let (mut scores, mut expected) = ([0u32; 12], [0.0; 12]);
    let mut copies: BTreeMap<JobKey, Vec<usize>> = BTreeMap::new();
    for (_, fact) in &witness.facts {
        if let Fact::Started { job, node, .. } = fact {
            copies.entry(*job).or_default().push(node.index());
        }
    }
    for begun in copies.values() {
        let agree: Vec<usize> = begun.iter().copied().filter(|node| *node != FIRST.index()).collect();
        let log = |node: usize| maths::log2(f64::from((scores[node] / 3).max(3) - 1));
        let all: f64 = agree.iter().map(|node| log(*node)).sum();
        agree.iter().for_each(|node| expected[*node] += 70_000.0 * agree.len() as f64 * log(*node) / all);
        // One that is credible alone is compared with nothing.
        agree.iter().filter(|_| begun.len() > 1).for_each(|node| scores[*node] += 1);
    }
    // Each part is rounded to a whole micro-credit.
    let jobs = copies.len() as f64;
    for (node, (shared, expected)) in shared.iter().zip(expected).enumerate() {
        assert!((shared - expected).abs() <= jobs, "node {node} earned {shared}, and should have {expected}");
    }
    let moved = shared.iter().zip(&asked).filter(|(shared, asked)| (*shared - *asked).abs() > 10.0 * jobs).count();
    assert!(moved > 8, "{shared:?} and not {asked:?}");
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
