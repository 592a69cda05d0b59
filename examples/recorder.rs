//! A recorder of one's own: how often the nodes of each group are fined, and how much they lose.
//!
//! ```sh
//! cargo run --release --example recorder          # ten minutes of a market, in about a second
//! ```

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;

use reliance::{
    Fact, FactFilter, FactKind, Gauges, JobRecord, Money, NodeGroupId, PartyId, Problems, Recorder, Scenario, Set,
    Time, simulate,
};

/// Counts fines: by node as they happen, by group once the run has ended.
#[derive(Debug, Default)]
pub struct Fines {
    by_node: BTreeMap<PartyId, Fined>,
    /// By group, those without a fine among them.
    pub by_group: BTreeMap<NodeGroupId, Fined>,
}

/// Fines taken together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fined {
    /// How many.
    pub count: u64,
    /// Tokens lost.
    pub amount: Money,
}

impl Recorder for Fines {
    /// It is told of fines alone; the market keeps no other fact for it.
    fn filter(&self) -> FactFilter {
        FactFilter::of(&[FactKind::Slashed])
    }

    fn note(&mut self, _now: Time, fact: &Fact, _record: Option<&JobRecord>) {
        // It may be told of other facts, if another recorder beside it is.
        if let Fact::Slashed { node, amount, .. } = *fact {
            let fined = self.by_node.entry(node).or_default();
            fined.count += 1;
            fined.amount += amount;
        }
    }

    /// The last look at the market says which group each node is of.
    fn end(&mut self, at: Time, gauges: &impl Gauges) {
        gauges.nodes(at, &mut |node| {
            let fined = self.by_node.get(&node.node).copied().unwrap_or_default();
            let group = self.by_group.entry(node.group).or_default();
            group.count += fined.count;
            group.amount += fined.amount;
        });
    }
}

/// Runs a scenario with its own seed and returns what the recorder saw.
pub fn fines(scenario: &Arc<Scenario>) -> Fines {
    let mut fines = Fines::default();
    simulate(scenario, scenario.seed, &mut fines);
    fines
}

/// One row for each group of nodes, validators and provers.
pub fn table(scenario: &Scenario, fines: &Fines) -> String {
    let mut text = format!("{:<20} {:>8} {:>14}\n", "group", "fines", "tokens lost");
    for (&group, Fined { count, amount }) in &fines.by_group {
        let name = &scenario.groups[group].name;
        writeln!(text, "{name:<20} {count:>8} {:>14}", amount.to_string()).expect("a text takes every line");
    }
    text
}

#[allow(clippy::disallowed_macros, reason = "an example prints its table")]
fn main() -> Result<(), Problems> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/market-morning.toml");
    let short: Set = "horizon=10min".parse().expect("a setting");
    let none_left_out: Set = "warm-up=\"0\"".parse().expect("a setting");
    let scenario = Scenario::load(&path, &[short, none_left_out])?;
    print!("{}", table(&scenario, &fines(&scenario)));
    Ok(())
}
