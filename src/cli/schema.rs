//! `schema`: the JSON Schema of scenario files.

use super::{Done, say};
use crate::scenario::schema::json_schema;

/// Prints the schema (draft-07).
pub fn schema() -> Done {
    say(&serde_json::to_string_pretty(&json_schema()).expect("a schema becomes JSON"))
}
