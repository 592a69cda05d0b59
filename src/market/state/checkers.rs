//! What a check that is asked for now would meet: the queues, speeds and distances of those who may be drawn for it, each weighted
//! as it is drawn.
//!
//! The sums are kept at every change of a queue, a weight or a listing, so that a quote reads them in O(1).

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::domain::ids::{Id, RequesterId};
use crate::domain::party::PartyKind;
use crate::engine::time::Time;
use crate::maths;
use crate::policy::selection::Draw;
use crate::scenario::verification::{Draws, Weighting};

/// What one checker is to those who may draw it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Checker {
    /// What it weighs in a draw, before the size of the draw is looked at; 0 if it is not listed.
    pub weight: f64,
    /// Nanoseconds that a check would wait there, beyond those until `free`.
    pub wait: f64,
    /// Where all slots are taken, when the first of them will be free.
    pub free: Option<Time>,
    /// Nanoseconds per nanosecond of work on the reference GPU.
    pub slowness: f64,
    /// Its region.
    pub region: u16,
    /// Jobs per slot, to the whole number below; at most [`LEVELS`] less 1.
    pub level: u8,
}

/// Loads from here on are not told apart.
pub const LEVELS: usize = 64;

/// What a draw meets, on the average over those who may be drawn, as they are drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Drawn {
    /// Nanoseconds of waiting, and their variance.
    pub wait: [f64; 2],
    /// Nanoseconds per nanosecond of work on the reference GPU, and their variance.
    pub slowness: [f64; 2],
    /// Nanoseconds there and back.
    pub trip: f64,
}

/// What the parties are that a way of drawing draws.
pub fn kind_of(draws: &Draws) -> PartyKind {
    if draws.by == crate::domain::checking::Checker::Proof { PartyKind::Prover } else { PartyKind::Validator }
}

/// All who check, once for each way of drawing them and each picture of them.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Checkers {
    /// Picture by picture, in the order of the scenario's draws.
    pools: Vec<Pool>,
    /// Ways of drawing.
    ways: usize,
}

/// Those who may be drawn in one way.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Pool {
    /// How many are drawn at once, none twice.
    count: u32,
    /// By party, from the first of its kind.
    members: Vec<Checker>,
    first: usize,
    sums: Sums,
    /// Of how many that are drawn the least loaded is taken, and, where that is more than one, the sums by level.
    choices: u32,
    levels: Vec<Sums>,
    /// Nanoseconds there and back: by group of requesters, the sum over the members of weight × trip.
    trips: Vec<f64>,
    /// The time t of the exponential race that draws `count`: a member of weight w is among them with probability 1 − e⁻ʷᵗ.
    race: Option<f64>,
    /// Changes since the sums were last made anew, and since the race was.
    changes: [u32; 2],
    /// The instant from which the sums count when a slot will be free: a recent one, so that little is lost by rounding.
    origin: Time,
}

/// Sums over members, each times the probability of being drawn.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
struct Sums {
    drawn: f64,
    squares: f64,
    /// Of those with a free slot.
    wait: [f64; 2],
    /// Of the others: how many, the nanoseconds from the origin to the end of a wait there, and their squares.
    taken: [f64; 3],
    slowness: [f64; 2],
}

impl Sums {
    fn add(&mut self, checker: &Checker, drawn: f64, origin: Time) {
        let Checker { wait, slowness, free, .. } = *checker;
        self.drawn += drawn;
        self.squares += drawn * drawn.abs();
        self.slowness = [self.slowness[0] + drawn * slowness, self.slowness[1] + drawn * slowness * slowness];
        match free {
            None => self.wait = [self.wait[0] + drawn * wait, self.wait[1] + drawn * wait * wait],
            Some(free) => {
                let ends = wait + since(free, origin);
                let [count, first, second] = self.taken;
                self.taken = [count + drawn, first + drawn * ends, second + drawn * ends * ends];
            }
        }
    }

    /// Of the waits as they are so many nanoseconds after the origin, and of their squares.
    fn waits(&self, passed: f64) -> [f64; 2] {
        let [count, first, second] = self.taken;
        [self.wait[0] + first - passed * count, self.wait[1] + second + passed * (passed * count - 2.0 * first)]
    }
}

/// Nanoseconds from one instant to another that may be before it.
fn since(instant: Time, origin: Time) -> f64 {
    instant.0.wrapping_sub(origin.0).cast_signed() as f64
}

