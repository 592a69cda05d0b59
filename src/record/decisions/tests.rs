//! Decisions by hand, and against the definition written out.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::domain::ids::{ClassId, RequesterId};
use crate::domain::money::Money;
use crate::domain::probe::FullPrice;
use crate::domain::work::Work;

const VALUE: f64 = 1_000.0;
const TICK: u64 = 60_000_000_000;

fn option(node: u32, parts: [f64; 3]) -> ProbeOption {
    ProbeOption { node: PartyId(node), method: MethodId(0), parts }
}

/// A quote of what leaves the most.
fn quote(place: u32, options: &[ProbeOption]) -> ProbeQuote {
    let taken = best(VALUE, options);
    let full = |option: &ProbeOption| FullPrice {
        node: option.node,
        method: option.method,
        prices: [Money(option.parts[0] as i64), Money(0), Money(0)],
        delays: [0.0; 3],
        lost: [option.parts[1], 0.0, 0.0],
    };
    ProbeQuote {
        place,
        class: ClassId(0),
        requester: RequesterId(0),
        value: Money(VALUE as i64),
        expected: Work(1),
        cause: taken.is_none().then_some(crate::domain::fate::Cause::Compute),
        best: least(options).map(full),
    }
}

/// What becomes of one probe that is shown these options, a tick apart.
fn watched(ticks: &[Vec<ProbeOption>]) -> (Decisions, Vec<DecisionRecord>) {
    let (mut decisions, mut rows) = (Decisions::new(true), Vec::new());
    for (tick, options) in ticks.iter().enumerate() {
        let at = Time(tick as u64 * TICK);
        decisions.see(at, &quote(0, options), options, &mut |row| rows.push(*row));
    }
    decisions.end(&mut |row| rows.push(*row));
    (decisions, rows)
}

fn of_ending(rows: &[DecisionRecord], ending: Ending) -> Vec<(u64, u64, bool)> {
    let of = rows.iter().filter(|row| row.ending == ending);
    of.map(|row| (row.began.0 / TICK, row.until.0 / TICK, row.ended)).collect()
}

/// One node becomes dearer by 3, 6 and 21 % than the other: the choice flips at once, and each decision at the tick at which keeping it costs more
/// than its share. Shares are of the dearer price: 3/103, 6/106 and 21/121 of it, and 26/126 at last.
#[test]
fn a_decision_ends_when_keeping_it_costs_too_much() {
    let dearer = |price: f64| vec![option(0, [price, 0.0, 0.0]), option(1, [100.5, 0.0, 0.0])];
    let ticks = [100.0, 103.0, 106.0, 121.0, 126.0].map(dearer);
    let (decisions, rows) = watched(&ticks);
    assert_eq!(of_ending(&rows, Ending::Choice), [(0, 1, true), (1, 4, false)]);
    assert_eq!(of_ending(&rows, Ending::Near), [(0, 2, true), (2, 4, false)]);
    assert_eq!(of_ending(&rows, Ending::Far), [(0, 4, true)]);
    assert_eq!(decisions.alone[Change::Prices as usize], 1);
    assert_eq!(decisions.lives[Ending::Near as usize].counts(), [1, 2]);
}

/// Lives of 1, 2 and 3 ticks and one of 4 or more: half have ended by the second. With two of the four unseen after the first tick, the curve is
/// 3/4 after one tick and 3/8 after the third.
#[test]
fn half_lives_are_those_of_the_product_limit() {
    let mut lives = Lives::default();
    for (ticks, ended) in [(1, true), (2, true), (3, true), (4, false)] {
        lives.note(SimDuration(ticks), ended);
    }
    assert_eq!(lives.half_life(), Some(SimDuration(2)));
    assert_eq!(lives.kept(SimDuration(3)), Some(0.25));
    let mut lives = Lives::default();
    for (ticks, ended) in [(1, true), (2, false), (3, true), (4, false)] {
        lives.note(SimDuration(ticks), ended);
    }
    assert_eq!((lives.half_life(), lives.kept(SimDuration(3))), (Some(SimDuration(3)), Some(0.375)));
    assert_eq!((lives.kept(SimDuration(4)), lives.kept(SimDuration(5))), (Some(0.375), None));
}

