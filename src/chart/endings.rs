//! How the ends of jobs are called and drawn, the same on every chart.

use super::palette::{BLACK, BLUE, GREEN, GREY, ORANGE, PURPLE, SKY, VERMILION, category};
use super::sheet::{Colour, Dash, Stroke};
use super::source::Ending;
use crate::domain::fate::{Cause, Fate};

/// The stroke of *used*.
pub const USED: Stroke = Stroke { colour: BLUE, width: 2.0, dash: Dash::Solid };

/// The name of an ending, as a reader says it.
pub fn label(ending: Ending) -> String {
    match (ending.fate, ending.cause) {
        (Fate::Declined, Some(cause)) => format!("declined: {}", cause.name().replace('-', " ")),
        (Fate::RejectedRight, _) => "rejected, though right".to_string(),
        (Fate::RejectedWrong, _) => "rejected, wrong".to_string(),
        (Fate::RevokedRight, _) => "revoked, though right".to_string(),
        (Fate::RevokedWrong, _) => "revoked, wrong".to_string(),
        (Fate::FinalRight, _) => "final, right".to_string(),
        (Fate::FinalWrong, _) => "final, though wrong".to_string(),
        (Fate::Censored, _) => "still open".to_string(),
        (fate, _) => fate.name().replace('-', " "),
    }
}

/// The colour and dashes of an ending.
pub fn stroke(ending: Ending) -> Stroke {
    let (colour, dash) = match (ending.fate, ending.cause) {
        (Fate::Declined, cause) => cause.map_or((GREY, Dash::Solid), declined),
        (Fate::Abandoned, _) => (GREEN, Dash::Dashed),
        (Fate::Lost, _) => (GREY, Dash::DashDot),
        (Fate::RejectedRight, _) => (VERMILION, Dash::Dashed),
        (Fate::RejectedWrong, _) => (SKY, Dash::Dashed),
        (Fate::Unresolved, _) => (PURPLE, Dash::Dashed),
        (Fate::Late, _) => (ORANGE, Dash::Dashed),
        (Fate::RevokedRight, _) => (VERMILION, Dash::LongDotDot),
        (Fate::RevokedWrong, _) => (SKY, Dash::LongDotDot),
        (Fate::FinalRight, _) => (BLUE, Dash::Solid),
        (Fate::FinalWrong, _) => (BLACK, Dash::Long),
        (Fate::Censored, _) => (GREY, Dash::Dotted),
    };
    Stroke { colour, width: 1.75, dash }
}

/// A cause that is not named here takes its colour by its number, so that the list of causes may grow.
fn declined(cause: Cause) -> (Colour, Dash) {
    match cause {
        Cause::NoSupply => (GREY, Dash::Long),
        Cause::Compute => (ORANGE, Dash::Dotted),
        Cause::Coordination => (SKY, Dash::Dotted),
        Cause::Latency => (PURPLE, Dash::Dotted),
        Cause::Verification => (VERMILION, Dash::Dotted),
        Cause::Distrust => (BLACK, Dash::Dotted),
        #[allow(unreachable_patterns, reason = "all causes of today are named above")]
        other => {
            let stroke = category(16 + other as usize);
            (stroke.colour, stroke.dash)
        }
    }
}
