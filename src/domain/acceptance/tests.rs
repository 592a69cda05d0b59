//! The formula against everything that can happen, and what must be true of it.

mod appeals;

use super::*;
use crate::engine::random::{KeyedRng, RandomSource, Seed, key};
use crate::policy::verdict::{Verdict, VerdictRule, VerdictTable, Votes};

mod seats;

#[track_caller]
fn near(found: f64, expected: f64, relative: f64) {
    assert!((found - expected).abs() <= relative * expected.abs().max(1e-300), "{found} is not {expected}");
}

#[track_caller]
fn alike(found: &Chances, expected: &Chances, within: f64) {
    let numbers = |of: &Chances| [[of.right; 2], of.accepted_right, of.accepted_wrong].concat();
    let close =
        numbers(found).iter().zip(numbers(expected)).all(|(found, expected)| (found - expected).abs() <= within);
    assert!(close, "{found:?} is not {expected:?}");
}

fn rule(draw: &mut KeyedRng) -> VerdictRule {
    let text = match draw.below(5) {
        0 => "rule = \"any-alarm\"".to_owned(),
        1 => "rule = \"unanimous\"".to_owned(),
        2 => "rule = \"majority\"".to_owned(),
        3 => format!("rule = \"quorum\"\nquorum = {{ approvals = {} }}", 1 + draw.below(4)),
        _ => format!("rule = \"stake-weighted\"\nstake-weighted = {{ share = {:?} }}", 0.05 + 0.95 * draw.unit()),
    };
    toml::from_str::<VerdictTable>(&text).unwrap().chosen().unwrap()
}

/// A check without its seats.
fn check(draw: &mut KeyedRng, threshold: Threshold) -> Check<'static> {
    Check {
        takes_place: [1.0, draw.unit()][draw.below(2) as usize],
        deferred: draw.chance(0.5),
        threshold,
        seats: Seats::Taken(&[]),
        detects: [0; KINDS].map(|_| draw.unit()),
        false_alarm: 0.5 * draw.unit(),
        appeal: None,
        guard: None,
    }
}

fn kinds(draw: &mut KeyedRng) -> [f64; KINDS] {
    let shares = [0; KINDS].map(|_| draw.unit());
    shares.map(|share| share / shares.iter().sum::<f64>())
}

/// Whether a rule accepts, when all `asked` have voted.
fn accepts(rule: &VerdictRule, asked: usize, approvals: usize) -> bool {
    let [asked, approvals] = [asked as u32, approvals as u32];
    let alarms = asked - approvals;
    let [stake_asked, stake_approving, stake_alarming] = [asked, approvals, alarms].map(u64::from);
    let votes = Votes { asked, approvals, alarms, stake_asked, stake_approving, stake_alarming, ..Votes::default() };
    rule.decide(&votes) == Some(Verdict::Accepted)
}

/// Calls `each` with every combination of `count` answers yes or no, and its probability; `yes` are the probabilities of a yes.
fn every(yes: &[f64], each: &mut dyn FnMut(&[bool], f64)) {
    for outcome in 0..1u32 << yes.len() {
        let said: Vec<bool> = (0..yes.len()).map(|place| outcome >> place & 1 == 1).collect();
        let likely = yes.iter().zip(&said).map(|(yes, said)| if *said { *yes } else { 1.0 - yes }).product();
        each(&said, likely);
    }
}

/// Q by all votes there can be: `adverse` says who approves whatever it sees.
fn accepted_by_votes(rule: &VerdictRule, seats: &[Seat], adverse: &[bool], alarm: f64) -> f64 {
    let approves = |seat: &Seat| if adverse[seat.party] { 1.0 } else { 1.0 - seat.diligence * alarm };
    let yes: Vec<f64> = seats.iter().map(approves).collect();
    let mut sum = 0.0;
    every(&yes, &mut |said, likely| {
        let approvals = said.iter().filter(|said| **said).count();
        sum += if accepts(rule, seats.len(), approvals) { likely } else { 0.0 };
    });
    sum
}

