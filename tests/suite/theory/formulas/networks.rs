//! Stations in a row, work that comes back, and servers that break down.

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
}
