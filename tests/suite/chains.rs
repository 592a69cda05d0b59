//! Results that consume results: a run is held against the graph of its inputs, written down from its facts and searched plainly.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use reliance::domain::ancestry::{Ending, ResultRecord};
use reliance::domain::fate::Fate;
use reliance::domain::record::{JobKey, JobRecord};
use reliance::domain::reliance::{Held, Relied};
use reliance::engine::random::{KeyedRng, RandomSource, key};
use reliance::engine::time::{SimDuration, Time};
use reliance::maths;
use reliance::record::fact::Fact;
use reliance::record::recorder::Recorder;
use reliance::record::tally::Tally;
use reliance::scenario::Scenario;
use reliance::simulate::{Outcome, Run, simulate};

use super::trial::{ROOT, scenario, seed, trial};

/// A run as its facts tell it.
#[derive(Clone, Debug, Default)]
struct Graph {
    /// Of each job what it consumed, and when.
    inputs: BTreeMap<JobKey, Vec<(JobKey, Time)>>,
    consumers: BTreeMap<JobKey, Vec<JobKey>>,
    /// The jobs in the order in which they left, and where each stands there.
    left: Vec<JobRecord>,
    places: BTreeMap<JobKey, usize>,
    /// What came to nothing because of an input: when, and what began it.
    recalled: BTreeMap<JobKey, (Time, JobKey)>,
    results: BTreeMap<JobKey, ResultRecord>,
    relied: BTreeMap<JobKey, Relied>,
}

impl Recorder for Graph {
    fn note(&mut self, now: Time, fact: &Fact, record: Option<&JobRecord>) {
        match (fact, record) {
            (Fact::Consumed { job, input }, _) => {
                self.inputs.entry(*job).or_default().push((*input, now));
                self.consumers.entry(*input).or_default().push(*job);
            }
            (Fact::Recalled { job, origin }, _) => {
                assert!(self.recalled.insert(*job, (now, *origin)).is_none(), "a result comes to nothing once");
            }
            (Fact::Closed { job, .. }, Some(record)) => {
                self.places.insert(*job, self.left.len());
                self.left.push(*record);
            }
            _ => {}
        }
    }

    fn note_reliance(&mut self, relied: &Relied, _: &[Held]) {
        self.relied.insert(relied.key, *relied);
    }

    fn note_result(&mut self, record: &ResultRecord) {
        assert!(self.results.insert(record.key, *record).is_none(), "a standing ends once");
    }
}

impl Graph {
    fn of(scenario: &Arc<Scenario>) -> (Graph, Tally, Outcome) {
        let tally = Tally::new(scenario.warm_up).with_results(scenario.record.results);
        let mut watching = (Graph::default(), tally);
        let outcome = simulate(scenario, seed(), &mut watching);
        (watching.0, watching.1, outcome)
    }

    fn record(&self, job: JobKey) -> &JobRecord {
        &self.left[self.places[&job]]
    }

    fn inputs(&self, job: JobKey) -> &[(JobKey, Time)] {
        self.inputs.get(&job).map_or(&[], Vec::as_slice)
    }
}

/// What a class does when an input comes to nothing, in the order of the file.
const REVOKES: [bool; 5] = [false, true, true, false, false];

/// Whether a result came to nothing.
fn is_withdrawn(fate: Fate) -> bool {
    !matches!(fate, Fate::FinalRight | Fate::FinalWrong | Fate::Censored)
}

/// Watching used results changes nothing that happens, and without inputs nothing is told of them.
#[test]
fn watching_results_changes_nothing() {
    let watched = Graph::of(&trial("chains", &[]));
    let unwatched = Graph::of(&trial("chains", &["record.results=false"]));
    assert_eq!(watched.2.digest.to_string(), unwatched.2.digest.to_string());
    assert!(unwatched.0.results.is_empty() && unwatched.1.summary().results.is_none());
    assert!(watched.0.results.len() > 1_000);
}