/// What becomes of an answer by all that can happen: who is adversarial, which answers are right, of which kind a wrong one is, how each
/// seat votes. The adversary's kind is given.
fn by_enumeration(plan: &Plan<'_>, rules: &[VerdictRule], x: &[f64]) -> Chances {
    let (shares, chosen) = (plan.kinds.unwrap(), plan.adversary.unwrap() as usize);
    let mut chances = Chances { right: 0.0, accepted_right: [0.0; 2], accepted_wrong: [0.0; 2] };
    every(x, &mut |adverse, state| {
        let passes = |stage: usize, alarm: &dyn Fn(&Check<'_>) -> f64| -> f64 {
            let checks = plan.checks.iter().zip(rules).filter(|(check, _)| stage == 1 || !check.deferred);
            let each = checks.map(|(check, rule)| {
                let Seats::Taken(seats) = check.seats else { panic!("seats are taken") };
                let accepted = accepted_by_votes(rule, seats, adverse, alarm(check));
                1.0 - check.takes_place + check.takes_place * accepted
            });
            each.product()
        };
        let trusts: Vec<f64> = plan.executors.iter().map(|of| if adverse[of.party] { 0.0 } else { of.trust }).collect();
        let any_adverse = plan.executors.iter().any(|of| adverse[of.party]);
        every(&trusts, &mut |right, likely| {
            let wrongs = right.iter().filter(|right| !**right).count();
            let mut outcomes = vec![];
            if plan.agree == 1 {
                // The first of them is as likely each: its own state tells the kind.
                for (place, right) in right.iter().enumerate() {
                    outcomes.push((*right, adverse[plan.executors[place].party], 1.0 / right_count(plan)));
                }
            } else {
                // With so many copies one of both may have enough: a right answer and a wrong one.
                let agree = plan.agree as usize;
                // Of right copies those that differ bit for bit agree with none.
                every(&vec![plan.alike; right.len()], &mut |same, part| {
                    let together = right.iter().zip(same).filter(|(right, same)| **right && **same).count();
                    outcomes.extend((together >= agree).then_some((true, false, part)));
                });
                outcomes.extend((wrongs >= agree).then_some((false, any_adverse, 1.0)));
            }
            for (right, is_adverse, part) in outcomes {
                let likely = state * likely * part;
                chances.right += if right { likely } else { 0.0 };
                for stage in 0..2 {
                    if right {
                        chances.accepted_right[stage] += likely * passes(stage, &|check| check.false_alarm);
                        continue;
                    }
                    for (kind, believed) in shares.iter().enumerate() {
                        let share = if is_adverse { f64::from(u8::from(kind == chosen)) } else { *believed };
                        chances.accepted_wrong[stage] += likely * share * passes(stage, &|check| check.detects[kind]);
                    }
                }
            }
        });
    });
    chances
}

fn right_count(plan: &Plan<'_>) -> f64 {
    plan.executors.len() as f64
}

