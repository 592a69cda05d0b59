//! What every selection rule must do, and how often each node is chosen.

use super::*;
use crate::engine::random::{RandomSource, Seed, key};
use crate::engine::weights::WeightTree;
use crate::policy::candidates::tests::Present;

const COUNT: u64 = 100_000;

mod absence;

/// A market of nodes: each one's stake and operator. All are listed, unless a test says otherwise. They weigh in opinions what they
/// have staked, likewise.
struct Nodes {
    listed: Present,
    stakes: WeightTree,
    opinions: WeightTree,
    operators: Vec<u32>,
    loads: Vec<f64>,
}

impl Nodes {
    fn new(nodes: &[(u64, u32)]) -> Nodes {
        let stakes = WeightTree::try_from(nodes.iter().map(|node| node.0).collect::<Vec<u64>>()).unwrap();
        let listed = Present::of(nodes.len() as u32, |_| true);
        let operators = nodes.iter().map(|node| node.1).collect();
        Nodes { listed, opinions: stakes.clone(), stakes, operators, loads: Vec::new() }
    }

    fn weights<'a>(&self, all: &'a WeightTree) -> Weights<'a> {
        let parties = self.listed.view();
        let absent = parties.roster.iter().filter(|party| !parties.has(**party));
        Weights { all, absent: absent.map(|party| all.get(party.0 as usize)).sum() }
    }

    fn select(&self, rule: &str, checked: &[PartyId], wanted: usize, index: u64) -> Vec<PartyId> {
        let operators = |node: PartyId| OperatorId(self.operators[node.0 as usize]);
        let view = SelectionView {
            parties: self.listed.view(),
            stakes: self.weights(&self.stakes),
            opinions: self.weights(&self.opinions),
            operators: &operators,
            load: &|node| self.loads.get(node.0 as usize).copied().unwrap_or(0.0),
            ask: &|node| self.loads.get(node.0 as usize).copied().unwrap_or(0.0),
            checked,
            wanted,
        };
        // A rule, or a rule with its table.
        let (name, rest) = rule.split_once(' ').unwrap_or((rule, ""));
        let text = format!("rule = \"{name}\"\n{rest}");
        let chosen = toml::from_str::<SelectionTable>(&text).unwrap().chosen().unwrap();
        let (mut draw, mut nodes) = (KeyedRng::new(key(Seed::from(1), 1, 0, index, 0)), Vec::new());
        chosen.select(&view, &mut draw, &mut nodes);
        nodes
    }

    /// How often each node comes at each place must be as probable as drawing one after the other makes it, where a node is
    /// drawn by `weight` while those before it allow it.
    #[track_caller]
    fn judge(&self, rule: &str, checked: &[u32], wanted: usize, weight: &dyn Fn(&[u32], u32) -> f64) {
        let count = self.operators.len() as u32;
        let mut expected = vec![vec![0.0; count as usize]; wanted];
        follow(&mut Vec::new(), 1.0, count, wanted, weight, &mut expected);
        let mut seen = vec![vec![0u32; count as usize]; wanted];
        let checked: Vec<PartyId> = checked.iter().copied().map(PartyId).collect();
        for index in 0..COUNT {
            let nodes = self.select(rule, &checked, wanted, index);
            nodes.iter().enumerate().for_each(|(place, node)| seen[place][node.0 as usize] += 1);
        }
        for (place, (seen, expected)) in seen.iter().zip(&expected).enumerate() {
            for (node, (&seen, &share)) in seen.iter().zip(expected).enumerate() {
                let (mean, variance) = (COUNT as f64 * share, COUNT as f64 * share * (1.0 - share));
                let z = if variance > 1e-6 {
                    (f64::from(seen) - mean) / variance.sqrt()
                } else {
                    1e9 * (f64::from(seen) - mean)
                };
                assert!(z.abs() < 4.89, "{rule}: node {node} at place {place} {seen} times and not {mean}: z {z}");
            }
        }
    }
}

