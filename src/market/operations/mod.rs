//! What stages do to the state. An operation calls no stage, and says nothing about what comes next.

// Offers are collected, weighed with every method, and chosen.
pub mod choice;
pub mod copies;
pub mod offers;
pub mod terms;
// A quote is agreed, and the request travels.
pub mod agreement;
pub mod sending;
// Nodes wait, load and serve.
pub mod assignment;
pub mod memory;
pub mod pulling;
pub mod room;
pub mod serving;
// Checkers are asked, and work is called off.
pub mod calling_off;
pub mod canaries;
pub mod causes;
pub mod checking;
pub mod evidence;
pub mod forced;
pub mod hearing;
pub mod inputs;
pub mod learning;
pub mod proving;
pub mod relying;
pub mod replacing;
pub mod seats;
pub mod standing;
pub mod voting;
// Money changes hands, and prices move.
pub mod at_stake;
pub mod batches;
pub mod costs;
pub mod margins;
pub mod posting;
pub mod pricing;
pub mod settlement;
pub mod sharing;
// What others see of a node.
pub mod load;
