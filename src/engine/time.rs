//! Instants and spans: integer nanoseconds, so that sums are exact and equal on every machine.

use crate::engine::mistake::Mistake;
use std::fmt;
use std::ops::{Add, AddAssign, Sub, SubAssign};

use serde::{Deserialize, Serialize};

/// An instant: nanoseconds since the start of the run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Time(pub u64);

/// A length of time: nanoseconds.
///
/// In a file it is written `"250ms"`, `"1.5h"`, `"0"`; the units are `ns us ms s m min h d`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SimDuration(pub u64);

/// The units a span may be written in, with their length in nanoseconds.
pub const UNITS: &[(&str, u64)] = &[
    ("ns", 1),
    ("us", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("min", 60_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
    ("d", 86_400_000_000_000),
];

impl Time {
    /// The start of the run.
    pub const ZERO: Time = Time(0);
    /// Later than every instant a run can reach.
    pub const NEVER: Time = Time(u64::MAX);

    /// Seconds since the start, for statistics and people.
    pub fn seconds(self) -> f64 {
        self.0 as f64 * 1e-9
    }

    /// The span since `earlier`. Panics if `earlier` is later: time never runs backwards.
    pub fn since(self, earlier: Time) -> SimDuration {
        SimDuration(self.0.checked_sub(earlier.0).expect("time ran backwards"))
    }
}

/// 2⁶³: below it a number is also a signed one.
const SIGNED: f64 = 9_223_372_036_854_775_808.0;

impl SimDuration {
    /// No time at all.
    pub const ZERO: SimDuration = SimDuration(0);
    /// One second.
    pub const SECOND: SimDuration = SimDuration(1_000_000_000);
    /// The longest span there is; stands for "never" where a span is optional in meaning.
    pub const MAX: SimDuration = SimDuration(u64::MAX);

    /// Seconds, for statistics and people.
    #[inline]
    pub fn seconds(self) -> f64 {
        self.nanos() * 1e-9
    }

    /// Nanoseconds as a number.
    #[inline]
    pub fn nanos(self) -> f64 {
        // From signed numbers the way is one instruction.
        if self.0 > i64::MAX as u64 {
            return self.very_many();
        }
        self.0 as i64 as f64
    }

    /// Apart, or else both ways would be made one, and that the long one.
    #[cold]
    #[inline(never)]
    fn very_many(self) -> f64 {
        self.0 as f64
    }

    /// The nearest span to `seconds`; negative and not-a-number become zero, too long becomes the longest.
    pub fn from_seconds(seconds: f64) -> SimDuration {
        SimDuration::from_nanos(seconds * 1e9)
    }

    /// The nearest span to `nanos`; negative and not-a-number become zero, too long becomes the longest.
    pub fn from_nanos(nanos: f64) -> SimDuration {
        // `as` saturates and sends not-a-number to zero; adding a half before cutting rounds to nearest. The way to signed
        // numbers is half as long as the way to unsigned ones.
        let raised = nanos + 0.5;
        SimDuration(if raised < SIGNED { (raised as i64).max(0) as u64 } else { raised as u64 })
    }

    /// The shortest span that is not shorter than `nanos`; as [`from_nanos`](SimDuration::from_nanos) otherwise.
    #[inline]
    pub fn at_least_nanos(nanos: f64) -> SimDuration {
        let whole = if nanos < SIGNED { (nanos as i64).max(0) as u64 } else { nanos as u64 };
        SimDuration(whole.saturating_add(u64::from(SimDuration(whole).nanos() < nanos)))
    }

    /// This span times a factor, to the nearest nanosecond.
    pub fn scaled(self, factor: f64) -> SimDuration {
        SimDuration::from_nanos(self.nanos() * factor)
    }

    /// The span for people: as it is where that is short and its number is below 10 000, else to a thousandth of the longest
    /// unit that it fills.
    pub fn rounded(self) -> String {
        let exact = self.to_string();
        let unit = UNITS.iter().rev().find(|unit| unit.0 != "m" && self.0 >= unit.1);
        let digits = exact.chars().take_while(char::is_ascii_digit).count();
        match unit {
            Some(&(name, length)) if exact.len() > 9 || digits >= 5 => {
                let thousandths = (self.nanos() / length as f64 * 1e3).round_ties_even();
                format!("{}{name}", thousandths / 1e3)
            }
            _ => exact,
        }
    }

    /// The least span that parts this one into at most `parts`, up to a whole number of the longest unit that it fills.
    pub fn part(self, parts: u64) -> SimDuration {
        let least = self.0.div_ceil(parts).max(1);
        let unit = UNITS.iter().rev().find(|unit| least >= unit.1).map_or(1, |unit| unit.1);
        SimDuration(least.div_ceil(unit).saturating_mul(unit))
    }

    /// The shorter of two.
    pub fn at_most(self, other: SimDuration) -> SimDuration {
        SimDuration(self.0.min(other.0))
    }

    /// This span less another, or zero.
    pub fn less(self, other: SimDuration) -> SimDuration {
        SimDuration(self.0.saturating_sub(other.0))
    }
}

impl Add<SimDuration> for Time {
    type Output = Time;
    fn add(self, span: SimDuration) -> Time {
        Time(self.0.saturating_add(span.0))
    }
}

impl AddAssign<SimDuration> for Time {
    fn add_assign(&mut self, span: SimDuration) {
        *self = *self + span;
    }
}

impl Add for SimDuration {
    type Output = SimDuration;
    fn add(self, other: SimDuration) -> SimDuration {
        SimDuration(self.0.saturating_add(other.0))
    }
}

impl AddAssign for SimDuration {
    fn add_assign(&mut self, other: SimDuration) {
        *self = *self + other;
    }
}

impl Sub for SimDuration {
    type Output = SimDuration;
    fn sub(self, other: SimDuration) -> SimDuration {
        SimDuration(self.0.checked_sub(other.0).expect("a span below zero"))
    }
}

impl SubAssign for SimDuration {
    fn sub_assign(&mut self, other: SimDuration) {
        *self = *self - other;
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        SimDuration(self.0).fmt(f)
    }
}

impl fmt::Display for SimDuration {
    /// The longest unit that keeps the number whole or to at most three decimals: `250ms`, `1.5h`, `0`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0 {
            return f.write_str("0");
        }
        for &(name, length) in UNITS.iter().rev().filter(|unit| unit.0 != "m") {
            if self.0 >= length && (self.0 as u128 * 1000).is_multiple_of(length as u128) {
                return write!(f, "{}{name}", self.0 as f64 / length as f64);
            }
        }
        write!(f, "{}ns", self.0)
    }
}

