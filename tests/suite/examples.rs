//! The examples do what they say, through the crate's front door alone.

use std::collections::BTreeMap;
use std::fs;

use reliance::study::merge::results;
use reliance::study::work::run_one;
use reliance::{Fact, Money, NodeGroupId, SimDuration, Time, simulate};

use super::study::{Place, drive};
use super::trial::{Witness, trial};

#[allow(dead_code, reason = "cargo runs the example's own `main`")]
#[path = "../../examples/amend.rs"]
mod amend;
#[allow(dead_code, reason = "cargo runs the example's own `main`")]
#[path = "../../examples/recorder.rs"]
mod recorder;
#[allow(dead_code, reason = "cargo runs the example's own `main`")]
#[path = "../../examples/study.rs"]
mod study;

/// Both branches are asked the same jobs; the one whose answers are worth a quarter declines more of them.
#[test]
fn a_fork_shows_what_a_change_does() {
    let (plain, poorer) = (amend::morning(&[]).unwrap(), amend::morning(&["demand.value-factor=0.25"]).unwrap());
    let at = Time::ZERO + SimDuration(300_000_000_000);
    let [as_it_was, amended] = amend::fork(&plain, &poorer, at);
    assert_eq!(as_it_was.jobs, amended.jobs);
    assert!(amend::share(&amended) > amend::share(&as_it_was) + 5.0, "{} %", amend::share(&amended));
    let [one, other] = amend::fork(&plain, &plain, at);
    assert_eq!((one.fates, one.response.moments.mean()), (other.fates, other.response.moments.mean()));
}

/// The recorder's fines are those among all facts of the run, put to the groups of the nodes that lost them.
#[test]
fn a_recorder_of_ones_own_counts_fines() {
    let scenario = trial("verified", &[]);
    let mut witness = Witness::default();
    simulate(&scenario, scenario.seed, &mut witness);
    let mut expected: BTreeMap<NodeGroupId, recorder::Fined> = BTreeMap::new();
    let mut all = Money::ZERO;
    for (_, fact) in &witness.facts {
        if let Fact::Slashed { node, amount, .. } = *fact {
            let group = witness.nodes.iter().find(|gauge| gauge.node == node).expect("a node that was fined").group;
            let fined = expected.entry(group).or_default();
            fined.count += 1;
            fined.amount += amount;
            all += amount;
        }
    }
    assert!(!expected.is_empty() && all > Money::ZERO, "some nodes are fined");
    let fines = recorder::fines(&scenario);
    let is_fined = |(_, fined): &(&NodeGroupId, &recorder::Fined)| fined.count > 0;
    let found: BTreeMap<NodeGroupId, recorder::Fined> =
        fines.by_group.iter().filter(is_fined).map(|(group, fined)| (*group, *fined)).collect();
    assert_eq!(found, expected);
    let table = recorder::table(&scenario, &fines);
    assert_eq!(table.lines().count(), 1 + scenario.groups.len(), "a row for each group:\n{table}");
    for (&group, fined) in &expected {
        let row = table.lines().find(|row| row.starts_with(&scenario.groups[group].name)).expect("its row");
        let cells: Vec<&str> = row.split_whitespace().rev().take(2).collect();
        assert_eq!(cells, [fined.amount.to_string(), fined.count.to_string()], "{table}");
    }
}

/// At which rate of requests do jobs wait two seconds on average?
const SEARCH: &str = r#"
name = "search"
base = "base.toml"
measures = ["wait_mean_s"]
replications = { fixed = 20 }
[design.frontier]
axis = "rate"
level = 2.0
resolution = 0.0625
[[axes]]
path = "demand.sources[0].arrivals.poisson.rate"
range = { from = "0.1/s", to = "0.8/s" }
"#;

#[test]
fn a_study_runs_from_outside() {
    let place = Place::new("example", SEARCH);
    let run = |out: &str| study::frontier(&place.join("study.toml"), &place.join(out)).expect("a frontier");
    let text = run("out");
    let rows: Vec<Vec<&str>> = text.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(rows[0], ["line", "crossing", "from", "to", "runs"], "{text}");
    assert_eq!((rows.len(), rows[1].len()), (3, 4), "one line, without a name, and the digest:\n{text}");
    // The same study by the crate's inner doors, cut into other chunks.
    let study = place.study();
    let folder = place.open("inner", &study).expect("a folder");
    let line = results(&study, &drive(&study, &folder, 1, &run_one)).crossings.remove(0);
    let expected = line.values.map(|value| format!("{:.4}", value.expect("it is crossed")));
    assert_eq!(rows[1], [&expected[..], &[line.runs.to_string()]].concat(), "{text}");
    // What is done is taken from the files; another folder comes to the same.
    let chunks = fs::read_dir(place.join("out/chunks")).expect("the folder of chunks").count();
    assert!(chunks > 3, "{chunks} chunks");
    assert_eq!((run("out"), run("again")), (text.clone(), text));
}
