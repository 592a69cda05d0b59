//! A run as people read it.

pub mod terminal;
