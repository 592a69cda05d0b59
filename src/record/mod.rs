//! What is written down of a run: facts, the digest over them, recorders, tables.

pub mod agreement;
pub mod batch;
pub mod classes;
pub mod columns;
pub mod decisions;
pub mod digest;
pub mod encounters;
pub mod fact;
pub mod facts;
pub mod means;
pub mod probing;
pub mod recorder;
pub mod reliance;
pub mod results;
pub mod suspects;
pub mod table_name;
pub mod tables;
pub mod tally;
pub mod welfare;
pub mod windows;
