//! Numbers as charts and pages write them: true minus signs, narrow spaces between thousands, units that suit.

use crate::maths::{log10, pow};

/// What a number counts, in its base unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Seconds.
    Seconds,
    /// Credits.
    Credits,
    /// Credits per second.
    CreditsPerSecond,
    /// A share of one, shown in per cent.
    Share,
    /// Things that are counted.
    Count,
    /// A pure number.
    Plain,
}

impl Unit {
    /// The factor from the base unit to the one that suits a largest number, and its symbol.
    pub fn scaled(self, most: f64) -> (f64, &'static str) {
        match self {
            Unit::Seconds => match most {
                s if s < 1e-3 => (1e6, "µs"),
                s if s < 1.0 => (1e3, "ms"),
                s if s < 600.0 => (1.0, "s"),
                s if s < 4.0 * 3_600.0 => (1.0 / 60.0, "min"),
                s if s < 10.0 * 86_400.0 => (1.0 / 3_600.0, "h"),
                _ => (1.0 / 86_400.0, "d"),
            },
            Unit::Credits => match most {
                c if c < 1e-2 => (1e6, "µcredit"),
                c if c < 1.0 => (1e3, "millicredit"),
                _ => (1.0, "credit"),
            },
            Unit::CreditsPerSecond => match most {
                c if c < 1e-2 => (1e6, "µcredit/s"),
                c if c < 1.0 => (1e3, "millicredit/s"),
                _ => (1.0, "credit/s"),
            },
            Unit::Share => (100.0, "%"),
            Unit::Count | Unit::Plain => (1.0, ""),
        }
    }
}

/// A number in the unit that suits it, with three digits.
pub fn measured(value: f64, unit: Unit) -> String {
    measured_beside(value, unit, value.abs())
}

/// A number in the unit that suits the largest it is shown with, with three digits.
pub fn measured_beside(value: f64, unit: Unit, most: f64) -> String {
    let (factor, symbol) = unit.scaled(most);
    let number = match unit {
        Unit::Count => stepped(value, 1.0),
        _ => significant(value * factor, 3),
    };
    if symbol.is_empty() { number } else { format!("{number} {symbol}") }
}

/// A share in per cent with two digits at the least that tell it from 0 and from 100.
pub fn percent(share: f64) -> String {
    format!("{} %", percent_number(share))
}

fn percent_number(share: f64) -> String {
    decimals(100.0 * share, percent_digits(share))
}

fn percent_digits(share: f64) -> usize {
    let edge = 100.0 * share.abs().min((1.0 - share).abs());
    match edge {
        e if e == 0.0 || e >= 10.0 => 1,
        e if e >= 0.1 => 2,
        e if e >= 0.01 => 3,
        _ => 4,
    }
}

/// A number with as many decimals as a step between ticks needs.
pub fn stepped(value: f64, step: f64) -> String {
    let digits = (0..9).find(|&digits| is_whole(step * pow(10.0, digits as f64))).unwrap_or(9);
    decimals(value, digits)
}

/// The shortest text of a round number.
pub fn plain(value: f64) -> String {
    match value.abs() {
        v if v != 0.0 && !(1e-4..1e6).contains(&v) => {
            let power = log10(v).floor() as i32;
            let digits = value / pow(10.0, f64::from(power));
            let times =
                if (digits - 1.0).abs() < 1e-9 { String::new() } else { format!("{}·", significant(digits, 3)) };
            format!("{times}10{}", raised(power))
        }
        _ => {
            let digits = (0..9).find(|&digits| is_whole(value * pow(10.0, digits as f64))).unwrap_or(9);
            decimals(value, digits)
        }
    }
}

/// A number with so many significant digits (at least as many as its whole part has).
pub fn significant(value: f64, digits: usize) -> String {
    if value == 0.0 {
        return "0".to_string();
    }
    let power = log10(value.abs()).floor() as i32;
    decimals(value, (digits as i32 - 1 - power).clamp(0, 9) as usize)
}

/// A number with so many decimals.
pub fn decimals(value: f64, digits: usize) -> String {
    let text = format!("{:.digits$}", value.abs());
    let is_zero = text.chars().all(|digit| digit == '0' || digit == '.');
    let (whole, rest) = text.split_once('.').map_or((text.as_str(), None), |(whole, rest)| (whole, Some(rest)));
    let sign = if value < 0.0 && !is_zero { "−" } else { "" };
    let point = rest.map_or(String::new(), |rest| format!(".{rest}"));
    format!("{sign}{}{point}", grouped(whole))
}

/// A whole number of things.
pub fn count(number: u64) -> String {
    grouped(&number.to_string())
}

/// Digits with a narrow space between thousands from five digits on.
fn grouped(digits: &str) -> String {
    if digits.len() < 5 {
        return digits.to_string();
    }
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

fn is_whole(value: f64) -> bool {
    (value - value.round()).abs() < 1e-6 * value.abs().max(1e-3)
}

fn raised(power: i32) -> String {
    const DIGITS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let digits = power.abs().to_string();
    let raised = digits.bytes().map(|digit| DIGITS[usize::from(digit - b'0')]);
    if power < 0 { "⁻".chars().chain(raised).collect() } else { raised.collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_people_do() {
        assert_eq!(count(19_282), "19\u{202f}282");
        assert_eq!([decimals(-0.25, 1), decimals(-0.001, 2), decimals(1234.5, 1)], ["−0.2", "0.00", "1234.5"]);
        assert_eq!([stepped(0.15, 0.05), stepped(2.5, 2.5), stepped(40.0, 20.0)], ["0.15", "2.5", "40"]);
        assert_eq!([plain(0.01), plain(200.0), plain(1e-6), plain(2e7)], ["0.01", "200", "10⁻⁶", "2.00·10⁷"]);
        assert_eq!(
            [percent(0.0014), percent(0.997_57), percent(0.5), percent(0.0)],
            ["0.14 %", "99.76 %", "50.0 %", "0.0 %"]
        );
        let units = [measured(0.0052, Unit::Seconds), measured(5.083, Unit::Seconds), measured(0.003, Unit::Credits)];
        assert_eq!(units, ["5.20 ms", "5.08 s", "3000 µcredit"]);
        assert_eq!(measured(0.0, Unit::Seconds), "0 µs");
    }
}
