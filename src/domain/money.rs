//! Money: integer micro-units of two assets, and the named roundings that turn a price into an amount.

use crate::engine::mistake::Mistake;
use std::fmt;
use std::iter::Sum;
use std::marker::PhantomData;
use std::ops::{Add, AddAssign, Neg, Sub, SubAssign};

use schemars::JsonSchema;
use serde::de::Visitor;
use serde::{Deserialize, Serialize};

use crate::engine::law::Quantity;

/// Micro-units in one unit of an asset.
pub const MICRO: i64 = 1_000_000;

/// What one party is paid at most for one piece of work, and the highest price of a unit: a thousand million credits. Work at a price
/// that has climbed to its limit would cost more than 64 bits count.
pub const LARGEST_FEE: Money = Money(1_000_000_000 * MICRO);

/// An amount of an asset in integer micro-units; may be negative (a posting, a surplus).
///
/// In a file it is a decimal in whole units with at most six decimals, such as `0.0125`, `1e-3` or `"0.0125"`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Money(pub i64);

/// What is counted: `credit` is the unit of account, `token` is what is staked and emitted (model §1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Asset {
    /// The unit of account: prices and costs.
    Credit,
    /// Stakes and emissions, where a scenario says so.
    Token,
}

/// How a product of a price and a quantity becomes a whole number of micro-units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Rounding {
    /// Towards minus infinity.
    Floor,
    /// Towards plus infinity.
    Ceil,
    /// To the nearest, halves to the even neighbour.
    #[default]
    NearestEven,
}

impl Rounding {
    /// `numerator / denominator` as a whole number. Panics if `denominator` is not positive.
    pub fn divide(self, numerator: i128, denominator: i128) -> i128 {
        assert!(denominator > 0, "a rounding divides by a positive number");
        let floor = numerator.div_euclid(denominator);
        let rest = numerator.rem_euclid(denominator);
        match self {
            Rounding::Floor => floor,
            Rounding::Ceil => floor + i128::from(rest > 0),
            Rounding::NearestEven => match (2 * rest).cmp(&denominator) {
                std::cmp::Ordering::Less => floor,
                std::cmp::Ordering::Greater => floor + 1,
                std::cmp::Ordering::Equal => floor + (floor & 1),
            },
        }
    }
}

impl Money {
    /// A share of this amount, from 0 to 1, rounded down to a whole micro-unit.
    pub fn share(self, share: f64) -> Money {
        Money((self.0 as f64 * share.clamp(0.0, 1.0)) as i64)
    }
    /// The name under which a deserialiser is asked for an amount.
    pub const NAME: &str = "Money";

    /// Nothing.
    pub const ZERO: Money = Money(0);

    /// Whole units, for statistics and people.
    pub fn units(self) -> f64 {
        self.0 as f64 / MICRO as f64
    }

    /// The nearest amount to `units`; saturates.
    pub fn from_units(units: f64) -> Money {
        Money((units * MICRO as f64).round_ties_even() as i64)
    }

    /// The nearest amount to a number of micro-units; saturates.
    pub fn from_micro(micro: f64) -> Money {
        // Where no fraction has room any more, a sum is rounded to nearest, ties to even, without a call of the C library.
        const NO_FRACTIONS: f64 = 1.5 * (1u64 << 52) as f64;
        match micro.abs() < (1u64 << 51) as f64 {
            true => Money((micro + NO_FRACTIONS - NO_FRACTIONS) as i64),
            false => Money(micro.round_ties_even() as i64),
        }
    }

    /// So many times as much. What would be more than a thousand times [`LARGEST_FEE`] stays there, so that the parts of a price
    /// have a sum.
    pub fn times(self, count: u64) -> Money {
        const MOST: i64 = 1_000 * LARGEST_FEE.0;
        let product = i64::try_from(count).ok().and_then(|count| self.0.checked_mul(count));
        Money(product.unwrap_or(if self.0 < 0 { -MOST } else { MOST }).clamp(-MOST, MOST))
    }
}

/// As a number an amount is in micro-units.
impl Quantity for Money {
    fn from_number(number: f64) -> Money {
        Money::from_micro(number)
    }

    fn number(self) -> f64 {
        self.0 as f64
    }
}

impl Add for Money {
    type Output = Money;
    fn add(self, other: Money) -> Money {
        Money(self.0.checked_add(other.0).expect("an amount of money beyond 64 bits"))
    }
}

