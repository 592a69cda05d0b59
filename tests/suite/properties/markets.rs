//! Random small markets, as text: each feature that a scenario can name is in some of them.

use std::fmt;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use crate::suite::trial::ROOT;

/// The text of a scenario, shown as it is written.
#[derive(Clone)]
pub struct Text(pub String);

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\n{}", self.0)
    }
}

/// The lines of a table, without its head, and numbers by which it refers to others.
type Table = (String, u8);

/// Any market.
pub fn market() -> impl Strategy<Value = Text> {
    let parts = (
        vec(model(), 1..3),
        vec(class(), 1..4),
        vec(source(), 1..4),
        vec(group(), 1..4),
        network(),
        routing(),
        retries(),
        select(vec![("120s", false), ("120s", true), ("20s", false), ("12s", true)]),
        select(vec![5u32, 60, 10_000_000, 10_000_000]),
    );
    parts.prop_map(|(models, classes, sources, groups, network, routing, retries, (horizon, drain), open)| {
        let head = format!("name = \"any\"\nhorizon = \"{horizon}\"\ndrain = {drain}\nwarm-up = \"3s\"");
        let mut text = format!("{head}\n{retries}\n");
        for (index, body) in models.iter().enumerate() {
            text += &format!("\n[models.m{index}]\n{body}");
        }
        for (index, (body, pick)) in classes.iter().enumerate() {
            text += &format!("\n[classes.c{index}]\nmodel = \"m{}\"\n{body}", *pick as usize % models.len());
        }
        text += &format!("\n[demand]\nuntil = \"12s\"\n\n[limits]\nopen-jobs = {open}\n{network}\n{routing}");
        for (index, (body, pick)) in sources.iter().enumerate() {
            text += &format!("\n[[demand.sources]]\nname = \"s{index}\"\n{}{body}", asks(*pick, classes.len()));
        }
        for (index, (body, pick)) in groups.iter().enumerate() {
            // A group serves all models, or leaves out one of several; the first serves all, so that somebody serves each.
            let left_out = if index == 0 || *pick < 6 { models.len() } else { *pick as usize % models.len() };
            let served = (0..models.len()).filter(|model| models.len() == 1 || *model != left_out);
            let served: Vec<String> = served.map(|model| format!("\"m{model}\"")).collect();
            text += &format!("\n[[nodes]]\nname = \"g{index}\"\nmodels = [{}]\n{body}", served.join(", "));
        }
        Text(text)
    })
}

/// Of which class a source's jobs are: one, or a mix of all.
fn asks(pick: u8, classes: usize) -> String {
    if pick < 6 {
        return format!("class = \"c{}\"\n", pick as usize % classes);
    }
    let weights: Vec<String> = (0..classes).map(|class| format!("c{class} = {}", class + 1)).collect();
    format!("mix = {{ {} }}\n", weights.join(", "))
}

/// A law of spans with about this mean.
fn span_law(milliseconds: std::ops::Range<u32>) -> impl Strategy<Value = String> {
    (milliseconds, 0..6u8).prop_map(|(ms, law)| match law {
        0 | 1 => format!("{{ law = \"constant\", value = \"{ms}ms\" }}"),
        2 => format!("{{ law = \"uniform\", min = \"0\", max = \"{}ms\" }}", 2 * ms),
        3 => format!("{{ law = \"erlang\", mean = \"{ms}ms\", stages = 2 }}"),
        4 => format!("{{ law = \"either\", low = \"0\", high = \"{}ms\", share = 0.5 }}", 2 * ms),
        _ => format!("{{ law = \"exponential\", mean = \"{ms}ms\" }}"),
    })
}

/// `key = value` on a line of its own, or, more often, nothing.
fn maybe(key: &'static str, value: impl Strategy<Value = String>) -> impl Strategy<Value = String> {
    option::weighted(0.4, value)
        .prop_map(move |value| value.map_or_else(String::new, |value| format!("{key} = {value}\n")))
}