/// Reads `"250ms"`; the message says what would be right.
impl TryFrom<&str> for SimDuration {
    type Error = Mistake;
    fn try_from(text: &str) -> Result<SimDuration, Mistake> {
        let wrong = || {
            let help = "write a number and a unit (ns, us, ms, s, min, h, d), such as `250ms`";
            Mistake::of_value(format!("`{text}` is not a duration"), help)
        };
        let text = text.trim();
        if text == "0" {
            return Ok(SimDuration::ZERO);
        }
        let cut = text.find(char::is_alphabetic).ok_or_else(wrong)?;
        let number = text[..cut].trim().replace('_', "");
        let unit = match text[cut..].trim() {
            // The micro sign and the Greek letter.
            "\u{b5}s" | "\u{3bc}s" => "us",
            unit => unit,
        };
        let length = UNITS.iter().find(|known| known.0 == unit).ok_or_else(wrong)?.1;
        let too_long = || Mistake::of_value(format!("`{text}` is longer than 584 years"), "");
        if let Ok(whole) = number.parse::<u64>() {
            return whole.checked_mul(length).map(SimDuration).ok_or_else(too_long);
        }
        let value: f64 = number.parse().map_err(|_| wrong())?;
        if !(value.is_finite() && value >= 0.0) {
            return Err(Mistake::of_value(format!("`{text}` is not a duration: it must not be negative"), ""));
        }
        let nanos = value * length as f64;
        if nanos < u64::MAX as f64 { Ok(SimDuration::from_nanos(nanos)) } else { Err(too_long()) }
    }
}

impl TryFrom<String> for SimDuration {
    type Error = Mistake;
    fn try_from(text: String) -> Result<SimDuration, Mistake> {
        SimDuration::try_from(text.as_str())
    }
}

