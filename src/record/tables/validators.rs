//! `validators`: one row per validator or prover, at the end of the run.

use super::{NodeRow, utilised};
use crate::domain::ids::Id;
use crate::domain::party::PartyKind;
use crate::record::columns::{Cell, Column, Table};

type C = Column<NodeRow>;

/// One row per validator or prover.
pub static VALIDATORS: Table<NodeRow> = Table {
    name: "validators",
    grain: "one row per validator or prover, as the run left it",
    columns: &[
        C::id("validator", "number of the party, counted on from the nodes", |row| Cell::U32(row.gauge.node.0)),
        C::text("kind", "what it does", |row| Cell::Text(row.gauge.kind.name())).words(&[
            (PartyKind::Validator.name(), "it checks answers"),
            (PartyKind::Prover.name(), "it makes proofs of them"),
        ]),
        C::text("group", "group it belongs to", |row| Cell::Text(&row.names.groups[row.gauge.group.index()])),
        C::id("operator", "who owns it", |row| Cell::U32(row.gauge.operator.0)),
        C::text("region", "where it is", |row| Cell::Text(&row.names.regions[row.gauge.region.index()])),
        C::number("speed", "", "speed relative to the reference GPU", |row| Cell::F64(row.gauge.speed)),
        C::money("income", "µcredit", "credits earned", |row| Cell::I64(row.gauge.income.0)),
        C::number("cost", "µcredit", "what being busy cost it", |row| {
            Cell::F64(row.gauge.cost.0 as f64 * row.gauge.busy as f64 * 1e-9)
        }),
        C::money("stake", "µtoken", "tokens it holds", |row| Cell::I64(row.gauge.stake.0)),
        C::span("busy_ns", "slot-time of checking given", |row| Cell::I64(row.gauge.busy as i64)),
        C::number("utilisation", "", utilised!("the party", "while it worked"), |row| {
            row.gauge.utilisation.map_or(Cell::Null, Cell::F64)
        })
        .nullable()
        .formula("busy_ns / (slots · time it worked)"),
        C::count("checked", "checks and proofs answered", |row| Cell::U64(row.gauge.checked)),
        C::count("alarms", "of which raised an alarm", |row| Cell::U64(row.gauge.alarms)),
        C::number("trust", "", "probability of a careful look, as the first group of requesters sees it", |row| {
            Cell::F64(row.gauge.trust)
        }),
        C::count("failures", "failures of the party", |row| Cell::U64(row.gauge.failures as u64)),
        C::flag("up", "whether it works", |row| Cell::Bool(row.gauge.up)),
    ],
};
