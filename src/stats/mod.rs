//! Statistics for queues, survival, concentration and replications, free of any market. It could serve a bakery.

pub mod concentration;
pub mod counting;
pub mod interval;
pub mod online;
pub mod principal;
pub mod quantile;
pub mod replicated;
pub mod survival;
pub mod warm_up;

mod batch;
mod entropy;
mod goodness;
mod maths;
mod normal;
mod order;
mod product_limit;
mod regression;
mod special;
mod student;
pub mod survival_grid;
#[cfg(test)]
mod trial;
