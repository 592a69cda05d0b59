//! Margins, thresholds and distances by hand, by halving, and over all parties of a market.

use super::*;
use crate::domain::agreement::LooksSeen;
use crate::engine::queue::Queue;
use crate::engine::random::Seed;
use crate::market::{Derived, Event, Market};
use crate::record::fact::FactFilter;
use crate::record::facts::Facts;

/// Workers of many costs and stakes, some of which cheat; judges that are shown forced errors; a standing that can be lost.
const SHOP: &str = r#"
name = "shop"
horizon = "20min"
[models.m]
[classes.job]
work = { law = "exponential", mean = "1s" }
value = { law = "constant", value = "0.1" }
methods = ["looked-at"]
[[demand.sources]]
name = "s"
arrivals = { rule = "poisson", poisson = { rate = "6/s" } }
[[nodes]]
name = "workers"
count = 23
dormant = 3
cost = { law = "uniform", min = "0.0001", max = "0.0012" }
stake = { law = "uniform", min = "0.001", max = "0.01" }
conduct = { rule = "best-reply", best-reply = { saving = 0.7 } }
[nodes.participation]
memory = "2min"
outside = "0.3"
expects = "0.4"
exit = { rate = "1/10min" }
enter = { rate = "1/5min" }
[[validators]]
name = "judges"
count = 8
slots = "unbounded"
stake = { law = "constant", value = "1" }
cost = { law = "uniform", min = "0.0001", max = "0.002" }
[pricing]
compute = { rule = "list", list = { price = "0.0012" } }
verification = { rule = "list", list = { price = "0.001" } }
[verification]
opinions = { rule = { rule = "beta" } }
slash = { share = 0.1, fee-multiple = 2, to = "checkers" }
standing = { rule = { rule = "streak" } }
[verification.define.looked-at]
checks = [{ by = "validators", count = 2, sample = 0.4, work = 0.3, detects = 0.9, forced = { rate = 0.2, jackpot = 0.01 } }]
[agreement]
memory = "2min"
settlements = 30
epoch = "30s"
horizon = "10min"
"#;

