//! Draws among parties of which some are absent: the law is that of those present, and one that goes moves no draw of another.

use super::*;
use crate::maths::gamma_cdf;

/// Ways of drawing, each with a rule of its own, but for those that let each party look by itself.
const RULES: [&str; 6] = [
    "random",
    "stake-weighted",
    "opinion-weighted opinion-weighted = { draw = \"with-replacement\" }",
    "distinct-operators",
    "power-of-d power-of-d = { d = 3 }",
    "cheapest cheapest = { d = 2 }",
];

impl Nodes {
    fn without(mut self, absent: &[u32]) -> Nodes {
        self.listed = Present::of(self.operators.len() as u32, |party| !absent.contains(&party));
        self
    }

    /// How often each set of nodes is chosen is as `chance` says, by χ²; sets that cannot be chosen never are.
    #[track_caller]
    fn judge_sets(&self, rule: &str, checked: &[PartyId], wanted: usize, chance: &dyn Fn(u64) -> f64) {
        let mut seen = vec![0u32; 1 << self.operators.len()];
        for index in 0..COUNT {
            let chosen = self.select(rule, checked, wanted, index);
            seen[chosen.iter().fold(0, |set, node| set | 1 << node.0)] += 1;
        }
        let (mut sum, mut cells, mut all) = (0.0, 0, 0.0);
        for (set, &seen) in seen.iter().enumerate() {
            let expected = COUNT as f64 * chance(set as u64);
            assert!(expected > 0.0 || seen == 0, "{rule}: the set {set:b} was chosen");
            if expected > 0.0 {
                let off = f64::from(seen) - expected;
                (sum, cells) = (sum + off * off / expected, cells + 1);
                all += expected;
            }
        }
        assert!((all / COUNT as f64 - 1.0).abs() < 1e-9, "{rule}: chances of {all} in all");
        let p = gamma_cdf(f64::from(cells - 1) / 2.0, sum / 2.0);
        assert!(p < 1.0 - 5e-7, "{rule}: χ² of {sum} over {cells} sets");
    }
}

/// The probability that a set is drawn one after the other in proportion to weights, none twice.
fn one_after_the_other(set: u64, weights: &[u64], may: u64) -> f64 {
    let weight = |set: u64| (0..weights.len()).filter(|n| set >> n & 1 == 1).map(|n| weights[n] as f64).sum::<f64>();
    let last = (0..weights.len() as u32).filter(|n| set >> n & 1 == 1);
    if set == 0 {
        return 1.0;
    }
    let each = last.map(|n| {
        let before = set & !(1 << n);
        one_after_the_other(before, weights, may) * weights[n as usize] as f64 / weight(may & !before)
    });
    each.sum()
}

