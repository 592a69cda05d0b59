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
        C::text("source", "source of demand that the job came from", |row| {
            Cell::Text(&row.names.sources[row.record.key.source.index()])
        }),
        C::count("job_index", "number of the job among the jobs of its source, from 0", |row| {
            Cell::U64(row.record.key.index)
        }),
        C::text("method", "method of verification that was agreed", |row| {
            Cell::Text(&row.names.methods[row.record.method.index()])
        }),
        C::id("check_index", "place of the check in the list of the method, from 0", |row| {
            Cell::U32(row.record.check_index.into())
        }),
        C::id("checker", "number of the validator, prover or node that was asked to check", |row| {
            Cell::U32(row.record.checker.0)
        }),
        C::time("asked_ns", "instant at which the checker was asked", |row| row.record.asked.into()),
        C::time(
            "reached_ns",
            "instant at which the request reached the checker; missing where the checker did not look",
            |row| row.record.reached.into(),
        )
        .nullable(),
        C::time("started_ns", "instant at which the checker began", |row| row.record.started.into()).nullable(),
        C::time("voted_ns", "instant at which the vote arrived; missing where the checker never voted", |row| {
            row.record.answered.into()
        })
        .nullable(),
        C::time(
            "ended_ns",
            "instant at which the check ended: with a vote, called off, or lost with its checker",
            |row| row.record.closed.into(),
        ),
        C::span("work_ns", "time that the reference GPU needs for the check", |row| row.record.work.into()),
        C::flag("has_looked", "whether the checker looked at the answer at all", |row| Cell::Bool(row.record.looked)),
        C::flag("is_alarm", "whether the vote is an alarm; missing where the checker never voted", |row| {
            row.record.alarm.map_or(Cell::Null, Cell::Bool)
        })
        .nullable(),
        C::money("called_off_pay", "µcredit", "amount that the checker was paid for a check without a vote", |row| {
            if row.record.alarm.is_none() { Cell::I64(row.record.paid.0) } else { Cell::Null }
        })
        .nullable(),
    ],
};