/// In a save a span is its number of nanoseconds; in a scenario it is text.
impl Serialize for SimDuration {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() { serializer.collect_str(self) } else { serializer.serialize_u64(self.0) }
    }
}

impl<'de> Deserialize<'de> for SimDuration {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<SimDuration, D::Error> {
        if !deserializer.is_human_readable() {
            return u64::deserialize(deserializer).map(SimDuration);
        }
        SimDuration::try_from(String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

impl schemars::JsonSchema for SimDuration {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "SimDuration".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "pattern": r"^(0|[0-9_]+(\.[0-9]+)?\s*(ns|us|µs|ms|s|m|min|h|d))$",
            "description": "a duration: a number and a unit, such as \"250ms\", \"1.5s\", \"24h\""
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_read_what_they_write() {
        for text in ["0", "1ns", "250ms", "1.5s", "90min", "24h", "14d"] {
            let span = SimDuration::try_from(text).unwrap();
            assert_eq!(SimDuration::try_from(span.to_string()).unwrap(), span, "{text} → {span}");
        }
        assert_eq!(SimDuration::try_from("1.5h").unwrap(), SimDuration(5_400_000_000_000));
        assert_eq!(SimDuration::try_from("2m").unwrap(), SimDuration::try_from("120s").unwrap());
        for micro in ["5us", "5\u{b5}s", "5 \u{3bc}s"] {
            assert_eq!(SimDuration::try_from(micro).unwrap(), SimDuration(5_000));
        }
    }

    #[test]
    fn a_part_is_no_shorter_than_it_must_be() {
        let hours = |hours: u64| SimDuration(hours * 3_600_000_000_000);
        assert_eq!(hours(500_000).part(10_000_000), SimDuration::try_from("3min").unwrap());
        assert_eq!(hours(500_001).part(10_000_000), SimDuration::try_from("4min").unwrap());
        assert_eq!((SimDuration(7).part(10), SimDuration(70_001).part(10)), (SimDuration(1), SimDuration(8_000)));
    }

    #[test]
    fn people_read_three_decimals() {
        let rounded =
            [4_000_200_066_337_000, 2_000_000_000_000, 400_000_000_000_000, 3_000_000_000_000_000, 1_234_567, 0]
                .map(|nanos| SimDuration(nanos).rounded());
        assert_eq!(rounded, ["46.299d", "2000s", "4.63d", "34.722d", "1.235ms", "0"]);
    }

    #[test]
    fn what_is_no_span_says_so() {
        for text in ["", "5", "5 parsecs", "-1s", "s", "1e400s", "99999999999999999999d"] {
            assert!(SimDuration::try_from(text).is_err(), "{text}");
        }
    }

    #[test]
    fn seconds_round_to_the_nearest_nanosecond() {
        assert_eq!(SimDuration::from_seconds(1e-9 * 0.6), SimDuration(1));
        assert_eq!(SimDuration::from_seconds(-1.0), SimDuration::ZERO);
        assert_eq!(SimDuration::from_seconds(f64::NAN), SimDuration::ZERO);
        assert_eq!(SimDuration::from_seconds(f64::INFINITY), SimDuration::MAX);
    }

    /// Against what the language itself converts, where the short way ends and where it does not apply.
    #[test]
    fn the_short_way_leads_to_the_same() {
        let power = |of: u32| (1u128 << of) as f64;
        let edges = [0.0, 0.4, 0.5, 1.0, 1.5, power(52) - 0.5, power(62), SIGNED, power(64), f64::MAX];
        for number in edges.into_iter().flat_map(|edge| [edge, -edge, edge + 0.25, edge.next_down(), edge.next_up()]) {
            assert_eq!(SimDuration::from_nanos(number), SimDuration((number + 0.5) as u64), "{number}");
            assert_eq!(SimDuration::at_least_nanos(number), SimDuration(number.ceil() as u64), "{number}");
            let span = SimDuration(number as u64);
            assert_eq!(span.nanos(), span.0 as f64);
        }
        assert_eq!(SimDuration::at_least_nanos(f64::NAN), SimDuration::ZERO);
        assert_eq!(SimDuration::at_least_nanos(f64::INFINITY), SimDuration::MAX);
    }
}
