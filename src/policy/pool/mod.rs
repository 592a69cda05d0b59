//! Whom routing asks for an offer (model §6): a few nodes out of all that are listed for the model.

use crate::domain::ids::PartyId;
use crate::engine::mistake::Mistake;
use crate::engine::random::{KeyedRng, RandomSource};
use crate::engine::weights::WeightTree;

pub mod all;
pub mod opinion;
pub mod random;
pub mod round_robin;
pub mod session_hash;
pub mod stake;
pub mod sticky;

/// The most nodes a sampling pool may ask.
pub const MOST: usize = 64;

/// The most nodes that `all` may ask; it is O(n) per job, and `check` says so.
pub const MOST_OF_ALL: usize = 1024;

/// What a pool rule sees.
pub struct PoolView<'a> {
    /// The nodes listed for the model, in no meaningful order. Never empty.
    pub listed: &'a [PartyId],
    /// Their stakes by node id, with zero for a node that is not listed; empty unless a rule asks for it.
    pub stakes: &'a WeightTree,
    /// What is thought of them, likewise.
    pub opinions: &'a WeightTree,
    /// Where the client's last job ran, if that node is still listed.
    pub previous: PartyId,
    /// A number that is the same for all jobs of one client.
    pub session: u64,
}

/// A pool rule.
pub trait Rule {
    /// What it remembers.
    type Memory: Clone;

    /// What it remembers at first.
    fn memory(&self) -> Self::Memory;