fn model() -> impl Strategy<Value = String> {
    let slowdown = select(vec!["[[1, 1.0], [3, 1.5]]", "[[1, 1.0], [2, 2.0], [8, 8.0]]"]);
    let prefill = select(vec!["[[0, \"10ms\"], [500, \"300ms\"]]", "[[100, \"50ms\"]]"]);
    let lines = (
        maybe("prefill", prefill.prop_map(str::to_owned)),
        maybe("slowdown", slowdown.prop_map(str::to_owned)),
        (0..12u32, select(vec![10u32, 30]), 0..1500u32),
    );
    lines.prop_map(|(prefill, slowdown, (decode, memory, load))| {
        // Tokens take some time, by the one or by the other.
        let decode = if prefill.is_empty() { decode.max(1) } else { decode };
        format!("{prefill}{slowdown}decode = \"{decode}ms\"\nmemory-gb = {memory}\nload = \"{load}ms\"\n")
    })
}

fn class() -> impl Strategy<Value = Table> {
    let tokens = (1..400u32, 1..150u32).prop_map(|(input, output)| {
        let law = |mean: u32| format!("{{ law = \"exponential\", mean = {mean} }}");
        format!("input-tokens = {}\noutput-tokens = {}\n", law(input), law(output))
    });
    let work = prop_oneof![2 => span_law(1..1500).prop_map(|law| format!("work = {law}\n")), 1 => tokens];
    let noise = select(vec![
        "{ law = \"lognormal\", mean = 1, sigma = 0.5 }",
        "{ law = \"either\", low = 0, high = 2, share = 0.5 }",
    ]);
    let lines = (
        work,
        maybe("noise", noise.prop_map(str::to_owned)),
        maybe("patience", span_law(1..3000)),
        maybe("deadline", (1..6000u32).prop_map(|ms| format!("\"{ms}ms\""))),
        0..4u8,
        0..8u8,
    );
    lines.prop_map(|(work, noise, patience, deadline, priority, pick)| {
        (format!("{work}{noise}{patience}{deadline}priority = {priority}\n"), pick)
    })
}

fn source() -> impl Strategy<Value = Table> {
    // Rows of the trace come several at a time, so jobs are asked for at the same instant.
    let path = format!("{ROOT}/tests/scenarios/requests.csv");
    let arrivals = (1..16u32, 0..6u8).prop_map(move |(rate, law)| match law {
        0 => format!("rule = \"day\", day = {{ period = \"8s\", mean = \"{rate}/s\", amplitude = 0.8, peak = \"3s\" }}"),
        1 => format!("rule = \"mmpp\", mmpp = {{ rates = [\"{}/s\", \"0/s\"], sojourns = [\"1s\", \"1s\"] }}", 2 * rate),
        2 => format!("rule = \"hawkes\", hawkes = {{ base = \"{rate}/s\", jump = \"1/s\", decay = \"2/s\" }}"),
        3 => format!(
            "rule = \"trace\", trace = {{ file = '{path}', time = \"at\", scale = {rate}, input = \"input\", client = \"client\" }}"
        ),
        _ => format!("rule = \"poisson\", poisson = {{ rate = \"{rate}/s\" }}"),
    });
    (arrivals, 0..8u8).prop_map(|(arrivals, pick)| (format!("arrivals = {{ {arrivals} }}\n"), pick))
}

fn group() -> impl Strategy<Value = Table> {
    let slots = prop_oneof![3 => (1..4u32).prop_map(|n| n.to_string()), 1 => Just("\"unbounded\"".to_owned())];
    let places = (0..6u32).prop_map(|n| n.to_string());
    let speed = select(vec!["{ law = \"uniform\", min = 0.3, max = 2 }", "{ law = \"constant\", value = 2 }"]);
    let price =
        select(vec!["{ law = \"uniform\", min = \"0\", max = \"0.01\" }", "{ law = \"constant\", value = \"1\" }"]);
    let failure = (span_law(200..9000), span_law(0..2000), select(vec!["lose", "repeat", "resume"]));
    let lines = (
        (1..4u32, 0..10u8, slots),
        maybe("places", places),
        maybe("speed", speed.prop_map(str::to_owned)),
        maybe("price", price.prop_map(str::to_owned)),
        maybe("memory-gb", select(vec!["30", "45"]).prop_map(str::to_owned)),
        maybe("flaky", select(vec!["0.1", "0.6"]).prop_map(str::to_owned)),
        option::weighted(0.4, failure),
        0..8u8,
    );
    lines.prop_map(|((count, rule, slots), places, speed, price, memory, flaky, failure, pick)| {
        let (slots, discipline) = discipline(rule, slots);
        let batch = rule >= 8;
        let crowded = rule == 7 || slots.contains("unbounded");
        let failure = failure.map_or_else(String::new, |(up, down, jobs)| {
            // Work that begins again at each failure ends only if some failure leaves it the time: not in a crowd.
            let jobs = match jobs {
                _ if batch => "lose",
                "repeat" if crowded => "resume",
                _ => jobs,
            };
            let up =
                if jobs == "repeat" { "{ law = \"either\", low = \"3s\", high = \"300s\", share = 0.3 }" } else { &up };
            format!("failure = {{ up = {up}, down = {down}, jobs = \"{jobs}\" }}\n")
        });
        let price = format!("{price}cost = {{ law = \"constant\", value = \"0.001\" }}\n");
        let stake = "stake = { law = \"exponential\", mean = \"10\" }\n";
        let body = format!("count = {count}\n{slots}{places}{speed}{price}{stake}{memory}{flaky}{failure}{discipline}");
        (body, pick)
    })
}

