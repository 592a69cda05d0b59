//! Statistics for queues, survival, concentration and replications, free of any market. It could serve a bakery.

pub mod interval;
pub mod online;
pub mod quantile;
pub mod warm_up;

mod batch;
mod goodness;
mod maths;
mod normal;
mod order;
mod special;
mod student;
#[cfg(test)]
mod trial;
