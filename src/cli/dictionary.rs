//! `dictionary`: every column of every table, of runs, of replications and of studies.

use clap::{Args, ValueEnum};

use super::{Done, say};
use crate::output::dictionary as written;
use crate::record::tables;
use crate::study::{dictionary as study_tables, replications};

/// What `dictionary` is asked.
#[derive(Args, Debug)]
pub struct Dictionary {
    /// How to print it
    #[arg(long, value_enum, default_value = "md")]
    format: Format,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// Markdown tables
    Md,
    /// JSON
    Json,
}

/// Prints the dictionary.
pub fn dictionary(dictionary: Dictionary) -> Done {
    let tables = [tables::all(), replications::descriptions(), study_tables::all()].concat();
    say(&match dictionary.format {
        Format::Md => written::markdown(&tables),
        Format::Json => written::json(&tables),
    })
}
