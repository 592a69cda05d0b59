//! The votes of one look whose parties are known: how likely enough of them approve, and how that changes with each party.

use super::KINDS;

/// Where votes of different weights have no common measure that makes them so few units together, they are rounded to this part of what
/// is needed.
const UNITS: u64 = 2_048;

/// A vote of a known party, or of one that cannot be adversarial in it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Ballot {
    /// The place of the party among the x; none where the vote is the same whoever is dishonest.
    pub party: Option<usize>,
    /// The probability that it approves a wrong answer of each kind if its party is not adversarial.
    pub approves: [f64; KINDS],
    /// What it weighs.
    pub weight: u64,
    /// The same in units of the look.
    pub units: usize,
}

/// What must come together for an answer to pass a look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Needed {
    /// Every vote.
    Every,
    /// So many units.
    Units(usize),
}

/// Room to work in.
#[derive(Clone, Debug, Default)]
pub(super) struct BallotRoom {
    /// By group and units still needed: how likely the group and those behind it bring them.
    tails: Vec<f64>,
    /// The same if the party of the group is not adversarial.
    honest: Vec<f64>,
    /// How likely those before a group bring so many units, or all that are needed.
    before: Vec<f64>,
    next: Vec<f64>,
}

/// Gives votes their units, and says how many are needed for `needed` of the weight. Votes of equal weights are one unit each.
pub(super) fn measure(votes: &mut [Ballot], needed: u64) -> Needed {
    let all: u64 = votes.iter().map(|vote| vote.weight).sum();
    if needed >= all {
        return Needed::Every;
    }
    let common = votes.iter().map(|vote| vote.weight).fold(0, common_measure).max(1);
    if all / common <= UNITS {
        votes.iter_mut().for_each(|vote| vote.units = (vote.weight / common) as usize);
        return Needed::Units(needed.div_ceil(common) as usize);
    }
    let unit = needed as f64 / UNITS as f64;
    votes.iter_mut().for_each(|vote| vote.units = (vote.weight as f64 / unit).round() as usize);
    Needed::Units(UNITS as usize)
}

/// The greatest common divisor.
fn common_measure(one: u64, other: u64) -> u64 {
    if other == 0 { one } else { common_measure(other, one % other) }
}

/// The probability that an answer of this kind passes, and into `tilts`, at the place of each party's first vote, its derivative by the
/// probability x that the party is adversarial. The votes of a party stand together.
pub(super) fn count(
    votes: &[Ballot],
    needed: Needed,
    kind: usize,
    x: &[f64],
    (room, tilts): (&mut BallotRoom, &mut [f64]),
) -> f64 {
    tilts.fill(0.0);
    match needed {
        Needed::Every => unanimous(votes, kind, x, tilts),
        Needed::Units(needed) => counted(votes, needed, kind, x, (room, tilts)),
    }
}

/// The groups of votes, each of one party, by the places of their first votes and those behind their last.
fn groups(votes: &[Ballot]) -> impl DoubleEndedIterator<Item = (usize, &[Ballot])> + Clone {
    let begins =
        |place: &usize| *place == 0 || votes[*place].party.is_none() || votes[*place].party != votes[*place - 1].party;
    (0..votes.len()).filter(begins).map(|first| {
        let same = votes[first].party.is_some();
        let more = votes[first + 1..].iter().take_while(|vote| same && vote.party == votes[first].party).count();
        (first, &votes[first..=first + more])
    })
}

/// The probability that the party of a group is adversarial.
fn adverse(group: &[Ballot], x: &[f64]) -> f64 {
    group[0].party.map_or(0.0, |party| x[party])
}