/// Three of nine are there beside the one that is checked, or six: any pair as often, or as often as stakes say; each looks by itself.
#[test]
fn those_present_are_drawn_as_if_nobody_else_were_there() {
    let weights = [7, 1, 5, 2, 9, 3, 4, 30, 6];
    for absent in [&[0, 1, 3, 5, 7][..], &[4, 7]] {
        let nodes = Nodes::new(&weights.map(|weight| (weight, 0))).without(absent);
        let (checked, may) = ([PartyId(8)], (0..8).filter(|n| !absent.contains(n)).fold(0, |set, n| set | 1 << n));
        let pairs = |set: u64| f64::from(u8::from(set.count_ones() == 2 && set & !may == 0));
        let left = may.count_ones();
        let even = |set: u64| pairs(set) * 2.0 / f64::from(left * (left - 1));
        nodes.judge_sets("random", &checked, 2, &even);
        nodes.judge_sets("power-of-d power-of-d = { d = 1 }", &checked, 2, &even);
        let staked = |set: u64| pairs(set) * one_after_the_other(set, &weights, may);
        nodes.judge_sets("stake-weighted", &checked, 2, &staked);
        nodes.judge_sets("opinion-weighted", &checked, 2, &staked);
        let all = (0..9).filter(|n| may >> n & 1 == 1).map(|n| weights[n]).sum::<u64>() as f64;
        let share = |n: usize| if may >> n & 1 == 1 { weights[n] as f64 / all } else { 0.0 };
        let seats = |set: u64| {
            let held: Vec<usize> = (0..9).filter(|n| set >> n & 1 == 1).collect();
            match held[..] {
                [one] => share(one) * share(one),
                [one, other] => 2.0 * share(one) * share(other),
                _ => 0.0,
            }
        };
        nodes.judge_sets("stake-weighted stake-weighted = { draw = \"with-replacement\" }", &checked, 2, &seats);
        let looks = |n: usize| (2.0 * share(n)).min(1.0);
        let apart =
            |set: u64| (0..9).map(|n| if set >> n & 1 == 1 { looks(n) } else { 1.0 - looks(n) }).product::<f64>();
        nodes.judge_sets("stake-weighted stake-weighted = { draw = \"bernoulli\" }", &checked, 2, &apart);
    }
    // Operator 0 has five nodes, of which one is there: it is one of four that are. Any of them is first, then any of another operator.
    let operators = [0, 0, 0, 0, 0, 1, 1, 2];
    let nodes = Nodes::new(&operators.map(|operator| (1, operator))).without(&[0, 1, 3, 4]);
    let chance = |set: u64| match set {
        0b0010_0100 | 0b0100_0100 => 0.25 / 3.0 + 0.25 / 2.0,
        0b1000_0100 => 0.25 / 3.0 + 0.25 / 3.0,
        0b1010_0000 | 0b1100_0000 => 0.25 / 2.0 + 0.25 / 3.0,
        _ => 0.0,
    };
    nodes.judge_sets("distinct-operators", &[], 2, &chance);
}

/// Whoever goes, what was chosen without it stays to the seat; what was chosen with it has one other in its place. So it is for each
/// rule, whether nobody was absent before or nearly everyone. The best of a few is sought for one seat: one that has a seat is drawn for no
/// other, and one that is gone may be.
#[test]
fn one_that_goes_moves_no_other() {
    let count = 40;
    let nodes: Vec<(u64, u32)> = (0..count).map(|n| (1 + u64::from(n * n % 17), n / 2)).collect();
    for absent in [vec![], vec![1, 2, 9], (8..count).collect()] {
        let before = Nodes::new(&nodes).without(&absent);
        let gone = [absent, vec![5]].concat();
        let after = Nodes::new(&nodes).without(&gone);
        for rule in RULES {
            let mut met = 0;
            for index in 0..2_000 {
                let wanted = if rule.contains("d = ") { 1 } else { 3 };
                let [was, is] = [&before, &after].map(|nodes| nodes.select(rule, &[PartyId(0)], wanted, index));
                if !was.contains(&PartyId(5)) {
                    assert_eq!(was, is, "{rule}");
                    continue;
                }
                met += 1;
                assert_eq!(was.len(), is.len(), "{rule}");
                let others = was.iter().filter(|node| node.0 != 5);
                assert!(
                    others.clone().all(|node| is.contains(node)) && !is.contains(&PartyId(5)),
                    "{rule}: {was:?} {is:?}"
                );
            }
            assert!(met > 20, "{rule}: {met}");
        }
    }
}

/// Five of four thousand are there, and none of them is missed, though hardly any draw finds one.
#[test]
fn few_of_many_are_found() {
    let nodes = Nodes::new(&(0..4_000).map(|n| (1, n)).collect::<Vec<_>>());
    let nodes = nodes.without(&(0..4_000).filter(|n| n % 800 != 7).collect::<Vec<_>>());
    for rule in RULES.into_iter().filter(|rule| !rule.contains("with-replacement")) {
        for index in 0..20 {
            let mut chosen = nodes.select(rule, &[PartyId(7)], 9, index);
            chosen.sort();
            assert_eq!(chosen, [807, 1607, 2407, 3207].map(PartyId), "{rule}");
        }
    }
}
