//! The life of a computation, stage by stage in its order.
//!
//! ```text
//! asked ─ quoted ─┬─ declined(cause)
//!                 └─ placed ─ waiting ─┬─ abandoned (patience)    quote expires: agreed anew, elsewhere, or declined(cause)
//!                                      └─ executing ─┬─ lost (node left, retries spent)
//!                                                    └─ answered ─ checking ─┬─ rejected (right or wrong)
//!                                                                            ├─ unresolved (no verdict in time)
//!                                                                            ├─ late (verdict after the deadline)
//!                                                                            └─ accepted ─┬─ revoked (right or wrong)
//!                                                                                         └─ final (right or wrong)
//! ```

// What comes next.
pub mod next;
// A requester asks: the job gets its class, work, value and patience.
pub mod arrival;
// Nodes are asked for offers, and the best one is taken, or none.
pub mod offer;
// A placement is a transaction on the chain.
pub mod coordination;
// The request goes to its node, which takes it or does not.
pub mod placement;
// The job waits at its node, until it is served or patience runs out.
pub mod waiting;
// A quote expires while its job waits, and is agreed anew.
pub mod negotiation;
// The job is served, and comes back with an answer or without.
pub mod execution;
// Several copies of a job answer.
pub mod replication;
// The answer is there: it is checked, as its method says.
pub mod verification;
// It is accepted or not.
pub mod verdict;
// What is accepted stands until nothing can revoke it; then the job is closed.
pub mod standing;