/// Each result that came to nothing through an input was computed from what began it, by results that came to nothing at the same instant
/// or waited to be accepted; and whatever was computed from a result that came to nothing is gone, unless its class lets it stand.
#[test]
fn a_cascade_is_what_a_search_finds() {
    let (graph, tally, _) = Graph::of(&trial("chains", &[]));
    let (mut largest, mut direct, mut late) = (0, 0, 0);
    let mut sizes: BTreeMap<JobKey, usize> = BTreeMap::new();
    for (&job, &(at, origin)) in &graph.recalled {
        let record = graph.record(job);
        assert!(is_withdrawn(record.fate) && record.at.closed == at, "{record:?}");
        assert!(REVOKES[record.class.0 as usize], "{record:?}");
        // Back to the origin by what came to nothing before.
        let (mut seen, mut left) = (BTreeSet::from([job]), vec![job]);
        while let Some(next) = left.pop() {
            let gone = |&&(input, _): &&(JobKey, Time)| {
                graph.places.get(&input).is_some_and(|&place| place < graph.places[&next])
                    && is_withdrawn(graph.record(input).fate)
            };
            let inputs: Vec<JobKey> = graph.inputs(next).iter().filter(gone).map(|&(input, _)| input).collect();
            left.extend(inputs.into_iter().filter(|&input| seen.insert(input)));
        }
        assert!(seen.contains(&origin), "{job:?} was not computed from {origin:?}");
        assert!(!graph.recalled.contains_key(&origin), "what began it came to nothing by itself");
        *sizes.entry(origin).or_default() += 1;
    }
    for record in graph.left.iter().filter(|record| is_withdrawn(record.fate) && record.at.used != Time::NEVER) {
        for &consumer in graph.consumers.get(&record.key).into_iter().flatten() {
            let of = graph.record(consumer);
            let closed_before = graph.places[&consumer] < graph.places[&record.key];
            if closed_before || !REVOKES[of.class.0 as usize] || of.fate == Fate::Censored {
                continue;
            }
            if of.at.accepted != Time::NEVER && of.at.accepted <= record.at.closed {
                assert_eq!(of.at.closed, record.at.closed, "an accepted consumer falls at once: {of:?}");
                direct += 1;
            } else {
                assert!(of.at.accepted == Time::NEVER, "what was not accepted yet never is: {of:?}");
                late += u32::from(graph.recalled.contains_key(&consumer));
            }
            assert!(is_withdrawn(of.fate), "{of:?}");
        }
    }
    largest = sizes.values().copied().fold(largest, usize::max);
    assert!(direct > 100 && late > 5 && largest > 10, "{direct} at once, {late} later, {largest} at most");
    let results = tally.summary().results.as_ref().expect("they are written down");
    assert!(results.hollow > 0 && results.all(|of| of.recalled) > 100);
    assert!(results.most > 5 && results.most as usize <= largest + 1);
}

/// What a result inherits, how deep it is and how many computations are in it follow from its inputs.
#[test]
fn results_are_what_their_inputs_make_of_them() {
    let (graph, tally, _) = Graph::of(&trial("chains", &[]));
    let mut passed = [0u32; 2];
    let mut ancestors: BTreeMap<JobKey, f64> = BTreeMap::new();
    // An input was asked for before its consumer.
    let mut records: Vec<&ResultRecord> = graph.results.values().collect();
    records.sort_by_key(|record| (record.asked, record.key));
    for record in records {
        let inputs = graph.inputs(record.key);
        let of_inputs: Vec<&ResultRecord> = inputs.iter().map(|(input, _)| &graph.results[input]).collect();
        assert_eq!(record.inputs as usize, inputs.len());
        assert_eq!(inputs.iter().map(|(input, _)| input).collect::<BTreeSet<_>>().len(), inputs.len(), "each once");
        assert_eq!(record.depth, of_inputs.iter().map(|input| input.depth + 1).max().unwrap_or(0));
        let expected = 1.0 + inputs.iter().map(|(input, _)| ancestors[input]).sum::<f64>();
        assert!((record.ancestors / expected - 1.0).abs() < 1e-12, "{record:?}");
        ancestors.insert(record.key, record.ancestors);
        for (input, at) in inputs.iter().zip(&of_inputs).map(|((_, at), input)| (input, *at)) {
            assert!(input.used <= at && at == record.asked, "what is consumed is in use");
            assert!(input.ended >= at || !input.is_withdrawn(), "what came to nothing is not on offer");
        }
        let wrong = of_inputs.iter().filter(|input| input.is_wrong()).count();
        // Answers pass on what is wrong in an input every other time, other classes always.
        match graph.record(record.key).class.0 {
            2 if wrong == 1 => passed[usize::from(record.inherited)] += 1,
            2 => assert!(wrong > 0 || !record.inherited),
            _ => assert_eq!(record.inherited, wrong > 0, "{record:?}"),
        }
        assert_eq!(record.is_wrong(), !graph.record(record.key).is_right());
        assert!(record.risk.silent <= record.risk.whole * (1.0 + 1e-12) && record.risk.whole.is_finite());
    }
    let (mean, all) = (f64::from(passed[1]), f64::from(passed[0] + passed[1]));
    assert!(all > 100.0 && (mean - all / 2.0).abs() < 4.89 * (all / 4.0).sqrt(), "{passed:?}");
    let counted = graph.results.values().filter(|record| record.asked >= trial("chains", &[]).warm_up);
    let results = tally.summary().results.as_ref().expect("they are written down");
    assert_eq!(results.all(|of| of.results), counted.count() as u64);
    assert_eq!(results.all(|of| of.results), tally.summary().used, "each used answer has its row");
    assert_eq!(results.all(|of| of.wrong), tally.summary().used_wrong);
}

