//! What a channel charges per unit: a GPU-second of computing, a checker's GPU-second, a unit of gas (model §11).

use crate::domain::money::{MICRO, Money, Rounding};
use crate::engine::random::Draw;
use crate::engine::time::{Span, Time};

pub mod band;
pub mod base_fee;
pub mod cost_plus;
pub mod list;
pub mod oracle;
pub mod utilisation;

/// The highest price a rule moves to: a thousand million credits. A price that would pass it stays there.
pub const MOST: Money = Money(1_000_000_000 * MICRO);

/// What a channel saw in the interval that closes; used, target and capacity are in the channel's own units (nanoseconds of
/// work, or gas).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// When it closes.
    pub at: Time,
    /// How long it was.
    pub length: Span,
    /// What was used.
    pub used: u64,
    /// What the channel is meant to carry.
    pub target: u64,
    /// What it can carry at most.
    pub capacity: u64,
    /// What a unit costs those who supply it, on the average, in micro-credits per unit of price (GPU-second, gas).
    pub cost: Money,
    /// How a price becomes a whole number of micro-credits.
    pub rounding: Rounding,
}

/// A pricing rule.
pub trait Rule {
    /// What it remembers.
    type Memory: Clone;

    /// What it remembers at first.
    fn memory(&self) -> Self::Memory;

    /// The price per unit at an instant; `None` while the channel is stopped, when nothing can be bought.
    fn price(&self, memory: &Self::Memory, now: Time) -> Option<Money>;

    /// An interval of the channel closes: the price may move. A rule that does not move lets it pass.
    fn close(&self, memory: &mut Self::Memory, seen: &Interval, draw: &mut Draw);
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
        fn price(now: Time) -> Option<Money>;
        /// An interval of the channel closes.
        fn close(seen: &Interval, draw: &mut Draw) -> ();
    }
}

impl Pricing {
    /// What is wrong with the parameters taken together, for the person who wrote the scenario: with its amounts, and then
    /// with the rest.
    pub fn check(&self) -> Result<(), String> {
        let amounts = self.amounts();
        let of = |wanted: &str| amounts.iter().flatten().find(|(name, _)| *name == wanted).map(|found| found.1);
        for (name, amount) in amounts.iter().flatten() {
            if !(Money::ZERO..=MOST).contains(amount) {
                return Err(format!("`{name}` is a price from 0 to {MOST}, and `{amount}` is not"));
            }
        }
        if let (Some(start), Some(floor)) = (of("start"), of("floor"))
            && start < floor
        {
            return Err(format!("`start` is `{start}`, which is below the `floor` of `{floor}`"));
        }
        match self {
            Pricing::Band(spec) => spec.check(),
            Pricing::Oracle(spec) => spec.check(),
            _ => Ok(()),
        }
    }

