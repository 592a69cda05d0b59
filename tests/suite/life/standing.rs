//! What stands by its node, and which nodes have a standing: a verdict against one answer opens the others, and those that were found
//! out are watched, or asked no more.

use std::sync::Arc;

use reliance::domain::fate::Fate;
use reliance::domain::money::Money;
use reliance::domain::record::JobRecord;
use reliance::engine::time::Time;
use reliance::record::fact::Fact;
use reliance::scenario::Scenario;

use super::super::properties::kept;
use super::super::trial::{Witness, trial};

/// One node that never does the work, and validators that look at one answer in five and see it at once.
const IDLER: &str = r#"
    name = "idler"
    horizon = "100s"
    drain = true
    [models.m]
    [classes.job]
    work = { law = "constant", value = "100ms" }
    methods = ["spot"]
    [[demand.sources]]
    name = "beat"
    class = "job"
    arrivals = { rule = "renewal", renewal = { gap = { law = "constant", value = "1s" } } }
    [routing]
    choice = "first"
    pool = { rule = "all" }
    chooser = { rule = "first" }
    [pricing]
    compute = { rule = "list", list = { price = "1" } }
    verification = { rule = "list", list = { price = "1" } }
    [[nodes]]
    name = "idler"
    count = 1
    stake = { law = "constant", value = "100" }
    conduct = { rule = "lazy", lazy = { share = 1, saving = 0 } }
    [[validators]]
    name = "judges"
    count = 2
    [verification.define.spot]
    checks = [{ by = "validators", sample = 0.2, work = 1, timing = "deferred", window = "20s" }]
    [verification]
"#;

/// The jobs of a run with these lines under `[verification]`, in the order in which they were asked for.
fn idled(lines: &str) -> (Vec<JobRecord>, Witness) {
    let text = format!("{IDLER}\n{lines}");
    let scenario: Arc<Scenario> = Scenario::from_text("idler", &text).unwrap_or_else(|wrong| panic!("{wrong}"));
    let (witness, _) = kept(&scenario);
    let mut records = witness.records.clone();
    records.sort_by_key(|record| record.key.index);
    assert_eq!(records.len(), 99);
    (records, witness)
}

fn count(records: &[JobRecord], fate: Fate) -> usize {
    records.iter().filter(|record| record.fate == fate).count()
}

/// The books agree with the market where standings are lost and results opened, and both ways of a standing are met.
#[test]
fn books_agree_where_standing_is_lost() {
    for name in ["standing", "standing-revoked"] {
        let (witness, _) = kept(&trial(name, &[]));
        let met = |kind: fn(&Fact) -> bool| witness.facts.iter().filter(|(_, fact)| kind(fact)).count();
        assert!(met(|fact| matches!(fact, Fact::StandingLost { .. })) > 2, "{name}");
        let regained = met(|fact| matches!(fact, Fact::StandingRegained { .. }));
        assert_eq!(regained > 2, name == "standing", "{name}: {regained}");
        assert!(witness.records.iter().any(|record| record.fate == Fate::RevokedRight), "{name}");
    }
}

/// Until it is found out one answer in five of the node is looked at, and a fifth of a look is quoted. From then on every one is, and so
/// quoted; its standing cost it a tenth of its stake once.
#[test]
fn who_has_lost_its_standing_is_always_checked() {
    let (records, witness) = idled(
        "standing = { rule = { rule = \"streak\", streak = { failures = 1 } }, consequence = \"check-all\", slash = 0.1 }",
    );
    let is_lost = |(at, fact): &(Time, Fact)| matches!(fact, Fact::StandingLost { .. }).then_some(*at);
    let lost = witness.facts.iter().find_map(is_lost).expect("it is found out");
    let (before, after): (Vec<JobRecord>, Vec<JobRecord>) =
        records.into_iter().partition(|record| record.at.placed <= lost);
    assert!(before.len() > 1 && after.len() > 50, "{} and {}", before.len(), after.len());
    let fee = Money::from_units(0.1);
    assert!(before.iter().all(|record| record.verification_price == Money(fee.0 / 5)));
    assert!(after.iter().all(|record| record.verification_price == fee && record.charged_verification == fee));
    assert!(after.iter().all(|record| record.fate == Fate::RevokedWrong));
    assert_eq!(count(&before, Fate::RevokedWrong), before.iter().filter(|record| record.checks > 0).count());
    let slashed: Vec<Money> = witness
        .facts
        .iter()
        .filter_map(|(_, fact)| match fact {
            Fact::Slashed { amount, .. } => Some(*amount),
            _ => None,
        })
        .collect();
    assert_eq!(slashed, [Money::from_units(10.0)]);
}

/// Of a fifth of the answers it is seen that they are wrong. Where that opens the others, whatever stands is revoked, or looked at with
/// the same probability again at each of them.
#[test]
fn a_verdict_opens_what_stands() {
    let share = |backtrack: &str| {
        let (records, _) = idled(&format!("backtrack = \"{backtrack}\""));
        assert_eq!(count(&records, Fate::RevokedWrong) + count(&records, Fate::FinalWrong), 99);
        (count(&records, Fate::FinalWrong), records)
    };
    let (alone, _) = share("none");
    let (checked, again) = share("check");
    let (revoked, all) = share("revoke");
    assert!(alone > 60, "four in five stand: {alone}");
    assert!(checked < 25 && revoked < 25, "one of the next twenty is found wrong: {checked}, {revoked}");
    let seen = |records: &[JobRecord]| records.iter().filter(|record| record.checks > 0).count();
    assert_eq!(99 - checked, seen(&again), "each was looked at itself");
    assert!(seen(&all) < 40, "most were not: {}", seen(&all));
    let paid = |records: &[JobRecord]| records.iter().map(|record| record.charged_compute).sum::<Money>();
    assert_eq!(paid(&all), Money::from_units(0.1 * revoked as f64), "what was revoked was paid back");
}
