//! Axes: from values to places, with round ticks and units.

use super::numbers::{self, Unit};
use crate::maths::{log10, pow};

/// An axis: values from `low` to `high` on places from 0 to 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// The value at place 0.
    pub low: f64,
    /// The value at place 1.
    pub high: f64,
    /// Whether places go by the logarithm.
    pub logarithmic: bool,
    /// Values with their labels, rising.
    pub ticks: Vec<(f64, String)>,
    /// Values of small ticks without labels.
    pub small_ticks: Vec<f64>,
    /// What is measured, with its unit.
    pub title: String,
}

impl Axis {
    /// A linear axis of a quantity in its base unit; its ends are round in the unit that suits.
    pub fn linear(low: f64, high: f64, what: &str, unit: Unit) -> Axis {
        let (low, high) = widened(low, high);
        let (factor, _, step) = steps(low, high, unit);
        let (first, last) = ((low * factor / step + 1e-9).floor(), (high * factor / step - 1e-9).ceil());
        Axis::stepped(first * step / factor, last * step / factor, what, steps(low, high, unit))
    }

    /// A linear axis that ends where it is told.
    pub fn exact(low: f64, high: f64, what: &str, unit: Unit) -> Axis {
        let (low, high) = widened(low, high);
        Axis::stepped(low, high, what, steps(low, high, unit))
    }

    /// Ticks at the multiples of a step.
    fn stepped(low: f64, high: f64, what: &str, (factor, symbol, step): (f64, &str, f64)) -> Axis {
        let (first, last) = ((low * factor / step - 1e-9).ceil(), (high * factor / step + 1e-9).floor());
        let count = (last - first).max(0.0) as usize;
        let value = |tick: usize| (first + tick as f64) * step;
        let ticks = (0..=count).map(|tick| (value(tick) / factor, numbers::stepped(value(tick), step))).collect();
        Axis { low, high, logarithmic: false, ticks, small_ticks: Vec::new(), title: titled(what, symbol) }
    }

    /// A share from 0 to `high` (at most 1), in per cent.
    pub fn share(high: f64, what: &str) -> Axis {
        let axis = Axis::linear(0.0, high.clamp(1e-4, 1.0), what, Unit::Share);
        if axis.high > 1.0 { Axis::exact(0.0, 1.0, what, Unit::Share) } else { axis }
    }

    /// A logarithmic axis of a quantity in its base unit. Panics unless `low` is positive.
    pub fn logarithmic(low: f64, high: f64, what: &str, unit: Unit) -> Axis {
        assert!(low > 0.0, "a logarithmic axis has positive values, not `{low}`");
        let high = if high > low { high } else { 10.0 * low };
        let (factor, symbol) = match unit {
            Unit::Seconds => (1.0, "s"),
            unit => unit.scaled((low * high).sqrt()),
        };
        let (first, last) = (log10(low * factor).floor() as i32, log10(high * factor).ceil() as i32);
        let few = log10(high) - log10(low) < 2.2;
        let (mut ticks, mut small_ticks) = (Vec::new(), Vec::new());
        for decade in first..=last {
            for digit in 1..10 {
                let value = f64::from(digit) * pow(10.0, f64::from(decade));
                let within = value >= low * factor * (1.0 - 1e-9) && value <= high * factor * (1.0 + 1e-9);
                match within {
                    true if digit == 1 || few && (digit == 2 || digit == 5) => {
                        ticks.push((value / factor, numbers::plain(value)));
                    }
                    true => small_ticks.push(value / factor),
                    false => {}
                }
            }
        }
        Axis { low, high, logarithmic: true, ticks, small_ticks, title: titled(what, symbol) }
    }

    /// An axis of names: the middle of the i-th is at i + ½.
    pub fn names(names: &[String]) -> Axis {
        let ticks = names.iter().enumerate().map(|(place, name)| (place as f64 + 0.5, name.clone())).collect();
        let high = names.len().max(1) as f64;
        Axis { low: 0.0, high, logarithmic: false, ticks, small_ticks: Vec::new(), title: String::new() }
    }

    /// The place of a value: 0 at the low end, 1 at the high one, beyond them outside.
    pub fn place(&self, value: f64) -> f64 {
        if self.logarithmic {
            // What is not positive is on no logarithmic axis: far below.
            let value = if value > 0.0 { log10(value) } else { log10(self.low) - 9.0 };
            (value - log10(self.low)) / (log10(self.high) - log10(self.low))
        } else {
            (value - self.low) / (self.high - self.low)
        }
    }