/// Adds to `expected` the probability of each node at each place, over all orders in which they can be drawn.
fn follow(
    before: &mut Vec<u32>,
    share: f64,
    count: u32,
    wanted: usize,
    weight: &dyn Fn(&[u32], u32) -> f64,
    expected: &mut [Vec<f64>],
) {
    let total: f64 = (0..count).map(|node| weight(before, node)).sum();
    if before.len() == wanted || total == 0.0 {
        return;
    }
    for node in 0..count {
        let share = share * weight(before, node) / total;
        if share > 0.0 {
            expected[before.len()][node as usize] += share;
            before.push(node);
            follow(before, share, count, wanted, weight, expected);
            before.pop();
        }
    }
}

/// Any rule, any number wanted: different nodes, the checked ones never, as many as are wanted or as there are.
#[test]
fn the_chosen_are_different_and_as_many_as_there_are() {
    let mut draw = KeyedRng::new(key(Seed::from(1), 2, 0, 0, 0));
    for case in 0..600 {
        let count = 1 + draw.below(40) as usize;
        let nodes: Vec<(u64, u32)> = (0..count)
            .map(|_| (draw.below(3) * (draw.bits() >> (10 + draw.below(50))), draw.below(12) as u32))
            .collect();
        let nodes = Nodes::new(&nodes);
        let computing = 1 + draw.below(count.min(3) as u64) as usize;
        let first = draw.below(count as u64) as usize;
        let checked: Vec<PartyId> = (0..computing).map(|place| PartyId(((first + place) % count) as u32)).collect();
        for rule in SelectionTable::rules() {
            for wanted in [0, 1, 3, count - 1, count, MOST] {
                let mut chosen = nodes.select(rule.name, &checked, wanted, case);
                assert!(!chosen.iter().any(|node| checked.contains(node)), "{}", rule.name);
                chosen.sort();
                chosen.dedup();
                let mut operators: Vec<u32> = nodes.operators.clone();
                operators.retain(|operator| checked.iter().all(|node| *operator != nodes.operators[node.0 as usize]));
                operators.sort_unstable();
                operators.dedup();
                let most = match rule.name {
                    "distinct-operators" => operators.len(),
                    "pull" => 0,
                    _ => count - computing,
                };
                assert_eq!(chosen.len(), wanted.min(most), "{} of {count}", rule.name);
            }
        }
    }
}

/// Whatever the parameters, they are refused, or those who are chosen are different, listed, and no more than are wanted.
#[test]
fn random_parameters_are_refused_or_run() {
    crate::policy::trial::endure(SelectionTable::rules(), |name, table: SelectionTable, draw| {
        let rule = table.chosen().unwrap();
        rule.check()?;
        let count = 1 + draw.below(50);
        let nodes: Vec<(u64, u32)> = (0..count)
            .map(|_| (draw.below(3) * (draw.bits() >> (10 + draw.below(50))), draw.below(12) as u32))
            .collect();
        let mut nodes = Nodes::new(&nodes);
        let away = draw.bits();
        nodes.listed = Present::of(count as u32, |party| party == 0 || away >> party & 1 == 0);
        let checked = [PartyId(draw.below(count) as u32)];
        let wanted = draw.below(60) as usize;
        let operators = |node: PartyId| OperatorId(nodes.operators[node.0 as usize]);
        let view = SelectionView {
            parties: nodes.listed.view(),
            stakes: nodes.weights(&nodes.stakes),
            opinions: nodes.weights(&nodes.opinions),
            operators: &operators,
            load: &|_| 0.0,
            ask: &|_| 1.0,
            checked: &checked,
            wanted,
        };
        let mut chosen = Vec::new();
        rule.select(&view, draw, &mut chosen);
        let how = rule.manner().draw;
        let parties = nodes.listed.view();
        let most = if how == Draw::Bernoulli { parties.present.len() } else { wanted };
        assert!(chosen.len() <= most && chosen.iter().all(|node| parties.has(*node)), "{name}");
        assert!(!chosen.contains(&checked[0]), "{name}");
        chosen.sort();
        let repeats = how == Draw::WithReplacement;
        assert!(repeats || chosen.windows(2).all(|pair| pair[0] != pair[1]), "{name}");
        Ok(())
    });
}