/// Plans with up to three executors, two checks of every rule and up to four seats each, among five parties of which each may have
/// several seats, sit in both checks, and execute; three hundred of them.
fn random_plans(number: u32, mut each: impl FnMut(&Plan<'_>, &[VerdictRule], Vec<f64>, &mut KeyedRng)) {
    for index in 0..300 {
        let mut draw = KeyedRng::new(key(Seed::from(1), number, 0, index, 0));
        let party = |draw: &mut KeyedRng| draw.below(5) as usize;
        let rules = [rule(&mut draw), rule(&mut draw)];
        let seats = [0; 2].map(|_| -> Vec<Seat> {
            let count = 1 + draw.below(4);
            (0..count).map(|_| Seat { party: party(&mut draw), diligence: draw.unit() }).collect()
        });
        let checks = [0, 1].map(|place| {
            let threshold = rules[place].threshold(seats[place].len() as u32);
            Check { seats: Seats::Taken(&seats[place]), ..check(&mut draw, threshold) }
        });
        let count = 1 + draw.below(3);
        let executors: Vec<Executor> =
            (0..count).map(|_| Executor { party: party(&mut draw), trust: draw.unit() }).collect();
        let plan = Plan {
            executors: &executors,
            agree: 1 + draw.below(count) as u32,
            alike: [1.0, draw.unit()][draw.below(2) as usize],
            checks: &checks[..1 + draw.below(2) as usize],
            kinds: Some(kinds(&mut draw)),
            adversary: Some(Wrong::ALL[draw.below(KINDS as u64) as usize]),
        };
        let x = (0..5).map(|_| [0.0, 1.0, draw.unit(), draw.unit()][draw.below(4) as usize]).collect();
        each(&plan, &rules, x, &mut draw);
    }
}

#[test]
fn the_formula_is_what_happens() {
    random_plans(1, |plan, rules, x, _| {
        alike(&accept(plan, &x), &by_enumeration(plan, rules, &x), 1e-12);
    });
}

/// Halfway between two values of one party's x lies the mean of what they give, wherever the others are.
#[test]
fn the_formula_is_linear_in_each_party() {
    random_plans(2, |plan, _, x, draw| {
        let party = draw.below(5) as usize;
        let at = |value: f64| accept(plan, &[&x[..party], &[value], &x[party + 1..]].concat());
        let (low, high, part) = (at(0.0), at(1.0), draw.unit());
        let between = |low: f64, high: f64| (1.0 - part) * low + part * high;
        let expected = Chances {
            right: between(low.right, high.right),
            accepted_right: [0, 1].map(|stage| between(low.accepted_right[stage], high.accepted_right[stage])),
            accepted_wrong: [0, 1].map(|stage| between(low.accepted_wrong[stage], high.accepted_wrong[stage])),
        };
        alike(&at(part), &expected, 1e-12);
    });
}

/// Parties with the same seats may be exchanged.
#[test]
fn alike_parties_count_alike() {
    for index in 0..200 {
        let mut draw = KeyedRng::new(key(Seed::from(1), 3, 0, index, 0));
        let count = 2 + draw.below(30) as usize;
        let diligence = draw.unit();
        let seats: Vec<Seat> = (0..count).map(|place| Seat { party: 1 + place, diligence }).collect();
        let threshold = Threshold::AtLeast(1 + draw.below(count as u64) as u32);
        let checks = [Check { seats: Seats::Taken(&seats), ..check(&mut draw, threshold) }];
        let executors = [Executor { party: 0, trust: draw.unit() }];
        let shares = Some(kinds(&mut draw));
        let plan =
            Plan { executors: &executors, agree: 1, alike: 1.0, checks: &checks, kinds: shares, adversary: None };
        let mut x: Vec<f64> = (0..=count).map(|_| draw.unit()).collect();
        let before = accept(&plan, &x);
        x[1..].reverse();
        x[1..].rotate_left(1);
        alike(&accept(&plan, &x), &before, 1e-12);
        // All with the same x: as many seats of whom the mean is believed.
        x[1..].fill(0.3);
        let mixed = checks[0].verdicts(&x);
        let same = |alarm: f64| checks[0].threshold.alike(count as u32, 0.3 + 0.7 * (1.0 - diligence * alarm));
        near(mixed.right, same(checks[0].false_alarm), 1e-11);
        checks[0].detects.iter().zip(mixed.wrong).for_each(|(alarm, found)| near(found, same(*alarm), 1e-11));
    }
}

/// At x = 0 the formula is what quotes take for all offers of a plan at once.
#[test]
fn quotes_go_by_the_formula() {
    for index in 0..300 {
        let mut draw = KeyedRng::new(key(Seed::from(1), 4, 0, index, 0));
        let checks: [Check<'_>; 3] = std::array::from_fn(|_| {
            let count = 1 + draw.below(20) as u32;
            let threshold = rule(&mut draw).threshold(count);
            Check { seats: Seats::Alike { count, diligence: draw.unit() }, ..check(&mut draw, threshold) }
        });
        let (copies, trust) = (1 + draw.below(5) as u32, draw.unit());
        let share = [1.0, draw.unit()][draw.below(2) as usize];
        let agree = 1 + draw.below(u64::from(copies)) as u32;
        let executors = vec![Executor { party: 0, trust }; copies as usize];
        let shares = [None, Some(kinds(&mut draw))][draw.below(2) as usize];
        let plan = Plan { executors: &executors, agree, alike: share, checks: &checks, kinds: shares, adversary: None };
        let quoted = Passes::of(&checks, &[]).expected(&shares).of_alike(copies, agree, trust, share).0;
        alike(&accept(&plan, &[0.0]), &quoted, 1e-12);
    }
}

