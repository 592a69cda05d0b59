//! One cell: numbers and times from text, without a loss.

/// The unit of a time written as a plain number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Unit {
    /// Seconds.
    S,
    /// Milliseconds.
    Ms,
    /// Microseconds.
    Us,
    /// Nanoseconds.
    Ns,
}

impl Unit {
    /// The power of ten that makes nanoseconds of it.
    fn power(self) -> i32 {
        match self {
            Unit::S => 9,
            Unit::Ms => 6,
            Unit::Us => 3,
            Unit::Ns => 0,
        }
    }

    /// Its name in a sentence.
    pub(super) fn name(self) -> &'static str {
        match self {
            Unit::S => "seconds",
            Unit::Ms => "milliseconds",
            Unit::Us => "microseconds",
            Unit::Ns => "nanoseconds",
        }
    }
}

/// A finite number.
pub(super) fn number(text: &str) -> Option<f64> {
    text.parse::<f64>().ok().filter(|number| number.is_finite())
}

/// A whole number; `374.0` and `1e3` are whole too.
pub(super) fn integer(text: &str) -> Option<i64> {
    match text.parse() {
        Ok(number) => Some(number),
        Err(_) => decimal(text, 0).and_then(|(number, exact)| i64::try_from(number).ok().filter(|_| exact)),
    }
}

/// A plain number of units as nanoseconds, to the nearest where it has more digits than that; `None` if it is no decimal
/// or leaves 127 bits.
pub fn nanoseconds(text: &str, unit: Unit) -> Option<i128> {
    decimal(text, unit.power()).map(|(number, _)| number)
}

/// The decimal times ten to `power`, to the nearest whole number (halves away from zero), and whether that is exact.
fn decimal(text: &str, power: i32) -> Option<(i128, bool)> {
    let (negative, text) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (text, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits: String = whole.chars().chain(fraction.chars()).collect();
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let fraction_length = i32::try_from(fraction.len()).ok()?;
    let shift = power.checked_add(exponent)?.checked_sub(fraction_length)?;
    let digits = digits.trim_start_matches('0');
    let (number, exact) = if shift >= 0 {
        let scale = if digits.is_empty() { 1 } else { 10_i128.checked_pow(shift.unsigned_abs())? };
        (whole_number(digits)?.checked_mul(scale)?, true)
    } else {
        // Digits beyond the last place decide on the rounding alone, however many they are.
        let surplus = usize::try_from(shift.unsigned_abs()).ok()?;
        let kept = digits.len().saturating_sub(surplus);
        let cut = &digits[kept..];
        let up = cut.len() == surplus && cut.as_bytes()[0] >= b'5';
        (whole_number(&digits[..kept])?.checked_add(i128::from(up))?, cut.bytes().all(|byte| byte == b'0'))
    };
    Some((if negative { -number } else { number }, exact))
}

fn whole_number(digits: &str) -> Option<i128> {
    if digits.is_empty() { Some(0) } else { digits.parse().ok() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_scaled_exactly() {
        for (text, unit, expected) in [
            ("0", Unit::S, Some(0)),
            ("1787267980.0827403", Unit::S, Some(1_787_267_980_082_740_300)),
            ("27536.660701067", Unit::S, Some(27_536_660_701_067)),
            ("1700000000.123456789", Unit::S, Some(1_700_000_000_123_456_789)),
            ("3000", Unit::Ms, Some(3_000_000_000)),
            ("-1.5", Unit::Us, Some(-1_500)),
            ("+2e3", Unit::Ns, Some(2_000)),
            ("1.7e+09", Unit::S, Some(1_700_000_000_000_000_000)),
            ("12e-1", Unit::Ns, Some(1)),
            ("0.4999999999999", Unit::Ns, Some(0)),
            ("0.5", Unit::Ns, Some(1)),
            ("0.05", Unit::Ns, Some(0)),
            ("-2.5", Unit::Ns, Some(-3)),
            (".5", Unit::Us, Some(500)),
            ("5.", Unit::Ns, Some(5)),
            ("0e99", Unit::S, Some(0)),
            ("1e-99", Unit::S, Some(0)),
            ("1e99", Unit::S, None),
            ("1e99999999999", Unit::S, None),
            (".", Unit::S, None),
            ("", Unit::S, None),
            ("1 000", Unit::S, None),
            ("0x10", Unit::S, None),
            ("nan", Unit::S, None),
        ] {
            assert_eq!(nanoseconds(text, unit), expected, "{text}");
        }
    }

    #[test]
    fn whole_numbers_may_have_a_point() {
        for (text, expected) in
            [("374", Some(374)), ("20326.0", Some(20_326)), ("1e3", Some(1_000)), ("-7.00", Some(-7)), ("1.5", None)]
        {
            assert_eq!(integer(text), expected, "{text}");
        }
        assert_eq!(integer("9223372036854775807"), Some(i64::MAX));
        assert_eq!(integer("9223372036854775808"), None);
        assert_eq!((number("inf"), number("NaN"), number("1e999"), number("1e-3")), (None, None, None, Some(0.001)));
    }

    proptest::proptest! {
        #[test]
        fn any_instant_reads_back(nanos in -9_000_000_000_000_000_000_i64..9_000_000_000_000_000_000) {
            let seconds = format!("{}.{:09}", nanos / 1_000_000_000, (nanos % 1_000_000_000).abs());
            let sign = if nanos < 0 && nanos > -1_000_000_000 { "-" } else { "" };
            proptest::prop_assert_eq!(nanoseconds(&format!("{sign}{seconds}"), Unit::S), Some(i128::from(nanos)));
        }

        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,30}|[0-9TZ:. eE+-]{0,40}") {
            let _ = (number(&text), integer(&text), nanoseconds(&text, Unit::S));
        }
    }
}
