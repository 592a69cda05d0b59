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
        C::text("source", "where the job came from", |row| {
            Cell::Text(&row.names.sources[row.record.key.source.index()])
        }),
        C::count("index", "number of the job among those of its source, from 0", |row| Cell::U64(row.record.key.index)),
        C::text("class", "class of the job", |row| Cell::Text(&row.names.classes[row.record.class.index()])),
        C::text("model", "model it asked for", |row| Cell::Text(&row.names.models[row.record.class.index()])),
        C::text("requesters", "group of requesters that asked", |row| {
            Cell::Text(&row.names.requesters[row.record.requester.index()])
        }),
        C::id("client", "client within the source; missing where the source names none", |row| {
            if row.names.clients[row.record.key.source.index()] { Cell::U32(row.record.client) } else { Cell::Null }
        })
        .nullable(),
        C::text("fate", "what became of it", |row| Cell::Text(row.record.fate.name())).words(Fate::WORDS),
        C::text("method", "method of verification that was agreed; missing where nothing was", |row| {
            let placed = row.record.attempts > 0;
            if placed { Cell::Text(&row.names.methods[row.record.method.index()]) } else { Cell::Null }
        })
        .nullable(),
        C::text("stage", "where it stood when it left", |row| Cell::Text(row.record.stage.name())).words(Stage::WORDS),
        C::text("cause", "what killed it, if it was declined", |row| {
            row.record.cause.map_or(Cell::Null, |cause| Cell::Text(cause.name()))
        })
        .words(Cause::WORDS)
        .nullable(),
        without(
            "alive_without_compute",
            "declined, and some offer would have left something but for the price of computing",
            |row| alive(row, 0),
        ),
        without("alive_without_coordination", "the same for the price of coordination", |row| alive(row, 1)),
        without("alive_without_latency", "the same for what the delay takes, verification apart", |row| alive(row, 2)),
        without(
            "alive_without_verification",
            "the same for what verification costs and delays: killed by verification",
            |row| alive(row, 3),
        ),
        without("alive_without_distrust", "the same for what is lost because the answer may be wrong", |row| {
            alive(row, 4)
        }),
        C::flag("right", "whether the last answer was right; missing where there was none", |row| {
            if row.record.at.answered == Time::NEVER { Cell::Null } else { Cell::Bool(row.record.is_right()) }
        })
        .nullable(),
        C::time("asked_ns", "instant it was asked for", |row| row.record.at.asked.into()),
        C::time("placed_ns", "instant its first offer was taken", |row| at(row.record.at.placed)).nullable(),
        C::time("reached_ns", "instant the last request reached its node", |row| at(row.record.at.reached)).nullable(),
        C::time("started_ns", "instant its last execution began", |row| at(row.record.at.started)).nullable(),
        C::time("first_token_ns", "instant of the first output token", |row| at(row.record.at.first_token)).nullable(),
        C::time("finished_ns", "instant its last execution ended", |row| at(row.record.at.finished)).nullable(),
        C::time("answered_ns", "instant the answer reached the requester", |row| at(row.record.at.answered)).nullable(),
        C::time("used_ns", "instant the requester began to rely on it", |row| at(row.record.at.used)).nullable(),
        C::time("accepted_ns", "instant verification let it pass", |row| at(row.record.at.accepted)).nullable(),
        C::time("paid_ns", "instant the node was paid", |row| at(row.record.at.paid)).nullable(),
        C::time("final_ns", "instant from which nothing can revoke it; a payment may follow", |row| {
            at(row.record.at.finalised)
        })
        .nullable(),
        C::time("closed_ns", "instant it left the market", |row| row.record.at.closed.into()),
        C::time("deadline_ns", "instant the answer was due", |row| at(row.record.deadline)).nullable(),
        C::span("response_ns", "time from asking to the answer", |row| {
            between(&row.record, row.record.at.asked, row.record.at.answered)
        })
        .nullable()
        .formula("answered_ns − asked_ns"),
        C::span("wait_ns", "time in the last node's waiting room before execution began", |row| {
            between(&row.record, row.record.at.reached, row.record.at.started)
        })
        .nullable()
        .formula("started_ns − reached_ns"),
        C::span("work_ns", "work on the reference GPU, noise apart", |row| row.record.work.into()),
        C::span("expected_work_ns", "work the market expected, given the input", |row| row.record.expected_work.into()),
        C::span("quoted_answer_ns", "time from the last placement to the answer, as expected then", |row| {
            if row.record.attempts > 0 { row.record.quoted_answer.into() } else { Cell::Null }
        })
        .nullable(),
        C::span(
            "quoted_checks_ns",
            "time from the answer to the end of its checks, as expected at the placement, whether or not they took place",
            |row| if row.record.attempts > 0 { row.record.quoted_checks.into() } else { Cell::Null },
        )
        .nullable(),
        C::id("input_tokens", "input tokens; missing where the class has a work law", |row| {
            tokens(row, row.record.input_tokens)
        })
        .nullable(),
        C::id("output_tokens", "output tokens; missing where the class has a work law", |row| {
            tokens(row, row.record.output_tokens)
        })
        .nullable(),
        C::money("value", "µcredit", "what a right answer in time was worth", |row| Cell::I64(row.record.value.0)),
        C::money(
            "compute_price",
            "µcredit",
            "price of computing, as agreed; missing, as all prices, where nothing was agreed",
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
        C::money("first_price", "µcredit", "price of all channels, as agreed at first", |row| {
            agreed(row, row.record.first_price)
        })
        .nullable(),
        C::id("renegotiations", "how often the price was agreed anew while it waited", |row| {
            Cell::U32(row.record.renegotiations.into())
        }),
        C::number(
            "trust",
            "",
            "probability of a right answer, as the requester saw it; missing where nothing was agreed",
            |row| {
                if row.record.attempts > 0 { Cell::F64(row.record.trust) } else { Cell::Null }
            },
        )
        .nullable(),
        C::text("wrong", "how the last answer was wrong, if it was", |row| {
            row.record.answer.wrong.map_or(Cell::Null, |wrong| Cell::Text(wrong.name()))
        })
        .words(Wrong::WORDS)
        .nullable(),
        C::text("use_at", "when the requester was to rely on the answer; missing where nothing was agreed", |row| {
            if row.record.attempts > 0 { Cell::Text(row.record.use_at.name()) } else { Cell::Null }
        })
        .words(Use::WORDS)
        .nullable(),
        C::id("checks", "checks of its answer that took place", |row| Cell::U32(row.record.checks.into())),
        C::id("alarms", "of which raised an alarm", |row| Cell::U32(row.record.alarms.into())),
        C::money(
            "charged_compute",
            "µcredit",
            "what the requester paid those who computed, revoked payments apart",
            |row| agreed(row, row.record.charged_compute),
        )
        .nullable(),
        C::money("charged_coordination", "µcredit", "what the requester paid the chain", |row| {
            agreed(row, row.record.charged_coordination)
        })
        .nullable(),
        C::money(
            "charged_verification",
            "µcredit",
            "what the requester paid those who checked, and nodes for copies and for work beyond that of the answer",
            |row| agreed(row, row.record.charged_verification),
        )
        .nullable(),
        C::money("shortfall", "µcredit", "what a revocation could not bring back", |row| {
            agreed(row, row.record.shortfall)
        })
        .nullable(),
        C::money("price", "µcredit", "price, as agreed", |row| agreed(row, row.record.price()))
            .nullable()
            .formula("compute_price + coordination_price + verification_price"),
        C::money(
            "charged",
            "µcredit",
            "what the requester paid in the end; missing, as all it paid, where nothing was agreed",
            |row| agreed(row, row.record.charged()),
        )
        .nullable()
        .formula("charged_compute + charged_coordination + charged_verification"),
        C::money(
            "delivered",
            "µcredit",
            "what a right answer used in time was worth then, after the discount",
            |row| of_use(row, row.record.delivered),
        )
        .nullable()
        .formula("value · D(used_ns − asked_ns)"),
        C::money(
            "harm",
            "µcredit",
            "what a wrong answer in use cost, less the part undone by finding it wrong",
            |row| of_use(row, row.record.harm),
        )
        .nullable()
        .formula("harm · value · (1 − recovers · [found wrong])"),
        C::id("node", "node of the last attempt; missing where there was none", |row| {
            if row.record.node.is_some() { Cell::U32(row.record.node.0) } else { Cell::Null }
        })
        .nullable(),
        C::id("attempts", "placements, the first one included", |row| Cell::U32(row.record.attempts as u32)),
        C::id("offers", "offers compared at the last placement", |row| Cell::U32(row.record.offers as u32)),
    ],
};

const fn without(name: &'static str, meaning: &'static str, cell: fn(&JobRow) -> Cell<'_>) -> C {
    C::flag(name, meaning, cell).nullable()
}

/// Whether a declined job would have lived without one deduction; missing where it was not declined.
fn alive(row: &JobRow, deduction: u8) -> Cell<'static> {
    let declined = row.record.cause.is_some();
    if declined { Cell::Bool(row.record.alive_without >> deduction & 1 == 1) } else { Cell::Null }
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