// worked example
#[test]
fn detections_are_never_averaged_over_kinds() {
    let check = |detects: [f64; KINDS]| Check {
        takes_place: 1.0,
        deferred: false,
        threshold: Threshold::Every,
        seats: Seats::Alike { count: 3, diligence: 1.0 },
        detects,
        false_alarm: 0.0,
        appeal: None,
        guard: None,
    };
    let through = |detects: [f64; KINDS]| {
        let (executors, checks) = ([Executor { party: 0, trust: 0.0 }], [check(detects)]);
        let kinds = Some([0.5, 0.5, 0.0, 0.0, 0.0]);
        let plan = Plan { executors: &executors, agree: 1, alike: 1.0, checks: &checks, kinds, adversary: None };
        (accept(&plan, &[0.0]).accepted_wrong[1], accept(&plan, &[1.0]).accepted_wrong[1])
    };
    // Three checkers find 0.95 of one half of the wrong answers and none of the other: 0.5 · 0.05³ + 0.5. An adversary answers with
    // what they never see.
    let (mixed, chosen) = through([0.95, 0.0, 0.95, 0.95, 0.95]);
    near(mixed, 0.500_062_5, 1e-14);
    near(chosen, 1.0, 1e-14);
    // Of the mean detection, 0.475, it would be 0.525³.
    near(through([0.475; KINDS]).0, 0.144_703_125, 1e-12);
}

/// Where the worst is believed, the kind that passes most often is.
#[test]
fn the_worst_kind_may_be_believed() {
    let values = [0.1, 0.7, 0.3, 0.2, 0.0];
    assert_eq!(mixture(&None, &values), 0.7);
    near(mixture(&Some([0.25; KINDS].map(|share| share * 0.8)), &values), 0.26, 1e-14);
}

/// All ordered draws of a few out of a pool, and all their votes.
#[test]
fn draws_without_replacement_are_exact() {
    for index in 0..300 {
        let mut draw = KeyedRng::new(key(Seed::from(1), 5, 0, index, 0));
        let pool: Vec<(u32, f64)> = (0..1 + draw.below(3)).map(|_| (1 + draw.below(3) as u32, draw.unit())).collect();
        let members: Vec<f64> = pool.iter().flat_map(|&(count, u)| vec![u; count as usize]).collect();
        let count = 1 + draw.below(members.len().min(4) as u64) as usize;
        let rule = rule(&mut draw);
        let (mut sum, mut draws) = (0.0, 0.0);
        for chosen in 0..1u32 << members.len() {
            if chosen.count_ones() as usize != count {
                continue;
            }
            draws += 1.0;
            let drawn: Vec<f64> =
                (0..members.len()).filter(|place| chosen >> place & 1 == 1).map(|place| members[place]).collect();
            every(&drawn, &mut |said, likely| {
                let approvals = said.iter().filter(|said| **said).count();
                sum += if accepts(&rule, count, approvals) { likely } else { 0.0 };
            });
        }
        let found = rule.threshold(count as u32).drawn(count as u32, &pool);
        assert!((found - sum / draws).abs() < 1e-12, "{found} and not {}: {count} of {pool:?}", sum / draws);
    }
}