/// Where nothing changes no decision ends: there is no half-life, and all are still kept as long as they were seen.
#[test]
fn where_nothing_changes_no_decision_ends() {
    let ticks = vec![vec![option(0, [10.0, 5.0, 1.0]), option(1, [12.0, 5.0, 1.0])]; 7];
    let (decisions, rows) = watched(&ticks);
    assert_eq!(rows.len(), Ending::ALL.len());
    for lives in &decisions.lives {
        assert_eq!((lives.counts(), lives.half_life()), ([0, 1], None));
        assert_eq!(lives.kept(SimDuration(6 * TICK)), Some(1.0));
    }
    assert_eq!((decisions.alone, decisions.spared), ([0; 6], [0; 6]));
}

/// A geometric life: each tick the decision ends with probability 1/8. So half end by the sixth tick, as 7/8 to the fifth is above ½ and to the sixth
/// below it.
#[test]
fn a_known_hazard_has_its_half_life() {
    let mut lives = Lives::default();
    let mut left = 8u64.pow(8);
    for tick in 1..=8 {
        (0..left / 8).for_each(|_| lives.note(SimDuration(tick), true));
        left -= left / 8;
    }
    lives.0.entry(8).or_default()[1] += left;
    assert_eq!(lives.half_life(), Some(SimDuration(6)));
    let kept = lives.kept(SimDuration(5)).expect("seen so long");
    assert!((kept - crate::maths::pow(0.875, 5.0)).abs() < 1e-12, "{kept}");
}

/// What ends a decision is found: one part alone, supply, several, and two only together.
#[test]
fn what_ends_a_decision_is_found() {
    let begin = || vec![option(0, [100.0, 10.0, 10.0]), option(1, [110.0, 10.0, 10.0])];
    let after = |own: [f64; 3]| vec![option(0, own), option(1, [110.0, 10.0, 10.0])];
    let end = |now: Vec<ProbeOption>| {
        let (_, rows) = watched(&[begin(), now]);
        rows.iter().find(|row| row.ending == Ending::Near && row.ended).map(|row| row.changes.expect("it is asked"))
    };
    use Change::*;
    assert_eq!(end(after([120.0, 10.0, 10.0])), Some([Prices, Prices]));
    assert_eq!(end(after([100.0, 40.0, 10.0])), Some([Queues, Queues]));
    assert_eq!(end(after([100.0, 10.0, 40.0])), Some([Opinions, Opinions]));
    assert_eq!(end(vec![option(1, [110.0, 10.0, 10.0])]), Some([Supply, Supply]));
    assert_eq!(end([begin(), vec![option(2, [50.0, 10.0, 10.0])]].concat()), Some([Supply, Supply]));
    // Each of two would have done it, and none alone would have spared it.
    assert_eq!(end(after([130.0, 40.0, 10.0])), Some([Several, Joint]));
    // Neither would have done it, and each would have spared it.
    assert_eq!(end(after([110.0, 18.0, 10.0])), Some([Joint, Several]));
    assert_eq!(end(after([101.0, 10.0, 10.0])), None);
    // What was taken is worth nothing any more, whatever else there is.
    assert_eq!(end(after([100.0, f64::INFINITY, 0.0])), Some([Queues, Queues]));
}

/// Taking nothing ends when an offer leaves more than a share of its price; without any offer it stands.
#[test]
fn taking_nothing_is_a_decision() {
    let priced = |price: f64| vec![option(0, [price, 0.0, 0.0])];
    let (_, rows) = watched(&[vec![], priced(1_200.0), priced(990.0), priced(940.0), vec![], priced(940.0)]);
    assert_eq!(of_ending(&rows, Ending::Near), [(0, 3, true), (3, 4, true), (4, 5, true)]);
    assert_eq!(of_ending(&rows, Ending::Choice), [(0, 2, true), (2, 4, true), (4, 5, true)]);
}

