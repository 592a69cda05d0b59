//! Welfare is an identity on the books, and costs that are paid leave less to take back.

use reliance::domain::fate::Fate;
use reliance::domain::money::Money;
use reliance::domain::record::JobRecord;
use reliance::record::tally::Tally;
use reliance::scenario::Scenario;
use reliance::simulate::simulate;

use super::super::trial::{Witness, seed, trial};
use super::ALL;

/// Delivered less harm less resources is what requesters, suppliers and others have of it, by records and accounts alike.
#[test]
fn welfare_is_what_the_books_say() {
    let paid: &[&str] = &["payout.costs=paid"];
    for (name, sets) in ALL.iter().flat_map(|name| [(name, &[][..]), (name, paid)]) {
        let scenario = trial(name, sets);
        let mut recorder = (Tally::new(scenario.warm_up), Witness::default());
        simulate(&scenario, seed(), &mut recorder);
        let (tally, witness) = recorder;
        let welfare = tally.summary().welfare;
        let sum = |of: &dyn Fn(&JobRecord) -> Money| -> i128 {
            witness.records.iter().map(|record| i128::from(of(record).0)).sum()
        };
        assert_eq!(welfare.delivered, sum(&|record| record.delivered), "{name}");
        assert_eq!(welfare.harm, sum(&|record| record.harm), "{name}");
        let charged = sum(&|record| record.charged());
        assert_eq!(
            welfare.requesters,
            welfare.delivered - welfare.harm - charged,
            "{name}: what they paid is a transfer"
        );
        let earned: i128 = witness.nodes.iter().map(|node| i128::from(node.income.0)).sum();
        assert_eq!(welfare.suppliers, earned - welfare.resources, "{name}");
        assert_eq!(welfare.others, sum(&|record| record.charged_coordination), "{name}: gas is destroyed");
        assert_eq!(welfare.total(), welfare.requesters + welfare.suppliers + welfare.others, "{name}");
        let cost = |node: &reliance::record::recorder::NodeGauge| node.cost.micro() * node.busy as f64 * 1e-9;
        let costs: f64 = witness.nodes.iter().map(cost).sum();
        let off = (welfare.resources as f64 - costs).abs();
        assert!(off <= 0.5 * witness.nodes.len() as f64 + 1e-9 * costs, "{name}: {} and {costs}", welfare.resources);
        assert!(welfare.delivered > 0 && welfare.resources > 0, "{name}: {welfare:?}");
    }
}

/// A node that is always wrong, found out after it was paid: 1 000 µ a job, of which being busy costs 400 µ.
fn spent(costs: &str) -> Witness {
    let text = format!(
        r#"
        name = "spent"
        horizon = "1h"
        drain = true
        [models.m]
        [classes.job]
        work = {{ law = "constant", value = "1s" }}
        value = {{ law = "constant", value = "1" }}
        [[demand.sources]]
        name = "all"
        arrivals = {{ rule = "renewal", renewal = {{ gap = {{ law = "constant", value = "10s" }} }} }}
        [routing]
        choice = "first"
        [pricing]
        compute = {{ rule = "list", list = {{ price = "0.001" }} }}
        [payout]
        costs = "{costs}"
        [[nodes]]
        name = "node"
        count = 1
        cost = {{ law = "constant", value = "0.0004" }}
        conduct = {{ rule = "error-prone", error-prone = {{ rate = 1.0 }} }}
        [[validators]]
        name = "validator"
        count = 1
        [verification]
        methods = ["later"]
        [verification.define.later]
        checks = [{{ by = "validators", timing = "deferred", window = "3s", time = {{ law = "constant", value = "1s" }} }}]
        "#
    );
    let scenario = Scenario::from_text("spent", &text).unwrap_or_else(|wrong| panic!("{wrong}"));
    Witness::of(&scenario).0
}

/// A revocation finds what the node has not spent: where costs are noted only, all of it.
#[test]
fn costs_that_are_paid_leave_a_shortfall() {
    for (costs, missing) in [("noted", 0), ("paid", 400)] {
        let witness = spent(costs);
        assert!(witness.records.len() > 300);
        for record in &witness.records {
            assert_eq!(record.fate, Fate::RevokedWrong, "{record:?}");
            assert_eq!((record.shortfall, record.charged()), (Money(missing), Money(missing)), "{costs}: {record:?}");
        }
        let node = witness.nodes.iter().find(|node| node.is_node()).expect("a node");
        let (count, cost) = (witness.records.len() as i64, node.busy_cost);
        assert_eq!((node.income, cost), (Money(missing * count), i128::from(400 * count)), "{costs}");
    }
}

/// A value goes by the expected work in quotes, and by the work itself in the end; on the average they are the same.
#[test]
fn a_value_by_length_is_quoted_at_the_expected_length() {
    let text = r#"
        name = "lengths"
        horizon = "1h"
        [models.m]
        prefill = [[0, "0s"], [1000, "1s"]]
        decode = "10ms"
        [classes.job]
        input-tokens = { law = "exponential", mean = 500 }
        output-tokens = { law = "exponential", mean = 50 }
        value = { law = "constant", value = "0.01" }
        value-by-length = 1
        value-at-length = "2s"
        [[demand.sources]]
        name = "all"
        arrivals = { rule = "poisson", poisson = { rate = "5/s" } }
        [[nodes]]
        name = "node"
        count = 100
    "#;
    let scenario = Scenario::from_text("lengths", text).unwrap_or_else(|wrong| panic!("{wrong}"));
    let (witness, _) = Witness::of(&scenario);
    let mut differences = reliance::stats::online::Online::default();
    for record in &witness.records {
        let at = |work: reliance::Work| 10_000.0 * work.0 as f64 / 2e9;
        assert!(
            (record.value.0 as f64 - at(record.work)).abs()
                <= 0.5 + 0.5 * at(record.work) / at(record.expected_work).max(1.0),
            "{record:?}"
        );
        differences.push(at(record.work) - at(record.expected_work));
    }
    assert!(witness.records.len() > 17_000);
    let mean = differences.mean().expect("jobs");
    let error = differences.deviation().expect("jobs") / (witness.records.len() as f64).sqrt();
    assert!((mean / error).abs() <= 4.89, "{mean} ± {error}: what is quoted is what it is worth on the average");
    // What a quote goes by: the value at the expected length.
    let record = witness.records.iter().find(|record| record.at.asked.0 > 60_000_000_000).expect("a job");
    let mut run = reliance::simulate::Run::open(scenario, seed());
    run.inspect(record.key);
    run.until(reliance::engine::time::Time(record.at.asked.0 + 1), &mut ());
    let quoted = run.inspection().expect("it is watched").quote_traces[0].value;
    assert!((quoted - 10_000.0 * record.expected_work.0 as f64 / 2e9).abs() <= 0.5, "{quoted} of {record:?}");
    assert!((quoted - record.value.0 as f64).abs() > 1.0, "its length is not what was expected");
}
