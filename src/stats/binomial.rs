//! The tail of a binomial law.

/// The probability of at least `least` successes in `n` independent trials that each succeed with probability `p`: the sum
/// of the shorter side of the law's terms, each from the one before. For the few copies or checkers of one answer.
pub fn at_least(n: u32, least: u32, p: f64) -> f64 {
    match (least, p) {
        (0, _) => return 1.0,
        _ if least > n => return 0.0,
        (_, 0.0) => return 0.0,
        (_, 1.0) => return 1.0,
        _ => {}
    }
    let mut of_none = 1.0;
    (0..n).for_each(|_| of_none *= 1.0 - p);
    let (mut term, mut below) = (of_none, 0.0);
    for k in 0..least {
        below += term;
        term *= f64::from(n - k) / f64::from(k + 1) * p / (1.0 - p);
    }
    (1.0 - below).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tails_are_those_of_majorities() {
        // m-first voting of Sarmenta with m = 2 and 3 at a fault rate of 0.1, and majorities of 3, 5, 11 at 0.6.
        let known = [
            (3, 2, 0.1, 0.028),
            (5, 3, 0.1, 0.00856),
            (3, 2, 0.6, 0.648),
            (5, 3, 0.6, 0.68256),
            (11, 6, 0.6, 0.7534981325),
        ];
        for (n, least, p, expected) in known {
            assert!((at_least(n, least, p) - expected).abs() < 1e-9, "{n} {least} {p}");
        }
        assert_eq!(
            [at_least(3, 0, 0.2), at_least(3, 4, 0.2), at_least(3, 1, 0.0), at_least(3, 3, 1.0)],
            [1.0, 0.0, 0.0, 1.0]
        );
    }
}
