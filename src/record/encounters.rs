//! What the same probe meets some time later: another node, another method, another price (model §16).

use crate::domain::ids::{MethodId, PartyId};
use crate::domain::probe::ProbeQuote;
use crate::engine::time::SimDuration;
use crate::maths::ln;

/// So many looks are kept of a lag; those of a longer one are further apart.
const LOOKS: u64 = 24;

/// A full price that differs by more than this factor is another price.
const OTHER: f64 = 1.05;

const HOUR: SimDuration = SimDuration(3_600 * SimDuration::SECOND.0);
const DAY: SimDuration = SimDuration(24 * HOUR.0);

/// What a probe met at a tick.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Met {
    placed: bool,
    /// What leaves the most, and its full price by channel.
    best: Option<((PartyId, MethodId), [f64; 3])>,
}

/// How far what is met differs after some time.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Differences {
    /// Pairs of looks.
    pub pairs: u64,
    /// Of these: those in which one is placed and the other is not.
    pub other_answer: u64,
    /// Pairs in which both have an offer.
    pub quoted: u64,
    /// Of these: those with another node, another method, another full price.
    pub other: [u64; 3],
    /// Sums of |Δ log full price| by channel.
    pub moved: [f64; 3],
    /// How many pairs are in each sum.
    pub compared: [u64; 3],
    /// Channels of pairs that are left out because one full price is zero.
    pub left_out: u64,
}

/// Looks that are a lag apart. Memory is at most 24 looks at each probe, or 47 where ticks do not divide the lag.
#[derive(Clone, Debug)]
pub struct Encounters {
    /// Ticks between two looks.
    step: u64,
    /// The looks of a lag, by number and then by probe.
    kept: Vec<Vec<Met>>,
    /// Ticks so far.
    ticks: u64,
    now: Vec<Met>,
    /// What was found.
    pub found: Differences,
}

impl Encounters {
    /// Looks so far apart, at ticks; `None` where a tick is longer. The lag is rounded to whole ticks, one by one or in even steps.
    pub fn new(lag: SimDuration, tick: SimDuration) -> Option<Encounters> {
        if tick > lag {
            return None;
        }
        let ticks = (lag.0 + tick.0 / 2) / tick.0;
        let step = ticks.div_ceil(LOOKS);
        let looks = ((ticks + step / 2) / step) as usize;
        Some(Encounters {
            step,
            kept: vec![Vec::new(); looks],
            ticks: 0,
            now: Vec::new(),
            found: Differences::default(),
        })
    }

    /// How far two looks are apart, in ticks.
    pub fn apart(&self) -> u64 {
        self.step * self.kept.len() as u64
    }

    /// A probe at the tick under way.
    pub fn see(&mut self, quote: &ProbeQuote) {
        if self.ticks.is_multiple_of(self.step) {
            let best = quote.best.map(|best| ((best.node, best.method), best.by_channel()));
            self.now.push(Met { placed: quote.cause.is_none(), best });
        }
    }

    /// The tick has passed.
    pub fn pass(&mut self) {
        if self.ticks.is_multiple_of(self.step) {
            let place = (self.ticks / self.step) as usize % self.kept.len();
            let before = std::mem::replace(&mut self.kept[place], std::mem::take(&mut self.now));
            for (before, now) in before.iter().zip(&self.kept[place]) {
                self.found.compare(before, now);
            }
            self.now = before;
            self.now.clear();
        }
        self.ticks += 1;
    }
}

impl Differences {
    fn compare(&mut self, before: &Met, now: &Met) {
        self.pairs += 1;
        self.other_answer += u64::from(before.placed != now.placed);
        let (Some((earlier, from)), Some((later, to))) = (before.best, now.best) else { return };
        self.quoted += 1;
        let [first, last]: [f64; 2] = [from.iter().sum(), to.iter().sum()];
        let other_price = first.max(last) > OTHER * first.min(last);
        for (count, is_other) in self.other.iter_mut().zip([earlier.0 != later.0, earlier.1 != later.1, other_price]) {
            *count += u64::from(is_other);
        }
        for channel in 0..3 {
            if from[channel] > 0.0 && to[channel] > 0.0 {
                self.moved[channel] += ln(to[channel] / from[channel]).abs();
                self.compared[channel] += 1;
            } else {
                self.left_out += 1;
            }
        }
    }

    /// Mean |Δ log full price| of a channel; `None` without a pair.
    pub fn distance(&self, channel: usize) -> Option<f64> {
        let pairs = self.compared[channel];
        (pairs > 0).then(|| self.moved[channel] / pairs as f64)
    }
}

