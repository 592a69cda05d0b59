//! Time cut into equal bins of a round length, as charts over the day show it.

/// Bins of equal length from the start of what is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bins {
    /// The instant the first begins, in nanoseconds.
    pub first: u64,
    /// The length of each, in nanoseconds.
    pub length: u64,
    /// How many there are.
    pub count: usize,
}

const SECOND: u64 = 1_000_000_000;

/// Lengths that people count in, in seconds.
const LENGTHS: [u64; 20] =
    [1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1_200, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400];

impl Bins {
    /// Bins over the instants from `first` to before `end`, at most `most`; an hour each where that suits.
    pub fn over(first: u64, end: u64, most: u64) -> Bins {
        let span = end.saturating_sub(first).max(1);
        let round = LENGTHS.iter().map(|seconds| seconds * SECOND).find(|length| span.div_ceil(*length) <= most);
        let days = span.div_ceil(86_400 * SECOND).div_ceil(most) * 86_400 * SECOND;
        let length = round.unwrap_or(days);
        let begins = first / length * length;
        Bins { first: begins, length, count: (end.max(begins + 1) - begins).div_ceil(length) as usize }
    }

    /// The bin of an instant, none outside.
    pub fn of(&self, instant: u64) -> Option<usize> {
        let bin = (instant.checked_sub(self.first)? / self.length) as usize;
        (bin < self.count).then_some(bin)
    }

    /// The instant a bin begins, in seconds.
    pub fn begins(&self, bin: usize) -> f64 {
        (self.first + self.length * bin as u64) as f64 * 1e-9
    }

    /// The length in words: `15 min`.
    pub fn in_words(&self) -> String {
        match self.length / SECOND {
            s if s.is_multiple_of(86_400) => format!("{} d", s / 86_400),
            s if s.is_multiple_of(3_600) => format!("{} h", s / 3_600),
            s if s.is_multiple_of(60) => format!("{} min", s / 60),
            s => format!("{s} s"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_are_round_and_cover_everything() {
        let day = Bins::over(0, 86_400 * SECOND, 24);
        assert_eq!((day.length, day.count, day.in_words().as_str()), (3_600 * SECOND, 24, "1 h"));
        let odd = Bins::over(700 * SECOND, 4_000 * SECOND, 24);
        assert_eq!((odd.first, odd.count, odd.in_words().as_str()), (600 * SECOND, 12, "5 min"));
        assert_eq!((odd.of(599 * SECOND), odd.of(600 * SECOND), odd.of(4_199 * SECOND)), (None, Some(0), Some(11)));
        assert_eq!(odd.begins(1), 900.0);
        let long = Bins::over(0, 300 * 86_400 * SECOND, 48);
        assert_eq!((long.in_words().as_str(), long.count), ("7 d", 43));
        assert_eq!(Bins::over(5, 5, 24).count, 1);
    }
}
