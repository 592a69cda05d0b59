//! Random small markets whose answers are verified, in which prices move and parties do as they like: those of `markets` with
//! more said of them.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use super::markets::{Text, market};

/// How many there are of whom a check may ask, as the text of the market says.
#[derive(Clone, Copy)]
struct Supply {
    nodes: u32,
    asked: u32,
    validators: u32,
}

/// Any market, verified.
pub fn checked_market() -> impl Strategy<Value = Text> {
    let parts = (
        market(),
        vec(method(), 3),
        vec(class(), 4),
        vec(conduct(), 6),
        (checkers("validators"), checkers("provers")),
        verification(),
        (pricing(), pricing(), pricing(), coordination(), payout()),
        routing(),
    );
    parts.prop_map(|(text, methods, classes, conducts, checkers, verification, channels, routing)| {
        let text = without_batches(&text.0);
        let nodes = numbers(&text, "count = ").iter().sum();
        let asked = numbers(&text, "{ d = ").first().copied().unwrap_or(nodes);
        let validators = numbers(&checkers.0, "count = ").iter().sum();
        let supply = Supply { nodes, asked, validators };
        let mut text = told(&text, &classes, &conducts, &routing, &channels);
        for (index, method) in methods.iter().enumerate() {
            text += &format!("\n[verification.define.v{index}]\nchecks = [{}]\n", method.text(supply));
        }
        let (validators, provers) = checkers;
        Text(format!("{text}\n{verification}\n{validators}\n{provers}\n{}\n{}\n", channels.3, channels.4))
    })
}

/// The numbers that follow this text.
fn numbers(text: &str, after: &str) -> Vec<u32> {
    text.split(after)
        .skip(1)
        .filter_map(|rest| rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok())
        .collect()
}

/// Batches are served as a whole and admit no checks by others.
fn without_batches(text: &str) -> String {
    text.lines().filter(|line| !line.contains("rule = \"batch\"")).map(|line| format!("{line}\n")).collect()
}

type Channels = (String, String, String, String, String);

/// Says of classes what they want, of nodes what they do, of routing how it chooses, and of prices how they move.
fn told(text: &str, classes: &[String], conducts: &[String], routing: &str, channels: &Channels) -> String {
    let (mut class, mut node) = (0, 0);
    let mut told = String::new();
    for line in text.lines() {
        match line {
            "choice = \"first\"" => told += routing,
            _ if line.starts_with("compute = ") => {
                let (compute, verification, coordination, ..) = channels;
                told += &format!(
                    "compute = {compute}\nverification = {verification}\ncoordination = {coordination}\ninterval = \"700ms\""
                );
            }
            _ => told += line,
        }
        told += "\n";
        if line.starts_with("[classes.") {
            told += &classes[class % classes.len()];
            class += 1;
        } else if line == "[[nodes]]" {
            told += &conducts[node % conducts.len()];
            node += 1;
        }
    }
    told
}

fn routing() -> impl Strategy<Value = String> {
    let choice = prop_oneof![
        3 => (1..2000u32).prop_map(|ms| format!("choice = \"surplus\"\nquote-ttl = \"{ms}ms\"")),
        2 => Just("choice = \"surplus\"".to_owned()),
        1 => Just("choice = \"first\"".to_owned()),
    ];
    choice
}

fn class() -> impl Strategy<Value = String> {
    let fades = select(vec!["discount = \"0.1/s\"", "delay-cost = \"0.002\"", ""]);
    let use_at = select(vec!["answered", "accepted", "final", "when-worth-it"]);
    let methods = select(vec![
        "[\"v0\"]",
        "[\"v0\", \"v1\", \"none\"]",
        "[\"v1\", \"v2\"]",
        "[\"signature\", \"v2\"]",
        "[\"none\"]",
        "[\"tee\", \"v0\"]",
    ]);
    (0..60u32, 0..5u32, 0..10u32, fades, use_at, methods).prop_map(|(value, harm, recovers, fades, use_at, methods)| {
        let value = format!("value = {{ law = \"exponential\", mean = \"0.0{value:02}\" }}");
        format!(
            "{value}\nharm = {harm}\nrecovers = 0.{recovers}\n{fades}\nuse-at = \"{use_at}\"\nmethods = {methods}\n"
        )
    })
}

