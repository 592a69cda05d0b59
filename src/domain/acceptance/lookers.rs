//! How many look where that is left to chance.

use super::{KINDS, Verdicts};

/// How many look in a check that takes place: a fixed number, or a binomial one, of which the terms are had one after the other from the
/// likeliest by the ratio of neighbours.
#[derive(Clone, Copy, Debug)]
pub struct Lookers {
    /// The probability that no checker looks at the answer.
    pub nobody: f64,
    parties: u32,
    looks: f64,
    /// The sum of the terms for one and more.
    somebody: f64,
}

/// Terms that are a smaller part of the likeliest are left out.
const LEAST: f64 = 1e-12;

impl Lookers {
    /// Always so many.
    pub fn fixed(count: u32) -> Lookers {
        Lookers { nobody: 0.0, parties: count, looks: 1.0, somebody: 1.0 }
    }

    /// Each of `parties` by itself with the same probability, `expected` on the average, or all where they are no more.
    pub fn each(parties: u32, expected: u32) -> Lookers {
        Lookers::with(parties, f64::from(expected) / f64::from(parties))
    }

    /// Each of `parties` by itself with this probability.
    pub fn with(parties: u32, looks: f64) -> Lookers {
        if looks >= 1.0 {
            return Lookers::fixed(parties);
        }
        let (mut nobody, mut somebody) = (0.0, 0.0);
        let mut lookers = Lookers { nobody, parties, looks, somebody };
        lookers.visit(&mut |number, term| if number == 0 { nobody += term } else { somebody += term });
        (lookers.nobody, lookers.somebody) = (nobody / (nobody + somebody), somebody);
        lookers
    }

    /// The mean over how many look, if anybody does.
    pub fn mean(&self, of: impl Fn(u32) -> f64) -> f64 {
        let mut sum = 0.0;
        self.visit(&mut |number, term| sum += if number == 0 { 0.0 } else { term * of(number) });
        sum / self.somebody
    }

    /// The same of what the check does with an answer.
    pub fn verdicts(&self, of: impl Fn(u32) -> Verdicts) -> Verdicts {
        let mut mean = Verdicts { right: 0.0, wrong: [0.0; KINDS] };
        self.visit(&mut |number, term| {
            if number > 0 {
                let (given, share) = (of(number), term / self.somebody);
                mean.right += share * given.right;
                mean.wrong.iter_mut().zip(given.wrong).for_each(|(sum, accepted)| *sum += share * accepted);
            }
        });
        mean
    }

    /// The probability that so few look.
    pub fn fewer_than(&self, quorum: u32) -> f64 {
        let (mut fewer, mut all) = (0.0, 0.0);
        self.visit(&mut |number, term| {
            fewer += if number < quorum { term } else { 0.0 };
            all += term;
        });
        fewer / all
    }

    /// What the votes of a group do with an answer that it was alarmed about; where fewer than `quorum` of at least one vote, it passes.
    pub fn verdicts_of_group(&self, quorum: u32, of: impl Fn(u32) -> Verdicts) -> Verdicts {
        let (mut mean, mut all) = (Verdicts { right: 0.0, wrong: [0.0; KINDS] }, 0.0);
        self.visit(&mut |number, term| {
            all += term;
            let given = if number < quorum { Verdicts { right: 1.0, wrong: [1.0; KINDS] } } else { of(number) };
            mean.right += term * given.right;
            mean.wrong.iter_mut().zip(given.wrong).for_each(|(sum, accepted)| *sum += term * accepted);
        });
        mean.right /= all;
        mean.wrong.iter_mut().for_each(|sum| *sum /= all);
        mean
    }

    /// Visits the numbers with their terms, 1 for the likeliest.
    fn visit(&self, each: &mut dyn FnMut(u32, f64)) {
        if self.looks >= 1.0 {
            return each(self.parties, 1.0);
        }
        let (n, odds) = (f64::from(self.parties), self.looks / (1.0 - self.looks));
        let peak = ((n + 1.0) * self.looks) as u32;
        each(peak, 1.0);
        let mut term = 1.0;
        for number in peak + 1..=self.parties {
            term *= (n - f64::from(number) + 1.0) / f64::from(number) * odds;
            if term < LEAST {
                break;
            }
            each(number, term);
        }
        term = 1.0;
        for number in (0..peak).rev() {
            term *= f64::from(number + 1) / (n - f64::from(number)) / odds;
            if term < LEAST {
                break;
            }
            each(number, term);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // worked example
    #[test]
    fn numbers_of_lookers() {
        let close = |found: f64, known: f64| assert!((found - known).abs() < 1e-12, "{found} and not {known}");
        let fixed = Lookers::fixed(3);
        assert_eq!((fixed.nobody, fixed.mean(f64::from)), (0.0, 3.0));
        // Three checkers look with probability 1/3 each. None looks with 8/27; one, two or three look with 12/27, 6/27 or 1/27.
        let each = Lookers::each(3, 1);
        close(each.nobody, 8.0 / 27.0);
        close(each.mean(f64::from), 27.0 / 19.0);
        close(each.mean(|number| f64::from(u32::from(number == 2))), 6.0 / 19.0);
        let passed = each.verdicts(|number| Verdicts { right: 1.0, wrong: [1.0 / f64::from(1u32 << number); KINDS] });
        close(passed.right, 1.0);
        close(passed.wrong[2], (6.0 + 1.5 + 0.125) / 19.0);
        assert_eq!(Lookers::each(2, 5).mean(f64::from), 2.0, "no more look than there are");
        // Two of the three must vote, and each then lets one answer in two pass: (12 + 8)/27 lapse.
        let halved = |number: u32| Verdicts { right: 1.0, wrong: [1.0 / f64::from(1u32 << number); KINDS] };
        let group = each.verdicts_of_group(2, halved);
        close(each.fewer_than(2), 20.0 / 27.0);
        close(group.right, 1.0);
        close(group.wrong[0], (20.0 + 6.0 / 4.0 + 1.0 / 8.0) / 27.0);
        let all = Lookers::with(3, 1.0);
        assert_eq!((all.verdicts_of_group(3, halved).wrong[0], all.fewer_than(3)), (0.125, 0.0));
        assert_eq!(Lookers::with(3, 0.0).verdicts_of_group(1, halved).wrong[0], 1.0, "nobody votes");
    }
}
