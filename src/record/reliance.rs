//! What parties were relied on for: a ledger by party, and sums over the answers that came into use (model §16.2).

use crate::domain::ids::{Id, OperatorId};
use crate::domain::party::PartyKind;
use crate::domain::reliance::{Held, Holder, Relied};
use crate::engine::time::{SimDuration, Time};
use crate::maths::exp;
use crate::record::recorder::NodeGauge;
use crate::stats::concentration::Shares;

/// The share of all trust that the fewest parties together must exceed in a Nakamoto count.
const HALF: f64 = 0.5;

/// What parties were relied on for.
#[derive(Clone, Debug)]
pub struct Ledger {
    memory: SimDuration,
    /// By party that serves; as long as the last that was relied on.
    parties: Vec<Entry>,
    vendors: Vec<Entry>,
    watchers: Entry,
    /// The most watchers of one answer.
    watchers_count: u32,
    sums: Sums,
}

/// What one holder was relied on for.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Entry {
    /// Answers that relied on it.
    pub answers: u64,
    /// Σ v φ, in micro-credits.
    pub relied: f64,
    /// Σ v ρ, in micro-credits.
    pub lone: f64,
    /// Σ v φ, each faded since.
    faded: f64,
    /// Until when.
    until: Time,
}

/// Sums over answers. Each is weighed by its value v, in micro-credits.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sums {
    /// How many answers.
    pub answers: u64,
    /// Σ v.
    pub value: f64,
    /// Σ v of those that a checker has looked at.
    pub examined: f64,
    /// Σ v · proof, trust and open risk.
    pub proof: f64,
    /// See `proof`.
    pub trust: f64,
    /// See `proof`.
    pub open_risk: f64,
    /// Σ v · blind risk.
    pub blind: f64,
    /// Σ v · misplaced trust, and Σ v of the answers that have one.
    pub misplaced: [f64; 2],
    /// Σ v · trust · ln(holders), and Σ v · trust of the answers that have any.
    pub entropy: [f64; 2],
    /// Vetoes, one by one.
    pub vetoes: u64,
}

/// A holder at the end of a run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HolderEnd {
    /// What it does; none of a vendor.
    pub kind: Option<PartyKind>,
    /// Its number.
    pub number: u32,
    /// Its operator, if it has one.
    pub operator: Option<OperatorId>,
    /// How many it stands for: watchers are alike.
    pub members: u32,
    /// What it was relied on for.
    pub entry: Entry,
    /// Σ v φ, each faded since, in micro-credits.
    pub recent: f64,
}

/// Trust in the answers of a run, summed up.
#[derive(Clone, Debug, Default)]
pub struct Reliance {
    /// Over all answers.
    pub sums: Sums,
    /// Every holder that was relied on: nodes, validators, vendors, watchers.
    pub holders: Vec<HolderEnd>,
}

impl Ledger {
    /// Nothing is relied on yet; what was fades to 1/e in this time.
    pub fn new(memory: SimDuration) -> Ledger {
        Ledger {
            memory,
            parties: Vec::new(),
            vendors: Vec::new(),
            watchers: Entry::default(),
            watchers_count: 0,
            sums: Sums::default(),
        }
    }

    /// An answer came into use.
    pub fn note(&mut self, relied: &Relied, held: &[Held]) {
        let value = relied.value.0 as f64;
        self.sums.note(relied, value);
        let mut is_first = true;
        for held in held {
            let memory = self.memory;
            let (entry, counts) = self.entry(held.holder);
            // Watchers are one holder: an answer counts once.
            let counts = counts || std::mem::replace(&mut is_first, false);
            entry.answers += u64::from(counts);
            entry.add(value, held, (relied.at, memory));
        }
    }

    /// The entry of a holder, and whether each of its names counts by itself.
    fn entry(&mut self, holder: Holder) -> (&mut Entry, bool) {
        let (list, place) = match holder {
            Holder::Party(party) => (&mut self.parties, party.index()),
            Holder::Vendor(vendor) => (&mut self.vendors, usize::from(vendor)),
            Holder::Watcher(count) => {
                self.watchers_count = self.watchers_count.max(count);
                return (&mut self.watchers, false);
            }
        };
        if list.len() <= place {
            list.resize(place + 1, Entry::default());
        }
        (&mut list[place], true)
    }

    /// The run has ended: a node or a validator as it is then.
    pub fn end_party(&self, at: Time, gauge: &NodeGauge, reliance: &mut Reliance) {
        let entry = self.parties.get(gauge.node.index()).copied().unwrap_or_default();
        let (kind, operator) = (Some(gauge.kind), Some(gauge.operator));
        reliance.add(HolderEnd { kind, number: gauge.node.0, operator, ..self.end_of(at, entry) });
    }

