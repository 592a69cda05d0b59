//! A run as people read it.

#[cfg(feature = "chart")]
pub mod html;
#[cfg(feature = "chart")]
pub mod page;
#[cfg(feature = "chart")]
pub mod replicated;
pub mod replications;
#[cfg(feature = "chart")]
pub mod studied;
pub mod terminal;
