//! Weights in the order of keys that change: what is the lowest key up to which so much weight lies?
//!
//! A treap (R. Seidel and C. Aragon, "Randomized search trees", Algorithmica 16, 1996) in one array. The priority of an entry is a hash of
//! its number, so that the tree follows from its entries alone. Changing an entry and finding a key cost O(log n).

use serde::{Deserialize, Serialize};

use super::random::mix;

/// No entry.
const NONE: u32 = u32::MAX;

/// So many entries, each with a key and a weight. Equal keys go by the number of their entry.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Ranked {
    entries: Vec<Entry>,
    root: Option<u32>,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Entry {
    key: f64,
    weight: u64,
    /// Its weight and that of all below it.
    sum: u64,
    /// Those before it and those after it.
    sides: [u32; 2],
}

impl Ranked {
    /// So many entries without weight, at the lowest key.
    pub fn new(count: usize) -> Ranked {
        let entry = Entry { key: f64::NEG_INFINITY, weight: 0, sum: 0, sides: [NONE; 2] };
        let mut ranked = Ranked { entries: vec![entry; count], root: None };
        for index in 0..count {
            ranked.insert(index as u32);
        }
        ranked
    }

    /// The key of an entry. Panics where there is none.
    pub fn key(&self, index: usize) -> f64 {
        self.entries[index].key
    }

    /// All weight. The caller keeps it below 2⁶⁴.
    pub fn total(&self) -> u64 {
        self.root.map_or(0, |root| self.entries[root as usize].sum)
    }

    /// Gives an entry another key and weight. Panics where there is none.
    pub fn set(&mut self, index: usize, key: f64, weight: u64) {
        let entry = &self.entries[index];
        if entry.key.total_cmp(&key).is_eq() && entry.weight == weight {
            return;
        }
        self.remove(index as u32);
        let entry = &mut self.entries[index];
        (entry.key, entry.weight, entry.sum, entry.sides) = (key, weight, weight, [NONE; 2]);
        self.insert(index as u32);
    }

    /// The lowest key such that the weights at it and below come to more than `target`; `None` where all together do not.
    pub fn lowest_above(&self, mut target: u64) -> Option<f64> {
        let mut at = self.root.filter(|root| self.entries[*root as usize].sum > target)?;
        loop {
            let entry = &self.entries[at as usize];
            let before = self.sum(entry.sides[0]);
            if before > target {
                at = entry.sides[0];
            } else if before + entry.weight > target {
                return Some(entry.key);
            } else {
                target -= before + entry.weight;
                at = entry.sides[1];
            }
        }
    }

    fn sum(&self, at: u32) -> u64 {
        if at == NONE { 0 } else { self.entries[at as usize].sum }
    }

    /// Whether one entry comes before another.
    fn is_before(&self, one: u32, other: u32) -> bool {
        let [one_key, other_key] = [one, other].map(|at| self.entries[at as usize].key);
        one_key.total_cmp(&other_key).then(one.cmp(&other)).is_lt()
    }

    fn priority(at: u32) -> u64 {
        mix(u64::from(at))
    }

    fn add_up(&mut self, at: u32) {
        let Entry { weight, sides: [before, after], .. } = self.entries[at as usize];
        self.entries[at as usize].sum = self.sum(before) + weight + self.sum(after);
    }

    fn insert(&mut self, index: u32) {
        let root = self.insert_below(self.root.unwrap_or(NONE), index);
        self.root = Some(root);
    }

    /// The tree at `at` with one entry more.
    fn insert_below(&mut self, at: u32, index: u32) -> u32 {
        if at == NONE {
            self.add_up(index);
            return index;
        }
        if Ranked::priority(index) > Ranked::priority(at) {
            self.entries[index as usize].sides = self.split(at, index);
            self.add_up(index);
            return index;
        }
        let side = usize::from(self.is_before(at, index));
        self.entries[at as usize].sides[side] = self.insert_below(self.entries[at as usize].sides[side], index);
        self.add_up(at);
        at
    }

