//! Every table that a study can leave, for the dictionary.

use super::columns::{
    DIFFERENCES, DIFFERENCES_BY_CLASS, Declaration, Declared, FRONTIER, MEANS, MEANS_BY_CLASS, POINTS, POINTS_BY_CLASS,
};
use super::fork::columns::{FORKS, PASSING, PEAKS, RESPONSES};
use super::verdict::VERDICTS;
use crate::record::columns::{ColumnDescription, TableDescription, described};

/// The tables of a study, for the dictionary.
pub fn all() -> Vec<TableDescription> {
    let column = |column: &Declared| ColumnDescription {
        name: column.name,
        kind: column.kind,
        unit: "",
        nullable: column.nullable,
        meaning: column.meaning,
        formula: column.formula,
        words: described(column.words),
    };
    let tables = [
        &POINTS,
        &MEANS,
        &DIFFERENCES,
        &POINTS_BY_CLASS,
        &MEANS_BY_CLASS,
        &DIFFERENCES_BY_CLASS,
        &FRONTIER,
        &FORKS,
        &RESPONSES,
        &PEAKS,
        &PASSING,
        &VERDICTS,
    ];
    let table = |table: &&Declaration| TableDescription {
        name: table.name,
        grain: table.grain,
        columns: table.columns.iter().map(column).collect(),
    };
    tables.iter().map(table).collect()
}
