//! A run as people read it.

#[cfg(feature = "chart")]
pub mod html;
pub mod terminal;
