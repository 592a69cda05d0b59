//! Copies that are added until a group of equal answers is credible (L. Sarmenta, *Sabotage-tolerance mechanisms for volunteer
//! computing systems*, 2001; iExec, Proof of Contribution).
//!
//! A node is right with the odds o = τ/(1 − τ) of its trust. The nodes that give one answer are a *group* with the odds ∏ o. At most
//! one group is right, so the *credibility* of one is ∏ o / (1 + Σ over all groups of ∏ o).

/// The most copies of a job that is executed until a group is credible.
pub const MOST: usize = 32;

/// Groups of equal answers: the odds of the one that is nearest to being credible, and of the others together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Groups {
    lead: f64,
    others: f64,
    is_there: bool,
}

impl Groups {
    /// Before any answer: a group that is yet to be has the odds 1 of no node.
    pub const NONE: Groups = Groups { lead: 1.0, others: 0.0, is_there: false };

    /// Of these odds; 0 where there is no such group.
    pub fn of(odds: impl IntoIterator<Item = f64>) -> Groups {
        let mut groups = Groups::NONE;
        odds.into_iter().filter(|odds| *odds > 0.0).for_each(|odds| groups.add(odds));
        groups
    }

    /// One more group.
    pub fn add(&mut self, odds: f64) {
        if odds >= self.lead {
            self.others += if self.is_there { self.lead } else { 0.0 };
            (self.lead, self.is_there) = (odds, true);
        } else {
            self.others += odds;
        }
    }

    /// The odds of all of them together.
    pub fn sum(&self) -> f64 {
        self.others + if self.is_there { self.lead } else { 0.0 }
    }

    /// How many of the nodes that are left, in this order, must agree with the leading group until it has more than this credibility;
    /// `None` where all of them are too few.
    pub fn wanted(&self, credibility: f64, left: impl Iterator<Item = f64>) -> Option<usize> {
        let mut group = self.lead;
        let enough = left.map(|odds| {
            group *= odds;
            is_credible(credibility, group, self.others)
        });
        enough.enumerate().find(|(_, enough)| *enough).map(|(number, _)| number + 1)
    }
}

/// Whether a group of these odds has more than this credibility, beside others with these odds together. Odds beyond all numbers have.
pub fn is_credible(credibility: f64, group: f64, others: f64) -> bool {
    group > credibility * (1.0 + others + group) || (group == f64::INFINITY && others < f64::INFINITY)
}

/// What is expected of copies that are added until a group is credible, if each is right with the same probability by itself and all
/// wrong ones are alike (the worst case).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Grouped {
    /// The probability that a right answer comes of it.
    pub right: f64,
    /// That a wrong one does.
    pub wrong: f64,
    /// Copies that are expected to agree with the answer that comes of it, none where none does.
    pub agreeing: f64,
    /// How long it takes in the mean where an answer comes of it.
    pub takes: f64,
}

/// How likely it is that there are so many right and wrong answers, and that times how long it has taken in the mean.
type Reached = [f64; 2];

impl Grouped {
    /// Of at most `most` copies, no more than [`MOST`], where a group must have more than this credibility and `round` says how long so
    /// many copies take that are asked at once.
    ///
    /// Copies are asked in rounds: as many as make the leading group credible if all of them agree with it. So a round ends
    /// with a credible group or with other numbers of right and wrong answers. No job allocates for this.
    pub fn of(credibility: f64, most: usize, trust: f64, round: impl Fn(usize) -> f64) -> Grouped {
        let mut product = [1.0; MOST + 1];
        (1..=most).for_each(|count| product[count] = product[count - 1] * trust / (1.0 - trust));
        let odds = |size: usize| if size > 0 { product[size] } else { 0.0 };
        let mut found = Grouped::default();
        // By how many answers there are, and how many of them are right.
        let mut reached: [[Reached; MOST + 1]; MOST + 1] = [[[0.0; 2]; MOST + 1]; MOST + 1];
        reached[0][0][0] = 1.0;
        for there in 0..most {
            for before in 0..=there {
                let [chance, passed] = reached[there][before];
                let left = std::iter::repeat_n(product[1], most - there);
                let asked = match chance > 0.0 {
                    true => Groups::of([before, there - before].map(odds)).wanted(credibility, left),
                    false => None,
                };
                let Some(asked) = asked else { continue };
                let passed = passed + chance * round(asked);
                for (more, part) in among(asked, trust).into_iter().enumerate().take(asked + 1) {
                    let (right, chance, passed) = (before + more, chance * part, passed * part);
                    let wrong = there + asked - right;
                    if is_credible(credibility, odds(right), odds(wrong)) {
                        found.right += chance;
                        found.agree(right, chance, passed);
                    } else if is_credible(credibility, odds(wrong), odds(right)) {
                        found.wrong += chance;
                        found.agree(wrong, chance, passed);
                    } else {
                        let [likely, takes] = &mut reached[there + asked][right];
                        (*likely, *takes) = (*likely + chance, *takes + passed);
                    }
                }
            }
        }
        found.takes /= (found.right + found.wrong).max(f64::MIN_POSITIVE);
        found
    }