#[test]
fn stakes_decide_who_is_chosen() {
    let nodes = [(10, 0), (20, 0), (50, 1), (30, 1), (40, 2), (0, 2)];
    let weight = |before: &[u32], node: u32| {
        if node == 2 || before.contains(&node) { 0.0 } else { nodes[node as usize].0 as f64 }
    };
    Nodes::new(&nodes).judge("stake-weighted", &[2], 3, &weight);
}

/// Opinions decide by the same law, whatever the stakes.
#[test]
fn opinions_decide_who_is_chosen() {
    let weights = [10, 20, 50, 30, 40, 0];
    let mut nodes = Nodes::new(&[(1, 0), (0, 0), (0, 1), (9, 1), (0, 2), (70, 2)]);
    nodes.opinions = WeightTree::try_from(weights.to_vec()).unwrap();
    let weight = |before: &[u32], node: u32| {
        if node == 2 || before.contains(&node) { 0.0 } else { weights[node as usize] as f64 }
    };
    nodes.judge("opinion-weighted", &[2], 3, &weight);
}

/// One node holds nearly all of the stake, so that the second and third are mostly found by the pass; the last has no stake
/// and comes when nobody else is left.
#[test]
fn a_whale_changes_the_way_and_not_the_law() {
    let nodes = [(1, 0), (2, 0), (1_000_000_000, 1), (3, 1), (4, 2), (0, 2)];
    let weight = |before: &[u32], node: u32| match node {
        _ if before.contains(&node) => 0.0,
        5 if before.len() < 5 => 0.0,
        5 => 1.0,
        _ => nodes[node as usize].0 as f64,
    };
    Nodes::new(&nodes).judge("stake-weighted", &[99], 3, &weight);
    Nodes::new(&nodes).judge("stake-weighted", &[99], 6, &weight);
    let checked = |before: &[u32], node: u32| if node == 2 { 0.0 } else { weight(before, node) };
    Nodes::new(&nodes).judge("stake-weighted", &[2], 2, &checked);
}

#[test]
fn without_stakes_all_are_alike() {
    let nodes = [(0, 0); 5];
    let weight = |before: &[u32], node: u32| f64::from(u8::from(node != 1 && !before.contains(&node)));
    Nodes::new(&nodes).judge("stake-weighted", &[1], 2, &weight);
    Nodes::new(&nodes).judge("random", &[1], 1, &weight);
    let two = |before: &[u32], node: u32| f64::from(u8::from(![1, 3].contains(&node) && !before.contains(&node)));
    for (rule, wanted) in [("random", 1), ("stake-weighted", 2), ("opinion-weighted", 2)] {
        Nodes::new(&nodes).judge(rule, &[1, 3], wanted, &two);
    }
}

/// A node that may still be chosen has the same probability as any other, though operators differ in size.
#[test]
fn operators_are_chosen_once() {
    let operators = [0, 0, 0, 1, 1, 2, 3];
    let nodes = operators.map(|operator| (1, operator));
    let weight = |before: &[u32], node: u32| {
        let operator = operators[node as usize];
        let taken = operator == 2 || before.iter().any(|&other| operators[other as usize] == operator);
        f64::from(u8::from(!taken))
    };
    Nodes::new(&nodes).judge("distinct-operators", &[5], 2, &weight);
    Nodes::new(&nodes).judge("distinct-operators", &[5], 3, &weight);
}

