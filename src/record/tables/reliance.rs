//! `reliance`: one row per answer in use, with where trust in it sits; `holders`: one row per party that was relied on.

use super::SharedNames;
use crate::domain::ids::{Id, OperatorId};
use crate::domain::party::PartyKind;
use crate::domain::reliance::Relied;
use crate::record::columns::{Cell, Column, Table};
use crate::record::reliance::HolderEnd;

/// An answer in use, with the names behind its ids.
#[derive(Clone, Debug)]
pub struct RelianceRow {
    /// The answer.
    pub relied: Relied,
    /// The names.
    pub names: SharedNames,
}

type C = Column<RelianceRow>;

/// One row per answer in use.
pub static RELIANCE: Table<RelianceRow> = Table {
    name: "reliance",
    grain: "one row per answer that came into use, in the order of use; with `record.reliance`",
    columns: &[
        C::text("source", "source of demand that the job came from", |row| {
            Cell::Text(&row.names.sources[row.relied.key.source.index()])
        }),
        C::count("job_index", "number of the job among the jobs of its source, from 0", |row| {
            Cell::U64(row.relied.key.index)
        }),
        C::text("job_class", "class of the job", |row| Cell::Text(&row.names.classes[row.relied.class.index()])),
        C::text("method", "method of verification that was agreed", |row| {
            Cell::Text(&row.names.methods[row.relied.method.index()])
        }),
        C::time("used_ns", "instant at which the requester used the answer", |row| row.relied.at.into()),
        C::money("answer_value", "µcredit", "value of a right answer", |row| Cell::I64(row.relied.value.0)),
        C::flag("is_right", "whether the answer is right", |row| Cell::Bool(row.relied.is_right)),
        C::flag("is_examined", "whether some checker had looked at the answer by then", |row| {
            Cell::Bool(row.relied.examined)
        }),
        C::id("parties", "number of parties that the answer relies on", |row| Cell::U32(row.relied.parties)),
        C::number("proof", "", "share of the answer that no set of parties can make wrong and accepted", |row| {
            Cell::F64(row.relied.believed.proof)
        })
        .formula("1 − F(1), all parties adversarial"),
        C::number("trust", "", "share that rests on parties not being adversarial", |row| {
            Cell::F64(row.relied.believed.trust)
        })
        .formula("F(1) − F(0)"),
        C::number("open_risk", "", "probability that the answer is wrong and accepted, as is believed", |row| {
            Cell::F64(row.relied.believed.open_risk)
        })
        .formula("ω = F(0); 1 = proof + trust + open_risk"),
        C::number("blind_risk", "", "open risk by the conduct of the parties less the one that is believed", |row| {
            Cell::F64(row.relied.blind_risk())
        }),
        C::number("holders", "", "effective number of holders of the trust; missing where no party holds any", |row| {
            number(row.relied.holders)
        })
        .nullable()
        .formula("exp(−Σ p ln p), p = φ / trust"),
        C::number("share_largest", "", "largest share of the trust that one party holds", |row| {
            number(row.relied.largest)
        })
        .nullable(),
        C::number("lone_most", "", "most that one party alone adds to the open risk by being adversarial", |row| {
            Cell::F64(row.relied.lone_most)
        })
        .formula("max ρ"),
        C::id("vetoes", "number of checkers without whose approval no answer is accepted", |row| {
            Cell::U32(row.relied.believed.vetoes)
        }),
        C::number(
            "misplaced_trust",
            "",
            "share of the trust that the conduct of the parties would place with others",
            |row| number(row.relied.misplaced),
        )
        .nullable()
        .formula("½ Σ abs(p believed − p actual)"),
    ],
};

type H = Column<HolderEnd>;

/// What holders are, with what they do.
const KINDS: &[(&str, &str)] = &[
    ("node", "it computes, and may check"),
    ("validator", "it checks"),
    ("prover", "it makes proofs"),
    ("watcher", "all watchers together"),
    ("vendor", "checks rely on what it has made"),
];

/// One row per holder.
pub static HOLDERS: Table<HolderEnd> = Table {
    name: "holders",
    grain: "one row per party that was relied on, at the end of the run; with `record.reliance`",
    columns: &[
        H::text("holder_kind", "what the party is", |holder| Cell::Text(kind(holder))).words(KINDS),
        H::id("holder", "number of the party, or of the vendor among the vendors of the scenario", |holder| {
            Cell::U32(holder.number)
        }),
        H::id("operator", "number of the operator that owns the party", |holder| {
            holder.operator.map_or(Cell::Null, |OperatorId(number)| Cell::U32(number))
        })
        .nullable(),
        H::id("members", "number of parties that the row stands for", |holder| Cell::U32(holder.members)),
        H::count("answers", "number of answers in use that relied on the party", |holder| {
            Cell::U64(holder.entry.answers)
        }),
        H::number("relied", "credit", "value of the trust in answers that the party held over the run", |holder| {
            Cell::F64(holder.entry.relied * 1e-6)
        })
        .formula("Σ value · φ"),
        H::number("relied_recently", "credit", "the same, each part faded since its answer was used", |holder| {
            Cell::F64(holder.recent * 1e-6)
        })
        .formula("Σ value · φ · e^(−age / record.reliance-memory)"),
        H::number("lone_power", "credit", "value that the party alone could have put at risk", |holder| {
            Cell::F64(holder.entry.lone * 1e-6)
        })
        .formula("Σ value · ρ"),
    ],
};

fn kind(holder: &HolderEnd) -> &'static str {
    holder.kind.map_or("vendor", PartyKind::name)
}

fn number(value: Option<f64>) -> Cell<'static> {
    value.map_or(Cell::Null, Cell::F64)
}
