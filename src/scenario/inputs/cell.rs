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

/// A date and time as nanoseconds since the start of 1970 in UTC: `2023-11-16 18:15:46.6805900`, RFC 3339
/// (`2023-11-16T18:15:46Z`, `…+01:00`), `… UTC`, or a date alone. Without a zone it counts as UTC.
pub(super) fn date(text: &str) -> Option<i128> {
    let number = |from: usize, to: usize| -> Option<i64> {
        let part = text.get(from..to)?;
        part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse().ok())?
    };
    let mark = |at: usize, marks: &[u8]| text.as_bytes().get(at).is_some_and(|byte| marks.contains(byte));
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    if !mark(4, b"-") || !mark(7, b"-") || !(1..=12).contains(&month) || !(1..=days_in(year, month)).contains(&day) {
        return None;
    }
    let days = i128::from(days_since_1970(year, month, day));
    if text.len() == 10 {
        return Some(days * 86_400_000_000_000);
    }
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    // A leap second, 60, is the first of the next minute.
    if !mark(10, b"Tt ") || !mark(13, b":") || !mark(16, b":") || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let rest = &text[19..];
    let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
    let fraction = match &rest[..end] {
        "" => 0,
        point if point.starts_with('.') && point.len() > 1 => nanoseconds(&format!("0{point}"), Unit::S)?,
        _ => return None,
    };
    let seconds = days * 86_400 + i128::from(hour * 3600 + minute * 60 + second - zone(rest[end..].trim_start())?);
    Some(seconds * 1_000_000_000 + fraction)
}

/// Nanoseconds since the start of 1970 as a date and time in UTC (RFC 3339), with as many digits of the second as it has.
pub fn utc(nanos: i128) -> String {
    const DAY: i128 = 86_400_000_000_000;
    // Days to a date of the Gregorian calendar, as `days_since_1970` the other way round.
    let (shifted, of_day) = (nanos.div_euclid(DAY) as i64 + 719_468, nanos.rem_euclid(DAY) as u64);
    let (era, day) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day_of_year = day - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let (date, shown) = (day_of_year - (153 * month + 2) / 5 + 1, if month < 10 { month + 3 } else { month - 9 });
    let year = era * 400 + year_of_era + i64::from(shown <= 2);
    let (seconds, rest) = (of_day / 1_000_000_000, of_day % 1_000_000_000);
    let fraction = if rest == 0 { String::new() } else { format!(".{rest:09}").trim_end_matches('0').to_owned() };
    let (hour, minute, second) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{shown:02}-{date:02}T{hour:02}:{minute:02}:{second:02}{fraction}Z")
}

/// Seconds that a zone is ahead of UTC.
fn zone(text: &str) -> Option<i64> {
    let sign = match text.as_bytes().first() {
        None => return Some(0),
        Some(b'+') => 1,
        Some(b'-') => -1,
        Some(_) => return ["Z", "z", "UTC", "GMT"].contains(&text).then_some(0),
    };
    let digits = text[1..].replace(':', "");
    if ![2, 4].contains(&digits.len()) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number = |part: &str| if part.is_empty() { Some(0) } else { part.parse::<i64>().ok() };
    let (hours, minutes) = (number(&digits[..2])?, number(&digits[2..])?);
    (hours <= 23 && minutes <= 59).then_some(sign * (hours * 3600 + minutes * 60))
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01 in the Gregorian calendar, counting years from March so that the leap day comes last (Howard
/// Hinnant, "chrono-Compatible Low-Level Date Algorithms").
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_written_as_they_are_read() {
        let dates = [
            "1970-01-01T00:00:00Z",
            "2023-11-16T18:15:46.68059Z",
            "2000-02-29T23:59:59.999999999Z",
            "1969-12-31T00:00:01Z",
        ];
        for text in dates {
            assert_eq!(utc(date(text).expect("a date")), text);
        }
    }

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

    #[test]
    fn dates_count_from_1970() {
        let second = 1_000_000_000;
        for (text, expected) in [
            ("1970-01-01", Some(0)),
            ("1969-12-31 23:59:59", Some(-second)),
            ("2000-03-01", Some(951_868_800 * second)),
            ("2023-11-16 18:15:46.6805900", Some(1_700_158_546 * second + 680_590_000)),
            ("2023-11-16T18:15:46Z", Some(1_700_158_546 * second)),
            ("2023-11-16T19:15:46+01:00", Some(1_700_158_546 * second)),
            ("2023-11-16 12:45:46 -0530", Some(1_700_158_546 * second)),
            ("2023-11-16t18:15:46.000000001z", Some(1_700_158_546 * second + 1)),
            ("2023-11-16 18:15:46 UTC", Some(1_700_158_546 * second)),
            ("2016-12-31T23:59:60Z", Some(1_483_228_800 * second)),
            ("2023-02-29", None),
            ("2023-13-01", None),
            ("2023-11-16 24:00:00", None),
            ("2023-11-16 18:15", None),
            ("2023-11-16 18:15:46.", None),
            ("2023-11-16 18:15:46 CET", None),
            ("2023-11-16 18:15:46+1", None),
            ("2/24/2020", None),
            ("2023-11-1é 18:15:46", None),
            ("+023-11-16", None),
        ] {
            assert_eq!(date(text), expected, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_instant_reads_back(nanos in -9_000_000_000_000_000_000_i64..9_000_000_000_000_000_000) {
            let seconds = format!("{}.{:09}", nanos / 1_000_000_000, (nanos % 1_000_000_000).abs());
            let sign = if nanos < 0 && nanos > -1_000_000_000 { "-" } else { "" };
            proptest::prop_assert_eq!(nanoseconds(&format!("{sign}{seconds}"), Unit::S), Some(i128::from(nanos)));
        }

        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,30}|[0-9TZ:. eE+-]{0,40}|2023-11-16.{0,12}") {
            let _ = (number(&text), integer(&text), date(&text), nanoseconds(&text, Unit::S));
        }
    }
}
