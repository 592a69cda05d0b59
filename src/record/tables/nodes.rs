//! `nodes`: one row per node, at the end of the run.

use super::{SharedNames, utilised};
use crate::domain::ids::Id;
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
        C::text("group", "group of nodes it belongs to", |row| Cell::Text(&row.names.groups[row.gauge.group.index()])),
        C::id("operator", "who owns it", |row| Cell::U32(row.gauge.operator.0)),
        C::text("region", "where it is", |row| Cell::Text(&row.names.regions[row.gauge.region.index()])),
        C::number("speed", "", "speed relative to the reference GPU", |row| Cell::F64(row.gauge.speed)),
        C::money("asks", "µcredit/s", "its own price per GPU-second; missing where it asks the channel's", |row| {
            row.gauge.asks.map_or(Cell::Null, |asks| Cell::I64(asks.0))
        })
        .nullable(),
        C::money("cost_rate", "µcredit/s", "what a second of one busy slot costs it", |row| {
            Cell::I64(row.gauge.cost.0)
        }),
        C::money("income", "µcredit", "credits earned", |row| Cell::I64(row.gauge.income.0)),
        C::number("cost", "µcredit", "what being busy cost it", |row| {
            Cell::F64(row.gauge.cost.0 as f64 * row.gauge.busy as f64 * 1e-9)
        })
        .formula("cost_rate × busy_ns / 10⁹"),
        C::money("stake", "µtoken", "tokens it holds", |row| Cell::I64(row.gauge.stake.0)),
        C::span("busy_ns", "slot-time of service given", |row| Cell::I64(row.gauge.busy as i64)),
        C::number("utilisation", "", utilised!("the node", "while it worked"), |row| {
            row.gauge.utilisation.map_or(Cell::Null, Cell::F64)
        })
        .nullable()
        .formula("busy_ns / (slots · time it worked)"),
        C::count("served", "attempts answered", |row| Cell::U64(row.gauge.served)),
        C::count("failed", "attempts that ended without an answer", |row| Cell::U64(row.gauge.failed)),
        C::count("failures", "failures of the node", |row| Cell::U64(row.gauge.failures as u64)),
        C::number("trust", "", "probability of a right answer, as the first group of requesters sees it", |row| {
            Cell::F64(row.gauge.trust)
        }),
        C::flag("up", "whether it works", |row| Cell::Bool(row.gauge.up)),
    ],
};
