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

// A requester asks: the job gets its class, work, value and patience.
pub mod arrival;
// Nodes are asked for offers, and the best one is taken, or none.
pub mod offer;
// How often answers pass a method's checks, how long these take, and what they cost.
pub mod expectation;
pub mod passing;
// What each admitted method would cost and promise.
pub mod terms;
// What an offer with a method leaves of the value of the answer.
pub mod bound;
pub mod quote;
// Every offer with every method is weighed, and one is taken, or none.
pub mod choice;
// Why a job dies that no offer leaves anything of.
pub mod deaths;
// A placement is a transaction on the chain.
pub mod coordination;
// The price goes into escrow and the request to the node, which takes it or does not.
pub mod placement;
// A job is executed by several nodes.
pub mod replication;
// A quote expires while its job waits, and is agreed anew.
pub mod negotiation;
// The job waits at its node, until it is served or patience runs out.
pub mod waiting;
// The job is served, and comes back with an answer or without.
pub mod execution;
// The answer is there: it is checked, as its method says.
pub mod verification;
// It is accepted or not.
pub mod verdict;
// Money changes hands.
pub mod settlement;
// What is accepted stands until nothing can revoke it; then the job is closed.
pub mod standing;