    /// The value at a place.
    pub fn value(&self, place: f64) -> f64 {
        if self.logarithmic {
            pow(10.0, log10(self.low) + place * (log10(self.high) - log10(self.low)))
        } else {
            self.low + place * (self.high - self.low)
        }
    }
}

/// Ends that are apart.
fn widened(low: f64, high: f64) -> (f64, f64) {
    match high > low {
        true => (low, high),
        false if low == 0.0 => (0.0, 1.0),
        false => (low - 0.5 * low.abs(), low + 0.5 * low.abs()),
    }
}

/// The factor to the unit that suits, its symbol, and the distance of ticks in it.
fn steps(low: f64, high: f64, unit: Unit) -> (f64, &'static str, f64) {
    let (factor, symbol) = unit.scaled(low.abs().max(high.abs()));
    let rough = (high - low) * factor / 5.0;
    let round: &[f64] = match symbol {
        "min" | "s" if rough > 1.0 => &[1.0, 2.0, 5.0, 10.0, 15.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0],
        "h" if rough > 0.5 => &[1.0, 2.0, 3.0, 4.0, 6.0, 12.0, 24.0, 48.0],
        _ => &[],
    };
    if let Some(step) = round.iter().find(|&&step| step >= 0.9 * rough) {
        return (factor, symbol, *step);
    }
    let decade = pow(10.0, log10(rough).floor());
    let digit = [1.0, 2.0, 2.5, 5.0, 10.0].into_iter().find(|digit| digit * decade >= 0.9 * rough).unwrap_or(10.0);
    let step = digit * decade;
    (factor, symbol, if unit == Unit::Count { step.max(1.0).round() } else { step })
}

fn titled(what: &str, symbol: &str) -> String {
    match (what, symbol) {
        ("", symbol) => symbol.to_string(),
        (what, "") => what.to_string(),
        (what, symbol) => format!("{what} ({symbol})"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(axis: &Axis) -> Vec<&str> {
        axis.ticks.iter().map(|(_, label)| label.as_str()).collect()
    }

    #[test]
    fn ticks_are_round_in_the_unit_that_suits() {
        let hour = Axis::linear(0.0, 3_480.0, "time", Unit::Seconds);
        assert_eq!((hour.title.as_str(), hour.high), ("time (min)", 3_600.0));
        assert_eq!(labels(&hour), ["0", "15", "30", "45", "60"]);
        let day = Axis::exact(0.0, 86_400.0, "time", Unit::Seconds);
        assert_eq!(labels(&day), ["0", "6", "12", "18", "24"]);
        assert_eq!(labels(&Axis::share(1.0, "used")), ["0", "20", "40", "60", "80", "100"]);
        assert_eq!(labels(&Axis::share(0.0014, "lost")), ["0.00", "0.05", "0.10", "0.15"]);
        assert_eq!(
            labels(&Axis::linear(-0.03, 0.02, "difference", Unit::Plain)),
            ["−0.03", "−0.02", "−0.01", "0.00", "0.01", "0.02"]
        );
        assert_eq!(labels(&Axis::linear(0.0, 3.0, "nodes", Unit::Count)), ["0", "1", "2", "3"]);
    }

    #[test]
    fn an_axis_without_extent_gets_one() {
        for (low, high) in [(0.0, 0.0), (5.0, 5.0), (-2.0, -2.0)] {
            let axis = Axis::linear(low, high, "", Unit::Plain);
            assert!(axis.low < axis.high && axis.ticks.len() > 1, "{axis:?}");
        }
    }

    #[test]
    fn places_go_by_the_logarithm_where_told() {
        let axis = Axis::logarithmic(0.01, 100.0, "response", Unit::Seconds);
        assert_eq!(labels(&axis), ["0.01", "0.1", "1", "10", "100"]);
        assert!((axis.place(1.0) - 0.5).abs() < 1e-12 && axis.place(0.0) < -1.0);
        assert!((axis.value(0.25) - 0.1).abs() < 1e-12);
        assert_eq!(labels(&Axis::logarithmic(1.0, 50.0, "", Unit::Plain)), ["1", "2", "5", "10", "20", "50"]);
        assert_eq!(Axis::names(&["a".to_string(), "b".to_string()]).place(1.5), 0.75);
    }
}
