//! A plan of which all parties are known, and how ω changes with the probability that each of them is adversarial (model §16.2).
//!
//! ω is linear in each x. So its derivative by the x of one party is the difference between its two states, and the derivatives of all
//! parties cost about as much as ω itself. A party in several places, as one that executes and checks or a vendor behind several
//! checks, is summed over its two states.

use super::ballots::{Ballot, BallotRoom, Needed, count, measure};
use super::{KINDS, at_least};

/// The most parties in several places that are summed over their states: the work doubles with each. The places of further ones count as
/// parties of their own. ω is then the same where all x are 0 or all are 1, and in between as if the states of such a party were
/// independent.
pub const SHARED: usize = 8;

/// A plan of which all parties are known.
#[derive(Clone, Debug, Default)]
pub struct Assigned {
    /// How many of several executors must agree.
    pub agree: u32,
    /// The kind that an adversarial executor answers with.
    pub adversary: usize,
    /// By party: the probability that it approves whatever it sees without being adversarial, as a vendor that is broken by itself.
    broken: Vec<f64>,
    executors: Vec<Executes>,
    looks: Vec<Look>,
    votes: Vec<Ballot>,
    /// The parties that are summed over being adversarial or not.
    shared: Vec<usize>,
    /// Vendors behind several looks that may be broken by themselves: they are summed over that.
    common: Vec<usize>,
    /// In how many of its x a term of ω may be, those of one party in places of their own counted apart.
    degree: usize,
}

/// A party that executes.
#[derive(Clone, Copy, Debug)]
struct Executes {
    party: usize,
    /// The probability that its answer is wrong, by kind, if it is not adversarial.
    wrong: [f64; KINDS],
}

/// A look that takes place.
#[derive(Clone, Copy, Debug)]
struct Look {
    /// An answer passes the looks of one ladder if one of them lets it pass: each decides about the alarm of the one before.
    ladder: usize,
    /// The vendor that guards it.
    guard: Option<usize>,
    /// Its votes.
    first: usize,
    end: usize,
    /// What must approve, by weight.
    needed: u64,
    /// The same in units.
    units: Needed,
}

/// Room to work in, and what comes of it.
#[derive(Clone, Debug, Default)]
pub struct Room {
    /// By party: the derivative of ω by its x.
    pub slopes: Vec<f64>,
    x: Vec<f64>,
    /// By party: how likely it is broken by itself, or whether it is.
    broken: Vec<f64>,
    ballots: BallotRoom,
    /// By vote.
    tilts: Vec<f64>,
    /// By look: how likely enough of its votes approve.
    accepted: Vec<f64>,
    /// By look: how likely it lets an answer pass, with its guard.
    passes: Vec<f64>,
    /// By look: the derivative of what all let pass, by that.
    weights: Vec<f64>,
}

/// What executors bring about, by kind: how likely it is, and the derivative of that by the x of one of them.
type Kinds = [f64; KINDS];

impl Assigned {
    /// Without parties.
    pub fn clear(&mut self) {
        (self.agree, self.adversary) = (1, 0);
        self.broken.clear();
        self.executors.clear();
        self.looks.clear();
        self.votes.clear();
        self.shared.clear();
        self.common.clear();
    }

    /// How many parties there are.
    pub fn parties(&self) -> usize {
        self.broken.len()
    }

    /// One more party; `broken` is the probability that it approves whatever it sees without being adversarial.
    pub fn party(&mut self, broken: f64) -> usize {
        self.broken.push(broken);
        self.broken.len() - 1
    }

    /// A party executes; its answer is wrong with these probabilities by kind if it is not adversarial.
    pub fn execute(&mut self, party: usize, wrong: [f64; KINDS]) {
        self.executors.push(Executes { party, wrong });
    }

    /// A vote of the look that is added next: of a party, or of one whose dishonesty does not void it. It approves a wrong answer with
    /// these probabilities by kind.
    pub fn vote(&mut self, party: Option<usize>, approves: [f64; KINDS], weight: u64) {
        self.votes.push(Ballot { party, approves, weight, units: 0 });
    }

