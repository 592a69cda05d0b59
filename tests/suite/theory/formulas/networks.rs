//! Stations in a row, work that comes back, and servers that break down.

use reliance::maths;

/// A tandem of exponential servers (J. R. Jackson 1957, P. J. Burke 1956): E T = Σ 1/(μᵢ−λ).
pub fn tandem_sojourn(lambda: f64, servers: &[f64]) -> f64 {
    servers.iter().map(|mu| 1.0 / (mu - lambda)).sum()
}

/// M/M/1 where each service has to be repeated, from the end of the queue, with probability `again`: E T = 1/(μ(1−p)−λ).
pub fn feedback_sojourn(lambda: f64, mu: f64, again: f64) -> f64 {
    1.0 / (mu * (1.0 - again) - lambda)
}

/// M/M/1 whose server, idle or not, breaks at the rate f and is repaired at the rate r, its job going on where it stood
/// (H. White and L. S. Christie, "Queuing with preemptive priorities or with breakdown", Operations Research 6, 1958):
/// E N = λ((f+r)² + μf)/((f+r)(μr − λ(f+r))).
pub fn jobs_with_breakdowns(lambda: f64, mu: f64, fail: f64, repair: f64) -> f64 {
    let both = fail + repair;
    lambda * (both * both + mu * fail) / (both * (mu * repair - lambda * both))
}

/// The long-run share of time that what fails and is repaired works; only the means matter (renewal–reward).
pub fn availability(mean_up: f64, mean_down: f64) -> f64 {
    mean_up / (mean_up + mean_down)
}

/// The share of time that a node is listed, and how often a second its listing lapses. It sends heartbeats on a grid of `beat` while it
/// works, is listed while the last is younger than `age`, works for exponential times of mean `up`, and is down for `down`, all in
/// seconds; `down` ≤ `beat` ≤ `age` < 2·`beat`.
///
/// At a heartbeat the node is as new, so the gaps between heartbeats are independent. A listing lapses in a gap of two steps of the
/// grid or more: in those after which it is down one step later, which has the probability q = ∫ P(up at s)/`up` ds from `beat` −
/// `down` to `beat`, over the instants s at which it may have failed. The mean gap is `beat`·(`up`+`down`)/`up`, as of all steps of
/// the grid that share finds it up (renewal–reward).
pub fn listing(up: f64, down: f64, beat: f64, age: f64) -> (f64, f64) {
    // Up at s: no failure since the start, or one and a repair since; for two there is no time, as `beat` ≤ 2·`down`.
    assert!(down <= beat && beat <= age && age < 2.0 * beat && beat <= 2.0 * down);
    let rate = 1.0 / up;
    let after = |span: f64| maths::exp(-rate * span);
    let (from, to) = (beat - down, beat);
    let none = after(from) - after(to);
    // One failure: the time since it is Erlang's; its density from `down` on, integrated to `beat`.
    let once = 1.0 - after(to - down) * (1.0 + rate * (to - down));
    let missed = none + once;
    let gap = beat * (up + down) / up;
    ((beat * (1.0 - missed) + age * missed) / gap, missed / gap)
}

#[cfg(test)]
mod tests {
    use super::super::assert_known;
    use super::*;

    // worked example
    #[test]
    fn in_a_row_again_and_broken() {
        assert_known(tandem_sojourn(0.5, &[1.0, 0.8]), 5.333_333_333_333_333);
        assert_known(feedback_sojourn(0.4, 1.0, 0.3), 3.333_333_333_333_334);
        assert_known(jobs_with_breakdowns(0.5, 1.0, 0.05, 0.5), 1.424_242_424_242_424_3);
        assert_known(jobs_with_breakdowns(0.5, 1.0, 0.0, 0.5), 1.0);
        assert_known(availability(90.0, 10.0), 0.9);
    }

    // worked example, by hand: q = e^-0.05 − e^-0.1 + 1 − 1.05·e^-0.05.
    #[test]
    fn listings_lapse() {
        let missed = 1.0 - 0.05 * maths::exp(-0.05) - maths::exp(-0.1);
        let (share, lapses) = listing(100.0, 5.0, 10.0, 15.0);
        assert_known(share, (10.0 + 5.0 * missed) / 10.5);
        assert_known(lapses, missed / 10.5);
    }

    /// The same by a long recursion over the instants of the grid, with draws of its own (Knuth's MMIX generator).
    #[test]
    fn a_recursion_agrees() {
        let mut state = 1u64;
        let mut time_up = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            -100.0 * maths::ln(((state >> 11) as f64 + 0.5) / (1u64 << 53) as f64)
        };
        for age in [15.0, 19.0] {
            let (mut fails, mut last, mut listed, mut lapses) = (time_up(), 0.0, 0.0, 0u64);
            const STEPS: u64 = 4_000_000;
            for step in 1..=STEPS {
                let at = 10.0 * step as f64;
                while fails + 5.0 <= at {
                    fails += 5.0 + time_up();
                }
                if at < fails {
                    let gap: f64 = at - last;
                    listed += gap.min(age);
                    lapses += u64::from(gap > age);
                    last = at;
                }
            }
            let (share, rate) = listing(100.0, 5.0, 10.0, age);
            let counted = (lapses as f64 / last, (lapses as f64).sqrt() / last);
            assert!((counted.0 - rate).abs() < 4.89 * counted.1, "{counted:?} and {rate}");
            assert!((listed / last - share).abs() < 4.89 * 10.0 * counted.1, "{} and {share}", listed / last);
        }
    }
}
