//! What is noted of a run: tables whose columns are declared once, and the batches their rows are gathered in.

pub mod batch;
pub mod columns;
