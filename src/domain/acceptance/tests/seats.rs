//! Seats drawn by weight, against the sum over everything that may be.

use super::*;

/// All ways of giving the seats to the members, all states of the members that hold them, and all their votes.
#[test]
fn seats_by_weight_are_exact() {
    for index in 0..60 {
        let mut draw = KeyedRng::new(key(Seed::from(1), 6, 0, index, 0));
        let strata = 1 + draw.below(2) as usize;
        let mut pool: Vec<Weighted> = (0..strata)
            .map(|party| Weighted {
                party,
                members: 1 + draw.below(2) as u32,
                share: 0.1 + draw.unit(),
                diligence: draw.unit(),
            })
            .collect();
        let all: f64 = pool.iter().map(|of| f64::from(of.members) * of.share).sum();
        pool.iter_mut().for_each(|of| of.share /= all);
        let x: Vec<f64> = (0..strata).map(|_| [0.0, 1.0, draw.unit()][draw.below(3) as usize]).collect();
        let members: Vec<&Weighted> = pool.iter().flat_map(|of| std::iter::repeat_n(of, of.members as usize)).collect();
        let (count, alarm) = (1 + draw.below(3) as usize, draw.unit());
        let rule = rule(&mut draw);
        let mut sum = 0.0;
        for seats in 0..members.len().pow(count as u32) {
            let held: Vec<usize> =
                (0..count).map(|seat| seats / members.len().pow(seat as u32) % members.len()).collect();
            for adverse in 0..1u32 << members.len() {
                let bad = |member: usize| adverse >> member & 1 == 1;
                let states = members.iter().enumerate().map(|(member, of)| {
                    let x = x[of.party];
                    if bad(member) { x } else { 1.0 - x }
                });
                let state: f64 = states.product();
                let drawn: f64 = held.iter().map(|&member| members[member].share).product();
                let approves = |member: usize| 1.0 - members[member].diligence * alarm;
                let votes: Vec<f64> =
                    held.iter().map(|&member| if bad(member) { 1.0 } else { approves(member) }).collect();
                every(&votes, &mut |said, likely| {
                    let approvals = said.iter().filter(|said| **said).count();
                    sum += if accepts(&rule, count, approvals) { drawn * state * likely } else { 0.0 };
                });
            }
        }
        let check = Check {
            takes_place: 1.0,
            deferred: false,
            threshold: rule.threshold(count as u32),
            seats: Seats::Weighted { count: count as u32, pool: &pool },
            detects: [alarm; KINDS],
            false_alarm: 0.0,
            appeal: None,
            guard: None,
        };
        let found = check.verdicts(&x).wrong[0];
        assert!((found - sum).abs() < 1e-12, "{found} and not {sum}: {count} seats of {pool:?}");
    }
}