    /// The tree at `at` in two: what comes before an entry, and what comes after it.
    fn split(&mut self, at: u32, index: u32) -> [u32; 2] {
        if at == NONE {
            return [NONE; 2];
        }
        let side = usize::from(self.is_before(at, index));
        let mut halves = self.split(self.entries[at as usize].sides[side], index);
        self.entries[at as usize].sides[side] = halves[1 - side];
        self.add_up(at);
        halves[1 - side] = at;
        halves
    }

    fn remove(&mut self, index: u32) {
        let root = self.remove_below(self.root.unwrap_or(NONE), index);
        self.root = (root != NONE).then_some(root);
    }

    /// The tree at `at` without an entry that is in it.
    fn remove_below(&mut self, at: u32, index: u32) -> u32 {
        if at == index {
            let [before, after] = self.entries[at as usize].sides;
            return self.join(before, after);
        }
        let side = usize::from(self.is_before(at, index));
        self.entries[at as usize].sides[side] = self.remove_below(self.entries[at as usize].sides[side], index);
        self.add_up(at);
        at
    }

    /// Two trees as one, all of the one before all of the other.
    fn join(&mut self, before: u32, after: u32) -> u32 {
        if before == NONE || after == NONE {
            return if before == NONE { after } else { before };
        }
        let (top, side) = match Ranked::priority(before) > Ranked::priority(after) {
            true => (before, 1),
            false => (after, 0),
        };
        let below = self.entries[top as usize].sides[side];
        self.entries[top as usize].sides[side] =
            if side == 1 { self.join(below, after) } else { self.join(before, below) };
        self.add_up(top);
        top
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::random::{Key, KeyedRng, RandomSource};

    /// Whatever is changed, the key is that of the sorted list.
    #[test]
    fn keys_are_those_of_a_sorted_list() {
        let (mut draw, mut ranked, mut list) =
            (KeyedRng::new(Key(3)), Ranked::new(40), vec![(f64::NEG_INFINITY, 0); 40]);
        let keys = [f64::NEG_INFINITY, -1.5, 0.0, 0.25, 0.5, 1.0, f64::INFINITY];
        for step in 0..20_000 {
            let (index, weight) = (draw.below(40) as usize, draw.below(5));
            let key = if draw.chance(0.5) { keys[draw.below(7) as usize] } else { draw.unit() };
            ranked.set(index, key, weight);
            list[index] = (key, weight);
            let mut sorted = list.clone();
            sorted.sort_by(|one, other| one.0.total_cmp(&other.0));
            let total: u64 = sorted.iter().map(|entry| entry.1).sum();
            assert_eq!(ranked.total(), total, "{step}");
            let target = draw.below(total + 3);
            let mut sum = 0;
            let expected = sorted.iter().find(|(_, weight)| {
                sum += weight;
                sum > target
            });
            assert_eq!(ranked.lowest_above(target), expected.map(|entry| entry.0), "{step}");
        }
    }

    /// The tree follows from its entries, not from the order of changes, and is not deep.
    #[test]
    fn the_tree_is_flat_and_its_own() {
        let (mut one, mut other) = (Ranked::new(10_000), Ranked::new(10_000));
        for index in 0..10_000 {
            one.set(index, index as f64, 1);
            other.set(9_999 - index, (9_999 - index) as f64, 1);
        }
        assert_eq!(format!("{one:?}"), format!("{other:?}"));
        fn depth(ranked: &Ranked, at: u32) -> usize {
            let below = |side: usize| depth(ranked, ranked.entries[at as usize].sides[side]);
            if at == NONE { 0 } else { 1 + below(0).max(below(1)) }
        }
        let deep = depth(&one, one.root.unwrap());
        assert!(deep < 50, "{deep}");
        assert_eq!(one.lowest_above(4_999), Some(4_999.0));
    }
}