    /// A look with the votes since the last one: votes of this weight must approve. The looks of one ladder stand together, and an answer
    /// passes if one of them lets it pass.
    pub fn look(&mut self, ladder: usize, guard: Option<usize>, needed: u64) {
        let (first, end) = (self.looks.last().map_or(0, |look| look.end), self.votes.len());
        let votes = &mut self.votes[first..end];
        votes.sort_by_key(|vote| vote.party);
        let units = measure(votes, needed);
        self.looks.push(Look { ladder, guard, first, end, needed, units });
    }

    /// No more is added: which parties are in several places.
    pub fn seal(&mut self) {
        let mut places: Vec<usize> = vec![0; self.broken.len()];
        self.executors.iter().for_each(|of| places[of.party] += 1);
        for look in &self.looks {
            look.guard.into_iter().for_each(|guard| places[guard] += 1);
            let votes = &self.votes[look.first..look.end];
            for (place, vote) in votes.iter().enumerate() {
                let begins = place == 0 || votes[place - 1].party != vote.party;
                vote.party.filter(|_| begins).into_iter().for_each(|party| places[party] += 1);
            }
        }
        self.shared.extend((0..places.len()).filter(|&party| places[party] > 1));
        self.shared.sort_by_key(|&party| std::cmp::Reverse(places[party]));
        let apart = self.shared.iter().skip(SHARED).map(|&party| places[party] - 1);
        self.degree = self.broken.len() + apart.sum::<usize>();
        self.shared.truncate(SHARED);
        let guards = |party: usize| self.looks.iter().filter(|look| look.guard == Some(party)).count();
        let may_break = |party: &usize| 0.0 < self.broken[*party] && self.broken[*party] < 1.0;
        self.common.extend((0..places.len()).filter(may_break).filter(|&party| guards(party) > 1));
    }

    /// The degree of ω where all x are the same.
    pub fn degree(&self) -> usize {
        self.degree
    }

    /// How many parties can refuse an answer alone: without their approval none is accepted, whatever the others say. Who executes holds
    /// no such veto, and a vendor can only let answers pass.
    pub fn vetoes(&self) -> usize {
        (0..self.broken.len()).filter(|&party| self.has_veto(party)).count()
    }

    fn has_veto(&self, party: usize) -> bool {
        let refuses = |look: &Look| {
            let votes = &self.votes[look.first..look.end];
            let others = votes.iter().filter(|vote| vote.party != Some(party)).map(|vote| vote.weight);
            let all: u64 = votes.iter().map(|vote| vote.weight).sum();
            others.sum::<u64>() < look.needed.min(all)
        };
        self.ladders().any(|ladder| ladder.iter().all(refuses))
    }

    fn ladders(&self) -> impl Iterator<Item = &[Look]> {
        self.looks.chunk_by(|one, next| one.ladder == next.ladder)
    }

    /// The kind of wrong answer that passes all looks most often when no party is adversarial; of several the first.
    pub fn least_seen(&self, room: &mut Room) -> usize {
        room.begin(self, None);
        let passing: Kinds = std::array::from_fn(|kind| self.passing(kind, room));
        (0..KINDS).fold(0, |least, kind| if passing[kind] > passing[least] { kind } else { least })
    }

    /// ω at these x, and in the room its derivative by each of them.
    pub fn slopes(&self, x: &[f64], room: &mut Room) -> f64 {
        room.begin(self, Some(x));
        let mut risk = 0.0;
        for breaks in 0..1_u32 << self.common.len() {
            let mut likely = 1.0;
            for (place, &vendor) in self.common.iter().enumerate() {
                let is_broken = breaks >> place & 1 == 1;
                likely *= if is_broken { self.broken[vendor] } else { 1.0 - self.broken[vendor] };
                room.broken[vendor] = if is_broken { 1.0 } else { 0.0 };
            }
            risk +=
                (0..1_u32 << self.shared.len()).map(|states| self.in_states((states, likely), x, room)).sum::<f64>();
        }
        risk
    }