/// After so many changes, or as many as there are members, the sums are made anew: what rounding has left in them stays small.
const RENEWED: u32 = 1024;

impl Checkers {
    /// No checker yet: for each of so many pictures and each way of drawing there is room for the parties of these indices.
    pub fn open(views: usize, requesters: usize, draws: &[(Draws, Range<usize>)]) -> Checkers {
        let pool = |(draws, parties): &(Draws, Range<usize>)| Pool {
            count: draws.count,
            members: vec![Checker::default(); parties.len()],
            first: parties.start,
            sums: Sums::default(),
            choices: draws.choices,
            levels: if draws.choices > 1 { vec![Sums::default(); LEVELS] } else { Vec::new() },
            trips: vec![0.0; requesters],
            race: races(draws).then_some(0.0),
            changes: [0; 2],
            origin: Time::ZERO,
        };
        Checkers { pools: (0..views).flat_map(|_| draws.iter().map(pool)).collect(), ways: draws.len() }
    }

    /// A checker is from now on as `checker` says to those who draw it in this way; `trip` gives the nanoseconds from a group of
    /// requesters to it and back.
    pub(super) fn set(
        &mut self,
        view: usize,
        way: usize,
        party: usize,
        checker: Checker,
        trip: &dyn Fn(usize, u16) -> f64,
    ) {
        self.pools[view * self.ways + way].set(party, checker, trip);
    }

    /// So many parties of equal weight would look by themselves as evenly as those that may be drawn in this way: 1/Σ share² (the inverse of
    /// the Herfindahl index), to the nearest whole number; at least 1.
    pub fn equals(&self, view: usize, way: usize) -> u32 {
        let Sums { drawn, squares, .. } = self.pools[view * self.ways + way].sums;
        if squares > 0.0 { (drawn * drawn / squares).round().max(1.0) as u32 } else { 1 }
    }

    /// What those meet who draw in this way now; `None` where no checker can be drawn.
    #[inline(always)]
    pub fn drawn(&self, view: usize, way: usize, requester: RequesterId, now: Time) -> Option<Drawn> {
        self.pools[view * self.ways + way].drawn(requester, now)
    }
}

impl Pool {
    fn set(&mut self, party: usize, checker: Checker, trip: &dyn Fn(usize, u16) -> f64) {
        let place = party - self.first;
        let before = std::mem::replace(&mut self.members[place], checker);
        if before == checker {
            return;
        }
        self.changes[0] += 1;
        self.changes[1] += u32::from(before.weight != checker.weight);
        // A sixteenth of the members changed: the race is another one.
        if self.race.is_some() && self.changes[1] * 16 > self.members.len() as u32 {
            self.race = Some(race(&self.members, self.count));
            self.changes[1] = 0;
            return self.renew(trip);
        }
        if self.changes[0] > RENEWED.max(self.members.len() as u32) {
            return self.renew(trip);
        }
        self.account(&before, -1.0, trip);
        self.account(&checker, 1.0, trip);
    }

    fn account(&mut self, checker: &Checker, sign: f64, trip: &dyn Fn(usize, u16) -> f64) {
        let drawn = sign * self.probability(checker.weight);
        if drawn == 0.0 {
            return;
        }
        self.sums.add(checker, drawn, self.origin);
        if let Some(level) = self.levels.get_mut(usize::from(checker.level)) {
            level.add(checker, drawn, self.origin);
        }
        for (requester, sum) in self.trips.iter_mut().enumerate() {
            *sum += drawn * trip(requester, checker.region);
        }
    }

    fn renew(&mut self, trip: &dyn Fn(usize, u16) -> f64) {
        self.changes[0] = 0;
        self.sums = Sums::default();
        self.levels.fill(Sums::default());
        self.trips.fill(0.0);
        self.origin = self.members.iter().filter_map(|member| member.free).max().unwrap_or(self.origin);
        for place in 0..self.members.len() {
            let checker = self.members[place];
            self.account(&checker, 1.0, trip);
        }
    }

    /// The probability of being drawn, up to a factor that all share.
    fn probability(&self, weight: f64) -> f64 {
        match self.race {
            Some(time) if time > 0.0 && weight > 0.0 => -maths::exp_m1(-weight * time),
            _ => weight,
        }
    }