    /// The run has ended: vendors, watchers, and the sums.
    pub fn end(&self, at: Time, reliance: &mut Reliance) {
        for (number, entry) in self.vendors.iter().enumerate() {
            reliance.add(HolderEnd { number: number as u32, ..self.end_of(at, *entry) });
        }
        let members = self.watchers_count;
        reliance.add(HolderEnd { kind: Some(PartyKind::Watcher), members, ..self.end_of(at, self.watchers) });
        reliance.sums = self.sums;
    }

    fn end_of(&self, at: Time, entry: Entry) -> HolderEnd {
        let recent = entry.faded * fading(entry.until, at, self.memory);
        HolderEnd { kind: None, number: 0, operator: None, members: 1, entry, recent }
    }
}

impl Entry {
    fn add(&mut self, value: f64, held: &Held, (at, memory): (Time, SimDuration)) {
        // The quadrature may leave a rounding below nothing.
        let relied = value * held.reliance.max(0.0);
        self.relied += relied;
        self.lone += value * held.lone;
        self.faded = self.faded * fading(self.until, at, memory) + relied;
        self.until = at;
    }
}

/// What is left of what was there, after this time.
fn fading(from: Time, to: Time, memory: SimDuration) -> f64 {
    exp(-to.since(from).seconds() / memory.seconds())
}

impl Sums {
    fn note(&mut self, relied: &Relied, value: f64) {
        let account = &relied.believed;
        self.answers += 1;
        self.value += value;
        self.examined += if relied.examined { value } else { 0.0 };
        self.proof += value * account.proof;
        self.trust += value * account.trust;
        self.open_risk += value * account.open_risk;
        self.blind += value * relied.blind_risk();
        self.vetoes += u64::from(account.vetoes);
        if let Some(misplaced) = relied.misplaced {
            self.misplaced[0] += value * misplaced;
            self.misplaced[1] += value;
        }
        if let Some(holders) = relied.holders {
            let weight = value * account.trust;
            self.entropy[0] += weight * crate::maths::ln(holders);
            self.entropy[1] += weight;
        }
    }

    /// The mean over answers, weighed by value, of what such a sum is of; `None` without any value.
    pub fn mean(&self, sum: f64) -> Option<f64> {
        (self.value > 0.0).then(|| sum / self.value)
    }

    /// exp H(E|J): the effective number of holders of the trust in one answer, answers weighed by value and trust.
    pub fn holders_of_an_answer(&self) -> Option<f64> {
        (self.entropy[1] > 0.0).then(|| exp(self.entropy[0] / self.entropy[1]))
    }

    /// The mean share of trust that is misplaced.
    pub fn misplaced_trust(&self) -> Option<f64> {
        (self.misplaced[1] > 0.0).then(|| self.misplaced[0] / self.misplaced[1])
    }
}

impl Reliance {
    fn add(&mut self, holder: HolderEnd) {
        if holder.entry.answers > 0 {
            self.holders.push(holder);
        }
    }

    /// How the trust in all answers is shared among the parties. Watchers are as many equal parts.
    pub fn by_party(&self) -> Option<Shares> {
        self.shares(|_, _| true)
    }

    /// The same among operators; who has none stands for itself.
    pub fn by_operator(&self) -> Option<Shares> {
        self.shares(|one, other| one.operator.is_none() || one.operator != other.operator)
    }

    /// Whoever is `apart` from the one before it, in the order of operators, is a holder of its own.
    fn shares(&self, apart: impl Fn(&HolderEnd, &HolderEnd) -> bool) -> Option<Shares> {
        let mut sorted = self.holders.clone();
        sorted.sort_by_key(|holder| (holder.operator.is_none(), holder.operator));
        let mut weights: Vec<f64> = Vec::new();
        for (place, holder) in sorted.iter().enumerate() {
            match weights.last_mut().filter(|_| !apart(holder, &sorted[place.max(1) - 1])) {
                Some(last) => *last += holder.entry.relied,
                None => {
                    let part = holder.entry.relied / f64::from(holder.members);
                    weights.extend(std::iter::repeat_n(part, holder.members as usize));
                }
            }
        }
        Shares::new(&weights)
    }
}

