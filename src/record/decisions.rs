//! How long decisions of probes live, and what ends them (model §16).
//!
//! A decision is what leaves the most of a probe's value: a node with a method, or nothing. It ends at the first tick at which keeping it
//! would cost more than a share of its full price against the best on offer. Lives that are not seen to end are censored.

use std::collections::BTreeMap;

use crate::domain::ids::{MethodId, PartyId};
use crate::domain::probe::{Change, Ending, ProbeOption, ProbeQuote};
use crate::engine::time::{SimDuration, Time};
use crate::stats::survival::SurvivalCurve;
use crate::stats::survival_grid::SurvivalGrid;

/// A node with a method; `None` where nothing is taken.
pub type Taken = Option<(PartyId, MethodId)>;

/// The shares of its full price by which keeping a decision may fall behind.
const SHARES: [f64; 2] = [0.05, 0.2];

/// What may change by itself: the three parts of an option, and which options there are.
const GROUPS: [Change; 4] = [Change::Prices, Change::Queues, Change::Opinions, Change::Supply];

/// A decision that has ended, or that was last seen to stand.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DecisionRecord {
    /// The place of the probe.
    pub place: u32,
    /// What would end it.
    pub ending: Ending,
    /// What was decided.
    pub taken: Taken,
    /// The tick at which it was taken.
    pub began: Time,
    /// The tick at which it was seen to have ended, or last seen to stand.
    pub until: Time,
    /// Whether it has ended.
    pub ended: bool,
    /// What would have ended it alone, and what alone would have spared it; `None` where that is not asked or it stands.
    pub changes: Option<[Change; 2]>,
}

/// A decision that stands.
#[derive(Clone, Debug)]
struct Open {
    taken: Taken,
    began: Time,
    /// All that was weighed then, in the order of keys.
    options: Vec<ProbeOption>,
}

/// How many lives had which length: those that ended, and those that were seen no further.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lives(BTreeMap<u64, [u64; 2]>);

/// Decisions of probes. Memory is what was weighed at the birth of those that stand, and one entry for each length of a life.
#[derive(Clone, Debug, Default)]
pub struct Decisions {
    /// Whether requesters weigh offers. A requester that takes the first offer weighs none, so the cost of keeping it is unknown.
    weighs: bool,
    /// By probe and ending.
    open: Vec<[Option<Open>; Ending::ALL.len()]>,
    last: Time,
    /// By ending.
    pub lives: [Lives; Ending::ALL.len()],
    /// Of those that fell behind by the smaller share: how many each change would have ended alone.
    pub alone: [u64; Change::ALL.len()],
    /// Of the same: how many each change alone would have spared.
    pub spared: [u64; Change::ALL.len()],
}

impl Lives {
    fn note(&mut self, life: SimDuration, ended: bool) {
        self.0.entry(life.0).or_default()[usize::from(!ended)] += 1;
    }

    /// Decisions that ended, and all.
    pub fn counts(&self) -> [u64; 2] {
        let [ended, censored] = [0, 1].map(|which: usize| self.0.values().map(|counts| counts[which]).sum::<u64>());
        [ended, ended + censored]
    }

    /// The product-limit estimate; `None` without any decision that was seen for a while.
    pub fn curve(&self) -> Option<SurvivalCurve> {
        if self.0.is_empty() {
            return None;
        }
        let mut grid = SurvivalGrid::new(self.0.keys().copied().collect(), 1);
        for (&life, &[ended, censored]) in &self.0 {
            grid.record_all(life, Some(0), ended);
            grid.record_all(life, None, censored);
        }
        grid.curve()
    }

    /// The time by which half have ended; `None` where fewer did while they were seen.
    pub fn half_life(&self) -> Option<SimDuration> {
        self.curve()?.quantile(0.5).map(SimDuration)
    }

    /// The share that lives longer than this; `None` where none was seen so long.
    pub fn kept(&self, age: SimDuration) -> Option<f64> {
        self.curve()?.survival(age.0).map(|(share, _)| share)
    }
}

impl Decisions {
    /// Of requesters that weigh offers, or that take the first.
    pub fn new(weighs: bool) -> Decisions {
        Decisions { weighs, ..Decisions::default() }
    }

