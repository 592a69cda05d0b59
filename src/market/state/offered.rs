//! The results that the jobs of one class may consume: the newest of those in use, in the order in which they came into use.

use serde::{Deserialize, Serialize};

use crate::domain::ancestry::InputChoice;
use crate::domain::ids::{Id, VertexId};
use crate::engine::random::RandomSource;
use crate::engine::time::{SimDuration, Time};
use crate::engine::weights::WeightTree;

/// Results on offer to one class. Memory is bounded by the most that are on offer at once. Each change and each draw is O(log n).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Offered {
    places: Vec<Place>,
    free: Vec<u32>,
    /// Of each place, what it weighs in a draw; 0 where it is free.
    weights: WeightTree,
    oldest: u32,
    newest: u32,
    count: u32,
    /// Of each vertex its place, or [`NOWHERE`].
    place_of: Vec<u32>,
}

/// A result on offer.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Place {
    result: VertexId,
    since: Time,
    older: u32,
    newer: u32,
}

/// No place.
const NOWHERE: u32 = u32::MAX;

impl Offered {
    /// None yet.
    pub fn new() -> Offered {
        Offered {
            places: Vec::new(),
            free: Vec::new(),
            weights: WeightTree::new(0),
            oldest: NOWHERE,
            newest: NOWHERE,
            count: 0,
            place_of: Vec::new(),
        }
    }

    /// How many there are.
    pub fn count(&self) -> u32 {
        self.count
    }

    /// Whether a result is among them.
    pub fn holds(&self, result: VertexId) -> bool {
        self.place_of.get(result.index()).is_some_and(|&place| place != NOWHERE)
    }

    /// The one that came into use first.
    pub fn oldest(&self) -> Option<(VertexId, Time)> {
        (self.oldest != NOWHERE).then(|| {
            let place = &self.places[self.oldest as usize];
            (place.result, place.since)
        })
    }

    /// A result comes into use.
    pub fn add(&mut self, result: VertexId, since: Time) {
        let place = Place { result, since, older: self.newest, newer: NOWHERE };
        let number = match self.free.pop() {
            Some(number) => {
                self.places[number as usize] = place;
                self.weights.set(number as usize, 1);
                number
            }
            None => {
                self.places.push(place);
                self.weights.push(1) as u32
            }
        };
        match self.newest {
            NOWHERE => self.oldest = number,
            newest => self.places[newest as usize].newer = number,
        }
        self.newest = number;
        self.count += 1;
        if self.place_of.len() <= result.index() {
            self.place_of.resize(result.index() + 1, NOWHERE);
        }
        assert!(self.place_of[result.index()] == NOWHERE, "a result is on offer once");
        self.place_of[result.index()] = number;
    }

    /// A result is no longer on offer. Says whether it was.
    pub fn remove(&mut self, result: VertexId) -> bool {
        if !self.holds(result) {
            return false;
        }
        let number = std::mem::replace(&mut self.place_of[result.index()], NOWHERE);
        let Place { older, newer, .. } = self.places[number as usize];
        match older {
            NOWHERE => self.oldest = newer,
            _ => self.places[older as usize].newer = newer,
        }
        match newer {
            NOWHERE => self.newest = older,
            _ => self.places[newer as usize].older = older,
        }
        self.weights.set(number as usize, 0);
        self.free.push(number);
        self.count -= 1;
        true
    }

    /// The oldest one that is on offer for longer than `age`, if there is one.
    pub fn stale(&self, now: Time, age: Option<SimDuration>) -> Option<VertexId> {
        let (oldest, since) = self.oldest()?;
        age.filter(|&age| now.since(since) > age).map(|_| oldest)
    }

    /// Chooses up to so many different ones, each by a draw of its own.
    pub fn choose<R: RandomSource>(
        &mut self,
        count: u32,
        choice: InputChoice,
        draw: impl Fn(u32) -> R,
        chosen: &mut Vec<VertexId>,
    ) {
        let count = count.min(self.count);
        if choice == InputChoice::Newest {
            let place = |number: &u32| &self.places[*number as usize];
            let older = |number: &u32| Some(place(number).older).filter(|&older| older != NOWHERE);
            let newest = Some(self.newest).filter(|&newest| newest != NOWHERE);
            chosen
                .extend(std::iter::successors(newest, older).take(count as usize).map(|number| place(&number).result));
            return;
        }
        let mut put_aside = [(0, 0); crate::scenario::consumption::INPUTS as usize];
        for number in 0..count {
            let place = self.weights.sample(&mut draw(number)).expect("some are left");
            chosen.push(self.places[place].result);
            put_aside[number as usize] = (place, self.weights.get(place));
            self.weights.set(place, 0);
        }
        for &(place, weight) in &put_aside[..count as usize] {
            self.weights.set(place, weight + u64::from(choice == InputChoice::Used));
        }
    }

