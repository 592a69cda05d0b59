//! Prices per unit: of a GPU-second of computing, a checker's GPU-second, a unit of gas. A price becomes an amount of money only by a
//! quantity and a named rounding.

use crate::domain::work::Work;
use std::fmt;
use std::marker::PhantomData;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::money::{Amount, LARGEST_FEE, MICRO, Money, Rounding, decimal, write_decimal, written};
use crate::engine::law::Quantity;
use crate::engine::mistake::Mistake;

/// A price per unit, in steps of which [`Price::PER_CREDIT`] make a credit; below zero where a table has no price.
///
/// In a file it is a decimal in credits with at most nine decimals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Price(pub i64);

impl Price {
    /// Steps of a price in one credit: the one place that says how fine a price is.
    pub const PER_CREDIT: i64 = 1_000 * MICRO;

    /// Steps of a price in one micro-credit.
    const PER_MICRO: i64 = Self::PER_CREDIT / MICRO;

    /// Nothing.
    pub const ZERO: Price = Price(0);

    /// Where there is no price: the channel is stopped, or a node asks none of its own.
    pub const NONE: Price = Price(-Self::PER_MICRO);

    /// A micro-credit.
    pub const MICRO: Price = Price(Self::PER_MICRO);

    /// The highest price: that of which one unit costs [`LARGEST_FEE`].
    pub const MOST: Price = Price(LARGEST_FEE.0 * Self::PER_MICRO);

    /// Micro-credits of a unit, for statistics and expectations; exact where they are whole.
    #[inline]
    pub fn micro(self) -> f64 {
        let whole = self.0 / Self::PER_MICRO;
        whole as f64 + (self.0 - whole * Self::PER_MICRO) as f64 / Self::PER_MICRO as f64
    }

    /// The nearest whole number of ticks to so many micro-credits; saturates.
    pub fn nearest(micro: f64, tick: Price) -> Price {
        Price(Money::from_micro(micro / tick.micro()).0.saturating_mul(tick.0))
    }

    /// The same in whole ticks, rounded down.
    pub fn down_to(self, tick: Price) -> Price {
        Price(self.0.div_euclid(tick.0) * tick.0)
    }

    /// Whether it is a whole number of ticks.
    pub fn is_whole(self, tick: Price) -> bool {
        self.0 % tick.0 == 0
    }

    /// What the digest covers of it: whole micro-credits as their number, finer prices as a number that no such price has.
    #[inline]
    pub fn word(self) -> u64 {
        match self.0 % Self::PER_MICRO {
            0 => (self.0 / Self::PER_MICRO) as u64,
            _ => self.0 as u64 ^ 1 << 62,
        }
    }

    /// What `work` costs at this price per GPU-second, with one named rounding; at most [`LARGEST_FEE`].
    #[inline]
    pub fn of_work(self, work: Work, rounding: Rounding) -> Money {
        const STEP: i64 = 1_000_000_000 * Price::PER_MICRO;
        // Nearly every product fits 64 bits, where a division costs a third of the wide one.
        let short =
            i64::try_from(work.0).ok().and_then(|work| self.0.checked_mul(work)).filter(|product| *product >= 0);
        if let Some(product) = short {
            let (floor, rest) = (product / STEP, product % STEP);
            let up = match rounding {
                Rounding::Floor => false,
                Rounding::Ceil => rest > 0,
                Rounding::NearestEven => rest > STEP / 2 || (rest == STEP / 2 && floor & 1 == 1),
            };
            return Money(floor + i64::from(up)).min(LARGEST_FEE);
        }
        let wide = rounding.divide(i128::from(self.0) * i128::from(work.0), STEP.into());
        Money(wide.clamp(i64::MIN.into(), LARGEST_FEE.0.into()) as i64)
    }

    /// What so many nanoseconds cost at this price per second, in micro-credits and rounded to nearest, ties to even; however much it is.
    pub fn of_time(self, nanos: u64) -> i128 {
        let step = 1_000_000_000 * i128::from(Self::PER_MICRO);
        Rounding::NearestEven.divide(i128::from(self.0) * i128::from(nanos), step)
    }

    /// What so many units cost, rounded down to a micro-credit. What would be more than a thousand times [`LARGEST_FEE`] stays there.
    #[inline]
    pub fn of_units(self, units: u64) -> Money {
        let short = i64::try_from(units).ok().and_then(|units| self.0.checked_mul(units));
        let product = match short {
            Some(product) => i128::from(product.div_euclid(Self::PER_MICRO)),
            None => Rounding::Floor.divide(i128::from(self.0) * i128::from(units), Self::PER_MICRO.into()),
        };
        let most = i128::from(LARGEST_FEE.times(1_000).0);
        Money(product.clamp(-most, most) as i64)
    }
}

/// A price becomes what one unit costs.
impl From<Price> for Money {
    fn from(price: Price) -> Money {
        price.of_units(1)
    }
}

/// What one unit costs becomes a price; one beyond counting stays at the largest number.
impl From<Money> for Price {
    fn from(amount: Money) -> Price {
        Price(amount.0.saturating_mul(Self::PER_MICRO))
    }
}

/// As a number a price is in micro-credits, to the nearest thousandth of one.
impl Quantity for Price {
    fn from_number(number: f64) -> Price {
        Price((number * Self::PER_MICRO as f64).round_ties_even() as i64)
    }

