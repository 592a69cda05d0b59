//! A recorded chain replayed: its blocks, its moving limits, and the prices that follow from them.

use std::fmt::Write;

use reliance::domain::money::Money;
use reliance::record::fact::Fact;
use reliance::scenario::Scenario;

use super::super::trial::Witness;

/// How many blocks.
const BLOCKS: usize = 10_000;

/// The price before the first block, in micro-credits.
const START: i64 = 20_000_000_000;

/// Blocks from a linear congruential generator (Knuth's MMIX): a limit that moves by up to 1/1024 of itself a block, as Ethereum
/// allows, and a use from nothing to the limit.
fn blocks() -> Vec<(i64, i64)> {
    let (mut state, mut limit) = (1u64, 30_000_000i64);
    let mut draw = |below: i64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as i64 % below
    };
    let block = |_| {
        let most = limit / 1024;
        limit += draw(2 * most + 1) - most;
        (draw(limit + 1), limit)
    };
    (0..BLOCKS).map(block).collect()
}

/// The base fee of the next block (go-ethereum, `CalcBaseFee`), in whole numbers.
fn next(fee: i64, used: i64, limit: i64) -> i64 {
    let target = limit / 2;
    let delta = (i128::from(fee) * i128::from((used - target).abs()) / i128::from(target) / 8) as i64;
    if used > target { fee + delta.max(1) } else { fee - delta }
}

/// The prices that a replay of the file settles, one a block.
fn replayed(background: &str) -> Result<Vec<i64>, String> {
    let text = format!(
        r#"
        name = "chain"
        horizon = "20_001s"
        [models.m]
        [classes.job]
        work = {{ law = "constant", value = "1s" }}
        [[demand.sources]]
        name = "all"
        arrivals = {{ rule = "poisson", poisson = {{ rate = "1/h" }} }}
        [[nodes]]
        name = "node"
        count = 1
        [coordination]
        block = "2s"
        limit = 2
        background = {background}
        [pricing]
        coordination = {{ rule = "base-fee", base-fee = {{ start = "20000" }} }}
        price-rounding = "floor"
        "#
    );
    let scenario = Scenario::from_text("chain", &text).map_err(|wrong| wrong.to_string())?;
    let (witness, _) = Witness::of(&scenario);
    let prices = witness.facts.iter().filter_map(|(_, fact)| match fact {
        Fact::Priced { price, .. } => Some(Money::from(*price).0),
        _ => None,
    });
    Ok(prices.collect())
}

#[test]
fn a_chain_whose_limit_moves_is_replayed_to_the_unit() {
    let file = std::env::temp_dir().join(format!("reliance-{}-blocks.csv", std::process::id()));
    let mut text = "used,limit\n".to_owned();
    for (used, limit) in blocks() {
        writeln!(text, "{used},{limit}").expect("text");
    }
    std::fs::write(&file, &text).expect("a file");
    let found = replayed(&format!("{{ file = {file:?}, used = \"used\", limit = \"limit\" }}")).expect("a chain");
    let without = replayed(&format!("{{ file = {file:?}, used = \"used\" }}")).expect("a chain");
    std::fs::write(&file, text.replacen("\n", "\n5,0\n", 1)).expect("a file");
    let wrong = replayed(&format!("{{ file = {file:?}, used = \"used\", limit = \"limit\" }}")).expect_err("no limit");
    std::fs::remove_file(&file).expect("read by now");
    let step = |fee: &mut i64, (used, limit)| {
        *fee = next(*fee, used, limit);
        Some(*fee)
    };
    let expected: Vec<i64> = blocks().into_iter().scan(START, step).collect();
    assert_eq!(found, expected);
    assert_ne!(without, expected, "the limits matter");
    assert!(wrong.contains("a block with a limit of 0 gas"), "{wrong}");
}
