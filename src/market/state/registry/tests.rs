//! Who is listed in whose picture, and what those that left weigh.

use super::*;

const KEEPS: Keeps = Keeps { views: 1, stakes: true, opinions: [false; 2], cap: None, peers: false };

fn four_nodes() -> Roster {
    Roster::of([(PartyKind::Node, 4)].into_iter())
}

/// A node in or out, for both models, weighing what it weighs in each view.
fn set(registry: &mut Registry, node: u32, listed: bool, weights: &[Weight]) -> bool {
    registry.set(PartyId(node), listed, 0b11, 10 + u64::from(node), &|view| weights[view])
}

#[test]
fn nodes_come_and_go() {
    let mut registry = Registry::new(2, four_nodes(), 0, KEEPS);
    for node in 0..4 {
        assert!(set(&mut registry, node, true, &[Some(0)]));
    }
    assert!(set(&mut registry, 1, false, &[Some(0)]));
    assert!(!set(&mut registry, 1, false, &[Some(0)]), "twice is once");
    assert_eq!(registry.listed(0, ListId(0)), [PartyId(0), PartyId(3), PartyId(2)]);
    assert_eq!(registry.stakes(0, ListId(1)).present(), 10 + 12 + 13);
    assert!(registry.opinions(0, ListId(1)).all.is_empty(), "nobody asked for them");
    assert_eq!(registry.count(), 3);
    assert!(registry.has(0, ListId(0), PartyId(3)) && !registry.has(0, ListId(0), PartyId(1)));
}

/// Two groups of requesters: what the second thinks of a node is no affair of the first, and who is not asked is off the
/// list with all its weights until it is thought better of, or comes back.
#[test]
fn each_group_sees_whom_it_trusts() {
    let mut registry = Registry::new(2, four_nodes(), 0, Keeps { views: 2, opinions: [true, true], ..KEEPS });
    assert!((0..3).all(|node| set(&mut registry, node, true, &[Some(5), Some(7)])));
    let seen = |registry: &Registry, view| {
        let list = ListId(1);
        let totals = [registry.stakes(view, list).present(), registry.opinions(view, list).present()];
        (registry.listed(view, list).to_vec(), totals)
    };
    let all = vec![PartyId(0), PartyId(1), PartyId(2)];
    assert_eq!(seen(&registry, 1), (all.clone(), [33, 21]));
    registry.reweigh(1, PartyId(0), 0b11, 10, Some(1));
    registry.reweigh(1, PartyId(1), 0b11, 11, None);
    registry.reweigh(1, PartyId(1), 0b11, 11, None);
    registry.restake(PartyId(1), 0b11, 4);
    assert_eq!(seen(&registry, 1), (vec![PartyId(0), PartyId(2)], [22, 8]));
    assert_eq!(seen(&registry, 0), (all.clone(), [10 + 4 + 12, 15]));
    assert_eq!((registry.count(), registry.view_of(RequesterId(1))), (3, 1), "it is listed all the same");
    // Node 1 leaves and comes back. The second group still does not trust it, so it stays off that group's list.
    assert!(set(&mut registry, 1, false, &[Some(5), None]) && set(&mut registry, 1, true, &[Some(5), None]));
    assert_eq!(seen(&registry, 1), (vec![PartyId(0), PartyId(2)], [22, 8]));
    registry.reweigh(1, PartyId(1), 0b11, 4, Some(2));
    assert_eq!(seen(&registry, 1), (vec![PartyId(0), PartyId(2), PartyId(1)], [26, 10]));
    // The opinion of node 2 changes while it is away. The lists and their sums do not count it.
    assert!(set(&mut registry, 2, false, &[Some(5), Some(7)]));
    registry.reweigh(1, PartyId(2), 0b11, 12, Some(9));
    assert_eq!(seen(&registry, 1), (vec![PartyId(0), PartyId(1)], [14, 3]));
}

/// Lists keep their order under other weights; who was left out and is seen again comes last, and who weighs nothing leaves.
#[test]
fn other_rules_keep_the_order() {
    let mut registry = Registry::new(1, four_nodes(), 0, KEEPS);
    for node in [2, 0, 3] {
        assert!(set(&mut registry, node, true, &[if node == 0 { None } else { Some(0) }]));
    }
    let of = |party: PartyId| (0b1, 10 + u64::from(party.0));
    let keeps = Keeps { views: 2, stakes: false, opinions: [true, false], ..Keeps::default() };
    registry.redraw(keeps, &of, &|view, party| (view == 0 || party.0 != 3).then_some(5));
    let listed = |view| registry.listed(view, ListId(0)).to_vec();
    assert_eq!(listed(0), [2, 3, 0].map(PartyId), "node 1 is not here");
    assert_eq!(listed(1), [2, 0].map(PartyId));
    let totals = [0, 1].map(|view| registry.opinions(view, ListId(0)).present());
    assert_eq!((totals, registry.count(), registry.stakes(0, ListId(0)).all.is_empty()), ([15, 10], 3, true));
}
