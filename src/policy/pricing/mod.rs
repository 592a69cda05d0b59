//! What a channel charges per unit: a GPU-second of computing, a checker's GPU-second, a unit of gas (model §11).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::money::Rounding;
use crate::domain::price::Price;
use crate::engine::mistake::Mistake;
use crate::engine::random::KeyedRng;
use crate::engine::time::{SimDuration, Time};

pub mod band;
pub mod base_fee;
pub mod cost_plus;
pub mod list;
pub mod oracle;
pub mod utilisation;

/// The highest price a rule moves to, which is the highest amount it may be given. A price that would pass it stays there.
pub const MOST: Price = Price::MOST;

/// What a channel saw in the interval that closes; used, target and capacity are in the channel's own units (nanoseconds of
/// work, or gas).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// When it closes.
    pub at: Time,
    /// How long it was.
    pub length: SimDuration,
    /// What was used.
    pub used: u64,
    /// What the channel is meant to carry.
    pub target: u64,
    /// What it can carry at most.
    pub capacity: u64,
    /// What a unit costs those who supply it, on the average, per unit of price (GPU-second, gas).
    pub cost: Price,
    /// How a price becomes a whole number of ticks.
    pub rounding: Rounding,
    /// The smallest step of a price, above zero.
    pub tick: Price,
}

/// What the rules of computing and of verification go by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Watch {
    /// The share of the slot-time that was used, against `target`.
    #[default]
    Load,
    /// The work that waited for each slot, against `backlog`.
    Queue,
    /// Whichever of the two is further above its target, or less below it.
    Both,
}

/// A pricing rule.
pub trait Rule {
    /// What it remembers.
    type Memory: Clone;

    /// What it remembers at first.
    fn memory(&self) -> Self::Memory;

    /// The price per unit at an instant; `None` while the channel is stopped, when nothing can be bought.
    fn price(&self, memory: &Self::Memory, now: Time) -> Option<Price>;

    /// An interval of the channel closes: the price may move. A rule that does not move lets it pass.
    fn close(&self, memory: &mut Self::Memory, seen: &Interval, draw: &mut KeyedRng);

    /// Whether the price ever moves. Of a channel whose price does not, no interval need be closed.
    fn moves(&self) -> bool {
        true
    }

    /// The market opens: a rule whose first price is not written but computed makes it whole ticks.
    fn open(&self, _memory: &mut Self::Memory, _tick: Price) {}

    /// The prices among its parameters, by key. Each must be a whole number of ticks.
    fn prices(&self) -> Vec<(&'static str, Price)> {
        Vec::new()
    }

    /// The rule takes the place of another in a running market: its price goes on from the present one, `None` while the channel
    /// is stopped. A rule whose price is not its own to move leaves this out.
    fn take_over(&self, _memory: &mut Self::Memory, _present: Option<Price>, _now: Time) {}
}

