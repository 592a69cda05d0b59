//! What requesters expect of those who check is what their queues hold now.

use reliance::domain::fate::Fate;
use reliance::engine::time::Time;
use reliance::record::tally::Tally;
use reliance::scenario::Scenario;
use reliance::simulate::simulate;

use super::super::properties::kept;
use super::super::trial::{scenario, trial};

/// A minute of fifty jobs a second for two validators that can look at fewer than seven, then a quiet time of one a second. Who
/// asks while the queue is long does without; when it has emptied, everybody is served again.
#[test]
fn a_market_that_gave_its_checkers_up_comes_back() {
    let (witness, _) = kept(&trial("rush", &[]));
    let share = |from: u64, until: u64| {
        let within = |record: &&reliance::domain::record::JobRecord| {
            (from..until).contains(&(record.at.asked.0 / 1_000_000_000))
        };
        let asked: Vec<_> = witness.records.iter().filter(within).collect();
        let used = asked.iter().filter(|record| record.at.used != Time::NEVER).count();
        used as f64 / asked.len() as f64
    };
    let (rush, end) = (share(0, 60), share(600, 1_100));
    assert!(rush < 0.9, "{rush}");
    assert!(end > 0.95, "{end}");
}

/// Of events at one instant the one scheduled first comes first, as the root of the library says. Two sources ask every
/// second for a second of one place without a queue. Departures first would serve one job in two, arrivals first one in four.
#[test]
fn ties_go_to_what_was_scheduled_first() {
    let source = |name: &str| {
        format!(
            "[[demand.sources]]\nname = \"{name}\"\n[demand.sources.arrivals]\nrule = \"renewal\"\n\
             renewal = {{ gap = {{ law = \"constant\", value = \"1s\" }} }}\n"
        )
    };
    let text = format!(
        "name = \"ties\"\nhorizon = \"601s\"\n[models.plain]\n[network]\n[routing]\nchoice = \"first\"\n\
         pool = {{ rule = \"all\" }}\nchooser = {{ rule = \"first\" }}\n[classes.job]\n\
         work = {{ law = \"constant\", value = \"1s\" }}\n{}{}[[nodes]]\nname = \"one\"\ncount = 1\nslots = 1\nplaces = 0\n",
        source("a"),
        source("b")
    );
    let scenario = Scenario::from_text("ties", &text).unwrap_or_else(|wrong| panic!("{wrong}"));
    let mut tally = Tally::new(Time::ZERO);
    simulate(&scenario, scenario.seed, &mut tally);
    let summary = tally.summary();
    assert_eq!((summary.jobs, summary.fate(Fate::FinalRight)), (1_200, 400));
}

/// A queue that grows for ever answers nearly all too late: the rate of answers says nothing of what arrives in time.
#[test]
fn late_answers_are_not_final_ones() {
    let overload = ["demand.sources[0].arrivals.poisson.rate=10/s", "horizon=4000s", "warm-up=0s"];
    let scenario =
        scenario("scenarios/oracles/mm1-0.5.toml", &[&overload[..], &["classes.job.deadline=300s"]].concat());
    let mut tally = Tally::new(Time::ZERO);
    simulate(&scenario, scenario.seed, &mut tally);
    let summary = tally.summary();
    let final_right = summary.fate(Fate::FinalRight) as f64;
    let answers = summary.response.moments.count() as f64 / summary.seconds();
    // One in a second is answered; of those asked for in the first 33 s or so, in time.
    assert!((0.9..1.1).contains(&answers), "{answers}");
    assert!((250.0..450.0).contains(&final_right), "{final_right}");
    assert_eq!(summary.final_right_rate(), final_right / summary.seconds());
}