/// A result is final when its own window has passed and its inputs are settled, and not before.
#[test]
fn finality_waits_for_inputs() {
    let (graph, ..) = Graph::of(&trial("chains", &[]));
    let mut waited = 0;
    for record in graph.results.values().filter(|record| record.ending == Ending::Final) {
        let inputs = graph.inputs(record.key).iter().map(|(input, _)| &graph.results[input]);
        let latest = inputs.map(|input| input.ended).max().unwrap_or(Time::ZERO);
        assert!(latest <= record.ended, "{record:?} was final before an input, at {latest:?}");
        // Answers and archives have no window of their own.
        let window = if matches!(graph.record(record.key).class.0, 2 | 4) { 0 } else { 20_000_000_000 };
        let own = graph.record(record.key).at.accepted + SimDuration(window);
        waited += u32::from(latest == record.ended && own < latest);
    }
    assert!(waited > 50, "{waited} waited for an input longer than for themselves");
}

/// A run that is put away and taken up between its cascades, or copied, ends as one without a break, and keeps its graph in order.
#[test]
fn chains_survive_saves_and_forks() {
    let scenario = trial("chains", &[]);
    let whole = simulate(&scenario, seed(), &mut ()).digest.to_string();
    let mut run = Run::open(scenario.clone(), seed());
    let mut chance = KeyedRng::new(key(seed(), 0, 0, 0, 9));
    let mut at = Time::ZERO;
    let mut forks = Vec::new();
    while at < scenario.horizon {
        at += SimDuration(1 + chance.below(9_000_000_000));
        run.until(at, &mut ());
        run.audit();
        let bytes = run.save();
        run = Run::load(scenario.clone(), &bytes).expect("a save can be loaded");
        assert!(run.save() == bytes, "a save of what was loaded is the same save");
        if forks.len() < 6 {
            forks.push(run.clone());
        }
    }
    assert_eq!(run.close(&mut ()).digest.to_string(), whole);
    for fork in forks {
        assert_eq!(fork.close(&mut ()).digest.to_string(), whole);
    }
}

/// The market of the file with other inputs in each class, and without backtracking.
fn with_inputs(change: impl Fn(&str) -> Option<String>) -> Arc<Scenario> {
    let text = std::fs::read_to_string(format!("{ROOT}/tests/scenarios/chains.toml")).expect("the file");
    let line = |line: &str| match line.starts_with("inputs = ") {
        true => change(line),
        false => Some(line.replace("backtrack = \"revoke\"", "backtrack = \"none\"")),
    };
    let text: Vec<String> = text.lines().filter_map(line).collect();
    Scenario::from_text("chains", &text.join("\n")).unwrap_or_else(|wrong| panic!("{wrong}"))
}

