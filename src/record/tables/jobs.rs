//! `jobs`: one row per closed job.

use super::SharedNames;
use crate::domain::answer::{Use, Wrong};
use crate::domain::fate::{Cause, Fate, Stage};
use crate::domain::ids::Id;
use crate::domain::money::Money;
use crate::domain::record::JobRecord;
use crate::engine::time::Time;
use crate::record::columns::{Cell, Column, Table};

/// A closed job with the names behind its ids.
#[derive(Clone, Debug)]
pub struct JobRow {
    /// The job's life.
    pub record: JobRecord,
    /// The names.
    pub names: SharedNames,
}

type C = Column<JobRow>;

/// One row per closed job.
pub static JOBS: Table<JobRow> = Table {
    name: "jobs",
    grain: "one row per job that left the market, in the order they left",
    columns: &[
        C::text("source", "source of demand that the job came from", |row| {
            Cell::Text(&row.names.sources[row.record.key.source.index()])
        }),
        C::count("job_index", "number of the job among the jobs of its source, from 0", |row| {
            Cell::U64(row.record.key.index)
        }),
        C::text("class", "class of the job", |row| Cell::Text(&row.names.classes[row.record.class.index()])),
        C::text("model", "model that the job needs", |row| Cell::Text(&row.names.models[row.record.class.index()])),
        C::text("requester_group", "group of requesters that the requester belongs to", |row| {
            Cell::Text(&row.names.requesters[row.record.requester.index()])
        }),
        C::id("client", "client that asked, within the source; missing where the source names no clients", |row| {
            if row.names.clients[row.record.key.source.index()] { Cell::U32(row.record.client) } else { Cell::Null }
        })
        .nullable(),
        C::text("fate", "how the job ended", |row| Cell::Text(row.record.fate.name())).words(Fate::WORDS),
        C::text("method", "method of verification that was agreed; missing where no offer was taken", |row| {
            let placed = row.record.attempts > 0;
            if placed { Cell::Text(&row.names.methods[row.record.method.index()]) } else { Cell::Null }
        })
        .nullable(),
        C::text("stage", "stage that the job had reached when it left the market", |row| {
            Cell::Text(row.record.stage.name())
        })
        .words(Stage::WORDS),
        C::text(
            "cause",
            "reason for which the requester declined every offer; missing for jobs with another fate",
            |row| row.record.cause.map_or(Cell::Null, |cause| Cell::Text(cause.name())),
        )
        .words(Cause::WORDS)
        .nullable(),
        without(
            "is_placeable_without_compute",
            "whether a declined job would have been placed if computing had cost nothing",
            |row| is_placeable(row, 0),
        ),
        without(
            "is_placeable_without_coordination",
            "whether a declined job would have been placed if coordination had cost nothing",
            |row| is_placeable(row, 1),
        ),
        without(
            "is_placeable_without_latency",
            "whether a declined job would have been placed if its answer had come at once, verification apart",
            |row| is_placeable(row, 2),
        ),
        without(
            "is_placeable_without_verification",
            "whether a declined job would have been placed without the price and delay of verification: killed by verification",
            |row| is_placeable(row, 3),
        ),
        without(
            "is_placeable_without_distrust",
            "whether a declined job would have been placed if its answer had been certain to be right",
            |row| is_placeable(row, 4),
        ),
        without(
            "is_placeable_with_none",
            "whether a declined job would have been placed on the same offers with the method `none`",
            |row| if row.record.cause.is_some() { Cell::Bool(row.record.placeable_with_none) } else { Cell::Null },
        ),
        C::flag("is_right", "whether the last answer was right; missing where there was no answer", |row| {
            if row.record.at.answered == Time::NEVER { Cell::Null } else { Cell::Bool(row.record.is_right()) }
        })
        .nullable(),
        C::time("asked_ns", "instant at which the requester asked for the job", |row| row.record.at.asked.into()),
        C::time("placed_ns", "instant at which the requester first took an offer", |row| at(row.record.at.placed))
            .nullable(),
        C::time("reached_ns", "instant at which the request of the last attempt reached its node", |row| {
            at(row.record.at.reached)
        })
        .nullable(),
        C::time("started_ns", "instant at which the last execution began", |row| at(row.record.at.started)).nullable(),
        C::time("first_token_ns", "instant at which the first output token was ready", |row| {
            at(row.record.at.first_token)
        })
        .nullable(),
        C::time("finished_ns", "instant at which the last execution ended", |row| at(row.record.at.finished))
            .nullable(),
        C::time("answered_ns", "instant at which the answer reached the requester", |row| at(row.record.at.answered))
            .nullable(),
        C::time("used_ns", "instant at which the requester used the answer", |row| at(row.record.at.used)).nullable(),
        C::time("accepted_ns", "instant at which verification accepted the answer", |row| at(row.record.at.accepted))
            .nullable(),
        C::time("paid_ns", "instant at which the node was paid", |row| at(row.record.at.paid)).nullable(),
        C::time("final_ns", "instant from which nothing can revoke the answer; a payment may follow", |row| {
            at(row.record.at.finalised)
        })
        .nullable(),
        C::time("closed_ns", "instant at which the job left the market", |row| row.record.at.closed.into()),
        C::time("deadline_ns", "instant by which the verdict was due", |row| at(row.record.deadline)).nullable(),
        C::span("response_ns", "time from the request to the answer", |row| {
            between(&row.record, row.record.at.asked, row.record.at.answered)
        })
        .nullable()
        .formula("answered_ns − asked_ns"),
        C::span("wait_ns", "time that the job waited in the queue of the last node", |row| {
            between(&row.record, row.record.at.reached, row.record.at.started)
        })
        .nullable()
        .formula("started_ns − reached_ns"),
        C::span("work_ns", "time that the reference GPU needs for the job, noise apart", |row| row.record.work.into()),
        C::span("expected_work_ns", "time that the reference GPU was expected to need, given the input", |row| {
            row.record.expected_work.into()
        }),
        C::span("quoted_answer_ns", "expected time from the last placement to the answer", |row| {
            if row.record.attempts > 0 { row.record.quoted_answer.into() } else { Cell::Null }
        })
        .nullable(),
        C::span(
            "quoted_checks_ns",
            "expected time from the answer to the end of its checks, whether or not they took place",
            |row| {
                if row.record.attempts > 0 { row.record.quoted_checks.into() } else { Cell::Null }
            },
        )
        .nullable(),
        C::id("input_tokens", "number of input tokens; missing where the class has a law of work", |row| {
            tokens(row, row.record.input_tokens)
        })
        .nullable(),
        C::id("output_tokens", "number of output tokens; missing where the class has a law of work", |row| {
            tokens(row, row.record.output_tokens)
        })
        .nullable(),
        C::money(
            "value",
            "µcredit",
            "worth of a right answer that comes at once, at the length that the job really has",
            |row| Cell::I64(row.record.value.0),
        ),
        C::money(
            "compute_price",
            "µcredit",
            "price of computing, as agreed; missing, like all prices, where no offer was taken",
            |row| agreed(row, row.record.compute_price),
        )
        .nullable(),
        C::money("coordination_price", "µcredit", "price of coordination, as agreed", |row| {
            agreed(row, row.record.coordination_price)
        })
        .nullable(),
        C::money("verification_price", "µcredit", "price of verification, as agreed", |row| {
            agreed(row, row.record.verification_price)
        })
        .nullable(),
        C::money("first_price", "µcredit", "price of all three channels at the first agreement", |row| {
            agreed(row, row.record.first_price)
        })
        .nullable(),
        C::id("renegotiations", "number of times that the price was agreed anew while the job waited", |row| {
            Cell::U32(row.record.renegotiations.into())
        }),
        C::number(
            "trust",
            "",
            "probability of a right answer, as the requester estimated it; missing where no offer was taken",
            |row| {
                if row.record.attempts > 0 { Cell::F64(row.record.trust) } else { Cell::Null }
            },
        )
        .nullable(),
        C::text("wrong_kind", "way in which the last answer was wrong; missing where it was right", |row| {
            row.record.answer.wrong.map_or(Cell::Null, |wrong| Cell::Text(wrong.name()))
        })
        .words(Wrong::WORDS)
        .nullable(),
        C::text("use_at", "stage at which the requester uses the answer; missing where no offer was taken", |row| {
            if row.record.attempts > 0 { Cell::Text(row.record.use_at.name()) } else { Cell::Null }
        })
        .words(Use::WORDS)
        .nullable(),
        C::id("checks", "number of checks of the answer that took place", |row| Cell::U32(row.record.checks.into())),
        C::id("alarms", "number of these checks that raised an alarm", |row| Cell::U32(row.record.alarms.into())),
        C::money(
            "charged_compute",
            "µcredit",
            "amount that the requester paid for computing, revoked payments apart",
            |row| agreed(row, row.record.charged_compute),
        )
        .nullable(),
        C::money("charged_coordination", "µcredit", "amount that the requester paid to the chain", |row| {
            agreed(row, row.record.charged_coordination)
        })
        .nullable(),
        C::money(
            "charged_verification",
            "µcredit",
            "amount that the requester paid for checks, proofs, copies and work beyond that of the answer",
            |row| agreed(row, row.record.charged_verification),
        )
        .nullable(),
        C::money("shortfall", "µcredit", "amount that a revocation could not bring back", |row| {
            agreed(row, row.record.shortfall)
        })
        .nullable(),
        C::money("price", "µcredit", "price of all three channels, as agreed last", |row| {
            agreed(row, row.record.price())
        })
        .nullable()
        .formula("compute_price + coordination_price + verification_price"),
        C::money(
            "charged",
            "µcredit",
            "amount that the requester paid in the end; missing where no offer was taken",
            |row| agreed(row, row.record.charged()),
        )
        .nullable()
        .formula("charged_compute + charged_coordination + charged_verification"),
        C::money(
            "delivered",
            "µcredit",
            "worth of a right answer when the requester used it, after the discount; missing where none was used",
            |row| of_use(row, row.record.delivered),
        )
        .nullable()
        .formula("value · D(used_ns − asked_ns)"),
        C::money(
            "harm",
            "µcredit",
            "loss from a wrong answer in use, less the part that its discovery undid; missing where none was used",
            |row| of_use(row, row.record.harm),
        )
        .nullable()
        .formula("harm · value · (1 − recovers · [found wrong])"),
        C::id("node", "node of the last attempt; missing where there was no attempt", |row| {
            if row.record.node.is_some() { Cell::U32(row.record.node.0) } else { Cell::Null }
        })
        .nullable(),
        C::id("attempts", "number of placements, the first one included", |row| Cell::U32(row.record.attempts as u32)),
        C::id("offers", "number of offers that the requester compared at the last placement", |row| {
            Cell::U32(row.record.offers as u32)
        }),
    ],
};