/// More than ten bad ones among 20 drawn of 100, of which 33 are bad; known to ten digits from sums of binomial coefficients.
/// Where the draw is a small part of the pool, or is put back, the mean is enough.
#[test]
fn draws_from_pools_have_their_known_odds() {
    let (bad, good) =
        (Stratum { party: 0, members: 33, diligence: 1.0 }, Stratum { party: 1, members: 67, diligence: 1.0 });
    let through = |count: u32, seats: Seats<'_>| {
        let check = Check {
            takes_place: 1.0,
            deferred: false,
            threshold: Threshold::AtLeast(count / 2 + 1),
            seats,
            detects: [1.0; KINDS],
            false_alarm: 0.0,
            appeal: None,
            guard: None,
        };
        check.verdicts(&[1.0, 0.0]).wrong[0]
    };
    let drawn = |count: u32, pool: &[Stratum]| through(count, Seats::Drawn { count, pool });
    let weighted = |of: &Stratum| Weighted { party: of.party, members: of.members, share: 0.01, diligence: 1.0 };
    let replaced = through(20, Seats::Weighted { count: 20, pool: &[weighted(&bad), weighted(&good)] });
    let choose = |n: u32, k: u32| (0..k).fold(1.0, |ways, i| ways * f64::from(n - i) / f64::from(i + 1));
    let expected: f64 = (11..=20).map(|k| choose(33, k) * choose(67, 20 - k)).sum::<f64>() / choose(100, 20);
    near(drawn(20, &[bad, good]), expected, 1e-11);
    near(drawn(20, &[good, bad]), expected, 1e-11);
    near(replaced, binomial_tail(20, 11, 0.33), 1e-12);
    assert!(drawn(20, &[bad, good]) < 0.7 * replaced, "a draw that is not put back spreads less");
    near(drawn(5, &[bad, good]), binomial_tail(5, 3, 0.33), 1e-12);
}

/// The largest committee of parties that differ only a little is close to the binomial, and exact where they do not.
#[test]
fn committees_of_128_are_exact() {
    let tail = |needed: u32, spread: f64| {
        at_least(needed, (0..128).map(|place| 1.0 / 3.0 + spread * if place % 2 == 0 { 1.0 } else { -1.0 }))
    };
    near(tail(86, 0.0), 5.551_560_731_791_759e-15, 1e-11);
    // Two halves of 64 each.
    let halves: f64 = (0..=64)
        .map(|first: u32| {
            let exactly = binomial_tail(64, first, 0.5) - binomial_tail(64, first + 1, 0.5);
            exactly * binomial_tail(64, 64u32.saturating_sub(first), 1.0 / 6.0)
        })
        .sum();
    near(tail(64, 1.0 / 6.0), halves, 1e-9);
    assert!(tail(86, 1.0 / 6.0) < tail(86, 0.0), "votes that differ vary less (Hoeffding 1956)");
}

/// The probability that some check takes place, and what an observation tells.
#[test]
fn checks_and_evidence_by_hand() {
    near(some_takes_place([0.5, 0.2].into_iter()), 0.6, 1e-14);
    assert_eq!(some_takes_place([].into_iter()), 0.0);
    assert_eq!([evidence_weight(0.2, 0.8), evidence_weight(0.0, 0.3), evidence_weight(0.4, 0.4)], [0.75, 1.0, 0.0]);
    assert_eq!(evidence_weight(0.0, 0.0), 0.0);
    assert_eq!([Threshold::Every, Threshold::AtLeast(0)].map(|of| of.alike(0, 1.0)), [0.0; 2]);
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

/// Half of the answers are wrong, of which blocking checks let half pass and deferred ones half of these: of three accepted answers two are
/// right, so one in six is refused later.
#[test]
fn others_that_stand_may_fall() {
    let acceptance = Acceptance { right: [1.0, 1.0], wrong: [0.5, 0.25], referee: None, grouped: None };
    assert_eq!(acceptance.stays(0.5, 0), 1.0);
    assert!((acceptance.stays(0.5, 2) - 25.0 / 36.0).abs() < 1e-15);
    assert_eq!(acceptance.stays(1.0, 9), 1.0, "right answers stay");
}
