//! What a formula without a single event says about the survival frontier, beside what the market does.
//!
//! A requester asks for an answer if its value, less what the delay takes, what may be wrong or refused, and all prices, is above
//! zero. Over the laws of the scenario this gives the share of jobs that are asked for, and so the value at which half of all become
//! final and right, with every queue empty. `docs/survival-frontier.md` shows it beside the simulated crossings.

use reliance::domain::fate::Fate;
use reliance::maths::{exp, ln, normal_cdf, normal_quantile};
use reliance::record::tally::Tally;
use reliance::scenario::Scenario;
use reliance::scenario::model::WorkLaw;
use reliance::simulate::simulate;

use super::trial::{ROOT, scenario, seed};

/// A method as the formula sees it.
struct Method {
    name: &'static str,
    cost: f64,
    /// Executions and looks that are paid, beyond the first execution.
    paid: f64,
    /// Seconds and shares of the expected service by which the use of the answer is later.
    delay: [f64; 2],
    /// The probability that the answer is right and accepted.
    right: f64,
    /// The probability that it is wrong and used, what revocation undoes taken off.
    risk: f64,
}

/// The share of right answers of the scenario's servers, and of careful looks as requesters believe it.
const RIGHT: f64 = 0.98;

/// At least `least` of `count`.
fn tail(count: u32, least: u32, p: f64) -> f64 {
    let power = |p: f64, k: u32| (0..k).fold(1.0, |product, _| product * p);
    let choose = |k: u32| (0..k).fold(1.0, |ways, i| ways * f64::from(count - i) / f64::from(i + 1));
    (least..=count).map(|k| choose(k) * power(p, k) * power(1.0 - p, count - k)).sum()
}

fn methods() -> Vec<Method> {
    let plain = |name, cost, paid: f64, delay| Method { name, cost, paid, delay, right: RIGHT, risk: 1.0 - RIGHT };
    // A look finds what is wrong if it is careful; found after the use, half of the harm is undone.
    let found = |sample: f64| (1.0 - RIGHT) * (1.0 - 0.5 * sample * RIGHT);
    let committee = |cost: f64, paid: f64| Method {
        // Each of five approves a wrong answer if it is not careful.
        risk: (1.0 - RIGHT) * tail(5, 3, 1.0 - RIGHT),
        ..plain("committee", cost, paid * cost, [0.04, cost])
    };
    vec![
        plain("none", 1.0, 0.0, [0.0, 0.0]),
        plain("fingerprint", 1.0, 0.02, [0.0, 0.0]),
        plain("fingerprint", 10.0, 0.2, [0.0, 0.0]),
        plain("tee", 1.0, 0.07, [0.015, 0.07]),
        plain("tee", 10.0, 0.7, [0.15, 0.7]),
        Method { risk: found(0.1), ..plain("spot-check", 1.0, 0.1, [0.0, 0.0]) },
        Method { risk: found(0.1), ..plain("spot-check", 10.0, 1.0, [0.0, 0.0]) },
        Method {
            right: tail(3, 2, RIGHT),
            risk: tail(3, 2, 1.0 - RIGHT),
            // Copies on equal servers end together: all three are paid.
            ..plain("replication", 1.0, 2.0, [0.0, 0.0])
        },
        committee(0.1, 5.0),
        committee(1.0, 5.0),
    ]
}

/// The value at which half of all jobs become final and right, relative to the scenario's; by quantiles of the input's length.
fn crossing(scenario: &Scenario, method: &Method) -> f64 {
    const CELLS: u32 = 400;
    let class = scenario.classes.iter().next().expect("one class");
    let model = scenario.models.iter().next().expect("one model");
    let WorkLaw::Tokens { output, .. } = &class.work else { panic!("work by tokens") };
    let decode = model.decode(output.as_ref().expect("a law of outputs").mean()).seconds();
    // Credits a second of the reference GPU, the median value, σ of values and of inputs, seconds there and back: as the file says.
    let (price, median, spread, inputs, trip) = (0.000_25, 0.01, 1.0, (1020.0, 0.77), 0.04);
    let discount = class.discount * 1e9;
    let least: Vec<f64> = (0..CELLS)
        .map(|cell| {
            let z = normal_quantile((f64::from(cell) + 0.5) / f64::from(CELLS));
            let tokens = inputs.0 * exp(inputs.1 * z);
            let service = model.prefill(tokens as u32).seconds() + decode;
            let used = trip + service * (1.0 + method.delay[1]) + method.delay[0];
            let kept = method.right * exp(-discount * used) - class.harm * method.risk;
            price * service * (1.0 + method.paid) / kept
        })
        .collect();
    let share = |value: f64| {
        let asked = |least: &f64| 1.0 - normal_cdf((ln(*least) - ln(median * value)) / spread);
        method.right * least.iter().map(asked).sum::<f64>() / f64::from(CELLS)
    };
    let (mut low, mut high) = (0.01, 100.0);
    for _ in 0..60 {
        let middle = f64::sqrt(low * high);
        if share(middle) < 0.5 { low = middle } else { high = middle }
    }
    high
}

/// At rest the market is what the formula says: at its value, half of the jobs become final and right.
#[test]
fn a_market_at_rest_is_the_formula() {
    let menu = scenario("scenarios/verification-menu.toml", &[]);
    for method in methods() {
        let value = crossing(&menu, &method);
        let sets = [
            "twin=rest".to_owned(),
            "horizon=2h".to_owned(),
            "warm-up=0s".to_owned(),
            "drain=true".to_owned(),
            format!("verification.methods=[\"{}\"]", method.name),
            format!("verification.cost-factor={}", method.cost),
            format!("demand.value-factor={value}"),
        ];
        let rest = scenario("scenarios/verification-menu.toml", &sets.each_ref().map(String::as_str));
        let mut tally = Tally::new(rest.warm_up);
        simulate(&rest, seed(), &mut tally);
        let summary = tally.summary();
        let (jobs, right) = (summary.jobs as f64, summary.fate(Fate::FinalRight) as f64);
        let off = (right - 0.5 * jobs) / (0.25 * jobs).sqrt();
        assert!(
            jobs > 25_000.0 && off.abs() <= 4.89,
            "{} at {}: {right} of {jobs}, z = {off}",
            method.name,
            method.cost
        );
    }
}

/// The page's table says what the formula gives, to the last digit shown, and by how much the simulated crossing beside it differs
/// from the number shown, so that a reader can divide the one by the other.
#[test]
fn the_page_of_the_frontier_shows_the_formula() {
    let scenario = scenario("scenarios/verification-menu.toml", &[]);
    let path = std::path::Path::new(ROOT).join("docs/survival-frontier.md");
    let page = std::fs::read_to_string(path).expect("the page");
    for method in methods() {
        let found = crossing(&scenario, &method);
        let start = format!("| `{}` | {} | ", method.name, method.cost);
        let row = page.lines().find(|line| line.starts_with(&start));
        let row = row.unwrap_or_else(|| panic!("no row `{start}`; the formula gives {found:.3}"));
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let shown = format!("{found:.3}");
        assert_eq!(cells[3], shown, "{row}");
        let shown: f64 = shown.parse().expect("a number");
        let market: f64 =
            cells[2].split(' ').next().and_then(|number| number.parse().ok()).expect("the simulated crossing");
        assert_eq!(cells[4], format!("{:+.1} %", 100.0 * (market / shown - 1.0)), "{row}");
    }
}
