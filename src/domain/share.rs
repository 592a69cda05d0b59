//! Numbers that carry their range with them: shares, factors and rates.
//!
//! Each is kept as `number + 0.0`, so that a written `-0.0` is zero: a division by it would be minus infinity.

use crate::engine::mistake::Mistake;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A probability or a part of a whole: from 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Share(f64);

/// A finite number from 0 upwards: a multiplier, a weight.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Factor(f64);

/// Events per second; in a file `"5/s"`, `"300/min"`, `"0.8/h"`, `"1/30d"`.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct Rate(f64);

impl Share {
    /// None of it.
    pub const ZERO: Share = Share(0.0);
    /// All of it.
    pub const ONE: Share = Share(1.0);

    /// The number, from 0 to 1.
    #[inline]
    pub fn get(self) -> f64 {
        self.0
    }
}

impl Factor {
    /// Changes nothing.
    pub const ONE: Factor = Factor(1.0);

    /// The number, from 0 upwards.
    #[inline]
    pub fn get(self) -> f64 {
        self.0
    }
}

impl Rate {
    /// The rate of so many events per second; `None` if it is negative or not finite.
    pub fn per_second(events: f64) -> Option<Rate> {
        (events.is_finite() && events >= 0.0).then_some(Rate(events + 0.0))
    }

    /// Events per second, from 0 upwards.
    #[inline]
    pub fn get(self) -> f64 {
        self.0
    }
}

impl TryFrom<f64> for Share {
    type Error = Mistake;
    fn try_from(number: f64) -> Result<Share, Mistake> {
        if (0.0..=1.0).contains(&number) {
            Ok(Share(number + 0.0))
        } else {
            Err(Mistake::of_value(format!("`{number}` is not a share"), "write a number from 0 to 1"))
        }
    }
}

impl TryFrom<f64> for Factor {
    type Error = Mistake;
    fn try_from(number: f64) -> Result<Factor, Mistake> {
        if number.is_finite() && number >= 0.0 {
            Ok(Factor(number + 0.0))
        } else {
            Err(Mistake::of_value(format!("`{number}` is not a factor"), "write a finite number from 0 upwards"))
        }
    }
}

impl From<Share> for f64 {
    fn from(share: Share) -> f64 {
        share.0
    }
}

impl From<Factor> for f64 {
    fn from(factor: Factor) -> f64 {
        factor.0
    }
}

/// The units a rate may be written in, with their length in seconds.
const PER: &[(&str, f64)] =
    &[("ms", 1e-3), ("s", 1.0), ("min", 60.0), ("m", 60.0), ("h", 3600.0), ("d", 86_400.0), ("y", 31_557_600.0)];

impl TryFrom<&str> for Rate {
    type Error = Mistake;
    fn try_from(text: &str) -> Result<Rate, Mistake> {
        let wrong = || {
            let help = "write events per unit of time, such as `5/s`, `300/min`";
            Mistake::of_value(format!("`{text}` is not a rate"), help)
        };
        let (number, unit) = text.split_once('/').ok_or_else(wrong)?;
        let unit = unit.trim();
        let (many, unit) = unit.split_at(unit.find(char::is_alphabetic).ok_or_else(wrong)?);
        let many: f64 = if many.is_empty() { 1.0 } else { many.trim().parse().map_err(|_| wrong())? };
        let seconds = many * PER.iter().find(|per| per.0 == unit).ok_or_else(wrong)?.1;
        if !(seconds > 0.0 && seconds.is_finite()) {
            return Err(wrong());
        }
        let events: f64 = number.trim().replace('_', "").parse().map_err(|_| wrong())?;
        Rate::per_second(events / seconds).ok_or_else(wrong)
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/s", self.0)
    }
}

impl Serialize for Rate {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() { serializer.collect_str(self) } else { serializer.serialize_f64(self.0) }
    }
}

impl<'de> Deserialize<'de> for Rate {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Rate, D::Error> {
        if !deserializer.is_human_readable() {
            return f64::deserialize(deserializer).map(Rate);
        }
        Rate::try_from(String::deserialize(deserializer)?.as_str()).map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for Share {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Share".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "number", "minimum": 0, "maximum": 1, "description": "a share, from 0 to 1" })
    }
}

impl JsonSchema for Factor {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Factor".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "number", "minimum": 0, "description": "a finite number from 0 upwards" })
    }
}

impl JsonSchema for Rate {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Rate".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "pattern": r"^[0-9_.eE+-]+\s*/\s*[0-9.]*\s*(ms|s|min|m|h|d|y)$",
            "description": "events per unit of time, such as \"5/s\", \"300/min\", \"1/30d\""
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_kept() {
        assert!(Share::try_from(1.0).is_ok() && Share::try_from(1.0001).is_err() && Share::try_from(f64::NAN).is_err());
        assert!(Factor::try_from(7.5).is_ok() && Factor::try_from(-0.1).is_err());
        assert!(Factor::try_from(f64::INFINITY).is_err());
    }

    #[test]
    fn a_written_minus_zero_is_zero() {
        let numbers = [
            Share::try_from(-0.0).unwrap().get(),
            Factor::try_from(-0.0).unwrap().get(),
            Rate::try_from("-0.0/s").unwrap().get(),
        ];
        assert!(numbers.iter().all(|number| number.is_sign_positive()), "{numbers:?}");
    }

    #[test]
    fn rates_read_their_units() {
        assert_eq!(Rate::try_from("120/min").unwrap().get(), 2.0);
        assert_eq!(Rate::try_from("0.8/s").unwrap().get(), 0.8);
        assert_eq!(Rate::try_from("3/1.5 s").unwrap().get(), 2.0);
        assert_eq!(Rate::try_from("1/30d").unwrap().get(), 1.0 / 2_592_000.0);
        for text in ["", "5", "5/fortnight", "-1/s", "x/s", "1/0s", "1/-2s", "1/30", "1/e9s"] {
            assert!(Rate::try_from(text).is_err(), "{text}");
        }
    }
}
