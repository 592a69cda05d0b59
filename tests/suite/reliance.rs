//! Where trust in answers sits: watching it changes nothing, trust is conserved in every answer, and small markets have closed forms.

use std::sync::Arc;

use reliance::domain::reliance::{Held, Holder, Relied, alike};
use reliance::record::fact::FactFilter;
use reliance::record::recorder::Recorder;
use reliance::record::tally::Tally;
use reliance::scenario::Scenario;
use reliance::simulate::{Outcome, simulate};

use super::trial::{seed, trial};

/// Keeps every answer that came into use.
#[derive(Default)]
struct Seen(Vec<(Relied, Vec<Held>)>);

impl Recorder for Seen {
    fn filter(&self) -> FactFilter {
        FactFilter::NONE
    }

    fn note_reliance(&mut self, relied: &Relied, held: &[Held]) {
        self.0.push((*relied, held.to_vec()));
    }
}

/// Every answer in use of a run, its summary, and how it ended.
fn run(scenario: &Arc<Scenario>) -> (Seen, Tally, Outcome) {
    let mut watching = (Seen::default(), Tally::new(scenario.warm_up).with_reliance(scenario.record.fading()));
    let outcome = simulate(scenario, seed(), &mut watching);
    (watching.0, watching.1, outcome)
}

/// Markets that between them check in every way there is: any alarm, quorums, stakes, seats, chance, pulled checks, disputes, copies,
/// vendors, learning parties.
const MARKETS: &[&str] = &[
    "canaries",
    "come-and-go",
    "crossroads",
    "disputes",
    "everything",
    "everything-staked",
    "learning",
    "outside",
    "shocks",
    "standing",
    "standing-revoked",
    "timed-checks",
    "verified",
    "verified-chance",
    "verified-choice",
    "verified-pull",
    "verified-seats",
    "weighed",
    "whole",
];

/// The digest is that of a run that is not watched. Each used answer has its account: shares sum to trust, and what is proved, trusted and
/// open is all.
#[test]
fn watching_changes_nothing_and_trust_is_conserved() {
    let (mut answers, mut most, mut shared, mut blind) = (0, 0, 0, 0);
    for name in MARKETS {
        let plain = trial(name, &[]);
        let (nothing, _, outcome) = run(&plain);
        assert!(nothing.0.is_empty(), "{name}: nobody asked for it");
        let (seen, tally, watched) = run(&trial(name, &["record.reliance=true"]));
        assert_eq!(outcome.digest, watched.digest, "{name}");
        for (relied, held) in &seen.0 {
            let account = &relied.believed;
            let sum: f64 = held.iter().map(|held| held.reliance).sum();
            assert!((sum - account.trust).abs() < 1e-9, "{name} {relied:?}");
            let whole = account.proof + account.trust + account.open_risk;
            assert!((whole - 1.0).abs() < 1e-12, "{name} {relied:?}");
            for of in [account.proof, account.trust, account.open_risk, relied.actual.open_risk] {
                assert!((-1e-12..=1.0 + 1e-12).contains(&of), "{name} {relied:?}");
            }
            let holders = relied.holders.unwrap_or(1.0);
            assert!((1.0 - 1e-9..=held.len() as f64 + 1e-9).contains(&holders), "{name} {relied:?}");
            assert!(relied.misplaced.is_none_or(|share| (-1e-12..=1.0 + 1e-12).contains(&share)), "{name} {relied:?}");
            assert!(held.iter().all(|held| held.lone > -1e-12 && held.lone <= account.trust + 1e-12), "{name}");
            most = most.max(held.len());
            let executes = |held: &&Held| held.holder == Holder::Party(relied_node(relied, &seen));
            shared += held.iter().filter(executes).count().saturating_sub(1);
            blind += usize::from(relied.blind_risk().abs() > 1e-9);
        }
        answers += seen.0.len();
        assert!(seen.0.len() > 20, "{name}: {} answers", seen.0.len());
        // The ledger holds what the answers of the jobs counted hold.
        let reliance = tally.summary().reliance.as_ref().expect("it is accounted for");
        let ledger: f64 = reliance.holders.iter().map(|holder| holder.entry.relied).sum();
        let counted = seen.0.iter().filter(|(relied, _)| relied.asked >= tally.summary().from);
        let expected: f64 =
            counted.flat_map(|(relied, held)| held.iter().map(|held| relied.value.0 as f64 * held.reliance)).sum();
        assert!((ledger - expected).abs() <= 1e-9 * expected.abs() + 1e-6, "{name}: {ledger} and not {expected}");
    }
    assert_eq!(shared, 0, "no party is twice among those of an answer");
    assert!(answers > 5_000 && most > 5 && blind > 1_000, "{answers} answers, {most} parties at most, {blind} blind");
}

/// The node that executed: the first party of an answer.
fn relied_node(relied: &Relied, seen: &Seen) -> reliance::domain::ids::PartyId {
    let (_, held) = seen.0.iter().find(|(other, _)| other.key == relied.key).expect("it is one of them");
    let Holder::Party(node) = held[0].holder else { panic!("a node executes") };
    node
}

