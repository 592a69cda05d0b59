//! `checks`: one row per check that was asked for, answered or not.

use super::SharedNames;
use crate::domain::ids::{Id, NodeId};
use crate::domain::money::Money;
use crate::domain::record::JobRecord;
use crate::engine::time::Time;
use crate::record::columns::{Cell, Column, Table};

/// A check that has ended, with the names behind its ids.
#[derive(Clone, Debug)]
pub struct CheckRow {
    /// The check's own life.
    pub record: JobRecord,
    /// Which check of the method.
    pub check: u8,
    /// Who did it.
    pub by: NodeId,
    /// Whether it raised an alarm; `None` if it never voted.
    pub alarm: Option<bool>,
    /// What the party was paid, if it never voted.
    pub paid: Money,
    /// The names.
    pub names: SharedNames,
}

type C = Column<CheckRow>;

/// One row per check that was asked for.
pub static CHECKS: Table<CheckRow> = Table {
    name: "checks",
    grain: "one row per check or proof that a validator, prover or peer was asked for, in the order in which they ended",
    columns: &[
        C::text("source", "where the job came from", |row| {
            Cell::Text(&row.names.sources[row.record.key.source.index()])
        }),
        C::count("index", "number of the job among those of its source, from 0", |row| Cell::U64(row.record.key.index)),
        C::text("method", "method of verification", |row| Cell::Text(&row.names.methods[row.record.method.index()])),
        C::id("check", "which check of the method, from 0", |row| Cell::U32(row.check.into())),
        C::id("by", "number of the party that did it", |row| Cell::U32(row.by.0)),
        C::time("drawn_ns", "instant it was asked for", |row| row.record.at.asked.into()),
        C::time("reached_ns", "instant it reached the party; missing where the party did not look", |row| {
            at(row.record.at.reached)
        })
        .nullable(),
        C::time("started_ns", "instant the party began", |row| at(row.record.at.started)).nullable(),
        C::time("answered_ns", "instant its vote was there; missing where it never voted", |row| {
            row.record.at.answered.into()
        })
        .nullable(),
        C::time("ended_ns", "instant it ended: with its vote, called off, or lost with its party", |row| {
            row.record.at.closed.into()
        }),
        C::span("work_ns", "work of the check on the reference GPU", |row| row.record.work.into()),
        C::flag("looked", "whether the party looked at all", |row| Cell::Bool(row.record.checks > 0)),
        C::flag("alarm", "whether it raised an alarm; missing where it never voted", |row| {
            row.alarm.map_or(Cell::Null, Cell::Bool)
        })
        .nullable(),
        C::money(
            "called_off_pay",
            "µcredit",
            "what the party was paid for the share done of a check that never voted",
            |row| {
                if row.alarm.is_none() { Cell::I64(row.paid.0) } else { Cell::Null }
            },
        )
        .nullable(),
    ],
};

fn at(instant: Time) -> Cell<'static> {
    instant.into()
}