/// ∏ (x + (1 − x) ∏ u): all approve. The products of those before and behind a group give its derivative, without a division.
fn unanimous(votes: &[Ballot], kind: usize, x: &[f64], tilts: &mut [f64]) -> f64 {
    let honest = |group: &[Ballot]| group.iter().map(|vote| vote.approves[kind]).product::<f64>();
    let mut before = 1.0;
    for (first, group) in groups(votes) {
        let (own, x) = (honest(group), adverse(group, x));
        tilts[first] = before * (1.0 - own);
        before *= x + (1.0 - x) * own;
    }
    let mut behind = 1.0;
    for (first, group) in groups(votes).rev() {
        let (own, x) = (honest(group), adverse(group, x));
        tilts[first] = if group[0].party.is_some() { tilts[first] * behind } else { 0.0 };
        behind *= x + (1.0 - x) * own;
    }
    before
}

/// Votes are counted from the last group to the first: T(m) is how likely the rest bring m units. Then the derivative of a group is the sum
/// over the units a of those before it of P(a) · (T(needed − a) if it approves all, less the same if it is honest).
fn counted(
    votes: &[Ballot],
    needed: usize,
    kind: usize,
    x: &[f64],
    (room, tilts): (&mut BallotRoom, &mut [f64]),
) -> f64 {
    let (width, number) = (needed + 1, groups(votes).count());
    room.tails.clear();
    room.tails.resize((number + 1) * width, 0.0);
    room.honest.clear();
    room.honest.resize(number * width, 0.0);
    room.tails[number * width] = 1.0;
    for (behind, (_, group)) in groups(votes).rev().enumerate() {
        room.count_back((number - 1 - behind, width), group, kind, adverse(group, x));
    }
    room.before.clear();
    room.before.resize(width, 0.0);
    room.before[0] = 1.0;
    for (place, (first, group)) in groups(votes).enumerate() {
        let held: usize = group.iter().map(|vote| vote.units).sum();
        if group[0].party.is_some() {
            let tails = &room.tails[(place + 1) * width..][..width];
            let honest = &room.honest[place * width..][..width];
            let more = |(units, chance): (usize, &f64)| {
                let left = needed - units;
                chance * (tails[left.saturating_sub(held)] - honest[left])
            };
            tilts[first] = room.before[..needed].iter().enumerate().map(more).sum();
        }
        room.count_on(group, kind, (adverse(group, x), held));
    }
    room.tails[needed]
}

impl BallotRoom {
    /// The tails from the group at `place` on, from those behind it: a vote of w units that approves with u makes u T(m − w) + (1 − u) T(m)
    /// of T(m).
    fn count_back(&mut self, (place, width): (usize, usize), group: &[Ballot], kind: usize, x: f64) {
        let (own, behind) = self.tails[place * width..].split_at_mut(width);
        let honest = &mut self.honest[place * width..][..width];
        honest.copy_from_slice(&behind[..width]);
        let mut held = 0;
        for vote in group {
            let approves = vote.approves[kind];
            for left in (1..width).rev() {
                honest[left] = approves * honest[left.saturating_sub(vote.units)] + (1.0 - approves) * honest[left];
            }
            held += vote.units;
        }
        for (left, own) in own.iter_mut().enumerate() {
            *own = (1.0 - x) * honest[left] + x * behind[left.saturating_sub(held)];
        }
    }

    /// Those before the next group, from those before this one.
    fn count_on(&mut self, group: &[Ballot], kind: usize, (x, held): (f64, usize)) {
        let needed = self.before.len() - 1;
        self.next.clone_from(&self.before);
        for vote in group.iter().filter(|vote| vote.units > 0) {
            for units in (0..needed).rev() {
                let approving = self.next[units] * vote.approves[kind];
                self.next[units] -= approving;
                self.next[(units + vote.units).min(needed)] += approving;
            }
        }
        self.next.iter_mut().for_each(|chance| *chance *= 1.0 - x);
        for (units, chance) in self.before.iter().enumerate() {
            self.next[(units + held).min(needed)] += x * chance;
        }
        std::mem::swap(&mut self.before, &mut self.next);
    }
}
