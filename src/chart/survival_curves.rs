//! What the chart of crossings is drawn from.

use super::studied::Searched;

/// What a search found at one value of x.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CurvePoint {
    /// The value of x; of names the place.
    pub x: f64,
    /// Where the level is crossed.
    pub crossing: Option<f64>,
    /// The interval of the crossing; an end that is missing is open.
    pub ends: (Option<f64>, Option<f64>),
    /// The measure lies below the level at every value tried.
    pub below: bool,
    /// It lies above it at every value tried.
    pub above: bool,
    /// The level is crossed again further on.
    pub again: bool,
    /// A run failed, so that nothing is known here.
    pub failed: bool,
}

/// A curve.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    /// What tells it from the others; empty where it is the only one.
    pub name: String,
    /// By rising x.
    pub found: Vec<CurvePoint>,
}

/// What the chart is drawn from.
#[derive(Clone, Debug, PartialEq)]
pub struct Survival {
    /// What is shown, as the title.
    pub title: String,
    /// What crosses the level, in words.
    pub measure: String,
    /// The level, as it is written.
    pub level: String,
    /// The title of x.
    pub x: String,
    /// The names of x, where it is no number.
    pub x_names: Vec<String>,
    /// Whether x is shown by its logarithm.
    pub x_logarithmic: bool,
    /// The axis that was searched.
    pub y: Searched,
    /// In the order of their strokes.
    pub curves: Vec<Curve>,
    /// Where it comes from: study, seed, version, n.
    pub caption: String,
}