impl Sub for Money {
    type Output = Money;
    fn sub(self, other: Money) -> Money {
        Money(self.0.checked_sub(other.0).expect("an amount of money beyond 64 bits"))
    }
}

impl AddAssign for Money {
    fn add_assign(&mut self, other: Money) {
        *self = *self + other;
    }
}

impl SubAssign for Money {
    fn sub_assign(&mut self, other: Money) {
        *self = *self - other;
    }
}

impl Neg for Money {
    type Output = Money;
    fn neg(self) -> Money {
        Money(-self.0)
    }
}

impl Sum for Money {
    fn sum<I: Iterator<Item = Money>>(amounts: I) -> Money {
        amounts.fold(Money::ZERO, Add::add)
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_decimal(f, self.0, 6)
    }
}

/// Reads a decimal exactly; the message says what would be right.
impl TryFrom<&str> for Money {
    type Error = Mistake;
    fn try_from(text: &str) -> Result<Money, Mistake> {
        let help = "write a decimal with at most six decimals, such as `0.0125`";
        let wrong = || Mistake::of_value(format!("`{text}` is not an amount"), help);
        decimal(text, 6).map(Money).ok_or_else(wrong)
    }
}

/// A decimal in whole units as a whole number of its last place, of so many; `None` where it is none, or has more places.
pub(super) fn decimal(text: &str, places: i32) -> Option<i64> {
    let trimmed = text.trim().replace('_', "");
    let (sign, digits) = trimmed.strip_prefix('-').map_or((1, trimmed.as_str()), |rest| (-1, rest));
    let (mantissa, power) = digits.split_once(['e', 'E']).unwrap_or((digits, "0"));
    let power: i32 = power.parse().ok()?;
    let (whole, decimals) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    // Nothing within 64 bits has more digits or a larger power than this.
    if whole.is_empty() || !all_digits(whole) || !all_digits(decimals) || decimals.len() > 40 || power.abs() > 40 {
        return None;
    }
    let (digits, shift) = (format!("{whole}{decimals}"), places + power - decimals.len() as i32);
    let steps = match usize::try_from(shift) {
        Ok(zeros) => format!("{digits}{}", "0".repeat(zeros)),
        Err(_) => {
            let padded = format!("{digits:0>width$}", width = shift.unsigned_abs() as usize + 1);
            let (kept, lost) = padded.split_at(padded.len() - shift.unsigned_abs() as usize);
            if lost.bytes().any(|digit| digit != b'0') {
                return None;
            }
            kept.to_owned()
        }
    };
    steps.parse::<i64>().ok().map(|steps| sign * steps)
}

/// A whole number of the last place, of so many, as a decimal without zeros behind.
pub(super) fn write_decimal(f: &mut fmt::Formatter<'_>, steps: i64, places: usize) -> fmt::Result {
    let unit = 10u64.pow(places as u32);
    let (whole, rest) = (steps.unsigned_abs() / unit, steps.unsigned_abs() % unit);
    let sign = if steps < 0 { "-" } else { "" };
    let decimals = format!("{rest:0places$}");
    match decimals.trim_end_matches('0') {
        "" => write!(f, "{sign}{whole}"),
        shown => write!(f, "{sign}{whole}.{shown}"),
    }
}

/// Reads the decimal that a number was written as, exactly.
impl TryFrom<f64> for Money {
    type Error = Mistake;
    fn try_from(number: f64) -> Result<Money, Mistake> {
        // Below it neighbouring numbers lie closer than a millionth, so that each millionth has a number of its own.
        const EXACT: f64 = (1u64 << 33) as f64;
        Money::try_from(written(number, EXACT)?.as_str())
    }
}

/// The decimal that a number was written as; from `exact` on only one without a fraction is sure to be that.
pub(super) fn written(number: f64, exact: f64) -> Result<String, Mistake> {
    if number.is_finite() && number.fract() != 0.0 && number.abs() >= exact {
        let message = format!("`{number}` has more digits than a number without quotes keeps");
        return Err(Mistake::of_value(message, format!("write it in quotes: `\"{number}\"`")));
    }
    Ok(number.to_string())
}

impl Serialize for Money {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() { serializer.collect_str(self) } else { serializer.serialize_i64(self.0) }
    }
}

impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Money, D::Error> {
        if !deserializer.is_human_readable() {
            return i64::deserialize(deserializer).map(Money);
        }
        // The name tells a document what is asked for here.
        deserializer.deserialize_newtype_struct(Money::NAME, Amount(PhantomData))
    }
}

