//! `checks`: one row per check that was asked for, answered or not.

use super::SharedNames;
use crate::domain::ids::Id;
use crate::domain::record::CheckRecord;
use crate::record::columns::{Cell, Column, Table};

/// A check that has ended, with the names behind its ids.
#[derive(Clone, Debug)]
pub struct CheckRow {
    /// The check.
    pub record: CheckRecord,
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
        C::id("check", "which check of the method, from 0", |row| Cell::U32(row.record.check.into())),
        C::id("by", "number of the party that did it", |row| Cell::U32(row.record.by.0)),
        C::time("drawn_ns", "instant it was asked for", |row| row.record.asked.into()),
        C::time("reached_ns", "instant it reached the party; missing where the party did not look", |row| {
            row.record.reached.into()
        })
        .nullable(),
        C::time("started_ns", "instant the party began", |row| row.record.started.into()).nullable(),
        C::time("answered_ns", "instant its vote was there; missing where it never voted", |row| {
            row.record.answered.into()
        })
        .nullable(),
        C::time("ended_ns", "instant it ended: with its vote, called off, or lost with its party", |row| {
            row.record.closed.into()
        }),
        C::span("work_ns", "work of the check on the reference GPU", |row| row.record.work.into()),
        C::flag("looked", "whether the party looked at all", |row| Cell::Bool(row.record.looked)),
        C::flag("alarm", "whether it raised an alarm; missing where it never voted", |row| {
            row.record.alarm.map_or(Cell::Null, Cell::Bool)
        })
        .nullable(),
        C::money(
            "called_off_pay",
            "µcredit",
            "what the party was paid for the share done of a check that never voted",
            |row| {
                if row.record.alarm.is_none() { Cell::I64(row.record.paid.0) } else { Cell::Null }
            },
        )
        .nullable(),
    ],
};
