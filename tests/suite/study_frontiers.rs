//! Searches recover frontiers that are known in closed form, inside their intervals, with a quarter of a grid's runs.
//!
//! The grid that a search is held against has a point at every multiple of the resolution. The points a bisection tries
//! are among them, with the same random numbers, so that the grid's interval is the same one.

use std::fs;

use reliance::study::merge::results;
use reliance::study::results::SearchLine;
use reliance::study::work::run_one;

use super::study::{Place, drive};

/// Nodes that cheat when it pays; a validator computes a share of the answers again after they were accepted. The condition
/// is that of nodes that know how checks go, so each sees hundreds of checked cheats before anything is counted: it does
/// the other thing three times in ten.
const DETERRENCE: &str = r#"
name = "deterrence"
horizon = "16_000s"
warm-up = "8_000s"
[models.plain]
[classes.job]
work = { law = "constant", value = "1s" }
value = { law = "constant", value = "1000" }
use-at = "answered"
[[demand.sources]]
name = "everyone"
class = "job"
arrivals = { rule = "poisson", poisson = { rate = "2/s" } }
[[nodes]]
name = "servers"
count = 4
cost = { law = "constant", value = "0.01" }
stake = { law = "constant", value = "1_000_000" }
conduct = { rule = "best-reply", best-reply = { saving = 0.8, explore = 0.3 } }
[[validators]]
name = "validators"
count = 10
stake = { law = "constant", value = "1000" }
conduct = { rule = "lazy", lazy = { share = 0.0 } }
[routing]
pool = { rule = "random", random = { d = 1 } }
[pricing]
compute = { rule = "list", list = { price = "0.02" } }
[verification]
methods = ["audit"]
slash = { fee-multiple = 1 }
[verification.define.audit]
checks = [{ by = "validators", sample = 0.5, timing = "deferred", detects = 1.0, false-alarm = 0.0 }]
"#;

const DETERRENCE_STUDY: &str = r#"
name = "deterrence"
seed = 1
base = "base.toml"
measures = ["wrong = used_wrong / jobs"]
replications = { fixed = 8 }
[design.frontier]
axis = "sample"
level = 0.5
resolution = 0.015625
[[axes]]
name = "checks"
paths = [
    "verification.define.audit.checks[0].detects",
    "verification.define.audit.checks[0].false-alarm",
    "validators[0].conduct.lazy.share",
]
values = [[1.0, 0.0, 0.0], [0.9, 0.2, 0.0], [1.0, 0.0, 0.3]]
labels = ["exact", "erring", "colluding"]
[[axes]]
path = "verification.define.audit.checks[0].sample"
range = { from = 0.05, to = 0.55 }
"#;

/// Ten nodes that check one another's answers in the queues they serve from; nothing but the sample is left to chance.
const STABILITY: &str = r#"
name = "stability"
horizon = "1_000s"
[models.plain]
[classes.job]
work = { law = "constant", value = "1s" }
use-at = "answered"
[[demand.sources]]
name = "everyone"
class = "job"
arrivals = { rule = "renewal", renewal = { gap = { law = "constant", value = "100ms" } } }
[[nodes]]
name = "servers"
count = 10
stake = { law = "constant", value = "1000" }
[routing]
pool = { rule = "all" }
chooser = { rule = "least-delay" }
estimate = "work"
[verification]
methods = ["peers"]
[verification.define.peers]
checks = [{ by = "peers", sample = 0.5, work = 1.0, timing = "deferred" }]
"#;

const STABILITY_STUDY: &str = r#"
name = "stability"
seed = 1
base = "base.toml"
measures = ["answered = used / jobs"]
replications = { fixed = 6 }
[design.frontier]
axis = "work"
level = 0.95
resolution = 0.015625
[[axes]]
path = "verification.define.peers.checks[0].sample"
values = [0.0, 0.25, 0.5, 1.0]
[[axes]]
name = "work"
path = "classes.job.work.value"
range = { from = "0.4s", to = "1.2s" }
"#;

/// Runs a search, and holds its runs against a grid's: a point at every multiple of the resolution on every line.
fn searched(name: &str, base: &str, study: &str, replications: u64) -> Vec<SearchLine> {
    let place = Place::new(name, study);
    fs::write(place.join("base.toml"), base).unwrap();
    let study = place.study();
    let folder = place.open("out", &study).unwrap();
    let course = drive(&study, &folder, 2, &run_one);
    let found = results(&study, &course);
    assert_eq!(found.failures, []);
    let (runs, lines) = (found.crossings.iter().map(|line| line.runs).sum::<u64>(), found.crossings.len() as u64);
    let grid = lines * 65 * replications;
    assert!(4 * runs <= grid, "{runs} runs, where a grid takes {grid}");
    found.crossings
}

/// The band holds what theory says and is at most `width` wide.
fn assert_inside(line: &SearchLine, expected: f64, width: f64) {
    let [_, lower, upper] = line.values;
    let (lower, upper) = (lower.expect("a lower end"), upper.expect("an upper end"));
    let cells = line.cells.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
    assert!(lower <= expected && expected <= upper, "{cells}: {expected} is not in {lower} to {upper}");
    assert!(upper - lower <= width, "{cells}: {lower} to {upper} is wider than {width}");
}

/// Proof of Sampling: honesty pays where p > C/((1 − r)(R + S)), with detector errors p > C/((d − f)(R + S)); here
/// C = 0.8 · 0.01, R = S = 0.02, so that a quotient of 0.2 is divided by what a check can tell. The width of four steps
/// of 0.5/64 was fixed beforehand.
#[test]
fn the_share_of_checks_that_deters_is_found() {
    let lines = searched("frontier-deterrence", DETERRENCE, DETERRENCE_STUDY, 8);
    let told = [1.0, 0.9 - 0.2, 1.0 - 0.3];
    assert_eq!(lines.len(), told.len());
    for (line, told) in lines.iter().zip(told) {
        assert_inside(line, 0.2 / told, 4.0 * 0.5 / 64.0);
    }
}

/// The market is stable where λ(1 + pv) < Nμ. Beyond, in the fluid limit, the jobs asked for up to cT are answered by T: in
/// the queue stand jobs and the checks of those answered, so that NμT = λcT + pvλc·cT. The share c is answered; as it
/// goes to 1 this is λ(1 + pv) = Nμ. With λ = 10/s, N = 10, v = 1 and c = 0.95 the work is 1/(c(1 + pc)) seconds.
#[test]
fn the_load_at_which_checking_peers_fall_behind_is_found() {
    let lines = searched("frontier-stability", STABILITY, STABILITY_STUDY, 6);
    let (answered, shares) = (0.95, [0.0, 0.25, 0.5, 1.0]);
    assert_eq!(lines.len(), shares.len());
    for (line, share) in lines.iter().zip(shares) {
        assert_inside(line, 1.0 / (answered * (1.0 + share * answered)), 4.0 * 0.8 / 64.0);
    }
}