/// Reads an amount, or a price, from a number or a text.
pub(super) struct Amount<T>(pub PhantomData<T>);

impl<'de, T> Visitor<'de> for Amount<T>
where
    T: for<'t> TryFrom<&'t str, Error = Mistake> + TryFrom<f64, Error = Mistake>,
{
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an amount")
    }

    fn visit_newtype_struct<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<T, E> {
        T::try_from(text).map_err(E::custom)
    }

    fn visit_f64<E: serde::de::Error>(self, number: f64) -> Result<T, E> {
        T::try_from(number).map_err(E::custom)
    }

    fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<T, E> {
        self.visit_str(&number.to_string())
    }

    fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<T, E> {
        self.visit_str(&number.to_string())
    }
}

impl JsonSchema for Money {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Money".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": ["number", "string"],
            "pattern": r"^-?[0-9_]+(\.[0-9]*)?([eE][+-]?[0-9]+)?$",
            "description": "an amount in whole units as a decimal with at most six decimals, such as 0.0125 or \"0.0125\""
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As the standard library rounds, on both sides of where the short way ends.
    #[test]
    fn the_nearest_amount_is_the_even_one_of_two() {
        let edges =
            [0.0, 0.5, 1.5, 2.5, 0.5f64.next_down(), 1e15 + 0.5, (1u64 << 51) as f64, (1u64 << 52) as f64 + 1.0, 1e18];
        for number in edges.into_iter().flat_map(|edge| [edge, edge.next_down(), edge.next_up(), edge + 0.75]) {
            for number in [number, -number] {
                assert_eq!(Money::from_micro(number).0, number.round_ties_even() as i64, "{number}");
            }
        }
    }

    /// Ten thousand of the largest fee.
    #[test]
    fn what_is_paid_stays_countable() {
        assert_eq!(LARGEST_FEE.times(10_000), LARGEST_FEE.times(1_000));
        assert_eq!(LARGEST_FEE.times(u64::MAX), LARGEST_FEE.times(1_000));
        assert_eq!(Money(-3).times(4), Money(-12));
    }

    #[test]
    fn money_reads_what_it_writes() {
        for text in ["0", "1", "-0.000001", "12.5", "0.0125", "9000000000000"] {
            assert_eq!(Money::try_from(text).unwrap().to_string(), text);
        }
        for text in ["", "1.2345678", "--1", "a", ".5", "e3", "1e", "1e-7", "1e13", "1e99", "1e-99", "1.5e3x"] {
            assert!(Money::try_from(text).is_err(), "{text}");
        }
        for (text, micro) in [("1.", 1_000_000), ("1e3", 1_000_000_000), ("1e-3", 1_000), ("-2.50E-5", -25), ("0e9", 0)]
        {
            assert_eq!(Money::try_from(text), Ok(Money(micro)), "{text}");
        }
    }

    /// Every amount below the limit reads back from the number that stands for it; beyond it a fraction is refused.
    #[test]
    fn numbers_are_amounts_as_texts_are() {
        let read = |json: &str| serde_json::from_str::<Money>(json).map_err(|error| error.to_string());
        for (json, micro) in
            [("0.0005", 500), ("\"0.0005\"", 500), ("1e-3", 1_000), ("-2", -2_000_000), ("3.0", 3_000_000)]
        {
            assert_eq!(read(json), Ok(Money(micro)), "{json}");
        }
        for micro in [1, 33, 999_999, 123_456_789_012, 8_589_934_591_999_999] {
            assert_eq!(Money::try_from(Money(micro).units()), Ok(Money(micro)));
        }
        assert!(read("0.0000001").unwrap_err().contains("at most six decimals"));
        assert!(read("9100000000.5").unwrap_err().contains("in quotes"));
        assert!(read("true").unwrap_err().contains("expected an amount"));
        assert!(Money::try_from(f64::NAN).is_err() && Money::try_from(f64::INFINITY).is_err());
    }

    #[test]
    fn roundings_differ_where_they_should() {
        let cases =
            [(5, 2, [2, 3, 2]), (7, 2, [3, 4, 4]), (-5, 2, [-3, -2, -2]), (6, 2, [3, 3, 3]), (-1, 3, [-1, 0, 0])];
        for (numerator, denominator, expected) in cases {
            let all = [Rounding::Floor, Rounding::Ceil, Rounding::NearestEven];
            assert_eq!(all.map(|rounding| rounding.divide(numerator, denominator)), expected);
        }
    }
}
