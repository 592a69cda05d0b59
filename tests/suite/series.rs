//! Series outside the market: what follows them, that they step alone, and that a market with them is one run however it is cut.

use std::collections::BTreeSet;

use reliance::domain::price::Price;
use reliance::engine::time::{SimDuration, Time};
use reliance::record::fact::Fact;
use reliance::record::recorder::{Gauges, NodeGauge, Recorder};
use reliance::record::tables::{SERIES, SERIES_OUTSIDE};
use reliance::scenario::Scenario;
use reliance::simulate::Run;

use super::amend::{SECOND, amend, cut, written};
use super::trial::{Witness, seed, trial};

/// Ten minutes of a shop with one node, which costs a thousandth of a credit a second; `more` is written after it.
fn shop(more: &str) -> String {
    "name = \"shop\"\nhorizon = \"10min\"\n[models.m]\n[classes.job]\nwork = { law = \"exponential\", mean = \"1s\" }\n\
     [[demand.sources]]\nname = \"s\"\narrivals = { rule = \"poisson\", poisson = { rate = \"2/s\" } }\n\
     [pricing]\ncompute = { rule = \"cost-plus\", cost-plus = { start = \"0.0015\", markup = 0.5 } }\n\
     [[nodes]]\nname = \"n\"\ncount = 1\nslots = 8\ncost = { law = \"constant\", value = \"0.001\" }\n"
        .to_owned()
        + more
}

/// Costs that follow a series which is always 3.
const STEPS: &str =
    "cost-follows = \"energy\"\n[series.energy]\nevery = \"50s\"\nmoves = { process = \"constant\", start = 3.0 }\n";

fn moved(witness: &Witness) -> Vec<(f64, u16, f64)> {
    let step = |(now, fact): &(Time, Fact)| match *fact {
        Fact::SeriesMoved { series, value } => Some((now.0 as f64 / SECOND as f64, series, value)),
        _ => None,
    };
    witness.facts.iter().filter_map(step).collect()
}

/// Keeps what a look at the end finds.
#[derive(Default)]
struct Last(Vec<NodeGauge>, i64, Price);

impl Recorder for Last {
    fn end(&mut self, at: Time, gauges: &impl Gauges) {
        gauges.nodes(at, &mut |gauge| self.0.push(*gauge));
        let market = gauges.market(at);
        (self.1, self.2) = (market.token.0, market.node_cost);
    }
}

fn last(text: &str) -> Last {
    let mut last = Last::default();
    Run::open(written(text), seed()).close(&mut last);
    last
}

/// The prices that jobs agree on, in millionths of a credit per second of expected work.
fn prices(text: &str) -> BTreeSet<i64> {
    let records = Witness::of(&written(text)).0.records;
    let placed = records.iter().filter(|record| record.at.placed != Time::NEVER);
    placed.map(|record| (record.compute_price.0 as f64 / record.expected_work.0 as f64 * 1e9).round() as i64).collect()
}

/// What a node costs is three times as much, it asks no less, and a price by costs follows. Without the key nothing does.
#[test]
fn costs_follow_a_series() {
    let (plain, dear) = (last(&shop("")), last(&shop(STEPS)));
    assert_eq!((plain.0[0].cost, dear.0[0].cost), (Price(1_000_000), Price(3_000_000)));
    assert_eq!((plain.2, dear.2), (Price(1_000_000), Price(3_000_000)));
    assert!((dear.0[0].spent / dear.0[0].busy as f64 * 1e9 - 3_000.0).abs() < 1e-6, "{:?}", dear.0[0]);
    assert_eq!(prices(&shop("")), BTreeSet::from([1_500]));
    // The first price is that of the draws; from the first interval on it is by what a second costs now.
    assert!(prices(&shop(STEPS)).contains(&4_500));
    assert_eq!(prices(&shop(&STEPS.replace("cost-follows = \"energy\"\n", ""))), BTreeSet::from([1_500]));
}

/// A recorded series has the value of its last row so far, times its scale, and stays at the last.
#[test]
fn recorded_values_are_met_at_their_steps() {
    let scenario = trial("outside", &[]);
    let (witness, _) = Witness::of(&scenario);
    let hardware: Vec<(f64, f64)> =
        moved(&witness).iter().filter(|step| step.1 == 2).map(|step| (step.0, step.2)).collect();
    let at = |second: f64| hardware.iter().find(|step| step.0 == second).expect("a step").1;
    assert_eq!([10.0, 30.0, 40.0, 70.0, 80.0, 170.0, 180.0, 350.0].map(at), [1.0, 1.0, 1.25, 0.6, 0.6, 0.6, 1.5, 1.5]);
}

