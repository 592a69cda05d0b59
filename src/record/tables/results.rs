//! `results`: one row per used result; `contamination`: one row per depth.

use super::SharedNames;
use crate::domain::ancestry::{Ending, ResultRecord};
use crate::domain::fate::Fate;
use crate::domain::ids::Id;
use crate::domain::reliance::ChainAccount;
use crate::record::columns::{Cell, Column, Table};
use crate::record::results::{OfDepth, Results};

/// A used result, with the names behind its ids.
#[derive(Clone, Debug)]
pub struct ResultRow {
    /// What became of it.
    pub record: ResultRecord,
    /// The names.
    pub names: SharedNames,
}

/// The used results of one depth.
#[derive(Clone, Copy, Debug)]
pub struct DepthRow {
    /// The depth.
    pub depth: u32,
    /// Its results.
    pub of: OfDepth,
}

impl DepthRow {
    /// The rows of the depths that there are.
    pub fn of(results: &Results) -> Vec<DepthRow> {
        let rows = results.depths.iter().enumerate().map(|(depth, &of)| DepthRow { depth: depth as u32, of });
        rows.filter(|row| row.of.results > 0).collect()
    }
}

type C = Column<ResultRow>;
type D = Column<DepthRow>;

/// One row per used result.
pub static RESULTS: Table<ResultRow> = Table {
    name: "results",
    grain: "one row per used result, in the order in which their standing ended; with `record.results`",
    columns: &[
        C::text("source", "source of demand that the job came from", |row| {
            Cell::Text(&row.names.sources[row.record.key.source.index()])
        }),
        C::count("job_index", "number of the job among the jobs of its source, from 0", |row| {
            Cell::U64(row.record.key.index)
        }),
        C::text("job_class", "class of the job", |row| Cell::Text(&row.names.classes[row.record.class.index()])),
        C::text("method", "method of verification that was agreed", |row| {
            Cell::Text(&row.names.methods[row.record.method.index()])
        }),
        C::time("asked_ns", "instant at which the job was asked for", |row| row.record.asked.into()),
        C::time("used_ns", "instant from which the result was used", |row| row.record.used.into()),
        C::time("ended_ns", "instant at which its standing ended", |row| row.record.ended.into()),
        C::text("ending", "how its standing ended", |row| Cell::Text(row.record.ending.name())).words(Ending::WORDS),
        C::text("fate", "fate of the job", |row| Cell::Text(row.record.fate.name())).words(Fate::WORDS),
        C::text("origin_source", "source of the result whose end began that of this one; missing of others", |row| {
            row.record.origin.map_or(Cell::Null, |key| Cell::Text(&row.names.sources[key.source.index()]))
        })
        .nullable(),
        C::count("origin_index", "number of that result among the jobs of its source; missing of others", |row| {
            row.record.origin.map_or(Cell::Null, |key| Cell::U64(key.index))
        })
        .nullable(),
        C::id("inputs", "number of results that it was computed from", |row| Cell::U32(row.record.inputs)),
        C::id("depth", "number of steps of the longest way to a result without inputs", |row| {
            Cell::U32(row.record.depth)
        }),
        C::number("ancestors", "", "number of computations in its ancestry, each counted once per way to it", |row| {
            Cell::F64(row.record.ancestors)
        })
        .formula("1 + Σ ancestors of its inputs"),
        C::id("consumers", "number of jobs that had consumed it by then", |row| Cell::U32(row.record.consumers)),
        C::flag("is_own_wrong", "whether its own computation was wrong", |row| Cell::Bool(row.record.own_wrong)),
        C::flag("is_inherited", "whether an input has made it wrong", |row| Cell::Bool(row.record.inherited)),
        C::flag("is_hollow", "whether it became final though an input of it came to nothing", |row| {
            Cell::Bool(row.record.hollow)
        }),
        C::number("risk", "", "risk in its ancestry, itself included, as was believed", |row| {
            Cell::F64(row.record.risk.whole)
        })
        .formula("−ln of the probability that nothing in it is wrong"),
        C::number("silent_risk", "", "part of that risk that no check could notice", |row| {
            Cell::F64(row.record.risk.silent)
        }),
        C::number("chain_proof", "", "share of it that holds if all parties of its ancestry are adversarial", |row| {
            chain(row, |chain| chain.proof)
        })
        .nullable()
        .formula("1 − W(1); only with `record.reliance`"),
        C::number(
            "chain_open_risk",
            "",
            "probability that it is wrong and accepted, with its ancestry, as is believed",
            |row| chain(row, |chain| chain.open_risk),
        )
        .nullable()
        .formula("W(0) = 1 − (1 − F(0)) Π (1 − inherits · W_input(0)); only with `record.reliance`"),
        C::number("own_trust", "", "trust in it and its ancestry that rests on its own parties", |row| {
            chain(row, |chain| chain.own_trust)
        })
        .nullable()
        .formula("∫ F′ Π (1 − inherits · W_input) dt; only with `record.reliance`"),
        C::number(
            "inherited_trust",
            "",
            "trust in it and its ancestry that rests on parties of its ancestors",
            |row| chain(row, |chain| chain.inherited_trust),
        )
        .nullable()
        .formula("W(1) − W(0) − own_trust; only with `record.reliance`"),
        C::number("trust_residual", "", "what the parts of trust leave of the whole", |row| {
            chain(row, ChainAccount::residual)
        })
        .nullable()
        .formula("1 − chain_proof − chain_open_risk − own_trust − inherited_trust; 0 up to 48 parties"),
        C::span("examinable_ns", "time in use, up to the end of its standing, in which others could check it", |row| {
            row.record.examinable().into()
        })
        .formula("ended_ns − used_ns where its method leaves a record that a third party can check, otherwise 0"),
    ],
};

fn chain<'r>(row: &'r ResultRow, value: fn(&ChainAccount) -> f64) -> Cell<'r> {
    row.record.chain.as_ref().map_or(Cell::Null, |chain| Cell::F64(value(chain)))
}

/// One row per depth.
pub static CONTAMINATION: Table<DepthRow> = Table {
    name: "contamination",
    grain: "one row per depth of used results, at the end of the run; with `record.results`",
    columns: &[
        D::id(
            "depth",
            "number of steps of the longest way to a result without inputs; the last is for 63 and more",
            |row| Cell::U32(row.depth),
        ),
        D::count("results", "number of used results", |row| Cell::U64(row.of.results)),
        D::count("own_wrong", "number of which by their own computation wrong", |row| Cell::U64(row.of.own_wrong)),
        D::count("inherited", "number of which an input has made wrong", |row| Cell::U64(row.of.inherited)),
        D::count("wrong", "number of which wrong, by themselves or by an input", |row| Cell::U64(row.of.wrong)),
        D::count("noticed", "number of the wrong ones that came to nothing", |row| Cell::U64(row.of.noticed)),
        D::count("recalled", "number of all that came to nothing because of an input", |row| {
            Cell::U64(row.of.recalled)
        }),
        D::number("contamination", "", "share of the used results that an input has made wrong", |row| {
            Cell::F64(row.of.inherited as f64 / row.of.results as f64)
        })
        .formula("inherited / results"),
    ],
};