    /// The parameters that are prices or parts of prices, by name. Where there is a `floor` the price has its `start` there
    /// or above it.
    fn amounts(&self) -> [Option<(&'static str, Money)>; 3] {
        let mut named = [None; 3];
        let mut put = |amounts: &[(&'static str, Money)]| {
            named.iter_mut().zip(amounts).for_each(|(place, amount)| *place = Some(*amount));
        };
        match self {
            Pricing::List(spec) => put(&[("price", spec.price)]),
            Pricing::CostPlus(spec) => put(&[("start", spec.start), ("floor", spec.floor)]),
            Pricing::Utilisation(spec) => put(&[("base", spec.base)]),
            Pricing::Band(spec) => put(&[("start", spec.start), ("floor", spec.floor)]),
            Pricing::BaseFee(spec) => {
                put(&[("min-step", spec.min_step), ("start", spec.start), ("floor", spec.floor)]);
            }
            Pricing::Oracle(spec) => put(&[("price", spec.price)]),
            #[allow(unreachable_patterns, reason = "a rule without amounts needs no line here")]
            _ => {}
        }
        named
    }
}

impl Interval {
    /// The share of the capacity that was used; above one where more was used than there was room for, `None` where there
    /// was no room at all.
    fn utilisation(&self) -> Option<f64> {
        (self.capacity > 0).then(|| self.used as f64 / self.capacity as f64)
    }
}

/// Parts of one: what a factor is counted in before it meets a price.
const PARTS: i128 = 1_000_000_000_000;

/// `price` times `factor`, which must not be negative, from zero to [`MOST`].
///
/// The factor counts to twelve decimals, so that 1.02 is 1.02 and not the binary number beside it; the product is exact
/// up to its one rounding.
fn scaled(price: Money, factor: f64, rounding: Rounding) -> Money {
    let parts = (factor * PARTS as f64).round_ties_even() as i128;
    bounded(rounding.divide(i128::from(price.0).saturating_mul(parts), PARTS))
}

/// A number of micro-credits as a price, from zero to [`MOST`].
fn bounded(micro: i128) -> Money {
    Money(micro.clamp(0, i128::from(MOST.0)) as i64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::random::Key;

    /// A second in which so much was used, at a cost of 0.0005 credits, rounded down.
    pub(super) fn second(used: u64, target: u64, capacity: u64) -> Interval {
        Interval {
            at: Time::ZERO,
            length: Span::SECOND,
            used,
            target,
            capacity,
            cost: Money(500),
            rounding: Rounding::Floor,
        }
    }

    /// The price after one interval, from a start of its own.
    pub(super) fn after<R: Rule>(rule: &R, memory: &mut R::Memory, seen: Interval) -> i64 {
        rule.close(memory, &seen, &mut Draw::new(Key(1)));
        rule.price(memory, seen.at).unwrap().0
    }

    /// Every amount of every rule may be anything from nothing to the most there is, and no rule may start below its floor.
    #[test]
    fn amounts_of_all_rules_have_the_same_bounds() {
        let mut amounts = 0;
        for rule in PricingTable::rules() {
            let example = toml::from_str::<toml::Table>(&format!("x = {}", rule.example)).unwrap()["x"].clone();
            let check = |key: &str, amount: Money| {
                let mut changed = example.as_table().unwrap().clone();
                changed.insert(key.to_owned(), toml::Value::String(amount.to_string()));
                let mut table = toml::Table::new();
                table.insert("rule".to_owned(), toml::Value::String(rule.name.to_owned()));
                table.insert(rule.name.to_owned(), toml::Value::Table(changed));
                table.try_into::<PricingTable>().unwrap().chosen().unwrap().check()
            };
            let text = format!("rule = \"{0}\"\n{0} = {1}\n", rule.name, rule.example);
            let chosen = toml::from_str::<PricingTable>(&text).unwrap().chosen().unwrap();
            for (name, _) in chosen.amounts().iter().flatten() {
                amounts += 1;
                for wrong in [Money(-1), MOST + Money(1)] {
                    assert!(check(name, wrong).unwrap_err().contains(&format!("`{name}` is a price")), "{}", rule.name);
                }
                match *name {
                    "floor" => assert!(check(name, MOST).unwrap_err().contains("below the `floor`"), "{}", rule.name),
                    _ => assert_eq!(check(name, MOST), Ok(()), "{} {name}", rule.name),
                }
            }
        }
        assert_eq!(amounts, 10, "of six rules");
    }

    #[test]
    fn factors_are_decimal() {
        let (floor, ceil) = (Rounding::Floor, Rounding::Ceil);
        for (price, factor, expected) in [(100, 1.02, 102), (50, 1.1, 55), (1_000, 0.98, 980), (10, 0.1 + 0.2, 3)] {
            assert_eq!(scaled(Money(price), factor, floor), Money(expected), "{price} × {factor}");
            assert_eq!(scaled(Money(price), factor, ceil), Money(expected), "{price} × {factor}");
        }
        assert_eq!((scaled(Money(49), 1.02, floor), scaled(Money(49), 1.02, ceil)), (Money(49), Money(50)));
        assert_eq!((scaled(MOST, 1e300, floor), scaled(MOST, 0.0, ceil)), (MOST, Money::ZERO));
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
                at += Span(1 << (case % 50));
                let rounding = [Rounding::Floor, Rounding::Ceil, Rounding::NearestEven][case / 625];
                let cost = Money((pick(3) >> 1) as i64);
                let seen = Interval {
                    at,
                    length: Span(pick(3)),
                    used: pick(0),
                    target: pick(1),
                    capacity: pick(2),
                    cost,
                    rounding,
                };
                chosen.close(&mut memory, &seen, &mut Draw::new(Key(case as u64)));
                let price = chosen.price(&mut memory, at);
                assert!(price.is_none_or(|price| (Money::ZERO..=MOST).contains(&price)), "{} {seen:?}", rule.name);
            }
        }
    }
}
