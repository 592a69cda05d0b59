//! The same scenario and seed are the same run: twice, in slices, through saves and forks, under any recorder, beside other
//! threads, and beside strangers whom nobody deals with.

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;
use proptest::sample::Index;
use rayon::prelude::*;
use reliance::domain::record::JobKey;
use reliance::engine::random::Seed;
use reliance::engine::time::Time;
use reliance::record::fact::Fact;
use reliance::record::tally::Tally;
use reliance::scenario::Scenario;
use reliance::simulate::{Outcome, Run, simulate, twin, twin_watched};

use super::life::ALL;
use super::properties::{checked_market, market, parsed};
use super::trial::{Contents, Witness, cases, contents, extended, full, seed, summed_up, trial};

/// What tells two runs apart.
fn identity(outcome: &Outcome) -> (String, Vec<String>, u64, u64, Time) {
    let digest = &outcome.digest;
    (digest.to_string(), digest.checkpoints().collect(), digest.facts(), outcome.events, outcome.ended)
}

/// A run without a break, with everything it writes down.
fn whole(scenario: &Arc<Scenario>) -> (Outcome, Contents) {
    let mut recorder = full(scenario);
    let outcome = simulate(scenario, seed(), &mut recorder);
    (outcome, contents(recorder))
}

/// The instants to cut a run at: some of those at which something happens, and the nanosecond after.
fn cuts(scenario: &Arc<Scenario>, at: &[(Index, bool)]) -> Vec<Time> {
    let instants = Witness::of(scenario).0.instants();
    let mut cuts: Vec<Time> = at.iter().map(|(index, after)| Time(index.get(&instants).0 + *after as u64)).collect();
    cuts.sort_unstable();
    cuts
}

fn anywhere() -> impl Strategy<Value = Vec<(Index, bool)>> {
    prop::collection::vec((any::<Index>(), any::<bool>()), 1..40)
}

/// Cut into slices; at each cut the run is put away as bytes and taken up from them.
fn interrupted(scenario: &Arc<Scenario>, cuts: &[Time], saves: bool) -> (Outcome, Contents) {
    let mut recorder = full(scenario);
    let mut run = Run::open(scenario.clone(), seed());
    for cut in [Time::ZERO].iter().chain(cuts) {
        if saves {
            let bytes = run.save();
            run = Run::load(scenario.clone(), &bytes).expect("a save can be loaded");
            assert_eq!(run.save(), bytes, "a save of what was loaded is the same save");
        }
        run.until(*cut, &mut recorder);
        run.audit();
    }
    let outcome = run.close(&mut recorder);
    (outcome, contents(recorder))
}

#[test]
fn a_run_is_the_same_twice() {
    for name in ALL {
        let scenario = trial(name, &[]);
        let (first, second) = (whole(&scenario), whole(&trial(name, &[])));
        assert_eq!(identity(&first.0), identity(&second.0), "{name}");
        assert_eq!(first.1, second.1, "{name}");
        assert!(first.0.digest.facts() > 10_000, "{name} is a run worth comparing");
    }
}

proptest! {
    #![proptest_config(cases(24))]

    #[test]
    fn slices_and_saves_change_nothing(which in 0..4usize, at in anywhere(), saves in any::<bool>()) {
        let scenario = trial(ALL[which], &[]);
        let (outcome, written) = whole(&scenario);
        let (cut, cut_written) = interrupted(&scenario, &cuts(&scenario, &at), saves);
        prop_assert_eq!(identity(&cut), identity(&outcome));
        prop_assert!(cut_written == written, "the tables differ");
    }

    #[test]
    fn a_fork_goes_on_as_its_origin(which in 0..4usize, at in anywhere()) {
        let scenario = trial(ALL[which], &[]);
        let outcome = simulate(&scenario, seed(), &mut ());
        let mut run = Run::open(scenario.clone(), seed());
        let mut forks = Vec::new();
        for cut in cuts(&scenario, &at) {
            run.until(cut, &mut ());
            forks.push(run.clone());
        }
        // The last fork first, so that a part shared with the origin would show.
        for fork in forks.into_iter().rev().chain([run]) {
            prop_assert_eq!(identity(&fork.close(&mut ())), identity(&outcome));
        }
    }
}

