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
use reliance::stats::calibration::{self, Brier, Tenth};
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
    /// From the agreement to the answer: quoted, realised.
    pub answer: [f64; 2],
    /// The probability of a right answer, as the requester estimated it.
    pub opinion: f32,
    /// Whether the answer was right.
    pub right: bool,
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
        let pair = Pair {
            price: [record.verification_price.0, record.charged_verification.0].map(|micro| micro as f64 * 1e-6),
            delay: [record.quoted_checks.seconds(), end.since(at.answered).seconds()].map(|delay| delay.min(most)),
            // One quote was agreed, when the job was asked for. Its request left later where a block was waited for.
            answer: [record.quoted_answer, at.answered.since(at.asked)].map(|delay| delay.seconds()),
            opinion: record.trust as f32,
            right: record.is_right(),
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

/// Realised over quoted: prices, delays of the checks, and times to the answer.
pub struct Ratios {
    /// Jobs.
    pub jobs: usize,
    /// Of prices; `None` where nothing is quoted.
    pub price: Option<Estimate>,
    /// Of delays.
    pub delay: Option<Estimate>,
    /// Of the times to the answer.
    pub answer: Option<Estimate>,
    /// Of delays and of times to the answer, in each tenth of the jobs by what was quoted.
    pub tenths: [[Option<Estimate>; 10]; 2],
    /// What was thought of the node, held against the answers.
    pub opinions: Option<(Brier, [Tenth; 10])>,
}

/// The ratios of one method.
pub fn ratios(runs: &[Vec<Pair>]) -> Ratios {
    let of = |choose: fn(&Pair) -> [f64; 2]| {
        let mut quoted: Vec<f64> = runs.iter().flatten().map(|pair| choose(pair)[0]).collect();
        let cuts = calibration::cuts(&mut quoted);
        let mut each: [Vec<f64>; 11] = std::array::from_fn(|_| Vec::new());
        for run in runs {
            let (mut tenths, mut all) = ([Tenth::default(); 10], Tenth::default());
            for [quoted, realised] in run.iter().map(choose) {
                tenths[calibration::place(&cuts, quoted)].add(quoted, realised);
                all.add(quoted, realised);
            }
            tenths.iter().chain([&all]).zip(&mut each).for_each(|(tenth, each)| each.extend(tenth.ratio()));
        }
        let [tenths @ .., all] = each.map(|each| replication_interval(&each, LEVEL));
        (all, tenths)
    };
    let (price, _) = of(|pair| pair.price);
    let ((delay, delays), (answer, answers)) = (of(|pair| pair.delay), of(|pair| pair.answer));
    let opinions: Vec<(f64, f64)> =
        runs.iter().flatten().map(|pair| (f64::from(pair.opinion), f64::from(u8::from(pair.right)))).collect();
    Ratios {
        jobs: opinions.len(),
        price,
        delay,
        answer,
        tenths: [delays, answers],
        opinions: Brier::of(&opinions).map(|brier| (brier, calibration::tenths(&opinions))),
    }
}

/// The ratios of every method when it is the only one admitted in `verification-menu`.
pub fn alone(beliefs: &str, replications: u64) -> Vec<(String, Ratios)> {
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
        ((*method).to_owned(), ratios(&pairs))
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

/// A row for each method that was used.
type Rows = [(String, Ratios)];

fn table(text: &mut String, rows: &Rows) {
    text.push_str("| method | jobs | price | delay of checks | time to the answer |\n|---|--:|---|---|---|\n");
    for (method, ratios) in rows.iter().filter(|(_, ratios)| ratios.jobs > 0) {
        let (price, delay, answer) = (shown(&ratios.price), shown(&ratios.delay), shown(&ratios.answer));
        let _ = writeln!(text, "| `{method}` | {} | {price} | {delay} | {answer} |", ratios.jobs);
    }
    text.push('\n');
}

/// A ratio in a tenth: bold where it is further than a tenth from 1.
fn in_tenth(estimate: &Option<Estimate>) -> String {
    let Some(ratio) = estimate else { return "–".to_owned() };
    let mark = if (0.9..=1.1).contains(&ratio.mean) { "" } else { "**" };
    format!("{mark}{:.2} ± {:.2}{mark}", ratio.mean, ratio.upper() - ratio.mean)
}

const TENTHS: &str = "| method | 1st | 2nd | 3rd | 4th | 5th | 6th | 7th | 8th | 9th | 10th |\n|---|---|---|---|---|---|---|---|---|---|---|\n";

/// Of delays of checks (0) or of times to the answer (1), in the tenths.
fn tenths(text: &mut String, rows: &Rows, of: usize, title: &str) {
    let _ = writeln!(text, "{title}\n");
    text.push_str(TENTHS);
    for (method, ratios) in rows.iter().filter(|(_, ratios)| ratios.tenths[of].iter().any(Option::is_some)) {
        let cells = ratios.tenths[of].each_ref().map(in_tenth);
        let _ = writeln!(text, "| `{method}` | {} |", cells.join(" | "));
    }
    text.push('\n');
}

/// What was thought of nodes, held against their answers.
fn opinions(text: &mut String, rows: &Rows) {
    text.push_str(OPINIONS);
    let known = || rows.iter().filter_map(|(method, ratios)| Some((method, ratios.jobs, ratios.opinions.as_ref()?)));
    for (method, jobs, (brier, tenths)) in known() {
        let all = tenths.iter().fold([0.0; 2], |sums, tenth| [sums[0] + tenth.expected, sums[1] + tenth.realised]);
        let [opinion, right] = all.map(|sum| sum / jobs as f64);
        let Brier { score, reliability, resolution, uncertainty } = brier;
        let _ = writeln!(
            text,
            "| `{method}` | {jobs} | {opinion:.4} | {right:.4} | {score:.5} | {reliability:.6} | {resolution:.6} | {uncertainty:.5} |"
        );
    }
    text.push_str("\nMean opinion → share right, in each tenth of the jobs by opinion:\n\n");
    text.push_str(TENTHS);
    for (method, _, (_, tenths)) in known() {
        let cells = tenths.map(|tenth| match tenth.means() {
            Some([opinion, right]) => format!("{opinion:.3} → {right:.3}"),
            None => "–".to_owned(),
        });
        let _ = writeln!(text, "| `{method}` | {} |", cells.join(" | "));
    }
    text.push('\n');
}

const HEAD: &str = "\
# Quoted and realised

A requester decides on what it expects a check to cost and to take. This page holds those quotes against what happened. Each number is
realised ÷ quoted: a ratio of means, with a 95 % t interval over replications: ALONE of each method alone, DAY of the day. It is printed by

```sh
cargo run --release --example quotes -- ALONE > docs/quotes.md
```

Prices are those of verification. The delay of checks runs from the answer to the end of all checks. It is at most the time to the
deadline, on both sides. Every look that began counts, called off or not. A dash: nothing is quoted. Tenths are cut by what was quoted;
equal quotes are in the same tenth. A ratio further than 0.1 from 1 is **bold**: there the quote fails. `drawn` is the formula alone,
`learnt` the same corrected by what checks of the method took before.

Only jobs that were placed once and not quoted anew are compared, so that one quote stands against one delay. A time to the answer runs
from the agreement: the wait for a block is part of it. Where quotes of the day fail, these are the reasons:

- **Long waits** are shorter than quoted. A full node is taken to have all the work of the jobs it serves ahead of it, also what it has done
  already. Its first slot is free sooner. Offers go by a picture of each node. It holds jobs and work, and not when a slot will be free.
- **Short quotes** are too short. Requests that share a block have seen the queues before it. They leave together and wait for one another.
  Tips and later requests decide the order within a block. So no quote can name those that will be ahead of its job.
- **Long chats** are quoted too long. Requesters expect answers of the same length whatever the input. In the recording long inputs have
  shorter answers, and others longer ones.
- **Learnt delays** tilt. A correction is an average of some sixty checks and off by chance. The longest quotes are those it made too long,
  and the shortest those it made too short. With `drawn` they hardly tilt. A requester takes the offer that looks best,
  and with it the errors that flatter it: only a correction without noise would not tilt.

";

const OPINIONS: &str = "\
What was thought of the node when its offer was taken, held against the answer. Brier's score is the mean square of opinion less outcome.
Reliability is how far opinions are from the shares of their tenths, 0 at best. Resolution is how far these shares differ from one
another. Uncertainty is p (1 − p), the score of the share p itself. The opinion is of one node; an answer of copies is that on which they agreed.

| method | answers | mean opinion | share right | Brier's score | reliability | resolution | uncertainty |
|---|--:|--:|--:|--:|--:|--:|--:|
";

#[allow(clippy::disallowed_macros, reason = "an example prints its page")]
/// `quotes [REPLICATIONS [menu | day]]`: 20 replications unless said otherwise, and half as many of the day; one word leaves the other out.
fn main() {
    let mut args = std::env::args().skip(1);
    let replications: u64 = args.next().map_or(20, |count| count.parse().expect("a number of replications"));
    let only = args.next();
    let with = |part: &str| only.as_deref().is_none_or(|only| only == part);
    let day_replications = replications.div_ceil(2);
    let counts = [("ALONE", replications), ("DAY", day_replications)];
    let mut text = counts.iter().fold(HEAD.to_owned(), |head, (name, count)| head.replace(name, &count.to_string()));
    for (beliefs, title) in [("drawn", "Beliefs `drawn`"), ("learnt", "Beliefs `learnt` (the default)")] {
        let _ = writeln!(text, "## {title}\n");
        if with("menu") {
            text.push_str(
                "Each method alone in `verification-menu` (`zk` at a thousandth of its cost and ten times the values):\n\n",
            );
            let rows = alone(beliefs, replications);
            table(&mut text, &rows);
            tenths(&mut text, &rows, 0, "Delay of checks, in each tenth of the jobs by quoted delay:");
        }
        if with("day") {
            text.push_str("`market-day`, where each class chooses among the methods it admits:\n\n");
            let rows = day(beliefs, day_replications);
            table(&mut text, &rows);
            tenths(&mut text, &rows, 0, "Delay of checks, in each tenth of the jobs by quoted delay:");
            tenths(&mut text, &rows, 1, "Time to the answer, in each tenth of the jobs by quoted time:");
            opinions(&mut text, &rows);
        }
    }
    print!("{}", text.trim_end().to_owned() + "\n");
}
