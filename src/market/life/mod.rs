//! The life of a computation, stage by stage in its order: which event begins what, and what may follow each step. A step that ends
//! with `done` waits for the next event.
//!
//! ```text
//! event         may begin
//! arrival       done, offer, decline
//! reach         reach
//! patience      close
//! load          done
//! step          done, fail, answer, copy-answer, report, canary
//! respond       answer, copy-answer, report, canary
//! retry         offer
//! fail          done
//! repair        done
//! list          done
//! clock         done
//! expire        done, send, decline
//! attest        count
//! overdue       count
//! reveal        count
//! late          done, reject
//! window        done, close
//! narrowed      done, count
//! aged          done
//! idle          done
//! settle        pay
//! shock         done
//! series        done
//! extra         done, offer, decline
//! decide        done
//! unbond        done
//!
//! step          may be followed by
//! offer         send, decline, close
//! send          done, depart
//! depart        done, reach
//! reach         done, fail
//! fail          done, copy-lost, check-lost, canary, close
//! return        done, fail, answer
//! answer        check, accept, reject
//! copy-answer   done, answer, close
//! copy-lost     done, answer, close
//! report        count
//! check-lost    count
//! canary        done, close
//! check         done, count, escalate, settle
//! count         done, escalate, accept, finalise, reject
//! escalate      done, count
//! settle        done, accept, finalise
//! accept        stand, reject
//! stand         done, check, close
//! finalise      done, close
//! reject        close
//! decline       close
//! close         done
//! pay           done, paid
//! paid          done, close
//! drop          fail
//! gone          done
//! reopen        done, check, reject
//! recall        check, finalise, reject
//! ```

// What comes next, and the table of what may follow what.
pub mod next;
pub mod transitions;
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
// A node was found out, and its results that stand are looked at again.
pub mod backtracking;
// What is accepted stands until nothing can revoke it; then the job is closed.
pub mod standing;