/// Who takes the first offer weighs nothing: only its choice can be another.
#[test]
fn who_does_not_weigh_has_no_cost_of_keeping() {
    let (mut decisions, mut rows) = (Decisions::new(false), Vec::new());
    for (tick, node) in [0, 0, 1, 1].into_iter().enumerate() {
        let quote = quote(0, &[option(node, [1.0, 0.0, 0.0])]);
        decisions.see(Time(tick as u64 * TICK), &quote, &[], &mut |row| rows.push(*row));
    }
    decisions.end(&mut |row| rows.push(*row));
    assert!(rows.iter().all(|row| row.ending == Ending::Choice));
    assert_eq!(of_ending(&rows, Ending::Choice), [(0, 2, true), (2, 3, false)]);
}

type ByNode = BTreeMap<u32, [f64; 3]>;

/// The definition, over a map: the cost of keeping against a share of the full price.
fn ends_by_definition(node: Option<u32>, options: &ByNode, limit: f64) -> bool {
    let left = |parts: &[f64; 3]| VALUE - parts.iter().sum::<f64>();
    let most = options.values().map(left).fold(0.0, f64::max);
    match node.map(|node| options.get(&node)) {
        Some(None) => true,
        Some(Some(own)) => most - left(own) > limit * (own[0] + own[1]),
        None => {
            let least = options.values().max_by(|one, other| left(one).total_cmp(&left(other)));
            least.is_some_and(|least| left(least) > limit * (least[0] + least[1]))
        }
    }
}

/// Every set of later groups by its definition: who is there, and of each part the value of the instant asked for.
fn changes_by_definition(node: Option<u32>, [before, now]: [&ByNode; 2], limit: f64) -> [Change; 2] {
    let ends = |later: [bool; 4]| {
        let there = if later[3] { now } else { before };
        let part = |node: &u32, part: usize| {
            let [first, second] = if later[part] { [now, before] } else { [before, now] };
            first.get(node).or_else(|| second.get(node)).expect("it is in one of them")[part]
        };
        let mixed = there.keys().map(|node| (*node, [0, 1, 2].map(|which| part(node, which)))).collect();
        ends_by_definition(node, &mixed, limit)
    };
    let all = [Change::Prices, Change::Queues, Change::Opinions, Change::Supply];
    let name = |which: Vec<Change>| match which[..] {
        [] => Change::Joint,
        [only] => only,
        _ => Change::Several,
    };
    let alone = (0..4).filter(|&group| ends([0, 1, 2, 3].map(|other| other == group)));
    let spared = (0..4).filter(|&group| !ends([0, 1, 2, 3].map(|other| other != group)));
    [name(alone.map(|group| all[group]).collect()), name(spared.map(|group| all[group]).collect())]
}

fn by_node() -> impl Strategy<Value = ByNode> {
    prop::collection::btree_map(0u32..6, prop::array::uniform3(0u32..400), 0..6).prop_map(|map| {
        // Steps of 1/4: sums are exact.
        map.into_iter().map(|(node, parts)| (node, parts.map(|part| f64::from(part) * 0.25 + 200.0))).collect()
    })
}

fn options(of: &ByNode) -> Vec<ProbeOption> {
    of.iter().map(|(node, parts)| option(*node, *parts)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// Ends and causes are those of the definition, whatever is offered.
    #[test]
    fn ends_and_causes_are_by_definition(before in by_node(), now in by_node(), far in any::<bool>()) {
        let limit = SHARES[usize::from(far)];
        let (first, second) = (options(&before), options(&now));
        let taken = best(VALUE, &first);
        let node = taken.map(|(node, _)| node.0);
        prop_assert!(!falls_behind(taken, VALUE, &first, limit));
        let ends = falls_behind(taken, VALUE, &second, limit);
        prop_assert_eq!(ends, ends_by_definition(node, &now, limit));
        let found = changes(taken, VALUE, [&first, &second], limit);
        prop_assert_eq!(found, changes_by_definition(node, [&before, &now], limit));
    }
}
