//! Against the acceptance formula at any x, and its derivatives by the two states of each party.

use super::super::{Check, Executor, Kinds as Shares, Plan, Seat, Seats, Threshold, accept};
use super::*;
use crate::domain::answer::Wrong;
use crate::engine::random::{KeyedRng, RandomSource, Seed, key};

/// A random plan of at most six parties: who executes, how many must agree, and its checks.
struct Random {
    executors: Vec<Executor>,
    agree: u32,
    kinds: [f64; KINDS],
    adversary: Wrong,
    checks: Vec<OneCheck>,
}

struct OneCheck {
    seats: Vec<Seat>,
    threshold: Threshold,
    detects: [f64; KINDS],
    guard: Option<usize>,
    appeal: Option<Box<OneCheck>>,
}

const PARTIES: usize = 6;

impl Random {
    fn draw(draw: &mut KeyedRng) -> Random {
        let several = draw.chance(0.3);
        let count = if several { 3 } else { 1 };
        let executors = (0..count).map(|place| Executor {
            party: if several { place } else { draw.below(PARTIES as u64) as usize },
            trust: draw.unit(),
        });
        let executors = executors.collect();
        let weights: [f64; KINDS] = std::array::from_fn(|_| if draw.chance(0.3) { 0.0 } else { draw.unit() + 0.01 });
        let sum = weights.iter().sum::<f64>().max(1e-9);
        let checks = (0..draw.below(4)).map(|_| OneCheck::draw(draw, true)).collect();
        let adversary = Wrong::ALL[draw.below(5) as usize];
        let kinds = if weights == [0.0; KINDS] { [0.2; KINDS] } else { weights.map(|weight| weight / sum) };
        Random { executors, agree: if several { 2 } else { 1 }, kinds, adversary, checks }
    }

    /// By the formula, at these x.
    fn accepted(&self, x: &[f64]) -> f64 {
        let appeals: Vec<Option<Check<'_>>> =
            self.checks.iter().map(|check| check.appeal.as_ref().map(|appeal| appeal.plain(None))).collect();
        let checks: Vec<Check<'_>> =
            self.checks.iter().zip(&appeals).map(|(check, appeal)| check.plain(appeal.as_ref())).collect();
        let kinds: Shares = Some(self.kinds);
        let plan = Plan {
            executors: &self.executors,
            agree: self.agree,
            alike: 1.0,
            checks: &checks,
            kinds,
            adversary: Some(self.adversary),
        };
        accept(&plan, x).accepted_wrong[1]
    }

    fn assigned(&self) -> Assigned {
        let mut plan = Assigned::default();
        plan.clear();
        (0..PARTIES).for_each(|_| _ = plan.party(0.0));
        (plan.agree, plan.adversary) = (self.agree, self.adversary as usize);
        for of in &self.executors {
            plan.execute(of.party, self.kinds.map(|share| (1.0 - of.trust) * share));
        }
        for (ladder, check) in self.checks.iter().enumerate() {
            let mut next = Some(check);
            while let Some(check) = next {
                for seat in &check.seats {
                    plan.vote(Some(seat.party), check.detects.map(|detects| 1.0 - seat.diligence * detects), 7);
                }
                let needed = check.threshold.needed(check.seats.len() as u32);
                plan.look(ladder, check.guard, 7 * u64::from(needed));
                next = check.appeal.as_deref();
            }
        }
        plan.seal();
        plan
    }
}

impl OneCheck {
    fn draw(draw: &mut KeyedRng, appeals: bool) -> OneCheck {
        let count = 1 + draw.below(4);
        let seats =
            (0..count).map(|_| Seat { party: draw.below(PARTIES as u64) as usize, diligence: draw.unit() }).collect();
        let threshold = match draw.chance(0.4) {
            true => Threshold::Every,
            false => Threshold::AtLeast(1 + draw.below(count) as u32),
        };
        let detects = std::array::from_fn(|_| if draw.chance(0.2) { 0.0 } else { draw.unit() });
        let guard = draw.chance(0.4).then(|| draw.below(PARTIES as u64) as usize);
        let appeal = (appeals && draw.chance(0.3)).then(|| Box::new(OneCheck::draw(draw, false)));
        OneCheck { seats, threshold, detects, guard, appeal }
    }

