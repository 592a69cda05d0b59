//! What requesters learn of delays: a correction gets all of the way from what is quoted to what comes about.

use reliance::engine::time::Time;
use reliance::scenario::Scenario;

use super::super::trial::Witness;

/// Four jobs at once, every ten seconds, and one validator that takes a second for each. Each is quoted behind an empty queue, a second;
/// they take one, two, three and four. What is learnt makes two and a half of it, less the sixtieth that ten seconds without a check make
/// it doubt. Held against quotes that it has corrected already, it would make 1.58 of it.
#[test]
fn a_correction_gets_all_of_the_way() {
    let text = r#"
        name = "fours"
        horizon = "4h"
        [models.m]
        [classes.job]
        work = { law = "constant", value = "1ms" }
        value = { law = "constant", value = "1" }
        methods = ["look"]
        [[demand.sources]]
        name = "all"
        arrivals = { rule = "renewal", renewal = { gap = { law = "constant", value = "10s" }, together = 4 } }
        [network]
        [[nodes]]
        name = "node"
        count = 1
        slots = "unbounded"
        [[validators]]
        name = "validator"
        count = 1
        [verification.define.look]
        checks = [{ by = "validators", time = { law = "constant", value = "1s" } }]
    "#;
    let means = |text: &str| {
        let scenario = Scenario::from_text("fours.toml", text).unwrap_or_else(|wrong| panic!("{wrong}"));
        let (witness, _) = Witness::of(&scenario);
        let late = witness.records.iter().filter(|record| record.at.asked > Time(7_200_000_000_000));
        let delays = late
            .filter(|record| record.at.finalised != Time::NEVER)
            .map(|record| [record.quoted_checks.seconds(), record.at.finalised.since(record.at.answered).seconds()]);
        let (count, sums) = delays.fold((0.0, [0.0; 2]), |(n, a), b| (n + 1.0, [a[0] + b[0], a[1] + b[1]]));
        sums.map(|sum: f64| sum / count)
    };
    let [quoted, realised] = means(text);
    assert!((realised - 2.5).abs() < 0.01 && (quoted - 2.5).abs() < 0.05, "{quoted} quoted, {realised} realised");
    let drawn =
        text.replace("[verification.define.look]", "[verification]\nbeliefs = \"drawn\"\n[verification.define.look]");
    let [quoted, _] = means(&drawn);
    assert!((quoted - 1.0).abs() < 0.01, "the formula alone says {quoted}");
}
