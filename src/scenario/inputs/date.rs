//! Dates and times as people and programs write them.

use super::cell::{Unit, nanoseconds};

/// A date that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Date {
    /// Nanoseconds since the start of 1970 in UTC.
    pub nanos: i128,
    /// Whether it is a day without a time: the instant is then its start.
    pub is_day: bool,
}

/// Nanoseconds in a second.
const SECOND: i128 = 1_000_000_000;

/// Seconds in a day.
const DAY: i64 = 86_400;

/// A date and time of ISO 8601: extended (`2023-11-16 18:15:46.68`, `2023-11-16T18:15Z`, `…+01:00`), basic
/// (`20231116T181546Z`) or a day alone (`2023-11-16`). Decimals stand after a point or a comma. `UTC`, `GMT` and, as Go
/// prints it, `+0000 UTC` may end it; without a zone it counts as UTC.
pub(super) fn date(text: &str) -> Option<Date> {
    let mut rest = Rest(text);
    let year = rest.digits(4)?;
    let extended = rest.mark("-");
    let month = rest.digits(2)?;
    if extended && !rest.mark("-") {
        return None;
    }
    let day = rest.digits(2)?;
    if !(1..=12).contains(&month) || !(1..=days_in(year, month)).contains(&day) {
        return None;
    }
    let days = days_since_1970(year, month, day);
    if rest.0.is_empty() {
        // Eight digits alone are a number.
        return extended.then(|| Date { nanos: i128::from(days * DAY) * SECOND, is_day: true });
    }
    if !rest.mark("T") && !rest.mark("t") && !rest.mark(" ") {
        return None;
    }
    let (second, fraction) = rest.time()?;
    let at = days * DAY + second - rest.zone()?;
    // A leap second, 60, is the first of the next minute, and comes at the end of June or December alone.
    if second % 60 == 0 && text.contains(":60") && !is_after_leap(at) {
        return None;
    }
    Some(Date { nanos: i128::from(at) * SECOND + fraction, is_day: false })
}

/// What to write instead of a text that is no date, where it is a known kind of one.
pub(super) fn advice(text: &str) -> Option<&'static str> {
    let numbers: Vec<&str> = text.split(['/', '.', '-']).take(3).collect();
    let begins_with_day = numbers.len() == 3 && numbers[..2].iter().all(|number| is_short_number(number));
    match text {
        _ if text.contains('[') => {
            Some("a zone is not read by its name: write its offset alone, such as `2023-11-16T18:15:46+01:00`")
        }
        _ if text.contains(":60") && text.starts_with(|c: char| c.is_ascii_digit()) => {
            Some("seconds go from 0 to 59; a leap second ends 30 June or 31 December, at 23:59:60 UTC")
        }
        _ if begins_with_day => Some("write the year first, then month and day: `2023-11-16 18:15:46.68`"),
        _ if text.contains('/') => Some("write dates with `-`: `2023-11-16 18:15:46.68`"),
        _ => None,
    }
}

