//! Numbers between two ends, spaced evenly or by equal quotients, and rounded to what the scenario can hold.

use crate::maths::{exp, ln};

use super::file::Scale;
use super::grain::Grain;

/// Numbers between two ends.
#[derive(Clone, Debug, PartialEq)]
pub struct Range {
    pub(super) from: f64,
    pub(super) to: f64,
    /// How many a grid takes.
    pub count: Option<u32>,
    pub(super) scale: Scale,
    pub(super) unit: String,
    /// What they are rounded to.
    pub grain: Grain,
}

impl Range {
    /// The number at a share of the way that the scenario can hold; the ends are exact.
    pub fn at(&self, share: f64) -> f64 {
        if share <= 0.0 {
            return self.from;
        }
        if share >= 1.0 {
            return self.to;
        }
        // Rounding must not leave the range, whose ends may lie between two such numbers.
        self.grain.rounded(self.between(share)).clamp(self.from, self.to)
    }

    /// The number at a share of the way, to twelve digits.
    pub fn between(&self, share: f64) -> f64 {
        let number = match self.scale {
            _ if share <= 0.0 => return self.from,
            _ if share >= 1.0 => return self.to,
            Scale::Linear => self.from + (self.to - self.from) * share,
            Scale::Log => exp(ln(self.from) + (ln(self.to) - ln(self.from)) * share),
        };
        format!("{number:.11e}").parse().expect("a number reads what it writes")
    }

    /// The share of the way at which the number for `share` lies once it is rounded: the same for all shares with that
    /// number. Without rounding `share` itself.
    pub fn snapped(&self, share: f64) -> f64 {
        let number = self.at(share);
        match self.scale {
            _ if self.grain == Grain::Any => share,
            _ if number <= self.from => 0.0,
            _ if number >= self.to => 1.0,
            Scale::Linear => (number - self.from) / (self.to - self.from),
            Scale::Log => (ln(number) - ln(self.from)) / (ln(self.to) - ln(self.from)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::money::Money;

    fn range(from: f64, to: f64, scale: Scale, grain: Grain) -> Range {
        Range { from, to, count: None, scale, unit: String::new(), grain }
    }

    /// Every share of the way gives a number that the scenario reads, and snapping finds that number again.
    #[test]
    fn numbers_are_rounded_and_found_again() {
        let amounts = range(0.0001, 1.0, Scale::Log, Grain::Money);
        let counts = range(1.0, 300.0, Scale::Log, Grain::Whole);
        let even = range(5.0, 40.0, Scale::Linear, Grain::Whole);
        for step in 0..=1_000 {
            let share = f64::from(step) / 1_000.0;
            assert!(Money::try_from(amounts.at(share)).is_ok(), "{}", amounts.at(share));
            for range in [&amounts, &counts, &even] {
                let snapped = range.snapped(share);
                assert_eq!(range.at(snapped), range.at(share), "share {share}");
                assert_eq!(range.snapped(snapped).to_bits(), snapped.to_bits(), "share {share}");
            }
            assert_eq!((counts.at(share).fract(), even.at(share).fract()), (0.0, 0.0));
        }
        assert_eq!(even.at(0.5), 22.0, "half way between 22 and 23: to the even one");
        assert_eq!((amounts.at(0.0), amounts.at(1.0), amounts.at(0.5)), (0.0001, 1.0, 0.01));
    }

    #[test]
    fn any_number_stays_as_it_is() {
        let range = range(0.1, 0.8, Scale::Linear, Grain::Any);
        assert_eq!((range.at(0.3), range.snapped(0.3)), (0.31, 0.3));
    }

    /// Ends that are no whole numbers are for the scenario to refuse; between them nothing leaves the range.
    #[test]
    fn rounding_stays_between_the_ends() {
        let range = range(1.6, 2.4, Scale::Linear, Grain::Whole);
        assert_eq!([0.01, 0.5, 0.99].map(|share| range.at(share)), [2.0, 2.0, 2.0]);
        let narrow = Range { from: 2.6, to: 2.9, ..range };
        assert!((2.6..=2.9).contains(&narrow.at(0.5)));
    }
}
