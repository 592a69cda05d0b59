//! Are checks quoted as they turn out to be? For each method of verification the mean price and delay that requesters expected
//! when they placed a job, beside what was charged and how long it took.
//!
//! ```sh
//! cargo run --release --example quotes            # prints docs/quotes.md, in about four minutes on two cores
//! ```
//!
//! Every look that began counts: voted, called off, or given up at the deadline. A delay is at most the time to the deadline, on both
//! sides, since nobody waits longer. An interval is a 95 % t interval of the ratio of means over independent replications.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;

use rayon::prelude::*;
use reliance::domain::answer::Use;
use reliance::domain::fate::Fate;
use reliance::domain::record::JobRecord;
use reliance::engine::random::Seed;
use reliance::engine::time::Time;
use reliance::record::fact::Fact;
use reliance::record::recorder::Recorder;
use reliance::scenario::Scenario;
use reliance::scenario::document::Set;
use reliance::simulate::simulate;
use reliance::stats::interval::{Estimate, replication_interval};

/// The methods, each of which is the only one admitted in its runs.
pub const METHODS: [&str; 10] = [
    "none",
    "signature",
    "replication",
    "spot-check",
    "proof-of-sampling",
    "fingerprint",
    "logprob-rerun",
    "committee",
    "tee",
    "zk",
];

/// Nominal coverage of the intervals.
const LEVEL: f64 = 0.95;

/// One job as it was quoted and as it went: prices in credits, delays in seconds.
#[derive(Clone, Copy, Debug)]
pub struct Pair {
    /// The price of verification: quoted, charged.
    pub price: [f64; 2],
    /// From the answer to the end of the checks: quoted, realised.
    pub delay: [f64; 2],
    /// From the placement to the answer: quoted, realised.
    pub answer: [f64; 2],
    /// The quoted delay by which the thirds are cut.
    pub quoted: f64,
}

/// Collects the pairs of the jobs whose answers came in time, by method.
#[derive(Default)]
pub struct Watch {
    from: Time,
    /// By the method's number.
    pub pairs: BTreeMap<u8, Vec<Pair>>,
}

impl Recorder for Watch {
    fn note(&mut self, _: Time, fact: &Fact, record: Option<&JobRecord>) {
        let (Fact::Closed { fate, .. }, Some(record)) = (fact, record) else { return };
        let at = &record.at;
        let late = *fate == Fate::Late && at.closed > record.deadline && at.answered <= record.deadline;
        let ended = !matches!(fate, Fate::Censored | Fate::Late) || late;
        if at.asked < self.from || at.answered == Time::NEVER || !ended || at.answered > record.deadline {
            return;
        }
        let end = if at.finalised == Time::NEVER { at.closed } else { at.finalised };
        // An answer used at once is checked however long that takes.
        let most = if record.use_at == Use::Answered || record.deadline == Time::NEVER {
            f64::INFINITY
        } else {
            record.deadline.since(at.answered).seconds()
        };
        let quoted = record.quoted_checks.seconds();
        let pair = Pair {
            price: [record.verification_price.0, record.charged_verification.0].map(|micro| micro as f64 * 1e-6),
            delay: [quoted, end.since(at.answered).seconds()].map(|delay| delay.min(most)),
            answer: [record.quoted_answer.seconds(), at.answered.since(at.placed).seconds()],
            quoted,
        };
        if record.attempts == 1 && record.renegotiations == 0 {
            self.pairs.entry(record.method.0).or_default().push(pair);
        }
    }
}

/// A scenario of the repository with some values set.
pub fn scenario(name: &str, sets: &[String]) -> Arc<Scenario> {
    let sets: Vec<Set> = sets.iter().map(|set| set.parse().unwrap_or_else(|wrong| panic!("{wrong}"))).collect();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("scenarios/{name}.toml"));
    Scenario::load(&path, &sets).unwrap_or_else(|wrong| panic!("{wrong}"))
}

/// The pairs of each replication, by method.
pub fn runs(scenario: &Arc<Scenario>, replications: u64) -> Vec<BTreeMap<u8, Vec<Pair>>> {
    let run = |replication| {
        let mut watch = Watch { from: scenario.warm_up, ..Watch::default() };
        simulate(scenario, Seed::from(1).replicate(replication), &mut watch);
        watch.pairs
    };
    (0..replications).into_par_iter().map(run).collect()
}

/// Realised over quoted: prices, delays of the checks, and times to the answer; of all jobs, and delays in each third by quoted delay.
pub struct Ratios {
    /// Jobs.
    pub jobs: usize,
    /// Of prices; `None` where nothing is quoted.
    pub price: Option<Estimate>,
    /// Of delays.
    pub delay: Option<Estimate>,
    /// Of the times to the answer.
    pub answer: Option<Estimate>,
    /// Of delays, in the thirds.
    pub thirds: [Option<Estimate>; 3],
}