    /// Puts the nodes to ask into `pool`, which comes empty. A node may be named twice only where the rule says so.
    fn draw(&self, memory: &mut Self::Memory, view: &PoolView<'_>, draw: &mut KeyedRng, pool: &mut Vec<PartyId>);

    /// How many nodes it asks at most; `None` where it asks all that are listed.
    fn sampled(&self) -> Option<u8>;
}

crate::policy::policies! {
    kind "pool": PoolTable, Pool, PoolName, PoolMemory;
    rules {
        random: Random,
        stake: Stake,
        opinion: Opinion,
        sticky: Sticky,
        session_hash: SessionHash,
        round_robin: RoundRobin,
        all: All,
    }
    methods {
        /// Puts the nodes to ask into `pool`, which comes empty.
        fn draw(&mut memory, view: &PoolView<'_>, draw: &mut KeyedRng, pool: &mut Vec<PartyId>) -> ();
        /// How many nodes the rule asks at most; `None` where it asks all that are listed.
        fn sampled() -> Option<u8>;
    }
}

/// What is wrong with the number of nodes that a rule asks, if anything is.
fn check_size(d: u8) -> Result<(), Mistake> {
    if (1..=MOST).contains(&usize::from(d)) {
        return Ok(());
    }
    Err(Mistake::new("d", format!("a pool of {d} nodes"), format!("write 1 to {MOST}")))
}

/// Draws so many of the listed in proportion to these weights, with replacement; any of them while nobody weighs anything.
fn by_weight(weights: &WeightTree, count: u8, listed: &[PartyId], draw: &mut KeyedRng, pool: &mut Vec<PartyId>) {
    for _ in 0..count {
        let node = match weights.total() {
            0 => listed[draw.below(listed.len() as u64) as usize],
            total => PartyId(weights.find(draw.below(total)) as u32),
        };
        pool.push(node);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::random::{Seed, key};

    /// Every rule names listed nodes only, at least one, and no more than it may.
    #[test]
    fn pools_stay_within_the_listed() {
        let listed: Vec<PartyId> = [3, 1, 4, 15, 9, 2, 6].map(PartyId).to_vec();
        let mut stakes = WeightTree::new(16);
        listed.iter().for_each(|node| stakes.set(node.0 as usize, 1 + node.0 as u64));
        for rule in PoolTable::rules() {
            let text = format!("rule = \"{0}\"\n{0} = {1}\n", rule.name, rule.example);
            let chosen = toml::from_str::<PoolTable>(&text).unwrap().chosen().unwrap();
            let mut memory = chosen.memory();
            let mut pool = Vec::new();
            for index in 0..10_000 {
                let mut draw = KeyedRng::new(key(Seed::from(1), 16, 0, index, 0));
                let few = &listed[..1 + draw.below(listed.len() as u64) as usize];
                let mut stakes = stakes.clone();
                listed[few.len()..].iter().for_each(|node| stakes.set(node.0 as usize, 0));
                let previous = if draw.chance(0.5) { few[0] } else { PartyId::NONE };
                let view = PoolView { listed: few, stakes: &stakes, opinions: &stakes, previous, session: index / 7 };
                pool.clear();
                chosen.draw(&mut memory, &view, &mut draw, &mut pool);
                assert!(!pool.is_empty() && pool.len() <= MOST_OF_ALL, "{}", rule.name);
                assert!(pool.iter().all(|node| few.contains(node)), "{}", rule.name);
            }
        }
    }

    /// Whatever the parameters, they are refused, or the pool holds listed nodes alone, at least one and no more than is said.
    #[test]
    fn random_parameters_are_refused_or_run() {
        crate::policy::trial::endure(PoolTable::rules(), |name, table: PoolTable, draw| {
            let rule = table.chosen().unwrap();
            rule.check()?;
            let listed: Vec<PartyId> = (0..1 + draw.below(100) as u32).rev().map(PartyId).collect();
            let weights = |draw: &mut KeyedRng| {
                let weights = listed.iter().map(|_| draw.below(3) * (draw.bits() >> (20 + draw.below(44))));
                WeightTree::try_from(weights.collect::<Vec<u64>>()).unwrap()
            };
            let (stakes, opinions) = (weights(draw), weights(draw));
            let (mut memory, mut pool) = (rule.memory(), Vec::new());
            for session in 0..10 {
                let previous = if draw.chance(0.5) { listed[0] } else { PartyId::NONE };
                let view = PoolView { listed: &listed, stakes: &stakes, opinions: &opinions, previous, session };
                pool.clear();
                rule.draw(&mut memory, &view, draw, &mut pool);
                let most = rule.sampled().map_or(listed.len(), usize::from);
                assert!((1..=most).contains(&pool.len()), "{} by {name} {rule:?}", pool.len());
                assert!(pool.iter().all(|node| listed.contains(node)), "{name} {rule:?}");
            }
            Ok(())
        });
    }

    /// Weights of 1, 2, 3 and 0 out of 6, by the opinions; by the stakes it is another node alone.
    #[test]
    fn weights_decide_who_is_asked() {
        const COUNT: u64 = 100_000;
        let listed = [0, 1, 2, 3].map(PartyId);
        let [opinions, stakes, nothing] = [[1, 2, 3, 0], [0, 0, 0, 9], [0; 4]]
            .map(|weights: [u64; 4]| WeightTree::try_from(weights.to_vec()).unwrap());
        let seen = |rule: &str, opinions: &WeightTree| {
            let chosen = toml::from_str::<PoolTable>(&format!("rule = \"{rule}\"")).unwrap().chosen().unwrap();
            let (mut memory, mut pool, mut seen) = (chosen.memory(), Vec::new(), [0u64; 4]);
            for index in 0..COUNT {
                let view = PoolView { listed: &listed, stakes: &stakes, opinions, previous: PartyId::NONE, session: 0 };
                let mut draw = KeyedRng::new(key(Seed::from(1), 16, 0, index, 0));
                chosen.draw(&mut memory, &view, &mut draw, &mut pool);
                pool.drain(..).for_each(|node| seen[node.0 as usize] += 1);
            }
            seen
        };
        let draws = 4 * COUNT;
        assert_eq!(seen("stake", &opinions), [0, 0, 0, draws]);
        let close = |seen: [u64; 4], shares: [f64; 4]| {
            for (seen, share) in seen.into_iter().zip(shares) {
                let (mean, variance) = (draws as f64 * share, draws as f64 * share * (1.0 - share));
                let off = (seen as f64 - mean).abs();
                assert!(off <= 4.89 * variance.sqrt(), "{seen} and not {mean}");
            }
        };
        close(seen("opinion", &opinions), [1.0 / 6.0, 2.0 / 6.0, 3.0 / 6.0, 0.0]);
        close(seen("opinion", &nothing), [0.25; 4]);
    }
}