    fn agree(&mut self, copies: usize, chance: f64, passed: f64) {
        self.agreeing += chance * copies as f64;
        self.takes += passed;
    }
}

/// The probabilities that 0, 1, 2, … of so many answers are right.
fn among(count: usize, trust: f64) -> [f64; MOST + 1] {
    let mut chances = [0.0; MOST + 1];
    chances[0] = 1.0;
    for there in 1..=count {
        for right in (1..=there).rev() {
            chances[right] = chances[right] * (1.0 - trust) + chances[right - 1] * trust;
        }
        chances[0] *= 1.0 - trust;
    }
    chances
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many nodes of these odds must agree, as iExec's contract has it: the least k with oᵏ/(1 + oᵏ) > 1 − 1/trust.
    fn wanted(odds: f64, trust: f64) -> Option<usize> {
        Groups::NONE.wanted(1.0 - 1.0 / trust, std::iter::repeat_n(odds, MOST))
    }

    // worked example
    #[test]
    fn fresh_nodes_of_the_contract() {
        assert_eq!(
            [2.0, 5.0, 10.0, 50.0, 100.0, 1000.0].map(|trust| wanted(2.0, trust)),
            [1, 3, 4, 6, 7, 10].map(Some)
        );
        assert_eq!([wanted(9.0, 100.0), wanted(32.0, 100.0), wanted(1.0, 100.0)], [Some(3), Some(2), None]);
        assert_eq!(wanted(f64::INFINITY, 1e9), Some(1), "a node that cannot be wrong");
    }

    /// As much is not more: the odds t − 1 have just 1 − 1/t.
    #[test]
    fn as_much_is_not_more() {
        for trust in [2.0, 4.0, 5.0, 10.0, 100.0, 1000.0, 1e6] {
            assert_eq!(
                [trust - 1.0, trust].map(|odds| is_credible(1.0 - 1.0 / trust, odds, 0.0)),
                [false, true],
                "{trust}"
            );
        }
    }

    /// Sarmenta's example: groups of nodes right with 0.9 and 0.8, and with 0.7: 0.9153 and 0.0593.
    #[test]
    fn credibility_beside_another_group() {
        let (both, other) = (9.0 * 4.0, 7.0 / 3.0);
        for (share, group, others) in [(0.915_254_237_3, both, other), (0.059_322_033_9, other, both)] {
            assert!(is_credible(share - 1e-9, group, others) && !is_credible(share + 1e-9, group, others), "{share}");
        }
        // Four of odds 2 against one: 16/19 is more than 4/5; of three against one it is 8/11.
        let against = Groups::of([8.0, 2.0]);
        assert_eq!(against.wanted(0.8, std::iter::repeat(2.0)), Some(1));
        assert_eq!(Groups::of([2.0, 8.0]), against, "in any order");
    }

    // worked example: more than 3/5, where each is right with 2/3. One is enough at first: 2/3.
    #[test]
    fn one_is_enough() {
        let found = Grouped::of(0.6, 3, 2.0 / 3.0, |asked| asked as f64);
        let expected = [2.0 / 3.0, 1.0 / 3.0, 1.0, 1.0];
        assert_close([found.right, found.wrong, found.agreeing, found.takes], expected);
    }

    fn assert_close(found: [f64; 4], expected: [f64; 4]) {
        assert!(
            found.iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 1e-14),
            "{found:?} {expected:?}"
        );
    }

    // worked example: more than 3/4, where each is right with 2/3. Two that agree have 4/5. If they differ, three more must agree with
    // one of them: 8/11 is too little, 16/19 is enough.
    #[test]
    fn two_and_then_three() {
        let (p, q) = (2.0 / 3.0, 1.0 / 3.0);
        let found = Grouped::of(0.75, 5, p, |asked| asked as f64);
        let differ = 2.0 * p * q;
        let [two, more] = [p * p + q * q, differ * (p * p * p + q * q * q)];
        let expected = [
            p * p + differ * p * p * p,
            q * q + differ * q * q * q,
            2.0 * two + 4.0 * more,
            (2.0 * two + 5.0 * more) / (two + more),
        ];
        assert_close([found.right, found.wrong, found.agreeing, found.takes], expected);
        let few = Grouped::of(0.75, 4, p, |_| 1.0);
        assert_close([few.right, few.wrong, few.agreeing, few.takes], [p * p, q * q, 2.0 * two, 1.0]);
        assert_eq!(Grouped::of(0.75, 5, 0.4, |_| 1.0), Grouped::default(), "nodes that err more often than not");
    }
}