proptest! {
    #![proptest_config(cases(500))]

    #[test]
    fn any_market_is_the_same_in_slices_and_saves(text in market(), at in anywhere()) {
        let scenario = parsed(&text);
        let (outcome, written) = whole(&scenario);
        let (cut, cut_written) = interrupted(&scenario, &cuts(&scenario, &at), true);
        prop_assert_eq!(identity(&cut), identity(&outcome));
        prop_assert!(cut_written == written, "the tables differ");
    }
}

proptest! {
    #![proptest_config(cases(200))]

    #[test]
    fn any_verified_market_is_the_same_in_slices_and_saves(text in checked_market(), at in anywhere()) {
        let scenario = parsed(&text);
        let (outcome, written) = whole(&scenario);
        let (cut, cut_written) = interrupted(&scenario, &cuts(&scenario, &at), true);
        prop_assert_eq!(identity(&cut), identity(&outcome));
        prop_assert!(cut_written == written, "the tables differ");
    }
}

/// TOML says of the keys of a table that they have no order: neither those of classes and models nor those of a mix.
#[test]
fn the_order_of_tables_with_names_is_no_matter() {
    let class = |name: &str, model: &str, work: &str| {
        format!("[classes.{name}]\nmodel = \"{model}\"\nwork = {{ law = \"exponential\", mean = \"{work}\" }}\n")
    };
    let model = |name: &str| format!("[models.{name}]\nmemory-gb = 10\nload = \"3s\"\n");
    let scenario = |classes: [String; 2], models: [String; 2], mix: &str| {
        let text = format!(
            "name = \"order\"\nhorizon = \"2min\"\n{}{}[[nodes]]\nname = \"n\"\ncount = 3\nmemory-gb = 10\n[[demand.sources]]\n\
             name = \"s\"\nmix = {{ {mix} }}\narrivals = {{ rule = \"poisson\", poisson = {{ rate = \"1/s\" }} }}\n",
            models.concat(),
            classes.concat(),
        );
        Scenario::from_text("order.toml", &text).unwrap_or_else(|wrong| panic!("{wrong}"))
    };
    let (a, b) = (class("a", "big", "1s"), class("b", "little", "2s"));
    let (big, little) = (model("big"), model("little"));
    let written = scenario([a.clone(), b.clone()], [big.clone(), little.clone()], "a = 1, b = 3");
    let (first, _) = whole(&written);
    let loads =
        Witness::of(&written).0.facts.iter().filter(|(_, fact)| matches!(fact, Fact::LoadAwaited { .. })).count();
    assert!(loads > 10, "{loads} loads: models are told of");
    for other in [
        scenario([b.clone(), a.clone()], [big.clone(), little.clone()], "a = 1, b = 3"),
        scenario([a.clone(), b.clone()], [little.clone(), big.clone()], "a = 1, b = 3"),
        scenario([a.clone(), b.clone()], [big.clone(), little.clone()], "b = 3, a = 1"),
        scenario([b, a], [little, big], "b = 3, a = 1"),
    ] {
        assert_eq!(identity(&whole(&other).0), identity(&first));
    }
}

/// A drain that is looked after now and then is the same drain.
#[test]
fn a_drain_in_pieces_is_the_same() {
    for (name, sets) in [("everything-drained", &[][..]), ("verified", &["drain=true"])] {
        let scenario = trial(name, sets);
        let (outcome, written) = whole(&scenario);
        let (mut recorder, mut run, mut pieces) = (full(&scenario), Run::open(scenario, seed()), 0);
        while run.drain(7, &mut recorder) {
            pieces += 1;
        }
        assert!(pieces > 10, "{name} drains in {pieces} pieces");
        assert_eq!(identity(&run.close(&mut recorder)), identity(&outcome), "{name}");
        assert!(contents(recorder) == written, "{name}: the tables differ");
    }
}

