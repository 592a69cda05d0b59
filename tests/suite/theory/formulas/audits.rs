//! Answers that are computed again by somebody.

/// An exponential server of rate `mu`, and a share p of what it answers goes on to another of rate `auditor` before it is
/// final: E T = 1/(μ₁−λ) + p/(μ₂−pλ) (P. J. Burke 1956: what leaves the first is Poisson, and so is a part of it drawn at random).
pub fn served_and_audited(lambda: f64, mu: f64, p: f64, auditor: f64) -> f64 {
    1.0 / (mu - lambda) + p / (auditor - p * lambda)
}

/// The same of those that are audited.
pub fn audited(lambda: f64, mu: f64, p: f64, auditor: f64) -> f64 {
    1.0 / (mu - lambda) + 1.0 / (auditor - p * lambda)
}

/// The share of the time of so many nodes that they work, where a share p of the answers costs another v times the work.
pub fn busy(lambda: f64, p: f64, v: f64, nodes: f64) -> f64 {
    lambda * (1.0 + p * v) / nodes
}

/// The share of what nodes could serve that their checks of each other take.
pub fn lost(p: f64, v: f64) -> f64 {
    p * v / (1.0 + p * v)
}

/// What is left of an answer to an honest node that is paid R for work of C, where the share C/((d − f)(R + S)) is checked, which just deters
/// a cheat: a check takes a right answer for wrong with probability f, and R and S are then lost. R − C − C f/(d − f).
pub fn honest_profit((reward, cost): (f64, f64), detects: f64, false_alarm: f64) -> f64 {
    reward - cost - cost * false_alarm / (detects - false_alarm)
}

#[cfg(test)]
mod tests {
    use super::super::assert_known;
    use super::*;

    // worked example
    #[test]
    fn audits() {
        assert_known(served_and_audited(0.6, 1.0, 0.2, 0.5), 3.026_315_789_473_684);
        assert_known(audited(0.6, 1.0, 0.2, 0.5), 5.131_578_947_368_421);
        assert_known(busy(8.0, 0.1, 1.0, 10.0), 0.88);
        assert_known(lost(0.1, 1.0), 1.0 / 11.0);
    }

    /// Nothing is left at the ceiling f = (1 − C/R) d, whatever the stake: 0.1455 where a tenth of validators look away and the others find
    /// 0.97.
    #[test]
    fn a_ceiling_on_false_alarms() {
        let (reward, cost, detects) = (1.2, 1.0, 0.9 * 0.97);
        let ceiling = (1.0 - cost / reward) * detects;
        assert_known(ceiling, 0.1455);
        assert!(honest_profit((reward, cost), detects, ceiling).abs() < 1e-15);
        assert!(honest_profit((reward, cost), detects, 0.9 * ceiling) > 0.0);
        // p = 1/(0.8 · 1.5): 1.2 − 1 − p · 0.1 · 1.5.
        assert_known(honest_profit((reward, cost), 0.9, 0.1), 0.075);
    }
}
