//! `schema`: the JSON Schemas of scenario files and of study files.

use clap::{Args, ValueEnum};

use super::{Done, say};
use crate::scenario::schema::editor_schema;
use crate::study::file;

/// What `schema` is asked.
#[derive(Args, Debug)]
pub struct Schema {
    /// Of which files
    #[arg(value_enum, default_value = "scenario")]
    of: Of,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Of {
    /// Scenarios
    Scenario,
    /// Studies
    Study,
}

/// Prints a schema (draft-07).
pub fn schema(schema: Schema) -> Done {
    let schema = match schema.of {
        Of::Scenario => editor_schema(),
        Of::Study => file::editor_schema(),
    };
    say(&serde_json::to_string_pretty(&schema).expect("a schema becomes JSON"))
}
