//! Studies that fork their runs: what a branch does differently, that nothing else differs, and what a person is told of mistakes.

use std::fs;

use reliance::study::Study;
use reliance::study::fork::responses::{Bin, Response};
use reliance::study::merge::results;
use reliance::study::results::Results;
use reliance::study::work::run_one;

use super::{FORKED, Place, drive};

/// A shop at a list price, and a class that nobody asks for.
const SHOP: &str = r#"
name = "shop"
horizon = "600s"
[models.plain]
[classes.job]
work = { law = "exponential", mean = "1s" }
[classes.unasked]
work = { law = "exponential", mean = "1s" }
value = { law = "constant", value = "1" }
[[demand.sources]]
name = "everyone"
class = "job"
arrivals = { rule = "poisson", poisson = { rate = "0.8/s" } }
[[nodes]]
name = "server"
count = 1
[pricing.compute]
rule = "list"
list = { price = "0.001" }
"#;

/// Branches of the shop: the price doubled, for good and for a while, and two in which nothing acts.
const PRICES: &str = r#"
name = "prices"
base = "shop.toml"
measures = ["compute_price", "waiting_mean", "asked", "paid"]
replications = { fixed = 3 }
[design.fork]
instants = { fixed = ["100s", "250.5s"] }
span = "100s"
bin = "20s"
[[branches]]
name = "dear"
set = { "pricing.compute.list.price" = "0.002" }
[[branches]]
name = "dear-for-a-while"
set = { "pricing.compute.list.price" = "0.002" }
for = "40s"
[[branches]]
name = "nothing"
[[branches]]
name = "nobody"
set = { "classes.unasked.value" = { law = "constant", value = "2" } }
[[false-if]]
when = "compute_price < 900"
at = { branch = "dear" }
[[false-if]]
when = "compute_price > 500"
at = { branch = "dear-for-a-while" }
window = { from = "40s", to = "100s" }
[[false-if]]
when = "compute_price > 500"
at = { branch = "dear-for-a-while" }
window = { from = "0s", to = "40s" }
[[false-if]]
when = "waiting_mean < 0"
at = { branch = "fresh" }
"#;

pub(super) fn place(name: &str, study: &str) -> Place {
    let place = Place::new(&format!("forks-{name}"), study);
    fs::write(place.join("shop.toml"), SHOP).unwrap();
    place
}

fn found(name: &str, study: &str) -> (Study, Results) {
    let place = place(name, study);
    let study = place.study();
    let folder = place.open("out", &study).unwrap();
    let found = results(&study, &drive(&study, &folder, 2, &run_one));
    (study, found)
}

fn response<'r>(study: &Study, results: &'r Results, branch: &str, measure: &str) -> &'r Response {
    let arms = study.fork.as_ref().unwrap().arms();
    let is = |response: &&Response| arms[response.arm] == branch && study.measures[response.measure].name == measure;
    results.responses.iter().find(is).unwrap()
}

fn differences(response: &Response) -> Vec<f64> {
    response.bins.iter().map(|bin| bin.difference.unwrap()).collect()
}

/// A list price is what it is: the response to it is known exactly, and ends when the change does. Where nothing acts there is none.
#[test]
fn a_price_that_is_set_is_the_response_and_nothing_else_differs() {
    let (study, found) = found("prices", PRICES);
    let of = |branch, measure| response(&study, &found, branch, measure);
    assert_eq!(differences(of("dear", "compute_price")), [1_000.0; 5]);
    assert_eq!(differences(of("dear-for-a-while", "compute_price")), [1_000.0, 1_000.0, 0.0, 0.0, 0.0]);
    let whole = of("dear-for-a-while", "compute_price").whole;
    assert_eq!((whole.mean, whole.half_width, whole.peak, whole.half_life), (Some(400.0), Some(0.0), Some(0), Some(2)));
    assert!(of("dear", "paid").whole.mean.unwrap() > 0.0, "jobs that agree later pay more");
    // The price changes nobody's mind here: who comes, and who waits, is exactly as in the trunk.
    for branch in ["dear", "dear-for-a-while", "nothing", "nobody"] {
        for measure in ["waiting_mean", "asked"] {
            assert_eq!(differences(of(branch, measure)), [0.0; 5], "{branch} {measure}");
        }
    }
    for measure in ["compute_price", "paid"] {
        assert_eq!(differences(of("nothing", measure)), [0.0; 5]);
        assert_eq!(differences(of("nobody", measure)), [0.0; 5]);
    }
    let Bin { runs, forks, .. } = of("dear", "paid").bins[0];
    assert_eq!((runs, forks), (3, 6));
}

