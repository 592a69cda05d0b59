//! The times of a trace as its file writes them, before they are counted from the first row.

use crate::policy::demand::trace::Spec;
use crate::scenario::document::Document;
use crate::scenario::inputs::{self, ColumnSpec, Kind, Unit};

/// Instants as the file has them.
pub(super) struct Times {
    /// Nanoseconds since 1970 in UTC, where the file has dates or such numbers.
    first: i64,
    last: i64,
    /// How often a row is earlier than the row before it.
    pub(super) back: u64,
}

/// Numbers below are counted from something else than 1970: it is the first of January 1980.
const EARLIEST: i64 = 315_532_800_000_000_000;

/// The times in the file named at `path`; none where they cannot be read as such.
pub(super) fn times(document: &Document, path: &str, spec: &Spec) -> Option<Times> {
    let unit = match spec.unit.0 {
        1_000_000_000 => Unit::S,
        1_000_000 => Unit::Ms,
        1_000 => Unit::Us,
        _ => Unit::Ns,
    };
    let kind = Kind::Timestamp { unit: Some(unit), from_first: false };
    let column = ColumnSpec { name: &spec.time, kind, optional: false };
    let columns = inputs::read(&document.input_path(path)?, &[column]).ok()?;
    let instants = columns.instants(&spec.time)?;
    let back = instants.windows(2).filter(|pair| pair[1] < pair[0]).count() as u64;
    Some(Times { first: *instants.iter().min()?, last: *instants.iter().max()?, back })
}

impl Times {
    /// "2026-03-28 23:50:00 to 2026-03-29 00:50:02 UTC", where the file says when its rows were.
    pub(super) fn span(&self) -> Option<String> {
        (self.first >= EARLIEST).then(|| format!("{} to {} UTC", date(self.first), date(self.last)))
    }
}

/// An instant to the second, in the Gregorian calendar.
fn date(nanos: i64) -> String {
    let seconds = nanos.div_euclid(1_000_000_000);
    let (days, of_day) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    // Days since the first of March of the year 0, in eras of 400 years (H. Hinnant, chrono-compatible low-level date algorithms).
    let shifted = days + 719_468;
    let (era, day) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let of_year = day - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let (of_month, named) = (of_year - (153 * month + 2) / 5 + 1, if month < 10 { month + 3 } else { month - 9 });
    let year = year + era * 400 + i64::from(named <= 2);
    let (hour, minute, second) = (of_day / 3_600, of_day / 60 % 60, of_day % 60);
    format!("{year:04}-{named:02}-{of_month:02} {hour:02}:{minute:02}:{second:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_the_calendar() {
        let of = |seconds: i64| date(seconds * 1_000_000_000);
        assert_eq!(of(0), "1970-01-01 00:00:00");
        assert_eq!(of(951_782_400), "2000-02-29 00:00:00");
        assert_eq!(of(1_700_158_546), "2023-11-16 18:15:46");
        assert_eq!(of(1_735_689_599), "2024-12-31 23:59:59");
        assert_eq!(of(-1), "1969-12-31 23:59:59");
    }
}
