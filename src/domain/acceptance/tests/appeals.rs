//! Alarms that do not decide alone.

use super::*;

/// Every vote of a check, of the one that decides about its alarm, and of the one that decides about that one's: written out.
#[test]
fn an_alarm_is_decided_by_the_check_behind_it() {
    for index in 0..200 {
        let mut draw = KeyedRng::new(key(Seed::from(1), 6, 0, index, 0));
        let rules: Vec<VerdictRule> = (0..3).map(|_| rule(&mut draw)).collect();
        let counts: Vec<u32> = (0..3).map(|_| 1 + draw.below(4) as u32).collect();
        let mut one = |place: usize| Check {
            seats: Seats::Alike { count: counts[place], diligence: 0.8 },
            ..check(&mut draw, rules[place].threshold(counts[place]))
        };
        let third = one(2);
        let second = Check { appeal: Some(&third), ..one(1) };
        let first = Check { appeal: Some(&second), ..one(0) };
        let passes = |check: &Check<'_>, place: usize, alarm: f64| {
            let mut sum = 0.0;
            every(&vec![1.0 - 0.8 * alarm; counts[place] as usize], &mut |said, likely| {
                let approvals = said.iter().filter(|said| **said).count();
                sum += if accepts(&rules[place], counts[place] as usize, approvals) { likely } else { 0.0 };
            });
            (check.takes_place, sum)
        };
        let expected = |alarms: [f64; 3]| {
            let (_, one) = passes(&first, 0, alarms[0]);
            let (takes_two, two) = passes(&second, 1, alarms[1]);
            let (takes_three, three) = passes(&third, 2, alarms[2]);
            one + (1.0 - one) * takes_two * (two + (1.0 - two) * takes_three * three)
        };
        let found = first.verdicts(&[]);
        let checks = [&first, &second, &third];
        near(found.right, expected(checks.map(|check| check.false_alarm)), 1e-12);
        for kind in 0..KINDS {
            near(found.wrong[kind], expected(checks.map(|check| check.detects[kind])), 1e-12);
        }
    }
}

/// A check that approves only what all in its seats approve, each of whom sees everything.
fn strict<'a>(seats: &'a [Seat], appeal: Option<&'a Check<'a>>) -> Check<'a> {
    let (threshold, seats) = (Threshold::Every, Seats::Taken(seats));
    Check {
        takes_place: 1.0,
        deferred: false,
        threshold,
        seats,
        detects: [1.0; KINDS],
        false_alarm: 0.0,
        appeal,
        guard: None,
    }
}

/// A party that sits in a check and in the one behind it is adversarial in both or in neither.
#[test]
fn a_party_may_sit_on_both_sides_of_an_alarm() {
    let seat = |party| [Seat { party, diligence: 1.0 }];
    let executors = [Executor { party: 0, trust: 0.0 }];
    let through = |first: usize, second: usize| {
        let (one, two) = (seat(first), seat(second));
        let appeal = strict(&two, None);
        let checks = [strict(&one, Some(&appeal))];
        let kinds = Some([1.0, 0.0, 0.0, 0.0, 0.0]);
        let plan = Plan {
            executors: &executors,
            agree: 1,
            alike: 1.0,
            checks: &checks,
            kinds,
            adversary: Some(Wrong::Substitute),
        };
        accept(&plan, &[0.0, 0.3, 0.3]).accepted_wrong[1]
    };
    near(through(1, 2), 0.3 + 0.7 * 0.3, 1e-14);
    near(through(1, 1), 0.3, 1e-14);
}