fn conduct() -> impl Strategy<Value = String> {
    let rules = vec![
        "",
        "conduct = { rule = \"error-prone\", error-prone = { rate = 0.3, agree = 0.5 } }\n",
        "conduct = { rule = \"lazy\", lazy = { share = 0.5, saving = 1.0 } }\n",
        "conduct = { rule = \"lazy\", lazy = { share = 0.5, saving = 0.5, approves = false } }\n",
        "conduct = { rule = \"ring\", ring = { ring = \"one\", rate = 0.7 } }\n",
        "conduct = { rule = \"best-reply\", best-reply = { explore = 0.1 } }\n",
    ];
    select(rules).prop_map(str::to_owned)
}

/// Validators or provers; of provers there may be none.
fn checkers(kind: &'static str) -> impl Strategy<Value = String> {
    let failures = select(vec!["", "lose", "repeat", "resume"]);
    let group = (1..4u32, 0..3u32, failures, conduct(), any::<bool>(), select(vec!["", "flaky = 0.3\n"]));
    let least = if kind == "validators" { 1 } else { 0 };
    vec(group, least..3).prop_map(move |groups| {
        let group = |(index, group): (usize, _)| {
            let (count, places, failure, conduct, together, flaky): (u32, u32, &str, String, bool, &str) = group;
            let up = if failure == "repeat" {
                "{ law = \"either\", low = \"3s\", high = \"300s\", share = 0.3 }"
            } else {
                "{ law = \"exponential\", mean = \"4s\" }"
            };
            let down = "{ law = \"exponential\", mean = \"900ms\" }";
            let failure = match failure {
                "" => String::new(),
                jobs => format!("failure = {{ up = {up}, down = {down}, jobs = \"{jobs}\" }}\n"),
            };
            let operator = if together { "operator = \"group\"\n" } else { "" };
            let stake = "stake = { law = \"uniform\", min = \"1\", max = \"9\" }\n";
            format!(
                "[[{kind}]]\nname = \"{kind}{index}\"\ncount = {count}\nplaces = {places}\n{stake}{conduct}{failure}{operator}{flaky}\n"
            )
        };
        groups.into_iter().enumerate().map(group).collect()
    })
}

/// Copies: how many, how many must agree (0 for more than half), whether the rest are called off.
type Copies = (u32, u32, bool);

/// A method as far as it can be written before it is known how many there are to ask.
#[derive(Clone, Debug)]
struct Method {
    copies: Option<Copies>,
    checks: Vec<Check>,
}

/// A check by so many, if there are; the rest is text.
#[derive(Clone, Debug)]
struct Check {
    by: &'static str,
    wanted: u32,
    verdict: &'static str,
    rest: String,
}

impl Method {
    fn text(&self, supply: Supply) -> String {
        let copies = self.copies.map(|(count, agree, cancel)| {
            let count = count.min(supply.nodes).min(supply.asked);
            let agree = if agree == 0 { String::new() } else { format!(", agree = {}", agree.min(count)) };
            format!("{{ by = \"replicas\", count = {count}{agree}, cancel = {cancel} }}")
        });
        let computing = self.copies.map_or(1, |(count, ..)| count.min(supply.nodes).min(supply.asked));
        let checks = self.checks.iter().filter_map(|check| check.text(supply, computing));
        copies.into_iter().chain(checks).collect::<Vec<_>>().join(", ")
    }
}

impl Check {
    fn text(&self, supply: Supply, computing: u32) -> Option<String> {
        let Check { by, wanted, verdict, rest } = self;
        let count = match *by {
            "validators" => *wanted.min(&supply.validators),
            "peers" => *wanted.min(&(supply.nodes - computing)),
            _ => 1,
        };
        let verdict = match *verdict {
            "quorum" => format!("rule = \"quorum\", quorum = {{ approvals = {} }}", count.div_ceil(2)),
            _ => format!("rule = \"{verdict}\""),
        };
        (count > 0).then(|| format!("{{ by = \"{by}\", count = {count}, verdict = {{ {verdict} }}, {rest} }}"))
    }
}

fn method() -> impl Strategy<Value = Method> {
    let copies = option::weighted(0.3, (1..4u32, 0..3u32, any::<bool>()));
    (copies, vec(check(), 0..3)).prop_map(|(copies, checks)| Method { copies, checks })
}