fn is_short_number(text: &str) -> bool {
    (1..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// What is left of a date to read.
struct Rest<'t>(&'t str);

impl<'t> Rest<'t> {
    /// Takes so many digits.
    fn digits(&mut self, count: usize) -> Option<i64> {
        let (digits, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
    }

    /// Takes a mark, if it is there.
    fn mark(&mut self, mark: &str) -> bool {
        let rest = self.0.strip_prefix(mark);
        self.0 = rest.unwrap_or(self.0);
        rest.is_some()
    }

    /// Takes a time of day: its whole seconds, and the nanoseconds beyond.
    fn time(&mut self) -> Option<(i64, i128)> {
        let hour = self.digits(2)?;
        let extended = self.mark(":");
        let minute = self.digits(2)?;
        let has_seconds = if extended { self.mark(":") } else { self.0.starts_with(|c: char| c.is_ascii_digit()) };
        let second = if has_seconds { self.digits(2)? } else { 0 };
        if hour > 23 || minute > 59 || second > if minute == 59 { 60 } else { 59 } {
            return None;
        }
        let mut fraction = 0;
        if has_seconds && (self.mark(".") || self.mark(",")) {
            let end = self.0.find(|c: char| !c.is_ascii_digit()).unwrap_or(self.0.len());
            let (digits, rest) = self.0.split_at(end);
            fraction = (!digits.is_empty()).then(|| nanoseconds(&format!("0.{digits}"), Unit::S))??;
            self.0 = rest;
        }
        Some((hour * 3600 + minute * 60 + second, fraction))
    }

    /// Takes the zone that ends the text: seconds that it is ahead of UTC.
    fn zone(&mut self) -> Option<i64> {
        self.0 = self.0.trim_start();
        let sign = match self.0.as_bytes().first() {
            None => return Some(0),
            Some(b'+') => 1,
            Some(b'-') => -1,
            Some(_) => return ["Z", "z", "UTC", "GMT"].contains(&self.0).then_some(0),
        };
        self.0 = &self.0[1..];
        let hours = self.digits(2)?;
        self.mark(":");
        let minutes = if self.0.starts_with(|c: char| c.is_ascii_digit()) { self.digits(2)? } else { 0 };
        let ahead = sign * (hours * 3600 + minutes * 60);
        let ends = self.0.is_empty() || (ahead == 0 && [" UTC", " GMT"].contains(&self.0));
        (ends && hours <= 23 && minutes <= 59).then_some(ahead)
    }
}

/// Whether an instant, in seconds since 1970, is the start of January or of July.
fn is_after_leap(at: i64) -> bool {
    let (_, month, day) = day_of(at.div_euclid(DAY));
    at.rem_euclid(DAY) == 0 && day == 1 && (month == 1 || month == 7)
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

/// Year, month and day of the day so many days from 1970-01-01: the inverse of [`days_since_1970`], by the same author.
fn day_of(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let day = day_of_year - (153 * from_march + 2) / 5 + 1;
    (era * 400 + year_of_era + i64::from(month <= 2), month, day)
}

/// An instant, in nanoseconds since the start of 1970 in UTC, as [`date`] reads it back.
pub(super) fn written(nanos: i128) -> String {
    let seconds = nanos.div_euclid(SECOND) as i64;
    let (year, month, day) = day_of(seconds.div_euclid(DAY));
    let second = seconds.rem_euclid(DAY);
    let (hour, minute, second, fraction) = (second / 3600, second / 60 % 60, second % 60, nanos.rem_euclid(SECOND));
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{fraction:09}Z")
}

/// The same for a person or a table: without the zeros at the end of the second.
pub fn utc(nanos: i128) -> String {
    let whole = written(nanos);
    format!("{}Z", whole.trim_end_matches('Z').trim_end_matches('0').trim_end_matches('.'))
}

/// A day so many days from 1970-01-01, as [`date`] reads it back.
pub(super) fn written_day(days: i64) -> String {
    let (year, month, day) = day_of(days);
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2023-11-16 18:15:46 in UTC, in seconds since 1970.
    const THEN: i128 = 1_700_158_546;

    #[test]
    fn every_common_form_of_a_time_is_read() {
        for (text, expected) in [
            ("1970-01-01", 0),
            ("1969-12-31 23:59:59", -SECOND),
            ("2000-03-01", 951_868_800 * SECOND),
            ("2023-11-16 18:15:46.6805900", THEN * SECOND + 680_590_000),
            ("2023-11-16 18:15:46,68", THEN * SECOND + 680_000_000),
            ("2023-11-16T18:15:46Z", THEN * SECOND),
            ("2023-11-16T19:15:46+01:00", THEN * SECOND),
            ("2023-11-16T19:15:46+01", THEN * SECOND),
            ("2023-11-16 12:45:46 -0530", THEN * SECOND),
            ("2023-11-16t18:15:46.000000001z", THEN * SECOND + 1),
            ("2023-11-16 18:15:46 UTC", THEN * SECOND),
            ("2023-11-16 18:15:46 +0000 UTC", THEN * SECOND),
            ("2023-11-16 18:15:46.5 +0000 UTC", THEN * SECOND + SECOND / 2),
            ("2023-11-16T18:15:46+0000", THEN * SECOND),
            ("2023-11-16T18:15Z", (THEN - 46) * SECOND),
            ("2023-11-16 18:15", (THEN - 46) * SECOND),
            ("20231116T181546Z", THEN * SECOND),
            ("20231116T181546.5Z", THEN * SECOND + SECOND / 2),
            ("20231116T1815Z", (THEN - 46) * SECOND),
            ("20231116T191546+0100", THEN * SECOND),
            ("2016-12-31T23:59:60Z", 1_483_228_800 * SECOND),
            ("2017-01-01T00:59:60+01:00", 1_483_228_800 * SECOND),
            ("2015-06-30 23:59:60", 1_435_708_800 * SECOND),
        ] {
            assert_eq!(date(text).map(|date| date.nanos), Some(expected), "{text}");
        }
        let is_day = |text| date(text).map(|date| date.is_day);
        assert_eq!(
            [is_day("2023-11-16"), is_day("2023-11-16 00:00"), is_day("20231116")],
            [Some(true), Some(false), None]
        );
    }

    #[test]
    fn what_is_no_time_is_not_read() {
        for text in [
            "2023-02-29",
            "2023-13-01",
            "2023-11-16 24:00:00",
            "2023-11-16 12:00:60",
            "2023-11-16 23:59:60",
            "2016-12-31T22:59:60Z",
            "2023-11-16 12:60:00",
            "2023-11-16 18",
            "2023-11-16 18:15.5",
            "2023-11-16 18:15:46.",
            "2023-11-16 18:15:46 CET",
            "2023-11-16 18:15:46+1",
            "2023-11-16 18:15:46 +0100 CET",
            "2023-11-16T18:15:46+01:00[Europe/Paris]",
            "2023-1116 18:15:46",
            "202311-16",
            "20231116",
            "2/24/2020",
            "2023-11-1é 18:15:46",
            "+023-11-16",
            "",
        ] {
            assert_eq!(date(text), None, "{text}");
        }
    }

    #[test]
    fn known_kinds_of_other_dates_are_told_what_to_write() {
        for (text, expected) in [
            ("2023-11-16T18:15:46+01:00[Europe/Paris]", Some("a zone is not read by its name")),
            ("2023-11-16 12:00:60", Some("seconds go from 0 to 59")),
            ("16/11/2023 18:15", Some("write the year first")),
            ("16.11.2023", Some("write the year first")),
            ("2023/11/16", Some("write dates with `-`")),
            ("soon", None),
            ("51.2", None),
        ] {
            let advice = advice(text);
            assert_eq!(advice.is_some(), expected.is_some(), "{text}");
            assert!(advice.unwrap_or_default().starts_with(expected.unwrap_or_default()), "{text}: {advice:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_instant_reads_back(nanos in i64::MIN..i64::MAX) {
            let read = date(&written(i128::from(nanos))).expect("a date");
            proptest::prop_assert_eq!((read.nanos, read.is_day), (i128::from(nanos), false));
            let day = nanos.div_euclid(DAY * SECOND as i64);
            let read = date(&written_day(day)).expect("a day");
            proptest::prop_assert_eq!((read.nanos, read.is_day), (i128::from(day * DAY) * SECOND, true));
        }

        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,30}|[0-9TZ:., eE+-]{0,40}|2023-11-16.{0,12}") {
            let _ = (date(&text), advice(&text));
        }
    }

    #[test]
    fn dates_are_written_as_they_are_read() {
        let dates = [
            "1970-01-01T00:00:00Z",
            "2023-11-16T18:15:46.68059Z",
            "2000-02-29T23:59:59.999999999Z",
            "1969-12-31T00:00:01Z",
        ];
        for text in dates {
            assert_eq!(utc(date(text).expect("a date").nanos), text);
        }
    }
}
