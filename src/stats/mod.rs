//! Statistics for queues, survival, concentration and replications, free of any market. It could serve a bakery.

pub mod calibration;
pub mod concentration;
pub mod interval;
pub mod online;
pub mod quantile;
pub mod replicated;
pub mod survival;

mod batch;
mod entropy;
mod order;
mod product_limit;
mod student;
pub mod survival_grid;
#[cfg(test)]
mod trial;
