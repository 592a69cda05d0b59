//! What requesters expect of those who check is what their queues hold now.

use reliance::engine::time::Time;

use super::super::properties::kept;
use super::super::trial::trial;

/// A minute of fifty jobs a second for two validators that can look at fewer than seven, then a quiet time of one a second. Who
/// asks while the queue is long does without; when it has emptied, everybody is served again.
#[test]
fn a_market_that_gave_its_checkers_up_comes_back() {
    let (witness, _) = kept(&trial("rush", &[]));
    let share = |from: u64, until: u64| {
        let within =
            |story: &&reliance::domain::story::Story| (from..until).contains(&(story.at.asked.0 / 1_000_000_000));
        let asked: Vec<_> = witness.stories.iter().filter(within).collect();
        let used = asked.iter().filter(|story| story.at.used != Time::NEVER).count();
        used as f64 / asked.len() as f64
    };
    let (rush, end) = (share(0, 60), share(600, 1_100));
    assert!(rush < 0.9, "{rush}");
    assert!(end > 0.95, "{end}");
}