/// The placebo's jobs come when they would have, and what is drawn for them is new.
#[test]
fn the_placebo_differs_by_its_draws_alone() {
    let (study, found) = found("fresh", PRICES);
    assert_eq!(differences(response(&study, &found, "fresh", "asked")), [0.0; 5]);
    let waits = response(&study, &found, "fresh", "waiting_mean");
    assert!(differences(waits).iter().any(|difference| *difference != 0.0));
    assert!(waits.bins.iter().all(|bin| bin.variance_ratio.is_none_or(|ratio| ratio == 1.0)));
}

#[test]
fn claims_are_judged_where_and_when_they_are_about() {
    let (_, found) = found("claims", &PRICES.replace("at = { branch = \"fresh\" }", ""));
    let said: Vec<(usize, &str, &str)> =
        found.verdicts.iter().map(|own| (own.claim, own.at.as_str(), own.verdict.name())).collect();
    assert_eq!(
        said[..3],
        [(0, "branch dear", "holds"), (1, "branch dear-for-a-while", "holds"), (2, "branch dear-for-a-while", "false"),]
    );
    let others: Vec<usize> = said[3..].iter().map(|own| own.0).collect();
    assert_eq!(others, [3; 4], "every branch, and not the placebo");
}

/// A server at half its speed for 100 s: while it is slow more jobs wait, and afterwards the line goes down again.
#[test]
fn a_slow_server_has_a_line() {
    let (study, found) = found("slow", &FORKED.replace("fixed = 8", "fixed = 40"));
    let waiting = response(&study, &found, "slow", "waiting_mean");
    let [_, late, ..] = waiting.bins[..] else { unreachable!("four bins") };
    assert!(late.difference.unwrap() > late.half_width.unwrap(), "{late:?}");
    assert!(waiting.bins[3].difference.unwrap() < late.difference.unwrap());
    assert_eq!(differences(response(&study, &found, "nothing", "waiting_mean")), [0.0; 4]);
}

fn told(name: &str, study: &str) -> String {
    let place = place(&format!("mistake-{name}"), study);
    let folder = format!("{}/", place.0.display());
    let problems = Study::load(&place.join("study.toml"), None).unwrap_err();
    fs::remove_dir_all(&place.0).unwrap();
    problems.to_string().replace(&folder, "")
}

