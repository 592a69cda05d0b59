//! How answers come to be wrong, by what the groups of the scenario do before they have learnt anything.

use crate::domain::answer::Wrong;
use crate::domain::causes::{Ring, Wrongs};
use crate::domain::party::PartyKind;
use crate::scenario::Scenario;
use crate::scenario::model::NodeGroup;

/// The shares of answers that are wrong, each group weighted by its speed and slots, which is what it answers when all are equally
/// busy. Of checkers of each kind every one counts the same. Nothing where causes are not recorded.
pub(super) fn of(scenario: &Scenario) -> Wrongs {
    if !scenario.record.causes {
        return Wrongs::default();
    }
    let groups = &scenario.groups;
    let of_kind = |kind: PartyKind| groups.iter().filter(move |group| group.kind == kind);
    let ring_of = |group: &NodeGroup| group.conduct.ring(&group.conduct.memory());
    let answers = |group: &NodeGroup| {
        let slots = if group.slots == u32::MAX { 1.0 } else { f64::from(group.slots) };
        f64::from(group.count) * slots * group.speed.mean()
    };
    let all: f64 = of_kind(PartyKind::Node).map(answers).sum();
    let members = |kind: PartyKind, ring: u64| {
        let all: f64 = of_kind(kind).map(|group| f64::from(group.count)).sum();
        let own: f64 = of_kind(kind).filter(|group| ring_of(group) == ring).map(|group| f64::from(group.count)).sum();
        if all > 0.0 { own / all } else { 0.0 }
    };
    let mut wrongs = Wrongs::default();
    let mut rings: Vec<(u64, f64)> = Vec::new();
    for group in of_kind(PartyKind::Node) {
        let mut shares = group.conduct.wrongs(&group.conduct.memory()).map(|share| share * answers(group) / all);
        wrongs.error += std::mem::take(&mut shares[Wrong::Error as usize]);
        let (ring, whole) = (ring_of(group), shares.iter().sum::<f64>());
        match (ring, rings.iter_mut().find(|(other, _)| *other == ring)) {
            (0, _) => wrongs.kinds.iter_mut().zip(shares).for_each(|(sum, share)| *sum += share),
            (_, Some((_, share))) => *share += whole,
            (_, None) => rings.push((ring, whole)),
        }
    }
    let checkers = |ring: u64| [members(PartyKind::Validator, ring), members(PartyKind::Node, ring)];
    wrongs.rings = rings.into_iter().map(|(ring, share)| Ring { share, checkers: checkers(ring) }).collect();
    wrongs
}
