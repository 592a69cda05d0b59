//! Whom routing asks for an offer (model §6): a few nodes out of all that are listed for the model.

use super::candidates::{Candidates, Weights};
use crate::domain::ids::PartyId;
use crate::engine::mistake::Mistake;
use crate::engine::random::{KeyedRng, RandomSource};

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
    /// The nodes that serve the model. At least one is listed.
    pub nodes: Candidates<'a>,
    /// Their stakes; empty unless a rule asks for it.
    pub stakes: Weights<'a>,
    /// Opinions of the parties; empty unless a rule asks for it.
    pub opinions: Weights<'a>,
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
fn by_weight(weights: Weights<'_>, count: u8, nodes: &Candidates<'_>, draw: &mut KeyedRng, pool: &mut Vec<PartyId>) {
    for _ in 0..count {
        let node = match weights.all.total() {
            0 => nodes.any(draw),
            total => PartyId(weights.all.find(draw.below(total)) as u32),
        };
        pool.push(node);
    }
    nodes.replace_weighted(weights.all, draw, &|_, _| true, pool);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::random::{Seed, key};
    use crate::engine::weights::WeightTree;
    use crate::maths::gamma_cdf;
    use crate::policy::candidates::tests::Present;

    fn weights(all: &WeightTree, absent: u64) -> Weights<'_> {
        Weights { all, absent }
    }

    /// Every rule names listed nodes only, at least one, and no more than it may.
    #[test]
    fn pools_stay_within_the_listed() {
        let roster: Vec<PartyId> = [1, 2, 3, 4, 6, 9, 15].map(PartyId).to_vec();
        let mut stakes = WeightTree::new(16);
        roster.iter().for_each(|node| stakes.set(node.0 as usize, 1 + node.0 as u64));
        for rule in PoolTable::rules() {
            let text = format!("rule = \"{0}\"\n{0} = {1}\n", rule.name, rule.example);
            let chosen = toml::from_str::<PoolTable>(&text).unwrap().chosen().unwrap();
            let mut memory = chosen.memory();
            let mut pool = Vec::new();
            for index in 0..10_000 {
                let mut draw = KeyedRng::new(key(Seed::from(1), 16, 0, index, 0));
                let few = &roster[draw.below(roster.len() as u64) as usize..];
                let present = Present::among(roster.clone(), |node| few.contains(&PartyId(node)));
                let absent = roster[..roster.len() - few.len()].iter().map(|node| 1 + u64::from(node.0)).sum();
                let previous = if draw.chance(0.5) { few[0] } else { PartyId::NONE };
                let (stakes, nodes) = (weights(&stakes, absent), present.view());
                let view = PoolView { nodes, stakes, opinions: stakes, previous, session: index / 7 };
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
            let (count, away) = (1 + draw.below(64) as u32, draw.bits());
            let listed = Present::of(count, |node| node == 0 || away >> node & 1 == 0);
            let nodes = listed.view();
            let weights = |draw: &mut KeyedRng| {
                let weights = nodes.roster.iter().map(|_| draw.below(3) * (draw.bits() >> (20 + draw.below(44))));
                WeightTree::try_from(weights.collect::<Vec<u64>>()).unwrap()
            };
            let (stakes, opinions) = (weights(draw), weights(draw));
            let (mut memory, mut pool) = (rule.memory(), Vec::new());
            for session in 0..10 {
                let previous = if draw.chance(0.5) { PartyId(0) } else { PartyId::NONE };
                let (stakes, opinions) =
                    (super::Weights { all: &stakes, absent: 0 }, super::Weights { all: &opinions, absent: 0 });
                let view = PoolView { nodes, stakes, opinions, previous, session };
                pool.clear();
                rule.draw(&mut memory, &view, draw, &mut pool);
                let most = rule.sampled().map_or(nodes.present.len(), usize::from);
                assert!((1..=most).contains(&pool.len()), "{} by {name} {rule:?}", pool.len());
                assert!(pool.iter().all(|node| nodes.has(*node)), "{name} {rule:?}");
            }
            Ok(())
        });
    }

    /// Weights of 1, 2, 3 and 0 out of 6, by the opinions; by the stakes it is another node alone.
    #[test]
    fn weights_decide_who_is_asked() {
        const COUNT: u64 = 100_000;
        let listed = Present::of(4, |_| true);
        let [opinions, stakes, nothing] = [[1, 2, 3, 0], [0, 0, 0, 9], [0; 4]]
            .map(|weights: [u64; 4]| WeightTree::try_from(weights.to_vec()).unwrap());
        let seen = |rule: &str, opinions: &WeightTree| {
            let chosen = toml::from_str::<PoolTable>(&format!("rule = \"{rule}\"")).unwrap().chosen().unwrap();
            let (mut memory, mut pool, mut seen) = (chosen.memory(), Vec::new(), [0u64; 4]);
            for index in 0..COUNT {
                let (nodes, stakes, opinions) = (listed.view(), weights(&stakes, 0), weights(opinions, 0));
                let view = PoolView { nodes, stakes, opinions, previous: PartyId::NONE, session: 0 };
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

    /// What a rule asks where nodes 0 to 11 serve and these are absent, each weighing 1 + its number.
    fn asked(rule: &str, absent: &[u32], index: u64) -> Vec<PartyId> {
        let chosen = toml::from_str::<PoolTable>(rule).unwrap().chosen().unwrap();
        let all = WeightTree::try_from((1..=12).collect::<Vec<u64>>()).unwrap();
        let listed = Present::of(12, |node| !absent.contains(&node));
        let stakes = weights(&all, absent.iter().map(|node| 1 + u64::from(*node)).sum());
        let view = PoolView { nodes: listed.view(), stakes, opinions: stakes, previous: PartyId::NONE, session: index };
        let mut pool = Vec::new();
        let mut draw = KeyedRng::new(key(Seed::from(1), 16, 0, index, 0));
        chosen.draw(&mut chosen.memory(), &view, &mut draw, &mut pool);
        pool
    }

    /// Of twelve nodes five are there: each three of them are asked as often, by χ² over the ten sets.
    #[test]
    fn any_of_those_present_are_asked() {
        const COUNT: u64 = 100_000;
        let mut seen = std::collections::BTreeMap::new();
        for index in 0..COUNT {
            let mut pool = asked("rule = \"random\"\nrandom = { d = 3 }", &[0, 1, 3, 6, 7, 8, 11], index);
            pool.sort();
            *seen.entry(pool).or_insert(0u32) += 1;
        }
        let expected = COUNT as f64 / 10.0;
        let sum: f64 =
            seen.values().map(|&seen| (f64::from(seen) - expected) * (f64::from(seen) - expected)).sum::<f64>()
                / expected;
        assert!(seen.len() == 10 && gamma_cdf(4.5, sum / 2.0) < 1.0 - 5e-7, "χ² {sum}: {seen:?}");
    }

    /// Whichever node goes, those asked beside it are asked without it, at their places, and where it was not asked nothing changes.
    #[test]
    fn one_that_goes_moves_no_other() {
        let rules = ["random", "stake", "opinion", "sticky", "session-hash"].map(|rule| format!("rule = \"{rule}\""));
        let again = "rule = \"random\"\nrandom = { d = 3, replacement = true }".to_owned();
        for (rule, absent) in rules.iter().chain([&again]).flat_map(|rule| [(rule, vec![]), (rule, vec![3, 10])]) {
            let (gone, mut met) = ([absent.clone(), vec![7]].concat(), 0);
            for index in 0..2_000 {
                let (was, is) = (asked(rule, &absent, index), asked(rule, &gone, index));
                assert_eq!(was.len(), is.len(), "{rule}");
                let others = was.iter().filter(|node| node.0 != 7);
                assert!(
                    others.clone().all(|node| is.contains(node)) && !is.contains(&PartyId(7)),
                    "{rule}: {was:?} {is:?}"
                );
                let same = was.iter().zip(&is).filter(|(was, is)| was == is).count();
                met += usize::from(was.contains(&PartyId(7)));
                let alone = absent.is_empty() || !was.contains(&PartyId(7));
                assert!(!alone || same == others.count(), "{rule}: {was:?} {is:?}");
            }
            assert!(met > 100, "{rule}: {met}");
        }
    }

    /// Absent nodes are passed over in their turn, and the one behind them is not asked twice as often.
    #[test]
    fn turns_pass_over_those_that_are_absent() {
        let rule = toml::from_str::<PoolTable>("rule = \"round-robin\"").unwrap().chosen().unwrap();
        let (mut memory, none) = (rule.memory(), WeightTree::new(0));
        let listed = Present::of(6, |node| ![1, 2, 5].contains(&node));
        let mut seen = Vec::new();
        for _ in 0..6 {
            let (nodes, stakes, mut pool) = (listed.view(), weights(&none, 0), Vec::new());
            let view = PoolView { nodes, stakes, opinions: stakes, previous: PartyId::NONE, session: 0 };
            rule.draw(&mut memory, &view, &mut KeyedRng::new(key(Seed::from(1), 16, 0, 0, 0)), &mut pool);
            seen.extend(pool.iter().map(|node| node.0));
        }
        assert_eq!(seen, [0, 3, 4, 0, 3, 4]);
    }
}