#[test]
fn what_is_no_save_is_refused() {
    let scenario = trial("everything", &[]);
    let mut run = Run::open(scenario.clone(), seed());
    run.until(Time(30_000_000_000), &mut ());
    let bytes = run.save();
    for cut in [0, 1, bytes.len() / 2, bytes.len() - 1] {
        assert!(Run::load(scenario.clone(), &bytes[..cut]).is_err(), "the first {cut} bytes of a save");
    }
}

/// The run that a twin takes its means from can be stopped.
#[test]
fn the_making_of_a_twin_can_be_stopped() {
    let (scenario, mut looks) = (trial("everything", &["twin=frozen"]), 0);
    let stopped = twin_watched(&scenario, seed(), |first| {
        looks += 1;
        if first.events() > 5_000 { Err("stopped") } else { Ok(()) }
    });
    assert_eq!(stopped.err(), Some("stopped"));
    assert!(looks > 1, "{looks}");
}

/// A save of a twin has the means it is held at, so that it goes on where it stood without another run of the market.
#[test]
fn a_save_holds_the_means_of_its_twin() {
    let asked = trial("everything", &["twin=frozen"]);
    let twin = twin(&asked, seed());
    let mut run = Run::open(twin.clone(), seed());
    run.until(Time(30_000_000_000), &mut ());
    let bytes = run.save();
    let expected = identity(&run.close(&mut ()));
    assert_eq!(identity(&simulate(&asked, seed(), &mut ())), expected, "made for it");
    for scenario in [&asked, &twin] {
        let taken_up = Run::load(scenario.clone(), &bytes).expect("a save");
        assert_eq!(identity(&taken_up.close(&mut ())), expected);
    }
    // A market of five hundred years, which no test waits for.
    let endless = Scenario { horizon: Time(500 * 365 * 86_400_000_000_000), ..Scenario::clone(&asked) };
    assert_eq!(Run::load(Arc::new(endless), &bytes).expect("a save").now(), Time(30_000_000_000));
    // Saves of the twin and of the market are not for one another.
    let market = trial("everything", &[]);
    assert!(Run::load(market.clone(), &bytes).is_err());
    let moving = Run::open(market.clone(), seed()).save();
    assert!(
        Run::load(market, &moving).is_ok() && Run::load(asked, &moving).is_err() && Run::load(twin, &moving).is_err()
    );
}

#[test]
#[should_panic(expected = "`simulate::twin` makes a twin before it is opened")]
fn a_twin_is_made_before_it_is_opened() {
    Run::open(trial("everything", &["twin=frozen"]), seed());
}

#[test]
fn watching_changes_nothing() {
    for name in ALL {
        let scenario = trial(name, &[]);
        let expected = identity(&simulate(&scenario, seed(), &mut ()));
        let (mut tally, mut tables) = full(&scenario);
        assert_eq!(identity(&simulate(&scenario, seed(), &mut tally)), expected, "{name} with a tally");
        assert_eq!(identity(&simulate(&scenario, seed(), &mut tables)), expected, "{name} with tables");
        let mut all = (Witness::default(), (full(&scenario), Witness::default()));
        assert_eq!(identity(&simulate(&scenario, seed(), &mut all)), expected, "{name} with all at once");
        let (first, (together, second)) = all;
        assert_eq!(first.facts, second.facts, "{name}: two witnesses");
        assert_eq!(first.records, second.records, "{name}: two witnesses");
        assert!(contents(together) == contents((tally, tables)), "{name}: alone and together");
    }
}

/// Eight runs at once, on as many threads as there are: each as it is alone.
#[test]
fn threads_change_nothing() {
    let runs: Vec<_> = ALL.iter().flat_map(|name| [0, 1].map(|replication| (*name, replication))).collect();
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        let one = |(name, replication): &(&str, u64)| {
            let (scenario, mut recorder) = (trial(name, &[]), full(&trial(name, &[])));
            let outcome = simulate(&scenario, seed().replicate(*replication), &mut recorder);
            (identity(&outcome), contents(recorder))
        };
        pool.install(|| runs.par_iter().map(one).collect::<Vec<_>>())
    };
    let alone = on(1);
    for threads in [2, 7] {
        assert!(on(threads) == alone, "on {threads} threads");
    }
}

