//! Checkers learn what became of their votes: whether one looks depends on what its looks have brought.

use reliance::domain::fate::Fate;
use reliance::domain::party::PartyKind;
use reliance::scenario::Scenario;

use super::super::trial::Witness;

/// The share of its checks at which the one validator looked. Every answer is checked, one in two is made up, a look takes a second and
/// costs a thousandth, and who finds a made-up answer may get a token for it.
fn share_of_looks(to: &str) -> f64 {
    let text = format!(
        r#"
        name = "bounty"
        horizon = "2000s"
        [models.m]
        [classes.job]
        work = {{ law = "constant", value = "1s" }}
        value = {{ law = "constant", value = "1" }}
        methods = ["looked-at"]
        [[demand.sources]]
        name = "all"
        arrivals = {{ rule = "poisson", poisson = {{ rate = "2/s" }} }}
        [routing]
        choice = "first"
        [[nodes]]
        name = "idler"
        count = 1
        slots = "unbounded"
        stake = {{ law = "constant", value = "1_000_000" }}
        conduct = {{ rule = "lazy", lazy = {{ share = 0.5 }} }}
        [[validators]]
        name = "watch"
        count = 1
        slots = "unbounded"
        cost = {{ law = "constant", value = "0.001" }}
        conduct = {{ rule = "best-reply", best-reply = {{ explore = 0.05 }} }}
        [verification]
        slash = {{ fixed = "1", to = "{to}" }}
        [verification.define.looked-at]
        checks = [{{ by = "validators", time = {{ law = "constant", value = "1s" }} }}]
        "#
    );
    let scenario = Scenario::from_text("bounty", &text).unwrap_or_else(|wrong| panic!("{wrong}"));
    let (witness, _) = Witness::of(&scenario);
    let watch = witness.nodes.iter().find(|party| party.kind == PartyKind::Validator).expect("a validator");
    let looks = (watch.busy / 1_000_000_000) as f64;
    assert!(watch.checked > 3_500, "{} checks", watch.checked);
    let found = witness.records.iter().filter(|record| record.fate == Fate::RejectedWrong).count();
    assert_eq!(found as u64, watch.alarms, "who looks finds what is made up, and nothing else");
    looks / watch.checked as f64
}

/// Where slashed stakes are destroyed, the first look brings nothing, and the validator looks at its rate of exploring. Where it gets
/// them, it looks at all others from its first find on, which takes some forty checks.
#[test]
fn a_validator_looks_where_looks_are_rewarded() {
    let (unpaid, paid) = (share_of_looks("burn"), share_of_looks("checkers"));
    // 4.89 standard deviations of a share of 0.05 of 3500.
    let limit = 4.89 * (0.05_f64 * 0.95 / 3_500.0).sqrt();
    assert!((unpaid - 0.05).abs() < limit, "{unpaid}");
    // Forty checks on the average, and one start in a million takes 550 of them.
    assert!((0.95 - limit - 550.0 / 3_500.0..0.95 + limit).contains(&paid), "{paid}");
}
