//! Statistics for queues, survival, concentration and replications, free of any market. It could serve a bakery.

mod maths;
mod normal;
mod special;
mod student;
#[cfg(test)]
mod trial;
