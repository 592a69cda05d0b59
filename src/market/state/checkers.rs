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
    /// What it asks, relative to the price of the channel.
    pub ask: f64,
    /// Its region.
    pub region: u16,
    /// Jobs per slot, to the whole number below; at most [`LEVELS`] less 1. Where the cheapest is sought: in which part of all prices its own is.
    pub level: u8,
}

/// Loads from here on are not told apart; so many prices are.
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
    ask: f64,
}

impl Sums {
    fn add(&mut self, checker: &Checker, drawn: f64, origin: Time) {
        let Checker { wait, slowness, free, .. } = *checker;
        self.drawn += drawn;
        self.ask += drawn * checker.ask;
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

    /// What a party asks in this way of drawing, relative to the price of the channel.
    pub fn ask(&self, way: usize, party: usize) -> f64 {
        let pool = &self.pools[way];
        pool.members[party - pool.first].ask
    }

    /// The mean of that over those who may be drawn in this way, as they are drawn.
    pub fn mean_ask(&self, view: usize, way: usize) -> f64 {
        let sums = self.pools[view * self.ways + way].of_draw();
        if sums.drawn > 0.0 { sums.ask / sums.drawn } else { 1.0 }
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

    /// The sums over those that take a seat.
    fn of_draw(&self) -> Sums {
        if self.levels.is_empty() { self.sums } else { least(&self.levels, self.choices) }
    }

    #[inline(always)]
    fn drawn(&self, requester: RequesterId, now: Time) -> Option<Drawn> {
        let trip = (self.trips[requester.index()] / self.sums.drawn).max(0.0);
        let of_least;
        let sums = if self.levels.is_empty() {
            &self.sums
        } else {
            of_least = least(&self.levels, self.choices);
            &of_least
        };
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
        sums.ask += weight * level.ask;
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
mod tests;
