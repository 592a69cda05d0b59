//! A run as people read it.

#[cfg(feature = "chart")]
pub mod html;
#[cfg(feature = "chart")]
pub mod replicated;
pub mod replications;
pub mod terminal;