crate::policy::policies! {
    kind "pricing": PricingTable, Pricing, PricingName, PricingMemory;
    rules {
        list: List,
        cost_plus: CostPlus,
        utilisation: Utilisation,
        band: Band,
        base_fee: BaseFee,
        oracle: Oracle,
    }
    methods {
        /// The price per unit at an instant; `None` while the channel is stopped.
        fn price(&memory, now: Time) -> Option<Price>;
        /// An interval of the channel closes.
        fn close(&mut memory, seen: &Interval, draw: &mut KeyedRng) -> ();
        /// Whether the price ever moves.
        fn moves() -> bool;
        /// The market opens, with this tick.
        fn open(&mut memory, tick: Price) -> ();
        /// The prices among its parameters, by key.
        fn prices() -> Vec<(&'static str, Price)>;
        /// The rule takes the place of another in a running market, at the present price.
        fn take_over(&mut memory, present: Option<Price>, now: Time) -> ();
    }
}

impl Pricing {
    /// A price that never moves.
    pub fn held(price: Price) -> Pricing {
        Pricing::List(list::Spec { price })
    }

    /// What it remembers at first, where prices move in such ticks.
    pub fn opened(&self, tick: Price) -> PricingMemory {
        let mut memory = self.memory();
        self.open(&mut memory, tick);
        memory
    }

    /// Whether a unit costs nothing, at any time.
    pub fn is_free(&self) -> bool {
        !self.moves() && self.price(&self.memory(), Time::ZERO) == Some(Price::ZERO)
    }
}

/// What is wrong with a price that starts below its floor, if it does.
fn check_floor(start: Price, floor: Price) -> Result<(), Mistake> {
    if start >= floor {
        return Ok(());
    }
    Err(Mistake::new("start", format!("`start` is `{start}`, which is below the `floor` of `{floor}`"), ""))
}

impl Interval {
    /// The same interval as a rule sees it that watches a queue of `filled` times its target: used is that many times the target.
    pub fn watching(self, watch: Watch, filled: f64) -> Interval {
        let of_target = (filled * self.target as f64).round_ties_even() as u64;
        let used = match watch {
            Watch::Load => self.used,
            Watch::Queue => of_target,
            Watch::Both => self.used.max(of_target),
        };
        Interval { used, ..self }
    }

    /// The share of the capacity that was used; above one where more was used than there was room for, `None` where there
    /// was no room at all.
    fn utilisation(&self) -> Option<f64> {
        (self.capacity > 0).then(|| self.used as f64 / self.capacity as f64)
    }
}

/// Parts of one: what a factor is counted in before it meets a price.
const PARTS: i128 = 1_000_000_000_000;

/// `price` times `factor`, which must not be negative, in whole ticks and from zero to [`MOST`].
///
/// The factor counts to twelve decimals, so that 1.02 is 1.02 and not the binary number beside it; the product is exact
/// up to its one rounding.
fn scaled(price: Price, factor: f64, seen: &Interval) -> Price {
    let parts = (factor * PARTS as f64).round_ties_even() as i128;
    let product = i128::from(price.0).saturating_mul(parts);
    bounded(seen.rounding.divide(product, PARTS * i128::from(seen.tick.0)), seen.tick)
}

/// A number of ticks as a price, from zero to [`MOST`].
fn bounded(ticks: i128, tick: Price) -> Price {
    Price(ticks.clamp(0, i128::from(MOST.0 / tick.0)) as i64 * tick.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::money::Money;
    use crate::engine::random::{Key, RandomSource};

    /// A rule that takes over from another goes on from the present price, unless its price is not its own to move; and one that finds
    /// the channel stopped begins as it would at first.
    #[test]
    fn rules_take_over_at_the_present_price() {
        let (present, now) = (Price(777_000_000), Time(86_400_000_000_000));
        for rule in PricingTable::rules() {
            let table = format!("rule = \"{0}\"\n{0} = {1}\n", rule.name, rule.example);
            let rule = toml::from_str::<PricingTable>(&table).unwrap().chosen().unwrap();
            let mut memory = rule.memory();
            assert!(rule.remembers(&memory));
            rule.take_over(&mut memory, None, now);
            let fresh = rule.price(&memory, now).expect("it is read now");
            rule.take_over(&mut memory, Some(present), now);
            // A posted price stays as it is written, and one in another unit of account goes by its rate.
            let own = !rule.moves() || matches!(rule, Pricing::Oracle(_));
            assert_eq!(rule.price(&memory, now), Some(if own { fresh } else { present }), "{}", rule.name());
        }
        let [band, list] = ["band", "list"].map(|name| {
            let rule = PricingTable::rules().into_iter().find(|rule| rule.name == name).expect("a rule");
            let table = format!("rule = \"{name}\"\n{name} = {}\n", rule.example);
            toml::from_str::<PricingTable>(&table).unwrap().chosen().unwrap()
        });
        assert!(!band.remembers(&list.memory()) && !list.remembers(&band.memory()));
    }

    /// A queue at its target is as good as a load at its own; with both the scarcer of the two moves the price.
    #[test]
    fn a_rule_sees_the_queue_in_the_place_of_the_load() {
        let seen = second(30, 50, 100);
        let used = |watch, filled| seen.watching(watch, filled).used;
        assert_eq!([0.0, 1.0, 2.5].map(|filled| used(Watch::Load, filled)), [30; 3]);
        assert_eq!([0.0, 1.0, 2.5].map(|filled| used(Watch::Queue, filled)), [0, 50, 125]);
        assert_eq!([0.0, 0.5, 1.0, 2.5].map(|filled| used(Watch::Both, filled)), [30, 30, 50, 125]);
        assert_eq!(used(Watch::Queue, f64::INFINITY), u64::MAX);
    }

    /// A second in which so much was used, at a cost of 0.0005 credits, rounded down.
    pub(super) fn second(used: u64, target: u64, capacity: u64) -> Interval {
        Interval {
            at: Time::ZERO,
            length: SimDuration::SECOND,
            used,
            target,
            capacity,
            cost: Price(500),
            rounding: Rounding::Floor,
            tick: Price(1),
        }
    }

    /// The price after one interval, from a start of its own.
    pub(super) fn after<R: Rule>(rule: &R, memory: &mut R::Memory, seen: Interval) -> i64 {
        rule.close(memory, &seen, &mut KeyedRng::new(Key(1)));
        rule.price(memory, seen.at).unwrap().0
    }

    /// Every amount of every rule may be anything from nothing to the most there is, and no rule may start below its floor.
    #[test]
    fn amounts_of_all_rules_have_the_same_bounds() {
        let mut amounts = 0;
        for rule in PricingTable::rules() {
            let example = toml::from_str::<toml::Table>(&format!("x = {}", rule.example)).unwrap()["x"].clone();
            let check = |key: &str, amount: Money| -> Result<(), Mistake> {
                let mut changed = example.as_table().unwrap().clone();
                changed.insert(key.to_owned(), toml::Value::String(amount.to_string()));
                let mut table = toml::Table::new();
                table.insert("rule".to_owned(), toml::Value::String(rule.name.to_owned()));
                table.insert(rule.name.to_owned(), toml::Value::Table(changed));
                table.try_into::<PricingTable>().unwrap().chosen().unwrap().check()
            };
            let text = format!("rule = \"{0}\"\n{0} = {1}\n", rule.name, rule.example);
            let chosen = toml::from_str::<PricingTable>(&text).unwrap().chosen().unwrap();
            for (name, _) in chosen.amounts() {
                amounts += 1;
                for wrong in [Money(-1), super::super::MOST + Money(1)] {
                    assert_eq!(check(name, wrong).unwrap_err().key, name, "{}", rule.name);
                }
                match name {
                    "floor" => assert_eq!(check(name, MOST.into()).unwrap_err().key, "start", "{}", rule.name),
                    _ => assert_eq!(check(name, MOST.into()), Ok(()), "{} {name}", rule.name),
                }
            }
        }
        assert!(amounts >= 10, "of the six rules there were");
    }

    /// Whatever the parameters, they are refused, or the price stays from zero to the most there is.
    #[test]
    fn random_parameters_are_refused_or_run() {
        crate::policy::trial::endure(PricingTable::rules(), |name, table: PricingTable, draw| {
            let rule = table.chosen().unwrap();
            rule.check()?;
            let (mut memory, mut at) = (rule.memory(), Time::ZERO);
            for _ in 0..20 {
                let price = rule.price(&memory, at);
                assert!(
                    price.is_none_or(|price| (Price::ZERO..=MOST).contains(&price)),
                    "{price:?} by {name} {rule:?}"
                );
                let length = SimDuration(draw.bits() >> (1 + draw.below(63)));
                at += length;
                let used = draw.bits() >> draw.below(64);
                let seen = Interval {
                    at,
                    length,
                    used,
                    target: if draw.chance(0.2) { used } else { draw.bits() >> draw.below(64) },
                    capacity: draw.bits() >> draw.below(64),
                    cost: Price((draw.bits() >> (1 + draw.below(63))) as i64),
                    rounding: [Rounding::Floor, Rounding::Ceil, Rounding::NearestEven][draw.below(3) as usize],
                    tick: [Price(1), Price::MICRO, Price(7_000_000_000)][draw.below(3) as usize],
                };
                rule.close(&mut memory, &seen, draw);
                assert!(rule.moves() || rule.price(&memory, at) == price, "{name} says that it does not move");
            }
            Ok(())
        });
    }

    #[test]
    fn factors_are_decimal() {
        let [floor, ceil] = [Rounding::Floor, Rounding::Ceil].map(|rounding| Interval { rounding, ..second(1, 1, 1) });
        for (price, factor, expected) in [(100, 1.02, 102), (50, 1.1, 55), (1_000, 0.98, 980), (10, 0.1 + 0.2, 3)] {
            assert_eq!(scaled(Price(price), factor, &floor), Price(expected), "{price} × {factor}");
            assert_eq!(scaled(Price(price), factor, &ceil), Price(expected), "{price} × {factor}");
        }
        assert_eq!((scaled(Price(49), 1.02, &floor), scaled(Price(49), 1.02, &ceil)), (Price(49), Price(50)));
        assert_eq!((scaled(MOST, 1e300, &floor), scaled(MOST, 0.0, &ceil)), (MOST, Price::ZERO));
    }

    /// Whatever an interval holds, a rule leaves a price from zero to the most there is, or none.
    #[test]
    fn no_interval_breaks_a_rule() {
        let numbers = [0, 1, 999, 1_000_000_007, u64::MAX];
        for rule in PricingTable::rules() {
            let text = format!("rule = \"{0}\"\n{0} = {1}\n", rule.name, rule.example);
            let chosen = toml::from_str::<PricingTable>(&text).unwrap().chosen().unwrap();
            chosen.check().unwrap();
            let (mut memory, mut at) = (chosen.memory(), Time::ZERO);
            for case in 0..5 * 5 * 5 * 5 * 3_usize {
                let pick = |place: u32| numbers[case / 5_usize.pow(place) % 5];
                at += SimDuration(1 << (case % 50));
                let rounding = [Rounding::Floor, Rounding::Ceil, Rounding::NearestEven][case / 625];
                let cost = Price((pick(3) >> 1) as i64);
                let seen = Interval {
                    at,
                    length: SimDuration(pick(3)),
                    used: pick(0),
                    target: pick(1),
                    capacity: pick(2),
                    cost,
                    rounding,
                    tick: Price::MICRO,
                };
                chosen.close(&mut memory, &seen, &mut KeyedRng::new(Key(case as u64)));
                let price = chosen.price(&memory, at);
                assert!(price.is_none_or(|price| (Price::ZERO..=MOST).contains(&price)), "{} {seen:?}", rule.name);
            }
        }
    }
}
