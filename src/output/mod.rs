//! What a run leaves behind: a folder of tables, each file saying what it is, and a manifest of how it came about.

pub mod dictionary;
pub mod error;
pub mod files;
pub mod folder;
pub mod identity;
pub mod manifest;
pub(crate) mod own;
pub mod renamed;
pub mod run;
pub mod tables;