/// The effective number of holders, the inverse of Σ p², and the fewest that hold more than half.
pub fn concentration(shares: &Shares) -> [f64; 3] {
    let nakamoto = shares.nakamoto(HALF).unwrap_or(shares.holders());
    [shares.hill(1.0), 1.0 / shares.hhi(), nakamoto as f64]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::PartyId;
    use crate::domain::money::Money;
    use crate::domain::record::JobKey;
    use crate::domain::reliance::Account;

    /// An answer of this value at this second that relies on these parties.
    fn answer(value: i64, second: u64, held: &[(Holder, f64)]) -> (Relied, Vec<Held>) {
        let parts: Vec<f64> = held.iter().map(|(_, part)| *part).collect();
        let trust: f64 = parts.iter().sum();
        let account = Account { proof: 0.9 - trust, trust, open_risk: 0.1, vetoes: 1 };
        let (holders, largest) = crate::domain::reliance::holders(&parts).unzip();
        let relied = Relied {
            key: JobKey::default(),
            class: Default::default(),
            method: Default::default(),
            requester: Default::default(),
            asked: Time::ZERO,
            at: Time(second * 1_000_000_000),
            value: Money(value),
            is_right: true,
            examined: value > 1,
            believed: account,
            actual: Account { open_risk: 0.15, ..account },
            holders,
            largest,
            misplaced: Some(0.5),
            lone_most: 0.3,
            parties: parts.len() as u32,
        };
        (relied, held.iter().map(|&(holder, reliance)| Held { holder, reliance, lone: 0.1 }).collect())
    }

    // worked example: two answers of worth 1 and 3. Trust in the first is held by two alike, in the second by one of them and a vendor.
    #[test]
    fn a_ledger_by_hand() {
        let [first, second] = [0, 1].map(|number| Holder::Party(PartyId(number)));
        let mut ledger = Ledger::new(SimDuration::SECOND);
        for (value, second_of, held) in
            [(1, 0, [(first, 0.2), (second, 0.2)]), (3, 1, [(first, 0.3), (Holder::Vendor(0), 0.1)])]
        {
            let (relied, held) = answer(value, second_of, &held);
            ledger.note(&relied, &held);
        }
        let mut found = Reliance::default();
        for entry in 0..2 {
            let end = ledger.end_of(Time(2_000_000_000), ledger.parties[entry]);
            found.add(HolderEnd { operator: Some(OperatorId(7)), ..end });
        }
        ledger.end(Time(2_000_000_000), &mut found);
        let near = |found: f64, known: f64| assert!((found - known).abs() < 1e-14, "{found} and not {known}");
        assert_eq!(found.holders.len(), 3, "nobody watches");
        let entries: Vec<(u64, f64)> =
            found.holders.iter().map(|holder| (holder.entry.answers, holder.entry.relied)).collect();
        assert_eq!(entries.iter().map(|entry| entry.0).collect::<Vec<_>>(), [2, 1, 1]);
        entries.iter().zip([1.1, 0.2, 0.3]).for_each(|(entry, known)| near(entry.1, known));
        near(found.holders[0].recent, 0.2 * exp(-2.0) + 0.9 * exp(-1.0));
        let sums = found.sums;
        near(sums.mean(sums.trust).unwrap(), 0.4);
        near(sums.mean(sums.blind).unwrap(), 0.05);
        near(sums.mean(sums.examined).unwrap(), 0.75);
        near(sums.misplaced_trust().unwrap(), 0.5);
        // Weights 0.4 and 1.2 of the entropies of (½, ½) and (¾, ¼).
        let entropy = (crate::maths::ln(2.0) + 3.0 * 0.562_335_144_618_808_4) / 4.0;
        near(sums.holders_of_an_answer().unwrap(), exp(entropy));
        let [_, inverse, nakamoto] = concentration(&found.by_party().unwrap());
        near(inverse, 1.6 * 1.6 / (1.21 + 0.04 + 0.09));
        assert_eq!(nakamoto, 1.0);
        let merged = found.by_operator().unwrap();
        assert_eq!(merged.holders(), 2);
        near(merged.sorted()[0], 1.3 / 1.6);
    }

    /// Watchers count as many equal parts, and an answer with them once.
    #[test]
    fn watchers_are_alike() {
        let mut ledger = Ledger::new(SimDuration::SECOND);
        let (relied, held) = answer(4, 1, &[(Holder::Watcher(4), 0.1); 4]);
        ledger.note(&relied, &held);
        let mut found = Reliance::default();
        ledger.end(Time(1_000_000_000), &mut found);
        assert_eq!((found.holders[0].entry.answers, found.holders[0].members), (1, 4));
        assert!((found.by_party().unwrap().hill(1.0) - 4.0).abs() < 1e-12);
        assert!((found.holders[0].recent - 1.6).abs() < 1e-12);
        assert!(Reliance::default().by_party().is_none());
    }
}