/// A market that is let go on by hand, for as long as is said; then it is looked at.
fn after(text: &str, end: u64, look: impl FnOnce(&mut State, &Context<'_>)) {
    let scenario = Scenario::from_text("shop.toml", text).unwrap_or_else(|wrong| panic!("{wrong}"));
    let (seed, mut queue, mut facts) = (Seed::from(1), Queue::new(), Facts::default());
    let derived = Derived::of(&scenario, seed);
    let mut context = |now: Time, queue: &mut Queue<Event>, with: &mut dyn FnMut(&mut Context<'_>)| {
        facts.begin(now);
        with(&mut Context { scenario: &scenario, derived: &derived, now, queue, facts: &mut facts });
        facts.keep(FactFilter::NONE);
    };
    let mut market = None;
    context(Time::ZERO, &mut queue, &mut |at| market = Some(Market::open(seed, at)));
    let mut market = market.expect("a market");
    while let Some((now, event)) = queue.pop_before(Time(end)) {
        context(now, &mut queue, &mut |at| market.handle(event, at));
    }
    let mut facts = Facts::default();
    let at = Context { scenario: &scenario, derived: &derived, now: Time(end), queue: &mut queue, facts: &mut facts };
    look(&mut market.state, &at);
}

/// All margins are computed at one instant; then the sums are those of all parties, and each distance is where a cut made directly on all
/// parties loses agreement, found by halving.
#[test]
fn distances_are_those_of_a_cut_on_all_parties() {
    let mut found = 0;
    for (looks, weight, threshold, minutes) in [
        ("own", "party", 0.3, 19),
        ("posted", "stake", 0.25, 11),
        ("own", "stake", 0.1, 5),
        ("posted", "party", 0.6, 15),
    ] {
        let keys = format!("[agreement]\nlooks = \"{looks}\"\nweight = \"{weight}\"\nthreshold = {threshold}\n");
        after(&SHOP.replace("[agreement]\n", &keys), minutes * 60_000_000_000, |market, at| {
            let rules = at.scenario.agreement.as_ref().unwrap();
            market.agreement.touch_all();
            catch_up(market, at);
            let is_posted = rules.looks == LooksSeen::Posted;
            let parties: Vec<(u64, Option<Incentives>)> = at
                .derived
                .roster
                .parties()
                .map(|party| {
                    let member = &market.agreement.members[party];
                    let deals = market.registry.is_here(party) && market.asks(at.scenario, RequesterId(0), party);
                    let weight = if member.is.on_roster { member.weight } else { 0 };
                    (weight, deals.then(|| incentives(market, at, rules, party, is_posted)))
                })
                .collect();
            let roster: u64 = parties.iter().map(|(weight, _)| weight).sum();
            let inside = |is_in: &dyn Fn(&Incentives) -> bool| -> u64 {
                parties.iter().filter(|(_, party)| party.as_ref().is_some_and(is_in)).map(|(weight, _)| weight).sum()
            };
            let sums = &market.agreement.sums;
            assert_eq!(sums.roster.count(), roster);
            assert_eq!(sums.inside[rules.looks as usize].count(), inside(&|party| party.margin() > 0.0));
            for cut in Cut::ALL {
                let lost = |share: f64| {
                    let left = inside(&|party| party.after(cut, 1.0 - share).margin() > 0.0);
                    (left as f64) < rules.threshold.get() * roster as f64
                };
                let distance = market.agreement.distance(rules, cut);
                let (mut kept, mut gone) = (-1e6, 1.0);
                if !lost(gone) || lost(kept) {
                    let is_beyond = distance.is_none_or(|distance| !(-1e5..1.0 - 1e-9).contains(&distance));
                    assert!(is_beyond, "{cut:?} {distance:?}");
                    continue;
                }
                for _ in 0..100 {
                    let middle = (kept + gone) / 2.0;
                    if lost(middle) { gone = middle } else { kept = middle }
                }
                let distance = distance.expect("a cut loses it");
                assert!((distance - gone).abs() < 1e-6, "{cut:?} {distance} {gone}");
                found += 1;
            }
        });
    }
    assert!(found >= 6, "{found} cuts lose it");
}

/// What the market remembers of looks: a node by its answers, a judge by the forced errors that it was shown, whatever it does.
#[test]
fn settlements_are_remembered() {
    after(SHOP, 19 * 60_000_000_000, |market, at| {
        let members = &market.agreement.members;
        let mean = |from: usize, to: usize, of: &dyn Fn(&Member) -> f64| {
            let seen: Vec<f64> =
                members.iter().skip(from).take(to - from).filter(|member| !member.settled.is_empty()).map(of).collect();
            seen.iter().sum::<f64>() / seen.len() as f64
        };
        // A check takes place with 0.4. In the place of one in five an error is shown, of which the node learns nothing.
        let looked = mean(0, 26, &|node| node.settled.looked);
        assert!((looked - 0.32 / 0.92).abs() < 0.08, "{looked}");
        assert!((mean(0, 26, &|node| node.settled.posted) - 0.4).abs() < 1e-9);
        let judges = mean(26, 34, &|judge| judge.settled.looked);
        assert!((mean(26, 34, &|judge| judge.settled.posted) - 0.2).abs() < 1e-9 && judges > 0.1, "{judges}");
        assert!(mean(26, 34, &|judge| judge.settled.brought) > 0.0);
        let wrong = mean(0, 26, &|node| node.settled.wrong[0]);
        assert!(wrong > 0.01 && wrong < 0.9, "{wrong}");
        assert!(market.agreement.window.sum().value > 0);
        let sum = market.agreement.window.sum();
        assert!(sum.undisputed < sum.value && sum.conduct > 0 && sum.conduct <= sum.suspicion, "{sum:?}");
        let _ = at;
    });
}