    #[inline(always)]
    fn drawn(&self, requester: RequesterId, now: Time) -> Option<Drawn> {
        let trip = (self.trips[requester.index()] / self.sums.drawn).max(0.0);
        let sums = if self.levels.is_empty() { self.sums } else { least(&self.levels, self.choices) };
        let (drawn, slowness, wait) = (sums.drawn, sums.slowness, sums.waits(since(now, self.origin)));
        if drawn <= 0.0 {
            return None;
        }
        let moments = |sums: [f64; 2]| {
            let mean = (sums[0] / drawn).max(0.0);
            [mean, (sums[1] / drawn - mean * mean).max(0.0)]
        };
        Some(Drawn { wait: moments(wait), slowness: moments(slowness), trip })
    }
}

/// The sums over the least loaded of so many that are drawn without replacement, where all weigh alike: none of them is below a level with
/// the probability Π (m − j)/(n − j) for the m of n that are not.
#[inline(never)]
fn least(levels: &[Sums], choices: u32) -> Sums {
    let all = levels.iter().map(|level| level.drawn).sum::<f64>().round();
    let drawn = f64::from(choices).min(all) as u32;
    let none_below = |from: f64| (0..drawn).map(f64::from).map(|j| ((from - j) / (all - j)).max(0.0)).product::<f64>();
    let (mut sums, mut from) = (Sums::default(), all);
    for level in levels.iter().filter(|level| level.drawn > 0.5) {
        let here = level.drawn.round();
        let weight = (none_below(from) - none_below(from - here)) / level.drawn;
        from -= here;
        sums.drawn += weight * level.drawn;
        sums.wait = [0, 1].map(|moment| sums.wait[moment] + weight * level.wait[moment]);
        sums.taken = [0, 1, 2].map(|moment| sums.taken[moment] + weight * level.taken[moment]);
        sums.slowness = [0, 1].map(|moment| sums.slowness[moment] + weight * level.slowness[moment]);
    }
    sums
}

/// Whether those that are drawn already leave other odds to the rest.
fn races(draws: &Draws) -> bool {
    draws.weighting == Weighting::Stake && draws.draw == Draw::WithoutReplacement && draws.count > 1
}

/// The time at which `count` members of an exponential race have arrived on the average: members drawn one after the other in
/// proportion to their weights are the first to arrive, and that many of them have by then (B. Rosén, Asymptotic theory for
/// successive sampling with varying probabilities without replacement, 1972). 0 where no more are listed than are drawn.
fn race(members: &[Checker], count: u32) -> f64 {
    let listed = members.iter().filter(|member| member.weight > 0.0).count();
    if listed <= count as usize {
        return f64::INFINITY;
    }
    let total: f64 = members.iter().map(|member| member.weight).sum();
    let arrived = |time: f64| members.iter().map(|member| -maths::exp_m1(-member.weight * time)).sum::<f64>();
    let (mut low, mut high) = (0.0, f64::from(count) / total);
    while arrived(high) < f64::from(count) {
        (low, high) = (high, 2.0 * high);
    }
    for _ in 0..40 {
        let middle = 0.5 * (low + high);
        if arrived(middle) < f64::from(count) { low = middle } else { high = middle }
    }
    high
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draws(count: u32, weighting: Weighting) -> Draws {
        Draws { by: crate::domain::checking::Checker::Validators, count, weighting, draw: Draw::default(), choices: 1 }
    }

    fn checker(weight: f64, wait: f64, slowness: f64) -> Checker {
        Checker { weight, wait, free: None, slowness, region: 0, level: 0 }
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
        let one = pool(
            draws(1, Weighting::Stake),
            &[checker(3.0, 100.0, 2.0), checker(1.0, 0.0, 1.0), checker(0.0, 9.0, 9.0)],
        );
        let drawn = one.drawn(0, 0, RequesterId(0), Time(500)).expect("two are listed");
        assert_eq!((drawn.wait[0], drawn.slowness[0], drawn.trip), (75.0, 1.75, 5.0));
        assert_eq!(drawn.wait[1], 0.75 * 100.0 * 100.0 - 75.0 * 75.0);
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
        let mut few =
            pool(way, &[member(3, 1e6, 9.0), member(1, 60.0, 2.0), member(0, 0.0, 4.0), member(1, 40.0, 2.0)]);
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
}
