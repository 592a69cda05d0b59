//! How many look where that is left to chance.

use super::{KINDS, Verdicts, binomial};

/// How many look in a check that takes place.
#[derive(Clone, Debug)]
pub struct Lookers {
    /// The probability that nobody does.
    pub nobody: f64,
    /// Numbers with their probabilities, if anybody does.
    chances: Vec<(u32, f64)>,
}

impl Lookers {
    /// Always so many.
    pub fn fixed(count: u32) -> Lookers {
        Lookers { nobody: 0.0, chances: vec![(count, 1.0)] }
    }

    /// Each of `parties` by itself with the same probability, `expected` on the average, or all where they are no more. Numbers less likely than
    /// 10⁻¹² are left out.
    pub fn each(parties: u32, expected: u32) -> Lookers {
        let chances = binomial(parties, f64::from(expected) / f64::from(parties));
        let somebody: f64 = chances[1..].iter().sum();
        let numbers = (1..=parties).zip(&chances[1..]).filter(|(_, chance)| **chance > 1e-12);
        let chances = numbers.map(|(number, chance)| (number, chance / somebody)).collect();
        Lookers { nobody: 1.0 - somebody, chances }
    }

    /// The mean over how many look, if anybody does.
    pub fn mean(&self, of: impl Fn(u32) -> f64) -> f64 {
        self.chances.iter().map(|&(number, chance)| chance * of(number)).sum()
    }

    /// The same of what the check does with an answer.
    pub fn verdicts(&self, of: impl Fn(u32) -> Verdicts) -> Verdicts {
        let mut mean = Verdicts { right: 0.0, wrong: [0.0; KINDS] };
        for &(number, chance) in &self.chances {
            let given = of(number);
            mean.right += chance * given.right;
            mean.wrong.iter_mut().zip(given.wrong).for_each(|(sum, accepted)| *sum += chance * accepted);
        }
        mean
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
        // Of three with 1/3 each nobody looks with 8/27, and one, two and three with 12, 6 and 1.
        let each = Lookers::each(3, 1);
        close(each.nobody, 8.0 / 27.0);
        close(each.mean(f64::from), 27.0 / 19.0);
        close(each.mean(|number| f64::from(u32::from(number == 2))), 6.0 / 19.0);
        let passed = each.verdicts(|number| Verdicts { right: 1.0, wrong: [0.5f64.powi(number as i32); KINDS] });
        close(passed.right, 1.0);
        close(passed.wrong[2], (6.0 + 1.5 + 0.125) / 19.0);
        assert_eq!(Lookers::each(2, 5).mean(f64::from), 2.0, "no more look than there are");
    }
}
