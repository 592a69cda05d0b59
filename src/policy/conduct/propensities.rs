//! What a rule says that it does now is as often as it does it.

use super::tests::{assert_share, job, submission};
use super::*;

/// Every rule, as its example has it and with what it knows after some outcomes.
fn rules() -> Vec<(&'static str, Conduct, ConductMemory)> {
    let mut rules = Vec::new();
    for rule in ConductTable::rules() {
        let text = format!("rule = \"{0}\"\n{0} = {1}\n", rule.name, rule.example);
        let chosen = toml::from_str::<ConductTable>(&text).unwrap().chosen().unwrap();
        let fresh = chosen.memory();
        let mut taught = chosen.memory();
        for index in 0..60 {
            let stakes = super::tests::stakes();
            let outcome = Outcome::Answered { cheated: index % 2 == 0, checked: index % 9 == 0, caught: false, stakes };
            chosen.learn(&mut taught, &outcome);
            chosen.learn(&mut taught, &Outcome::Voted { looked: true, cost: Money(300_000) });
            chosen.learn(&mut taught, &Outcome::Rewarded { amount: Money(290_000) });
        }
        rules.push((rule.name, chosen.clone(), fresh));
        rules.push((rule.name, chosen, taught));
    }
    let lazy = "rule = \"lazy\"\nlazy = { share = 0.3, approves = false }\n";
    let ring = "rule = \"ring\"\nring = { ring = \"thieves\", rate = 0.5, vouches = true, smears = 0.2 }\n";
    for (name, text) in [("lazy", lazy), ("ring", ring)] {
        let chosen = toml::from_str::<ConductTable>(text).unwrap().chosen().unwrap();
        let memory = chosen.memory();
        rules.push((name, chosen, memory));
    }
    rules
}

#[test]
fn answers_are_wrong_as_often_as_is_said() {
    for (_, rule, memory) in rules() {
        // Before and after sleepers wake.
        for now in [0, 4_000_000_000_000] {
            let assigned = |index| Assignment { now: Time(now), ..job(1, index) };
            let errs = rule.errs(&memory, &assigned(0));
            for (kind, share) in Wrong::ALL.into_iter().zip(errs) {
                assert_share(share, |index, draw| {
                    rule.act(&mut memory.clone(), &assigned(index), draw).answer.wrong == Some(kind)
                });
            }
        }
    }
}

#[test]
fn alarms_are_raised_as_often_as_is_said() {
    let ring = "rule = \"ring\"\nring = { ring = \"thieves\", rate = 0.5 }\n";
    let ring = toml::from_str::<ConductTable>(ring).unwrap().chosen().unwrap();
    let thieves = ring.ring(&ring.memory());
    for (_, rule, memory) in rules() {
        for (now, alarm, of) in [(0, 0.8, 0), (4_000_000_000_000, 0.1, 0), (0, 0.8, thieves), (0, 0.8, 7)] {
            let answer =
                |index| if of == thieves { ring::answer(index, thieves) } else { Answer::wrong(Wrong::Skip, 9) };
            let seen = |index| Submission { now: Time(now), ring: of, ..submission(index, answer(index), alarm) };
            assert_share(rule.alarms(&memory, &seen(0)), |index, draw| {
                rule.vote(&mut memory.clone(), &seen(index), draw).alarm
            });
        }
    }
}
