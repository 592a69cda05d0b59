//! Colours and strokes: Okabe and Ito's set for categories, Viridis for fields, greys for what carries no data.

use plotters::style::colors::colormaps::{ColorMap, ViridisRGB};

use super::sheet::{Colour, Dash, Stroke};

/// Text and axes.
pub const INK: Colour = Colour(34, 34, 34);
/// Text of less weight.
pub const SOFT: Colour = Colour(95, 95, 95);
/// Leaders from a label to what it names: lighter than any data.
pub const LEADER: Colour = Colour(175, 175, 175);
/// Grid lines.
pub const FAINT: Colour = Colour(222, 222, 222);
/// The sheet.
pub const WHITE: Colour = Colour(255, 255, 255);

/// The colours of Okabe and Ito 2008 (*Color universal design*), which people with any colour vision tell apart; without
/// yellow, too pale for a line on white, and with grey in its place.
pub const BLACK: Colour = Colour(0, 0, 0);
/// Blue.
pub const BLUE: Colour = Colour(0, 114, 178);
/// Vermilion.
pub const VERMILION: Colour = Colour(213, 94, 0);
/// Bluish green.
pub const GREEN: Colour = Colour(0, 158, 115);
/// Reddish purple.
pub const PURPLE: Colour = Colour(204, 121, 167);
/// Orange.
pub const ORANGE: Colour = Colour(230, 159, 0);
/// Sky blue.
pub const SKY: Colour = Colour(86, 180, 233);
/// Grey.
pub const GREY: Colour = Colour(130, 130, 130);

const COLOURS: [Colour; 8] = [BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY, BLACK, GREY];
const DASHES: [Dash; 6] = [Dash::Solid, Dash::Dashed, Dash::DashDot, Dash::Dotted, Dash::Long, Dash::LongDotDot];

/// The stroke of the category with this number: the first forty-eight differ in colour and dashes together, and neighbours in
/// both.
pub fn category(number: usize) -> Stroke {
    let round = number / COLOURS.len();
    Stroke { colour: COLOURS[number % COLOURS.len()], width: 1.75, dash: DASHES[(number + 3 * round) % DASHES.len()] }
}

/// The colour of a share from 0 (dark) to 1 (light) on Viridis (Smith and van der Walt 2015); outside, of the nearer end.
pub fn viridis(share: f64) -> Colour {
    let colour = ViridisRGB.get_color_normalized(share.clamp(0.0, 1.0), 0.0, 1.0);
    Colour(colour.0, colour.1, colour.2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn categories_differ() {
        let all: Vec<Stroke> = (0..48).map(category).collect();
        for (place, one) in all.iter().enumerate() {
            assert!(!all[..place].contains(one), "category {place}");
        }
        assert!(all.windows(2).all(|pair| pair[0].colour != pair[1].colour && pair[0].dash != pair[1].dash));
    }

    #[test]
    fn viridis_runs_from_dark_to_light() {
        assert_eq!((viridis(0.0), viridis(-1.0)), (Colour(68, 1, 84), Colour(68, 1, 84)));
        let end = viridis(1.0);
        assert!(end.0 > 240 && end.1 > 220 && end.2 < 60, "{end:?}");
    }
}