    /// The part of ω while the shared parties are adversarial or not, one bit each, times `given`.
    fn in_states(&self, (states, given): (u32, f64), x: &[f64], room: &mut Room) -> f64 {
        let is_adverse = |place: usize| states >> place & 1 == 1;
        let chance = |place: usize| {
            let x = x[self.shared[place]];
            if is_adverse(place) { x } else { 1.0 - x }
        };
        let all = 0..self.shared.len();
        let likely = given * all.clone().map(chance).product::<f64>();
        // Of one shared party alone, its own state may be without chance: its derivative needs the part all the same.
        let others = |place: usize| given * all.clone().filter(|&other| other != place).map(chance).product::<f64>();
        if likely == 0.0 && all.clone().all(|place| others(place) == 0.0) {
            return 0.0;
        }
        for (place, &party) in self.shared.iter().enumerate() {
            room.x[party] = if is_adverse(place) { 1.0 } else { 0.0 };
        }
        let risk = self.given(likely, room);
        for (place, &party) in self.shared.iter().enumerate() {
            room.slopes[party] += if is_adverse(place) { 1.0 } else { -1.0 } * others(place) * risk;
        }
        likely * risk
    }

    /// ω at the x of the room; the derivatives by parties that are not shared are added with this weight.
    fn given(&self, likely: f64, room: &mut Room) -> f64 {
        let wrong = self.executed(&room.x);
        let mut risk = 0.0;
        for (kind, &likely_kind) in wrong.iter().enumerate() {
            if kind != self.adversary && self.executors.iter().all(|of| of.wrong[kind] == 0.0) {
                continue;
            }
            let passing = self.passing(kind, room);
            risk += likely_kind * passing;
            let weight = likely * likely_kind;
            for (place, look) in self.looks.iter().enumerate() {
                let own = weight * room.weights[place];
                self.tilt(look, (own, room.accepted[place]), room);
            }
            for place in 0..self.executors.len() {
                let party = self.executors[place].party;
                if !self.shared.contains(&party) {
                    room.slopes[party] += likely * passing * self.turned(place, &room.x)[kind];
                }
            }
        }
        risk
    }

    /// Adds the derivatives of what all looks let pass by the parties of one of them, with this weight.
    fn tilt(&self, look: &Look, (weight, accepted): (f64, f64), room: &mut Room) {
        let broken = look.guard.map_or(0.0, |guard| room.is_broken(guard));
        for (vote, tilt) in self.votes[look.first..look.end].iter().zip(&room.tilts[look.first..look.end]) {
            if let Some(party) = vote.party.filter(|party| !self.shared.contains(party)) {
                room.slopes[party] += weight * (1.0 - broken) * tilt;
            }
        }
        if let Some(guard) = look.guard.filter(|guard| !self.shared.contains(guard)) {
            room.slopes[guard] += weight * (1.0 - accepted) * (1.0 - room.broken[guard]);
        }
    }

    /// The probability that a wrong answer of this kind passes all looks, with what each look does to it: 1 − ∏ (1 − Q) over the looks of a
    /// ladder, multiplied over the ladders.
    fn passing(&self, kind: usize, room: &mut Room) -> f64 {
        for (place, look) in self.looks.iter().enumerate() {
            let (votes, tilts) = (&self.votes[look.first..look.end], &mut room.tilts[look.first..look.end]);
            let accepted = count(votes, look.units, kind, &room.x, (&mut room.ballots, tilts));
            let broken = look.guard.map_or(0.0, |guard| room.is_broken(guard));
            room.accepted[place] = accepted;
            room.passes[place] = (1.0 - broken) * accepted + broken;
        }
        let refuses = |ladder: usize, but: usize, room: &Room| -> f64 {
            let of = |(place, look): (usize, &Look)| {
                if look.ladder == ladder && place != but { 1.0 - room.passes[place] } else { 1.0 }
            };
            self.looks.iter().enumerate().map(of).product()
        };
        let all = |but: usize, room: &Room| -> f64 {
            let other = |look: &&[Look]| look[0].ladder != but;
            self.ladders().filter(other).map(|look| 1.0 - refuses(look[0].ladder, usize::MAX, room)).product()
        };
        for (place, look) in self.looks.iter().enumerate() {
            room.weights[place] = refuses(look.ladder, place, room) * all(look.ladder, room);
        }
        all(usize::MAX, room)
    }

