//! The words of the field as types: who, what, how much, and what became of it.

pub mod money;
