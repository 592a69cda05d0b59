//! Copies that are added until a group of equal answers is credible (L. Sarmenta 2001; iExec, Proof of Contribution).

use super::choose;
use super::power;

/// What comes of the copies of one job.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Outcome {
    /// The probability of a right answer.
    pub right: f64,
    /// The probability of a wrong one.
    pub wrong: f64,
    /// The mean number of copies that agree with the answer, 0 without one.
    pub agreeing: f64,
    /// The mean number of times that copies are asked, 0 without an answer.
    pub rounds: f64,
}

/// Whether a group of so many is credible beside another of so many, in iExec's form: ∏w · t > (1 + Σ∏w)(t − 1).
fn is_credible(odds: f64, trust: f64, [own, other]: [u32; 2]) -> bool {
    let group = |size: u32| if size == 0 { 0.0 } else { power(odds, size) };
    group(own) * trust > (1.0 + group(own) + group(other)) * (trust - 1.0)
}

/// How many of the same odds must agree, where none disagrees.
pub fn alone(odds: f64, trust: f64) -> u32 {
    (1..).find(|&size| is_credible(odds, trust, [size, 0])).expect("some number is enough")
}

/// Of at most `left` copies more, each right with probability p and all wrong ones alike, where so many right and wrong answers are there:
/// as many are asked at once as make the larger group credible if all of them join it, and again.
pub fn outcome((p, trust): (f64, f64), left: u32, [right, wrong]: [u32; 2]) -> Outcome {
    let odds = p / (1.0 - p);
    let [more, less] = [right.max(wrong), right.min(wrong)];
    let Some(asked) = (1..=left).find(|asked| is_credible(odds, trust, [more + asked, less])) else {
        return Outcome::default();
    };
    let mut sum = Outcome::default();
    for of_right in 0..=asked {
        let likely = choose(asked, of_right) * power(p, of_right) * power(1.0 - p, asked - of_right);
        let there = [right + of_right, wrong + asked - of_right];
        let then = match () {
            () if is_credible(odds, trust, there) => {
                Outcome { right: 1.0, agreeing: there[0].into(), ..Outcome::default() }
            }
            () if is_credible(odds, trust, [there[1], there[0]]) => {
                Outcome { wrong: 1.0, agreeing: there[1].into(), ..Outcome::default() }
            }
            () => outcome((p, trust), left - asked, there),
        };
        sum.right += likely * then.right;
        sum.wrong += likely * then.wrong;
        sum.agreeing += likely * then.agreeing;
        sum.rounds += likely * (then.rounds + then.right + then.wrong);
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    // worked example: the contract's table for workers of weight 2.
    #[test]
    fn fresh_workers() {
        assert_eq!([2.0, 5.0, 10.0, 50.0, 100.0, 1000.0].map(|trust| alone(2.0, trust)), [1, 3, 4, 6, 7, 10]);
    }

    /// Whatever is accepted is right with more than 1 − 1/trust: Sarmenta's bound.
    #[test]
    fn what_is_accepted_is_as_credible_as_asked() {
        for (p, trust) in [(0.6, 3.0), (0.7, 10.0), (0.8, 20.0), (0.9, 1000.0)] {
            let Outcome { right, wrong, .. } = outcome((p, trust), 20, [0, 0]);
            assert!(wrong / (right + wrong) < 1.0 / trust && right + wrong <= 1.0 + 1e-12, "{p} {trust}");
        }
    }
}