/// The ratios of one method.
pub fn ratios(runs: &[Vec<Pair>]) -> Ratios {
    let mut quoted: Vec<f64> = runs.iter().flatten().map(|pair| pair.quoted).collect();
    quoted.sort_by(f64::total_cmp);
    let cut = |part: usize| quoted.get(quoted.len() * part / 3).copied().unwrap_or(f64::INFINITY);
    let cuts = [0.0, cut(1), cut(2), f64::INFINITY];
    let of = |choose: &dyn Fn(&Pair) -> [f64; 2], within: &dyn Fn(&Pair) -> bool| {
        let ratio = |run: &Vec<Pair>| {
            let sums =
                run.iter().filter(|pair| within(pair)).map(choose).fold([0.0; 2], |a, b| [a[0] + b[0], a[1] + b[1]]);
            (sums[0] > 0.0).then(|| sums[1] / sums[0])
        };
        let each: Vec<f64> = runs.iter().filter_map(ratio).collect();
        replication_interval(&each, LEVEL)
    };
    let all = |_: &Pair| true;
    let third = |part: usize| of(&|pair| pair.delay, &|pair| cuts[part] <= pair.quoted && pair.quoted < cuts[part + 1]);
    Ratios {
        jobs: quoted.len(),
        price: of(&|pair| pair.price, &all),
        delay: of(&|pair| pair.delay, &all),
        answer: of(&|pair| pair.answer, &all),
        thirds: [third(0), third(1), third(2)],
    }
}

/// The ratios of every method when it is the only one admitted in `verification-menu`.
pub fn alone(beliefs: &str, replications: u64) -> Vec<(&'static str, Ratios)> {
    let of = |method: &&'static str| {
        let sets = [format!("verification.methods=[\"{method}\"]"), format!("verification.beliefs=\"{beliefs}\"")];
        // At today's cost no proof is ever asked for: a thousandth of it, and answers worth ten times as much.
        let worth = match *method {
            "zk" => ["verification.cost-factor=0.001".to_owned(), "demand.value-factor=10".to_owned()].to_vec(),
            _ => Vec::new(),
        };
        let scenario = scenario("verification-menu", &[&sets[..], &worth[..]].concat());
        let runs = runs(&scenario, replications);
        let pairs: Vec<Vec<Pair>> = runs.into_iter().map(|run| run.into_values().flatten().collect()).collect();
        (*method, ratios(&pairs))
    };
    METHODS.iter().map(of).collect()
}

/// The same by method in `market-day`, where each class chooses among those it admits.
fn day(beliefs: &str, replications: u64) -> Vec<(String, Ratios)> {
    let scenario = scenario("market-day", &[format!("verification.beliefs=\"{beliefs}\"")]);
    let runs = runs(&scenario, replications);
    let of = |(number, method): (usize, &reliance::scenario::verification::Method)| {
        let pairs: Vec<Vec<Pair>> =
            runs.iter().map(|run| run.get(&(number as u8)).cloned().unwrap_or_default()).collect();
        (method.name.clone(), ratios(&pairs))
    };
    scenario.verification.methods.iter().enumerate().map(of).collect()
}

fn shown(estimate: &Option<Estimate>) -> String {
    match estimate {
        None => "–".to_owned(),
        Some(ratio) => format!("{:.3} ({:.3}–{:.3})", ratio.mean, ratio.lower(), ratio.upper()),
    }
}

fn table<'a>(text: &mut String, rows: impl Iterator<Item = (&'a str, &'a Ratios)>) {
    text.push_str(
        "| method | jobs | price | delay of checks | first third | second | last third | time to the answer |\n",
    );
    text.push_str("|---|--:|---|---|---|---|---|---|\n");
    for (method, ratios) in rows.filter(|(_, ratios)| ratios.jobs > 0) {
        let thirds = ratios.thirds.each_ref().map(shown);
        let (price, delay, answer) = (shown(&ratios.price), shown(&ratios.delay), shown(&ratios.answer));
        let _ = writeln!(
            text,
            "| `{method}` | {} | {price} | {delay} | {} | {} | {} | {answer} |",
            ratios.jobs, thirds[0], thirds[1], thirds[2]
        );
    }
    text.push('\n');
}

const HEAD: &str = "\
# Quoted and realised

A requester decides on what it expects a check to cost and to take. This page holds those quotes against what happened. Each number is
realised ÷ quoted: a ratio of means, with a 95 % t interval over 20 replications. It is printed by

```sh
cargo run --release --example quotes > docs/quotes.md
```

Prices are those of verification. The delay of checks runs from the answer to the end of all checks. It is at most the time to the
deadline, on both sides. The thirds are cut by quoted delay. Every look that began counts, called off or not. A dash: nothing is quoted.
`drawn` is the formula alone, `learnt` the same corrected by what checks of the method took before.

";

#[allow(clippy::disallowed_macros, reason = "an example prints its page")]
/// `quotes [REPLICATIONS [menu]]`: 20 replications unless said otherwise; `menu` leaves the day out.
fn main() {
    let mut args = std::env::args().skip(1);
    let replications = args.next().map_or(20, |count| count.parse().expect("a number of replications"));
    let with_day = args.next().is_none();
    let mut text = HEAD.to_owned();
    for (beliefs, title) in [("drawn", "Beliefs `drawn`"), ("learnt", "Beliefs `learnt` (the default)")] {
        let _ = writeln!(
            text,
            "## {title}\n\nEach method alone in `verification-menu` (`zk` at a thousandth of its cost and ten times the values):\n"
        );
        let rows = alone(beliefs, replications);
        table(&mut text, rows.iter().map(|(method, ratios)| (*method, ratios)));
        if !with_day {
            continue;
        }
        let _ = writeln!(text, "`market-day`, where each class chooses among the methods it admits:\n");
        let rows = day(beliefs, replications);
        table(&mut text, rows.iter().map(|(method, ratios)| (method.as_str(), ratios)));
    }
    print!("{text}");
}