/// A token is worth what its series says, and what a fee costs in tokens follows. Without the key it is worth the same throughout.
#[test]
fn a_token_follows_a_series() {
    let token = "[series.token]\nmoves = { process = \"constant\", start = 0.25 }\n";
    assert_eq!(last(&shop(token)).1, 1_000_000);
    let text = shop(token).replace("[pricing]\n", "[pricing]\ntoken = \"2\"\ntoken-follows = \"token\"\n");
    assert_eq!(last(&text).1, 500_000);
}

/// Another series beside one, before it in the file, moves none of its steps, and a series that nothing follows changes nothing but that
/// it is noted. Another seed has other steps.
#[test]
fn series_step_alone() {
    let series = |name: &str| {
        format!(
            "[series.{name}]\nevery = \"20s\"\nmoves = {{ process = \"gbm\", start = 1, drift = 0, volatility = 0.2, per = \"1min\" }}\n"
        )
    };
    let of = |text: &str| Witness::of(&written(text)).0;
    let (plain, one, two) = (of(&shop("")), of(&shop(&series("b"))), of(&shop(&(series("a") + &series("b")))));
    let steps = |witness: &Witness, which: u16| {
        moved(witness).iter().filter(|step| step.1 == which).map(|step| (step.0, step.2)).collect::<Vec<_>>()
    };
    assert_eq!(steps(&one, 0).len(), 29);
    assert_eq!(steps(&one, 0), steps(&two, 1));
    assert_ne!(steps(&two, 0), steps(&two, 1));
    let others = |witness: &Witness| {
        witness.facts.iter().filter(|fact| !matches!(fact.1, Fact::SeriesMoved { .. })).copied().collect::<Vec<_>>()
    };
    assert_eq!(others(&one), plain.facts);
    let mut other = Witness::default();
    Run::open(written(&shop(&series("b"))), 2.into()).close(&mut other);
    assert_ne!(steps(&other, 0), steps(&one, 0));
}

/// A market with series is the same run however it is cut, and an amendment may have costs follow another series.
#[test]
fn a_market_with_series_is_one_run() {
    let scenario = trial("outside", &[]);
    let digest =
        |scenario: &std::sync::Arc<Scenario>| Run::open(scenario.clone(), seed()).close(&mut ()).digest.to_string();
    let cuts: Vec<Time> = [3, 5, 14, 15, 60, 61, 179, 240].map(|at| Time(at * SECOND)).to_vec();
    assert_eq!(cut(&scenario, &cuts), digest(&scenario));
    let text = shop("[series.energy]\nmoves = { process = \"constant\", start = 3.0 }\n")
        + &amend("200s", "\"nodes[n].cost-follows\" = \"energy\"");
    assert_eq!(last(&text).0[0].cost, Price(3_000_000));
    let amended = written(&text);
    assert_eq!(cut(&amended, &[Time(199 * SECOND), Time(200 * SECOND), Time(201 * SECOND)]), digest(&amended));
}

/// Twins whose prices are held hold the series, too.
#[test]
fn held_twins_hold_the_series() {
    let text =
        shop("[series.s]\nevery = \"1min\"\nmoves = { process = \"gbm\", start = 2, drift = 1, volatility = 1 }\n");
    for (twin, distinct) in [("frozen", 1), ("rest", 1), ("stationary", 9)] {
        let witness = Witness::of(&written(&format!("twin = \"{twin}\"\n{text}"))).0;
        let values: BTreeSet<u64> = moved(&witness).iter().map(|step| step.2.to_bits()).collect();
        assert_eq!(values.len(), distinct, "{twin}");
    }
}

/// The table of ticks has columns of what moves outside only where something does.
#[test]
fn the_table_of_ticks_has_them_where_there_are_series() {
    let more = SERIES_OUTSIDE.columns.len() - SERIES.columns.len();
    let columns = |name: &str| {
        let scenario = trial(name, &[]);
        let mut tables = super::trial::tables(&scenario, reliance::record::batch::Kept::default());
        let mut run = Run::open(scenario, seed());
        run.until(Time::ZERO + SimDuration(130 * SECOND), &mut tables);
        let kept = tables.finish();
        kept.batches.iter().find(|batch| batch.0 == "series").expect("ticks").1.columns().len()
    };
    assert_eq!(columns("outside"), columns("verified") + more);
}