    /// How likely a wrong answer of each kind comes of the executors.
    fn executed(&self, x: &[f64]) -> Kinds {
        if let [only] = self.executors[..] {
            let x = x[only.party];
            return self.by_kind((1.0 - x, &only.wrong), x);
        }
        let (honest, any) = (self.all_wrong(x, None), self.some_wrong(x, None));
        self.by_kind((honest, &self.mixture()), (any - honest).max(0.0))
    }

    /// The derivative of that by the x of one executor.
    fn turned(&self, place: usize, x: &[f64]) -> Kinds {
        if let [only] = self.executors[..] {
            return self.by_kind((-1.0, &only.wrong), 1.0);
        }
        let difference = |of: &dyn Fn(f64) -> f64| of(1.0) - of(0.0);
        let honest = difference(&|own| self.all_wrong(x, Some((place, own))));
        let any = difference(&|own| self.some_wrong(x, Some((place, own))));
        self.by_kind((honest, &self.mixture()), any - honest)
    }

    /// So much of the kinds of those that are not adversarial, and so much of the adversary's.
    fn by_kind(&self, (honest, wrong): (f64, &Kinds), chosen: f64) -> Kinds {
        let mut kinds = wrong.map(|share| honest * share);
        kinds[self.adversary] += chosen;
        kinds
    }

    /// The kinds of several executors' wrong answers, as shares.
    fn mixture(&self) -> Kinds {
        let sums: Kinds = std::array::from_fn(|kind| self.executors.iter().map(|of| of.wrong[kind]).sum());
        let all: f64 = sums.iter().sum();
        sums.map(|sum| if all > 0.0 { sum / all } else { 0.0 })
    }

    /// The probability that no executor is adversarial and enough are wrong; all wrong ones are thought to agree (the worst case). One of
    /// them may have an x of its own.
    fn all_wrong(&self, x: &[f64], own: Option<(usize, f64)>) -> f64 {
        let honest: f64 = self.each(x, own).map(|(_, x)| 1.0 - x).product();
        honest * at_least(self.agree, self.executors.iter().map(|of| of.wrong.iter().sum()))
    }

    /// The probability that enough are wrong or adversarial.
    fn some_wrong(&self, x: &[f64], own: Option<(usize, f64)>) -> f64 {
        at_least(self.agree, self.each(x, own).map(|(of, x)| x + (1.0 - x) * of.wrong.iter().sum::<f64>()))
    }

    fn each(&self, x: &[f64], own: Option<(usize, f64)>) -> impl Iterator<Item = (&Executes, f64)> {
        self.executors.iter().enumerate().map(move |(place, of)| match own {
            Some((at, x)) if at == place => (of, x),
            _ => (of, x[of.party]),
        })
    }
}

impl Room {
    /// The probability that all that a vendor guards approves, whatever it sees.
    fn is_broken(&self, vendor: usize) -> f64 {
        self.x[vendor] + (1.0 - self.x[vendor]) * self.broken[vendor]
    }

    /// Room for a plan at these x, or where no party is adversarial.
    fn begin(&mut self, plan: &Assigned, x: Option<&[f64]>) {
        let parties = plan.broken.len();
        self.broken.clone_from(&plan.broken);
        self.x.clear();
        match x {
            Some(x) => self.x.extend_from_slice(x),
            None => self.x.resize(parties, 0.0),
        }
        for (list, length) in [
            (&mut self.slopes, parties),
            (&mut self.tilts, plan.votes.len()),
            (&mut self.accepted, plan.looks.len()),
            (&mut self.passes, plan.looks.len()),
            (&mut self.weights, plan.looks.len()),
        ] {
            list.clear();
            list.resize(length, 0.0);
        }
    }
}

#[cfg(test)]
mod tests;