fn check() -> impl Strategy<Value = Check> {
    let by = select(vec!["attestation", "proof", "validators", "validators", "peers"]);
    let verdict = select(vec!["any-alarm", "majority", "unanimous", "stake-weighted", "quorum"]);
    let timing = prop_oneof![
        1 => Just(String::new()),
        1 => (0..3000u32).prop_map(|ms| format!(", timing = \"deferred\", window = \"{ms}ms\"")),
    ];
    let figures = (0..3u32, 0..3u32, 0..200u32, 0..9u32, 0..9u32, 0..30u32);
    (by, verdict, timing, 1..4u32, figures).prop_map(|(by, verdict, timing, wanted, figures)| {
        let (work, overhead, ms, sample, alarms, gas) = figures;
        let time = format!("time = {{ law = \"constant\", value = \"{ms}ms\" }}");
        let work = format!("work = 0.{work}, overhead = 0.0{overhead}, {time}, gas = {gas}");
        let odds = format!("sample = 0.{}, false-alarm = 0.{alarms}, detects = 0.8", 9 - sample);
        Check { by, wanted, verdict, rest: format!("{work}, {odds}{timing}") }
    })
}

fn verification() -> impl Strategy<Value = String> {
    let opinions = vec![
        "prior = 0.9",
        "prior = 1",
        "rule = { rule = \"beta\", beta = { good = 4, bad = 1 } }\nholders = \"group\"\ncredit-unchecked = 0.1",
        "rule = { rule = \"ema\", ema = { keep = 0.9, start = 0.8 } }",
        "rule = { rule = \"streak\", streak = { base = 0.05, limit = 0.01 } }\ncredit-unchecked = 1\nexclude-below = 1",
        "rule = { rule = \"additive\" }\nholders = \"group\"\nexclude-below = 0.25",
    ];
    let selection = select(vec![
        "rule = \"random\"",
        "rule = \"stake-weighted\"",
        "rule = \"stake-weighted\", stake-weighted = { cap = 0.3, draw = \"bernoulli\" }",
        "rule = \"power-of-d\"",
        "rule = \"distinct-operators\"",
    ]);
    let to = select(vec!["burn", "treasury", "requester", "checkers"]);
    let figures = (0..3u32, 0..40u32, any::<bool>());
    (select(opinions), selection, to, figures).prop_map(|(opinions, selection, to, (fixed, multiple, weighed))| {
        let selection = if weighed && opinions.starts_with("rule") { "rule = \"opinion-weighted\"" } else { selection };
        let slash = format!("{{ fixed = \"{fixed}\", share = 0.1, fee-multiple = {multiple}, to = \"{to}\" }}");
        format!(
            "[verification]\nselection = {{ {selection} }}\nslash = {slash}\n\n[verification.opinions]\n{opinions}\n"
        )
    })
}

fn pricing() -> impl Strategy<Value = String> {
    select(vec![
        "{ rule = \"list\", list = { price = \"0.002\" } }",
        "{ rule = \"list\", list = { price = \"0\" } }",
        "{ rule = \"cost-plus\", cost-plus = { start = \"0.003\", markup = 0.2 } }",
        "{ rule = \"band\", band = { start = \"0.004\", low = 0.2, high = 0.5, elasticity = 0.5, cap = 0.2 } }",
        "{ rule = \"base-fee\", base-fee = { start = \"0.0008\", denominator = 4, min-step = \"0.000001\" } }",
        "{ rule = \"utilisation\", utilisation = { base = \"0.001\", kink = 0.5, slope-below = 0.5, slope-above = 4 } }",
        "{ rule = \"oracle\", oracle = { price = \"0.001\", rate = { process = \"gbm\", start = 1, drift = 0, volatility = 1 }, stale = \"1h\", outages = [[\"4s\", \"6s\"]] } }",
    ])
    .prop_map(str::to_owned)
}

fn coordination() -> impl Strategy<Value = String> {
    let tip = select(vec!["", "tip = { law = \"exponential\", mean = \"0.000003\" }\n"]);
    (0..3u32, 100..900u32, any::<bool>(), tip, 1..4u32).prop_map(|(gas, block, blocking, tip, limit)| {
        // The dearest method takes ninety for its checks and two for itself.
        let limits = format!("target = 92\nlimit = {limit}");
        format!("[coordination]\ngas = {gas}\nblock = \"{block}ms\"\nblocking = {blocking}\n{tip}{limits}\n")
    })
}

fn payout() -> impl Strategy<Value = String> {
    let batch = option::weighted(0.4, (1..20u32, 1..2000u32, 1..4000u32, 0..400u32));
    (select(vec!["acceptance", "window"]), batch).prop_map(|(at, batch)| {
        let batch = batch.map_or_else(String::new, |(count, idle, age, time)| {
            format!("batch = {{ count = {count}, idle = \"{idle}ms\", age = \"{age}ms\", time = \"{time}ms\" }}\n")
        });
        format!("[payout]\nat = \"{at}\"\n{batch}")
    })
}
