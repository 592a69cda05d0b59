//! What moves around a job.

pub mod churn;