    fn plain<'a>(&'a self, appeal: Option<&'a Check<'a>>) -> Check<'a> {
        Check {
            takes_place: 1.0,
            deferred: false,
            threshold: self.threshold,
            seats: Seats::Taken(&self.seats),
            detects: self.detects,
            false_alarm: 0.0,
            appeal,
            guard: self.guard,
        }
    }
}

/// At a thousand random plans of every shape, at random x, and where some are certain.
#[test]
fn risk_and_slopes_are_those_of_the_formula() {
    let (mut room, mut appeals, mut shared) = (Room::default(), 0, 0);
    for number in 0..1_000 {
        let draw = &mut KeyedRng::new(key(Seed::from(1), 1, 0, number, 0));
        let random = Random::draw(draw);
        let plan = random.assigned();
        (appeals, shared) = (appeals + usize::from(plan.looks.len() > random.checks.len()), shared + plan.shared.len());
        for _ in 0..3 {
            let x: Vec<f64> = (0..PARTIES)
                .map(|_| [0.0, 1.0, draw.unit()][if draw.chance(0.3) { draw.below(2) as usize } else { 2 }])
                .collect();
            let risk = plan.slopes(&x, &mut room);
            assert!((risk - random.accepted(&x)).abs() < 1e-13, "plan {number}: {risk}");
            for party in 0..PARTIES {
                let state = |state: f64| {
                    let mut x = x.clone();
                    x[party] = state;
                    random.accepted(&x)
                };
                let slope = state(1.0) - state(0.0);
                let found = room.slopes[party];
                assert!((found - slope).abs() < 1e-13, "plan {number}, party {party}: {found} and not {slope}");
            }
        }
    }
    assert!(appeals > 100 && shared > 1_000, "{appeals} plans with appeals, {shared} parties in several places");
}

/// Votes that weigh differently are counted by their weights: against the sum over all ways to vote.
#[test]
fn votes_weigh_what_they_weigh() {
    let mut room = Room::default();
    for number in 0..300 {
        let draw = &mut KeyedRng::new(key(Seed::from(1), 2, 0, number, 0));
        let count = 2 + draw.below(5) as usize;
        let weights: Vec<u64> = (0..count).map(|_| 1 + draw.below(50)).collect();
        let approves: Vec<f64> = (0..count).map(|_| draw.unit()).collect();
        let needed = 1 + draw.below(weights.iter().sum());
        let mut plan = Assigned::default();
        plan.clear();
        let executor = plan.party(0.0);
        plan.execute(executor, [1.0, 0.0, 0.0, 0.0, 0.0]);
        for (weight, approves) in weights.iter().zip(&approves) {
            let party = plan.party(0.0);
            plan.vote(Some(party), [*approves; KINDS], weight * 1_000_000);
        }
        plan.look(0, None, needed * 1_000_000);
        plan.seal();
        let x = vec![0.0; count + 1];
        let enough = |ways: &usize| {
            let voting = (0..count).filter(|place| ways >> place & 1 == 1);
            voting.map(|place| weights[place]).sum::<u64>() >= needed
        };
        let chance = |ways: usize| -> f64 {
            let one = |place| if ways >> place & 1 == 1 { approves[place] } else { 1.0 - approves[place] };
            (0..count).map(one).product()
        };
        let all = || (0..1_usize << count).filter(enough);
        let expected: f64 = all().map(chance).sum();
        assert!((plan.slopes(&x, &mut room) - expected).abs() < 1e-13, "{number}");
        let vetoes = (0..count).filter(|party| all().all(|ways| ways >> party & 1 == 1)).count();
        assert_eq!(plan.vetoes(), vetoes, "{weights:?} {needed}");
        let total: u64 = weights.iter().sum();
        assert_eq!(matches!(plan.looks[0].units, Needed::Every), needed == total);
    }
}

/// Stakes without a common measure are rounded to a 2048th of what is needed.
#[test]
fn odd_stakes_are_rounded() {
    let mut votes: Vec<Ballot> = [1_000_003, 999_983, 2_000_029]
        .map(|weight| Ballot { party: None, approves: [0.5; KINDS], weight, units: 0 })
        .to_vec();
    assert_eq!(measure(&mut votes, 3_000_000), Needed::Units(2_048));
    assert_eq!(votes.iter().map(|vote| vote.units).collect::<Vec<_>>(), [683, 683, 1365]);
    assert_eq!(measure(&mut votes, 4_000_015), Needed::Every);
}
