//! What every verdict rule must do, and the probabilities of committees.

use super::*;
use crate::engine::random::{KeyedRng, RandomSource, Seed, key};
use crate::policy::Described;

fn rule(text: &str) -> VerdictRule {
    let rule = toml::from_str::<VerdictTable>(text).unwrap().chosen().unwrap();
    rule.check().unwrap();
    rule
}

fn majority() -> VerdictRule {
    rule(r#"rule = "majority""#)
}

fn quorum(approvals: u32) -> VerdictRule {
    rule(&format!("rule = \"quorum\"\nquorum = {{ approvals = {approvals} }}"))
}

fn staked(share: f64) -> VerdictRule {
    rule(&format!("rule = \"stake-weighted\"\nstake-weighted = {{ share = {share:?} }}"))
}

/// Every rule there is, some with several settings.
fn all() -> Vec<VerdictRule> {
    let mut all: Vec<VerdictRule> = (1..=8).map(quorum).collect();
    all.extend([0.01, 0.5, 0.6, 2.0 / 3.0, 1.0].map(staked));
    all.extend([majority(), rule(r#"rule = "unanimous""#), rule(r#"rule = "any-alarm""#)]);
    let named: std::collections::BTreeSet<&str> = all.iter().map(VerdictRule::name).collect();
    assert_eq!(named.len(), VerdictTable::rules().len(), "every rule is tried");
    all
}

fn decide(rule: &VerdictRule, votes: &Votes) -> Option<Verdict> {
    rule.decide(votes)
}

fn odds(rule: &VerdictRule, checkers: u32, approves: f64) -> f64 {
    rule.odds(checkers, approves)
}

/// Votes of checkers with a stake of 1 each.
fn equal(asked: u32, approvals: u32, alarms: u32, missing: u32) -> Votes {
    let [stake_asked, stake_approving, stake_alarming, stake_missing] =
        [asked, approvals, alarms, missing].map(u64::from);
    Votes { asked, approvals, alarms, missing, stake_asked, stake_approving, stake_alarming, stake_missing }
}

/// For up to seven checkers, whatever has come in so far: a verdict is that of every count it can end in, and while there is
/// none the counts it can end in differ.
#[test]
fn verdicts_come_as_early_as_they_can_and_never_too_early() {
    for rule in all() {
        for asked in 0..=7 {
            for approvals in 0..=asked {
                for alarms in 0..=asked - approvals {
                    for missing in 0..=asked - approvals - alarms {
                        let open = asked - approvals - alarms - missing;
                        let ends = (0..=open).flat_map(|more| (0..=open - more).map(move |alarming| (more, alarming)));
                        let ends: Vec<Verdict> = ends
                            .map(|(more, alarming)| {
                                let silent = missing + open - more - alarming;
                                let full = equal(asked, approvals + more, alarms + alarming, silent);
                                decide(&rule, &full).expect("a full count decides")
                            })
                            .collect();
                        let sure = ends.iter().all(|end| *end == ends[0]).then(|| ends[0]);
                        let found = decide(&rule, &equal(asked, approvals, alarms, missing));
                        assert_eq!(found, sure, "{rule:?} {approvals} + {alarms} + {missing} of {asked}");
                    }
                }
            }
        }
    }
}

/// Committees of seed 1 with stakes of all sizes, votes in any order: once a verdict is there it stays, and at the end there
/// is one.
#[test]
fn the_order_of_votes_never_matters() {
    for rule in all() {
        for case in 0..20_000 {
            let mut draw = KeyedRng::new(key(Seed::from(1), 1, 0, case, 0));
            let asked = 1 + draw.below(9) as u32;
            let stakes: Vec<u64> = (0..asked).map(|_| draw.bits() >> (8 + draw.below(56))).collect();
            let fates: Vec<u64> = (0..asked).map(|_| draw.below(3)).collect();
            let mut order: Vec<usize> = (0..asked as usize).collect();
            let count = |order: &[usize]| {
                let mut votes = Votes { asked, stake_asked: stakes.iter().sum(), ..Votes::default() };
                let verdict = order.iter().fold(decide(&rule, &votes), |before, &checker| {
                    let (heads, stake) = match fates[checker] {
                        0 => (&mut votes.approvals, &mut votes.stake_approving),
                        1 => (&mut votes.alarms, &mut votes.stake_alarming),
                        _ => (&mut votes.missing, &mut votes.stake_missing),
                    };
                    *heads += 1;
                    *stake += stakes[checker];
                    let now = decide(&rule, &votes);
                    assert!(before.is_none() || now == before, "{rule:?} {before:?} became {now:?}: {votes:?}");
                    now
                });
                verdict.expect("a full count decides")
            };
            let first = count(&order);
            (1..order.len()).for_each(|place| order.swap(place, draw.below(place as u64 + 1) as usize));
            assert_eq!(count(&order), first);
        }
    }
}

/// Whatever the parameters, they are refused, or verdicts come, odds are probabilities, and all who are asked are enough to
/// accept where the odds say so.
#[test]
fn random_parameters_are_refused_or_run() {
    crate::policy::trial::endure(VerdictTable::rules(), |name, table: VerdictTable, draw| {
        let rule = table.chosen().unwrap();
        rule.check()?;
        for _ in 0..10 {
            let asked = 1 + draw.below(1024) as u32;
            let approvals = draw.below(u64::from(asked) + 1) as u32;
            let alarms = draw.below(u64::from(asked - approvals) + 1) as u32;
            let missing = asked - approvals - alarms;
            let stake = draw.bits() >> (11 + draw.below(50));
            let votes = Votes {
                stake_asked: u64::from(asked) * stake,
                stake_approving: u64::from(approvals) * stake,
                stake_alarming: u64::from(alarms) * stake,
                stake_missing: u64::from(missing) * stake,
                ..equal(asked, approvals, alarms, missing)
            };
            assert!(rule.decide(&votes).is_some(), "{name} {rule:?} {votes:?}: all have answered or never will");
            let approves = [0.0, 1.0, draw.unit()][draw.below(3) as usize];
            let odds = rule.odds(asked, approves);
            assert!((0.0..=1.0).contains(&odds), "{odds} by {name} {rule:?} of {asked} at {approves}");
            let enough = rule.needed(asked) <= asked;
            assert_eq!(rule.odds(asked, 1.0), f64::from(u8::from(enough)), "{name} {rule:?} of {asked}");
        }
        Ok(())
    });
}

/// Some by hand: a tie refuses, silence leaves open what alarms would not have stopped.
#[test]
fn verdicts_by_hand() {
    let cases = [
        (majority(), equal(4, 2, 2, 0), Some(Verdict::Refused)),
        (majority(), equal(5, 3, 0, 0), Some(Verdict::Accepted)),
        (majority(), equal(5, 2, 2, 0), None),
        (majority(), equal(5, 2, 2, 1), Some(Verdict::Unresolved)),
        (quorum(2), equal(3, 2, 0, 0), Some(Verdict::Accepted)),
        (quorum(2), equal(3, 1, 2, 0), Some(Verdict::Refused)),
        (quorum(2), equal(3, 0, 0, 1), None),
        (quorum(2), equal(3, 0, 0, 2), Some(Verdict::Unresolved)),
        (quorum(2), equal(3, 0, 1, 2), Some(Verdict::Unresolved)),
        (quorum(4), equal(3, 0, 0, 0), Some(Verdict::Unresolved)),
        (staked(2.0 / 3.0), equal(3, 2, 0, 0), Some(Verdict::Accepted)),
        (staked(2.0 / 3.0), equal(3, 1, 1, 0), None),
        (staked(2.0 / 3.0), equal(3, 1, 2, 0), Some(Verdict::Refused)),
        (rule(r#"rule = "unanimous""#), equal(3, 2, 0, 1), Some(Verdict::Unresolved)),
        (rule(r#"rule = "any-alarm""#), equal(3, 2, 0, 1), Some(Verdict::Accepted)),
    ];
    for (rule, votes, expected) in cases {
        assert_eq!(decide(&rule, &votes), expected, "{rule:?} {votes:?}");
    }
    let whale = Votes { stake_asked: 10, stake_approving: 7, ..equal(4, 1, 0, 0) };
    assert_eq!(decide(&staked(0.6), &whale), Some(Verdict::Accepted), "one with seven tenths");
    let unstaked = Votes { stake_asked: 0, stake_approving: 0, ..equal(3, 3, 0, 0) };
    assert_eq!(decide(&staked(0.6), &unstaked), Some(Verdict::Unresolved));
    assert_eq!(toml::from_str::<quorum::Spec>("approvals = 0").unwrap().check().unwrap_err().key, "approvals");
    assert_eq!(toml::from_str::<stake_weighted::Spec>("share = 0.0").unwrap().check().unwrap_err().key, "share");
}

#[track_caller]
fn near(found: f64, expected: f64, relative: f64) {
    assert!((found - expected).abs() <= relative * expected.abs(), "{found} is not {expected}");
}

/// Condorcet's juries, and far tails known from other systems: Ethereum's committees of 111 and 128 with a third of bad
/// members, seven of ten verifiers up with 0.95 each.
#[test]
fn committees_have_their_known_odds() {
    for (checkers, p, expected) in
        [(3, 0.6, 0.648), (5, 0.6, 0.682_56), (11, 0.6, 0.753_498_132_479_999_9), (3, 0.9, 0.972)]
    {
        near(odds(&majority(), checkers, p), expected, 1e-14);
    }
    near(odds(&majority(), 101, 0.6), 0.979_103_309_0, 1e-10);
    near(odds(&quorum(74), 111, 1.0 / 3.0), 7.706_185_234_109_508e-13, 1e-12);
    near(odds(&quorum(86), 128, 1.0 / 3.0), 5.551_560_731_791_759e-15, 1e-12);
    near(odds(&quorum(7), 10, 0.95), 0.998_971_502_062_109_4, 1e-14);
    near(odds(&staked(2.0 / 3.0), 111, 1.0 / 3.0), 7.706_185_234_109_508e-13, 1e-12);
    near(odds(&rule(r#"rule = "unanimous""#), 5, 0.9), 0.590_49, 1e-14);
}

/// Against the sum of logarithms of factorials, the symmetry of tails, and the ends of the ranges.
#[test]
fn tails_are_exact_up_to_the_largest_committee() {
    use crate::maths::{exp, ln, ln_1p, ln_gamma};
    for (count, least, p) in [(1024, 600, 0.5), (1024, 512, 0.5), (1024, 1000, 0.9), (777, 3, 0.01), (1024, 1024, 0.3)]
    {
        let n = f64::from(count);
        let sum = (least..=count).map(f64::from).map(|k| {
            let ways = ln_gamma(n + 1.0) - ln_gamma(k + 1.0) - ln_gamma(n - k + 1.0);
            exp(ways + k * ln(p) + (n - k) * ln_1p(-p))
        });
        near(binomial_tail(count, least, p), sum.sum(), 1e-10);
        let both = binomial_tail(count, least, p) + binomial_tail(count, count - least + 1, 1.0 - p);
        near(both, 1.0, 1e-13);
    }
    near(binomial_tail(1024, 512, 0.5) + binomial_tail(1024, 513, 0.5), 1.0, 1e-13);
    assert_eq!([0.0, 1.0, 0.5].map(|p| binomial_tail(10, 0, p)), [1.0; 3]);
    assert_eq!([0.0, 1.0].map(|p| binomial_tail(10, 10, p)), [0.0, 1.0]);
    assert_eq!([0.0, 1.0, 0.5].map(|p| binomial_tail(10, 11, p)), [0.0; 3]);
    near(binomial_tail(1024, 1024, 0.5), 2f64.recip() * exp(-1023.0 * ln(2.0)), 1e-11);
    near(binomial_tail(1, 1, 1e-300), 1e-300, 1e-15);
}

/// A hundred thousand committees of seed 1 per rule, each checker approving with the same probability.
#[test]
fn odds_are_how_often_an_answer_is_accepted() {
    const COUNT: u32 = 100_000;
    for (which, rule) in all().into_iter().enumerate() {
        let (checkers, p) = (1 + which as u32 % 9, 0.3 + 0.05 * which as f64 % 0.6);
        let accepted = (0..COUNT).filter(|&index| {
            let mut draw = KeyedRng::new(key(Seed::from(1), 2, which as u64, u64::from(index), 0));
            let approvals = (0..checkers).filter(|_| draw.chance(p)).count() as u32;
            decide(&rule, &equal(checkers, approvals, checkers - approvals, 0)) == Some(Verdict::Accepted)
        });
        let (seen, expected) = (accepted.count() as f64, odds(&rule, checkers, p));
        let (mean, variance) = (expected * f64::from(COUNT), expected * (1.0 - expected) * f64::from(COUNT));
        let z = if variance > 0.0 { (seen - mean) / variance.sqrt() } else { 1e9 * (seen - mean) };
        assert!(z.abs() < 4.89, "{rule:?} of {checkers} at {p}: {seen} and not {mean}");
    }
}