/// The operator that is checked runs 4 000 of 4 006 nodes, so that nearly all are found by the pass: any of the six others
/// at the first place, any of another operator's at the second.
#[test]
fn a_large_operator_changes_the_way_and_not_the_law() {
    let small = [1, 1, 1, 2, 2, 3];
    let nodes: Vec<(u64, u32)> = small.iter().copied().chain(std::iter::repeat_n(0, 4_000)).map(|o| (1, o)).collect();
    let nodes = Nodes::new(&nodes);
    let (runs, mut first_seen, mut second_seen) = (5_000, [0u32; 4], [0u32; 4]);
    for index in 0..runs {
        let chosen = nodes.select("distinct-operators", &[PartyId(4_005)], 2, index);
        let operators: Vec<u32> = chosen.iter().map(|node| nodes.operators[node.0 as usize]).collect();
        first_seen[operators[0] as usize] += 1;
        second_seen[operators[1] as usize] += 1;
    }
    // The first by 3, 2 and 1 of 6; the second of operator 1, say, 2/6 · 3/4 + 1/6 · 3/5.
    let first = [0.0, 3.0 / 6.0, 2.0 / 6.0, 1.0 / 6.0];
    let second = [
        0.0,
        first[2] * 3.0 / 4.0 + first[3] * 3.0 / 5.0,
        first[1] * 2.0 / 3.0 + first[3] * 2.0 / 5.0,
        first[1] / 3.0 + first[2] / 4.0,
    ];
    for (seen, expected) in first_seen.iter().zip(first).chain(second_seen.iter().zip(second)) {
        let (mean, variance) = (runs as f64 * expected, runs as f64 * expected * (1.0 - expected));
        let z = if variance > 0.0 { (f64::from(*seen) - mean) / variance.sqrt() } else { f64::from(*seen) };
        assert!(z.abs() < 4.89, "{seen} and not {mean}: z {z}");
    }
}

#[test]
fn the_shortlist_keeps_the_smallest_in_order() {
    let mut list = Shortlist::new(3);
    for (node, key) in [5.0, 2.0, 9.0, 1.0, 7.0, 3.0].into_iter().enumerate() {
        list.offer(key, PartyId(node as u32));
    }
    assert_eq!(list.kept(), [(1.0, PartyId(3)), (2.0, PartyId(1)), (3.0, PartyId(5))]);
    list.remove(1);
    assert_eq!(list.kept(), [(1.0, PartyId(3)), (3.0, PartyId(5))]);
    list.offer(0.5, PartyId(9));
    list.offer(4.0, PartyId(8));
    assert_eq!(list.kept(), [(0.5, PartyId(9)), (1.0, PartyId(3)), (3.0, PartyId(5))]);
    Shortlist::new(0).offer(1.0, PartyId(1));
}

/// Each seat by itself: how often each node has so many of three is binomial in its share, and one that is checked has none.
#[test]
fn seats_go_by_weight_whoever_holds_the_others() {
    let nodes = Nodes::new(&[(5, 0), (3, 1), (2, 2), (7, 3), (0, 4)]);
    let rule = "stake-weighted stake-weighted = { draw = \"with-replacement\" }";
    let mut seen = [[0u32; 4]; 5];
    for index in 0..COUNT {
        let chosen = nodes.select(rule, &[PartyId(3)], 3, index);
        assert_eq!(chosen.len(), 3);
        for (node, seen) in seen.iter_mut().enumerate() {
            seen[chosen.iter().filter(|&&other| other == PartyId(node as u32)).count()] += 1;
        }
    }
    for (node, share) in [0.5, 0.3, 0.2, 0.0, 0.0].into_iter().enumerate() {
        let chances = [1, 3, 3, 1].into_iter().enumerate().map(|(held, ways): (usize, u32)| {
            let power = |of: f64, times: usize| (0..times).map(|_| of).product::<f64>();
            f64::from(ways) * power(share, held) * power(1.0 - share, 3 - held)
        });
        for (held, chance) in chances.enumerate() {
            near(seen[node][held], chance, &format!("node {node} with {held} seats"));
        }
    }
    // One that has nearly all of the weight is checked: the rest share the seats all the same.
    let nodes = Nodes::new(&[(1 << 60, 0), (3, 1), (1, 2)]);
    let second = (0..COUNT / 10).map(|index| nodes.select(rule, &[PartyId(0)], 2, index));
    let held: u64 = second.map(|chosen| chosen.iter().filter(|&&node| node == PartyId(1)).count() as u64).sum();
    let (mean, deviation) = (0.75 * COUNT as f64 / 5.0, (COUNT as f64 / 5.0 * 0.75 * 0.25).sqrt());
    assert!(((held as f64 - mean) / deviation).abs() < 4.89, "{held} and not {mean}");
}

