//! Parties come, fail, leave and come back; what they weigh follows.

use super::*;
use crate::domain::ids::{ListId, PartyId};
use crate::domain::money::Asset;
use crate::engine::queue::Queue;
use crate::engine::random::Seed;
use crate::engine::time::Time;
use crate::market::derived::Derived;
use crate::market::state::ledger::Account;
use crate::record::facts::Facts;

const TEXT: &str = r#"
    name = "door"
    horizon = "1h"
    [models.m]
    [classes.job]
    work = { law = "constant", value = "1s" }
    methods = ["looked-at"]
    [[demand.sources]]
    name = "all"
    arrivals = { rule = "poisson", poisson = { rate = "1/s" } }
    [[nodes]]
    name = "node"
    count = 2
    slots = 2
    stake = { law = "constant", value = "0.00001" }
    [[validators]]
    name = "rich"
    count = 1
    speed = { law = "constant", value = 2 }
    stake = { law = "constant", value = "0.00003" }
    [[validators]]
    name = "poor"
    count = 1
    stake = { law = "constant", value = "0.00001" }
    [verification]
    selection = { rule = "stake-weighted" }
    [verification.define.looked-at]
    checks = [{ by = "validators" }]
"#;
const NODE: PartyId = PartyId(0);
const RICH: PartyId = PartyId(2);
const POOR: PartyId = PartyId(3);
const MODEL: ListId = ListId(0);

/// Opens the market and lets `act` change it.
fn opened(act: impl FnOnce(&mut State, &mut Context<'_>)) {
    opened_from(TEXT, act);
}

fn opened_from(text: &str, act: impl FnOnce(&mut State, &mut Context<'_>)) {
    let scenario = Scenario::from_text("door", text).unwrap_or_else(|wrong| panic!("{wrong}"));
    let (mut queue, mut facts) = (Queue::new(), Facts::default());
    let (seed, now) = (Seed::from(1), Time::ZERO);
    let derived = &Derived::of(&scenario, seed);
    let mut at = Context { scenario: &scenario, derived, now, queue: &mut queue, facts: &mut facts };
    let mut market = State::open(seed, &mut at);
    act(&mut market, &mut at);
    market.ledger.assert_balanced();
}

/// A node fails, is missed, comes back and is heard again: what works and what is listed are two things.
#[test]
fn a_party_goes_and_comes_back() {
    opened(|market, at| {
        let levels = |market: &State| {
            let levels = &market.levels;
            (levels.up().count(), levels.capacity(false).count(), levels.capacity(true).count())
        };
        assert_eq!((levels(market), market.registry.count()), ((2, 4, 2), 2));
        at.now = Time(10);
        market.fail(at, NODE);
        assert_eq!((levels(market), market.registry.count()), ((1, 2, 2), 2), "not missed yet");
        assert!(!market.nodes.states[NODE].is_up() && market.registry.has(0, MODEL, NODE));
        market.list(at, NODE, false);
        market.list(at, NODE, false);
        assert!(!market.registry.has(0, MODEL, NODE) && market.registry.count() == 1, "twice is once");
        at.now = Time(30);
        market.repair(at, NODE);
        assert_eq!((levels(market), market.registry.count()), ((2, 4, 2), 1), "not heard yet");
        market.list(at, NODE, true);
        assert_eq!(market.registry.count(), 2);
        assert_eq!((market.nodes.worked(NODE, Time(40)), market.nodes.backrooms[NODE].failures()), (20, 1));
        market.fail(at, RICH);
        assert_eq!(levels(market), (2, 4, 1), "a validator is no node");
    });
}

/// A stake is the balance of the bond. Draws by stake see a change at once, or when the party is listed again. A rich
/// validator needs half a nanosecond for one of work, a poor one a whole: what a draw meets on average tells the weights.
#[test]
fn weights_follow_the_bond() {
    opened(|market, at| {
        let scenario = at.scenario;
        let seen = |market: &State| {
            let drawn = market.checkers.drawn(0, 0, RequesterId(0), Time::ZERO).expect("one is listed");
            (market.registry.stakes(0, scenario.validators()).present(), drawn.slowness[0])
        };
        assert_eq!((market.ledger.bond(RICH), market.ledger.bond(POOR)), (Money(30), Money(10)));
        assert_eq!(seen(market), (40, 0.625));
        market.slash(scenario, RICH, Account::Burn, Money(20));
        assert_eq!((market.ledger.bond(RICH), seen(market)), (Money(10), (20, 0.75)));
        market.list(at, RICH, false);
        market.slash(scenario, RICH, Account::Treasury, Money(5));
        assert_eq!(seen(market), (10, 1.0), "one that is not listed weighs nothing");
        market.list(at, RICH, true);
        assert_eq!(seen(market), (15, (5.0 * 0.5 + 10.0) / 15.0));
        market.deposit(at, RICH, Money(5));
        assert_eq!(seen(market), (20, 0.75));
        let funds = market.ledger.balance(Account::Party(RICH), Asset::Token);
        assert_eq!(funds, Money::ZERO, "what is staked cannot be spent");
    });
}

/// With a cap of three fifths the rich validator weighs no more than 15 beside 10. What the poor one stakes moves the other's weight, too.
#[test]
fn weights_are_capped() {
    let text = TEXT.replace("\"stake-weighted\" }", "\"stake-weighted\", stake-weighted = { cap = 0.6 } }");
    opened_from(&text, |market, at| {
        let scenario = at.scenario;
        let seen = |market: &State| {
            let drawn = market.checkers.drawn(0, 0, RequesterId(0), Time::ZERO).expect("one is listed");
            let capped = market.registry.capped(0, scenario.validators()).expect("there is a cap").weights();
            ([RICH, POOR].map(|party| capped.get(party.index())), drawn.slowness[0])
        };
        assert_eq!(seen(market), ([15, 10], (15.0 * 0.5 + 10.0) / 25.0));
        market.deposit(at, POOR, Money(10));
        assert_eq!(seen(market), ([30, 20], (30.0 * 0.5 + 20.0) / 50.0));
        market.slash(scenario, RICH, Account::Burn, Money(20));
        assert_eq!(seen(market), ([10, 15], (10.0 * 0.5 + 15.0) / 25.0));
        market.list(at, POOR, false);
        assert_eq!(seen(market), ([10, 0], 0.5));
    });
}