/// The lines for slots and for the discipline.
fn discipline(rule: u8, slots: String) -> (String, String) {
    let bounded = slots != "\"unbounded\"";
    let line = format!("slots = {slots}\n");
    let of = |fields: &str| format!("discipline = {{ {fields} }}\n");
    match rule {
        0 | 1 => (line, String::new()),
        2 => (line, of("rule = \"lifo\"")),
        3 => (line, of("rule = \"random\"")),
        4 => (line, of("rule = \"priority\"")),
        5 | 6 => (line, of(&format!("rule = \"priority\", preemptive = {bounded}"))),
        7 => (String::new(), of("rule = \"processor-sharing\"")),
        _ if bounded => (String::new(), of(&format!("rule = \"batch\", batch-max = {slots}, batch-setup = \"50ms\""))),
        _ => (String::new(), of("rule = \"batch\"")),
    }
}

fn network() -> impl Strategy<Value = String> {
    let distances = prop_oneof![
        Just(String::new()),
        (0..200u32).prop_map(|ms| format!("rtt = \"{ms}ms\"\n")),
        Just("rtt-ms = [[0, 90, 300], [90, 1, 55.5], [200, 50, 10]]\n".to_owned()),
    ];
    (distances, maybe("jitter", span_law(0..50)))
        .prop_map(|(distances, jitter)| format!("\n[network]\n{distances}{jitter}"))
}

fn routing() -> impl Strategy<Value = String> {
    let pools = vec!["random", "stake", "sticky", "session-hash", "round-robin", "all"];
    let choosers = vec!["random", "first", "cheapest", "least-delay", "jobs", "price-plus-delay"];
    let lines = (
        (select(pools), 1..5u8),
        select(choosers),
        select(vec!["jobs", "work", "mean"]),
        maybe("refresh", (50..2000u32).prop_map(|ms| format!("\"{ms}ms\""))),
        maybe("heartbeat", (50..2000u32).prop_map(|ms| format!("\"{ms}ms\""))),
    );
    lines.prop_map(|((pool, d), chooser, estimate, refresh, heartbeat)| {
        let pool = match pool {
            "all" => "{ rule = \"all\" }".to_owned(),
            _ => format!("{{ rule = \"{pool}\", {pool} = {{ d = {d} }} }}"),
        };
        let estimate = if chooser == "least-delay" && estimate == "mean" { "work" } else { estimate };
        let chooser = match chooser {
            "price-plus-delay" => {
                "{ rule = \"price-plus-delay\", price-plus-delay = { per-second = \"0.002\" } }".to_owned()
            }
            _ => format!("{{ rule = \"{chooser}\" }}"),
        };
        let routing = format!(
            "choice = \"first\"\npool = {pool}\nchooser = {chooser}\nestimate = \"{estimate}\"\n{refresh}{heartbeat}"
        );
        format!("\n[routing]\n{routing}\n[pricing]\ncompute = {{ rule = \"list\", list = {{ price = \"0.01\" }} }}\n")
    })
}

fn retries() -> impl Strategy<Value = String> {
    let pause = select(vec!["0", "40ms", "1s"]);
    (0..4u8, pause, 0..900u32, any::<bool>()).prop_map(|(most, pause, timeout, elsewhere)| {
        format!(
            "retries = {{ most = {most}, pause = \"{pause}\", timeout = \"{timeout}ms\", elsewhere = {elsewhere} }}\n"
        )
    })
}