/// Inputs are drawn by keys of their own: where nothing is inherited and every result stands, each job has the life that it has without
/// inputs, up to its finality.
#[test]
fn inputs_move_no_other_draw() {
    let harmless = with_inputs(|line| {
        let (before, after) = line.split_once(" }").map(|_| line.rsplit_once(" }").expect("the end of a table"))?;
        let before = before.replace(", inherits = 0.5", "").replace(", when-revoked = \"check\"", "");
        let before = before.replace(", when-revoked = \"keep\"", "");
        Some(format!("{before}, inherits = 0, when-revoked = \"keep\" }}{after}"))
    });
    let life = |record: &JobRecord| {
        let JobRecord { key, at, work, node, answer, checks, alarms, .. } = *record;
        (key, [at.asked, at.placed, at.started, at.answered, at.accepted], work, node, answer.key, checks, alarms)
    };
    let lives = |scenario: &Arc<Scenario>| {
        let graph = Graph::of(scenario).0;
        let mut lives: Vec<_> = graph.left.iter().map(life).collect();
        lives.sort_by_key(|life| life.0);
        (lives, graph.inputs.len())
    };
    let (fed, consumed) = lives(&harmless);
    let (plain, none) = lives(&with_inputs(|_| None));
    assert!(consumed > 1_000 && none == 0);
    assert_eq!(fed.len(), plain.len());
    assert!(fed == plain, "some life is another");
}

/// In a chain whose answers are used unchecked each computation holds as much of the trust. Accounting for it changes nothing that happens.
#[test]
fn trust_along_a_chain_has_a_closed_form() {
    let chain = |reliance: &str| {
        let sets = [&format!("record.reliance={reliance}"), "horizon=60s", "warm-up=1s"];
        Graph::of(&scenario("scenarios/oracles/inherited-chain.toml", &sets))
    };
    let (graph, tally, outcome) = chain("true");
    let mut depths = [0; 5];
    for record in graph.results.values() {
        let account = record.chain.expect("it is accounted for");
        let steps = f64::from(record.depth + 1);
        let trust = maths::pow(0.9, steps);
        let parts = [account.own_trust, account.inherited_trust, account.open_risk, account.proof];
        let known = [trust / steps, trust - trust / steps, 1.0 - trust, 0.0];
        assert!(parts.iter().zip(known).all(|(part, known)| (part - known).abs() < 1e-12), "{record:?}");
        depths[record.depth as usize] += 1;
    }
    assert!(depths.iter().all(|count| *count > 100), "{depths:?}");
    let share = tally.summary().results.as_ref().and_then(|results| results.inherited_trust());
    assert!(share.is_some_and(|share| 0.3 < share && share < 0.7), "{share:?}");
    let (plain, _, unwatched) = chain("false");
    assert!(plain.results.values().all(|record| record.chain.is_none()));
    assert_eq!(outcome.digest.to_string(), unwatched.digest.to_string());
}

/// A result without inputs has the account that it has by itself, and open risks are multiplied along chains.
#[test]
fn trust_along_chains_is_that_of_the_parts() {
    let (graph, ..) = Graph::of(&trial("chains", &["record.reliance=true"]));
    let (mut alone, mut fed) = (0, 0);
    for record in graph.results.values() {
        let (account, relied) = (record.chain.expect("it is accounted for"), graph.relied[&record.key]);
        let inherits = if graph.record(record.key).class.0 == 2 { 0.5 } else { 1.0 };
        let right = |input: &(JobKey, Time)| {
            1.0 - inherits * graph.results[&input.0].chain.expect("it is accounted for").open_risk
        };
        let right: f64 = graph.inputs(record.key).iter().map(right).product();
        let expected = 1.0 - (1.0 - relied.believed.open_risk) * right;
        assert!((account.open_risk - expected).abs() < 1e-12, "{record:?}");
        if record.inputs == 0 {
            assert!((account.own_trust - relied.believed.trust).abs() < 1e-12, "{record:?}");
            assert!((account.proof - relied.believed.proof).abs() < 1e-12, "{record:?}");
            assert!(account.inherited_trust.abs() < 1e-12);
            alone += 1;
        } else {
            assert!(
                account.own_trust <= relied.believed.trust + 1e-9,
                "an input takes trust, and gives none: {record:?}"
            );
            fed += 1;
        }
    }
    assert!(alone > 500 && fed > 1_000, "{alone} and {fed}");
}