    /// A probe at the next tick; `each` is shown what has ended.
    pub fn see(
        &mut self,
        at: Time,
        quote: &ProbeQuote,
        options: &[ProbeOption],
        each: &mut dyn FnMut(&DecisionRecord),
    ) {
        self.last = at;
        let place = quote.place as usize;
        while self.open.len() <= place {
            self.open.push(Default::default());
        }
        let weighs = self.weighs && (!options.is_empty() || quote.best.is_none());
        for (index, &ending) in Ending::ALL.iter().enumerate() {
            let limit = SHARES.get(index).copied();
            let open = self.open[place][index].take();
            let ends = |open: &Open| match limit {
                Some(limit) => weighs && falls_behind(open.taken, quote.value.0 as f64, options, limit),
                None => open.taken != chosen(quote),
            };
            let open = match open {
                Some(open) if ends(&open) => {
                    let value = quote.value.0 as f64;
                    let changes = limit.map(|limit| changes(open.taken, value, [&open.options, options], limit));
                    let record = DecisionRecord { until: at, ended: true, changes, ..open.record(quote.place, ending) };
                    self.note(&record, each);
                    None
                }
                open => open,
            };
            let born = || match limit {
                Some(_) => Open { taken: best(quote.value.0 as f64, options), began: at, options: options.to_vec() },
                None => Open { taken: chosen(quote), began: at, options: Vec::new() },
            };
            self.open[place][index] = open.or_else(|| (weighs || limit.is_none()).then(born));
        }
    }

    /// Those that stand were seen no further.
    pub fn end(&mut self, each: &mut dyn FnMut(&DecisionRecord)) {
        for (place, open) in std::mem::take(&mut self.open).into_iter().enumerate() {
            for (open, &ending) in open.iter().zip(Ending::ALL) {
                // A decision of the last tick was not seen for any time.
                let Some(open) = open.as_ref().filter(|open| open.began < self.last) else { continue };
                let record = DecisionRecord { until: self.last, ..open.record(place as u32, ending) };
                self.note(&record, each);
            }
        }
    }

    fn note(&mut self, record: &DecisionRecord, each: &mut dyn FnMut(&DecisionRecord)) {
        self.lives[record.ending as usize].note(record.until.since(record.began), record.ended);
        if let (Some([alone, spared]), Ending::Near) = (record.changes, record.ending) {
            self.alone[alone as usize] += 1;
            self.spared[spared as usize] += 1;
        }
        each(record);
    }
}

impl Open {
    fn record(&self, place: u32, ending: Ending) -> DecisionRecord {
        let &Open { taken, began, .. } = self;
        DecisionRecord { place, ending, taken, began, until: began, ended: false, changes: None }
    }
}

/// What the probe would take.
fn chosen(quote: &ProbeQuote) -> Taken {
    quote.best.filter(|_| quote.cause.is_none()).map(|best| (best.node, best.method))
}

/// Of all options the first that takes least off the value.
fn least(options: &[ProbeOption]) -> Option<&ProbeOption> {
    options.iter().reduce(|least, option| if option.total() < least.total() { option } else { least })
}

/// What leaves the most: nothing, unless some option leaves anything.
fn best(value: f64, options: &[ProbeOption]) -> Taken {
    least(options).filter(|least| least.total() < value).map(ProbeOption::key)
}

fn of(options: &[ProbeOption], key: (PartyId, MethodId)) -> Option<&ProbeOption> {
    options.binary_search_by_key(&key, ProbeOption::key).ok().map(|place| &options[place])
}

/// Whether keeping a decision would cost more than this share of its full price. That of taking nothing is of the best option.
fn falls_behind(taken: Taken, value: f64, options: &[ProbeOption], limit: f64) -> bool {
    let least = least(options);
    let Some(key) = taken else {
        return least.is_some_and(|least| value - least.total() > limit * least.full());
    };
    // What is not on offer cannot be kept.
    let Some(own) = of(options, key) else { return true };
    let best = least.map_or(value, |least| least.total().min(value));
    own.total().is_infinite() || own.total() - best > limit * own.full()
}

/// What would have ended a decision alone, of what was weighed at its birth and what is weighed now; and what alone would have spared it.
fn changes(taken: Taken, value: f64, seen: [&[ProbeOption]; 2], limit: f64) -> [Change; 2] {
    let ends = |later: [bool; 4]| falls_behind(taken, value, &mixed(seen, later), limit);
    let alone = GROUPS.map(|group| ends(GROUPS.map(|other| other == group)));
    let spared = GROUPS.map(|group| !ends(GROUPS.map(|other| other != group)));
    [alone, spared].map(|groups| {
        let mut which = GROUPS.iter().zip(groups).filter(|(_, does)| *does).map(|(group, _)| *group);
        match (which.next(), which.next()) {
            (Some(only), None) => only,
            (Some(_), Some(_)) => Change::Several,
            (None, _) => Change::Joint,
        }
    })
}

/// Options of which some parts are those of the later instant, in the order of keys. Where an option has no part at the instant asked for, it
/// is the one that it has.
fn mixed([before, now]: [&[ProbeOption]; 2], later: [bool; 4]) -> Vec<ProbeOption> {
    let (present, other) = if later[3] { (now, before) } else { (before, now) };
    let mix = |own: &ProbeOption| {
        let beside = of(other, own.key()).unwrap_or(own);
        let parts =
            [0, 1, 2].map(|part: usize| if later[part] == later[3] { own.parts[part] } else { beside.parts[part] });
        ProbeOption { parts, ..*own }
    };
    present.iter().map(mix).collect()
}

#[cfg(test)]
mod tests;
