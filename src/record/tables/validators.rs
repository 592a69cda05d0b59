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
        C::id("checker", "number of the validator or prover, counted on from the nodes", |row| {
            Cell::U32(row.gauge.node.0)
        }),
        C::text("kind", "kind of party", |row| Cell::Text(row.gauge.kind.name())).words(&[
            (PartyKind::Validator.name(), "the party checks answers"),
            (PartyKind::Prover.name(), "the party proves answers"),
        ]),
        C::text("party_group", "group of validators or provers that the party belongs to", |row| {
            Cell::Text(&row.names.groups[row.gauge.group.index()])
        }),
        C::id("operator", "number of the operator that owns the party", |row| Cell::U32(row.gauge.operator.0)),
        C::text("region", "region in which the party stands", |row| {
            Cell::Text(&row.names.regions[row.gauge.region.index()])
        }),
        C::number("speed", "", "speed of a slot relative to the reference GPU", |row| Cell::F64(row.gauge.speed)),
        C::money("income", "µcredit", "amount that the party earned over the whole run", |row| {
            Cell::I64(row.gauge.income.0)
        }),
        C::number("cost", "µcredit", "cost to the party of its busy time over the whole run", |row| {
            Cell::F64(row.gauge.spent)
        }),
        C::money("stake", "µtoken", "tokens that the party holds at the end", |row| Cell::I64(row.gauge.stake.0)),
        C::span("busy_ns", "time that the slots of the party checked or proved, added up over slots", |row| {
            Cell::I64(row.gauge.busy as i64)
        }),
        C::number("utilisation", "", utilised!("the party", "while the party worked"), |row| {
            row.gauge.utilisation.map_or(Cell::Null, Cell::F64)
        })
        .nullable()
        .formula("busy_ns / (slots · time that the party worked)"),
        C::count("checks", "number of checks and proofs that the party finished", |row| Cell::U64(row.gauge.checked)),
        C::count("alarms", "number of these checks that raised an alarm", |row| Cell::U64(row.gauge.alarms)),
        C::count("missed", "number of checks that the party did not finish before their timeout", |row| {
            Cell::U64(row.gauge.missed.into())
        }),
        C::number("trust", "", "probability of a careful look, as the first group of requesters estimates it", |row| {
            Cell::F64(row.gauge.trust)
        }),
        C::count("failures", "number of times that the party failed", |row| Cell::U64(row.gauge.failures as u64)),
        C::flag("is_up", "whether the party works at the end", |row| Cell::Bool(row.gauge.up)),
    ],
};
