//! Margins, thresholds and distances by hand, by halving, and over all parties of a market.

use super::*;
use crate::engine::random::{Key, KeyedRng, RandomSource};

/// A job of a fee of 10 that costs 4, is looked at every other time, and puts 20 of a stake of 100 at stake.
fn job() -> AtStake {
    AtStake {
        looked: 0.5,
        found: 0.8,
        fee: 10.0,
        fee_lost: 1.0,
        slash: 20.0,
        slash_by_fee: 0.0,
        stake: 100.0,
        excluded: 0.0,
        horizon: 0.0,
        cost: 4.0,
        saving: 4.0,
    }
}

fn party(job: AtStake) -> Incentives {
    Incentives { income: 10.0, cost: 4.0, outside: 1.0, job: Some(job) }
}

// worked examples
#[test]
fn margins_and_thresholds_are_those_by_hand() {
    // Stay 5/10. Honest 0.4 · 30 − 4 = 8, relative to 10.
    let alike = party(job());
    assert_eq!((alike.stay(), alike.honest(), alike.margin()), (0.5, Some(0.8), 0.5));
    // Income 10u = 5. Honest 0.4 (10u + 20) = 4 has no root above 0.
    assert_eq!(alike.threshold(Cut::Fee), 0.5);
    // 0.4 (10 + 20u) = 4 at u = 0; 0.4u · 30 = 4 at u = 1/3.
    assert!((alike.threshold(Cut::Stake) - 1.0).abs() < 1e-12);
    assert!((alike.threshold(Cut::Checks) - 2.0 / 3.0).abs() < 1e-12);
    // What is left of a rent of 5 for 100 s, with a probability of a tenth: 0.4 (30 + 50) − 4.
    let future = party(AtStake { excluded: 0.1, horizon: 100.0, ..job() });
    assert!((future.honest().unwrap() - 2.8).abs() < 1e-12);
    // Ten times the fee, of which the stake is less: 0.4 (10 + 100) − 4.
    let capped = party(AtStake { slash_by_fee: 100.0, ..job() });
    assert!((capped.honest().unwrap() - 4.0).abs() < 1e-12);
}

/// Nobody looks: the margin of honesty is minus the saving over the fee, and no cut or rise changes that.
#[test]
fn where_nobody_looks_honesty_does_not_pay() {
    let unseen = party(AtStake { looked: 0.0, ..job() });
    assert_eq!((unseen.honest(), unseen.margin()), (Some(-0.4), -0.4));
    assert_eq!(Cut::ALL.map(|cut| unseen.threshold(cut)), [f64::NEG_INFINITY; 3]);
    let unpaid = party(AtStake { fee: 0.0, fee_lost: 0.0, slash: 0.0, ..job() });
    assert_eq!(unpaid.honest(), Some(-1.0), "relative to what the work costs");
    let free = party(AtStake { saving: 0.0, looked: 0.0, ..job() });
    assert_eq!((free.honest(), free.margin()), (None, 0.5), "a cheat saves nothing");
    assert_eq!(free.threshold(Cut::Checks), f64::INFINITY);
}

/// A party that leaves something to be desired needs a rise: its threshold is below 0.
#[test]
fn a_party_that_is_out_needs_a_rise() {
    let poor = Incentives { income: 4.0, ..party(job()) };
    assert!(poor.margin() < 0.0 && (poor.threshold(Cut::Fee) + 0.25).abs() < 1e-12);
    assert_eq!(poor.threshold(Cut::Stake), f64::NEG_INFINITY, "no token pays what it could have outside");
    // 0.4 (10 + 20u) = 12 at u = 1: on the edge it is out.
    let edge = party(AtStake { saving: 12.0, ..job() });
    assert!(edge.threshold(Cut::Stake).abs() < 1e-12 && edge.margin() <= 0.0);
}

/// Random parties: the threshold is where the sign of the margin changes, found by halving as well.
#[test]
fn thresholds_are_where_the_sign_changes() {
    let mut draw = KeyedRng::new(Key(7));
    let (mut found, mut none) = (0, 0);
    for _ in 0..20_000 {
        let mut amount = |most: f64| if draw.chance(0.15) { 0.0 } else { most * draw.unit() };
        let job = AtStake {
            looked: amount(1.0),
            found: amount(1.0),
            fee: amount(10.0),
            fee_lost: if amount(1.0) < 0.3 { 0.0 } else { 1.0 },
            slash: amount(30.0),
            slash_by_fee: amount(30.0),
            stake: 30.0 + amount(60.0),
            excluded: amount(1.0),
            horizon: amount(20.0),
            cost: amount(8.0),
            saving: amount(8.0),
        };
        let party = Incentives { income: amount(10.0), cost: amount(4.0), outside: amount(3.0), job: Some(job) };
        for cut in Cut::ALL {
            let is_in = |left: f64| {
                let [fees, _, _] = cut.factors(left);
                let stays = party.income * fees - party.cost - party.outside > 0.0;
                stays && (job.saving <= 0.0 || party.gain(cut.factors(left)) > 0.0)
            };
            let threshold = party.threshold(cut);
            assert_eq!(party.margin() > 0.0, is_in(1.0), "{party:?}");
            if is_in(0.0) || !is_in(1e9) {
                none += 1;
                let expected = if is_in(0.0) { f64::INFINITY } else { f64::NEG_INFINITY };
                // A root beyond a thousand million times is found by the closed form alone.
                assert!(threshold == expected || threshold < -1e8, "{cut:?} {threshold} {party:?}");
                continue;
            }
            let (mut out, mut inside) = (0.0, 1e9);
            for _ in 0..200 {
                let middle = (out + inside) / 2.0;
                if is_in(middle) { inside = middle } else { out = middle }
            }
            found += 1;
            let by_halving = 1.0 - inside;
            assert!(
                (threshold - by_halving).abs() <= 1e-9 * inside.max(1.0),
                "{cut:?} {threshold} {by_halving} {party:?}"
            );
        }
    }
    assert!(found > 10_000 && none > 5_000, "{found} {none}");
}
