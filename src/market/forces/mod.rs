//! What moves around a job.

pub mod churn;
pub mod epochs;
pub mod participation;
pub mod payout;
pub mod price;
pub mod series;
pub mod shocks;
