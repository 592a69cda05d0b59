//! `nodes`: one row per node, at the end of the run.

use super::{SharedNames, utilised};
use crate::domain::ids::Id;
use crate::domain::money::Money;
use crate::record::columns::{Cell, Column, Table};
use crate::record::recorder::NodeGauge;

/// A node with the names behind its ids.
#[derive(Clone, Debug)]
pub struct NodeRow {
    /// What was read off it.
    pub gauge: NodeGauge,
    /// The names.
    pub names: SharedNames,
}

type C = Column<NodeRow>;

/// One row per node.
pub static NODES: Table<NodeRow> = Table {
    name: "nodes",
    grain: "one row per node, as the run left it",
    columns: &[
        C::id("node", "number of the node", |row| Cell::U32(row.gauge.node.0)),
        C::text("party_group", "group of nodes that the node belongs to", |row| {
            Cell::Text(&row.names.groups[row.gauge.group.index()])
        }),
        C::id("operator", "number of the operator that owns the node", |row| Cell::U32(row.gauge.operator.0)),
        C::text("region", "region in which the node stands", |row| {
            Cell::Text(&row.names.regions[row.gauge.region.index()])
        }),
        C::number("speed", "", "speed of a slot relative to the reference GPU", |row| Cell::F64(row.gauge.speed)),
        C::money(
            "ask_price",
            "µcredit/s",
            "price that the node asks per GPU-second; missing where it takes the channel's price",
            |row| row.gauge.asks.map_or(Cell::Null, |asks| Money::from(asks).into()),
        )
        .nullable(),
        C::money("cost_rate", "µcredit/s", "cost to the node of a busy second of one slot", |row| {
            Money::from(row.gauge.cost).into()
        }),
        C::money("income", "µcredit", "amount that the node earned over the whole run", |row| {
            Cell::I64(row.gauge.income.0)
        }),
        C::number("cost", "µcredit", "cost to the node of its busy time over the whole run", |row| {
            Cell::F64(row.gauge.spent)
        })
        .formula("cost_rate × busy_ns / 10⁹"),
        C::money("stake", "µtoken", "tokens that the node holds at the end", |row| Cell::I64(row.gauge.stake.0)),
        C::span("busy_ns", "time that the slots of the node served jobs, added up over slots", |row| {
            Cell::I64(row.gauge.busy as i64)
        }),
        C::number("utilisation", "", utilised!("the node", "while the node worked"), |row| {
            row.gauge.utilisation.map_or(Cell::Null, Cell::F64)
        })
        .nullable()
        .formula("busy_ns / (slots · time that the node worked)"),
        C::count("attempts_answered", "number of attempts that the node answered", |row| Cell::U64(row.gauge.served)),
        C::count("attempts_failed", "number of attempts at the node that ended without an answer", |row| {
            Cell::U64(row.gauge.failed)
        }),
        C::count("failures", "number of times that the node failed", |row| Cell::U64(row.gauge.failures as u64)),
        C::number("trust", "", "probability of a right answer, as the first group of requesters estimates it", |row| {
            Cell::F64(row.gauge.trust)
        }),
        C::flag("is_up", "whether the node works at the end", |row| Cell::Bool(row.gauge.up)),
    ],
};