    fn number(self) -> f64 {
        self.micro()
    }
}

impl fmt::Display for Price {
    /// In credits, as an amount is.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_decimal(f, self.0, 9)
    }
}

/// Reads a decimal exactly; the message says what would be right.
impl TryFrom<&str> for Price {
    type Error = Mistake;
    fn try_from(text: &str) -> Result<Price, Mistake> {
        let help = "write a decimal with at most nine decimals, such as `0.0125`";
        let wrong = || Mistake::of_value(format!("`{text}` is not an amount"), help);
        // An amount may be larger than a price can be: what is wrong with it is said of the amount.
        let most = || Money::try_from(text).ok().map(Price::from);
        decimal(text, 9).map(Price).or_else(most).ok_or_else(wrong)
    }
}

/// Reads the decimal that a number was written as, exactly.
impl TryFrom<f64> for Price {
    type Error = Mistake;
    fn try_from(number: f64) -> Result<Price, Mistake> {
        // Below it neighbouring numbers lie closer than a thousand-millionth.
        const EXACT: f64 = (1u64 << 23) as f64;
        Price::try_from(written(number, EXACT)?.as_str())
    }
}

impl Serialize for Price {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() { serializer.collect_str(self) } else { serializer.serialize_i64(self.0) }
    }
}

impl<'de> Deserialize<'de> for Price {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Price, D::Error> {
        if deserializer.is_human_readable() {
            deserializer.deserialize_newtype_struct(Money::NAME, Amount(PhantomData))
        } else {
            i64::deserialize(deserializer).map(Price)
        }
    }
}

impl JsonSchema for Price {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Price".into()
    }
    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let mut schema = Money::json_schema(generator);
        let says = "a price in credits as a decimal with at most nine decimals, such as 0.0125 or \"0.0125\"";
        schema.insert("description".to_owned(), says.into());
        schema
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A year at the highest price.
    #[test]
    fn what_is_paid_stays_countable() {
        let year = Work(365 * 86_400 * 1_000_000_000);
        assert_eq!(Price::MOST.of_work(year, Rounding::Ceil), LARGEST_FEE);
        assert_eq!(Price(7 * Price::PER_MICRO).of_work(year, Rounding::Ceil), Money(7 * 365 * 86_400));
        assert_eq!(Price::MOST.of_units(u64::MAX), LARGEST_FEE.times(1_000));
        assert_eq!(Price::from(Money(250)).of_units(4), Money(1_000));
    }

    #[test]
    fn the_short_way_and_the_wide_way_agree() {
        for rounding in [Rounding::Floor, Rounding::Ceil, Rounding::NearestEven] {
            for price in [0, 1, 999, 1_000_000, 123_456_789] {
                for work in [0, 1, 499_999_999, 500_000_000, 1_500_000_000, 86_400_000_000_000] {
                    let wide = rounding.divide(i128::from(price) * i128::from(work), 1_000_000_000) as i64;
                    assert_eq!(Price::from(Money(price)).of_work(Work(work), rounding), Money(wide));
                }
            }
        }
    }

    #[test]
    fn a_price_is_what_a_unit_costs() {
        for text in ["0", "0.000001", "12.5", "0.0125"] {
            let price = Price::try_from(text).unwrap();
            assert_eq!((price.to_string().as_str(), Money::from(price)), (text, Money::try_from(text).unwrap()));
            assert_eq!(price.micro(), Money::from(price).0 as f64);
            assert_eq!(Price::from_number(price.number()), price);
            assert_eq!(serde_json::from_str::<Price>(&serde_json::to_string(&price).unwrap()).unwrap(), price);
        }
    }

    /// A price of half a micro-credit: a job that takes two thousand units pays one thousand, and one of a single unit nothing.
    #[test]
    fn a_price_may_be_finer_than_any_amount() {
        let price = Price::try_from("0.0000005").unwrap();
        assert_eq!((price.to_string().as_str(), price.micro()), ("0.0000005", 0.5));
        assert_eq!([1, 2, 2_000].map(|units| price.of_units(units)), [0, 1, 1_000].map(Money));
        assert_eq!(price.of_work(Work(2_000_000_000_000), Rounding::Floor), Money(1_000));
        assert_eq!([Rounding::Floor, Rounding::Ceil].map(|r| price.of_work(Work(1_000_000_000), r)), [0, 1].map(Money));
        assert!(Price::try_from("0.0000000005").is_err() && Price::try_from(0.0000005) == Ok(price));
    }

    /// Ticks: what is drawn goes to the nearest, a mean down; and no two prices are one word to the digest.
    #[test]
    fn ticks_are_whole() {
        let tick = Price(250);
        assert_eq!([0.1, 0.2, 0.5, 7.3].map(|micro| Price::nearest(micro, tick)), [0, 250, 500, 7_250].map(Price));
        assert_eq!([1.5, 2.5].map(|micro| Price::nearest(micro, Price::MICRO)), [2_000, 2_000].map(Price));
        assert_eq!(
            (Price(999).down_to(tick), Price(750).is_whole(tick), Price(751).is_whole(tick)),
            (Price(750), true, false)
        );
        let mut words: Vec<u64> = (-2_000..5_000).map(|steps| Price(steps).word()).collect();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), 7_000);
        assert_eq!((Price::NONE.word(), Price::from(Money(7)).word()), (u64::MAX, 7));
    }
}
