//! Pass-through: how the full price of each channel follows what one of them can supply.

use std::fs;

use reliance::maths::ln;
use reliance::study::Study;
use reliance::study::merge::results;
use reliance::study::work::run_one;

use super::drive;
use super::forks::place;

/// Ten busy nodes whose price follows their load; one method, by validators and a chain that have room for everybody at list prices. What checks took
/// before is not learnt from.
pub(super) const COUPLED: &str = r#"
name = "coupled"
horizon = "6h"
[models.m]
[classes.job]
work = { law = "exponential", mean = "10s" }
value = { law = "lognormal", median = "0.05", sigma = 0.5 }
discount = "0.5/min"
methods = ["look"]
[[demand.sources]]
name = "s"
arrivals = { rule = "poisson", poisson = { rate = "0.7/s" } }
[[nodes]]
name = "n"
count = 10
[[validators]]
name = "v"
count = 2
slots = 1000
[pricing]
compute = { rule = "utilisation", utilisation = { base = "0.001", kink = 0.5, slope-below = 0.5, slope-above = 2 } }
verification = { rule = "list", list = { price = "0.001" } }
coordination = { rule = "list", list = { price = "0.0001" } }
interval = "1min"
[coordination]
gas = 1
target = 100000
[verification]
beliefs = "mean"
[verification.define.look]
checks = [{ by = "validators", work = 0.1, overhead = OVERHEAD }]
"#;

pub(super) const CUT: &str = r#"
name = "cut"
base = "shop.toml"
measures = ["compute_price"]
replications = { fixed = 12 }
[design.fork]
instants = { fixed = ["1h"] }
span = "4h"
bin = "5min"
pass-through = { compute = "fewer", probes = 32 }
[[branches]]
name = "fewer"
set = { shocks = [{ name = "fewer", outage = { nodes = "n", share = 0.2 } }] }
[[false-if]]
when = "pass_through > -0.5"
at = { supply_of = "compute", price_of = "compute" }
window = { from = "3h", to = "4h" }
[[false-if]]
when = "pass_through > 0.02"
at = { price_of = "verification" }
window = { from = "1h", to = "2h" }
"#;

/// A fifth fewer nodes: the full price of computing rises. That of the other channels, which have room for everybody at list prices, does not move
/// where nothing of them depends on computing; where a node is paid for work that lets its answer be checked, it does.
#[test]
fn a_cut_passes_through_where_channels_are_tied() {
    let of = |name: &str, overhead: &str| {
        let place = place(name, CUT);
        fs::write(place.join("shop.toml"), COUPLED.replace("OVERHEAD", overhead)).unwrap();
        let study = place.study();
        let folder = place.open("out", &study).unwrap();
        results(&study, &drive(&study, &folder, 2, &run_one))
    };
    let null = of("pass-null", "0");
    assert_eq!(null.passed.len(), 3 * 3, "the full price of three channels in three windows");
    for own in &null.passed {
        let (mean, half) = (own.passed.mean.unwrap(), own.passed.half_width.unwrap());
        assert_eq!((own.cut, own.passed.runs), (0, 12));
        assert!((own.passed.supply.unwrap() - ln(0.8)).abs() < 1e-9, "eight of ten: {own:?}");
        match own.priced {
            0 => assert!(mean + half < -0.5, "fewer nodes cost more: {own:?}"),
            _ => assert!(mean.abs() <= 0.02 && mean.abs() <= half.max(1e-9), "{own:?}"),
        }
    }
    let tied = of("pass-tied", "0.5");
    for own in tied.passed.iter().filter(|own| own.priced == 2) {
        let (mean, half) = (own.passed.mean.unwrap(), own.passed.half_width.unwrap());
        assert!(mean + half < -0.1, "work for the check is paid at the price of computing: {own:?}");
    }
    let said: Vec<(&str, &str)> = null.verdicts.iter().map(|own| (own.at.as_str(), own.verdict.name())).collect();
    let expected =
        [("supply of compute, price of compute", "holds"), ("supply of compute, price of verification", "holds")];
    assert_eq!(said, expected);
}

#[test]
fn mistakes_of_a_pass_through_are_shown() {
    let place = place("pass-mistakes", CUT);
    fs::write(place.join("shop.toml"), COUPLED.replace("OVERHEAD", "0")).unwrap();
    for (from, to, message) in [
        ("compute = \"fewer\",", "compute = \"fewest\",", "there is no branch `fewest`"),
        ("compute = \"fewer\", ", "", "a pass-through of no cut"),
        ("probes = 32", "probes = 0", "a basket of 0 probes"),
        (
            "probes = 32",
            "windows = [{ from = \"1min\", to = \"1h\" }]",
            "a window from `1min` to `1h` of bins of `5min`",
        ),
        ("span = \"4h\"", "span = \"50min\"", "none of the usual windows lies within the span"),
        (
            "[\"compute_price\"]",
            "[\"full_compute = compute_price\"]",
            "`full_compute` is a measure of the pass-through",
        ),
        ("at = { price_of = \"verification\" }", "at = { branch = \"fewer\" }", "no row has a `branch`"),
    ] {
        fs::write(place.join("study.toml"), CUT.replacen(from, to, 1)).unwrap();
        let told = Study::load(&place.join("study.toml"), None).unwrap_err().to_string();
        assert!(told.contains(message) && told.contains("= help: "), "{told}");
    }
}