#[test]
fn another_seed_is_another_run() {
    let scenario = trial("everything", &["horizon=20s", "warm-up=\"0\""]);
    let seeds = [seed(), Seed::from(2), seed().replicate(1), seed().replicate(2), Seed::from(2).replicate(1)];
    let digests = seeds.map(|seed| simulate(&scenario, seed, &mut ()).digest.to_string());
    for (index, digest) in digests.iter().enumerate() {
        assert!(!digests[..index].contains(digest), "{}", seeds[index]);
    }
}

#[test]
fn what_is_recorded_changes_nothing() {
    let scenario = trial("everything", &[]);
    let mut tally = Tally::new(scenario.warm_up);
    let expected = identity(&simulate(&scenario, seed(), &mut tally));
    let summary = summed_up(tally.summary());
    let settings: [&[&str]; 4] = [
        &["record.tick=7ms"],
        &["record.jobs=0.01"],
        &["record.tables=[]"],
        &["record.tick=1h", "record.jobs=0", "record.tables=[\"nodes\"]"],
    ];
    for sets in settings {
        let scenario = trial("everything", sets);
        let (mut tally, mut tables) = full(&scenario);
        let outcome = simulate(&scenario, seed(), &mut (&mut tally, &mut tables));
        assert_eq!(identity(&outcome), expected, "{sets:?}");
        assert!(summed_up(tally.summary()) == summary, "{sets:?}");
    }
}

/// Parties whom nobody deals with: a group of nodes for a model nobody asks for, a class nobody has, requesters who ask
/// for nothing.
const STRANGERS: &str = r#"
[models.unknown]
decode = "1ms"

[classes.nobody]
model = "unknown"
work = { law = "exponential", mean = "3s" }
priority = 1

[[requesters]]
name = "mute"
region = "west"

[[demand.sources]]
name = "silence"
class = "nobody"
requesters = "mute"
arrivals = { rule = "poisson", poisson = { rate = "0/s" } }

[[nodes]]
name = "hermits"
count = 7
models = ["unknown"]
stake = { law = "exponential", mean = "5" }

[nodes.failure]
up = { law = "exponential", mean = "9s" }
down = { law = "exponential", mean = "9s" }
"#;

#[test]
fn strangers_change_nobodys_life() {
    let (alone, _) = Witness::of(&trial("everything", &[]));
    let (beside, _) = Witness::of(&extended("everything", STRANGERS));
    assert_eq!(beside.nodes.len(), alone.nodes.len() + 7);
    assert!(beside.facts.len() > alone.facts.len() + 50, "{} facts, {} alone", beside.facts.len(), alone.facts.len());
    assert_eq!(beside.records, alone.records);
}

/// Another source that asks in earnest, and nodes that serve everybody.
const RIVALS: &str = r#"
[[demand.sources]]
name = "rivals"
mix = { chat = 1, urgent = 1, bulk = 1 }
arrivals = { rule = "poisson", poisson = { rate = "15/s" } }

[[nodes]]
name = "helpers"
count = 3
slots = 2
"#;

/// Rivals take places, but what a job is (when it is asked for, its class, its work, its tokens, its value, its client) is
/// drawn as if they were not there.
#[test]
fn rivals_change_nobodys_draws() {
    let lots = |witness: &Witness| -> BTreeMap<JobKey, String> {
        let lot = |record: &reliance::domain::record::JobRecord| {
            let tokens = (record.input_tokens, record.output_tokens, record.client);
            format!("{:?}", (record.at.asked, record.class, record.work, tokens, record.value, record.deadline))
        };
        witness.records.iter().map(|record| (record.key, lot(record))).collect()
    };
    let (alone, _) = Witness::of(&trial("everything", &[]));
    let (beside, _) = Witness::of(&extended("everything", RIVALS));
    let (alone_lots, mut beside_lots) = (lots(&alone), lots(&beside));
    assert!(alone_lots.len() > 4_000 && beside_lots.len() > alone_lots.len() + 2_000);
    beside_lots.retain(|key, _| alone_lots.contains_key(key));
    assert_eq!(beside_lots, alone_lots);
    assert_ne!(alone.records[..500], beside.records[..500], "their lives differ all the same");
}
