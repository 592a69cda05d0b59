//! What an offer with a method costs and promises: arithmetic on values, without the market (model §5).

// How often answers pass the checks of a method.
pub mod known;
pub mod missing;
pub mod passing;
// What checks are expected to take and to cost.
pub mod disputes;
pub mod expectation;
// What copies are expected to take and to cost that are added until a group is credible.
pub mod grouped;
// What each method would cost and promise.
pub mod terms;
// What an offer with a method leaves of the value of the answer, and at most.
mod asks;
pub mod bound;
pub mod canaries;
pub mod quote;
// When the answer would be used.
pub mod stages;
// Why no offer leaves anything.
pub mod diagnosis;
// The quotes of a watched job.
pub mod quote_trace;