/// Each node by itself: every set of nodes comes as often as the product says, the often drawn and the seldom drawn alike.
#[test]
fn nodes_look_by_themselves() {
    let weights = [8, 4, 3, 2, 1, 6];
    let nodes = Nodes::new(&weights.map(|weight| (weight, 0)));
    let rule = "stake-weighted stake-weighted = { draw = \"bernoulli\" }";
    // The last is checked: of the others, 18 in all, two are expected.
    let looks = |node: usize| if node == 5 { 0.0 } else { 2.0 * weights[node] as f64 / 18.0 };
    let mut seen = [0u32; 64];
    for index in 0..COUNT {
        let chosen = nodes.select(rule, &[PartyId(5)], 2, index);
        seen[chosen.iter().fold(0, |set, node| set | 1 << node.0)] += 1;
    }
    for (set, &seen) in seen.iter().enumerate() {
        let each = (0..6).map(|node| if set >> node & 1 == 1 { looks(node) } else { 1.0 - looks(node) });
        near(seen, each.product(), &format!("the set {set:06b}"));
    }
}

/// Two of four are drawn and the less loaded looks: the least loaded of all with probability 1/2, the next with 1/3, then 1/6 and 0. With
/// one choice all alike; with four always the least loaded, and for a second seat the next.
#[test]
fn the_least_loaded_of_a_few_looks() {
    let mut nodes = Nodes::new(&[(0, 0); 4]);
    nodes.loads = vec![2.5, 0.5, 7.0, 1.0];
    for (d, chances) in [(1, [0.25; 4]), (2, [1.0 / 6.0, 0.5, 0.0, 1.0 / 3.0]), (4, [0.0, 1.0, 0.0, 0.0])] {
        let mut seen = [0u32; 4];
        let rule = format!("power-of-d power-of-d = {{ d = {d} }}");
        (0..COUNT).for_each(|index| seen[nodes.select(&rule, &[], 1, index)[0].0 as usize] += 1);
        seen.iter().zip(chances).for_each(|(&seen, chance)| near(seen, chance, &format!("of {d}")));
    }
    assert_eq!(nodes.select("power-of-d power-of-d = { d = 9 }", &[PartyId(1)], 2, 0), [PartyId(3), PartyId(0)]);
}

/// Three of four say what they ask: the cheapest of all looks with probability 3/4, the next with 1/4. Of two that ask the same each looks as often.
#[test]
fn the_cheapest_of_a_few_looks() {
    let mut nodes = Nodes::new(&[(0, 0); 4]);
    for (asks, chances) in
        [([3.0, 1.0, 4.0, 2.0], [0.0, 0.75, 0.0, 0.25]), ([2.0, 1.0, 1.0, 2.0], [0.0, 0.5, 0.5, 0.0])]
    {
        nodes.loads = asks.into();
        let mut seen = [0u32; 4];
        let rule = "cheapest cheapest = { d = 3 }";
        (0..COUNT).for_each(|index| seen[nodes.select(rule, &[], 1, index)[0].0 as usize] += 1);
        seen.iter().zip(chances).for_each(|(&seen, chance)| near(seen, chance, "of three"));
    }
    assert_eq!(nodes.select("cheapest cheapest = { d = 9 }", &[PartyId(1)], 2, 0)[0], PartyId(2));
}

/// So many of [`COUNT`] are as many as the probability says.
#[track_caller]
fn near(seen: u32, chance: f64, what: &str) {
    let (mean, variance) = (COUNT as f64 * chance, COUNT as f64 * chance * (1.0 - chance));
    let z = if variance > 0.0 { (f64::from(seen) - mean) / variance.sqrt() } else { f64::from(seen) - mean };
    assert!(z.abs() < 4.89, "{what}: {seen} and not {mean}: z {z}");
}
