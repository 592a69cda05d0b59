//! The life of a computation, stage by stage in its order.
//!
//! ```text
//! asked ─ quoted ─┬─ declined(cause)
//!                 └─ placed ─ waiting ─┬─ abandoned (patience)
//!                                      └─ executing ─┬─ lost (node left, retries spent)
//!                                                    └─ answered ─ checking ─┬─ late (verdict after the deadline)
//!                                                                            └─ accepted ─ final      (censored at the end)
//! ```

// A requester asks: the job gets its class, work, value and patience.
pub mod arrival;
// Nodes are asked for offers, and the best one is taken, or none.
pub mod offer;
// The price goes into escrow and the request to the node, which takes it or does not.
pub mod placement;
// The job waits, is served, and comes back with an answer or without.
pub mod execution;
// The answer is there: it is checked, as its method says.
pub mod verification;
// It is accepted or not.
pub mod verdict;
// Money changes hands.
pub mod settlement;
// What is accepted stands until nothing can revoke it; then the job is closed.
pub mod standing;
