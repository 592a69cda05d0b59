//! Draws of checkers: what they meet on the average.

use super::*;
use crate::policy::selection::Sought;

fn draws(count: u32, weighting: Weighting) -> Draws {
    Draws {
        by: crate::domain::checking::Checker::Validators,
        count,
        weighting,
        draw: Draw::default(),
        choices: 1,
        sought: Sought::Load,
    }
}

fn checker(weight: f64, wait: f64, slowness: f64) -> Checker {
    Checker { weight, wait, free: None, slowness, ask: 1.0 + wait, region: 0, level: 0 }
}

fn pool(way: Draws, members: &[Checker]) -> Checkers {
    let mut checkers = Checkers::open(1, 1, &[(way.clone(), 3..3 + members.len())]);
    for (place, member) in members.iter().enumerate() {
        checkers.set(0, 0, 3 + place, *member, &|_, _| 5.0);
    }
    checkers
}

/// One of stake 3 is drawn three times as often as one of stake 1: its wait counts three times.
#[test]
fn a_single_draw_is_weighted_as_drawn() {
    let one =
        pool(draws(1, Weighting::Stake), &[checker(3.0, 100.0, 2.0), checker(1.0, 0.0, 1.0), checker(0.0, 9.0, 9.0)]);
    let drawn = one.drawn(0, 0, RequesterId(0), Time(500)).expect("two are listed");
    assert_eq!((drawn.wait[0], drawn.slowness[0], drawn.trip), (75.0, 1.75, 5.0));
    assert_eq!(drawn.wait[1], 0.75 * 100.0 * 100.0 - 75.0 * 75.0);
    assert_eq!((one.mean_ask(0, 0), one.ask(0, 3), one.ask(0, 4)), (76.0, 101.0, 1.0));
}

/// Two of three, one of which has nearly all of the stake: it is nearly always drawn, the others share the second seat.
#[test]
fn a_committee_without_replacement_is_not_one_whale() {
    let members = [checker(1e6, 100.0, 1.0), checker(1.0, 0.0, 1.0), checker(1.0, 0.0, 1.0)];
    let drawn =
        pool(draws(2, Weighting::Stake), &members).drawn(0, 0, RequesterId(0), Time(500)).expect("all are listed");
    assert!((drawn.wait[0] - 50.0).abs() < 0.5, "{drawn:?}");
    let all =
        pool(draws(3, Weighting::Stake), &members).drawn(0, 0, RequesterId(0), Time(500)).expect("all are listed");
    assert!((all.wait[0] - 100.0 / 3.0).abs() < 1e-9, "{all:?}");
}

/// One has a free slot, of the other two the first is free a hundred nanoseconds from now and a check waits fifty more: 0 and 150 as likely,
/// fifty nanoseconds later 0 and 100, however the sums came about.
#[test]
fn a_slot_is_free_sooner_and_sooner() {
    let busy = Checker { free: Some(Time(600)), ..checker(1.0, 50.0, 1.0) };
    let mut checkers = pool(draws(1, Weighting::Even), &[busy, checker(1.0, 0.0, 1.0)]);
    let waits =
        |checkers: &Checkers, now| checkers.drawn(0, 0, RequesterId(0), Time(now)).expect("both are listed").wait;
    for _ in 0..2_000 {
        assert_eq!([waits(&checkers, 500), waits(&checkers, 550)], [[75.0, 5_625.0], [50.0, 2_500.0]]);
        checkers.set(0, 0, 3, Checker { free: Some(Time(9_000)), ..busy }, &|_, _| 5.0);
        checkers.set(0, 0, 3, busy, &|_, _| 5.0);
    }
}

/// What comes and goes leaves nothing behind.
#[test]
fn sums_forget_what_has_left() {
    let mut checkers = pool(draws(1, Weighting::Even), &[checker(1.0, 0.0, 1.0), checker(1.0, 0.0, 1.0)]);
    for round in 0..5_000 {
        let wait = f64::from(round % 7) * 1e12 / 3.0;
        checkers.set(0, 0, 3, checker(1.0, wait, 1.0), &|_, _| 5.0);
        checkers.set(0, 0, 3, checker(1.0, 0.0, 1.0), &|_, _| 5.0);
    }
    let drawn = checkers.drawn(0, 0, RequesterId(0), Time(500)).expect("both are listed");
    assert!(drawn.wait[0] < 1.0, "{drawn:?}");
    checkers.set(0, 0, 3, Checker::default(), &|_, _| 5.0);
    checkers.set(0, 0, 4, Checker::default(), &|_, _| 5.0);
    assert!(checkers.drawn(0, 0, RequesterId(0), Time(500)).is_none_or(|drawn| drawn.wait[0] < 1.0));
}

/// Two of four are drawn and the less loaded looks: of levels 0, 1, 1 and 3 the least with probability 1/2, then 1/3 + 1/6 · 1 for the two
/// in the middle together, and the last never.
#[test]
fn the_least_loaded_is_waited_for() {
    let way = Draws { choices: 2, ..draws(1, Weighting::Even) };
    let member = |level: u8, wait: f64, slowness: f64| Checker { level, ..checker(1.0, wait, slowness) };
    let mut few = pool(way, &[member(3, 1e6, 9.0), member(1, 60.0, 2.0), member(0, 0.0, 4.0), member(1, 40.0, 2.0)]);
    let drawn = few.drawn(0, 0, RequesterId(0), Time(500)).expect("four are listed");
    assert!((drawn.wait[0] - 0.5 * 50.0).abs() < 1e-9 && (drawn.slowness[0] - 3.0).abs() < 1e-12, "{drawn:?}");
    assert!((drawn.wait[1] - (0.5 * 2_600.0 - 625.0)).abs() < 1e-9, "{drawn:?}");
    for place in [4, 5, 6] {
        few.set(0, 0, place, Checker::default(), &|_, _| 5.0);
    }
    assert_eq!(few.drawn(0, 0, RequesterId(0), Time(500)).expect("one is left").wait[0], 1e6);
}

/// Shares of a half, a quarter and a quarter are as even as 8/3 of equal weight; the waits count as the weights do.
#[test]
fn how_many_of_equal_weight_would_look_as_evenly() {
    let each = Draws { draw: Draw::Bernoulli, ..draws(2, Weighting::Stake) };
    let few = pool(each, &[checker(2e9, 10.0, 1.0), checker(1e9, 20.0, 1.0), checker(1e9, 40.0, 1.0)]);
    assert_eq!(few.equals(0, 0), 3);
    assert_eq!(
        few.drawn(0, 0, RequesterId(0), Time(500)).expect("three are listed").wait[0],
        20.0,
        "the odds of each are its own"
    );
}
