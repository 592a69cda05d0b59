//! The acceptance formula that quotes go by, against the closed forms that the market is held against.

use reliance::domain::acceptance::{
    Check, Executor, Plan, Seat, Seats, Stratum, Threshold, Weighted, accept, votes_until,
};
use reliance::domain::answer::Wrong;

use super::formulas::assert_known;
use super::formulas::votes;

fn plan<'a>(executors: &'a [Executor], agree: u32, checks: &'a [Check<'a>]) -> Plan<'a> {
    Plan { executors, agree, alike: 1.0, checks, kinds: Some([0.2; 5]), adversary: Some(Wrong::Tamper) }
}

fn check(threshold: Threshold, seats: Seats<'_>, detects: f64, false_alarm: f64) -> Check<'_> {
    Check {
        takes_place: 1.0,
        deferred: false,
        threshold,
        seats,
        detects: [detects; 5],
        false_alarm,
        appeal: None,
        guard: None,
    }
}

/// Committees in which each errs with probability e approve a right answer with 1 − e and a wrong one with e.
#[test]
fn committees() {
    for (n, k, e) in [(3, 2, 0.4), (11, 6, 0.4), (5, 4, 0.2), (10, 7, 0.05), (3, 3, 0.1)] {
        let known: Vec<Seat> = (0..n as usize).map(|party| Seat { party: party + 1, diligence: 1.0 }).collect();
        let executors = [Executor { party: 0, trust: 0.3 }];
        for seats in [Seats::Alike { count: n, diligence: 1.0 }, Seats::Taken(&known)] {
            let checks = [check(Threshold::AtLeast(k), seats, 1.0 - e, e)];
            let chances = accept(&plan(&executors, 1, &checks), &vec![0.0; n as usize + 1]);
            assert_known(chances.accepted_right[1], 0.3 * votes::at_least(n, k, 1.0 - e));
            assert_known(chances.accepted_wrong[1], 0.7 * votes::at_least(n, k, e));
        }
        if k == n / 2 + 1 && n % 2 == 1 {
            assert_known(votes_until(n, k, 1.0 - e), votes::votes_until(n, 1.0 - e));
        }
    }
}

/// A ring of validators approves what its node has tampered with.
#[test]
fn rings() {
    for (all, ring, n, k) in [(30, 10, 7, 4), (100, 33, 20, 11)] {
        let stratum = |party, members| Stratum { party, members, diligence: 1.0 };
        let pool = [stratum(0, ring), stratum(1, all - ring)];
        let seats = Seats::Drawn { count: n, pool: &pool };
        let (executors, checks) =
            ([Executor { party: 0, trust: 1.0 }], [check(Threshold::AtLeast(k), seats, 1.0, 0.0)]);
        let chances = accept(&plan(&executors, 1, &checks), &[1.0, 0.0]);
        assert_known(chances.accepted_wrong[1], votes::drawn(all, ring, n, k));
        assert_eq!(chances.right, 0.0, "the node belongs to the ring");
    }
}

/// A ring holds as many seats as its stake, and each validator of it may hold several.
#[test]
fn seats_by_weight() {
    for (n, k, f) in [(16, 9, 0.40), (64, 33, 0.45), (128, 65, 0.49), (16, 11, 0.45)] {
        let pool = [
            Weighted { party: 0, members: 2, share: f / 2.0, diligence: 1.0 },
            Weighted { party: 1, members: 5, share: (1.0 - f) / 5.0, diligence: 1.0 },
        ];
        let seats = Seats::Weighted { count: n, pool: &pool };
        let (executors, checks) =
            ([Executor { party: 0, trust: 1.0 }], [check(Threshold::AtLeast(k), seats, 1.0, 0.0)]);
        let chances = accept(&plan(&executors, 1, &checks), &[1.0, 0.0]);
        assert_known(chances.accepted_wrong[1], votes::at_least(n, k, f));
    }
}

/// Copies of which a few must agree, and all that are wrong agree.
#[test]
fn copies() {
    for (n, k, rate) in [(3, 2, 0.1), (5, 3, 0.1), (7, 4, 0.2)] {
        let executors: Vec<Executor> = (0..n as usize).map(|party| Executor { party, trust: 1.0 - rate }).collect();
        let chances = accept(&plan(&executors, k, &[]), &vec![0.0; n as usize]);
        assert_known(chances.accepted_right[1], votes::at_least(n, k, 1.0 - rate));
        assert_known(chances.accepted_wrong[1], votes::at_least(n, k, rate));
        // Wrong on purpose with the same probability: as many wrong answers, all of the adversary's kind.
        let sure: Vec<Executor> = (0..n as usize).map(|party| Executor { party, trust: 1.0 }).collect();
        let adverse = accept(&plan(&sure, k, &[]), &vec![rate; n as usize]);
        assert_known(adverse.accepted_wrong[1], votes::at_least(n, k, rate));
    }
}

/// Two checks that one vendor guards let more pass than two that two guard; each vendor is broken with probability x.
#[test]
fn vendors() {
    let (x, detects) = (0.2, [0.8, 0.7]);
    let executors = [Executor { party: 0, trust: 0.5 }];
    let seats = Seats::Alike { count: 1, diligence: 1.0 };
    let passes = |vendors: [usize; 2]| {
        let checks = [0, 1].map(|place| Check {
            guard: Some(vendors[place]),
            ..check(Threshold::AtLeast(1), seats, detects[place], 0.0)
        });
        accept(&plan(&executors, 1, &checks), &[0.0, x, x]).accepted_wrong[1]
    };
    let miss = detects.map(|detects| 1.0 - detects);
    assert_known(passes([1, 1]), 0.5 * (x + (1.0 - x) * miss[0] * miss[1]));
    assert_known(passes([1, 2]), 0.5 * (x + (1.0 - x) * miss[0]) * (x + (1.0 - x) * miss[1]));
}
