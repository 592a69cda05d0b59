//! From text to something to simulate: documents whose every value knows where it was written, problems shown with
//! file, line and caret, and readers of real data.

pub mod document;
pub mod inputs;
pub mod nearest;
pub mod problems;