/// What probes met, at the lags that are measured: a tick, an hour, a day.
#[derive(Clone, Debug)]
pub struct Lags(pub [Option<Encounters>; 3]);

impl Lags {
    /// Of looks at these ticks.
    pub fn new(tick: SimDuration) -> Lags {
        Lags([tick, HOUR, DAY].map(|lag| Encounters::new(lag, tick)))
    }

    /// Shows each lag.
    pub fn each(&mut self, show: impl FnMut(&mut Encounters)) {
        self.0.iter_mut().flatten().for_each(show);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::fate::Cause;
    use crate::domain::ids::{ClassId, RequesterId};
    use crate::domain::money::Money;
    use crate::domain::probe::FullPrice;
    use crate::domain::work::Work;
    use crate::maths::exp;

    const MINUTE: SimDuration = SimDuration(60 * SimDuration::SECOND.0);

    fn quote(node: u32, lost: [f64; 3], cause: Option<Cause>) -> ProbeQuote {
        let [node, method] = [PartyId(node), PartyId(node / 2)];
        let best = FullPrice { node, method: MethodId(method.0 as _), prices: [Money(0); 3], delays: [0.0; 3], lost };
        ProbeQuote {
            place: 0,
            class: ClassId(0),
            requester: RequesterId(0),
            value: Money(1),
            expected: Work(1),
            cause,
            best: Some(best),
        }
    }

    fn walk(lag: SimDuration, tick: SimDuration, ticks: u64, at: impl Fn(u64) -> ProbeQuote) -> Encounters {
        let mut lag = Encounters::new(lag, tick).expect("a lag of some ticks");
        for tick in 0..ticks {
            lag.see(&at(tick));
            lag.pass();
        }
        lag
    }

    /// A full price that grows by a fixed rate is as far from itself as the rate times the lag, at every lag.
    #[test]
    fn a_price_that_grows_is_as_far_as_it_grew() {
        for (lag, tick, apart) in [(MINUTE, MINUTE, 1), (HOUR, MINUTE, 60), (DAY, SimDuration(10 * MINUTE.0), 144)] {
            let found = walk(lag, tick, 400, |tick| quote(0, [exp(0.001 * tick as f64), 2.0, 0.0], None));
            assert_eq!(found.apart(), apart);
            let distance = found.found.distance(0).expect("there are pairs");
            assert!((distance - 0.001 * apart as f64).abs() < 1e-9, "{distance}");
            assert_eq!((found.found.distance(1), found.found.distance(2)), (Some(0.0), None));
            assert_eq!(found.found.left_out, found.found.pairs);
        }
    }

    /// A market that repeats its day is another one an hour later and the same a day later.
    #[test]
    fn a_day_that_is_repeated_is_met_again() {
        let tick = SimDuration(10 * MINUTE.0);
        let day = |tick: u64| quote((tick % 144) as u32 / 72, [100.0 + (tick % 144) as f64, 1.0, 1.0], None);
        let (hour, whole) = (walk(HOUR, tick, 1_000, day).found, walk(DAY, tick, 1_000, day).found);
        assert!(hour.distance(0).expect("pairs") > 0.01 && hour.other[0] > 0);
        assert_eq!((whole.distance(0), whole.other), (Some(0.0), [0; 3]));
        // Looks are six ticks apart: 167 of them, of which the first 24 have none a day before.
        assert_eq!(whole.pairs, 167 - 24);
        assert_eq!(hour.pairs, 1_000 - 6);
    }

    /// Another node, another method and another answer are counted, each for itself.
    #[test]
    fn what_differs_is_counted() {
        let at = |tick: u64| quote([0, 1, 2, 2][tick as usize], [1.0; 3], (tick == 3).then_some(Cause::Compute));
        let found = walk(MINUTE, MINUTE, 4, at).found;
        assert_eq!((found.pairs, found.quoted, found.other, found.other_answer), (3, 3, [2, 1, 0], 1));
    }

    /// A lag shorter than a tick is not measured, and one that ticks do not divide is rounded.
    #[test]
    fn lags_are_whole_ticks() {
        assert!(Encounters::new(HOUR, SimDuration(2 * HOUR.0)).is_none());
        assert_eq!(Encounters::new(HOUR, SimDuration(7 * MINUTE.0)).expect("a lag").apart(), 9);
        let odd = Encounters::new(DAY, SimDuration(7 * MINUTE.0)).expect("a lag");
        assert_eq!((odd.apart(), odd.kept.len()), (207, 23));
    }
}