#[test]
fn mistakes_are_shown_where_they_are_made() {
    let of = |name, from: &str, to: &str| told(name, &PRICES.replacen(from, to, 1));
    let refused = of("count", "\"pricing.compute.list.price\" = \"0.002\"", "\"nodes[server].count\" = 2");
    let expected = "\
error: cannot amend `nodes[0].count`: nodes have their numbers from the opening on
  --> study.toml:12:7
   |
12 | set = { \"nodes[server].count\" = 2 }
   |       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
   = note: in the branch `dear`
   = help: set it in the scenario itself; prices, verification, routing, retries, conduct and shocks can be amended";
    assert_eq!(refused, expected);
    for (name, from, to, message) in [
        ("column", "\"asked\"", "\"jobs\"", "the series has no column `jobs`"),
        ("bin", "bin = \"20s\"", "bin = \"30s\"", "a span of `100s` in bins of `30s`"),
        ("order", "\"100s\", \"250.5s\"", "\"300s\", \"250.5s\"", "instants out of their order"),
        ("late", "\"250.5s\"", "\"550s\"", "the branches from `550s` on do not end by the horizon"),
        ("name", "\"nothing\"", "\"trunk\"", "`trunk` is no name for a branch, or that of another"),
        ("twice", "\"nothing\"", "\"dear\"", "`dear` is no name for a branch, or that of another"),
        ("path", "list.price", "list.prize", "unknown key `prize`"),
        ("zero", "for = \"40s\"", "for = \"0s\"", "a branch that sets values for no time"),
        (
            "sequential",
            "{ fixed = 3 }",
            "{ sequential = { first = 2, wave = 2, most = 4, relative = 0.1 } }",
            "a fixed number of times",
        ),
        ("claim", "compute_price < 900", "compute_prize < 900", "nothing called `compute_prize` is judged"),
        ("number", "compute_price < 900", "compute_price", "`compute_price` compares no measure with a number"),
        ("at", "at = { branch = \"dear\" }", "at = { brunch = \"dear\" }", "no row has a `brunch`"),
        ("window", "from = \"40s\", to", "from = \"45s\", to", "a window from `45s` to `100s` of bins of `20s`"),
        (
            "difference",
            "at = { branch = \"dear\" }",
            "difference = true",
            "the difference from the baseline, of a study that has none",
        ),
        (
            "baseline",
            "replications",
            "baseline = { x = 1 }\nreplications",
            "a study that forks its runs has no baseline",
        ),
    ] {
        let told = of(name, from, to);
        assert!(told.contains(message), "{name}: {told}");
        assert!(told.contains("--> study.toml:") && told.contains("= help: "), "{name}: {told}");
    }
    let no_fork = PRICES
        .replace("[design.fork]\ninstants = { fixed = [\"100s\", \"250.5s\"] }\nspan = \"100s\"\nbin = \"20s\"\n", "");
    assert!(
        told("no-fork", &no_fork.replace("compute_price\", \"waiting_mean\", \"asked\", \"paid", "jobs"))
            .contains("branches of a study that forks no run")
    );
}

/// Two servers, each for a class of its own.
const TWO: &str = r#"
name = "two"
horizon = "300s"
[models.a]
[models.b]
[classes.first]
model = "a"
work = { law = "exponential", mean = "1s" }
[classes.second]
model = "b"
work = { law = "exponential", mean = "1s" }
[[demand.sources]]
name = "everyone"
class = "first"
arrivals = { rule = "poisson", poisson = { rate = "0.5/s" } }
[[nodes]]
name = "asked"
count = 1
models = ["a"]
[[nodes]]
name = "others"
count = 9
models = ["b"]
"#;

/// The only server that is asked goes down, or one of ten at random: as many nodes are gone, and what follows is another matter.
#[test]
fn random_parties_are_a_placebo_beside_the_branch() {
    let text = r#"
name = "dark"
base = "shop.toml"
measures = ["nodes_up", "declined"]
replications = { fixed = 20 }
[design.fork]
instants = { fixed = ["100s"] }
span = "100s"
bin = "50s"
placebos = ["fresh", "random"]
[[branches]]
name = "dark"
set = { shocks = [{ name = "dark", outage = { nodes = "asked" } }] }
[[branches]]
name = "dear"
set = { "pricing.compute" = { rule = "list", list = { price = "0.002" } } }
[[false-if]]
when = "declined < 20"
[[false-if]]
when = "declined < 20"
at = { branch = "random dark" }
"#;
    let place = place("random", text);
    fs::write(place.join("shop.toml"), TWO).unwrap();
    let study = place.study();
    assert_eq!(study.fork.as_ref().unwrap().arms(), ["trunk", "fresh", "dark", "dear", "random dark"]);
    let folder = place.open("out", &study).unwrap();
    let found = results(&study, &drive(&study, &folder, 2, &run_one));
    let of = |branch, measure| differences(response(&study, &found, branch, measure))[1];
    assert_eq!((of("dark", "nodes_up"), of("random dark", "nodes_up"), of("dear", "nodes_up")), (-1.0, -1.0, 0.0));
    assert!(of("dark", "declined") > 20.0, "about 25 of every 50 s: {}", of("dark", "declined"));
    assert!(of("random dark", "declined") < 10.0, "in one of ten worlds: {}", of("random dark", "declined"));
    let said: Vec<(usize, &str, &str)> =
        found.verdicts.iter().map(|own| (own.claim, own.at.as_str(), own.verdict.name())).collect();
    let expected = [(0, "branch dark", "holds"), (0, "branch dear", "false"), (1, "branch random dark", "false")];
    assert_eq!(said, expected, "a placebo is judged where it is named");
    for (from, to, message) in [
        ("\"dark\"\nset", "\"random dark\"\nset", "`random dark` is no name for a branch"),
        ("[\"fresh\", \"random\"]", "[\"random\"]", "forks without the placebo `fresh`"),
        ("{ shocks = [{ name = \"dark\", outage = { nodes = \"asked\" } }] }", "{}", "no branch chooses parties"),
    ] {
        fs::write(place.join("study.toml"), text.replacen(from, to, 1)).unwrap();
        let told = Study::load(&place.join("study.toml"), None).unwrap_err().to_string();
        assert!(told.contains(message) && told.contains("= help: "), "{told}");
    }
}