/// A lazy node that leaves out four jobs in ten, and validators who err once in ten, as `validators` has it.
fn market(checks: &str, count: u32) -> Arc<Scenario> {
    let text = format!(
        "name = \"relied\"\nhorizon = \"2_000s\"\n[models.m]\n[classes.job]\nwork = {{ law = \"constant\", value = \"1s\" }}\n\
         value = {{ law = \"constant\", value = \"1\" }}\n[[demand.sources]]\nname = \"s\"\nclass = \"job\"\n\
         arrivals = {{ rule = \"poisson\", poisson = {{ rate = \"10/s\" }} }}\n[[nodes]]\nname = \"n\"\ncount = 1\nslots = \"unbounded\"\n\
         conduct = {{ rule = \"lazy\", lazy = {{ share = 0.4 }} }}\n[[validators]]\nname = \"v\"\ncount = {count}\nslots = \"unbounded\"\n\
         conduct = {{ rule = \"error-prone\", error-prone = {{ rate = 0.1 }} }}\n[routing]\nchoice = \"first\"\n\
         [pricing]\ncompute = {{ rule = \"list\", list = {{ price = \"0\" }} }}\n[verification]\nmethods = [\"look\"]\n[verification.opinions]\nprior = 0.9\n\
         [verification.define.look]\nchecks = [{{ by = \"validators\", detects = 0.9, false-alarm = 0.05, {checks} }}]\n\
         [record]\nreliance = true\n"
    );
    Scenario::from_text("relied.toml", &text).unwrap_or_else(|wrong| panic!("{wrong}"))
}

/// The limit of |z| of the suite.
const LIMIT: f64 = 4.89;

/// One executor, and three times in ten one checker. Requesters believe 0.9 of both, so each answer has one of two closed forms; how
/// often either is used is the share of accepted answers that were checked.
#[test]
fn one_checker_by_chance() {
    let (seen, tally, _) = run(&market("sample = 0.3", 10));
    let (mut checked, near) = (0.0, |found: f64, known: f64| assert!((found - known).abs() < 1e-12, "{found} {known}"));
    let (executor, checker) = alike(0.1, 1.0 - 0.9 * 0.9, 1, 1);
    for (relied, held) in &seen.0 {
        let parts: Vec<f64> = held.iter().map(|held| held.reliance).collect();
        match parts[..] {
            [alone] => {
                near(alone, 0.9);
                near(relied.believed.open_risk, 0.1);
                near(relied.blind_risk(), 0.4 - 0.1);
                assert!(!relied.examined && relied.believed.vetoes == 0);
            }
            [first, second] => {
                near(first, executor);
                near(second, checker);
                near(relied.believed.open_risk, 0.1 * 0.19);
                // Of wrong answers 0.9 · 0.9 + 0.1 · 0.1 are alarmed at.
                near(relied.blind_risk(), 0.4 * 0.18 - 0.1 * 0.19);
                near(held[1].lone, 0.1 * (1.0 - 0.19));
                near(held[0].lone, 0.9 * 0.19);
                assert!(relied.examined && relied.believed.vetoes == 1);
                checked += 1.0;
            }
            _ => panic!("{parts:?}"),
        }
        near(relied.believed.proof, 0.0);
    }
    // Accepted are 0.4 · 0.18 + 0.6 · 0.86 of the checked ones.
    let (passes, count) = (0.3 * 0.588, seen.0.len() as f64);
    let share = passes / (0.7 + passes);
    let z = (checked - count * share) / (count * share * (1.0 - share)).sqrt();
    assert!(z.abs() < LIMIT, "{checked} of {count} were checked: z {z}");
    let reliance = tally.summary().reliance.as_ref().unwrap();
    near(reliance.sums.mean(reliance.sums.examined).unwrap(), checked / count);
    // All trust rests on one node and ten validators alike.
    let by_party = reliance.by_party().unwrap();
    assert_eq!((by_party.holders(), by_party.nakamoto(0.5)), (11, Some(1)));
}

/// A committee of five of which three must approve: the closed form, with those who were called off once three had.
#[test]
fn a_committee_with_a_quorum() {
    let (seen, _, _) = run(&market(
        "count = 5, verdict = { rule = \"majority\" }, time = { law = \"exponential\", mean = \"1s\" }",
        5,
    ));
    let (executor, checker) = alike(0.1, 1.0 - 0.9 * 0.9, 5, 3);
    let near = |found: f64, known: f64| assert!((found - known).abs() < 1e-12, "{found} {known}");
    for (relied, held) in &seen.0 {
        assert_eq!((held.len(), relied.believed.vetoes), (6, 0));
        near(held[0].reliance, executor);
        held[1..].iter().for_each(|held| near(held.reliance, checker));
        // Believed and actual checkers are alike among themselves, so only the split between node and committee is misplaced.
        let (true_node, true_checker) = alike(0.4, 0.18, 5, 3);
        let [believed, actual] = [executor / (executor + 5.0 * checker), true_node / (true_node + 5.0 * true_checker)];
        near(relied.misplaced.unwrap(), (believed - actual).abs());
    }
    assert!(seen.0.len() > 10_000, "{} answers", seen.0.len());
}