const fn without(name: &'static str, meaning: &'static str, cell: fn(&JobRow) -> Cell<'_>) -> C {
    C::flag(name, meaning, cell).nullable()
}

/// Whether a declined job would have been placed without one deduction; missing where it was not declined.
fn is_placeable(row: &JobRow, deduction: u8) -> Cell<'static> {
    let declined = row.record.cause.is_some();
    if declined { Cell::Bool(row.record.placeable_without >> deduction & 1 == 1) } else { Cell::Null }
}

fn at(instant: Time) -> Cell<'static> {
    instant.into()
}

/// An amount that was agreed or changed hands; missing where no node was ever agreed on.
fn agreed(row: &JobRow, amount: Money) -> Cell<'static> {
    if row.record.attempts > 0 { amount.into() } else { Cell::Null }
}

/// What the use of an answer brought or cost; missing where none was used.
fn of_use(row: &JobRow, amount: Money) -> Cell<'static> {
    if row.record.at.used == Time::NEVER { Cell::Null } else { amount.into() }
}

/// A number of tokens; missing where the work of the class does not go by them.
fn tokens(row: &JobRow, count: u32) -> Cell<'static> {
    if row.names.tokens[row.record.class.index()] { Cell::U32(count) } else { Cell::Null }
}

fn between(record: &JobRecord, earlier: Time, later: Time) -> Cell<'static> {
    record.between(earlier, later).into()
}