    /// Asserts that the list holds each result once, in the order of use.
    pub fn audit(&self) {
        let next = |number: &u32| Some(self.places[*number as usize].newer).filter(|&newer| newer != NOWHERE);
        let listed: Vec<u32> =
            std::iter::successors(Some(self.oldest).filter(|&oldest| oldest != NOWHERE), next).collect();
        assert_eq!(listed.len(), self.count as usize, "each result on offer is listed");
        assert_eq!(listed.last().copied().unwrap_or(NOWHERE), self.newest, "the last of the list is the newest");
        let place = |number: u32| &self.places[number as usize];
        assert!(listed.windows(2).all(|pair| place(pair[0]).since <= place(pair[1]).since), "in the order of use");
        assert!(listed.iter().all(|&number| self.place_of[place(number).result.index()] == number));
        assert!(listed.iter().all(|&number| self.weights.get(number as usize) > 0), "each can be drawn");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::purpose::{DrawIndex, Purpose, draw};
    use crate::domain::record::JobKey;
    use crate::engine::random::{KeyedRng, Seed};

    fn of_job(index: u64) -> impl Fn(u32) -> KeyedRng {
        move |number| {
            let key = JobKey { index, ..JobKey::default() };
            draw(Seed::from(1), Purpose::Input, key, DrawIndex::attempt(number as u16))
        }
    }

    fn filled(count: u32) -> Offered {
        let mut offered = Offered::new();
        (0..count).for_each(|number| offered.add(VertexId(number), Time(number.into())));
        offered
    }

    fn choose(offered: &mut Offered, index: u64, count: u32, choice: InputChoice) -> Vec<u32> {
        let mut chosen = Vec::new();
        offered.choose(count, choice, of_job(index), &mut chosen);
        offered.audit();
        chosen.into_iter().map(|result| result.0).collect()
    }

    /// Results leave from both ends and from the middle, and their places are used again.
    #[test]
    fn results_come_and_go() {
        let mut offered = filled(5);
        assert_eq!(offered.stale(Time(9), Some(SimDuration(9))), None);
        assert_eq!(offered.stale(Time(10), Some(SimDuration(9))), Some(VertexId(0)));
        assert_eq!(offered.stale(Time(10), None), None);
        for gone in [0, 2, 4] {
            assert!(offered.remove(VertexId(gone)) && !offered.remove(VertexId(gone)));
            offered.audit();
        }
        offered.add(VertexId(7), Time(7));
        assert_eq!(choose(&mut offered, 0, 9, InputChoice::Newest), [7, 3, 1]);
        assert_eq!((offered.count(), offered.places.len()), (3, 5));
    }

    /// All that are on offer are chosen where as many are wanted, and none twice.
    #[test]
    fn inputs_are_different() {
        for choice in [InputChoice::Uniform, InputChoice::Newest, InputChoice::Used] {
            for wanted in [3, 4, 9] {
                let mut chosen = choose(&mut filled(4), 3, wanted, choice);
                chosen.sort_unstable();
                assert_eq!(chosen.len(), wanted.min(4) as usize);
                chosen.dedup();
                assert_eq!(chosen.len(), wanted.min(4) as usize, "{choice:?}");
            }
        }
        assert!(choose(&mut filled(0), 3, 4, InputChoice::Used).is_empty());
    }

    /// Two of five: each is chosen in two of five draws, within a |z| of 4.89.
    #[test]
    fn a_uniform_choice_is_uniform() {
        let (mut offered, draws) = (filled(5), 20_000);
        let mut counts = [0u32; 5];
        for index in 0..draws {
            choose(&mut offered, index, 2, InputChoice::Uniform).iter().for_each(|&one| counts[one as usize] += 1);
        }
        let (mean, sd) = (0.4 * draws as f64, (0.24 * draws as f64).sqrt());
        assert!(counts.iter().all(|&count| (f64::from(count) - mean).abs() < 4.89 * sd), "{counts:?}");
    }

    /// Pólya's urn: of two results the share of one in many draws by use is uniform over [0, 1], with mean ½ and variance 1/12.
    #[test]
    fn what_is_used_is_used_more() {
        let (urns, steps) = (2_000u64, 100u64);
        let shares: Vec<f64> = (0..urns)
            .map(|urn| {
                let mut offered = filled(2);
                let of_first = |index| choose(&mut offered, urn * steps + index, 1, InputChoice::Used)[0] == 0;
                (0..steps).map(of_first).filter(|&first| first).count() as f64 / steps as f64
            })
            .collect();
        let mean = shares.iter().sum::<f64>() / urns as f64;
        // Exactly: the count is uniform on 0 to n, so the share has the variance (n + 2) / 12 n.
        let variance = (steps + 2) as f64 / (12 * steps) as f64;
        let found = shares.iter().map(|share| (share - 0.5) * (share - 0.5)).sum::<f64>() / urns as f64;
        assert!((mean - 0.5).abs() < 4.89 * (variance / urns as f64).sqrt(), "{mean}");
        // The fourth moment of a uniform law is 1/80.
        let spread = ((1.0 / 80.0 - variance * variance) / urns as f64).sqrt();
        assert!((found - variance).abs() < 4.89 * 1.05 * spread, "{found} and not {variance}");
    }
}
