//! What quotes expect of checks that a vendor guards and of forced errors: what the oracles of these names hold the market to.

use std::path::Path;

use super::*;
use crate::scenario::Scenario;

/// What is expected of the one method of an oracle, if a checker looks with probability `care`.
fn expected(oracle: &str, care: f64) -> Passing {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("scenarios/oracles/{oracle}.toml"));
    let scenario = Scenario::load(&path, &[]).unwrap_or_else(|wrong| panic!("{wrong}"));
    let belief = Belief { diligence: [care; 3], equals: [0; 2], most: [0; 2] };
    let method = scenario.verification.methods.iter().next().expect("a method");
    Passing::new(method, &scenario.verification.kinds, belief, 1.0)
}

fn assert_near(found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-12, "{found} and not {expected}");
}

/// A vendor of two checks is summed over its two states, two vendors are independent.
#[test]
fn vendors_are_summed_over_their_states() {
    let (x, miss) = (0.2, [0.2, 0.3]);
    let one = expected("vendors-one", 1.0);
    assert_near(one.acceptance.wrong[1], x + (1.0 - x) * miss[0] * miss[1]);
    let two = expected("vendors-two", 1.0);
    assert_near(two.acceptance.wrong[1], (x + (1.0 - x) * miss[0]) * (x + (1.0 - x) * miss[1]));
    assert_near(one.acceptance.right[1], 1.0);
    assert_near(one.checks[0].detection, (1.0 - x) * 0.8);
}

/// What a checker does is no matter where a vendor makes it look; while the vendor is broken no alarm begins the second check.
#[test]
fn a_guarded_ladder_is_careful() {
    let (x, first, second) = (0.2, 0.8, 0.7);
    for care in [0.0, 1.0] {
        let ladder = expected("vendors-ladder", care);
        assert_near(ladder.acceptance.wrong[1], x + (1.0 - x) * (1.0 - first * second));
        assert_near(ladder.checks[1].begins[1], (1.0 - x) * first);
    }
}

/// An answer in whose place a forced error is shown passes unseen; what is said of it if it is seen is evidence as ever.
#[test]
fn forced_errors_let_answers_pass() {
    let (rate, blind) = (0.25, 0.4);
    let nobody = blind * blind * blind * blind;
    let tested = expected("jackpot-split", 1.0 - blind);
    assert_near(tested.acceptance.wrong[1], rate + (1.0 - rate) * nobody);
    assert_near(tested.acceptance.right[1], 1.0);
    assert_near(tested.checks[0].pass, 1.0 - nobody);
}
